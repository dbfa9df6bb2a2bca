//! The shared wire types: how the vendors write counts, times, flags and enumerations.
//!
//! Each has one normalised type, in which rules see it. Reading never guesses: what is not written as
//! documented is a [`Mismatch`], never a default.

use std::borrow::Cow;
use std::hash::Hash;
use std::marker::PhantomData;

use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::{Serialize, Serializer};

use super::view::{Layout, View, Viewed};
use super::{Inspect, Mismatch, Reading, Remark, RemarkKind, Tree, Wire};
use crate::source::json::JsonPath;

/// Gives a scalar an inlined JSON Schema.
macro_rules! schema {
    ([$($generics:tt)*] $type:ty, $name:literal, $schema:expr) => {
        impl<$($generics)*> JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

/// How a scalar is looked at.
macro_rules! view {
    ([$($generics:tt)*] $type:ty, $self:ident => $view:expr) => {
        impl<$($generics)*> Viewed for $type {
            fn view(&self) -> View<'_> {
                let $self = self;
                $view
            }
        }
    };
}

/// Text, as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text<'a>(pub Cow<'a, str>);

impl Text<'_> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Inspect for Text<'_> {
    const EXPECTED: &'static str = "a string";
}

impl<'de> Wire<'de> for Text<'de> {
    fn from_text(text: Cow<'de, str>) -> Reading<Self> {
        Ok(Some(Self(text)))
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

view!(['a] Text<'a>, text => View::Text(&text.0));
schema!(['a] Text<'a>, "Text", json_schema!({"type": "string"}));

/// The texts by which a vendor says "nothing" in a field.
pub trait Placeholders {
    /// The texts, compared whole.
    const NULL: &'static [&'static str];
}

/// Text, in which documented placeholders mean null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OptionalText<'a, P>(Cow<'a, str>, PhantomData<P>);

impl<P> OptionalText<'_, P> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<P> Inspect for OptionalText<'_, P> {
    const EXPECTED: &'static str = "a string";
}

impl<'de, P: Placeholders> Wire<'de> for OptionalText<'de, P> {
    fn from_text(text: Cow<'de, str>) -> Reading<Self> {
        let null = P::NULL.contains(&text.as_ref());
        Ok((!null).then_some(Self(text, PhantomData)))
    }
}

impl<P> Serialize for OptionalText<'_, P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

view!(['a, P] OptionalText<'a, P>, text => View::Text(&text.0));
schema!(['a, P] OptionalText<'a, P>, "OptionalText", json_schema!({"type": "string"}));

/// The values that a document lists for an enumeration.
pub trait Vocabulary {
    /// The values, in the document's order.
    const VALUES: &'static [&'static str];
}

/// One of a documented list of texts. The list is open: another value is kept, and can be reported.
/// An empty text means null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Enumeration<'a, V>(Cow<'a, str>, PhantomData<V>);

impl<V> Enumeration<'_, V> {
    /// The value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<V: Vocabulary> Inspect for Enumeration<'_, V> {
    const EXPECTED: &'static str = "a string";

    fn inspect(&self, at: &mut JsonPath, tell: &mut dyn FnMut(Remark<'_>)) {
        if !V::VALUES.contains(&self.as_str()) {
            let kind = RemarkKind::UnknownValue { value: self.as_str(), documented: V::VALUES };
            tell(Remark { path: at, kind });
        }
    }
}

impl<'de, V: Vocabulary> Wire<'de> for Enumeration<'de, V> {
    fn from_text(text: Cow<'de, str>) -> Reading<Self> {
        Ok((!text.is_empty()).then_some(Self(text, PhantomData)))
    }
}

impl<V> Serialize for Enumeration<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

view!(['a, V] Enumeration<'a, V>, value => View::Text(&value.0));
schema!(
    ['a, V: Vocabulary] Enumeration<'a, V>, "Enumeration",
    json_schema!({"type": "string", "examples": V::VALUES})
);

/// One of a documented list of integers, open like [`Enumeration`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Code<V>(i32, PhantomData<V>);

impl<V> Code<V> {
    /// The value.
    pub const fn value(self) -> i32 {
        self.0
    }
}

impl<V: Vocabulary> Inspect for Code<V> {
    const EXPECTED: &'static str = "an integer of at most 32 bits";

    fn inspect(&self, at: &mut JsonPath, tell: &mut dyn FnMut(Remark<'_>)) {
        let value = self.0.to_string();
        if !V::VALUES.contains(&value.as_str()) {
            let kind = RemarkKind::UnknownValue { value: &value, documented: V::VALUES };
            tell(Remark { path: at, kind });
        }
    }
}

impl<V: Vocabulary> Wire<'_> for Code<V> {
    fn from_integer(value: i64) -> Reading<Self> {
        let value = i32::try_from(value).map_err(|_| Mismatch::OutOfRange)?;
        Ok(Some(Self(value, PhantomData)))
    }

    fn from_float(value: f64) -> Reading<Self> {
        Self::from_integer(whole(value)?)
    }
}

impl<V> Serialize for Code<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i32(self.0)
    }
}

view!([V] Code<V>, code => View::Integer(code.0.into()));
schema!([V: Vocabulary] Code<V>, "Code", {
    let values: Vec<i32> = V::VALUES.iter().filter_map(|value| value.parse().ok()).collect();
    json_schema!({"type": "integer", "examples": values})
});

/// An integer from `MIN` to `MAX`, as a JSON number.
///
/// A number with a fraction of zero counts as an integer: tools that keep all numbers as doubles write
/// it so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Integer<const MIN: i64, const MAX: i64>(i64);

/// A count of things, at most 32 bits on the wire: never negative.
pub type Count32 = Integer<0, { i32::MAX as i64 }>;
/// A count of things, 64 bits on the wire: never negative.
pub type Count64 = Integer<0, { i64::MAX }>;
/// A 32-bit integer.
pub type Int32 = Integer<{ i32::MIN as i64 }, { i32::MAX as i64 }>;
/// A 64-bit integer.
pub type Int64 = Integer<{ i64::MIN }, { i64::MAX }>;

impl<const MIN: i64, const MAX: i64> Integer<MIN, MAX> {
    /// The value.
    pub const fn value(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64, const MAX: i64> Inspect for Integer<MIN, MAX> {
    const EXPECTED: &'static str = match (MIN, MAX) {
        (0, 0x7FFF_FFFF) => "a count from 0 to 2147483647",
        (0, _) => "a count from 0 to 9223372036854775807",
        (_, 0x7FFF_FFFF) => "an integer of at most 32 bits",
        _ => "an integer of at most 64 bits",
    };
}

impl<const MIN: i64, const MAX: i64> Wire<'_> for Integer<MIN, MAX> {
    fn from_integer(value: i64) -> Reading<Self> {
        let fits = (MIN..=MAX).contains(&value);
        if fits { Ok(Some(Self(value))) } else { Err(Mismatch::OutOfRange) }
    }

    fn from_float(value: f64) -> Reading<Self> {
        Self::from_integer(whole(value)?)
    }
}

impl<const MIN: i64, const MAX: i64> Serialize for Integer<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

view!([const MIN: i64, const MAX: i64] Integer<MIN, MAX>, number => View::Integer(number.0));
schema!(
    [const MIN: i64, const MAX: i64] Integer<MIN, MAX>, "Integer",
    json_schema!({"type": "integer", "minimum": MIN, "maximum": MAX})
);

/// The integer that a double stands for.
fn whole(value: f64) -> Result<i64, Mismatch> {
    /// 2^53: from here on doubles skip integers.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() != 0.0 {
        return Err(Mismatch::Malformed);
    }
    if value.abs() >= EXACT {
        return Err(Mismatch::OutOfRange);
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
    let whole = value as i64;
    Ok(whole)
}

/// A number written in digits inside a string: `"42"`. A JSON number is taken too.
///
/// Signs, spaces, fractions, exponents and an empty string are no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NumberText(i64);

/// A count written in digits inside a string.
pub type Counted = NumberText;

impl NumberText {
    /// The value.
    pub const fn value(self) -> i64 {
        self.0
    }
}

impl Inspect for NumberText {
    const EXPECTED: &'static str = "a count, in digits inside a string";
}

impl<'de> Wire<'de> for NumberText {
    fn from_text(text: Cow<'de, str>) -> Reading<Self> {
        digits(&text).map(|value| Some(Self(value)))
    }

    fn from_integer(value: i64) -> Reading<Self> {
        if value < 0 { Err(Mismatch::OutOfRange) } else { Ok(Some(Self(value))) }
    }

    fn from_float(value: f64) -> Reading<Self> {
        Self::from_integer(whole(value)?)
    }
}

impl Serialize for NumberText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

view!([] NumberText, number => View::Integer(number.0));
schema!([] NumberText, "NumberText", json_schema!({"type": "integer", "minimum": 0}));

fn digits(text: &str) -> Result<i64, Mismatch> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Mismatch::Malformed);
    }
    text.parse().map_err(|_| Mismatch::OutOfRange)
}

