//! Which of the resources that are expected are there, and which are there that are not.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::accept::{self, Case, Ledger};
use super::log::{KEPT, Log};
use crate::finding::{
    Counts, Evidence, EvidenceValue, Finding, Fingerprint, ListSummary, Location, Subject, Tally, Verdict,
};
use crate::model::Identity;
use crate::operation::Operation;
use crate::policy::Rule;
use crate::population::{Expected, List, Population};
use crate::settings::JudgeSettings;
use crate::source::{Code, Diagnostic, Place, Tracker, printable};

/// Resources of a part of a run, held against the lists.
#[derive(Debug, Default)]
pub(super) struct Present {
    /// Entries that are there: indices of list and entry.
    found: Vec<(usize, usize)>,
    /// Resources that are in no list, by operation: how many, and the first of them.
    unexpected: BTreeMap<Operation, (u64, Vec<(String, Place)>)>,
}

impl Present {
    /// Takes note of a resource.
    pub(super) fn note(
        &mut self,
        population: &Population,
        operation: Operation,
        identity: &Identity<'_>,
        place: impl FnOnce() -> Place,
    ) {
        let mut lists =
            population.lists.iter().enumerate().filter(|(_, list)| list.is_about(operation)).peekable();
        if lists.peek().is_none() {
            return;
        }
        let id = identity.to_string();
        let before = self.found.len();
        // A masked id, or half of one, stands for any number of resources: none of them is known to be there.
        if identity.is_joinable() {
            self.found.extend(lists.filter_map(|(index, list)| Some((index, list.find(&id)?))));
        }
        if self.found.len() == before {
            let (count, first) = self.unexpected.entry(operation).or_default();
            *count += 1;
            if first.len() < KEPT {
                first.push((id, place()));
            }
        }
    }
}

/// All resources of a run, held against the lists.
#[derive(Debug, Default)]
pub(super) struct Attendance {
    /// For each list and each of its entries, whether it is there.
    found: Vec<Vec<bool>>,
    unexpected: BTreeMap<Operation, (u64, Vec<(String, Place)>)>,
}

/// What came out for the lists.
#[derive(Default)]
pub(super) struct Roll {
    pub(super) tally: Tally,
    pub(super) counts: Counts,
    pub(super) ledger: Ledger,
    pub(super) lists: Vec<ListSummary>,
    pub(super) log: Log,
}

impl Attendance {
    /// Adds what comes behind.
    pub(super) fn append(&mut self, population: &Population, next: Present) {
        if self.found.is_empty() {
            self.found = population.lists.iter().map(|list| vec![false; list.entries().len()]).collect();
        }
        for (list, entry) in next.found {
            if let Some(found) = self.found.get_mut(list).and_then(|entries| entries.get_mut(entry)) {
                *found = true;
            }
        }
        for (operation, (count, first)) in next.unexpected {
            let (known, kept) = self.unexpected.entry(operation).or_default();
            *known += count;
            let room = KEPT.saturating_sub(kept.len());
            kept.extend(first.into_iter().take(room));
        }
    }

    /// Calls the roll, and tells each finding. `operations` are those that the run holds.
    pub(super) fn call(
        &self,
        judging: &JudgeSettings,
        rule: &Arc<Rule>,
        operations: &[Operation],
        tell: &mut dyn FnMut(&Finding),
    ) -> Roll {
        let population = &judging.accepting.population;
        let mut roll = Roll::default();
        let mut told = Vec::new();
        for (index, list) in population.lists.iter().enumerate() {
            let Some(operation) = list.operation.or(match operations {
                [only] => Some(*only),
                _ => None,
            }) else {
                roll.log.push(ambiguous(list, operations));
                continue;
            };
            let mut found = 0;
            let mut called = Called { judging, rule, list, operation, tracker: list.file.tracker() };
            for (number, entry) in list.entries().iter().enumerate() {
                let is_found = self.found.get(index).and_then(|entries| entries.get(number)).copied();
                let is_found = is_found.unwrap_or_default();
                found += u64::from(is_found);
                called.judge(entry, is_found, &mut roll, tell);
            }
            let unexpected = self.unexpected.get(&operation).map_or(0, |(count, _)| *count);
            let file = Arc::clone(list.file.name());
            let expected = list.entries().len() as u64;
            roll.lists.push(ListSummary { file, operation, expected, found, unexpected });
            if !told.contains(&operation) {
                told.push(operation);
            }
        }
        for operation in told {
            self.tell_unexpected(operation, &mut roll.log);
        }
        roll
    }

