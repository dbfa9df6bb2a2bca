//! What a saved result says of what was accepted and expected becomes part of a run again.

use std::sync::Arc;

use chrono::NaiveDate;

use super::ratchet::RatchetEntryV1;
use super::restore::RestoreError;
use super::types::{
    FindingV1, PopulationV1, RatchetV1, SettledEntryV1, SettledV1, WaiverStateV1, WaiverUseV1, WaiverV1,
};
use crate::finding::{Comparison, ListSummary, Settled, WaiverState, WaiverUse};
use crate::source::{Excerpt, Place, Position, printable};
use crate::waiver::{Expiry, Pattern, Waived, Waiver};

/// The waiver of a finding.
pub(super) fn waived(finding: &FindingV1) -> Result<Option<Waived>, RestoreError> {
    let Some(saved) = &finding.waiver else { return Ok(None) };
    let resource = finding.resource.id.as_deref().unwrap_or_default();
    let waiver = waiver(&finding.rule.id, resource, saved)?;
    Ok(Some(Waived { waiver: Arc::new(waiver), is_expired: saved.expired }))
}

/// A waiver of the run.
pub(super) fn waiver_use(saved: &WaiverUseV1) -> Result<WaiverUse, RestoreError> {
    Ok(WaiverUse {
        waiver: Arc::new(waiver(&saved.rule, &saved.resource, &saved.waiver)?),
        state: match saved.state {
            WaiverStateV1::Active => WaiverState::Active,
            WaiverStateV1::Expiring => WaiverState::Expiring,
            WaiverStateV1::Expired => WaiverState::Expired,
            WaiverStateV1::Unused => WaiverState::Unused,
        },
        failures: saved.failures,
    })
}

fn waiver(rule: &str, resource: &str, saved: &WaiverV1) -> Result<Waiver, RestoreError> {
    let wrong = || RestoreError::Waiver(saved.reason.clone());
    let day = |text: &String| NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| wrong());
    let file: Arc<str> = Arc::from(&*printable(&saved.file));
    if saved.line == 0 {
        return Err(wrong());
    }
    let start = Position { byte: 0, line_1based: saved.line, column_1based: 1 };
    Ok(Waiver {
        rule: Pattern::of_text(rule),
        resource: Pattern::of_text(resource),
        operation: None,
        region: None,
        file: None,
        reason: saved.reason.clone(),
        owner: saved.owner.clone(),
        expires: saved.expires.as_ref().map(day).transpose()?.map_or(Expiry::Never, Expiry::After),
        ticket: saved.ticket.clone(),
        place: Place { file: Arc::clone(&file), start, end_byte: 0 },
        excerpt: Excerpt { file, windows: Vec::new() },
    })
}

/// How the run compares to its ratchet.
pub(super) fn comparison(saved: &RatchetV1) -> Result<Comparison, RestoreError> {
    let RatchetV1 { file, entries, known, accepted, new, settled } = saved;
    let settled = settled.iter().map(|settled| {
        let SettledEntryV1 { fingerprint, rule, severity, verdict, resource, state } = settled.clone();
        let entry = RatchetEntryV1 { rule, severity, verdict, resource, fingerprint };
        let state = match state {
            SettledV1::Fixed => Settled::Fixed,
            SettledV1::Waived => Settled::Waived,
            SettledV1::Unclear => Settled::Unclear,
            SettledV1::Worse => Settled::Worse,
            SettledV1::Vanished => Settled::Vanished,
            SettledV1::NotEvaluated => Settled::NotEvaluated,
        };
        Ok((entry.read().map_err(RestoreError::Ratchet)?, state))
    });
    Ok(Comparison {
        file: Arc::from(&*printable(file)),
        entries: *entries,
        known: *known,
        accepted: *accepted,
        new: *new,
        settled: settled.collect::<Result<_, RestoreError>>()?,
    })
}

/// A list of resources that were expected.
pub(super) fn list(saved: &PopulationV1) -> Result<ListSummary, RestoreError> {
    Ok(ListSummary {
        file: Arc::from(&*printable(&saved.file)),
        operation: super::restore::operation(&saved.operation)?,
        expected: saved.expected,
        found: saved.found,
        unexpected: saved.unexpected,
    })
}
