//! What stands beside a verdict: a waiver, or that the ratchet knows it.

use crate::result::{FindingV1, VerdictV1, WaiverV1};

/// What a waiver or the ratchet says of a finding; `None` where neither does.
pub(super) fn remark(finding: &FindingV1) -> Option<String> {
    match &finding.waiver {
        Some(waiver) if finding.verdict == VerdictV1::Waived => Some(waived(waiver)),
        Some(waiver) => Some(expired(waiver, finding.known)),
        None if finding.known => Some(KNOWN.to_owned()),
        None => None,
    }
}

/// What it means that the ratchet knows a finding.
const KNOWN: &str = "known to the ratchet: it does not close the gate";

fn waived(waiver: &WaiverV1) -> String {
    let until = match &waiver.expires {
        Some(day) => format!("until {day}"),
        None => "for good".to_owned(),
    };
    format!("waived {until} by {}", answered(waiver))
}

fn expired(waiver: &WaiverV1, known: bool) -> String {
    let day = waiver.expires.as_deref().unwrap_or("an unknown day");
    let words = if waiver.expired {
        format!("waived until {day}, which is over, by ")
    } else {
        "waived by ".to_owned()
    };
    let words = words + &answered(waiver);
    if known { format!("{words}; {KNOWN}") } else { words }
}

/// `owner (ticket): reason`
fn answered(waiver: &WaiverV1) -> String {
    let ticket = waiver.ticket.as_ref().map(|ticket| format!(" ({ticket})")).unwrap_or_default();
    format!("{}{ticket}: {}", waiver.owner, waiver.reason)
}
