//! Signatures: against the vendors' own, and against a second implementation of what services check.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::Value;

use super::verify::{access_key_id, aws_scope, query, verify_acs3, verify_aws, verify_sdk_hmac};

/// The vectors of the vendors' own signers.
fn vectors(vendor: &str) -> Vec<Value> {
    let text = include_str!("../fixtures/signing/signing_vectors.json");
    let document: Value = serde_json::from_str(text).unwrap();
    let vectors = document["vectors"].as_array().unwrap().clone();
    vectors.into_iter().filter(|vector| vector["vendor"] == vendor).collect()
}

fn time(text: &str) -> DateTime<Utc> {
    let form = if text.contains('-') { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y%m%dT%H%M%SZ" };
    NaiveDateTime::parse_from_str(text, form).unwrap().and_utc()
}

/// A vector as it arrives: method, target, headers, body.
fn arrived(vector: &Value) -> (String, String, Vec<(String, String)>, Vec<u8>) {
    let request = &vector["request"];
    let method = request["method"].as_str().unwrap().to_owned();
    let target = match request["uri"].as_str() {
        Some(uri) => uri.to_owned(),
        None => {
            let (_, rest) = request["url"].as_str().unwrap().split_once("://").unwrap();
            format!("/{}", rest.split_once('/').unwrap().1)
        }
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in request["headers"].as_object().unwrap() {
        headers.push((name.clone(), value.as_str().unwrap().to_owned()));
    }
    if vector["vendor"] == "aws" {
        let host = request["url"].as_str().unwrap().split('/').nth(2).unwrap();
        headers.push(("Host".to_owned(), host.to_owned()));
        headers.push(("X-Amz-Date".to_owned(), vector["time"].as_str().unwrap().to_owned()));
    }
    headers.push(("Authorization".to_owned(), vector["authorization"].as_str().unwrap().to_owned()));
    let body = request["body"].as_str().unwrap_or_default().as_bytes().to_vec();
    (method, target, headers, body)
}

fn verify(
    vendor: &str,
    secret: &str,
    (method, target, headers, body): &(String, String, Vec<(String, String)>, Vec<u8>),
    now: DateTime<Utc>,
) -> Result<(), String> {
    let check = match vendor {
        "aws" => verify_aws,
        "alibaba" => verify_acs3,
        _ => verify_sdk_hmac,
    };
    check(method, target, headers, body, secret, now)
}

fn secret(vector: &Value) -> String {
    let credentials = &vector["credentials"];
    ["secret_access_key", "access_key_secret", "sk"]
        .iter()
        .find_map(|name| credentials[*name].as_str())
        .unwrap()
        .to_owned()
}

#[test]
fn the_second_implementation_takes_what_the_vendors_signers_made() {
    let mut count = 0;
    for vendor in ["aws", "alibaba", "huawei"] {
        for vector in vectors(vendor) {
            let now = time(vector["time"].as_str().unwrap());
            let request = arrived(&vector);
            verify(vendor, &secret(&vector), &request, now).unwrap();
            count += 1;
        }
    }
    assert_eq!(count, 10);
}

#[test]
fn the_second_implementation_takes_nothing_else() {
    for vendor in ["aws", "alibaba", "huawei"] {
        let minutes = if vendor == "aws" { 5 } else { 15 };
        for vector in vectors(vendor) {
            let now = time(vector["time"].as_str().unwrap());
            let secret = secret(&vector);
            let request = arrived(&vector);
            let refused = |request: &_, secret: &str, now| verify(vendor, secret, request, now).unwrap_err();

            refused(&request, "another", now);
            for sign in [1, -1] {
                let edge = now + TimeDelta::minutes(sign * minutes);
                verify(vendor, &secret, &request, edge).unwrap();
                let late = edge + TimeDelta::seconds(sign);
                assert!(refused(&request, &secret, late).starts_with("the clock is off"));
            }
            let mut changed = request.clone();
            changed.0 = "PUT".to_owned();
            refused(&changed, &secret, now);
            let mut changed = request.clone();
            changed.1.push_str(if changed.1.contains('?') { "&a=b" } else { "?a=b" });
            refused(&changed, &secret, now);
            let mut changed = request.clone();
            changed.3.push(b' ');
            refused(&changed, &secret, now);
            for index in 0..request.2.len() {
                let mut changed = request.clone();
                changed.2[index].1.push('x');
                refused(&changed, &secret, now);
                let mut changed = request.clone();
                changed.2.remove(index);
                refused(&changed, &secret, now);
                let mut changed = request.clone();
                changed.2.push(request.2[index].clone());
                refused(&changed, &secret, now);
            }
            let mut changed = request.clone();
            let own = match vendor {
                "aws" => "X-Amz-Security-Token",
                "alibaba" => "x-acs-other",
                _ => "X-Project-Id",
            };
            changed.2.push((own.to_owned(), "unsigned".to_owned()));
            assert!(refused(&changed, &secret, now).contains("not signed"));
        }
    }
}

#[test]
fn a_target_that_is_not_encoded_as_signed_is_refused() {
    let vector = &vectors("alibaba")[0];
    let now = time(vector["time"].as_str().unwrap());
    let request = arrived(vector);
    for (from, to) in [("%5B", "["), ("%5B", "%5b"), ("%2C", ","), ("-", "%2D")] {
        let mut changed = request.clone();
        changed.1 = changed.1.replacen(from, to, 1);
        assert_ne!(changed.1, request.1);
        let error = verify("alibaba", &secret(vector), &changed, now).unwrap_err();
        assert!(error.contains("should be"), "{error}");
    }
}

#[test]
fn what_a_double_asks_of_a_request() {
    let vector = &vectors("aws")[1];
    let (_, _, headers, _) = arrived(vector);
    assert_eq!(access_key_id(&headers).unwrap(), "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(aws_scope(&headers).unwrap(), ("cn-north-1".to_owned(), "ssm".to_owned()));
    assert_eq!(
        query("/?a=%5B1%5D&b="),
        [("a".to_owned(), "[1]".to_owned()), ("b".to_owned(), String::new())]
    );
    assert!(query("/").is_empty());
    let (_, _, headers, _) = arrived(&vectors("huawei")[0]);
    assert_eq!(access_key_id(&headers).unwrap(), "HWEXAMPLEAK000000000");
}
