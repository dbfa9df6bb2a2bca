//! Texts of OSCAL's data types.

use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, Utc};

use super::types::{NAMESPACE, Prop};
use crate::report::markup::{code, prose};
use crate::report::names::parse_time;
use crate::source::printable;

/// A property whose name is this project's own.
pub(super) fn prop(name: &'static str, text: impl AsRef<str>) -> Prop {
    Prop { name, ns: Some(NAMESPACE), value: string(text.as_ref()) }
}

/// A property whose name is OSCAL's.
pub(super) fn oscal_prop(name: &'static str, text: &str) -> Prop {
    Prop { name, ns: None, value: string(text) }
}

/// A string: on one line, not empty, with nothing blank at either end. One that is not is written as JSON has it.
pub(super) fn string(text: &str) -> String {
    let is_plain = !text.is_empty() && text.trim() == text;
    let quoted = if is_plain { None } else { serde_json::to_string(text).ok() };
    printable(quoted.as_deref().unwrap_or(text)).into_owned()
}

/// Text as markup that says just that.
pub(super) fn markup(text: &str) -> String {
    let markup = prose(text, usize::MAX);
    if markup.is_empty() { "(empty)".to_owned() } else { markup }
}

/// The first characters of a text as such markup.
pub(super) fn markup_line(text: &str, characters: usize) -> String {
    let markup = prose(text, characters);
    if markup.is_empty() { "(empty)".to_owned() } else { markup }
}

/// A value as markup.
pub(super) fn markup_code(text: &str) -> String {
    code(text, usize::MAX)
}

/// A token: a letter or `_`, then letters, digits, `.`, `-` and `_`; other characters become `_`.
pub(super) fn token(text: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let token: String = text.chars().map(allowed).collect();
    if token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { token } else { format!("_{token}") }
}

/// A time that OSCAL can tell; `None` where the text is no time, or far away.
pub(super) fn time(text: &str) -> Option<String> {
    // Whole milliseconds, so that no second is the sixty-first.
    let time = DateTime::<Utc>::from_timestamp_millis(parse_time(text)?.timestamp_millis())?;
    (1900..3000).contains(&time.year()).then(|| time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// The end of a day in UTC.
pub(super) fn end_of_day(day: &str) -> Option<String> {
    NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    time(&format!("{day}T23:59:59Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_trimmed_lines() {
        for (text, expected) in [
            ("a b", "a b"),
            ("", "\"\""),
            (" a", "\" a\""),
            ("a\u{a0}", "\"a\u{a0}\""),
            ("a\nb", "a\\nb"),
            ("\u{1b}", "\\u001b"),
            ("\n", "\"\\n\""),
        ] {
            assert_eq!(string(text), expected, "{text:?}");
        }
    }

    #[test]
    fn times_are_those_that_the_schema_takes() {
        assert_eq!(time("2026-11-21T01:00:00+01:00").as_deref(), Some("2026-11-21T00:00:00Z"));
        assert_eq!(time("2016-12-31T23:59:60Z").as_deref(), Some("2017-01-01T00:00:00Z"));
        assert_eq!(time("2026-11-21T00:00:00.25Z").as_deref(), Some("2026-11-21T00:00:00.250Z"));
        for text in ["", "yesterday", "2026-11-21", "1812-01-01T00:00:00Z", "3000-01-01T00:00:00Z"] {
            assert_eq!(time(text), None, "{text}");
        }
        assert_eq!(end_of_day("2026-12-31").as_deref(), Some("2026-12-31T23:59:59Z"));
        assert_eq!(end_of_day("2026-02-30"), None);
    }
}
