//! Which operation a document answers: told from its content, never guessed.

use serde_json::Value;

use super::{counts, findings, inspect, load, load_stdin, message_of, node, nodes, told};
use crate::support::{Folder, Outcome, finish_in_time, probity};

/// The operations, payloads and resources of an inspection.
fn recognised(outcome: &Outcome) -> Vec<(String, u64, u64)> {
    let document = outcome.json();
    let inputs = document["inputs"].as_array().unwrap();
    inputs
        .iter()
        .map(|input| {
            let operation = input["operation"].as_str().unwrap_or("nothing").to_owned();
            (operation, input["payloads"].as_u64().unwrap(), input["resources"].as_u64().unwrap())
        })
        .collect()
}

fn help_of(outcome: &Outcome) -> String {
    outcome.json()["diagnostics"][0]["help"].as_str().unwrap().to_owned()
}

const HUAWEI: &str = r#"{"count": 1, "instance_compliant": [{"id": "a", "group": "g"}]}"#;
const STATES: &str =
    r#"{"InstancePatchStates": [{"InstanceId": "a", "MissingCount": "0"}], "RequestId": "r"}"#;
const BATCHES: &str = r#"{"BatchList": [{"BatchId": 1, "Version": "1", "Status": 2}],
    "PageInfo": {"TotalCount": 1}}"#;
const IMAGES: &str = r#"{"ImageInstanceList": [{"RepoName": "a", "Tag": "1.0"}],
    "PageInfo": {"TotalCount": 1}}"#;
const BASELINE: &str = r#"{"BaselineId": "pb-1", "Name": "n", "PatchGroups": ["g"]}"#;

#[test]
fn every_operation_is_told_by_its_content() {
    let folder = Folder::new();
    for (text, operation) in [
        (HUAWEI, "huawei.coc.ListInstanceCompliant"),
        (STATES, "alibaba.oos.ListInstancePatchStates"),
        (BATCHES, "alibaba.sas.ListPublishBatch"),
        (IMAGES, "alibaba.sas.DescribeImageInstances"),
        (BASELINE, "aws.ssm.GetPatchBaseline"),
        // Baselines of AWS itself have an ARN for an id, and may be in no group.
        (
            r#"{"PatchGroups": [], "BaselineId": "arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-0", "OperatingSystem": "UBUNTU"}"#,
            "aws.ssm.GetPatchBaseline",
        ),
        // A name may be written with escapes, and stand behind much else.
        (
            r#"{"x": {"BatchList": []}, "\u0063ount": 1, "instance\u005fcompliant": [{"id": "a"}]}"#,
            "huawei.coc.ListInstanceCompliant",
        ),
        // Counts in numbers, but the type of the operation under Alibaba's name.
        (
            r#"{"InstancePatchStates": [{"InstanceId": "a", "MissingCount": 0, "OperationType": "scan"}]}"#,
            "alibaba.oos.ListInstancePatchStates",
        ),
        // A success may say so.
        (
            r#"{"Code": "200", "Message": "OK", "RequestId": "r", "BatchList": [{"Status": 2}]}"#,
            "alibaba.sas.ListPublishBatch",
        ),
    ] {
        let outcome = inspect(&[&folder.file("response.json", text)]);
        assert_eq!(recognised(&outcome), [(operation.to_owned(), 1, 1)], "{text}");
        assert_eq!(outcome.code, 0, "{text}");
    }
}

#[test]
fn a_file_may_hold_payloads_of_several_operations() {
    let folder = Folder::new();
    let text = format!("{HUAWEI}{BASELINE}{STATES}{BASELINE}").replacen("pb-1", "pb-2", 1);
    let outcome = inspect(&[&folder.file("all.json", text)]);
    let expected = [
        ("alibaba.oos.ListInstancePatchStates", 1, 1),
        ("aws.ssm.GetPatchBaseline", 2, 2),
        ("huawei.coc.ListInstanceCompliant", 1, 1),
    ];
    assert_eq!(recognised(&outcome), expected.map(|(name, one, two)| (name.to_owned(), one, two)));
}

#[test]
fn a_document_with_two_collections_is_not_half_judged() {
    let folder = Folder::new();
    // What `jq -s add` makes of two answers.
    let text = r#"{"count": 1, "instance_compliant": [{"id": "a", "group": null}],
        "ImageInstanceList": [{"RepoName": "a", "Tag": "1.0"}], "PageInfo": {"TotalCount": 1}}"#;
    let outcome = load(&[&folder.file("merged.json", text)]);
    assert_eq!(outcome.code, 2, "{}", outcome.stdout);
}

