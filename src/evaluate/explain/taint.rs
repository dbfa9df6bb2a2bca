//! What is made of secrets: a part of one, or one in other letters, is as secret as it is.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use regorus::Value;

use super::body::Tracer;
use super::names::{pattern_names, walk, walk_body};
use super::shown::is_telling;
use crate::policy::{Body, Definition, Node, Statement, StatementKind, Term};

impl Tracer<'_> {
    /// Whether a statement makes something new of secrets: passing them on as they are does not count, for
    /// that is seen by the value.
    pub(super) fn makes_of_secrets(
        &self,
        statement: &Statement,
        plain: &HashMap<Range<usize>, bool>,
    ) -> bool {
        let whole = match &statement.kind {
            StatementKind::Holds(Node { term: Term::Assign { right, .. }, .. }) => &**right,
            StatementKind::SomeIn { collection, .. } => collection,
            _ => return false,
        };
        is_computed(whole) && self.mentions_secret(whole, plain)
    }

    pub(super) fn mentions_secret(&self, node: &Node, plain: &HashMap<Range<usize>, bool>) -> bool {
        if let Some(&is_secret) = plain.get(&node.span) {
            return is_secret;
        }
        match &node.term {
            Term::Variable(name) => self.secret_locals.contains(name) || self.secret_rules.contains(name),
            Term::Reference { base, steps } => {
                let of_base = if is_input(base) {
                    self.holds_secret(&self.bench.input, steps)
                } else {
                    self.mentions_secret(base, plain)
                };
                of_base || steps.iter().any(|step| self.mentions_secret(step, plain))
            }
            Term::Comprehension(_, body) => self.body_mentions_secret(body),
            Term::Call { arguments, .. } if let Some(is_secret) = self.fetches_secret(node, arguments) => {
                is_secret
            }
            _ => node.parts().into_iter().any(|part| self.mentions_secret(part, plain)),
        }
    }

    /// Whether `object.get` with a path that is written out fetches a secret from the input.
    fn fetches_secret(&self, call: &Node, arguments: &[Node]) -> Option<bool> {
        let (object, path) = fetched(call, arguments)?;
        let mut steps: Vec<Node> = match &object.term {
            Term::Reference { base, steps } if is_input(base) => steps.clone(),
            _ => return None,
        };
        match &path.term {
            Term::Array(path) => steps.extend(path.iter().cloned()),
            _ => steps.push(path.clone()),
        }
        Some(self.holds_secret(&self.bench.input, &steps))
    }

    fn body_mentions_secret(&self, body: &Body) -> bool {
        let mut found = false;
        walk_body(body, &mut |node| found |= self.is_secret_leaf(node));
        found
    }

    fn is_secret_leaf(&self, node: &Node) -> bool {
        match &node.term {
            Term::Variable(name) => self.secret_locals.contains(name) || self.secret_rules.contains(name),
            Term::Reference { base, steps } => is_input(base) && self.holds_secret(&self.bench.input, steps),
            _ => false,
        }
    }

    /// Whether what steps lead to, or may lead to, holds a secret.
    fn holds_secret(&self, value: &Value, steps: &[Node]) -> bool {
        let Some((step, rest)) = steps.split_first() else {
            return self.secrets.hide(value);
        };
        match (&step.term, value) {
            (Term::Text(key), Value::Object(_)) => self.holds_secret(&value[key.as_str()], rest),
            (_, Value::Object(members)) => members.values().any(|member| self.holds_secret(member, rest)),
            (_, Value::Array(elements)) => elements.iter().any(|element| self.holds_secret(element, rest)),
            _ => false,
        }
    }

    /// Whether what a definition yields is made of secrets.
    pub(super) fn is_made_of_secrets(&self, definition: &Definition) -> bool {
        if self.secrets.is_empty() {
            return false;
        }
        let head = definition.element.as_ref().or(definition.value.as_ref());
        if let (Some(head), []) = (head, definition.bodies.as_slice()) {
            return is_computed(head) && self.mentions_secret(head, &HashMap::new());
        }
        let mut found = false;
        let mut look = |node: &Node| found |= self.is_secret_leaf(node);
        if definition.outputs().any(is_computed) || definition.bodies.iter().any(computes) {
            definition.outputs().for_each(|node| walk(node, &mut look));
            definition.bodies.iter().for_each(|body| walk_body(body, &mut look));
        }
        found
    }

    /// Remembers whether a rule of the file has a secret value.
    pub(super) fn know(&mut self, name: &str, value: &Value, is_made_of_secrets: bool) {
        if is_made_of_secrets && is_telling(value) && !matches!(name, "deny" | "inconclusive") {
            self.secrets.learn(value);
        }
        if self.secrets.hide(value) {
            self.secret_rules.insert(name.to_owned());
        }
    }
}

fn is_input(node: &Node) -> bool {
    matches!(&node.term, Term::Variable(root) if root == "input")
}

/// What `object.get` is asked for: the object, and the key or path.
fn fetched<'n>(call: &Node, arguments: &'n [Node]) -> Option<(&'n Node, &'n Node)> {
    let Term::Call { function, .. } = &call.term else {
        return None;
    };
    match arguments {
        [object, path, _] if function.path()? == ["object", "get"] => Some((object, path)),
        _ => None,
    }
}

/// Whether more is done than to pass a value on.
fn is_computed(node: &Node) -> bool {
    let mut found = false;
    walk(node, &mut |node| {
        found |= matches!(node.term, Term::Call { .. } | Term::Comprehension(..) | Term::Operation(..));
    });
    found
}

fn computes(body: &Body) -> bool {
    let mut found = false;
    walk_body(body, &mut |node| found |= matches!(node.term, Term::Call { .. } | Term::Comprehension(..)));
    found
}

/// Names that a statement gives a value to by an assignment or an iteration.
pub(super) fn bound_names(statement: &Statement) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    match &statement.kind {
        StatementKind::Holds(Node { term: Term::Assign { left, right, .. }, .. }) => {
            pattern_names(left, &mut names);
            pattern_names(right, &mut names);
        }
        StatementKind::SomeIn { patterns, .. } => {
            for pattern in patterns {
                pattern_names(pattern, &mut names);
            }
        }
        _ => {}
    }
    names
}
