//! What the findings hold, before any is written.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::literal::cut;
use super::verdicts::words;
use crate::result::{FindingV1, HeadV1, RuleV1, Store, VerdictV1, VerdictsV1};

/// Findings that are listed where scripts do not run.
const PLAIN: usize = 200;
/// Characters of a text in that list.
const PLAIN_TEXT: usize = 300;

/// What the findings hold.
#[derive(Default)]
pub(super) struct Survey {
    /// How many there are of each verdict.
    pub(super) listed: VerdictsV1,
    /// Rules of findings that are not among the policies, by id, and what they found.
    pub(super) further: BTreeMap<String, (RuleV1, VerdictsV1)>,
    /// The first that do not pass.
    pub(super) plain: Vec<Plain>,
    /// How many more there are.
    pub(super) more: u64,
}

/// A finding in a table without scripts.
pub(super) struct Plain {
    pub(super) class: &'static str,
    pub(super) verdict: String,
    pub(super) severity: &'static str,
    pub(super) rule: String,
    pub(super) resource: String,
    pub(super) message: String,
    pub(super) place: String,
}

impl Survey {
    pub(super) fn new(head: &HeadV1, findings: &Store) -> io::Result<Self> {
        let policies: BTreeSet<&str> = head.policies.iter().map(|policy| policy.id.as_str()).collect();
        let mut survey = Self::default();
        findings.each(|finding| {
            *survey.listed.of_mut(finding.verdict) += 1;
            if needs_attention(finding.verdict) {
                if survey.plain.len() < PLAIN {
                    survey.plain.push(plain(&finding));
                } else {
                    survey.more += 1;
                }
            }
            if !policies.contains(finding.rule.id.as_str()) {
                let FindingV1 { rule, verdict, .. } = finding;
                let further = survey.further.entry(rule.id.clone());
                let (_, counts) = further.or_insert_with(|| (rule, VerdictsV1::default()));
                *counts.of_mut(verdict) += 1;
            }
            Ok(())
        })?;
        Ok(survey)
    }
}

/// Whether it is neither a pass nor about something else.
pub(super) const fn needs_attention(verdict: VerdictV1) -> bool {
    !matches!(verdict, VerdictV1::Pass | VerdictV1::NotApplicable)
}

/// What a finding's verdict is called: one that does not count says so.
pub(super) fn verdict_words(finding: &FindingV1) -> String {
    let mut words = words(finding.verdict).to_owned();
    if finding.known {
        words.push_str(", known");
    }
    if finding.verdict == VerdictV1::Fail && finding.waiver.as_ref().is_some_and(|waiver| waiver.expired) {
        words.push_str(", waiver expired");
    }
    words
}

fn plain(finding: &FindingV1) -> Plain {
    let text = |text: &str| cut(text, PLAIN_TEXT);
    let location = &finding.location;
    Plain {
        class: finding.verdict.as_str(),
        verdict: verdict_words(finding),
        severity: finding.rule.severity.as_str(),
        rule: text(&format!("{} {}", finding.rule.id, finding.rule.title)),
        resource: text(finding.resource.id.as_deref().unwrap_or(&location.path)),
        message: text(&finding.message),
        place: format!("{}:{}:{}", text(&location.file), location.line, location.column),
    }
}
