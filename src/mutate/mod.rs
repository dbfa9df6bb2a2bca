//! Payloads with faults, to see which rules notice.
//!
//! A rule that passes on a resource is judged again on the same resource with one of the values that it reads
//! changed, and on whole files that are cut off, incomplete or no payload at all. A rule that still passes although
//! another value there would not have passed says nothing that can be relied on: it is named, with the change.

mod files;
mod probes;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::discover::{Discovery, InputFile, Origin};
use crate::evaluate::{Plan, Rulebook as _, Way};
use crate::finding::{Finding, Gate, OnInconclusive, Run, Verdict};
use crate::load::Limits;
use crate::model::Resource;
use crate::operation::Operation;
use crate::policy::{ReadNode, Rule, RuleId, Severity, Step};
use crate::run::{Event, Progress, execute, read_paths};
use crate::settings::{Accepting, JudgeSettings, LoadSettings, Purpose};
use crate::source::Place;
use crate::source::json::{JsonPath, Segment};
use text::Original;

pub use files::FileFault;
pub use text::Change;

/// Elements of each list that are changed: what holds for the first holds for all.
const ELEMENTS: usize = 5;

/// Why payloads could not be changed and judged again.
#[derive(Debug, thiserror::Error)]
pub enum MutateError {
    /// Temporary files could not be written.
    #[error("cannot write changed payloads: {0}")]
    Io(#[from] io::Error),
}

/// How thoroughly to try.
#[derive(Clone, Copy, Debug)]
pub struct MutateSettings {
    /// The clock.
    pub clock: DateTime<Utc>,
    /// Threads that judge.
    pub threads: NonZeroUsize,
    /// Resources that are changed for each rule.
    pub resources_per_rule: usize,
}

/// How many of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Changes that were judged.
    pub tried: u64,
    /// Changes that mean the same to the rule: the normalised resource is the same.
    pub same: u64,
    /// Changes on which the rule did not pass.
    pub noticed: u64,
    /// Changes on which it passed, as it does with any other value there.
    pub settled: u64,
    /// Changes on which it passed though another value there would not have.
    pub passed: u64,
}

/// Why a rule may pass on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// It passes with any other value there as well: other values settle it.
    Settled,
    /// METADATA lists the path as optional, or the change leaves a meaning: an empty list, a shorter one.
    Accepted,
}

/// A change on which a rule passes.
#[derive(Clone, Debug, PartialEq)]
pub struct Unnoticed {
    /// The rule.
    pub rule: RuleId,
    /// What was done.
    pub change: Change,
    /// To which value, within the resource.
    pub path: JsonPath,
    /// The resource.
    pub place: Place,
    /// Why that may be so; `None` where nothing speaks for it.
    pub excuse: Option<Excuse>,
    /// The changed resource.
    pub text: String,
}

/// A file with a fault that still passes.
#[derive(Clone, Debug, PartialEq)]
pub struct UnnoticedFault {
    /// The file.
    pub file: String,
    /// What was done to it.
    pub fault: FileFault,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct MutationReport {
    /// Counts by change.
    pub changes: BTreeMap<Change, Tried>,
    /// Changes on which rules pass, by rule.
    pub unnoticed: Vec<Unnoticed>,
    /// Files with faults that were judged, and how many were noticed.
    pub faults: BTreeMap<FileFault, (u64, u64)>,
    /// Those that were not.
    pub unnoticed_faults: Vec<UnnoticedFault>,
    /// Rules that pass on none of the payloads, so that nothing could be tried.
    pub untried: Vec<RuleId>,
    /// Rules that were tried.
    pub rules: u64,
}

impl MutationReport {
    /// All changes together.
    pub fn total(&self) -> Tried {
        self.changes.values().fold(Tried::default(), |mut sum, tried| {
            sum.tried += tried.tried;
            sum.same += tried.same;
            sum.noticed += tried.noticed;
            sum.settled += tried.settled;
            sum.passed += tried.passed;
            sum
        })
    }

