//! What of a run's verdicts is accepted: by waivers, which name failures, and by the ratchet, which knows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Fingerprint, Met, RatchetEntry, Subject, Tally, Verdict};
use crate::model::Resource;
use crate::policy::Rule;
use crate::settings::JudgeSettings;
use crate::source::Place;
use crate::waiver::{self, Waived};

/// A verdict, as it counts.
#[derive(Clone, Debug)]
pub(super) struct Accepted {
    /// What is reported: `Waived` in place of a failure that is.
    pub(super) verdict: Verdict,
    /// The waiver that names it, with its index.
    pub(super) waived: Option<(usize, Waived)>,
    /// Whether the ratchet knows it.
    pub(super) is_known: bool,
}

impl Accepted {
    /// A verdict that nothing is said about.
    pub(super) const fn plain(verdict: Verdict) -> Self {
        Self { verdict, waived: None, is_known: false }
    }

    /// The waiver that names it.
    pub(super) fn waiver(&self) -> Option<&Waived> {
        self.waived.as_ref().map(|(_, waived)| waived)
    }
}

/// What was accepted in a part of the run.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Verdicts that the ratchet knows.
    pub(super) known: Tally,
    /// Failures that each waiver names, and the place of the first.
    pub(super) uses: BTreeMap<usize, (u64, Option<Place>)>,
    /// Verdicts that were met for entries of the ratchet.
    pub(super) met: BTreeMap<usize, Met>,
    /// Verdicts that the ratchet takes.
    pub(super) fresh: Vec<RatchetEntry>,
}

impl Ledger {
    /// Adds what comes behind.
    pub(super) fn append(&mut self, next: Self) {
        self.known.merge(&next.known);
        for (waiver, (count, place)) in next.uses {
            let (known, first) = self.uses.entry(waiver).or_default();
            *known += count;
            *first = first.take().or(place);
        }
        for (entry, met) in next.met {
            self.met.entry(entry).or_default().join(met);
        }
        self.fresh.extend(next.fresh);
    }

    /// Takes note of a failure that a waiver names, and of its place.
    pub(super) fn use_waiver(&mut self, accepted: &Accepted, place: impl FnOnce() -> Option<Place>) {
        if let Some((waiver, _)) = accepted.waived {
            let (count, first) = self.uses.entry(waiver).or_default();
            *count += 1;
            if first.is_none() {
                *first = place();
            }
        }
    }
}

/// One resource, and what is accepted of it.
pub(super) struct Case<'c> {
    judging: &'c JudgeSettings,
    subject: Arc<Subject>,
    file: &'c Arc<str>,
    identity: Identity<'c>,
    /// Whether the ratchet may know something about it.
    is_concerned: bool,
    ledger: Ledger,
}

/// What fingerprints are made of.
pub(super) enum Identity<'c> {
    /// A resource, and its normalised JSON once that is needed.
    Resource(&'c Resource<'c>, Option<String>),
    /// A resource that is not there.
    Id(&'c str),
}

impl<'c> Case<'c> {
    /// A resource, unless nothing can be accepted.
    pub(super) fn new(
        judging: &'c JudgeSettings,
        subject: impl FnOnce() -> Subject,
        file: &'c Arc<str>,
        identity: Identity<'c>,
    ) -> Option<Self> {
        if judging.accepting.is_idle() {
            return None;
        }
        let subject = Arc::new(subject());
        let ratchet = judging.accepting.ratchet.as_ref();
        let is_concerned =
            ratchet.is_some_and(|ratchet| ratchet.concerns(subject.operation, subject.id.as_deref()));
        Some(Self { judging, subject, file, identity, is_concerned, ledger: Ledger::default() })
    }

    /// What was accepted.
    pub(super) fn into_ledger(self) -> Ledger {
        self.ledger
    }

    /// What a verdict counts as.
    pub(super) fn settle(&mut self, rule: &Rule, verdict: Verdict) -> Accepted {
        let mut accepted = Accepted::plain(verdict);
        if verdict == Verdict::Fail {
            accepted.waived = self.waiver(rule);
            if accepted.waiver().is_some_and(|waived| !waived.is_expired) {
                accepted.verdict = Verdict::Waived;
            }
        }
        // Where a waiver expired, its failure counts whatever an older ratchet says.
        let is_expired = accepted.verdict == Verdict::Fail && accepted.waived.is_some();
        let counts = matches!(accepted.verdict, Verdict::Fail | Verdict::Inconclusive) && !is_expired;
        let is_fresh = counts && self.judging.accepting.accepts_new;
        if !(self.is_concerned || is_fresh) {
            return accepted;
        }
        let fingerprint = self.fingerprint(rule);
        if self.is_concerned
            && let Some(ratchet) = &self.judging.accepting.ratchet
        {
            for &entry in ratchet.of(&fingerprint) {
                self.ledger.met.entry(entry).or_default().note(accepted.verdict);
            }
            accepted.is_known = counts && ratchet.knows(&fingerprint, accepted.verdict);
        }
        if is_fresh && !accepted.is_known {
            accepted.is_known = true;
            self.ledger.fresh.push(RatchetEntry {
                fingerprint,
                verdict: accepted.verdict,
                rule: rule.id.clone(),
                severity: rule.severity,
                resource: Arc::clone(&self.subject),
            });
        }
        if accepted.is_known {
            self.ledger.known.add(self.subject.operation, rule.severity, &accepted.verdict.into());
        }
        accepted
    }

    /// The first waiver that holds, else the first that did.
    fn waiver(&self, rule: &Rule) -> Option<(usize, Waived)> {
        // A masked id, or half of one, stands for any number of resources: no waiver takes those.
        let is_named = match &self.identity {
            Identity::Resource(resource, _) => resource.identity().is_joinable(),
            Identity::Id(_) => true,
        };
        let subject = waiver::Subject {
            rule: rule.id.as_str(),
            operation: self.subject.operation,
            id: self.subject.id.as_deref().filter(|_| is_named),
            region: self.subject.region.as_deref(),
            file: self.file,
        };
        let mut naming = self.judging.accepting.waivers.naming(&subject).map(|(index, waiver)| {
            let is_expired = waiver.expires.is_over(self.judging.clock);
            (index, Waived { waiver: Arc::clone(waiver), is_expired })
        });
        let first = naming.next()?;
        if !first.1.is_expired {
            return Some(first);
        }
        naming.find(|(_, waived)| !waived.is_expired).or(Some(first))
    }

    fn fingerprint(&mut self, rule: &Rule) -> Fingerprint {
        let operation = self.subject.operation;
        match &mut self.identity {
            Identity::Id(id) => Fingerprint::of_identity(&rule.id, operation, [*id]),
            Identity::Resource(resource, content) => {
                let identity = resource.identity();
                if identity.is_joinable() {
                    return Fingerprint::of_identity(&rule.id, operation, identity.parts());
                }
                let content =
                    content.get_or_insert_with(|| serde_json::to_string(resource).unwrap_or_default());
                Fingerprint::of_content(&rule.id, operation, content)
            }
        }
    }
}
