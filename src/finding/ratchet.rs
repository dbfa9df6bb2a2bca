//! The ratchet: what an earlier run found and somebody accepted for the time being.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{Fingerprint, Subject, Verdict};
use crate::operation::Operation;
use crate::policy::{RuleId, Severity};

/// Verdicts that are known: failures, and those that could not be told.
#[derive(Clone, Debug)]
pub struct Ratchet {
    /// Display name of its file.
    pub file: Arc<str>,
    entries: Vec<RatchetEntry>,
    by_fingerprint: HashMap<Fingerprint, Vec<usize>, RandomState>,
    /// Identities of resources that it is about, by operation.
    resources: Vec<HashSet<String, RandomState>>,
    /// Whether it is about resources without an identity, by operation.
    nameless: Vec<bool>,
}

/// A verdict that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatchetEntry {
    /// What makes it the same finding in another run.
    pub fingerprint: Fingerprint,
    /// `Fail` or `Inconclusive`.
    pub verdict: Verdict,
    /// The rule.
    pub rule: RuleId,
    /// How much it weighed.
    pub severity: Severity,
    /// The resource.
    pub resource: Arc<Subject>,
}

/// What became of a verdict that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Settled {
    /// The rule passes, or is not about the resource any more.
    Fixed,
    /// A waiver accepts it.
    Waived,
    /// It failed, and cannot be judged any more.
    Unclear,
    /// It could not be judged, and fails.
    Worse,
    /// Its resource is not there.
    Vanished,
    /// Its rule judged nothing in this run.
    NotEvaluated,
}

/// The verdicts that were met for an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met(u8);

impl Met {
    /// Takes note of one.
    pub const fn note(&mut self, verdict: Verdict) {
        self.0 |= 1 << verdict.index();
    }

    /// Takes note of all that another one has.
    pub const fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    const fn has(self, verdict: Verdict) -> bool {
        self.0 & (1 << verdict.index()) != 0
    }
}

impl Ratchet {
    /// Of these entries; one for each fingerprint and verdict is kept.
    pub fn new(file: Arc<str>, all: impl IntoIterator<Item = RatchetEntry>) -> Self {
        let mut ratchet = Self {
            file,
            entries: Vec::new(),
            by_fingerprint: HashMap::default(),
            resources: vec![HashSet::default(); Operation::ALL.len()],
            nameless: vec![false; Operation::ALL.len()],
        };
        for entry in all {
            let known = ratchet.by_fingerprint.entry(entry.fingerprint.clone()).or_default();
            let is_known = |index: &usize| {
                ratchet.entries.get(*index).is_some_and(|known| known.verdict == entry.verdict)
            };
            if known.iter().any(is_known) {
                continue;
            }
            known.push(ratchet.entries.len());
            let operation = entry.resource.operation.index();
            match &entry.resource.id {
                Some(id) => {
                    if let Some(ids) = ratchet.resources.get_mut(operation) {
                        ids.insert(id.clone());
                    }
                }
                None => {
                    if let Some(nameless) = ratchet.nameless.get_mut(operation) {
                        *nameless = true;
                    }
                }
            }
            ratchet.entries.push(entry);
        }
        ratchet
    }

    /// What it knows.
    pub fn entries(&self) -> &[RatchetEntry] {
        &self.entries
    }

    /// Whether it may know something about a resource.
    pub fn concerns(&self, operation: Operation, id: Option<&str>) -> bool {
        match id {
            Some(id) => self.resources.get(operation.index()).is_some_and(|ids| ids.contains(id)),
            None => self.nameless.get(operation.index()).copied().unwrap_or_default(),
        }
    }

