//! Verdicts and what they rest on: user rules on small payloads, every expectation derived by hand.

mod adversary;
mod definitions;
mod handled;
mod missing;
mod places;
mod silent;
mod unreadable;
mod values;

use serde_json::{Value, json};

use crate::support::{Folder, Outcome, check, rule};

const NODE: &str = "huawei.coc.ListInstanceCompliant";
const BASELINE: &str = "aws.ssm.GetPatchBaseline";
const STATE: &str = "alibaba.oos.ListInstancePatchStates";
const IMAGE: &str = "alibaba.sas.DescribeImageInstances";

/// The rule `ORG-1` on an operation; `body` begins in line 9.
fn rule_on(operation: &str, body: &str) -> String {
    rule("ORG-1", "org.one", body).replace(NODE, operation)
}

/// A whole payload with this text as its only record.
fn payload(operation: &str, record: &str) -> String {
    match operation {
        NODE => format!("{{\"count\": 1, \"instance_compliant\": [{record}]}}"),
        STATE => format!("{{\"RequestId\": \"1\", \"InstancePatchStates\": [{record}]}}"),
        IMAGE => format!("{{\"PageInfo\": {{\"TotalCount\": 1}}, \"ImageInstanceList\": [{record}]}}"),
        _ => record.to_owned(),
    }
}

/// Judges a text by rules in files; every verdict is told.
fn judge(text: &str, rules: &[(&str, &str)]) -> Outcome {
    let folder = Folder::new();
    let file = folder.file("payload.json", text);
    for (name, rule) in rules {
        folder.file(&format!("rules/{name}"), rule);
    }
    let rules = format!("{}/rules", folder.text());
    check(&[&file, "--no-builtin", "--policies", &rules, "--include", "pass,not_applicable"])
}

/// The only finding of a rule on an operation, about a whole payload.
#[track_caller]
fn finding_in(operation: &str, text: &str, body: &str) -> Value {
    let outcome = judge(text, &[("rule.rego", &rule_on(operation, body))]);
    assert!(!outcome.stdout.is_empty(), "{}", outcome.stderr);
    let document = outcome.json();
    let [finding] = &document["findings"].as_array().unwrap()[..] else {
        panic!("{document:#}\n{}", outcome.stderr)
    };
    finding.clone()
}

/// The only finding of a rule on a record.
#[track_caller]
fn finding(operation: &str, record: &str, body: &str) -> Value {
    finding_in(operation, &payload(operation, record), body)
}

/// Verdict, path of the location within the record, and message.
#[track_caller]
fn told(operation: &str, record: &str, body: &str) -> (String, String, String) {
    let finding = finding(operation, record, body);
    let path = finding["location"]["path"].as_str().unwrap();
    let around = match operation {
        NODE => "/instance_compliant/0",
        STATE => "/InstancePatchStates/0",
        IMAGE => "/ImageInstanceList/0",
        _ => "",
    };
    let text = |name: &str| finding[name].as_str().unwrap().to_owned();
    (text("verdict"), path.strip_prefix(around).unwrap().to_owned(), text("message"))
}

#[track_caller]
fn verdict(operation: &str, record: &str, body: &str) -> String {
    told(operation, record, body).0
}

/// Inconclusive at a path within the record, for a value that is absent or null.
#[track_caller]
fn inconclusive(operation: &str, record: &str, body: &str, at: &str, value: &str, what: &str) {
    let message = format!("`{value}` is {what}, and the rule reads it");
    let expected = ("inconclusive".to_owned(), at.to_owned(), message);
    assert_eq!(told(operation, record, body), expected, "{record}\n{body}");
}

/// Pointers and values of the evidence; of what is not shown the reason.
fn evidence(finding: &Value) -> Vec<(String, Value)> {
    let pieces = finding["evidence"].as_array().unwrap().iter();
    pieces
        .map(|piece| {
            let flag =
                ["absent", "truncated", "redacted"].into_iter().find(|flag| piece[*flag] == json!(true));
            let value = flag.map_or_else(|| piece["value"].clone(), |flag| json!({ flag: true }));
            (piece["path"].as_str().unwrap().to_owned(), value)
        })
        .collect()
}

fn shown(pairs: &[(&str, Value)]) -> Vec<(String, Value)> {
    pairs.iter().map(|(pointer, value)| ((*pointer).to_owned(), value.clone())).collect()
}
