//! How the vendors write values, and what they mean: counts, times, texts and their placeholders.
//!
//! From the table of wire types that was made of the vendors' documents and SDKs, not from the crate's model.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde_json::Value;

/// What a resource states somewhere.
#[derive(Clone, Copy)]
pub(super) enum Stated<T> {
    /// The member is not there.
    Absent,
    /// Null, or a placeholder that means it.
    Null,
    /// A value.
    Is(T),
    /// Something that cannot stand there.
    Unreadable,
}

impl<T> Stated<T> {
    fn and_then<U>(self, read: impl FnOnce(T) -> Stated<U>) -> Stated<U> {
        match self {
            Self::Absent => Stated::Absent,
            Self::Null => Stated::Null,
            Self::Is(value) => read(value),
            Self::Unreadable => Stated::Unreadable,
        }
    }

    /// Whether the member is not there at all.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    fn or_unreadable(value: Option<T>) -> Self {
        value.map_or(Self::Unreadable, Self::Is)
    }
}

impl<'a> Stated<&'a Value> {
    /// An element of a list.
    pub(super) fn element(value: &'a Value) -> Self {
        if value.is_null() { Self::Null } else { Self::Is(value) }
    }

    /// A member of an object. What is not there, or null, has no members.
    pub(super) fn member(self, name: &str) -> Self {
        self.and_then(|value| match value {
            Value::Object(members) => members.get(name).map_or(Self::Absent, Self::element),
            _ => Self::Unreadable,
        })
    }

    /// An object, of which only that it is there matters.
    pub(super) fn object(self) -> Self {
        self.and_then(|value| if value.is_object() { Self::Is(value) } else { Self::Unreadable })
    }

    /// A list.
    pub(super) fn list(self) -> Stated<&'a [Value]> {
        self.and_then(|value| Stated::or_unreadable(value.as_array().map(Vec::as_slice)))
    }

    /// Text, of which some mean null.
    pub(super) fn text_or(self, placeholders: &[&str]) -> Stated<&'a str> {
        self.and_then(|value| match value {
            Value::String(text) if placeholders.contains(&text.as_str()) => Stated::Null,
            Value::String(text) => Stated::Is(text.as_str()),
            _ => Stated::Unreadable,
        })
    }

    /// Text; the empty one says nothing.
    pub(super) fn text(self) -> Stated<&'a str> {
        self.text_or(&[""])
    }

    /// An integer of 32 bits. Tools that hold all numbers as doubles write `3.0` for 3.
    pub(super) fn integer(self) -> Stated<i64> {
        self.and_then(|value| Stated::or_unreadable(whole(value)))
            .and_then(|number| Stated::or_unreadable(i32::try_from(number).is_ok().then_some(number)))
    }

    /// An integer of 32 bits that counts things.
    pub(super) fn count(self) -> Stated<i64> {
        self.integer().and_then(|number| Stated::or_unreadable((number >= 0).then_some(number)))
    }

    /// A count in digits, in a string. A bare number is unmistakable, too.
    pub(super) fn count_in_text(self) -> Stated<i64> {
        self.and_then(|value| match value {
            Value::String(text) => Stated::or_unreadable(digits(text)),
            _ => Stated::or_unreadable(whole(value).filter(|number| *number >= 0)),
        })
    }

    /// Milliseconds since 1970, as a number or in digits.
    pub(super) fn epoch_milliseconds(self) -> Stated<DateTime<Utc>> {
        self.and_then(|value| match value {
            Value::String(text) if text.is_empty() => Stated::Null,
            Value::String(text) => Stated::or_unreadable(digits(text).and_then(instant)),
            _ => Stated::or_unreadable(whole(value).and_then(instant)),
        })
    }

    /// ISO 8601 with an offset; the empty text says nothing.
    pub(super) fn iso_time(self) -> Stated<DateTime<Utc>> {
        self.text().and_then(|text| Stated::or_unreadable(iso(text)))
    }

    /// Seconds since 1970, whole or not, or ISO 8601: how AWS and its command lines write times.
    pub(super) fn epoch_seconds_or_iso_time(self) -> Stated<DateTime<Utc>> {
        self.and_then(|value| match value {
            Value::String(text) => Stated::or_unreadable(iso(text)),
            Value::Number(number) => Stated::or_unreadable(number.as_f64().and_then(|seconds| {
                let milliseconds = (seconds * 1000.0).round();
                // Beyond that, no year of four digits is meant.
                #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
                (milliseconds.abs() < 1e15).then_some(milliseconds as i64).and_then(instant)
            })),
            _ => Stated::Unreadable,
        })
    }

    /// A day, `YYYY-MM-DD`.
    pub(super) fn date(self) -> Stated<NaiveDate> {
        self.text_or(&[]).and_then(|text| {
            let shape = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            Stated::or_unreadable(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| shape))
        })
    }
}

fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15)?;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within the range")]
        Some(number as i64)
    })
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn instant(milliseconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(milliseconds).filter(|time| (0..=9999).contains(&time.year()))
}

fn iso(text: &str) -> Option<DateTime<Utc>> {
    // ISO 8601 knows offsets without a colon and times without seconds, too.
    const SHORTER: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"];
    let text = text.replacen(' ', "T", 1);
    let shorter = || SHORTER.iter().find_map(|shape| DateTime::parse_from_str(&text, shape).ok());
    DateTime::parse_from_rfc3339(&text).ok().or_else(shorter).map(|time| time.with_timezone(&Utc))
}
