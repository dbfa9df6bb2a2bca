//! Where a value stands in a JSON text.

use std::borrow::Cow;
use std::ops::Range;

use super::skip::{Skip, Skipper, string_end};
use super::{JsonPath, MAX_DEPTH, Segment};

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Byte range of the value, or of its nearest existing ancestor.
    pub span: Range<usize>,
    /// How many steps of the path exist; all of them where the value itself does.
    pub found: usize,
}

impl Located {
    /// Whether the whole path exists.
    pub fn is_found(&self, path: &JsonPath) -> bool {
        self.found == path.segments().len()
    }
}

/// Finds the value at `path` in `text`, one well-formed JSON value.
///
/// Of two members with the same name the first counts. Text that is not well-formed gives the range
/// of what could be read.
pub fn locate(text: &str, path: &JsonPath) -> Located {
    let bytes = text.as_bytes();
    let mut at = skip_whitespace(bytes, 0);
    for (found, segment) in path.segments().iter().enumerate() {
        match step(text, at, segment) {
            Some(next) => at = next,
            None => {
                return Located { span: at..value_end(bytes, at), found };
            }
        }
    }
    Located { span: at..value_end(bytes, at), found: path.segments().len() }
}

/// The start of the member or element that `segment` names in the value at `at`.
fn step(text: &str, at: usize, segment: &Segment) -> Option<usize> {
    let bytes = text.as_bytes();
    match (bytes.get(at)?, segment) {
        (b'{', Segment::Key(name)) => member(text, at, name),
        // A pointer cannot tell the member "0" from the element 0.
        (b'{', Segment::Index(index)) => member(text, at, &index.to_string()),
        (b'[', Segment::Index(index)) => element(bytes, at, *index),
        _ => None,
    }
}

fn member(text: &str, object: usize, name: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = skip_whitespace(bytes, object + 1);
    while bytes.get(at) == Some(&b'"') {
        let key_end = string_end(bytes, at)?;
        let key = decode(text.get(at..key_end)?);
        at = skip_whitespace(bytes, key_end);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        at = skip_whitespace(bytes, at + 1);
        if key == name {
            return Some(at);
        }
        at = next_item(bytes, at)?;
    }
    None
}

fn element(bytes: &[u8], array: usize, index: usize) -> Option<usize> {
    let mut at = skip_whitespace(bytes, array + 1);
    if bytes.get(at) == Some(&b']') {
        return None;
    }
    for _ in 0..index {
        at = next_item(bytes, at)?;
    }
    (at < bytes.len()).then_some(at)
}

/// From the start of a value to the start of the next member or element.
fn next_item(bytes: &[u8], value: usize) -> Option<usize> {
    let at = skip_whitespace(bytes, value_end(bytes, value));
    (bytes.get(at) == Some(&b',')).then(|| skip_whitespace(bytes, at + 1))
}

/// Offset right after the value at `at`; the end of a text that is cut off or broken.
pub(super) fn value_end(bytes: &[u8], at: usize) -> usize {
    if let Some(b'{' | b'[' | b'"') = bytes.get(at) {
        match Skipper::new(MAX_DEPTH).walk(bytes, at) {
            Skip::End(end) => end,
            _ => bytes.len(),
        }
    } else {
        let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
        let rest = bytes.get(at..).unwrap_or_default();
        at + rest.iter().position(ends).unwrap_or(rest.len())
    }
}

pub(super) fn skip_whitespace(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    at + rest.iter().position(|byte| !blank(byte)).unwrap_or(rest.len())
}

/// The text of a JSON string, given with its quotes.
pub(super) fn decode(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"')).unwrap_or(quoted);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str(quoted).map_or(Cow::Borrowed(inner), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(text: &'t str, path: &str) -> (&'t str, bool) {
        let path = JsonPath::parse(path).unwrap();
        let located = locate(text, &path);
        (&text[located.span.clone()], located.is_found(&path))
    }

    #[test]
    fn values_are_found_in_objects_and_arrays() {
        let text = r#" {"a" : {"b": [10, "x,}]", {"c": null}], "n": -1.5e3 }, "z":true} "#;
        assert_eq!(found(text, "a.b[0]"), ("10", true));
        assert_eq!(found(text, "a.b[1]"), (r#""x,}]""#, true));
        assert_eq!(found(text, "a.b[2].c"), ("null", true));
        assert_eq!(found(text, "a.n"), ("-1.5e3", true));
        assert_eq!(found(text, "z"), ("true", true));
        assert_eq!(found(text, ""), (text.trim(), true));
    }

    #[test]
    fn an_absent_value_gives_its_nearest_ancestor() {
        let text = r#"{"a": {"b": []}, "s": "x"}"#;
        assert_eq!(found(text, "a.x.y"), (r#"{"b": []}"#, false));
        assert_eq!(found(text, "a.b[0]"), ("[]", false));
        assert_eq!(found(text, "s.t"), (r#""x""#, false));
        assert_eq!(found(text, "s[0]"), (r#""x""#, false));
    }

    #[test]
    fn names_are_compared_decoded() {
        let text = r#"{"\u0061\n": 1, "a/b~": 2, "0": 3}"#;
        let path: JsonPath = [Segment::Key("a\n".to_owned())].into_iter().collect();
        assert_eq!(&text[locate(text, &path).span], "1");
        assert_eq!(found(text, "/a~1b~0"), ("2", true));
        assert_eq!(found(text, "/0"), ("3", true), "a pointer step may be a member's name");
    }

    #[test]
    fn of_two_equal_names_the_first_counts() {
        assert_eq!(found(r#"{"a": 1, "a": 2}"#, "a"), ("1", true));
    }

    #[test]
    fn broken_text_gives_what_could_be_read() {
        assert_eq!(found(r#"{"a": {"b": 1"#, "a.c"), (r#"{"b": 1"#, false));
        assert_eq!(found("", "a"), ("", false));
    }
}
