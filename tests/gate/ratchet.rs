//! The ratchet: what is known, what is new, what is settled.

use std::fs;

use serde_json::{Value, json};

use super::waivers::failing;
use crate::support::{Folder, Outcome, check, page, probity, report};

const RULE: [&str; 2] = ["--rule", "HWC-COC-003"];

fn run(input: &str, more: &[&str]) -> Outcome {
    check(&[&RULE, more, &[input]].concat())
}

/// A ratchet that knows the failure of `i-1`.
fn accepted(folder: &Folder) -> String {
    let input = folder.file("before.json", page(&[failing("i-1"), report("i-2")]));
    let ratchet = folder.path().join("ratchet.json").to_str().unwrap().to_owned();
    let outcome = run(&input, &["--ratchet", &ratchet, "--write-ratchet", "--accept-new"]);
    assert_eq!(outcome.code, 0, "what is accepted does not close the gate: {}", outcome.stderr);
    assert_eq!(outcome.json()["ratchet"]["accepted"], 1);
    ratchet
}

fn entries(ratchet: &str) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&fs::read_to_string(ratchet).unwrap()).unwrap();
    assert_eq!(document["schema"], "probity.ratchet/v1");
    let entries = document["entries"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let id = entry["resource"]["id"].as_str().unwrap().to_owned();
            (id, entry["verdict"].as_str().unwrap().to_owned())
        })
        .collect()
}

fn settled(outcome: &Outcome) -> Vec<(String, String)> {
    let document = outcome.json();
    let settled = document["ratchet"]["settled"].as_array().unwrap().iter();
    settled
        .map(|entry| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&entry["resource"]["id"]), text(&entry["state"]))
        })
        .collect()
}

fn pair(a: &str, b: &str) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

#[test]
fn what_is_known_does_not_close_the_gate_and_what_is_new_does() {
    let folder = Folder::new();
    let ratchet = accepted(&folder);
    assert_eq!(entries(&ratchet), [pair("i-1", "fail")]);
    let same = folder.file("same.json", page(&[failing("i-1"), report("i-2")]));
    let outcome = run(&same, &["--ratchet", &ratchet]);
    assert_eq!(outcome.code, 0);
    let document = outcome.json();
    assert_eq!(document["gate"], "pass");
    assert_eq!(document["findings"][0]["verdict"], "fail", "it is still a failure");
    assert_eq!(document["findings"][0]["known"], true);
    assert_eq!(document["summary"]["verdicts"]["fail"], 1);
    assert_eq!(document["summary"]["known"]["fail"], 1);
    assert_eq!(
        document["ratchet"],
        json!({"file": ratchet, "entries": 1, "known": 1, "accepted": 0, "new": 0, "settled": []})
    );

    let more = folder.file("more.json", page(&[failing("i-1"), failing("i-2")]));
    let outcome = run(&more, &["--ratchet", &ratchet]);
    assert_eq!(outcome.code, 1);
    assert_eq!(outcome.json()["ratchet"]["new"], 1);
    assert_eq!(outcome.json()["findings"][1]["known"], Value::Null);
    let pretty =
        probity(&["check", "--at", "2026-11-21", "--rule", "HWC-COC-003", "--ratchet", &ratchet, &more]);
    assert!(pretty.stdout.contains("gate: FAIL, 1 new failure (exit code 1)"), "{}", pretty.stdout);
    assert!(pretty.stdout.contains(": 1 known, 1 new, 0 settled"), "{}", pretty.stdout);
}

