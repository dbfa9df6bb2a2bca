//! What the gate says, and why, in words.

use super::number::{counted, grouped};
use crate::result::{GateV1, HeadV1, LevelV1, SeverityV1, VerdictV1, VerdictsV1};

/// The gate's answer.
pub(super) struct Answer {
    /// Name of the answer in style sheets.
    pub(super) class: &'static str,
    /// The answer in a word.
    pub(super) word: &'static str,
    /// What it means, in a sentence.
    pub(super) sentence: String,
    pub(super) exit_code: u8,
    /// What led to it, the weightiest first.
    pub(super) reasons: Vec<Reason>,
}

/// Something that led to the answer, or that did not count.
pub(super) struct Reason {
    pub(super) text: String,
    /// Where it is shown, as an anchor of the page.
    pub(super) link: &'static str,
    /// Whether it closes the gate.
    pub(super) closes: bool,
}

impl Answer {
    pub(super) fn new(head: &HeadV1) -> Self {
        let weights = Weights::new(head);
        let warns = head.settings.inconclusive == "warn";
        let from = head.settings.fail_on;
        let sentence = match head.gate {
            GateV1::Error => "Not everything could be evaluated, so nothing is certain.".to_owned(),
            GateV1::Fail => "Something that counts failed, or cannot be told.".to_owned(),
            GateV1::Pass if warns && weights.inconclusive > 0 => {
                "Nothing failed that counts, and what is inconclusive only warns.".to_owned()
            }
            GateV1::Pass if weights.known > 0 => "Nothing new failed.".to_owned(),
            GateV1::Pass if weights.light > 0 => {
                format!("Nothing of severity {from} or above failed.")
            }
            GateV1::Pass => "Everything was judged, and nothing failed.".to_owned(),
        };
        let (class, word, exit_code) = match head.gate {
            GateV1::Pass => ("pass", "PASS", 0),
            GateV1::Fail => ("fail", "FAIL", 1),
            GateV1::Error => ("error", "ERROR", 2),
        };
        Self { class, word, sentence, exit_code, reasons: weights.reasons(head, warns) }
    }
}

/// How many of what the gate looks at.
struct Weights {
    problems: u64,
    errors: u64,
    /// Failures that count, the heaviest severity first.
    failures: Vec<(SeverityV1, u64)>,
    /// Inconclusive verdicts that count, unless they only warn.
    inconclusive: u64,
    /// Verdicts that would count, did the ratchet not know them.
    known: u64,
    /// Failures and inconclusive verdicts of too little severity.
    light: u64,
    waived: u64,
}

impl Weights {
    fn new(head: &HeadV1) -> Self {
        let problems = head.diagnostics.iter().filter(|problem| problem.level == LevelV1::Error).count();
        let mut weights = Self {
            problems: problems as u64,
            errors: head.summary.verdicts.error,
            failures: Vec::new(),
            inconclusive: 0,
            known: 0,
            light: 0,
            waived: head.summary.verdicts.waived,
        };
        for &severity in SeverityV1::ALL {
            let cells = head.summary.counts.iter().filter(|cell| cell.severity == severity);
            let mut all = VerdictsV1::default();
            let mut known = VerdictsV1::default();
            for cell in cells {
                super::verdicts::add(&mut all, &cell.verdicts);
                super::verdicts::add(&mut known, &cell.known);
            }
            let new = |verdict: VerdictV1| all.of(verdict).saturating_sub(known.of(verdict));
            let (failures, inconclusive) = (new(VerdictV1::Fail), new(VerdictV1::Inconclusive));
            // The heaviest severity comes first.
            if severity > head.settings.fail_on {
                weights.light = weights.light.saturating_add(all.fail).saturating_add(all.inconclusive);
                continue;
            }
            weights.inconclusive = weights.inconclusive.saturating_add(inconclusive);
            weights.known = weights.known.saturating_add(known.fail).saturating_add(known.inconclusive);
            if failures > 0 {
                weights.failures.push((severity, failures));
            }
        }
        weights
    }

    fn reasons(&self, head: &HeadV1, warns: bool) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let mut add = |count: u64, text: String, link: &'static str, closes: bool| {
            if count > 0 {
                reasons.push(Reason { text, link, closes });
            }
        };
        let (one, many) = ("input or policy could not be used", "inputs or policies could not be used");
        add(self.problems, counted(self.problems, one, many), "problems", true);
        let (one, many) = ("verdict could not be reached", "verdicts could not be reached");
        add(self.errors, counted(self.errors, one, many), "findings?verdict=error", true);
        let failures = self.failures.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        let each: Vec<String> =
            self.failures.iter().map(|(severity, count)| format!("{} {severity}", grouped(*count))).collect();
        let text = format!("{}: {}", counted(failures, "failure", "failures"), each.join(", "));
        add(failures, text, "findings?verdict=fail", true);
        let mut text = counted(self.inconclusive, "inconclusive verdict", "inconclusive verdicts");
        text.push_str(if warns { ", which only warn" } else { ": the evidence does not tell" });
        add(self.inconclusive, text, "findings?verdict=inconclusive", !warns);
        let (one, many) = (
            "finding is known by the ratchet and does not count",
            "findings are known by the ratchet and do not count",
        );
        add(self.known, counted(self.known, one, many), "exceptions", false);
        let what =
            counted(self.light, "failure or inconclusive verdict", "failures or inconclusive verdicts");
        add(self.light, format!("{what} below severity {}", head.settings.fail_on), "findings", false);
        let text =
            counted(self.waived, "failure is accepted by a waiver", "failures are accepted by waivers");
        add(self.waived, text, "findings?verdict=waived", false);
        reasons
    }
}
