//! `probity waive`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use clap::{ArgGroup, Args};

use super::output::Output;
use super::report::unreadable;
use super::{ColorChoice, Failure};
use crate::finding::ExitCode;
use crate::operation::Operation;
use crate::result::{FindingV1, VerdictV1, read_into};
use crate::settings::parse_clock;
use crate::source::{Code, Diagnostic, SourceText, printable};
use crate::suggest;
use crate::waiver::{Entry, Expiry, Pattern, Subject, append, read};

/// Failures that are named where an entry takes none.
const LISTED: usize = 10;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("end").required(true))]
pub(super) struct WaiveArguments {
    /// A saved result that holds the failure: the output of `check` with `--format json` or `ndjson`; `-` is standard input.
    #[arg(value_name = "FINDINGS")]
    findings: PathBuf,

    /// The rule: an id or a glob.
    #[arg(long)]
    rule: String,

    /// The resource: its id as results name it, or a glob.
    #[arg(long)]
    resource: String,

    /// Only resources of this operation.
    #[arg(long)]
    operation: Option<Operation>,

    /// Only resources of this region: a name or a glob.
    #[arg(long)]
    region: Option<String>,

    /// Only resources in this file: its name as results have it, or a glob.
    #[arg(long)]
    file: Option<String>,

    /// Why the failure is accepted.
    #[arg(long)]
    reason: String,

    /// Who answers for that.
    #[arg(long)]
    owner: String,

    /// The last day on which the waiver holds, in UTC, like 2026-12-31.
    #[arg(long, value_name = "DATE", value_parser = parse_day, group = "end")]
    expires: Option<NaiveDate>,

    /// The waiver never expires.
    #[arg(long, group = "end")]
    permanent: bool,

    /// Where it is discussed.
    #[arg(long)]
    ticket: Option<String>,

    /// The file of waivers, which is made if it is not there.
    #[arg(long, value_name = "FILE", default_value = "waivers.toml")]
    waivers: PathBuf,

    /// The clock by which `--expires` must lie ahead, RFC 3339 or a date; by default now.
    #[arg(long, value_name = "TIME", value_parser = parse_clock)]
    at: Option<DateTime<Utc>>,
}

/// Reads a date.
fn parse_day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        // A year of four digits, as TOML has it.
        .filter(|day| day.to_string() == text)
        .ok_or_else(|| format!("`{text}` is no date, write one like 2026-12-31"))
}

pub(super) fn run(arguments: &WaiveArguments, _: ColorChoice) -> Result<ExitCode, Failure> {
    let expires = arguments.expires.map_or(Expiry::Never, Expiry::After);
    let clock = arguments.at.unwrap_or_else(Utc::now);
    if expires.is_over(clock) {
        let message = format!("{expires} is over: the waiver would never hold");
        return Err(Diagnostic::error(Code::WaiverInvalid, message)
            .help("name a day that lies ahead")
            .into());
    }
    let mut entry = Entry {
        rule: arguments.rule.clone(),
        resource: arguments.resource.clone(),
        operation: arguments.operation,
        region: arguments.region.clone(),
        file: arguments.file.clone(),
        reason: arguments.reason.clone(),
        owner: arguments.owner.clone(),
        expires,
        ticket: arguments.ticket.clone(),
    };
    let failures = failures(&arguments.findings)?;
    // An id may look like a glob.
    if failures.iter().any(|failure| failure.resource.id.as_deref() == Some(&arguments.resource)) {
        entry.resource = Pattern::exactly(&arguments.resource);
    }
    let name = arguments.waivers.to_string_lossy();
    let before = match fs::read_to_string(&arguments.waivers) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let message = format!("cannot read `{}`: {error}", printable(&name));
            return Err(Diagnostic::error(Code::WaiverUnreadable, message).into());
        }
    };
    // What is wrong with the file is told before it is changed.
    read(&SourceText::new(&name, &before))?;
    let after = append(&before, &entry).map_err(|error| {
        let message = format!("cannot add to `{}`: {error}", printable(&name));
        Diagnostic::error(Code::WaiverInvalid, message).help("write its waivers as `[[waiver]]` tables")
    })?;
    let read = read(&SourceText::new(&name, &after))?;
    let taken: Vec<&FindingV1> =
        failures.iter().filter(|failure| read.last().is_some_and(|waiver| names(waiver, failure))).collect();
    if taken.is_empty() {
        return Err(nothing_to_waive(&entry, &failures, &arguments.findings).into());
    }
    let mut output = Output::open(Some(&arguments.waivers), &[])?;
    output.write_all(after.as_bytes()).map_err(|error| output.failure(error))?;
    output.commit()?;
    let mut out = io::stdout().lock();
    let what = if taken.len() == 1 { "1 failure".to_owned() } else { format!("{} failures", taken.len()) };
    let until = expires.day().map_or_else(|| "for good".to_owned(), |day| format!("until {day}"));
    writeln!(out, "{what} waived {until} in {}", printable(&name))?;
    for failure in taken.iter().take(LISTED) {
        writeln!(out, "  {} on {}", failure.rule.id, subject(failure))?;
    }
    if let Some(more) = taken.len().checked_sub(LISTED).filter(|more| *more > 0) {
        writeln!(out, "  and {more} more")?;
    }
    Ok(ExitCode::Pass)
}

/// The failures of a saved result, also those that are waived already.
fn failures(path: &Path) -> Result<Vec<FindingV1>, Diagnostic> {
    let mut failures = Vec::new();
    read_into(path, &mut |finding| {
        let finding: FindingV1 = serde_json::from_str(finding)?;
        if matches!(finding.verdict, VerdictV1::Fail | VerdictV1::Waived) {
            failures.push(finding);
        }
        Ok(())
    })
    .map_err(|error| unreadable(path, &error))?;
    Ok(failures)
}

fn names(waiver: &crate::waiver::Waiver, failure: &FindingV1) -> bool {
    let Ok(operation) = failure.resource.operation.parse() else { return false };
    waiver.names(&Subject {
        rule: &failure.rule.id,
        operation,
        id: failure.resource.id.as_deref(),
        region: failure.resource.region.as_deref(),
        file: &failure.location.file,
    })
}

fn subject(failure: &FindingV1) -> String {
    printable(failure.resource.id.as_deref().unwrap_or("a resource without an id")).into_owned()
}

/// An entry that takes no failure would be unused from its first day on.
fn nothing_to_waive(entry: &Entry, failures: &[FindingV1], path: &Path) -> Diagnostic {
    let name = path.to_string_lossy();
    let message = format!(
        "no failure in `{}` is one of `{}` on `{}`",
        printable(&name),
        printable(&entry.rule),
        printable(&entry.resource)
    );
    let near = suggest::nearest(
        &entry.resource,
        failures.iter().filter_map(|failure| failure.resource.id.as_deref()),
    );
    let near = near.map(|near| format!("did you mean the resource `{}`?", printable(near)));
    let listed: Vec<String> = failures
        .iter()
        .take(LISTED)
        .map(|failure| format!("{} on {}", failure.rule.id, subject(failure)))
        .collect();
    let help = near.unwrap_or_else(|| match failures.len() {
        0 => "it holds no failure: what is inconclusive cannot be waived".to_owned(),
        count if count > LISTED => {
            format!("its failures are {}, and {} more", listed.join(", "), count - LISTED)
        }
        _ => format!("its failures are {}", listed.join(", ")),
    });
    Diagnostic::error(Code::WaiverInvalid, message).help(help)
}
