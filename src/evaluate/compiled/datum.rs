//! Values while a compiled rule runs: looked at where they stand, and made only where a rule makes them.

use std::borrow::Cow;
use std::cmp::Ordering;

use bumpalo::Bump;

use super::Unsure;
use super::constant::Constant;
use crate::model::{CalendarDate, Elements, Record, Timestamp, Tree, View, Viewed as _};

/// A value. What is undefined is no value.
#[derive(Clone, Copy)]
pub(super) enum Datum<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(&'a str),
    /// A text: RFC 3339 in UTC.
    Time(Timestamp),
    /// A text: `YYYY-MM-DD`.
    Date(CalendarDate),
    Array(Items<'a>),
    /// Sorted, each element once.
    Set(Items<'a>),
    Object(Members<'a>),
}

/// Elements of an array or set.
#[derive(Clone, Copy)]
pub(super) enum Items<'a> {
    Made(&'a [Datum<'a>]),
    List(&'a dyn Elements),
    Trees(&'a [Tree<'a>]),
    Constants(&'a [Constant]),
}

/// Members of an object.
#[derive(Clone, Copy)]
pub(super) enum Members<'a> {
    /// Sorted by key.
    Made(&'a [(Datum<'a>, Datum<'a>)]),
    Record(&'a dyn Record),
    Tree(&'a [(Cow<'a, str>, Tree<'a>)]),
    Constants(&'a [(Constant, Constant)]),
}

impl<'a> Datum<'a> {
    /// A value of a payload; `None` where there is none.
    pub(super) fn of_view(view: View<'a>) -> Result<Option<Self>, Unsure> {
        Ok(Some(match view {
            View::Absent => return Ok(None),
            View::Null => Datum::Null,
            View::Boolean(value) => Datum::Boolean(value),
            View::Integer(value) => Datum::Integer(value),
            View::Text(text) => Datum::Text(text),
            View::Time(time) => Datum::Time(time),
            View::Date(date) => Datum::Date(date),
            View::List(elements) => Datum::Array(Items::List(elements)),
            View::Record(record) => Datum::Object(Members::Record(record)),
            View::Tree(tree) => return Self::of_tree(tree).map(Some),
        }))
    }

    fn of_tree(tree: &'a Tree<'a>) -> Result<Self, Unsure> {
        Ok(match tree {
            Tree::Null => Datum::Null,
            Tree::Boolean(value) => Datum::Boolean(*value),
            Tree::Integer(value) => Datum::Integer(*value),
            // The engine's largest integers have no end.
            Tree::Unsigned(_) => return Err(Unsure),
            Tree::Float(value) => Datum::Float(*value),
            Tree::Text(text) => Datum::Text(text),
            Tree::List(elements) => Datum::Array(Items::Trees(elements)),
            Tree::Object(members) => Datum::Object(Members::Tree(members)),
        })
    }

    /// The text of a text.
    pub(super) fn text(self, bump: &'a Bump) -> Option<&'a str> {
        match self {
            Datum::Text(text) => Some(text),
            Datum::Time(time) => Some(bump.alloc_str(&time.to_rfc3339())),
            Datum::Date(date) => Some(bump.alloc_str(&date.to_string())),
            _ => None,
        }
    }

    /// What is under a key of an array, set or object.
    pub(super) fn under(self, key: Datum<'a>, bump: &'a Bump) -> Result<Option<Self>, Unsure> {
        match self {
            Datum::Array(items) => match key {
                Datum::Integer(index) => match usize::try_from(index) {
                    Ok(index) => items.get(index),
                    Err(_) => Ok(None),
                },
                // Perhaps a whole number.
                Datum::Float(_) => Err(Unsure),
                _ => Ok(None),
            },
            Datum::Set(items) => {
                let found = find(items.count(), key, bump, |index| items.get(index))?;
                Ok(found.map(|_| key))
            }
            Datum::Object(members) => members.get(key, bump),
            _ => Ok(None),
        }
    }
}

impl<'a> Items<'a> {
    pub(super) fn count(self) -> usize {
        match self {
            Items::Made(items) => items.len(),
            Items::List(elements) => elements.count(),
            Items::Trees(trees) => trees.len(),
            Items::Constants(constants) => constants.len(),
        }
    }

    pub(super) fn get(self, index: usize) -> Result<Option<Datum<'a>>, Unsure> {
        match self {
            Items::Made(items) => Ok(items.get(index).copied()),
            Items::List(elements) => Datum::of_view(elements.element(index)),
            Items::Trees(trees) => trees.get(index).map(Datum::of_tree).transpose(),
            Items::Constants(constants) => Ok(constants.get(index).map(Constant::datum)),
        }
    }

    /// One after the other.
    pub(super) fn each(
        self,
        mut show: impl FnMut(usize, Datum<'a>) -> Result<(), Unsure>,
    ) -> Result<(), Unsure> {
        for index in 0..self.count() {
            if let Some(item) = self.get(index)? {
                show(index, item)?;
            }
        }
        Ok(())
    }
}

impl<'a> Members<'a> {
    /// The members, sorted by key as the engine sorts them.
    pub(super) fn sorted(self, bump: &'a Bump) -> Result<&'a [(Datum<'a>, Datum<'a>)], Unsure> {
        let mut members = bumpalo::collections::Vec::new_in(bump);
        match self {
            Members::Made(members) => return Ok(members),
            Members::Constants(constants) => {
                members.extend(constants.iter().map(|(key, value)| (key.datum(), value.datum())));
            }
            Members::Tree(tree) => {
                for (name, value) in tree {
                    members.push((Datum::Text(name), Datum::of_tree(value)?));
                }
            }
            Members::Record(record) => {
                let mut named: Vec<(&'a str, View<'a>)> = Vec::new();
                for (number, (name, _)) in record.members().iter().enumerate() {
                    let view = record.member(number);
                    if !matches!(view, View::Absent) {
                        named.push((name, view));
                    }
                }
                named.extend(record.unknown().iter().map(|(name, value)| (name, value.view())));
                named.sort_unstable_by_key(|(name, _)| *name);
                for (name, view) in named {
                    if let Some(value) = Datum::of_view(view)? {
                        members.push((Datum::Text(name), value));
                    }
                }
            }
        }
        Ok(members.into_bump_slice())
    }

    pub(super) fn count(self) -> usize {
        match self {
            Members::Made(members) => members.len(),
            Members::Constants(constants) => constants.len(),
            Members::Tree(tree) => tree.len(),
            Members::Record(record) => {
                let is_there = |number: &usize| !matches!(record.member(*number), View::Absent);
                (0..record.members().len()).filter(is_there).count() + record.unknown().iter().count()
            }
        }
    }

    pub(super) fn get(self, key: Datum<'a>, bump: &'a Bump) -> Result<Option<Datum<'a>>, Unsure> {
        match (self, key) {
            (Members::Made(members), key) => {
                let found =
                    find(members.len(), key, bump, |index| Ok(members.get(index).map(|(key, _)| *key)))?;
                Ok(found.and_then(|index| members.get(index)).map(|(_, value)| *value))
            }
            (Members::Constants(constants), key) => {
                let name = |index: usize| Ok(constants.get(index).map(|(key, _)| key.datum()));
                let found = find(constants.len(), key, bump, name)?;
                Ok(found.and_then(|index| constants.get(index)).map(|(_, value)| value.datum()))
            }
            (Members::Record(record), key) => match key.text(bump) {
                Some(name) => Datum::of_view(View::Record(record).named(name)),
                None => Ok(None),
            },
            (Members::Tree(members), key) => {
                let Some(name) = key.text(bump) else { return Ok(None) };
                let at = members.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok();
                at.and_then(|at| members.get(at)).map(|(_, value)| Datum::of_tree(value)).transpose()
            }
        }
    }
}

/// Where a sorted list has a value.
fn find<'a>(
    count: usize,
    wanted: Datum<'a>,
    bump: &'a Bump,
    at: impl Fn(usize) -> Result<Option<Datum<'a>>, Unsure>,
) -> Result<Option<usize>, Unsure> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        let Some(item) = at(middle)? else { return Err(Unsure) };
        match compare(item, wanted, bump)? {
            Ordering::Less => low = middle + 1,
            Ordering::Equal => return Ok(Some(middle)),
            Ordering::Greater => high = middle,
        }
    }
    Ok(None)
}

/// Whether two values are equal, as the engine sees it.
pub(super) fn equal<'a>(a: Datum<'a>, b: Datum<'a>, bump: &'a Bump) -> Result<bool, Unsure> {
    Ok(match (a, b) {
        (Datum::Null, Datum::Null) => true,
        (Datum::Boolean(a), Datum::Boolean(b)) => a == b,
        (Datum::Integer(a), Datum::Integer(b)) => a == b,
        (Datum::Text(a), Datum::Text(b)) => a == b,
        // One instant has one text.
        (Datum::Time(a), Datum::Time(b)) => a == b,
        (Datum::Date(a), Datum::Date(b)) => a == b,
        (Datum::Array(a), Datum::Array(b)) => {
            if a.count() != b.count() {
                return Ok(false);
            }
            compare_items(a, b, bump)? == Ordering::Equal
        }
        (a, b) => rank(a) == rank(b) && compare(a, b, bump)? == Ordering::Equal,
    })
}

/// Kinds in the order in which the engine sorts them.
const fn rank(value: Datum<'_>) -> u8 {
    match value {
        Datum::Null => 0,
        Datum::Boolean(_) => 1,
        Datum::Integer(_) | Datum::Float(_) => 2,
        Datum::Text(_) | Datum::Time(_) | Datum::Date(_) => 3,
        Datum::Array(_) => 4,
        Datum::Set(_) => 5,
        Datum::Object(_) => 6,
    }
}

/// The order of two values, as the engine sees it.
pub(super) fn compare<'a>(a: Datum<'a>, b: Datum<'a>, bump: &'a Bump) -> Result<Ordering, Unsure> {
    Ok(match (a, b) {
        (Datum::Boolean(a), Datum::Boolean(b)) => a.cmp(&b),
        (Datum::Integer(a), Datum::Integer(b)) => a.cmp(&b),
        (Datum::Integer(a), Datum::Float(b)) => float_to_integer(b, a).reverse(),
        (Datum::Float(a), Datum::Integer(b)) => float_to_integer(a, b),
        // JSON has no number that is none.
        (Datum::Float(a), Datum::Float(b)) => a.partial_cmp(&b).ok_or(Unsure)?,
        (Datum::Array(a), Datum::Array(b)) | (Datum::Set(a), Datum::Set(b)) => compare_items(a, b, bump)?,
        (Datum::Object(a), Datum::Object(b)) => {
            let (a, b) = (a.sorted(bump)?, b.sorted(bump)?);
            for ((key_a, value_a), (key_b, value_b)) in a.iter().zip(b) {
                match compare(*key_a, *key_b, bump)? {
                    Ordering::Equal => {}
                    other => return Ok(other),
                }
                match compare(*value_a, *value_b, bump)? {
                    Ordering::Equal => {}
                    other => return Ok(other),
                }
            }
            a.len().cmp(&b.len())
        }
        (a, b) => match (a.text(bump), b.text(bump)) {
            (Some(a), Some(b)) => a.cmp(b),
            _ => rank(a).cmp(&rank(b)),
        },
    })
}

fn compare_items<'a>(a: Items<'a>, b: Items<'a>, bump: &'a Bump) -> Result<Ordering, Unsure> {
    for index in 0..a.count().min(b.count()) {
        let (Some(a), Some(b)) = (a.get(index)?, b.get(index)?) else { return Err(Unsure) };
        match compare(a, b, bump)? {
            Ordering::Equal => {}
            other => return Ok(other),
        }
    }
    Ok(a.count().cmp(&b.count()))
}

