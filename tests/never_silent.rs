//! What could not be judged is never reported as a pass: one test for each way in which a gate could open
//! by mistake, through the binary.
//!
//! `rules` holds what rules can do wrong, `values` what single values can.

mod rules;
mod values;

use serde_json::{Value, json};

use crate::support::{CLOCK, Folder, Outcome, check, page, probity, report, sample};

/// The run ended with exit code 2 and this diagnostic, and nothing passed.
#[track_caller]
fn refused(outcome: &Outcome, code: &str) {
    told(outcome, code);
    assert_eq!(outcome.verdicts("pass"), 0, "{}", outcome.stdout);
}

/// The run ended with exit code 2 and this diagnostic; what could be judged was.
#[track_caller]
fn told(outcome: &Outcome, code: &str) {
    assert_eq!(outcome.code, 2, "{}\n{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.json()["gate"], "error");
    assert!(outcome.codes().iter().any(|found| found == code), "{:?}", outcome.codes());
}

/// The run ended with exit code 2 before anything was judged.
#[track_caller]
fn stopped(outcome: &Outcome, code: &str) {
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "", "no result at all");
    assert!(outcome.stderr.lines().any(|line| line == code), "{}", outcome.stderr);
}

/// Judges one file with this content by all built-in rules.
fn judged_by_all(content: impl AsRef<[u8]>, arguments: &[&str]) -> Outcome {
    let folder = Folder::new();
    let file = folder.file("payload.json", content);
    check(&[&[file.as_str()], arguments].concat())
}

/// Judges one file with this content by the first rule of each operation, which is quicker.
fn judged(content: impl AsRef<[u8]>, arguments: &[&str]) -> Outcome {
    judged_by_all(content, &[&["--rule", "*01"], arguments].concat())
}

// No input.

#[test]
fn no_input_at_all_is_refused() {
    refused(&check(&[]), "input.none");
}

#[test]
fn an_empty_folder_is_refused() {
    let folder = Folder::new();
    refused(&check(&[&folder.text()]), "input.none");
}

#[test]
fn a_folder_without_payload_files_is_refused() {
    let folder = Folder::new();
    folder.file("notes.txt", page(&[report("a")]));
    refused(&check(&[&folder.text()]), "input.none");
}

#[test]
fn a_glob_that_matches_nothing_is_refused() {
    let folder = Folder::new();
    folder.file("a.json", page(&[report("a")]));
    refused(&check(&[&format!("{}/*.ndjson", folder.text())]), "input.none");
}

#[test]
fn a_file_that_is_not_there_is_refused_and_the_others_are_judged() {
    let folder = Folder::new();
    let there = folder.file("a.json", page(&[report("a")]));
    let gone = format!("{}/b.json", folder.text());
    let outcome = check(&[&there, &gone]);
    told(&outcome, "input.unreadable");
    // Nine of ten rules judge the report; HWC-COC-009 does not apply without a list of regions.
    assert_eq!((outcome.verdicts("pass"), outcome.verdicts("not_applicable")), (9, 1));
}

// Something else than a payload.

#[test]
fn what_is_no_payload_is_refused() {
    for content in ["{}", "[]", "5", "null", "\"x\"", "{\"instances\": []}", "{\"data\": {\"count\": 0}}"] {
        refused(&judged(content, &[]), "payload.unrecognised");
    }
}

#[test]
fn a_misspelt_collection_is_not_an_empty_one() {
    let page = page(&[report("a")]);
    for name in ["instance_complaint", "Instance_Compliant", "instance_compliants"] {
        let outcome = judged(page.replace("instance_compliant", name), &["--allow-empty"]);
        refused(&outcome, "payload.unrecognised");
    }
}

