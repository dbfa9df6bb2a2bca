//! The rules of a run, as the page shows them.

use std::collections::BTreeMap;

use super::literal::{paragraph, shown, slug};
use super::survey::Survey;
use super::verdicts::Bar;
use crate::result::{HeadV1, PolicyV1, ReferenceV1, RuleV1, VerdictsV1};

/// A rule.
pub(super) struct Rule {
    /// As findings name it.
    pub(super) key: String,
    pub(super) id: String,
    pub(super) anchor: String,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) severity: &'static str,
    pub(super) file: String,
    pub(super) line: u64,
    pub(super) sha256: Option<String>,
    pub(super) applies_to: String,
    pub(super) params: Vec<(String, String)>,
    pub(super) remediation: Option<String>,
    /// As they are named, by framework.
    pub(super) controls: BTreeMap<String, Vec<String>>,
    pub(super) references: Vec<Reference>,
    pub(super) verdicts: VerdictsV1,
    pub(super) bar: Bar,
}

impl Rule {
    /// How many verdicts tell nothing.
    pub(super) const fn unclear(&self) -> u64 {
        self.verdicts.inconclusive.saturating_add(self.verdicts.error)
    }
}

/// A page that a rule rests on.
pub(super) struct Reference {
    pub(super) text: String,
    /// Where it leads, if that is a page of the web.
    pub(super) url: Option<String>,
}

/// The rules that were evaluated, and those of findings that no file holds.
pub(super) fn rules(head: &HeadV1, survey: &Survey) -> Vec<Rule> {
    let mut rules: Vec<Rule> = head.policies.iter().map(of_policy).collect();
    rules.extend(survey.further.values().map(|(rule, verdicts)| of_findings(rule, verdicts)));
    for (index, rule) in rules.iter_mut().enumerate() {
        rule.anchor = format!("rule-{}-{}", index + 1, slug(&rule.key));
    }
    rules
}

fn of_policy(policy: &PolicyV1) -> Rule {
    let params = policy.params.iter().map(|(name, value)| (shown(name), shown(&value.to_string())));
    Rule {
        key: policy.id.clone(),
        id: shown(&policy.id),
        anchor: String::new(),
        title: paragraph(&policy.title),
        description: policy.description.as_deref().map(paragraph),
        severity: policy.severity.as_str(),
        file: shown(&policy.file),
        line: policy.line,
        sha256: Some(shown(&policy.sha256)),
        applies_to: shown(&policy.applies_to.join(", ")),
        params: params.collect(),
        remediation: policy.remediation.as_deref().map(paragraph),
        controls: policy.controls.clone(),
        references: policy.references.iter().map(reference).collect(),
        verdicts: policy.verdicts,
        bar: Bar::new(&policy.verdicts),
    }
}

fn of_findings(rule: &RuleV1, verdicts: &VerdictsV1) -> Rule {
    Rule {
        key: rule.id.clone(),
        id: shown(&rule.id),
        anchor: String::new(),
        title: paragraph(&rule.title),
        description: None,
        severity: rule.severity.as_str(),
        file: shown(&rule.file),
        line: rule.line,
        sha256: None,
        applies_to: String::new(),
        params: Vec::new(),
        remediation: rule.remediation.as_deref().map(paragraph),
        controls: rule.controls.clone(),
        references: Vec::new(),
        verdicts: *verdicts,
        bar: Bar::new(verdicts),
    }
}

fn reference(reference: &ReferenceV1) -> Reference {
    let is_page = reference.url.starts_with("https://") || reference.url.starts_with("http://");
    Reference {
        text: paragraph(reference.description.as_deref().unwrap_or(&reference.url)),
        url: is_page.then(|| shown(&reference.url)),
    }
}
