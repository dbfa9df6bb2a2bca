//! Where credentials are looked for, in which order, and what is said where there are none.

mod alibaba;
mod aws;
mod huawei;

use std::io::ErrorKind;

use probity::fetch::credentials::{AskError, Credentials, CredentialsError, RunError, default_region, find};
use probity::fetch::provider::Provider;
use proptest::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};

use super::fake_environment::FakeEnvironment;

const AWS_INSTANCE: &str = "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/";
const AWS_TOKEN: &str = "PUT http://169.254.169.254/latest/api/token";
const ALIBABA_INSTANCE: &str = "GET http://100.100.100.200/latest/meta-data/ram/security-credentials/";
const ALIBABA_TOKEN: &str = "PUT http://100.100.100.200/latest/api/token";
const HUAWEI_TOKEN: &str = "PUT http://169.254.169.254/meta-data/latest/api/token";
const HUAWEI_KEY: &str = "GET http://169.254.169.254/openstack/latest/securitykey";

fn aws_answer(id: &str) -> String {
    format!(
        r#"{{"Code":"Success","LastUpdated":"2026-11-21T11:00:00Z","Type":"AWS-HMAC","AccessKeyId":"{id}",
            "SecretAccessKey":"{id}-secret","Token":"{id}-token","Expiration":"2026-11-21T18:00:00Z"}}"#
    )
}

fn alibaba_answer(id: &str) -> String {
    format!(
        r#"{{"AccessKeyId":"{id}","AccessKeySecret":"{id}-secret","SecurityToken":"{id}-token",
            "Expiration":"2026-11-21T18:00:00Z","LastUpdated":"2026-11-21T12:00:00Z","Code":"Success"}}"#
    )
}

fn ids(found: &Credentials) -> (&str, &str, Option<&str>) {
    let token = found.session_token.as_ref().map(SecretString::expose_secret);
    (&found.access_key_id, found.secret_access_key.expose_secret(), token)
}

fn aws(profile: Option<&str>, environment: &FakeEnvironment) -> Result<Credentials, CredentialsError> {
    find(Provider::Aws, profile, environment)
}

fn alibaba(profile: Option<&str>, environment: &FakeEnvironment) -> Result<Credentials, CredentialsError> {
    find(Provider::Alibaba, profile, environment)
}

fn huawei(profile: Option<&str>, environment: &FakeEnvironment) -> Result<Credentials, CredentialsError> {
    find(Provider::Huawei, profile, environment)
}

