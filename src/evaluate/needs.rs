//! Whether all is there that a rule reads, quickly: [`missing`](super::presence::missing) says what is not.

use super::presence::needs_more;
use super::slots::{Slot, Slots, Views};
use crate::model::{Hop, Layout, Tree, View, Viewed as _};
use crate::policy::{ReadNode, Step};

/// What must be there of a value for a pass to be trusted; what never matters is left out.
///
/// It relies on saying less often than `missing` that all is there, never more often: every flag is worked out from the
/// same node by the same conditions. Whoever changes one changes the other.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// Absence of the value itself matters.
    of_absent: bool,
    /// Null in its place matters.
    of_null: bool,
    /// Numbers of elements that it may have; any where there are none.
    lengths: Vec<usize>,
    below: Vec<(Way, Self)>,
}

/// What must be there by the needs of several rules, if that is but single values that have been gone to.
#[derive(Debug, Default)]
pub(super) struct AllNeeds {
    values: Vec<NeededValue>,
}

#[derive(Debug)]
struct NeededValue {
    slot: Slot,
    of_absent: bool,
    of_null: bool,
}

impl AllNeeds {
    /// Adds the needs of a rule; whether they are of that kind.
    pub(super) fn add(&mut self, needs: &Needs) -> bool {
        let is_plain = needs.is_plain();
        if is_plain {
            self.add_below(needs);
        }
        is_plain
    }

    fn add_below(&mut self, needs: &Needs) {
        for (way, needs) in &needs.below {
            let Way::Slot(slot) = way else { continue };
            if needs.of_absent || needs.of_null {
                let known = self.values.iter().position(|value| value.slot == *slot);
                let at = known.unwrap_or_else(|| {
                    self.values.push(NeededValue { slot: *slot, of_absent: false, of_null: false });
                    self.values.len() - 1
                });
                if let Some(value) = self.values.get_mut(at) {
                    value.of_absent |= needs.of_absent;
                    value.of_null |= needs.of_null;
                }
            }
            self.add_below(needs);
        }
    }

    /// Whether the needs of every one of the rules are met. Where they are not, those of some may be.
    pub(super) fn are_met(&self, views: Views<'_>) -> bool {
        self.values.iter().all(|value| match views.get(value.slot) {
            View::Absent => !value.of_absent,
            View::Null => !value.of_null,
            _ => true,
        })
    }
}

/// How to go to a value within.
#[derive(Debug)]
enum Way {
    /// It has been gone to.
    Slot(Slot),
    Hop(Hop),
    /// To every element; and, but for `only_elements`, to every member.
    Each {
        only_elements: bool,
    },
}

/// Where a value stands of which is said what must be there.
enum At<'s> {
    Slot(&'s mut Slots, Slot),
    Within(&'static Layout),
}

impl Needs {
    /// What must be there of the input of a rule.
    pub(super) fn new(reads: &ReadNode, slots: &mut Slots) -> Self {
        let documents = reads.children.iter().filter_map(|(step, child)| {
            let Step::Key(name) = step else { return None };
            let slot = Slot::root(name)?;
            let needs = Self::of(child, At::Slot(&mut *slots, slot));
            (!needs.is_nothing()).then_some((Way::Slot(slot), needs))
        });
        Self { below: documents.collect(), ..Self::default() }
    }

    fn of(node: &ReadNode, mut at: At<'_>) -> Self {
        let below = node.children.iter().filter_map(|(step, child)| {
            let (way, needs) = match (step, &mut at) {
                (Step::Key(key), At::Slot(slots, slot)) => {
                    let slot = slots.member(*slot, key);
                    (Way::Slot(slot), Self::of(child, At::Slot(slots, slot)))
                }
                (Step::Key(key), At::Within(layout)) => {
                    let (hop, layout) = layout.member(key);
                    (Way::Hop(hop), Self::of(child, At::Within(layout)))
                }
                (Step::Index(index), At::Slot(slots, slot)) => {
                    let slot = slots.element(*slot, *index);
                    (Way::Slot(slot), Self::of(child, At::Slot(slots, slot)))
                }
                (Step::Index(index), At::Within(layout)) => {
                    (Way::Hop(Hop::Index(*index)), Self::of(child, At::Within(layout.element())))
                }
                (Step::Each, at) => {
                    let layout = match at {
                        At::Slot(slots, slot) => slots.layout(*slot),
                        At::Within(layout) => layout,
                    };
                    let only_elements = child.only_elements;
                    (Way::Each { only_elements }, Self::of(child, At::Within(layout.element())))
                }
            };
            (!needs.is_nothing()).then_some((way, needs))
        });
        let below = below.collect();
        Self {
            of_absent: absence_matters(node),
            of_null: !node.null_is_handled
                && (node.null_matters || needs_more(node) || nothing_below_matters(node)),
            lengths: node.lengths.clone(),
            below,
        }
    }

    /// Whether it says only of values that have been gone to that they must be there.
    fn is_plain(&self) -> bool {
        self.lengths.is_empty()
            && self.below.iter().all(|(way, needs)| matches!(way, Way::Slot(_)) && needs.is_plain())
    }

    const fn is_nothing(&self) -> bool {
        !self.of_absent && !self.of_null && self.lengths.is_empty() && self.below.is_empty()
    }

    /// Whether all is there of what is read of the input.
    pub(super) fn are_met(&self, views: Views<'_>) -> bool {
        self.are_met_below(View::Absent, views)
    }

    fn are_met_below(&self, view: View<'_>, views: Views<'_>) -> bool {
        let is_met = |needs: &Self, view: View<'_>| needs.are_met_by(view, views);
        self.below.iter().all(|(way, needs)| match (way, view) {
            (Way::Slot(slot), _) => is_met(needs, *views.get(*slot)),
            (Way::Hop(hop), view) => is_met(needs, view.hop(hop)),
            (Way::Each { .. }, View::List(elements)) => {
                (0..elements.count()).all(|index| is_met(needs, elements.element(index)))
            }
            (Way::Each { .. }, View::Tree(Tree::List(elements))) => {
                elements.iter().all(|element| is_met(needs, element.view()))
            }
            (Way::Each { only_elements: true }, _) => true,
            (Way::Each { .. }, View::Record(record)) => {
                let documented = (0..record.members().len()).map(|number| record.member(number));
                documented
                    .chain(record.unknown().iter().map(|(_, value)| value.view()))
                    .all(|member| matches!(member, View::Absent) || is_met(needs, member))
            }
            (Way::Each { .. }, View::Tree(Tree::Object(members))) => {
                members.iter().all(|(_, member)| is_met(needs, member.view()))
            }
            (Way::Each { .. }, _) => true,
        })
    }

    fn are_met_by(&self, view: View<'_>, views: Views<'_>) -> bool {
        match view {
            View::Absent => !self.of_absent,
            View::Null => !self.of_null,
            View::List(elements) if !self.fits(elements.count()) => false,
            View::Tree(Tree::List(elements)) if !self.fits(elements.len()) => false,
            _ => self.below.is_empty() || self.are_met_below(view, views),
        }
    }

    fn fits(&self, length: usize) -> bool {
        self.lengths.is_empty() || self.lengths.contains(&length)
    }
}

fn absence_matters(node: &ReadNode) -> bool {
    node.needed
        || node.absent_is_null && node.null_matters && !node.null_is_handled
        || nothing_below_matters(node)
}

fn nothing_below_matters(node: &ReadNode) -> bool {
    node.children.iter().any(|(step, child)| {
        *step != Step::Each
            && (child.absent_is_null && !child.needed || node.absent_is_empty && child.needed)
            && absence_matters(child)
    })
}
