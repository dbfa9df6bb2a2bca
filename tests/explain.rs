//! `probity explain`: one verdict in full.

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
