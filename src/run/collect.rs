//! Takes outcomes in order, and makes the result of the run of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::mem;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::Event;
use super::accept::Ledger;
use super::closing;
use super::fetched;
use super::log::{KEPT, Log};
use super::present::Attendance;
use super::problems::{duplicate_problems, page_problem, split_problem, unregistered};
use super::register::{Entry, Register};
use super::worker::{BatchOutcome, Part};
use crate::discover::{Expected, InputFile};
use crate::finding::{Counts, Gate, InputSummary, ListSummary, Run, Tally};
use crate::load::{Assembly, Page, Snapshot, SnapshotProblem, SplitError, Wholeness, assemble, hull};
use crate::operation::{Operation, Paging};
use crate::policy::Rule;
use crate::settings::{JudgeSettings, LoadSettings};
use crate::snapshot::Evidence;
use crate::source::{Code, Diagnostic, Level, Place, printable};

/// What the reader says of a file when it is through with it.
#[derive(Debug, Default)]
pub(super) struct FileEnd {
    pub(super) bytes: u64,
    pub(super) sha256: Option<String>,
    pub(super) error: Option<SplitError>,
}

/// The result in the making.
pub(super) struct Collector<'s> {
    load: &'s LoadSettings,
    judging: &'s JudgeSettings,
    files: &'s [InputFile],
    /// The evidence that is among the files.
    snapshots: &'s [Arc<Evidence>],
    /// Snapshots of which a page is not what was received.
    tampered: BTreeSet<usize>,
    tally: Tally,
    by_rule: Vec<Counts>,
    ledger: Ledger,
    attendance: Attendance,
    lists: Vec<ListSummary>,
    outcomes: Counts,
    payloads: u64,
    resources: u64,
    diagnostics: Vec<Diagnostic>,
    inputs: Vec<InputSummary>,
    current: CurrentFile,
    /// Index of the file under way.
    index: usize,
    /// Pages that other files may complete, with the index of their file.
    loose: Vec<(usize, bool, Page)>,
    /// Resources on such pages, with the index of their file.
    loose_seen: BTreeMap<Operation, Register>,
    unjudged: BTreeMap<Operation, (Place, u64)>,
}

/// What is known of the file under way.
#[derive(Default)]
struct CurrentFile {
    log: Log,
    pages: Vec<Page>,
    /// The payload whose parts are coming in.
    part: Option<Page>,
    /// Its resources, with its index.
    seen: BTreeMap<Operation, Register>,
    /// Why resources that stand twice cannot be found.
    unregistered: Option<io::Error>,
    totals: BTreeMap<Operation, Totals>,
    bare: BTreeMap<Operation, Page>,
}

/// What a file holds of an operation.
#[derive(Default)]
struct Totals {
    payloads: u64,
    resources: u64,
    observed: Option<std::ops::RangeInclusive<DateTime<Utc>>>,
    stated_total: Option<u64>,
    incomplete: bool,
    unverified: bool,
    /// Whether the last page named a further one.
    open: bool,
}

/// A snapshot, as far as there is something to say about it.
struct View<'v> {
    operation: Operation,
    resources: u64,
    newest: Option<DateTime<Utc>>,
    complete: Option<bool>,
    bare: bool,
    page: &'v Page,
}

impl<'s> Collector<'s> {
    pub(super) fn new(
        load: &'s LoadSettings,
        judging: &'s JudgeSettings,
        files: &'s [InputFile],
        snapshots: &'s [Arc<Evidence>],
    ) -> Self {
        Self {
            load,
            judging,
            files,
            snapshots,
            tampered: BTreeSet::new(),
            tally: Tally::default(),
            by_rule: Vec::new(),
            ledger: Ledger::default(),
            attendance: Attendance::default(),
            lists: Vec::new(),
            outcomes: Counts::default(),
            payloads: 0,
            resources: 0,
            diagnostics: Vec::new(),
            inputs: Vec::new(),
            current: CurrentFile::default(),
            index: 0,
            loose: Vec::new(),
            loose_seen: BTreeMap::new(),
            unjudged: BTreeMap::new(),
        }
    }

