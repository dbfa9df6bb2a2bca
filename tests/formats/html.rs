//! The page for a browser. What its script does is tried in a browser, by `.ci/browser`.

mod answers;
mod figures;
mod hostile;
mod structure;

use serde_json::{Value, json};

use crate::support::{Folder, probity};

/// The page of a result.
fn page_of(result: &Value) -> String {
    let folder = Folder::new();
    let path = folder.file("result.json", result.to_string());
    let outcome = probity(&["report", &path, "--format", "html"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    outcome.stdout
}

/// The text between two others.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    let start = text.find(begin).unwrap_or_else(|| panic!("no {begin}")) + begin.len();
    &text[start..start + text[start..].find(end).unwrap_or_else(|| panic!("no {end}"))]
}

/// The data of a page's script.
fn data(page: &str) -> Value {
    serde_json::from_str(between(page, "<script type=\"application/json\" id=\"data\">", "</script>"))
        .unwrap()
}

/// A part of the page, by the id of its section.
fn view<'t>(page: &'t str, id: &str) -> &'t str {
    let rest = &page[page.find(&format!("<section class=\"view\" id=\"{id}\"")).unwrap()..];
    let next = rest[1..].find("<section class=\"view").map_or(rest.len(), |at| at + 1);
    &rest[..next]
}

/// What is read of markup: texts without tags and drawings, blanks joined.
fn read(markup: &str) -> String {
    let mut text = String::new();
    let mut parts = markup.split("<svg");
    let mut words = parts.next().unwrap().to_owned();
    for part in parts {
        words.push_str(part.split_once("</svg>").unwrap().1);
    }
    let mut rest = words.as_str();
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let close = open + rest[open..].find('>').unwrap();
        // Inline elements part no words.
        if !rest[open..].starts_with("<span") && !rest[open..].starts_with("</span") {
            text.push(' ');
        }
        rest = &rest[close + 1..];
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Counts by verdict; what is not named is 0.
fn verdicts(counts: &Value) -> Value {
    let mut all =
        json!({"pass": 0, "fail": 0, "inconclusive": 0, "not_applicable": 0, "waived": 0, "error": 0});
    for (name, count) in counts.as_object().unwrap() {
        all[name] = count.clone();
    }
    all
}

/// A rule of a result.
fn policy(id: &str, controls: &Value, counts: &Value) -> Value {
    json!({
        "id": id, "file": format!("{id}.rego"), "sha256": "5".repeat(64), "line": 7, "title": format!("Title of {id}"),
        "description": "What it is about.", "severity": "high", "applies_to": ["a.b.C"], "params": {"max": 3},
        "remediation": "Mend it.", "controls": controls, "references": [], "verdicts": verdicts(counts),
    })
}

/// A finding of a result.
fn finding(rule: &str, verdict: &str, resource: &str) -> Value {
    json!({
        "rule": {"id": rule, "title": format!("Title of {rule}"), "severity": "high", "file": format!("{rule}.rego"),
            "line": 8, "controls": {}, "remediation": "Mend it."},
        "verdict": verdict, "message": format!("{resource} is {verdict}"),
        "resource": {"operation": "a.b.C", "provider": "a", "service": "b", "kind": "thing", "id": resource,
            "name": null, "region": null},
        "location": {"file": "in.json", "path": "/things/0/x", "line": 3, "column": 5, "start_byte": 20, "end_byte": 22},
        "evidence": [{"path": "/things/0/x", "value": 12, "line": 3, "column": 5, "start_byte": 20, "end_byte": 22}],
        "fingerprint": format!("{rule}-{resource}"), "waiver": null,
    })
}

/// A result of nothing, whose gate passes.
fn empty() -> Value {
    json!({
        "schema": "probity.run/v1", "tool": {"name": "probity", "version": "9.8.7"}, "at": "2026-11-21T00:00:00Z",
        "gate": "pass",
        "summary": {"files": 0, "payloads": 0, "resources": 0, "rules": 0, "verdicts": verdicts(&json!({})),
            "outcomes": verdicts(&json!({})), "known": verdicts(&json!({})), "counts": []},
        "settings": {"fail_on": "low", "inconclusive": "fail", "max_age_seconds": null, "config": null, "include": []},
        "inputs": [], "policies": [], "waivers": [], "ratchet": null, "population": [], "findings": [],
        "diagnostics": [],
    })
}
