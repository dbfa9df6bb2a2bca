//! For people at a terminal.

use std::io::{self, Write};
use std::sync::Arc;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use miette::Severity as Weight;
use owo_colors::OwoColorize as _;

use super::bare::in_words;
use super::excerpt::{Shape, cut_to, place_words, shortened};
use super::{Reporter, Style};
use crate::finding::{Comparison, Counts, Finding, Gate, OnInconclusive, Run, Settled, Subject, Verdict};
use crate::operation::Operation;
use crate::policy::Severity;
use crate::source::{Diagnostic, Place, printable};
use crate::waiver::Waived;

/// Characters of an id or name that are shown.
const MAX_NAME: usize = 100;
/// Characters of what a waiver says that are shown.
const MAX_HELP: usize = 400;
/// Diagnostics that the summary lists.
const LISTED: usize = 15;

/// A block for each finding, then a summary.
pub struct PrettyReporter<W> {
    out: W,
    style: Style,
    /// Errors of several rules about the same thing, shown once.
    errors: Vec<Finding>,
    /// Resources that nothing failed on, and that not every rule could judge.
    unclear: Unclear,
}

/// Names of resources that are inconclusive and do not fail.
#[derive(Default)]
pub(super) struct Unclear {
    named: Vec<String>,
    /// The resource at hand, and whether something failed on it.
    last: Option<(Arc<Subject>, Place, bool, bool)>,
}

impl Unclear {
    /// Notes a finding; those of a resource follow each other.
    pub(super) fn note(&mut self, finding: &Finding) {
        let fails = matches!(finding.verdict, Verdict::Fail | Verdict::Error);
        let inconclusive = finding.verdict == Verdict::Inconclusive;
        match &mut self.last {
            Some((subject, _, failed, unclear)) if Arc::ptr_eq(subject, &finding.resource) => {
                *failed |= fails;
                *unclear |= inconclusive;
            }
            _ => {
                self.settle();
                let place = finding.location.place.clone();
                self.last = Some((Arc::clone(&finding.resource), place, fails, inconclusive));
            }
        }
    }

    /// The first names, when all findings were noted.
    pub(super) fn names(&mut self) -> &[String] {
        self.settle();
        &self.named
    }

    fn settle(&mut self) {
        if let Some((subject, place, false, true)) = self.last.take()
            && self.named.len() < LISTED
        {
            self.named.push(match &subject.id {
                Some(id) => cut_to(id, MAX_NAME),
                None => printable(&place_words(&place)).into_owned(),
            });
        }
    }
}

impl<W: Write> PrettyReporter<W> {
    /// Writes to `out`.
    pub const fn new(out: W, style: Style) -> Self {
        Self { out, style, errors: Vec::new(), unclear: Unclear { named: Vec::new(), last: None } }
    }

    fn flush_errors(&mut self) -> io::Result<()> {
        let errors = std::mem::take(&mut self.errors);
        let Some(first) = errors.first() else {
            return Ok(());
        };
        let ids: Vec<&str> = errors.iter().map(|finding| finding.rule.id.as_str()).collect();
        let header = match ids.as_slice() {
            [id] => format!("{id} could not judge {}", subject_words(first)),
            ids => format!("{} rules could not judge {}", ids.len(), subject_words(first)),
        };
        let mut shape = Shape::new(header, &first.message, Weight::Error).showing(first.excerpt.as_ref());
        shape.label_words = false;
        if first.excerpt.is_none() {
            in_words(&mut shape, first);
        }
        if ids.len() > 1 {
            shape.help = Some(format!("these are {}", ids.join(", ")));
        }
        shape.write(self.style, &mut self.out)
    }
}

impl<W: Write> Reporter for PrettyReporter<W> {
    fn lines(&mut self, _: &[u8]) -> io::Result<()> {
        Err(io::Error::other("a report for people is not made of lines"))
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.unclear.note(finding);
        let same = self.errors.first().is_some_and(|first| {
            first.resource == finding.resource
                && first.location == finding.location
                && first.message == finding.message
        });
        if finding.verdict != Verdict::Error || !same {
            self.flush_errors()?;
        }
        if finding.verdict == Verdict::Error {
            self.errors.push(finding.clone());
            return Ok(());
        }
        finding_shape(finding).write(self.style, &mut self.out)
    }