/// `true` or `false`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flag(pub bool);

impl Inspect for Flag {
    const EXPECTED: &'static str = "true or false";
}

impl Wire<'_> for Flag {
    fn from_boolean(value: bool) -> Reading<Self> {
        Ok(Some(Self(value)))
    }
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(self.0)
    }
}

view!([] Flag, flag => View::Boolean(flag.0));
schema!([] Flag, "Flag", json_schema!({"type": "boolean"}));

/// An instant, shown as RFC 3339 in UTC: `2026-11-21T00:00:00Z`, with a fraction only where there is
/// one. Years 0 to 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The instant.
    pub const fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// From milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// [`Mismatch::OutOfRange`] outside the years 0 to 9999.
    pub fn from_milliseconds(milliseconds: i64) -> Result<Self, Mismatch> {
        let instant = DateTime::from_timestamp_millis(milliseconds).ok_or(Mismatch::OutOfRange)?;
        Self::within_years(instant)
    }

    /// From ISO 8601 with a date, a time and an offset; `T` or a space between them.
    ///
    /// # Errors
    ///
    /// [`Mismatch::Malformed`] where a part is missing or wrong.
    pub fn from_iso(text: &str) -> Result<Self, Mismatch> {
        let instant = DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%:z"))
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
            // OOS writes minutes only in some places.
            .or_else(|_| DateTime::parse_from_str(&text.replace('Z', "+0000"), "%Y-%m-%dT%H:%M%z"))
            .map_err(|_| Mismatch::Malformed)?;
        Self::within_years(instant.to_utc())
    }

    fn within_years(instant: DateTime<Utc>) -> Result<Self, Mismatch> {
        let fits = (0..=9999).contains(&instant.year());
        if fits { Ok(Self(instant)) } else { Err(Mismatch::OutOfRange) }
    }

    /// RFC 3339 in UTC.
    pub fn to_rfc3339(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

/// Gives a time on the wire its normalised type.
macro_rules! time {
    ($(#[doc = $doc:literal])* $name:ident, $expected:literal) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(pub Timestamp);

        impl Inspect for $name {
            const EXPECTED: &'static str = $expected;
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        view!([] $name, time => View::Time(time.0));
        schema!([] $name, "Time", json_schema!({"type": "string", "format": "date-time"}));
    };
}

time!(
    /// Seconds since 1970, whole or with a fraction (rounded to milliseconds), as AWS sends them; or ISO
    /// 8601, as AWS CLI v2 and boto3 dumps print them.
    EpochOrIsoTime,
    "a time: seconds since 1970, or ISO 8601 with an offset"
);

impl<'de> Wire<'de> for EpochOrIsoTime {
    fn from_integer(value: i64) -> Reading<Self> {
        let milliseconds = value.checked_mul(1000).ok_or(Mismatch::OutOfRange)?;
        Timestamp::from_milliseconds(milliseconds).map(|time| Some(Self(time)))
    }

    fn from_float(value: f64) -> Reading<Self> {
        let milliseconds = whole((value * 1000.0).round())?;
        Timestamp::from_milliseconds(milliseconds).map(|time| Some(Self(time)))
    }

    fn from_text(text: Cow<'de, str>) -> Reading<Self> {
        Timestamp::from_iso(&text).map(|time| Some(Self(time)))
    }
}

time!(
    /// Milliseconds since 1970, as a number or as digits in a string; an empty string means null.
    EpochMilliseconds,
    "a time: milliseconds since 1970"
);

impl<'de> Wire<'de> for EpochMilliseconds {
    fn from_integer(value: i64) -> Reading<Self> {
        Timestamp::from_milliseconds(value).map(|time| Some(Self(time)))
    }

    fn from_float(value: f64) -> Reading<Self> {
        Self::from_integer(whole(value)?)
    }

    fn from_text(text: Cow<'de, str>) -> Reading<Self> {
        if text.is_empty() {
            return Ok(None);
        }
        Self::from_integer(digits(&text)?)
    }
}

time!(
    /// ISO 8601 with an offset; an empty string means null.
    IsoTime,
    "a time: ISO 8601 with an offset"
);

impl<'de> Wire<'de> for IsoTime {
    fn from_text(text: Cow<'de, str>) -> Reading<Self> {
        if text.is_empty() {
            return Ok(None);
        }
        Timestamp::from_iso(&text).map(|time| Some(Self(time)))
    }
}

/// A calendar date, `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CalendarDate(NaiveDate);

impl std::fmt::Display for CalendarDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Inspect for CalendarDate {
    const EXPECTED: &'static str = "a date, YYYY-MM-DD";
}

impl<'de> Wire<'de> for CalendarDate {
    fn from_text(text: Cow<'de, str>) -> Reading<Self> {
        let shaped = text.len() == 10;
        match NaiveDate::parse_from_str(&text, "%Y-%m-%d") {
            Ok(date) if shaped => Ok(Some(Self(date))),
            _ => Err(Mismatch::Malformed),
        }
    }
}

impl Serialize for CalendarDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

view!([] CalendarDate, date => View::Date(*date));
schema!([] CalendarDate, "Date", json_schema!({"type": "string", "format": "date"}));

/// A JSON array inside a string: `"[\"a\"]"`; an empty string means null.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JsonText<'a>(pub Tree<'a>);

impl Inspect for JsonText<'_> {
    const EXPECTED: &'static str = "a JSON array inside a string";
}

impl<'de> Wire<'de> for JsonText<'de> {
    fn from_text(text: Cow<'de, str>) -> Reading<Self> {
        if text.is_empty() {
            return Ok(None);
        }
        let tree = match text {
            Cow::Borrowed(text) => serde_json::from_str(text),
            Cow::Owned(text) => serde_json::from_str::<Tree<'_>>(&text).map(Tree::into_owned),
        };
        match tree {
            Ok(tree @ Tree::List(_)) => Ok(Some(Self(tree))),
            _ => Err(Mismatch::Malformed),
        }
    }
}

impl Serialize for JsonText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Viewed for JsonText<'_> {
    const LAYOUT: &'static Layout = &Layout::Any;

    fn view(&self) -> View<'_> {
        self.0.view()
    }
}

