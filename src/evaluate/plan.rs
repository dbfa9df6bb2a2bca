//! Which files each rule needs, checked once before anything is judged.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::engine::{EngineError, add, new_engine};
use super::marks::{Marked, marked};
use super::outcome::resolved;
use super::parse::{parse, parse_all};
use super::{Judge, Rulebook, Way};
use crate::operation::Operation;
use crate::policy::{
    Declared, Member, Module, PolicyFile, PolicySet, ReadSet, Rule, Shapes, analyse, check, hidden,
    unreachable,
};
use crate::source::json::{JsonPath, Segment};
use crate::source::{Code, Diagnostic};

/// Rules that compile, with the files that they need. Shared by all threads.
#[derive(Debug)]
pub struct Plan {
    /// The rules themselves, in the order of the planned ones.
    given: Vec<Arc<Rule>>,
    pub(super) rules: Vec<PlannedRule>,
    /// The syntax trees of all files.
    pub(super) modules: Vec<Module>,
    pub(super) clock: DateTime<Utc>,
}

/// A rule and what it needs.
#[derive(Debug)]
pub(super) struct PlannedRule {
    pub(super) rule: Arc<Rule>,
    /// Its own file, as an index into the plan's syntax trees.
    pub(super) module: usize,
    /// Its own file as the engine gets it, and all files that it refers to.
    pub(super) files: Vec<Arc<PolicyFile>>,
    /// The package of its own file as the engine gets it.
    pub(super) package: String,
    pub(super) has_applies: bool,
    pub(super) has_inconclusive: bool,
    pub(super) reads: ReadSet,
    /// For each definition of the read set, the places of the iterations whose keys its denials tell.
    pub(super) keys: Vec<Vec<Range<usize>>>,
}

impl PlannedRule {
    /// Uses the file with marks, if it compiles.
    fn take_marks(&mut self, marked: Marked, clock: DateTime<Utc>) -> bool {
        let Some(own) = self.files.iter().position(|file| file.name == marked.file.name) else {
            return false;
        };
        let mut files = self.files.clone();
        if let Some(file) = files.get_mut(own) {
            *file = Arc::new(marked.file);
        }
        let unmarked = std::mem::replace(&mut self.files, files);
        let compiles = compile(self, clock).is_ok();
        if compiles {
            self.keys = marked.keys;
        } else {
            self.files = unmarked;
        }
        compiles
    }

    /// Whether its denials tell which definition they come from.
    pub(super) const fn is_marked(&self) -> bool {
        !self.keys.is_empty()
    }

    /// What a definition most likely speaks of, with the keys of one evaluation.
    pub(super) fn focus(
        &self,
        definition: usize,
        key: impl Fn(usize) -> Option<Segment>,
    ) -> Option<JsonPath> {
        let focus = self.reads.definitions.get(definition)?.focus.as_ref()?;
        resolved(focus, self.keys.get(definition)?, key)
    }

    /// The engine's words with the package as the author wrote it.
    pub(super) fn as_written(&self, error: EngineError) -> EngineError {
        let given = format!("data.{}.", self.package);
        let written = format!("data.{}.", self.rule.package);
        EngineError { message: error.message.replace(&given, &written), place: error.place }
    }
}

