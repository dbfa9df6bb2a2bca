//! What formats for machines say of a finding where they have room for a text only.

use std::borrow::Cow;

use crate::result::{
    EvidenceV1, FindingV1, GateV1, HeadV1, LevelV1, ResourceV1, SeverityV1, VerdictV1, VerdictsV1, WaiverV1,
};

/// A resource in a few words: its name and id.
pub(super) fn resource(resource: &ResourceV1) -> String {
    match (&resource.name, &resource.id) {
        (Some(name), Some(id)) if name != id => format!("{name} ({id})"),
        (_, Some(id)) => id.clone(),
        (Some(name), None) => name.clone(),
        (None, None) => resource.kind.replace('_', " "),
    }
}

/// What the rule says, with the verdict in front where it is no plain failure, so that no text passes for one or for
/// nothing.
pub(super) fn says(finding: &FindingV1) -> String {
    let FindingV1 { message, waiver, .. } = finding;
    let known = if finding.known { "known to the ratchet: " } else { "" };
    match (finding.verdict, waiver) {
        (VerdictV1::Fail, Some(waiver)) if waiver.expired => {
            format!("{known}{message} ({})", expired(waiver))
        }
        (VerdictV1::Fail, _) => format!("{known}{message}"),
        (VerdictV1::Inconclusive, _) => format!("{known}inconclusive: {message}"),
        (VerdictV1::Error, _) => format!("could not be evaluated: {message}"),
        (VerdictV1::Waived, Some(waiver)) => format!("{}: {message}", waived(waiver)),
        (VerdictV1::Waived, None) => format!("waived: {message}"),
        (VerdictV1::NotApplicable, _) => format!("not applicable: {message}"),
        (VerdictV1::Pass, _) => format!("pass: {message}"),
    }
}

/// Who accepts a failure, why and for how long.
pub(super) fn waived(waiver: &WaiverV1) -> String {
    let until = match &waiver.expires {
        Some(day) => format!("until {day}"),
        None => "for good".to_owned(),
    };
    let ticket = waiver.ticket.as_ref().map(|ticket| format!(", {ticket}")).unwrap_or_default();
    format!("waived {until} by {} ({}{ticket})", waiver.owner, waiver.reason)
}

/// That a waiver is over.
fn expired(waiver: &WaiverV1) -> String {
    let on = waiver.expires.as_ref().map(|day| format!(" on {day}")).unwrap_or_default();
    format!("the waiver by {} expired{on}", waiver.owner)
}

/// A value that a finding rests on, as compact JSON where it may be shown.
pub(super) fn value(evidence: &EvidenceV1) -> String {
    if evidence.absent {
        "is absent".to_owned()
    } else if evidence.redacted {
        "is not shown".to_owned()
    } else if evidence.truncated {
        "is too long to be repeated".to_owned()
    } else {
        format!("is {}", evidence.value)
    }
}

/// Requirements, each as `framework/requirement`.
pub(super) fn controls(finding: &FindingV1) -> Vec<String> {
    let all = finding.rule.controls.iter();
    all.flat_map(|(framework, ids)| ids.iter().map(move |id| format!("{framework}/{id}"))).collect()
}

/// The first `limit` characters, and how many more there are.
pub(super) fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let (first, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            Cow::Owned(format!("{first}… ({} more characters)", rest.chars().count()))
        }
    }
}

/// A text of several lines as one line.
pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A number of things.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// How many diagnostics say that something could not be judged.
pub(super) fn errors(head: &HeadV1) -> u64 {
    head.diagnostics.iter().filter(|diagnostic| diagnostic.level == LevelV1::Error).count() as u64
}

/// Verdicts that a result counts but does not list, in a few words; `None` where it lists all.
pub(super) fn unlisted(head: &HeadV1, listed: &VerdictsV1) -> Option<String> {
    let missing = |verdict| head.summary.verdicts.of(verdict).saturating_sub(listed.of(verdict));
    let words: Vec<String> = VerdictV1::ALL
        .iter()
        .map(|&verdict| (verdict, missing(verdict)))
        .filter(|(_, number)| *number > 0)
        .map(|(verdict, number)| format!("{number} {verdict}"))
        .collect();
    let help = "save the result with `--include pass,not_applicable` to list all";
    (!words.is_empty())
        .then(|| format!("verdicts that are counted but not listed: {}; {help}", words.join(", ")))
}

/// What the gate says, and why.
pub(super) fn gate(head: &HeadV1) -> String {
    let (fail_on, warns) = (head.settings.fail_on, head.settings.inconclusive == "warn");
    let heavy = |verdict| -> u64 {
        let counts = head.summary.counts.iter().filter(|counts| counts.severity <= fail_on);
        counts.map(|counts| counts.verdicts.of(verdict).saturating_sub(counts.known.of(verdict))).sum()
    };
    let all = |verdict| head.summary.verdicts.of(verdict);
    let inconclusive = if warns { 0 } else { heavy(VerdictV1::Inconclusive) };
    let reasons = [
        (errors(head), "input or policy could not be used", "inputs or policies could not be used"),
        (all(VerdictV1::Error), "verdict could not be reached", "verdicts could not be reached"),
        (heavy(VerdictV1::Fail), "failure", "failures"),
        (inconclusive, "inconclusive verdict", "inconclusive verdicts"),
        (all(VerdictV1::Waived), "waived", "waived"),
        (head.summary.known.total(), "known to the ratchet", "known to the ratchet"),
    ];
    let reasons = reasons.iter().filter(|(number, ..)| *number > 0);
    let mut words: Vec<String> = reasons.map(|(number, one, many)| count(*number, one, many)).collect();
    if head.gate == GateV1::Pass {
        let clean = all(VerdictV1::Fail) + all(VerdictV1::Inconclusive) == 0;
        words.insert(0, if clean { "nothing failed" } else { "nothing failed that counts" }.to_owned());
    }
    if fail_on != SeverityV1::Low {
        words.push(format!("failures count from {fail_on} on"));
    }
    format!("gate: {}, {}", head.gate.as_str().to_uppercase(), words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_says_how_much_more_there_is() {
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("ábcd", 2), "áb… (2 more characters)");
        assert_eq!(shortened("", 0), "");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(1, "failure", "failures"), "1 failure");
        assert_eq!(count(0, "failure", "failures"), "0 failures");
    }
}
