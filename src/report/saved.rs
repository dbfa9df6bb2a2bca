//! A saved result in the formats that `check` writes as it goes.

use std::io::{self, Write};

use super::json::write_document;
use super::{LeftOut, PrettyReporter, Rendering, Reporter as _, safe_json};
use crate::result::{HeadV1, Recorded, RestoreError, Restorer, Store};

/// One document.
pub(super) fn write_json(result: &Recorded, rendering: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    write_document(head_without(head, &rendering.left_out), out, &mut |visit| {
        each_line(findings, &rendering.left_out, visit)
    })
}

/// A finding a line, then the summary.
pub(super) fn write_ndjson(result: &Recorded, rendering: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    each_line(findings, &rendering.left_out, &mut |line| out.write_all(line))?;
    safe_json::write(&mut *out, &head_without(head, &rendering.left_out))?;
    writeln!(out)
}

/// What the result says of itself, without what is left out.
fn head_without(head: &HeadV1, left_out: &LeftOut) -> HeadV1 {
    let mut head = head.clone();
    head.settings.include.retain(|verdict| !left_out.verdicts.contains(verdict));
    head
}

/// Goes through the lines of the findings, without what is left out.
fn each_line(
    findings: &Store,
    left_out: &LeftOut,
    visit: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    if left_out.verdicts.is_empty() && !left_out.excerpts {
        return findings.each_line(visit);
    }
    findings.each(|mut finding| {
        if left_out.verdicts.contains(&finding.verdict) {
            return Ok(());
        }
        if left_out.excerpts {
            finding.excerpt = None;
            finding.rule_excerpt = None;
        }
        let mut line = Vec::new();
        safe_json::write(&mut line, &finding)?;
        line.push(b'\n');
        visit(&line)
    })
}

/// For people at a terminal: what `check` prints, if the result has excerpts.
pub(super) fn write_pretty(result: &Recorded, rendering: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let mut restorer = Restorer::new(&result.head).map_err(unreadable)?;
    let run = restorer.run(&result.head).map_err(unreadable)?;
    let mut reporter = PrettyReporter::new(out, rendering.style);
    result.findings.each(|finding| reporter.finding(&restorer.finding(finding).map_err(unreadable)?))?;
    reporter.finish(&run)
}

/// The result is at fault, not where it is written to.
pub(super) fn unreadable(error: RestoreError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