    fn finish(&mut self, run: &Run) -> io::Result<()> {
        self.flush_errors()?;
        write_summary(run, self.unclear.names(), self.style, &mut self.out)?;
        self.out.flush()
    }
}

fn finding_shape(finding: &Finding) -> Shape<'_> {
    let rule = &finding.rule;
    let subject = subject_words(finding);
    let known = if finding.is_known { ", as known" } else { "" };
    let (header, weight) = match finding.verdict {
        Verdict::Fail => (format!("{} {} fails on {subject}{known}", rule.id, rule.severity), Weight::Error),
        Verdict::Inconclusive => {
            let words = format!("{} {} is inconclusive on {subject}{known}", rule.id, rule.severity);
            (words, Weight::Warning)
        }
        Verdict::Waived => (format!("{} {} is waived on {subject}", rule.id, rule.severity), Weight::Advice),
        verdict => {
            let words = verdict.as_str().replace('_', " ");
            (format!("{} {} on {subject}: {words}", rule.id, rule.severity), Weight::Advice)
        }
    };
    let weight = if finding.is_known { Weight::Advice } else { weight };
    let mut shape =
        Shape::new(header, &rule.title, weight).showing(finding.excerpt.iter().chain(&finding.rule_excerpt));
    match finding.verdict {
        Verdict::Fail => shape.help = help(finding),
        Verdict::Waived => shape.help = finding.waiver.as_ref().map(waiver_words),
        Verdict::Inconclusive => {
            shape.help = Some("what the payload does not tell cannot pass: save the whole answer".to_owned());
        }
        Verdict::Pass => {
            shape.message = format!("{}: {}", shortened(&rule.title), shortened(&finding.message));
            shape.label_words = false;
        }
        _ => shape.label_words = false,
    }
    if finding.excerpt.is_none() {
        in_words(&mut shape, finding);
    }
    shape
}

