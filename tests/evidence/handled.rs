//! A rule that says itself what an absent or null value means is taken by its word.

use super::{BASELINE, NODE, evidence, finding, inconclusive, judge, payload, rule_on, shown, verdict};
use serde_json::json;

const ABSENT: &str = r#"{"id": "a"}"#;
const NULL: &str = r#"{"id": "a", "group": null}"#;

#[test]
fn not_handles_absence() {
    let body = "deny contains \"x\" if {\n\tinput.resource.id == \"z\"\n\tnot input.resource.group\n}";
    assert_eq!(verdict(NODE, ABSENT, body), "pass");
    assert_eq!(verdict(NODE, r#"{"id": "z"}"#, body), "fail");
}

#[test]
fn object_get_handles_absence_and_null_only_by_a_null() {
    let body = "deny contains \"x\" if object.get(input.resource, \"group\", \"none\") == \"bad\"";
    assert_eq!(verdict(NODE, ABSENT, body), "pass");
    inconclusive(NODE, NULL, body, "/group", "group", "null");
    // A default of null hands absence on to what the rule does with null: nothing here.
    let body = "deny contains \"x\" if object.get(input.resource, \"group\", null) == \"bad\"";
    inconclusive(NODE, ABSENT, body, "", "group", "absent");
    inconclusive(NODE, NULL, body, "/group", "group", "null");
    let body = "group := object.get(input.resource, \"group\", null)\n\ndeny contains \"x\" if {\n\tgroup != null\n\tgroup == \"bad\"\n}";
    assert_eq!([verdict(NODE, ABSENT, body), verdict(NODE, NULL, body)], ["pass", "pass"]);
    // A list of keys: every step of it may be absent.
    let body = "deny contains \"x\" if object.get(input.resource, [\"compliant_summary\", \"compliant_count\"], 0) > 3";
    assert_eq!(verdict(NODE, ABSENT, body), "pass");
    assert_eq!(verdict(NODE, r#"{"id": "a", "compliant_summary": {}}"#, body), "pass");
    let null = r#"{"id": "a", "compliant_summary": {"compliant_count": null}}"#;
    let value = "compliant_summary.compliant_count";
    inconclusive(NODE, null, body, "/compliant_summary/compliant_count", value, "null");
}

#[test]
fn a_default_handles_absence_and_not_null() {
    let body = "default n := 0\n\nn := input.resource.compliant_summary.compliant_count\n\ndeny contains \"x\" if n > 3";
    assert_eq!(verdict(NODE, ABSENT, body), "pass");
    let null = r#"{"id": "a", "compliant_summary": {"compliant_count": null}}"#;
    let value = "compliant_summary.compliant_count";
    inconclusive(NODE, null, body, "/compliant_summary/compliant_count", value, "null");
}

#[test]
fn a_comparison_with_null_handles_null_and_where_it_guards_absence() {
    let guarded =
        "deny contains \"x\" if {\n\tinput.resource.group != null\n\tinput.resource.group == \"bad\"\n}";
    assert_eq!([verdict(NODE, ABSENT, guarded), verdict(NODE, NULL, guarded)], ["pass", "pass"]);
    let asked = "deny contains \"x\" if {\n\tinput.resource.group == null\n\tinput.resource.id == \"z\"\n}";
    assert_eq!(verdict(NODE, NULL, asked), "pass");
    inconclusive(NODE, ABSENT, asked, "", "group", "absent");
    let asked = asked.replace("input.resource.group == null", "is_null(input.resource.group)");
    assert_eq!(verdict(NODE, NULL, &asked), "pass");
    inconclusive(NODE, ABSENT, &asked, "", "group", "absent");
}

/// The rule with paths that may be absent.
fn optional(operation: &str, paths: &str, body: &str) -> String {
    rule_on(operation, body).replace("\npackage", &format!("\n#   optional: [{paths}]\npackage"))
}

#[test]
fn what_is_listed_as_optional_may_be_absent_or_null() {
    let body = "deny contains \"x\" if input.resource.group == \"bad\"";
    for (record, expected) in [(ABSENT, "pass"), (NULL, "pass"), (r#"{"id": "a", "group": "bad"}"#, "fail")] {
        for path in ["group", "input.resource.group"] {
            let rule = optional(NODE, &format!("\"{path}\""), body);
            let outcome = judge(&payload(NODE, record), &[("rule.rego", &rule)]);
            assert_eq!(outcome.json()["findings"][0]["verdict"], expected, "{record}");
        }
    }
    let body = "deny contains \"x\" if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n}";
    let rule = optional(BASELINE, "\"ApprovalRules.PatchRules[].ApproveAfterDays\"", body);
    let verdict = |rules: &str| {
        let record = format!(
            "{{\"BaselineId\": \"pb-1\", \"Name\": \"n\", \"PatchGroups\": [], \"ApprovalRules\": {{{rules}}}}}"
        );
        judge(&record, &[("rule.rego", &rule)]).json()["findings"][0]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("\"PatchRules\": [{}, {\"ApproveAfterDays\": 1}]"), "pass");
    assert_eq!(verdict("\"PatchRules\": [{}, {\"ApproveAfterDays\": 8}]"), "fail");
    assert_eq!(verdict(""), "inconclusive", "what is around it is not optional");
}

#[test]
fn a_value_that_is_handled_is_evidence_all_the_same() {
    let body = "deny contains \"x\" if object.get(input.resource, \"group\", \"none\") == \"bad\"";
    let finding = finding(NODE, ABSENT, body);
    assert_eq!(evidence(&finding), shown(&[("/instance_compliant/0/group", json!({"absent": true}))]));
    assert_eq!(finding["message"], "nothing speaks against it: `group` is absent");
}
