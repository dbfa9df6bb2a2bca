//! `probity lint`.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Folder, Outcome, places, probity, rule};

/// Lints these files.
fn linted(files: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    let folder = Folder::new();
    for (name, text) in files {
        folder.file(name, text);
    }
    probity(&[&["lint", &folder.text(), "--color", "never"], arguments].concat())
}

/// The problems of a JSON report: code, and place without the folder.
fn problems(outcome: &Outcome) -> Vec<(String, String)> {
    let document = outcome.json();
    let told = document["problems"].as_array().unwrap().iter().map(|problem| {
        let file = problem["file"].as_str().unwrap_or_default().rsplit('/').next().unwrap();
        let at = format!("{file}:{}:{}", problem["line"], problem["column"]);
        (problem["code"].as_str().unwrap().to_owned(), at)
    });
    told.collect()
}

/// A test that refers to the rule of the tests.
const TEST: (&str, &str) =
    ("rule_test.rego", "package org.one_test\n\nimport data.org.one\n\ntest_x if one.deny == set()\n");

/// A rule with further METADATA under `custom`, linted with a test beside it.
fn of_rule(custom: &[&str], body: &str) -> Outcome {
    let lines: String = custom.iter().map(|line| format!("#   {line}\n")).collect();
    let text = rule("ORG-1", "org.one", body).replace("package", &format!("{lines}package"));
    linted(&[("rule.rego", &text), TEST], &["--format", "json"])
}

#[track_caller]
fn finds(custom: &[&str], body: &str, expected: &[(&str, &str)]) {
    let outcome = of_rule(custom, body);
    let expected: Vec<(String, String)> =
        expected.iter().map(|(code, at)| ((*code).to_owned(), format!("rule.rego:{at}"))).collect();
    assert_eq!(problems(&outcome), expected, "{body}");
    assert_eq!(outcome.code, 0, "warnings alone are no failure");
}

const COUNT: &str = "input.resource.non_compliant_summary.non_compliant_count";