    /// Whether nothing passed that should not have.
    pub fn is_clean(&self) -> bool {
        self.unnoticed_faults.is_empty() && self.unnoticed.iter().all(|unnoticed| unnoticed.excuse.is_some())
    }
}

/// A resource that a rule passes on.
struct Subject {
    /// Index of the rule in the plan.
    rule: usize,
    operation: Operation,
    place: Place,
    text: String,
}

/// A change of a resource, for one rule.
struct Mutant {
    subject: usize,
    path: JsonPath,
    change: Change,
    text: String,
}

/// Changes what the rules of `plan` read in the resources of `discovery` that they pass on, and judges again.
///
/// # Errors
///
/// Where temporary files cannot be written.
pub fn mutate(
    plan: &Plan,
    discovery: &Discovery,
    settings: &MutateSettings,
) -> Result<MutationReport, MutateError> {
    let engine = Engine {
        plan,
        settings,
        rules: plan
            .rules()
            .iter()
            .zip(plan.reads())
            .map(|(rule, reads)| (rule.as_ref(), &reads.reads))
            .collect(),
    };
    let mut report = MutationReport::default();
    let subjects = engine.subjects(discovery, &mut report);
    let mut mutants = engine.mutants(&subjects, &mut report);
    engine.keep_passing(&subjects, &mut mutants, &mut report)?;
    engine.tell(&subjects, mutants, &mut report)?;
    engine.faults(discovery, &mut report)?;
    Ok(report)
}

struct Engine<'p> {
    plan: &'p Plan,
    settings: &'p MutateSettings,
    rules: Vec<(&'p Rule, &'p ReadNode)>,
}

