//! Which rule on which resource.

use serde_json::{Value, json};

use super::{explain, explanation, explanations};
use crate::support::{CLOCK, Folder, Outcome, page, probity_with, report};

/// Two reports: `i-1` called `web`, and `i-2` called `db`, each on a line.
fn two() -> String {
    let named = |id: &str, name: &str| {
        let mut report = report(id);
        report["name"] = json!(name);
        report
    };
    let lines = [named("i-1", "web"), named("i-2", "db")].map(|report| report.to_string());
    format!("{{\"count\": 2, \"instance_compliant\": [\n{},\n{}]}}", lines[0], lines[1])
}

#[track_caller]
fn refused(outcome: &Outcome, words: &[&str]) {
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    // A message may be broken over lines.
    let said: Vec<&str> = outcome.stderr.split_whitespace().filter(|word| *word != "│").collect();
    let said = said.join(" ");
    for words in words {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_resource_is_chosen_by_id_name_pointer_or_place() {
    let folder = Folder::new();
    let path = folder.file("page.json", two());
    let place = format!("{path}:3");
    for name in ["i-2", "db", "/instance_compliant/1", "/instance_compliant/1/status", ":3", ":3:1", &place] {
        let (code, explanation) = explanation(&[&path, "--rule", "HWC-COC-003", "--resource", name]);
        assert_eq!((code, &explanation["resource_id"]), (0, &json!("i-2")), "{name}");
    }
}

#[test]
fn one_of_several_resources_must_be_named() {
    let folder = Folder::new();
    let path = folder.file("page.json", two());
    let outcome = explain(&[&path, "--rule", "HWC-COC-003"]);
    refused(&outcome, &["resource.ambiguous", "the inputs hold 2", "i-1 (web), i-2 (db)"]);
    let reports: Vec<Value> = (0..25).map(|number| report(&format!("i-{number}"))).collect();
    let path = folder.file("page.json", page(&reports));
    let outcome = explain(&[&path, "--rule", "HWC-COC-003"]);
    refused(&outcome, &["the inputs hold 25", "and 5 more"]);
    assert!(outcome.stderr.contains("i-19 ") && !outcome.stderr.contains("i-20 "));
}

#[test]
fn an_unknown_resource_gets_the_nearest_name_as_a_suggestion() {
    let folder = Folder::new();
    let path = folder.file("page.json", two());
    let outcome = explain(&[&path, "--rule", "HWC-COC-003", "--resource", "wed"]);
    refused(&outcome, &["resource.unknown", "no resource is called `wed`, did you mean `web`?"]);
    let outcome = explain(&[&path, "--rule", "HWC-COC-003", "--resource", "something-else"]);
    refused(&outcome, &["no resource is called `something-else`", "there is i-1 (web), i-2 (db)"]);
    assert!(!outcome.stderr.contains("did you mean"));
}

#[test]
fn resources_of_the_same_id_are_all_explained() {
    let folder = Folder::new();
    let mut failing = report("i-1");
    failing["status"] = json!("non_compliant");
    let (a, b) = (folder.file("a.json", page(&[report("i-1")])), folder.file("b.json", page(&[failing])));
    let (code, all) = explanations(&[&a, &b, "--rule", "HWC-COC-003", "--resource", "i-1"]);
    let verdicts: Vec<&Value> = all.iter().map(|explanation| &explanation["verdict"]).collect();
    assert_eq!((code, verdicts), (1, vec![&json!("pass"), &json!("fail")]));
    let many: Vec<String> =
        (0..12).map(|n| folder.file(&format!("many/{n:02}.json"), page(&[report("i-9")]))).collect();
    assert_eq!(many.len(), 12);
    let path = folder.path().join("many").to_str().unwrap().to_owned();
    let outcome = explain(&[&path, "--rule", "HWC-COC-003", "--resource", "i-9"]);
    assert_eq!(outcome.stdout.matches("HWC-COC-003 The node is compliant: pass").count(), 10);
    assert!(outcome.stdout.ends_with("and 2 more resources are called so\n"), "{}", outcome.stdout);
}

#[test]
fn exactly_one_rule_must_be_named() {
    let folder = Folder::new();
    let path = folder.file("page.json", page(&[report("i-1")]));
    refused(&explain(&[&path]), &["name it with --rule"]);
    let outcome = explain(&[&path, "--rule", "HWC-COC-00[12]"]);
    refused(&outcome, &["policy.unknown_rule", "2 are selected", "HWC-COC-001, HWC-COC-002"]);
    let outcome = explain(&[&path, "--rule", "HWC-COC-01"]);
    refused(&outcome, &["did you mean `HWC-COC-001`?"]);
    // A glob that matches one is as good as its name.
    let (code, explanation) = explanation(&[&path, "--rule", "*-COC-003"]);
    assert_eq!((code, &explanation["rule"]), (0, &json!("HWC-COC-003")));
}

#[test]
fn a_rule_about_something_else_has_nothing_to_explain() {
    let folder = Folder::new();
    let path = folder.file("page.json", page(&[report("i-1")]));
    let words =
        "AWS-SSM-001 is about aws.ssm.GetPatchBaseline, but the inputs hold huawei.coc.ListInstanceCompliant";
    refused(&explain(&[&path, "--rule", "AWS-SSM-001"]), &[words]);
    // Others may stand beside the one that it is about.
    let (code, _) =
        explanation(&[&path, "samples/aws/ssm/get-patch-baseline/compliant.json", "--rule", "AWS-SSM-001"]);
    assert_eq!(code, 0);
}

#[test]
fn what_cannot_be_read_is_told_as_check_tells_it() {
    refused(&explain(&["--rule", "HWC-COC-003"]), &["input.none"]);
    refused(&explain(&["no/such.json", "--rule", "HWC-COC-003"]), &["input.unreadable"]);
    let errors = explain(&["samples/errors", "--rule", "HWC-COC-003"]);
    refused(&errors, &["payload.error_body"]);
    assert!(!errors.stderr.contains("resource.unknown"));
    // A verdict on a part of an answer is told, and is none to rest on.
    let path = "samples/huawei/coc/list-instance-compliant/incomplete.json";
    let outcome = explain(&[path, "--rule", "HWC-COC-003", "--resource", "crm-web-1"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stdout.contains("\npass: ") && outcome.stderr.contains("payload.incomplete"));
    let allowed = explain(&[path, "--rule", "HWC-COC-003", "--resource", "crm-web-1", "--allow-incomplete"]);
    assert_eq!(allowed.code, 0);
}

#[test]
fn params_come_from_the_command_line() {
    let folder = Folder::new();
    let mut failing = report("i-1");
    failing["non_compliant_summary"]["severity_summary"]["critical_count"] = json!(2);
    failing["non_compliant_summary"]["non_compliant_count"] = json!(2);
    let path = folder.file("page.json", page(&[failing]));
    let (code, _) = explanation(&[&path, "--rule", "HWC-COC-001"]);
    assert_eq!(code, 1);
    let (code, explanation) = explanation(&[&path, "--rule", "HWC-COC-001", "--set", "HWC-COC-001.max=2"]);
    let reads = explanation["reads"].as_array().unwrap();
    let max = json!({"path": "input.params.max", "state": "value", "text": "2", "cut": false, "line": null, "column": null});
    assert_eq!((code, reads.contains(&max)), (0, true), "{reads:?}");
}

#[test]
fn every_way_to_read_serves() {
    let report = report("i-1");
    let arguments = ["explain", "--at", CLOCK, "--rule", "HWC-COC-003", "--format", "json"];
    let whole =
        probity_with(&[&arguments[..], &["-"]].concat(), page(std::slice::from_ref(&report)).as_bytes());
    assert_eq!((whole.code, &whole.json()["explanations"][0]["file"]), (0, &json!("<stdin>")));
    let bare = probity_with(
        &[&arguments[..], &["--as", "ListInstanceCompliant", "-"]].concat(),
        report.to_string().as_bytes(),
    );
    assert_eq!((bare.code, &bare.json()["explanations"][0]["pointer"]), (0, &json!("")));
    let folder = Folder::new();
    let baselines = "samples/aws/ssm/get-patch-baseline/several-baselines.ndjson";
    let (_, third) = explanation(&[baselines, "--rule", "AWS-SSM-001", "--resource", ":3"]);
    assert_eq!((&third["document"], &third["line"]), (&json!(2), &json!(3)));
    let output = folder.path().join("out.json").to_str().unwrap().to_owned();
    let written =
        explain(&[baselines, "--rule", "AWS-SSM-001", "--resource", ":3", "--format", "json", "-o", &output]);
    assert_eq!(written.stdout, "");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(output).unwrap()).unwrap();
    assert_eq!(document["explanations"][0], third);
}

#[test]
fn a_resource_of_megabytes_is_explained() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(
        crate::support::root().join("samples/aws/ssm/get-patch-baseline/compliant.json"),
    );
    let mut baseline: Value = serde_json::from_str(&text.unwrap()).unwrap();
    let patch_rule = baseline["ApprovalRules"]["PatchRules"][0].clone();
    baseline["ApprovalRules"]["PatchRules"] = Value::from(vec![patch_rule; 25_000]);
    let text = baseline.to_string();
    assert!(text.len() > 5 << 20);
    let path = folder.file("page.json", text);
    let arguments = ["explain", "--at", CLOCK, &path, "--rule", "AWS-SSM-009", "--format", "json"];
    let outcome = crate::support::finish_in_time(&mut crate::support::command(&arguments));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.len() < 100_000, "{}", outcome.stdout.len());
}
