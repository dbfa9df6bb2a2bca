//! All policies of a run, checked against each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_saphyr::Spanned;

use super::expected::expected_rule;
use super::metadata::{Annotations, Block, Custom, blocks, offset, problem};
use super::reads::optional_path;
use super::{PolicyFile, Rule, RuleId, Severity};
use crate::operation::Operation;
use crate::source::{Code, Diagnostic, printable};

/// What is said of a rule without `deny`, also where the text is only broken before it.
pub(crate) const NO_DENY: &str = "this rule has no `deny`";

/// Rules, libraries and tests.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    /// Rules in Rego, sorted by id.
    pub rules: Vec<Arc<Rule>>,
    /// The rule about resources that are expected, which is not in Rego; `None` where it was not selected.
    pub expected: Option<Arc<Rule>>,
    /// Files that rules may import from.
    pub libraries: Vec<Arc<PolicyFile>>,
    /// Files of tests.
    pub tests: Vec<Arc<PolicyFile>>,
    /// Files of rules that were not selected; the selected ones may refer to them.
    pub unselected: Vec<Arc<PolicyFile>>,
}

impl PolicySet {
    /// All rules that can be named: those in Rego, then the one about resources that are expected.
    pub fn named(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.iter().chain(&self.expected)
    }

    /// The rules that apply to an operation; they may refer to the others.
    #[must_use]
    pub fn about(&self, operation: Operation) -> Self {
        let (rules, others): (Vec<_>, Vec<_>) =
            self.rules.iter().cloned().partition(|rule| rule.applies_to.contains(&operation));
        let mut unselected = self.unselected.clone();
        unselected.extend(others.iter().map(|rule| Arc::clone(&rule.file)));
        Self {
            rules,
            expected: self.expected.clone(),
            libraries: self.libraries.clone(),
            tests: self.tests.clone(),
            unselected,
        }
    }
}

/// Sorts policy files into rules, libraries and tests.
///
/// # Errors
///
/// Everything that is wrong with METADATA, ids and packages, in the order of the files.
pub fn load(files: &[Arc<PolicyFile>]) -> Result<PolicySet, Vec<Diagnostic>> {
    let (set, problems) = load_partly(files);
    if problems.is_empty() { Ok(set) } else { Err(problems) }
}

/// The same, with whatever can be used beside what is wrong.
pub(crate) fn load_partly(files: &[Arc<PolicyFile>]) -> (PolicySet, Vec<Diagnostic>) {
    let mut set = PolicySet { expected: Some(expected_rule()), ..PolicySet::default() };
    let mut problems = Vec::new();
    for file in files {
        if file.is_test() {
            match lost_rule(file) {
                Some(problem) => problems.push(problem),
                None => set.tests.push(Arc::clone(file)),
            }
            continue;
        }
        match read(file) {
            Ok(Some(rule)) => set.rules.push(Arc::new(rule)),
            Ok(None) => set.libraries.push(Arc::clone(file)),
            Err(found) => problems.extend(found),
        }
    }
    problems.extend(duplicates(&set));
    set.rules.sort_by(|a, b| a.id.cmp(&b.id));
    (set, problems)
}

/// What is wrong with a file that is named like tests, but denies or has the id of a rule: it would never be
/// evaluated.
fn lost_rule(file: &PolicyFile) -> Option<Diagnostic> {
    let id = || {
        let block = blocks(file).ok()?.into_iter().find(|block| block.of_package)?;
        let id = block.annotations.custom?.value.id?;
        Some(offset(file, &id.referenced))
    };
    let deny = || Some(file.offset(file.definition_line_1based("deny")?, 1));
    let at = id().or_else(deny)?;
    Some(
        problem(file, at, "this file holds a rule, but its name says that it holds tests")
            .help("give the file a name that does not end in `_test.rego`: files of tests are not evaluated"),
    )
}

