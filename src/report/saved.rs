//! A saved result in the formats that `check` writes as it goes.

use std::io::{self, Write};

use super::json::write_document;
use super::{PrettyReporter, Rendering, Reporter as _, safe_json};
use crate::result::{Recorded, RestoreError, Restorer};

/// One document.
pub(super) fn write_json(result: &mut Recorded, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    write_document(head.clone(), findings, out)
}

/// A finding a line, then the summary.
pub(super) fn write_ndjson(result: &mut Recorded, out: &mut dyn Write) -> io::Result<()> {
    result.findings.each_line(|line| out.write_all(line))?;
    safe_json::write(&mut *out, &result.head)?;
    writeln!(out)
}

/// For people at a terminal: what `check` prints, if the result has excerpts.
pub(super) fn write_pretty(
    result: &mut Recorded,
    rendering: &Rendering,
    out: &mut dyn Write,
) -> io::Result<()> {
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