impl Plan {
    /// Parses and compiles the rules of `set`, with the libraries that they use.
    ///
    /// # Errors
    ///
    /// Every file that does not parse, everything that files refer to and that is not there, and every rule
    /// that does not compile, with its place.
    pub fn new(set: &PolicySet, clock: DateTime<Utc>) -> Result<Self, Vec<Diagnostic>> {
        let mut files: Vec<&Arc<PolicyFile>> =
            set.rules.iter().map(|rule| &rule.file).chain(&set.libraries).collect();
        let mut modules = parse_all(&files)?;
        add_referenced(&set.unselected, &mut files, &mut modules)?;
        let declared = Declared::new(&modules);
        let mut problems = check(&files, &modules, &declared);
        problems.extend(unreached(set, &files, &modules));
        if !problems.is_empty() {
            return Err(problems);
        }
        let by_package = by_package(&modules);
        let shapes = Shapes::of(set.rules.iter().flat_map(|rule| rule.applies_to.iter().copied()));
        let mut rules = Vec::new();
        for (index, rule) in set.rules.iter().enumerate() {
            let analysis = analyse(rule, index, &files, &modules, &declared, &shapes);
            for problem in analysis.problems {
                // A library may be at fault for several rules.
                let known =
                    |told: &Diagnostic| told.place == problem.place && told.message == problem.message;
                if !problems.iter().any(known) {
                    problems.push(problem);
                }
            }
            let needed = needed(index, &modules, &by_package);
            let own = modules.get(index).map(|module| module.rules.as_slice()).unwrap_or_default();
            let defines = |name: &str| own.iter().any(|head| head.name == name);
            let references =
                needed.iter().filter_map(|&i| modules.get(i)).flat_map(|module| &module.data_references);
            let alias = alias(rule, references);
            let own_file =
                alias.as_ref().map_or_else(|| Arc::clone(&rule.file), |(file, _)| Arc::clone(file));
            // Nobody else refers to the package, so that nobody else sees the marks.
            let marked =
                alias.as_ref().and_then(|(file, _)| marked(file, modules.get(index)?, &analysis.reads));
            let mut planned = PlannedRule {
                keys: Vec::new(),
                reads: analysis.reads,
                rule: Arc::clone(rule),
                module: index,
                files: needed
                    .iter()
                    .filter_map(|&i| if i == index { Some(&own_file) } else { files.get(i).copied() })
                    .map(Arc::clone)
                    .collect(),
                package: alias.map_or_else(|| rule.package.clone(), |(_, package)| package),
                has_applies: defines("applies"),
                has_inconclusive: defines("inconclusive"),
            };
            if !defines("deny") {
                problems.push(no_deny(rule));
            } else if marked.is_some_and(|marked| planned.take_marks(marked, clock)) {
                // It compiles with marks, and does so without.
            } else if let Err(error) = compile(&planned, clock) {
                // As they are written: the engine gets another package.
                let written = needed.iter().filter_map(|&i| Some(&***files.get(i)?));
                problems.push(error.diagnostic(Code::PolicyParse, written));
            }
            rules.push(planned);
        }
        if problems.is_empty() {
            Ok(Self { given: set.rules.clone(), rules, modules, clock })
        } else {
            Err(problems)
        }
    }

    /// A plan without rules, for runs that only read.
    pub const fn empty(clock: DateTime<Utc>) -> Self {
        Self { given: Vec::new(), rules: Vec::new(), modules: Vec::new(), clock }
    }

    /// What the rules read, in their order.
    pub fn reads(&self) -> impl Iterator<Item = &ReadSet> {
        self.rules.iter().map(|planned| &planned.reads)
    }
}

impl Rulebook for Plan {
    fn rules(&self) -> &[Arc<Rule>] {
        &self.given
    }

    fn rule(&self, index: usize) -> Option<(&Arc<Rule>, &ReadSet)> {
        self.rules.get(index).map(|planned| (&planned.rule, &planned.reads))
    }

    fn judges(&self, operation: Operation) -> bool {
        self.rules.iter().any(|planned| planned.rule.applies_to.contains(&operation))
    }

    fn judge(&self, operation: Operation, way: Way) -> Result<Judge<'_>, Diagnostic> {
        Judge::new(self, operation, way).map_err(|error| Diagnostic::error(Code::PolicyParse, error.message))
    }
}

/// The rule's file under a package of one letter, and that package.
///
/// The engine spells out the path of every rule that it evaluates, so that a long package costs as much as
/// the rule itself: measured, a third to a half of the time. The letter is padded with spaces, so that places
/// stay what they are. `None` where a file refers to the package by its name, or it is too short.
fn alias<'m>(
    rule: &Rule,
    mut references: impl Iterator<Item = &'m Vec<String>>,
) -> Option<(Arc<PolicyFile>, String)> {
    const ALIAS: &str = "r";
    let steps: Vec<&str> = rule.package.split('.').collect();
    let related = |path: &Vec<String>| {
        let common = path.iter().zip(&steps).take_while(|(a, b)| a == *b).count();
        common == path.len() || common == steps.len() || path.first().is_some_and(|step| step == ALIAS)
    };
    if references.any(related) {
        return None;
    }
    let (package, span) = rule.file.package()?;
    let at = span.end - package.len();
    let mut text = rule.file.text.clone();
    text.replace_range(at..at + package.len(), &format!("{ALIAS:<width$}", width = package.len()));
    let file = rule.file.with_text(text);
    Some((Arc::new(file), ALIAS.to_owned()))
}

