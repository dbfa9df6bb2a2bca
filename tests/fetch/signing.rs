//! Signatures: against the vendors' own, and against a second implementation of what services check.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use probity::fetch::credentials::Credentials;
use probity::fetch::endpoint::Endpoint;
use probity::fetch::request::Request;
use probity::fetch::sign::{Scheme, SignError, sign};
use proptest::prelude::*;
use serde_json::Value;

use super::verify::{access_key_id, aws_scope, query, verify_acs3, verify_aws, verify_sdk_hmac};

/// The vectors of the vendors' own signers.
fn vectors(vendor: &str) -> Vec<Value> {
    let mut vectors = Vec::new();
    for text in [
        include_str!("../fixtures/signing/signing_vectors.json"),
        include_str!("../fixtures/signing/further_vectors.json"),
    ] {
        let document: Value = serde_json::from_str(text).unwrap();
        vectors.extend(document["vectors"].as_array().unwrap().clone());
    }
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
    let (_, address) = request["url"].as_str().unwrap_or("://").split_once("://").unwrap();
    let of_address = || format!("/{}", address.split_once('/').unwrap().1);
    let target = request["uri"].as_str().map_or_else(of_address, str::to_owned);
    let given =
        if vector["vendor"] == "aws" { &vector["signed_request_headers"] } else { &request["headers"] };
    let mut headers: Vec<(String, String)> = given
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    if vector["vendor"] == "aws" {
        let host = request["url"].as_str().unwrap().split('/').nth(2).unwrap();
        headers.push(("Host".to_owned(), host.to_owned()));
    } else {
        headers.push(("Authorization".to_owned(), vector["authorization"].as_str().unwrap().to_owned()));
    }
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
    assert_eq!(count, 22);
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
                "aws" => "X-Amz-Own",
                "alibaba" => "x-acs-other",
                _ => "X-Own",
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

const SCHEMES: [(&str, Scheme<'static>); 3] = [
    ("aws", Scheme::SigV4 { region: "eu-central-1", service: "ssm" }),
    ("alibaba", Scheme::Acs3 { action: "ListInstancePatchStates", version: "2019-06-01" }),
    ("huawei", Scheme::SdkHmac),
];

/// What arrives of a request, with `Host` as a transport sends it.
fn sent(request: &Request) -> (String, String, Vec<(String, String)>, Vec<u8>) {
    let mut headers = request.headers.clone();
    headers.push(("Host".to_owned(), request.authority()));
    headers.push(("User-Agent".to_owned(), "added later".to_owned()));
    headers.push(("Accept".to_owned(), "*/*".to_owned()));
    (request.method.to_owned(), request.target(), headers, request.body.clone())
}

fn plain() -> (Request, Credentials) {
    let endpoint = Endpoint::parse("https://example.com").unwrap();
    let mut request = Request::new("POST", &endpoint, "/");
    request.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    (request, Credentials::new("ID", "secret".to_owned().into(), "a test"))
}

#[test]
fn a_request_is_signed_again_as_if_for_the_first_time() {
    for (vendor, scheme) in SCHEMES {
        let (mut once, mut credentials) = plain();
        credentials.session_token = Some("token".to_owned().into());
        credentials.domain_id = Some("domain".to_owned());
        let mut twice = once.clone();
        let first = time("20260115T083000Z");
        let second = first + TimeDelta::hours(2);
        sign(&mut twice, scheme, &credentials, first, "nonce-1").unwrap();
        let early = twice.headers.clone();
        credentials.session_token = None;
        credentials.domain_id = None;
        sign(&mut twice, scheme, &credentials, second, "nonce-2").unwrap();
        sign(&mut once, scheme, &credentials, second, "nonce-2").unwrap();
        assert!(twice == once, "{vendor}");
        assert_ne!(twice.headers, early);
        verify(vendor, "secret", &sent(&twice), second).unwrap();
        verify(vendor, "secret", &sent(&twice), first).unwrap_err();
    }
}

#[test]
fn what_cannot_be_sent_is_not_signed_and_not_repeated() {
    let at = time("20260115T083000Z");
    for (_, scheme) in SCHEMES {
        for value in ["canary\r\nX-Other: 1", "canary\0", "canary-ü", "canary\u{7f}"] {
            let (mut request, credentials) = plain();
            request.headers.push(("X-Own".to_owned(), value.to_owned()));
            let error = sign(&mut request, scheme, &credentials, at, "n").unwrap_err();
            assert_eq!(error, SignError::Header("X-Own".to_owned()));
            let (mut request, mut credentials) = plain();
            credentials.session_token = Some(value.to_owned().into());
            let error = sign(&mut request, scheme, &credentials, at, "n").unwrap_err();
            assert!(matches!(&error, SignError::Header(name) if name.to_lowercase().contains("token")));
            let (mut request, mut credentials) = plain();
            credentials.access_key_id = value.to_owned();
            let error = sign(&mut request, scheme, &credentials, at, "n").unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
        for name in ["", "a b", "a:", "ä", "a\n"] {
            let (mut request, credentials) = plain();
            request.headers.push((name.to_owned(), "x".to_owned()));
            assert!(sign(&mut request, scheme, &credentials, at, "n").is_err());
        }
        let (mut request, credentials) = plain();
        request.headers.push(("content-TYPE".to_owned(), "text/plain".to_owned()));
        assert!(sign(&mut request, scheme, &credentials, at, "n").is_err());
        let (mut request, credentials) = plain();
        request.path = String::new();
        assert!(sign(&mut request, scheme, &credentials, at, "n").is_err());
        for host in ["", "a b", "a/b", "user@a.com", "a\r\nb", "ä.com", "a.com:80", "[::1"] {
            let (mut request, credentials) = plain();
            request.host = host.to_owned();
            let error = sign(&mut request, scheme, &credentials, at, "n").unwrap_err();
            assert_eq!(error, SignError::Request("its host cannot be one"));
        }
    }
}

/// Any text, often of characters that are encoded, or sorted in another order than they look.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => r"[a-zA-Z0-9_.~-]{0,8}",
        3 => r"[ -~]{0,8}",
        2 => r"[äöü東京🔑\u{0}\u{7f}\n\t+%&=/?#A-Ca-c ]{0,8}",
        1 => any::<String>(),
    ]
}

fn address() -> impl Strategy<Value = Endpoint> {
    let host = prop_oneof!["[a-z]{1,8}(\\.[a-z0-9]{1,8}){0,2}\\.com", Just("[::1]".to_owned())];
    (host, proptest::option::of(1_u16..)).prop_map(|(host, port)| {
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        Endpoint::parse(&format!("https://{host}{port}")).unwrap()
    })
}

proptest! {
    #[test]
    fn what_is_signed_is_verified_as_it_is_sent(
        endpoint in address(),
        path in r"(/[a-zA-Zäü0-9 %+&~.-]{1,6}){0,3}",
        parameters in proptest::collection::vec((text(), text()), 0..6),
        body in proptest::collection::vec(any::<u8>(), 0..40),
        secret in r"[!-~]{1,80}",
        token in proptest::option::of(r"[!-~]{1,60}"),
        domain in proptest::option::of("[a-z0-9]{32}"),
        project in proptest::option::of("[a-z0-9]{32}"),
        nonce in "[a-f0-9]{32}",
        seconds in 0_i64..4_000_000_000,
        get in any::<bool>(),
    ) {
        // Services take `.` and `..` away before they look at the path, and so do their signers.
        prop_assume!(!path.split('/').any(|part| part == "." || part == ".."));
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let path = if path.is_empty() { "/".to_owned() } else { path };
        let mut request = Request::new(if get { "GET" } else { "POST" }, &endpoint, path);
        request.query = parameters;
        request.body = body;
        request.headers.push(("Content-Type".to_owned(), " application/json  ".to_owned()));
        let mut credentials = Credentials::new("AN.ID", secret.clone().into(), "a test");
        credentials.session_token = token.clone().map(Into::into);
        credentials.domain_id = domain;
        credentials.project_id = project;
        for (vendor, scheme) in SCHEMES {
            let mut signed = request.clone();
            sign(&mut signed, scheme, &credentials, at, &nonce).unwrap();
            let arrived = sent(&signed);
            prop_assert_eq!(verify(vendor, &secret, &arrived, at), Ok(()));
            prop_assert_eq!(access_key_id(&arrived.2), Some("AN.ID".to_owned()));
            // Every parameter arrives, each as often as it was given.
            let (mut came, mut given) = (query(&arrived.1), request.query.clone());
            came.sort();
            given.sort();
            prop_assert_eq!(came, given);
            // It is `http`'s own view of the address that a transport works with.
            let address: ureq::http::Uri = signed.url().parse().unwrap();
            prop_assert_eq!(address.path_and_query().unwrap().as_str(), arrived.1);
            prop_assert_eq!(address.authority().unwrap().as_str(), signed.authority());
        }
    }
}
