//! Packages that nothing reaches, or that hide one another.

use super::*;
use crate::evaluate::run_tests;
use crate::policy::{Selection, builtin_files, select};

const RULE: &str = "deny contains \"x\" if input.resource.Name == \"a\"";

/// Code and place of what is wrong.
fn places(files: &[(&str, &str)]) -> Vec<(String, String)> {
    problems(files).into_iter().map(|(code, _, at)| (code, at)).collect()
}

fn unreachable(at: &str) -> (String, String) {
    ("policy.unreachable".to_owned(), at.to_owned())
}

#[test]
fn a_file_that_nothing_refers_to_is_refused() {
    let rule = rule("GetPatchBaseline", &[], RULE);
    let violation = "package main\n\nviolation contains \"x\" if input.resource.Name == \"b\"\n";
    let found = problems(&[("rule.rego", &rule), ("main.rego", violation)]);
    let message = "neither a rule nor a test refers to the package `main`".to_owned();
    assert_eq!(found, [("policy.unreachable".to_owned(), message, "main.rego:1:1".to_owned())]);
    let constants = ("c.rego", "package org.c\n\nmost := 1\n");
    assert_eq!(places(&[("rule.rego", &rule), constants]), [unreachable("c.rego:1:1")]);
}

#[test]
fn a_library_is_reached_over_another() {
    let user = rule("GetPatchBaseline", &[], "import data.org.a\n\ndeny contains \"x\" if a.f(1)");
    let a = ("a.rego", "package org.a\n\nf(x) := data.org.b.g(x)\n");
    let b = ("b.rego", "package org.b\n\ng(x) := x\n");
    let c = ("c.rego", "package org.c\n\nh := data.org.a\n");
    assert_eq!(places(&[("rule.rego", &user), a, b]), []);
    // It refers to the others, but none to it.
    assert_eq!(places(&[("rule.rego", &user), a, b, c]), [unreachable("c.rego:1:1")]);
    // Two files of one package reach each other.
    let more = ("more.rego", "package org.a\n\nk := 1\n");
    assert_eq!(places(&[("rule.rego", &user), a, b, more]), []);
}

#[test]
fn a_test_reaches_what_it_is_about() {
    let rule = rule("GetPatchBaseline", &[], RULE);
    let library = ("c.rego", "package org.c\n\nmost := 1\n");
    let test = ("c_test.rego", "package org.c_test\n\ntest_most if data.org.c.most == 1\n");
    assert_eq!(places(&[("rule.rego", &rule), library, test]), []);
    // One that does not parse is no reason to refuse what it names.
    let broken = ("c_test.rego", "package org.c_test\n\ntest_most if data.org.c.most == ]\n");
    assert_eq!(places(&[("rule.rego", &rule), library, broken]), []);
}

#[test]
fn a_rule_that_is_not_selected_reaches_its_library_too() {
    let one = rule("GetPatchBaseline", &[], RULE);
    let two = rule("GetPatchBaseline", &[], "deny contains \"x\" if data.org.lib.f(1)")
        .replace("T-1", "T-2")
        .replace("org.t", "org.two");
    let files =
        [("one.rego", one.as_str()), ("two.rego", &two), ("lib.rego", "package org.lib\n\nf(x) := x\n")];
    let selected = |files: &[(&str, &str)]| {
        let files: Vec<Arc<PolicyFile>> =
            files.iter().map(|(name, text)| Arc::new(PolicyFile::new(name, *text))).collect();
        let selection = Selection { include: vec!["T-1".into()], ..Selection::default() };
        let set = select(&load(&files).unwrap(), &selection).unwrap();
        let problems = Plan::new(&set, DateTime::UNIX_EPOCH).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(selected(&files), []);
    // And what nothing reaches is refused with any selection.
    let lost = ("lost.rego", "package org.lost\n\nviolation contains 1\n");
    assert_eq!(selected(&[&files[..], &[lost]].concat()), [Code::PolicyUnreachable]);
}

#[test]
fn a_package_below_a_rule_is_refused() {
    let user = rule("GetPatchBaseline", &[], &format!("import data.org.t.lib\n\n{RULE}\n\nlib := lib.most"));
    let library = ("lib.rego", "package org.t.lib\n\nmost := 1\n");
    let found = problems(&[("rule.rego", &user), library]);
    let message = "the package `org.t.lib` and the rule `lib` of `org.t` hide each other".to_owned();
    assert!(
        found.contains(&("policy.unreachable".to_owned(), message, "rule.rego:13:1".to_owned())),
        "{found:?}"
    );
    let far = rule("GetPatchBaseline", &[], &format!("{RULE}\n\nlib.more := data.org.t.lib.most"));
    let message = "the package `org.t.lib` and the rule `lib.more` of `org.t` hide each other".to_owned();
    let found = problems(&[("rule.rego", &far), library]);
    assert!(
        found.contains(&("policy.unreachable".to_owned(), message, "rule.rego:11:1".to_owned())),
        "{found:?}"
    );
    // Beside each other they are fine.
    let fine = rule("GetPatchBaseline", &[], &format!("{RULE}\n\nlibs := data.org.t.lib.most"));
    assert_eq!(places(&[("rule.rego", &fine), library]), []);
}

#[test]
fn tests_are_held_to_the_same() {
    let files = [
        ("a.rego", "package org.a\n\nviolation contains 1\n"),
        ("b_test.rego", "package org.b_test\n\ntest_x if true\n"),
    ];
    let files: Vec<Arc<PolicyFile>> =
        files.iter().map(|(name, text)| Arc::new(PolicyFile::new(name, *text))).collect();
    let problems = run_tests(&files, DateTime::UNIX_EPOCH, &|_| true).unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::PolicyUnreachable]);
}

#[test]
fn the_tests_of_a_package_see_its_other_files() {
    let files = [
        ("a.rego", "package org.a\n\nmost := 1\n"),
        ("a_test.rego", "package org.a\n\ntest_most if most == 1\n"),
    ];
    let files: Vec<Arc<PolicyFile>> =
        files.iter().map(|(name, text)| Arc::new(PolicyFile::new(name, *text))).collect();
    assert!(run_tests(&files, DateTime::UNIX_EPOCH, &|_| true).unwrap().tests[0].passed);
}

#[test]
fn the_built_in_libraries_may_be_unused() {
    let set = load(&builtin_files()).unwrap();
    assert!(Plan::new(&set, DateTime::UNIX_EPOCH).is_ok());
}
