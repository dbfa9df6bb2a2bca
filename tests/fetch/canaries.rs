//! Secrets are planted wherever secrets can be, and nothing that is said about any failure holds one.

use std::io::ErrorKind;

use probity::fetch::credentials::{Ask, AskError, Environment as _, RunError, default_region, find};
use probity::fetch::endpoint::Endpoint;
use probity::fetch::provider::Provider;
use probity::fetch::request::Request;
use probity::fetch::sign::{Scheme, sign};
use secrecy::{ExposeSecret as _, SecretString};

use super::fake_environment::FakeEnvironment;

/// Part of every secret that is planted.
const CANARY: &str = "c4n4ry";

/// Every variable that holds secrets.
const VARIABLES: [&str; 10] = [
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "ALIBABA_CLOUD_CREDENTIALS_URI",
    "HUAWEICLOUD_SDK_SK",
    "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];
const IDS: [&str; 3] = ["AWS_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID", "HUAWEICLOUD_SDK_AK"];

/// All that can be said of a search; and what it found, printed in every way.
fn said(environment: &FakeEnvironment) -> Vec<String> {
    let mut said = Vec::new();
    for provider in Provider::ALL {
        for profile in [None, Some("default"), Some("p"), Some("global"), Some("unknown"), Some("defualt")] {
            match find(provider, profile, environment) {
                Ok(found) => said.extend([format!("{found:?}"), format!("{found:#?}"), found.source]),
                Err(error) => said.extend([
                    error.to_string(),
                    format!("{error:?}"),
                    format!("{error:#?}"),
                    error.help(),
                    format!("{:?}", std::error::Error::source(&error).map(ToString::to_string)),
                ]),
            }
            said.extend(default_region(provider, profile, environment));
        }
    }
    said
}

fn is_silent(environment: &FakeEnvironment, what: &str) {
    for said in said(environment) {
        assert!(!said.contains(CANARY), "{what}: {said}");
    }
}

#[test]
fn variables() {
    let all = || {
        VARIABLES.iter().fold(FakeEnvironment::default(), |environment, name| {
            environment.variable(name, &format!("{CANARY}-{name}"))
        })
    };
    is_silent(&all(), "secrets without ids");
    let whole = IDS.iter().fold(all(), |environment, name| environment.variable(name, "ID"));
    is_silent(&whole, "whole");
    is_silent(&whole.variable("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z"), "expired");
    for name in VARIABLES {
        for value in [
            format!("{CANARY}\r\nX: y"),
            format!("https://user:{CANARY}@example.com/?token={CANARY}"),
            format!("http://evil.example/{CANARY}"),
            format!("http://localhost:1/{CANARY}"),
        ] {
            is_silent(&FakeEnvironment::default().variable(name, &value), name);
        }
    }
}

/// Each file, as it should be, with secrets in it.
fn files() -> [(&'static str, String); 5] {
    [
        (
            "~/.aws/credentials",
            format!(
                "[default]\naws_access_key_id = ID\naws_secret_access_key = {CANARY}-1\naws_session_token = {CANARY}-2\n\
                 [p]\naws_secret_access_key = {CANARY}-3\n"
            ),
        ),
        (
            "~/.aws/config",
            format!(
                "[profile p]\nregion = eu-central-1\ncredential_process = tool --token {CANARY}-4 '{CANARY}\n\
                 [profile q]\naws_access_key_id = ID\naws_secret_access_key = {CANARY}-5\n"
            ),
        ),
        (
            "~/.aliyun/config.json",
            format!(
                "{{\"current\":\"default\",\"profiles\":[\n{{\"name\":\"default\",\"mode\":\"StsToken\",\
                 \"access_key_id\":\"ID\",\"access_key_secret\":\"{CANARY}-6\",\"sts_token\":\"{CANARY}-7\"}},\n\
                 {{\"name\":\"p\",\"mode\":\"OAuth\",\"access_key_id\":\"ID\",\"access_key_secret\":\"{CANARY}-8\",\
                 \"oauth_refresh_token\":\"{CANARY}-9\",\"private_key\":\"{CANARY}\"}}]}}"
            ),
        ),
        (
            "~/.alibabacloud/credentials.ini",
            format!(
                "[default]\ntype = access_key\naccess_key_secret = {CANARY}-10\n[p]\ntype = bearer\nbearer_token = {CANARY}\n"
            ),
        ),
        (
            "~/.huaweicloud/credentials",
            format!(
                "[global]\nak = ID\nsk = {CANARY}-11\nsecurity_token = {CANARY}-12\n[p]\nsk = {CANARY}-13\n"
            ),
        ),
    ]
}

#[test]
fn files_whole_cut_and_damaged() {
    let whole = files().iter().fold(FakeEnvironment::default(), |all, (path, text)| all.file(path, text));
    is_silent(&whole, "whole");
    for (path, text) in files() {
        for kind in [ErrorKind::PermissionDenied, ErrorKind::InvalidData, ErrorKind::FileTooLarge] {
            is_silent(&FakeEnvironment::default().broken_file(path, kind), path);
        }
        // Cut anywhere, and with each piece of punctuation taken away or replaced.
        for (at, c) in text.char_indices() {
            is_silent(&FakeEnvironment::default().file(path, &text[..at]), path);
            if !c.is_alphanumeric() {
                for with in ["", "[", "]", "\"", "=", ":", "{", "1", "\n"] {
                    let damaged = format!("{}{with}{}", &text[..at], &text[at + c.len_utf8()..]);
                    is_silent(&FakeEnvironment::default().file(path, &damaged), path);
                }
            }
        }
    }
    // Values of another type, which parsers like to repeat.
    for member in
        ["access_key_id", "access_key_secret", "sts_token", "mode", "region_id", "name", "ram_role_name"]
    {
        for value in [format!("[\"{CANARY}\"]"), format!("{{\"{CANARY}\":1}}")] {
            let text = format!("{{\"profiles\":[{{\"name\":\"p\",\"{member}\":{value}}}]}}");
            is_silent(&FakeEnvironment::default().file("~/.aliyun/config.json", &text), member);
        }
    }
    for text in [
        format!("\"{CANARY}\""),
        format!("{{\"profiles\":\"{CANARY}\"}}"),
        format!("{{\"current\":[\"{CANARY}\"]}}"),
    ] {
        is_silent(&FakeEnvironment::default().file("~/.aliyun/config.json", &text), "types");
    }
}

#[test]
fn programs() {
    let config = format!("[default]\ncredential_process = tool --token {CANARY}\n");
    let command = format!("tool|--token|{CANARY}");
    let answer = format!(
        r#"{{"Version":1,"AccessKeyId":"ID","SecretAccessKey":"{CANARY}","SessionToken":"{CANARY}","Expiration":"2020-01-01T00:00:00Z"}}"#
    );
    let with = |printed: Result<&str, RunError>| {
        FakeEnvironment::default().file("~/.aws/config", &config).program(&command, printed)
    };
    for at in 0..=answer.len() {
        is_silent(&with(Ok(&answer[..at])), "cut");
    }
    for (from, to) in [
        ("\"Version\":1", format!("\"Version\":\"{CANARY}\"")),
        ("\"Version\":1", "\"Version\":2".to_owned()),
        ("\"ID\"", format!("[\"{CANARY}\"]")),
        ("2020-01-01T00:00:00Z", CANARY.to_owned()),
        ("2020", "2099".to_owned()),
    ] {
        let printed = answer.replace(from, &to);
        assert_ne!(printed, answer);
        is_silent(&with(Ok(&printed)), from);
    }
    for error in [
        RunError::Start,
        RunError::Code(1),
        RunError::Signal,
        RunError::Time(std::time::Duration::from_mins(1)),
        RunError::Output,
    ] {
        is_silent(&with(Err(error)), "failed");
    }
    let unclosed = format!("[default]\ncredential_process = tool '{CANARY}\n");
    is_silent(&FakeEnvironment::default().file("~/.aws/config", &unclosed), "unclosed");
    let as_program = format!("[default]\ncredential_process = {CANARY}\n");
    is_silent(&FakeEnvironment::default().file("~/.aws/config", &as_program), "the command itself");
}

#[test]
fn services() {
    let aws = "http://169.254.169.254/latest/meta-data/iam/security-credentials/";
    let alibaba = "http://100.100.100.200/latest/meta-data/ram/security-credentials/";
    let bodies = [
        CANARY.to_owned(),
        format!("{CANARY}\r\n{CANARY}"),
        format!("<html>{CANARY}</html>"),
        format!("{{\"Code\":\"{CANARY}\",\"Message\":\"{CANARY}\"}}"),
        format!("{{\"Code\":[\"{CANARY}\"]}}"),
        format!(
            "{{\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"{CANARY}\",\"Token\":\"{CANARY}\",\"Expiration\":\"{CANARY}\"}}"
        ),
        format!("{{\"AccessKeyId\":\"ID\",\"AccessKeySecret\":\"{CANARY}\",\"SecurityToken\":\"{CANARY}\"}}"),
        format!(
            "{{\"credential\":{{\"access\":\"ID\",\"secret\":\"{CANARY}\",\"expires_at\":\"{CANARY}\"}}}}"
        ),
        format!("{{\"credential\":\"{CANARY}\"}}"),
    ];
    for body in &bodies {
        for status in [200, 301, 400, 401, 403, 404, 500] {
            let token = format!("{CANARY}-token");
            let environment = FakeEnvironment::default()
                .reply("PUT http://169.254.169.254/latest/api/token", 200, &token)
                .reply("PUT http://100.100.100.200/latest/api/token", 200, &token)
                .reply("PUT http://169.254.169.254/meta-data/latest/api/token", 200, &token)
                .reply(&format!("GET {aws}"), 200, "r")
                .reply(&format!("GET {alibaba}"), 200, "r")
                .reply(&format!("GET {aws}r"), status, body)
                .reply(&format!("GET {alibaba}r"), status, body)
                .reply("GET http://169.254.169.254/openstack/latest/securitykey", status, body);
            is_silent(&environment, body);
            let roles = FakeEnvironment::default()
                .reply("PUT http://169.254.169.254/latest/api/token", 200, body)
                .reply("PUT http://100.100.100.200/latest/api/token", status, body)
                .reply("PUT http://169.254.169.254/meta-data/latest/api/token", status, body)
                .reply(&format!("GET {aws}"), status, body)
                .reply(&format!("GET {alibaba}"), status, body);
            is_silent(&roles, body);
            let container = FakeEnvironment::default()
                .variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("https://x.example/{CANARY}"))
                .variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", CANARY)
                .variable("ALIBABA_CLOUD_CREDENTIALS_URI", &format!("https://x.example/{CANARY}"))
                .reply(&format!("GET https://x.example/{CANARY}"), status, body);
            is_silent(&container, body);
        }
    }
    for error in [AskError::Connection, AskError::Time, AskError::Answer] {
        let environment = FakeEnvironment::default()
            .variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("https://x.example/{CANARY}"))
            .no_reply(&format!("GET https://x.example/{CANARY}"), error);
        is_silent(&environment, "no answer");
    }
}