    /// Takes the outcome of the next batch of the current file.
    pub(super) fn batch(&mut self, outcome: BatchOutcome) {
        self.tally.merge(&outcome.tally);
        self.by_rule.resize(self.by_rule.len().max(outcome.by_rule.len()), Counts::default());
        for (all, counts) in self.by_rule.iter_mut().zip(outcome.by_rule) {
            *all += counts;
        }
        self.outcomes += outcome.outcomes;
        self.ledger.append(outcome.ledger);
        self.attendance.append(&self.judging.accepting.population, outcome.present);
        let current = &mut self.current;
        current.log.append(outcome.log);
        let file = u32::try_from(self.index).unwrap_or(u32::MAX);
        for (operation, seen) in outcome.seen {
            let added = current.seen.entry(operation).or_default().add(Entry { seen, file });
            current.unregistered = current.unregistered.take().or(added.err());
        }
        for (operation, place) in outcome.unjudged {
            let entry = self.unjudged.entry(operation).or_insert((place, 0));
            entry.1 += 1;
        }
        for page in outcome.pages {
            self.page(page);
        }
        match outcome.part {
            None => {}
            Some(Part::Head(head)) => {
                // Of the one before, the last part may be lost to a defect, which was told.
                self.close_part();
                self.current.part = Some(head);
            }
            Some(Part::Resources(part, last)) => {
                if let Some(whole) = &mut self.current.part {
                    whole.identities.extend(part.identities);
                    whole.observed = hull(whole.observed.take(), part.observed);
                }
                if last {
                    self.close_part();
                }
            }
        }
    }

    /// Takes the payload whose parts came in.
    fn close_part(&mut self) {
        if let Some(whole) = self.current.part.take() {
            self.page(whole);
        }
    }

    /// Takes a payload. Most stand alone, and nothing has to be kept of them.
    fn page(&mut self, mut page: Page) {
        self.resources += page.resources;
        let files = self.files;
        let expected = files.get(self.index).and_then(|file| file.expected.as_ref());
        if let Some(Expected { evidence, page: index, .. }) = expected {
            page.captured = page.captured.or_else(|| Some(evidence.manifest.capture(*index)?.at));
            self.current.log.extend(fetched::of_another(&page, evidence));
        }
        let totals = self.current.totals.entry(page.operation).or_default();
        totals.resources += page.resources;
        totals.observed = hull(totals.observed.take(), page.observed.clone());
        totals.observed = hull(totals.observed.take(), page.captured.map(|at| at..=at));
        if page.bare {
            totals.unverified = true;
            match self.current.bare.get_mut(&page.operation) {
                None => {
                    self.current.bare.insert(page.operation, page);
                }
                Some(all) => {
                    all.resources += page.resources;
                    all.observed = hull(all.observed.take(), page.observed);
                }
            }
            return;
        }
        self.payloads += 1;
        totals.payloads += 1;
        let whole = page.wholeness();
        if expected.is_some() {
            self.current.pages.push(page);
            return;
        }
        let after_open = mem::replace(&mut totals.open, whole == Wholeness::Part);
        // The end of a chain of tokens looks whole, and so does the only payload of a file.
        let may_end_chain = page.operation.paging() == Paging::Token && (after_open || totals.payloads == 1);
        if whole == Wholeness::Part || may_end_chain {
            self.current.pages.push(page);
            return;
        }
        totals.unverified |= whole == Wholeness::Unverified;
        if let Some(stated) = page.facts.stated_total {
            *totals.stated_total.get_or_insert(0) += stated;
        }
        page.identities = Vec::new();
        let complete = (whole == Wholeness::Whole).then_some(true);
        let problems = self.snapshot_problems(&View {
            operation: page.operation,
            resources: page.resources,
            newest: page.newest(),
            complete,
            bare: false,
            page: &page,
        });
        for problem in problems {
            self.current.log.push(problem);
        }
    }