#[test]
fn a_look_alike_is_not_read_as_the_operation_that_it_resembles() {
    // UpdatePatchBaseline answers with the same fields, but without PatchGroups.
    let text = sample("aws/ssm/get-patch-baseline/compliant.json").replace("PatchGroups", "PatchGruops");
    refused(&judged(text, &[]), "payload.unrecognised");
    // AWS has the same key at the top as Alibaba Cloud.
    let aws = json!({"InstancePatchStates": [{"InstanceId": "i-1", "PatchGroup": "g", "BaselineId": "pb-1",
        "MissingCount": 0, "FailedCount": 0, "InstalledCount": 9, "Operation": "Scan"}]});
    refused(&judged(aws.to_string(), &[]), "payload.unrecognised");
}

#[test]
fn an_operation_that_is_forced_on_something_else_passes_nothing() {
    let page = page(&[report("a")]);
    for operation in
        ["GetPatchBaseline", "ListInstancePatchStates", "ListPublishBatch", "DescribeImageInstances"]
    {
        let outcome = judged_by_all(&page, &["--as", operation, "--allow-empty", "--allow-incomplete"]);
        assert_ne!(outcome.code, 0, "{operation}");
        assert_eq!(outcome.verdicts("pass"), 0, "{operation}");
    }
}

// An error response.

#[test]
fn an_error_response_is_refused() {
    for body in [
        r#"{"__type": "AccessDeniedException", "Message": "no"}"#,
        r#"{"Code": "NoPermission", "Message": "no", "RequestId": "1", "HostId": "h"}"#,
        r#"{"error_code": "COC.0301", "error_msg": "no"}"#,
        r#"{"badRequest": {"code": 400, "message": "no"}}"#,
        "<html><head><title>403 Forbidden</title></head></html>",
        "<Error><Code>Throttling</Code><Message>slow down</Message></Error>",
        "An error occurred (AccessDenied) when calling the GetPatchBaseline operation: no",
    ] {
        refused(&judged(body, &["--allow-empty", "--allow-incomplete"]), "payload.error_body");
    }
}

#[test]
fn an_error_response_with_an_empty_array_is_an_error_response() {
    let body = json!({"error_code": "COC.0301", "error_msg": "denied", "count": 0, "instance_compliant": []});
    refused(&judged(body.to_string(), &["--allow-empty"]), "payload.error_body");
    let body = json!({"Code": "Forbidden.RAM", "Message": "denied", "RequestId": "1", "MaxResults": 50,
        "InstancePatchStates": []});
    refused(&judged(body.to_string(), &["--allow-empty"]), "payload.error_body");
}

#[test]
fn an_error_response_with_a_member_like_a_field_is_no_resource() {
    for (operation, rule, body) in [
        (
            "huawei.coc.ListInstanceCompliant",
            "HWC-COC-003",
            json!({"error_code": "COC.0301", "error_msg": "denied", "status": "compliant"}),
        ),
        (
            "alibaba.sas.ListPublishBatch",
            "ALI-SAS-103",
            json!({"Code": "Forbidden", "Message": "denied", "RequestId": "1", "Status": 2}),
        ),
    ] {
        refused(&judged(body.to_string(), &["--as", operation, "--rule", rule]), "payload.error_body");
    }
}

