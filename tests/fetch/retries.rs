//! What is tried again, when, and what is not.

use std::collections::BTreeSet;
use std::time::Duration;

use probity::fetch::{Collected, Order};
use probity::source::Code;
use serde_json::json;

use super::doubles::{Act, Double, FakeClock, Reply, baselines, collected, fetch, keys};

fn order(operation: &str, regions: &[&str]) -> Order {
    Order {
        operation: operation.to_owned(),
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        ..Order::default()
    }
}

fn listing() -> Order {
    order("DescribePatchBaselines", &["eu-central-1"])
}

fn states() -> Order {
    order("ListInstancePatchStates", &["cn-hangzhou"])
}

fn reports() -> Order {
    order("ListInstanceCompliant", &[])
}

fn throttled(vendor: &str) -> Reply {
    match vendor {
        "aws" => Reply::json(400, &json!({"__type": "ThrottlingException", "Message": "Rate exceeded"})),
        "alibaba" => Reply::json(400, &json!({"Code": "Throttling.User", "Message": "m", "RequestId": "r"})),
        _ => Reply::json(429, &json!({"error_code": "APIG.0308", "error_msg": "limit"})),
    }
}

/// The codes of all diagnostics.
fn codes(collected: &[Collected]) -> Vec<Code> {
    collected.iter().flat_map(|call| &call.diagnostics).map(|diagnostic| diagnostic.code).collect()
}

fn run(double: &Double, order: Order) -> (Vec<Collected>, Vec<Duration>) {
    let clock = FakeClock::default();
    let (collected, _) = collected(double, order, &keys(), &clock, None);
    (collected, clock.waits())
}

#[test]
fn who_is_throttled_waits_and_asks_again() {
    for (vendor, double, order) in [
        ("aws", Double::aws(baselines(3, 0)), listing()),
        ("alibaba", Double::alibaba(3), order("DescribeImageInstances", &["cn-hangzhou"])),
        ("huawei", Double::huawei(3), reports()),
    ] {
        let double = double.then([Act::Say(throttled(vendor)), Act::Say(throttled(vendor))]);
        let (collected, waits) = run(&double, order);
        assert_eq!(codes(&collected), [], "{vendor}");
        assert!(collected[0].is_complete());
        assert_eq!(collected[0].evidence.as_ref().unwrap().snapshot.resources, 3);
        assert_eq!(double.seen().len(), 3);
        // Half a second and a second, each up to twice as long by chance.
        assert_eq!(waits.len(), 2);
        assert!((500..=1000).contains(&waits[0].as_millis()), "{waits:?}");
        assert!((1000..=2000).contains(&waits[1].as_millis()), "{waits:?}");
    }
}

#[test]
fn the_wait_is_what_the_service_asks_for() {
    for (name, value, expected) in [
        ("x-acs-retry-after", "1500", Duration::from_millis(1500)),
        ("Retry-After", "3", Duration::from_secs(3)),
    ] {
        let double = Double::alibaba(1).then([Act::Say(throttled("alibaba").with(name, value))]);
        let (collected, waits) = run(&double, order("DescribeImageInstances", &["cn-hangzhou"]));
        assert!(collected[0].is_complete());
        assert_eq!(waits, [expected]);
    }
    let double =
        Double::alibaba(1).then([Act::Say(throttled("alibaba").with("x-acs-retry-after", "600000"))]);
    let (collected, waits) = run(&double, order("DescribeImageInstances", &["cn-hangzhou"]));
    assert_eq!(codes(&collected), [Code::FetchThrottled]);
    assert!(waits.is_empty(), "nobody waits for ten minutes");
}

#[test]
fn every_attempt_is_signed_anew() {
    let wait = throttled("alibaba").with("Retry-After", "2");
    let double = Double::alibaba(1).then([Act::Say(wait.clone()), Act::Say(wait)]);
    run(&double, states());
    let seen = double.seen();
    for name in ["x-acs-date", "x-acs-signature-nonce", "authorization"] {
        let values: BTreeSet<&str> = seen.iter().map(|seen| seen.header(name).unwrap()).collect();
        assert_eq!(values.len(), 3, "{name}");
    }
    let wait = throttled("aws").with("Retry-After", "2");
    let double = Double::aws(baselines(1, 0)).then([Act::Say(wait)]);
    run(&double, listing());
    let seen = double.seen();
    assert_ne!(seen[0].header("x-amz-date"), seen[1].header("x-amz-date"));
}

#[test]
fn a_connection_that_breaks_is_made_again() {
    let acts = [Act::Cut(0), Act::Cut(20), Act::Close];
    let double = Double::huawei(3).then(acts);
    let (collected, _) = run(&double, reports());
    assert_eq!(codes(&collected), []);
    assert_eq!(double.seen().len(), 4);
    let snapshot = &collected[0].evidence.as_ref().unwrap().snapshot;
    assert_eq!((snapshot.pages.len(), snapshot.resources), (1, 3));
}

#[test]
fn a_service_that_is_too_slow_is_asked_again_and_given_up() {
    let double = Double::huawei(3).then([Act::Hang]);
    let (collected, waits) = run(&double, reports());
    assert_eq!(codes(&collected), []);
    assert_eq!(waits.len(), 1);
    let double = Double::huawei(3).always(Act::Hang);
    let (collected, _) = run(&double, reports());
    assert_eq!(codes(&collected), [Code::FetchUnreachable]);
    assert_eq!(double.arrived(), 6);
    let failure = collected[0].evidence.as_ref().unwrap().snapshot.failure.clone().unwrap();
    assert_eq!((failure.message.as_str(), failure.status), ("there was no answer in time", None));
}

