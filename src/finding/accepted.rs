//! What a run says of what was accepted, and of what was expected.

use std::sync::Arc;

use super::{RatchetEntry, Settled};
use crate::operation::Operation;
use crate::waiver::Waiver;

/// A waiver of the run, and what became of it.
#[derive(Clone, Debug)]
pub struct WaiverUse {
    /// The waiver.
    pub waiver: Arc<Waiver>,
    /// What became of it.
    pub state: WaiverState,
    /// Failures that it names.
    pub failures: u64,
}

/// What became of a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverState {
    /// It holds.
    Active,
    /// It holds, but not for long.
    Expiring,
    /// Its day is over.
    Expired,
    /// There is nothing that it is needed for.
    Unused,
}

/// How a run compares to its ratchet.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Display name of the ratchet's file.
    pub file: Arc<str>,
    /// Verdicts that it knows.
    pub entries: u64,
    /// Verdicts of this run that it knows, or takes.
    pub known: u64,
    /// Those among them that it takes with this run.
    pub accepted: u64,
    /// Failures and inconclusive verdicts of this run that it does not know.
    pub new: u64,
    /// What it knows and this run does not have any more.
    pub settled: Vec<(RatchetEntry, Settled)>,
}

/// A list of resources that were expected.
#[derive(Clone, Debug)]
pub struct ListSummary {
    /// Display name of the list.
    pub file: Arc<str>,
    /// The operation.
    pub operation: Operation,
    /// Resources that it names.
    pub expected: u64,
    /// Those of them that are there.
    pub found: u64,
    /// Resources of the operation that are there, and in no list.
    pub unexpected: u64,
}
