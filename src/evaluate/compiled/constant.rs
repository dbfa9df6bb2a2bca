//! Values that stand in a rule or its params.

use std::cmp::Ordering;

use bumpalo::Bump;
use serde_json::Value;

use super::datum::{Datum, Items, Members, compare};

/// A value that does not change.
#[derive(Clone, Debug)]
pub(super) enum Constant {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(Box<str>),
    Array(Vec<Self>),
    /// Sorted, each once.
    Set(Vec<Self>),
    /// Sorted by key, each key once.
    Object(Vec<(Self, Self)>),
}

impl Constant {
    /// A set of values.
    pub(super) fn set(mut elements: Vec<Self>) -> Self {
        elements.sort_by(Self::order);
        elements.dedup_by(|a, b| a.order(b) == Ordering::Equal);
        Self::Set(elements)
    }

    /// An object; of a key that stands twice the last value counts.
    pub(super) fn object(members: Vec<(Self, Self)>) -> Self {
        let mut sorted: Vec<(Self, Self)> = Vec::with_capacity(members.len());
        for (key, value) in members {
            match sorted.binary_search_by(|(known, _)| known.order(&key)) {
                Ok(at) => {
                    if let Some(member) = sorted.get_mut(at) {
                        member.1 = value;
                    }
                }
                Err(at) => sorted.insert(at, (key, value)),
            }
        }
        Self::Object(sorted)
    }

    /// A value of JSON; `None` where a number is too large.
    pub(super) fn of_json(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Boolean(*value),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Integer(whole),
                None if number.is_f64() => Self::Float(number.as_f64()?),
                None => return None,
            },
            Value::String(text) => Self::Text(text.as_str().into()),
            Value::Array(elements) => Self::Array(elements.iter().map(Self::of_json).collect::<Option<_>>()?),
            Value::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, value)| Some((Self::Text(key.as_str().into()), Self::of_json(value)?)));
                Self::object(members.collect::<Option<_>>()?)
            }
        })
    }

    /// As a value of a run.
    pub(super) fn datum(&self) -> Datum<'_> {
        match self {
            Self::Null => Datum::Null,
            Self::Boolean(value) => Datum::Boolean(*value),
            Self::Integer(value) => Datum::Integer(*value),
            Self::Float(value) => Datum::Float(*value),
            Self::Text(text) => Datum::Text(text),
            Self::Array(elements) => Datum::Array(Items::Constants(elements)),
            Self::Set(elements) => Datum::Set(Items::Constants(elements)),
            Self::Object(members) => Datum::Object(Members::Constants(members)),
        }
    }

    /// The value of a run that is made of values of the rule only; `None` of any other.
    pub(super) fn of_datum(datum: Datum<'_>) -> Option<Self> {
        let all = |items: Items<'_>| {
            let item = |index| items.get(index).ok().flatten().and_then(Self::of_datum);
            (0..items.count()).map(item).collect::<Option<Vec<Self>>>()
        };
        Some(match datum {
            Datum::Null => Self::Null,
            Datum::Boolean(value) => Self::Boolean(value),
            Datum::Integer(value) => Self::Integer(value),
            Datum::Float(value) => Self::Float(value),
            Datum::Text(text) => Self::Text(text.into()),
            Datum::Array(items) => Self::Array(all(items)?),
            Datum::Set(items) => Self::Set(all(items)?),
            Datum::Object(Members::Made(members)) => {
                let members =
                    members.iter().map(|(key, value)| Some((Self::of_datum(*key)?, Self::of_datum(*value)?)));
                Self::Object(members.collect::<Option<_>>()?)
            }
            Datum::Object(Members::Constants(members)) => Self::Object(members.to_vec()),
            Datum::Time(_) | Datum::Date(_) | Datum::Object(_) => return None,
        })
    }

    /// The order in which the engine has two values.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        compare(self.datum(), other.datum(), &Bump::new()).ok()
    }

    fn order(&self, other: &Self) -> Ordering {
        // Nothing in a constant has to be put into words to be compared.
        self.compare(other).unwrap_or(Ordering::Equal)
    }
}