#[test]
fn look_alikes_are_named_and_not_misread() {
    let folder = Folder::new();
    for (text, name) in [
        (
            r#"{"InstancePatchStates": [{"InstanceId": "i-1", "PatchGroup": "g", "BaselineId": "pb-1",
                "OperationStartTime": 1.0, "OperationEndTime": 1.0, "Operation": "Scan", "InstalledCount": 1,
                "MissingCount": 0, "FailedCount": 0, "CriticalNonCompliantCount": 0}], "NextToken": "t"}"#,
            "aws.ssm.DescribeInstancePatchStates",
        ),
        (
            r#"{"InstancePatchStates": [{"InstanceId": "i-1", "MissingCount": 0, "FailedCount": 0}]}"#,
            "aws.ssm.DescribeInstancePatchStates",
        ),
        (
            r#"{"BaselineId": "pb-1", "Name": "n", "OperatingSystem": "WINDOWS", "GlobalFilters": {},
                "ApprovalRules": {}, "ApprovedPatches": [], "RejectedPatches": [], "CreatedDate": 1.0,
                "ModifiedDate": 1.0, "Description": "d", "Sources": []}"#,
            "aws.ssm.UpdatePatchBaseline",
        ),
        (
            r#"{"BaselineId": "pb-1", "PatchGroup": "g", "OperatingSystem": "WINDOWS"}"#,
            "aws.ssm.GetPatchBaselineForPatchGroup",
        ),
        (r#"{"BaselineId": "pb-1", "PatchGroup": "g"}"#, "aws.ssm.GetPatchBaselineForPatchGroup"),
        (r#"{"BaselineId": "pb-1", "OperatingSystem": "WINDOWS"}"#, "aws.ssm.GetDefaultPatchBaseline"),
        (r#"{"BaselineId": "pb-1"}"#, "aws.ssm.CreatePatchBaseline"),
        (r#"{"BaselineIdentities": [{"BaselineId": "pb-1"}]}"#, "aws.ssm.DescribePatchBaselines"),
        (r#"{"PatchBaseline": {"Id": "pb-1"}, "RequestId": "r"}"#, "alibaba.oos.GetPatchBaseline"),
        (r#"{"count": 1, "compliance_items": [{}]}"#, "huawei.coc.ShowInstancePatchItems"),
    ] {
        let outcome = load(&[&folder.file("response.json", text)]);
        assert_eq!(told(&outcome), ["payload.unrecognised 1:1"], "{text}");
        let message = message_of(&outcome, "payload.unrecognised");
        assert!(message.contains(&format!("`{name}`")), "{text}: {message}");
        assert_eq!((outcome.code, counts(&outcome)), (2, (0, 0)), "{text}");
    }
}

#[test]
fn an_empty_list_that_two_operations_answer_with_is_not_guessed() {
    let folder = Folder::new();
    let file = folder.file("response.json", r#"{"InstancePatchStates": []}"#);
    let outcome = load(&[&file]);
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.unrecognised 1:1".to_owned()], 2));
    let help = help_of(&outcome);
    assert!(help.contains("--as alibaba.oos.ListInstancePatchStates"), "{help}");
    // What the help says works.
    let outcome = load(&[&file, "--as", "alibaba.oos.ListInstancePatchStates", "--allow-empty"]);
    assert_eq!((outcome.codes(), outcome.code), (vec!["payload.empty".to_owned()], 0));
    // Alibaba's envelope tells it as well.
    let file =
        folder.file("response.json", r#"{"InstancePatchStates": [], "MaxResults": 50, "RequestId": "r"}"#);
    assert_eq!(load(&[&file, "--allow-empty"]).code, 0);
}

#[test]
fn the_user_may_say_what_a_look_alike_is() {
    let folder = Folder::new();
    // Without its patch groups, the rule about them is inconclusive at the baseline itself.
    let file = folder.file("response.json", r#"{"BaselineId": "pb-1", "Name": "n", "ApprovedPatches": []}"#);
    for name in ["aws.ssm.GetPatchBaseline", "GetPatchBaseline"] {
        let outcome = load(&[&file, "--as", name]);
        assert_eq!(findings(&outcome), ["inconclusive pb-1 1:1 "], "{name}");
        assert_eq!((counts(&outcome), outcome.code), ((1, 1), 1), "{name}");
    }
}

#[test]
fn a_payload_stays_one_when_its_operation_is_given() {
    let folder = Folder::new();
    let file = folder.file("response.json", HUAWEI);
    let outcome = load(&[&file, "--as", "ListInstanceCompliant"]);
    assert_eq!((counts(&outcome), outcome.code, told(&outcome)), ((1, 1), 0, vec![]));
}

#[test]
fn payloads_and_resources_may_stand_together_when_their_operation_is_given() {
    let folder = Folder::new();
    let text = format!("{}\n{}\n", nodes(1, &["a"]), node("b"));
    let outcome = load(&[&folder.file("mixed.ndjson", text), "--as", "ListInstanceCompliant"]);
    assert_eq!((counts(&outcome), outcome.codes()), ((1, 2), vec!["payload.unverified".to_owned()]));
}

#[test]
fn a_wrong_operation_is_not_forced_upon_a_stranger() {
    let folder = Folder::new();
    for (text, operation) in [
        (HUAWEI, "ListInstancePatchStates"),
        (HUAWEI, "ListPublishBatch"),
        (BATCHES, "ListInstanceCompliant"),
        (IMAGES, "ListInstancePatchStates"),
        (r#"{"foo": 1}"#, "ListInstanceCompliant"),
        ("{}", "DescribeImageInstances"),
    ] {
        let outcome = load(&[&folder.file("response.json", text), "--as", operation]);
        assert_eq!(told(&outcome), ["payload.unrecognised 1:1"], "{operation} {text}");
        assert_eq!((outcome.code, counts(&outcome)), (2, (0, 0)), "{operation} {text}");
    }
}

#[test]
fn a_stranger_is_no_baseline_either() {
    let folder = Folder::new();
    for text in [HUAWEI, r#"{"foo": 1}"#, "{}"] {
        let outcome = load(&[&folder.file("response.json", text), "--as", "GetPatchBaseline"]);
        assert_eq!(
            (told(&outcome), outcome.code),
            (vec!["payload.unrecognised 1:1".to_owned()], 2),
            "{text}"
        );
    }
}

#[test]
fn an_unknown_operation_is_a_usage_error_with_a_suggestion() {
    let folder = Folder::new();
    let file = folder.file("response.json", HUAWEI);
    let outcome = probity(&["check", &file, "--as", "ListPublishBach"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("ListPublishBatch"), "{}", outcome.stderr);
}

#[test]
fn what_is_not_recognised_is_told_with_what_is_nearest() {
    for (text, found, help) in [
        (r#"{"count": 1, "instance_complaint": []}"#, "`instance_complaint`", "`instance_compliant`"),
        (r#"{"batchList": [], "RequestId": "r"}"#, "`batchList`", "`BatchList`"),
        (r#"{"ImageInstanceLists": []}"#, "`ImageInstanceLists`", "`ImageInstanceList`"),
        (r#"{"statusCode": 200, "body": {"BatchList": []}}"#, "`statusCode`", "`body`"),
        (r#"{"BatchId": 1, "BatchTotal": 2}"#, "`BatchId`", "--as alibaba.sas.ListPublishBatch"),
        (
            r#"{"InstanceId": "i", "MissingCount": "1", "OperationType": "scan"}"#,
            "`MissingCount`",
            "--as alibaba.oos.ListInstancePatchStates",
        ),
        (r#"{"hello": "world"}"#, "`hello`", "`huawei.coc.ListInstanceCompliant`"),
        ("{}", "empty object", "`aws.ssm.GetPatchBaseline`"),
        ("[]", "empty array", "whole answers"),
        ("42", "single value", "JSON object"),
    ] {
        let outcome = load_stdin(&[], text.as_bytes());
        let message = message_of(&outcome, "payload.unrecognised");
        assert!(message.contains(found), "{text}: {message}");
        assert!(help_of(&outcome).contains(help), "{text}: {}", help_of(&outcome));
        assert_eq!(outcome.code, 2);
    }
}

#[test]
fn a_thousand_strange_keys_make_a_short_message() {
    let keys: Vec<String> = (0..1000).map(|k| format!("\"{}{k}\": 1", "k".repeat(100))).collect();
    let outcome = load_stdin(&[], format!("{{{}}}", keys.join(", ")).as_bytes());
    let message = message_of(&outcome, "payload.unrecognised");
    assert!(message.len() < 500 && message.contains("994 more"), "{message}");
}

#[test]
fn one_stranger_among_payloads_does_not_hide_the_others() {
    let folder = Folder::new();
    let text = format!("[{HUAWEI},\n{{\"foo\": 1}},\n{}]", nodes(1, &["b"]).replace("\"g\"", "null"));
    let outcome = load(&[&folder.file("pages.json", text)]);
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.unrecognised 2:1".to_owned()], 2));
    assert_eq!(findings(&outcome), ["fail b 3:46 /instance_compliant/0/group"]);
    assert_eq!(super::documents(&outcome), [Some(2)]);
}

#[test]
fn a_payload_that_no_rule_is_about_has_not_passed() {
    let folder = Folder::new();
    let file = folder.file("response.json", HUAWEI);
    let outcome = probity(&["check", &file, "--format", "json", "--rule", "AWS-SSM-001"]);
    assert_eq!((outcome.codes(), outcome.code), (vec!["policy.none_for_operation".to_owned()], 2));
}

#[test]
fn a_key_of_a_collection_deeper_down_makes_no_payload() {
    let text = r#"{"x": {"y": {"instance_compliant": [{"id": "a"}], "count": 1}}}"#;
    let outcome = load_stdin(&[], text.as_bytes());
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.unrecognised 1:1".to_owned()], 2));
}

#[test]
fn an_object_of_a_million_brackets_ends_quickly() {
    let folder = Folder::new();
    for text in ["[".repeat(1_000_000), "{\"a\":".repeat(200_000), "[{".repeat(500_000), "\"".repeat(999_999)]
    {
        let file = folder.file("response.json", text);
        let outcome = finish_in_time(&mut crate::support::command(&["inspect", &file, "--format", "json"]));
        assert_eq!(outcome.code, 2);
        let codes: Vec<Value> = vec![outcome.json()["inputs"][0]["problems"][0]["code"].clone()];
        assert_eq!(codes, ["payload.malformed"]);
    }
}
