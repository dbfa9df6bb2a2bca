//! What single keys take, beside words.

use std::borrow::Cow;
use std::path::PathBuf;

use chrono::TimeDelta;
use globset::GlobBuilder;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::DeValue;

use super::parse_age;
use super::reader::{Entry, Read, Reader};
use crate::load::parse_size;
use crate::source::printable;

/// Most threads that may be asked for: far more than help, far fewer than a machine cannot start.
pub const MAX_THREADS: u16 = 1024;

impl Read for bool {
    const TAKES: &'static str = "true or false";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        if let DeValue::Boolean(value) = value.get_ref() {
            return Some(*value);
        }
        reader.wrong_type(value, Self::TAKES, None);
        None
    }
}

/// Gives a type the schema of what it is written as.
macro_rules! schema {
    ($name:ident, $schema:expr) => {
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

/// A path of a file or folder, as the working directory sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath(pub PathBuf);

impl Read for FilePath {
    const TAKES: &'static str = "a path";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let text = reader.full_text(value, Self::TAKES)?;
        Some(Self(reader.path(text)))
    }
}

schema!(FilePath, json_schema!({"type": "string", "minLength": 1}));

/// A path of payloads, which may be a glob, as the working directory sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputPath(pub PathBuf);

impl Read for InputPath {
    const TAKES: &'static str = "a path";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let text = reader.full_text(value, Self::TAKES)?;
        Some(Self(reader.glob_path(text)))
    }
}

schema!(InputPath, json_schema!({"type": "string", "minLength": 1}));

/// A name that is no further looked at here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub String);

impl Read for Text {
    const TAKES: &'static str = "a text";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        reader.full_text(value, Self::TAKES).map(|text| Self(text.to_owned()))
    }
}

schema!(Text, json_schema!({"type": "string", "minLength": 1}));

/// An id or glob of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(pub String);

impl Read for Glob {
    const TAKES: &'static str = "the id or a glob of rules";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let text = reader.full_text(value, Self::TAKES)?;
        match not_a_glob(text) {
            None => Some(Self(text.to_owned())),
            Some(message) => {
                reader.wrong_value(value, message, None);
                None
            }
        }
    }
}

/// Why a text is no glob of rules.
pub(super) fn not_a_glob(text: &str) -> Option<String> {
    let error = GlobBuilder::new(text).case_insensitive(true).build().err()?;
    Some(format!("`{}` is no valid glob: {}", printable(text), error.kind()))
}

schema!(Glob, json_schema!({"type": "string", "minLength": 1}));

/// An age: `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age(pub TimeDelta);

impl Read for Age {
    const TAKES: &'static str = "an age like \"7d\"";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        match parse_age(reader.text(value, Self::TAKES)?) {
            Ok(age) => Some(Self(age)),
            Err(error) => {
                reader.wrong_value(value, printable(&error.to_string()), None);
                None
            }
        }
    }
}

schema!(Age, json_schema!({"type": "string", "pattern": "^[0-9]+[smhdw]$"}));

/// A size in bytes: a number, or `16GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl Read for Size {
    const TAKES: &'static str = "a number of bytes, or a size like \"16GiB\"";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let DeValue::String(text) = value.get_ref() else {
            return reader.integer(value, &(1..=i64::MAX as u64), Self::TAKES).map(Self);
        };
        match parse_size(text) {
            Ok(size) => Some(Self(size)),
            Err(error) => {
                reader.wrong_value(value, printable(&error.to_string()), None);
                None
            }
        }
    }
}

schema!(
    Size,
    json_schema!({"oneOf": [
        {"type": "integer", "minimum": 1},
        {"type": "string", "pattern": "^0*[1-9][0-9]*\\s*([bB]|[kKmMgGtT]([iI]?[bB])?)?\\s*$"},
    ]})
);

/// How many times a compressed file may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio(pub u64);

impl Read for Ratio {
    const TAKES: &'static str = "a whole number from 1 on";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        reader.integer(value, &(1..=i64::MAX as u64), Self::TAKES).map(Self)
    }
}

schema!(Ratio, json_schema!({"type": "integer", "minimum": 1}));

/// How many threads work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads(pub u16);

impl Read for Threads {
    const TAKES: &'static str = "a whole number from 1 to 1024";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let number = reader.integer(value, &(1..=MAX_THREADS.into()), Self::TAKES)?;
        u16::try_from(number).ok().map(Self)
    }
}

schema!(Threads, json_schema!({"type": "integer", "minimum": 1, "maximum": MAX_THREADS}));

/// How many resources a page of a live call has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(pub u32);

impl Read for PageSize {
    const TAKES: &'static str = "a whole number from 1 on";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let number = reader.integer(value, &(1..=u32::MAX.into()), Self::TAKES)?;
        u32::try_from(number).ok().map(Self)
    }
}

schema!(PageSize, json_schema!({"type": "integer", "minimum": 1, "maximum": u32::MAX}));

/// Values for params, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Params(pub Vec<(String, Entry<Param>)>);

/// The value of a param.
#[derive(Clone, Debug, PartialEq)]
pub struct Param(pub Value);

impl Read for Params {
    const TAKES: &'static str = "a table of params";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let DeValue::Table(table) = value.get_ref() else {
            reader.wrong_type(value, Self::TAKES, None);
            return None;
        };
        let subject = reader.subject().to_owned();
        let members = Reader::members(table).into_iter();
        let read =
            members.filter_map(|(key, value)| Some((key.to_string(), reader.entry(&subject, key, value)?)));
        Some(Self(read.collect()))
    }
}

schema!(Params, json_schema!({"type": "object"}));

impl Read for Param {
    const TAKES: &'static str = "any value";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        json(value, reader).map(Self)
    }
}

/// A value as rules see it. A date is its text.
fn json(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Value> {
    let number = |number: Option<Number>, reader: &mut Reader<'_>| {
        if number.is_none() {
            let message = format!("{} a finite number of at most 64 bits", reader.sentence());
            reader.wrong_value(value, message, None);
        }
        number.map(Value::Number)
    };
    Some(match value.get_ref() {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(truth) => Value::from(*truth),
        DeValue::Datetime(datetime) => Value::from(datetime.to_string()),
        DeValue::Integer(integer) => {
            let read = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
            number(read.map(Number::from), reader)?
        }
        DeValue::Float(float) => number(float.as_str().parse().ok().and_then(Number::from_f64), reader)?,
        DeValue::Array(elements) => {
            let read: Vec<Option<Value>> = elements.iter().map(|element| json(element, reader)).collect();
            Value::Array(read.into_iter().collect::<Option<_>>()?)
        }
        DeValue::Table(table) => {
            let members = Reader::members(table).into_iter();
            let read: Vec<Option<(String, Value)>> =
                members.map(|(key, value)| Some((key.to_string(), json(value, reader)?))).collect();
            Value::Object(read.into_iter().collect::<Option<Map<_, _>>>()?)
        }
    })
}
