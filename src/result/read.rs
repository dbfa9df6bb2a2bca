//! Reading a saved result: `--format json`, or the lines of `--format ndjson`.
//!
//! Nothing is kept of the findings but what is done with each, so that a result may be of any size.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::record::SCHEMA;
use super::{FindingV1, HeadV1, Recorded, Store};
use crate::source::printable;

const BUFFER_BYTES: usize = 256 << 10;

/// Why a file is no saved result.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no well-formed JSON, or not of the right form.
    #[error("{0}")]
    Json(serde_json::Error),
    /// It is of another version, or of another program.
    #[error("its `schema` is `{}`, not `{SCHEMA}`", printable(.0))]
    Schema(String),
    /// Nothing in it says what the run was.
    #[error("it holds no summary of a run")]
    NoSummary,
    /// It goes on after its end.
    #[error("it holds more than one result")]
    Several,
}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_io() { Self::Io(error.into()) } else { Self::Json(error) }
    }
}

/// What takes the findings of a saved result, each as it is written there.
pub type Sink<'s> = &'s mut dyn FnMut(&str) -> io::Result<()>;

/// Reads a saved result with its findings; `-` is standard input.
///
/// # Errors
///
/// Whatever makes it no result of a run.
pub fn read(path: &Path) -> Result<Recorded, ReadError> {
    let mut findings = Store::default();
    let head = read_into(path, &mut |finding| {
        // A line of its own, whatever its layout was.
        let mut line = Vec::with_capacity(finding.len() + 1);
        if finding.contains(['\n', '\r']) {
            serde_json::to_writer(&mut line, &serde_json::from_str::<FindingV1>(finding)?)?;
        } else {
            // What is no finding is told now, and not when it is written somewhere else.
            let _: FindingV1 = serde_json::from_str(finding)?;
            line.extend_from_slice(finding.as_bytes());
        }
        line.push(b'\n');
        findings.add(&line)
    })?;
    Ok(Recorded { head, findings })
}

/// Reads a saved result and gives its findings, as JSON, to `sink`, in their order.
///
/// # Errors
///
/// Whatever makes it no result of a run, and what `sink` says.
pub fn read_into(path: &Path, sink: Sink<'_>) -> Result<HeadV1, ReadError> {
    let file: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin().lock()) } else { Box::new(File::open(path)?) };
    from_reader(BufReader::with_capacity(BUFFER_BYTES, file), sink)
}

fn from_reader(reader: impl Read, sink: Sink<'_>) -> Result<HeadV1, ReadError> {
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let mut head = None;
    let mut failed = None;
    // Ends where nothing but blanks is left.
    while let Err(error) = deserializer.end() {
        if error.is_io() {
            return Err(error.into());
        }
        if head.is_some() {
            return Err(ReadError::Several);
        }
        let part = Part { sink, failed: &mut failed }.deserialize(&mut deserializer);
        if let Some(error) = failed.take() {
            return Err(sunk(error));
        }
        let members = part?;
        let has = |name: &str| members.iter().any(|(other, _)| other == name);
        if has("summary") || has("schema") {
            let Schema { schema } = serde_json::from_str(&document(&members)?)?;
            if schema != SCHEMA {
                return Err(ReadError::Schema(schema));
            }
            head = Some(serde_json::from_str(&document(&members)?)?);
        } else if has("verdict") {
            sink(&document(&members)?).map_err(sunk)?;
        } else {
            return Err(ReadError::NoSummary);
        }
    }
    head.ok_or(ReadError::NoSummary)
}

/// What it means that a sink takes no more: it may have found that a finding is none.
fn sunk(error: io::Error) -> ReadError {
    match error.downcast::<serde_json::Error>() {
        Ok(error) => error.into(),
        Err(error) => ReadError::Io(error),
    }
}

/// The version of a result.
#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    schema: String,
}

/// The members of a document, in their order and as they are written.
type Members = Vec<(String, Box<RawValue>)>;

/// A document of these members.
fn document(members: &Members) -> Result<String, serde_json::Error> {
    let mut document = String::from("{");
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            document.push(',');
        }
        document.push_str(&serde_json::to_string(name)?);
        document.push(':');
        document.push_str(value.get());
    }
    document.push('}');
    Ok(document)
}

/// One document of a result. Its findings go to the sink, all else is kept.
struct Part<'p> {
    sink: Sink<'p>,
    /// What the sink says; the parser cannot carry it.
    failed: &'p mut Option<io::Error>,
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the result of a run")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Self { sink, failed } = self;
        let mut members = Members::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "findings" {
                map.next_value_seed(Findings { sink, failed })?;
            } else {
                members.push((name, map.next_value()?));
            }
        }
        Ok(members)
    }
}

/// The findings of a document.
struct Findings<'p> {
    sink: Sink<'p>,
    failed: &'p mut Option<io::Error>,
}

impl<'de> DeserializeSeed<'de> for Findings<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Findings<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of findings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(finding) = elements.next_element::<Box<RawValue>>()? {
            if let Err(error) = (self.sink)(finding.get()) {
                *self.failed = Some(error);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
