//! Which statements hold, and with which values.

use serde_json::{Value, json};

use super::{definitions, explained, explanation, statements};
use crate::support::{Folder, page, report, rule, sample};

fn one_page(change: impl FnOnce(&mut Value)) -> String {
    let mut report = report("i-1");
    change(&mut report);
    page(&[report])
}

const HUAWEI: &str = "samples/huawei/coc/list-instance-compliant";

#[test]
fn a_pass_tells_which_statement_keeps_it_from_failing() {
    let folder = Folder::new();
    let path = folder.file("page.json", one_page(|_| {}));
    let (code, explanation) = explanation(&[&path, "--rule", "HWC-COC-003"]);
    assert_eq!((code, &explanation["verdict"]), (0, &json!("pass")));
    // `deny` begins in line 24 of the rule, `inconclusive` in line 30.
    let expected = [
        "25 holds | status = \"compliant\"",
        "26 fails | status = \"compliant\"",
        "27 not_reached",
        "31 fails | status = \"compliant\"",
        "32 not_reached",
    ];
    assert_eq!(statements(&explanation), expected);
    assert_eq!(definitions(&explanation), ["status 22 [\"compliant\"]", "deny 24 []", "inconclusive 30 []"]);
}

#[test]
fn a_failure_tells_values_messages_and_places() {
    let folder = Folder::new();
    // The value stands in line 3, behind `   "status": `: column 14.
    let text = "{\"count\": 1, \"instance_compliant\": [\n {\n   \"status\": \"non_compliant\",\n   \"instance_id\": \"i-1\"\n }]}\n";
    let path = folder.file("page.json", text);
    let (code, explanation) = explanation(&[&path, "--rule", "HWC-COC-003"]);
    assert_eq!((code, &explanation["verdict"]), (1, &json!("fail")));
    assert_eq!(explanation["message"], "the node's status is `non_compliant`, not `compliant`");
    let message = "msg = \"the node's status is `non_compliant`, not `compliant`\"";
    let expected = [
        "25 holds | status = \"non_compliant\"".to_owned(),
        "26 holds | status = \"non_compliant\"".to_owned(),
        format!("27 holds | {message}"),
    ];
    assert_eq!(statements(&explanation)[..3], expected);
    let read = json!({"path": "status", "state": "value", "text": "\"non_compliant\"", "cut": false, "line": 3, "column": 14});
    assert_eq!(explanation["reads"], json!([read]));
    // The resource begins in line 2, behind a space.
    assert_eq!((&explanation["line"], &explanation["column"]), (&json!(2), &json!(2)));
    assert_eq!(explanation["pointer"], "/instance_compliant/0");
}

#[test]
fn a_rule_s_own_inconclusive_is_explained() {
    let folder = Folder::new();
    let path = folder.file("page.json", one_page(|report| report["status"] = Value::Null));
    let (code, explanation) = explanation(&[&path, "--rule", "HWC-COC-003"]);
    assert_eq!((code, &explanation["verdict"]), (1, &json!("inconclusive")));
    assert_eq!(explanation["message"], "the node's compliance status is not stated");
    let expected = [
        "25 fails | status = null",
        "26 not_reached",
        "27 not_reached",
        "31 holds | status = null",
        "32 holds",
    ];
    assert_eq!(statements(&explanation), expected);
}

#[test]
fn a_missing_value_makes_it_inconclusive_and_is_told_as_undefined() {
    let folder = Folder::new();
    let body = "deny contains \"x\" if input.resource.name == \"web\"";
    let page = one_page(|report| {
        report.as_object_mut().unwrap().remove("name");
    });
    let (code, explanation) = explained(&folder, &rule("ORG-1", "org.one", body), &page);
    assert_eq!((code, &explanation["verdict"]), (1, &json!("inconclusive")));
    assert!(explanation["message"].as_str().unwrap().contains("`name`"), "{}", explanation["message"]);
    assert_eq!(statements(&explanation), ["9 fails | input.resource.name is undefined"]);
    // Whether the rule is about it hangs on what is not there: `deny` is not asked.
    let body = "applies if input.resource.name == \"web\"\n\ndeny contains \"x\"";
    let (code, explanation) = explained(&folder, &rule("ORG-1", "org.one", body), &page);
    assert_eq!((code, &explanation["verdict"]), (1, &json!("inconclusive")));
    assert_eq!(explanation["definitions"][1]["holds"], Value::Null);
}

#[test]
fn what_a_rule_is_not_about_is_explained_without_asking_deny() {
    let folder = Folder::new();
    let body =
        "applies if input.resource.region == \"eu\"\n\nmany := 1 / 0\n\ndeny contains \"x\" if many > 1";
    let page = one_page(|report| report["region"] = json!("cn"));
    let (code, explanation) = explained(&folder, &rule("ORG-1", "org.one", body), &page);
    assert_eq!((code, &explanation["verdict"]), (0, &json!("not_applicable")));
    assert_eq!(statements(&explanation), ["9 fails | input.resource.region = \"cn\"", "13 not_reached"]);
}

