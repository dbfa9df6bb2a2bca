//! Parameters are held against their documents before anything is sent.

use regex::Regex;
use serde_json::{Map, Value};

use super::parameter::{Kind, Parameter, Role, Text};
use super::{Call, Parameters};
use crate::source::printable;
use crate::suggest;

/// Most characters of a value that a message shows.
const MAX_SHOWN: usize = 60;

/// What is wrong with a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fetch) struct Problem {
    /// In a fragment.
    pub(in crate::fetch) message: String,
    /// What to do about it.
    pub(in crate::fetch) help: Option<String>,
    /// The parameter that it is about, as it was given.
    pub(in crate::fetch) parameter: Option<String>,
}

/// Checks what is given for a call. Texts are read as what their parameter is: `5` is a number where a number is due.
///
/// # Errors
///
/// All that is wrong with it.
pub(in crate::fetch) fn checked(
    call: &'static Call,
    given: &[(String, Value)],
) -> Result<Parameters, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut parameters = Parameters::new();
    for (name, value) in given {
        let mut found = Vec::new();
        take(call, name, value, &mut parameters, &mut found);
        problems.extend(found.into_iter().map(|problem| problem.of(name)));
    }
    for parameter in call.parameters {
        let is_given = given.iter().any(|(name, _)| name == parameter.name);
        if parameter.required && parameter.role == Role::Plain && !is_given {
            let name = parameter.name;
            let message = format!("`{}` needs `{name}`, {}", call.id, parameter.kind.in_words());
            let help = format!("give it by --param {name}=VALUE; in probity.toml, as `params.{name}`");
            problems.push(Problem::new(message, &help));
        }
    }
    if problems.is_empty() { Ok(parameters) } else { Err(problems) }
}

impl Problem {
    /// With advice.
    pub(in crate::fetch) fn new(message: String, help: &str) -> Self {
        Self { help: Some(help.to_owned()), ..Self::plain(message) }
    }

    /// One that needs no advice.
    fn plain(message: String) -> Self {
        Self { message, help: None, parameter: None }
    }

    fn of(self, parameter: &str) -> Self {
        Self { parameter: Some(parameter.to_owned()), ..self }
    }
}

/// Takes one parameter, or says what is wrong with it.
fn take(
    call: &'static Call,
    name: &str,
    value: &Value,
    parameters: &mut Parameters,
    problems: &mut Vec<Problem>,
) {
    let Some(parameter) = call.parameter(name) else {
        problems.push(unknown(call.id, name, call.parameters));
        return;
    };
    match parameter.role {
        Role::Plain | Role::PageSize(_) => {}
        Role::Region => {
            problems.push(Problem::new(format!("`{name}` is the region"), "give it as a region"));
            return;
        }
        Role::Page => {
            let message = format!("`{name}` chooses the page, and all pages are collected");
            problems.push(Problem::new(message, "leave it out"));
            return;
        }
    }
    let value = read(name, &parameter.kind, value, problems);
    if problems.is_empty() && parameters.insert(parameter.name, value).is_some() {
        problems.push(Problem::new(format!("`{name}` is given twice"), "give it once"));
    }
}

