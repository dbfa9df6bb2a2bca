//! Choosing rules, and giving their params other values.

use std::sync::Arc;

use globset::GlobBuilder;
use serde_json::Value;

use super::adjust::{adjust, is_id_of};
use super::{Adjusted, Adjustment, PolicySet, Rule, Said};
use crate::source::{Code, Diagnostic, Spot, printable};
use crate::suggest;

/// Which rules to evaluate, and with which params.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Ids or globs of the rules to evaluate; all where there is none.
    pub include: Vec<Pattern>,
    /// Ids or globs of the rules to evaluate that were named without an option.
    pub named: Vec<String>,
    /// Ids or globs of the rules to leave out.
    pub exclude: Vec<Pattern>,
    /// What the configuration says of single rules.
    pub adjustments: Vec<Adjustment>,
    /// Whether the configuration may speak of rules that are not there, since the command line says otherwise than it
    /// where rules come from.
    pub lenient: bool,
    /// Params to change.
    pub overrides: Vec<Override>,
    /// Whether the rule about resources that are expected is enough where it is named, and no rule in Rego needs to be left.
    pub expected_suffices: bool,
}

impl Selection {
    /// Whether a param gets another value.
    pub fn sets_params(&self) -> bool {
        !self.overrides.is_empty() || self.adjustments.iter().any(|adjustment| !adjustment.params.is_empty())
    }
}

/// An id or glob of rules.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The id or glob.
    pub text: String,
    /// Where it is written; `None` is the command line.
    pub spot: Option<Spot>,
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), spot: None }
    }
}

/// Another value for a param: `RULE.param=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Id or glob of the rules.
    pub rule: String,
    /// Name of the param.
    pub param: String,
    /// The value, as written.
    pub value: String,
}

/// A text that is no override.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not of the form RULE.param=value")]
pub struct OverrideError(String);

impl std::str::FromStr for Override {
    type Err = OverrideError;

    fn from_str(text: &str) -> Result<Self, OverrideError> {
        let parts = || {
            let (name, value) = text.split_once('=')?;
            let (rule, param) = name.rsplit_once('.')?;
            let whole = !rule.is_empty() && !param.is_empty();
            whole.then(|| Self {
                rule: rule.trim().to_owned(),
                param: param.trim().to_owned(),
                value: value.to_owned(),
            })
        };
        parts().ok_or_else(|| OverrideError(text.to_owned()))
    }
}

