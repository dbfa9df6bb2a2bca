//! What was seen while a rule was gone through.

use std::collections::BTreeSet;

use super::interpret::Mood;
use super::path::{ReadPath, Site, Trail};
use super::values::Values;
use crate::policy::syntax::Operator;

/// A value that the rule looks at, not only passes on.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    /// Where it comes from.
    pub(crate) path: ReadPath,
    /// The same, with the places where its steps are taken.
    pub(crate) trail: Trail,
    /// Whether null has a meaning there that the rule has thought of.
    pub(crate) null_is_handled: bool,
    /// How likely it is that something is decided by it: 0 not at all, 3 surely.
    pub(crate) weight: u8,
    /// Whether what is in it matters, and not only whether it is there.
    pub(crate) content: bool,
    /// Where.
    pub(crate) site: Site,
}

/// A comparison, or the search of a value in a collection.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    /// The operator.
    pub(crate) operator: Operator,
    /// The left side.
    pub(crate) left: Values,
    /// The right side.
    pub(crate) right: Values,
    /// Whether it is an argument and the pattern that a definition of a function is chosen by.
    pub(crate) is_pattern: bool,
    /// Whether it stands in a definition that may be chosen by its arguments, among others.
    pub(crate) is_choice: bool,
    /// Whether what it holds for is all that is gone on with.
    pub(crate) picks: bool,
    /// Where.
    pub(crate) site: Site,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// Paths whose values are needed.
    pub(crate) reads: Vec<Trail>,
    /// Values that are looked at.
    pub(crate) uses: Vec<Use>,
    /// Paths that are compared with null.
    pub(crate) nulls: BTreeSet<ReadPath>,
    /// Lists that are taken apart by patterns, with the numbers of elements of those.
    pub(crate) lengths: BTreeSet<(ReadPath, usize)>,
    /// Comparisons.
    pub(crate) compared: Vec<Compared>,
    /// Where so much happens that the rule was not gone through to its end.
    pub(crate) given_up: Option<Site>,
    /// What was appended as a whole, by what it is of, and how much had been read then.
    whole: Vec<(Whole, usize)>,
}

/// A rule or function, its arguments, and how it was gone through.
type Whole = (Vec<String>, String, Mood);

impl Log {
    /// Whether what was seen of this was not appended since so much had been read; it counts as appended then.
    pub(super) fn is_new(&mut self, whole: &Whole, since: usize) -> bool {
        let is_known = self.whole.iter().any(|(known, at)| *at >= since && known == whole);
        if !is_known {
            self.whole.push((whole.clone(), self.reads.len()));
        }
        !is_known
    }

    /// How much is in it.
    pub(crate) fn size(&self) -> usize {
        self.reads.len() + self.uses.len() + self.compared.len()
    }

    /// Adds what another saw.
    pub(crate) fn append(&mut self, other: &Self) {
        self.reads.extend_from_slice(&other.reads);
        self.uses.extend_from_slice(&other.uses);
        self.nulls.extend(other.nulls.iter().cloned());
        self.lengths.extend(other.lengths.iter().cloned());
        self.compared.extend_from_slice(&other.compared);
        if self.given_up.is_none() {
            self.given_up.clone_from(&other.given_up);
        }
    }

    /// A path whose value must be there for a statement of the body from `start` on to hold, and which is
    /// compared with null there: where it is absent, the body does what it does for null.
    pub(crate) fn guard(&mut self, start: usize, path: &ReadPath) {
        for trail in self.reads.get_mut(start..).unwrap_or_default() {
            let along = trail.iter().map(|taken| &taken.step).zip(&path.0).all(|(a, b)| a == b);
            if along && trail.len() >= path.0.len() {
                trail.iter_mut().take(path.0.len()).for_each(|taken| taken.handled = true);
            }
        }
    }
}

/// How much was in a log.
pub(crate) struct Lengths {
    pub(crate) reads: usize,
    uses: usize,
    compared: usize,
    nulls: BTreeSet<ReadPath>,
}

impl Log {
    /// How much is in it.
    pub(crate) fn clone_lengths(&self) -> Lengths {
        Lengths {
            reads: self.reads.len(),
            uses: self.uses.len(),
            compared: self.compared.len(),
            nulls: self.nulls.clone(),
        }
    }

    /// Forgets what came since.
    pub(crate) fn truncate(&mut self, to: &Lengths) {
        self.reads.truncate(to.reads);
        self.whole.retain(|(_, at)| *at < to.reads);
        self.uses.truncate(to.uses);
        self.compared.truncate(to.compared);
        self.nulls.clone_from(&to.nulls);
    }
}
