//! The rule about resources that are expected. It is no Rego rule, for none of those sees a resource that is not there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{PolicyFile, Rule, RuleId, Severity};
use crate::operation::Operation;

/// What stands in place of its file.
const TEXT: &str = include_str!("expected.txt");

/// The rule.
pub(super) fn expected_rule() -> Arc<Rule> {
    let controls =
        [("cis-v8", "1.1"), ("iso-27001", "A.5.9"), ("nist-800-53", "CM-8"), ("pci-dss-4", "12.5.1")];
    Arc::new(Rule {
        id: RuleId::expected(),
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
        file: Arc::new(PolicyFile::new("builtin:population", TEXT)),
        line_1based: 1,
    })
}
