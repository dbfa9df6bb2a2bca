//! Which definition of a rule decided, and that nobody sees how that is found out.

use super::{NODE, finding, judge, payload, rule_on, told};
use serde_json::{Value, json};

const RECORD: &str = r#"{"id": "a", "status": "compliant", "group": "g"}"#;

/// The line of the rule that a finding names.
#[track_caller]
fn line(record: &str, body: &str) -> (String, u64) {
    let finding = finding(NODE, record, body);
    (finding["verdict"].as_str().unwrap().to_owned(), finding["rule"]["line"].as_u64().unwrap())
}

/// Lines 9, 11 and 13.
const THREE: &str = "deny contains \"a\" if input.resource.group == \"one\"\n\ndeny contains \"b\" if input.resource.group == \"two\"\n\ninconclusive contains \"c\" if input.resource.group == \"three\"";

#[test]
fn the_line_is_that_of_the_definition_that_decided() {
    let of = |group: &str| line(&format!("{{\"group\": \"{group}\"}}"), THREE);
    assert_eq!(of("one"), ("fail".to_owned(), 9));
    assert_eq!(of("two"), ("fail".to_owned(), 11));
    assert_eq!(of("three"), ("inconclusive".to_owned(), 13));
}

#[test]
fn of_several_it_is_the_first_in_the_file() {
    let body = "deny contains \"z\" if input.resource.group == \"g\"\n\ndeny contains \"a\" if input.resource.id == \"a\"";
    assert_eq!(line(RECORD, body), ("fail".to_owned(), 9));
    let same = body.replace("\"z\"", "\"a\"");
    let finding = finding(NODE, RECORD, &same);
    // The same words of two values are said of each.
    assert_eq!(finding["rule"]["line"], 9);
}

#[test]
fn without_a_definition_that_decided_it_is_the_rule_s() {
    // That of the package, 7, or of the first definition: the same for all three.
    let of = |group: &str| line(&format!("{{{group}}}"), THREE);
    let (verdict, rule_line) = of("\"group\": \"four\"");
    assert_eq!(verdict, "pass");
    assert_eq!(of(""), ("inconclusive".to_owned(), rule_line));
}

#[test]
fn a_rule_that_refers_to_its_own_denials_works() {
    for reference in ["deny", "data.org.one.deny", "data[\"org\"].one.deny", "data.org[\"one\"][\"deny\"]"] {
        let body = format!(
            "deny contains \"a\" if input.resource.group == \"g\"\n\ninconclusive contains \"b\" if {{\n\tcount({reference}) == 0\n}}\n\ninconclusive contains \"c\" if \"a\" in {reference}"
        );
        let (verdict, at, message) = told(NODE, RECORD, &body);
        assert_eq!((verdict.as_str(), at.as_str(), message.as_str()), ("fail", "", "a"), "{reference}");
        let (verdict, _, message) = told(NODE, r#"{"group": "h"}"#, &body);
        assert_eq!((verdict.as_str(), message.as_str()), ("inconclusive", "b"), "{reference}");
    }
}

#[test]
fn a_rule_that_another_refers_to_shows_its_denials_as_they_are_written() {
    let one = rule_on(NODE, "deny contains \"a\" if input.resource.group == \"g\"");
    for reference in ["data.org.one.deny", "data.org[\"one\"].deny", "one.deny"] {
        let import = if reference.starts_with("one") { "import data.org.one\n\n" } else { "" };
        let body = format!("{import}deny contains msg if some msg in {reference}");
        let two =
            rule_on(NODE, &body).replace("ORG-1", "ORG-2").replace("package org.one", "package org.two");
        let outcome = judge(&payload(NODE, RECORD), &[("one.rego", &one), ("two.rego", &two)]);
        assert!(!outcome.stdout.is_empty(), "{}", outcome.stderr);
        let document = outcome.json();
        let findings = document["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 2, "{reference}");
        for finding in findings {
            assert_eq!(
                (&finding["verdict"], &finding["message"]),
                (&json!("fail"), &json!("a")),
                "{reference}"
            );
        }
        // And where the other says nothing, a missing value is missing for both.
        let outcome = judge(&payload(NODE, r#"{"id": "a"}"#), &[("one.rego", &one), ("two.rego", &two)]);
        let verdicts: Vec<Value> =
            outcome.json()["findings"].as_array().unwrap().iter().map(|f| f["verdict"].clone()).collect();
        assert_eq!(verdicts, ["inconclusive", "inconclusive"], "{reference}");
    }
}

#[test]
fn messages_may_say_anything() {
    for message in ["§", "[\"§\", 0, [], \"x\"]", "§0", "\u{a7}; x", "%d{}`\\"] {
        let body = format!("deny contains {} if input.resource.group == \"g\"", json!(message));
        let (verdict, at, said) = told(NODE, RECORD, &body);
        assert_eq!((verdict.as_str(), at.as_str(), said.as_str()), ("fail", "/group", message));
    }
}

#[test]
fn what_looks_like_a_mark_is_no_denial() {
    // An author's list is no text, whether the file has marks or, as it names its own denials, has none.
    let list = "deny contains [\"§\", 0, [], \"x\"] if input.resource.group == \"g\"";
    for body in [list.to_owned(), format!("{list}\n\ninconclusive contains \"b\" if count(deny) == 7")] {
        let (verdict, _, message) = told(NODE, RECORD, &body);
        assert_eq!(verdict, "error", "{body}");
        assert!(message.contains("must be a text, or an object with `msg`"), "{message}");
    }
}

#[test]
fn heads_of_every_form_take_marks() {
    for head in [
        "deny contains msg if {\n\tinput.resource.group == \"g\"\n\tmsg := \"x\"\n}",
        "deny contains {\"msg\": \"x\"} if input.resource.group == \"g\"",
        "deny contains concat(\"\", [\"x\"]) if { input.resource.group == \"g\" }",
        "deny contains (\"x\") if input.resource.group == \"g\"",
        "deny  contains\n\t\"x\" if\n\tinput.resource.group == \"g\"",
        "deny contains `x` if input.resource.group == \"g\"",
        "deny contains m if {\n\tsome m in [\"x\"]\n\tinput.resource.group == \"g\"\n}",
        "deny contains m if {\n\tsome m in {\"x\", \"x\"}\n\tinput.resource.group == \"g\"\n}",
        "deny contains m if {\n\tsome m, _ in {\"x\": 1}\n\tinput.resource.group == \"g\"\n}",
        "deny contains [m | m := \"x\"][0] if input.resource.group == \"g\"",
    ] {
        let finding = finding(NODE, RECORD, head);
        assert_eq!((&finding["verdict"], &finding["message"]), (&json!("fail"), &json!("x")), "{head}");
        assert_eq!(
            (&finding["rule"]["line"], &finding["location"]["path"]),
            (&json!(9), &json!("/instance_compliant/0/group")),
            "{head}"
        );
    }
}
