//! What a run is to do, resolved and checked: the rest of the program never sees a flag.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

pub use crate::config::{AgeError, parse_age};
use crate::evaluate::Way;
use crate::finding::{OnInconclusive, Ratchet, Verdict};
use crate::load::Limits;
use crate::operation::Operation;
use crate::policy::{Selection, Severity};
use crate::population::Population;
use crate::source::Spot;
use crate::waiver::Waivers;

/// How inputs are read.
#[derive(Clone, Debug)]
pub struct LoadSettings {
    /// Files, directories, globs, or `-`.
    pub inputs: Vec<PathBuf>,
    /// The operation that all documents are of, where the user says so.
    pub forced: Option<Operation>,
    /// Caps on sizes.
    pub limits: Limits,
    /// Report fields and values that no document names.
    pub strict: bool,
    /// Whether missing pages are only a warning.
    pub allow_incomplete: bool,
    /// Whether a snapshot without resources is only a warning.
    pub allow_empty: bool,
    /// Largest age of a snapshot.
    pub max_age: Option<TimeDelta>,
    /// Threads that parse and judge.
    pub threads: NonZeroUsize,
}

/// Where rules come from and which are evaluated.
#[derive(Clone, Debug, Default)]
pub struct PolicySettings {
    /// Folders or files of policies beside the built-in ones.
    pub folders: Vec<PathBuf>,
    /// Where the configuration names them, if it does.
    pub folders_at: Option<Spot>,
    /// Whether the built-in rules take part.
    pub builtin: bool,
    /// Which rules, with which params.
    pub selection: Selection,
}

impl PolicySettings {
    /// Whether the built-in rules alone take part, with the params that they come with.
    pub fn is_as_built(&self) -> bool {
        self.builtin && self.folders.is_empty() && !self.selection.sets_params()
    }
}

/// What is done with each resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// It is judged.
    Judge,
    /// It is only read.
    Inspect,
    /// It is shown as rules would see it, with these params.
    ShowInputs(BTreeMap<String, Value>),
    /// It is judged if it is the one that is called so, or if no name is given, and kept for an explanation.
    Explain(Option<String>),
}

/// What is accepted, and what is expected.
#[derive(Clone, Debug, Default)]
pub struct Accepting {
    /// Failures that somebody accepts.
    pub waivers: Waivers,
    /// How long before they expire it is told.
    pub notice: TimeDelta,
    /// What an earlier run found.
    pub ratchet: Option<Ratchet>,
    /// Whether the ratchet takes what it does not know yet.
    pub accepts_new: bool,
    /// Resources that must be there.
    pub population: Population,
}

impl Accepting {
    /// Whether no verdict can be accepted.
    pub const fn is_idle(&self) -> bool {
        self.waivers.is_empty() && self.ratchet.is_none() && !self.accepts_new
    }
}

/// What to do with resources and verdicts.
#[derive(Clone, Debug)]
pub struct JudgeSettings {
    /// What is done with each resource.
    pub purpose: Purpose,
    /// How rules are evaluated.
    pub way: Way,
    /// The run's clock.
    pub clock: DateTime<Utc>,
    /// Severity from which on failures count.
    pub fail_on: Severity,
    /// What an inconclusive verdict means for the gate.
    pub on_inconclusive: OnInconclusive,
    /// What is accepted, and what is expected.
    pub accepting: Accepting,
    /// Verdicts that are reported beside failures.
    pub include: Vec<Verdict>,
    /// Whether findings show the lines around their places.
    pub excerpts: bool,
    /// Whether findings tell the values that were read.
    pub evidence: bool,
    /// Whether the files' digests are wanted.
    pub digests: bool,
    /// Display name of the configuration file.
    pub config: Option<Arc<str>>,
}

impl JudgeSettings {
    /// Whether findings with this verdict are reported.
    pub fn reports(&self, verdict: Verdict) -> bool {
        !matches!(verdict, Verdict::Pass | Verdict::NotApplicable) || self.include.contains(&verdict)
    }
}

/// A text that is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time, write RFC 3339 like 2026-11-21T00:00:00Z, or a date")]
pub struct ClockError(String);

/// Reads RFC 3339, or a date for its midnight in UTC. Years 1678 to 2261.
///
/// # Errors
///
/// Anything else.
pub fn parse_clock(text: &str) -> Result<DateTime<Utc>, ClockError> {
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .ok()
        .or_else(|| Some(date?.and_hms_opt(0, 0, 0)?.and_utc()))
        .filter(|time| time.timestamp_nanos_opt().is_some())
        .ok_or_else(|| ClockError(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_a_time_or_a_date() {
        let time = parse_clock("2026-11-21T01:00:00+01:00").unwrap();
        assert_eq!(time, parse_clock("2026-11-21").unwrap());
        for bad in ["now", "2026-11-21T01:00:00", "2026-13-01", "1066-10-14", "2300-01-01"] {
            assert!(parse_clock(bad).is_err(), "{bad}");
        }
    }
}
