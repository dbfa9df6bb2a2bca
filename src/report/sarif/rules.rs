//! Rules as `reportingDescriptor` objects.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use super::log::{Configuration, Level, Rule, Text};
use super::text::{address, limited, literal, markdown};
use crate::report::wording::shortened;
use crate::result::{DiagnosticV1, FindingV1, PolicyV1, SeverityV1, VerdictsV1};

/// GitHub refuses a file with more tags on a rule (and shows ten).
const TAG_LIMIT: usize = 20;
/// GitHub takes no longer name.
const NAME_LIMIT: usize = 200;
/// GitHub takes no longer descriptions (1,024 characters, with what says how much more there is).
const DESCRIPTION_LIMIT: usize = 980;

/// The rules of a run, and their places.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) all: Vec<Rule>,
    places: HashMap<String, usize>,
}

impl Rules {
    /// Those of the policies, in their order.
    pub(super) fn new(policies: &[PolicyV1]) -> Self {
        let mut rules = Self::default();
        for policy in policies {
            rules.add(of_policy(policy));
        }
        rules
    }

    /// The place of a finding's rule; one that no policy describes is described by the finding.
    pub(super) fn of_finding(&mut self, finding: &FindingV1) -> usize {
        match self.places.get(&finding.rule.id) {
            Some(place) => *place,
            None => self.add(of_policy(&described(finding))),
        }
    }

    /// The place of the rule that stands for what a diagnostic is about.
    pub(super) fn of_diagnostic(&mut self, diagnostic: &DiagnosticV1) -> usize {
        match self.places.get(&diagnostic.code) {
            Some(place) => *place,
            None => self.add(of_diagnostic(diagnostic)),
        }
    }

    /// The place of a rule that is here already.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    fn add(&mut self, rule: Rule) -> usize {
        let place = self.all.len();
        self.places.entry(rule.id.clone()).or_insert(place);
        self.all.push(rule);
        place
    }
}

fn of_policy(policy: &PolicyV1) -> Rule {
    let addresses: Vec<Option<String>> =
        policy.references.iter().map(|reference| address(&reference.url)).collect();
    let description = policy.description.as_deref().unwrap_or(&policy.title);
    Rule {
        id: policy.id.clone(),
        name: shortened(&policy.title, NAME_LIMIT).into_owned(),
        short_description: limited(&policy.title, DESCRIPTION_LIMIT),
        full_description: limited(description, DESCRIPTION_LIMIT),
        default_configuration: Configuration { level: Level::of(policy.severity) },
        help_uri: addresses.iter().flatten().next().cloned(),
        help: help(policy, description, &addresses),
        properties: BTreeMap::from([
            ("controls", json!(policy.controls)),
            ("params", json!(policy.params)),
            // Verdicts come from what the documents say of each field, and what cannot be told is no failure.
            ("precision", json!("high")),
            ("security-severity", json!(security_severity(policy.severity))),
            ("severity", json!(policy.severity)),
            ("tags", json!(tags(policy))),
        ]),
    }
}

/// The score that GitHub makes its severity of: over 9 critical, from 7 high, from 4 medium, else low.
const fn security_severity(severity: SeverityV1) -> &'static str {
    match severity {
        SeverityV1::Critical => "9.5",
        SeverityV1::High => "8.0",
        SeverityV1::Medium => "5.5",
        SeverityV1::Low => "2.0",
    }
}

/// `security`, providers, then requirements as far as there is room; all of these stand in `properties.controls`.
fn tags(policy: &PolicyV1) -> Vec<String> {
    let providers: BTreeSet<&str> =
        policy.applies_to.iter().filter_map(|operation| operation.split('.').next()).collect();
    let controls = policy.controls.iter();
    let controls =
        controls.flat_map(|(framework, ids)| ids.iter().map(move |id| format!("{framework}/{id}")));
    let mut tags = vec!["security".to_owned()];
    for tag in providers.into_iter().map(str::to_owned).chain(controls) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags.truncate(TAG_LIMIT);
    tags
}

fn help(policy: &PolicyV1, description: &str, addresses: &[Option<String>]) -> Text {
    let mut plain = vec![literal(description)];
    let mut formatted = vec![markdown(description)];
    if let Some(remediation) = &policy.remediation {
        plain.push(format!("What to do: {}", literal(remediation)));
        formatted.push(format!("**What to do:** {}", markdown(remediation)));
    }
    if !policy.controls.is_empty() {
        let frameworks = policy.controls.iter();
        let words: Vec<String> =
            frameworks.map(|(framework, ids)| format!("{framework} {}", ids.join(", "))).collect();
        plain.push(format!("Requirements: {}", literal(&words.join("; "))));
        formatted.push(format!("**Requirements:** {}", markdown(&words.join("; "))));
    }
    if !policy.references.is_empty() {
        let mut lines = vec!["References:".to_owned()];
        let mut items = vec!["**References**\n".to_owned()];
        for (reference, address) in policy.references.iter().zip(addresses) {
            let words = reference.description.as_deref().unwrap_or(&reference.url);
            lines.push(literal(&format!("- {words}: {}", reference.url)));
            items.push(match address {
                Some(address) => format!("- [{}]({})", markdown(words), address),
                None => format!("- {}: {}", markdown(words), markdown(&reference.url)),
            });
        }
        plain.push(lines.join("\n"));
        formatted.push(items.join("\n"));
    }
    Text { text: plain.join("\n\n"), markdown: Some(formatted.join("\n\n")) }
}

/// What a finding says of its rule.
fn described(finding: &FindingV1) -> PolicyV1 {
    let rule = &finding.rule;
    PolicyV1 {
        id: rule.id.clone(),
        file: rule.file.clone(),
        sha256: String::new(),
        line: rule.line,
        title: rule.title.clone(),
        description: None,
        severity: rule.severity,
        applies_to: vec![finding.resource.operation.clone()],
        params: BTreeMap::new(),
        remediation: rule.remediation.clone(),
        controls: rule.controls.clone(),
        references: Vec::new(),
        verdicts: VerdictsV1::default(),
    }
}

/// A file that could not be judged is a result of its own: what is told by a notification only is shown by no viewer of
/// results, and GitHub would close the alerts of that file as fixed.
fn of_diagnostic(diagnostic: &DiagnosticV1) -> Rule {
    let short = format!("A file could not be judged ({})", diagnostic.code);
    let full = format!("{short}. Nothing is known of what stands in it: that is no pass.");
    Rule {
        id: diagnostic.code.clone(),
        name: short.clone(),
        short_description: limited(&short, DESCRIPTION_LIMIT),
        full_description: limited(&full, DESCRIPTION_LIMIT),
        default_configuration: Configuration { level: Level::Error },
        help_uri: None,
        help: Text { text: full.clone(), markdown: Some(markdown(&full)) },
        properties: BTreeMap::from([
            ("precision", json!("high")),
            ("problem.severity", json!("error")),
            ("tags", Value::from(vec!["probity"])),
        ]),
    }
}
