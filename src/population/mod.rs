//! Lists of resources that must be there, so that one which fell out of a scan does not pass by being absent.

mod read;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::operation::Operation;
use crate::policy::Rule;
use crate::source::{SourceText, Spot, Tracker};
use foldhash::fast::RandomState;

pub use read::{Given, read};

/// The lists of a run.
#[derive(Clone, Debug, Default)]
pub struct Population {
    /// In the order that they were given.
    pub lists: Vec<List>,
    /// The rule that they are judged by, with the severity that it has in this run; `None` where the selection leaves it out, and
    /// then no list is judged.
    pub rule: Option<Arc<Rule>>,
}

impl Population {
    /// Whether nothing is judged.
    pub const fn is_idle(&self) -> bool {
        self.lists.is_empty() || self.rule.is_none()
    }

    /// Whether resources of an operation are judged.
    pub fn is_about(&self, operation: Operation) -> bool {
        !self.is_idle()
            && self.lists.iter().any(|list| list.is_about(operation) && !list.entries().is_empty())
    }
}

/// Resources that are expected, by their identities.
#[derive(Clone, Debug)]
pub struct List {
    /// The file.
    pub file: SourceText,
    /// Whose resources they are; `None` where the file does not tell: then those of the only one that the run holds.
    pub operation: Option<Operation>,
    entries: Vec<Expected>,
    by_id: HashMap<String, usize, RandomState>,
}

/// A resource that is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its identity.
    pub id: String,
    /// Where it stands in the file.
    pub span: Range<usize>,
}

impl List {
    /// Of these entries; one that stands twice is taken once.
    pub fn new(
        file: SourceText,
        operation: Option<Operation>,
        all: impl IntoIterator<Item = Expected>,
    ) -> Self {
        let mut list = Self { file, operation, entries: Vec::new(), by_id: HashMap::default() };
        for entry in all {
            if !list.by_id.contains_key(&entry.id) {
                list.by_id.insert(entry.id.clone(), list.entries.len());
                list.entries.push(entry);
            }
        }
        list
    }

    /// Its resources, each once.
    pub fn entries(&self) -> &[Expected] {
        &self.entries
    }

    /// Whether it says something about an operation.
    pub fn is_about(&self, operation: Operation) -> bool {
        self.operation.is_none_or(|own| own == operation)
    }

    /// The index of a resource.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Where a resource stands in the list's file; the tracker is of that.
    pub fn spot(&self, entry: &Expected, tracker: &mut Tracker<'_>) -> Spot {
        self.file.spot_by(tracker, entry.span.clone())
    }
}
