//! What a rule says of a resource.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use regorus::Value;

use super::EngineError;
use super::marks::MARK;
use crate::policy::{Focus, Step};
use crate::source::json::{JsonPath, Segment};

/// The outcome of one rule on one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing speaks against it.
    Pass,
    /// The rule is not about this resource.
    NotApplicable,
    /// The rule denies it; at least one denial.
    Fail(Vec<Denial>),
    /// The rule says that it cannot be judged; at least one reason.
    Inconclusive(Vec<Denial>),
    /// The rule reads values that no rule can read; at least one.
    Unreadable(Vec<Denial>),
    /// The rule could not be evaluated.
    Error(EngineError),
}

/// One element of a rule's `deny` or `inconclusive`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// What the rule says.
    pub message: String,
    /// The value within the resource that it names.
    pub path: Option<Arc<JsonPath>>,
    /// Which definition of the rule it comes from: its number in the read set.
    pub definition: Option<usize>,
    /// The value that the definition most likely speaks of, where it names none.
    pub focus: Option<Arc<JsonPath>>,
}

impl Denial {
    /// A denial that comes from no definition.
    pub fn new(message: String, path: Option<JsonPath>) -> Self {
        Self { message, path: path.map(Arc::new), definition: None, focus: None }
    }
}

/// Tells what a definition most likely speaks of, by its number and the keys of its iterations.
pub(super) type FocusOf<'f> = dyn Fn(usize, &[Value]) -> Option<JsonPath> + 'f;

/// Reads a `deny` or `inconclusive` set.
///
/// # Errors
///
/// Where it is no set, or an element is neither a text nor an object with `msg` (and perhaps `path`).
///
/// `focus_of` tells what a definition most likely speaks of, given its number and the keys of its iterations;
/// `None` where elements have no marks.
pub(super) fn denials(
    name: &str,
    value: &Value,
    focus_of: Option<&FocusOf<'_>>,
) -> Result<Vec<Denial>, EngineError> {
    let error = |message: String| EngineError { message, place: None };
    let Value::Set(set) = value else {
        let message = format!("`{name}` must be a set (`{name} contains …`), not {}", described(value));
        return Err(error(message));
    };
    let mut denials = Vec::with_capacity(set.len());
    let mut known = BTreeSet::new();
    for element in set.iter() {
        let marked = focus_of.and_then(|focus_of| Some((focus_of, unmarked(element)?)));
        let mut denial = denial(name, marked.map_or(element, |(_, (.., element))| element)).map_err(error)?;
        if let Some((focus_of, (definition, keys, _))) = marked {
            denial.definition = Some(definition);
            if denial.path.is_none() {
                denial.focus = focus_of(definition, keys).map(Arc::new);
            }
        }
        // The same may be denied for several elements of a list: the first of them is shown.
        if known.insert((denial.definition, denial.message.clone(), denial.path.clone())) {
            denials.push(denial);
        }
    }
    Ok(denials)
}

/// Takes the mark off an element: number of its definition, keys, and the element.
fn unmarked(element: &Value) -> Option<(usize, &[Value], &Value)> {
    if let Value::Array(parts) = element
        && let [Value::String(mark), number, Value::Array(keys), denial] = parts.as_slice()
        && **mark == *MARK
        && let Some(number) = as_index(number)
    {
        return Some((number, keys.as_slice(), denial));
    }
    None
}

fn as_index(number: &Value) -> Option<usize> {
    usize::try_from(number.as_u64().ok()?).ok()
}

/// A key of an iteration as a step of a path.
pub(super) fn segment(key: &Value) -> Option<Segment> {
    match key {
        Value::String(name) => Some(Segment::Key(name.to_string())),
        number @ Value::Number(_) => Some(Segment::Index(as_index(number)?)),
        _ => None,
    }
}

/// A path of the read set with the keys of an evaluation; `None` where it leads elsewhere than into the resource. It
/// ends before the first step whose key nobody told. `key` gives the keys by their numbers, which `places` have.
pub(super) fn resolved(
    focus: &Focus,
    places: &[Range<usize>],
    key: impl Fn(usize) -> Option<Segment>,
) -> Option<JsonPath> {
    let steps = focus.path.in_resource()?;
    // The first step is `resource`.
    let spans = focus.steps.get(1..)?;
    let mut path = JsonPath::default();
    for (step, span) in steps.iter().zip(spans) {
        let told = || key(places.iter().position(|place| Some(place) == span.as_ref())?);
        let segment = match step {
            Step::Key(key) => Some(Segment::Key(key.clone())),
            Step::Index(index) => Some(Segment::Index(*index)),
            Step::Each => told(),
        };
        match segment {
            Some(segment) => path.push(segment),
            None => break,
        }
    }
    Some(path)
}

