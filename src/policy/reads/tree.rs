//! What is read, as a tree of paths.

use std::collections::BTreeSet;

use super::log::Log;
use super::path::{ReadPath, Step, path_of};

/// What is read of a value and below it.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub struct ReadNode {
    /// What is read below it, by step.
    pub children: Vec<(Step, ReadNode)>,
    /// Without it the rule cannot be trusted to pass: it is read, and nothing says what holds where it is
    /// absent.
    pub needed: bool,
    /// The same where it is null.
    pub null_matters: bool,
    /// The rule says what holds where it is null.
    pub null_is_handled: bool,
    /// Where it is absent it counts as null: it must be there where null matters.
    pub absent_is_null: bool,
    /// Where it is absent it counts as empty: what is needed below it is then missing.
    pub absent_is_empty: bool,
    /// Numbers of elements that patterns take the list apart by; none where no pattern does.
    pub lengths: Vec<usize>,
    /// What is below stands under a computed key: only elements of arrays can be meant, not members.
    pub only_elements: bool,
    /// Its value is looked at, not only what is below it.
    pub looked_at: bool,
    /// What is in it matters as a whole, not only what is read below it.
    pub whole: bool,
    /// Any part of it may be read: a key is computed.
    pub any_below: bool,
}

impl ReadNode {
    /// The tree of what a log holds. Null is handled at `nulls`, absence and null at `optional`.
    pub(super) fn new(log: &Log, nulls: &BTreeSet<ReadPath>, optional: &[ReadPath]) -> Self {
        let mut root = Self::default();
        for trail in &log.reads {
            let path = path_of(trail);
            // Only what is named: what stands around it, or below, is needed as ever.
            let spared = |length: usize| {
                optional.iter().any(|spared| spared.0.len() == length && spared.is_around(&path))
            };
            let mut node = &mut root;
            for (index, taken) in trail.iter().enumerate() {
                if taken.computed {
                    node.any_below = true;
                    node.looked_at = true;
                }
                let is_new = !node.children.iter().any(|(step, _)| *step == taken.step);
                node = node.child(&taken.step);
                node.only_elements = taken.computed && (is_new || node.only_elements);
                if taken.computed && index + 1 == trail.len() {
                    break;
                }
                node.needed |= !taken.handled && !spared(index + 1);
                node.absent_is_null |= taken.absent_is_null && !spared(index + 1);
                node.absent_is_empty |= taken.absent_is_empty && !spared(index + 1);
            }
        }
        for used in &log.uses {
            let is_used =
                |spared: &&ReadPath| spared.0.len() == used.path.0.len() && spared.is_around(&used.path);
            let null_is_handled =
                used.null_is_handled || nulls.contains(&used.path) || optional.iter().find(is_used).is_some();
            if let Some(node) = root.find(&used.path.0) {
                node.looked_at = true;
                node.whole |= used.content;
                node.null_matters |= !null_is_handled;
            }
        }
        for (path, elements) in &log.lengths {
            if let Some(node) = root.find(&path.0) {
                node.lengths.push(*elements);
            }
        }
        root.forgive_null(&mut Vec::new(), nulls, optional);
        root
    }

    /// Notes where null is handled.
    fn forgive_null(&mut self, at: &mut Vec<Step>, nulls: &BTreeSet<ReadPath>, optional: &[ReadPath]) {
        let path = ReadPath(at.clone());
        let is_listed = |spared: &ReadPath| spared.0.len() == path.0.len() && spared.is_around(&path);
        self.null_is_handled = nulls.contains(&path) || optional.iter().any(is_listed);
        for (step, child) in &mut self.children {
            at.push(step.clone());
            child.forgive_null(at, nulls, optional);
            at.pop();
        }
    }

    fn child(&mut self, step: &Step) -> &mut Self {
        let known = self.children.iter().position(|(known, _)| known == step);
        let at = known.unwrap_or_else(|| {
            self.children.push((step.clone(), Self::default()));
            self.children.len() - 1
        });
        // INVARIANT: `at` is the place of a child.
        #[expect(clippy::indexing_slicing, reason = "`at` is a child's place")]
        &mut self.children[at].1
    }

    fn find(&mut self, steps: &[Step]) -> Option<&mut Self> {
        let mut node = self;
        for step in steps {
            node = node.children.iter_mut().find(|(known, _)| known == step).map(|(_, child)| child)?;
        }
        Some(node)
    }

    /// What is read below a member.
    pub fn under(&self, key: &str) -> Option<&Self> {
        let is_key = |step: &Step| matches!(step, Step::Key(known) if known == key);
        self.children.iter().find(|(step, _)| is_key(step)).map(|(_, child)| child)
    }

    /// Whether it, or what is around or below it, is read: whether a rule may hang on the value there.
    pub fn touches(&self, path: &[crate::source::json::Segment]) -> bool {
        use crate::source::json::Segment;
        if self.any_below || self.whole {
            return true;
        }
        let Some((first, rest)) = path.split_first() else {
            return !self.children.is_empty();
        };
        let mut matching = self.children.iter().filter(|(step, _)| match (step, first) {
            (Step::Each, _) => true,
            (Step::Key(a), Segment::Key(b)) => a == b,
            (Step::Index(a), Segment::Index(b)) => a == b,
            _ => false,
        });
        matching.any(|(_, child)| child.is_leaf() || child.touches(rest))
    }

    /// Whether nothing is read below it.
    pub const fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    /// Every path that is read to its end, in order.
    pub fn paths(&self) -> Vec<ReadPath> {
        let mut found = Vec::new();
        self.collect(&mut Vec::new(), &mut found);
        found
    }

    fn collect(&self, at: &mut Vec<Step>, found: &mut Vec<ReadPath>) {
        if !at.is_empty() && (self.looked_at || self.is_leaf()) {
            found.push(ReadPath(at.clone()));
        }
        for (step, child) in &self.children {
            at.push(step.clone());
            child.collect(at, found);
            at.pop();
        }
    }
}
