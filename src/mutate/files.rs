//! Faults of whole files.

use schemars::JsonSchema;
use serde::Serialize;

use super::text::Original;
use crate::operation::{Operation, Paging};
use crate::source::json::JsonPath;

/// What is done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFault {
    /// An error response stands in its place.
    ErrorBody,
    /// It is cut off.
    CutOff,
    /// A page is missing.
    PageMissing,
    /// It holds no resource.
    Empty,
}

impl FileFault {
    /// As machines name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ErrorBody => "error_body",
            Self::CutOff => "cut_off",
            Self::PageMissing => "page_missing",
            Self::Empty => "empty",
        }
    }

    /// In words, after the name of a file.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::ErrorBody => "is an error response",
            Self::CutOff => "is cut off",
            Self::PageMissing => "lacks a page",
            Self::Empty => "holds no resource",
        }
    }
}

/// The text of a file with faults.
pub(super) fn faults(operation: Operation, text: &str) -> Vec<(FileFault, String)> {
    let mut faults = Vec::new();
    let bodies: &[&str] = match operation.provider() {
        "aws" => &[
            r#"{"__type": "AccessDeniedException", "Message": "not authorized"}"#,
            r#"{"__type": "ThrottlingException"}"#,
        ],
        "alibaba" => &[
            r#"{"RequestId": "A1", "HostId": "h", "Code": "NoPermission", "Message": "no permission"}"#,
            r#"{"Code": "Throttling.User", "Message": "slow down", "RequestId": "A1"}"#,
        ],
        _ => &[
            r#"{"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information"}"#,
            r#"{"error": {"code": "COC.0001", "message": "denied"}}"#,
        ],
    };
    faults.extend(bodies.iter().map(|body| (FileFault::ErrorBody, (*body).to_owned())));
    let solid = text.trim_end();
    let cuts = [solid.len() / 3, solid.len() / 2, solid.len() * 9 / 10, solid.len().saturating_sub(1)];
    for cut in cuts {
        if let Some(part) = solid.get(..cut).filter(|part| !part.trim().is_empty() && is_cut(solid, part)) {
            faults.push((FileFault::CutOff, part.to_owned()));
        }
    }
    // Only where the file is one payload: a page of several may well be the last.
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() && solid.starts_with('{') {
        faults.extend(pages(operation, text));
        let original = Original::new(text);
        let collection = operation.collection().and_then(|name| JsonPath::parse(name).ok());
        if let Some(value) = collection.and_then(|path| original.find(&path)) {
            faults.push((FileFault::Empty, original.replaced(value, "[]")));
        }
    }
    faults
}

/// Whether a value is open where the text was cut. Of lines, each is a value of its own.
fn is_cut(text: &str, part: &str) -> bool {
    !text.get(part.len()..).unwrap_or_default().trim_start_matches([' ', '\t', '\r']).starts_with('\n')
        || !text.starts_with('{')
        || serde_json::Deserializer::from_str(part)
            .into_iter::<serde_json::Value>()
            .any(|value| value.is_err())
}

/// The payload with more to come than there is.
fn pages(operation: Operation, text: &str) -> Vec<(FileFault, String)> {
    let original = Original::new(text);
    let fault = |path: &str, new: &str| {
        let value = original.find(&JsonPath::parse(path).ok()?)?;
        Some((FileFault::PageMissing, original.replaced(value, new)))
    };
    let found = match operation.paging() {
        Paging::Whole => None,
        Paging::Token => fault("NextToken", "\"AAAAprobity\""),
        Paging::Numbered => fault("PageInfo.TotalCount", "1000000"),
        Paging::Total => fault("count", "1000000"),
    };
    found.into_iter().collect()
}