/// A source of credentials, and the id that it gives.
type Source = (&'static str, fn(FakeEnvironment) -> FakeEnvironment);

/// With each source and all that come after it, that source is used.
fn holds_order(provider: Provider, sources: &[Source]) {
    for first in 0..sources.len() {
        let environment = sources[first..]
            .iter()
            .fold(FakeEnvironment::default(), |environment, (_, add)| add(environment));
        let found = find(provider, None, &environment).unwrap();
        assert_eq!(found.access_key_id, sources[first].0);
        assert_eq!(found.secret_access_key.expose_secret(), format!("{}-secret", sources[first].0));
    }
}

#[test]
fn the_order_of_aws() {
    holds_order(
        Provider::Aws,
        &[
            ("VARIABLE", |environment| {
                environment
                    .variable("AWS_ACCESS_KEY_ID", "VARIABLE")
                    .variable("AWS_SECRET_ACCESS_KEY", "VARIABLE-secret")
            }),
            ("FILE", |environment| {
                environment.file(
                    "~/.aws/credentials",
                    "[default]\naws_access_key_id = FILE\naws_secret_access_key = FILE-secret\n",
                )
            }),
            ("PROCESS", |environment| {
                environment
                    .file(
                        "~/.aws/config",
                        "[default]\ncredential_process = tool 'a b'\naws_access_key_id = CONFIG\n\
                     aws_secret_access_key = CONFIG-secret\n",
                    )
                    .program(
                        "tool|a b",
                        Ok(r#"{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"PROCESS-secret"}"#),
                    )
            }),
            ("CONTAINER", |environment| {
                environment.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x").reply(
                    "GET http://169.254.170.2/v2/credentials/x",
                    200,
                    &aws_answer("CONTAINER"),
                )
            }),
            ("INSTANCE", |environment| {
                environment.reply(AWS_TOKEN, 200, "imds-token").reply(AWS_INSTANCE, 200, "my-role").reply(
                    &format!("{AWS_INSTANCE}my-role"),
                    200,
                    &aws_answer("INSTANCE"),
                )
            }),
        ],
    );
    let config = "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = CONFIG-secret\n";
    let found = aws(None, &FakeEnvironment::default().file("~/.aws/config", config)).unwrap();
    assert_eq!(ids(&found), ("CONFIG", "CONFIG-secret", None));
}

#[test]
fn the_order_of_alibaba() {
    holds_order(
        Provider::Alibaba,
        &[
            ("VARIABLE", |environment| {
                environment
                    .variable("ALIBABA_CLOUD_ACCESS_KEY_ID", "VARIABLE")
                    .variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "VARIABLE-secret")
            }),
            ("CLI", |environment| {
                environment.file(
                "~/.aliyun/config.json",
                r#"{"current":"p","profiles":[{"name":"default","mode":"AK","access_key_id":"NO","access_key_secret":"NO"},
                    {"name":"p","mode":"AK","access_key_id":"CLI","access_key_secret":"CLI-secret"}],"meta_path":""}"#,
            )
            }),
            ("INI", |environment| {
                environment.file(
                "~/.alibabacloud/credentials.ini",
                "[default]\nenable = true\ntype = access_key\naccess_key_id = INI\naccess_key_secret = INI-secret\n",
            )
            }),
            ("INSTANCE", |environment| {
                environment.reply(ALIBABA_TOKEN, 200, "token").reply(ALIBABA_INSTANCE, 200, "role").reply(
                    &format!("{ALIBABA_INSTANCE}role"),
                    200,
                    &alibaba_answer("INSTANCE"),
                )
            }),
            ("URI", |environment| {
                environment.variable("ALIBABA_CLOUD_CREDENTIALS_URI", "http://localhost:6666/x?y=z").reply(
                    "GET http://localhost:6666/x?y=z",
                    200,
                    &alibaba_answer("URI"),
                )
            }),
        ],
    );
}

#[test]
fn the_order_of_huawei() {
    holds_order(
        Provider::Huawei,
        &[
            ("VARIABLE", |environment| {
                environment
                    .variable("HUAWEICLOUD_SDK_AK", "VARIABLE")
                    .variable("HUAWEICLOUD_SDK_SK", "VARIABLE-secret")
            }),
            ("GLOBAL", |environment| {
                environment.file(
                    "~/.huaweicloud/credentials",
                    "[basic]\nak = NO\nsk = NO\n[global]\nak = GLOBAL\nsk = GLOBAL-secret\n",
                )
            }),
            ("INSTANCE", |environment| {
                environment.reply(HUAWEI_TOKEN, 200, "token").reply(
                    HUAWEI_KEY,
                    200,
                    r#"{"credential":{"access":"INSTANCE","secret":"INSTANCE-secret","securitytoken":"t",
                    "expires_at":"2026-11-21T18:00:00.000000Z"}}"#,
                )
            }),
        ],
    );
    let basic = "[basic]\nak = BASIC\nsk = BASIC-secret\nproject_id = p\nsecurity_token = t\n";
    let found = huawei(None, &FakeEnvironment::default().file("~/.huaweicloud/credentials", basic)).unwrap();
    assert_eq!(ids(&found), ("BASIC", "BASIC-secret", Some("t")));
    assert_eq!(found.project_id.as_deref(), Some("p"));
    assert_eq!(found.source, "the section `basic` of `/fake/home/.huaweicloud/credentials`");
}

