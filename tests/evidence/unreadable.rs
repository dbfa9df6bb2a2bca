//! A value of an impossible type: an error of the rules that read it, and of no other.

use super::{BASELINE, NODE, evidence, judge, rule_on, shown};
use serde_json::{Value, json};

const READS: &str = "deny contains \"x\" if input.resource.compliant_summary.compliant_count > 3";

fn other(id: &str, package: &str, body: &str) -> String {
    rule_on(NODE, body).replace("ORG-1", id).replace("org.one", package)
}

fn by_rule(document: &Value) -> Vec<(String, String)> {
    let findings = document["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut all: Vec<_> = findings.map(|f| (text(&f["rule"]["id"]), text(&f["verdict"]))).collect();
    all.sort();
    all
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(id, verdict)| ((*id).to_owned(), (*verdict).to_owned())).collect()
}

#[test]
fn the_rules_beside_it_are_judged() {
    // `{"count": 1, "instance_compliant": [` 36, `{"id": "a", ` 12, `"compliant_summary": ` 21,
    // `{"compliant_count": ` 20: 89 characters.
    let text =
        r#"{"count": 1, "instance_compliant": [{"id": "a", "compliant_summary": {"compliant_count": "x"}}]}"#;
    let optional = other(
        "ORG-4",
        "org.four",
        "deny contains \"x\" if object.get(input.resource, [\"compliant_summary\", \"compliant_count\"], 0) > 3",
    );
    let outcome = judge(
        text,
        &[
            ("a.rego", &rule_on(NODE, READS)),
            ("b.rego", &other("ORG-2", "org.two", "deny contains \"x\" if input.resource.id == \"z\"")),
            ("c.rego", &other("ORG-3", "org.three", "deny contains \"x\" if input.resource.id == \"a\"")),
            ("d.rego", &optional),
        ],
    );
    let document = outcome.json();
    assert_eq!((outcome.code, document["gate"].as_str()), (2, Some("error")));
    let expected = [("ORG-1", "error"), ("ORG-2", "pass"), ("ORG-3", "fail"), ("ORG-4", "error")];
    assert_eq!(by_rule(&document), pairs(&expected));
    assert_eq!(outcome.diagnostics(), [("payload.type_mismatch".to_owned(), Some(1), Some(90))]);
    let findings = document["findings"].as_array().unwrap();
    let finding = findings.iter().find(|f| f["rule"]["id"] == "ORG-1").unwrap();
    let location = &finding["location"];
    assert_eq!(location["path"], "/instance_compliant/0/compliant_summary/compliant_count");
    let place = ["line", "column", "start_byte", "end_byte"].map(|key| location[key].as_u64().unwrap());
    assert_eq!(place, [1, 90, 89, 92]);
    let pointer = "/instance_compliant/0/compliant_summary/compliant_count";
    assert_eq!(evidence(finding), shown(&[(pointer, json!("x"))]));
    assert_eq!(finding["message"], document["diagnostics"][0]["message"], "they say the same");
}

#[test]
fn what_is_around_or_within_what_is_read_counts() {
    let errs = |summary: &str, body: &str| {
        let text = format!(
            "{{\"count\": 1, \"instance_compliant\": [{{\"id\": \"a\", \"compliant_summary\": {summary}}}]}}"
        );
        let outcome = judge(&text, &[("rule.rego", &rule_on(NODE, body))]);
        assert_eq!((outcome.code, outcome.codes()), (2, vec!["payload.type_mismatch".to_owned()]));
        outcome.json()["findings"][0]["verdict"] == "error"
    };
    assert!(errs("[]", READS), "the object around it");
    assert!(errs("7", READS));
    let whole = "deny contains \"x\" if count(input.resource.compliant_summary) > 7";
    assert!(errs("{\"compliant_count\": \"x\"}", whole), "it counts what cannot be read");
    assert!(!errs("{\"compliant_count\": 1, \"severity_summary\": 7}", READS), "a neighbour");
    let applies = "applies if input.resource.compliant_summary.compliant_count > 3\n\ndeny contains \"x\" if input.resource.id == \"z\"";
    assert!(errs("{\"compliant_count\": \"x\"}", applies), "whether it applies cannot be told either");
}

#[test]
fn an_element_that_cannot_be_read_is_an_error_at_it() {
    let body = "deny contains \"x\" if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n}";
    let text = r#"{"BaselineId": "pb-1", "Name": "n", "PatchGroups": [], "ApprovalRules": {"PatchRules": [{"ApproveAfterDays": 1}, {"ApproveAfterDays": "x"}]}}"#;
    let outcome = judge(text, &[("rule.rego", &rule_on(BASELINE, body))]);
    let finding = &outcome.json()["findings"][0];
    assert_eq!((outcome.code, &finding["verdict"]), (2, &json!("error")));
    assert_eq!(finding["location"]["path"], "/ApprovalRules/PatchRules/1/ApproveAfterDays");
}

#[test]
fn what_cannot_be_read_of_the_envelope_is_an_error_of_rules_that_read_it() {
    let text = r#"{"RequestId": 7, "InstancePatchStates": [{"InstanceId": "i", "MissingCount": "0"}]}"#;
    let rule = |body: &str| rule_on(super::STATE, body);
    let reads =
        judge(text, &[("rule.rego", &rule("deny contains \"x\" if input.payload.RequestId == \"z\""))]);
    assert_eq!((reads.code, by_rule(&reads.json())), (2, pairs(&[("ORG-1", "error")])));
    let not = judge(text, &[("rule.rego", &rule("deny contains \"x\" if input.resource.MissingCount > 3"))]);
    assert_eq!((not.code, by_rule(&not.json())), (2, pairs(&[("ORG-1", "pass")])));
}
