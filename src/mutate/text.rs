//! Changes of one value in the text of a resource.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use crate::source::json::{JsonPath, Outline, Outlined, Segment};

/// What is done to a value that a rule reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is left out.
    Dropped,
    /// Its name gets another letter.
    Renamed,
    /// It becomes null.
    Null,
    /// It becomes a value of another type.
    OtherType,
    /// A number becomes a text, or a text of digits a number.
    NumberAndText,
    /// A list loses its elements.
    EmptyList,
    /// A text loses its characters.
    EmptyText,
    /// A text changes between upper and lower case.
    OtherCase,
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Dropped,
        Self::Renamed,
        Self::Null,
        Self::OtherType,
        Self::NumberAndText,
        Self::EmptyList,
        Self::EmptyText,
        Self::OtherCase,
    ];

    /// As machines name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Renamed => "renamed",
            Self::Null => "null",
            Self::OtherType => "other_type",
            Self::NumberAndText => "number_and_text",
            Self::EmptyList => "empty_list",
            Self::EmptyText => "empty_text",
            Self::OtherCase => "other_case",
        }
    }

    /// In words, after the name of a value: `… is dropped`.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Dropped => "is dropped",
            Self::Renamed => "has a letter changed in its name",
            Self::Null => "is null",
            Self::OtherType => "has another type",
            Self::NumberAndText => "is a text instead of a number, or the other way",
            Self::EmptyList => "is an empty list",
            Self::EmptyText => "is an empty text",
            Self::OtherCase => "is in another case",
        }
    }
}

/// The text of a resource, with the places of its values.
pub(super) struct Original<'t> {
    text: &'t str,
    outline: Outline<'t>,
}

impl<'t> Original<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, outline: Outline::new(text) }
    }

    pub(super) const fn outline(&self) -> &Outline<'t> {
        &self.outline
    }

    /// The value at a path.
    pub(super) fn find(&self, path: &JsonPath) -> Option<Outlined> {
        path.segments().iter().try_fold(self.outline.root()?, |value, segment| match segment {
            Segment::Key(name) => self.outline.member(value, name),
            Segment::Index(index) => {
                let mut elements = self.outline.children(value);
                self.outline.is_array(value).then(|| elements.nth(*index)).flatten()
            }
        })
    }

    /// The text with a change; `None` where the change does not fit the value.
    pub(super) fn changed(&self, value: Outlined, change: Change) -> Option<String> {
        let span = self.outline.span(value);
        let raw = self.outline.text(value);
        let is_text = raw.starts_with('"');
        let is_container = raw.starts_with(['{', '[']);
        let new = match change {
            Change::Dropped => return Some(self.dropped(value)),
            Change::Renamed => {
                let name = self.outline.name_span(value)?;
                return Some(self.with(&name, &renamed(self.text.get(name.clone())?)));
            }
            Change::Null if raw != "null" => "null".to_owned(),
            Change::OtherType if raw.starts_with('{') => "\"probity\"".to_owned(),
            Change::OtherType => "{\"probity\": 1}".to_owned(),
            Change::NumberAndText if is_text => {
                let inner = raw.trim_matches('"');
                inner.parse::<i64>().ok().map(|number| number.to_string())?
            }
            Change::NumberAndText if raw.parse::<f64>().is_ok() => format!("\"{raw}\""),
            Change::EmptyList if raw.starts_with('[') && !self.is_empty(value) => "[]".to_owned(),
            Change::EmptyText if is_text && raw != "\"\"" => "\"\"".to_owned(),
            Change::OtherCase if is_text && !is_container => {
                let upper = raw.to_uppercase();
                // An escape must stay what it is.
                let new = if raw == upper { raw.to_lowercase() } else { upper };
                (new != raw && !raw.contains('\\')).then_some(new)?
            }
            _ => return None,
        };
        Some(self.with(&span, &new))
    }

    /// The text with another value.
    pub(super) fn replaced(&self, value: Outlined, new: &str) -> String {
        self.with(&self.outline.span(value), new)
    }

    fn is_empty(&self, value: Outlined) -> bool {
        self.outline.children(value).next().is_none()
    }

    fn with(&self, span: &Range<usize>, new: &str) -> String {
        let before = self.text.get(..span.start).unwrap_or_default();
        let after = self.text.get(span.end..).unwrap_or_default();
        format!("{before}{new}{after}")
    }

    /// The text without a member or element, and without the comma that belongs to it.
    fn dropped(&self, value: Outlined) -> String {
        let Range { mut start, mut end } = self.outline.span(value);
        if let Some(name) = self.outline.name_span(value) {
            start = name.start;
        }
        let after = self.text.get(end..).unwrap_or_default();
        let blank = after.len() - after.trim_start().len();
        if after.trim_start().starts_with(',') {
            end += blank + 1;
        } else {
            let before = self.text.get(..start).unwrap_or_default().trim_end();
            if before.ends_with(',') {
                start = before.len() - 1;
            }
        }
        self.with(&(start..end), "")
    }
}

/// A quoted name with another last letter.
fn renamed(quoted: &str) -> String {
    let inner = quoted.trim_matches('"');
    let mut letters: Vec<char> = inner.chars().collect();
    match letters.last_mut() {
        Some(last) => *last = if *last == 'x' { 'y' } else { 'x' },
        None => letters.push('x'),
    }
    format!("\"{}\"", letters.into_iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, path: &str, change: Change) -> Option<String> {
        let original = Original::new(text);
        original.changed(original.find(&JsonPath::parse(path).unwrap())?, change)
    }

    #[test]
    fn members_and_elements_are_dropped_with_their_comma() {
        let text = r#"{"a": 1, "l": [1, 2], "z": {"y": null}}"#;
        let dropped = |path: &str| changed(text, path, Change::Dropped).unwrap();
        assert_eq!(dropped("a"), r#"{ "l": [1, 2], "z": {"y": null}}"#);
        assert_eq!(dropped("z"), r#"{"a": 1, "l": [1, 2]}"#);
        assert_eq!(dropped("z.y"), r#"{"a": 1, "l": [1, 2], "z": {}}"#);
        assert_eq!(dropped("l[1]"), r#"{"a": 1, "l": [1], "z": {"y": null}}"#);
        assert_eq!(changed(text, "b", Change::Dropped), None);
    }

    #[test]
    fn values_are_changed_where_the_change_fits() {
        let text = r#"{"n": 5, "t": "7", "s": "Yes", "l": [1], "e": "", "u": null}"#;
        let new = |path: &str, change: Change| {
            let text = changed(text, path, change)?;
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            Some(value[path].to_string())
        };
        assert_eq!(new("n", Change::Null).as_deref(), Some("null"));
        assert_eq!(new("u", Change::Null), None);
        assert_eq!(new("n", Change::NumberAndText).as_deref(), Some("\"5\""));
        assert_eq!(new("t", Change::NumberAndText).as_deref(), Some("7"));
        assert_eq!(new("s", Change::NumberAndText), None);
        assert_eq!(new("s", Change::OtherCase).as_deref(), Some("\"YES\""));
        assert_eq!(new("t", Change::OtherCase), None);
        assert_eq!(new("l", Change::EmptyList).as_deref(), Some("[]"));
        assert_eq!(new("e", Change::EmptyText), None);
        assert_eq!(new("n", Change::OtherType).as_deref(), Some(r#"{"probity":1}"#));
        let renamed = changed(text, "s", Change::Renamed).unwrap();
        assert!(renamed.contains(r#""x": "Yes""#));
    }
}
