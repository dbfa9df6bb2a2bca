//! Rules, the controls that they speak to, and the objectives that OSCAL's findings are about.
//!
//! A rule shows a part of a control at most. So it is never said that a control is satisfied: each rule is an
//! assessment objective of its own below each of its controls, and findings are about those.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::text::token;
use crate::result::{
    FindingV1, HeadV1, LevelV1, PolicyV1, ReferenceV1, RuleV1, SeverityV1, VerdictV1, VerdictsV1,
};

/// The framework whose catalog NIST publishes in OSCAL.
const NIST: &str = "nist-800-53";

/// A rule, as the head or a finding tells of it.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) severity: SeverityV1,
    pub(super) remediation: Option<String>,
    pub(super) file: String,
    pub(super) sha256: Option<String>,
    pub(super) params: BTreeMap<String, Value>,
    pub(super) references: Vec<ReferenceV1>,
    controls: BTreeMap<String, Vec<String>>,
    operations: BTreeSet<String>,
    /// As far as the head counts them.
    stated: VerdictsV1,
    /// Those that the result lists.
    pub(super) listed: VerdictsV1,
    /// At least one for each control.
    pub(super) objectives: Vec<Objective>,
}

/// What a rule shows of a control.
#[derive(Debug)]
pub(super) struct Objective {
    pub(super) id: String,
    pub(super) control_id: String,
    /// Framework and control as the rule names them; `None` for a rule that names none.
    pub(super) control: Option<(String, String)>,
}

/// How far an objective is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    Satisfied,
    /// Something fails, waived or not.
    Failed,
    /// Something is not clear.
    Unclear,
    /// Nothing was judged.
    Nothing,
}

/// The rules of a result.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
    by_id: HashMap<String, usize>,
}

impl Rules {
    /// Those of the head.
    pub(super) fn new(head: &HeadV1) -> Self {
        let mut rules = Self::default();
        for policy in &head.policies {
            if !rules.by_id.contains_key(&policy.id) {
                rules.push(Rule::of_policy(policy));
            }
        }
        rules
    }

    fn push(&mut self, rule: Rule) -> usize {
        let index = self.rules.len();
        self.by_id.insert(rule.id.clone(), index);
        self.rules.push(rule);
        index
    }

    /// Counts a finding, and gives the position of its rule.
    pub(super) fn count(&mut self, finding: &FindingV1) -> usize {
        let index = match self.by_id.get(&finding.rule.id) {
            Some(&index) => index,
            None => self.push(Rule::of_finding(&finding.rule)),
        };
        if let Some(rule) = self.rules.get_mut(index) {
            if rule.sha256.is_none() {
                rule.operations.insert(finding.resource.operation.clone());
            }
            *rule.listed.of_mut(finding.verdict) += 1;
        }
        index
    }

    /// Gives each rule its objectives, when all rules are known.
    pub(super) fn set_objectives(&mut self) {
        let mut ids = Tokens::default();
        for rule in &mut self.rules {
            let mut named: Vec<Option<(String, String)>> = Vec::new();
            for (framework, controls) in &rule.controls {
                for control in controls {
                    let control = Some((framework.clone(), control.clone()));
                    if !named.contains(&control) {
                        named.push(control);
                    }
                }
            }
            if named.is_empty() {
                named.push(None);
            }
            for control in named {
                let control_id = match &control {
                    Some((framework, control)) => {
                        ids.token(&[framework, control], &control_token(framework, control))
                    }
                    None => ids.token(&[&rule.id], &token(&format!("rule_{}", rule.id))),
                };
                let id = format!("{control_id}_obj.{}", token(&rule.id));
                let id = ids.token(&["objective", &control_id, &rule.id], &id);
                rule.objectives.push(Objective { id, control_id, control });
            }
        }
    }
}

impl Rule {
    fn of_policy(policy: &PolicyV1) -> Self {
        Self {
            id: policy.id.clone(),
            title: policy.title.clone(),
            description: policy.description.clone(),
            severity: policy.severity,
            remediation: policy.remediation.clone(),
            file: policy.file.clone(),
            sha256: Some(policy.sha256.clone()),
            params: policy.params.clone(),
            references: policy.references.clone(),
            controls: policy.controls.clone(),
            operations: policy.applies_to.iter().cloned().collect(),
            stated: policy.verdicts,
            listed: VerdictsV1::default(),
            objectives: Vec::new(),
        }
    }

    fn of_finding(rule: &RuleV1) -> Self {
        Self {
            id: rule.id.clone(),
            title: rule.title.clone(),
            description: None,
            severity: rule.severity,
            remediation: rule.remediation.clone(),
            file: rule.file.clone(),
            sha256: None,
            params: BTreeMap::new(),
            references: Vec::new(),
            controls: rule.controls.clone(),
            operations: BTreeSet::new(),
            stated: VerdictsV1::default(),
            listed: VerdictsV1::default(),
            objectives: Vec::new(),
        }
    }

    /// Its verdicts: those that the head counts, and no fewer than are listed.
    pub(super) fn verdicts(&self) -> VerdictsV1 {
        let mut verdicts = self.stated;
        for &verdict in VerdictV1::ALL {
            let count = verdicts.of_mut(verdict);
            *count = self.listed.of(verdict).max(*count);
        }
        verdicts
    }

