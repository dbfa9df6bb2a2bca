//! Where a failure is: the rule's own path, else the value that the last comparison names, else the resource.

use super::{BASELINE, NODE, told};

#[track_caller]
fn fails_at(operation: &str, record: &str, body: &str, at: &str) {
    let (verdict, path, _) = told(operation, record, body);
    assert_eq!((verdict.as_str(), path.as_str()), ("fail", at), "{body}");
}

const RECORD: &str =
    r#"{"id": "a", "status": "compliant", "group": "g", "compliant_summary": {"compliant_count": 5}}"#;

#[test]
fn a_rule_s_own_path_comes_first() {
    let body =
        "deny contains {\"msg\": \"x\", \"path\": \"group\"} if input.resource.status == \"compliant\"";
    fails_at(NODE, RECORD, body, "/group");
    let body = "deny contains {\"msg\": \"x\", \"path\": \"compliant_summary.severity_summary.low_count\"} if input.resource.status == \"compliant\"";
    fails_at(NODE, RECORD, body, "/compliant_summary");
}

#[test]
fn else_the_value_of_the_last_comparison() {
    for (body, at) in [
        ("deny contains \"x\" if input.resource.status == \"compliant\"", "/status"),
        ("deny contains \"x\" if \"compliant\" == input.resource.status", "/status"),
        (
            "deny contains \"x\" if {\n\tinput.resource.group == \"g\"\n\tinput.resource.compliant_summary.compliant_count > 3\n}",
            "/compliant_summary/compliant_count",
        ),
        (
            "deny contains \"x\" if {\n\tinput.resource.compliant_summary.compliant_count > 3\n\tinput.resource.group == \"g\"\n}",
            "/group",
        ),
        (
            "deny contains \"x\" if {\n\tn := input.resource.compliant_summary.compliant_count\n\tn > 3\n}",
            "/compliant_summary/compliant_count",
        ),
        (
            "deny contains msg if {\n\tn := input.resource.compliant_summary.compliant_count\n\tn > 3\n\tmsg := sprintf(\"%s: %d\", [input.resource.group, n])\n}",
            "/compliant_summary/compliant_count",
        ),
        (
            "too_many if input.resource.compliant_summary.compliant_count > 3\n\ndeny contains \"x\" if too_many",
            "/compliant_summary/compliant_count",
        ),
        ("deny contains \"x\" if startswith(input.resource.group, \"g\")", "/group"),
        ("deny contains \"x\" if input.resource.group in {\"g\", \"h\"}", "/group"),
        ("deny contains \"x\" if not input.resource.group == \"h\"", "/group"),
    ] {
        fails_at(NODE, RECORD, body, at);
    }
}

#[test]
fn else_the_resource() {
    fails_at(NODE, RECORD, "deny contains \"x\"", "");
    fails_at(NODE, RECORD, "deny contains \"x\" if input.source.operation != \"z\"", "");
}

#[test]
fn of_several_reasons_one_with_a_path_leads() {
    let body = "deny contains \"a\" if input.source.operation != \"z\"\n\ndeny contains {\"msg\": \"b\", \"path\": \"group\"} if input.resource.group == \"g\"";
    let (verdict, at, message) = told(NODE, RECORD, body);
    assert_eq!((verdict.as_str(), at.as_str(), message.as_str()), ("fail", "/group", "b; a"));
}

/// Approval rules of these days.
fn baseline(days: &[u32]) -> String {
    let rules: Vec<String> = days.iter().map(|days| format!("{{\"ApproveAfterDays\": {days}}}")).collect();
    format!(
        "{{\"BaselineId\": \"pb-1\", \"Name\": \"n\", \"PatchGroups\": [\"a\", \"b\", \"c\"], \"ApprovalRules\": {{\"PatchRules\": [{}]}}}}",
        rules.join(", ")
    )
}