#[test]
fn an_error_of_a_built_in_is_told_at_its_statement() {
    let folder = Folder::new();
    let body = "deny contains \"x\" if {\n\tname := input.resource.name\n\tto_number(name) > 1\n}";
    let page = one_page(|report| report["name"] = json!("web"));
    let (code, explanation) = explained(&folder, &rule("ORG-1", "org.one", body), &page);
    assert_eq!((code, &explanation["verdict"]), (2, &json!("error")));
    let expected = ["10 holds | name = \"web\"", "11 error | to_number(name) is error, name = \"web\""];
    assert_eq!(statements(&explanation), expected);
    assert!(explanation["definitions"][0]["statements"][1]["error"].is_string());
}

#[test]
fn iteration_tells_every_way_in_which_statements_hold() {
    let folder = Folder::new();
    let body = "deny contains msg if {\n\tsome i, patch_rule in input.resource.ApprovalRules.PatchRules\n\tpatch_rule.ApproveAfterDays > 7\n\tmsg := sprintf(\"%d\", [i])\n}";
    let text = rule("ORG-1", "org.one", body)
        .replace("huawei.coc.ListInstanceCompliant", "aws.ssm.GetPatchBaseline");
    let mut baseline: Value =
        serde_json::from_str(&sample("aws/ssm/get-patch-baseline/compliant.json")).unwrap();
    let days = |days: u64| json!({"ApproveAfterDays": days});
    baseline["ApprovalRules"] = json!({"PatchRules": [days(9), days(1), days(8)]});
    let (code, explanation) = explained(&folder, &text, &baseline.to_string());
    assert_eq!(code, 1);
    let expected = [
        "10 holds | i = 0, patch_rule = {\"ApproveAfterDays\": 9} | i = 1, patch_rule = {\"ApproveAfterDays\": 1} | i = 2, patch_rule = {\"ApproveAfterDays\": 8}",
        "11 holds | patch_rule.ApproveAfterDays = 9 | patch_rule.ApproveAfterDays = 8",
        "12 holds | msg = \"0\", i = 0 | msg = \"2\", i = 2",
    ];
    assert_eq!(statements(&explanation), expected);
    assert_eq!(definitions(&explanation), ["deny 9 [\"0\", \"2\"]"]);
    assert_eq!(explanation["definitions"][0]["statements"][0]["ways"], 3);
}

#[test]
fn wildcards_belong_to_the_way_in_which_a_statement_holds() {
    let folder = Folder::new();
    let body = "deny contains \"x\" if input.resource.ApprovalRules.PatchRules[_].ApproveAfterDays > 7\n\ndeny contains \"y\" if input.resource.ApprovalRules.PatchRules[_].ApproveAfterDays > 70";
    let text = rule("ORG-1", "org.one", body)
        .replace("huawei.coc.ListInstanceCompliant", "aws.ssm.GetPatchBaseline");
    let mut baseline: Value =
        serde_json::from_str(&sample("aws/ssm/get-patch-baseline/compliant.json")).unwrap();
    baseline["ApprovalRules"] = json!({"PatchRules": [{"ApproveAfterDays": 1}, {"ApproveAfterDays": 8}]});
    let (_, explanation) = explained(&folder, &text, &baseline.to_string());
    let name = "input.resource.ApprovalRules.PatchRules[_].ApproveAfterDays";
    let expected = [format!("9 holds | {name} = 8"), format!("11 fails | {name} (each) = [1, 8]")];
    assert_eq!(statements(&explanation), expected);
}

#[test]
fn helper_rules_are_shown_where_they_are_referred_to_and_functions_by_their_values() {
    let folder = Folder::new();
    let body = "default late := false\n\nlate if input.params.days > 3\n\nlevel := \"high\" if {\n\tlate\n} else := \"low\" if {\n\tnot late\n}\n\ntwice(x) := x * 2\n\nunused := 1\n\ndeny contains msg if {\n\tn := twice(count(level))\n\tn == 6\n\tmsg := level\n}";
    let text = rule("ORG-1", "org.one", body)
        .replace("ListInstanceCompliant\n", "ListInstanceCompliant\n#   params: {days: 3}\n");
    let (code, explanation) = explained(&folder, &text, &one_page(|_| {}));
    assert_eq!(code, 1);
    // With the line of the params the rule begins in line 10.
    let expected = ["late 10 []", "late 12 []", "level 14 [\"low\"]", "deny 24 [\"low\"]"];
    assert_eq!(definitions(&explanation), expected);
    let expected = [
        "12 fails | input.params.days = 3",
        "15 fails | late = false",
        "17 holds | late = false",
        "25 holds | n = 6, count(level) = 3, level = \"low\"",
        "26 holds | n = 6",
        "27 holds | msg = \"low\"",
    ];
    assert_eq!(statements(&explanation), expected);
}

