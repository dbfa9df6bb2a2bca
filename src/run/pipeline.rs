//! Reader, workers and sink.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::Event;
use super::collect::{Collector, FileEnd};
use super::worker::{BatchOutcome, Worker};
use crate::discover::{Discovery, InputFile, Origin};
use crate::evaluate::Rulebook;
use crate::finding::{Lines, Run};
use crate::load::{Batch, Batches, Counter, Splitter, open};
use crate::settings::{JudgeSettings, LoadSettings};
use crate::snapshot::{Capture, Evidence};
use crate::source::Diagnostic;

/// Stack of a worker: deeply nested Rego is evaluated recursively.
const STACK_BYTES: usize = 64 << 20;
/// Batches on the way for each worker.
const BATCHES_PER_WORKER: usize = 4;

/// How far a run has come; may be looked at from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes of input, as they are stored; 0 where that is not known.
    pub total_bytes: AtomicU64,
    /// Bytes whose content was judged so far.
    pub done_bytes: AtomicU64,
}

/// The run was stopped by the one who takes its events.
#[derive(Debug, thiserror::Error)]
#[error("the run was stopped")]
pub struct Stopped;

/// What comes to the sink, numbered in the order of the inputs.
enum Message {
    /// What a batch gave, and how many bytes of all inputs had been read with it.
    Outcome(Box<BatchOutcome>, u64),
    FileEnd(usize, FileEnd),
}

struct Job {
    sequence: u64,
    read_bytes: u64,
    file: Arc<str>,
    capture: Option<Arc<Capture>>,
    batch: Batch,
}

/// Reads and judges the files that were discovered. Events come in the order of files, documents and
/// resources, whatever the number of threads; `tell` says whether to go on. With `lines`, findings come as
/// such.
///
/// # Errors
///
/// [`Stopped`], when `tell` said so.
pub fn execute(
    load: &LoadSettings,
    judging: &JudgeSettings,
    plan: &dyn Rulebook,
    discovery: Discovery,
    progress: &Progress,
    lines: Option<&dyn Lines>,
    tell: &mut dyn FnMut(Event<'_>) -> bool,
) -> Result<Run, Stopped> {
    let Discovery { files, snapshots, diagnostics } = discovery;
    progress.total_bytes.store(total_bytes(&files), Ordering::Relaxed);
    for diagnostic in &diagnostics {
        if !tell(Event::Diagnostic(diagnostic)) {
            return Err(Stopped);
        }
    }
    let workers = load.threads.get();
    let on_the_way = workers * BATCHES_PER_WORKER;
    thread::scope(|scope| {
        let (job_sender, jobs) = bounded::<Job>(on_the_way);
        let (results_sender, results) = unbounded::<(u64, Message)>();
        // A batch is read only when a permit comes back, which bounds what waits anywhere.
        let (permit_sender, permits) = bounded::<()>(on_the_way);
        let (spare_sender, spares) = bounded::<Vec<u8>>(on_the_way);
        let (used_sender, used) = bounded::<Vec<u8>>(on_the_way);
        for _ in 0..on_the_way {
            let _ = permit_sender.send(());
        }
        for index in 0..workers {
            let (jobs, results, spares) = (jobs.clone(), results_sender.clone(), spare_sender.clone());
            let used = used.clone();
            let new_worker = move || Worker::new(load, judging, plan, lines);
            let job = move || work(&jobs, &results, &spares, &used, new_worker);
            let builder = thread::Builder::new().stack_size(STACK_BYTES);
            if builder.spawn_scoped(scope, job.clone()).is_err() {
                // Fewer threads are slower, not wrong; but there must be one.
                if index == 0 {
                    scope.spawn(job);
                }
                break;
            }
        }
        drop(jobs);
        let reader = Reader { load, judging, jobs: job_sender, results: results_sender, permits, spares };
        let (files, snapshots) = (files.as_slice(), snapshots.as_slice());
        scope.spawn(move || reader.read(files));
        let sink = Sink { load, judging, plan, files, snapshots, diagnostics, progress, used: used_sender };
        sink.take(&results, permit_sender, tell)
    })
}

fn total_bytes(files: &[InputFile]) -> u64 {
    let size = |file: &InputFile| match &file.origin {
        Origin::Stdin => None,
        Origin::Path(path) => fs::metadata(path).ok().map(|metadata| metadata.len()),
    };
    files.iter().map(size).sum::<Option<u64>>().unwrap_or_default()
}

fn work<'s>(
    jobs: &Receiver<Job>,
    results: &Sender<(u64, Message)>,
    spares: &Sender<Vec<u8>>,
    used: &Receiver<Vec<u8>>,
    new_worker: impl Fn() -> Worker<'s>,
) {
    let mut worker = new_worker();
    for job in jobs {
        // What the sink has written may be filled again.
        let lines = used.try_recv().unwrap_or_default();
        let process = || worker.process(&job.file, job.capture.as_deref(), &job.batch, lines);
        let processed = panic::catch_unwind(AssertUnwindSafe(process));
        let outcome = processed.unwrap_or_else(|_| {
            // Nobody knows in what state the worker was left.
            worker = new_worker();
            BatchOutcome::defect(&job.file, job.batch.base)
        });
        // If there are enough, it is dropped.
        let _ = spares.try_send(job.batch.text);
        let message = Message::Outcome(Box::new(outcome), job.read_bytes);
        if results.send((job.sequence, message)).is_err() {
            return;
        }
    }
}

