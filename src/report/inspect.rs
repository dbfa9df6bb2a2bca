//! What was recognised, without any judgement.

use std::io::{self, Write};

use chrono::SecondsFormat;
use serde::Serialize;

use super::excerpt::{place_words, shortened};
use super::pretty::counted;
use super::safe_json;
use crate::finding::{InputSummary, Run};
use crate::result::{DiagnosticV1, time};
use crate::source::Diagnostic;

/// Writes a table of the files, and what is wrong with them.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_inspection(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<[String; 5]> = run.inputs.iter().map(row).collect();
    let header = ["operation", "payloads", "resources", "stated", "state"].map(str::to_owned);
    let mut widths = [0; 5];
    for row in rows.iter().chain([&header]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.len());
        }
    }
    if !rows.is_empty() {
        write_row(&header, &widths, out)?;
    }
    for (index, (input, row)) in run.inputs.iter().zip(&rows).enumerate() {
        let before = index.checked_sub(1).and_then(|before| run.inputs.get(before));
        if before.is_none_or(|before| before.file != input.file) {
            writeln!(out, "{}", input.file)?;
        }
        write_row(row, &widths, out)?;
        if let Some(observed) = times(input) {
            writeln!(out, "    observed {observed}")?;
        }
        let next = run.inputs.get(index + 1);
        if next.is_none_or(|next| next.file != input.file) {
            for diagnostic in problems_of(run, &input.file) {
                write_problem(diagnostic, "    ", out)?;
            }
        }
    }
    // What belongs to no file in the table.
    for diagnostic in run.diagnostics.iter().filter(|diagnostic| !is_of_a_file(run, diagnostic)) {
        write_problem(diagnostic, "", out)?;
    }
    if run.files > 1 {
        let (files, payloads) = (counted(run.files, "file"), counted(run.payloads, "payload"));
        writeln!(out, "\n{files}, {payloads}, {}", counted(run.resources, "resource"))?;
    }
    out.flush()
}

fn row(input: &InputSummary) -> [String; 5] {
    let Some(operation) = input.operation else {
        return ["nothing recognised", "", "", "", ""].map(str::to_owned);
    };
    let state = match input.complete {
        Some(true) => "complete",
        Some(false) => "incomplete",
        None => "unverified",
    };
    [
        operation.id().to_owned(),
        input.payloads.to_string(),
        input.resources.to_string(),
        input.stated_total.map_or_else(|| "-".to_owned(), |total| total.to_string()),
        state.to_owned(),
    ]
}

fn write_row(row: &[String; 5], widths: &[usize; 5], out: &mut dyn Write) -> io::Result<()> {
    let [operation, payloads, resources, stated, state] = row;
    let [w_operation, w_payloads, w_resources, w_stated, _] = widths;
    let line = format!(
        "  {operation:<w_operation$}  {payloads:>w_payloads$}  {resources:>w_resources$}  {stated:>w_stated$}  {state}"
    );
    writeln!(out, "{}", line.trim_end())
}

fn write_problem(diagnostic: &Diagnostic, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    let place = diagnostic.place.as_ref().map_or_else(String::new, |place| place_words(place) + ": ");
    let message = shortened(&diagnostic.message);
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
            .enumerate()
            .map(|(index, input)| InspectedV1 {
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
                // A file may have several entries; its problems stand in the first.
                problems: match index.checked_sub(1).and_then(|before| run.inputs.get(before)) {
                    Some(before) if before.file == input.file => Vec::new(),
                    _ => problems_of(run, &input.file).map(DiagnosticV1::from).collect(),
                },
            })
            .collect(),
        problems: run
            .diagnostics
            .iter()
            .filter(|diagnostic| !is_of_a_file(run, diagnostic))
            .map(DiagnosticV1::from)
            .collect(),
    };
    safe_json::write_pretty(&mut *out, &document)?;
    writeln!(out)?;
    out.flush()
}
