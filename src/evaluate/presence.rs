//! Whether what a rule reads is there.

use regorus::Value;

use super::Denial;
use crate::model::{Tree, View, Viewed as _};
use crate::policy::{ReadNode, Step};
use crate::source::json::{JsonPath, Segment};

/// A value that can be searched for what is missing.
pub(super) trait Searched: Copy {
    /// What it is.
    fn what(self) -> What;
    /// A member of an object.
    fn named(self, name: &str) -> Option<Self>;
    /// An element of an array.
    fn at(self, index: usize) -> Option<Self>;
    /// The members of an object.
    fn each_member(self, show: &mut dyn FnMut(&str, Self));
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Absent,
    Null,
    Object,
    /// An array of so many elements.
    Array(usize),
    Single,
}

impl Searched for &Value {
    fn what(self) -> What {
        match self {
            Value::Undefined => What::Absent,
            Value::Null => What::Null,
            Value::Object(_) => What::Object,
            Value::Array(elements) => What::Array(elements.len()),
            _ => What::Single,
        }
    }

    fn named(self, name: &str) -> Option<Self> {
        // The engine's objects have no search by text.
        if let Value::Object(members) = self { members.get(&Value::String(name.into())) } else { None }
    }

    fn at(self, index: usize) -> Option<Self> {
        if let Value::Array(elements) = self { elements.get(index) } else { None }
    }

    fn each_member(self, show: &mut dyn FnMut(&str, Self)) {
        let Value::Object(members) = self else { return };
        for (name, member) in members.iter() {
            if let Value::String(name) = name {
                show(name, member);
            }
        }
    }
}

impl Searched for View<'_> {
    fn what(self) -> What {
        match self {
            View::Absent => What::Absent,
            View::Null => What::Null,
            View::Record(_) | View::Tree(Tree::Object(_)) => What::Object,
            View::List(elements) => What::Array(elements.count()),
            View::Tree(Tree::List(elements)) => What::Array(elements.len()),
            _ => What::Single,
        }
    }

    fn named(self, name: &str) -> Option<Self> {
        Some(View::named(self, name)).filter(|view| !matches!(view, View::Absent))
    }

    fn at(self, index: usize) -> Option<Self> {
        match self {
            View::List(elements) if index < elements.count() => Some(elements.element(index)),
            View::Tree(Tree::List(elements)) => elements.get(index).map(Tree::view),
            _ => None,
        }
    }

    fn each_member(self, show: &mut dyn FnMut(&str, Self)) {
        let mut members: Vec<(&str, Self)> = Vec::new();
        match self {
            View::Record(record) => {
                let documented = record.members().iter().enumerate();
                members.extend(documented.map(|(number, (name, _))| (*name, record.member(number))));
                members.extend(record.unknown().iter().map(|(name, value)| (name, value.view())));
                members.retain(|(_, view)| !matches!(view, View::Absent));
                // As rules see them.
                members.sort_unstable_by_key(|(name, _)| *name);
            }
            View::Tree(Tree::Object(all)) => {
                members.extend(all.iter().map(|(name, value)| (name.as_ref(), value.view())));
            }
            _ => {}
        }
        for (name, member) in members {
            show(name, member);
        }
    }
}

/// Missing values that are named; of more only the number.
const NAMED: usize = 20;

/// Reasons not to trust that nothing was denied: what the rule reads below `root` of its input, and what is
/// absent or null in `value` without the rule having said what that means.
pub(super) fn missing<S: Searched>(root: &str, node: &ReadNode, value: S) -> Vec<Denial> {
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
    fn below<S: Searched>(&mut self, node: &ReadNode, value: S) {
        for (step, child) in &node.children {
            match (step, value.what()) {
                (Step::Key(key), _) => self.step(Segment::Key(key.clone()), child, value.named(key)),
                (Step::Index(index), _) => self.step(Segment::Index(*index), child, value.at(*index)),
                (Step::Each, What::Array(elements)) => {
                    for index in 0..elements {
                        self.step(Segment::Index(index), child, value.at(index));
                    }
                }
                (Step::Each, What::Object) if !child.only_elements => {
                    value.each_member(&mut |name, member| {
                        self.step(Segment::Key(name.to_owned()), child, Some(member));
                    });
                }
                // Null was told of where it matters.
                (Step::Each, _) => {}
            }
        }
    }

    fn step<S: Searched>(&mut self, segment: Segment, node: &ReadNode, value: Option<S>) {
        match value.map(|value| (value, value.what())) {
            None | Some((_, What::Absent)) => self.absent(segment, node),
            Some((_, What::Null)) if node.null_is_handled => {}
            Some((_, What::Null)) if node.null_matters || needs_more(node) => self.tell(segment, "null"),
            Some((_, What::Null)) => self.nothing_below(segment, node),
            Some((value, what)) => {
                self.at.push(segment);
                if let What::Array(elements) = what
                    && !node.lengths.is_empty()
                    && !node.lengths.contains(&elements)
                {
                    self.tell_length(elements);
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
pub(super) fn needs_more(node: &ReadNode) -> bool {
    node.children.iter().any(|(step, child)| child.needed && *step != Step::Each)
}
