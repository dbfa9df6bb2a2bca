//! What a configuration says of single rules.

use std::collections::BTreeMap;

use serde_json::Value;

use super::select::{fits, kind, matching, no_param};
use super::{Rule, Severity};
use crate::source::{Code, Diagnostic, Spot, printable};

/// What a configuration says of a rule, or of those that a glob names.
#[derive(Clone, Debug)]
pub struct Adjustment {
    /// Id or glob of the rules.
    pub rule: String,
    /// Where that is written.
    pub spot: Spot,
    /// Whether they take part.
    pub enabled: Option<(bool, Spot)>,
    /// How much a failure of theirs weighs.
    pub severity: Option<(Severity, Spot)>,
    /// Other values for their params.
    pub params: Vec<ParamValue>,
}

/// Another value for a param.
#[derive(Clone, Debug)]
pub struct ParamValue {
    /// Name of the param.
    pub name: String,
    /// Where that is written.
    pub name_spot: Spot,
    /// The value.
    pub value: Value,
    /// Where the value is written.
    pub spot: Spot,
}

/// Something that was said of a rule.
#[derive(Clone, Debug)]
pub struct Said<T> {
    /// What.
    pub value: T,
    /// Where; `None` is the command line.
    pub spot: Option<Spot>,
    /// Whether the rule was named by its id, and not by a glob.
    pub by_id: bool,
}

/// What was said of a rule, all in all.
#[derive(Clone, Debug, Default)]
pub struct Adjusted {
    /// Whether it takes part.
    pub enabled: Option<Said<bool>>,
    /// How much a failure weighs.
    pub severity: Option<Said<Severity>>,
    /// Its params that have another value.
    pub params: BTreeMap<String, Said<Value>>,
}

/// Whether a pattern is the very id of a rule.
pub(super) fn is_id_of(pattern: &str, rule: &Rule) -> bool {
    pattern.eq_ignore_ascii_case(rule.id.as_str())
}

/// What the configuration says of each of the rules, in their order. An id outweighs a glob; two of the same weight
/// must not contradict each other. `lenient` forgives names of rules that are not there.
pub(super) fn adjust(
    rules: &[&Rule],
    adjustments: &[Adjustment],
    lenient: bool,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Adjusted> {
    let mut all: Vec<Adjusted> = rules.iter().map(|_| Adjusted::default()).collect();
    let mut pairs: Vec<(bool, usize, &Adjustment)> = Vec::new();
    for adjustment in adjustments {
        let mut targets = Vec::new();
        let words = "there is no such rule";
        matching(rules, &adjustment.rule, Some(&adjustment.spot), words, lenient, problems, &mut targets);
        let named: Vec<&Rule> = targets.iter().filter_map(|&target| rules.get(target).copied()).collect();
        for param in &adjustment.params {
            if !named.is_empty() && !named.iter().any(|rule| rule.params.contains_key(&param.name)) {
                let problem = no_param(&adjustment.rule, &param.name, &named);
                problems.push(param.name_spot.showing(problem, "it has no such param"));
            }
        }
        let by_id = |rule: &Rule| is_id_of(&adjustment.rule, rule);
        pairs.extend(targets.iter().zip(named).map(|(&target, rule)| (by_id(rule), target, adjustment)));
    }
    // Ids first: where they have spoken, it is no matter whether globs agree.
    pairs.sort_by_key(|(by_id, ..)| !by_id);
    for (by_id, target, adjustment) in pairs {
        if let (Some(rule), Some(adjusted)) = (rules.get(target), all.get_mut(target)) {
            Conflicts { rule, by_id, problems: &mut *problems }.note_all(adjustment, adjusted);
        }
    }
    all
}

/// Settles what is said twice of a rule.
struct Conflicts<'a> {
    rule: &'a Rule,
    by_id: bool,
    problems: &'a mut Vec<Diagnostic>,
}

impl Conflicts<'_> {
    fn note_all(&mut self, adjustment: &Adjustment, adjusted: &mut Adjusted) {
        if let Some((value, spot)) = &adjustment.enabled {
            self.note("enabled", &mut adjusted.enabled, *value, spot);
        }
        if let Some((value, spot)) = &adjustment.severity {
            self.note("severity", &mut adjusted.severity, *value, spot);
        }
        for param in &adjustment.params {
            let Some(default) = self.rule.params.get(&param.name) else { continue };
            if let Err(expected) = fits(default, &param.value) {
                self.problems.push(wrong_type(self.rule, param, default, expected));
                continue;
            }
            let mut said = adjusted.params.remove(&param.name);
            self.note(&param.name, &mut said, param.value.clone(), &param.name_spot);
            adjusted.params.extend(said.map(|said| (param.name.clone(), said)));
        }
    }

    fn note<T: PartialEq>(&mut self, what: &str, said: &mut Option<Said<T>>, value: T, spot: &Spot) {
        match said {
            Some(before) if before.by_id && !self.by_id => {}
            Some(before) if before.by_id == self.by_id && before.value != value => {
                let message = format!("two tables give {} another `{}` each", self.rule.id, printable(what));
                let mut problem = spot.error(Code::ConfigValue, message, "this is one");
                if let Some(other) = &before.spot {
                    let related = Diagnostic::warning(Code::ConfigValue, "and this is the other");
                    problem = problem.with(other.showing(related, "here"));
                }
                self.problems
                    .push(problem.help(format!("say it in a table of its own: `[rule.{}]`", self.rule.id)));
            }
            _ => *said = Some(Said { value, spot: Some(spot.clone()), by_id: self.by_id }),
        }
    }
}

fn wrong_type(rule: &Rule, param: &ParamValue, default: &Value, expected: &str) -> Diagnostic {
    let message =
        format!("`{}` of {} takes {expected}, not {}", printable(&param.name), rule.id, kind(&param.value));
    param
        .spot
        .error(Code::PolicyParam, message, kind(&param.value))
        .help(format!("its default is `{default}`"))
}