/// The rules to evaluate, with their severities and params. Libraries and tests stay as they are.
///
/// Lists of rules to take (`--rule`, `rules`) do not leave out the one about resources that are expected: it judges what
/// lists of resources name, and whoever gives those wants them judged. What leaves out or disables it does.
///
/// The command line outweighs the configuration, and an id outweighs a glob. Where both are equal, what the
/// configuration says of a single rule outweighs its lists.
///
/// # Errors
///
/// Every id or glob that names no rule, everything that is said of params and does not fit, and a selection that leaves
/// nothing.
pub fn select(set: &PolicySet, selection: &Selection) -> Result<PolicySet, Vec<Diagnostic>> {
    let adjusted = adjusted(set, selection)?;
    let mut problems = Vec::new();
    let choice = Choice::of(&named(set), selection, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut unselected = set.unselected.clone();
    let mut rules = Vec::new();
    let mut expected = None;
    let mut names_expected = false;
    for (index, (rule, adjusted)) in set.named().zip(&adjusted).enumerate() {
        let is_taken = choice.takes(index, adjusted.enabled.as_ref());
        if rule.id.is_expected() {
            expected = is_taken.then(|| changed(rule, adjusted));
            names_expected = is_taken && choice.names(index);
        } else if is_taken {
            rules.push(changed(rule, adjusted));
        } else {
            unselected.push(Arc::clone(&rule.file));
        }
    }
    if rules.is_empty() && !(selection.expected_suffices && names_expected) {
        let problem =
            Diagnostic::error(Code::PolicyNone, "no rule is left to evaluate").help(if names_expected {
                "POPULATION-001 judges the lists that `check --expect` names, and nothing else"
            } else if selection.adjustments.is_empty() {
                "add rules with --policies, or loosen --rule, --exclude and --no-builtin"
            } else {
                "add rules with --policies, loosen --rule, --exclude and --no-builtin, or enable rules"
            });
        return Err(vec![problem]);
    }
    Ok(PolicySet { rules, expected, libraries: set.libraries.clone(), tests: set.tests.clone(), unselected })
}

/// What the configuration and the command line say of each rule, in the order of [`PolicySet::named`].
///
/// # Errors
///
/// Every id or glob that names no rule, and everything that does not fit.
pub fn adjusted(set: &PolicySet, selection: &Selection) -> Result<Vec<Adjusted>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let rules = named(set);
    let mut all = adjust(&rules, &selection.adjustments, selection.lenient, &mut problems);
    // Also patterns, so that all that is wrong is told at once.
    let _ = Choice::of(&rules, selection, &mut problems);
    for change in &selection.overrides {
        let mut targets = Vec::new();
        let words = "--set names no rule";
        matching(&rules, &change.rule, None, words, false, &mut problems, &mut targets);
        if let Err(problem) = apply(&rules, &mut all, &targets, change) {
            problems.push(problem);
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

/// All rules that can be named.
fn named(set: &PolicySet) -> Vec<&Rule> {
    set.named().map(AsRef::as_ref).collect()
}

/// The rule as it is to be evaluated.
fn changed(rule: &Arc<Rule>, adjusted: &Adjusted) -> Arc<Rule> {
    let mut rule = Arc::clone(rule);
    if let Some(severity) = &adjusted.severity {
        Arc::make_mut(&mut rule).severity = severity.value;
    }
    for (name, said) in &adjusted.params {
        Arc::make_mut(&mut rule).params.insert(name.clone(), said.value.clone());
    }
    rule
}

/// How patterns name a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Naming {
    at_all: bool,
    by_id: bool,
}

/// What the lists of a selection say of each rule.
#[derive(Clone, Copy, Debug, Default)]
struct Listed {
    /// Named on the command line.
    asked: Naming,
    /// Named in the configuration's `rules`.
    wanted: Naming,
    /// Left out on the command line.
    refused: Naming,
    /// Named in the configuration's `exclude`.
    unwanted: Naming,
    /// It takes part also where others are named.
    is_spared: bool,
}

/// Which rules take part.
struct Choice {
    rules: Vec<Listed>,
    /// Whether the command line names any.
    asks: bool,
    /// Whether the configuration lists any.
    lists: bool,
}

impl Choice {
    fn of(named: &[&Rule], selection: &Selection, problems: &mut Vec<Diagnostic>) -> Self {
        let mut rules: Vec<Listed> = named.iter().map(|_| Listed::default()).collect();
        let mut note = |pattern: &str,
                        spot: Option<&Spot>,
                        words: &str,
                        lenient: bool,
                        naming: fn(&mut Listed) -> &mut Naming| {
            let mut targets = Vec::new();
            matching(named, pattern, spot, words, lenient, problems, &mut targets);
            for target in targets {
                if let (Some(rule), Some(listed)) = (named.get(target), rules.get_mut(target)) {
                    let naming = naming(listed);
                    naming.at_all = true;
                    naming.by_id |= is_id_of(pattern, rule);
                }
            }
        };
        for Pattern { text, spot } in &selection.include {
            if spot.is_some() {
                note(text, spot.as_ref(), "`rules` names no rule", false, |listed| &mut listed.wanted);
            } else {
                note(text, None, "--rule names no rule", false, |listed| &mut listed.asked);
            }
        }
        for text in &selection.named {
            note(text, None, "there is no such rule", false, |listed| &mut listed.asked);
        }
        for Pattern { text, spot } in &selection.exclude {
            if spot.is_some() {
                let words = "`exclude` names no rule";
                note(text, spot.as_ref(), words, selection.lenient, |listed| &mut listed.unwanted);
            } else {
                note(text, None, "--exclude names no rule", false, |listed| &mut listed.refused);
            }
        }
        let asks =
            !selection.named.is_empty() || selection.include.iter().any(|pattern| pattern.spot.is_none());
        let lists = selection.include.iter().any(|pattern| pattern.spot.is_some());
        for (rule, listed) in named.iter().zip(&mut rules) {
            listed.is_spared = rule.id.is_expected() && selection.named.is_empty();
        }
        Self { rules, asks, lists }
    }

    /// Whether a rule is named among those to take.
    fn names(&self, index: usize) -> bool {
        self.rules
            .get(index)
            .is_some_and(|listed| listed.asked.at_all || (!self.asks && listed.wanted.at_all))
    }

    /// Whether a rule takes part of which this is said in a table of the configuration.
    fn takes(&self, index: usize, enabled: Option<&Said<bool>>) -> bool {
        let Listed { asked, wanted, refused, unwanted, is_spared } =
            self.rules.get(index).copied().unwrap_or_default();
        if refused.at_all || (self.asks && !asked.at_all && !is_spared) {
            return false;
        }
        if asked.by_id {
            return true;
        }
        let is_wanted = !self.lists || self.asks || wanted.at_all || is_spared;
        match enabled {
            // A list that names the rule by its id says more of it than a glob.
            Some(Said { value: true, by_id, .. }) => *by_id || !unwanted.by_id,
            Some(Said { value: false, by_id, .. }) => {
                !by_id && !self.asks && wanted.by_id && !unwanted.at_all
            }
            None => is_wanted && !unwanted.at_all,
        }
    }
}

/// Adds the indices of the rules that an id or glob names. None is a problem, told in these words, unless `lenient`.
pub(super) fn matching(
    rules: &[&Rule],
    pattern: &str,
    spot: Option<&Spot>,
    words: &str,
    lenient: bool,
    problems: &mut Vec<Diagnostic>,
    targets: &mut Vec<usize>,
) {
    let placed = |problem: Diagnostic, label: &str| match spot {
        Some(spot) => spot.showing(problem, label),
        None => problem,
    };
    match matches(rules, pattern) {
        Ok(found) if found.is_empty() && !lenient => {
            problems
                .push(placed(unknown_rule(rules, pattern, words, spot.is_some()), "no rule is called so"));
        }
        Ok(found) => targets.extend(found),
        Err(problem) => problems.push(placed(problem, "no glob")),
    }
}

/// Indices of the rules that an id or glob names.
fn matches(rules: &[&Rule], pattern: &str) -> Result<Vec<usize>, Diagnostic> {
    let glob = GlobBuilder::new(pattern).case_insensitive(true).build().map_err(|error| {
        let message = format!("`{}` is no valid glob: {}", printable(pattern), error.kind());
        Diagnostic::error(Code::PolicyUnknownRule, message)
    })?;
    let matcher = glob.compile_matcher();
    let named = rules.iter().enumerate().filter(|(_, rule)| matcher.is_match(rule.id.as_str()));
    Ok(named.map(|(index, _)| index).collect())
}

fn unknown_rule(rules: &[&Rule], pattern: &str, words: &str, in_file: bool) -> Diagnostic {
    let near = suggest::nearest(pattern, rules.iter().map(|rule| rule.id.as_str()));
    Diagnostic::error(
        Code::PolicyUnknownRule,
        format!("{words}: `{}`{}", printable(pattern), suggest::did_you_mean(near)),
    )
    .help(if in_file || !pattern.contains(',') || pattern.contains('{') {
        "`probity rules` lists them; `*` and `?` are wildcards"
    } else {
        "several rules are named by the option several times, or in braces: `{A-001,A-002}`"
    })
}

fn apply(
    rules: &[&Rule],
    all: &mut [Adjusted],
    targets: &[usize],
    change: &Override,
) -> Result<(), Diagnostic> {
    let mut applied = targets.is_empty();
    for &target in targets {
        let (Some(rule), Some(adjusted)) = (rules.get(target), all.get_mut(target)) else {
            continue;
        };
        let Some(default) = rule.params.get(&change.param) else {
            continue;
        };
        let value = typed(default, &change.value).map_err(|expected| {
            let Override { param, value, .. } = change;
            Diagnostic::error(
                Code::PolicyParam,
                format!(
                    "`{}` is no value for `{param}` of {}: it takes {expected}",
                    printable(value),
                    rule.id
                ),
            )
            .help(format!("its default is `{default}`"))
        })?;
        let by_id = is_id_of(&change.rule, rule);
        adjusted.params.insert(change.param.clone(), Said { value, spot: None, by_id });
        applied = true;
    }
    if applied {
        return Ok(());
    }
    let named: Vec<&Rule> = targets.iter().filter_map(|&at| rules.get(at).copied()).collect();
    Err(no_param(&change.rule, &change.param, &named))
}

/// No rule of those that `pattern` names has such a param.
pub(super) fn no_param(pattern: &str, param: &str, rules: &[&Rule]) -> Diagnostic {
    let known: Vec<&str> = rules.iter().flat_map(|rule| rule.params.keys()).map(String::as_str).collect();
    let message = format!(
        "`{}` has no param `{}`{}",
        printable(pattern),
        printable(param),
        suggest::did_you_mean(suggest::nearest(param, known.iter().copied()))
    );
    let help = if known.is_empty() {
        "it has no params".to_owned()
    } else {
        format!("its params are: {}", known.join(", "))
    };
    Diagnostic::error(Code::PolicyParam, message).help(help)
}

/// Whether a value has the type of `default`; else what that takes.
pub(super) fn fits(default: &Value, value: &Value) -> Result<(), &'static str> {
    let (fits, takes) = match default {
        // A version `1.10` must not become a number.
        Value::Null | Value::String(_) => (value.is_string(), "a text"),
        Value::Bool(_) => (value.is_boolean(), "true or false"),
        Value::Number(_) => (value.is_number(), "a number"),
        Value::Array(elements) => {
            let element = elements.first().map_or(TEXT, kind);
            let fits = value.as_array().is_some_and(|given| given.iter().all(|given| kind(given) == element));
            (fits, "a list like its default")
        }
        Value::Object(_) => (value.is_object(), "a table"),
    };
    if fits { Ok(()) } else { Err(takes) }
}

/// Reads `text` as a value of the type of `default`.
///
/// A list may be JSON, or texts between commas. For a default of null any text is taken, as it is: a
/// version `1.10` must not become a number.
fn typed(default: &Value, text: &str) -> Result<Value, &'static str> {
    let json = || serde_json::from_str::<Value>(text).ok();
    match default {
        Value::Null if text == "null" => Ok(Value::Null),
        Value::Null | Value::String(_) => {
            Ok(json().filter(Value::is_string).unwrap_or_else(|| Value::from(text)))
        }
        Value::Bool(_) => json().filter(Value::is_boolean).ok_or("true or false"),
        Value::Number(_) => json().filter(Value::is_number).ok_or("a number"),
        Value::Array(elements) => {
            let given = if text.trim_start().starts_with('[') {
                json().as_ref().and_then(Value::as_array).cloned()
            } else {
                let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
                // Nothing at all may be a shell's variable that is not set.
                Some(texts.map(Value::from).collect()).filter(|texts: &Vec<Value>| !texts.is_empty())
            };
            given
                .map(Value::Array)
                .filter(|given| fits(&Value::Array(elements.clone()), given).is_ok())
                .ok_or("a list like its default: JSON, or texts between commas")
        }
        Value::Object(_) => json().filter(Value::is_object).ok_or("a JSON object"),
    }
}