    /// Closes the current file.
    pub(super) fn file_end(&mut self, index: usize, end: FileEnd) {
        let Some(file) = self.files.get(index) else {
            return;
        };
        self.index = index + 1;
        // Reading may have ended before the last part.
        self.close_part();
        let mut current = mem::take(&mut self.current);
        if let Some(error) = end.error {
            current.log.push(split_problem(file, error));
        }
        if let Some(Expected { evidence, snapshot, page }) = &file.expected {
            let problem = match &end.sha256 {
                Some(sha256) => evidence.verify(*page, end.bytes, sha256),
                None => evidence.verify_again(*page),
            };
            if let Some(problem) = problem {
                self.tampered.insert(*snapshot);
                current.log.push(problem);
            }
        }
        for page in current.bare.into_values() {
            let problems = self.snapshot_problems(&View {
                operation: page.operation,
                resources: page.resources,
                newest: page.newest(),
                complete: None,
                bare: true,
                page: &page,
            });
            for problem in problems {
                current.log.push(problem);
            }
        }
        for (operation, mut seen) in mem::take(&mut current.seen) {
            let found = seen.find(self.load.threads, KEPT, &|_| true, &|_| true);
            let mut failed =
                found.map(|found| duplicate_problems(operation, &found, self.files, &mut current.log)).err();
            if current.pages.iter().any(|page| page.operation == operation) {
                let loose = self.loose_seen.entry(operation).or_default();
                failed = failed.or(seen.pour_into(loose).err());
            }
            current.unregistered = current.unregistered.take().or(failed);
        }
        if let Some(error) = &current.unregistered {
            current.log.push(unregistered(error));
        }
        for page in current.pages {
            let single = current.totals.get(&page.operation).is_some_and(|totals| totals.payloads == 1);
            self.loose.push((index, single, page));
        }
        self.diagnostics.extend(current.log.finish(&file.name));
        let summary = |operation, totals: Totals| InputSummary {
            file: Arc::clone(&file.name),
            sha256: end.sha256.clone(),
            bytes: end.bytes,
            operation,
            payloads: totals.payloads,
            resources: totals.resources,
            complete: if totals.incomplete {
                Some(false)
            } else {
                (operation.is_some() && !totals.unverified).then_some(true)
            },
            stated_total: totals.stated_total,
            observed: totals.observed,
        };
        if current.totals.is_empty() {
            self.inputs.push(summary(None, Totals::default()));
        }
        for (operation, totals) in current.totals {
            self.inputs.push(summary(Some(operation), totals));
        }
    }