#[test]
fn temporary_credentials_of_variables() {
    let environment = FakeEnvironment::default()
        .variable("AWS_ACCESS_KEY_ID", "ID")
        .variable("AWS_SECRET_ACCESS_KEY", "S")
        .variable("AWS_SESSION_TOKEN", "T")
        .variable("AWS_SECURITY_TOKEN", "OLD")
        .variable("AWS_CREDENTIAL_EXPIRATION", "2026-11-21T13:00:00+00:00")
        .variable("AWS_ACCOUNT_ID", "123456789012");
    let found = aws(None, &environment).unwrap();
    assert_eq!(ids(&found), ("ID", "S", Some("T")));
    assert_eq!(found.expires.unwrap().to_rfc3339(), "2026-11-21T13:00:00+00:00");
    assert_eq!(found.account.as_deref(), Some("123456789012"));

    let environment = FakeEnvironment::default()
        .variable("HUAWEICLOUD_SDK_AK", "ID")
        .variable("HUAWEICLOUD_SDK_SK", "S")
        .variable("HUAWEICLOUD_SDK_SECURITY_TOKEN", "T")
        .variable("HUAWEICLOUD_SDK_PROJECT_ID", "p")
        .variable("HUAWEICLOUD_SDK_DOMAIN_ID", "d");
    let found = huawei(None, &environment).unwrap();
    assert_eq!(ids(&found), ("ID", "S", Some("T")));
    assert_eq!((found.project_id.as_deref(), found.domain_id.as_deref()), (Some("p"), Some("d")));

    let environment = FakeEnvironment::default()
        .variable("ALIBABA_CLOUD_ACCESS_KEY_ID", "ID")
        .variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "S")
        .variable("ALIBABA_CLOUD_SECURITY_TOKEN", "");
    assert_eq!(ids(&alibaba(None, &environment).unwrap()), ("ID", "S", None));
}

#[test]
fn half_of_a_pair_ends_the_search() {
    for (provider, id, secret) in [
        (Provider::Aws, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        (Provider::Alibaba, "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        (Provider::Huawei, "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"),
    ] {
        for (set, missing) in [(id, secret), (secret, id)] {
            let environment = FakeEnvironment::default().variable(set, "x").variable(missing, "");
            let error = find(provider, None, &environment).unwrap_err();
            assert_eq!(error.to_string(), format!("the environment: `{missing}` is missing"));
            assert!(environment.seen().is_empty());
        }
    }
    for (file, missing) in [
        ("[default]\naws_access_key_id = x", "aws_secret_access_key"),
        ("[default]\naws_secret_access_key = x", "aws_access_key_id"),
    ] {
        for path in ["~/.aws/credentials", "~/.aws/config"] {
            let error = aws(None, &FakeEnvironment::default().file(path, file)).unwrap_err();
            assert_eq!(error.to_string(), format!("the profile `default`: `{missing}` is missing"));
        }
    }
}

const AWS_CREDENTIALS: &str = "[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n\
                               [audit]\naws_access_key_id = AUDIT\naws_secret_access_key = s\naws_session_token = t\n";
const AWS_CONFIG: &str = "[default]\nregion = eu-west-1\n[profile audit]\nregion = eu-central-1\n\
                          aws_account_id = 123456789012\n[profile only config]\naws_access_key_id = ONLY\n\
                          aws_secret_access_key = s\n[profile region]\nregion = us-east-1\n[sso-session corporate]\n";

fn aws_files() -> FakeEnvironment {
    FakeEnvironment::default().file("~/.aws/credentials", AWS_CREDENTIALS).file("~/.aws/config", AWS_CONFIG)
}

#[test]
fn credentials_that_have_expired_are_not_used() {
    let variables = FakeEnvironment::default()
        .variable("AWS_ACCESS_KEY_ID", "ID")
        .variable("AWS_SECRET_ACCESS_KEY", "S")
        .variable("AWS_CREDENTIAL_EXPIRATION", "2026-11-21T14:00:00+02:00");
    let error = aws(None, &variables).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the variables `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`: the credentials expired at 2026-11-21T12:00:00Z"
    );
    assert!(error.help().starts_with("sign in again"));
    let old = alibaba_answer("X").replace("18:00", "11:59");
    let instance = FakeEnvironment::default()
        .reply(ALIBABA_TOKEN, 200, "t")
        .reply(ALIBABA_INSTANCE, 200, "r")
        .reply(&format!("{ALIBABA_INSTANCE}r"), 200, &old);
    assert!(matches!(alibaba(None, &instance), Err(CredentialsError::Expired { .. })));
}

#[test]
fn what_was_looked_at_is_told() {
    let error = aws(None, &FakeEnvironment::default()).unwrap_err();
    assert_eq!(error.to_string(), "no credentials for AWS are found");
    assert_eq!(
        error.help(),
        "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or run `aws configure`; looked at: the variables \
         `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`: not set; `/fake/home/.aws/credentials` and \
         `/fake/home/.aws/config`: no profile `default`; `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`: not set; the metadata of \
         this instance: there is no connection"
    );
    let error = alibaba(None, &FakeEnvironment::default()).unwrap_err();
    assert!(error.help().contains("`/fake/home/.aliyun/config.json`: no credentials"), "{}", error.help());
    let error = huawei(None, &FakeEnvironment::default()).unwrap_err();
    assert!(error.help().contains("`/fake/home/.huaweicloud/credentials`: not there"), "{}", error.help());
    for provider in Provider::ALL {
        let error = find(provider, None, &FakeEnvironment::default().without_home()).unwrap_err();
        assert!(matches!(error, CredentialsError::None { .. }), "{error}");
        let error = find(provider, Some("x"), &FakeEnvironment::default().without_home()).unwrap_err();
        assert!(matches!(error, CredentialsError::Profile { .. }), "{error}");
    }
}

const ALIYUN: &str = r#"{"current":"cur","profiles":[
    {"name":"cur","mode":"AK","access_key_id":"CUR","access_key_secret":"s","region_id":"cn-hangzhou","retry_count":0},
    {"name":"sts","mode":"ststoken","access_key_id":"STS","access_key_secret":"s","sts_token":"t","region_id":""},
    {"name":"half","mode":"StsToken","access_key_id":"STS","access_key_secret":"s","sts_token":""},
    {"name":"ecs","mode":"EcsRamRole","ram_role_name":"my-role"},
    {"name":"role","mode":"RamRoleArn","access_key_id":"NO","access_key_secret":"s","ram_role_arn":"a"},
    {"name":"sso","mode":"CloudSSO"},{"name":"new","mode":"Somehow"},
    {"name":"empty","mode":"AK","access_key_id":"","access_key_secret":""},{"name":"nothing","mode":""},{}]}"#;

