//! What a rule reads of its input, with the values and where they stand.

use regorus::Value;

use super::ExplainedCase;
use super::shown::{Secrets, Shown};
use crate::model::is_sensitive;
use crate::policy::{ReadNode, ReadPath, Step};
use crate::source::json::{JsonPath, Segment, locate};
use crate::source::{Place, Tracker};

/// Values that are listed for one path.
const MAX_OF_A_PATH: u64 = 5;
/// Values that are listed at all.
const MAX_IN_ALL: usize = 50;

/// A value that a rule reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedRead {
    /// Its path as rules write it: within the resource, or from `input`.
    pub path: String,
    /// Its value as the rule sees it.
    pub value: Shown,
    /// Where it stands; of an absent value, where what should hold it does. Only within the resource.
    pub place: Option<Place>,
}

/// What is read of an input, and how much more there is.
pub(super) fn explained(
    reads: &ReadNode,
    input: &Value,
    case: &ExplainedCase<'_>,
    secrets: &Secrets,
) -> (Vec<ExplainedRead>, u64) {
    let mut found = Vec::new();
    let mut more = 0;
    let paths = reads.paths();
    for path in &paths {
        let is_around =
            paths.iter().any(|other| other.0.len() > path.0.len() && other.0.starts_with(&path.0));
        let mut expansion = Expansion { case, secrets, is_around, found: Vec::new(), count: 0 };
        expansion.expand(input, &path.0, &mut Vec::new());
        more += expansion.count - expansion.found.len() as u64;
        for read in expansion.found {
            if found.contains(&read) {
                continue;
            }
            if found.len() < MAX_IN_ALL {
                found.push(read);
            } else {
                more += 1;
            }
        }
    }
    (found, more)
}

struct Expansion<'e> {
    case: &'e ExplainedCase<'e>,
    secrets: &'e Secrets,
    /// Whether parts of it are read by themselves.
    is_around: bool,
    found: Vec<ExplainedRead>,
    count: u64,
}

impl Expansion<'_> {
    /// Goes down a path, through every element where it says so.
    fn expand(&mut self, value: &Value, steps: &[Step], at: &mut Vec<Step>) {
        let Some((step, rest)) = steps.split_first() else {
            return self.push(value, at);
        };
        let children: Vec<(Step, &Value)> = match (step, value) {
            (Step::Key(key), Value::Object(_)) => vec![(step.clone(), &value[key.as_str()])],
            (Step::Index(index), Value::Array(elements)) => {
                let undefined = &Value::Undefined;
                vec![(step.clone(), elements.get(*index).unwrap_or(undefined))]
            }
            (Step::Each, Value::Array(elements)) => {
                elements.iter().enumerate().map(|(index, element)| (Step::Index(index), element)).collect()
            }
            (Step::Each, Value::Object(members)) => members
                .iter()
                .filter_map(|(name, member)| match name {
                    Value::String(name) => Some((Step::Key(name.to_string()), member)),
                    _ => None,
                })
                .collect(),
            _ => {
                // What is behind nothing, and behind a single value, is not there either.
                at.extend(steps.iter().cloned());
                self.push(&Value::Undefined, at);
                at.truncate(at.len() - steps.len());
                return;
            }
        };
        if children.is_empty() {
            return self.push(value, at);
        }
        for (step, child) in children {
            at.push(step);
            self.expand(child, rest, at);
            at.pop();
        }
    }

    fn push(&mut self, value: &Value, at: &[Step]) {
        let has_parts = match value {
            Value::Array(elements) => !elements.is_empty(),
            Value::Object(members) => !members.is_empty(),
            _ => false,
        };
        if self.is_around && has_parts {
            return;
        }
        self.count += 1;
        if self.count > MAX_OF_A_PATH {
            return;
        }
        let path = ReadPath(at.to_vec());
        let within: Option<JsonPath> = path.in_resource().map(|steps| {
            steps
                .iter()
                .map_while(|step| match step {
                    Step::Key(key) => Some(Segment::Key(key.clone())),
                    Step::Index(index) => Some(Segment::Index(*index)),
                    Step::Each => None,
                })
                .collect()
        });
        let is_secret = within.as_ref().is_some_and(|path| {
            // Around secrets only what really holds one.
            is_sensitive(self.case.operation, path) && matches!(value, Value::String(_) | Value::Number(_))
        });
        let value = if is_secret { Shown::Secret } else { self.secrets.shown(value) };
        let place = within.map(|path| {
            let located = locate(self.case.text, &path);
            let mut tracker = Tracker::new(self.case.text.as_bytes(), self.case.start);
            Place::of(self.case.file, &mut tracker, &located.span)
        });
        self.found.push(ExplainedRead { path: path.to_string(), value, place });
    }
}