#[test]
fn one_refused_region_among_good_ones_keeps_the_gate_shut() {
    let folder = Folder::new();
    folder.file("eu.json", page(&[report("a")]));
    folder.file("us.json", r#"{"error_code": "COC.0301", "error_msg": "denied"}"#);
    let outcome = check(&[&folder.text(), "--rule", "HWC-COC-001"]);
    told(&outcome, "payload.error_body");
    assert_eq!((outcome.verdicts("pass"), outcome.verdicts("fail")), (1, 0));
}

// Malformed text.

#[test]
fn text_that_is_no_json_is_refused() {
    let page = page(&[report("a")]);
    let cut = &page[..page.len() / 2];
    let doubled = page.replacen("\"critical_count\":0", "\"critical_count\":0,\"critical_count\":5", 1);
    let no_number = page.replacen("\"high_count\":0", "\"high_count\":NaN", 1);
    let huge = page.replacen("\"high_count\":0", "\"high_count\":1e999", 1);
    for text in ["", " \n\n ", cut, &doubled, &no_number, &huge] {
        refused(&judged(text, &["--allow-empty", "--allow-incomplete"]), "payload.malformed");
    }
    refused(&judged([b"\xef\xbb\xbf", page.as_bytes()].concat(), &[]), "payload.malformed");
    // An é as ISO 8859-1 writes it, in the middle of a name.
    let (before, after) = page.split_once("web-1").unwrap();
    let latin = [before.as_bytes(), b"\xE9", after.as_bytes()].concat();
    refused(&judged(latin, &[]), "payload.malformed");
}

#[test]
fn a_line_that_is_cut_off_is_told_and_the_other_lines_are_judged() {
    let folder = Folder::new();
    let file = folder.file("a.ndjson", format!("{}\n{{\"count\": 1,\n", page(&[report("a")])));
    let outcome = check(&[&file, "--rule", "HWC-COC-001"]);
    told(&outcome, "payload.malformed");
    assert_eq!(outcome.verdicts("pass"), 1);
    assert_eq!(outcome.diagnostics()[0].1, Some(2), "the second line");
}

#[test]
fn a_compressed_file_that_is_cut_off_is_told() {
    use std::io::Write as _;
    let lines: String = (0..500).map(|number| page(&[report(&format!("i-{number}"))]) + "\n").collect();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(lines.as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    let folder = Folder::new();
    let file = folder.file("lines.ndjson.gz", &whole[..whole.len() / 2]);
    let outcome = check(&[&file, "--rule", "HWC-COC-003"]);
    assert_eq!((outcome.code, &outcome.json()["gate"]), (2, &json!("error")), "{}", outcome.stderr);
    assert!(outcome.verdicts("pass") < 500);
}

// Nothing in it.

#[test]
fn an_empty_result_is_refused_for_every_operation() {
    for body in [
        r#"{"count": 0, "instance_compliant": []}"#,
        r#"{"count": 0, "instance_compliant": null}"#,
        r#"{"InstancePatchStates": [], "MaxResults": 50, "RequestId": "1"}"#,
        r#"{"BatchList": [], "PageInfo": {"CurrentPage": 1, "PageSize": 20, "TotalCount": 0}}"#,
        r#"{"ImageInstanceList": [], "PageInfo": {"CurrentPage": 1, "PageSize": 20, "TotalCount": 0, "Count": 0}}"#,
    ] {
        refused(&judged(body, &[]), "payload.empty");
        let allowed = judged(body, &["--allow-empty"]);
        assert_eq!((allowed.code, allowed.verdicts("pass")), (0, 0), "{}", allowed.stdout);
    }
}

#[test]
fn leave_to_be_incomplete_is_no_leave_to_be_empty() {
    let outcome = judged(r#"{"count": 3, "instance_compliant": []}"#, &["--allow-incomplete"]);
    refused(&outcome, "payload.empty");
}

// Not all of it.

#[test]
fn fewer_rows_than_the_stated_total_are_told() {
    let page = page(&[report("a")]).replace("\"count\":1", "\"count\":2");
    told(&judged(&page, &[]), "payload.incomplete");
    assert_eq!(judged(&page, &["--allow-incomplete"]).code, 0);
}

#[test]
fn more_rows_than_the_stated_total_are_told() {
    let page = page(&[report("a"), report("b")]).replace("\"count\":2", "\"count\":1");
    told(&judged(&page, &[]), "payload.inconsistent");
}

#[test]
fn a_total_that_cannot_be_read_is_told() {
    for total in ["\"1\"", "-1", "1.5", "[1]", "true"] {
        let page = page(&[report("a")]).replace("\"count\":1", &format!("\"count\":{total}"));
        told(&judged(&page, &[]), "payload.type_mismatch");
    }
}

#[test]
fn the_first_page_only_is_told_for_every_kind_of_paging() {
    for path in [
        "alibaba/oos/list-instance-patch-states/pages/page-1.json",
        "alibaba/sas/list-publish-batch/pages/page-1.json",
        "alibaba/sas/describe-image-instances/pages/page-1.json",
        "huawei/coc/list-instance-compliant/incomplete.json",
    ] {
        told(&judged(sample(path), &[]), "payload.incomplete");
    }
}

#[test]
fn a_page_missing_from_the_middle_is_told() {
    let folder = Folder::new();
    for page in ["page-1.json", "page-3.json"] {
        let text = sample(&format!("alibaba/oos/list-instance-patch-states/pages/{page}"));
        folder.file(page, text);
    }
    told(&check(&[&folder.text(), "--rule", "ALI-OOS-001"]), "payload.incomplete");
}

#[test]
fn a_resource_that_is_null_has_not_vanished() {
    let page = page(&[report("a"), Value::Null, report("b")]);
    let outcome = judged(page, &[]);
    told(&outcome, "payload.type_mismatch");
    assert_eq!(outcome.verdicts("pass"), 2, "the two others are judged");
    for other in ["[]", "\"x\"", "5"] {
        refused(
            &judged(format!("{{\"count\":1,\"instance_compliant\":[{other}]}}"), &[]),
            "payload.type_mismatch",
        );
    }
    refused(&judged(r#"{"count": 1, "instance_compliant": {}}"#, &[]), "payload.type_mismatch");
}

#[test]
fn a_resource_without_any_field_passes_nothing() {
    let outcome = judged_by_all(page(&[json!({})]), &[]);
    assert_eq!(outcome.code, 1);
    assert_eq!((outcome.verdicts("pass"), outcome.verdicts("inconclusive")), (0, 9));
}

#[test]
fn the_same_resource_with_other_content_is_told() {
    let mut other = report("a");
    other["status"] = json!("non_compliant");
    told(&judged(page(&[report("a"), other]), &[]), "payload.duplicate");
}

#[test]
fn the_same_resource_with_other_content_on_another_page_is_told() {
    let folder = Folder::new();
    for page in ["page-1.json", "page-2.json", "page-3.json"] {
        let text = sample(&format!("alibaba/oos/list-instance-patch-states/pages/{page}"));
        let mut document: Value = serde_json::from_str(&text).unwrap();
        document["InstancePatchStates"][0]["InstanceId"] = json!("i-the-same");
        document["InstancePatchStates"][0]["PatchGroup"] = json!(page);
        folder.file(page, document.to_string());
    }
    let outcome = check(&[&folder.text(), "--rule", "ALI-OOS-001"]);
    told(&outcome, "payload.duplicate");
    let duplicates = outcome.codes().iter().filter(|code| *code == "payload.duplicate").count();
    assert_eq!(duplicates, 2, "the second and the third");
}

// Too old.

#[test]
fn a_stale_snapshot_is_told() {
    // The report is of 2026-11-20T02:10:00Z: 21 hours and 50 minutes before the clock.
    told(&judged(page(&[report("a")]), &["--max-age", "21h"]), "payload.stale");
    assert_eq!(judged(page(&[report("a")]), &["--max-age", "22h"]).code, 0);
}

#[test]
fn a_snapshot_whose_age_nobody_can_tell_is_told() {
    let baseline = sample("aws/ssm/get-patch-baseline/compliant.json");
    told(&judged(baseline, &["--max-age", "7d"]), "payload.undated");
    let mut undated = report("a");
    undated["execution_summary"] = json!({});
    told(&judged(page(&[undated]), &["--max-age", "7d"]), "payload.undated");
}

#[test]
fn an_old_report_fails_and_one_from_the_future_is_inconclusive() {
    // Clocks in milliseconds: 2026-11-13T23:59:59.999Z is a millisecond more than seven days back,
    // 2026-11-22T00:00:00.001Z a millisecond more than a day ahead.
    for (time, verdict) in [(1_794_614_399_999_u64, "fail"), (1_795_305_600_001, "inconclusive")] {
        let mut node = report("a");
        node["execution_summary"]["report_time"] = json!(time);
        let outcome = judged_by_all(page(&[node]), &["--rule", "HWC-COC-005"]);
        assert_eq!((outcome.code, outcome.verdicts(verdict)), (1, 1), "{}", outcome.stdout);
    }
}

// No policy.

#[test]
fn a_payload_that_no_rule_is_about_is_refused() {
    let page = page(&[report("a")]);
    refused(&judged_by_all(&page, &["--rule", "AWS-SSM-*"]), "policy.none_for_operation");
    refused(&judged_by_all(&page, &["--exclude", "HWC-*"]), "policy.none_for_operation");
}

#[test]
fn a_payload_that_no_rule_is_about_is_told_among_others() {
    let folder = Folder::new();
    folder.file("nodes.json", page(&[report("a")]));
    folder.file("baseline.json", sample("aws/ssm/get-patch-baseline/compliant.json"));
    let outcome = check(&[&folder.text(), "--rule", "HWC-COC-001"]);
    told(&outcome, "policy.none_for_operation");
    assert_eq!(outcome.verdicts("pass"), 1);
}

#[test]
fn a_selection_without_rules_is_refused() {
    let page = page(&[report("a")]);
    stopped(&judged_by_all(&page, &["--exclude", "*"]), "policy.none");
    stopped(&judged_by_all(&page, &["--no-builtin"]), "policy.none");
}

#[test]
fn a_rule_that_nobody_knows_is_refused() {
    let page = page(&[report("a")]);
    stopped(&judged_by_all(&page, &["--rule", "HWC-COC-01"]), "policy.unknown_rule");
    stopped(&judged_by_all(&page, &["--exclude", "HWC-COC-01"]), "policy.unknown_rule");
    stopped(&judged_by_all(&page, &["--set", "HWC-COC-01.max=1"]), "policy.unknown_rule");
    stopped(&judged_by_all(&page, &["--set", "HWC-COC-001.maximum=1"]), "policy.param");
    stopped(&judged_by_all(&page, &["--set", "HWC-COC-001.max=none"]), "policy.param");
}

// The exit code.

#[test]
fn a_failure_is_in_the_exit_code_of_every_format_and_of_a_file() {
    let path = "samples/huawei/coc/list-instance-compliant/non-compliant.json";
    let folder = Folder::new();
    let out = format!("{}/result", folder.text());
    for format in ["pretty", "json", "ndjson"] {
        let plain = ["check", path, "--at", CLOCK, "--rule", "HWC-COC-001", "--format", format];
        assert_eq!(probity(&plain).code, 1, "{format}");
        let filed = [&plain[..], &["-o", &out]].concat();
        assert_eq!(probity(&filed).code, 1, "{format} into a file");
        let broken = ["check", "samples/errors", "--at", CLOCK, "--format", format];
        assert_eq!(probity(&broken).code, 2, "{format}");
    }
}

#[test]
fn exit_code_2_outranks_1() {
    let outcome = check(&["samples/huawei/coc/list-instance-compliant/non-compliant.json", "samples/errors"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.verdicts("fail") > 0);
}

#[test]
fn the_threshold_lets_lighter_failures_pass_but_never_errors_or_heavier_doubts() {
    // HWC-COC-003 is high, HWC-COC-001 critical.
    let mut fails = report("a");
    fails["status"] = json!("non_compliant");
    let text = page(&[fails]);
    let only_003 = ["--rule", "HWC-COC-003", "--fail-on"];
    assert_eq!(judged_by_all(&text, &[&only_003[..], &["high"]].concat()).code, 1);
    assert_eq!(judged_by_all(&text, &[&only_003[..], &["critical"]].concat()).code, 0);
    let mut unclear = report("a");
    unclear["non_compliant_summary"]["severity_summary"]["critical_count"] = Value::Null;
    assert_eq!(judged_by_all(page(&[unclear]), &["--rule", "HWC-COC-001", "--fail-on", "critical"]).code, 1);
    let mut unreadable = report("a");
    unreadable["region"] = json!(5);
    assert_eq!(
        judged_by_all(page(&[unreadable]), &["--rule", "HWC-COC-009", "--fail-on", "critical"]).code,
        2
    );
}

#[test]
fn a_result_that_cannot_be_written_is_told() {
    let folder = Folder::new();
    let out = format!("{}/no/such/folder/result.json", folder.text());
    stopped(&judged(page(&[report("a")]), &["-o", &out]), "output.unwritable");
}
