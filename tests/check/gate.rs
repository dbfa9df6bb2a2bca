//! The gate, its exit codes, and what the summaries count.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{CLOCK, Folder, Outcome, page, probity, report, rule};

/// From the lightest on.
const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];

const FAILS: &str = "deny contains \"no\"";
const UNCLEAR: &str = "deny contains \"no\" if input.resource.name == \"never\"\n\ninconclusive contains {\"msg\": \"unclear\"}";
const PASSES: &str = "deny contains \"no\" if input.resource.name == \"never\"";
const NOT_ABOUT_IT: &str = "applies if input.resource.name == \"never\"\n\ndeny contains \"no\"";
/// A name is no number: the built-in function errs.
const ERRS: &str = "deny contains \"no\" if to_number(input.resource.name) > 1";

/// A folder with one node, and a rule of each severity that says what `body` says: `ORG-low` and so on.
fn folder(body: &str) -> Folder {
    let folder = Folder::new();
    folder.file("in/page.json", page(&[report("node-1")]));
    for severity in SEVERITIES {
        let text = rule(&id(severity), &format!("org.{severity}"), body);
        folder.file(
            &format!("rules/{severity}.rego"),
            text.replace("severity: high", &format!("severity: {severity}")),
        );
    }
    folder
}

fn id(severity: &str) -> String {
    format!("ORG-{}", severity.to_uppercase())
}

fn judge(folder: &Folder, arguments: &[&str]) -> Outcome {
    let (input, rules) = (format!("{}/in", folder.text()), format!("{}/rules", folder.text()));
    probity(&[&["check", &input, "--no-builtin", "--policies", &rules, "--at", CLOCK], arguments].concat())
}

#[test]
fn a_verdict_closes_the_gate_from_the_given_severity_on() {
    for (body, verdict) in [(FAILS, "fail"), (UNCLEAR, "inconclusive")] {
        let folder = folder(body);
        for (weight, severity) in SEVERITIES.iter().enumerate() {
            for (threshold, fail_on) in SEVERITIES.iter().enumerate() {
                let arguments = ["--rule", &id(severity), "--fail-on", fail_on, "--format", "json"];
                let outcome = judge(&folder, &arguments);
                let closed = weight >= threshold;
                let case = format!("{verdict} of severity {severity}, --fail-on {fail_on}");
                assert_eq!(outcome.code, i32::from(closed), "{case}");
                assert_eq!(outcome.json()["gate"], if closed { "fail" } else { "pass" }, "{case}");
                assert_eq!(outcome.verdicts(verdict), 1, "{case}: it is told either way");
            }
        }
    }
}

#[test]
fn without_a_threshold_the_lightest_failure_closes_the_gate() {
    for body in [FAILS, UNCLEAR] {
        assert_eq!(judge(&folder(body), &["--rule", "ORG-LOW"]).code, 1, "{body}");
    }
}

#[test]
fn what_passes_or_is_not_applicable_leaves_the_gate_open() {
    for (body, verdict) in [(PASSES, "pass"), (NOT_ABOUT_IT, "not_applicable")] {
        let outcome = judge(&folder(body), &["--format", "json"]);
        assert_eq!((outcome.code, outcome.verdicts(verdict)), (0, 4), "{body}");
        assert_eq!(outcome.json()["gate"], "pass");
    }
}

#[test]
fn an_error_of_any_severity_outranks_every_threshold() {
    let folder = folder(ERRS);
    for severity in SEVERITIES {
        for fail_on in SEVERITIES {
            let arguments = ["--rule", &id(severity), "--fail-on", fail_on, "--format", "json"];
            let outcome = judge(&folder, &arguments);
            assert_eq!(outcome.code, 2, "{severity}, --fail-on {fail_on}");
            assert_eq!((&outcome.json()["gate"], outcome.verdicts("error")), (&Value::from("error"), 1));
        }
    }
}

#[test]
fn an_error_outranks_a_failure_and_both_are_counted() {
    let folder = folder(FAILS);
    folder.file("rules/errs.rego", rule("ORG-ERRS", "org.errs", ERRS));
    for arguments in [&["--fail-on", "low"][..], &["--fail-on", "critical"]] {
        let outcome = judge(&folder, &[arguments, &["--format", "json"]].concat());
        assert_eq!(outcome.code, 2);
        assert_eq!((outcome.verdicts("fail"), outcome.verdicts("error")), (4, 1));
    }
}

