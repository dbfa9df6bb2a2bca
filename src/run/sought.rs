//! What a rule reads of a resource, ready to be looked for again and again.

use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::ops::Range;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::evidence::MAX_ELEMENTS;
use crate::model::{Marks, Resource, is_sensitive};
use crate::operation::Operation;
use crate::policy::{ReadNode, ReadSet, Step};
use crate::source::json::{JsonPath, Outline, Outlined, Segment};
use crate::source::printable;

/// Lists within lists that a path may lead through.
const MAX_LISTS: usize = 4;

/// What one rule reads of a resource.
#[derive(Debug)]
pub(super) struct Sought {
    root: SoughtNode,
    /// Whether all that it reads may be marked.
    is_marked: bool,
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
    /// By what number its place is marked, of a documented value in no list.
    mark: Option<usize>,
    /// What can be said of a path that leads through no list.
    fixed: Option<Fixed>,
}

/// A path that is always the same.
#[derive(Debug)]
struct Fixed {
    /// Its place in the order of all such paths of the rule.
    rank: usize,
    /// As a JSON pointer.
    pointer: String,
    /// As messages write it.
    printed: String,
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
        let mut root = SoughtNode::new(operation, &Step::Each, Vec::new(), of_resource);
        root.rank();
        let reads_payload = payload.is_some_and(|payload| !payload.paths().is_empty());
        Self { is_marked: root.are_marked(), root, reads_payload, lines }
    }

    /// Everything that it finds, into `found`: in document order, absent values where they should stand.
    ///
    /// # Errors
    ///
    /// [`Uncommon`], where the values have to be looked for in another way.
    pub(super) fn find<'n>(
        &'n self,
        outline: &Outline<'_>,
        found: &mut BumpVec<'_, FoundValue<'n>>,
    ) -> Result<(), Uncommon> {
        let mut search = Search { outline, elements: [0; MAX_LISTS], lists: 0, found };
        if let Some(root) = outline.root() {
            search.below(&self.root, root)?;
        }
        sort(found);
        Ok(())
    }

    /// The same by the marks of the resource, whose text this is. Whether that could be done.
    pub(super) fn find_marked<'n>(
        &'n self,
        text: &str,
        marks: &Marks,
        found: &mut BumpVec<'_, FoundValue<'n>>,
    ) -> bool {
        if !self.is_marked || marks.are_missing() {
            return false;
        }
        let blanks = |text: &str| text.len() - text.trim_ascii_start().len();
        let whole = blanks(text)..text.trim_ascii_end().len();
        MarkedSearch { text: text.as_bytes(), marks, found }.below(&self.root, &whole);
        sort(found);
        true
    }
}

fn sort(found: &mut BumpVec<'_, FoundValue<'_>>) {
    found.sort_unstable_by(|a, b| a.start.cmp(&b.start).then_with(|| a.by_path(b)));
    found.dedup_by(|b, a| a.start == b.start && a.by_path(b).is_eq());
}

impl SoughtNode {
    fn new(operation: Operation, step: &Step, path: Vec<Step>, node: &ReadNode) -> Self {
        let children = node.children.iter().map(|(step, child)| {
            let path = path.iter().chain([step]).cloned().collect();
            Self::new(operation, step, path, child)
        });
        let names: Vec<&str> = path
            .iter()
            .map_while(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                _ => None,
            })
            .collect();
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
            mark: Marks::number(Resource::layout(operation), names.iter().copied())
                .filter(|_| names.len() == path.len()),
            fixed: (!path.contains(&Step::Each)).then(|| Fixed {
                rank: 0,
                pointer: shown.pointer(),
                printed: printable(&shown.to_string()).into_owned(),
            }),
            path,
        }
    }

    /// Puts the paths below it that lead through no list into order.
    fn rank(&mut self) {
        let mut nodes = Vec::new();
        let mut left = vec![self];
        while let Some(node) = left.pop() {
            if let Some(fixed) = &mut node.fixed {
                nodes.push((&node.path, fixed));
            }
            left.extend(&mut node.children);
        }
        // A step that is an index comes before one that is a key, as in any path.
        let order = |path: &[Step]| -> Vec<(bool, Step)> {
            path.iter().map(|step| (matches!(step, Step::Key(_)), step.clone())).collect()
        };
        nodes.sort_by_cached_key(|(path, _)| order(path));
        for (rank, (_, fixed)) in nodes.into_iter().enumerate() {
            fixed.rank = rank;
        }
    }

    /// Whether that holds for all below it.
    fn are_marked(&self) -> bool {
        self.children.iter().all(|child| child.mark.is_some() && child.are_marked())
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
        match (&self.node.fixed, &other.node.fixed) {
            (Some(own), Some(other)) => own.rank.cmp(&other.rank),
            _ => self.steps().cmp(other.steps()),
        }
    }

    /// Whether another value's path leads through this one.
    pub(super) fn is_around(&self, other: &Self) -> bool {
        if self.node.is_leaf() && self.node.fixed.is_some() && other.node.fixed.is_some() {
            return false;
        }
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

    /// Its path as a JSON pointer.
    pub(super) fn pointer<'b>(&self, bump: &'b Bump) -> &'b str
    where
        'n: 'b,
    {
        if let Some(fixed) = &self.node.fixed {
            return &fixed.pointer;
        }
        let mut out = bumpalo::collections::String::new_in(bump);
        for step in self.steps() {
            // Writing to memory cannot fail, here as below.
            let _ = match step {
                FoundStep::Index(index) => write_index(&mut out, index),
                FoundStep::Key(key) => write_key(&mut out, key),
            };
        }
        out.into_bump_str()
    }

    /// Appends its path as messages write it.
    pub(super) fn write_path(&self, out: &mut String) {
        if let Some(fixed) = &self.node.fixed {
            out.push_str(&fixed.printed);
            return;
        }
        let mut path = String::new();
        for (position, step) in self.steps().enumerate() {
            let _ = match step {
                FoundStep::Index(index) => write!(path, "[{index}]"),
                FoundStep::Key(key) if position == 0 => path.write_str(key),
                FoundStep::Key(key) => write!(path, ".{key}"),
            };
        }
        out.push_str(&printable(&path));
    }
}

