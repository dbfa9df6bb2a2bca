//! A table for spreadsheets: one row a finding, and before them one for each input or policy that could not be used, for
//! without those a run that could not judge would look clean.
//!
//! It begins with a byte order mark, since Excel takes the text for that of the system's code page without one.

use std::borrow::Cow;
use std::io::{self, Write};

use ::csv::{Terminator, Writer, WriterBuilder};
use serde_json::{Map, Value};

use super::Rendering;
use super::wording::{self, shortened};
use crate::result::{DiagnosticV1, EvidenceV1, FindingV1, LevelV1, Recorded, VerdictV1};
use crate::source::printable;

/// Characters of a cell that a spreadsheet takes are 32,767; there must be room for what says how many more there are.
const CELL_LIMIT: usize = 32_000;

const HEADER: [&str; 28] = [
    "verdict",
    "known",
    "severity",
    "rule",
    "title",
    "operation",
    "resource_kind",
    "resource_id",
    "resource_name",
    "region",
    "account",
    "file",
    "document",
    "line",
    "column",
    "path",
    "message",
    "evidence",
    "remediation",
    "controls",
    "waiver_reason",
    "waiver_owner",
    "waiver_expires",
    "waiver_expired",
    "waiver_ticket",
    "rule_file",
    "rule_line",
    "fingerprint",
];

/// Writes a result.
pub(super) fn write(result: &Recorded, _: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    out.write_all("\u{FEFF}".as_bytes())?;
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    table.write_record(HEADER).map_err(unwrapped)?;
    for diagnostic in head.diagnostics.iter().filter(|diagnostic| diagnostic.level == LevelV1::Error) {
        row(&mut table, &of_diagnostic(diagnostic))?;
    }
    findings.each(|finding| row(&mut table, &of_finding(&finding)))?;
    table.flush()
}

fn row(table: &mut Writer<&mut dyn Write>, cells: &[Cow<'_, str>; 28]) -> io::Result<()> {
    for value in cells {
        table.write_field(cell(value).as_bytes()).map_err(unwrapped)?;
    }
    table.write_record(None::<&[u8]>).map_err(unwrapped)
}

/// The error of the output itself: a reader who goes away must be known as such.
fn unwrapped(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A text that no spreadsheet takes for a formula (OWASP, CSV Injection), on one line.
fn cell(text: &str) -> Cow<'_, str> {
    let text = match printable(text) {
        Cow::Borrowed(text) => shortened(text, CELL_LIMIT),
        Cow::Owned(text) => Cow::Owned(shortened(&text, CELL_LIMIT).into_owned()),
    };
    // Tabs and carriage returns are visible by now. The last four are what some East Asian editions take for the first.
    if text.starts_with(['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}']) {
        Cow::Owned(format!("'{text}"))
    } else {
        text
    }
}

fn optional(text: Option<&String>) -> Cow<'_, str> {
    text.map(String::as_str).unwrap_or_default().into()
}

fn number(number: Option<u64>) -> Cow<'static, str> {
    number.map(|number| number.to_string()).unwrap_or_default().into()
}

fn flag(flag: bool) -> Cow<'static, str> {
    if flag { "yes" } else { "no" }.into()
}

fn of_finding(finding: &FindingV1) -> [Cow<'_, str>; 28] {
    let FindingV1 { rule, resource, location, waiver, .. } = finding;
    let waived = |part: fn(&crate::result::WaiverV1) -> Option<&String>| -> Cow<'_, str> {
        waiver.as_ref().and_then(part).map(String::as_str).unwrap_or_default().into()
    };
    [
        finding.verdict.as_str().into(),
        flag(finding.known),
        rule.severity.as_str().into(),
        rule.id.as_str().into(),
        rule.title.as_str().into(),
        resource.operation.as_str().into(),
        resource.kind.as_str().into(),
        optional(resource.id.as_ref()),
        optional(resource.name.as_ref()),
        optional(resource.region.as_ref()),
        optional(resource.account.as_ref()),
        location.file.as_str().into(),
        number(location.document),
        number(Some(location.line)),
        number(Some(location.column)),
        location.path.as_str().into(),
        finding.message.as_str().into(),
        evidence(&finding.evidence).into(),
        optional(rule.remediation.as_ref()),
        wording::controls(finding).join("; ").into(),
        waived(|waiver| Some(&waiver.reason)),
        waived(|waiver| Some(&waiver.owner)),
        waived(|waiver| waiver.expires.as_ref()),
        waiver.as_ref().map(|waiver| flag(waiver.expired)).unwrap_or_default(),
        waived(|waiver| waiver.ticket.as_ref()),
        rule.file.as_str().into(),
        number(Some(rule.line)),
        finding.fingerprint.as_str().into(),
    ]
}

/// What could not be used, in the columns that it has something for.
fn of_diagnostic(diagnostic: &DiagnosticV1) -> [Cow<'_, str>; 28] {
    let mut cells = [const { Cow::Borrowed("") }; 28];
    let mut set = |column: &str, value| {
        let place = HEADER.iter().position(|name| *name == column);
        if let Some(cell) = place.and_then(|place| cells.get_mut(place)) {
            *cell = value;
        }
    };
    set("verdict", VerdictV1::Error.as_str().into());
    set("rule", diagnostic.code.as_str().into());
    set("file", optional(diagnostic.file.as_ref()));
    set("line", number(diagnostic.line));
    set("column", number(diagnostic.column));
    set("message", diagnostic.message.as_str().into());
    set("remediation", optional(diagnostic.help.as_ref()));
    cells
}

/// Paths and values as compact JSON, in the order of the finding.
fn evidence(evidence: &[EvidenceV1]) -> String {
    let values = evidence.iter().map(|evidence| {
        let mut value = Map::from_iter([("path".to_owned(), Value::from(evidence.path.as_str()))]);
        for (name, holds) in
            [("absent", evidence.absent), ("truncated", evidence.truncated), ("redacted", evidence.redacted)]
        {
            if holds {
                value.insert(name.to_owned(), Value::from(true));
            }
        }
        if value.len() == 1 {
            value.insert("value".to_owned(), evidence.value.clone());
        }
        Value::from(value)
    });
    values.collect::<Value>().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula() {
        for text in ["=1", "+1", "-1", "@x", "＝1"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        assert_eq!(cell("\t=1"), "\\t=1");
        assert_eq!(cell("\r=1"), "\\r=1");
        assert_eq!(cell("a=1"), "a=1");
        assert_eq!(cell(""), "");
    }

    #[test]
    fn no_cell_is_longer_than_a_spreadsheet_takes() {
        let long = "=".repeat(100_000);
        let cell = cell(&long);
        assert!(cell.starts_with("'=") && cell.ends_with("… (68000 more characters)"));
        assert!(cell.chars().count() < 32_767);
    }
}
