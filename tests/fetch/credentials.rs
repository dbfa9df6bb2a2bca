//! Where credentials are looked for, in which order, and what is said where there are none.

use std::io::ErrorKind;

use probity::fetch::credentials::{AskError, Credentials, CredentialsError, RunError, default_region, find};
use probity::fetch::provider::Provider;
use proptest::prelude::*;
use secrecy::ExposeSecret as _;

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
    let token = found.session_token.as_ref().map(|token| token.expose_secret());
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
    assert_eq!(found.source, "the section `basic` of `/home/me/.huaweicloud/credentials`");
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
fn a_profile_that_is_asked_for_is_all_that_is_looked_at() {
    let everything = || {
        aws_files()
            .variable("AWS_ACCESS_KEY_ID", "VARIABLE")
            .variable("AWS_SECRET_ACCESS_KEY", "s")
            .variable("AWS_PROFILE", "only config")
            .variable("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")
            .variable("AWS_ROLE_ARN", "arn")
            .variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x")
            .reply("GET http://169.254.170.2/x", 200, &aws_answer("CONTAINER"))
    };
    let environment = everything();
    let found = aws(Some("audit"), &environment).unwrap();
    assert_eq!(ids(&found), ("AUDIT", "s", Some("t")));
    assert_eq!(found.account.as_deref(), Some("123456789012"));
    assert_eq!(format!("{found:?}"), "credentials from the profile `audit`");
    assert_eq!(aws(Some("only config"), &everything()).unwrap().access_key_id, "ONLY");
    assert_eq!(aws(Some("default"), &everything()).unwrap().access_key_id, "DEFAULT");

    let error = aws(Some("audti"), &environment).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no profile `audti` in `/home/me/.aws/credentials` or `/home/me/.aws/config`, did you mean `audit`?"
    );
    for name in ["corporate", "sso-session corporate", "profile audit", ""] {
        assert!(matches!(aws(Some(name), &environment), Err(CredentialsError::Profile { .. })), "{name}");
    }
    let error = aws(Some("region"), &environment).unwrap_err();
    assert_eq!(error.to_string(), "the profile `region`: `aws_access_key_id` is missing");
    assert!(environment.seen().is_empty());
}

#[test]
fn a_profile_that_the_environment_chooses() {
    let chosen = |environment: FakeEnvironment| aws(None, &environment.variable("AWS_PROFILE", "audit"));
    assert_eq!(chosen(aws_files()).unwrap().access_key_id, "AUDIT");
    // As the AWS command line has it, and only `--profile` changes.
    let with_variables =
        aws_files().variable("AWS_ACCESS_KEY_ID", "VARIABLE").variable("AWS_SECRET_ACCESS_KEY", "s");
    assert_eq!(chosen(with_variables).unwrap().access_key_id, "VARIABLE");
    let error = chosen(FakeEnvironment::default()).unwrap_err();
    assert!(error.to_string().starts_with("there is no profile `audit` in `/home/me/.aws/credentials` or"));
    let elsewhere = FakeEnvironment::default()
        .variable("AWS_SHARED_CREDENTIALS_FILE", "~/other/c")
        .variable("AWS_CONFIG_FILE", "/etc/aws")
        .file("~/other/c", "[a]\naws_access_key_id=OTHER\naws_secret_access_key=s")
        .file("/etc/aws", "[profile b]\naws_access_key_id=ETC\naws_secret_access_key=s\nregion=r-1")
        .without_home();
    let elsewhere_error = aws(Some("c"), &elsewhere).unwrap_err();
    assert!(elsewhere_error.to_string().contains("`~/other/c` or `/etc/aws`"), "{elsewhere_error}");
    assert_eq!(aws(Some("b"), &elsewhere).unwrap().access_key_id, "ETC");

    let region_only = aws_files()
        .variable("AWS_PROFILE", "region")
        .variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/c")
        .variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer x")
        .reply("GET http://127.0.0.1:9/c", 200, &aws_answer("CONTAINER"));
    assert_eq!(aws(None, &region_only).unwrap().access_key_id, "CONTAINER");
    assert_eq!(
        region_only.seen(),
        ["GET http://127.0.0.1:9/c Accept=application/json Authorization=Bearer x"]
    );
}