schema!(['a] JsonText<'a>, "JsonText", json_schema!({"type": "array"}));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, JsonKind};
    use serde_json::{Value, json};

    /// The normalised value, or why there is none.
    fn read<'t, T: Wire<'t> + Serialize>(json: &'t str) -> Result<Value, Mismatch> {
        match serde_json::from_str::<Field<T>>(json).unwrap() {
            Field::Unreadable(mismatch) => Err(mismatch),
            field => Ok(serde_json::to_value(field).unwrap()),
        }
    }

    #[test]
    fn counts_are_bounded_integers() {
        assert_eq!(read::<Count32>("0"), Ok(json!(0)));
        assert_eq!(read::<Count32>("5.0"), Ok(json!(5)));
        assert_eq!(read::<Count32>("2147483647"), Ok(json!(2_147_483_647)));
        assert_eq!(read::<Count32>("2147483648"), Err(Mismatch::OutOfRange));
        assert_eq!(read::<Count32>("-1"), Err(Mismatch::OutOfRange));
        assert_eq!(read::<Count32>("1.5"), Err(Mismatch::Malformed));
        assert_eq!(read::<Count32>("\"1\""), Err(Mismatch::Kind(JsonKind::Text)));
        assert_eq!(read::<Count32>("[1,{\"a\":2}]"), Err(Mismatch::Kind(JsonKind::List)));
        assert_eq!(read::<Count32>("{\"a\":[1]}"), Err(Mismatch::Kind(JsonKind::Object)));
        assert_eq!(read::<Count32>("true"), Err(Mismatch::Kind(JsonKind::Boolean)));
        assert_eq!(read::<Count32>("null"), Ok(Value::Null));
        assert_eq!(read::<Count64>("9223372036854775807"), Ok(json!(i64::MAX)));
        assert_eq!(read::<Count64>("9223372036854775808"), Err(Mismatch::OutOfRange));
        assert_eq!(read::<Int64>("-9223372036854775808"), Ok(json!(i64::MIN)));
        assert_eq!(read::<Int32>("-2147483649"), Err(Mismatch::OutOfRange));
    }

    #[test]
    fn a_count_in_a_string_is_digits_and_nothing_else() {
        assert_eq!(read::<NumberText>("\"0\""), Ok(json!(0)));
        assert_eq!(read::<NumberText>("\"007\""), Ok(json!(7)));
        assert_eq!(read::<NumberText>("12"), Ok(json!(12)));
        for bad in ["\"\"", "\"abc\"", "\" 1\"", "\"+1\"", "\"-1\"", "\"1.0\"", "\"1e3\"", "\"٣\""] {
            assert_eq!(read::<NumberText>(bad), Err(Mismatch::Malformed), "{bad}");
        }
        assert_eq!(read::<NumberText>("\"9223372036854775808\""), Err(Mismatch::OutOfRange));
        assert_eq!(read::<NumberText>("-1"), Err(Mismatch::OutOfRange));
    }

    #[test]
    fn seconds_since_1970_may_have_a_fraction() {
        // 1550244180 s = 2019-02-15T15:23:00Z (computed with `date -u -d @1550244180`).
        assert_eq!(read::<EpochOrIsoTime>("1550244180"), Ok(json!("2019-02-15T15:23:00Z")));
        assert_eq!(read::<EpochOrIsoTime>("1550244180.465"), Ok(json!("2019-02-15T15:23:00.465Z")));
        assert_eq!(read::<EpochOrIsoTime>("1.550244180465E9"), Ok(json!("2019-02-15T15:23:00.465Z")));
        assert_eq!(read::<EpochOrIsoTime>("1e300"), Err(Mismatch::OutOfRange));
        assert_eq!(read::<EpochOrIsoTime>("9223372036854775807"), Err(Mismatch::OutOfRange));
    }

    #[test]
    fn iso_times_need_an_offset() {
        for iso in [
            "\"2019-02-15T15:23:00.465000+00:00\"",
            "\"2019-02-15T07:23:00.465000-08:00\"",
            "\"2019-02-15 15:23:00.465000+00:00\"",
            "\"2019-02-15T15:23:00.465Z\"",
        ] {
            assert_eq!(read::<EpochOrIsoTime>(iso), Ok(json!("2019-02-15T15:23:00.465Z")), "{iso}");
        }
        assert_eq!(read::<IsoTime>("\"2021-09-10T11:42:22Z\""), Ok(json!("2021-09-10T11:42:22Z")));
        assert_eq!(read::<IsoTime>("\"2021-09-10T11:42Z\""), Ok(json!("2021-09-10T11:42:00Z")));
        assert_eq!(read::<IsoTime>("\"\""), Ok(Value::Null));
        for bad in ["\"2021-09-10T11:42:22\"", "\"2021-09-10\"", "\"soon\"", "\"2021-13-10T00:00:00Z\""] {
            assert_eq!(read::<IsoTime>(bad), Err(Mismatch::Malformed), "{bad}");
        }
        assert_eq!(read::<IsoTime>("1"), Err(Mismatch::Kind(JsonKind::Number)));
    }

    #[test]
    fn milliseconds_come_as_number_or_text() {
        // 1715308575 s = 2024-05-10T02:36:15Z.
        assert_eq!(read::<EpochMilliseconds>("1715308575000"), Ok(json!("2024-05-10T02:36:15Z")));
        assert_eq!(read::<EpochMilliseconds>("\"1715308575001\""), Ok(json!("2024-05-10T02:36:15.001Z")));
        assert_eq!(read::<EpochMilliseconds>("\"\""), Ok(Value::Null));
        assert_eq!(read::<EpochMilliseconds>("\"soon\""), Err(Mismatch::Malformed));
        assert_eq!(read::<EpochMilliseconds>("253402300800000"), Err(Mismatch::OutOfRange));
    }

    #[test]
    fn dates_have_no_time() {
        assert_eq!(read::<CalendarDate>("\"2026-02-28\""), Ok(json!("2026-02-28")));
        for bad in ["\"2026-02-29\"", "\"2026-2-28\"", "\"28.02.2026\"", "\"\""] {
            assert_eq!(read::<CalendarDate>(bad), Err(Mismatch::Malformed), "{bad}");
        }
    }

    #[derive(Debug)]
    struct Nothing;
    impl Placeholders for Nothing {
        const NULL: &'static [&'static str] = &["null", "", "“”"];
    }
    impl Vocabulary for Nothing {
        const VALUES: &'static [&'static str] = &["1", "2"];
    }

    #[test]
    fn placeholders_are_null_and_other_text_is_kept() {
        for null in ["\"null\"", "\"\"", "\"“”\"", "null"] {
            assert_eq!(read::<OptionalText<'_, Nothing>>(null), Ok(Value::Null), "{null}");
        }
        assert_eq!(read::<OptionalText<'_, Nothing>>("\"Null\""), Ok(json!("Null")));
        assert_eq!(read::<Text<'_>>("\"\""), Ok(json!("")));
        assert_eq!(read::<Text<'_>>("\"a\\u00e9\""), Ok(json!("aé")));
    }

    #[test]
    fn an_unlisted_value_is_kept_and_told() {
        let mut told = Vec::new();
        for json in ["1", "9"] {
            let code: Field<Code<Nothing>> = serde_json::from_str(json).unwrap();
            code.inspect(&mut JsonPath::ROOT.clone(), &mut |remark| {
                if let RemarkKind::UnknownValue { value, documented } = remark.kind {
                    told.push((value.to_owned(), documented));
                }
            });
        }
        assert_eq!(told, [("9".to_owned(), Nothing::VALUES)]);
        assert_eq!(read::<Code<Nothing>>("9"), Ok(json!(9)));
        assert_eq!(read::<Code<Nothing>>("2147483648"), Err(Mismatch::OutOfRange));
    }

    #[test]
    fn json_in_a_string_is_parsed() {
        assert_eq!(read::<JsonText<'_>>(r#""[]""#), Ok(json!([])));
        assert_eq!(read::<JsonText<'_>>(r#""[{\"Url\":\"a\"}]""#), Ok(json!([{"Url": "a"}])));
        assert_eq!(read::<JsonText<'_>>(r#""[""#), Err(Mismatch::Malformed));
    }
}
