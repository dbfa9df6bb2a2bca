//! What became of waivers and of the ratchet, when all verdicts are in.

use std::sync::Arc;

use super::accept::Ledger;
use crate::finding::{Comparison, Counts, Met, Tally, Verdict, WaiverState, WaiverUse};
use crate::policy::Rule;
use crate::settings::{JudgeSettings, Purpose};
use crate::source::{Code, Diagnostic, printable};
use crate::waiver::{Expiry, Waiver};

/// What became of the waivers, and what there is to say about them. `judged` are rules that judged something.
pub(super) fn waivers(
    judging: &JudgeSettings,
    ledger: &Ledger,
    judged: &[&Arc<Rule>],
) -> (Vec<WaiverUse>, Vec<Diagnostic>) {
    let accepting = &judging.accepting;
    let mut uses = Vec::new();
    let mut told = Vec::new();
    for (index, waiver) in accepting.waivers.iter().enumerate() {
        let (failures, first) = ledger.uses.get(&index).cloned().unwrap_or_default();
        let state = if failures == 0 {
            WaiverState::Unused
        } else if waiver.expires.is_over(judging.clock) {
            WaiverState::Expired
        } else if waiver.expires.is_near(judging.clock, accepting.notice) {
            WaiverState::Expiring
        } else {
            WaiverState::Active
        };
        // An explanation judges one resource of all that the waiver may be for.
        let is_evaluated = !matches!(judging.purpose, Purpose::Explain(_))
            && judged.iter().any(|rule| waiver.rule.matches(rule.id.as_str()));
        let problem = match state {
            WaiverState::Active => None,
            // What is not evaluated in this run may be in another one that reads the same waivers.
            WaiverState::Unused => is_evaluated.then(|| unused(waiver, judging)),
            WaiverState::Expired => {
                let many = if failures == 1 {
                    "the failure counts".to_owned()
                } else {
                    format!("{failures} failures count")
                };
                let message = format!("{} expired after {}: {many} again", words(waiver), waiver.expires);
                let problem = Diagnostic::warning(Code::WaiverExpired, message)
                    .help(format!("mend what fails, or agree on another day with {}", whom(waiver)));
                Some(match first {
                    None => problem,
                    Some(place) => {
                        let words = if failures == 1 { "this fails" } else { "the first that fails" };
                        problem.with(Diagnostic::warning(Code::WaiverExpired, words).at(place))
                    }
                })
            }
            WaiverState::Expiring => {
                let message = format!(
                    "{} expires after {}{}",
                    words(waiver),
                    waiver.expires,
                    left(waiver.expires, judging)
                );
                Some(Diagnostic::warning(Code::WaiverExpiring, message).help(format!(
                    "mend what fails until then, or agree on another day with {}",
                    whom(waiver)
                )))
            }
        };
        told.extend(problem.map(|problem| problem.at(waiver.place.clone()).showing(waiver.excerpt.clone())));
        uses.push(WaiverUse { waiver: Arc::clone(waiver), state, failures });
    }
    (uses, told)
}

fn unused(waiver: &Waiver, judging: &JudgeSettings) -> Diagnostic {
    let over = if waiver.expires.is_over(judging.clock) { ", and its day is over" } else { "" };
    Diagnostic::warning(Code::WaiverUnused, format!("{} names no failure{over}", words(waiver))).help(
        "take it out if what it was for is mended; else look whether it names the resource as results do",
    )
}

fn words(waiver: &Waiver) -> String {
    format!(
        "the waiver of `{}` on `{}`",
        printable(waiver.rule.as_str()),
        printable(waiver.resource.as_str())
    )
}

fn whom(waiver: &Waiver) -> String {
    let owner = printable(&waiver.owner).into_owned();
    match &waiver.ticket {
        Some(ticket) => format!("{owner} ({})", printable(ticket)),
        None => owner,
    }
}

/// `, in 3 days`.
fn left(expires: Expiry, judging: &JudgeSettings) -> String {
    let Some(day) = expires.day() else { return String::new() };
    match (day - judging.clock.date_naive()).num_days() {
        0 => ", today".to_owned(),
        1 => ", tomorrow".to_owned(),
        days => format!(", in {days} days"),
    }
}

/// How the run compares to its ratchet.
pub(super) fn comparison(
    judging: &JudgeSettings,
    ledger: &Ledger,
    tally: &Tally,
    judged: &[&Arc<Rule>],
) -> Option<Comparison> {
    let ratchet = judging.accepting.ratchet.as_ref()?;
    let counting = |counts: Counts| counts.of(Verdict::Fail) + counts.of(Verdict::Inconclusive);
    let known = counting(ledger.known.total());
    let met: Vec<Met> = (0..ratchet.entries().len())
        .map(|entry| ledger.met.get(&entry).copied().unwrap_or_default())
        .collect();
    let settled = ratchet.settled(&met, |id| judged.iter().any(|rule| rule.id == *id));
    Some(Comparison {
        file: Arc::clone(&ratchet.file),
        entries: ratchet.entries().len() as u64,
        known,
        accepted: ledger.fresh.len() as u64,
        new: counting(tally.total()).saturating_sub(known),
        settled: settled.map(|(entry, state)| (entry.clone(), state)).collect(),
    })
}
