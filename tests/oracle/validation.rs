//! The oracle itself, held against the verdicts on `tests/cases` that people derived.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{Expected, expected, expected_with};
use crate::support::root;

/// Where each operation has its resources; the payload is the resource where no collection is named.
const OPERATIONS: [(&str, Option<&str>); 5] = [
    ("aws.ssm.GetPatchBaseline", None),
    ("alibaba.oos.ListInstancePatchStates", Some("InstancePatchStates")),
    ("alibaba.sas.ListPublishBatch", Some("BatchList")),
    ("alibaba.sas.DescribeImageInstances", Some("ImageInstanceList")),
    ("huawei.coc.ListInstanceCompliant", Some("instance_compliant")),
];

/// The rules of each operation.
const RULES: [&[&str]; 5] = [
    &[
        "AWS-SSM-001",
        "AWS-SSM-002",
        "AWS-SSM-003",
        "AWS-SSM-004",
        "AWS-SSM-005",
        "AWS-SSM-006",
        "AWS-SSM-007",
        "AWS-SSM-008",
        "AWS-SSM-009",
        "AWS-SSM-010",
    ],
    &[
        "ALI-OOS-001",
        "ALI-OOS-002",
        "ALI-OOS-003",
        "ALI-OOS-004",
        "ALI-OOS-005",
        "ALI-OOS-006",
        "ALI-OOS-007",
        "ALI-OOS-008",
    ],
    &["ALI-SAS-101", "ALI-SAS-102", "ALI-SAS-103", "ALI-SAS-104", "ALI-SAS-105", "ALI-SAS-106"],
    &[
        "ALI-SAS-201",
        "ALI-SAS-202",
        "ALI-SAS-203",
        "ALI-SAS-204",
        "ALI-SAS-205",
        "ALI-SAS-206",
        "ALI-SAS-207",
        "ALI-SAS-208",
        "ALI-SAS-209",
        "ALI-SAS-210",
    ],
    &[
        "HWC-COC-001",
        "HWC-COC-002",
        "HWC-COC-003",
        "HWC-COC-004",
        "HWC-COC-005",
        "HWC-COC-006",
        "HWC-COC-007",
        "HWC-COC-008",
        "HWC-COC-009",
        "HWC-COC-010",
    ],
];

