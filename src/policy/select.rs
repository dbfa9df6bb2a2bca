//! Choosing rules, and giving their params other values.

use std::sync::Arc;

use globset::GlobBuilder;
use serde_json::Value;

use super::{PolicySet, Rule};
use crate::source::{Code, Diagnostic, printable};
use crate::suggest;

/// Which rules to evaluate, and with which params.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Ids or globs of the rules to evaluate; all where there is none.
    pub include: Vec<String>,
    /// Ids or globs of the rules to evaluate that were named without an option.
    pub named: Vec<String>,
    /// Ids or globs of the rules to leave out.
    pub exclude: Vec<String>,
    /// Params to change.
    pub overrides: Vec<Override>,
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

/// The rules to evaluate, with their params. Libraries and tests stay as they are.
///
/// # Errors
///
/// Every id or glob that names no rule, every override that fits no rule, and a selection that leaves
/// nothing.
pub fn select(set: &PolicySet, selection: &Selection) -> Result<PolicySet, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut included = Vec::new();
    for pattern in &selection.include {
        included.extend(matching(set, pattern, "--rule names no rule", &mut problems));
    }
    for pattern in &selection.named {
        included.extend(matching(set, pattern, "there is no such rule", &mut problems));
    }
    let all = selection.include.is_empty() && selection.named.is_empty();
    let mut excluded = Vec::new();
    for pattern in &selection.exclude {
        excluded.extend(matching(set, pattern, "--exclude names no rule", &mut problems));
    }
    let mut rules: Vec<Arc<Rule>> = set.rules.clone();
    for change in &selection.overrides {
        let targets = matching(set, &change.rule, "--set names no rule", &mut problems);
        if let Err(problem) = apply(&mut rules, &targets, change) {
            problems.push(problem);
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut unselected = set.unselected.clone();
    let mut index = 0..;
    rules.retain(|rule| {
        let selected = index
            .next()
            .is_some_and(|index| (all || included.contains(&index)) && !excluded.contains(&index));
        if !selected {
            unselected.push(Arc::clone(&rule.file));
        }
        selected
    });
    if rules.is_empty() {
        let problem = Diagnostic::error(Code::PolicyNone, "no rule is left to evaluate")
            .help("add rules with --policies, or loosen --rule, --exclude and --no-builtin");
        return Err(vec![problem]);
    }
    Ok(PolicySet { rules, libraries: set.libraries.clone(), tests: set.tests.clone(), unselected })
}

/// Indices of the rules that an id or glob names; none is a problem, told in these words.
fn matching(set: &PolicySet, pattern: &str, words: &str, problems: &mut Vec<Diagnostic>) -> Vec<usize> {
    match matches(set, pattern) {
        Ok(found) => {
            if found.is_empty() {
                problems.push(unknown_rule(set, pattern, words));
            }
            found
        }
        Err(problem) => {
            problems.push(problem);
            Vec::new()
        }
    }
}

/// Indices of the rules that an id or glob names.
fn matches(set: &PolicySet, pattern: &str) -> Result<Vec<usize>, Diagnostic> {
    let glob = GlobBuilder::new(pattern).case_insensitive(true).build().map_err(|error| {
        let message = format!("`{}` is no valid glob: {}", printable(pattern), error.kind());
        Diagnostic::error(Code::PolicyUnknownRule, message)
    })?;
    let matcher = glob.compile_matcher();
    let named = set.rules.iter().enumerate().filter(|(_, rule)| matcher.is_match(rule.id.as_str()));
    Ok(named.map(|(index, _)| index).collect())
}

fn unknown_rule(set: &PolicySet, pattern: &str, words: &str) -> Diagnostic {
    let near = suggest::nearest(pattern, set.rules.iter().map(|rule| rule.id.as_str()));
    Diagnostic::error(
        Code::PolicyUnknownRule,
        format!("{words}: `{}`{}", printable(pattern), suggest::did_you_mean(near)),
    )
    .help(if pattern.contains(',') && !pattern.contains('{') {
        "several rules are named by the option several times, or in braces: `{A-001,A-002}`"
    } else {
        "`probity rules` lists them; `*` and `?` are wildcards"
    })
}

fn apply(rules: &mut [Arc<Rule>], targets: &[usize], change: &Override) -> Result<(), Diagnostic> {
    let mut applied = targets.is_empty();
    let mut known: Vec<String> = Vec::new();
    for &target in targets {
        let Some(rule) = rules.get_mut(target) else {
            continue;
        };
        let Some(default) = rule.params.get(&change.param) else {
            known.extend(rule.params.keys().cloned());
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
        Arc::make_mut(rule).params.insert(change.param.clone(), value);
        applied = true;
    }
    if applied {
        return Ok(());
    }
    let near = suggest::nearest(&change.param, known.iter().map(String::as_str));
    let message = format!(
        "`{}` has no param `{}`{}",
        printable(&change.rule),
        printable(&change.param),
        suggest::did_you_mean(near)
    );
    let help = if known.is_empty() {
        "it has no params".to_owned()
    } else {
        format!("its params are: {}", known.join(", "))
    };
    Err(Diagnostic::error(Code::PolicyParam, message).help(help))
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
            let kind = elements.first().map_or("string", kind);
            given
                .filter(|given| given.iter().all(|element| self::kind(element) == kind))
                .map(Value::Array)
                .ok_or("a list like its default: JSON, or texts between commas")
        }
        Value::Object(_) => json().filter(Value::is_object).ok_or("a JSON object"),
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
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
            include: include.iter().map(|s| (*s).to_owned()).collect(),
            named: Vec::new(),
            exclude: exclude.iter().map(|s| (*s).to_owned()).collect(),
            overrides: sets.iter().map(|s| s.parse().unwrap()).collect(),
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
