//! A saved result in the formats that `check` writes as it goes.

use std::io::{self, Write};

use super::json::write_document;
use super::{Rendering, safe_json};
use crate::result::Recorded;

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

/// For people at a terminal.
pub(super) fn write_pretty(_: &mut Recorded, _: &Rendering, _: &mut dyn Write) -> io::Result<()> {
    Err(io::Error::other("not there yet"))
}
