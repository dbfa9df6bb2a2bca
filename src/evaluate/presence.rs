//! Whether what a rule reads is there.

use regorus::Value;

use super::Denial;
use crate::policy::{ReadNode, Step};
use crate::source::json::{JsonPath, Segment};

/// Missing values that are named; of more only the number.
const NAMED: usize = 20;

/// Reasons not to trust that nothing was denied: what the rule reads below `root` of its input, and what is
/// absent or null in `value` without the rule having said what that means.
pub(super) fn missing(root: &str, node: &ReadNode, value: &Value) -> Vec<Denial> {
    let mut search = Search { root, at: JsonPath::default(), found: Vec::new(), more: 0 };
    search.below(node, value);
    let Search { mut found, more, .. } = search;
    if more > 0 {
        let rest = match more {
            1 => "one more value that the rule reads is absent or null".to_owned(),
            more => format!("{more} more values that the rule reads are absent or null"),
        };
        found.push(Denial::new(rest, None));
    }
    found
}

struct Search<'s> {
    root: &'s str,
    at: JsonPath,
    found: Vec<Denial>,
    more: u64,
}

impl Search<'_> {
    fn below(&mut self, node: &ReadNode, value: &Value) {
        for (step, child) in &node.children {
            match (step, value) {
                (Step::Key(key), Value::Object(members)) => {
                    // The engine's objects have no search by text.
                    let member = members.get(&Value::String(key.as_str().into()));
                    self.step(Segment::Key(key.clone()), child, member);
                }
                (Step::Index(index), Value::Array(elements)) => {
                    self.step(Segment::Index(*index), child, elements.get(*index));
                }
                (Step::Each, Value::Array(elements)) => {
                    for (index, element) in elements.iter().enumerate() {
                        self.step(Segment::Index(index), child, Some(element));
                    }
                }
                (Step::Each, Value::Object(_)) if child.only_elements => {}
                (Step::Each, Value::Object(members)) => {
                    for (name, member) in members.iter() {
                        if let Value::String(name) = name {
                            self.step(Segment::Key(name.to_string()), child, Some(member));
                        }
                    }
                }
                // Null was told of where it matters.
                (Step::Each, _) => {}
                (Step::Key(key), _) => self.step(Segment::Key(key.clone()), child, None),
                (Step::Index(index), _) => self.step(Segment::Index(*index), child, None),
            }
        }
    }

    fn step(&mut self, segment: Segment, node: &ReadNode, value: Option<&Value>) {
        match value {
            None | Some(Value::Undefined) => self.absent(segment, node),
            Some(Value::Null) if node.null_is_handled => {}
            Some(Value::Null) if node.null_matters || needs_more(node) => self.tell(segment, "null"),
            Some(Value::Null) => self.nothing_below(segment, node),
            Some(value) => {
                self.at.push(segment);
                if let Value::Array(elements) = value
                    && !node.lengths.is_empty()
                    && !node.lengths.contains(&elements.len())
                {
                    self.tell_length(elements.len());
                }
                self.below(node, value);
                self.at.pop();
            }
        }
    }

    /// A list that no pattern of the rule fits.
    fn tell_length(&mut self, elements: usize) {
        let path = self.at.clone();
        let is_resource = self.root == "resource";
        let shown = if is_resource { path.to_string() } else { format!("input.{}.{path}", self.root) };
        let message = format!("`{shown}` has {elements} elements, and no pattern of the rule fits so many");
        self.found.push(Denial::new(message, is_resource.then_some(path)));
    }

    fn absent(&mut self, segment: Segment, node: &ReadNode) {
        let counts_as_null = node.absent_is_null && node.null_matters && !node.null_is_handled;
        if node.needed || counts_as_null {
            self.tell(segment, "absent");
        } else {
            self.nothing_below(segment, node);
        }
    }

    /// Of what is not there nothing is needed, but for what a path of several steps leads to.
    fn nothing_below(&mut self, segment: Segment, node: &ReadNode) {
        self.at.push(segment);
        for (step, child) in &node.children {
            let segment = match step {
                Step::Key(key) => Segment::Key(key.clone()),
                Step::Index(index) => Segment::Index(*index),
                Step::Each => continue,
            };
            if (child.absent_is_null && !child.needed) || (node.absent_is_empty && child.needed) {
                self.absent(segment, child);
            }
        }
        self.at.pop();
    }

    fn tell(&mut self, segment: Segment, what: &str) {
        if self.found.len() >= NAMED {
            self.more += 1;
            return;
        }
        self.at.push(segment);
        let path = self.at.clone();
        self.at.pop();
        let is_resource = self.root == "resource";
        let shown = if is_resource { path.to_string() } else { format!("input.{}.{path}", self.root) };
        let message = format!("`{shown}` is {what}, and the rule reads it");
        self.found.push(Denial::new(message, is_resource.then_some(path)));
    }
}

/// Whether something is needed below a value that is null.
fn needs_more(node: &ReadNode) -> bool {
    node.children.iter().any(|(step, child)| child.needed && *step != Step::Each)
}
