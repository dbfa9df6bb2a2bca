//! One payload, as far as it matters for whether its snapshot is complete.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};

use crate::operation::{Operation, Paging};
use crate::source::{Excerpt, Place};

/// What a payload says about its place in the whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// Token of the next page.
    pub next_token: Option<Box<str>>,
    /// Number of this page, from 1.
    pub page_number: Option<i64>,
    /// Most resources on a page.
    pub page_size: Option<i64>,
    /// Resources on this page, as the payload states it.
    pub stated_count: Option<u64>,
    /// Resources on all pages, as the payload states it.
    pub stated_total: Option<u64>,
}

/// A payload that was read.
#[derive(Clone, Debug)]
pub struct Page {
    /// The operation that it answers.
    pub operation: Operation,
    /// Index of its document in its file; `None` where the file is one document.
    pub document: Option<u64>,
    /// Where it begins.
    pub place: Place,
    /// Resources in it.
    pub resources: u64,
    /// What it says about the whole.
    pub facts: PageFacts,
    /// Whether these are resources without a payload around them.
    pub bare: bool,
    /// Hashes of the identities of its resources; needed only where it is not whole.
    pub identities: Vec<u64>,
    /// The oldest and the newest time that its resources were observed at.
    pub observed: Option<RangeInclusive<DateTime<Utc>>>,
    /// When it was received, where it says so.
    pub captured: Option<DateTime<Utc>>,
    /// The value that tells whether it is whole, with the lines around it.
    pub mark: Option<Box<(Place, Excerpt)>>,
}

/// Whether a payload is a whole answer by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wholeness {
    /// It is.
    Whole,
    /// It says nothing that would tell.
    Unverified,
    /// It is one page of several, or contradicts itself.
    Part,
}

impl Page {
    /// Whether it is a whole answer by itself.
    ///
    /// A last page of a token chain looks whole: nothing in it tells that others came before.
    pub fn wholeness(&self) -> Wholeness {
        if self.bare {
            return Wholeness::Unverified;
        }
        match self.operation.paging() {
            Paging::Whole => Wholeness::Whole,
            Paging::Token if self.facts.next_token.is_none() => Wholeness::Whole,
            Paging::Token => Wholeness::Part,
            Paging::Numbered | Paging::Total => match self.facts.stated_total {
                None => Wholeness::Unverified,
                Some(total) if total == self.resources && self.facts.page_number.is_none_or(|n| n <= 1) => {
                    Wholeness::Whole
                }
                Some(_) => Wholeness::Part,
            },
        }
    }

    /// The newest time of its own that it holds.
    pub fn newest(&self) -> Option<DateTime<Utc>> {
        self.observed.as_ref().map(|range| *range.end()).max(self.captured)
    }
}

/// The hull of two ranges of time.
pub fn hull(
    one: Option<RangeInclusive<DateTime<Utc>>>,
    other: Option<RangeInclusive<DateTime<Utc>>>,
) -> Option<RangeInclusive<DateTime<Utc>>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(*one.start().min(other.start())..=*one.end().max(other.end())),
        (one, other) => one.or(other),
    }
}