/// Reads a value, and says what is wrong with it.
fn read(path: &str, kind: &Kind, value: &Value, problems: &mut Vec<Problem>) -> Value {
    let mut wrong = |message: String| problems.push(Problem::plain(message));
    match (kind, value) {
        (Kind::Text(text), Value::String(given)) => {
            check_text(path, text, given, problems);
            value.clone()
        }
        (Kind::Integer { min, max }, _) => {
            let number = match value {
                Value::Number(number) => number.as_i64(),
                Value::String(text) => text.parse().ok(),
                _ => None,
            };
            match number {
                Some(number) if (*min..=*max).contains(&number) => Value::from(number),
                Some(number) => {
                    wrong(format!("`{path}` is {number}, but must be {}", bounds(*min, *max)));
                    Value::Null
                }
                None => mistyped(path, kind, value, problems),
            }
        }
        (Kind::Boolean, Value::Bool(_)) => value.clone(),
        (Kind::Boolean, Value::String(text)) if text == "true" || text == "false" => {
            Value::from(text == "true")
        }
        (Kind::List { max, of }, Value::Array(elements)) => {
            if elements.len() > *max {
                wrong(format!("`{path}` has {} elements, at most {max} are allowed", elements.len()));
            }
            let read =
                |(index, element): (usize, &Value)| read(&format!("{path}[{index}]"), of, element, problems);
            elements.iter().enumerate().map(read).collect()
        }
        (Kind::Object(members), Value::Object(given)) => read_object(path, members, given, problems),
        (Kind::ListInText, Value::Array(elements)) => {
            if elements.iter().all(Value::is_string) {
                Value::from(value.to_string())
            } else {
                mistyped(path, kind, value, problems)
            }
        }
        (Kind::List { .. } | Kind::Object(_) | Kind::ListInText, Value::String(text)) => {
            match serde_json::from_str::<Value>(text) {
                Ok(inner) if inner.is_array() || inner.is_object() => read(path, kind, &inner, problems),
                _ => mistyped(path, kind, value, problems),
            }
        }
        _ => mistyped(path, kind, value, problems),
    }
}

fn read_object(
    path: &str,
    members: &'static [Parameter],
    given: &Map<String, Value>,
    problems: &mut Vec<Problem>,
) -> Value {
    let mut object = Map::new();
    for (name, value) in given {
        match members.iter().find(|member| member.name == name) {
            None => problems.push(unknown(path, name, members)),
            Some(member) => {
                let value = read(&format!("{path}.{name}"), &member.kind, value, problems);
                object.insert(name.clone(), value);
            }
        }
    }
    for member in members.iter().filter(|member| member.required && !given.contains_key(member.name)) {
        problems.push(Problem::plain(format!("`{path}` needs `{}`", member.name)));
    }
    Value::Object(object)
}

fn check_text(path: &str, text: &Text, given: &str, problems: &mut Vec<Problem>) {
    let length = given.chars().count();
    if !(text.min..=text.max).contains(&length) {
        let bounds =
            bounds(i64::try_from(text.min).unwrap_or(i64::MAX), i64::try_from(text.max).unwrap_or(i64::MAX));
        let message = format!("`{path}` has {length} characters, but must have {bounds}");
        problems.push(Problem::plain(message));
    } else if let Some(pattern) = text.pattern
        && !Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(given))
    {
        let message = format!("`{path}` is `{}`, which does not match `{pattern}`", shown(given));
        problems.push(Problem::plain(message));
    }
    if !text.values.is_empty() && !text.values.contains(&given) {
        let near = suggest::did_you_mean(suggest::nearest(given, text.values.iter().copied()));
        let message = format!("`{path}` has no value `{}`{near}", shown(given));
        problems.push(Problem::new(message, &format!("its document lists {}", listed(text.values))));
    }
}

fn mistyped(path: &str, kind: &Kind, value: &Value, problems: &mut Vec<Problem>) -> Value {
    let given = match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    };
    let message = format!("`{path}` is `{given}`, but must be {}", kind.in_words());
    problems.push(Problem::plain(message));
    Value::Null
}

fn unknown(of: &str, name: &str, known: &'static [Parameter]) -> Problem {
    let names: Vec<&str> = known
        .iter()
        .filter(|parameter| matches!(parameter.role, Role::Plain | Role::PageSize(_)))
        .map(|parameter| parameter.name)
        .collect();
    let near = suggest::did_you_mean(suggest::nearest(name, names.iter().copied()));
    let message = format!("`{of}` has no parameter `{}`{near}", shown(name));
    Problem::new(message, &format!("it takes {}", listed(&names)))
}

