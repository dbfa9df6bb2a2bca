//! What was recognised, without any judgement.

use std::io::{self, Write};

use chrono::SecondsFormat;
use comfy_table::CellAlignment;
use serde::Serialize;

use super::Style;
use super::excerpt::place_words;
use super::json::{DiagnosticV1, time};
use super::pretty::{counted, new_table};
use crate::finding::{InputSummary, Run};
use crate::source::{Diagnostic, printable};

/// Writes a table of the files, and what is wrong with them.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_inspection(run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (index, group) in run.inputs.chunk_by(|a, b| a.file == b.file).enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let Some(first) = group.first() else { continue };
        writeln!(out, "{}", first.file)?;
        let mut table = new_table(style);
        for input in group {
            let operation = input.operation.map_or("nothing recognised", crate::operation::Operation::id);
            let state = match (input.operation, input.complete) {
                (None, _) => "",
                (_, Some(true)) => "complete",
                (_, Some(false)) => "incomplete",
                (_, None) => "unverified",
            };
            let stated = input.stated_total.map_or_else(String::new, |total| format!("{total} stated"));
            table.add_row([
                format!("  {operation}"),
                counted(input.payloads, "payload"),
                counted(input.resources, "resource"),
                stated,
                state.to_owned(),
            ]);
        }
        for column in table.column_iter_mut().skip(1).take(3) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for line in table.lines() {
            writeln!(out, " {}", line.trim_end())?;
        }
        for input in group {
            if let Some(observed) = times(input) {
                writeln!(out, "   observed {observed}")?;
            }
        }
        for diagnostic in problems_of(run, &first.file) {
            write_problem(diagnostic, "   ", out)?;
        }
    }
    // What belongs to no file in the table.
    for diagnostic in run.diagnostics.iter().filter(|diagnostic| !is_of_a_file(run, diagnostic)) {
        write_problem(diagnostic, "", out)?;
    }
    if run.files > 1 {
        writeln!(
            out,
            "\n{}, {}, {}",
            counted(run.files, "file"),
            counted(run.payloads, "payload"),
            counted(run.resources, "resource"),
        )?;
    }
    out.flush()
}

fn write_problem(diagnostic: &Diagnostic, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    let place = diagnostic.place.as_ref().map_or_else(String::new, |place| place_words(place) + ": ");
    let message = printable(&diagnostic.message);
    writeln!(out, "{indent}{} {}: {place}{message}", diagnostic.level.as_str(), diagnostic.code)
}

fn problems_of<'r>(run: &'r Run, file: &'r str) -> impl Iterator<Item = &'r Diagnostic> {
    run.diagnostics
        .iter()
        .filter(move |diagnostic| diagnostic.place.as_ref().is_some_and(|place| &*place.file == file))
}

fn is_of_a_file(run: &Run, diagnostic: &Diagnostic) -> bool {
    diagnostic.place.as_ref().is_some_and(|place| run.inputs.iter().any(|input| input.file == place.file))
}

fn times(input: &InputSummary) -> Option<String> {
    let observed = input.observed.as_ref()?;
    let text = |time: &chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    Some(if observed.start() == observed.end() {
        text(observed.start())
    } else {
        format!("{} to {}", text(observed.start()), text(observed.end()))
    })
}

#[derive(Serialize)]
struct InspectionV1 {
    schema: &'static str,
    inputs: Vec<InspectedV1>,
    /// What belongs to no file.
    problems: Vec<DiagnosticV1>,
}

#[derive(Serialize)]
struct InspectedV1 {
    file: String,
    bytes: u64,
    sha256: Option<String>,
    operation: Option<&'static str>,
    payloads: u64,
    resources: u64,
    stated_total: Option<u64>,
    complete: Option<bool>,
    /// The oldest and newest time of the resources, RFC 3339 in UTC.
    observed_from: Option<String>,
    observed_to: Option<String>,
    problems: Vec<DiagnosticV1>,
}

/// Writes the same as JSON, `probity.inspect/v1`.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_inspection_json(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let document = InspectionV1 {
        schema: "probity.inspect/v1",
        inputs: run
            .inputs
            .iter()
            .map(|input| InspectedV1 {
                file: input.file.to_string(),
                bytes: input.bytes,
                sha256: input.sha256.clone(),
                operation: input.operation.map(crate::operation::Operation::id),
                payloads: input.payloads,
                resources: input.resources,
                stated_total: input.stated_total,
                complete: input.complete,
                observed_from: input.observed.as_ref().map(|observed| time(*observed.start())),
                observed_to: input.observed.as_ref().map(|observed| time(*observed.end())),
                problems: problems_of(run, &input.file).map(DiagnosticV1::from).collect(),
            })
            .collect(),
        problems: run
            .diagnostics
            .iter()
            .filter(|diagnostic| !is_of_a_file(run, diagnostic))
            .map(DiagnosticV1::from)
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)?;
    out.flush()
}
