//! Credentials of AWS.

use super::*;

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
        "there is no profile `audti` in `/fake/home/.aws/credentials` or `/fake/home/.aws/config`, did you mean `audit`?"
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
    assert!(error.to_string().starts_with("there is no profile `audit` in `/fake/home/.aws/credentials` or"));
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
            Err(RunError::Time(std::time::Duration::from_mins(1))),
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