    /// The indices of its entries with this fingerprint.
    pub fn of(&self, fingerprint: &Fingerprint) -> &[usize] {
        self.by_fingerprint.get(fingerprint).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether it knows this verdict.
    pub fn knows(&self, fingerprint: &Fingerprint, verdict: Verdict) -> bool {
        let is_it = |index: &usize| self.entries.get(*index).is_some_and(|entry| entry.verdict == verdict);
        self.of(fingerprint).iter().any(is_it)
    }

    /// What became of its entries that the run does not have any more; `met` are the verdicts that were met for each,
    /// and `judged` says whether a rule judged anything.
    pub fn settled<'r>(
        &'r self,
        met: &'r [Met],
        judged: impl Fn(&RuleId) -> bool + 'r,
    ) -> impl Iterator<Item = (&'r RatchetEntry, Settled)> {
        self.entries.iter().enumerate().filter_map(move |(index, entry)| {
            let met = met.get(index).copied().unwrap_or_default();
            let state = if met.has(entry.verdict) {
                return None;
            } else if met == Met::default() {
                if judged(&entry.rule) { Settled::Vanished } else { Settled::NotEvaluated }
            } else if met.has(Verdict::Fail) {
                Settled::Worse
            } else if met.has(Verdict::Inconclusive) || met.has(Verdict::Error) {
                Settled::Unclear
            } else if met.has(Verdict::Waived) {
                Settled::Waived
            } else {
                Settled::Fixed
            };
            Some((entry, state))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: Option<&str>, verdict: Verdict) -> RatchetEntry {
        let (operation, rule) = (Operation::GetPatchBaseline, RuleId::parse("A-1").unwrap());
        RatchetEntry {
            fingerprint: Fingerprint::of_identity(&rule, operation, id),
            verdict,
            rule,
            severity: Severity::High,
            resource: Arc::new(Subject {
                operation,
                id: id.map(str::to_owned),
                name: None,
                region: None,
                account: None,
                captured_at: None,
            }),
        }
    }

    #[test]
    fn a_verdict_is_known_as_what_it_was() {
        let one = entry(Some("pb-1"), Verdict::Fail);
        let ratchet =
            Ratchet::new(Arc::from("r"), [one.clone(), one.clone(), entry(None, Verdict::Inconclusive)]);
        assert_eq!(ratchet.entries().len(), 2, "the same resource may stand in several files");
        assert!(ratchet.knows(&one.fingerprint, Verdict::Fail));
        assert!(!ratchet.knows(&one.fingerprint, Verdict::Inconclusive));
        assert!(ratchet.concerns(Operation::GetPatchBaseline, Some("pb-1")));
        assert!(ratchet.concerns(Operation::GetPatchBaseline, None));
        assert!(!ratchet.concerns(Operation::GetPatchBaseline, Some("pb-2")));
        assert!(!ratchet.concerns(Operation::ListPublishBatch, None));
    }

    #[test]
    fn only_what_was_judged_and_does_not_fail_is_fixed() {
        use Verdict::{Error, Fail, Inconclusive, NotApplicable, Pass, Waived};
        let state = |verdict: Verdict, seen: &[Verdict], judged: bool| {
            let ratchet = Ratchet::new(Arc::from("r"), [entry(Some("x"), verdict)]);
            let mut met = Met::default();
            for verdict in seen {
                met.note(*verdict);
            }
            ratchet.settled(&[met], |_| judged).next().map(|(_, state)| state)
        };
        assert_eq!(state(Fail, &[Fail], true), None);
        assert_eq!(state(Fail, &[Pass, Fail], true), None, "it stands twice, and fails once");
        assert_eq!(state(Fail, &[Pass], true), Some(Settled::Fixed));
        assert_eq!(state(Fail, &[NotApplicable], true), Some(Settled::Fixed));
        assert_eq!(state(Fail, &[], true), Some(Settled::Vanished));
        assert_eq!(state(Fail, &[], false), Some(Settled::NotEvaluated));
        assert_eq!(state(Fail, &[Pass, Inconclusive], true), Some(Settled::Unclear));
        assert_eq!(state(Fail, &[Error], true), Some(Settled::Unclear));
        assert_eq!(state(Fail, &[Waived], true), Some(Settled::Waived));
        assert_eq!(state(Inconclusive, &[Fail], true), Some(Settled::Worse));
    }
}