/// A path as a JSON pointer.
pub(super) fn made_pointer<'b>(path: &[Segment], bump: &'b Bump) -> &'b str {
    let mut out = bumpalo::collections::String::new_in(bump);
    for segment in path {
        let _ = match segment {
            Segment::Index(index) => write_index(&mut out, *index),
            Segment::Key(key) => write_key(&mut out, key),
        };
    }
    out.into_bump_str()
}

fn write_index(out: &mut impl fmt::Write, index: usize) -> fmt::Result {
    out.write_char('/')?;
    out.write_str(itoa::Buffer::new().format(index))
}

fn write_key(out: &mut impl fmt::Write, key: &str) -> fmt::Result {
    out.write_char('/')?;
    if memchr::memchr2(b'~', b'/', key.as_bytes()).is_none() {
        out.write_str(key)
    } else {
        out.write_str(&key.replace('~', "~0").replace('/', "~1"))
    }
}

/// Finds what `read_values` of `evidence` finds.
struct Search<'s, 'n, 't, 'b> {
    outline: &'s Outline<'t>,
    elements: [usize; MAX_LISTS],
    lists: usize,
    found: &'s mut BumpVec<'b, FoundValue<'n>>,
}

impl<'n> Search<'_, 'n, '_, '_> {
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

/// Finds the same where every value is marked.
struct MarkedSearch<'s, 'n, 'b> {
    text: &'s [u8],
    marks: &'s Marks,
    found: &'s mut BumpVec<'b, FoundValue<'n>>,
}

impl<'n> MarkedSearch<'_, 'n, '_> {
    fn below(&mut self, node: &'n SoughtNode, span: &Range<usize>) {
        for child in &node.children {
            match child.mark.and_then(|mark| self.marks.get(mark)) {
                Some(value) => self.step(child, &value),
                None => self.absent(child, span),
            }
        }
    }

    fn step(&mut self, node: &'n SoughtNode, span: &Range<usize>) {
        let is_within = matches!(self.text.get(span.start), Some(b'{' | b'['));
        if node.looked_at || node.is_leaf() || !is_within {
            self.tell(node, span, true);
        }
        if is_within {
            self.below(node, span);
        }
    }

    fn absent(&mut self, node: &'n SoughtNode, ancestor: &Range<usize>) {
        if node.looked_at || node.is_leaf() {
            self.tell(node, ancestor, false);
        }
        for child in &node.children {
            self.absent(child, ancestor);
        }
    }

    fn tell(&mut self, node: &'n SoughtNode, span: &Range<usize>, is_found: bool) {
        let elements = [0; MAX_LISTS];
        self.found.push(FoundValue { node, elements, start: span.start, end: span.end, is_found });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::evidence::read_values;

    /// Numbers that look random, the same each time.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % end
        }

