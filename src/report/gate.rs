//! What a saved gate says, and why.

use super::pretty::counted;
use crate::result::{GateV1, HeadV1, LevelV1, SeverityV1, VerdictV1};

/// Why the gate is open or closed, in a sentence without its end.
pub(super) fn gate_reasons(head: &HeadV1) -> String {
    let fail_on = head.settings.fail_on;
    let warns = head.settings.inconclusive == "warn";
    let count = |verdict: VerdictV1| -> (u64, u64) {
        let mut heavy = (0_u64, 0_u64);
        // Severities are ordered, the heaviest first.
        for cell in head.summary.counts.iter().filter(|cell| cell.severity <= fail_on) {
            heavy.0 =
                heavy.0.saturating_add(cell.verdicts.of(verdict).saturating_sub(cell.known.of(verdict)));
            heavy.1 = heavy.1.saturating_add(cell.known.of(verdict));
        }
        heavy
    };
    let mut reasons = Vec::new();
    let mut reason = |count: u64, one: &str, many: &str| {
        if count > 0 {
            reasons.push(format!("{count} {}", if count == 1 { one } else { many }));
        }
    };
    let errors = head.diagnostics.iter().filter(|diagnostic| diagnostic.level == LevelV1::Error).count();
    reason(errors as u64, "input or policy could not be used", "inputs or policies could not be used");
    let unreached = head.summary.verdicts.error;
    reason(unreached, "verdict could not be reached", "verdicts could not be reached");
    let (failures, known_failures) = count(VerdictV1::Fail);
    reason(failures, "failure", "failures");
    let (unclear, known_unclear) = count(VerdictV1::Inconclusive);
    if !warns {
        reason(unclear, "inconclusive verdict", "inconclusive verdicts");
    }
    let mut why = match head.gate {
        GateV1::Pass if warns && unclear > 0 => {
            "nothing failed, and what is inconclusive only warns".to_owned()
        }
        GateV1::Pass if head.summary.verdicts.fail > failures + known_failures => {
            format!("nothing at or above {fail_on} failed")
        }
        GateV1::Pass if known_failures + known_unclear > 0 => "nothing failed that is not known".to_owned(),
        GateV1::Pass => "nothing failed".to_owned(),
        GateV1::Fail | GateV1::Error => reasons.join(", "),
    };
    if head.gate != GateV1::Pass && fail_on != SeverityV1::Low {
        why.push_str(&format!(" (failures from {fail_on} on)"));
    }
    let known = known_failures.saturating_add(known_unclear);
    if known > 0 {
        why.push_str(&format!(
            "; {} known",
            counted(known, "verdict") + if known == 1 { " is" } else { " are" }
        ));
    }
    why
}
