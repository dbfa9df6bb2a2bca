//! Findings: verdicts with their message, place, evidence and fingerprint, and what they add up to.

mod accepted;
mod fingerprint;
mod gate;
mod ratchet;
mod run;
mod tally;
mod told;
mod verdict;

use std::sync::Arc;

use serde_json::Value;

use crate::operation::Operation;
use crate::policy::Rule;
use crate::source::{Excerpt, Place};
use crate::waiver::Waived;

pub use accepted::{Comparison, ListSummary, WaiverState, WaiverUse};
pub use fingerprint::Fingerprint;
pub use gate::{ExitCode, Gate, OnInconclusive};
pub use ratchet::{Met, Ratchet, RatchetEntry, Settled};
pub use run::{InputSummary, Run};
pub use tally::{Counts, Tally};
pub use told::{LineWriter, Lines, Told, ToldEvidence, ToldValue};
pub use verdict::Verdict;

/// A verdict of one rule on one resource.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Line of the definition that decided, counted from 1; else of the rule's first `deny`.
    pub rule_line_1based: u64,
    /// What it says.
    pub verdict: Verdict,
    /// Why, in the rule's words; of several reasons one after the other.
    pub message: String,
    /// What it is about.
    pub resource: Arc<Subject>,
    /// Where to look first.
    pub location: Location,
    /// The values that it rests on.
    pub evidence: Vec<Evidence>,
    /// What makes it the same finding in another run.
    pub fingerprint: Fingerprint,
    /// The waiver that accepts it, or that did until it expired.
    pub waiver: Option<Waived>,
    /// The ratchet knows it: it does not close the gate.
    pub is_known: bool,
    /// The lines around its places, where they are to be shown.
    pub excerpt: Option<Excerpt>,
    /// The lines of the rule that decided, where they are to be shown.
    pub rule_excerpt: Option<Excerpt>,
}

/// The resource that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The operation whose payload it stands in.
    pub operation: Operation,
    /// Its identity, parts joined by `/`.
    pub id: Option<String>,
    /// A name for people.
    pub name: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// Its account.
    pub account: Option<String>,
    /// When its payload was received, RFC 3339, where that is known.
    pub captured_at: Option<Arc<str>>,
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The place in the file.
    pub place: Place,
    /// Index of the document in its file; `None` where the file is one document.
    pub document: Option<u64>,
    /// RFC 6901 pointer from the root of the document.
    pub pointer: String,
}

/// A value that a finding rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// RFC 6901 pointer from the root of the document.
    pub pointer: String,
    /// The value as the payload has it.
    pub value: EvidenceValue,
    /// Its place; of an absent value the place of its nearest existing ancestor.
    pub place: Place,
}

/// What there is to show of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum EvidenceValue {
    /// The value.
    Present(Value),
    /// The payload does not have it.
    Absent,
    /// It is too long to be repeated.
    Long,
    /// It must not be shown.
    Secret,
}