#[test]
fn the_built_in_policies_are_clean() {
    let outcome = probity(&["lint", "--fail-on", "warning"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{}", outcome.stdout);
    assert_eq!(outcome.stdout, "96 files with 44 rules: 0 errors, 0 warnings\n");
    // The same files by their folder.
    let folder = probity(&["lint", "policies", "--fail-on", "warning"]);
    assert_eq!((folder.code, folder.stdout), (0, outcome.stdout));
}

#[test]
fn a_rule_that_is_tested_and_says_what_it_saw_is_clean() {
    let body = format!("deny contains sprintf(\"%v\", [n]) if {{\n\tn := {COUNT}\n\tn > 0\n}}");
    finds(&[], &body, &[]);
}

#[test]
fn a_rule_without_a_test_is_told() {
    let text = rule("ORG-1", "org.one", "deny contains input.resource.name if input.resource.name");
    let found = |tests: &[(&str, &str)]| {
        problems(&linted(&[&[("rule.rego", &*text)], tests].concat(), &["--format", "json"]))
    };
    // The package is declared in line 7.
    let untested = [("lint.untested".to_owned(), "rule.rego:7:1".to_owned())];
    assert_eq!(found(&[]), untested);
    assert_eq!(found(&[TEST]), []);
    assert_eq!(found(&[("a_test.rego", "package org.one\n\ntest_x if deny == set()\n")]), []);
    assert_eq!(found(&[("a_test.rego", "package org.other_test\n\ntest_x if true\n")]), untested);
    assert_eq!(
        found(&[("a_test.rego", "package org.one_test\n\nimport data.org.one\n\nx := one.deny\n")]),
        untested
    );
}

#[test]
fn a_param_that_is_not_read_is_told_where_it_is_declared() {
    let body = format!("deny contains sprintf(\"%v\", [{COUNT}]) if {COUNT} > input.params.max");
    // `#   params: {max: 0, ` has 21 characters.
    finds(&["params: {max: 0, min: 1}"], &body, &[("lint.unused_param", "7:22")]);
    finds(&["params: {max: 0}"], &body, &[]);
    let all = format!(
        "deny contains sprintf(\"%v\", [{COUNT}]) if {COUNT} > object.get(input, [\"params\", \"max\"], 0)"
    );
    finds(&["params: {max: 0}"], &all, &[]);
    let any = format!("deny contains sprintf(\"%v %v\", [{COUNT}, input.params]) if {COUNT} > 0");
    finds(&["params: {max: 0, min: 1}"], &any, &[]);
}

#[test]
fn a_computed_key_is_told() {
    let body = "deny contains input.resource.name if {\n\tinput.resource.execution_summary[lower(input.resource.name)]\n}";
    // A tab, `input.resource.execution_summary[` of 33 characters: the key is at column 35.
    finds(&[], body, &[("lint.subtree_read", "10:35")]);
    let body = "deny contains input.resource.name if {\n\twalk(input.resource.execution_summary, [_, value])\n\tvalue == 1\n}";
    finds(&[], body, &[("lint.subtree_read", "10:2")]);
}

#[test]
fn an_optional_field_that_is_not_handled_is_told_once() {
    // Its document says that `group` may be null.
    let body = "deny contains input.resource.group if input.resource.group == \"x\"";
    // `deny contains "` … `if input.resource.` : the read of the body stands behind 53 characters.
    finds(&[], body, &[("lint.unhandled_optional", "9:54")]);
    finds(&["optional: [group]"], body, &[]);
    let handled = "deny contains group if {\n\tgroup := object.get(input.resource, \"group\", null)\n\tgroup == \"x\"\n}";
    finds(&[], handled, &[]);
    finds(&[], "deny contains \"no group\" if not input.resource.group", &[]);
    let region = "deny contains input.resource.name if input.source.region == \"x\"";
    finds(&[], region, &[("lint.unhandled_optional", "9:51")]);
}

#[test]
fn an_optional_path_that_is_not_read_is_told() {
    let body = "deny contains input.resource.name if input.resource.name";
    // `#   optional: [name, ` has 21 characters.
    finds(&["optional: [name, gruop]"], body, &[("lint.unread_optional", "7:22")]);
}

#[test]
fn a_message_that_does_not_show_its_value_is_told() {
    let told = |body: &str, at: &str| finds(&[], body, &[("lint.message_without_value", at)]);
    told(&format!("deny contains \"too many\" if {COUNT} > 0"), "9:15");
    told(&format!("deny contains {{\"msg\": \"too many\", \"path\": \"x\"}} if {COUNT} > 0"), "9:23");
    told(&format!("deny contains msg if {{\n\t{COUNT} > 0\n\tmsg := \"too many\"\n}}"), "11:9");
    told("deny contains \"x\" if input.resource.name != \"a\"", "9:15");
    told("deny contains \"x\" if not input.resource.name in {\"a\", \"b\"}", "9:15");
    told("deny contains \"x\" if not input.resource.name == \"a\"", "9:15");
    for body in [
        "deny contains \"x\" if input.resource.name == \"a\"",
        "deny contains \"x\" if input.resource.name in {\"a\", \"b\"}",
        "deny contains \"x\" if {\n\tinput.resource.name != null\n\tinput.resource.name == \"a\"\n}",
        "deny contains \"x\" if input.resource.name != \"\"",
    ] {
        finds(&[], body, &[]);
    }
}

#[test]
fn versions_that_are_ordered_as_text_are_told() {
    let body = "deny contains input.resource.Version if input.resource.Version < \"1.9\"";
    let text = rule("ORG-1", "org.one", body).replace("huawei.coc.ListInstanceCompliant", "ListPublishBatch");
    let outcome = linted(&[("rule.rego", &text), TEST], &["--format", "json"]);
    assert_eq!(problems(&outcome), [("lint.text_order".to_owned(), "rule.rego:9:41".to_owned())]);
}

/// Files of which each is wrong in its own way.
fn all_wrong() -> Vec<(&'static str, String)> {
    let text = |id: &str, package: &str, body: &str| rule(id, package, body);
    vec![
        ("a.rego", text("ORG-1", "org.a", "deny contains ]")),
        ("b.rego", text("ORG-2", "org.b", "deny contains \"x\" if nobody_knows(1)").replace("high", "hihg")),
        ("c.rego", text("ORG-3", "org.c", "deny contains \"x\" if {\n\tinput.resource.nmae == \"x\"\n\tunbound == 1\n}")),
        ("d.rego", "package org.d\n\nviolation contains \"x\"\n".to_owned()),
        (
            "e_test.rego",
            "package org.e_test\n\ntest_a if data.org.a.deny\n\ntest_c if data.org.c.deny\n\ntest_c if true\n"
                .to_owned(),
        ),
    ]
}

#[test]
fn everything_is_told_at_once_also_beside_a_file_that_does_not_parse() {
    let files = all_wrong();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let outcome = linted(&files, &["--format", "json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    let expected = [
        // `deny contains ` has 14 characters; what the test says of its package is not told.
        ("policy.parse", "a.rego:9:15"),
        // `#   severity: ` has 14, `deny contains "x" if ` 21.
        ("policy.metadata", "b.rego:5:15"),
        ("policy.unknown_function", "b.rego:9:22"),
        // A tab, `input.resource.` of 15 characters.
        ("policy.unknown_path", "c.rego:10:17"),
        ("policy.unbound", "c.rego:11:2"),
        ("policy.unreachable", "d.rego:1:1"),
        ("policy.duplicate_test", "e_test.rego:7:1"),
    ];
    let expected: Vec<(String, String)> =
        expected.iter().map(|(code, at)| ((*code).to_owned(), (*at).to_owned())).collect();
    assert_eq!(problems(&outcome), expected);
    let summary = json!({"files": 5, "rules": 2, "errors": 7, "warnings": 0});
    assert_eq!(outcome.json()["summary"], summary);
    let pretty = linted(&files, &[]);
    assert_eq!((pretty.code, pretty.stderr.as_str()), (1, ""));
    assert!(pretty.stdout.ends_with("5 files with 2 rules: 7 errors, 0 warnings\n"), "{}", pretty.stdout);
    let shown = Outcome { stderr: pretty.stdout, ..outcome };
    let mut told: Vec<String> = expected.into_iter().map(|(_, at)| at).collect();
    // The other of the two tests.
    told.push("e_test.rego:5:1".to_owned());
    assert_eq!(places(&shown), told);
}

#[test]
fn what_lint_calls_an_error_check_refuses() {
    for (name, text) in all_wrong().into_iter().take(4) {
        let folder = Folder::new();
        folder.file(
            "rule.rego",
            rule("ORG-9", "org.nine", "deny contains \"x\" if input.resource.name == \"a\""),
        );
        folder.file(name, text);
        let sample = "samples/huawei/coc/list-instance-compliant/compliant.json";
        assert_eq!(probity(&["check", sample, "--policies", &folder.text()]).code, 2, "{name}");
        assert_eq!(probity(&["lint", &folder.text()]).code, 1, "{name}");
    }
}

#[test]
fn the_json_report_is_of_its_schema() {
    let schema = probity(&["schema", "lint"]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let files = all_wrong();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let document = linted(&files, &["--format", "json"]).json();
    assert!(validator.is_valid(&document), "{document}");
    assert!(validator.is_valid(&probity(&["lint", "--format", "json"]).json()));
    let mut open = document.clone();
    open["problems"][0]["more"] = json!(1);
    assert!(!validator.is_valid(&open), "the schema is closed");
    let problem = &document["problems"][3];
    let keys = ["code", "level", "rule", "line", "column", "end_line", "end_column"];
    let values: Vec<&Value> = keys.iter().map(|key| &problem[*key]).collect();
    // `nmae` has four characters.
    let expected = json!(["policy.unknown_path", "error", "ORG-3", 10, 17, 10, 21]);
    assert_eq!(json!(values), expected);
    assert_eq!(
        problem["message"],
        "`input.resource` has no documented field `nmae` in `huawei.coc.ListInstanceCompliant`, did you mean `name`?"
    );
    let related = &document["problems"][6]["related"][0];
    assert_eq!((&related["line"], &related["column"]), (&json!(5), &json!(1)));
}

#[test]
fn exit_codes_tell_warnings_errors_and_files_that_cannot_be_read_apart() {
    let clean = rule("ORG-1", "org.one", "deny contains input.resource.name if input.resource.name");
    let code = |files: &[(&str, &str)], arguments: &[&str]| linted(files, arguments).code;
    assert_eq!(code(&[("rule.rego", &clean), TEST], &["--fail-on", "warning"]), 0);
    assert_eq!(code(&[("rule.rego", &clean)], &[]), 0);
    assert_eq!(code(&[("rule.rego", &clean)], &["--fail-on", "error"]), 0);
    assert_eq!(code(&[("rule.rego", &clean)], &["--fail-on", "warning"]), 1);
    assert_eq!(code(&[("rule.rego", &clean.replace("high", "hihg"))], &[]), 1);
    assert_eq!(code(&[("rule.rego", &clean)], &["--fail-on", "hint"]), 2);
    assert_eq!(probity(&["lint", "no/such/folder"]).code, 2);
    assert_eq!(probity(&["lint", &Folder::new().text()]).code, 2);
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let folder = Folder::new();
    folder.file("latin.rego", b"package x\n\n# caf\xE9\n");
    folder.file("rule.rego", rule("ORG-1", "org.one", "deny contains \"x\" if input.resource.nmae"));
    let outcome = probity(&["lint", &folder.text(), "--format", "json"]);
    assert_eq!(outcome.code, 2, "2 outranks 1");
    let codes: Vec<String> = problems(&outcome).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["policy.unreadable", "lint.untested", "policy.unknown_path"]);
}

#[test]
fn the_report_may_go_to_a_file() {
    let folder = Folder::new();
    let rules = folder.file("rule.rego", rule("ORG-1", "org.one", "deny contains \"x\" if false"));
    let report = folder.path().join("report.json");
    let arguments = ["lint", &rules, "--format", "json", "-o", report.to_str().unwrap()];
    let outcome = probity(&arguments);
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, "", ""));
    let document: Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(document["schema"], "probity.lint/v1");
    assert_eq!(document["problems"][0]["code"], "lint.untested");
}

#[test]
fn an_optional_path_that_is_none_is_refused_at_its_place() {
    let outcome = of_rule(&["optional: [\"a..b\"]"], "deny contains \"x\" if input.resource.name == \"a\"");
    assert_eq!(outcome.code, 1);
    // `#   optional: [` has 15 characters.
    assert_eq!(problems(&outcome), [("policy.metadata".to_owned(), "rule.rego:7:16".to_owned())]);
}

#[test]
fn a_file_that_does_not_parse_is_told_of_as_that_and_nothing_else() {
    let body = "x := lower(\"a\"\n\ndeny contains \"x\" if input.resource.status != x";
    let text = rule("ORG-1", "org.one", body);
    let outcome = linted(&[("rule.rego", &text)], &["--format", "json"]);
    let codes: Vec<String> = problems(&outcome).into_iter().map(|(code, _)| code).collect();
    assert_eq!((outcome.code, codes), (1, vec!["policy.parse".to_owned()]));
    let folder = Folder::new();
    let file = folder.file("rule.rego", text);
    let sample = "samples/huawei/coc/list-instance-compliant/compliant.json";
    let checked = probity(&["check", sample, "--policies", &file]);
    assert_eq!(checked.code, 2);
    assert!(
        checked.stderr.contains("policy.parse") && !checked.stderr.contains("has no `deny`"),
        "{}",
        checked.stderr
    );
}

// Once: `rules` prints METADATA as it stands: a control character in a title reaches the terminal.
#[test]
fn what_a_rule_file_says_of_itself_does_not_reach_the_terminal_raw() {
    let folder = Folder::new();
    let text = "# METADATA\n# title: \"a \\u001b[31m \u{202e} b\"\n# custom:\n#   id: ORG-1\n#   severity: low\n#   applies_to: \
                huawei.coc.ListInstanceCompliant\npackage org.one\n\ndeny contains input.resource.name if true\n";
    let file = folder.file("rule.rego", text);
    let outcome = probity(&["rules", "ORG-1", "--policies", &file]);
    assert_eq!(outcome.code, 0);
    assert!(!outcome.stdout.contains(['\u{1b}', '\u{202e}']), "{}", outcome.stdout);
}
