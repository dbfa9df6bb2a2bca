//! Values that must never be shown, found in any text: whole, cut off or broken.
//!
//! What a payload says is known only once it is parsed, but lines around a fault are shown of text that
//! nobody could parse. So secrets are looked for by the names before them, whatever stands around.

use std::ops::Range;

use super::locate::{decode, skip_whitespace, value_end};
use super::skip::string_end;

/// Longest name that is looked at, quotes included, in bytes: every character may be an escape.
const MAX_NAME_BYTES: usize = 128;

/// A member that is secret in each object of a list.
#[derive(Clone, Copy, Debug)]
pub struct SecretMember {
    /// Name of the list.
    pub list: &'static str,
    /// Name of the member.
    pub member: &'static str,
}

impl SecretMember {
    /// The ranges of its values in `text`, in no order; also what stands in the list in place of an object.
    pub fn find(self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for quote in memchr::memchr_iter(b'"', text) {
            let Some((name, value)) = member_at(text, quote) else {
                continue;
            };
            if name == self.member {
                found.push(value..value_end(text, value));
            } else if name == self.list {
                strangers(text, value, &mut found);
            }
        }
        found
    }
}

/// The name whose opening quote stands at `quote`, and where the value behind its colon begins.
fn member_at(text: &[u8], quote: usize) -> Option<(String, usize)> {
    let window = text.get(quote..text.len().min(quote + MAX_NAME_BYTES))?;
    let end = quote + string_end(window, 0)?;
    let name = std::str::from_utf8(text.get(quote..end)?).ok()?;
    let colon = skip_whitespace(text, end);
    if text.get(colon) != Some(&b':') {
        return None;
    }
    Some((decode(name).into_owned(), skip_whitespace(text, colon + 1)))
}

/// What stands at `value` in place of an array, or in the array in place of objects.
fn strangers(text: &[u8], value: usize, found: &mut Vec<Range<usize>>) {
    match text.get(value) {
        Some(b'[') => {}
        Some(b'n') | None => return,
        Some(_) => return found.push(value..value_end(text, value)),
    }
    let mut at = skip_whitespace(text, value + 1);
    while let Some(&byte) = text.get(at) {
        if byte == b']' {
            return;
        }
        let end = value_end(text, at);
        if byte != b'{' {
            found.push(at..end);
        }
        at = skip_whitespace(text, end);
        if text.get(at) != Some(&b',') {
            return;
        }
        at = skip_whitespace(text, at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let secret = SecretMember { list: "Sources", member: "Configuration" };
        let mut ranges = secret.find(text.as_bytes());
        ranges.sort_by_key(|range| range.start);
        ranges.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn secrets_are_found_by_the_name_before_them() {
        assert_eq!(found(r#"{"Sources":[{"Name":"n","Configuration" : "a\"b"},{}]}"#), [r#""a\"b""#]);
        assert_eq!(found(r#"{"Config\u0075ration": {"a": [1]}, "b": 1}"#), [r#"{"a": [1]}"#]);
        assert_eq!(found(r#"{"Name": "Configuration", "b": "Sources"}"#), [""; 0]);
        assert_eq!(found(r#"{"Configuration": null, "b": 1}"#), ["null"]);
    }

    #[test]
    fn what_stands_in_place_of_a_source_is_secret_too() {
        assert_eq!(found(r#"{"Sources": "a", "b": 1}"#), [r#""a""#]);
        assert_eq!(found(r#"{"Sources": ["a", {"Name": "n"}, [1]], "b": 1}"#), [r#""a""#, "[1]"]);
        assert_eq!(found(r#"{"Sources": {"x": "a"}}"#), [r#"{"x": "a"}"#]);
        assert_eq!(found(r#"{"Sources": null, "b": []}"#), [""; 0]);
    }

    #[test]
    fn broken_text_is_hidden_to_its_end() {
        assert_eq!(found(r#"{"Configuration": "a, "b"#), [r#""a, ""#]);
        assert_eq!(found(r#"{"Configuration": "abc"#), [r#""abc"#]);
        assert_eq!(found(r#""x, "Configuration":1 , "Configuration":"a""#), ["1", r#""a""#]);
        assert_eq!(found(r#"{"Configuration""#), [""; 0]);
        assert_eq!(found(r#"{"Configuration": "#), [""]);
    }
}
