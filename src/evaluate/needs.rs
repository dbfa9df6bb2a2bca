//! Whether all is there that a rule reads, quickly: [`missing`](super::presence::missing) says what is not.

use super::compiled::Closely;
use super::memo::{Document, Place};
use super::presence::needs_more;
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

/// How to go to a value within.
#[derive(Debug)]
enum Way {
    Hop(Hop),
    /// To every element; and, but for `only_elements`, to every member.
    Each {
        only_elements: bool,
    },
}

impl Needs {
    /// What must be there of a value with this layout.
    pub(super) fn new(node: &ReadNode, layout: &'static Layout) -> Self {
        let below = node.children.iter().filter_map(|(step, child)| {
            let (way, layout) = match step {
                Step::Key(key) => {
                    let (hop, layout) = layout.member(key);
                    (Way::Hop(hop), layout)
                }
                Step::Index(index) => (Way::Hop(Hop::Index(*index)), layout.element()),
                Step::Each => (Way::Each { only_elements: child.only_elements }, layout.element()),
            };
            let needs = Self::new(child, layout);
            (!needs.is_nothing()).then_some((way, needs))
        });
        Self {
            of_absent: absence_matters(node),
            of_null: !node.null_is_handled
                && (node.null_matters || needs_more(node) || nothing_below_matters(node)),
            lengths: node.lengths.clone(),
            below: below.collect(),
        }
    }

    /// Where the values stand that it hangs on what is missing, in a document of the input.
    pub(super) fn places(&self, document: Document, places: &mut Vec<Place>) {
        self.places_below(document, &mut Vec::new(), places);
    }

    fn places_below(&self, document: Document, at: &mut Vec<Hop>, places: &mut Vec<Place>) {
        for (way, needs) in &self.below {
            match way {
                Way::Hop(hop) => {
                    at.push(hop.clone());
                    let closely = if needs.lengths.is_empty() { Closely::Kind } else { Closely::Content };
                    places.push(Place { document, hops: at.clone(), closely });
                    needs.places_below(document, at, places);
                    at.pop();
                }
                // All that is in it, and the names of members too.
                Way::Each { .. } => {
                    places.push(Place { document, hops: at.clone(), closely: Closely::Content });
                }
            }
        }
    }

    const fn is_nothing(&self) -> bool {
        !self.of_absent && !self.of_null && self.lengths.is_empty() && self.below.is_empty()
    }

    /// Whether all is there of what is read below a value.
    pub(super) fn are_met_below(&self, view: View<'_>) -> bool {
        self.below.iter().all(|(way, needs)| match (way, view) {
            (Way::Hop(hop), view) => needs.are_met(view.hop(hop)),
            (Way::Each { .. }, View::List(elements)) => {
                (0..elements.count()).all(|index| needs.are_met(elements.element(index)))
            }
            (Way::Each { .. }, View::Tree(Tree::List(elements))) => {
                elements.iter().all(|element| needs.are_met(element.view()))
            }
            (Way::Each { only_elements: true }, _) => true,
            (Way::Each { .. }, View::Record(record)) => {
                let documented = (0..record.members().len()).map(|number| record.member(number));
                documented
                    .chain(record.unknown().iter().map(|(_, value)| value.view()))
                    .all(|member| matches!(member, View::Absent) || needs.are_met(member))
            }
            (Way::Each { .. }, View::Tree(Tree::Object(members))) => {
                members.iter().all(|(_, member)| needs.are_met(member.view()))
            }
            (Way::Each { .. }, _) => true,
        })
    }

    fn are_met(&self, view: View<'_>) -> bool {
        match view {
            View::Absent => !self.of_absent,
            View::Null => !self.of_null,
            View::List(elements) if !self.fits(elements.count()) => false,
            View::Tree(Tree::List(elements)) if !self.fits(elements.len()) => false,
            _ => self.are_met_below(view),
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
