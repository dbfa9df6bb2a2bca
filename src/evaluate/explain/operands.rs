//! Which expressions of a statement are worth a value.

use super::names::{Globals, WILDCARD};
use crate::policy::{Node, Scalar, Statement, StatementKind, Term};

/// The expressions of a statement whose values tell something; of one that does not hold also those that its
/// names would get their values from.
pub(super) fn operands<'s>(statement: &'s Statement, holds: bool, globals: &Globals<'_>) -> Vec<&'s Node> {
    let mut found = Found { globals, nodes: Vec::new() };
    match &statement.kind {
        StatementKind::Declare(_) => {}
        StatementKind::SomeIn { patterns, collection } => {
            if holds {
                for pattern in patterns {
                    found.inner(pattern);
                }
            } else {
                found.inner(collection);
            }
        }
        StatementKind::Every { domain, .. } => found.inner(domain),
        StatementKind::Not(node) => found.whole(node),
        StatementKind::Holds(node) => match &node.term {
            Term::Assign { left, right, .. } => {
                let is_name = matches!(left.term, Term::Variable(_));
                if holds {
                    found.inner(left);
                    match &right.term {
                        // The same value as the name has.
                        Term::Variable(_) | Term::Reference { .. } if is_name => {}
                        // A literal says itself what it is.
                        Term::Text(_) | Term::Scalar(_) => found.nodes.clear(),
                        _ if is_name => found.whole(right),
                        _ => found.inner(right),
                    }
                } else {
                    found.inner(right);
                }
            }
            _ => found.whole(node),
        },
    }
    found.nodes
}

struct Found<'f, 's> {
    globals: &'f Globals<'f>,
    nodes: Vec<&'s Node>,
}

impl<'s> Found<'_, 's> {
    fn push(&mut self, node: &'s Node) {
        if !self.nodes.contains(&node) {
            self.nodes.push(node);
        }
    }

    /// A whole statement: its own value is whether it holds.
    fn whole(&mut self, node: &'s Node) {
        match &node.term {
            Term::Call { arguments, .. } => {
                for argument in arguments {
                    self.inner(argument);
                }
            }
            Term::Operation(_, parts) => {
                for part in parts {
                    self.inner(part);
                }
            }
            Term::Comprehension(..) => {}
            _ => self.inner(node),
        }
    }

    fn inner(&mut self, node: &'s Node) {
        match &node.term {
            Term::Text(_) | Term::Scalar(_) => {}
            Term::Variable(name) => {
                if name != WILDCARD && !self.globals.is_root(name) {
                    self.push(node);
                }
            }
            Term::Reference { base, steps } => {
                self.push(node);
                if let Term::Call { arguments, .. } = &base.term {
                    for argument in arguments {
                        self.inner(argument);
                    }
                }
                for step in steps {
                    self.inner(step);
                }
            }
            Term::Comprehension(..) => self.push(node),
            Term::Call { .. } => {
                self.push(node);
                self.whole(node);
            }
            Term::Operation(_, parts) => {
                // `-1` is as good as a number.
                if !parts.iter().all(|part| matches!(part.term, Term::Scalar(Scalar::Number { .. }))) {
                    self.push(node);
                    self.sides(parts);
                }
            }
            Term::Array(_) | Term::Set(_) | Term::Object(_) | Term::Assign { .. } => {
                node.parts().into_iter().for_each(|part| self.inner(part));
            }
        }
    }

    /// The sides of an operator, of which those that are operators again are only steps on the way.
    fn sides(&mut self, parts: &'s [Node]) {
        for part in parts {
            match &part.term {
                Term::Operation(_, parts) => self.sides(parts),
                _ => self.inner(part),
            }
        }
    }
}