/// The rule that a file holds, or `None` for a library.
fn read(file: &Arc<PolicyFile>) -> Result<Option<Rule>, Vec<Diagnostic>> {
    let blocks = blocks(file)?;
    let of_package = blocks.into_iter().find(|block| block.of_package);
    let deny = file.definition_line_1based("deny");
    match of_package {
        Some(Block { annotations: Annotations { custom: Some(custom), .. }, .. })
            if deny.is_none() && custom.value.id.is_none() =>
        {
            // A library may say something in `custom`, but nothing that only a rule can say.
            Ok(None)
        }
        Some(Block { annotations, line_1based, .. }) if annotations.custom.is_some() => {
            rule(file, annotations, line_1based, deny).map(Some)
        }
        _ => match deny {
            None => Ok(None),
            Some(line) => Err(vec![
                problem(file, file.offset(line, 1), "this file denies, but no METADATA gives it an id").help(
                    "put `# METADATA` with `custom: {id: …, severity: …, applies_to: …}` right above \
                         `package`: without an id the rule would never be evaluated",
                ),
            ]),
        },
    }
}

fn rule(
    file: &Arc<PolicyFile>,
    annotations: Annotations,
    mark_line_1based: u64,
    deny: Option<u64>,
) -> Result<Rule, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mark = file.offset(mark_line_1based, 3);
    let Annotations { title, description, related_resources, custom, .. } = annotations;
    let (custom, custom_at) = match custom {
        Some(Spanned { value, referenced, .. }) => (value, offset(file, &referenced)),
        None => (Custom::default(), mark),
    };
    let mut missing = |what: &str, help: &str| {
        problems.push(problem(file, custom_at, &format!("METADATA lacks {what}")).help(help));
    };
    if title.is_none() {
        missing("`title`", "say in a line what the rule requires");
    }
    if custom.id.is_none() {
        missing("`custom.id`", "give the rule a short permanent id, e.g. `ORG-SSM-001`");
    }
    if custom.severity.is_none() {
        missing("`custom.severity`", "say `critical`, `high`, `medium` or `low`");
    }
    if custom.applies_to.0.is_empty() {
        missing("`custom.applies_to`", "name the operation whose resources the rule judges");
    }
    if deny.is_none() {
        problems.push(problem(file, mark, NO_DENY).help(
            "add `deny contains {\"msg\": msg, \"path\": path} if { … }`: without it nothing can ever fail",
        ));
    }
    let id = custom.id.and_then(|id| {
        if RuleId::parse(&id.value).is_ok_and(|id| id.is_expected()) {
            let message = format!("the id `{}` is taken by a rule of probity itself", printable(&id.value));
            problems.push(problem(file, offset(file, &id.referenced), &message).help("choose another id"));
        }
        RuleId::parse(&id.value)
            .map_err(|error| {
                let help = "use letters, digits, `-` and `_`, beginning with a letter";
                let at = offset(file, &id.referenced);
                problems.push(problem(file, at, &error.to_string()).help(help));
            })
            .ok()
    });
    let severity = custom.severity.and_then(|severity| {
        severity
            .value
            .parse::<Severity>()
            .map_err(|error| {
                let help = "known are `critical`, `high`, `medium` and `low`";
                let at = offset(file, &severity.referenced);
                problems.push(problem(file, at, &error.to_string()).help(help));
            })
            .ok()
    });
    for path in &custom.optional {
        if optional_path(&path.value).is_none() {
            let message = format!("`{}` is no path of a resource", printable(&path.value));
            let help = "write it as the rule reads it: `a.b`, `a.list[].b` for each element";
            problems.push(problem(file, offset(file, &path.referenced), &message).help(help));
        }
    }
    let mut applies_to = Vec::new();
    for name in &custom.applies_to.0 {
        match name.value.parse::<Operation>() {
            Ok(operation) => applies_to.push(operation),
            Err(error) => {
                problems.push(problem(file, offset(file, &name.referenced), &error.to_string()));
            }
        }
    }
    applies_to.sort_unstable();
    applies_to.dedup();
    let package = file.package().map(|(package, _)| package.to_owned());
    match (id, title, severity, package, deny) {
        (Some(id), Some(title), Some(severity), Some(package), Some(line_1based)) if problems.is_empty() => {
            Ok(Rule {
                id,
                title,
                description,
                severity,
                applies_to,
                params: custom.params,
                remediation: custom.remediation,
                controls: custom.controls,
                optional: custom.optional.into_iter().map(|path| path.value).collect(),
                related_resources: related_resources.into_iter().map(|related| related.0).collect(),
                package,
                file: Arc::clone(file),
                line_1based,
            })
        }
        (.., None, _) => {
            problems.push(problem(file, mark, "this file declares no package"));
            Err(problems)
        }
        _ => Err(problems),
    }
}

