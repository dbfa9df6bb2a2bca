//! The entry: targets are called side by side, and what they answer becomes evidence.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::calls::Call;
use super::clock::Clock;
use super::credentials::Environment;
use super::pace::Pace;
use super::party::Party;
use super::progress::{Event, Sink};
use super::provider::Provider;
use super::round::Round;
use super::target::Target;
use super::transport::Transport;
use crate::snapshot::SnapshotV1;
use crate::source::{Code, Diagnostic, Level};

/// Most targets at a time.
const MAX_THREADS: usize = 16;

/// How calls are made, whatever they are.
pub struct Options<'c> {
    /// The folder that evidence is written below.
    pub out: PathBuf,
    /// Most requests a second to one API, where that is less than its documents allow.
    pub rate: Option<f64>,
    /// Time, waiting, and whether to stop.
    pub clock: &'c dyn Clock,
    /// The chance in waits; by default another each time.
    pub seed: Option<u64>,
}

/// What became of one call. A target is one call or several: a listing and a call for each entry of it, or a call for each hundred
/// instances.
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
            && self.diagnostics.iter().all(|diagnostic| diagnostic.level != Level::Error)
    }

    /// Nothing was sent.
    pub(super) fn nothing(target: usize, diagnostic: Diagnostic) -> Self {
        Self { target, evidence: None, diagnostics: vec![diagnostic] }
    }
}

/// Credentials are looked for once for all targets of a cloud and profile, and again where they end meanwhile.
type Parties<'e> = BTreeMap<(Provider, Option<String>), Result<Party<'e>, Diagnostic>>;

/// Calls all targets, side by side within the rate of each API, and writes what they answer. What is collected comes in the
/// order of the targets, and each target's in the order of its calls; each target has something, if only what is wrong with it.
///
/// A failure is told as a diagnostic, and its answer is evidence like any other. It ends its own call, and further calls of its
/// target only where they would fail for the same reason.
pub fn collect(
    targets: &[Target],
    options: &Options<'_>,
    transport: &dyn Transport,
    environment: &dyn Environment,
    sink: &dyn Sink,
) -> Vec<Collected> {
    let parties = parties(targets, options, environment);
    let paces = paces(targets, options.rate);
    let next = AtomicUsize::new(0);
    let results: Mutex<BTreeMap<usize, Vec<Collected>>> = Mutex::default();
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(target) = targets.get(index) else { return };
            let party = parties.get(&(target.call.service.provider(), target.profile.clone()));
            let collected = match party {
                Some(Ok(party)) => {
                    sink.tell(index, target, Event::Started);
                    Round { index, target, options, party, paces: &paces, transport, sink }.run()
                }
                Some(Err(problem)) => vec![Collected::nothing(index, problem.clone())],
                None => Vec::new(),
            };
            sink.tell(index, target, Event::Ended(&collected));
            results.lock().unwrap_or_else(PoisonError::into_inner).insert(index, collected);
        }
    };
    thread::scope(|scope| {
        for _ in 1..targets.len().min(MAX_THREADS) {
            scope.spawn(work);
        }
        work();
    });
    results.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().flatten().collect()
}

fn parties<'e>(targets: &[Target], options: &Options<'_>, environment: &'e dyn Environment) -> Parties<'e> {
    let mut parties = Parties::new();
    for target in targets {
        let provider = target.call.service.provider();
        parties.entry((provider, target.profile.clone())).or_insert_with(|| {
            Party::find(provider, target.profile.as_deref(), environment, options.clock.now()).map_err(
                |error| Diagnostic::error(Code::FetchCredentials, error.to_string()).help(error.help()),
            )
        });
    }
    parties
}

/// The pace of each API that may be called. It is one for all regions and accounts, though services count them apart: what is
/// slower than it must be is never refused.
pub(super) type Paces = BTreeMap<&'static str, Pace>;

fn paces(targets: &[Target], rate: Option<f64>) -> Paces {
    let mut paces = Paces::new();
    if targets.is_empty() {
        return paces;
    }
    for call in Call::ALL {
        paces.insert(call.id, Pace::new(call.rate, rate));
    }
    paces
}
