//! What must hold for every input: places agree with an independent count, nothing makes the tool panic or lose
//! a resource without a word, and the result does not depend on order, layout or threads.

mod changes;
mod layout;
mod order;
mod raw;
mod scanned;
mod second_parser;
mod skipped;
mod text;
mod trackers;
mod written;

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use probity::discover::discover;
use probity::evaluate::{Plan, Way};
use probity::finding::{EvidenceValue, Finding, Run, Verdict};
use probity::policy::{builtin_files, load};
use probity::run::{Event, Progress, execute};
use probity::settings::{Accepting, JudgeSettings, LoadSettings};
use proptest::prelude::*;

use crate::in_process::{clock, judge_settings, load_settings};
use crate::support::root;

/// Judges files in this process. All findings, but those that pass only where `all`; and the run.
fn judged(plan: &Plan, inputs: &[PathBuf], threads: usize, all: bool) -> (Vec<Finding>, Run) {
    let settings = LoadSettings {
        strict: true,
        allow_incomplete: true,
        allow_empty: true,
        threads: NonZeroUsize::new(threads).unwrap(),
        ..load_settings(inputs.to_vec())
    };
    let judging = JudgeSettings {
        accepting: Accepting::default(),
        include: if all { vec![Verdict::Pass, Verdict::NotApplicable] } else { Vec::new() },
        excerpts: !all,
        evidence: all,
        ..judge_settings(Way::Fast)
    };
    let mut told = Vec::new();
    let discovery = discover(&settings.inputs);
    let run = execute(&settings, &judging, plan, discovery, &Progress::default(), None, &mut |event| {
        if let Event::Finding(finding) = event {
            told.push(finding.clone());
        }
        true
    });
    (told, run.unwrap())
}

/// Every built-in rule.
fn builtin() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| Plan::new(&load(&builtin_files()).unwrap(), clock()).unwrap())
}

/// What is said of one resource by one rule, places aside, in a form that can be sorted.
fn said(finding: &Finding) -> String {
    let mut evidence: Vec<String> = finding
        .evidence
        .iter()
        .map(|piece| match &piece.value {
            EvidenceValue::Present(value) => format!("{} = {value}", piece.pointer),
            other => format!("{} {other:?}", piece.pointer),
        })
        .collect();
    evidence.sort();
    format!(
        "{:?} {} {:?} {:?} {evidence:?} {}",
        finding.resource, finding.rule.id, finding.verdict, finding.message, finding.fingerprint
    )
}

/// What a run says, in an order of its own: findings, diagnostics and counts, places aside.
fn meaning((findings, run): &(Vec<Finding>, Run)) -> Vec<String> {
    let mut all: Vec<String> = findings.iter().map(said).collect();
    all.extend(run.diagnostics.iter().map(|d| format!("{} {:?}", d.code.as_str(), d.level)));
    all.sort();
    all.push(format!("{:?} {:?} {}", run.gate, run.tally.total(), run.resources));
    all
}

/// The payloads of `samples` and `tests/cases`, without error bodies.
fn payload_files() -> Vec<PathBuf> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_str().unwrap();
            if path.is_dir() {
                collect(&path, files);
            } else if name.contains("json") && !name.contains(".expected.") && !name.contains("errors") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(&root().join("samples"), &mut files);
    collect(&root().join("tests/cases"), &mut files);
    files.sort();
    files
}

/// Numbers to decide by, over and over; zeros change nothing.
struct Choices(std::iter::Cycle<std::vec::IntoIter<usize>>);

impl Choices {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0.next().unwrap() % end
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = last - self.below(last + 1);
            items.swap(last, other);
        }
    }
}

impl From<Vec<usize>> for Choices {
    fn from(numbers: Vec<usize>) -> Self {
        Self(numbers.into_iter().cycle())
    }
}

/// Numbers for [`Choices`], which cannot be shown.
fn choices() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0_usize..5040, 1..200)
}
