//! `probity explain`: one verdict in full.

mod accepted;
mod choosing;
mod hidden;
mod printed;
mod traced;

use serde_json::Value;

use crate::support::{CLOCK, Folder, Outcome, probity};

/// `explain` at the tests' clock.
fn explain(arguments: &[&str]) -> Outcome {
    probity(&[&["explain", "--at", CLOCK], arguments].concat())
}

/// The explanations of `explain --format json`.
fn explanations(arguments: &[&str]) -> (i32, Vec<Value>) {
    let outcome = explain(&[arguments, &["--format", "json"]].concat());
    let document = outcome.json();
    assert_eq!(document["schema"], "probity.explain/v1");
    (outcome.code, document["explanations"].as_array().unwrap().clone())
}

/// The only explanation.
#[track_caller]
fn explanation(arguments: &[&str]) -> (i32, Value) {
    let (code, mut all) = explanations(arguments);
    assert_eq!(all.len(), 1);
    (code, all.remove(0))
}

/// Explains the rule `ORG-1` of a user on a page with this one resource.
fn explained(folder: &Folder, rule: &str, page: &str) -> (i32, Value) {
    let (rules, page) = (folder.file("rules/rule.rego", rule), folder.file("page.json", page));
    explanation(&[&page, "--policies", &rules, "--rule", "ORG-1"])
}

/// A statement as its line, its state, and its values in the first way: `9 holds a = 1, b is undefined`.
fn in_words(statement: &Value) -> String {
    let mut words = format!("{} {}", statement["line"], statement["state"].as_str().unwrap());
    for way in statement["values"].as_array().unwrap() {
        let values: Vec<String> = way.as_array().unwrap().iter().map(named).collect();
        words.push_str(&format!(" | {}", values.join(", ")));
    }
    words
}

fn named(value: &Value) -> String {
    let name = value["name"].as_str().unwrap();
    match value["state"].as_str().unwrap() {
        "value" => format!("{name} = {}", value["text"].as_str().unwrap()),
        other => format!("{name} is {other}"),
    }
}

/// All statements of an explanation.
fn statements(explanation: &Value) -> Vec<String> {
    let definitions = explanation["definitions"].as_array().unwrap().iter();
    definitions.flat_map(|one| one["statements"].as_array().unwrap()).map(in_words).collect()
}

/// The definitions of an explanation: name, line, and what it yields.
fn definitions(explanation: &Value) -> Vec<String> {
    let definitions = explanation["definitions"].as_array().unwrap().iter();
    definitions
        .map(|one| {
            let yields = one["yields"].as_array().unwrap().iter();
            let yields: Vec<&str> = yields
                .map(|value| value["text"].as_str().unwrap_or_else(|| value["state"].as_str().unwrap()))
                .collect();
            format!("{} {} [{}]", one["name"].as_str().unwrap(), one["line"], yields.join(", "))
        })
        .collect()
}

/// A patch baseline whose source holds a password, and a rule on it.
fn with_password(body: &str) -> (crate::support::Folder, String, String) {
    let folder = crate::support::Folder::new();
    let text = crate::support::sample("aws/ssm/get-patch-baseline/compliant.json").replace(
        "\"Sources\": []",
        "\"Sources\": [{\"Name\": \"a\", \"Products\": [\"b\"], \"Configuration\": \"[main]\\npassword=hunter2\\nenabled=1\"}]",
    );
    let payload = folder.file("payload.json", text);
    let rule = format!(
        "# METADATA\n# title: t\n# custom:\n#   id: ORG-1\n#   severity: low\n#   applies_to: \
         aws.ssm.GetPatchBaseline\npackage org.one\n\n{body}\n"
    );
    let rules = folder.file("rules/rule.rego", rule);
    (folder, payload, rules)
}

// Once: the error of a `path` that is none repeats it as it is, the secret too.
#[test]
fn a_secret_as_path_is_not_repeated_by_its_error() {
    let body =
        "deny contains {\"msg\": \"x\", \"path\": s.Configuration} if some s in input.resource.Sources";
    let (_folder, payload, rules) = with_password(body);
    for format in ["pretty", "json", "ndjson"] {
        let outcome = crate::support::probity(&[
            "check",
            &payload,
            "--policies",
            &rules,
            "--rule",
            "ORG-1",
            "--format",
            format,
        ]);
        assert_eq!(outcome.code, 2);
        assert!(!(outcome.stdout + &outcome.stderr).contains("hunter2"), "{format}");
    }
}

// Once: `explain` hides the values of statements, but repeats a message that is made of a part of a secret.
#[test]
fn a_message_made_of_a_part_of_a_secret_is_hidden() {
    let body = "deny contains \"x\" if input.resource.Name == \"none\"\n\ninconclusive contains \
                {\"msg\": split(c, \"\\n\")[1], \"path\": \"Sources\"} if {\n\tsome s in input.resource.Sources\n\tc := \
                s.Configuration\n}";
    let (_folder, payload, rules) = with_password(body);
    for command in ["check", "explain"] {
        let outcome = crate::support::probity(&[command, &payload, "--policies", &rules, "--rule", "ORG-1"]);
        assert_eq!(outcome.code, 1);
        assert!(!(outcome.stdout + &outcome.stderr).contains("hunter2"), "{command}");
    }
}

// Once: `check` repeats a message that is the secret itself; `explain` does not.
#[test]
fn a_message_that_holds_a_secret_is_hidden_by_check() {
    let body = "deny contains sprintf(\"%s\", [s.Configuration]) if some s in input.resource.Sources";
    let (_folder, payload, rules) = with_password(body);
    let outcome = crate::support::probity(&[
        "check",
        &payload,
        "--policies",
        &rules,
        "--rule",
        "ORG-1",
        "--format",
        "json",
    ]);
    assert_eq!(outcome.code, 1);
    assert!(!(outcome.stdout + &outcome.stderr).contains("hunter2"));
}
