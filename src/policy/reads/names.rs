//! Names: which have a value, and what a pattern gives them.

use std::ops::Range;

use super::interpret::{Global, Interpreter};
use super::values::{Value, Values};
use crate::policy::syntax::{Module, Node, Operator, Term};

impl<'m> Interpreter<'m> {
    /// `left := right`, or with `declares` false `left = right`.
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
                self.count(values, parts.len());
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

    pub(super) fn set(&mut self, name: &str, values: Values) {
        if let Some(frame) = self.frames.last_mut() {
            frame.names.insert(name.to_owned(), values);
        }
    }

    pub(super) fn local(&self, name: &str) -> Option<&Values> {
        let frames = self.frames.get(self.base..).unwrap_or_default();
        frames.iter().rev().find_map(|frame| frame.names.get(name))
    }

    pub(super) fn is_declared(&self, name: &str) -> bool {
        let frames = self.frames.get(self.base..).unwrap_or_default();
        frames.iter().any(|frame| frame.declared.iter().any(|declared| declared == name))
            && self.local(name).is_none()
    }

    pub(super) fn module(&self) -> Option<&'m Module> {
        self.modules.get(self.file)
    }

    pub(super) fn name(&self, name: &str) -> Global {
        self.global(&[name.to_owned()])
    }

    /// What a path of the file stands for, with its root.
    pub(super) fn global(&self, path: &[String]) -> Global {
        let Some((root, rest)) = path.split_first() else {
            return Global::Unknown;
        };
        if root == "input" || root == "data" {
            return Global::Path(path.to_vec());
        }
        let Some(module) = self.module() else {
            return Global::Unknown;
        };
        if let Some(import) = module.import(root) {
            return Global::Path([import.path.as_slice(), rest].concat());
        }
        if self.declared.names(&module.package).any(|name| name == root) {
            return Global::Path([&["data".to_owned()], module.package.as_slice(), path].concat());
        }
        Global::Unknown
    }
}
