//! Remembering what a rule said of values that it has seen before.
//!
//! # What this relies on
//!
//! Rego is pure: with the clock and the params fixed, what a rule says of a resource hangs on nothing but the values that
//! it looks at. So where those are the same as before, it says the same. Whoever changes anything here must keep that:
//!
//! - **The key holds all that may be looked at**: what the read set names, each value with all that is in it, and of
//!   what is around it whether it is there. Where the read set does not know what is read, there is no key.
//! - **Keys are compared whole**, and not by their hash. Texts are in them as numbers that stand for one text each.
//! - **A value that has no exact form here has no key**: a number beyond 64 bits, a large list, one text too many.
//! - **Errors are not remembered**: a time-out says nothing about the next time.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::FixedState;

use super::Outcome;
use super::slots::{Slot, Slots, Views};
use crate::model::{Layout, Tree, View, Viewed as _};
use crate::policy::{ReadNode, Step};

/// Outcomes that are kept for a rule.
const MOST_OUTCOMES: usize = 4096;
/// Words of a key.
const MOST_WORDS: usize = 96;
/// Texts that are known, and bytes of all of them.
const MOST_TEXTS: usize = 1 << 16;
const MOST_TEXT_BYTES: usize = 4 << 20;
/// Look-ups after which a rule that seldom finds anything stops looking; then one in so many must have been found.
const TRIAL: u32 = 512;
const ENOUGH: u32 = 3;

/// How closely a value is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closely {
    /// Whether it is there, and something may be in it.
    Kind,
    /// All that is in it.
    Content,
}

/// A value that a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) slot: Slot,
    pub(super) closely: Closely,
}

/// Where all stands that a rule's outcome hangs on, by what it reads of its input; `None` where that is not known.
pub(super) fn places(reads: &ReadNode, slots: &mut Slots) -> Option<Vec<Place>> {
    if reads.any_below || reads.whole || reads.looked_at {
        return None;
    }
    let mut places = Vec::new();
    for (step, node) in &reads.children {
        match step {
            // They are fixed for a run.
            Step::Key(name) if name == "params" => {}
            Step::Key(name) => below(node, Slot::root(name)?, slots, &mut places),
            Step::Index(_) | Step::Each => return None,
        }
    }
    Some(places)
}

fn below(node: &ReadNode, slot: Slot, slots: &mut Slots, places: &mut Vec<Place>) {
    let is_gone_through = !node.children.is_empty()
        && node.children.iter().all(|(step, _)| matches!(step, Step::Key(_)))
        && !(node.any_below || node.whole || node.looked_at)
        && matches!(slots.layout(slot), Layout::Record(_));
    if !is_gone_through {
        return places.push(Place { slot, closely: Closely::Content });
    }
    places.push(Place { slot, closely: Closely::Kind });
    for (step, child) in &node.children {
        if let Step::Key(name) = step {
            let member = slots.member(slot, name);
            below(child, member, slots, places);
        }
    }
}

/// Puts the values of one resource into words, each place once for all rules.
pub(super) struct Encoder {
    places: Vec<Place>,
    /// The words of each place of the resource at hand, where they are known.
    known: Vec<Known>,
    words: Vec<u64>,
    texts: Texts,
    /// Whether anything is known of the resource at hand.
    is_used: bool,
}

#[derive(Clone, Debug)]
enum Known {
    NotYet,
    None,
    Words(Range<usize>),
}

impl Encoder {
    pub(super) fn new() -> Self {
        Self {
            places: Vec::new(),
            known: Vec::new(),
            words: Vec::new(),
            texts: Texts::default(),
            is_used: false,
        }
    }

    /// The number of a place.
    fn place(&mut self, place: Place) -> usize {
        if let Some(number) = self.places.iter().position(|known| *known == place) {
            return number;
        }
        self.places.push(place);
        self.known.push(Known::NotYet);
        self.places.len() - 1
    }

    /// Another resource.
    pub(super) fn begin(&mut self) {
        if self.is_used {
            self.words.clear();
            self.known.fill(Known::NotYet);
            self.is_used = false;
        }
    }

