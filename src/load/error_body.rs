//! Error responses that were saved in place of a payload.

use serde_json::value::RawValue;

use super::Members;
use super::recognise::{member, object};
use crate::source::printable;

/// Longest message that is passed on, in characters.
const MAX_MESSAGE: usize = 300;

/// An error response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorBody {
    /// The vendor's error code.
    pub code: Option<String>,
    /// The vendor's message.
    pub message: Option<String>,
    /// What it is, if it is no JSON: `an HTML page`.
    pub form: Option<&'static str>,
}

impl ErrorBody {
    fn new(code: Option<String>, message: Option<String>) -> Self {
        Self { code, message: message.map(|text| shortened(&text)), form: None }
    }

    /// What was found, in a sentence.
    pub fn in_words(&self) -> String {
        let mut words = self.form.map_or_else(
            || "an error response was saved".to_owned(),
            |form| format!("{form} was saved instead of a payload"),
        );
        if let Some(code) = &self.code {
            words.push_str(&format!(": `{}`", printable(code)));
        }
        if let Some(message) = &self.message {
            words.push_str(&format!(": {}", printable(message)));
        }
        words
    }

    /// What a person can do about it, by the kind of the code.
    pub fn help(&self) -> &'static str {
        let code = self.code.as_deref().unwrap_or_default().to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| code.contains(word));
        if says(&["throttl", "toomany", "limitexceed", "0308"]) {
            "the service asked to slow down: wait, and save the answer again"
        } else if says(&["denied", "permission", "forbidden", "unauthor", "0301", "0303", "signature"]) {
            "the caller may not make this call: mend credentials or permissions, and save the answer again"
        } else if says(&["notexist", "notfound", "invalidresource"]) {
            "what was asked for is not there: check the id and the region, and save the answer again"
        } else {
            "the call failed when this file was saved: mend the cause, and save the answer again"
        }
    }
}

/// Reads an object as an error response of one of the vendors; `None` where it is none.
pub fn error_response(members: &Members<'_>) -> Option<ErrorBody> {
    let text = |names: &[&str]| names.iter().find_map(|name| string(member(members, name)?));
    // AWS: the code may be qualified by a namespace, and followed by an address.
    if let Some(kind) = text(&["__type"]) {
        let name = kind.rsplit('#').next().unwrap_or_default();
        let name = name.split(':').next().unwrap_or_default();
        return Some(ErrorBody::new(Some(name.to_owned()), text(&["Message", "message"])));
    }
    // Huawei.
    let code = text(&["error_code", "errorCode"]);
    let message = text(&["error_msg", "errorMsg"]);
    if code.is_some() || message.is_some() {
        return Some(ErrorBody::new(code, message));
    }
    if member(members, "encoded_authorization_message").is_some() {
        return Some(ErrorBody::new(None, Some("authorization failed".to_owned())));
    }
    // Alibaba, and Huawei's other form.
    let code = text(&["Code", "code"]);
    let message = text(&["Message", "message", "Description", "Detail"]);
    let tagged =
        ["RequestId", "requestId", "HostId", "hostId"].iter().any(|name| member(members, name).is_some());
    if code.is_some() && (message.is_some() || tagged) {
        return Some(ErrorBody::new(code, message));
    }
    // A body around the error: `{"badRequest": {"code": …}}`, `{"Error": {"Code": …}}`.
    members.iter().find_map(|(_, value)| {
        let inner = object(value)?;
        let coded = ["code", "Code", "error_code", "errorCode"]
            .iter()
            .any(|name| member(&inner, name).and_then(string).is_some());
        if coded { error_response(&inner) } else { None }
    })
}

/// Reads a text that is no JSON as an error response: XML, HTML, or what a command line prints.
pub fn error_text(text: &str) -> Option<ErrorBody> {
    let text = text.trim_start();
    let lower: String = text.chars().take(256).collect::<String>().to_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        let message = between(text, "<title>", "</title>").or_else(|| between(text, "<h1>", "</h1>"));
        let body = ErrorBody::new(None, message);
        return Some(ErrorBody { form: Some("an HTML page"), ..body });
    }
    if text.starts_with('<') {
        return Some(xml_error(text));
    }
    // aws: An error occurred (Code) when calling the Name operation: message
    if let Some(rest) = text.strip_prefix("An error occurred (") {
        let (code, rest) = rest.split_once(')')?;
        let message = rest.split_once("operation: ").map(|(_, message)| message.trim().to_owned());
        let body = ErrorBody::new(Some(code.to_owned()), message);
        return Some(ErrorBody { form: Some("an error message of the AWS command line"), ..body });
    }
    // aliyun: ERROR: SDK.ServerError, then `ErrorCode: …` and `Message: …`
    if text.starts_with("ERROR:") {
        let line = |name: &str| {
            text.lines().find_map(|line| Some(line.trim().strip_prefix(name)?.trim().to_owned()))
        };
        let body = ErrorBody::new(line("ErrorCode:"), line("Message:"));
        return Some(ErrorBody { form: Some("an error message of the Alibaba command line"), ..body });
    }
    None
}

