//! Every documented call, whole, through the binary.

use std::collections::BTreeSet;
use std::fs;

use probity::fetch::{Call, Kind, Parameter};
use probity::snapshot::KindV1;
use serde_json::{Value, json};

use super::doubles::{Double, Seen, baselines, fetch};
use super::verify::{aws_scope, query};
use crate::support::{Folder, probity, root};

const BASELINE: &str = "pb-00000000000000000";

/// The parameters of a request, wherever its vendor has them.
fn parameters(seen: &Seen) -> Vec<(String, String)> {
    let mut all = query(&seen.target);
    if let Ok(Value::Object(body)) = serde_json::from_slice(&seen.body) {
        all.extend(body.into_iter().map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name, text)
        }));
    }
    all
}

fn parameter(seen: &Seen, name: &str) -> Option<String> {
    parameters(seen).into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

#[test]
fn a_baseline_is_fetched() {
    let double = Double::aws(baselines(1, 0));
    let fetched =
        fetch(&double, &["aws.ssm.GetPatchBaseline", "--baseline-id", BASELINE, "--region", "eu-central-1"]);
    assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
    assert_eq!(
        fetched.outcome.stderr,
        "aws.ssm.GetPatchBaseline eu-central-1: 1 resource in 1 answer, complete\n"
    );
    let (folder, snapshot) = fetched.snapshot();
    let place = folder.strip_prefix(fetched.out.path()).unwrap();
    let parts: Vec<&str> = place.iter().map(|part| part.to_str().unwrap()).collect();
    assert_eq!(parts[..2], ["aws.ssm.GetPatchBaseline", "eu-central-1"]);
    assert_eq!(parts[2].len(), "20261126T143000Z-0001".len());
    assert_eq!(snapshot.kind, KindV1::Snapshot);
    assert_eq!(snapshot.operation, "aws.ssm.GetPatchBaseline");
    assert_eq!(snapshot.endpoint, double.url());
    assert_eq!(snapshot.region.as_deref(), Some("eu-central-1"));
    assert_eq!(json!(snapshot.parameters), json!({"BaselineId": BASELINE}));
    assert_eq!((snapshot.resources, snapshot.stated_total, snapshot.complete), (1, None, true));
    assert_eq!((&snapshot.reason, &snapshot.failure), (&None, &None));
    assert_eq!(snapshot.pages.len(), 1);
    let page = &snapshot.pages[0];
    assert_eq!(page.file, "page-0001.json");
    assert_eq!(page.status, 200);
    assert_eq!(page.request_id.as_deref(), Some("11111111-2222-3333-4444-555555555555"));
    let seen = double.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].body, format!(r#"{{"BaselineId":"{BASELINE}"}}"#).into_bytes());
    assert_eq!(aws_scope(&seen[0].headers), Some(("eu-central-1".to_owned(), "ssm".to_owned())));
}

#[test]
fn all_baselines_of_an_owner_are_listed_and_fetched() {
    for (owner, count) in [("self", 3), ("aws", 2), ("all", 5)] {
        let double = Double::aws(baselines(3, 2));
        let fetched = fetch(
            &double,
            &["GetPatchBaseline", "--all", "--owner", owner, "--page-size", "2", "--region", "eu-central-1"],
        );
        assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
        let snapshots = fetched.snapshots();
        assert_eq!(snapshots.len(), 1 + count);
        let (_, listing) = &snapshots[0];
        assert_eq!(listing.kind, KindV1::Listing);
        assert_eq!(listing.operation, "aws.ssm.DescribePatchBaselines");
        assert_eq!(listing.resources, count as u64);
        assert_eq!(listing.pages.len(), count.div_ceil(2));
        // A token only chooses a page.
        assert!(!listing.parameters.contains_key("NextToken"));
        let ids: BTreeSet<String> = snapshots[1..]
            .iter()
            .map(|(_, snapshot)| snapshot.parameters["BaselineId"].as_str().unwrap().to_owned())
            .collect();
        let expected: BTreeSet<String> = baselines(3, 2)
            .into_iter()
            .filter(|baseline| owner == "all" || baseline.of_aws == (owner == "aws"))
            .map(|baseline| baseline.id)
            .collect();
        assert_eq!(ids, expected);
        assert_eq!(double.seen().len(), count.div_ceil(2) + count);
    }
}

#[test]
fn instances_are_asked_for_in_chunks_of_a_hundred() {
    let double = Double::alibaba(250);
    let folder = Folder::new();
    let mut lines: Vec<String> = (1..250).map(|n| format!("i-{n:05} # a comment")).collect();
    // One is there twice, and stands on the command line, too.
    lines.push("i-00001".to_owned());
    let list = folder.file("instances.txt", format!("# all\r\n\r\n{}\r\n", lines.join("\r\n")));
    let fetched = fetch(
        &double,
        &[
            "ListInstancePatchStates",
            "--instance-id",
            "i-00000",
            "--instances-from",
            &list,
            "--region",
            "cn-hangzhou",
        ],
    );
    assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
    let snapshots = fetched.snapshots();
    let sizes: Vec<u64> = snapshots.iter().map(|(_, snapshot)| snapshot.resources).collect();
    assert_eq!(sizes, [100, 100, 50]);
    let asked: Vec<String> = snapshots
        .iter()
        .flat_map(|(_, snapshot)| {
            let text = snapshot.parameters["InstanceIds"].as_str().unwrap();
            serde_json::from_str::<Vec<String>>(text).unwrap()
        })
        .collect();
    assert_eq!(asked, (0..250).map(|n| format!("i-{n:05}")).collect::<Vec<_>>());
    // Two pages of fifty each, but for the last.
    assert_eq!(double.seen().len(), 5);
    assert!(double.seen().iter().all(|seen| parameter(seen, "RegionId").as_deref() == Some("cn-hangzhou")));
}

#[test]
fn instances_that_nothing_is_said_about_are_named() {
    let double = Double::alibaba(1);
    let fetched = fetch(
        &double,
        &[
            "ListInstancePatchStates",
            "--instance-id",
            "i-00000",
            "--instance-id",
            "i-gone",
            "--region",
            "cn-hangzhou",
        ],
    );
    assert_eq!(fetched.outcome.code, 0, "the answer is whole");
    assert!(fetched.outcome.stderr.contains("fetch.unanswered"));
    assert!(fetched.outcome.stderr.contains("`i-gone`"));
    assert!(!fetched.outcome.stderr.contains("`i-00000`"));
}

#[test]
fn numbered_pages_are_fetched() {
    for (arguments, total, pages) in [
        (&["ListPublishBatch", "--upgrade-version", "1.0", "--region", "cn-hangzhou"][..], 25, 2),
        (&["DescribeImageInstances", "--region", "eu-central-1", "--page-size", "30"][..], 69, 3),
    ] {
        let double = Double::alibaba(total);
        let fetched = fetch(&double, arguments);
        assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
        let (_, snapshot) = fetched.snapshot();
        assert_eq!(snapshot.pages.len(), pages);
        assert_eq!((snapshot.resources, snapshot.stated_total), (total as u64, Some(total as u64)));
        assert!(!snapshot.parameters.contains_key("CurrentPage"));
        let numbers: Vec<String> =
            double.seen().iter().map(|seen| parameter(seen, "CurrentPage").unwrap()).collect();
        assert_eq!(numbers, (1..=pages).map(|number| number.to_string()).collect::<Vec<_>>());
        // By the body, where no header tells.
        assert_eq!(snapshot.pages[0].request_id.as_deref(), Some("7532B7EE-7CE7-5F4D-BF04-000000000000"));
    }
}

#[test]
fn offsets_are_stepped_by_records() {
    let double = Double::huawei(250);
    let fetched = fetch(&double, &["huawei.coc.ListInstanceCompliant"]);
    assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
    let (folder, snapshot) = fetched.snapshot();
    assert!(folder.parent().unwrap().ends_with("huawei.coc.ListInstanceCompliant/global"));
    assert_eq!((snapshot.resources, snapshot.stated_total), (250, Some(250)));
    assert_eq!(snapshot.account.as_deref(), Some("domain-1"));
    let offsets: Vec<String> = double.seen().iter().map(|seen| parameter(seen, "offset").unwrap()).collect();
    assert_eq!(offsets, ["1", "101", "201"]);
    assert_eq!(snapshot.pages[2].request_id.as_deref(), Some("request-201"));
}

#[test]
fn regions_are_fetched_side_by_side() {
    let double = Double::aws(baselines(1, 0));
    let fetched = fetch(
        &double,
        &[
            "GetPatchBaseline",
            "--all",
            "--region",
            "eu-central-1",
            "--region",
            "us-east-1",
            "--region",
            "eu-central-1",
        ],
    );
    assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
    let regions: Vec<String> =
        fetched.snapshots().into_iter().map(|(_, snapshot)| snapshot.region.unwrap()).collect();
    assert_eq!(regions, ["eu-central-1", "eu-central-1", "us-east-1", "us-east-1"]);
    let scopes: BTreeSet<String> =
        double.seen().iter().map(|seen| aws_scope(&seen.headers).unwrap().0).collect();
    assert_eq!(scopes, BTreeSet::from(["eu-central-1".to_owned(), "us-east-1".to_owned()]));
    let huawei = Double::huawei(1);
    fetch(&huawei, &["ListInstanceCompliant", "--region", "cn-north-4"]);
    assert_eq!(parameter(&huawei.seen()[0], "region").as_deref(), Some("cn-north-4"));
}

/// What the documents say, as JSON: the fixture is a copy of the vendors' models.
fn documented() -> Value {
    let path = root().join("tests/fixtures/fetch/request_parameters.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn parameters_are_those_of_the_documents() {
    let documented = documented();
    for call in Call::ALL {
        let fields = documented[call.id].as_array().unwrap();
        let top: Vec<&Value> =
            fields.iter().filter(|field| !field["path"].as_str().unwrap().contains(['[', '.'])).collect();
        let names: Vec<&str> = top.iter().map(|field| field["path"].as_str().unwrap()).collect();
        let own: Vec<&str> = call.parameters.iter().map(|parameter| parameter.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>(), own.iter().collect::<BTreeSet<_>>(), "{}", call.id);
        for field in top {
            same(call.parameter(field["path"].as_str().unwrap()).unwrap(), field);
        }
        for (parameter, path) in members(call) {
            let field = fields.iter().find(|field| field["path"] == path).unwrap();
            same(parameter, field);
        }
    }
}

/// Members of lists of objects, with their documented paths.
fn members(call: &Call) -> Vec<(&'static Parameter, String)> {
    let mut found = Vec::new();
    for parameter in call.parameters {
        if let Kind::List { of: Kind::Object(members), .. } = parameter.kind {
            found.extend(
                members.iter().map(|member| (member, format!("{}[].{}", parameter.name, member.name))),
            );
        }
    }
    found
}

fn same(parameter: &Parameter, field: &Value) {
    let name = parameter.name;
    assert_eq!(parameter.required, field["required"].as_bool().unwrap(), "{name}");
    let bound = |key: &str| field[key].as_u64();
    match &parameter.kind {
        Kind::Text(text) => {
            assert_eq!(field["type"], "string", "{name}");
            if let Some(min) = bound("min") {
                assert_eq!((text.min as u64, Some(text.max as u64)), (min, bound("max")), "{name}");
            }
            assert_eq!(text.pattern, field["pattern"].as_str(), "{name}");
            // `Criteria` lists the words of its inside.
            if name != "Criteria" {
                let listed: BTreeSet<&str> = field["enum_documented"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|value| value.as_str().unwrap())
                    .collect();
                assert_eq!(text.values.iter().copied().collect::<BTreeSet<_>>(), listed, "{name}");
            }
        }
        Kind::Integer { min, max } => {
            assert_eq!(field["type"], "integer", "{name}");
            let (least, most) = (bound("min").unwrap_or(1), bound("max").unwrap_or(i32::MAX as u64));
            assert_eq!((min.cast_unsigned(), max.cast_unsigned()), (least, most), "{name}");
        }
        Kind::Boolean => assert_eq!(field["type"], "boolean", "{name}"),
        Kind::List { max, .. } => {
            assert_eq!(field["type"], "array", "{name}");
            assert_eq!(bound("max").unwrap_or(usize::MAX as u64), *max as u64, "{name}");
        }
        Kind::Object(_) => panic!("{name}"),
        Kind::ListInText => assert_eq!(field["type"], "string", "{name}"),
    }
}

#[test]
fn every_documented_parameter_is_sent() {
    let params = |values: &[&'static str]| -> Vec<&'static str> {
        values.iter().flat_map(|value| ["--param", *value]).collect()
    };
    let cases: [(&str, Vec<&str>, Double); 6] = [
        (
            "aws.ssm.GetPatchBaseline",
            params(&["BaselineId=pb-00000000000000000"]),
            Double::aws(baselines(1, 0)),
        ),
        (
            "aws.ssm.DescribePatchBaselines",
            params(&[r#"Filters=[{"Key":"OWNER","Values":["Self"]}]"#, "MaxResults=2"]),
            Double::aws(baselines(3, 0)),
        ),
        (
            "alibaba.oos.ListInstancePatchStates",
            params(&[r#"InstanceIds=["i-00000","i-00001","i-00002"]"#, "MaxResults=2"]),
            Double::alibaba(3),
        ),
        (
            "alibaba.sas.ListPublishBatch",
            params(&["UpgradeVersion=ü 1+1&=/?", "PageSize=2", "BatchName=a~b *()'!"]),
            Double::alibaba(3),
        ),
        (
            "alibaba.sas.DescribeImageInstances",
            params(&[
                r#"Criteria=[{"name":"instanceId","value":"390100182","logicalExp":"AND"}]"#,
                "LogicalExp=OR",
                "PageSize=2",
                "Scanned=true",
            ]),
            Double::alibaba(3),
        ),
        (
            "huawei.coc.ListInstanceCompliant",
            params(&[
                "enterprise_project_id=0",
                "name=web 1",
                "instance_id=ecs-0",
                "ip=10.0.0.1",
                "eip=",
                "operating_system=CentOS",
                "group=gruppe-ä",
                "compliant_status=non_compliant",
                "order_id=o",
                "limit=2",
                "sort_dir=desc",
                "sort_key=report_time",
                "report_scene=ECS",
                "cce_info_id=c",
            ]),
            Double::huawei(3),
        ),
    ];
    for (operation, arguments, double) in &cases {
        let fetched = fetch(double, &[&[*operation, "--region", "cn-north-1"], &arguments[..]].concat());
        assert_eq!(fetched.outcome.code, 0, "{operation}: {}", fetched.outcome.stderr);
        let sent: BTreeSet<String> =
            double.seen().iter().flat_map(parameters).map(|(name, _)| name).collect();
        let known: BTreeSet<String> =
            Call::find(operation).unwrap().parameters.iter().map(|p| p.name.to_owned()).collect();
        assert_eq!(sent, known, "{operation}");
        for pair in arguments.chunks(2) {
            let (name, value) = pair[1].split_once('=').unwrap();
            assert_eq!(parameter(&double.seen()[0], name).as_deref(), Some(value), "{operation}");
        }
    }
}

#[test]
fn nothing_is_sent_where_the_request_is_wrong() {
    let double = Double::alibaba(1);
    for (arguments, code, words) in [
        (&["ListPublishBatch", "--region", "cn-hangzhou"][..], "fetch.parameter", "needs `UpgradeVersion`"),
        (
            &[
                "DescribeImageInstances",
                "--region",
                "cn-hangzhou",
                "--param",
                "Scaned=true",
                "--param",
                "LogicalExp=XOR",
            ],
            "fetch.parameter",
            "did you mean `Scanned`?",
        ),
        (&["DescribeImageInstances"], "fetch.region", "none is given"),
        (
            &["DescribeImageInstances", "--region", "evil.example/"],
            "fetch.region",
            "is not the name of a region",
        ),
        (
            &["DescribeImageInstances", "--region", "cn-hangzhou", "--region", "cn-beijing"],
            "fetch.region",
            "answered for by one address",
        ),
        (
            &["DescribeImageInstances", "--region", "cn-hangzhou", "--all"],
            "fetch.parameter",
            "takes no `all`",
        ),
        (&["GetPatchBaseline", "--region", "us-east-1"], "fetch.parameter", "needs a baseline"),
        (
            &["GetPatchBaseline", "--region", "us-east-1", "--page-size", "5", "--baseline-id", BASELINE],
            "fetch.parameter",
            "takes no page size",
        ),
        (&["GetPatchBaselin"], "fetch.parameter", "did you mean `aws.ssm.GetPatchBaseline`?"),
    ] {
        let fetched = fetch(&double, arguments);
        assert_eq!(fetched.outcome.code, 2, "{arguments:?}");
        let said = fetched.outcome.stderr.replace("\n  │ ", " ");
        assert!(said.contains(code) && said.contains(words), "{arguments:?}: {said}");
        assert!(fetched.files().is_empty());
    }
    assert!(double.seen().is_empty());
}

#[test]
fn plain_text_endpoints_are_for_this_machine_only() {
    let outcome = probity(&["fetch", "ListInstanceCompliant", "--endpoint", "http://example.com"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("fetch.parameter"));
}

#[test]
fn credentials_that_are_missing_are_told_of() {
    let double = Double::huawei(1);
    let out = Folder::new();
    let mut command = super::doubles::fetch_command(&double, &["ListInstanceCompliant"], &out);
    command.env_remove("HUAWEICLOUD_SDK_AK").env_remove("HUAWEICLOUD_SDK_SK");
    let outcome = crate::support::finish_in_time(&mut command);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("fetch.credentials"), "{}", outcome.stderr);
    assert!(double.seen().is_empty());
}

#[test]
fn json_tells_all_of_it() {
    let double = Double::aws(baselines(1, 0));
    let gone = "pb-ffffffffffffffff0";
    let fetched = fetch(
        &double,
        &[
            "GetPatchBaseline",
            "--baseline-id",
            BASELINE,
            "--baseline-id",
            gone,
            "--region",
            "eu-central-1",
            "--format",
            "json",
        ],
    );
    assert_eq!(fetched.outcome.code, 2);
    let document = fetched.outcome.json();
    assert_eq!(document["schema"], "probity.fetch/v1");
    assert_eq!(document["complete"], false);
    let calls = document["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0]["snapshot"]["complete"], true);
    assert_eq!(calls[0]["diagnostics"], json!([]));
    assert_eq!(calls[1]["snapshot"]["failure"]["code"], "DoesNotExistException");
    assert_eq!(calls[1]["diagnostics"][0]["code"], "fetch.not_found");
    for call in calls {
        assert!(fs::metadata(call["folder"].as_str().unwrap()).unwrap().is_dir());
    }
}