#[test]
fn attempts_are_bounded() {
    let overloaded = Reply::new(503, "");
    for (act, code) in [
        (Act::Say(overloaded), Code::FetchFailed),
        (Act::Say(throttled("aws")), Code::FetchThrottled),
        (Act::Cut(1), Code::FetchUnreachable),
    ] {
        let double = Double::aws(baselines(1, 0)).always(act);
        let (collected, waits) = run(&double, listing());
        assert_eq!(codes(&collected), [code]);
        assert_eq!((double.seen().len(), waits.len()), (6, 5));
    }
}

#[test]
fn what_was_collected_before_a_failure_is_kept() {
    let double = Double::huawei(250).then([
        Act::Serve,
        Act::Serve,
        Act::Say(Reply::json(403, &json!({"error_code": "COC.00000403", "error_msg": "no"}))),
    ]);
    let (collected, _) = run(&double, reports());
    assert_eq!(codes(&collected), [Code::FetchPermission]);
    let snapshot = &collected[0].evidence.as_ref().unwrap().snapshot;
    assert_eq!((snapshot.pages.len(), snapshot.resources, snapshot.stated_total), (2, 200, Some(250)));
    assert!(!snapshot.complete);
}

#[test]
fn a_wrong_signature_is_sent_once_whatever_there_is_to_fetch() {
    let regions = [
        "cn-north-4",
        "cn-north-1",
        "cn-east-3",
        "cn-south-1",
        "eu-west-101",
        "ap-southeast-1",
        "la-north-2",
    ];
    let double = Double::huawei(3);
    let clock = FakeClock::default();
    let environment = keys().variable("HUAWEICLOUD_SDK_SK", "not the secret");
    let (collected, _) =
        collected(&double, order("ListInstanceCompliant", &regions), &environment, &clock, None);
    assert_eq!(double.arrived(), 1);
    assert_eq!(double.violations().len(), 1);
    assert_eq!(codes(&collected), [Code::FetchSignature; 7]);
    let unsent = collected
        .iter()
        .flat_map(|call| &call.diagnostics)
        .filter(|diagnostic| diagnostic.message.contains("not sent, for the same key was refused before"));
    assert_eq!(unsent.count(), 6);
    assert!(clock.waits().is_empty());
}

#[test]
fn a_wrong_signature_is_not_sent_again_to_anybody() {
    for (double, variable, order) in [
        (Double::aws(baselines(1, 0)), "AWS_SECRET_ACCESS_KEY", listing()),
        (Double::alibaba(1), "ALIBABA_CLOUD_ACCESS_KEY_SECRET", states()),
    ] {
        let clock = FakeClock::default();
        let environment = keys().variable(variable, "not the secret");
        let (collected, _) = collected(&double, order, &environment, &clock, None);
        assert_eq!(codes(&collected), [Code::FetchSignature]);
        assert_eq!(double.arrived(), 1);
    }
}

#[test]
fn a_refused_call_is_not_made_again() {
    let denied = Reply::json(400, &json!({"__type": "AccessDeniedException", "Message": "no"}));
    let double = Double::aws(baselines(3, 0)).always(Act::Say(denied));
    let order = Order { operation: "GetPatchBaseline".to_owned(), ..listing() };
    let ids = baselines(3, 0).into_iter().map(|baseline| baseline.id).collect();
    let (collected, waits) = run(&double, Order { baseline_ids: ids, ..order });
    // Permission may be of one baseline only; so each is asked for.
    assert_eq!(codes(&collected), [Code::FetchPermission; 3]);
    assert_eq!(double.seen().len(), 3);
    assert!(waits.is_empty());
}

#[test]
fn calls_that_would_fail_likewise_are_not_made() {
    let expired = Reply::json(400, &json!({"__type": "ExpiredTokenException", "Message": "old"}));
    let double = Double::aws(baselines(3, 0)).always(Act::Say(expired));
    let ids = baselines(3, 0).into_iter().map(|baseline| baseline.id).collect();
    let order = Order { operation: "GetPatchBaseline".to_owned(), baseline_ids: ids, ..listing() };
    let (collected, _) = run(&double, order);
    assert_eq!(codes(&collected), [Code::FetchExpired; 2]);
    assert!(collected[1].diagnostics[0].message.starts_with("2 more calls of `aws.ssm.GetPatchBaseline`"));
    assert_eq!(double.seen().len(), 1);
}

#[test]
fn requests_keep_the_pace_of_their_api() {
    let pages = |rate| {
        let double = Double::alibaba(5);
        let clock = FakeClock::default();
        let order = Order { page_size: Some(1), ..states() };
        let (collected, _) = collected(&double, order, &keys(), &clock, rate);
        assert!(collected[0].is_complete());
        assert_eq!(double.seen().len(), 5);
        clock.waits().iter().sum::<Duration>()
    };
    // Four gaps, less what answers take: 20 a second by the document, 2 by the user; never more than the document allows.
    assert!((100..=200).contains(&pages(None).as_millis()));
    assert!((1800..=2000).contains(&pages(Some(2.0)).as_millis()));
    assert!((100..=200).contains(&pages(Some(1000.0)).as_millis()));
}

#[test]
fn the_binary_tries_again_too() {
    let double = Double::alibaba(1).then([
        Act::Say(throttled("alibaba").with("x-acs-retry-after", "1")),
        Act::Say(Reply::new(500, "").with("Retry-After", "0")),
    ]);
    let fetched = fetch(&double, &["ListInstancePatchStates", "--region", "cn-hangzhou"]);
    assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
    assert_eq!(double.seen().len(), 3);
}
