//! Everything that there is to say of policy files, also where some of them cannot be used.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::engine::{EngineError, add, new_engine};
use super::parse::parse;
use super::plan::{by_package, needed};
use crate::policy::{
    Author, Declared, Definition, Member, Module, NO_DENY, PolicyFile, Rule, RuleId, Shapes, analyse, check,
    duplicate_tests, hidden, load_partly, unreachable, warnings,
};
use crate::source::{Code, Diagnostic, Level, Position, Tracker};

/// What was found.
#[derive(Debug, Default)]
pub struct LintReport {
    /// Files that were looked at, libraries that come with them not counted.
    pub files: usize,
    /// Rules among them.
    pub rules: usize,
    /// What was found, by file and place.
    pub problems: Vec<LintProblem>,
}

/// Something that was found.
#[derive(Debug)]
pub struct LintProblem {
    /// What it is.
    pub diagnostic: Diagnostic,
    /// Right behind its place.
    pub end: Option<Position>,
    /// The rule that it is about.
    pub rule: Option<RuleId>,
}

impl LintReport {
    /// How many of a level there are.
    pub fn count(&self, level: Level) -> usize {
        self.problems.iter().filter(|problem| problem.diagnostic.level == level).count()
    }
}

/// Looks at all `files`, and tells what it finds in those that are not part of the binary, or in all where
/// they are all part of it.
pub fn lint(files: &[Arc<PolicyFile>], clock: DateTime<Utc>) -> LintReport {
    let only_builtin = files.iter().all(|file| file.is_builtin());
    let is_own = |file: &PolicyFile| only_builtin || !file.is_builtin();
    let (set, mut found) = load_partly(files);
    let mut read: Vec<&Arc<PolicyFile>> = Vec::new();
    let mut modules: Vec<Module> = Vec::new();
    let mut unread: Vec<&Arc<PolicyFile>> = Vec::new();
    for file in files {
        match parse(file) {
            Ok(module) => {
                read.push(file);
                modules.push(module);
            }
            Err(problem) => {
                found.push(problem);
                unread.push(file);
            }
        }
    }
    let lost =
        unread.iter().filter_map(|file| Some(file.package()?.0.split('.').map(str::to_owned).collect()));
    let declared = Declared::beside(&modules, lost.collect());
    found.extend(check(&read, &modules, &declared));
    found.extend(duplicate_tests(&read, &modules));
    let members = read.iter().zip(&modules).map(|(file, module)| Member::read(file, module));
    let members: Vec<Member<'_>> = members.chain(unread.iter().map(|file| Member::new(file, None))).collect();
    found.extend(hidden(&members));
    found.extend(unreachable(&members));
    // What is missing in a file that does not parse may only be behind the place where it breaks.
    found.retain(|problem| {
        let file = problem.place.as_ref().map(|place| &place.file);
        let is_unread = unread.iter().any(|unread| Some(&unread.name) == file);
        !(is_unread && (problem.code == Code::PolicyUnreachable || problem.message == NO_DENY))
    });
    let mut problems: Vec<(Diagnostic, Option<RuleId>)> = found.into_iter().map(|one| (one, None)).collect();
    let lint = Lint { files: read, modules: &modules, unread, declared, clock };
    for rule in set.rules.iter().filter(|rule| is_own(&rule.file)) {
        lint.rule(rule, &mut problems);
    }
    let rule_of = |diagnostic: &Diagnostic| {
        let file = &diagnostic.place.as_ref()?.file;
        set.rules.iter().find(|rule| rule.file.name == *file).map(|rule| rule.id.clone())
    };
    let end = |diagnostic: &Diagnostic| {
        let place = diagnostic.place.as_ref()?;
        let file = files.iter().find(|file| file.name == place.file)?;
        let end = usize::try_from(place.end_byte).ok()?;
        Some(Tracker::new(file.text.as_bytes(), Position::START).position(end))
    };
    let mut problems: Vec<LintProblem> = problems
        .into_iter()
        .map(|(diagnostic, rule)| LintProblem {
            end: end(&diagnostic),
            rule: rule.or_else(|| rule_of(&diagnostic)),
            diagnostic,
        })
        .collect();
    problems.sort_by(|a, b| order(a).cmp(&order(b)));
    LintReport {
        files: files.iter().filter(|file| is_own(file)).count(),
        rules: set.rules.iter().filter(|rule| is_own(&rule.file)).count(),
        problems,
    }
}

