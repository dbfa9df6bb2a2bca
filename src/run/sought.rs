//! What a rule reads of a resource, ready to be looked for again and again.

use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt::Write as _;

use super::evidence::MAX_ELEMENTS;
use crate::model::is_sensitive;
use crate::operation::Operation;
use crate::policy::{ReadNode, ReadSet, Step};
use crate::source::json::{JsonPath, Outline, Outlined, Segment};

/// Lists within lists that a path may lead through.
const MAX_LISTS: usize = 4;

/// What one rule reads of a resource.
#[derive(Debug)]
pub(super) struct Sought {
    root: SoughtNode,
    /// Whether it reads what stands around the resources too.
    pub(super) reads_payload: bool,
    /// The lines of its definitions, counted from 1.
    pub(super) lines: Vec<u64>,
}

/// A path that is read, and those below it. See [`ReadNode`].
#[derive(Debug)]
pub(super) struct SoughtNode {
    step: Step,
    path: Vec<Step>,
    looked_at: bool,
    only_elements: bool,
    /// It must not be shown.
    pub(super) is_secret: bool,
    children: Vec<SoughtNode>,
    /// Where it stood last time.
    likely: Cell<Outlined>,
}

/// A value that was read, or that should have been there.
#[derive(Clone, Copy, Debug)]
pub(super) struct FoundValue<'n> {
    pub(super) node: &'n SoughtNode,
    /// The elements that its path leads through.
    elements: [usize; MAX_LISTS],
    /// Where it stands in the resource's text; of an absent value where its nearest ancestor does.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it is there.
    pub(super) is_found: bool,
}

/// A path leads through the members of an object, or through too many lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Uncommon;

impl Sought {
    /// What a rule reads, in whose file the definitions have these lines.
    pub(super) fn new(operation: Operation, reads: &ReadSet, lines: Vec<u64>) -> Self {
        let nothing = ReadNode::default();
        let of_resource = reads.reads.under("resource").unwrap_or(&nothing);
        let payload = reads.reads.under("payload");
        Self {
            root: SoughtNode::new(operation, &Step::Each, Vec::new(), of_resource),
            reads_payload: payload.is_some_and(|payload| !payload.paths().is_empty()),
            lines,
        }
    }

    /// Everything that it finds, into `found`: in document order, absent values where they should stand.
    ///
    /// # Errors
    ///
    /// [`Uncommon`], where the values have to be looked for in another way.
    pub(super) fn find<'n>(
        &'n self,
        outline: &Outline<'_>,
        found: &mut Vec<FoundValue<'n>>,
    ) -> Result<(), Uncommon> {
        let mut search = Search { outline, elements: [0; MAX_LISTS], lists: 0, found };
        if let Some(root) = outline.root() {
            search.below(&self.root, root)?;
        }
        found.sort_unstable_by(|a, b| a.start.cmp(&b.start).then_with(|| a.by_path(b)));
        found.dedup_by(|b, a| a.start == b.start && a.by_path(b).is_eq());
        Ok(())
    }
}

impl SoughtNode {
    fn new(operation: Operation, step: &Step, path: Vec<Step>, node: &ReadNode) -> Self {
        let children = node.children.iter().map(|(step, child)| {
            let path = path.iter().chain([step]).cloned().collect();
            Self::new(operation, step, path, child)
        });
        // Any element is as secret as the first.
        let shown: JsonPath = path
            .iter()
            .map(|step| match step {
                Step::Key(key) => Segment::Key(key.clone()),
                Step::Index(index) => Segment::Index(*index),
                Step::Each => Segment::Index(0),
            })
            .collect();
        Self {
            step: step.clone(),
            looked_at: node.looked_at,
            only_elements: node.only_elements,
            is_secret: is_sensitive(operation, &shown),
            children: children.collect(),
            likely: Cell::default(),
            path,
        }
    }

    const fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }
}

/// A step of the path of a found value, in the order of paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FoundStep<'n> {
    Index(usize),
    Key(&'n str),
}

