//! What a page says: its resources, how many there are, which page comes next.

use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::calls::{Call, Paging, Rows};
use crate::load::{Document, ErrorBody, Members, error_response, error_text};

/// Texts that stand where there is no token.
const NO_TOKENS: [&str; 3] = ["", "-", "null"];

/// A page, as far as paging needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// Resources.
    pub(super) rows: u64,
    /// Their ids, where they have one each.
    pub(super) ids: Vec<String>,
    /// A digest of all resources.
    pub(super) digest: [u8; 32],
    /// The token of the next page.
    pub(super) token: Option<String>,
    /// Resources that there are, as stated.
    pub(super) total: Option<u64>,
    /// Resources on the page, as stated.
    pub(super) count: Option<u64>,
}

/// Why an answer is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misread {
    /// It is an error, though its status does not say so.
    Error(ErrorBody),
    /// It is something else, in words.
    Other(String),
}

/// Reads an answer whose status says that it is one.
pub(super) fn read(call: &Call, body: &[u8]) -> Result<Reading, Misread> {
    let text = std::str::from_utf8(body).map_err(|_| Misread::Other("no UTF-8".to_owned()))?;
    let members = match serde_json::from_str::<Document<'_>>(text) {
        Ok(Document::Object(members)) => members,
        Ok(_) => return Err(Misread::Other("JSON, but no object".to_owned())),
        Err(error) => {
            return Err(match error_text(text) {
                Some(error) => Misread::Error(error),
                None if text.trim().is_empty() => Misread::Other("nothing".to_owned()),
                None => Misread::Other(format!("no JSON: {error}")),
            });
        }
    };
    let is_error = |reading| match error_response(&members) {
        Some(error) => Misread::Error(error),
        None => Misread::Other(reading),
    };
    let mut reading = Reading::default();
    match call.paging {
        Paging::Whole => {}
        Paging::Token { token } => {
            reading.token =
                member(&members, token).and_then(text_of).filter(|token| !NO_TOKENS.contains(&token.trim()));
        }
        Paging::Numbered { total, count, .. } => {
            reading.total = number(&members, total);
            reading.count = number(&members, count);
        }
        Paging::Offset { total, .. } => reading.total = number(&members, total),
    }
    match call.rows {
        Rows::Whole(mark) => {
            if member(&members, mark).is_none() {
                return Err(is_error(format!("JSON without `{mark}`")));
            }
            reading.rows = 1;
        }
        Rows::List { name, id } => {
            let rows = match member(&members, name) {
                Some(array) => rows(array).ok_or_else(|| is_error(format!("`{name}` is no array")))?,
                // Where there is nothing to list, the list may be left out.
                None if reading.total == Some(0) => Vec::new(),
                None => return Err(is_error(format!("JSON without `{name}`"))),
            };
            reading.rows = rows.len() as u64;
            let mut digest = Sha256::new();
            for row in &rows {
                digest.update(row.get());
                digest.update([0]);
            }
            reading.digest = digest.finalize().into();
            if let Some(id) = id {
                reading.ids = rows.iter().filter_map(|row| id_of(row, id)).collect();
            }
        }
    }
    Ok(reading)
}

fn member<'a>(members: &Members<'a>, name: &str) -> Option<&'a RawValue> {
    members.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
}

fn text_of(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// The elements of an array; none where null stands for it.
fn rows(array: &RawValue) -> Option<Vec<&RawValue>> {
    match serde_json::from_str::<Option<Vec<&RawValue>>>(array.get()) {
        Ok(rows) => Some(rows.unwrap_or_default()),
        Err(_) => None,
    }
}

fn id_of(row: &RawValue, name: &str) -> Option<String> {
    let Document::Object(members) = serde_json::from_str(row.get()).ok()? else { return None };
    // A masked id is no id.
    text_of(member(&members, name)?).filter(|id| !id.is_empty() && !id.contains('*'))
}

/// A count at a path; in digits it may be a text, too.
fn number(members: &Members<'_>, path: &[&str]) -> Option<u64> {
    let (first, rest) = path.split_first()?;
    let mut value = member(members, first)?;
    for name in rest {
        let Document::Object(inner) = serde_json::from_str(value.get()).ok()? else { return None };
        value = member(&inner, name)?;
    }
    let text = value.get();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(name: &str, body: &str) -> Result<Reading, Misread> {
        read(Call::find(name).unwrap(), body.as_bytes())
    }

    #[test]
    fn placeholders_are_no_tokens() {
        for token in [r#""-""#, r#""""#, "null", r#""null""#, r#"" ""#] {
            let body = format!(r#"{{"InstancePatchStates":[],"NextToken":{token}}}"#);
            assert_eq!(reading("ListInstancePatchStates", &body).unwrap().token, None, "{token}");
        }
        let body = r#"{"InstancePatchStates":[{"InstanceId":"i-1"}],"NextToken":"gAAA-"}"#;
        let read = reading("ListInstancePatchStates", body).unwrap();
        assert_eq!((read.token.as_deref(), read.ids, read.rows), (Some("gAAA-"), vec!["i-1".to_owned()], 1));
    }

    #[test]
    fn totals_are_read_wherever_they_stand() {
        let body = r#"{"PageInfo":{"TotalCount":69,"Count":1},"ImageInstanceList":[{"Digest":"x"}]}"#;
        let read = reading("DescribeImageInstances", body).unwrap();
        assert_eq!((read.rows, read.total, read.count), (1, Some(69), Some(1)));
        let read = reading("ListInstanceCompliant", r#"{"count":"2","instance_compliant":null}"#).unwrap();
        assert_eq!((read.rows, read.total), (0, Some(2)));
        let read = reading("ListInstanceCompliant", r#"{"count":0}"#).unwrap();
        assert_eq!((read.rows, read.total), (0, Some(0)));
        let read = reading("ListInstanceCompliant", r#"{"count":-1,"instance_compliant":[]}"#).unwrap();
        assert_eq!(read.total, None);
    }

    #[test]
    fn what_is_no_page_is_told() {
        let code = |misread: Misread| match misread {
            Misread::Error(error) => error.code.or(error.message).unwrap(),
            Misread::Other(words) => words,
        };
        for (body, expected) in [
            (r#"{"RequestId":"r","Code":"NoPermission","Message":"m"}"#, "NoPermission"),
            ("<html><title>Sign in</title></html>", "Sign in"),
            ("[]", "JSON, but no object"),
            (r#"{"BatchList":{}}"#, "`BatchList` is no array"),
            (r#"{"PageInfo":{"TotalCount":1}}"#, "JSON without `BatchList`"),
            ("", "nothing"),
        ] {
            assert_eq!(code(reading("ListPublishBatch", body).unwrap_err()), expected, "{body}");
        }
        let cut = reading("ListPublishBatch", r#"{"BatchList":[{"#).unwrap_err();
        assert!(code(cut).starts_with("no JSON: "));
        assert_eq!(
            code(reading("GetPatchBaseline", r#"{"Name":"x"}"#).unwrap_err()),
            "JSON without `BaselineId`"
        );
    }
}