#[test]
fn every_format_tells_the_same_gate() {
    for (body, gate, code) in
        [(PASSES, "pass", 0), (FAILS, "fail", 1), (UNCLEAR, "fail", 1), (ERRS, "error", 2)]
    {
        let folder = folder(body);
        let pretty = judge(&folder, &["--format", "pretty"]);
        let last = pretty.stdout.lines().last().unwrap();
        assert!(last.starts_with(&format!("gate: {}, ", gate.to_uppercase())), "{last}");
        assert!(last.ends_with(&format!("(exit code {code})")), "{last}");
        assert_eq!(judge(&folder, &[]).stdout, pretty.stdout, "pretty is the default");
        let json = judge(&folder, &["--format", "json"]);
        assert_eq!(json.json()["gate"], gate);
        let ndjson = judge(&folder, &["--format", "ndjson"]);
        let last: Value = serde_json::from_str(ndjson.stdout.lines().last().unwrap()).unwrap();
        assert_eq!(last["gate"], gate);
        assert_eq!([pretty.code, json.code, ndjson.code], [code; 3], "{body}");
    }
}

#[test]
fn ndjson_without_a_finding_is_one_line() {
    let outcome = judge(&folder(PASSES), &["--format", "ndjson"]);
    assert_eq!((outcome.code, outcome.stdout.lines().count()), (0, 1));
    assert!(outcome.stdout.starts_with("{\"summary\":") && outcome.stdout.ends_with("}\n"));
    let with = judge(&folder(PASSES), &["--format", "ndjson", "--include", "pass"]);
    assert_eq!((with.code, with.stdout.lines().count()), (0, 5), "four rules, and the summary");
}

/// How many findings of each verdict stand in the lines, by a key of theirs.
type Counts = BTreeMap<(String, &'static str), u64>;

/// The columns of the table of verdicts.
const COLUMNS: [&str; 5] = ["pass", "fail", "inconclusive", "not_applicable", "error"];

fn column(verdict: &str) -> &'static str {
    COLUMNS.into_iter().find(|name| *name == verdict).unwrap()
}

#[test]
fn what_the_summaries_count_is_what_ndjson_lists() {
    let run = |arguments: &[&str]| probity(&[&["check", "samples", "--at", CLOCK], arguments].concat());
    let ndjson = run(&["--format", "ndjson", "--include", "pass,not_applicable"]);
    let lines: Vec<Value> = ndjson.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, findings) = lines.split_last().unwrap();
    let mut listed = Counts::new();
    for finding in findings {
        let verdict = column(finding["verdict"].as_str().unwrap());
        let severity = finding["rule"]["severity"].as_str().unwrap();
        let operation = finding["resource"]["operation"].as_str().unwrap();
        for row in ["all".to_owned(), operation.to_owned(), format!("of severity {severity}")] {
            *listed.entry((row, verdict)).or_default() += 1;
        }
    }
    for verdict in COLUMNS {
        let count = listed.get(&("all".to_owned(), verdict)).copied().unwrap_or_default();
        assert_eq!(summary["summary"]["verdicts"][verdict], count, "{verdict}");
    }
    // The table of the pretty output: after its header, a name and five numbers in each row.
    let pretty = run(&[]);
    let mut rows = pretty.stdout.lines().skip_while(|line| !line.starts_with(" verdicts "));
    let header: Vec<&str> = rows.next().unwrap().split_whitespace().collect();
    assert_eq!(header, ["verdicts", "pass", "fail", "inconclusive", "n/a", "error"]);
    let mut shown = Counts::new();
    for row in rows.take_while(|row| !row.is_empty()) {
        let words: Vec<&str> = row.split_whitespace().collect();
        let (name, numbers) = words.split_at(words.len() - COLUMNS.len());
        for (verdict, number) in COLUMNS.into_iter().zip(numbers) {
            match number.parse().unwrap() {
                0 => {}
                number => assert_eq!(shown.insert((name.join(" "), verdict), number), None),
            }
        }
    }
    assert_eq!(shown, listed);
    assert_eq!((ndjson.code, pretty.code), (2, 2));
}

#[test]
fn pretty_says_why_the_gate_is_open_though_something_failed() {
    let folder = folder(FAILS);
    let last = |arguments: &[&str]| judge(&folder, arguments).stdout.lines().last().unwrap().to_owned();
    // Four rules fail, one of each severity; from high on there are two.
    assert_eq!(last(&[]), "gate: FAIL, 4 failures (exit code 1)");
    assert_eq!(last(&["--fail-on", "high"]), "gate: FAIL, 2 failures (failures from high on) (exit code 1)");
    let light = last(&["--fail-on", "critical", "--exclude", "ORG-CRITICAL"]);
    assert_eq!(light, "gate: PASS, nothing at or above critical failed (exit code 0)");
}

#[test]
fn pretty_says_why_the_gate_is_open_though_something_is_unclear() {
    let outcome = judge(&folder(UNCLEAR), &["--rule", "ORG-LOW", "--fail-on", "high"]);
    assert_eq!(outcome.code, 0);
    let last = outcome.stdout.lines().last().unwrap();
    assert!(last.contains("at or above high"), "{last}");
}
