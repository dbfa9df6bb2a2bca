//! Findings in groups: by rule, resource, control or file.
//!
//! A grouping needs all findings at once, in a short form. So that memory has a bound whatever the result's size, only
//! the first ones are kept, those that close the gate before all others and the heaviest before lighter ones; the rest is
//! counted.

use std::collections::HashMap;
use std::io;

use super::GroupBy;
use crate::finding::{Counts, Verdict};
use crate::operation::Operation;
use crate::result::{FindingV1, ResourceV1, SeverityV1, Store, VerdictV1, resource_pointer};

/// Findings in groups.
pub(super) struct Groups<T> {
    /// Each with at least one finding that is kept, in their order.
    pub(super) all: Vec<Group>,
    /// What is kept of findings, in the order of the result.
    pub(super) kept: Vec<T>,
    /// Findings that are not kept.
    pub(super) more: u64,
}

/// Some findings that have something in common.
pub(super) struct Group {
    /// What they have in common.
    pub(super) common: Common,
    /// All its findings, also those that are not kept.
    pub(super) counts: Counts,
    /// Those among them that the ratchet knows.
    pub(super) known: u64,
    /// Which of the kept ones are its own.
    pub(super) members: Vec<usize>,
    /// The position of the first one that is kept in the result.
    first: u64,
}

/// What the findings of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Common {
    Rule { id: String, severity: SeverityV1, title: String },
    Resource { resource: ResourceV1, place: Option<String> },
    Control { framework: String, control: String },
    NoControl,
    File(String),
}

/// Groups findings; `keep` makes of a finding what is kept of it, of at most `cap` findings.
pub(super) fn grouped<T>(
    findings: &Store,
    by: GroupBy,
    cap: usize,
    keep: impl Fn(&FindingV1) -> T,
) -> io::Result<Groups<T>> {
    let mut groups = Groups { all: Vec::new(), kept: Vec::new(), more: 0 };
    let mut known: HashMap<Common, usize> = HashMap::new();
    let is_whole = findings.len() <= cap as u64;
    let mut left = if is_whole { [cap; RANKS] } else { quotas(findings, cap)? };
    let mut position = 0;
    findings.each(|finding| {
        position += 1;
        let Some(left) = left.get_mut(rank(&finding)).filter(|left| **left > 0) else {
            groups.more += 1;
            return Ok(());
        };
        *left -= 1;
        for common in commons(&finding, by) {
            let index = *known.entry(common.clone()).or_insert_with(|| {
                groups.all.push(Group::new(common, position));
                groups.all.len() - 1
            });
            if let Some(group) = groups.all.get_mut(index) {
                group.members.push(groups.kept.len());
                if is_whole {
                    group.count(&finding);
                }
            }
        }
        groups.kept.push(keep(&finding));
        Ok(())
    })?;
    if !is_whole {
        // Those that are not kept are counted too, where their group is shown.
        findings.each(|finding| {
            for common in commons(&finding, by) {
                if let Some(group) = known.get(&common).and_then(|&index| groups.all.get_mut(index)) {
                    group.count(&finding);
                }
            }
            Ok(())
        })?;
    }
    groups.all.sort_by_cached_key(Group::rank);
    Ok(groups)
}

/// Ranks of findings: those that close the gate by severity, then all others.
const RANKS: usize = SeverityV1::ALL.len() + 1;

fn rank(finding: &FindingV1) -> usize {
    let closes = !finding.known && matches!(finding.verdict, VerdictV1::Fail | VerdictV1::Error);
    if closes { finding.rule.severity as usize } else { RANKS - 1 }
}

/// How many findings of each rank are kept: the heaviest, `cap` in all.
fn quotas(findings: &Store, cap: usize) -> io::Result<[usize; RANKS]> {
    let mut quotas = [0; RANKS];
    findings.each(|finding| {
        if let Some(count) = quotas.get_mut(rank(&finding)) {
            *count += 1;
        }
        Ok(())
    })?;
    let mut left = cap;
    for quota in &mut quotas {
        *quota = left.min(*quota);
        left -= *quota;
    }
    Ok(quotas)
}