#[test]
fn what_is_gone_is_told_as_what_it_is() {
    let folder = Folder::new();
    let ratchet = accepted(&folder);
    let unclear = |id: &str| {
        let mut report = report(id);
        report.as_object_mut().unwrap().remove("status");
        report
    };
    let waiver = folder.file(
        "w.toml",
        "[[waiver]]\nrule = \"HWC-COC-003\"\nresource = \"i-1\"\nreason = \"r\"\nowner = \"o\"\npermanent = true\n",
    );
    for (reports, more, state, code) in [
        (vec![report("i-1")], vec![], "fixed", 0),
        (vec![report("i-2")], vec![], "vanished", 0),
        (vec![unclear("i-1")], vec![], "unclear", 1),
        (vec![failing("i-1")], vec!["--waivers", &waiver], "waived", 0),
    ] {
        let input = folder.file("now.json", page(&reports));
        let outcome = run(&input, &[&["--ratchet", &ratchet], more.as_slice()].concat());
        assert_eq!(settled(&outcome), [pair("i-1", state)]);
        assert_eq!(outcome.code, code, "{state}");
    }
    // Another rule, and another operation.
    let input = folder.file("now.json", page(&[failing("i-1")]));
    let outcome = check(&["--rule", "HWC-COC-004", "--ratchet", &ratchet, &input]);
    assert_eq!(settled(&outcome), [pair("i-1", "not_evaluated")]);
    let outcome = check(&["--ratchet", &ratchet, "samples/aws/ssm/get-patch-baseline/compliant.json"]);
    assert_eq!(settled(&outcome), [pair("i-1", "not_evaluated")]);
}

#[test]
fn a_ratchet_is_tightened_and_takes_nothing_new_unless_told_to() {
    let folder = Folder::new();
    let ratchet = accepted(&folder);
    let input = folder.file("now.json", page(&[failing("i-1"), failing("i-2"), failing("i-3")]));
    let outcome = run(&input, &["--ratchet", &ratchet, "--write-ratchet"]);
    assert_eq!(outcome.code, 1);
    assert_eq!(entries(&ratchet), [pair("i-1", "fail")]);
    let outcome = run(&input, &["--ratchet", &ratchet, "--write-ratchet", "--accept-new"]);
    assert_eq!(outcome.code, 0);
    assert_eq!(entries(&ratchet), [pair("i-1", "fail"), pair("i-2", "fail"), pair("i-3", "fail")]);
    let bytes = fs::read(&ratchet).unwrap();
    run(&input, &["--ratchet", &ratchet, "--write-ratchet", "--accept-new"]);
    assert_eq!(fs::read(&ratchet).unwrap(), bytes, "the same again");
    // One is mended, one vanishes.
    let input = folder.file("now.json", page(&[report("i-1"), failing("i-3")]));
    assert_eq!(run(&input, &["--ratchet", &ratchet, "--write-ratchet"]).code, 0);
    assert_eq!(entries(&ratchet), [pair("i-3", "fail")]);
    // What was not judged stays.
    let outcome = check(&["--rule", "HWC-COC-009", "--ratchet", &ratchet, "--write-ratchet", &input]);
    assert_eq!(settled(&outcome), [pair("i-3", "not_evaluated")]);
    assert_eq!(entries(&ratchet), [pair("i-3", "fail")]);
    // And a failure that comes back is new.
    let input = folder.file("now.json", page(&[failing("i-1"), failing("i-3")]));
    assert_eq!(run(&input, &["--ratchet", &ratchet]).code, 1);
}

#[test]
fn a_run_that_could_not_judge_everything_leaves_the_ratchet_alone() {
    let folder = Folder::new();
    let ratchet = accepted(&folder);
    let bytes = fs::read(&ratchet).unwrap();
    let input = folder.file("now.json", page(&[report("i-2")]));
    let cut = folder.file("cut.json", &page(&[failing("i-1")])[..40]);
    let outcome = check(&[
        "--rule",
        "HWC-COC-003",
        "--ratchet",
        &ratchet,
        "--write-ratchet",
        "--accept-new",
        &input,
        &cut,
    ]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("ratchet.not_written"), "{}", outcome.stderr);
    assert_eq!(fs::read(&ratchet).unwrap(), bytes);
}

