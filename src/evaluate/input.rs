//! The document that a rule sees as `input`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::model::{Envelope, Layout, Record, Resource, Tree, Unknown, View};
use crate::operation::Operation;

/// Where a resource comes from: what a rule sees as `input.source`.
#[derive(Clone, Debug, Serialize)]
pub struct Source<'a> {
    /// The operation's full id.
    pub operation: &'static str,
    /// First part of the operation's id.
    pub provider: &'static str,
    /// Second part of the operation's id.
    pub service: &'static str,
    /// Display name of the file.
    pub file: &'a str,
    /// Region of the resource, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<&'a str>,
    /// Account of the resource, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<&'a str>,
    /// When the payload was received, RFC 3339 in UTC, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<&'a str>,
}

/// What is known of a payload beside what its resources say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The region that it was asked for in.
    pub region: Option<&'a str>,
    /// The account that it was asked for in.
    pub account: Option<&'a str>,
    /// When it was received, RFC 3339 in UTC.
    pub captured_at: Option<&'a str>,
}

impl<'a> Source<'a> {
    /// The source of `resource` in `file`. What the resource says of itself outweighs what else is known.
    pub fn new(operation: Operation, file: &'a str, resource: &'a Resource<'_>, known: Known<'a>) -> Self {
        Self {
            operation: operation.id(),
            provider: operation.provider(),
            service: operation.service(),
            file,
            region: resource.region().or(known.region),
            account: resource.account().or(known.account),
            captured_at: known.captured_at,
        }
    }
}

impl Source<'_> {
    /// Its members, in the order of their numbers.
    pub(super) const MEMBERS: &'static [(&'static str, &'static Layout)] = &[
        ("operation", &Layout::Single),
        ("provider", &Layout::Single),
        ("service", &Layout::Single),
        ("file", &Layout::Single),
        ("region", &Layout::Single),
        ("account", &Layout::Single),
        ("captured_at", &Layout::Single),
    ];
}

impl Record for Source<'_> {
    fn members(&self) -> &'static [(&'static str, &'static Layout)] {
        Self::MEMBERS
    }

    fn member(&self, number: usize) -> View<'_> {
        let text = match number {
            0 => Some(self.operation),
            1 => Some(self.provider),
            2 => Some(self.service),
            3 => Some(self.file),
            4 => self.region,
            5 => self.account,
            6 => self.captured_at,
            _ => None,
        };
        text.map_or(View::Absent, View::Text)
    }

    fn unknown(&self) -> &Unknown<'_> {
        const { &Unknown::NONE }
    }
}

/// The whole of `input`.
#[derive(Debug, Serialize)]
pub struct Input<'a> {
    /// The normalised resource.
    pub resource: &'a Resource<'a>,
    /// The envelope of its payload; empty for a resource without one.
    pub payload: Payload<'a>,
    /// Where it comes from.
    pub source: Source<'a>,
    /// Params of the rule.
    pub params: &'a BTreeMap<String, Value>,
}

/// The envelope, or an empty object.
#[derive(Clone, Copy, Debug)]
pub struct Payload<'a>(pub Option<&'a Envelope<'a>>);

impl<'a> Payload<'a> {
    /// As rules see it.
    pub(super) fn view(self) -> View<'a> {
        const EMPTY: &Tree<'static> = &Tree::Object(Vec::new());
        self.0.map_or(View::Tree(EMPTY), Envelope::view)
    }
}

impl Serialize for Payload<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(envelope) => envelope.serialize(serializer),
            None => serializer.collect_map(std::iter::empty::<((), ())>()),
        }
    }
}
