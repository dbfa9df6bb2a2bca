//! The result of a run, but for its findings, which are reported as they are decided.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Comparison, Counts, Gate, ListSummary, OnInconclusive, RatchetEntry, Tally, Verdict, WaiverUse};
use crate::operation::Operation;
use crate::policy::{Rule, Severity};
use crate::source::Diagnostic;

/// What a run adds up to.
#[derive(Clone, Debug)]
pub struct Run {
    /// The run's clock.
    pub at: DateTime<Utc>,
    /// Whether the gate opens.
    pub gate: Gate,
    /// The severity from which on failures count.
    pub fail_on: Severity,
    /// What an inconclusive verdict means for the gate.
    pub on_inconclusive: OnInconclusive,
    /// Judged resources, each by the weightiest of its verdicts.
    pub outcomes: Counts,
    /// Verdicts by operation and severity.
    pub tally: Tally,
    /// Those among them that the ratchet knows.
    pub known: Tally,
    /// Verdicts by rule, in the order of `rules`.
    pub by_rule: Vec<Counts>,
    /// Verdicts that are reported beside failures.
    pub include: Vec<Verdict>,
    /// Largest age of a snapshot.
    pub max_age: Option<TimeDelta>,
    /// Display name of the configuration file.
    pub config: Option<Arc<str>>,
    /// Input files, in their order.
    pub files: u64,
    /// Payloads that were recognised.
    pub payloads: u64,
    /// Resources that were judged.
    pub resources: u64,
    /// What each file holds; one entry for each operation in a file.
    pub inputs: Vec<InputSummary>,
    /// The rules that were selected.
    pub rules: Vec<Arc<Rule>>,
    /// The waivers, and what became of them.
    pub waivers: Vec<WaiverUse>,
    /// How it compares to its ratchet.
    pub ratchet: Option<Comparison>,
    /// What the ratchet takes, where that was asked for.
    pub fresh: Vec<RatchetEntry>,
    /// The lists of resources that were expected.
    pub population: Vec<ListSummary>,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
}

impl Run {
    /// How many diagnostics are errors, and how many are warnings.
    pub fn problems(&self) -> (usize, usize) {
        let errors = self.diagnostics.iter().filter(|d| d.level == crate::source::Level::Error).count();
        (errors, self.diagnostics.len() - errors)
    }
}

/// What a file holds of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputSummary {
    /// Display name of the file.
    pub file: Arc<str>,
    /// SHA-256 of the file as it is stored, where it was asked for and the file could be read to its end.
    pub sha256: Option<String>,
    /// Size of the file as it is stored, as far as it was read.
    pub bytes: u64,
    /// The operation; `None` where no payload was recognised.
    pub operation: Option<Operation>,
    /// Payloads.
    pub payloads: u64,
    /// Resources.
    pub resources: u64,
    /// Whether all pages are here; `None` where nothing tells.
    pub complete: Option<bool>,
    /// Resources that the payloads state, summed over snapshots.
    pub stated_total: Option<u64>,
    /// The oldest and newest time that the resources were observed at.
    pub observed: Option<RangeInclusive<DateTime<Utc>>>,
}