/// Ids and packages that stand twice.
fn duplicates(set: &PolicySet) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut ids: BTreeMap<&str, &Rule> = BTreeMap::new();
    let mut packages: BTreeMap<&str, &PolicyFile> = BTreeMap::new();
    for rule in &set.rules {
        if let Some(first) = ids.insert(rule.id.as_str(), rule) {
            let message = format!("two rules have the id `{}`", rule.id);
            problems.push(
                at_text(&rule.file, rule.id.as_str(), &message)
                    .help("give one of them another id, or leave out the built-in rules with --no-builtin")
                    .with(at_text(&first.file, rule.id.as_str(), "the other rule")),
            );
        }
        if let Some(first) = packages.insert(&rule.package, &rule.file) {
            problems.push(same_package(&rule.file, first));
        }
    }
    for library in &set.libraries {
        let Some((package, _)) = library.package() else {
            continue;
        };
        let clash = packages.get(package).copied().filter(|other| {
            // Libraries of one author may share a package; nobody may add to a rule's, or to a built-in.
            let rules = set.rules.iter().any(|rule| rule.package == package);
            rules || other.is_builtin() != library.is_builtin()
        });
        match clash {
            Some(first) => problems.push(same_package(library, first)),
            None => {
                packages.insert(package, library);
            }
        }
    }
    problems
}

fn same_package(file: &PolicyFile, first: &PolicyFile) -> Diagnostic {
    let (package, span) = file.package().unwrap_or(("", 0..0));
    let message = format!("the package `{package}` is declared twice, and the two would be mixed");
    let (place, excerpt) = file.place(span, "here");
    let (_, first_span) = first.package().unwrap_or(("", 0..0));
    let (first_place, first_excerpt) = first.place(first_span, "and here");
    Diagnostic::error(Code::PolicyMetadata, message)
        .at(place)
        .showing(excerpt)
        .help("give each file a package of its own")
        .with(
            Diagnostic::error(Code::PolicyMetadata, "the other declaration")
                .at(first_place)
                .showing(first_excerpt),
        )
}