impl Engine<'_> {
    /// Judges files; `tell` gets each finding.
    fn judge(
        &self,
        discovery: Discovery,
        forced: Option<Operation>,
        tell: &mut dyn FnMut(&Finding),
    ) -> Option<Run> {
        let load = LoadSettings {
            inputs: Vec::new(),
            forced,
            limits: Limits::default(),
            strict: false,
            allow_incomplete: false,
            allow_empty: false,
            max_age: None,
            threads: self.settings.threads,
        };
        let judging = JudgeSettings {
            purpose: Purpose::Judge,
            way: Way::Fast,
            clock: self.settings.clock,
            fail_on: Severity::Low,
            on_inconclusive: OnInconclusive::Fail,
            accepting: Accepting::default(),
            include: vec![Verdict::Pass, Verdict::NotApplicable],
            excerpts: false,
            evidence: false,
            digests: false,
            config: None,
        };
        execute(&load, &judging, self.plan, discovery, &Progress::default(), None, &mut |event| {
            if let Event::Finding(finding) = event {
                tell(finding);
            }
            true
        })
        .ok()
    }

    /// Resources that rules pass on, a few for each rule.
    fn subjects(&self, discovery: &Discovery, report: &mut MutationReport) -> Vec<Subject> {
        let mut passes: BTreeMap<RuleId, Vec<(Operation, Place)>> = BTreeMap::new();
        let copy = Discovery { diagnostics: Vec::new(), ..discovery.clone() };
        self.judge(copy, None, &mut |finding| {
            if finding.verdict == Verdict::Pass {
                let places = passes.entry(finding.rule.id.clone()).or_default();
                places.push((finding.resource.operation, finding.location.place.clone()));
            }
        });
        let mut texts: BTreeMap<&str, Option<Vec<u8>>> = BTreeMap::new();
        let mut subjects = Vec::new();
        for (index, (rule, _)) in self.rules.iter().enumerate() {
            let places = passes.remove(&rule.id).unwrap_or_default();
            let mut taken: BTreeSet<String> = BTreeSet::new();
            // Spread over the payloads, so that not all are alike.
            let step = places.len().div_ceil(self.settings.resources_per_rule.max(1)).max(1);
            for (operation, place) in places.into_iter().step_by(step) {
                let file = discovery.files.iter().find(|file| file.name == place.file);
                let Some(file) = file else { continue };
                let bytes = texts.entry(&file.name).or_insert_with(|| contents(file));
                let Some(text) = bytes.as_deref().and_then(|bytes| slice(bytes, &place)) else { continue };
                if taken.insert(text.clone()) {
                    subjects.push(Subject { rule: index, operation, place, text });
                }
            }
            if taken.is_empty() {
                report.untried.push(rule.id.clone());
            } else {
                report.rules += 1;
            }
        }
        subjects
    }

    /// Every change of every value that the rules read on their resources.
    fn mutants(&self, subjects: &[Subject], report: &mut MutationReport) -> Vec<Mutant> {
        let mut mutants = Vec::new();
        for (index, subject) in subjects.iter().enumerate() {
            let Some((_, reads)) = self.rules.get(subject.rule) else { continue };
            let original = Original::new(&subject.text);
            let before = normalised(subject.operation, &subject.text);
            let mut paths: BTreeSet<JsonPath> = BTreeSet::new();
            let few = |path: &JsonPath| {
                let mut indices = path.segments().iter().filter_map(|segment| match segment {
                    Segment::Index(index) => Some(*index),
                    Segment::Key(_) => None,
                });
                indices.all(|index| index < ELEMENTS)
            };
            for path in read_paths(original.outline(), reads).into_iter().filter(few) {
                // What is around a value may be missing too.
                paths.extend((1..=path.segments().len()).map(|count| path.prefix(count)));
            }
            for path in paths {
                let Some(value) = original.find(&path) else { continue };
                for change in Change::ALL {
                    if change == Change::OtherCase && !probes::is_enumeration(subject.operation, &path) {
                        continue;
                    }
                    let Some(text) = original.changed(value, change) else { continue };
                    let tried = report.changes.entry(change).or_default();
                    if normalised(subject.operation, &text) == before {
                        tried.same += 1;
                        continue;
                    }
                    tried.tried += 1;
                    mutants.push(Mutant { subject: index, path: path.clone(), change, text });
                }
            }
        }
        mutants
    }

    /// Keeps those on which their rule passes.
    fn keep_passing(
        &self,
        subjects: &[Subject],
        mutants: &mut Vec<Mutant>,
        report: &mut MutationReport,
    ) -> Result<(), MutateError> {
        let texts: Vec<(Operation, usize, &str)> = mutants
            .iter()
            .filter_map(|mutant| {
                let subject = subjects.get(mutant.subject)?;
                Some((subject.operation, subject.rule, mutant.text.as_str()))
            })
            .collect();
        let verdicts = self.verdicts(&texts)?;
        let mut verdict = verdicts.into_iter();
        mutants.retain(|mutant| {
            let passes = verdict.next().flatten() == Some(Verdict::Pass);
            if !passes {
                report.changes.entry(mutant.change).or_default().noticed += 1;
            }
            passes
        });
        Ok(())
    }

    /// Tells of the changes on which rules pass, unless they pass with any value there.
    fn tell(
        &self,
        subjects: &[Subject],
        mutants: Vec<Mutant>,
        report: &mut MutationReport,
    ) -> Result<(), MutateError> {
        let observed =
            probes::observed(subjects.iter().map(|subject| (subject.operation, subject.text.as_str())));
        let mut questions: Vec<(usize, JsonPath)> = Vec::new();
        let mut texts: Vec<(Operation, usize, String)> = Vec::new();
        let mut asked: Vec<usize> = Vec::new();
        for mutant in &mutants {
            let question = (mutant.subject, mutant.path.clone());
            if questions.contains(&question) {
                continue;
            }
            let Some(subject) = subjects.get(mutant.subject) else { continue };
            let original = Original::new(&subject.text);
            if let Some(value) = original.find(&mutant.path) {
                for new in
                    probes::values(subject.operation, &mutant.path, original.outline().text(value), &observed)
                {
                    texts.push((subject.operation, subject.rule, original.replaced(value, &new)));
                    asked.push(questions.len());
                }
            }
            questions.push(question);
        }
        let texts: Vec<(Operation, usize, &str)> =
            texts.iter().map(|(operation, rule, text)| (*operation, *rule, text.as_str())).collect();
        let mut matters: BTreeSet<usize> = BTreeSet::new();
        for (question, verdict) in asked.into_iter().zip(self.verdicts(&texts)?) {
            if matches!(verdict, Some(Verdict::Fail | Verdict::Inconclusive)) {
                matters.insert(question);
            }
        }
        for mutant in mutants {
            let question = questions
                .iter()
                .position(|(subject, path)| *subject == mutant.subject && *path == mutant.path);
            let Some(subject) = subjects.get(mutant.subject) else { continue };
            let Some((rule, _)) = self.rules.get(subject.rule) else { continue };
            let tried = report.changes.entry(mutant.change).or_default();
            let excuse = if question.is_some_and(|question| matters.contains(&question)) {
                tried.passed += 1;
                is_accepted(rule, &mutant).then_some(Excuse::Accepted)
            } else {
                tried.settled += 1;
                Some(Excuse::Settled)
            };
            report.unnoticed.push(Unnoticed {
                rule: rule.id.clone(),
                change: mutant.change,
                excuse,
                path: mutant.path,
                place: subject.place.clone(),
                text: mutant.text,
            });
        }
        Ok(())
    }

    /// What a rule says of each text: operation, index of the rule, and resource.
    fn verdicts(&self, texts: &[(Operation, usize, &str)]) -> Result<Vec<Option<Verdict>>, MutateError> {
        let mut verdicts = vec![None; texts.len()];
        let folder = tempfile::tempdir()?;
        let operations: BTreeSet<Operation> = texts.iter().map(|(operation, ..)| *operation).collect();
        for operation in operations {
            let own: Vec<usize> = texts
                .iter()
                .enumerate()
                .filter(|(_, text)| text.0 == operation)
                .map(|(index, _)| index)
                .collect();
            let path = folder.path().join(format!("{operation}.ndjson"));
            let mut file = io::BufWriter::new(fs::File::create(&path)?);
            for &index in &own {
                let Some((.., text)) = texts.get(index) else { continue };
                // A resource may stand on several lines.
                writeln!(file, "{}", text.replace(['\n', '\r'], " "))?;
            }
            // Never one document alone, so that each has a number.
            writeln!(file, "{{}}")?;
            file.flush()?;
            drop(file);
            let rule_of = |index: usize| texts.get(index).and_then(|(_, rule, _)| self.rules.get(*rule));
            self.judge(single(&path), Some(operation), &mut |finding| {
                let document = finding.location.document.and_then(|number| usize::try_from(number).ok());
                let Some(&index) = document.and_then(|number| own.get(number)) else { return };
                if rule_of(index).is_some_and(|(rule, _)| rule.id == finding.rule.id)
                    && let Some(slot) = verdicts.get_mut(index)
                {
                    *slot = Some(finding.verdict);
                }
            });
        }
        Ok(verdicts)
    }

    /// Judges files that are cut off, incomplete, or error bodies.
    fn faults(&self, discovery: &Discovery, report: &mut MutationReport) -> Result<(), MutateError> {
        let folder = tempfile::tempdir()?;
        for file in &discovery.files {
            let Some(text) = contents(file).and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
            let mut operations: BTreeSet<Operation> = BTreeSet::new();
            let only = Discovery { files: vec![file.clone()], ..Discovery::default() };
            self.judge(only, None, &mut |finding| {
                operations.insert(finding.resource.operation);
            });
            let Some(&operation) = operations.first() else { continue };
            for (fault, text) in files::faults(operation, &text) {
                let path = folder.path().join("payload.json");
                fs::write(&path, text)?;
                let gate = self.judge(single(&path), None, &mut |_| {}).map(|run| run.gate);
                let (tried, noticed) = report.faults.entry(fault).or_default();
                *tried += 1;
                if gate == Some(Gate::Pass) {
                    let file = file.name.to_string();
                    report.unnoticed_faults.push(UnnoticedFault { file, fault });
                } else {
                    *noticed += 1;
                }
            }
        }
        Ok(())
    }
}

