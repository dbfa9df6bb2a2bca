//! How many verdicts of which kind.

use std::ops::AddAssign;

use super::Verdict;
use crate::operation::Operation;
use crate::policy::Severity;

/// Counts by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; Verdict::ALL.len()]);

impl Counts {
    /// Of nothing.
    pub const fn none() -> Self {
        Self([0; Verdict::ALL.len()])
    }

    /// How many of `verdict`.
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0.get(verdict.index()).copied().unwrap_or_default()
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Counts some of `verdict`.
    pub fn add(&mut self, verdict: Verdict, count: u64) {
        if let Some(slot) = self.0.get_mut(verdict.index()) {
            *slot += count;
        }
    }
}

/// One verdict.
impl From<Verdict> for Counts {
    fn from(verdict: Verdict) -> Self {
        let mut counts = Self::default();
        counts.add(verdict, 1);
        counts
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

/// Counts by operation, severity and verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally([[Counts; Severity::ALL.len()]; Operation::ALL.len()]);

impl Tally {
    /// Adds counts of an operation and a severity.
    pub fn add(&mut self, operation: Operation, severity: Severity, counts: &Counts) {
        let cell = self.0.get_mut(operation.index()).and_then(|row| row.get_mut(severity as usize));
        if let Some(cell) = cell {
            *cell += *counts;
        }
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            *mine += *theirs;
        }
    }

    /// Counts of one operation and one severity.
    pub fn of(&self, operation: Operation, severity: Severity) -> Counts {
        let row = self.0.get(operation.index());
        row.and_then(|row| row.get(severity as usize)).copied().unwrap_or_default()
    }

    /// Counts of one operation.
    pub fn by_operation(&self, operation: Operation) -> Counts {
        sum(self.0.get(operation.index()).into_iter().flatten())
    }

    /// Counts of one severity.
    pub fn by_severity(&self, severity: Severity) -> Counts {
        sum(self.0.iter().filter_map(|row| row.get(severity as usize)))
    }

    /// Counts of all.
    pub fn total(&self) -> Counts {
        sum(self.0.iter().flatten())
    }
}

fn sum<'c>(counts: impl Iterator<Item = &'c Counts>) -> Counts {
    counts.fold(Counts::default(), |mut total, counts| {
        total += *counts;
        total
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_along_each_side() {
        let mut tally = Tally::default();
        tally.add(Operation::GetPatchBaseline, Severity::High, &Verdict::Fail.into());
        tally.add(Operation::GetPatchBaseline, Severity::Low, &Verdict::Pass.into());
        tally.add(Operation::ListPublishBatch, Severity::High, &Verdict::Fail.into());
        let mut twice = tally.clone();
        twice.merge(&tally);
        assert_eq!(twice.total().total(), 6);
        assert_eq!(twice.by_severity(Severity::High).of(Verdict::Fail), 4);
        assert_eq!(twice.by_operation(Operation::GetPatchBaseline).of(Verdict::Pass), 2);
        assert_eq!(twice.by_operation(Operation::ListInstanceCompliant), Counts::default());
    }
}
