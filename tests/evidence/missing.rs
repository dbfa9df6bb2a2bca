//! A value that a rule reads and that is not there: no pass.

use super::{BASELINE, NODE, STATE, finding_in, inconclusive, judge, rule_on, told, verdict};
use serde_json::json;

const COUNT: &str = "compliant_summary.compliant_count";
const MANY: &str = "deny contains \"x\" if input.resource.compliant_summary.compliant_count > 3";

/// A baseline with these approval rules.
fn baseline(rules: &str) -> String {
    format!(
        "{{\"BaselineId\": \"pb-1\", \"Name\": \"n\", \"PatchGroups\": [], \"ApprovalRules\": {{\"PatchRules\": {rules}}}}}"
    )
}

#[test]
fn an_absent_or_null_value_is_told_at_its_nearest_ancestor() {
    inconclusive(
        NODE,
        r#"{"id": "a", "compliant_summary": {}}"#,
        MANY,
        "/compliant_summary",
        COUNT,
        "absent",
    );
    let null = r#"{"id": "a", "compliant_summary": {"compliant_count": null}}"#;
    inconclusive(NODE, null, MANY, "/compliant_summary/compliant_count", COUNT, "null");
    inconclusive(NODE, r#"{"id": "a"}"#, MANY, "", "compliant_summary", "absent");
    let null = r#"{"id": "a", "compliant_summary": null}"#;
    inconclusive(NODE, null, MANY, "/compliant_summary", "compliant_summary", "null");
    // With the value there, the same rule tells.
    let there =
        |count: u32| format!("{{\"id\": \"a\", \"compliant_summary\": {{\"compliant_count\": {count}}}}}");
    assert_eq!(verdict(NODE, &there(3), MANY), "pass");
    assert_eq!(verdict(NODE, &there(4), MANY), "fail");
}

#[test]
fn a_documented_placeholder_is_null() {
    let body = "deny contains \"x\" if input.resource.group == \"g\"";
    inconclusive(NODE, r#"{"id": "a", "group": ""}"#, body, "/group", "group", "null");
}

#[test]
fn a_denial_outranks_what_is_missing() {
    let body = format!("{MANY}\n\ndeny contains \"y\" if input.resource.id == \"a\"");
    assert_eq!(verdict(NODE, r#"{"id": "a"}"#, &body), "fail");
    inconclusive(NODE, r#"{"id": "b"}"#, &body, "", "compliant_summary", "absent");
}

#[test]
fn an_element_without_the_field_is_named() {
    for body in [
        "deny contains \"x\" if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n}",
        "deny contains \"x\" if input.resource.ApprovalRules.PatchRules[_].ApproveAfterDays > 7",
        "deny contains \"x\" if {\n\tsome i\n\tinput.resource.ApprovalRules.PatchRules[i].ApproveAfterDays > 7\n}",
        "deny contains \"x\" if {\n\tsome i, r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7 + i\n}",
        "deny contains \"x\" if {\n\tevery r in input.resource.ApprovalRules.PatchRules {\n\t\tr.ApproveAfterDays > 7\n\t}\n\tcount(input.resource.ApprovalRules.PatchRules) > 0\n}",
        "days := [r.ApproveAfterDays | some r in input.resource.ApprovalRules.PatchRules]\n\ndeny contains \"x\" if max(days) > 7",
        "late(r) if r.ApproveAfterDays > 7\n\ndeny contains \"x\" if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tlate(r)\n}",
        "deny contains \"x\" if {\n\tsome {\"ApproveAfterDays\": d} in input.resource.ApprovalRules.PatchRules\n\td > 7\n}",
        "deny contains \"x\" if {\n\tsome r in input.resource[\"ApprovalRules\"][\"PatchRules\"]\n\tr[\"ApproveAfterDays\"] > 7\n}",
        "deny contains \"x\" if {\n\trules := input.resource.ApprovalRules\n\trules.PatchRules[_] = r\n\tr.ApproveAfterDays > 7\n}",
    ] {
        let value = "ApprovalRules.PatchRules[1].ApproveAfterDays";
        let at = "/ApprovalRules/PatchRules/1";
        let absent = baseline("[{\"ApproveAfterDays\": 1}, {\"ComplianceLevel\": \"HIGH\"}]");
        inconclusive(BASELINE, &absent, body, at, value, "absent");
        let null = baseline("[{\"ApproveAfterDays\": 1}, {\"ApproveAfterDays\": null}]");
        inconclusive(BASELINE, &null, body, &format!("{at}/ApproveAfterDays"), value, "null");
        assert_eq!(verdict(BASELINE, &baseline("[]"), body), "pass", "an empty list: {body}");
        assert_eq!(verdict(BASELINE, &baseline("[{\"ApproveAfterDays\": 7}]"), body), "pass", "{body}");
        let fails = baseline("[{\"ApproveAfterDays\": 9}]");
        assert_eq!(verdict(BASELINE, &fails, body), "fail", "{body}");
        // The engine refuses to go through null, unless by `[_]`, which finds nothing there; then it says so too.
        let (verdict, _, message) = told(BASELINE, &baseline("null"), body);
        let missing = "`ApprovalRules.PatchRules` is null, and the rule reads it";
        assert!(verdict == "inconclusive" && message.starts_with(missing), "{verdict} {message} {body}");
    }
}

#[test]
fn a_null_element_is_no_element_that_passes() {
    let body = "deny contains \"x\" if {\n\tsome g in input.resource.PatchGroups\n\tg == \"bad\"\n}";
    let record = r#"{"BaselineId": "pb-1", "Name": "n", "PatchGroups": ["good", null]}"#;
    inconclusive(BASELINE, record, body, "/PatchGroups/1", "PatchGroups[1]", "null");
}

#[test]
fn a_value_that_is_read_in_a_library_is_read() {
    let lib = "package org.lib\n\ntoo_many(r) if limits(r.compliant_summary)\n\nlimits(summary) if summary.compliant_count > 3\n";
    let rule = rule_on(NODE, "import data.org.lib\n\ndeny contains \"x\" if lib.too_many(input.resource)");
    let text = r#"{"count": 1, "instance_compliant": [{"id": "a", "compliant_summary": {}}]}"#;
    let document = judge(text, &[("rule.rego", &rule), ("lib.rego", lib)]).json();
    let finding = &document["findings"][0];
    assert_eq!(finding["verdict"], "inconclusive");
    assert_eq!(finding["message"], json!(format!("`{COUNT}` is absent, and the rule reads it")));
}

#[test]
fn a_value_that_only_inconclusive_reads_is_read() {
    let body = "deny contains \"x\" if input.resource.id == \"z\"\n\ninconclusive contains \"y\" if input.resource.compliant_summary.compliant_count > 3";
    inconclusive(
        NODE,
        r#"{"id": "a", "compliant_summary": {}}"#,
        body,
        "/compliant_summary",
        COUNT,
        "absent",
    );
    let there = r#"{"id": "a", "compliant_summary": {"compliant_count": 4}}"#;
    assert_eq!(
        told(NODE, there, body),
        ("inconclusive".into(), "/compliant_summary/compliant_count".into(), "y".into())
    );
}

#[test]
fn whether_a_rule_applies_cannot_hang_on_what_is_missing() {
    let body = "applies if input.resource.status == \"compliant\"\n\ndeny contains \"x\" if input.resource.id == \"a\"";
    inconclusive(NODE, r#"{"id": "a"}"#, body, "", "status", "absent");
    inconclusive(NODE, r#"{"id": "a", "status": null}"#, body, "/status", "status", "null");
    assert_eq!(verdict(NODE, r#"{"id": "a", "status": "non_compliant"}"#, body), "not_applicable");
    assert_eq!(verdict(NODE, r#"{"id": "a", "status": "compliant"}"#, body), "fail");
    // What only `deny` reads is no matter where the rule does not apply.
    let body = "applies if input.resource.status == \"compliant\"\n\ndeny contains \"x\" if input.resource.group == \"g\"";
    assert_eq!(verdict(NODE, r#"{"id": "a", "status": "non_compliant"}"#, body), "not_applicable");
}

#[test]
fn what_is_missing_in_many_places_is_counted() {
    let body = "deny contains \"x\" if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n}";
    let many = baseline(&format!("[{}{{}}]", "{}, ".repeat(24)));
    let (verdict, at, message) = told(BASELINE, &many, body);
    assert_eq!((verdict.as_str(), at.as_str()), ("inconclusive", "/ApprovalRules/PatchRules/0"));
    let named: Vec<String> = (0..20)
        .map(|i| format!("`ApprovalRules.PatchRules[{i}].ApproveAfterDays` is absent, and the rule reads it"))
        .collect();
    // 25 in all.
    let more = "5 more values that the rule reads are absent or null";
    assert_eq!(message, format!("{}; {more}", named.join("; ")));
}

#[test]
fn one_more_than_can_be_named_is_one_value() {
    let body = "deny contains \"x\" if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n}";
    let of = |count: usize| baseline(&format!("[{}{{}}]", "{}, ".repeat(count - 1)));
    assert!(!told(BASELINE, &of(20), body).2.contains("more value"));
    assert!(
        told(BASELINE, &of(21), body).2.ends_with("; one more value that the rule reads is absent or null")
    );
}

#[test]
fn values_of_the_payload_and_the_source_are_needed_too() {
    let state = |before: &str| {
        format!("{{{before}\"InstancePatchStates\": [{{\"InstanceId\": \"i\", \"MissingCount\": \"0\"}}]}}")
    };
    let body = "deny contains \"x\" if input.payload.RequestId == \"z\"";
    let finding = finding_in(STATE, &state(""), body);
    assert_eq!(finding["verdict"], "inconclusive");
    assert_eq!(finding["message"], "`input.payload.RequestId` is absent, and the rule reads it");
    assert_eq!(finding["location"]["path"], "/InstancePatchStates/0");
    let finding = finding_in(STATE, &state("\"RequestId\": null, "), body);
    assert_eq!(finding["message"], "`input.payload.RequestId` is null, and the rule reads it");
    assert_eq!(finding_in(STATE, &state("\"RequestId\": \"1\", "), body)["verdict"], "pass");
    assert_eq!(finding_in(STATE, &state("\"RequestId\": \"z\", "), body)["verdict"], "fail");
    let body = "deny contains \"x\" if input.source.captured_at < \"2020-01-01T00:00:00Z\"";
    inconclusive(NODE, r#"{"id": "a"}"#, body, "", "input.source.captured_at", "absent");
    let body = "deny contains \"x\" if input.source.region == \"z\"";
    inconclusive(NODE, r#"{"id": "a"}"#, body, "", "input.source.region", "absent");
    assert_eq!(verdict(NODE, r#"{"id": "a", "region": "r"}"#, body), "pass");
    let body = "deny contains \"x\" if input.source.operation == \"z\"";
    assert_eq!(verdict(NODE, r#"{"id": "a"}"#, body), "pass");
}

#[test]
fn a_value_that_is_asked_for_in_roundabout_ways_is_read() {
    for body in [
        "deny contains \"x\" if {\n\tr := input.resource\n\tr.compliant_summary.compliant_count > 3\n}",
        "deny contains \"x\" if {\n\tx := input\n\tx.resource.compliant_summary.compliant_count > 3\n}",
        "deny contains \"x\" if {\n\tn = input.resource.compliant_summary.compliant_count\n\tn > 3\n}",
        "deny contains \"x\" if 3 < input.resource.compliant_summary.compliant_count",
        "deny contains \"x\" if input.resource.compliant_summary[\"compliant_count\"] > 3",
        "deny contains \"x\" if {\n\tk := \"compliant_count\"\n\tinput.resource.compliant_summary[k] > 3\n}",
        "deny contains \"x\" if {\n\tsome k in [\"compliant_count\"]\n\tinput.resource.compliant_summary[k] > 3\n}",
        "deny contains \"x\" if {\n\t{\"compliant_count\": n} = input.resource.compliant_summary\n\tn > 3\n}",
        "n := input.resource.compliant_summary.compliant_count\n\ndeny contains \"x\" if n > 3",
        "n := m\n\nm := input.resource.compliant_summary.compliant_count\n\ndeny contains \"x\" if n > 3",
        "too_many if input.resource.compliant_summary.compliant_count > 3\n\ndeny contains \"x\" if too_many",
        "f(a, b) if a > b\n\ndeny contains \"x\" if f(input.resource.compliant_summary.compliant_count, 3)",
        "deny contains \"x\" if count([1 | input.resource.compliant_summary.compliant_count > 3]) > 0",
        "deny contains \"x\" if {\n\tsome n in {m | m := input.resource.compliant_summary.compliant_count}\n\tn > 3\n}",
        "deny contains msg if {\n\tn := input.resource.compliant_summary.compliant_count\n\tn > 3\n\tmsg := sprintf(\"%d\", [n])\n}",
        "import input.resource.compliant_summary\n\ndeny contains \"x\" if compliant_summary.compliant_count > 3",
        "import input.resource as node\n\ndeny contains \"x\" if node.compliant_summary.compliant_count > 3",
        "deny contains \"x\" if data.org.one.n > 3\n\nn := input.resource.compliant_summary.compliant_count",
        "deny contains \"x\" if sum([input.resource.compliant_summary.compliant_count, 0]) > 3",
        "deny contains \"x\" if n > 3 with input.resource.id as \"b\"\n\nn := input.resource.compliant_summary.compliant_count",
        "x := {\"n\": input.resource.compliant_summary.compliant_count}\n\ndeny contains \"x\" if x.n > 3",
        "deny contains \"x\" if {\n\t[n, _] := [input.resource.compliant_summary.compliant_count, 1]\n\tn > 3\n}",
    ] {
        inconclusive(
            NODE,
            r#"{"id": "a", "compliant_summary": {}}"#,
            body,
            "/compliant_summary",
            COUNT,
            "absent",
        );
        let there = |count: u32| {
            format!("{{\"id\": \"a\", \"compliant_summary\": {{\"compliant_count\": {count}}}}}")
        };
        assert_eq!(verdict(NODE, &there(3), body), "pass", "{body}");
        assert_eq!(verdict(NODE, &there(4), body), "fail", "{body}");
    }
}
