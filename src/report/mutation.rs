//! What rules did not notice, for people and as JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::CellAlignment;
use schemars::JsonSchema;
use serde::Serialize;

use super::excerpt::place_words;
use super::pretty::{counted, new_table};
use super::{Style, safe_json};
use crate::mutate::{Change, Excuse, FileFault, MutationReport, Tried, Unnoticed};
use crate::source::printable;

/// Changes of one rule that are listed.
const LISTED: usize = 20;

/// Writes a table of what was tried, and what was not noticed.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_mutations(report: &MutationReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = new_table(style);
    table.set_header(["a value that a rule reads", "tried", "noticed", "settled", "passed", "same"]);
    let mut row = |what: &str, tried: &Tried| {
        let Tried { tried, noticed, settled, passed, same } = tried;
        table.add_row([
            what.to_owned(),
            tried.to_string(),
            noticed.to_string(),
            settled.to_string(),
            passed.to_string(),
            same.to_string(),
        ]);
    };
    for change in Change::ALL {
        if let Some(tried) = report.changes.get(&change) {
            row(change.in_words(), tried);
        }
    }
    row("all", &report.total());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out)?;
    for (fault, (tried, noticed)) in &report.faults {
        writeln!(out, "a file that {}: {tried} tried, {noticed} noticed", fault.in_words())?;
    }
    if !report.faults.is_empty() {
        writeln!(out)?;
    }
    for unnoticed in &report.unnoticed_faults {
        let file = printable(&unnoticed.file);
        writeln!(
            out,
            "{}",
            style.wrapped(
                &format!("NOT NOTICED: `{file}` passes though it {}", unnoticed.fault.in_words()),
                "  "
            )
        )?;
    }
    let mut by_rule: BTreeMap<&str, Vec<&Unnoticed>> = BTreeMap::new();
    for unnoticed in report.unnoticed.iter().filter(|unnoticed| unnoticed.excuse.is_none()) {
        by_rule.entry(unnoticed.rule.as_str()).or_default().push(unnoticed);
    }
    for (rule, unnoticed) in by_rule {
        writeln!(out, "{rule} still passes where")?;
        for one in unnoticed.iter().take(LISTED) {
            let path = one.path.to_string();
            let line =
                format!("- `{}` {} ({})", printable(&path), one.change.in_words(), place_words(&one.place));
            writeln!(out, "  {}", style.wrapped(&line, "    "))?;
        }
        if let Some(more) = unnoticed.len().checked_sub(LISTED).filter(|more| *more > 0) {
            writeln!(out, "  - and {}", counted(more as u64, "more change"))?;
        }
    }
    if !report.untried.is_empty() {
        let ids: Vec<&str> = report.untried.iter().map(crate::policy::RuleId::as_str).collect();
        let line = format!("not tried, since they pass on none of these payloads: {}", ids.join(", "));
        writeln!(out, "{}", style.wrapped(&line, "  "))?;
    }
    let total = report.total();
    let count = |excuse: Option<Excuse>| report.unnoticed.iter().filter(|one| one.excuse == excuse).count();
    let (open, accepted) = (count(None), count(Some(Excuse::Accepted)));
    let faults: u64 = report.faults.values().map(|(tried, _)| tried).sum();
    let line = format!(
        "{}, {}, {}: {open} not noticed, {accepted} accepted (optional, or an empty list)",
        counted(report.rules, "rule"),
        counted(total.tried, "change"),
        counted(faults, "faulty file"),
    );
    writeln!(out, "{}", style.wrapped(&line, "  "))?;
    out.flush()
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct MutationsV1 {
    /// `probity.mutations/v1`
    schema: &'static str,
    /// Rules that were tried.
    rules: u64,
    /// By kind of change.
    changes: BTreeMap<String, TriedV1>,
    /// By kind of fault: files that were tried, and that were noticed.
    faults: BTreeMap<String, FaultV1>,
    /// What was not noticed, unless other values settle it.
    unnoticed: Vec<UnnoticedV1>,
    /// Faulty files that pass.
    unnoticed_files: Vec<UnnoticedFileV1>,
    /// Rules that pass on none of the payloads.
    untried: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct TriedV1 {
    /// Changes that were judged.
    tried: u64,
    /// The rule did not pass.
    noticed: u64,
    /// The rule passed, as it does with any other value there.
    settled: u64,
    /// The rule passed though another value there would not have.
    passed: u64,
    /// Changes that mean the same, and were not judged.
    same: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct FaultV1 {
    tried: u64,
    noticed: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct UnnoticedV1 {
    rule: String,
    change: Change,
    /// RFC 6901 pointer from the resource.
    path: String,
    /// The file of the resource.
    file: String,
    /// Its line, from 1.
    line: u64,
    /// METADATA lists the path as optional, or an empty list leaves nothing to speak against.
    accepted: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct UnnoticedFileV1 {
    file: String,
    fault: FileFault,
}

/// Writes the same as one JSON document.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_mutations_json(report: &MutationReport, out: &mut dyn Write) -> io::Result<()> {
    let document = MutationsV1 {
        schema: "probity.mutations/v1",
        rules: report.rules,
        changes: report
            .changes
            .iter()
            .map(|(change, tried)| {
                let Tried { tried, noticed, settled, passed, same } = *tried;
                (change.name().to_owned(), TriedV1 { tried, noticed, settled, passed, same })
            })
            .collect(),
        faults: report
            .faults
            .iter()
            .map(|(fault, (tried, noticed))| {
                (fault.name().to_owned(), FaultV1 { tried: *tried, noticed: *noticed })
            })
            .collect(),
        unnoticed: report
            .unnoticed
            .iter()
            .filter(|unnoticed| unnoticed.excuse != Some(Excuse::Settled))
            .map(|unnoticed| UnnoticedV1 {
                rule: unnoticed.rule.to_string(),
                change: unnoticed.change,
                path: unnoticed.path.pointer(),
                file: unnoticed.place.file.to_string(),
                line: unnoticed.place.start.line_1based,
                accepted: unnoticed.excuse.is_some(),
            })
            .collect(),
        unnoticed_files: report
            .unnoticed_faults
            .iter()
            .map(|unnoticed| UnnoticedFileV1 { file: unnoticed.file.clone(), fault: unnoticed.fault })
            .collect(),
        untried: report.untried.iter().map(ToString::to_string).collect(),
    };
    safe_json::write_pretty(&mut *out, &document)?;
    writeln!(out)?;
    out.flush()
}