#[test]
fn regions_that_are_set() {
    let region = |provider, profile, environment: &FakeEnvironment| {
        default_region(provider, profile, environment).unwrap_or_default()
    };
    let files = aws_files().file("~/.aliyun/config.json", ALIYUN);
    assert_eq!(region(Provider::Aws, None, &files), "eu-west-1");
    assert_eq!(region(Provider::Aws, Some("audit"), &files), "eu-central-1");
    assert_eq!(region(Provider::Aws, Some("only config"), &files), "");
    assert_eq!(region(Provider::Aws, Some("unknown"), &files), "");
    assert_eq!(region(Provider::Alibaba, None, &files), "cn-hangzhou");
    assert_eq!(region(Provider::Alibaba, Some("sts"), &files), "");
    assert_eq!(region(Provider::Huawei, None, &files), "");
    let files = files
        .variable("AWS_PROFILE", "region")
        .variable("ALIBABA_CLOUD_PROFILE", "sts")
        .variable("ALIBABA_CLOUD_REGION_ID", "eu-central-1");
    assert_eq!(region(Provider::Aws, None, &files), "us-east-1");
    assert_eq!(region(Provider::Aws, Some("audit"), &files), "eu-central-1");
    assert_eq!(region(Provider::Alibaba, None, &files), "eu-central-1");
    assert_eq!(region(Provider::Alibaba, Some("cur"), &files), "cn-hangzhou");
    let files = files.variable("AWS_DEFAULT_REGION", "ap-south-1");
    assert_eq!(region(Provider::Aws, Some("audit"), &files), "ap-south-1");
    assert_eq!(region(Provider::Aws, None, &files.variable("AWS_REGION", "sa-east-1")), "sa-east-1");
    for line in ["region = eu-central-1aws_secret_access_key = canary", "region = \n x", "region = EU"] {
        let joined = FakeEnvironment::default().file("~/.aws/config", &format!("[default]\n{line}\n"));
        assert_eq!(default_region(Provider::Aws, None, &joined), None, "{line}");
    }
    let broken = FakeEnvironment::default().file("~/.aws/config", "[").file("~/.aliyun/config.json", "{");
    for provider in Provider::ALL {
        assert_eq!(default_region(provider, None, &broken), None);
    }
}