fn bounds(min: i64, max: i64) -> String {
    let open = max == i64::MAX || max == i64::from(i32::MAX);
    if open { format!("at least {min}") } else { format!("{min} to {max}") }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn shown(text: &str) -> String {
    if text.chars().count() <= MAX_SHOWN {
        return printable(text).into();
    }
    let short: String = text.chars().take(MAX_SHOWN).chain(['…']).collect();
    printable(&short).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn messages(name: &str, given: &[(&str, Value)]) -> Vec<String> {
        let given: Vec<(String, Value)> =
            given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        match checked(Call::find(name).unwrap(), &given) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|problem| problem.message).collect(),
        }
    }

    #[test]
    fn every_pattern_is_one() {
        for parameter in Call::ALL.iter().flat_map(|call| call.parameters) {
            if let Kind::Text(Text { pattern: Some(pattern), .. }) = parameter.kind {
                assert!(Regex::new(pattern).is_ok(), "{pattern}");
            }
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        assert_eq!(
            messages(
                "huawei.coc.ListInstanceCompliant",
                &[
                    ("limit", json!("101")),
                    ("sort_dir", json!("ascending")),
                    ("compliant_status", json!("noncompliant")),
                    ("instnce_id", json!("i")),
                    ("offset", json!(1)),
                    ("region", json!("cn-north-4")),
                    ("name", json!(7)),
                ]
            ),
            [
                "`limit` is 101, but must be 1 to 100",
                "`sort_dir` has no value `ascending`",
                "`compliant_status` has no value `noncompliant`, did you mean `non_compliant`?",
                "`huawei.coc.ListInstanceCompliant` has no parameter `instnce_id`, did you mean `instance_id`?",
                "`offset` chooses the page, and all pages are collected",
                "`region` is the region",
                "`name` is `7`, but must be a text",
            ]
        );
    }

    #[test]
    fn what_is_missing_is_told_but_for_what_paging_gives() {
        assert_eq!(
            messages("ListPublishBatch", &[]),
            ["`alibaba.sas.ListPublishBatch` needs `UpgradeVersion`, a text"]
        );
        assert_eq!(
            messages("GetPatchBaseline", &[]),
            ["`aws.ssm.GetPatchBaseline` needs `BaselineId`, a text"]
        );
    }

    #[test]
    fn lengths_and_patterns_hold_at_their_bounds() {
        let baseline = |id: &str| messages("GetPatchBaseline", &[("BaselineId", json!(id))]);
        assert!(baseline("pb-0123456789abcdef0").is_empty());
        assert!(baseline("arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-0123456789abcdef0").is_empty());
        assert!(baseline(&"a".repeat(128)).is_empty());
        assert_eq!(baseline(&"a".repeat(129)), ["`BaselineId` has 129 characters, but must have 20 to 128"]);
        assert_eq!(
            baseline("pb-0123456789abcdef"),
            ["`BaselineId` has 19 characters, but must have 20 to 128"]
        );
        assert_eq!(
            baseline("pb-0123456789abcdef 0"),
            [r"`BaselineId` is `pb-0123456789abcdef 0`, which does not match `^[a-zA-Z0-9_\-:/]{20,128}$`"]
        );
    }

    #[test]
    fn texts_are_read_as_what_is_due() {
        let call = Call::find("DescribePatchBaselines").unwrap();
        let given = [
            ("Filters".to_owned(), json!(r#"[{"Key":"OWNER","Values":["Self"]}]"#)),
            ("MaxResults".to_owned(), json!("5")),
        ];
        let parameters = checked(call, &given).unwrap();
        assert_eq!(parameters["Filters"], json!([{"Key": "OWNER", "Values": ["Self"]}]));
        assert_eq!(parameters["MaxResults"], json!(5));
        let call = Call::find("DescribeImageInstances").unwrap();
        assert_eq!(checked(call, &[("Scanned".to_owned(), json!("true"))]).unwrap()["Scanned"], json!(true));
    }

    #[test]
    fn the_inside_of_a_parameter_is_checked_too() {
        assert_eq!(
            messages(
                "DescribePatchBaselines",
                &[("Filters", json!([{"Key": "", "Value": ["Self"]}, {"Values": [1]}, {}, {}, {}, {}]))]
            ),
            [
                "`Filters` has 6 elements, at most 5 are allowed",
                "`Filters[0].Key` has 0 characters, but must have 1 to 128",
                "`Filters[0]` has no parameter `Value`, did you mean `Values`?",
                "`Filters[1].Values[0]` is `1`, but must be a text",
            ]
        );
        assert_eq!(
            messages("DescribePatchBaselines", &[("Filters", json!("OWNER"))]),
            ["`Filters` is `OWNER`, but must be a JSON array"]
        );
    }
}