fn denial(name: &str, element: &Value) -> Result<Denial, String> {
    match element {
        Value::String(message) => Ok(Denial::new(message.to_string(), None)),
        Value::Object(_) => {
            let Value::String(message) = &element["msg"] else {
                return Err(format!("an element of `{name}` has no text as `msg`"));
            };
            let path = match &element["path"] {
                Value::Undefined => None,
                path => Some(read_path(path).map_err(|why| {
                    format!("`path` in `{name}` must be a path within the resource: {why}")
                })?),
            };
            Ok(Denial::new(message.to_string(), path))
        }
        other => {
            let what = described(other);
            Err(format!("an element of `{name}` must be a text, or an object with `msg`, not {what}"))
        }
    }
}

/// A path as text (`a.b[0]`, `/a/b/0`), or as a list of names and indices.
fn read_path(value: &Value) -> Result<JsonPath, String> {
    match value {
        Value::String(text) => JsonPath::parse(text).map_err(|error| error.to_string()),
        Value::Array(steps) => steps
            .iter()
            .map(|step| match step {
                Value::String(name) => Ok(Segment::Key(name.to_string())),
                Value::Number(_) => match step.as_u32() {
                    Ok(index) => Ok(Segment::Index(index as usize)),
                    Err(_) => Err("a step is no index".to_owned()),
                },
                other => Err(format!("a step is {}", described(other))),
            })
            .collect(),
        other => Err(format!("it is {}", described(other))),
    }
}

/// A kind of value, with its article.
pub(super) const fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Set(_) => "a set",
        Value::Object(_) => "an object",
        Value::Undefined => "undefined",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::engine::{add, evaluate, new_engine};
    use crate::policy::PolicyFile;

    fn read(rule: &str) -> Result<Vec<(String, Option<String>)>, String> {
        let mut engine = new_engine(chrono::DateTime::UNIX_EPOCH).unwrap();
        add(&mut engine, &PolicyFile::new("f", format!("package x\n\n{rule}\n"))).unwrap();
        let value = evaluate(&mut engine, "data.x.deny").unwrap();
        denials("deny", &value, None)
            .map(|denials| {
                denials
                    .into_iter()
                    .map(|denial| (denial.message, denial.path.map(|path| path.pointer())))
                    .collect()
            })
            .map_err(|error| error.message)
    }

    fn one(message: &str, pointer: Option<&str>) -> Vec<(String, Option<String>)> {
        vec![(message.to_owned(), pointer.map(str::to_owned))]
    }

    #[test]
    fn texts_and_objects_are_read() {
        assert_eq!(read("deny contains \"a\" if true"), Ok(one("a", None)));
        assert_eq!(read("deny contains {\"msg\": \"a\"} if true"), Ok(one("a", None)));
        assert_eq!(
            read("deny contains {\"msg\": \"a\", \"path\": \"b.c[1]\", \"more\": 1} if true"),
            Ok(one("a", Some("/b/c/1")))
        );
        assert_eq!(
            read("deny contains {\"msg\": \"a\", \"path\": [\"b.c\", 1]} if true"),
            Ok(one("a", Some("/b.c/1")))
        );
        assert_eq!(read("deny contains 1 if false"), Ok(vec![]));
    }

    #[test]
    fn anything_else_is_an_error_and_never_a_pass() {
        for (rule, message) in [
            ("deny := true", "`deny` must be a set (`deny contains …`), not a boolean"),
            ("deny := [] if true", "`deny` must be a set (`deny contains …`), not an array"),
            ("deny := {} if false", "`deny` must be a set (`deny contains …`), not undefined"),
            (
                "deny contains 1 if true",
                "an element of `deny` must be a text, or an object with `msg`, not a number",
            ),
            ("deny contains {\"message\": \"a\"} if true", "an element of `deny` has no text as `msg`"),
            (
                "deny contains {\"msg\": \"a\", \"path\": 1} if true",
                "`path` in `deny` must be a path within the resource: it is a number",
            ),
            (
                "deny contains {\"msg\": \"a\", \"path\": \"b[\"} if true",
                "`path` in `deny` must be a path within the resource: `b[` is no path: a bracket is not closed",
            ),
        ] {
            assert_eq!(read(rule), Err(message.to_owned()), "{rule}");
        }
    }
}
