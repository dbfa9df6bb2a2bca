//! Findings that are written where they are decided, without being kept.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::{EvidenceValue, Finding, Fingerprint, Subject, Verdict};
use crate::policy::Rule;
use crate::source::{Excerpt, Position};
use crate::waiver::Waived;

/// A [`Finding`] whose parts belong to others: all that there is to write of it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'f> {
    /// The rule.
    pub rule: &'f Arc<Rule>,
    /// Line of the definition that decided, counted from 1; else of the rule's first `deny`.
    pub rule_line_1based: u64,
    /// What it says.
    pub verdict: Verdict,
    /// Why, in the rule's words; of several reasons one after the other.
    pub message: &'f str,
    /// What it is about.
    pub resource: &'f Arc<Subject>,
    /// Display name of the file.
    pub file: &'f Arc<str>,
    /// Index of the document in its file; `None` where the file is one document.
    pub document: Option<u64>,
    /// RFC 6901 pointer from the root of the document to the resource: all other pointers go on from there.
    pub base: &'f str,
    /// From there to the value that the finding points at.
    pub pointer: &'f str,
    /// Where that starts.
    pub start: Position,
    /// Byte offset right after it.
    pub end_byte: u64,
    /// The values that it rests on.
    pub evidence: &'f [ToldEvidence<'f>],
    /// What makes it the same finding in another run.
    pub fingerprint: &'f Fingerprint,
    /// The waiver that accepts it, or that did until it expired.
    pub waiver: Option<&'f Waived>,
    /// The ratchet knows it: it does not close the gate.
    pub is_known: bool,
    /// The lines around its places, where they are to be shown.
    pub excerpt: Option<&'f Excerpt>,
    /// The lines of the rule that decided, where they are to be shown.
    pub rule_excerpt: Option<&'f Excerpt>,
}

/// A value that a finding rests on.
#[derive(Clone, Debug)]
pub struct ToldEvidence<'f> {
    /// RFC 6901 pointer from the finding's base.
    pub pointer: &'f str,
    /// The value as the payload has it.
    pub value: ToldValue<'f>,
    /// Its place; of an absent value the place of its nearest existing ancestor.
    pub start: Position,
    /// Byte offset right after it.
    pub end_byte: u64,
}

/// What there is to show of a value.
#[derive(Clone, Debug)]
pub enum ToldValue<'f> {
    /// A text, number, boolean or null as the payload writes it, which is how it is to be written: in ASCII that can be
    /// printed, without escapes or exponents.
    Written(&'f str),
    /// Any value.
    Value(Cow<'f, Value>),
    /// The payload does not have it.
    Absent,
    /// It is too long to be repeated.
    Long,
    /// It must not be shown.
    Secret,
}

/// A format of findings that stands for itself, line by line, so that threads can write it.
pub trait Lines: Sync {
    /// What writes them on one thread.
    fn writer(&self) -> Box<dyn LineWriter>;
}

/// Writes findings, each as a line.
pub trait LineWriter {
    /// Appends one finding and a line end; the line has no other.
    fn write(&mut self, told: &Told<'_>, line: &mut Vec<u8>);
}

impl Finding {
    /// Its values for [`Told::of`].
    pub fn told_evidence(&self) -> Vec<ToldEvidence<'_>> {
        let told = |value| match value {
            &EvidenceValue::Absent => ToldValue::Absent,
            &EvidenceValue::Long => ToldValue::Long,
            &EvidenceValue::Secret => ToldValue::Secret,
            EvidenceValue::Present(value) => ToldValue::Value(Cow::Borrowed(value)),
        };
        self.evidence
            .iter()
            .map(|evidence| ToldEvidence {
                pointer: &evidence.pointer,
                value: told(&evidence.value),
                start: evidence.place.start,
                end_byte: evidence.place.end_byte,
            })
            .collect()
    }
}

impl<'f> Told<'f> {
    /// A finding that is there, with its values.
    pub fn of(finding: &'f Finding, evidence: &'f [ToldEvidence<'f>]) -> Self {
        let location = &finding.location;
        Self {
            rule: &finding.rule,
            rule_line_1based: finding.rule_line_1based,
            verdict: finding.verdict,
            message: &finding.message,
            resource: &finding.resource,
            file: &location.place.file,
            document: location.document,
            base: "",
            pointer: &location.pointer,
            start: location.place.start,
            end_byte: location.place.end_byte,
            evidence,
            fingerprint: &finding.fingerprint,
            waiver: finding.waiver.as_ref(),
            is_known: finding.is_known,
            excerpt: finding.excerpt.as_ref(),
            rule_excerpt: finding.rule_excerpt.as_ref(),
        }
    }
}
