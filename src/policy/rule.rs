//! A rule, as its METADATA describes it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{PolicyFile, Severity};
use crate::operation::Operation;

/// The permanent id of a rule, e.g. `HWC-COC-001`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(Arc<str>);

/// The id of the rule about resources that are expected.
const EXPECTED: &str = "POPULATION-001";

/// A text that cannot be a rule's id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be a rule id")]
pub struct RuleIdError(pub String);

impl RuleId {
    /// Reads an id: it begins with a letter, and has letters, digits, `-` and `_`, at most 64 in all.
    ///
    /// # Errors
    ///
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, RuleIdError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let valid = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.len() <= 64
            && text.chars().all(allowed);
        if valid { Ok(Self(Arc::from(text))) } else { Err(RuleIdError(text.to_owned())) }
    }

    /// The id of the rule about resources that are expected, which is no Rego rule.
    pub(super) fn expected() -> Self {
        Self(Arc::from(EXPECTED))
    }

    /// Whether it is that of the rule about resources that are expected.
    pub(super) fn is_expected(&self) -> bool {
        self.0.eq_ignore_ascii_case(EXPECTED)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A page that a rule rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedResource {
    /// Its address.
    pub reference: String,
    /// What it is.
    pub description: Option<String>,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What it requires, in a line.
    pub title: String,
    /// What fails, and what is inconclusive.
    pub description: Option<String>,
    /// How much a failure weighs.
    pub severity: Severity,
    /// Operations whose resources it judges; sorted, at least one.
    pub applies_to: Vec<Operation>,
    /// Params with the values that it sees.
    pub params: BTreeMap<String, Value>,
    /// What to do about a failure.
    pub remediation: Option<String>,
    /// Requirements of control frameworks that it speaks to, by framework.
    pub controls: BTreeMap<String, Vec<String>>,
    /// Paths whose absence it handles itself.
    pub optional: Vec<String>,
    /// Pages that it rests on.
    pub related_resources: Vec<RelatedResource>,
    /// Its package, e.g. `policies.huawei.coc.list_instance_compliant.group_assigned`.
    pub package: String,
    /// The file that holds it.
    pub file: Arc<PolicyFile>,
    /// Line of its first `deny`, counted from 1.
    pub line_1based: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_words() {
        for id in ["HWC-COC-001", "a", "my_rule-2"] {
            assert_eq!(RuleId::parse(id).unwrap().as_str(), id);
        }
        for id in ["", "1a", "a b", "a.b", "é", &"x".repeat(65)] {
            assert!(RuleId::parse(id).is_err(), "{id}");
        }
    }
}