    /// Puts the words of places behind each other; whether all have some.
    fn key(&mut self, places: &[usize], views: Views<'_>, key: &mut Vec<u64>) -> bool {
        key.clear();
        self.is_used = true;
        for &number in places {
            if matches!(self.known.get(number), Some(Known::NotYet)) {
                self.encode(number, views);
            }
            match self.known.get(number) {
                Some(Known::Words(range)) => {
                    key.extend_from_slice(self.words.get(range.clone()).unwrap_or_default());
                }
                _ => return false,
            }
        }
        key.len() <= MOST_WORDS
    }

    fn encode(&mut self, number: usize, views: Views<'_>) {
        let (Some(place), Some(known)) = (self.places.get(number), self.known.get_mut(number)) else {
            return;
        };
        let view = *views.get(place.slot);
        let start = self.words.len();
        let mut words = Words { all: &mut self.words, texts: &mut self.texts, start };
        let told = match place.closely {
            Closely::Kind => {
                words.kind(view);
                Some(())
            }
            Closely::Content => words.content(view),
        };
        *known = if told.is_some() { Known::Words(start..self.words.len()) } else { Known::None };
    }
}

/// Kinds of words. A word is a kind in its lowest bits, and a value above them.
mod kind {
    pub(super) const ABSENT: u64 = 0;
    pub(super) const NULL: u64 = 1;
    pub(super) const BOOLEAN: u64 = 2;
    pub(super) const INTEGER: u64 = 3;
    /// An integer that takes a word of its own, which follows.
    pub(super) const LARGE: u64 = 4;
    pub(super) const TEXT: u64 = 5;
    /// Followed by so many elements.
    pub(super) const LIST: u64 = 6;
    /// Followed by so many members; of a record all, of any other object each with its name.
    pub(super) const RECORD: u64 = 7;
    pub(super) const OBJECT: u64 = 8;
    /// A double, whose bits follow.
    pub(super) const FLOAT: u64 = 9;
    /// A time, whose nanoseconds follow.
    pub(super) const TIME: u64 = 10;
    /// Any value of its kind, of which no more is told.
    pub(super) const ANY: u64 = 11;
    pub(super) const BITS: u32 = 4;
}

struct Words<'w> {
    all: &'w mut Vec<u64>,
    texts: &'w mut Texts,
    start: usize,
}

impl Words<'_> {
    fn push(&mut self, kind: u64, value: u64) {
        self.all.push(kind | (value << kind::BITS));
    }

    /// Of which kind a value is, as far as `null`, `true` and `false` tell kinds apart.
    fn kind(&mut self, view: View<'_>) {
        match view {
            View::Absent => self.push(kind::ABSENT, 0),
            View::Null => self.push(kind::NULL, 0),
            View::Boolean(value) => self.push(kind::BOOLEAN, u64::from(value)),
            _ => self.push(kind::ANY, 0),
        }
    }

    fn content(&mut self, view: View<'_>) -> Option<()> {
        if self.all.len() - self.start > MOST_WORDS {
            return None;
        }
        match view {
            View::Absent => self.push(kind::ABSENT, 0),
            View::Null => self.push(kind::NULL, 0),
            View::Boolean(value) => self.push(kind::BOOLEAN, u64::from(value)),
            View::Integer(value) => self.integer(value),
            View::Text(text) => {
                let number = self.texts.number(text)?;
                self.push(kind::TEXT, number);
            }
            View::Time(time) => {
                self.push(kind::TIME, 0);
                self.all.push(time.utc().timestamp_nanos_opt()?.cast_unsigned());
            }
            View::Date(date) => {
                let number = self.texts.number(&date.to_string())?;
                self.push(kind::TEXT, number);
            }
            View::List(elements) => {
                let count = elements.count();
                self.push(kind::LIST, count as u64);
                for index in 0..count {
                    self.content(elements.element(index))?;
                }
            }
            View::Record(record) => {
                if !record.unknown().is_empty() {
                    return None;
                }
                let count = record.members().len();
                self.push(kind::RECORD, count as u64);
                for number in 0..count {
                    self.content(record.member(number))?;
                }
            }
            View::Tree(tree) => self.tree(tree)?,
        }
        Some(())
    }

    fn integer(&mut self, value: i64) {
        let room = 64 - kind::BITS;
        if (value << kind::BITS) >> kind::BITS == value {
            self.push(kind::INTEGER, value.cast_unsigned() & (u64::MAX >> (64 - room)));
        } else {
            self.push(kind::LARGE, 0);
            self.all.push(value.cast_unsigned());
        }
    }

    fn tree(&mut self, tree: &Tree<'_>) -> Option<()> {
        match tree {
            Tree::List(elements) => {
                self.push(kind::LIST, elements.len() as u64);
                for element in elements {
                    self.content(element.view())?;
                }
            }
            Tree::Object(members) => {
                self.push(kind::OBJECT, members.len() as u64);
                for (name, value) in members {
                    let number = self.texts.number(name)?;
                    self.push(kind::TEXT, number);
                    self.content(value.view())?;
                }
            }
            Tree::Float(value) => {
                self.push(kind::FLOAT, 0);
                self.all.push(value.to_bits());
            }
            Tree::Unsigned(_) => return None,
            Tree::Null | Tree::Boolean(_) | Tree::Integer(_) | Tree::Text(_) => self.content(tree.view())?,
        }
        Some(())
    }
}

