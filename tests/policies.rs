//! Policies: where they come from, what is wrong with them, and what rules see and say.

mod inputs;
mod listing;
mod metadata;
mod rego_tests;
mod verdicts;

use crate::support::{Folder, Outcome, check, page, places, probity, report, rule};

/// Lists the rules of these files, without the built-in ones.
fn listed(files: &[(&str, &str)]) -> Outcome {
    let folder = Folder::new();
    for (name, text) in files {
        folder.file(name, text);
    }
    probity(&["rules", "--no-builtin", "--policies", &folder.text(), "--color", "never"])
}

/// Judges one compliant report by the rules of these files, without the built-in ones.
fn judged(files: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    let folder = Folder::new();
    let input = folder.file("in/page.json", page(&[report("a")]));
    for (name, text) in files {
        folder.file(&format!("rules/{name}"), text);
    }
    let rules = format!("{}/rules", folder.text());
    check(&[&[input.as_str(), "--no-builtin", "--policies", &rules], arguments].concat())
}

/// Ends with exit code 2 before anything is judged, and names these places.
#[track_caller]
fn refused(outcome: &Outcome, code: &str, at: &[&str]) {
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(code), "{}", outcome.stderr);
    assert_eq!(places(outcome), at, "{}", outcome.stderr);
}

// Where they come from.

#[test]
fn a_folder_that_is_not_there_is_refused() {
    let outcome = probity(&["rules", "--policies", "no/such/folder"]);
    refused(&outcome, "policy.unreadable", &[]);
    assert!(outcome.stderr.contains("`no/such/folder`"));
}

#[test]
fn a_folder_without_policies_is_refused() {
    let folder = Folder::new();
    folder.file("readme.md", "no policy");
    refused(&probity(&["rules", "--policies", &folder.text()]), "policy.unreadable", &[]);
    let input = "samples/huawei/coc/list-instance-compliant/compliant.json";
    refused(&check(&[input, "--policies", &folder.text()]), "policy.unreadable", &[]);
}

#[test]
fn a_file_that_is_no_utf_8_is_refused() {
    let folder = Folder::new();
    folder.file("latin.rego", b"package x\n\n# caf\xE9\n");
    let outcome = probity(&["rules", "--policies", &folder.text()]);
    refused(&outcome, "policy.unreadable", &[]);
    assert!(outcome.stderr.contains("latin.rego") && outcome.stderr.contains("UTF-8"), "{}", outcome.stderr);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let folder = Folder::new();
    let input = folder.file("in/page.json", page(&[report("a")]));
    let text = rule("ORG-1", "org.one", "deny contains \"always\" if input.resource.name");
    let check_with = |text: &str| {
        let rules = folder.file("rule.rego", text);
        check(&[&input, "--policies", &rules, "--rule", "ORG-1"])
    };
    let (plain, marked) = (check_with(&text), check_with(&format!("\u{feff}{text}")));
    assert_eq!((plain.code, marked.code), (1, 1), "{}", marked.stderr);
    let rule = |outcome: &crate::support::Outcome| outcome.json()["findings"][0]["rule"].clone();
    // The line is the same; the digest is that of the file as it is.
    assert_eq!(rule(&marked), rule(&plain));
    let digest = |outcome: &crate::support::Outcome| outcome.json()["policies"][0]["sha256"].clone();
    assert_ne!(digest(&marked), digest(&plain));
}

#[test]
fn every_file_that_cannot_be_used_is_told_at_once() {
    let folder = Folder::new();
    let latin = folder.file("a/latin.rego", b"\xE9");
    let outcome = probity(&["rules", "--policies", &latin, "--policies", "no/such/folder"]);
    refused(&outcome, "latin.rego", &[]);
    assert!(outcome.stderr.contains("no/such/folder"), "{}", outcome.stderr);
}

