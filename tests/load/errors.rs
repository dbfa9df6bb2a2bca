//! Error responses that were saved in place of an answer, in every shape of the three vendors.

use super::{counts, findings, load, load_stdin, message_of, nodes, problems, told};
use crate::support::{CLOCK, Folder, probity_with, sample};

/// Bodies as they come over the wire, with the code and the message that have to be passed on.
///
/// The shapes are those of the vendors' documents and SDKs; some have no message, or no code.
const BODIES: &[(&str, &str, &str)] = &[
    // AWS.
    (r#"{"__type": "DoesNotExistException", "Message": "is gone"}"#, "`DoesNotExistException`", "is gone"),
    (
        r#"{"__type": "com.amazonaws.ssm#InternalServerError:http://x", "message": "broke"}"#,
        "`InternalServerError`",
        "broke",
    ),
    (r#"{"__type": "InvalidResourceId"}"#, "`InvalidResourceId`", ""),
    (
        r#"{"__type": "ThrottlingException", "Message": "Rate exceeded", "QuotaCode": "L-1", "ServiceCode": "ssm"}"#,
        "`ThrottlingException`",
        "Rate exceeded",
    ),
    (
        r#"{"__type": "ParameterNotFound", "message": "Parameter nope not found.", "Message": "Parameter nope not found."}"#,
        "`ParameterNotFound`",
        "Parameter nope not found.",
    ),
    // What `str(error.response)` of boto3 holds.
    (
        r#"{"Error": {"Message": "not allowed", "Code": "AccessDeniedException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}"#,
        "`AccessDeniedException`",
        "not allowed",
    ),
    // Alibaba Cloud.
    (
        r#"{"RequestId": "r", "HostId": "tds.cn-shanghai.aliyuncs.com", "Code": "NoPermission",
            "Message": "caller has no permission", "Recommend": "https://api.aliyun.com/troubleshoot?q=x"}"#,
        "`NoPermission`",
        "caller has no permission",
    ),
    (
        r#"{"RequestId": "r", "HostId": "h", "Code": "Forbidden.RAM", "Message": "denied", "Recommend": "u",
            "AccessDeniedDetail": {"AuthAction": "a", "AuthPrincipalType": "t", "EncodedDiagnosticMessage": "e",
            "NoPermissionType": "n", "PolicyType": "p"}}"#,
        "`Forbidden.RAM`",
        "denied",
    ),
    (
        r#"{"RequestId": "r", "Code": "ServerError", "Message": "ServerError"}"#,
        "`ServerError`",
        "ServerError",
    ),
    (
        r#"{"code": "Throttling.User", "message": "too fast", "requestId": "r"}"#,
        "`Throttling.User`",
        "too fast",
    ),
    (r#"{"Code": "Forbidden", "Description": "described", "RequestId": "r"}"#, "`Forbidden`", "described"),
    (r#"{"Code": "Forbidden", "Detail": "in detail", "RequestId": "r"}"#, "`Forbidden`", "in detail"),
    (r#"{"Code": "Forbidden", "RequestId": "r"}"#, "`Forbidden`", ""),
    // Huawei Cloud.
    (r#"{"error_code": "COC.00000001", "error_msg": "system error"}"#, "`COC.00000001`", "system error"),
    (
        r#"{"error_msg": "Incorrect IAM authentication information: verify aksk signature fail",
            "error_code": "APIG.0301", "request_id": "r"}"#,
        "`APIG.0301`",
        "verify aksk signature fail",
    ),
    (
        r#"{"error_msg": "The throttling threshold has been reached: policy user over ratelimit,limit:XX,time:1 second",
            "error_code": "APIG.0308", "request_id": "r"}"#,
        "`APIG.0308`",
        "policy user over ratelimit",
    ),
    (r#"{"errorCode": "APIGW.0101", "errorMsg": "no such API"}"#, "`APIGW.0101`", "no such API"),
    (r#"{"code": "CCE.01", "message": "wrong"}"#, "`CCE.01`", "wrong"),
    (r#"{"badRequest": {"code": "ECS.01", "message": "bad"}}"#, "`ECS.01`", "bad"),
    (
        r#"{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}"#,
        "`401`",
        "requires authentication",
    ),
    (
        r#"{"encoded_authorization_message": "e", "error_code": "PAP.0001", "error_msg": "denied by policy"}"#,
        "`PAP.0001`",
        "denied by policy",
    ),
    (r#"{"encoded_authorization_message": "e"}"#, "", "authorization failed"),
];

/// The same as texts that are no JSON.
const TEXTS: &[(&str, &str, &str)] = &[
    ("<Error><RequestId/><HostId/><Code/><Message/></Error>", "XML", ""),
    (
        "<?xml version='1.0' encoding='UTF-8'?>\n<Error><RequestId>r</RequestId><HostId>h</HostId>\n\
         <Code>Throttling</Code><Message>too fast</Message></Error>",
        "Throttling",
        "too fast",
    ),
    (
        "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>old</Message></Error></ErrorResponse>",
        "ExpiredToken",
        "old",
    ),
    ("<Error><Code>cut off", "XML", ""),
    (
        "<!DOCTYPE html>\n<html><head><title>504 Gateway Time-out</title></head></html>",
        "HTML",
        "504 Gateway Time-out",
    ),
    ("<HTML><BODY><H1>403 Forbidden</H1></BODY></HTML>", "HTML", "403 Forbidden"),
    ("<html>", "HTML", ""),
    (
        "\nAn error occurred (AccessDeniedException) when calling the GetPatchBaseline operation: not allowed\n",
        "AccessDeniedException",
        "not allowed",
    ),
    (
        "ERROR: SDK.ServerError\nErrorCode: NoPermission\nRecommend: https://x\nRequestId: r\nMessage: no permission\n",
        "NoPermission",
        "no permission",
    ),
];

#[test]
fn every_error_body_is_told_with_its_code_and_message() {
    for (body, code, message) in BODIES {
        let outcome = load_stdin(&[], body.as_bytes());
        assert_eq!(told(&outcome), ["payload.error_body 1:1"], "{body}");
        let said = message_of(&outcome, "payload.error_body");
        assert!(said.contains(code) && said.contains(message), "{body}: {said}");
        assert_eq!((outcome.code, counts(&outcome)), (2, (0, 0)), "{body}");
        assert!(outcome.json()["diagnostics"][0]["help"].is_string(), "{body}");
    }
}

#[test]
fn every_error_text_is_told_with_its_code_and_message() {
    for (text, code, message) in TEXTS {
        let outcome = load_stdin(&[], text.as_bytes());
        // The command line of AWS begins with an empty line.
        let line = if text.starts_with('\n') { 2 } else { 1 };
        assert_eq!(told(&outcome), [format!("payload.error_body {line}:1")], "{text}");
        let said = message_of(&outcome, "payload.error_body");
        assert!(said.contains(code) && said.contains(message), "{text}: {said}");
        assert_eq!((outcome.code, counts(&outcome)), (2, (0, 0)), "{text}");
    }
}

#[test]
fn the_namespace_and_the_address_around_a_code_are_left_out() {
    let outcome = load_stdin(&[], BODIES[1].0.as_bytes());
    let said = message_of(&outcome, "payload.error_body");
    assert!(!said.contains("com.amazonaws") && !said.contains("http://x"), "{said}");
}

#[test]
fn an_error_body_stays_one_when_an_operation_is_given() {
    for operation in ["GetPatchBaseline", "ListInstancePatchStates"] {
        for (body, ..) in BODIES {
            let arguments = ["inspect", "-", "--format", "json", "--as", operation];
            let outcome = probity_with(&arguments, body.as_bytes());
            assert_eq!(problems(&outcome), ["payload.error_body 1:1"], "{operation} {body}");
        }
    }
}

#[test]
fn an_error_among_the_lines_does_not_hide_the_others() {
    let bad = nodes(1, &["b"]).replace("\"g\"", "null");
    let text = format!("{}\n  {}\n{bad}\n", nodes(1, &["a"]), BODIES[0].0);
    let outcome = load_stdin(&[], text.as_bytes());
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.error_body 2:3".to_owned()], 2));
    assert_eq!(findings(&outcome), ["fail b 3:46 /instance_compliant/0/group"]);
}

#[test]
fn an_error_among_the_pages_is_told_where_it_stands() {
    let text = format!("[{},\n {}]", nodes(1, &["a"]), BODIES[0].0);
    let outcome = load_stdin(&[], text.as_bytes());
    assert_eq!((told(&outcome), counts(&outcome)), (vec!["payload.error_body 2:2".to_owned()], (1, 1)));
}

#[test]
fn an_error_in_a_folder_does_not_hide_the_other_files() {
    let folder = Folder::new();
    folder.file("a.json", nodes(1, &["a"]));
    folder.file("b.json", TEXTS[4].0);
    folder.file("c.json", nodes(1, &["c"]).replace("\"g\"", "null"));
    let outcome = load(&[&folder.text()]);
    assert_eq!((outcome.codes(), outcome.code), (vec!["payload.error_body".to_owned()], 2));
    assert_eq!((findings(&outcome).len(), counts(&outcome)), (1, (2, 2)));
}

#[test]
fn the_samples_of_errors_are_errors() {
    for name in [
        "aws-access-denied",
        "aws-throttling",
        "alibaba-no-permission",
        "huawei-signature",
        "gateway-timeout",
    ] {
        let outcome = load_stdin(&[], sample(&format!("errors/{name}.json")).as_bytes());
        assert_eq!((told(&outcome), outcome.code), (vec!["payload.error_body 1:1".to_owned()], 2), "{name}");
    }
}

#[test]
fn objects_that_only_resemble_errors_are_none() {
    for body in [
        r#"{"message": "hello"}"#,
        r#"{"code": "x"}"#,
        r#"{"Code": {"a": 1}, "Message": "m"}"#,
        r#"{"error": "text"}"#,
    ] {
        let outcome = load_stdin(&[], body.as_bytes());
        assert_eq!(told(&outcome), ["payload.unrecognised 1:1"], "{body}");
    }
}

#[test]
fn text_of_any_other_kind_is_malformed() {
    for (text, at) in [
        ("hello\n", "1:1"),
        ("\n\n  Unable to locate credentials.", "3:3"),
        ("'a': 1", "1:1"),
        ("nul", "1:4"),
        ("-", "1:2"),
        ("\u{0}", "1:1"),
    ] {
        let outcome = load_stdin(&[], text.as_bytes());
        assert_eq!((told(&outcome), outcome.code), (vec![format!("payload.malformed {at}")], 2), "{text:?}");
    }
}

#[test]
fn an_error_never_speaks_to_the_terminal_and_is_never_long() {
    let text = format!(
        r#"{{"__type": "\u001b[31mX\u0007", "Message": "\u001b]0;title\u0007{}"}}"#,
        "é".repeat(100_000)
    );
    let outcome = load_stdin(&[], text.as_bytes());
    assert!(message_of(&outcome, "payload.error_body").len() < 2000);
    let pretty = probity_with(&["check", "-", "--at", CLOCK], text.as_bytes());
    for said in [pretty.stdout, pretty.stderr, message_of(&outcome, "payload.error_body")] {
        assert!(!said.contains(['\u{1b}', '\u{7}']), "{said:?}");
    }
}

#[test]
fn entities_of_an_xml_error_are_not_unfolded() {
    let bomb = "<!DOCTYPE e [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><Error><Code>&c;</Code></Error>";
    let outcome = load_stdin(&[], bomb.as_bytes());
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.error_body 1:1".to_owned()], 2));
    assert!(message_of(&outcome, "payload.error_body").len() < 500);
}
