//! `probity test`.

use crate::support::{Folder, Outcome, places, probity, rule};

/// Two denials:
///
/// ```text
///  9 deny contains msg if {
/// 10     input.n > 1
/// 11     msg := "too many"
/// 12 }
/// 13
/// 14 deny contains "none" if {
/// 15     input.n == 0
/// 16     input.m
/// 17 }
/// ```
fn two_denials() -> String {
    rule(
        "ORG-1",
        "org.one",
        "deny contains msg if {\n\tinput.n > 1\n\tmsg := \"too many\"\n}\n\ndeny contains \"none\" if {\n\tinput.n == 0\n\tinput.m\n}",
    )
}

/// Runs tests of the rule above; they begin in line 5.
fn tested(tests: &str, arguments: &[&str]) -> Outcome {
    let folder = Folder::new();
    folder.file("a.rego", two_denials());
    folder.file("a_test.rego", format!("package org.one_test\n\nimport data.org.one as rule\n\n{tests}\n"));
    probity(&[&["test", &folder.text(), "--color", "never"], arguments].concat())
}

const PASSES: &str = "test_many if rule.deny == {\"too many\"} with input as {\"n\": 2}";

#[test]
fn all_built_in_tests_pass_and_cover_every_line() {
    let outcome = probity(&["test", "--coverage"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{}", outcome.stdout);
    assert!(outcome.stdout.lines().last().unwrap().ends_with(" passed, 0 failed"));
    assert!(!outcome.stdout.contains("not covered"), "{}", outcome.stdout);
    let tests = outcome.stdout.lines().filter(|line| line.starts_with("pass ")).count();
    assert!(tests > 44, "at least one for each rule, and some for the libraries");
}

#[test]
fn a_passing_test_is_named() {
    let outcome = tested(PASSES, &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(outcome.stdout, "pass org.one_test.test_many\n\n1 passed, 0 failed\n");
}

#[test]
fn a_failing_test_shows_the_values_that_it_compares() {
    let test = "test_few if {\n\tn := 2\n\trule.deny == {\"too few\"} with input as {\"n\": n}\n}";
    let outcome = tested(&format!("{test}\n\n{PASSES}"), &[]);
    assert_eq!(outcome.code, 1);
    // The comparison is the third line of the test, behind a tab.
    for words in [
        "FAIL org.one_test.test_few",
        "pass org.one_test.test_many",
        "a_test.rego:7:2",
        "{\"too many\"}",
        "{\"too few\"}",
        "1 passed, 1 failed",
    ] {
        assert!(outcome.stdout.contains(words), "{words}: {}", outcome.stdout);
    }
}

/// The values of both sides that a failing test shows.
#[track_caller]
fn sides(test: &str) -> (String, String) {
    let outcome = tested(test, &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""), "{test}");
    let side = |name: &str| {
        let found = outcome.stdout.lines().find_map(|line| line.strip_prefix("  ")?.strip_prefix(name));
        found.unwrap_or_else(|| panic!("{test}: no {name} in {}", outcome.stdout)).trim().to_owned()
    };
    (side("left "), side("right "))
}

#[test]
fn both_sides_of_every_kind_of_comparison_are_shown() {
    for (test, left, right) in [
        ("test_x if 1 + 1 == 3", "2", "3"),
        ("test_x if count([1, 2]) > 2", "2", "2"),
        ("test_x if {\n\tx := {\"a\": 1}\n\tx.a != 1\n}", "1", "1"),
        ("test_x if rule.nothing == 1", "undefined", "1"),
        ("test_x if [1, {\"a\": null}] == {1, \"b\"}", "[1, {\"a\": null}]", "{1, \"b\"}"),
        ("test_x if count(rule.deny) == 1 with input as {\"n\": 1}", "0", "1"),
    ] {
        assert_eq!(sides(test), (left.to_owned(), right.to_owned()), "{test}");
    }
}

// The engine's ranges leave out the brackets of `set()` and the quotes of strings.
#[test]
fn the_empty_set_and_raw_strings_are_shown_too() {
    let test = "test_x if rule.deny == set() with input as {\"n\": 2}";
    assert_eq!(sides(test), ("{\"too many\"}".to_owned(), "set()".to_owned()));
    assert_eq!(sides("test_x if `a` == \"b\""), ("\"a\"".to_owned(), "\"b\"".to_owned()));
    let several =
        "test_x if {\n\tx := \"é\"\n\ty := {z | z := set( )}\n\tx == concat(`-`, [\"a\", \"b\"])\n}";
    assert_eq!(sides(several), ("\"é\"".to_owned(), "\"a-b\"".to_owned()));
}

#[test]
fn a_statement_that_does_not_hold_is_shown_at_its_place() {
    let outcome = tested("test_x if {\n\ttrue\n\tnot rule.deny\n}", &[]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("a_test.rego:7:2"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("not rule.deny"), "{}", outcome.stdout);
}

#[test]
fn a_test_that_errs_or_panics_fails_and_the_others_go_on() {
    let tests = format!("test_a if 1 / 0 == 1\n\ntest_b if object.subset([1], [])\n\n{PASSES}");
    let outcome = tested(&tests, &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    for words in [
        "FAIL org.one_test.test_a",
        "divide by zero",
        "FAIL org.one_test.test_b",
        "panicked",
        "pass org.one_test.test_many",
        "1 passed, 2 failed",
    ] {
        assert!(outcome.stdout.contains(words), "{words}: {}", outcome.stdout);
    }
}

#[test]
fn what_is_not_true_fails() {
    for test in [
        "test_x := false",
        "test_x := 1",
        "test_x := \"true\"",
        "test_x if nothing\n\nnothing if false",
        "test_x contains 1",
        "default test_x := false",
    ] {
        assert_eq!(tested(test, &[]).code, 1, "{test}");
    }
}

#[test]
fn two_tests_of_one_name_are_refused_with_both_places() {
    let outcome = tested("test_x if true\n\ntest_x if false", &[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("`test_x`"), "{}", outcome.stderr);
    assert_eq!(places(&outcome), ["a_test.rego:7:1", "a_test.rego:5:1"]);
}

#[test]
fn the_same_name_in_two_files_of_a_package_is_refused_and_in_two_packages_not() {
    let folder = Folder::new();
    folder.file("a_test.rego", "package a_test\n\ntest_x if true\n");
    folder.file("b_test.rego", "package a_test\n\ntest_x if false\n");
    let outcome = probity(&["test", &folder.text()]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    folder.file("b_test.rego", "package b_test\n\ntest_x if true\n");
    assert_eq!(probity(&["test", &folder.text()]).code, 0);
}

#[test]
fn nothing_to_run_is_refused() {
    assert_eq!(tested("helper := 1", &[]).code, 2);
    assert_eq!(tested("todo_test_x if true", &[]).code, 2);
    assert_eq!(tested(PASSES, &["--run", "*nothing*"]).code, 2);
    assert_eq!(tested(PASSES, &["--run", "["]).code, 2);
    assert_eq!(probity(&["test", "no/such/folder"]).code, 2);
    assert_eq!(probity(&["test", &Folder::new().text()]).code, 2);
}

#[test]
fn a_file_that_does_not_parse_is_refused_at_its_place() {
    let outcome = tested("test_x if ]", &[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    // `test_x if ` has 10 characters.
    assert_eq!(places(&outcome), ["a_test.rego:5:11"]);
}

#[test]
fn a_glob_chooses_tests_by_their_full_name() {
    let tests = format!("{PASSES}\n\ntest_other if false");
    let outcome = tested(&tests, &["--run", "org.one_test.test_m*"]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, "pass org.one_test.test_many\n\n1 passed, 0 failed\n")
    );
    assert_eq!(tested(&tests, &["--run", "*"]).code, 1);
    assert_eq!(tested(&tests, &["--run", "test_many"]).code, 2, "that is no full name");
}

#[test]
fn a_line_that_no_test_reaches_fails_with_coverage_only() {
    assert_eq!(tested(PASSES, &[]).code, 0);
    let outcome = tested(PASSES, &["--coverage"]);
    assert_eq!(outcome.code, 1);
    // With n = 2 the second denial ends at its first statement: neither its head nor `input.m` counts.
    let line = outcome.stdout.lines().find(|line| line.contains("not covered")).unwrap();
    assert!(line.ends_with("a.rego lines 14, 16"), "{line}");
    let rest = "test_none if rule.deny == {\"none\"} with input as {\"n\": 0, \"m\": 1}";
    assert_eq!(tested(&format!("{PASSES}\n\n{rest}"), &["--coverage"]).code, 0);
}

#[test]
fn a_rule_that_no_test_refers_to_is_not_covered() {
    let folder = Folder::new();
    folder.file("a.rego", rule("ORG-1", "org.one", "deny contains \"x\" if input.n"));
    folder.file(
        "a_test.rego",
        "package org.one_test\n\ntest_x if data.org.one.deny == {\"x\"} with input as {\"n\": 1}\n",
    );
    folder.file("b.rego", rule("ORG-2", "org.two", "deny contains \"x\" if input.n"));
    let outcome = probity(&["test", &folder.text(), "--coverage"]);
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("b.rego lines 9"), "{}", outcome.stdout);
}

#[test]
fn built_in_libraries_are_not_the_users_to_cover() {
    let folder = Folder::new();
    let body = "import data.policies.lib.times\n\ndeny contains \"x\" if times.older_than(input.t, 1)";
    folder.file("a.rego", rule("ORG-1", "org.one", body));
    let test = "test_x if data.org.one.deny == {\"x\"} with input as {\"t\": \"2026-01-01T00:00:00Z\"}";
    folder.file("a_test.rego", format!("package org.one_test\n\n{test}\n"));
    let outcome = probity(&["test", &folder.text(), "--coverage", "--at", "2026-11-21"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("1 of 1 lines covered"), "{}", outcome.stdout);
}

#[test]
fn what_a_test_refers_to_must_be_there() {
    for (test, code, at) in [
        ("test_x if not rule.nothing_knows(1)", "policy.unknown_function", "a_test.rego:5:15"),
        ("test_x if not data.org.other.deny", "policy.unknown_reference", "a_test.rego:5:15"),
        ("test_x if every y in [1] { x > y }", "policy.unbound", "a_test.rego:5:28"),
    ] {
        let outcome = tested(test, &[]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{test}");
        assert!(outcome.stderr.contains(code), "{}", outcome.stderr);
        assert_eq!(places(&outcome), [at], "{test}");
    }
    // `check` does not run tests.
    let folder = Folder::new();
    folder
        .file("a.rego", rule("ORG-1", "org.one", "deny contains \"x\" if input.resource.name == \"nobody\""));
    folder.file("a_test.rego", "package org.one_test\n\ntest_x if nobody_knows(1)\n");
    let input = "samples/huawei/coc/list-instance-compliant/compliant.json";
    assert_eq!(probity(&["check", input, "--no-builtin", "--policies", &folder.text()]).code, 0);
}

#[test]
fn a_long_chain_of_rules_does_not_end_the_process() {
    let folder = Folder::new();
    let chain: String = (0..3_000).map(|n| format!("p{n} if p{}\n", n + 1)).collect();
    folder.file("a_test.rego", format!("package a_test\n\ntest_x if p0\n\np3000 := true\n\n{chain}"));
    let outcome = probity(&["test", &folder.text()]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}

#[test]
fn tests_may_use_the_built_in_libraries_and_the_clock() {
    let test = "import data.policies.lib.times\n\ntest_age if times.age_days(\"2026-11-19T12:00:00Z\") == 1";
    assert_eq!(tested(test, &["--at", "2026-11-21"]).code, 0);
    // 20,778 days.
    assert_eq!(tested("test_now if time.now_ns() == 1795219200000000000", &["--at", "2026-11-21"]).code, 0);
    let own = "test_own if time.now_ns() == 7 with time.now_ns as 7";
    assert_eq!(tested(own, &["--at", "2026-11-21"]).code, 0, "a test may set its own");
}

#[test]
fn what_a_failing_test_prints_is_shown() {
    let outcome = tested("test_x if {\n\tprint(\"so far\")\n\tfalse\n}", &[]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("so far"), "{}", outcome.stdout);
}