        fn node(&mut self, depth: u64) -> ReadNode {
            let mut node = ReadNode {
                looked_at: self.below(3) == 0,
                only_elements: self.below(3) == 0,
                ..ReadNode::default()
            };
            for _ in 0..if depth == 0 { 0 } else { self.below(4) } {
                let step = match self.below(7) {
                    0 => Step::Index(usize::try_from(self.below(3)).unwrap()),
                    1 | 2 => Step::Each,
                    key => {
                        Step::Key(["a", "b/~", "c", "\u{e9}"][usize::try_from(key).unwrap() - 3].to_owned())
                    }
                };
                if node.children.iter().all(|(known, _)| *known != step) {
                    node.children.push((step, self.node(depth - 1)));
                }
            }
            node
        }

        fn json(&mut self, depth: u64, out: &mut String) {
            let space = ["", " ", "\n"][usize::try_from(self.below(3)).unwrap()];
            match if depth == 0 { self.below(3) } else { self.below(9) } {
                0 => out.push_str("null"),
                1 => out.push_str("\"x,\\\"}\""),
                2 => out.push_str("-1.5e3"),
                3..=5 => {
                    out.push('[');
                    let elements = if self.below(9) == 0 { MAX_ELEMENTS as u64 + 1 } else { self.below(4) };
                    for index in 0..elements {
                        out.push_str(if index > 0 { ", " } else { space });
                        self.json(if elements > 4 { 0 } else { depth - 1 }, out);
                    }
                    out.push(']');
                }
                _ => self.object(depth, out),
            }
        }

        fn object(&mut self, depth: u64, out: &mut String) {
            out.push('{');
            let mut is_first = true;
            for name in ["c", "a", "\\u0062/~", "\u{e9}", "other"] {
                if self.below(2) == 0 {
                    out.push_str(if is_first { "\"" } else { " ,\"" });
                    out.push_str(name);
                    out.push_str("\" : ");
                    self.json(depth - 1, out);
                    is_first = false;
                }
            }
            out.push('}');
        }
    }

    #[test]
    fn it_finds_what_the_slow_search_finds() {
        let (mut numbers, bump) = (Numbers(1), Bump::new());
        let mut common = 0;
        for _ in 0..300 {
            let reads = ReadSet {
                reads: ReadNode {
                    children: vec![(Step::Key("resource".to_owned()), numbers.node(4))],
                    ..ReadNode::default()
                },
                ..ReadSet::default()
            };
            let of_resource = reads.reads.under("resource").unwrap();
            let sought = Sought::new(Operation::ListInstanceCompliant, &reads, Vec::new());
            // One after the other, since it remembers where things stood.
            for _ in 0..10 {
                let mut text = String::new();
                numbers.object(4, &mut text);
                let outline = Outline::new(&text);
                let mut found = BumpVec::new_in(&bump);
                if sought.find(&outline, &mut found).is_err() {
                    continue;
                }
                common += found.len();
                let in_words: Vec<_> = found
                    .iter()
                    .map(|value| {
                        let mut path = String::new();
                        value.write_path(&mut path);
                        (value.pointer(&bump).to_owned(), path, value.start..value.end, value.is_found)
                    })
                    .collect();
                let mut expected = read_values(&outline, of_resource);
                let mut known = std::collections::BTreeSet::new();
                expected.retain(|value| known.insert(value.path.clone()));
                let expected_words: Vec<_> = expected
                    .iter()
                    .map(|value| {
                        (
                            value.path.pointer(),
                            printable(&value.path.to_string()).into_owned(),
                            value.span.clone(),
                            value.is_found,
                        )
                    })
                    .collect();
                assert_eq!(in_words, expected_words, "{text}\n{of_resource:#?}");
                for (value, a) in found.iter().zip(&expected) {
                    for (other, b) in found.iter().zip(&expected) {
                        assert_eq!(value.by_path(other), a.path.cmp(&b.path), "{} {}", a.path, b.path);
                        assert_eq!(value.is_around(other), b.path.is_below(&a.path), "{} {}", a.path, b.path);
                        assert_eq!(value.is_at(&b.path), a.path == b.path, "{} {}", a.path, b.path);
                    }
                }
            }
        }
        assert!(common > 3000, "{common} values were compared");
    }

    #[test]
    fn members_of_an_object_are_gone_through_in_another_way() {
        let each = (Step::Each, ReadNode { looked_at: true, ..ReadNode::default() });
        let resource = ReadNode { children: vec![each], ..ReadNode::default() };
        let reads =
            ReadNode { children: vec![(Step::Key("resource".to_owned()), resource)], ..ReadNode::default() };
        let sought = Sought::new(
            Operation::ListInstanceCompliant,
            &ReadSet { reads, ..ReadSet::default() },
            Vec::new(),
        );
        assert_eq!(
            sought.find(&Outline::new("{\"a\": 1}"), &mut BumpVec::new_in(&Bump::new())),
            Err(Uncommon)
        );
    }
}