/// Texts and the numbers that stand for them.
#[derive(Default)]
struct Texts {
    numbers: HashMap<Box<str>, u64, FixedState>,
    bytes: usize,
}

impl Texts {
    fn number(&mut self, text: &str) -> Option<u64> {
        if let Some(number) = self.numbers.get(text) {
            return Some(*number);
        }
        let number = self.numbers.len();
        self.bytes += text.len();
        if number >= MOST_TEXTS || self.bytes > MOST_TEXT_BYTES {
            return None;
        }
        self.numbers.insert(text.into(), number as u64);
        Some(number as u64)
    }
}

/// What one rule has said.
pub(super) struct Memo {
    /// What its outcomes hang on.
    places: Vec<usize>,
    outcomes: HashMap<Box<[u64]>, Outcome, FixedState>,
    key: Vec<u64>,
    looked_up: u32,
    found: u32,
}

/// Whether an outcome is known.
pub(super) enum Remembered<'m> {
    Outcome(&'m Outcome),
    /// It may be [put down](Memo::put) for the next time.
    Unknown,
    /// There is no key.
    Never,
}

impl Memo {
    /// Of a rule whose outcomes hang on the values at some places.
    pub(super) fn new(places: Vec<Place>, encoder: &mut Encoder) -> Self {
        let mut places: Vec<usize> = places.into_iter().map(|place| encoder.place(place)).collect();
        places.sort_unstable();
        places.dedup();
        Self { places, outcomes: HashMap::default(), key: Vec::new(), looked_up: 0, found: 0 }
    }

    /// The outcome for the values of a resource.
    pub(super) fn get(&mut self, encoder: &mut Encoder, views: Views<'_>) -> Remembered<'_> {
        if self.looked_up >= TRIAL && self.found < self.looked_up / ENOUGH {
            return Remembered::Never;
        }
        if self.looked_up == TRIAL {
            // From time to time anew: another part of a fleet may repeat itself less, or more.
            self.looked_up = TRIAL / 2;
            self.found /= 2;
        }
        self.looked_up += 1;
        if !encoder.key(&self.places, views, &mut self.key) {
            return Remembered::Never;
        }
        match self.outcomes.get(self.key.as_slice()) {
            Some(outcome) => {
                self.found += 1;
                Remembered::Outcome(outcome)
            }
            None => Remembered::Unknown,
        }
    }

    /// Keeps the outcome for the values that were looked up last.
    pub(super) fn put(&mut self, outcome: &Outcome) {
        if self.outcomes.len() < MOST_OUTCOMES && !matches!(outcome, Outcome::Error(_)) {
            self.outcomes.insert(self.key.as_slice().into(), outcome.clone());
        }
    }
}