/// What to do about a failure; and whose waiver of it expired.
fn help(finding: &Finding) -> Option<String> {
    let expired = finding.waiver.as_ref().map(waiver_words);
    let lines: Vec<String> = finding.rule.remediation.clone().into_iter().chain(expired).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// `waived until 2026-12-31 by team (T-1): reason (waivers.toml:3)`.
fn waiver_words(waived: &Waived) -> String {
    let Waived { waiver, is_expired } = waived;
    let until = match (waiver.expires.day(), is_expired) {
        (None, _) => "Waived for good".to_owned(),
        (Some(day), false) => format!("Waived until {day}"),
        (Some(day), true) => format!("Its waiver expired after {day}: it was waived"),
    };
    let ticket = waiver.ticket.as_ref().map_or_else(String::new, |ticket| format!(" ({ticket})"));
    let place = &waiver.place;
    let words = format!(
        "{until} by {}{ticket}: {} [{}:{}]",
        waiver.owner, waiver.reason, place.file, place.start.line_1based
    );
    cut_to(&words, MAX_HELP)
}

/// The resource's id, or where it stands; its name and region in brackets.
pub(super) fn subject_words(finding: &Finding) -> String {
    let Subject { id, name, region, .. } = finding.resource.as_ref();
    let mut words = match id {
        Some(id) => cut_to(id, MAX_NAME),
        None => printable(&place_words(&finding.location.place)).into_owned(),
    };
    // An id that is made of names needs no repetition.
    let more: Vec<String> = [name, region].into_iter().flatten().map(|more| cut_to(more, MAX_NAME)).collect();
    let more: Vec<String> = more.into_iter().filter(|more| !words.contains(more)).collect();
    if !more.is_empty() {
        words.push_str(&format!(" ({})", more.join(", ")));
    }
    words
}

/// Verdicts by operation and by severity, problems, and what the gate says and why.
pub(super) fn write_summary(
    run: &Run,
    unclear: &[String],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let total = run.tally.total();
    let columns = [
        ("pass", Verdict::Pass),
        ("fail", Verdict::Fail),
        ("inconclusive", Verdict::Inconclusive),
        ("n/a", Verdict::NotApplicable),
        ("waived", Verdict::Waived),
        ("error", Verdict::Error),
    ];
    // Few runs have waivers.
    let columns: Vec<(&str, Verdict)> = columns
        .into_iter()
        .filter(|(_, verdict)| *verdict != Verdict::Waived || total.of(Verdict::Waived) > 0)
        .collect();
    if total.total() > 0 {
        let mut table = new_table(style);
        table.set_header(["verdicts"].into_iter().chain(columns.iter().map(|(name, _)| *name)));
        let mut row = |name: &str, counts: Counts| {
            let cells = columns.iter().map(|(_, verdict)| counts.of(*verdict).to_string());
            table.add_row([name.to_owned()].into_iter().chain(cells));
        };
        for operation in Operation::ALL {
            let counts = run.tally.by_operation(operation);
            if counts.total() > 0 {
                row(operation.id(), counts);
            }
        }
        for severity in Severity::ALL {
            let counts = run.tally.by_severity(severity);
            if counts.total() > 0 {
                row(&format!("of severity {severity}"), counts);
            }
        }
        row("all", total);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "{}, {}, {}, {}, clock {}",
        counted(run.files, "file"),
        counted(run.payloads, "payload"),
        counted(run.resources, "resource"),
        counted(run.rules.len() as u64, "rule"),
        run.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    )?;
    if let Some(config) = &run.config {
        writeln!(out, "{}", style.wrapped(&format!("configuration {}", printable(config)), "  "))?;
    }
    write_outcomes(run, unclear, style, out)?;
    write_population(run, style, out)?;
    write_ratchet(run, style, out)?;
    write_problems(&run.diagnostics, style, out)?;
    write_gate(run, style, out)
}

/// How many resources fail, and which are not clear, apart from them.
fn write_outcomes(run: &Run, unclear: &[String], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (failed, inconclusive) = (run.outcomes.of(Verdict::Fail), run.outcomes.of(Verdict::Inconclusive));
    if failed > 0 {
        let verb = if failed == 1 { "fails" } else { "fail" };
        writeln!(out, "{} {verb}", counted(failed, "resource"))?;
    }
    if inconclusive == 0 {
        return Ok(());
    }
    let verb = if inconclusive == 1 { "is" } else { "are" };
    let mut line = format!("{} {verb} inconclusive", counted(inconclusive, "other resource"));
    if failed == 0 {
        line = line.replace("other ", "");
    }
    line.push_str(": ");
    line.push_str(&unclear.join(", "));
    let more = inconclusive.saturating_sub(unclear.len() as u64);
    if more > 0 {
        line.push_str(&format!(", and {more} more"));
    }
    writeln!(out, "{}", style.wrapped(&line, "  "))
}

/// How many of the expected resources are there.
fn write_population(run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for list in &run.population {
        let what = list.operation.resources_in_words();
        let mut line = format!(
            "{} of {} expected {what} are there ({})",
            list.found,
            list.expected,
            printable(&list.file)
        );
        if list.unexpected > 0 {
            line.push_str(&format!(", and {} that no list names", list.unexpected));
        }
        writeln!(out, "{}", style.wrapped(&line, "  "))?;
    }
    Ok(())
}

/// How the run compares to its ratchet, and what of that is gone.
fn write_ratchet(run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(Comparison { file, known, accepted, new, settled, .. }) = &run.ratchet else {
        return Ok(());
    };
    let mut line = format!("ratchet {}: {known} known", printable(file));
    if *accepted > 0 {
        line.push_str(&format!(" ({accepted} of them since this run)"));
    }
    line.push_str(&format!(", {new} new, {} settled", settled.len()));
    writeln!(out, "{}", style.wrapped(&line, "  "))?;
    for (entry, state) in settled.iter().take(LISTED) {
        let state = match state {
            Settled::Fixed => "fixed",
            Settled::Waived => "waived now",
            Settled::Unclear => "not to be judged any more",
            Settled::Worse => "inconclusive before, fails now",
            Settled::Vanished => "gone with its resource",
            Settled::NotEvaluated => "not judged in this run",
        };
        let subject = entry.resource.id.as_deref().or(entry.resource.name.as_deref());
        let subject = cut_to(subject.unwrap_or("a resource without an id"), MAX_NAME);
        let line = format!("  {state}: {} {} on {subject}", entry.rule, entry.severity);
        writeln!(out, "{}", style.wrapped(&line, "    "))?;
    }
    match settled.len().saturating_sub(LISTED) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}

/// A line for each of the first diagnostics.
fn write_problems(diagnostics: &[Diagnostic], style: Style, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in diagnostics.iter().take(LISTED) {
        let place = diagnostic.place.as_ref().map_or_else(String::new, |place| place_words(place) + ": ");
        let level = diagnostic.level.as_str();
        let message = shortened(&diagnostic.message);
        let line = format!("{level} {}: {place}{message}", diagnostic.code);
        writeln!(out, "{}", style.wrapped(&line, "  "))?;
    }
    match diagnostics.len().saturating_sub(LISTED) {
        0 => Ok(()),
        more => writeln!(out, "and {}", counted(more as u64, "more problem")),
    }
}

fn write_gate(run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (errors, _) = run.problems();
    let count = |verdict: Verdict| -> u64 {
        let heavy = Severity::ALL.into_iter().filter(|&severity| severity >= run.fail_on);
        let counted = |severity| {
            let (all, known) = (run.tally.by_severity(severity), run.known.by_severity(severity));
            all.of(verdict).saturating_sub(known.of(verdict))
        };
        heavy.map(counted).sum()
    };
    let known = run.known.total();
    let has_known = known.of(Verdict::Fail) + known.of(Verdict::Inconclusive) > 0;
    let new = if has_known { "new " } else { "" };
    let mut reasons = Vec::new();
    let mut reason = |count: u64, one: &str, many: &str| {
        if count > 0 {
            reasons.push(format!("{count} {}", if count == 1 { one } else { many }));
        }
    };
    reason(errors as u64, "input or policy could not be used", "inputs or policies could not be used");
    let rule_errors = run.tally.total().of(Verdict::Error);
    reason(rule_errors, "verdict could not be reached", "verdicts could not be reached");
    reason(count(Verdict::Fail), &format!("{new}failure"), &format!("{new}failures"));
    let warns = run.on_inconclusive == OnInconclusive::Warn;
    if !warns {
        let what = format!("{new}inconclusive verdict");
        reason(count(Verdict::Inconclusive), &what, &format!("{what}s"));
    }
    let lighter = |verdict: Verdict| run.tally.total().of(verdict) > run.known.total().of(verdict);
    let why = match run.gate {
        Gate::Pass if warns && count(Verdict::Inconclusive) > 0 => {
            "nothing failed, and what is inconclusive only warns".to_owned()
        }
        Gate::Pass if lighter(Verdict::Fail) => format!("nothing at or above {} failed", run.fail_on),
        Gate::Pass if lighter(Verdict::Inconclusive) => {
            format!("nothing at or above {} failed or is inconclusive", run.fail_on)
        }
        Gate::Pass if has_known => "nothing failed that the ratchet does not know".to_owned(),
        Gate::Pass if run.tally.total().of(Verdict::Waived) > 0 => {
            "nothing failed that is not waived".to_owned()
        }
        Gate::Pass => "nothing failed".to_owned(),
        Gate::Fail | Gate::Error if run.fail_on == Severity::Low => reasons.join(", "),
        Gate::Fail | Gate::Error => {
            format!("{} (failures from {} on)", reasons.join(", "), run.fail_on)
        }
    };
    let word = run.gate.as_str().to_uppercase();
    let line = format!("gate: {word}, {why} (exit code {})", run.gate.exit_code() as u8);
    let line = style.wrapped(&line, "  ");
    let gate = word.clone();
    let gate = match (style.color, run.gate) {
        (false, _) => gate,
        (true, Gate::Pass) => gate.green().bold().to_string(),
        (true, Gate::Fail) => gate.red().bold().to_string(),
        (true, Gate::Error) => gate.yellow().bold().to_string(),
    };
    writeln!(out, "\n{}", line.replacen(&word, &gate, 1))
}

pub(super) fn new_table(style: Style) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(style.width).unwrap_or(u16::MAX));
    table
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