/// The order of a double and an integer, neither of them rounded.
fn float_to_integer(float: f64, integer: i64) -> Ordering {
    #[expect(clippy::cast_precision_loss, reason = "2^63 is a double")]
    let end = i64::MAX as f64;
    if float >= end {
        return Ordering::Greater;
    }
    if float < -end {
        return Ordering::Less;
    }
    #[expect(clippy::cast_possible_truncation, reason = "within 64 bits")]
    let whole = float.trunc() as i64;
    let part = float - float.trunc();
    whole.cmp(&integer).then(part.partial_cmp(&0.0).unwrap_or(Ordering::Equal))
}

/// The elements of a set: sorted, each once.
pub(super) fn sorted_set<'a>(mut items: Vec<Datum<'a>>, bump: &'a Bump) -> Result<Datum<'a>, Unsure> {
    sort(&mut items, bump)?;
    let mut kept = bumpalo::collections::Vec::with_capacity_in(items.len(), bump);
    for item in items {
        match kept.last() {
            Some(last) if equal(*last, item, bump)? => {}
            _ => kept.push(item),
        }
    }
    Ok(Datum::Set(Items::Made(kept.into_bump_slice())))
}

/// Sorts values as the engine does.
pub(super) fn sort<'a>(items: &mut [Datum<'a>], bump: &'a Bump) -> Result<(), Unsure> {
    let mut failed = false;
    items.sort_by(|a, b| {
        compare(*a, *b, bump).unwrap_or_else(|Unsure| {
            failed = true;
            Ordering::Equal
        })
    });
    if failed { Err(Unsure) } else { Ok(()) }
}
