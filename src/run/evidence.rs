//! The values that a rule read on a resource, and where they stand.

use std::ops::Range;

use crate::policy::{ReadNode, Step};
use crate::source::json::{JsonPath, Outline, Outlined, Segment};

/// Elements of one list that are shown one by one; a longer list is shown as a whole.
pub(super) const MAX_ELEMENTS: usize = 50;

/// A value that was read, or that should have been there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReadValue {
    /// Its path within the resource.
    pub(super) path: JsonPath,
    /// Where it stands in the resource's text; of an absent value where its nearest ancestor does.
    pub(super) span: Range<usize>,
    /// Whether it is there.
    pub(super) is_found: bool,
}

/// Everything that `reads`, which is about the resource as a whole, finds in it; in document order, absent values
/// where they should stand.
pub(super) fn read_values(outline: &Outline<'_>, reads: &ReadNode) -> Vec<ReadValue> {
    let mut search = Search { outline, at: JsonPath::default(), found: Vec::new() };
    if let Some(root) = outline.root() {
        search.below(reads, root);
    }
    let mut found = search.found;
    found.sort_by(|a, b| (a.span.start, &a.path).cmp(&(b.span.start, &b.path)));
    found.dedup();
    found
}

/// The paths of all values that `reads`, which is about `input`, finds in a resource.
pub(crate) fn read_paths(outline: &Outline<'_>, reads: &ReadNode) -> Vec<JsonPath> {
    let found = reads.under("resource").map_or_else(Vec::new, |reads| read_values(outline, reads));
    found.into_iter().filter(|value| value.is_found).map(|value| value.path).collect()
}

struct Search<'s, 't> {
    outline: &'s Outline<'t>,
    at: JsonPath,
    found: Vec<ReadValue>,
}

impl Search<'_, '_> {
    fn below(&mut self, node: &ReadNode, value: Outlined) {
        let outline = self.outline;
        for (step, child) in &node.children {
            match step {
                Step::Key(key) => {
                    let member = outline.is_object(value).then(|| outline.member(value, key)).flatten();
                    self.step(Segment::Key(key.clone()), child, member, value);
                }
                Step::Index(index) => {
                    let elements = outline.is_array(value).then(|| outline.children(value));
                    let element = elements.and_then(|mut elements| elements.nth(*index));
                    self.step(Segment::Index(*index), child, element, value);
                }
                Step::Each if child.only_elements && outline.is_object(value) => {}
                Step::Each if outline.children(value).nth(MAX_ELEMENTS).is_some() => self.tell(value, true),
                Step::Each => {
                    for (index, element) in outline.children(value).enumerate() {
                        let segment = match outline.name(element) {
                            Some(name) => Segment::Key(name.into_owned()),
                            None => Segment::Index(index),
                        };
                        self.step(segment, child, Some(element), value);
                    }
                }
            }
        }
    }

    fn step(&mut self, segment: Segment, node: &ReadNode, value: Option<Outlined>, parent: Outlined) {
        self.at.push(segment);
        match value {
            Some(value) => {
                let is_within = self.outline.is_object(value) || self.outline.is_array(value);
                // Nothing can be read below a text or null: that is then what was found.
                if node.looked_at || node.is_leaf() || !is_within {
                    self.tell(value, true);
                }
                let before = self.found.len();
                if is_within {
                    self.below(node, value);
                }
                let is_shown = self.found.len() > before || node.looked_at || node.is_leaf();
                if is_within && !is_shown {
                    // An empty list, of which every element would have been read.
                    self.tell(value, true);
                }
            }
            None => self.absent(node, parent),
        }
        self.at.pop();
    }

    /// All that would have been read below a value that is not there.
    fn absent(&mut self, node: &ReadNode, ancestor: Outlined) {
        let deeper = node.children.iter().filter(|(step, _)| *step != Step::Each).count();
        if deeper == 0 || node.looked_at {
            self.tell(ancestor, false);
        }
        for (step, child) in &node.children {
            let segment = match step {
                Step::Key(key) => Segment::Key(key.clone()),
                Step::Index(index) => Segment::Index(*index),
                // How many there would be, nobody knows.
                Step::Each => continue,
            };
            self.at.push(segment);
            self.absent(child, ancestor);
            self.at.pop();
        }
    }

    fn tell(&mut self, place: Outlined, is_found: bool) {
        let read = ReadValue { path: self.at.clone(), span: self.outline.span(place), is_found };
        if self.found.last() != Some(&read) {
            self.found.push(read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf() -> ReadNode {
        ReadNode { looked_at: true, ..ReadNode::default() }
    }

    fn node(children: Vec<(Step, ReadNode)>) -> ReadNode {
        ReadNode { children, ..ReadNode::default() }
    }

    fn key(name: &str) -> Step {
        Step::Key(name.to_owned())
    }

    fn found(text: &str, reads: &ReadNode) -> Vec<(String, String, bool)> {
        let outline = Outline::new(text);
        let found = read_values(&outline, reads);
        found.into_iter().map(|v| (v.path.pointer(), text[v.span].to_owned(), v.is_found)).collect()
    }

    fn row(pointer: &str, text: &str, is_found: bool) -> (String, String, bool) {
        (pointer.to_owned(), text.to_owned(), is_found)
    }

    #[test]
    fn values_come_in_document_order_and_absent_ones_at_their_ancestor() {
        let reads = node(vec![
            (key("z"), leaf()),
            (key("a"), node(vec![(key("b"), leaf()), (key("gone"), leaf())])),
            (key("x"), node(vec![(key("y"), leaf())])),
        ]);
        let text = r#"{"a": {"b": 1}, "z": null}"#;
        assert_eq!(
            found(text, &reads),
            [
                row("/x/y", text, false),
                row("/a/gone", r#"{"b": 1}"#, false),
                row("/a/b", "1", true),
                row("/z", "null", true),
            ]
        );
    }

    #[test]
    fn elements_are_shown_one_by_one_unless_they_are_many() {
        let reads = node(vec![(key("l"), node(vec![(Step::Each, node(vec![(key("n"), leaf())]))]))]);
        assert_eq!(
            found(r#"{"l": [{"n": 1}, {}, 7, null]}"#, &reads),
            [
                row("/l/0/n", "1", true),
                row("/l/1/n", "{}", false),
                row("/l/2", "7", true),
                row("/l/3", "null", true),
            ]
        );
        assert_eq!(found(r#"{"l": []}"#, &reads), [row("/l", "[]", true)]);
        assert_eq!(found(r#"{"m": []}"#, &reads), [row("/l", r#"{"m": []}"#, false)]);
        let many = format!("{{\"l\": [{}0]}}", "0,".repeat(MAX_ELEMENTS));
        assert_eq!(found(&many, &reads).len(), 1);
    }

    #[test]
    fn an_object_may_be_gone_through() {
        let reads = node(vec![(key("o"), node(vec![(Step::Each, leaf())]))]);
        assert_eq!(
            found(r#"{"o": {"p/q": 1, "r": [2]}}"#, &reads),
            [row("/o/p~1q", "1", true), row("/o/r", "[2]", true)]
        );
    }
}
