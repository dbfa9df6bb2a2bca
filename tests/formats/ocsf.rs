//! OCSF Compliance Findings.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::each_verdict::{each_verdict, nothing, printed, report, schema, with_long_text, with_text};
use super::hostile_texts::{hostile_texts, long_texts};
use crate::support::validates;

fn events(result: &Value) -> Vec<Value> {
    let printed = printed(result, &["--format", "ocsf"]);
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Of events about cloud resources, and of those about problems: they have no `cloud`, and do not say so.
fn validators() -> (jsonschema::Validator, jsonschema::Validator) {
    let with_profile = schema("ocsf-compliance-finding-1.8.0.json");
    let mut without = with_profile.clone();
    without["required"].as_array_mut().unwrap().retain(|name| name != "cloud");
    without["properties"].as_object_mut().unwrap().remove("cloud");
    (jsonschema::validator_for(&with_profile).unwrap(), jsonschema::validator_for(&without).unwrap())
}

#[track_caller]
fn all_validate(events: &[Value], (with_profile, without): &(jsonschema::Validator, jsonschema::Validator)) {
    for event in events {
        let is_cloud = event["metadata"]["profiles"] == json!(["cloud"]);
        validates(if is_cloud { with_profile } else { without }, event);
    }
    let names: BTreeSet<&str> =
        events.iter().map(|event| event["metadata"]["uid"].as_str().unwrap()).collect();
    assert_eq!(names.len(), events.len(), "names are unique");
}

#[test]
fn events_validate() {
    let validators = validators();
    let mut twice = each_verdict();
    let again = twice["findings"][2].clone();
    twice["findings"].as_array_mut().unwrap().push(again);
    for result in [each_verdict(), nothing(), twice] {
        all_validate(&events(&result), &validators);
    }
    let mut wrong = events(&each_verdict()).remove(0);
    wrong["compliance"]["status_id"] = json!(7);
    assert!(!validators.0.is_valid(&wrong), "the schema looks at all of it");
}

#[test]
fn each_verdict_is_what_it_is() {
    let told: Vec<_> = events(&each_verdict())
        .iter()
        .map(|event| {
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let number = |value: &Value| value.as_u64().unwrap();
            let compliance = &event["compliance"];
            (
                text(&compliance["status_code"]),
                (number(&compliance["status_id"]), text(&compliance["status"])),
                (number(&event["severity_id"]), text(&event["severity"])),
                (number(&event["status_id"]), text(&event["status"])),
            )
        })
        .collect();
    let event = |code: &str, compliance: (u64, &str), severity: (u64, &str), status: (u64, &str)| {
        let owned = |(number, word): (u64, &str)| (number, word.to_owned());
        (code.to_owned(), owned(compliance), owned(severity), owned(status))
    };
    let (new, suppressed) = ((1, "New"), (3, "Suppressed"));
    assert_eq!(
        told,
        [
            event("inconclusive", (2, "Warning"), (4, "High"), new),
            event("not_applicable", (99, "Not Applicable"), (1, "Informational"), new),
            event("fail", (3, "Fail"), (5, "Critical"), new),
            event("pass", (1, "Pass"), (1, "Informational"), new),
            event("waived", (3, "Fail"), (2, "Low"), suppressed),
            event("error", (99, "Error"), (4, "High"), new),
            // Its waiver is over.
            event("fail", (3, "Fail"), (2, "Low"), new),
            // The ratchet knows it.
            event("fail", (3, "Fail"), (2, "Low"), suppressed),
            event("pass", (1, "Pass"), (1, "Informational"), new),
            event("payload.incomplete", (0, "Unknown"), (0, "Unknown"), new),
            event("payload.unverified", (0, "Unknown"), (1, "Informational"), new),
        ]
    );
}

#[test]
fn an_event_says_all_that_the_finding_says() {
    let events = events(&each_verdict());
    let fail = &events[2];
    // date -u -d 2026-11-21T00:00:00Z +%s
    assert_eq!(fail["time"], 1_795_219_200_000_u64);
    assert_eq!((&fail["class_uid"], &fail["type_uid"]), (&json!(2003), &json!(200_301)));
    assert_eq!(
        fail["metadata"]["product"],
        json!({"name": "probity", "vendor_name": "probity", "version": "0.1.0"})
    );
    assert_eq!(fail["metadata"]["version"], "1.8.0");
    assert_eq!(fail["finding_info"]["uid"], each_verdict()["findings"][2]["fingerprint"]);
    assert_eq!(fail["finding_info"]["title"], "No critical patch is missing");
    assert_eq!(fail["finding_info"]["desc"], "3 critical patches are missing, at most 0 allowed");
    let compliance = &fail["compliance"];
    assert_eq!(compliance["control"], "ORG-1");
    assert_eq!(compliance["standards"], json!(["iso-27001", "nist-800-53"]));
    assert_eq!(
        compliance["requirements"],
        json!(["iso-27001 A.8.8", "nist-800-53 SI-2", "nist-800-53 SI-02(03)"])
    );
    assert_eq!(compliance["control_parameters"], json!([{"name": "max", "value": "0"}]));
    assert_eq!(compliance["checks"][0]["severity"], "Critical");
    assert_eq!(
        fail["remediation"],
        json!({"desc": "Install the patches, then scan again.", "references": ["https://example.org/patches?a=1"]})
    );
    assert_eq!(
        fail["resources"],
        json!([{"uid": "ecs-1", "name": "web-1", "type": "node_compliance_report", "namespace": "coc", "region": "cn-north-4"}])
    );
    assert_eq!(fail["cloud"], json!({"provider": "Huawei Cloud", "region": "cn-north-4"}));
    assert_eq!(
        fail["evidences"][0],
        json!({"name": "/instance_compliant/0/critical_count", "data": {
            "file": "in/a b.json", "path": "/instance_compliant/0/critical_count", "line": 4, "column": 26, "value": 3
        }})
    );
    assert_eq!(fail["evidences"][1]["data"]["redacted"], true);
    assert_eq!(fail["unmapped"]["location"], each_verdict()["findings"][2]["location"]);

    assert_eq!(
        events[8]["cloud"],
        json!({"provider": "AWS", "region": "eu-central-1", "account": {"uid": "111122223333"}})
    );
    assert_eq!(events[8]["evidences"][0]["data"]["document"], 2);
    assert_eq!(events[5]["resources"][0]["name"], "unnamed resource at in/a b.json:20:5");
    assert_eq!(
        events[4]["status_detail"],
        "waived until 2026-12-31 by ops@example.org (OPS-7): the node is replaced in January"
    );
    assert_eq!(events[4]["unmapped"]["waiver"], each_verdict()["findings"][4]["waiver"]);

    let problem = &events[9];
    assert_eq!(problem["finding_info"]["title"], "payload.incomplete");
    assert_eq!(problem["message"], "payload.incomplete: 5 of 9 node reports are here, 4 are missing");
    assert_eq!(problem["remediation"]["desc"], "save every page of the answer");
    assert_eq!(problem["unmapped"]["location"], json!({"file": "in/a b.json", "line": 2, "column": 12}));
}

#[test]
fn findings_keep_their_name_and_events_have_one_each() {
    let first = events(&each_verdict());
    let mut later = each_verdict();
    later["at"] = json!("2026-11-22T00:00:00Z");
    let second = events(&later);
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first["finding_info"]["uid"], second["finding_info"]["uid"]);
        assert_ne!(first["metadata"]["uid"], second["metadata"]["uid"]);
    }
    assert_eq!(first, events(&each_verdict()));
}

#[test]
fn partitions_are_told_where_the_id_tells_them() {
    let mut result = each_verdict();
    result["findings"][8]["resource"]["id"] = json!("arn:aws-cn:ssm:cn-north-1:1:patchbaseline/pb-1");
    assert_eq!(events(&result)[8]["resources"][0]["cloud_partition"], "aws-cn");
}

#[test]
fn hostile_texts_stay_texts() {
    let validators = validators();
    for text in hostile_texts() {
        let result = with_text(&text);
        let printed = printed(&result, &["--format", "ocsf"]);
        assert!(!printed.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{0}']), "{text:?}");
        let events: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events.len(), 11, "{text:?}");
        all_validate(&events, &validators);
        assert_eq!(events[2]["resources"][0]["uid"], text);
    }
    for text in long_texts() {
        let events = events(&with_long_text(&text));
        all_validate(&events, &validators);
        assert_eq!(events[2]["finding_info"]["desc"], text, "machines get all of it");
    }
}

#[test]
fn a_clock_that_is_none_is_an_error() {
    let mut result = each_verdict();
    result["at"] = json!("yesterday");
    let outcome = report(&result, &["--format", "ocsf"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("the run's clock is no time"), "{}", outcome.stderr);
}