#[test]
fn a_named_file_and_folders_within_folders_are_read() {
    let folder = Folder::new();
    let one = folder.file("one.txt", rule("ORG-1", "org.one", "deny contains \"x\" if false"));
    folder.file("deep/er/two.rego", rule("ORG-2", "org.two", "deny contains \"x\" if false"));
    let deep = format!("{}/deep", folder.text());
    let arguments = ["rules", "--no-builtin", "--policies", &one, "--policies", &deep, "--format", "json"];
    let outcome = probity(&arguments);
    let ids: Vec<String> = outcome
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["ORG-1", "ORG-2", "POPULATION-001"]);
}

#[test]
fn user_rules_stand_beside_the_built_in_ones() {
    let folder = Folder::new();
    let input = folder.file("in/page.json", page(&[report("a")]));
    folder
        .file("rules/rule.rego", rule("ORG-1", "org.one", "deny contains \"always\" if input.resource.name"));
    let rules = format!("{}/rules", folder.text());
    let outcome = check(&[&input, "--policies", &rules]);
    assert_eq!(outcome.code, 1);
    // Nine built-in rules pass, HWC-COC-009 does not apply.
    let counts = ["pass", "fail", "not_applicable"].map(|verdict| outcome.verdicts(verdict));
    assert_eq!((counts, outcome.json()["summary"]["rules"].as_u64()), ([9, 1, 1], Some(45)));
}

// Libraries.

#[test]
fn a_user_rule_may_use_the_built_in_libraries() {
    let body = "import data.policies.lib.severities\nimport data.policies.lib.times\n\n\
        deny contains msg if {\n\
        \ttimes.older_than(input.resource.execution_summary.report_time, 0)\n\
        \tmsg := sprintf(\"%d patches\", [severities.total(input.resource.compliant_summary.severity_summary)])\n\
        }";
    let outcome = judged(&[("rule.rego", &rule("ORG-1", "org.one", body))], &[]);
    // The report is of the day before the clock, and counts 268 patches, all of unspecified severity.
    assert_eq!((outcome.code, messages(&outcome)), (1, vec!["268 patches".to_owned()]));
}

#[test]
fn a_user_rule_may_use_a_library_of_its_own_and_that_one_another() {
    let body = "import data.org.lib.words\n\ndeny contains words.greeting(input.resource.name)";
    let outcome = judged(
        &[
            ("rule.rego", &rule("ORG-1", "org.one", body)),
            (
                "lib/words.rego",
                "package org.lib.words\n\nimport data.org.lib.marks\n\ngreeting(name) := concat(\"\", [\"hello \", name, marks.end])\n",
            ),
            ("lib/marks.rego", "package org.lib.marks\n\nend := \"!\"\n"),
        ],
        &[],
    );
    assert_eq!((outcome.code, messages(&outcome)), (1, vec!["hello shop-web-1!".to_owned()]));
}

#[test]
fn a_built_in_library_is_replaced_only_where_the_built_in_rules_are_left_out() {
    let library = "package policies.lib.times\n\nolder_than(_, _) := true\n";
    let body = "import data.policies.lib.times\n\ndeny contains \"old\" if times.older_than(\"\", 1)";
    let files = [("rule.rego", &*rule("ORG-1", "org.one", body)), ("times.rego", library)];
    assert_eq!(messages(&judged(&files, &[])), ["old"]);
    let folder = Folder::new();
    for (name, text) in files {
        folder.file(name, text);
    }
    let outcome = probity(&["rules", "--policies", &folder.text()]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("policy.metadata") && outcome.stderr.contains("policies.lib.times"));
}

