//! What rules see: `input.resource`, `input.payload`, `input.source` and `input.params`. Small rules print
//! it in their message.

use serde_json::{Value, json};

use super::{judged, messages, refused};
use crate::support::{Folder, Outcome, check, page, report, rule, sample};

/// What a rule sees of the first resource of a payload, as JSON.
fn seen(operation: &str, payload: &str, expression: &str) -> Value {
    let folder = Folder::new();
    let input = folder.file("in/payload.json", payload);
    let text = rule("ORG-1", "org.one", &format!("deny contains json.marshal({expression})"));
    let text = text.replace("huawei.coc.ListInstanceCompliant", operation);
    let rules = folder.file("rules/rule.rego", text);
    let outcome = check(&[&input, "--no-builtin", "--policies", &rules]);
    serde_json::from_str(&messages(&outcome)[0]).unwrap()
}

const NODES: &str = "huawei.coc.ListInstanceCompliant";
const BASELINE: &str = "aws.ssm.GetPatchBaseline";
const STATES: &str = "alibaba.oos.ListInstancePatchStates";
const IMAGES: &str = "alibaba.sas.DescribeImageInstances";

#[test]
fn the_source_tells_operation_file_and_region() {
    let folder = Folder::new();
    let input = folder.file("in/page.json", page(&[report("a")]));
    let rules =
        folder.file("rules/rule.rego", rule("ORG-1", "org.one", "deny contains json.marshal(input.source)"));
    let outcome = check(&[&input, "--no-builtin", "--policies", &rules]);
    let source: Value = serde_json::from_str(&messages(&outcome)[0]).unwrap();
    let expected = json!({"operation": NODES, "provider": "huawei", "service": "coc", "file": input,
        "region": "cn-north-4"});
    assert_eq!(source, expected);
}

#[test]
fn the_source_of_a_baseline_tells_account_and_time_where_they_are_known() {
    // An ARN holds region and account; boto3 keeps the header with the time of the answer.
    let dump = sample("aws/ssm/get-patch-baseline/boto3-dump.json");
    let mut dump: Value = serde_json::from_str(&dump).unwrap();
    dump["BaselineId"] = json!("arn:aws:ssm:eu-central-1:111122223333:patchbaseline/pb-0123456789abcdef0");
    let mut source = seen(BASELINE, &dump.to_string(), "input.source");
    source.as_object_mut().unwrap().remove("file");
    let expected = json!({"operation": BASELINE, "provider": "aws", "service": "ssm", "region": "eu-central-1",
        "account": "111122223333", "captured_at": "2026-11-20T09:30:12Z"});
    assert_eq!(source, expected);
}

#[test]
fn the_payload_is_the_envelope_without_the_resources() {
    let payload = json!({"InstancePatchStates": [{"InstanceId": "i-1", "MissingCount": "0"}],
        "MaxResults": 50, "NextToken": "", "RequestId": "R-1", "Debug": {"node": [7]}});
    let expected = json!({"MaxResults": 50, "NextToken": null, "RequestId": "R-1", "Debug": {"node": [7]}});
    assert_eq!(seen(STATES, &payload.to_string(), "input.payload"), expected);
}

#[test]
fn the_payload_of_a_baseline_is_what_boto3_added() {
    let dump = sample("aws/ssm/get-patch-baseline/boto3-dump.json");
    let payload = seen(BASELINE, &dump, "object.keys(input.payload)");
    assert_eq!(payload, json!(["ResponseMetadata"]));
    let resource = seen(BASELINE, &dump, "object.keys(input.resource)");
    assert!(!resource.as_array().unwrap().contains(&json!("ResponseMetadata")), "{resource}");
}

#[test]
fn unknown_fields_are_visible_at_every_depth() {
    let mut node = report("a");
    node["new_field"] = json!({"deep": [1, "two", null]});
    node["non_compliant_summary"]["severity_summary"]["zero_day_count"] = json!(3);
    let text = page(&[node]);
    let resource = seen(NODES, &text, "input.resource");
    assert_eq!(resource["new_field"], json!({"deep": [1, "two", null]}));
    assert_eq!(resource["non_compliant_summary"]["severity_summary"]["zero_day_count"], json!(3));
}

#[test]
fn a_field_that_no_document_names_is_read_where_it_is_listed_as_optional() {
    let mut node = report("a");
    node["new_field"] = json!({"deep": [1, "two", null]});
    let folder = Folder::new();
    let input = folder.file("in/page.json", page(&[node]));
    let text = rule("ORG-1", "org.one", "deny contains json.marshal(input.resource.new_field.deep)");
    let rules = folder.file("rules/rule.rego", &text);
    let outcome = check(&[&input, "--no-builtin", "--policies", &rules]);
    // `deny contains json.marshal(input.resource.` has 42 characters.
    refused(&outcome, "policy.unknown_path", &["rule.rego:9:43"]);
    let text = text.replace("package", "#   optional: [new_field]\npackage");
    let rules = folder.file("rules/rule.rego", text);
    let outcome = check(&[&input, "--no-builtin", "--policies", &rules]);
    assert_eq!(messages(&outcome), ["[1,\"two\",null]"]);
}