struct Reader<'s> {
    load: &'s LoadSettings,
    judging: &'s JudgeSettings,
    jobs: Sender<Job>,
    results: Sender<(u64, Message)>,
    permits: Receiver<()>,
    spares: Receiver<Vec<u8>>,
}

/// Takes the batches of one file.
struct Taken<'r, 's> {
    reader: &'r Reader<'s>,
    file: &'r Arc<str>,
    /// Where it comes from, as its manifest says.
    capture: Option<&'r Arc<Capture>>,
    /// Bytes of the files before it.
    before: u64,
    counter: Counter,
    sequence: &'r mut u64,
}

impl Batches for Taken<'_, '_> {
    fn take(&mut self, batch: Batch) -> bool {
        let read_bytes = self.before + self.counter.stored_bytes();
        if self.reader.permits.recv().is_err() {
            return false;
        }
        let (file, capture) = (Arc::clone(self.file), self.capture.map(Arc::clone));
        let job = Job { sequence: *self.sequence, read_bytes, file, capture, batch };
        *self.sequence += 1;
        self.reader.jobs.send(job).is_ok()
    }

    fn spare(&mut self) -> Vec<u8> {
        self.reader.spares.try_recv().unwrap_or_default()
    }

    fn threads(&self) -> NonZeroUsize {
        self.reader.load.threads
    }
}

impl Reader<'_> {
    fn read(&self, files: &[InputFile]) {
        let mut sequence = 0;
        let mut read_bytes = 0;
        for (index, file) in files.iter().enumerate() {
            let end = self.file(file, &mut sequence, read_bytes);
            read_bytes += end.bytes;
            if self.results.send((sequence, Message::FileEnd(index, end))).is_err() {
                return;
            }
            sequence += 1;
        }
    }

    /// Reads a file; `before` are the bytes of the files before it.
    fn file(&self, file: &InputFile, sequence: &mut u64, before: u64) -> FileEnd {
        let expected = file.expected.as_ref();
        let mut opened = match open(file, self.load.limits, self.judging.digests || expected.is_some()) {
            Ok(opened) => opened,
            Err(error) => {
                return FileEnd { error: Some(error.into()), ..FileEnd::default() };
            }
        };
        let counter = opened.counter();
        let capture = expected.and_then(|page| page.evidence.manifest.capture(page.page));
        let mut taken = Taken { reader: self, file: &file.name, capture, before, counter, sequence };
        let error = Splitter::run(&mut opened, self.load.forced, &mut taken).err();
        FileEnd { bytes: opened.stored_bytes(), sha256: opened.sha256(), error }
    }
}

struct Sink<'s> {
    load: &'s LoadSettings,
    judging: &'s JudgeSettings,
    plan: &'s dyn Rulebook,
    files: &'s [InputFile],
    snapshots: &'s [Arc<Evidence>],
    diagnostics: Vec<Diagnostic>,
    progress: &'s Progress,
    used: Sender<Vec<u8>>,
}

impl Sink<'_> {
    fn take(
        self,
        results: &Receiver<(u64, Message)>,
        permits: Sender<()>,
        tell: &mut dyn FnMut(Event<'_>) -> bool,
    ) -> Result<Run, Stopped> {
        let mut collector = Collector::new(self.load, self.judging, self.files, self.snapshots);
        let mut told = self.diagnostics;
        let mut waiting: BTreeMap<u64, Message> = BTreeMap::new();
        let mut next = 0;
        for (sequence, message) in results {
            waiting.insert(sequence, message);
            while let Some(message) = waiting.remove(&next) {
                next += 1;
                match message {
                    Message::Outcome(mut outcome, read_bytes) => {
                        self.progress.done_bytes.store(read_bytes, Ordering::Relaxed);
                        for input in &outcome.inputs {
                            if !tell(Event::Input(input)) {
                                return Err(Stopped);
                            }
                        }
                        for candidate in std::mem::take(&mut outcome.candidates) {
                            if !tell(Event::Candidate(candidate)) {
                                return Err(Stopped);
                            }
                        }
                        let mut lines = std::mem::take(&mut outcome.lines);
                        if !lines.is_empty() {
                            if !tell(Event::Lines(&lines)) {
                                return Err(Stopped);
                            }
                            lines.clear();
                            // If there are enough, it is dropped.
                            let _ = self.used.try_send(lines);
                        }
                        for finding in &outcome.findings {
                            if !tell(Event::Finding(finding)) {
                                return Err(Stopped);
                            }
                        }
                        collector.batch(*outcome);
                        // The reader may be gone already.
                        let _ = permits.send(());
                    }
                    Message::FileEnd(index, end) => {
                        collector.file_end(index, end);
                        for diagnostic in collector.take_diagnostics() {
                            if !tell(Event::Diagnostic(&diagnostic)) {
                                return Err(Stopped);
                            }
                            told.push(diagnostic);
                        }
                    }
                }
            }
        }
        drop(permits);
        let rules = self.plan.rules().to_vec();
        Ok(collector.finish(rules, told, &mut |event| {
            tell(event);
        }))
    }
}
