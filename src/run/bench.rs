//! Where the resources of one operation are judged.

use std::sync::Arc;

use super::accept::{Accepted, Case};
use super::sought::Sought;
use crate::evaluate::{Judge, Judged, Outcome, Rulebook, Way};
use crate::finding::{Counts, Verdict};
use crate::operation::Operation;
use crate::policy::Rule;
use crate::settings::JudgeSettings;
use crate::source::Diagnostic;

/// Where resources of one operation are judged.
pub(super) struct Bench<'s> {
    pub(super) judge: Judge<'s>,
    /// The rules of the plan.
    rules: &'s [Arc<Rule>],
    /// The verdicts on the batch at hand, by rule of the plan.
    counts: Vec<Counts>,
    /// What each rule of the plan reads, where values are looked for fast.
    sought: Vec<Option<Sought>>,
}

impl<'s> Bench<'s> {
    /// For an operation. With `is_fast` it knows where to look for what rules read.
    ///
    /// # Errors
    ///
    /// Where a rule that compiled before does not any more: a defect.
    pub(super) fn new(
        plan: &'s dyn Rulebook,
        operation: Operation,
        way: Way,
        is_fast: bool,
    ) -> Result<Self, Diagnostic> {
        Ok(Self {
            judge: plan.judge(operation, way)?,
            rules: plan.rules(),
            counts: vec![Counts::default(); plan.rules().len()],
            sought: if is_fast { soughts(plan, operation) } else { Vec::new() },
        })
    }

    /// The verdicts since the last time, by rule of the plan.
    pub(super) fn take_counts(&mut self) -> impl Iterator<Item = Counts> {
        self.counts.iter_mut().map(std::mem::take)
    }

    /// Judges a resource and counts the verdicts, as they are accepted in its `case`; `tell` gets those that are to be
    /// reported, each with its rule's index in the plan, and what that reads. Gives the weightiest.
    pub(super) fn judge(
        &mut self,
        judging: &JudgeSettings,
        judged: &Judged<'_>,
        case: &mut Option<Case<'_>>,
        mut tell: impl FnMut(usize, Option<&Sought>, &Outcome, &Accepted),
    ) -> Verdict {
        let Self { judge, rules, counts, sought } = self;
        let mut weightiest = Verdict::NotApplicable;
        judge.judge(judged, |index, outcome| {
            let plain = verdict(outcome);
            let accepted = match (&mut *case, rules.get(index)) {
                (Some(case), Some(rule)) => case.settle(rule, plain),
                _ => Accepted::plain(plain),
            };
            let verdict = accepted.verdict;
            if let Some(counts) = counts.get_mut(index) {
                counts.add(verdict, 1);
            }
            if verdict.weight() > weightiest.weight() {
                weightiest = verdict;
            }
            if judging.reports(verdict) {
                tell(index, sought.get(index).and_then(Option::as_ref), outcome, &accepted);
            }
        });
        weightiest
    }
}

/// What the rules about an operation read.
fn soughts(plan: &dyn Rulebook, operation: Operation) -> Vec<Option<Sought>> {
    let sought = |(index, rule): (usize, &Arc<Rule>)| {
        let (_, reads) = rule.applies_to.contains(&operation).then(|| plan.rule(index)).flatten()?;
        let lines = reads.definitions.iter().map(|definition| definition.line_1based(rule)).collect();
        Some(Sought::new(operation, reads, lines))
    };
    plan.rules().iter().enumerate().map(sought).collect()
}

const fn verdict(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Pass => Verdict::Pass,
        Outcome::NotApplicable => Verdict::NotApplicable,
        Outcome::Fail(_) => Verdict::Fail,
        Outcome::Inconclusive(_) => Verdict::Inconclusive,
        Outcome::Unreadable(_) | Outcome::Error(_) => Verdict::Error,
    }
}