#[test]
fn what_only_aws_tools_can_use_is_told_with_their_command() {
    for (settings, kind) in [
        ("role_arn = a\nsource_profile = default", "a role to assume"),
        ("role_arn = a\ncredential_source = Environment", "a role to assume"),
        ("role_arn = a\nweb_identity_token_file = /t", "a role by a web identity"),
        ("sso_session = corporate\nsso_account_id = 1", "a sign-in by SSO"),
        ("sso_start_url = https://x", "a sign-in by SSO"),
        ("login_session = arn", "a sign-in by `aws login`"),
    ] {
        let config = format!("[profile my audit]\n{settings}\n");
        let error =
            aws(Some("my audit"), &FakeEnvironment::default().file("~/.aws/config", &config)).unwrap_err();
        assert_eq!(error.to_string(), format!("the profile `my audit`: {kind} is not supported"));
        assert!(
            error.help().starts_with("`aws configure export-credentials --profile 'my audit' --format env`"),
            "{}",
            error.help()
        );
    }
    let environment = FakeEnvironment::default()
        .variable("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")
        .variable("AWS_ROLE_ARN", "arn");
    let error = aws(None, &environment).unwrap_err();
    assert!(matches!(error, CredentialsError::Unsupported { kind: "a web identity", .. }));
    assert!(error.help().contains("aws configure export-credentials --format env"));
}