#[test]
fn a_rule_that_broke_leaves_the_ratchet_alone_too() {
    let folder = Folder::new();
    let ratchet = accepted(&folder);
    let bytes = fs::read(&ratchet).unwrap();
    let input = folder.file("now.json", page(&[report("i-1")]));
    let rule = folder.file(
        "rule.rego",
        crate::support::rule("ORG-1", "org.one", "deny contains \"x\" if to_number(input.resource.name) > 1"),
    );
    let outcome =
        check(&["--policies", &rule, "--ratchet", &ratchet, "--write-ratchet", "--accept-new", &input]);
    assert_eq!((outcome.code, outcome.verdicts("error")), (2, 1), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("ratchet.not_written"), "{}", outcome.stderr);
    assert_eq!(fs::read(&ratchet).unwrap(), bytes);
}

#[test]
fn any_earlier_result_is_a_ratchet() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i-1"), report("i-2")]));
    for format in ["json", "ndjson"] {
        let arguments = [
            "check",
            "--format",
            format,
            "--at",
            "2026-11-21",
            "--include",
            "pass",
            "--rule",
            "HWC-COC-003",
            &input,
        ];
        let result = folder.file("result", probity(&arguments).stdout);
        let outcome = run(&input, &["--ratchet", &result]);
        assert_eq!((outcome.code, &outcome.json()["ratchet"]["entries"]), (0, &json!(1)), "{format}");
    }
}

#[test]
fn an_inconclusive_verdict_is_known_as_such() {
    let folder = Folder::new();
    let mut unclear = report("i-1");
    unclear.as_object_mut().unwrap().remove("status");
    let input = folder.file("nodes.json", page(&[unclear]));
    let ratchet = folder.path().join("r.json").to_str().unwrap().to_owned();
    assert_eq!(run(&input, &["--ratchet", &ratchet, "--write-ratchet", "--accept-new"]).code, 0);
    assert_eq!(entries(&ratchet), [pair("i-1", "inconclusive")]);
    assert_eq!(run(&input, &["--ratchet", &ratchet]).code, 0);
    let input = folder.file("nodes.json", page(&[failing("i-1")]));
    let outcome = run(&input, &["--ratchet", &ratchet]);
    assert_eq!(outcome.code, 1, "that it fails is new");
    assert_eq!(settled(&outcome), [pair("i-1", "worse")]);
}

#[test]
fn an_expired_waiver_is_not_covered_by_the_ratchet() {
    let folder = Folder::new();
    let ratchet = accepted(&folder);
    let input = folder.file("now.json", page(&[failing("i-1")]));
    let waiver = folder.file(
        "w.toml",
        "[[waiver]]\nrule = \"HWC-COC-003\"\nresource = \"i-1\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2026-11-01\n",
    );
    let outcome = run(&input, &["--ratchet", &ratchet, "--waivers", &waiver]);
    assert_eq!(outcome.code, 1, "the failure counts again");
    assert_eq!(outcome.codes(), ["waiver.expired"]);
}

#[test]
fn what_is_no_ratchet_is_refused() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[report("i-1")]));
    let outcome = run(&input, &["--ratchet", "no/such"]);
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("ratchet.unreadable") && outcome.stderr.contains("--accept-new"),
        "{}",
        outcome.stderr
    );
    let good = json!({"rule": "A-1", "severity": "low", "verdict": "fail", "fingerprint": "0".repeat(64),
        "resource": {"operation": "aws.ssm.GetPatchBaseline", "provider": "aws", "service": "ssm", "kind": "patch_baseline",
            "id": "x", "name": null, "region": null}});
    let spoilt = |pointer: &str, value: Value| {
        let mut entry = good.clone();
        *entry.pointer_mut(pointer).unwrap() = value;
        json!({"schema": "probity.ratchet/v1", "entries": [good, entry]}).to_string()
    };
    for (text, told) in [
        ("{".to_owned(), "is no saved result"),
        (json!({"schema": "probity.ratchet/v2", "entries": []}).to_string(), "`probity.ratchet/v2`"),
        (spoilt("/fingerprint", json!("x")), "entry 2: `x` is no fingerprint"),
        (spoilt("/verdict", json!("pass")), "entry 2: a verdict of `pass` is nothing to accept"),
        (spoilt("/resource/operation", json!("ListPublishBatc")), "entry 2: unknown operation"),
        (spoilt("/rule", json!("")), "entry 2: `` cannot be a rule id"),
    ] {
        let ratchet = folder.file("r.json", &text);
        let outcome = run(&input, &["--ratchet", &ratchet]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{text}");
        assert!(outcome.stderr.replace("\n  │ ", " ").contains(told), "{text}: {}", outcome.stderr);
    }
    // Without a ratchet there is nothing to write.
    assert_eq!(run(&input, &["--write-ratchet"]).code, 2);
    assert_eq!(run(&input, &["--ratchet", "r", "--accept-new"]).code, 2);
}