const TEXT: &str = "a text";

/// What a value is, in words.
pub(super) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => TEXT,
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PolicyFile, load};
    use super::*;
    use serde_json::json;

    fn set() -> PolicySet {
        let rule = |id: &str, params: &str| {
            let text = format!(
                "# METADATA\n# title: T\n# custom:\n#   id: {id}\n#   severity: low\n#   applies_to: ListPublishBatch\n#   params: {params}\npackage {}\n\ndeny contains 1 if true\n",
                id.to_lowercase().replace('-', "_")
            );
            Arc::new(PolicyFile::new(&format!("{id}.rego"), text))
        };
        load(&[
            rule("A-001", "{max: 0}"),
            rule("A-002", "{allowed: [x], v: null, on: true}"),
            rule("B-001", "{}"),
        ])
        .unwrap()
    }

    fn chosen(include: &[&str], exclude: &[&str], sets: &[&str]) -> Result<PolicySet, Vec<String>> {
        let selection = Selection {
            include: include.iter().map(|&text| text.into()).collect(),
            exclude: exclude.iter().map(|&text| text.into()).collect(),
            overrides: sets.iter().map(|s| s.parse().unwrap()).collect(),
            ..Selection::default()
        };
        select(&set(), &selection)
            .map_err(|problems| problems.into_iter().map(|problem| problem.message).collect())
    }

    fn ids(set: &PolicySet) -> Vec<&str> {
        set.rules.iter().map(|rule| rule.id.as_str()).collect()
    }

    #[test]
    fn rules_are_chosen_by_id_or_glob() {
        assert_eq!(ids(&chosen(&[], &[], &[]).unwrap()), ["A-001", "A-002", "B-001"]);
        assert_eq!(ids(&chosen(&["a-*"], &["*-002"], &[]).unwrap()), ["A-001"]);
        assert_eq!(ids(&chosen(&["B-001", "A-001"], &[], &[]).unwrap()), ["A-001", "B-001"]);
    }

    #[test]
    fn a_name_without_a_rule_is_an_error() {
        assert_eq!(
            chosen(&["A-01"], &["C-*"], &[]).unwrap_err(),
            ["--rule names no rule: `A-01`, did you mean `A-001`?", "--exclude names no rule: `C-*`"]
        );
        assert_eq!(chosen(&["A-001"], &["*"], &[]).unwrap_err(), ["no rule is left to evaluate"]);
    }

    #[test]
    fn params_take_values_of_their_defaults_type() {
        let set =
            chosen(&[], &[], &["A-001.max=3", "A-002.allowed=a, b", "A-002.v=1.10", "a-*.on=false"]).unwrap();
        assert_eq!(set.rules[0].params["max"], 3);
        assert_eq!(set.rules[1].params["allowed"], json!(["a", "b"]));
        assert_eq!(set.rules[1].params["v"], "1.10");
        assert_eq!(set.rules[1].params["on"], false);
        let set = chosen(&[], &[], &["A-002.allowed=[\"c,d\"]", "A-002.v=null"]).unwrap();
        assert_eq!(set.rules[1].params["allowed"], json!(["c,d"]));
        assert_eq!(set.rules[1].params["v"], Value::Null);
        for (change, value, takes) in [
            ("A-001.max=many", "many", "`max` of A-001: it takes a number"),
            (
                "A-002.allowed=[1,2]",
                "[1,2]",
                "`allowed` of A-002: it takes a list like its default: JSON, or texts between commas",
            ),
            (
                "A-002.allowed=",
                "",
                "`allowed` of A-002: it takes a list like its default: JSON, or texts between commas",
            ),
            ("A-002.on=yes", "yes", "`on` of A-002: it takes true or false"),
        ] {
            let expected = format!("`{value}` is no value for {takes}");
            assert_eq!(chosen(&[], &[], &[change]).unwrap_err(), [expected]);
        }
        let back = chosen(&[], &[], &["A-002.v=1", "A-002.v=null"]).unwrap();
        assert_eq!(back.rules[1].params["v"], Value::Null, "the type is that of the default");
        let none = chosen(&[], &[], &["A-002.allowed=[]"]).unwrap();
        assert_eq!(none.rules[1].params["allowed"], json!([]));
        assert_eq!(
            chosen(&[], &[], &["A-001.mx=1"]).unwrap_err(),
            ["`A-001` has no param `mx`, did you mean `max`?"]
        );
    }

    #[test]
    fn an_override_has_a_rule_a_param_and_a_value() {
        assert!("A-001.max=3=4".parse::<Override>().is_ok_and(|o| o.value == "3=4"));
        for bad in ["A-001", "max=3", ".max=3", "A-001.=3"] {
            assert!(bad.parse::<Override>().is_err(), "{bad}");
        }
    }
}
