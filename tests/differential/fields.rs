//! What there is to read of the resources of an operation: found by looking at some of them.

use std::collections::BTreeMap;

use probity::model::Resource;
use probity::operation::Operation;
use serde_json::Value;

/// What kind of value a rule takes something for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Text,
    Time,
    Number,
    Boolean,
}

/// Single values at one place of all resources.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The names from the resource, or from an element of a list, on.
    pub(crate) path: Vec<String>,
    pub(crate) kind: Kind,
    /// Values that were seen there.
    pub(crate) samples: Vec<Value>,
}

/// Lists at one place of all resources.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    pub(crate) path: Vec<String>,
    /// What its elements are, where they are single values; their path is empty.
    pub(crate) elements: Vec<Field>,
    /// What its elements hold, where they are objects.
    pub(crate) members: Vec<Field>,
}

/// What there is to read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) single: Vec<Field>,
    pub(crate) lists: Vec<List>,
}

impl Fields {
    /// What resources of an operation hold.
    pub(crate) fn of(operation: Operation, records: &[String]) -> Self {
        let mut found = Found::default();
        for record in records {
            let resource = Resource::parse(operation, record).unwrap();
            found.value(&mut Vec::new(), &serde_json::to_value(&resource).unwrap());
        }
        let single = fields(found.single);
        let mut lists: BTreeMap<Vec<String>, List> = BTreeMap::new();
        for ((list, path, kind), samples) in found.within {
            let entry = lists.entry(list.clone()).or_insert_with(|| List { path: list, ..List::default() });
            let field = Field { path, kind, samples };
            if field.path.is_empty() { entry.elements.push(field) } else { entry.members.push(field) }
        }
        Self { single, lists: lists.into_values().collect() }
    }
}

#[derive(Default)]
struct Found {
    single: BTreeMap<(Vec<String>, Kind), Vec<Value>>,
    within: BTreeMap<(Vec<String>, Vec<String>, Kind), Vec<Value>>,
}

impl Found {
    fn value(&mut self, path: &mut Vec<String>, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    path.push(name.clone());
                    self.value(path, value);
                    path.pop();
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    self.element(path, &mut Vec::new(), element);
                }
            }
            value => {
                if let Some(kind) = kind(value) {
                    keep(self.single.entry((path.clone(), kind)).or_default(), value);
                }
            }
        }
    }

    fn element(&mut self, list: &[String], path: &mut Vec<String>, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    path.push(name.clone());
                    self.element(list, path, value);
                    path.pop();
                }
            }
            // Lists of lists are reached by keys only.
            Value::Array(_) => {}
            value => {
                if let Some(kind) = kind(value) {
                    keep(self.within.entry((list.to_vec(), path.clone(), kind)).or_default(), value);
                }
            }
        }
    }
}

fn keep(samples: &mut Vec<Value>, value: &Value) {
    if samples.len() < 12 && !samples.contains(value) {
        samples.push(value.clone());
    }
}

fn kind(value: &Value) -> Option<Kind> {
    match value {
        Value::String(text) if chrono::DateTime::parse_from_rfc3339(text).is_ok() => Some(Kind::Time),
        Value::String(_) => Some(Kind::Text),
        Value::Number(_) => Some(Kind::Number),
        Value::Bool(_) => Some(Kind::Boolean),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn fields(found: BTreeMap<(Vec<String>, Kind), Vec<Value>>) -> Vec<Field> {
    found.into_iter().map(|((path, kind), samples)| Field { path, kind, samples }).collect()
}
