//! The entry: targets are called side by side, and what they answer becomes evidence.

use std::path::PathBuf;

use super::clock::Clock;
use super::credentials::Environment;
use super::progress::Sink;
use super::target::Target;
use super::transport::Transport;
use crate::snapshot::SnapshotV1;
use crate::source::Diagnostic;

/// How calls are made, whatever they are.
pub struct Options<'c> {
    /// The folder that evidence is written below.
    pub out: PathBuf,
    /// Most requests a second to one API.
    pub rate: Option<f64>,
    /// Time, waiting, and whether to stop.
    pub clock: &'c dyn Clock,
}

/// What became of one call. A target is one call or several: a listing and a call for each entry of it, or a call for each hundred instances.
#[derive(Debug)]
pub struct Collected {
    /// Index of its target.
    pub target: usize,
    /// What it left behind; nothing where nothing could be sent or written.
    pub evidence: Option<Evidence>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// The folder of a call.
#[derive(Debug)]
pub struct Evidence {
    /// Where it is.
    pub folder: PathBuf,
    /// Its manifest, as it was written.
    pub snapshot: SnapshotV1,
}

impl Collected {
    /// Whether the whole answer was collected, and nothing is wrong with it.
    pub fn is_complete(&self) -> bool {
        self.evidence.as_ref().is_some_and(|evidence| evidence.snapshot.complete)
            && self.diagnostics.iter().all(|diagnostic| diagnostic.level != crate::source::Level::Error)
    }
}

/// Calls all targets, side by side within the rate of each API, and writes what they answer. What is collected comes in the
/// order of the targets, and each target's in the order of its calls.
///
/// A failure ends its own call only. It is told as a diagnostic, and its answer is evidence like any other.
pub fn collect(
    targets: &[Target],
    options: &Options<'_>,
    transport: &dyn Transport,
    environment: &dyn Environment,
    sink: &dyn Sink,
) -> Vec<Collected> {
    let _ = (targets, options, transport, environment, sink);
    Vec::new()
}