#[test]
fn what_holds_secrets_prints_none() {
    let environment = FakeEnvironment::default()
        .variable("AWS_ACCESS_KEY_ID", "ID")
        .variable("AWS_SECRET_ACCESS_KEY", &format!("{CANARY}-secret"))
        .variable("AWS_SESSION_TOKEN", &format!("{CANARY}-token"))
        .reply("GET https://x.example/", 200, CANARY);
    let credentials = find(Provider::Aws, None, &environment).unwrap();
    assert!(credentials.secret_access_key.expose_secret().contains(CANARY), "the canary is there");
    let headers = [("Authorization", SecretString::from(CANARY))];
    let ask = Ask { method: "GET", url: "https://x.example/", headers: &headers };
    let reply = environment.ask(&ask).unwrap();
    let mut printed = vec![
        format!("{credentials:?}{credentials:#?}"),
        format!("{ask:?}{ask:#?}"),
        format!("{reply:?}{reply:#?}"),
        format!("{:?}", environment.secret("AWS_SECRET_ACCESS_KEY")),
    ];
    for scheme in [
        Scheme::SigV4 { region: "eu-central-1", service: "ssm" },
        Scheme::Acs3 { action: "A", version: "1" },
        Scheme::SdkHmac,
    ] {
        let mut request = Request::new("POST", &Endpoint::parse("https://x.example").unwrap(), "/");
        sign(&mut request, scheme, &credentials, environment.now(), "nonce").unwrap();
        assert!(request.headers.iter().any(|(_, value)| value.contains(CANARY)), "the canary is there");
        assert!(
            request.headers.iter().all(|(_, value)| !value.contains("-secret")),
            "the secret itself is never sent"
        );
        printed.push(format!("{request:?}{request:#?}"));
    }
    for text in printed {
        assert!(!text.contains(CANARY), "{text}");
        assert!(!text.contains("Signature="), "{text}");
    }
}