/// The id by which the expectations call a resource.
fn id(operation: &str, resource: &Value) -> String {
    let text = |name: &str| match &resource[name] {
        Value::String(text) if text.is_empty() || name == "RepoNamespace" && text == "N/A" => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let parts = match operation {
        "aws.ssm.GetPatchBaseline" => vec![text("BaselineId")],
        "alibaba.oos.ListInstancePatchStates" => vec![text("InstanceId")],
        "alibaba.sas.ListPublishBatch" => vec![text("Version"), text("BatchId")],
        "alibaba.sas.DescribeImageInstances" => {
            let name = text("RepoName").map(|name| {
                let tag = text("Tag").map_or(String::new(), |tag| format!(":{tag}"));
                format!("{name}{tag}")
            });
            let parts = [text("RegionId"), text("RepoNamespace").filter(|_| name.is_some())];
            parts.into_iter().chain([name, text("Digest")]).collect()
        }
        _ => vec![text("instance_id").or(text("node_id")).or(text("id"))],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join("/")
}

/// The resources of a file by their ids.
fn resources(operation: &str, collection: Option<&str>, file: &Path) -> BTreeMap<String, Value> {
    let text = fs::read_to_string(file).unwrap();
    let mut resources = BTreeMap::new();
    for payload in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        let payload = payload.unwrap();
        let all = match collection {
            Some(collection) => payload[collection].as_array().unwrap().clone(),
            None => vec![payload],
        };
        for resource in all {
            resources.insert(id(operation, &resource), resource);
        }
    }
    resources
}

/// The params that `RULE.name=value` sets, by rule.
fn params(document: &Value) -> BTreeMap<String, Map<String, Value>> {
    let mut params: BTreeMap<_, Map<_, _>> = BTreeMap::new();
    for set in document["set"].as_array().into_iter().flatten() {
        let (name, value) = set.as_str().unwrap().split_once('=').unwrap();
        let (rule, name) = name.split_once('.').unwrap();
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        params.entry(rule.to_owned()).or_default().insert(name.to_owned(), value);
    }
    params
}

fn verdict(said: &Value) -> Expected {
    match said.as_str().or(said["verdict"].as_str()).unwrap() {
        "pass" => Expected::Pass,
        "fail" => Expected::Fail,
        "inconclusive" => Expected::Inconclusive,
        "not_applicable" => Expected::NotApplicable,
        other => panic!("no verdict {other}"),
    }
}

/// The expectation files of an operation.
fn expectations(operation: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(root().join("tests/cases").join(operation)).unwrap();
    let files = files.map(|file| file.unwrap().path());
    files.filter(|path| path.to_str().unwrap().ends_with(".expected.json")).collect()
}

#[test]
fn the_oracle_says_what_people_derived() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (operation, collection) in OPERATIONS {
        for expectation in expectations(operation) {
            let document: Value = serde_json::from_str(&fs::read_to_string(&expectation).unwrap()).unwrap();
            let at: DateTime<Utc> = document["at"].as_str().unwrap().parse().unwrap();
            let stem = expectation.to_str().unwrap().strip_suffix(".expected.json").unwrap();
            let file = ["json", "ndjson"].map(|ending| PathBuf::from(format!("{stem}.{ending}")));
            let file = file.iter().find(|file| file.exists()).unwrap();
            let resources = resources(operation, collection, file);
            let params = params(&document);
            for (id, rules) in document["resources"].as_object().unwrap() {
                let resource = resources.get(id).unwrap_or_else(|| panic!("{id}: {:?}", resources.keys()));
                for (rule, said) in rules.as_object().unwrap() {
                    count += 1;
                    let derived = params.get(rule).map_or_else(
                        || expected(rule, resource, at),
                        |params| expected_with(rule, resource, at, params),
                    );
                    if derived != verdict(said) {
                        wrong.push(format!("{stem} {id} {rule}: oracle {derived:?}, people {said}"));
                    }
                }
            }
        }
    }
    assert!(count > 3000, "only {count} verdicts were compared");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The first resource of an operation's `clean` file, and that file's clock.
fn clean(operation: &str, collection: Option<&str>) -> (Value, DateTime<Utc>) {
    let folder = root().join("tests/cases").join(operation);
    let said: Value =
        serde_json::from_str(&fs::read_to_string(folder.join("clean.expected.json")).unwrap()).unwrap();
    let resources = resources(operation, collection, &folder.join("clean.json"));
    (resources.into_values().next().unwrap(), said["at"].as_str().unwrap().parse().unwrap())
}

#[test]
fn an_impossible_value_is_an_error_of_the_rules_that_read_it_and_of_no_other() {
    /// Operation, place, impossible value, and the rules whose descriptions speak of that place.
    type Row = (usize, &'static str, Value, &'static [&'static str]);
    let rows: [Row; 14] = [
        (0, "/ApprovalRules/PatchRules/0/ComplianceLevel", json!(5), &["AWS-SSM-004"]),
        (0, "/ApprovalRules/PatchRules/0/ApproveAfterDays", json!("7"), &["AWS-SSM-003"]),
        (0, "/ApprovalRules", json!([]), &["AWS-SSM-002", "AWS-SSM-003", "AWS-SSM-004", "AWS-SSM-007"]),
        (0, "/RejectedPatches", json!("x"), &["AWS-SSM-005", "AWS-SSM-006"]),
        (0, "/CreatedDate", json!("yesterday"), &[]),
        (1, "/MissingCount", json!("abc"), &["ALI-OOS-001", "ALI-OOS-008"]),
        (1, "/OperationEndTime", json!("2026-11-20"), &["ALI-OOS-007", "ALI-OOS-008"]),
        (1, "/OperationType", json!({}), &[]),
        (2, "/BatchTotal", json!(-1), &["ALI-SAS-103", "ALI-SAS-104", "ALI-SAS-105"]),
        (2, "/Version", json!(3), &[]),
        (3, "/VulCount", json!("0"), &["ALI-SAS-201", "ALI-SAS-210"]),
        (3, "/ScaStatus", json!(1), &["ALI-SAS-201", "ALI-SAS-202", "ALI-SAS-203", "ALI-SAS-204"]),
        (4, "/status", json!({}), &["HWC-COC-003", "HWC-COC-010"]),
        (
            4,
            "/non_compliant_summary/severity_summary/low_count",
            json!(1.5),
            &["HWC-COC-001", "HWC-COC-002", "HWC-COC-004"],
        ),
    ];
    for (index, place, value, readers) in rows {
        let (operation, collection) = OPERATIONS[index];
        let (resource, at) = clean(operation, collection);
        let mut changed = resource.clone();
        *changed.pointer_mut(place).unwrap() = value;
        for rule in RULES[index] {
            let before = expected(rule, &resource, at);
            let wanted = if readers.contains(rule) { Expected::Error } else { before };
            assert_eq!(expected(rule, &changed, at), wanted, "{place} {rule}");
        }
    }
}

#[test]
fn a_gap_in_a_list_is_never_taken_for_nothing() {
    let (resource, at) = clean(OPERATIONS[0].0, OPERATIONS[0].1);
    let said = |place: &str, value: Value, rule: &str| {
        let mut changed = resource.clone();
        *changed.pointer_mut(place).unwrap() = value;
        expected(rule, &changed, at)
    };
    let late = |values: Value| {
        let filters = json!({"PatchFilters": [{"Key": "SEVERITY", "Values": values}]});
        json!([{"PatchFilterGroup": filters, "ComplianceLevel": "LOW", "ApproveAfterDays": 90}])
    };
    let rules = "/ApprovalRules/PatchRules";
    assert_eq!(said(rules, late(json!(["Low"])), "AWS-SSM-003"), Expected::Pass);
    assert_eq!(said(rules, late(json!(["Critical", null])), "AWS-SSM-003"), Expected::Fail);
    for values in [json!([]), json!([""]), json!([null]), json!(["Low", null])] {
        assert_eq!(said(rules, late(values), "AWS-SSM-003"), Expected::Inconclusive);
    }
    for rule in ["AWS-SSM-003", "AWS-SSM-004", "AWS-SSM-007"] {
        assert_eq!(said(rules, json!([null]), rule), Expected::Inconclusive, "{rule}");
    }
    assert_eq!(said("/Sources", json!([null]), "AWS-SSM-008"), Expected::Inconclusive);
    // The clean baseline approves patches by name, and blocks what it rejects.
    assert_eq!(said("/RejectedPatches", json!([null]), "AWS-SSM-005"), Expected::Pass);
    assert_eq!(said("/RejectedPatches", json!([null]), "AWS-SSM-006"), Expected::Inconclusive);
    assert_eq!(said("/RejectedPatches", json!([]), "AWS-SSM-006"), Expected::Pass);
}