#[test]
fn every_tells_what_it_does_not_hold_for() {
    let folder = Folder::new();
    let body = "deny contains \"x\" if {\n\tevery n in input.params.numbers { n < 3 }\n}\n\ndeny contains \"y\" if {\n\tevery n in input.params.numbers { n < 9 }\n}";
    let text = rule("ORG-1", "org.one", body)
        .replace("ListInstanceCompliant\n", "ListInstanceCompliant\n#   params: {numbers: [1, 4, 2, 5]}\n");
    let (_, explanation) = explained(&folder, &text, &one_page(|_| {}));
    let numbers = "input.params.numbers = [1, 4, 2, 5]";
    let expected = [format!("11 fails | {numbers}, fails for n = [4, 5]"), format!("15 holds | {numbers}")];
    assert_eq!(statements(&explanation), expected);
}

#[test]
fn what_is_not_there_is_told_as_undefined_and_as_not_there() {
    let folder = Folder::new();
    let body = "deny contains \"x\" if {\n\tinput.resource.status == \"compliant\"\n\tnot input.resource.name\n\tn := input.resource.rule_type\n\tn == \"x\"\n}";
    let page = one_page(|report| {
        report.as_object_mut().unwrap().remove("name");
        report.as_object_mut().unwrap().remove("rule_type");
    });
    let (_, explanation) = explained(&folder, &rule("ORG-1", "org.one", body), &page);
    let expected = [
        "10 holds | input.resource.status = \"compliant\"",
        "11 holds | input.resource.name is undefined",
        "12 fails | input.resource.rule_type is undefined",
        "13 not_reached",
    ];
    assert_eq!(statements(&explanation), expected);
    let reads: Vec<(&Value, &Value)> =
        explanation["reads"].as_array().unwrap().iter().map(|read| (&read["path"], &read["state"])).collect();
    assert!(reads.contains(&(&json!("name"), &json!("undefined"))), "{reads:?}");
}

#[test]
fn statements_are_told_in_the_place_where_with_puts_them() {
    let folder = Folder::new();
    let body = "deny contains \"x\" if {\n\tinput.resource.status == \"non_compliant\" with input as {\"resource\": {\"status\": \"non_compliant\"}}\n\tinput.resource.status == \"non_compliant\"\n}";
    let (_, explanation) = explained(&folder, &rule("ORG-1", "org.one", body), &one_page(|_| {}));
    let expected = [
        "10 holds | input.resource.status = \"non_compliant\"",
        "11 fails | input.resource.status = \"compliant\"",
    ];
    assert_eq!(statements(&explanation), expected);
}

#[test]
fn an_unreadable_value_is_told_and_nothing_is_asked() {
    let folder = Folder::new();
    let path = folder.file("page.json", one_page(|report| report["status"] = json!(5)));
    let (code, explanation) = explanation(&[&path, "--rule", "HWC-COC-003"]);
    assert_eq!((code, &explanation["verdict"]), (2, &json!("error")));
    assert_eq!(explanation["definitions"], json!([]));
}

#[test]
fn every_built_in_rule_is_explained_as_check_judges_it() {
    for (sample, prefix, count) in [
        ("samples/aws/ssm/get-patch-baseline/non-compliant.json", "AWS-SSM-", 10),
        ("samples/alibaba/oos/list-instance-patch-states/documented-example.json", "ALI-OOS-", 8),
        (&format!("{HUAWEI}/documented-example.json"), "HWC-COC-", 10),
    ] {
        for number in 1..=count {
            let rule = format!("{prefix}{number:03}");
            let shown = super::explain(&[sample, "--rule", &rule, "--format", "json"]);
            let judged =
                crate::support::check(&[sample, "--rule", &rule, "--include", "pass,not_applicable"]);
            let (shown_code, explanation) = (shown.code, shown.json()["explanations"][0].clone());
            let finding = &judged.json()["findings"][0];
            assert_eq!((shown_code, &explanation["verdict"]), (judged.code, &finding["verdict"]), "{rule}");
            assert_eq!(explanation["message"], finding["message"], "{rule}");
            let told = statements(&explanation);
            assert!(!told.iter().any(|words| words.contains(" unknown")), "{rule}: {told:?}");
            // A failure comes from a `deny` that yields something.
            let denies = explanation["definitions"].as_array().unwrap().iter();
            let yields = denies.filter(|one| one["role"] == "deny" && one["yields_count"] != 0).count();
            assert_eq!(yields > 0, finding["verdict"] == "fail", "{rule}");
        }
    }
}
