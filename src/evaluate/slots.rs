//! The values of one resource that rules look at, each under a number.
//!
//! The rules of an operation look at the same few values again and again, so each is gone to once for a resource.

use bumpalo::Bump;

use super::{Payload, Source};
use crate::model::{Envelope, Hop, Layout, Resource, View};
use crate::operation::Operation;

/// A value of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Slot(usize);

impl Slot {
    /// `input.resource`
    pub(super) const RESOURCE: Self = Self(0);
    /// `input.payload`
    pub(super) const PAYLOAD: Self = Self(1);
    /// `input.source`
    pub(super) const SOURCE: Self = Self(2);

    /// A bit for it; `None` where there are more slots than bits.
    pub(super) fn bit(self) -> Option<u128> {
        u32::try_from(self.0).ok().and_then(|at| 1_u128.checked_shl(at))
    }

    /// The document of this name.
    pub(super) fn root(name: &str) -> Option<Self> {
        match name {
            "resource" => Some(Self::RESOURCE),
            "payload" => Some(Self::PAYLOAD),
            "source" => Some(Self::SOURCE),
            _ => None,
        }
    }
}

/// How to go to every value that is looked at.
#[derive(Debug)]
pub(super) struct Slots {
    /// What documents say of each value.
    layouts: Vec<&'static Layout>,
    /// For each behind the three documents, the value that it is in, which stands before it, and the step to it.
    steps: Vec<(Slot, Hop)>,
    /// The same by the values that they are in, once all are known.
    within: Vec<Within>,
}

/// The values in one that are looked at.
#[derive(Debug)]
struct Within {
    slot: Slot,
    /// Numbers of documented members, and the slots that they go to.
    members: Vec<(usize, usize)>,
    /// Other steps.
    others: Vec<(Hop, usize)>,
}

/// The documents.
const DOCUMENTS: usize = 3;

impl Slots {
    /// No value yet but the documents themselves.
    pub(super) fn new(operation: Operation) -> Self {
        let source = &Layout::Record(Source::MEMBERS);
        Self {
            layouts: vec![Resource::layout(operation), Envelope::layout(operation), source],
            steps: Vec::new(),
            within: Vec::new(),
        }
    }

    /// What documents say of a value.
    pub(super) fn layout(&self, slot: Slot) -> &'static Layout {
        self.layouts.get(slot.0).copied().unwrap_or(&Layout::Any)
    }

    /// The member of a value.
    pub(super) fn member(&mut self, slot: Slot, name: &str) -> Slot {
        let (hop, layout) = self.layout(slot).member(name);
        self.hop(slot, hop, layout)
    }

    /// The element of a list.
    pub(super) fn element(&mut self, slot: Slot, index: usize) -> Slot {
        let layout = self.layout(slot).element();
        self.hop(slot, Hop::Index(index), layout)
    }

    fn hop(&mut self, slot: Slot, hop: Hop, layout: &'static Layout) -> Slot {
        let step = (slot, hop);
        if let Some(at) = self.steps.iter().position(|known| *known == step) {
            return Slot(DOCUMENTS + at);
        }
        self.steps.push(step);
        self.layouts.push(layout);
        Slot(self.layouts.len() - 1)
    }

    /// Goes to all values of a resource, see [`Slots::finish`].
    pub(super) fn fill<'a>(
        &self,
        resource: &'a Resource<'_>,
        payload: Payload<'a>,
        source: &'a Source<'a>,
        bump: &'a Bump,
    ) -> Views<'a> {
        let views = bump.alloc_slice_fill_copy(self.layouts.len(), View::Absent);
        if let Some(documents) = views.first_chunk_mut::<DOCUMENTS>() {
            *documents = [resource.view(), payload.view(), View::Record(source)];
        }
        for Within { slot, members, others } in &self.within {
            let value = views.get(slot.0).copied().unwrap_or(View::Absent);
            if let View::Record(record) = value {
                record.see(members, views);
            }
            for (hop, index) in others {
                if let Some(view) = views.get_mut(*index) {
                    *view = value.hop(hop);
                }
            }
        }
        Views::new(views)
    }

    /// Gets ready to go to all values that are known by now.
    pub(super) fn finish(&mut self) {
        self.within.clear();
        for (at, (slot, hop)) in self.steps.iter().enumerate() {
            let index = DOCUMENTS + at;
            let known = self.within.iter().position(|within| within.slot == *slot);
            let at = known.unwrap_or_else(|| {
                self.within.push(Within { slot: *slot, members: Vec::new(), others: Vec::new() });
                self.within.len() - 1
            });
            let Some(within) = self.within.get_mut(at) else { continue };
            match hop {
                Hop::Member(number) => within.members.push((*number, index)),
                hop => within.others.push((hop.clone(), index)),
            }
        }
        // What a value is in stands before it.
        self.within.sort_by_key(|within| within.slot);
    }
}

/// The values of one resource.
#[derive(Clone, Copy)]
pub(super) struct Views<'a> {
    views: &'a [View<'a>],
    /// The slots that are absent or null; of those that fit, see [`Slot::bit`].
    bare: u128,
}

impl<'a> Views<'a> {
    /// Of no resource.
    pub(super) const NONE: Self = Self { views: &[], bare: 0 };

    fn new(views: &'a [View<'a>]) -> Self {
        let bits = views.iter().zip(0..u128::BITS);
        let bare = bits.map(|(view, bit)| u128::from(matches!(view, View::Absent | View::Null)) << bit);
        Self { views, bare: bare.fold(0, std::ops::BitOr::bitor) }
    }

    /// One of them.
    pub(super) fn get(self, slot: Slot) -> &'a View<'a> {
        self.views.get(slot.0).unwrap_or(&View::Absent)
    }

    /// Whether any of these is absent or null.
    pub(super) const fn any_is_bare(self, slots: u128) -> bool {
        self.bare & slots != 0
    }
}