/// By file and place; what has none comes first.
fn order(problem: &LintProblem) -> (Option<(&str, u64)>, Level, Code) {
    let Diagnostic { place, level, code, .. } = &problem.diagnostic;
    (place.as_ref().map(|place| (&*place.file, place.start.byte)), *level, *code)
}

/// Files that parse, and those that do not.
struct Lint<'f> {
    files: Vec<&'f Arc<PolicyFile>>,
    modules: &'f [Module],
    unread: Vec<&'f Arc<PolicyFile>>,
    declared: Declared<'f>,
    clock: DateTime<Utc>,
}

impl Lint<'_> {
    fn rule(&self, rule: &Rule, problems: &mut Vec<(Diagnostic, Option<RuleId>)>) {
        let place = self.files.iter().position(|file| Arc::ptr_eq(file, &rule.file));
        let Some((index, module)) = place.and_then(|index| Some((index, self.modules.get(index)?))) else {
            return;
        };
        let shapes = Shapes::of(rule.applies_to.iter().copied());
        let analysis = analyse(rule, index, &self.files, self.modules, &self.declared, &shapes);
        let tell = |diagnostic: Diagnostic, problems: &mut Vec<(Diagnostic, Option<RuleId>)>| {
            // A library may be at fault for several rules.
            let is_known = |(told, _): &(Diagnostic, Option<RuleId>)| {
                told.place == diagnostic.place && told.message == diagnostic.message
            };
            if !problems.iter().any(is_known) {
                problems.push((diagnostic, Some(rule.id.clone())));
            }
        };
        let remarks = analysis.remarks(rule);
        for problem in analysis.problems {
            tell(problem, problems);
        }
        let needed = needed(index, self.modules, &by_package(self.modules));
        let refers_to_unread = needed.iter().filter_map(|&index| self.modules.get(index)).any(|module| {
            let mut paths = module.data_references.iter().chain([&module.package]);
            paths.any(|path| self.declared.is_unread(path))
        });
        let files: Vec<&Arc<PolicyFile>> =
            needed.iter().filter_map(|&index| self.files.get(index).copied()).collect();
        let is_broken = problems.iter().any(|(problem, _)| {
            let file = problem.place.as_ref().map(|place| &place.file);
            problem.level == Level::Error && files.iter().any(|own| Some(&own.name) == file)
        });
        // What is known to be wrong would only be told twice.
        if !is_broken
            && !refers_to_unread
            && let Err(error) = self.compile(rule, &files)
        {
            tell(error.diagnostic(Code::PolicyParse, files.iter().map(|file| &***file)), problems);
        }
        let author = Author {
            rule,
            module,
            remarks: &remarks,
            files: &self.files,
            is_tested: self.is_tested(rule, module),
            is_complete: !refers_to_unread,
        };
        for warning in warnings(&author) {
            tell(warning, problems);
        }
    }

    /// Whether a file of tests refers to the rule's package.
    fn is_tested(&self, rule: &Rule, module: &Module) -> bool {
        let refers = |other: &Module| {
            let related =
                |path: &Vec<String>| path.starts_with(&module.package) || module.package.starts_with(path);
            other.package == module.package || other.data_references.iter().any(related)
        };
        let mut tests = self.modules.iter().filter(|other| other.rules.iter().any(Definition::is_test));
        // In doubt a file that does not parse is a test of the rule.
        let mut broken = self.unread.iter().filter(|file| file.is_test());
        tests.any(refers) || broken.any(|file| file.text.contains(&rule.package))
    }

    fn compile(&self, rule: &Rule, files: &[&Arc<PolicyFile>]) -> Result<(), EngineError> {
        let mut engine = new_engine(self.clock)?;
        for file in files {
            add(&mut engine, file)?;
        }
        let entry = format!("data.{}.deny", rule.package);
        let compiled = engine.compile_with_entrypoint(&entry.into());
        compiled.map(|_| ()).map_err(|error| EngineError::parse(&error.to_string()))
    }
}
