//! Credentials of Alibaba Cloud.

use super::*;

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
            "the profile `iniarn` of `/fake/home/.alibabacloud/credentials.ini`: a role to assume is not supported",
        ),
        (
            "typeless",
            "the profile `typeless` of `/fake/home/.alibabacloud/credentials.ini`: `type` is missing",
        ),
        (
            "curr",
            "there is no profile `curr` in `/fake/home/.aliyun/config.json` or \
             `/fake/home/.alibabacloud/credentials.ini`, did you mean `cur`?",
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
