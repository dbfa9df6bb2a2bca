//! Two results, compared.

use serde_json::{Value, json};

use super::waivers::failing;
use crate::support::{Folder, Outcome, page, probity, report, rule};

const ALL: [&str; 2] = ["--include", "pass,not_applicable"];

/// Saves a result about some nodes, judged by HWC-COC-003.
fn result(folder: &Folder, name: &str, reports: &[Value], more: &[&str]) -> String {
    let input = folder.file(&format!("{name}-nodes.json"), page(reports));
    let arguments = ["check", "--format", "json", "--at", "2026-11-21", "--rule", "HWC-COC-003", &input];
    folder.file(name, probity(&[&arguments, more].concat()).stdout)
}

fn diff(old: &str, new: &str) -> Outcome {
    probity(&["diff", "--format", "json", old, new])
}

/// The findings, as `state id`.
fn states(outcome: &Outcome) -> Vec<String> {
    let document = outcome.json();
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            format!(
                "{} {}",
                finding["state"].as_str().unwrap(),
                finding["resource"]["id"].as_str().unwrap_or("-")
            )
        })
        .collect()
}

fn unclear(id: &str) -> Value {
    let mut report = report(id);
    report.as_object_mut().unwrap().remove("status");
    report
}

#[test]
fn every_finding_is_told_as_what_became_of_it() {
    let folder = Folder::new();
    let old = result(
        &folder,
        "old",
        &[
            failing("same"),
            failing("fixed"),
            failing("vanished"),
            report("broke"),
            failing("unclear"),
            unclear("worse"),
        ],
        &ALL,
    );
    let new = result(
        &folder,
        "new",
        &[
            report("fixed"),
            failing("same"),
            failing("broke"),
            unclear("unclear"),
            failing("worse"),
            failing("appeared"),
        ],
        &ALL,
    );
    let outcome = diff(&old, &new);
    assert_eq!(outcome.code, 1);
    assert_eq!(
        states(&outcome),
        [
            "new appeared",
            "new broke",
            "new worse",
            "changed unclear",
            "fixed fixed",
            "vanished vanished",
            "unchanged same"
        ]
    );
    let document = outcome.json();
    let key = |id: &str| json!({"operation": "huawei.coc.ListInstanceCompliant", "id": id});
    assert_eq!(document["appeared"], json!([key("appeared")]));
    assert_eq!(document["vanished"], json!([key("vanished")]));
    assert_eq!(
        document["summary"],
        json!({"new": 3, "changed": 1, "fixed": 1, "vanished": 1, "not_evaluated": 0, "gone": 0, "unchanged": 1})
    );
    assert_eq!((&document["gate"], &document["schema"]), (&json!("fail"), &json!("probity.diff/v1")));
    let schema: Value = serde_json::from_str(&probity(&["schema", "diff"]).stdout).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&document));

    let outcome = probity(&["diff", &old, &new]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("new (3)\n  HWC-COC-003 high fail on appeared"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("1 resource that vanished\n  vanished (huawei"), "{}", outcome.stdout);
    assert!(
        outcome.stdout.ends_with("diff: FAIL, something new closes the gate (exit code 1)\n"),
        "{}",
        outcome.stdout
    );
    let outcome = probity(&["diff", "--format", "markdown", &old, &new]);
    assert!(outcome.stdout.contains("## New (3)"), "{}", outcome.stdout);
}

#[test]
fn without_its_passes_a_result_does_not_tell_what_vanished() {
    let folder = Folder::new();
    let old = result(&folder, "old", &[failing("a"), failing("b"), report("c")], &[]);
    let new = result(&folder, "new", &[report("a"), failing("b"), report("c")], &[]);
    let outcome = diff(&old, &new);
    assert_eq!(outcome.code, 0);
    assert_eq!(states(&outcome), ["gone a", "unchanged b"]);
    let document = outcome.json();
    assert_eq!((&document["appeared"], &document["vanished"]), (&Value::Null, &Value::Null));
    assert!(probity(&["diff", &old, &new]).stdout.contains("no passes, so"));
    // What fails another rule is there, so that this one passes.
    let mut other = report("a");
    other["execution_summary"]["report_time"] = json!(1_600_000_000_000_u64);
    let input = folder.file("n.json", page(&[other, failing("b")]));
    let new =
        probity(&["check", "--format", "json", "--at", "2026-11-21", "--rule", "HWC-COC-*", &input]).stdout;
    let new = folder.file("new", new);
    let outcome = diff(&old, &new);
    assert!(states(&outcome).contains(&"fixed a".to_owned()), "{:?}", states(&outcome));
}