/// The messages of all findings.
fn messages(outcome: &Outcome) -> Vec<String> {
    let document = outcome.json();
    let findings = document["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
}

// Rego that does not parse or compile. The METADATA of `rule` takes 7 lines, so that the body begins in
// line 9.

/// Judges by one rule, which is refused at this line and column.
#[track_caller]
fn unparsable(body: &str, at: &str) {
    stopped_at(body, "policy.parse", at);
}

/// The same for a variable that nothing binds.
#[track_caller]
fn unbound(body: &str, at: &str) {
    stopped_at(body, "policy.unbound", at);
}

#[track_caller]
fn stopped_at(body: &str, code: &str, at: &str) {
    let outcome = judged(&[("rule.rego", &rule("ORG-1", "org.one", body))], &[]);
    refused(&outcome, code, &[&format!("rule.rego:{at}")]);
}

#[test]
fn a_syntax_error_is_told_at_its_place() {
    // `deny contains "x" if ` has 21 characters.
    unparsable("deny contains \"x\" if ]", "9:22");
    // Two tabs, `x := `: the second `:=` is the eighth character.
    unparsable("deny contains \"x\" if {\n\t\tx := := 3\n}", "10:8");
    // The right side of the comparison is missed where the next token stands.
    unparsable("deny contains \"x\" if {\n\tinput.resource.name ==\n}", "11:1");
    // `deny[msg] ` has 10 characters.
    unparsable("deny[msg] { msg := \"x\" }", "9:11");
}

#[test]
fn a_compile_error_is_told_at_its_place() {
    // Behind one tab.
    unbound("deny contains \"x\" if {\n\tnobody > 1\n}", "10:2");
    // Behind a tab between: `a` 2, `:=` 4 to 5, `1` 7, `;` 8, a tab 9.
    unbound("deny contains \"x\" if {\n\ta := 1;\tnobody > a\n}", "10:10");
}

// The engine counts bytes.
#[test]
fn columns_of_rego_errors_count_characters() {
    // A tab, `a == "` to column 7, one character, `"; ` to column 11.
    for character in ["e", "é", "日", "😀"] {
        let body = format!("a := \"b\"\n\ndeny contains \"x\" if {{\n\ta == \"{character}\"; nobody > 1\n}}");
        unbound(&body, "12:12");
        // The same place, but it is the engine's parser that stops there.
        unparsable(&body.replace("nobody > 1", "]"), "12:12");
        // In a raw string the engine does count characters; a tab is four of them.
        unparsable(&body.replace('\"', "`").replace("nobody > 1", "]"), "12:12");
    }
    // `a == ` to column 6, the raw string to 9, `; ` to 11.
    unparsable("a := 1\n\ndeny contains \"x\" if {\n\ta == `\t`; ]\n}", "12:12");
}

#[test]
fn every_file_that_does_not_parse_is_told_at_once() {
    let one = rule("ORG-1", "org.one", "deny contains ]");
    let two = rule("ORG-2", "org.two", "deny contains {{");
    let library = "package org.lib\n\nf(x) := ]\n";
    let outcome = judged(&[("a.rego", &one), ("b.rego", &two), ("c.rego", library)], &[]);
    // `deny contains ` has 14 characters, `f(x) := ` has 8. The end of b.rego is behind its last line.
    let found = places(&outcome);
    assert_eq!((outcome.code, outcome.stdout.as_str(), found.len()), (2, "", 3), "{}", outcome.stderr);
    assert_eq!((found[0].as_str(), found[2].as_str()), ("a.rego:9:15", "c.rego:3:9"));
    assert!(found[1].starts_with("b.rego:"), "{}", found[1]);
}

// The engine gets the text with another package.
#[test]
fn a_compile_error_shows_the_file_as_it_is_written() {
    let text = rule("ORG-1", "org.one", "deny contains \"x\" if nobody > 1");
    let outcome = judged(&[("rule.rego", &text)], &[]);
    refused(&outcome, "policy.unbound", &["rule.rego:9:22"]);
    assert!(outcome.stderr.contains(" 7 │ package org.one\n"), "{}", outcome.stderr);
}

#[test]
fn messages_of_the_engine_name_the_package_as_it_is_written() {
    let body = "f(x) := x\n\nf(x, y) := y\n\ndeny contains \"x\" if f(1)";
    let outcome = judged(&[("rule.rego", &rule("ORG-1", "org.one", body))], &[]);
    assert_eq!(outcome.code, 2);
    assert!(!outcome.stderr.contains("data.r."), "{}", outcome.stderr);
}

#[test]
fn a_rule_with_carriage_returns_is_read() {
    let text =
        rule("ORG-1", "org.one", "deny contains \"x\" if {\n\tinput.resource.name\n}").replace('\n', "\r\n");
    assert_eq!(messages(&judged(&[("rule.rego", &text)], &[])), ["x"]);
}