impl Group {
    const fn new(common: Common, first: u64) -> Self {
        Self { common, counts: Counts::none(), known: 0, members: Vec::new(), first }
    }

    fn count(&mut self, finding: &FindingV1) {
        self.counts.add(finding.verdict.into(), 1);
        self.known += u64::from(finding.known);
    }

    /// Findings that are not among its members.
    pub(super) fn more(&self) -> u64 {
        self.counts.total().saturating_sub(self.members.len() as u64)
    }

    /// `3 findings: 2 fail (1 known), 1 inconclusive`
    pub(super) fn counted(&self) -> String {
        let all = self.counts.total();
        let mut words: Vec<String> = Vec::new();
        for verdict in [
            Verdict::Error,
            Verdict::Fail,
            Verdict::Inconclusive,
            Verdict::Waived,
            Verdict::Pass,
            Verdict::NotApplicable,
        ] {
            let count = self.counts.of(verdict);
            if count > 0 {
                words.push(format!("{count} {}", verdict.as_str().replace('_', " ")));
            }
        }
        let known = if self.known > 0 { format!(", {} of them known", self.known) } else { String::new() };
        format!("{}: {}{known}", super::pretty::counted(all, "finding"), words.join(", "))
    }

    fn rank(&self) -> (u8, Vec<Piece>, Vec<Piece>, u64) {
        match &self.common {
            // The heaviest come first, as severities are ordered.
            Common::Rule { id, severity, .. } => (*severity as u8, natural(id), Vec::new(), self.first),
            Common::Control { framework, control } => (0, natural(framework), natural(control), self.first),
            Common::NoControl => (1, Vec::new(), Vec::new(), self.first),
            Common::Resource { .. } | Common::File(_) => (0, Vec::new(), Vec::new(), self.first),
        }
    }
}

/// The groups that a finding stands in, each once.
fn commons(finding: &FindingV1, by: GroupBy) -> Vec<Common> {
    let FindingV1 { rule, resource, location, .. } = finding;
    match by {
        GroupBy::Rule => {
            vec![Common::Rule { id: rule.id.clone(), severity: rule.severity, title: rule.title.clone() }]
        }
        GroupBy::Resource => {
            // One without an identity is where it stands.
            let place = resource.id.is_none().then(|| {
                let pointer = resource.operation.parse::<Operation>().ok();
                let pointer = pointer.map_or("", |operation| resource_pointer(operation, &location.path));
                let document =
                    location.document.map(|index| format!(" document {index}")).unwrap_or_default();
                format!("{}{document} {pointer}", location.file)
            });
            vec![Common::Resource { resource: resource.clone(), place }]
        }
        GroupBy::Control => {
            let mut commons: Vec<Common> = Vec::new();
            for (framework, controls) in &rule.controls {
                for control in controls {
                    let common = Common::Control { framework: framework.clone(), control: control.clone() };
                    if !commons.contains(&common) {
                        commons.push(common);
                    }
                }
            }
            if commons.is_empty() {
                commons.push(Common::NoControl);
            }
            commons
        }
        GroupBy::File => vec![Common::File(location.file.clone())],
    }
}

/// Texts are compared as people count: `AC-2` before `AC-10`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    /// Its length without leading zeros, and its digits.
    Number(usize, String),
    Text(char),
}

fn natural(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(first) = characters.next() {
        if !first.is_ascii_digit() {
            pieces.push(Piece::Text(first));
            continue;
        }
        let mut digits = String::from(first);
        while let Some(digit) = characters.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        let digits = digits.trim_start_matches('0').to_owned();
        pieces.push(Piece::Number(digits.len(), digits));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_texts_are_numbers() {
        let mut texts =
            ["CM-10", "CM-2", "CM-002(11)", "AC-2(1)", "CM-2(3)", "7.3", "6.3.3", "10.1", "a", ""];
        texts.sort_by_cached_key(|text| natural(text));
        let expected = ["", "6.3.3", "7.3", "10.1", "AC-2(1)", "CM-2", "CM-2(3)", "CM-002(11)", "CM-10", "a"];
        assert_eq!(texts, expected);
    }
}
