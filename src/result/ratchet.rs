//! The file of a ratchet: `probity.ratchet/v1`, or any saved result.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::{ReadError, read_into};
use super::types::{FindingV1, ResourceV1, SeverityV1, VerdictV1};
use crate::finding::{Fingerprint, Ratchet, RatchetEntry, Run, Settled, Subject, Verdict};
use crate::policy::RuleId;
use crate::source::printable;

/// The name and version of the format.
const SCHEMA: &str = "probity.ratchet/v1";

/// Verdicts that are accepted for the time being.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RatchetFileV1 {
    /// `probity.ratchet/v1`
    pub schema: String,
    /// The accepted verdicts, by rule, operation, resource and fingerprint.
    pub entries: Vec<RatchetEntryV1>,
}

/// A verdict that is accepted for the time being.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RatchetEntryV1 {
    /// Id of the rule.
    pub rule: String,
    /// How much it weighed.
    pub severity: SeverityV1,
    /// `fail` or `inconclusive`.
    pub verdict: VerdictV1,
    /// The resource.
    pub resource: ResourceV1,
    /// SHA-256 over rule, operation and identity of the resource.
    pub fingerprint: String,
}

/// Why a file is no ratchet.
#[derive(Debug, thiserror::Error)]
pub enum RatchetError {
    /// It is neither a ratchet nor a saved result.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// One of its entries says what cannot be.
    #[error("entry {number}: {message}")]
    Entry {
        /// Counted from 1.
        number: usize,
        /// What is wrong with it.
        message: String,
    },
}

/// Reads a ratchet: its own file, or the failures and inconclusive verdicts of a saved result.
///
/// # Errors
///
/// A file that cannot be read or is neither, and entries of unknown operations, severities or verdicts.
pub fn read_ratchet(path: &Path) -> Result<Ratchet, RatchetError> {
    let text = fs::read_to_string(path).map_err(ReadError::Io)?;
    let name: Arc<str> = path.to_string_lossy().into();
    let mut entries = Vec::new();
    if let Ok(file) = serde_json::from_str::<RatchetFileV1>(&text)
        && file.schema == SCHEMA
    {
        entries.extend(file.entries);
    } else {
        drop(text);
        read_into(path, &mut |finding| {
            let finding: FindingV1 = serde_json::from_str(finding)?;
            if matches!(finding.verdict, VerdictV1::Fail | VerdictV1::Inconclusive) {
                entries.push(RatchetEntryV1 {
                    rule: finding.rule.id,
                    severity: finding.rule.severity,
                    verdict: finding.verdict,
                    resource: finding.resource,
                    fingerprint: finding.fingerprint,
                });
            }
            Ok(())
        })?;
    }
    let read = |(number, entry): (usize, RatchetEntryV1)| {
        entry.read().map_err(|message| RatchetError::Entry { number: number + 1, message })
    };
    let entries = entries.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Ratchet::new(name, entries))
}

impl RatchetEntryV1 {
    /// The entry, unless it says what cannot be.
    pub(super) fn read(self) -> Result<RatchetEntry, String> {
        let Self { rule, severity, verdict, resource, fingerprint } = self;
        Ok(RatchetEntry {
            fingerprint: Fingerprint::parse(&fingerprint)
                .ok_or_else(|| format!("`{}` is no fingerprint", printable(&fingerprint)))?,
            verdict: match verdict {
                VerdictV1::Fail => Verdict::Fail,
                VerdictV1::Inconclusive => Verdict::Inconclusive,
                other => return Err(format!("a verdict of `{other}` is nothing to accept")),
            },
            rule: RuleId::parse(&rule).map_err(|error| error.to_string())?,
            severity: severity.into(),
            resource: Arc::new(Subject {
                operation: resource.operation.parse().map_err(|error| format!("{error}"))?,
                id: resource.id,
                name: resource.name,
                region: resource.region,
                account: resource.account,
                captured_at: None,
            }),
        })
    }
}

impl From<&Subject> for ResourceV1 {
    fn from(subject: &Subject) -> Self {
        // Another capture of the same resource must not change a ratchet.
        let Subject { operation, id, name, region, account, captured_at: _ } = subject;
        Self {
            operation: operation.id().to_owned(),
            provider: operation.provider().to_owned(),
            service: operation.service().to_owned(),
            kind: operation.resource_kind().to_owned(),
            id: id.clone(),
            name: name.clone(),
            region: region.clone(),
            account: account.clone(),
            captured_at: None,
        }
    }
}

impl From<&RatchetEntry> for RatchetEntryV1 {
    fn from(entry: &RatchetEntry) -> Self {
        Self {
            rule: entry.rule.to_string(),
            severity: entry.severity.into(),
            verdict: entry.verdict.into(),
            resource: entry.resource.as_ref().into(),
            fingerprint: entry.fingerprint.to_string(),
        }
    }
}

/// The ratchet after a run: what of `before` still holds or was not judged, and what is new where that is accepted.
pub fn next_ratchet(before: Option<&Ratchet>, run: &Run) -> Vec<RatchetEntryV1> {
    let gone: Vec<_> = run
        .ratchet
        .iter()
        .flat_map(|comparison| &comparison.settled)
        .filter(|(_, state)| matches!(state, Settled::Fixed | Settled::Vanished | Settled::Worse))
        .map(|(entry, _)| (&entry.fingerprint, entry.verdict))
        .collect();
    let gone: std::collections::HashSet<_> = gone.into_iter().collect();
    let kept = before.into_iter().flat_map(Ratchet::entries);
    let kept = kept.filter(|entry| !gone.contains(&(&entry.fingerprint, entry.verdict)));
    let mut entries: Vec<RatchetEntryV1> = kept.chain(&run.fresh).map(RatchetEntryV1::from).collect();
    let key = |entry: &RatchetEntryV1| {
        let resource = &entry.resource;
        (
            entry.rule.clone(),
            resource.operation.clone(),
            resource.id.clone(),
            entry.fingerprint.clone(),
            entry.verdict,
        )
    };
    entries.sort_by_cached_key(key);
    entries.dedup_by(|b, a| a.fingerprint == b.fingerprint && a.verdict == b.verdict);
    entries
}

/// Writes a ratchet, an entry a line, so that a change of it can be read where it is reviewed.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_ratchet(entries: &[RatchetEntryV1], out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{{\n  \"schema\": \"{SCHEMA}\",\n  \"entries\": [");
    out.write_all(text.as_bytes())?;
    for (index, entry) in entries.iter().enumerate() {
        let comma = if index + 1 < entries.len() { "," } else { "" };
        writeln!(out, "    {}{comma}", serde_json::to_string(entry)?)?;
    }
    writeln!(out, "  ]\n}}")
}