    /// The diagnostics so far that were not taken yet, in order.
    pub(super) fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        mem::take(&mut self.diagnostics)
    }

    /// Joins pages between files, and makes the result. `told` are all diagnostics that were taken before.
    pub(super) fn finish(
        mut self,
        mut rules: Vec<Arc<Rule>>,
        mut told: Vec<Diagnostic>,
        tell: &mut dyn FnMut(Event<'_>),
    ) -> Run {
        self.join_pages();
        for (index, evidence) in self.snapshots.iter().enumerate() {
            let is_page =
                |file: &&InputFile| file.expected.as_ref().is_some_and(|page| page.snapshot == index);
            let named = self.files.iter().filter(is_page).count();
            self.diagnostics.extend(fetched::problems(evidence, named, self.load));
        }
        // Who selects no rule in Rego wants the lists judged alone.
        let population = &self.judging.accepting.population;
        let has_list = |operation| rules.is_empty() && population.is_about(operation);
        for (operation, (place, _)) in mem::take(&mut self.unjudged) {
            if has_list(operation) {
                continue;
            }
            self.diagnostics.push(
                Diagnostic::error(
                    Code::PolicyNoneForOperation,
                    format!("no selected rule is about {} (`{operation}`)", operation.resources_in_words()),
                )
                .at(place)
                .help("select rules for it, or leave its files out: what no rule judges has not passed"),
            );
        }
        self.call_the_roll(&mut rules, tell);
        let judged: Vec<&Arc<Rule>> = rules
            .iter()
            .zip(&self.by_rule)
            .filter(|(_, counts)| counts.total() > 0)
            .map(|(rule, _)| rule)
            .collect();
        let (waivers, problems) = closing::waivers(self.judging, &self.ledger, &judged);
        self.diagnostics.extend(problems);
        let ratchet = closing::comparison(self.judging, &self.ledger, &self.tally, &judged);
        for diagnostic in &self.diagnostics {
            tell(Event::Diagnostic(diagnostic));
        }
        told.append(&mut self.diagnostics);
        told.sort_by_cached_key(|diagnostic| {
            let place = diagnostic.place.as_ref();
            place.map(|place| (Arc::clone(&place.file), place.start, diagnostic.code))
        });
        let errors = told.iter().any(|diagnostic| diagnostic.level == Level::Error);
        Run {
            at: self.judging.clock,
            gate: Gate::of(
                &self.tally,
                &self.ledger.known,
                self.judging.fail_on,
                self.judging.on_inconclusive,
                errors,
            ),
            fail_on: self.judging.fail_on,
            on_inconclusive: self.judging.on_inconclusive,
            outcomes: self.outcomes,
            tally: self.tally,
            known: self.ledger.known,
            by_rule: self.by_rule,
            include: self.judging.include.clone(),
            max_age: self.load.max_age,
            config: self.judging.config.clone(),
            files: self.files.len() as u64,
            payloads: self.payloads,
            resources: self.resources,
            inputs: self.inputs,
            rules,
            waivers,
            ratchet,
            fresh: self.ledger.fresh,
            population: self.lists,
            diagnostics: told,
        }
    }

    /// Judges whether the resources are there that are expected.
    fn call_the_roll(&mut self, rules: &mut Vec<Arc<Rule>>, tell: &mut dyn FnMut(Event<'_>)) {
        let population = &self.judging.accepting.population;
        let Some(first) = population.lists.first() else { return };
        let Some(rule) = &population.rule else {
            let name = printable(first.file.name());
            let message = format!("nobody judges whether the resources of `{name}` are there");
            self.diagnostics.push(
                Diagnostic::warning(Code::PopulationNotJudged, message).help(
                    "POPULATION-001 is left out: name the rules that are meant, or leave the lists out",
                ),
            );
            return;
        };
        let mut operations: Vec<Operation> = self.inputs.iter().filter_map(|input| input.operation).collect();
        operations.sort_unstable();
        operations.dedup();
        let roll = self.attendance.call(self.judging, rule, &operations, &mut |finding| {
            tell(Event::Finding(finding));
        });
        self.by_rule.resize(rules.len(), Counts::default());
        rules.push(Arc::clone(rule));
        self.by_rule.push(roll.counts);
        self.tally.merge(&roll.tally);
        self.ledger.append(roll.ledger);
        self.lists = roll.lists;
        self.diagnostics.extend(roll.log.finish("the inputs"));
    }

    fn join_pages(&mut self) {
        let loose = mem::take(&mut self.loose);
        let mut loose_seen = mem::take(&mut self.loose_seen);
        let entries: Vec<Assembly<'_>> = loose
            .iter()
            .map(|(file, single, page)| Assembly {
                file: *file,
                name: self.files.get(*file).map_or("", |file| &file.name),
                single: *single,
                group: self.files.get(*file).and_then(|file| Some(file.expected.as_ref()?.snapshot)),
                page,
            })
            .collect();
        for mut snapshot in assemble(&entries) {
            let members: Vec<&(usize, bool, Page)> =
                snapshot.pages.iter().filter_map(|&index| loose.get(index)).collect();
            let mut files: Vec<usize> = members.iter().map(|(file, ..)| *file).collect();
            files.dedup();
            let Some(marked) = members
                .iter()
                .find(|(.., page)| page.mark.is_some())
                .or(members.first())
                .map(|(.., page)| page)
            else {
                continue;
            };
            let group = files.first().and_then(|&file| self.files.get(file)?.expected.as_ref());
            if let Some(expected) = group {
                let held = members.iter().map(|(.., page)| page.resources).sum();
                let problem = self.settle(&mut snapshot, expected, &files, held);
                self.diagnostics.extend(problem);
            }
            for &file in &files {
                self.note_snapshot(file, snapshot.operation, snapshot.complete, snapshot.stated_total);
            }
            if let Some(problem) = &snapshot.problem {
                let names: Vec<&str> =
                    files.iter().filter_map(|&file| Some(&*self.files.get(file)?.name)).collect();
                let here = snapshot.resources;
                let diagnostic = page_problem(
                    problem,
                    snapshot.operation,
                    here,
                    snapshot.stated_total,
                    &names,
                    members.len(),
                );
                let diagnostic = self.weighed(placed(diagnostic, marked));
                self.diagnostics.push(match group {
                    Some(_) if diagnostic.help.is_some() => diagnostic.help("fetch all of it again"),
                    _ => diagnostic,
                });
            }
            let view = View {
                operation: snapshot.operation,
                resources: snapshot.resources,
                newest: snapshot.newest,
                complete: snapshot.complete,
                bare: false,
                page: marked,
            };
            let problems = self.snapshot_problems(&view);
            self.diagnostics.extend(problems);
            if files.len() > 1 {
                let mut log = Log::default();
                let is_one = |entry: &Entry| files.iter().any(|file| u32::try_from(*file) == Ok(entry.file));
                if let Some(seen) = loose_seen.get_mut(&snapshot.operation) {
                    let between = |pair: &(Entry, Entry)| pair.0.file != pair.1.file;
                    match seen.find(self.load.threads, KEPT, &is_one, &between) {
                        Ok(found) => duplicate_problems(snapshot.operation, &found, self.files, &mut log),
                        Err(error) => log.push(unregistered(&error)),
                    }
                }
                self.diagnostics.extend(log.finish(&marked.place.file));
            }
        }
    }

    /// What its manifest says of a snapshot outweighs what its pages leave open. What else it says must be so: `held` are the
    /// resources on its pages.
    fn settle(
        &self,
        snapshot: &mut Snapshot,
        expected: &Expected,
        files: &[usize],
        held: u64,
    ) -> Option<Diagnostic> {
        let content = &expected.evidence.manifest.content;
        let is_here = content.pages.len() == files.len();
        let is_lacking = matches!(
            snapshot.problem,
            Some(SnapshotProblem::Missing { .. } | SnapshotProblem::TokenLeft | SnapshotProblem::GapInSeries)
        );
        if is_lacking && !(is_here && content.complete) {
            // That is told of the manifest, with its reason.
            snapshot.problem = None;
        }
        let is_tampered = self.tampered.contains(&expected.snapshot);
        let problem = (is_here && !is_tampered && held != content.resources)
            .then(|| fetched::miscounted(&expected.evidence, held));
        if !(is_here && content.complete) || is_tampered || problem.is_some() {
            snapshot.complete = Some(false);
        }
        problem
    }

    /// Notes what a snapshot over several payloads means for a file.
    fn note_snapshot(
        &mut self,
        file: usize,
        operation: Operation,
        complete: Option<bool>,
        stated: Option<u64>,
    ) {
        let Some(name) = self.files.get(file).map(|file| &file.name) else {
            return;
        };
        let summary = self
            .inputs
            .iter_mut()
            .find(|summary| summary.file == *name && summary.operation == Some(operation));
        if let Some(summary) = summary {
            if complete != Some(true) {
                summary.complete = complete;
            }
            if let Some(stated) = stated {
                *summary.stated_total.get_or_insert(0) += stated;
            }
        }
    }

    /// What a snapshot as a whole gives reason to say.
    fn snapshot_problems(&self, view: &View<'_>) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let what = view.operation.resources_in_words();
        // What is known to be incomplete is told to be that, unless the user allows it.
        let told_incomplete =
            view.complete == Some(false) && (!self.load.allow_incomplete || self.load.allow_empty);
        if view.resources == 0 && !told_incomplete {
            let problem = Diagnostic::error(Code::PayloadEmpty, format!("the snapshot holds no {what}"));
            problems.push(self.weighed(placed(
                problem.help("nothing was judged here; if that is right, say --allow-empty"),
                view.page,
            )));
        }
        if view.complete.is_none() {
            let message = if view.bare {
                format!("{what} without a payload: nothing tells whether all are here")
            } else {
                format!("nothing in the payload tells whether all {what} are here")
            };
            problems.push(placed(
                Diagnostic::warning(Code::PayloadUnverified, message)
                    .help("save the whole answer, with its totals, to have that checked"),
                view.page,
            ));
        }
        problems.extend(self.load.max_age.and_then(|max_age| self.age_problem(view, max_age)));
        problems
    }

    fn age_problem(&self, view: &View<'_>, max_age: TimeDelta) -> Option<Diagnostic> {
        let problem = match view.newest {
            None => Diagnostic::error(
                Code::PayloadUndated,
                "the snapshot holds no time of its own, so that nobody can tell its age",
            )
            .help("save it with boto3's ResponseMetadata, or judge it in a run without --max-age"),
            Some(newest) if self.judging.clock - newest > max_age => {
                let time = newest.to_rfc3339_opts(SecondsFormat::Secs, true);
                let clock = self.judging.clock.to_rfc3339_opts(SecondsFormat::Secs, true);
                Diagnostic::error(
                    Code::PayloadStale,
                    format!(
                        "the snapshot is stale: its newest time is {time}, {} before {clock}",
                        in_words(self.judging.clock - newest)
                    ),
                )
                .help(format!("save it again: at most {} are allowed (--max-age)", in_words(max_age)))
            }
            Some(_) => return None,
        };
        Some(placed(problem, view.page))
    }

    /// A warning, where the user allows it.
    fn weighed(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let allowed = match diagnostic.code {
            Code::PayloadIncomplete => self.load.allow_incomplete,
            Code::PayloadEmpty => self.load.allow_empty,
            _ => false,
        };
        if allowed {
            diagnostic.level = Level::Warning;
            diagnostic.help = None;
        }
        diagnostic
    }
}

/// The diagnostic at the value that tells, or at the payload.
fn placed(diagnostic: Diagnostic, page: &Page) -> Diagnostic {
    match &page.mark {
        Some(mark) => {
            let (place, excerpt) = mark.as_ref();
            diagnostic.at(place.clone()).showing(excerpt.clone())
        }
        None => diagnostic.at(page.place.clone()),
    }
}

/// `9 days`, `3 hours`, `20 minutes`.
fn in_words(age: TimeDelta) -> String {
    let (number, unit) = match (age.num_days(), age.num_hours(), age.num_minutes()) {
        (days, ..) if days >= 2 => (days, "days"),
        (_, hours, _) if hours >= 2 => (hours, "hours"),
        (.., minutes) => (minutes, "minutes"),
    };
    format!("{number} {unit}")
}