#[test]
fn programs_give_credentials() {
    let with = |printed| {
        FakeEnvironment::default()
            .file(
                "~/.aws/config",
                "[profile p]\ncredential_process = \"/opt/my tool\" --x 'y z'\naws_account_id = 1\n",
            )
            .program("/opt/my tool|--x|y z", printed)
    };
    let found = aws(
        Some("p"),
        &with(Ok(
            r#"{"Version":1,"AccessKeyId":"ID","SecretAccessKey":"S","SessionToken":"T","Expiration":"2026-11-21T12:00:01Z","More":[]}"#,
        )),
    )
    .unwrap();
    assert_eq!(ids(&found), ("ID", "S", Some("T")));
    assert_eq!(found.account.as_deref(), Some("1"));
    let failure = |printed| aws(Some("p"), &with(printed)).unwrap_err().to_string();
    for (printed, expected) in [
        (Err(RunError::Start), "`credential_process`: the program cannot be started"),
        (Err(RunError::Code(3)), "`credential_process`: the program ended with exit code 3"),
        (
            Err(RunError::Time(std::time::Duration::from_secs(60))),
            "`credential_process`: the program did not end within 60 seconds",
        ),
        (Ok(""), "`credential_process`: what the program printed: it is no JSON at line 1"),
        (
            Ok("{\"Version\":1,\n\"AccessKeyId\":[\"canary\"]}"),
            "`credential_process`: what the program printed: it is not of the documented form at line 2",
        ),
        (
            Ok(r#"{"AccessKeyId":"ID","SecretAccessKey":"S"}"#),
            "`credential_process`: what the program printed is not of `Version` 1",
        ),
        (
            Ok(r#"{"Version":2,"AccessKeyId":"ID","SecretAccessKey":"S"}"#),
            "`credential_process`: what the program printed is not of `Version` 1",
        ),
        (Ok(r#"{"Version":1,"AccessKeyId":"ID"}"#), "`SecretAccessKey` is missing"),
        (Ok(r#"{"Version":1,"AccessKeyId":"","SecretAccessKey":"S"}"#), "`AccessKeyId` is missing"),
        (
            Ok(r#"{"Version":1,"AccessKeyId":"ID","SecretAccessKey":"S","Expiration":"soon"}"#),
            "the time at which the credentials expire is no RFC 3339 time",
        ),
        (
            Ok(
                r#"{"Version":1,"AccessKeyId":"ID","SecretAccessKey":"S","Expiration":"2026-11-21T12:00:00Z"}"#,
            ),
            "the credentials expired at 2026-11-21T12:00:00Z",
        ),
    ] {
        assert_eq!(failure(printed), format!("the profile `p`: {expected}"));
    }
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
         `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`: not set; `/home/me/.aws/credentials` and \
         `/home/me/.aws/config`: no profile `default`; `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`: not set; the metadata of \
         this instance: there is no connection"
    );
    let error = alibaba(None, &FakeEnvironment::default()).unwrap_err();
    assert!(error.help().contains("`/home/me/.aliyun/config.json`: no credentials"), "{}", error.help());
    let error = huawei(None, &FakeEnvironment::default()).unwrap_err();
    assert!(error.help().contains("`/home/me/.huaweicloud/credentials`: not there"), "{}", error.help());
    for provider in Provider::ALL {
        let error = find(provider, None, &FakeEnvironment::default().without_home()).unwrap_err();
        assert!(matches!(error, CredentialsError::None { .. }), "{error}");
        let error = find(provider, Some("x"), &FakeEnvironment::default().without_home()).unwrap_err();
        assert!(matches!(error, CredentialsError::Profile { .. }), "{error}");
    }
}

#[test]
fn metadata_of_aws_by_version_2_only() {
    let with_role = |role: &str| {
        FakeEnvironment::default().reply(AWS_TOKEN, 200, "imds-token").reply(AWS_INSTANCE, 200, role)
    };
    let environment =
        with_role("my-role\n").reply(&format!("{AWS_INSTANCE}my-role"), 200, &aws_answer("INSTANCE"));
    let found = aws(None, &environment).unwrap();
    assert_eq!(ids(&found), ("INSTANCE", "INSTANCE-secret", Some("INSTANCE-token")));
    assert_eq!(
        environment.seen(),
        [
            format!("{AWS_TOKEN} X-aws-ec2-metadata-token-ttl-seconds=21600"),
            format!("{AWS_INSTANCE} X-aws-ec2-metadata-token=imds-token"),
            format!("{AWS_INSTANCE}my-role X-aws-ec2-metadata-token=imds-token"),
        ]
    );
    for (environment, expected) in [
        (FakeEnvironment::default().reply(AWS_TOKEN, 403, ""), "it gave no token, but status 403"),
        (FakeEnvironment::default().no_reply(AWS_TOKEN, AskError::Time), "there was no answer in time"),
        (FakeEnvironment::default().reply(AWS_TOKEN, 200, "a\r\nb"), "its token cannot be sent"),
        (
            FakeEnvironment::default().reply(AWS_TOKEN, 200, "t").reply(AWS_INSTANCE, 404, ""),
            "no role is attached to the instance",
        ),
        (with_role("<html>"), "what it named cannot be a role"),
        (with_role("../../user-data"), "what it named cannot be a role"),
        (with_role("r").variable("AWS_EC2_METADATA_DISABLED", "True"), "`AWS_EC2_METADATA_DISABLED` is set"),
    ] {
        let error = aws(None, &environment).unwrap_err();
        assert!(
            error.help().ends_with(&format!("the metadata of this instance: {expected}")),
            "{}",
            error.help()
        );
        assert!(environment.seen().len() <= 2);
    }
    let failed = r#"{"Code":"Failed","Message":"canary"}"#;
    for (status, body, expected) in [
        (500, "", "it gave no credentials, but status 500"),
        (200, "<html>", "its answer: it is no JSON at line 1"),
        (200, failed, "it says that it could not get credentials"),
    ] {
        let error = aws(None, &with_role("r").reply(&format!("{AWS_INSTANCE}r"), status, body)).unwrap_err();
        assert_eq!(error.to_string(), format!("the metadata of this instance: {expected}"));
    }
    let by_six = FakeEnvironment::default()
        .variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6")
        .reply("PUT http://[fd00:ec2::254]/latest/api/token", 200, "t")
        .reply("GET http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/", 200, "r")
        .reply(
            "GET http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/r",
            200,
            &aws_answer("SIX"),
        );
    assert_eq!(aws(None, &by_six).unwrap().access_key_id, "SIX");
    let elsewhere =
        FakeEnvironment::default().variable("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://evil.example");
    assert!(matches!(aws(None, &elsewhere), Err(CredentialsError::Unusable { .. })));
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn services_of_containers() {
    let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    let eks = FakeEnvironment::default()
        .variable(full, "http://169.254.170.23/v1/credentials")
        .variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/token")
        .variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "not this")
        .file("/var/token", "eyJ.token\n")
        .reply("GET http://169.254.170.23/v1/credentials", 200, &aws_answer("EKS"));
    assert_eq!(aws(None, &eks).unwrap().access_key_id, "EKS");
    assert_eq!(
        eks.seen(),
        ["GET http://169.254.170.23/v1/credentials Accept=application/json Authorization=eyJ.token"]
    );
    // One that is told of has to answer: the instance's role is somebody else.
    let silent = FakeEnvironment::default()
        .variable(relative, "/x")
        .reply(AWS_TOKEN, 200, "t")
        .reply(AWS_INSTANCE, 200, "r")
        .reply(&format!("{AWS_INSTANCE}r"), 200, &aws_answer("INSTANCE"));
    let error = aws(None, &silent).unwrap_err();
    assert_eq!(error.to_string(), "the credentials service of this container: there is no connection");
    for (variable, value) in [
        (full, "http://evil.example/"),
        (full, "http://169.254.169.254/latest"),
        (full, "file:///etc/passwd"),
        (relative, "@evil.example/"),
        (relative, "https://evil.example/"),
        (relative, "/x\r\nHost: evil"),
    ] {
        let environment = FakeEnvironment::default().variable(variable, value);
        let error = aws(None, &environment).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the variable `{variable}`: credentials are not asked for at that address"),
            "{value}"
        );
        assert!(environment.seen().is_empty());
    }
    for token in ["canary\nx", "canary-ü"] {
        let environment = FakeEnvironment::default()
            .variable(relative, "/x")
            .variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", token);
        assert!(aws(None, &environment).unwrap_err().to_string().contains("no header may hold"));
    }
    let no_file = FakeEnvironment::default()
        .variable(relative, "/x")
        .variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/token");
    assert_eq!(aws(None, &no_file).unwrap_err().to_string(), "`/var/token`: entity not found");
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
fn profiles_of_alibaba() {
    let files = || {
        FakeEnvironment::default().file("~/.aliyun/config.json", ALIYUN).file(
            "~/.alibabacloud/credentials.ini",
            "[ini]\ntype = access_key # plain\naccess_key_id = INI\naccess_key_secret = s\n[sso]\ntype = access_key\n\
             access_key_id = NO\naccess_key_secret = s\n[iniecs]\ntype = ecs_ram_role\n[iniarn]\ntype = ram_role_arn\n\
             [typeless]\naccess_key_id = NO\n",
        )
    };
    assert_eq!(ids(&alibaba(None, &files()).unwrap()), ("CUR", "s", None));
    assert_eq!(ids(&alibaba(Some("sts"), &files()).unwrap()), ("STS", "s", Some("t")));
    assert_eq!(ids(&alibaba(Some("ini"), &files()).unwrap()), ("INI", "s", None));
    let chosen = files().variable("ALIBABA_CLOUD_PROFILE", "sts");
    assert_eq!(alibaba(None, &chosen).unwrap().access_key_id, "STS");
    assert_eq!(alibaba(Some("ini"), &chosen).unwrap().access_key_id, "INI");
    let disabled = files().variable("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true");
    assert!(matches!(alibaba(None, &disabled), Err(CredentialsError::None { .. })));
    assert_eq!(alibaba(Some("cur"), &disabled).unwrap().access_key_id, "CUR");

    let on_instance = |role: &str| {
        files().reply(ALIBABA_TOKEN, 200, "t").reply(
            &format!("{ALIBABA_INSTANCE}{role}"),
            200,
            &alibaba_answer("INSTANCE"),
        )
    };
    assert_eq!(alibaba(Some("ecs"), &on_instance("my-role")).unwrap().access_key_id, "INSTANCE");
    let by_variable = on_instance("other").variable("ALIBABA_CLOUD_ECS_METADATA", "other");
    assert_eq!(alibaba(Some("iniecs"), &by_variable).unwrap().access_key_id, "INSTANCE");
    let error = alibaba(Some("ecs"), &files()).unwrap_err();
    assert!(error.to_string().contains("it stands for a role of this instance"), "{error}");

    for (name, expected) in [
        ("role", "the profile `role` of `aliyun`: a role to assume is not supported"),
        ("sso", "the profile `sso` of `aliyun`: a sign-in by CloudSSO is not supported"),
        ("new", "the profile `new` of `aliyun`: its mode is not supported"),
        ("half", "the profile `half` of `aliyun`: `sts_token` is missing"),
        ("empty", "the profile `empty`: `access_key_id` is missing"),
        ("nothing", "the profile `nothing`: `access_key_id` is missing"),
        (
            "iniarn",
            "the profile `iniarn` of `/home/me/.alibabacloud/credentials.ini`: a role to assume is not supported",
        ),
        ("typeless", "the profile `typeless` of `/home/me/.alibabacloud/credentials.ini`: `type` is missing"),
        (
            "curr",
            "there is no profile `curr` in `/home/me/.aliyun/config.json` or \
             `/home/me/.alibabacloud/credentials.ini`, did you mean `cur`?",
        ),
    ] {
        let environment = files();
        assert_eq!(alibaba(Some(name), &environment).unwrap_err().to_string(), expected);
        assert!(environment.seen().is_empty());
    }
    let help = alibaba(Some("role"), &files()).unwrap_err().help();
    assert!(
        help.contains("aliyun sts AssumeRole") && help.contains("ALIBABA_CLOUD_SECURITY_TOKEN"),
        "{help}"
    );
    let oidc = files()
        .variable("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/t")
        .variable("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "p")
        .variable("ALIBABA_CLOUD_ROLE_ARN", "r");
    assert!(matches!(alibaba(None, &oidc), Err(CredentialsError::Unsupported { .. })));
    assert_eq!(alibaba(Some("cur"), &oidc).unwrap().access_key_id, "CUR");
    // Before it is configured.
    let fresh = FakeEnvironment::default().file(
        "~/.aliyun/config.json",
        r#"{"current":"default","profiles":[{"name":"default","mode":"AK","access_key_id":"","access_key_secret":""}]}"#,
    );
    assert!(matches!(alibaba(None, &fresh), Err(CredentialsError::None { .. })));
    let disabled = on_instance("r")
        .variable("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
        .variable("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true");
    assert!(
        alibaba(None, &disabled).unwrap_err().help().contains("`ALIBABA_CLOUD_ECS_METADATA_DISABLED` is set")
    );
    for uri in ["http://evil.example/", "ftp://localhost/"] {
        let environment = FakeEnvironment::default().variable("ALIBABA_CLOUD_CREDENTIALS_URI", uri);
        assert!(matches!(alibaba(None, &environment), Err(CredentialsError::Unusable { .. })));
    }
}

#[test]
fn sections_of_huawei() {
    let text = "[basic]\nak = B\nsk = s\n[other]\nak = O\nsk = s\ndomain_id = d\n[half]\nak = H\n\
                [federated]\nidp_id = i\nid_token_file = f\n";
    let files = || FakeEnvironment::default().file("~/.huaweicloud/credentials", text);
    assert_eq!(huawei(None, &files()).unwrap().access_key_id, "B");
    let found = huawei(Some("other"), &files()).unwrap();
    assert_eq!((found.access_key_id.as_str(), found.domain_id.as_deref()), ("O", Some("d")));
    let with_variables = || files().variable("HUAWEICLOUD_SDK_AK", "V").variable("HUAWEICLOUD_SDK_SK", "s");
    assert_eq!(huawei(None, &with_variables()).unwrap().access_key_id, "V");
    assert_eq!(huawei(Some("other"), &with_variables()).unwrap().access_key_id, "O");
    for (name, expected) in [
        ("half", "the section `half` of `/home/me/.huaweicloud/credentials`: `sk` is missing"),
        (
            "federated",
            "the section `federated` of `/home/me/.huaweicloud/credentials`: a federated sign-in is not supported",
        ),
        ("othr", "there is no profile `othr` in `/home/me/.huaweicloud/credentials`, did you mean `other`?"),
    ] {
        assert_eq!(huawei(Some(name), &files()).unwrap_err().to_string(), expected);
    }
    let elsewhere = FakeEnvironment::default()
        .variable("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/etc/hw")
        .file("/etc/hw", "[global]\nak=E\nsk=s");
    assert_eq!(huawei(None, &elsewhere).unwrap().access_key_id, "E");
    for pair in [
        ["HUAWEICLOUD_SDK_IDP_ID", "HUAWEICLOUD_SDK_ID_TOKEN_FILE"],
        ["HUAWEICLOUD_OIDC_PROVIDER_URN", "HUAWEICLOUD_OIDC_AGENCY_URN"],
    ] {
        let environment = with_variables().variable(pair[0], "x").variable(pair[1], "y");
        assert!(matches!(huawei(None, &environment), Err(CredentialsError::Unsupported { .. })));
        assert_eq!(huawei(Some("other"), &environment).unwrap().access_key_id, "O");
    }
    let pod = FakeEnvironment::default().variable("HC_CONTAINER_CREDENTIALS_FULL_URI", "https://x");
    assert!(matches!(huawei(None, &pod), Err(CredentialsError::Unsupported { .. })));
}

#[test]
fn metadata_of_huawei() {
    let key = r#"{"credential":{"access":"I","secret":"s","securitytoken":"t","expires_at":"2026-11-22T10:00:00.123000Z"}}"#;
    let environment = FakeEnvironment::default()
        .reply(HUAWEI_TOKEN, 200, "mt")
        .reply(HUAWEI_KEY, 200, key)
        .variable("HUAWEICLOUD_SDK_DOMAIN_ID", "d");
    let found = huawei(None, &environment).unwrap();
    assert_eq!(ids(&found), ("I", "s", Some("t")));
    assert_eq!(found.domain_id.as_deref(), Some("d"));
    assert_eq!(
        environment.seen(),
        [
            format!("{HUAWEI_TOKEN} X-Metadata-Token-Ttl-Seconds=21600"),
            format!("{HUAWEI_KEY} X-Metadata-Token=mt"),
        ]
    );
    let without_token = FakeEnvironment::default().reply(HUAWEI_TOKEN, 405, "").reply(HUAWEI_KEY, 200, key);
    assert_eq!(huawei(None, &without_token).unwrap().access_key_id, "I");
    assert_eq!(without_token.seen()[1], HUAWEI_KEY);
    for (token, status, body, expected) in [
        (500, 200, key, "it gave no token, but status 500"),
        (200, 401, "", "it gave status 401, as it does where no agency is set"),
        (200, 200, "{}", "the metadata of this instance: `credential` is missing"),
        (200, 200, r#"{"credential":{"access":"I"}}"#, "the metadata of this instance: `secret` is missing"),
        (200, 200, "[]", "it is not of the documented form at line 1"),
    ] {
        let environment =
            FakeEnvironment::default().reply(HUAWEI_TOKEN, token, "t").reply(HUAWEI_KEY, status, body);
        let error = huawei(None, &environment).unwrap_err();
        assert!(format!("{error} {}", error.help()).contains(expected), "{error} {}", error.help());
    }
}

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
        let name = path.replace("~/", "/home/me/");
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
            "the section `global` of `/home/me/.huaweicloud/credentials`: the domain id",
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