#[test]
fn the_resource_is_seen_in_normalised_types() {
    let node = seen(NODES, &page(&[report("a")]), "input.resource");
    assert_eq!(node["execution_summary"]["report_time"], "2026-11-20T02:10:00Z", "milliseconds on the wire");
    assert_eq!((&node["node_id"], &node["group"]), (&Value::Null, &json!("shop")), "an empty text is null");
    let state = json!({"InstancePatchStates": [{"InstanceId": "i-1", "MissingCount": "12",
        "PatchGroup": "null", "OwnerInformation": "“”", "OperationEndTime": "2026-11-20T18:04:51+08:00"}],
        "RequestId": "1"});
    let expected = json!({"InstanceId": "i-1", "MissingCount": 12, "PatchGroup": null,
        "OwnerInformation": null, "OperationEndTime": "2026-11-20T10:04:51Z"});
    assert_eq!(seen(STATES, &state.to_string(), "input.resource"), expected);
    let image = json!({"ImageInstanceList": [{"RepoNamespace": "N/A", "Endpoints": "[\"a\"]",
        "ImageSize": "1604487690", "ImageCreate": "1600069948849", "LastScanTime": 1_600_069_948_000_u64}],
        "PageInfo": {"CurrentPage": 1, "PageSize": 20, "TotalCount": 1, "Count": 1}});
    // 1600069948 seconds are 2020-09-14T07:52:28Z.
    let expected = json!({"RepoNamespace": null, "Endpoints": ["a"], "ImageSize": 1_604_487_690,
        "ImageCreate": "2020-09-14T07:52:28.849Z", "LastScanTime": "2020-09-14T07:52:28Z"});
    assert_eq!(seen(IMAGES, &image.to_string(), "input.resource"), expected);
}

#[test]
fn inspect_shows_the_same_input_as_the_rule_sees() {
    let folder = Folder::new();
    let input = folder.file("in/page.json", page(&[report("a")]));
    let rules = folder.file("rules/rule.rego", with_params("deny contains json.marshal(input)"));
    let outcome = check(&[&input, "--no-builtin", "--policies", &rules]);
    let seen: Value = serde_json::from_str(&messages(&outcome)[0]).unwrap();
    let shown = crate::support::probity(&[
        "inspect",
        "--inputs",
        &input,
        "--no-builtin",
        "--policies",
        &rules,
        "--rule",
        "ORG-1",
    ]);
    assert_eq!((shown.code, shown.stdout.lines().count()), (0, 1));
    assert_eq!(shown.json(), seen);
}

/// A rule with a param of every type.
fn with_params(body: &str) -> String {
    let params = "{max: 0, list: [a, b], version: null, on: true, word: text, map: {k: 1}}";
    rule("ORG-1", "org.one", body).replace("package", &format!("#   params: {params}\npackage"))
}

fn params(set: &[&str]) -> Outcome {
    let arguments: Vec<&str> = set.iter().flat_map(|set| ["--set", *set]).collect();
    judged(&[("rule.rego", &with_params("deny contains json.marshal(input.params)"))], &arguments)
}

fn seen_params(set: &[&str]) -> Value {
    serde_json::from_str(&messages(&params(set))[0]).unwrap()
}

#[test]
fn params_have_their_defaults() {
    let defaults = json!({"max": 0, "list": ["a", "b"], "version": null, "on": true, "word": "text",
        "map": {"k": 1}});
    assert_eq!(seen_params(&[]), defaults);
}

#[test]
fn a_rule_without_params_sees_an_empty_object() {
    let text = rule("ORG-1", "org.one", "deny contains json.marshal(input.params)");
    assert_eq!(messages(&judged(&[("rule.rego", &text)], &[])), ["{}"]);
}

#[test]
fn set_gives_params_of_user_rules_other_values() {
    let seen = seen_params(&[
        "ORG-1.max=1.5",
        "org-*.list=c, d",
        "ORG-1.version=1.10",
        "ORG-1.on=false",
        "ORG-1.word=5",
        "ORG-1.map={\"z\": [2]}",
    ]);
    let expected = json!({"max": 1.5, "list": ["c", "d"], "version": "1.10", "on": false, "word": "5",
        "map": {"z": [2]}});
    assert_eq!(seen, expected);
    // The last one counts; a list may be JSON, whose texts may hold commas and equals signs.
    let seen = seen_params(&["ORG-1.max=1", "ORG-1.max=2", "ORG-1.list=[\"a,b\", \"c=d\"]", "ORG-1.word="]);
    assert_eq!((&seen["max"], &seen["list"], &seen["word"]), (&json!(2), &json!(["a,b", "c=d"]), &json!("")));
}

#[test]
fn set_refuses_values_of_another_type() {
    for set in [
        "ORG-1.max=many",
        "ORG-1.max=\"1\"",
        "ORG-1.max=null",
        "ORG-1.max=",
        "ORG-1.on=yes",
        "ORG-1.on=1",
        "ORG-1.map=[]",
        "ORG-1.map=x",
        "ORG-1.list=[a",
    ] {
        let outcome = params(&[set]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{set}");
        assert!(outcome.stderr.contains("policy.param"), "{set}: {}", outcome.stderr);
    }
}

#[test]
fn set_refuses_unknown_params_and_rules() {
    let outcome = params(&["ORG-1.mx=1"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("did you mean `max`?"), "{}", outcome.stderr);
    let outcome = params(&["ORG-2.max=1"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("policy.unknown_rule") && outcome.stderr.contains("`ORG-1`"));
    for wrong in ["max=1", "ORG-1", "ORG-1.max", ".max=1", "ORG-1.=1"] {
        assert_eq!(params(&[wrong]).code, 2, "{wrong}");
    }
}