#[test]
fn files_that_cannot_be_read_end_the_search() {
    for (provider, path, text, expected) in [
        (Provider::Aws, "~/.aws/credentials", "[default", "line 1 begins a section and has no `]`"),
        (Provider::Aws, "~/.aws/config", "x = 1", "line 1 stands before the first section"),
        (
            Provider::Alibaba,
            "~/.aliyun/config.json",
            "{\"current\":1}",
            "it is not of the documented form at line 1",
        ),
        (Provider::Alibaba, "~/.alibabacloud/credentials.ini", "[a]\nx", "line 2 has no `=`"),
        (Provider::Huawei, "~/.huaweicloud/credentials", "[a]\nx", "line 2 has no `=`"),
    ] {
        let name = path.replace("~/", "/fake/home/");
        let error = find(provider, None, &FakeEnvironment::default().file(path, text)).unwrap_err();
        assert_eq!(error.to_string(), format!("`{name}`: {expected}"));
        let forbidden = FakeEnvironment::default().broken_file(path, ErrorKind::PermissionDenied);
        for profile in [None, Some("x")] {
            let error = find(provider, profile, &forbidden).unwrap_err();
            assert_eq!(error.to_string(), format!("`{name}`: permission denied"));
        }
    }
}

#[test]
fn ids_that_hold_more_than_an_id() {
    for (provider, path, text, what) in [
        (
            Provider::Aws,
            "~/.aws/credentials",
            "[default]\naws_access_key_id = ID aws_secret_access_key = canary\naws_secret_access_key = s",
            "the profile `default`: the access key id",
        ),
        (
            Provider::Aws,
            "~/.aws/credentials",
            "[default]\naws_access_key_id = ID\naws_secret_access_key = s\naws_account_id = 1 canary",
            "the profile `default`: the account",
        ),
        (
            Provider::Huawei,
            "~/.huaweicloud/credentials",
            "[global]\nak = ID\nsk = s\ndomain_id = d/canary",
            "the section `global` of `/fake/home/.huaweicloud/credentials`: the domain id",
        ),
    ] {
        let error = find(provider, None, &FakeEnvironment::default().file(path, text)).unwrap_err();
        assert_eq!(error.to_string(), format!("{what} holds characters that none holds"));
    }
}

/// Texts that are nearly what is expected.
fn hostile() -> impl Strategy<Value = String> {
    let json = prop_oneof![
        Just(aws_answer("canary")),
        Just(alibaba_answer("canary")),
        Just(ALIYUN.replace("\"s\"", "\"canary\"")),
        Just(r#"{"credential":{"access":"I","secret":"canary","expires_at":"x"}}"#.to_owned()),
        Just(AWS_CREDENTIALS.replace("= s", "= canary")),
    ];
    let damaged = (json, any::<prop::sample::Index>(), any::<char>(), any::<bool>()).prop_map(
        |(text, at, with, cut)| {
            let mut characters: Vec<char> = text.chars().collect();
            let at = at.index(characters.len());
            if cut {
                characters.truncate(at);
            } else {
                characters[at] = with;
            }
            characters.into_iter().collect()
        },
    );
    prop_oneof![3 => damaged, 1 => any::<String>(), 1 => Just("[".repeat(100_000)), 1 => Just("[a]\n".repeat(1000))]
}

proptest! {
    #[test]
    fn hostile_files_and_answers_never_panic_and_are_never_repeated(text in hostile(), profile in any::<bool>()) {
        let environment = FakeEnvironment::default()
            .file("~/.aws/credentials", &text)
            .file("~/.aws/config", "[profile p]\ncredential_process = tool\n")
            .file("~/.aliyun/config.json", &text)
            .file("~/.alibabacloud/credentials.ini", &text)
            .file("~/.huaweicloud/credentials", &text)
            .program("tool", Ok(&text));
        let answers = FakeEnvironment::default()
            .reply(AWS_TOKEN, 200, &text)
            .reply(AWS_INSTANCE, 200, "r")
            .reply(&format!("{AWS_INSTANCE}r"), 200, &text)
            .reply(ALIBABA_TOKEN, 200, "t")
            .reply(ALIBABA_INSTANCE, 200, &text)
            .reply(HUAWEI_TOKEN, 200, "t")
            .reply(HUAWEI_KEY, 200, &text)
            .program("tool", Ok(&text))
            .file("~/.aws/config", "[default]\ncredential_process = tool\n");
        for provider in Provider::ALL {
            for environment in [&environment, &answers] {
                let said = match find(provider, profile.then_some("p"), environment) {
                    Ok(found) => format!("{found:?}"),
                    Err(error) => format!("{error} {error:?} {}", error.help()),
                };
                prop_assert!(!said.contains("canary"), "{}", said);
                let _ = default_region(provider, None, environment);
            }
        }
    }
}
