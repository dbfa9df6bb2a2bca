//! Statements: what they need, and which names they give a value.

use std::ops::Range;

use super::interpret::{Global, Interpreter, Look, Mood, is_comparison};
use super::path::{ReadPath, Step, Taken, path_of};
use super::values::{Value, Values};
use crate::policy::syntax::{Node, Operator, Statement, StatementKind, Term};

impl<'m> Interpreter<'m> {
    pub(super) fn statement(&mut self, statement: &'m Statement, guards: &mut Vec<ReadPath>) {
        let replaced = self.replaced.len();
        for (target, value) in &statement.modifiers {
            let value = self.value(value);
            let path = target.path().map(|path| match self.global(&path) {
                Global::Path(path) => path,
                Global::Unknown => path,
            });
            self.replaced.extend(path.map(|path| (path, value)));
        }
        match &statement.kind {
            StatementKind::Declare(names) => {
                let names = names.iter().map(|name| name.text.clone());
                if let Some(frame) = self.frames.last_mut() {
                    frame.declared.extend(names);
                }
            }
            StatementKind::SomeIn { patterns, collection } => {
                let collection_values = self.value(collection);
                self.look_at(&collection_values, &Look::NEEDED, &collection.span);
                self.some(patterns, &collection_values, &collection.span);
            }
            StatementKind::Holds(node) => self.holds(node, guards),
            StatementKind::Not(node) => {
                let mood = self.mood;
                self.mood = Mood { lenient: true, negated: !mood.negated };
                self.in_frame(|this| this.holds(node, &mut Vec::new()));
                self.mood = mood;
            }
            StatementKind::Every { names, domain, body } => {
                let values = self.value(domain);
                self.look_at(&values, &Look::NEEDED, &domain.span);
                self.in_frame(|this| {
                    let (keys, elements) = this.entries(&values, &domain.span);
                    let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
                    match names.as_slice() {
                        [value] => this.set(value, elements),
                        [key, value] => {
                            this.set(key, keys);
                            this.set(value, elements);
                        }
                        _ => {}
                    }
                    this.body(&body.statements, |_| ());
                });
            }
        }
        self.replaced.truncate(replaced);
    }

    /// `some key, value in collection`
    fn some(&mut self, patterns: &'m [Node], collection: &Values, span: &Range<usize>) {
        let (keys, elements) = self.entries(collection, span);
        match patterns {
            [value] => self.bind(value, &elements, true),
            [key, value] => {
                self.bind(key, &keys, true);
                self.bind(value, &elements, true);
            }
            _ => {}
        }
    }

    pub(super) fn entries(&mut self, values: &Values, span: &Range<usize>) -> (Values, Values) {
        let site = self.site(span);
        let handled = self.mood.lenient;
        let (keys, elements) = values.entries(&mut |trail| {
            let taken = Taken { step: Step::Each, handled, computed: false, site: site.clone() };
            trail.iter().cloned().chain([taken]).collect()
        });
        self.need(&elements);
        (keys, elements)
    }

    /// An expression that must hold.
    fn holds(&mut self, node: &'m Node, guards: &mut Vec<ReadPath>) {
        match &node.term {
            Term::Assign { left, right, declares } => self.assign(left, right, *declares, &node.span),
            Term::Operation(Operator::NotEqual, operands) => {
                if let [left, right] = operands.as_slice() {
                    let (left, right) = (self.value(left), self.value(right));
                    self.compare(Operator::NotEqual, &left, &right, &node.span);
                    for (one, other) in [(&left, &right), (&right, &left)] {
                        if other.is_null() {
                            one.trails(&mut |trail| guards.push(path_of(trail)));
                        }
                    }
                }
            }
            Term::Operation(operator, operands) if is_comparison(*operator) => {
                self.operation(*operator, operands, &node.span);
            }
            Term::Call { function, arguments } => {
                let values = self.call(function, arguments, true, &node.span);
                self.look_at(&values, &Look::HOLDS, &node.span);
            }
            _ => {
                let values = self.value(node);
                self.look_at(&values, &Look::HOLDS, &node.span);
            }
        }
    }

    pub(super) fn assign(&mut self, left: &'m Node, right: &'m Node, declares: bool, span: &Range<usize>) {
        if declares {
            let naming = std::mem::replace(&mut self.naming, true);
            let values = self.value(right);
            self.naming = naming;
            self.bind(left, &values, true);
        } else if self.is_open(left) {
            let values = self.value(right);
            self.bind(left, &values, false);
        } else if self.is_open(right) {
            let values = self.value(left);
            self.bind(right, &values, false);
        } else {
            let (left, right) = (self.value(left), self.value(right));
            self.compare(Operator::Equal, &left, &right, span);
        }
    }

    /// Whether a pattern holds a name without a value.
    pub(super) fn is_open(&self, node: &Node) -> bool {
        match &node.term {
            Term::Variable(name) => {
                name == "_"
                    || (self.local(name).is_none() && matches!(self.name(name), Global::Unknown))
                    || self.is_declared(name)
            }
            Term::Array(parts) => parts.iter().any(|part| self.is_open(part)),
            Term::Object(fields) => fields.iter().any(|(_, value)| self.is_open(value)),
            _ => false,
        }
    }

    /// Gives the names of a pattern their values.
    pub(super) fn bind(&mut self, pattern: &'m Node, values: &Values, fresh: bool) {
        match &pattern.term {
            Term::Variable(name) if name == "_" => {}
            Term::Variable(name) if fresh || self.local(name).is_none() => self.set(name, values.clone()),
            Term::Variable(_) => {
                let known = self.value(pattern);
                self.compare(Operator::Equal, &known, values, &pattern.span);
            }
            Term::Array(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    #[expect(clippy::cast_precision_loss, reason = "patterns are short")]
                    let key = Values::one(Value::Number(Some(index as f64)));
                    let element = self.under(values, &key, &part.span);
                    self.need(&element);
                    self.bind(part, &element, fresh);
                }
            }
            Term::Object(fields) => {
                for (key, value) in fields {
                    let keys = self.value(key);
                    let member = self.under(values, &keys, &key.span);
                    self.need(&member);
                    self.bind(value, &member, fresh);
                }
            }
            _ => {
                let other = self.value(pattern);
                self.compare(Operator::Equal, values, &other, &pattern.span);
            }
        }
    }
}