#[test]
fn a_fingerprint_stays_when_all_else_changes() {
    let folder = Folder::new();
    let ratchet = accepted(&folder);
    let mut reports = vec![report("i-0"), failing("i-1"), report("i-2"), report("i-3")];
    let document: Value = serde_json::from_str(&page(&reports)).unwrap();
    // Layout, other resources, another name in another folder.
    let pretty = folder.file("deep/er/renamed.json", serde_json::to_string_pretty(&document).unwrap());
    assert_eq!(run(&pretty, &["--ratchet", &ratchet]).code, 0);
    // Another order, of resources and of members.
    reports.reverse();
    let reversed = |report: &Value| {
        let members: Vec<String> = report
            .as_object()
            .unwrap()
            .iter()
            .rev()
            .map(|(key, value)| format!("{}: {value}", Value::from(key.as_str())))
            .collect();
        format!("{{{}}}", members.join(",\n"))
    };
    let text: Vec<String> = reports.iter().map(reversed).collect();
    let reordered =
        folder.file("b.json", format!("{{\"instance_compliant\": [{}], \"count\": 4}}", text.join(", ")));
    assert_eq!(run(&reordered, &["--ratchet", &ratchet]).code, 0);
    // As a line among others, compressed by nobody, and without a payload around it.
    let line = folder.file("c.ndjson", format!("{}\n{}\n", report("i-7"), failing("i-1")));
    assert_eq!(run(&line, &["--as", "ListInstanceCompliant", "--ratchet", &ratchet]).code, 0);
    // But another resource is another one.
    let other = folder.file("d.json", page(&[failing("i-11")]));
    assert_eq!(run(&other, &["--ratchet", &ratchet]).code, 1);
}

#[test]
fn both_ways_and_all_formats_know_the_same() {
    let folder = Folder::new();
    let ratchet = accepted(&folder);
    let input = folder.file("now.json", page(&[failing("i-1"), failing("i-2"), report("i-3")]));
    let waiver = folder.file(
        "w.toml",
        "[[waiver]]\nrule = \"HWC-COC-003\"\nresource = \"i-2\"\nreason = \"r\\u001b\"\nowner = \"o\"\npermanent = true\n",
    );
    let base = ["--ratchet", &ratchet, "--waivers", &waiver, "--include", "pass,not_applicable"];
    let fast = check(&[&base, [input.as_str()].as_slice()].concat());
    let slow = check(&[&base, ["--reference", &input].as_slice()].concat());
    assert_eq!(fast.stdout, slow.stdout);
    assert!(!fast.stdout.contains('\u{1b}'));
    // With another target findings come as such, and say the same.
    let other = folder.path().join("same.json");
    let target = format!("json={}", other.to_str().unwrap());
    let all = [&["check", "--at", "2026-11-21T00:00:00Z"], base.as_slice(), &["--output", &target, &input]]
        .concat();
    assert_eq!(probity(&all).code, fast.code);
    assert_eq!(fs::read_to_string(other).unwrap(), fast.stdout);
}
