//! A small result with a finding of each verdict, and what comes of it.

use std::fs;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::{Folder, Outcome, command, finish, root};

/// A result that was written by hand: see `tests/fixtures/formats/each_verdict.json`.
pub(super) fn each_verdict() -> Value {
    static TEXT: OnceLock<String> = OnceLock::new();
    let read = || fs::read_to_string(root().join("tests/fixtures/formats/each_verdict.json")).unwrap();
    serde_json::from_str(TEXT.get_or_init(read)).unwrap()
}

/// The same with nothing in it.
pub(super) fn nothing() -> Value {
    let mut result = each_verdict();
    for list in ["inputs", "policies", "population", "findings", "diagnostics"] {
        result[list] = json!([]);
    }
    let none = json!({"pass": 0, "fail": 0, "inconclusive": 0, "not_applicable": 0, "waived": 0, "error": 0});
    result["summary"] = json!({
        "files": 0, "payloads": 0, "resources": 0, "rules": 0,
        "verdicts": none, "outcomes": none, "known": none, "counts": []
    });
    result["gate"] = json!("pass");
    result["ratchet"] = Value::Null;
    result
}

/// `probity report` of a result, called in the folder that holds it.
pub(super) fn report(result: &Value, arguments: &[&str]) -> Outcome {
    let folder = Folder::new();
    let path = folder.file("result.json", result.to_string());
    let all = [&["report", &path], arguments].concat();
    finish(command(&all).current_dir(folder.path()))
}

/// What is printed, which must succeed.
#[track_caller]
pub(super) fn printed(result: &Value, arguments: &[&str]) -> String {
    let outcome = report(result, arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{arguments:?}");
    outcome.stdout
}

/// A schema of others.
pub(super) fn schema(name: &str) -> Value {
    let path = root().join("tests/fixtures/schemas").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Puts a text wherever a payload, a rule, a waiver or the ratchet can put one.
pub(super) fn with_text(text: &str) -> Value {
    let mut result = each_verdict();
    for finding in result["findings"].as_array_mut().unwrap() {
        finding["message"] = json!(format!("because of {text}"));
        finding["resource"]["id"] = json!(text);
        finding["resource"]["name"] = json!(format!("{text}!"));
        finding["resource"]["region"] = json!(text);
        finding["resource"]["account"] = json!(text);
        finding["location"]["file"] = json!(format!("in/{text}"));
        finding["location"]["path"] = json!(format!("/{text}/0"));
        finding["rule"]["title"] = json!(text);
        finding["rule"]["remediation"] = json!(format!("Mend {text}"));
        finding["rule"]["controls"] = json!({text: [text]});
        for evidence in finding["evidence"].as_array_mut().unwrap() {
            evidence["path"] = json!(format!("/{text}"));
            evidence["value"] = json!({text: [text]});
        }
        if finding["waiver"].is_object() {
            for field in ["reason", "owner", "ticket"] {
                finding["waiver"][field] = json!(text);
            }
        }
    }
    for policy in result["policies"].as_array_mut().unwrap() {
        for field in ["title", "description", "remediation", "file"] {
            policy[field] = json!(text);
        }
        policy["controls"] = json!({text: [text, format!("{text} 2")]});
        policy["params"] = json!({text: text});
        policy["references"] = json!([{"url": text, "description": text}, {"url": format!("https://{text}"), "description": null}]);
    }
    for input in result["inputs"].as_array_mut().unwrap() {
        input["file"] = json!(format!("in/{text}"));
    }
    for diagnostic in result["diagnostics"].as_array_mut().unwrap() {
        diagnostic["message"] = json!(text);
        diagnostic["help"] = json!(text);
        diagnostic["file"] = json!(text);
        diagnostic["line"] = json!(1);
        diagnostic["column"] = json!(1);
    }
    result["ratchet"]["file"] = json!(text);
    result["ratchet"]["settled"][0]["resource"]["name"] = json!(text);
    result["ratchet"]["settled"][0]["resource"]["id"] = json!(text);
    result["population"][0]["file"] = json!(text);
    result["settings"]["config"] = json!(text);
    result
}

/// Gives one resource a name that is too long to be read, and its finding such a message.
pub(super) fn with_long_text(text: &str) -> Value {
    let mut result = each_verdict();
    let finding = &mut result["findings"][2];
    finding["resource"]["id"] = json!(text);
    finding["message"] = json!(text);
    finding["evidence"][0]["value"] = json!(text);
    result
}