/// A problem at the first place where `text` stands in a METADATA line.
fn at_text(file: &PolicyFile, text: &str, message: &str) -> Diagnostic {
    let at = file.text.find(text).unwrap_or(0);
    problem(file, at, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "# METADATA\n# title: T\n# custom:\n#   id: X-1\n#   severity: high\n#   applies_to: ListPublishBatch\n#   params: {max: 0}\npackage x.one\n\ndeny contains 1 if true\n";

    fn loaded(files: &[(&str, &str)]) -> Result<PolicySet, Vec<(String, u64)>> {
        let files: Vec<_> = files.iter().map(|(name, text)| Arc::new(PolicyFile::new(name, *text))).collect();
        load(&files).map_err(|problems| {
            problems
                .into_iter()
                .map(|problem| {
                    assert_eq!(problem.code, Code::PolicyMetadata);
                    (problem.message, problem.place.unwrap().start.line_1based)
                })
                .collect()
        })
    }

    #[test]
    fn files_are_sorted_into_rules_libraries_and_tests() {
        let set = loaded(&[
            ("b.rego", RULE),
            ("lib.rego", "package x.lib\n\nf(y) := y\n"),
            ("b_test.rego", "package x.one_test\n\ntest_a if true\n"),
        ])
        .unwrap();
        assert_eq!((set.rules.len(), set.libraries.len(), set.tests.len()), (1, 1, 1));
        let rule = &set.rules[0];
        assert_eq!(rule.package, "x.one");
        assert_eq!(rule.line_1based, 10);
        assert_eq!(rule.applies_to, [Operation::ListPublishBatch]);
        assert_eq!(rule.params["max"], 0);
    }

    #[test]
    fn what_a_rule_lacks_is_told_all_at_once() {
        let text =
            "# METADATA\n# custom:\n#   params: {}\n#   id: X-1\npackage x\n\ndeny contains 1 if true\n";
        let problems = loaded(&[("a.rego", text)]).unwrap_err();
        let messages: Vec<_> = problems.iter().map(|(message, _)| message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "METADATA lacks `title`",
                "METADATA lacks `custom.severity`",
                "METADATA lacks `custom.applies_to`"
            ]
        );
    }

    #[test]
    fn wrong_values_are_told_at_their_place() {
        let text = RULE.replace("high", "hihg").replace("ListPublishBatch", "ListPublishBach");
        assert_eq!(
            loaded(&[("a.rego", &text)]).unwrap_err(),
            [
                ("unknown severity `hihg`, did you mean `high`?".to_owned(), 5),
                ("unknown operation `ListPublishBach`, did you mean `ListPublishBatch`?".to_owned(), 6)
            ]
        );
        let text = RULE.replace("X-1", "X.1");
        assert_eq!(loaded(&[("a.rego", &text)]).unwrap_err(), [("`X.1` cannot be a rule id".to_owned(), 4)]);
    }

    #[test]
    fn a_denial_without_an_id_is_not_a_library() {
        let problems = loaded(&[("a.rego", "package x\n\ndeny contains 1 if true\n")]).unwrap_err();
        assert_eq!(problems, [("this file denies, but no METADATA gives it an id".to_owned(), 3)]);
    }

    #[test]
    fn a_rule_in_a_file_of_tests_is_not_lost() {
        assert_eq!(
            loaded(&[
                ("load_test.rego", RULE),
                ("main_test.rego", "package main\n\ndeny contains 1\n"),
                ("dney_test.rego", &RULE.replace("deny", "dney")),
            ])
            .unwrap_err(),
            [4, 3, 4].map(|line| {
                ("this file holds a rule, but its name says that it holds tests".to_owned(), line)
            })
        );
    }

    #[test]
    fn a_denial_is_found_however_it_is_written() {
        for deny in
            ["  deny contains 1", "x := 1 deny contains 1", "default\ndeny := {1}", "deny.a contains 1"]
        {
            let text = format!("package x\n{deny}\n");
            assert!(loaded(&[("a.rego", &text)]).is_err(), "{deny}");
        }
        let text = "package x\n\nf(deny) if deny.deny == `\ndeny`\n";
        assert_eq!(loaded(&[("a.rego", text)]).unwrap().libraries.len(), 1);
    }

    #[test]
    fn a_rule_without_deny_cannot_fail_and_is_refused() {
        let text = RULE.replace("deny", "dney");
        assert_eq!(loaded(&[("a.rego", &text)]).unwrap_err(), [("this rule has no `deny`".to_owned(), 1)]);
    }

    #[test]
    fn ids_and_packages_are_unique() {
        let other = RULE.replace("x.one", "x.two");
        let problems = loaded(&[("a.rego", RULE), ("b.rego", &other)]).unwrap_err();
        assert_eq!(problems, [("two rules have the id `X-1`".to_owned(), 4)]);
        let other = RULE.replace("X-1", "X-2");
        let problems = loaded(&[("a.rego", RULE), ("b.rego", &other)]).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].0.starts_with("the package `x.one` is declared twice"));
        let problems =
            loaded(&[("builtin:a.rego", RULE), ("b.rego", "package x.one\n\nf := 1\n")]).unwrap_err();
        assert_eq!(problems.len(), 1);
    }
}