    /// How far its objectives are reached; `unclear` says of which operations not everything is there.
    pub(super) fn reached(&self, unclear: &Unclear) -> Reached {
        let verdicts = self.verdicts();
        if verdicts.fail > 0 || verdicts.waived > 0 {
            Reached::Failed
        } else if verdicts.error > 0 || verdicts.inconclusive > 0 || self.touches(unclear) {
            Reached::Unclear
        } else if verdicts.pass > 0 {
            Reached::Satisfied
        } else {
            Reached::Nothing
        }
    }

    /// Whether not everything that it is about is there.
    pub(super) fn touches(&self, unclear: &Unclear) -> bool {
        unclear.everything || self.operations.iter().any(|operation| unclear.operations.contains(operation))
    }
}

/// Operations of which resources may be missing, so that no rule about them is satisfied.
#[derive(Debug, Default)]
pub(super) struct Unclear {
    /// Something is wrong that may concern any rule.
    everything: bool,
    operations: BTreeSet<String>,
}

impl Unclear {
    pub(super) fn new(head: &HeadV1) -> Self {
        let mut unclear = Self::default();
        for diagnostic in head.diagnostics.iter().filter(|diagnostic| diagnostic.level == LevelV1::Error) {
            let inputs: Vec<Option<&String>> = head
                .inputs
                .iter()
                .filter(|input| Some(&input.file) == diagnostic.file.as_ref())
                .map(|input| input.operation.as_ref())
                .collect();
            // What was not recognised may have been of any operation.
            if inputs.is_empty() || inputs.contains(&None) {
                unclear.everything = true;
            }
            unclear.operations.extend(inputs.into_iter().flatten().cloned());
        }
        for input in head.inputs.iter().filter(|input| input.complete == Some(false)) {
            unclear.operations.extend(input.operation.clone());
        }
        for list in head.population.iter().filter(|list| list.found < list.expected) {
            unclear.operations.insert(list.operation.clone());
        }
        unclear
    }
}

/// Tokens for things, each its own.
#[derive(Debug, Default)]
struct Tokens {
    known: HashMap<Vec<String>, String>,
    used: BTreeSet<String>,
}

impl Tokens {
    /// The token of a thing; if another one has the wanted token, with a number behind it.
    fn token(&mut self, thing: &[&str], wanted: &str) -> String {
        let thing: Vec<String> = thing.iter().map(|&part| part.to_owned()).collect();
        if let Some(token) = self.known.get(&thing) {
            return token.clone();
        }
        let mut token = wanted.to_owned();
        let mut number = 1_u64;
        while !self.used.insert(token.clone()) {
            number += 1;
            token = format!("{wanted}_{number}");
        }
        self.known.insert(thing, token.clone());
        token
    }
}

/// The id of a control: that of NIST's catalog (`si-2.3`), else framework and control.
fn control_token(framework: &str, control: &str) -> String {
    if framework == NIST
        && let Some(id) = nist_id(control)
    {
        return id;
    }
    token(&format!("{framework}_{control}"))
}

/// `SI-2(3)`, also written `SI-02(03)`, is `si-2.3`.
fn nist_id(control: &str) -> Option<String> {
    let (family, rest) = control.split_once('-')?;
    let (number, enhancement) = match rest.strip_suffix(')') {
        Some(rest) => {
            let (number, enhancement) = rest.split_once('(')?;
            (number.trim_end(), Some(enhancement))
        }
        None => (rest, None),
    };
    let plain = |digits: &str| -> Option<String> {
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let digits = digits.trim_start_matches('0');
        (is_number && !digits.is_empty()).then(|| digits.to_owned())
    };
    if family.len() != 2 || !family.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let mut id = format!("{}-{}", family.to_ascii_lowercase(), plain(number)?);
    if let Some(enhancement) = enhancement {
        id.push_str(&format!(".{}", plain(enhancement)?));
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_have_the_ids_of_their_catalog() {
        for (framework, control, expected) in [
            ("nist-800-53", "SI-2", "si-2"),
            ("nist-800-53", "SI-02(03)", "si-2.3"),
            ("nist-800-53", "AC-10 (1)", "ac-10.1"),
            ("nist-800-53", "SI-2a", "nist-800-53_SI-2a"),
            ("nist-800-53", "SI-0", "nist-800-53_SI-0"),
            ("iso-27001", "A.8.8", "iso-27001_A.8.8"),
            ("27001", "8 (a)", "_27001_8__a_"),
            ("", "", "_"),
        ] {
            assert_eq!(control_token(framework, control), expected, "{framework} {control}");
        }
    }

    #[test]
    fn no_two_things_have_one_token() {
        let mut tokens = Tokens::default();
        assert_eq!(tokens.token(&["a b"], "a_b"), "a_b");
        assert_eq!(tokens.token(&["a/b"], "a_b"), "a_b_2");
        assert_eq!(tokens.token(&["a b"], "a_b"), "a_b");
        assert_eq!(tokens.token(&["a_b_2"], "a_b_2"), "a_b_2_2");
    }
}