impl<'n> FoundValue<'n> {
    fn steps(&self) -> impl Iterator<Item = FoundStep<'n>> {
        let mut elements = self.elements.into_iter();
        self.node.path.iter().map(move |step| match step {
            Step::Key(key) => FoundStep::Key(key),
            Step::Index(index) => FoundStep::Index(*index),
            Step::Each => FoundStep::Index(elements.next().unwrap_or_default()),
        })
    }

    /// The order of their paths.
    pub(super) fn by_path(&self, other: &Self) -> Ordering {
        self.steps().cmp(other.steps())
    }

    /// Whether another value's path leads through this one.
    pub(super) fn is_around(&self, other: &Self) -> bool {
        let mut theirs = other.steps();
        self.steps().all(|step| theirs.next() == Some(step)) && theirs.next().is_some()
    }

    /// Whether it stands at a path.
    pub(super) fn is_at(&self, path: &JsonPath) -> bool {
        self.node.path.len() == path.segments().len()
            && self.steps().zip(path.segments()).all(|(step, segment)| match (step, segment) {
                (FoundStep::Index(own), Segment::Index(index)) => own == *index,
                (FoundStep::Key(own), Segment::Key(key)) => own == key,
                _ => false,
            })
    }

    /// Appends its path as a JSON pointer.
    pub(super) fn write_pointer(&self, out: &mut String) {
        for step in self.steps() {
            match step {
                FoundStep::Index(index) => write_index(out, index),
                FoundStep::Key(key) => write_key(out, key),
            }
        }
    }

    /// Appends its path as messages write it.
    pub(super) fn write_path(&self, out: &mut String) {
        for (position, step) in self.steps().enumerate() {
            // Writing to a string cannot fail.
            let _ = match step {
                FoundStep::Index(index) => write!(out, "[{index}]"),
                FoundStep::Key(key) if position == 0 => out.write_str(key),
                FoundStep::Key(key) => write!(out, ".{key}"),
            };
        }
    }
}

/// Appends a path as a JSON pointer.
pub(super) fn write_pointer(path: &[Segment], out: &mut String) {
    for segment in path {
        match segment {
            Segment::Index(index) => write_index(out, *index),
            Segment::Key(key) => write_key(out, key),
        }
    }
}

fn write_index(out: &mut String, index: usize) {
    out.push('/');
    out.push_str(itoa::Buffer::new().format(index));
}

fn write_key(out: &mut String, key: &str) {
    out.push('/');
    if memchr::memchr2(b'~', b'/', key.as_bytes()).is_none() {
        out.push_str(key);
    } else {
        out.push_str(&key.replace('~', "~0").replace('/', "~1"));
    }
}

/// Finds what `read_values` of `evidence` finds.
struct Search<'s, 'n, 't> {
    outline: &'s Outline<'t>,
    elements: [usize; MAX_LISTS],
    lists: usize,
    found: &'s mut Vec<FoundValue<'n>>,
}

impl<'n> Search<'_, 'n, '_> {
    fn below(&mut self, node: &'n SoughtNode, value: Outlined) -> Result<(), Uncommon> {
        let outline = self.outline;
        for child in &node.children {
            match &child.step {
                Step::Key(key) => {
                    let is_object = outline.is_object(value);
                    let member = || outline.member_near(value, key, child.likely.get());
                    self.step(child, is_object.then(member).flatten(), value)?;
                }
                Step::Index(index) => {
                    let is_array = outline.is_array(value);
                    let element = || outline.children(value).nth(*index);
                    self.step(child, is_array.then(element).flatten(), value)?;
                }
                Step::Each if outline.is_object(value) => {
                    if !child.only_elements {
                        return Err(Uncommon);
                    }
                }
                Step::Each if outline.children(value).nth(MAX_ELEMENTS).is_some() => {
                    self.tell(node, value, true);
                }
                Step::Each => {
                    for (index, element) in outline.children(value).enumerate() {
                        *self.elements.get_mut(self.lists).ok_or(Uncommon)? = index;
                        self.lists += 1;
                        self.step(child, Some(element), value)?;
                        self.lists -= 1;
                    }
                }
            }
        }
        Ok(())
    }

    fn step(
        &mut self,
        node: &'n SoughtNode,
        value: Option<Outlined>,
        parent: Outlined,
    ) -> Result<(), Uncommon> {
        let Some(value) = value else {
            self.absent(node, parent);
            return Ok(());
        };
        node.likely.set(value);
        let is_within = self.outline.is_object(value) || self.outline.is_array(value);
        let is_told = node.looked_at || node.is_leaf();
        // Nothing can be read below a text or null: that is then what was found.
        if is_told || !is_within {
            self.tell(node, value, true);
        }
        if is_within {
            let before = self.found.len();
            self.below(node, value)?;
            if self.found.len() == before && !is_told {
                // An empty list, of which every element would have been read.
                self.tell(node, value, true);
            }
        }
        Ok(())
    }

    /// All that would have been read below a value that is not there.
    fn absent(&mut self, node: &'n SoughtNode, ancestor: Outlined) {
        // How many elements there would be, nobody knows.
        let mut deeper = node.children.iter().filter(|child| child.step != Step::Each).peekable();
        if deeper.peek().is_none() || node.looked_at {
            self.tell(node, ancestor, false);
        }
        for child in deeper {
            self.absent(child, ancestor);
        }
    }

    fn tell(&mut self, node: &'n SoughtNode, place: Outlined, is_found: bool) {
        let span = self.outline.span(place);
        let mut elements = [0; MAX_LISTS];
        for (kept, element) in elements.iter_mut().zip(self.elements).take(self.lists) {
            *kept = element;
        }
        self.found.push(FoundValue { node, elements, start: span.start, end: span.end, is_found });
    }
}
