//! Lists of resources that must be there, so that one which fell out of a scan does not pass by being absent.

mod read;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use crate::operation::Operation;
use crate::policy::{PolicyFile, Rule, RuleId, Severity};
use crate::source::{Excerpt, Place, SourceText};
use foldhash::fast::RandomState;

pub use read::{Given, read};

/// What stands in place of its file.
const RULE_TEXT: &str = include_str!("rule.txt");

/// The lists of a run.
#[derive(Clone, Debug, Default)]
pub struct Population {
    /// In the order that they were given.
    pub lists: Vec<List>,
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

    /// Where a resource stands in its file, and the lines around it.
    pub fn place(&self, entry: &Expected) -> (Place, Excerpt) {
        let spot = self.file.spot(entry.span.clone());
        (spot.place().clone(), spot.excerpt("expected here"))
    }
}

/// The rule about resources that are expected.
pub fn rule() -> Arc<Rule> {
    let controls =
        [("cis-v8", "1.1"), ("iso-27001", "A.5.9"), ("nist-800-53", "CM-8"), ("pci-dss-4", "12.5.1")];
    Arc::new(Rule {
        id: RuleId::population(),
        title: "A resource that is expected is in a snapshot".to_owned(),
        description: Some(
            "Each resource of the lists that `--expect` names passes where a snapshot of its operation holds it, \
             and fails where none does."
                .to_owned(),
        ),
        severity: Severity::High,
        applies_to: Operation::ALL.to_vec(),
        params: BTreeMap::new(),
        remediation: Some(
            "Find out why the resource is not in the scan, and scan it; if it is gone for good, take it off the list."
                .to_owned(),
        ),
        controls: controls.map(|(name, control)| (name.to_owned(), vec![control.to_owned()])).into(),
        optional: Vec::new(),
        related_resources: Vec::new(),
        package: "population".to_owned(),
        file: Arc::new(PolicyFile::new("builtin:population", RULE_TEXT)),
        line_1based: 1,
    })
}
