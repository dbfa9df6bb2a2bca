//! What is printed validates against the schemas that are published.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{everything, lines};
use crate::support::{CLOCK, Folder, check, page, probity, probity_with, report, rule, validates};

/// A schema that the tool prints.
fn schema(of: &str) -> Value {
    let outcome = probity(&["schema", of]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{of}");
    outcome.json()
}

/// The schema of a part of the result.
fn part(name: &str) -> Value {
    let whole = schema("run");
    assert!(whole["$defs"][name].is_object(), "{name}");
    json!({"$schema": whole["$schema"], "$ref": format!("#/$defs/{name}"), "$defs": whole["$defs"]})
}

#[test]
fn the_result_of_a_large_run_validates() {
    validates(&jsonschema::validator_for(&schema("run")).unwrap(), everything());
}

#[test]
fn every_line_of_ndjson_validates() {
    let finding = jsonschema::validator_for(&part("FindingV1")).unwrap();
    let summary = jsonschema::validator_for(&part("HeadV1")).unwrap();
    let (last, findings) = lines().split_last().unwrap();
    assert!(findings.len() > 3000);
    for line in findings {
        validates(&finding, line);
    }
    validates(&summary, last);
    assert!(!finding.is_valid(last) && !summary.is_valid(&findings[0]), "the two are told apart");
}

#[test]
fn results_of_odd_runs_validate() {
    let validator = jsonschema::validator_for(&schema("run")).unwrap();
    let folder = Folder::new();
    let input = folder.file("page.json", page(&[report("a"), json!({"status": 5}), json!({"new": 1})]));
    let secret = json!({"BaselineId": "pb-1", "Name": "x", "PatchGroups": [],
        "Sources": [{"Configuration": "gpgcheck=0"}]});
    let baseline = folder.file("baseline.json", secret.to_string());
    let body = "deny contains {\"msg\": \"x\", \"path\": \"name\"}\n\ndeny contains {\"msg\": \"y\", \"path\": \"no.thing\"}";
    let errs = "deny contains \"x\" if to_number(input.resource.name) > 1";
    let rules = folder.file("rules/rule.rego", rule("ORG-1", "org.one", body));
    let broken = folder.file("rules/broken.rego", rule("ORG-2", "org.two", errs));
    for arguments in [
        &[] as &[&str],
        &["samples/errors"],
        &["no/such/file"],
        &[&input, "--strict", "--include", "pass,not_applicable"],
        &[&input, "--no-builtin", "--policies", &rules, "--policies", &broken],
        &[&baseline],
        &[&input, "--max-age", "1s"],
        &[&input, "--rule", "AWS-*"],
    ] {
        validates(&validator, &check(arguments).json());
    }
    let arguments = ["check", "-", "--format", "json", "--at", CLOCK];
    validates(&validator, &probity_with(&arguments, b"{").json());
}

#[test]
fn the_schema_of_the_result_is_closed() {
    // With open objects the tests above would prove little.
    let validator = jsonschema::validator_for(&schema("run")).unwrap();
    let mut document = everything().clone();
    document["findings"].as_array_mut().unwrap().truncate(1);
    assert!(validator.is_valid(&document));
    for pointer in [
        "",
        "/summary",
        "/summary/verdicts",
        "/tool",
        "/inputs/0",
        "/policies/0",
        "/findings/0",
        "/findings/0/rule",
        "/findings/0/resource",
        "/findings/0/location",
        "/diagnostics/0",
    ] {
        let mut spoilt = document.clone();
        spoilt.pointer_mut(pointer).unwrap()["more"] = json!(1);
        assert!(!validator.is_valid(&spoilt), "{pointer} takes anything");
        let object = document.pointer(pointer).unwrap().as_object().unwrap();
        for key in object.keys().filter(|key| !["document", "account"].contains(&key.as_str())) {
            let mut spoilt = document.clone();
            spoilt.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(key);
            assert!(!validator.is_valid(&spoilt), "{pointer} needs no {key}");
        }
    }
    document["findings"][0]["verdict"] = json!("passed");
    assert!(!validator.is_valid(&document));
}

#[test]
fn every_normalised_resource_validates_against_the_schema_of_its_operation() {
    let outcome = probity(&["inspect", "--inputs", "samples"]);
    assert_eq!(outcome.code, 2, "error bodies stand among the samples");
    let mut validators: BTreeMap<String, jsonschema::Validator> = BTreeMap::new();
    let mut count = 0;
    for line in outcome.stdout.lines() {
        let input: Value = serde_json::from_str(line).unwrap();
        let operation = input["source"]["operation"].as_str().unwrap();
        let validator = validators
            .entry(operation.to_owned())
            .or_insert_with(|| jsonschema::validator_for(&schema(operation)).unwrap());
        validates(validator, &input["resource"]);
        count += 1;
    }
    assert_eq!((validators.len() as u64, count), (5, sample_resources()));
}

/// How many resources the samples hold, counted by their keys.
fn sample_resources() -> u64 {
    let document = everything();
    let of_samples = document["inputs"].as_array().unwrap().iter().filter(|input| {
        let file = input["file"].as_str().unwrap();
        file.starts_with("samples/")
    });
    of_samples.map(|input| input["resources"].as_u64().unwrap()).sum()
}

#[test]
fn the_schema_of_a_resource_refuses_wire_types() {
    let validator = |of: &str| jsonschema::validator_for(&schema(of)).unwrap();
    let states = validator("alibaba.oos.ListInstancePatchStates");
    assert!(states.is_valid(&json!({"MissingCount": 0, "PatchGroup": null})));
    assert!(!states.is_valid(&json!({"MissingCount": "0"})), "a count in a string is the wire's");
    assert!(!states.is_valid(&json!({"MissingCount": -1})));
    let nodes = validator("huawei.coc.ListInstanceCompliant");
    assert!(!nodes.is_valid(&json!({"execution_summary": {"report_time": 1_795_140_600_000_u64}})));
    assert!(nodes.is_valid(&json!({"execution_summary": {"report_time": "2026-11-20T02:10:00Z"}, "new": 1})));
    let baselines = validator("aws.ssm.GetPatchBaseline");
    assert!(!baselines.is_valid(&json!({"ApprovalRules": {"PatchRules": [{"ApproveAfterDays": "7"}]}})));
    assert!(baselines.is_valid(&json!({"OperatingSystem": "A_NEW_ONE"})), "enumerations are open");
}

#[test]
fn schemas_are_listed_and_are_schemas() {
    let outcome = probity(&["schema", "--list"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let listed: Vec<&str> = outcome.stdout.lines().collect();
    let expected = [
        "alibaba.oos.ListInstancePatchStates",
        "alibaba.sas.DescribeImageInstances",
        "alibaba.sas.ListPublishBatch",
        "aws.ssm.GetPatchBaseline",
        "huawei.coc.ListInstanceCompliant",
        "run",
        "lint",
        "explain",
        "mutations",
        "diff",
        "settings",
        "config",
        "ratchet",
        "snapshot",
    ];
    assert_eq!(listed, expected);
    for name in listed {
        let schema = schema(name);
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        // Editors of TOML know the older draft.
        let draft = match name {
            "config" => "http://json-schema.org/draft-07/schema#",
            _ => "https://json-schema.org/draft/2020-12/schema",
        };
        assert_eq!(schema["$schema"], draft, "{name}");
    }
    assert_eq!(schema("ListPublishBatch"), schema("alibaba.sas.ListPublishBatch"), "the last part is enough");
}

#[test]
fn an_unknown_operation_has_no_schema() {
    let outcome = probity(&["schema", "aws.ssm.GetPatchBaselin"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    // The message may be broken over lines.
    let said = outcome.stderr.replace("\n  │ ", " ");
    assert!(said.contains("did you mean `aws.ssm.GetPatchBaseline`?"), "{said}");
    assert!(said.contains("schema --list"), "{said}");
    assert_eq!(probity(&["schema"]).code, 2);
    assert_eq!(probity(&["schema", "--list", "run"]).code, 2);
}