    fn tell_unexpected(&self, operation: Operation, log: &mut Log) {
        let Some((count, first)) = self.unexpected.get(&operation) else { return };
        for (id, place) in first {
            let name = if id.is_empty() {
                "a resource without an id".to_owned()
            } else {
                format!("`{}`", printable(id))
            };
            log.push(
                Diagnostic::warning(
                    Code::PopulationUnexpected,
                    format!("{name} is in no list of `{operation}`"),
                )
                .at(place.clone())
                .help("add it to the list of expected resources, or find out what it is"),
            );
        }
        log.count(Code::PopulationUnexpected, count - first.len() as u64);
    }
}

fn ambiguous(list: &List, operations: &[Operation]) -> Diagnostic {
    let name = list.file.name();
    let held = match operations {
        [] => "the run holds no payload".to_owned(),
        several => format!("the run holds payloads of {} operations", several.len()),
    };
    let message = format!("nobody knows whose resources `{}` lists: {held}", printable(name));
    Diagnostic::error(Code::PopulationAmbiguous, message)
        .help(format!("name the operation: --expect OPERATION={}", printable(name)))
}

/// A list, while its resources are judged.
struct Called<'j> {
    judging: &'j JudgeSettings,
    rule: &'j Arc<Rule>,
    list: &'j List,
    operation: Operation,
    /// Of the list's file.
    tracker: Tracker<'j>,
}

impl Called<'_> {
    /// The verdict on a resource.
    fn judge(&mut self, entry: &Expected, is_found: bool, roll: &mut Roll, tell: &mut dyn FnMut(&Finding)) {
        let &mut Self { judging, rule, list, operation, .. } = self;
        let subject = || Subject {
            operation,
            id: Some(entry.id.clone()),
            name: None,
            region: None,
            account: None,
            captured_at: None,
        };
        let plain = if is_found { Verdict::Pass } else { Verdict::Fail };
        let mut case = Case::new(judging, subject, list.file.name(), accept::Identity::Id(&entry.id));
        let accepted = match &mut case {
            Some(case) => case.settle(rule, plain),
            None => accept::Accepted::plain(plain),
        };
        roll.ledger.append(case.map(Case::into_ledger).unwrap_or_default());
        roll.tally.add(operation, rule.severity, &accepted.verdict.into());
        roll.counts.add(accepted.verdict, 1);
        if !judging.reports(accepted.verdict) {
            return;
        }
        let spot = list.spot(entry, &mut self.tracker);
        let place = spot.place();
        roll.ledger.use_waiver(&accepted, || Some(place.clone()));
        let message = if is_found {
            format!("a snapshot holds `{}`", printable(&entry.id))
        } else {
            format!("`{}` is expected, and no snapshot holds it", printable(&entry.id))
        };
        let value = EvidenceValue::Present(entry.id.clone().into());
        let evidence = Evidence { pointer: String::new(), value, place: place.clone() };
        tell(&Finding {
            rule: Arc::clone(rule),
            rule_line_1based: rule.line_1based,
            verdict: accepted.verdict,
            message,
            resource: Arc::new(subject()),
            location: Location { place: place.clone(), document: None, pointer: String::new() },
            evidence: if judging.evidence { vec![evidence] } else { Vec::new() },
            fingerprint: Fingerprint::of_identity(&rule.id, operation, [entry.id.as_str()]),
            waiver: accepted.waiver().cloned(),
            is_known: accepted.is_known,
            excerpt: judging.excerpts.then(|| spot.excerpt("expected here")),
            rule_excerpt: None,
        });
    }
}