fn xml_error(text: &str) -> ErrorBody {
    let (mut code, mut message) = (None, None);
    if let Ok(document) = roxmltree::Document::parse(text) {
        let content = |names: [&str; 2]| {
            document
                .descendants()
                .find(|node| node.is_element() && names.contains(&node.tag_name().name()))
                .and_then(|node| node.text())
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        code = content(["Code", "code"]);
        message = content(["Message", "message"]);
    }
    ErrorBody { form: Some("XML"), ..ErrorBody::new(code, message) }
}

/// The text between two marks, whatever their case.
fn between(text: &str, open: &str, close: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find(open)? + open.len();
    let end = start + lower.get(start..)?.find(close)?;
    let inner = text.get(start..end)?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!inner.is_empty()).then_some(inner)
}

/// A string, or a number as its text: some codes are numbers.
fn string(value: &RawValue) -> Option<String> {
    let text = value.get();
    if text.starts_with('"') {
        return serde_json::from_str(text).ok();
    }
    text.starts_with(|c: char| c.is_ascii_digit()).then(|| text.to_owned())
}

fn shortened(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= MAX_MESSAGE {
        return text;
    }
    text.chars().take(MAX_MESSAGE).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Document;

    fn read(json: &str) -> Option<(Option<String>, Option<String>)> {
        let Document::Object(members) = serde_json::from_str(json).unwrap() else { panic!("an object") };
        error_response(&members).map(|error| (error.code, error.message))
    }

    fn said(code: &str, message: &str) -> (Option<String>, Option<String>) {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (text(code), text(message))
    }

    #[test]
    fn every_shape_of_the_vendors_is_read() {
        for (json, code, message) in [
            // AWS
            (r#"{"__type":"DoesNotExistException","Message":"gone"}"#, "DoesNotExistException", "gone"),
            (
                r#"{"__type":"com.amazonaws.ssm#InternalServerError:http://x","message":"m"}"#,
                "InternalServerError",
                "m",
            ),
            (r#"{"__type":"InvalidResourceId"}"#, "InvalidResourceId", ""),
            (
                r#"{"__type":"ThrottlingException","Message":"Rate exceeded","QuotaCode":"q"}"#,
                "ThrottlingException",
                "Rate exceeded",
            ),
            (
                r#"{"Error":{"Code":"AccessDenied","Message":"no"},"ResponseMetadata":{}}"#,
                "AccessDenied",
                "no",
            ),
            // Alibaba
            (
                r#"{"RequestId":"r","HostId":"h","Code":"NoPermission","Message":"caller has no permission"}"#,
                "NoPermission",
                "caller has no permission",
            ),
            (r#"{"RequestId":"r","Code":"ServerError"}"#, "ServerError", ""),
            (r#"{"code":"Forbidden.RAM","message":"m","requestId":"r"}"#, "Forbidden.RAM", "m"),
            // Huawei
            (r#"{"error_code":"COC.00000001","error_msg":"m"}"#, "COC.00000001", "m"),
            (r#"{"errorCode":"APIG.0301","errorMsg":"m"}"#, "APIG.0301", "m"),
            (r#"{"code":"c","message":"m"}"#, "c", "m"),
            (r#"{"badRequest":{"code":"c","message":"m"}}"#, "c", "m"),
            (r#"{"badRequest":{"code":400,"message":"m"}}"#, "400", "m"),
            (r#"{"encoded_authorization_message":"x","error_code":"c","error_msg":"m"}"#, "c", "m"),
        ] {
            assert_eq!(read(json), Some(said(code, message)), "{json}");
        }
    }

    #[test]
    fn other_objects_are_no_errors() {
        for json in ["{}", r#"{"message":"m"}"#, r#"{"code":"c"}"#, r#"{"a":{"message":"m"}}"#] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn other_forms_are_read() {
        let read = |text: &str| error_text(text).map(|e| (e.form, e.code, e.message));
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            read("<Error><RequestId/><HostId/><Code>Throttling</Code><Message>slow</Message></Error>"),
            Some((Some("XML"), text("Throttling"), text("slow")))
        );
        assert_eq!(
            read("<?xml version='1.0'?><Error><RequestId/><HostId/><Code/><Message/></Error>"),
            Some((Some("XML"), None, None))
        );
        assert_eq!(
            read("\n<!DOCTYPE html><html><head><TITLE>502\n Bad Gateway</TITLE>"),
            Some((Some("an HTML page"), None, text("502 Bad Gateway")))
        );
        assert_eq!(
            read(
                "An error occurred (AccessDeniedException) when calling the GetPatchBaseline operation: no\n"
            ),
            Some((
                Some("an error message of the AWS command line"),
                text("AccessDeniedException"),
                text("no")
            ))
        );
        assert_eq!(
            read("ERROR: SDK.ServerError\nErrorCode: NoPermission\nRequestId: x\nMessage: caller\n"),
            Some((
                Some("an error message of the Alibaba command line"),
                text("NoPermission"),
                text("caller")
            ))
        );
        assert_eq!(read("hello"), None);
        assert_eq!(read("<broken"), Some((Some("XML"), None, None)));
    }

    #[test]
    fn help_follows_the_kind_of_code() {
        let help = |code: &str| ErrorBody::new(Some(code.to_owned()), None).help();
        assert!(help("ThrottlingException").contains("slow down"));
        assert!(help("NoPermission").contains("permissions"));
        assert!(help("DoesNotExistException").contains("not there"));
        assert!(help("ServerError").contains("failed"));
    }
}
