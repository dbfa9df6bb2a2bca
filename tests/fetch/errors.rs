//! Every error answer that the vendors are known to give.

use std::fs;

use probity::snapshot::FailureV1;
use serde_json::Value;

use super::doubles::{Act, Double, Reply, baselines, fetch};
use crate::support::root;

/// What an error answer is to become: the diagnostic's code, the vendor's code and words.
type Expected = (&'static str, Option<&'static str>, &'static str);

const AWS: [Expected; 5] = [
    ("fetch.not_found", Some("DoesNotExistException"), "..."),
    ("fetch.failed", Some("InternalServerError"), "..."),
    ("fetch.not_found", Some("InvalidResourceId"), "the service says no more"),
    ("fetch.throttled", Some("ThrottlingException"), "Rate exceeded"),
    ("fetch.not_found", Some("ParameterNotFound"), "Parameter nope not found."),
];

const ALIBABA: [Expected; 4] = [
    ("fetch.permission", Some("NoPermission"), "caller has no permission"),
    ("fetch.permission", Some("Forbidden.RAM"), "..."),
    ("fetch.failed", Some("ServerError"), "ServerError"),
    ("fetch.failed", None, "XML that says nothing"),
];

const HUAWEI: [Expected; 7] = [
    ("fetch.failed", Some("8..64 chars"), "2..512 chars"),
    (
        "fetch.signature",
        Some("APIG.0301"),
        "Incorrect IAM authentication information: verify aksk signature fail",
    ),
    (
        "fetch.throttled",
        Some("APIG.0308"),
        "The throttling threshold has been reached: policy user over ratelimit,limit:XX,time:1 second",
    ),
    ("fetch.failed", Some("..."), "..."),
    ("fetch.failed", Some("..."), "..."),
    ("fetch.failed", Some("..."), "..."),
    ("fetch.permission", Some("..."), "..."),
];

fn payloads(vendor: &str) -> Vec<Value> {
    let path = root().join("tests/fixtures/fetch/error_payloads.json");
    let all: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    // Some are notes.
    all[vendor].as_array().unwrap().iter().filter(|payload| payload.get("body").is_some()).cloned().collect()
}

/// Fetches from a double that always answers so. The answer is kept, byte for byte, and what it says is told.
fn answered(double: Double, arguments: &[&str], reply: &Reply, code: &str) -> (FailureV1, String) {
    // Whoever tries again need not wait.
    let double = double.always(Act::Say(reply.clone().with("Retry-After", "0")));
    let fetched = fetch(&double, arguments);
    double.seen();
    assert_eq!(fetched.outcome.code, 2);
    let said = fetched.outcome.stderr.replace("\n  │ ", " ").replace("\n        ", " ");
    assert!(said.lines().any(|line| line == code), "{code}: {said}");
    let (folder, snapshot) = fetched.snapshot();
    assert!(!snapshot.complete);
    assert!(snapshot.pages.is_empty());
    let failure = snapshot.failure.unwrap();
    let page = failure.page.clone().unwrap();
    assert_eq!(fs::read(folder.join(&page.file)).unwrap(), reply.body);
    assert_eq!((page.status, failure.status), (reply.status, Some(reply.status)));
    assert!(said.contains(failure.help.as_deref().unwrap()), "{said}");
    (failure, page.file)
}

fn holds(vendor: &str, expected: &[Expected], double: impl Fn() -> Double, arguments: &[&str]) {
    let payloads = payloads(vendor);
    assert_eq!(payloads.len(), expected.len());
    for (payload, (code, vendor_code, message)) in payloads.iter().zip(expected) {
        let body = payload["body"].as_str().map_or_else(|| payload["body"].to_string(), str::to_owned);
        let status = u16::try_from(payload["status"].as_u64().unwrap_or(400)).unwrap();
        let (failure, file) = answered(double(), arguments, &Reply::new(status, body.clone()), code);
        assert_eq!(
            (failure.code.as_deref(), failure.message.as_str()),
            (*vendor_code, *message),
            "{payload}"
        );
        let id = payload["body"].get("RequestId").or_else(|| payload["body"].get("request_id"));
        assert_eq!(failure.request_id.as_deref(), id.and_then(Value::as_str));
        assert_eq!(file, if body.starts_with('<') { "error-0001.xml" } else { "error-0001.json" });
    }
}

#[test]
fn aws() {
    let id = baselines(1, 0).remove(0).id;
    let arguments = ["GetPatchBaseline", "--baseline-id", &id, "--region", "eu-central-1"];
    holds("aws", &AWS, || Double::aws(baselines(1, 0)), &arguments);
}

#[test]
fn alibaba() {
    let arguments = ["DescribeImageInstances", "--region", "cn-hangzhou"];
    holds("alibaba", &ALIBABA, || Double::alibaba(1), &arguments);
}

#[test]
fn huawei() {
    holds("huawei", &HUAWEI, || Double::huawei(1), &["ListInstanceCompliant"]);
}

#[test]
fn what_is_none_of_the_service_is_told_as_such() {
    let arguments = ["ListInstanceCompliant"];
    let html = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
    for (reply, code, message, file) in [
        (Reply::new(200, html), "fetch.unreadable", "an HTML page: Sign in", "error-0001.html"),
        (Reply::new(403, html), "fetch.unreadable", "an HTML page: Sign in", "error-0001.html"),
        (Reply::new(502, html), "fetch.failed", "an HTML page: Sign in", "error-0001.html"),
        (
            Reply::new(200, "{}"),
            "fetch.unreadable",
            "the answer is JSON without `instance_compliant`",
            "error-0001.json",
        ),
        (Reply::new(200, ""), "fetch.unreadable", "the answer is nothing", "error-0001.txt"),
        (
            Reply::new(200, b"\xff\xfe".to_vec()),
            "fetch.unreadable",
            "the answer is no UTF-8",
            "error-0001.txt",
        ),
        (
            Reply::new(200, r#"{"error_code":"COC.00000403","error_msg":"no permission"}"#),
            "fetch.permission",
            "no permission",
            "error-0001.json",
        ),
    ] {
        let (failure, name) = answered(Double::huawei(1), &arguments, &reply, code);
        assert_eq!((failure.message.as_str(), name.as_str()), (message, file));
    }
}

#[test]
fn redirects_are_not_followed() {
    let other = Double::huawei(1);
    let reply = Reply::new(307, "").with("Location", &other.url());
    let (failure, _) = answered(Double::huawei(1), &["ListInstanceCompliant"], &reply, "fetch.failed");
    assert_eq!(failure.message, "the service redirects, which is not followed");
    assert_eq!(other.arrived(), 0);
}

#[test]
fn the_help_names_the_permission() {
    for (arguments, action) in [
        (&["DescribePatchBaselines", "--region", "eu-central-1"][..], "ssm:DescribePatchBaselines"),
        (
            &["GetPatchBaseline", "--baseline-id", "pb-00000000000000000", "--region", "eu-central-1"],
            "ssm:GetPatchBaseline",
        ),
        (&["ListInstancePatchStates", "--region", "cn-hangzhou"], "oos:ListInstancePatchStates"),
        (
            &["ListPublishBatch", "--upgrade-version", "1", "--region", "cn-hangzhou"],
            "yundun-sas:ListPublishBatch",
        ),
        (&["DescribeImageInstances", "--region", "cn-hangzhou"], "yundun-sas:DescribeImageInstances"),
        (&["ListInstanceCompliant"], "coc:complianceReport:list"),
    ] {
        let (double, body) = match action.split(':').next().unwrap() {
            "ssm" => (Double::aws(baselines(1, 0)), r#"{"__type":"AccessDeniedException","Message":"m"}"#),
            "coc" => (Double::huawei(1), r#"{"error_code":"APIG.0302","error_msg":"m"}"#),
            _ => (Double::alibaba(1), r#"{"Code":"NoPermission","Message":"m","RequestId":"r"}"#),
        };
        let (failure, _) = answered(double, arguments, &Reply::new(403, body), "fetch.permission");
        assert!(failure.help.unwrap().contains(&format!("`{action}`")));
    }
}

#[test]
fn the_kind_of_failure_is_told() {
    let reply = |code: &str, message: &str| {
        Reply::new(400, format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
    };
    for (reply, code) in [
        (
            reply("ExpiredTokenException", "The security token included in the request is expired"),
            "fetch.expired",
        ),
        (
            reply("InvalidSignatureException", "Signature expired: 20261126T000000Z is now earlier"),
            "fetch.clock",
        ),
        (
            reply("InvalidSignatureException", "Credential should be scoped to a valid region."),
            "fetch.region",
        ),
        (
            reply("UnrecognizedClientException", "The security token included in the request is invalid."),
            "fetch.credentials",
        ),
        (
            reply("InvalidSignatureException", "The request signature we calculated does not match"),
            "fetch.signature",
        ),
    ] {
        answered(
            Double::aws(baselines(1, 0)),
            &["DescribePatchBaselines", "--region", "eu-central-1"],
            &reply,
            code,
        );
    }
}