/// Whether a pass on a change needs no excuse: METADATA lists the path as optional, or an empty list leaves
/// nothing to speak against.
fn is_accepted(rule: &Rule, mutant: &Mutant) -> bool {
    let is_listed = || {
        let path: Vec<Step> = mutant
            .path
            .segments()
            .iter()
            .map(|segment| match segment {
                Segment::Key(key) => Step::Key(key.clone()),
                Segment::Index(_) => Step::Each,
            })
            .collect();
        crate::policy::is_optional(rule, &path)
    };
    match mutant.change {
        Change::EmptyList => true,
        Change::Dropped | Change::Renamed | Change::Null | Change::EmptyText => {
            let is_element = matches!(mutant.path.segments().last(), Some(Segment::Index(_)));
            (is_element && mutant.change == Change::Dropped) || is_listed()
        }
        Change::OtherType | Change::NumberAndText | Change::OtherCase => false,
    }
}

/// One file to judge.
fn single(path: &Path) -> Discovery {
    let name = path.to_string_lossy().into_owned();
    let file = InputFile::new(name, Origin::Path(PathBuf::from(path)));
    Discovery { files: vec![file], ..Discovery::default() }
}

/// The bytes of a file, as they are stored.
fn contents(file: &InputFile) -> Option<Vec<u8>> {
    match &file.origin {
        Origin::Path(path) => fs::read(path).ok(),
        Origin::Stdin => None,
    }
}

/// The text at a place; `None` in compressed files, whose places are those of what is in them.
fn slice(bytes: &[u8], place: &Place) -> Option<String> {
    let start = usize::try_from(place.start.byte).ok()?;
    let end = usize::try_from(place.end_byte).ok()?;
    let text = std::str::from_utf8(bytes.get(start..end)?).ok()?;
    text.starts_with('{').then(|| text.to_owned())
}

/// The resource as rules see it, with what cannot be read of it.
fn normalised(operation: Operation, text: &str) -> Option<(serde_json::Value, Vec<String>)> {
    let resource = Resource::parse(operation, text).ok()?;
    let mut remarks = Vec::new();
    resource.inspect(&mut |remark| remarks.push(remark.path.to_string()));
    Some((serde_json::to_value(&resource).ok()?, remarks))
}