#[test]
fn an_iteration_points_at_the_element_that_fails() {
    for body in [
        "deny contains \"x\" if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n}",
        "deny contains \"x\" if input.resource.ApprovalRules.PatchRules[_].ApproveAfterDays > 7",
        "deny contains \"x\" if {\n\tsome i, r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n\ti >= 0\n}",
        "deny contains \"x\" if {\n\tsome _, r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n}",
        "deny contains sprintf(\"%d\", [r.ApproveAfterDays]) if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n}",
    ] {
        fails_at(BASELINE, &baseline(&[1, 2, 9]), body, "/ApprovalRules/PatchRules/2/ApproveAfterDays");
        // The same is said of two elements: it is shown at the first, and said once where the words are the same.
        fails_at(BASELINE, &baseline(&[1, 9, 3, 9]), body, "/ApprovalRules/PatchRules/1/ApproveAfterDays");
        // From ten elements on texts would sort otherwise than numbers.
        let mut many = vec![1; 12];
        many[10] = 9;
        many[2] = 9;
        fails_at(BASELINE, &baseline(&many), body, "/ApprovalRules/PatchRules/2/ApproveAfterDays");
    }
}

#[test]
fn elements_with_words_of_their_own_are_told_each() {
    let body = "deny contains sprintf(\"%d days\", [r.ApproveAfterDays]) if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n}";
    let (verdict, at, message) = told(BASELINE, &baseline(&[9, 1, 8]), body);
    assert_eq!(verdict, "fail");
    assert_eq!(
        (at.as_str(), message.as_str()),
        ("/ApprovalRules/PatchRules/0/ApproveAfterDays", "9 days; 8 days")
    );
}

#[test]
fn a_nested_iteration_points_at_the_innermost_value() {
    let record = r#"{"BaselineId": "pb-1", "Name": "n", "PatchGroups": [], "GlobalFilters": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["a"]}, {"Key": "PRODUCT", "Values": ["b", "*"]}]}}"#;
    for body in [
        "deny contains \"x\" if {\n\tsome f in input.resource.GlobalFilters.PatchFilters\n\tsome v in f.Values\n\tv == \"*\"\n}",
        "deny contains \"x\" if {\n\tinput.resource.GlobalFilters.PatchFilters[_].Values[_] == \"*\"\n}",
        "deny contains \"x\" if {\n\tf := input.resource.GlobalFilters.PatchFilters[_]\n\tsome v in f.Values\n\tv == \"*\"\n}",
    ] {
        fails_at(BASELINE, record, body, "/GlobalFilters/PatchFilters/1/Values/1");
    }
}

#[test]
fn an_element_of_a_plain_list_is_pointed_at() {
    let body = "deny contains \"x\" if {\n\tsome g in input.resource.PatchGroups\n\tg == \"b\"\n}";
    fails_at(BASELINE, &baseline(&[1]), body, "/PatchGroups/1");
}

#[test]
fn two_iterations_do_not_mix_their_keys() {
    // The second rule is the one that is late, and the third group the one that is named; the comparison of the
    // days stands last.
    let body = "deny contains \"x\" if {\n\tsome g in input.resource.PatchGroups\n\tg == \"c\"\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n}";
    fails_at(BASELINE, &baseline(&[1, 9]), body, "/ApprovalRules/PatchRules/1/ApproveAfterDays");
    let body = "deny contains \"x\" if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > 7\n\tsome g in input.resource.PatchGroups\n\tg == \"c\"\n}";
    fails_at(BASELINE, &baseline(&[1, 9]), body, "/PatchGroups/2");
}

#[test]
fn where_no_key_is_told_the_list_is_pointed_at() {
    // The iteration is in a function, out of sight.
    let body = "late(rules) if {\n\tsome r in rules\n\tr.ApproveAfterDays > 7\n}\n\ndeny contains \"x\" if late(input.resource.ApprovalRules.PatchRules)";
    fails_at(BASELINE, &baseline(&[1, 9]), body, "/ApprovalRules/PatchRules");
}

// The engine's range of a definition ends before the quote of its last text.
#[test]
fn a_definition_on_one_line_that_ends_with_a_text_points_at_the_value() {
    let record = r#"{"BaselineId": "pb-1", "Name": "n", "PatchGroups": ["a", "b"]}"#;
    fails_at(
        BASELINE,
        record,
        "deny contains \"x\" if input.resource.PatchGroups[_] == \"b\"",
        "/PatchGroups/1",
    );
}
