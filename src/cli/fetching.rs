//! Calls are made: what is shown meanwhile, and how they are stopped.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::fetch::credentials::Environment;
use crate::fetch::{Collected, Event, Http, Options, Sink, Stop, SystemClock, Target, TimeOuts, collect};
use crate::source::printable;

/// The exit code of a process that was interrupted a second time, by convention.
const INTERRUPTED: i32 = 130;

/// Makes all calls, with a bar for each target that is being called. Ctrl-C ends it early, with what was collected until then.
pub(super) fn fetch(
    targets: &[Target],
    out: &Path,
    rate: Option<f64>,
    environment: &dyn Environment,
) -> Vec<Collected> {
    let stop = Stop::default();
    let handler = stop.clone();
    // Where there can be no handler, Ctrl-C ends the process, and partial folders are left as such.
    let _ = ctrlc::set_handler(move || {
        if handler.is_stopped() {
            process::exit(INTERRUPTED);
        }
        handler.stop();
    });
    let transport = Http::new(TimeOuts::default(), stop.clone());
    let clock = SystemClock::new(stop.clone());
    let options = Options { out: out.to_owned(), rate, clock: &clock, seed: None };
    let shown = Shown::new();
    let collected = collect(targets, &options, &transport, environment, &shown);
    shown.end();
    // Whoever interrupts what follows means that.
    stop.stop();
    collected
}

/// A bar for each target on a terminal, and a line for each when it has ended.
struct Shown {
    bars: Option<MultiProgress>,
    running: Mutex<BTreeMap<usize, ProgressBar>>,
}

impl Shown {
    fn new() -> Self {
        let bars = io::stderr().is_terminal().then(MultiProgress::new);
        Self { bars, running: Mutex::default() }
    }

    fn end(&self) {
        if let Some(bars) = &self.bars {
            // Nothing is left to be shown.
            let _ = bars.clear();
        }
    }

    fn line(&self, text: &str) {
        match &self.bars {
            Some(bars) => {
                let _ = bars.println(text);
            }
            None => {
                let _ = writeln!(io::stderr(), "{text}");
            }
        }
    }

    fn with_bar(&self, index: usize, act: impl FnOnce(&ProgressBar)) {
        if let Some(bar) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&index) {
            act(bar);
        }
    }
}

impl Sink for Shown {
    fn tell(&self, index: usize, target: &Target, event: Event<'_>) {
        match event {
            Event::Started => {
                if let Some(bars) = &self.bars {
                    let bar = bars.add(ProgressBar::new_spinner());
                    bar.set_prefix(name(target));
                    bar.set_style(style("{spinner} {prefix}: {msg}"));
                    bar.enable_steady_tick(Duration::from_millis(100));
                    self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(index, bar);
                }
            }
            Event::Page { pages, resources, total } => self.with_bar(index, |bar| {
                if let Some(total) = total {
                    bar.set_style(style("{spinner} {prefix} {bar:30} {msg}"));
                    bar.set_length(total);
                    bar.set_position(resources);
                    bar.set_message(format!("{resources} of {total}"));
                } else {
                    bar.set_message(format!(
                        "{}, {}",
                        counted(resources, "resource"),
                        counted(pages, "answer")
                    ));
                }
            }),
            Event::Again { why, wait } => self.with_bar(index, |bar| {
                bar.set_message(format!("again in {:.1} s: {}", wait.as_secs_f64(), printable(why)));
            }),
            Event::Ended(collected) => {
                if let Some(bar) = self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&index)
                {
                    bar.finish_and_clear();
                }
                self.line(&format!("{}: {}", name(target), outcome(collected)));
            }
        }
    }
}

fn name(target: &Target) -> String {
    let mut name = target.call.id.to_owned();
    if let Some(region) = &target.region {
        name.push_str(&format!(" {region}"));
    }
    if let Some(profile) = &target.profile {
        name.push_str(&format!(" ({})", printable(profile)));
    }
    name
}

/// How a target ended, in words.
fn outcome(collected: &[Collected]) -> String {
    let snapshots = || collected.iter().filter_map(|call| Some(&call.evidence.as_ref()?.snapshot));
    let judged = snapshots().filter(|snapshot| snapshot.kind == crate::snapshot::KindV1::Snapshot);
    let listed: u64 = snapshots().map(|snapshot| snapshot.resources).sum();
    let judged: Vec<u64> = judged.map(|snapshot| snapshot.resources).collect();
    // What is only a listing has nothing else.
    let resources = if judged.is_empty() { listed } else { judged.iter().sum() };
    let answers: u64 = snapshots().map(|snapshot| snapshot.pages.len() as u64).sum();
    let incomplete = collected.iter().filter(|call| !call.is_complete()).count();
    let whole = match incomplete {
        0 => "complete".to_owned(),
        _ if collected.len() == 1 => "not complete".to_owned(),
        some => format!("{some} of {} not complete", counted(collected.len() as u64, "call")),
    };
    format!("{} in {}, {whole}", counted(resources, "resource"), counted(answers, "answer"))
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
