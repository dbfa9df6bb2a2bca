//! What a finding means for the gate.

use crate::result::{FindingV1, SettingsV1, SeverityV1, VerdictV1};

/// What a finding means for the gate. In formats without a word for it, it decides how loudly a finding is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The rule could not be evaluated, so the gate cannot tell.
    Unjudged,
    /// It closes the gate.
    Closing,
    /// A problem that does not weigh enough to close the gate.
    Light,
    /// A problem that the ratchet knows.
    Known,
    /// A failure that a waiver accepts.
    Waived,
    /// No problem.
    Clear,
}

impl Standing {
    /// Of a finding in a run with these settings.
    pub(super) fn of(finding: &FindingV1, settings: &SettingsV1) -> Self {
        // Severities are ordered from the heaviest on.
        let heavy = finding.rule.severity <= settings.fail_on;
        match finding.verdict {
            VerdictV1::Pass | VerdictV1::NotApplicable => Self::Clear,
            VerdictV1::Waived => Self::Waived,
            VerdictV1::Error => Self::Unjudged,
            VerdictV1::Fail | VerdictV1::Inconclusive if finding.known => Self::Known,
            VerdictV1::Fail if heavy => Self::Closing,
            // Whatever is not `warn` closes the gate: a word of a later version must not open it.
            VerdictV1::Inconclusive if heavy && settings.inconclusive != "warn" => Self::Closing,
            VerdictV1::Fail | VerdictV1::Inconclusive => Self::Light,
        }
    }

    /// Whether somebody has to look at it.
    pub(super) const fn is_problem(self) -> bool {
        matches!(self, Self::Unjudged | Self::Closing | Self::Light)
    }

    /// Place in an order from what must be seen first to what need not be seen, together with a severity.
    pub(super) fn rank(self, severity: SeverityV1) -> usize {
        let severities = SeverityV1::ALL.len();
        let severity = SeverityV1::ALL.iter().position(|one| *one == severity).unwrap_or(severities);
        match self {
            Self::Unjudged => 0,
            // What does not close the gate may be heavy all the same: an inconclusive verdict that only warns.
            Self::Closing | Self::Light => 1 + severity,
            Self::Known => 1 + severities + severity,
            Self::Waived => 1 + 2 * severities + severity,
            Self::Clear => RANKS - 1,
        }
    }
}

/// How many ranks there are.
pub(super) const RANKS: usize = 2 + 3 * SeverityV1::ALL.len();

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn standing(severity: &str, verdict: &str, known: bool, fail_on: &str, inconclusive: &str) -> Standing {
        let finding = json!({
            "rule": {"id": "A-1", "title": "t", "severity": severity, "file": "f", "line": 1, "controls": {}, "remediation": null},
            "verdict": verdict, "message": "m", "known": known,
            "resource": {"operation": "a.b.C", "provider": "a", "service": "b", "kind": "k", "id": null, "name": null, "region": null},
            "location": {"file": "f", "path": "", "line": 1, "column": 1, "start_byte": 0, "end_byte": 1},
            "evidence": [], "fingerprint": "f", "waiver": null,
        });
        let settings = json!({
            "fail_on": fail_on, "inconclusive": inconclusive, "max_age_seconds": null, "config": null, "include": [],
        });
        Standing::of(&serde_json::from_value(finding).unwrap(), &serde_json::from_value(settings).unwrap())
    }

    #[test]
    fn what_closes_the_gate_is_told_from_what_does_not() {
        assert_eq!(standing("high", "fail", false, "high", "fail"), Standing::Closing);
        assert_eq!(standing("critical", "fail", false, "high", "fail"), Standing::Closing);
        assert_eq!(standing("medium", "fail", false, "high", "fail"), Standing::Light);
        assert_eq!(standing("high", "inconclusive", false, "high", "fail"), Standing::Closing);
        assert_eq!(standing("high", "inconclusive", false, "high", "warn"), Standing::Light);
        assert_eq!(standing("medium", "inconclusive", false, "high", "fail"), Standing::Light);
        assert_eq!(standing("low", "error", true, "critical", "warn"), Standing::Unjudged);
        assert_eq!(standing("high", "fail", true, "low", "fail"), Standing::Known);
        assert_eq!(standing("high", "inconclusive", true, "low", "fail"), Standing::Known);
        assert_eq!(standing("high", "waived", false, "low", "fail"), Standing::Waived);
        assert_eq!(standing("high", "pass", false, "low", "fail"), Standing::Clear);
        assert_eq!(standing("high", "not_applicable", false, "low", "fail"), Standing::Clear);
    }

    #[test]
    fn ranks_fall_from_what_could_not_be_judged_to_what_is_waived() {
        let mut last = Standing::Unjudged.rank(SeverityV1::Low);
        for standing in [Standing::Closing, Standing::Known, Standing::Waived] {
            for &severity in SeverityV1::ALL {
                assert!(standing.rank(severity) > last, "{standing:?} {severity}");
                last = standing.rank(severity);
            }
        }
        assert_eq!(Standing::Clear.rank(SeverityV1::Critical), RANKS - 1);
        assert!(last < RANKS - 1);
    }
}