fn no_deny(rule: &Rule) -> Diagnostic {
    let (place, excerpt) = rule.file.place(rule.file.package().map_or(0..0, |(_, span)| span), "here");
    Diagnostic::error(Code::PolicyMetadata, format!("the rule {} has no `deny`", rule.id))
        .at(place)
        .showing(excerpt)
        .help("add `deny contains {\"msg\": msg, \"path\": path} if { … }`")
}

/// Adds the files of `others` that the files refer to, directly or not.
fn add_referenced<'f>(
    others: &'f [Arc<PolicyFile>],
    files: &mut Vec<&'f Arc<PolicyFile>>,
    modules: &mut Vec<Module>,
) -> Result<(), Vec<Diagnostic>> {
    let mut others: Vec<&Arc<PolicyFile>> = others.iter().collect();
    loop {
        let is_named = |file: &&Arc<PolicyFile>| {
            let package: Vec<&str> = file.package().map_or("", |(package, _)| package).split('.').collect();
            let mut references = modules.iter().flat_map(|module| &module.data_references);
            references.any(|path| package.iter().zip(path).all(|(a, b)| a == b))
        };
        let (named, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(is_named);
        if named.is_empty() {
            return Ok(());
        }
        modules.extend(parse_all(&named)?);
        files.extend(named);
        others = rest;
    }
}

/// What nothing reaches, and what hides another package, in all files of the user: also in those that take no
/// part in this run.
fn unreached(set: &PolicySet, files: &[&Arc<PolicyFile>], modules: &[Module]) -> Vec<Diagnostic> {
    let own = |file: &&Arc<PolicyFile>| !file.is_builtin();
    let others = set.unselected.iter().filter(own).filter(|file| !files.contains(file));
    // Tests are not asked here, but what they refer to is not lost.
    let tests = set.tests.iter().filter(own).filter(|_| set.libraries.iter().any(|file| own(&file)));
    let others: Vec<(&Arc<PolicyFile>, Option<Module>)> =
        others.chain(tests).map(|file| (file, parse(file).ok())).collect();
    let read = files.iter().zip(modules).map(|(file, module)| Member::read(file, module));
    let members: Vec<Member<'_>> =
        read.chain(others.iter().map(|(file, module)| Member::new(file, module.as_ref()))).collect();
    let mut problems = hidden(&members);
    problems.extend(unreachable(&members));
    problems
}

/// An engine with all files of the rule. Compiling finds unsafe variables and the like.
pub(super) fn compile(planned: &PlannedRule, clock: DateTime<Utc>) -> Result<regorus::Engine, EngineError> {
    let mut engine = new_engine(clock)?;
    for file in &planned.files {
        add(&mut engine, file).map_err(|error| planned.as_written(error))?;
    }
    let entry = format!("data.{}.deny", planned.package);
    engine
        .compile_with_entrypoint(&entry.into())
        .map_err(|error| planned.as_written(EngineError::parse(&error.to_string())))?;
    Ok(engine)
}

/// Indices of modules by the steps of their package.
pub(super) fn by_package(modules: &[Module]) -> HashMap<Vec<String>, Vec<usize>> {
    let mut by_package: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for (index, module) in modules.iter().enumerate() {
        by_package.entry(module.package.clone()).or_default().push(index);
    }
    by_package
}

/// The file `start`, and all files whose packages it refers to, directly or not, in order.
pub(super) fn needed(
    start: usize,
    modules: &[Module],
    by_package: &HashMap<Vec<String>, Vec<usize>>,
) -> Vec<usize> {
    let mut needed = vec![start];
    let mut next = 0;
    while let Some(&index) = needed.get(next) {
        next += 1;
        let Some(module) = modules.get(index) else {
            continue;
        };
        // Its own package, which other files may add to, and those that it refers to: the package itself, one
        // around the reference, or all below it.
        for path in module.data_references.iter().chain([&module.package]) {
            let is_own = *path == module.package;
            let related = by_package.iter().filter(|(package, _)| {
                *package == path || !is_own && (package.starts_with(path) || path.starts_with(package))
            });
            for &file in related.flat_map(|(_, files)| files) {
                if !needed.contains(&file) {
                    needed.push(file);
                }
            }
        }
    }
    needed.sort_unstable();
    needed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::load;

    fn plan(files: &[(&str, &str)]) -> Result<Plan, Vec<Diagnostic>> {
        let files: Vec<_> = files.iter().map(|(name, text)| Arc::new(PolicyFile::new(name, *text))).collect();
        Plan::new(&load(&files).unwrap(), DateTime::UNIX_EPOCH)
    }

    fn rule(id: &str, package: &str, rest: &str) -> String {
        format!(
            "# METADATA\n# title: T\n# custom:\n#   id: {id}\n#   severity: low\n#   applies_to: ListPublishBatch\npackage {package}\n\n{rest}\n"
        )
    }

    #[test]
    fn a_rule_gets_the_files_that_it_refers_to_and_no_others() {
        let a = rule("A-1", "x.a", "import data.x.lib.one\n\ndeny contains \"d\" if one.f(1)");
        let plan = plan(&[
            ("a.rego", &a),
            ("one.rego", "package x.lib.one\n\nimport data.x.lib.two\n\nf(n) if two.g(n)\n"),
            ("two.rego", "package x.lib.two\n\ng(n) if n > 0\n"),
            ("b.rego", &rule("B-1", "x.b", "deny contains \"d\" if data.x.lib.three.h == 2")),
            ("three.rego", "package x.lib.three\n\nh := 1\n"),
        ])
        .unwrap();
        let names: Vec<&str> = plan.rules[0].files.iter().map(|file| &*file.name).collect();
        assert_eq!(names, ["a.rego", "one.rego", "two.rego"]);
    }

    #[test]
    fn a_package_is_shortened_unless_it_is_named() {
        let plain = rule("A-1", "x.long.name", "deny contains \"d\" if input.resource.Version");
        let own = rule("B-1", "x.other.name", "deny contains \"d\" if data.x.other.name.f(1)\n\nf(n) := n");
        let plan = plan(&[("a.rego", &plain), ("b.rego", &own)]).unwrap();
        let [a, b] = &plan.rules[..] else { panic!("two rules") };
        assert_eq!((a.package.as_str(), b.package.as_str()), ("r", "x.other.name"));
        assert!(a.files[0].text.contains("package r          \n"));
        // With marks, on the same lines.
        assert_eq!(a.files[0].text.lines().count(), plain.lines().count());
        assert!(
            a.files[0].text.contains("\ndeny contains [\"§\", 0, [], \"d\"] if input.resource.Version\n")
        );
        assert_eq!(*b.files[0].text, *own, "what others may see is as it was written");
    }

    #[test]
    fn what_does_not_parse_or_compile_is_told_at_its_place() {
        let broken = rule("A-1", "x.a", "deny contains \"d\" if {\n\tinput.n >\n}");
        let problems = plan(&[("a.rego", &broken)]).unwrap_err();
        assert_eq!(problems[0].code, Code::PolicyParse);
        assert_eq!(problems[0].place.as_ref().unwrap().start.line_1based, 11);
        let unbound = rule("A-1", "x.a", "deny contains \"d\" if {\n\tx > 1\n}");
        let problems = plan(&[("a.rego", &unbound)]).unwrap_err();
        assert_eq!(problems[0].code, Code::PolicyUnbound);
        let start = problems[0].place.as_ref().unwrap().start;
        assert_eq!((start.line_1based, start.column_1based), (10, 2));
    }
}
