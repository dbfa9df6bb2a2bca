//! What `probity fetch --format json` prints.

use std::io::{self, Write};

use serde::Serialize;

use super::safe_json;
use crate::snapshot::SnapshotV1;
use crate::source::Diagnostic;

/// The name and version of the format.
pub const FETCHED_SCHEMA: &str = "probity.fetch/v1";

/// All calls of a run.
#[derive(Debug, Serialize)]
pub struct FetchedV1 {
    /// `probity.fetch/v1`
    pub schema: &'static str,
    /// Whether all answers are whole, and nothing is wrong.
    pub complete: bool,
    /// The calls, in the order of targets.
    pub calls: Vec<FetchedCall>,
}

/// A call.
#[derive(Debug, Serialize)]
pub struct FetchedCall {
    /// The documented call that its target is for.
    pub operation: String,
    /// The region.
    pub region: Option<String>,
    /// The profile that was named.
    pub profile: Option<String>,
    /// The folder of evidence; null where nothing was sent or written.
    pub folder: Option<String>,
    /// Its manifest.
    pub snapshot: Option<SnapshotV1>,
    /// What is wrong with it.
    pub diagnostics: Vec<FetchedDiagnostic>,
}

/// What is wrong with a call.
#[derive(Debug, Serialize)]
pub struct FetchedDiagnostic {
    /// Its stable code.
    pub code: &'static str,
    /// `error` or `warning`.
    pub level: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl From<&Diagnostic> for FetchedDiagnostic {
    fn from(diagnostic: &Diagnostic) -> Self {
        Self {
            code: diagnostic.code.as_str(),
            level: diagnostic.level.as_str(),
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
        }
    }
}

/// Writes it.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_fetched_json(fetched: &FetchedV1, out: &mut dyn Write) -> io::Result<()> {
    safe_json::write_pretty(&mut *out, fetched)?;
    writeln!(out)
}