#[test]
fn what_changed_in_severity_or_is_not_evaluated_is_told() {
    let folder = Folder::new();
    let input = folder.file("n.json", page(&[report("a")]));
    let rules = |severity: &str| {
        folder.file(
            "rules/one.rego",
            rule("ORG-1", "org.one", "deny contains \"x\"").replace("severity: high", severity),
        );
        folder.file("rules/two.rego", rule("ORG-2", "org.two", "deny contains \"x\""));
        folder.path().join("rules").to_str().unwrap().to_owned()
    };
    let run = |name: &str, severity: &str, selected: &str| {
        let rules = rules(severity);
        let all = [
            "check",
            "--no-builtin",
            "--policies",
            &rules,
            "--format",
            "json",
            "--at",
            "2026-11-21",
            "--rule",
            selected,
            &input,
        ];
        folder.file(name, probity(&all).stdout)
    };
    let old = run("old", "severity: low", "ORG-*");
    let new = run("new", "severity: critical", "ORG-1");
    let outcome = diff(&old, &new);
    assert_eq!(states(&outcome), ["changed a", "not_evaluated a"]);
    let document = outcome.json();
    assert_eq!(document["findings"][0]["old"]["severity"], "low");
    assert_eq!(document["findings"][0]["new"]["severity"], "critical");
    assert_eq!(outcome.code, 0, "nothing new fails");
    assert!(probity(&["diff", &old, &new]).stdout.contains("critical fail, was low fail on a"));
}

#[test]
fn the_exit_code_goes_by_the_settings_of_the_later_run() {
    let folder = Folder::new();
    let old = result(&folder, "old", &[report("a")], &[]);
    for (reports, more, code) in [
        (vec![failing("a")], vec![], 1),
        (vec![failing("a")], vec!["--fail-on", "critical"], 0),
        (vec![unclear("a")], vec![], 1),
        (vec![unclear("a")], vec!["--inconclusive", "warn"], 0),
        (vec![report("a")], vec![], 0),
        (vec![report("a")], vec!["no/such/file"], 2),
    ] {
        let new = result(&folder, "new", &reports, &more);
        assert_eq!(diff(&old, &new).code, code, "{more:?}");
    }
}

#[test]
fn a_waiver_that_ended_makes_a_failure_new() {
    let folder = Folder::new();
    let waivers = folder.file(
        "w.toml",
        "[[waiver]]\nrule = \"HWC-COC-003\"\nresource = \"a\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2026-12-31\n",
    );
    let old = result(&folder, "old", &[failing("a")], &["--waivers", &waivers]);
    let new = result(&folder, "new", &[failing("a")], &[]);
    assert_eq!((states(&diff(&old, &new)), diff(&old, &new).code), (vec!["new a".to_owned()], 1));
    assert_eq!((states(&diff(&new, &old)), diff(&new, &old).code), (vec!["changed a".to_owned()], 0));
    assert_eq!(states(&diff(&old, &old)), ["unchanged a"]);
}

#[test]
fn what_is_no_result_is_refused() {
    let folder = Folder::new();
    let good = result(&folder, "good", &[report("a")], &[]);
    let (bad, other) = (folder.file("bad", "{"), folder.file("other", "{\"schema\": \"x\"}"));
    let outcome = probity(&["diff", &bad, &other]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert_eq!(outcome.stderr.matches("result.unreadable").count(), 2, "both at once: {}", outcome.stderr);
    assert_eq!(probity(&["diff", &good, "no/such"]).code, 2);
    let outcome = probity(&["diff", &good, &good, "-o", &good]);
    assert!(outcome.stderr.contains("one of the inputs"), "{}", outcome.stderr);
}

#[test]
fn hostile_names_do_no_harm() {
    let folder = Folder::new();
    let name = "a|b`c``d\u{1b}[31m\u{202e}<script>";
    let old = result(&folder, "old", &[report("x")], &[]);
    let new = result(&folder, "new", &[failing(name)], &[]);
    for format in ["pretty", "json", "markdown"] {
        let outcome = probity(&["diff", "--format", format, &old, &new]);
        assert!(!outcome.stdout.contains(['\u{1b}', '\u{202e}']), "{format}");
    }
    let markdown = probity(&["diff", "--format", "markdown", &old, &new]).stdout;
    assert!(markdown.contains("``` a\\|b`c``d\\u001b[31m\\u202e<script> (shop-web-1) ```"), "{markdown}");
}
