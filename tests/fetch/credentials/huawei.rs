//! Credentials of Huawei Cloud.

use super::*;

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
        ("half", "the section `half` of `/fake/home/.huaweicloud/credentials`: `sk` is missing"),
        (
            "federated",
            "the section `federated` of `/fake/home/.huaweicloud/credentials`: a federated sign-in is not supported",
        ),
        (
            "othr",
            "there is no profile `othr` in `/fake/home/.huaweicloud/credentials`, did you mean `other`?",
        ),
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
