//! Which values of the input a program looks at, and how closely.

use super::constant::Constant;
use super::program::{
    Comparison, Expression, Global, Program, Route, SetDefinition, Step, StepKind, ValueDefinition,
};

/// How closely a value is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::evaluate) enum Closely {
    /// Only its kind, and of a boolean which it is: it is held against `null`, `true` and `false`, and nothing else.
    Kind,
    /// All that is in it.
    Content,
}

impl Program {
    /// Everything that it may look at.
    pub(super) fn looks(&self) -> Vec<(&Route, Closely)> {
        let mut search = Search { program: self, looks: Vec::new() };
        for definition in self.deny.iter().chain(&self.inconclusive) {
            search.set(definition);
        }
        for (id, global) in self.globals.iter().enumerate() {
            // What only passes a value on is looked at where it is used.
            if self.passed_on(id).is_some() {
                continue;
            }
            match global {
                Global::Value { definitions, .. } => {
                    for definition in definitions {
                        search.value(definition);
                    }
                }
                Global::Set(definitions) => {
                    for definition in definitions {
                        search.set(definition);
                    }
                }
            }
        }
        for definition in self.functions.iter().flat_map(|function| &function.definitions) {
            search.value(definition);
        }
        if let Some(route) = self.applies.and_then(|applies| self.passed_on(applies)) {
            search.looks.push((route, Closely::Kind));
        }
        search.looks
    }

    /// The value that a rule without arguments passes on as it is: `x := input.resource.a`, or with a default that is a
    /// single value.
    fn passed_on(&self, global: usize) -> Option<&Route> {
        let Some(Global::Value { definitions, default: None }) = self.globals.get(global) else {
            return None;
        };
        let [ValueDefinition { bodies, parameters, .. }] = definitions.as_slice() else { return None };
        let [(steps, value)] = bodies.as_slice() else { return None };
        if !steps.is_empty() || !parameters.is_empty() {
            return None;
        }
        passed_on(value)
    }
}

/// The value of the input that an expression is, if nothing is made of it.
fn passed_on(expression: &Expression) -> Option<&Route> {
    match expression {
        Expression::Input(route) => Some(route),
        Expression::InputOr(route, default) if is_plain(default) => Some(route),
        _ => None,
    }
}

/// Whether an expression is `null`, `true` or `false`.
const fn is_plain(expression: &Expression) -> bool {
    matches!(expression, Expression::Constant(Constant::Null | Constant::Boolean(_)))
}

struct Search<'p> {
    program: &'p Program,
    looks: Vec<(&'p Route, Closely)>,
}

impl<'p> Search<'p> {
    fn set(&mut self, definition: &'p SetDefinition) {
        self.steps(&definition.steps);
        self.look(&definition.element, Closely::Content);
    }

    fn value(&mut self, definition: &'p ValueDefinition) {
        for (steps, value) in &definition.bodies {
            self.steps(steps);
            self.look(value, Closely::Content);
        }
    }

    fn steps(&mut self, steps: &'p [Step]) {
        for step in steps {
            for gone_through in &step.loops {
                self.look(&gone_through.collection, Closely::Content);
            }
            match &step.kind {
                StepKind::Holds(expression) | StepKind::Not(expression) => {
                    // Whether it holds hangs on whether it is there, or false.
                    self.look(expression, Closely::Kind);
                }
                StepKind::Assign(_, expression) => self.look(expression, Closely::Content),
                StepKind::Some { collection, .. } => self.look(collection, Closely::Content),
                StepKind::Every { domain, steps, .. } => {
                    self.look(domain, Closely::Content);
                    self.steps(steps);
                }
            }
        }
    }

    fn look(&mut self, expression: &'p Expression, closely: Closely) {
        if let Some(route) = passed_on(expression) {
            self.looks.push((route, closely));
            return;
        }
        match expression {
            Expression::Global(id) => {
                // Any other rule is gone through by itself.
                if let Some(route) = self.program.passed_on(*id) {
                    self.looks.push((route, closely));
                }
            }
            Expression::Compare(Comparison::Equal | Comparison::NotEqual, sides) => {
                let (left, right) = sides.as_ref();
                let closely =
                    if is_plain(left) || is_plain(right) { Closely::Kind } else { Closely::Content };
                self.look(left, closely);
                self.look(right, closely);
            }
            Expression::Constant(_) | Expression::Undefined | Expression::Local(_) => {}
            Expression::Input(route) => self.looks.push((route, Closely::Content)),
            Expression::InputOr(route, default) => {
                self.looks.push((route, Closely::Content));
                self.look(default, Closely::Content);
            }
            Expression::Under(parts)
            | Expression::Compare(_, parts)
            | Expression::Arithmetic(_, parts)
            | Expression::Union(parts)
            | Expression::Intersection(parts)
            | Expression::Member(parts)
            | Expression::Replaced(_, parts) => {
                self.look(&parts.0, Closely::Content);
                self.look(&parts.1, Closely::Content);
            }
            Expression::Entry(parts) => {
                self.look(&parts.0, Closely::Content);
                self.look(&parts.1, Closely::Content);
                self.look(&parts.2, Closely::Content);
            }
            Expression::Matches(_, text) => self.look(text, Closely::Content),
            Expression::Call(_, parts)
            | Expression::Function(_, parts)
            | Expression::Array(parts)
            | Expression::Set(parts) => {
                for part in parts {
                    self.look(part, Closely::Content);
                }
            }
            Expression::Object(fields) => {
                for (key, value) in fields {
                    self.look(key, Closely::Content);
                    self.look(value, Closely::Content);
                }
            }
            Expression::ArrayOf(collector)
            | Expression::SetOf(collector)
            | Expression::ObjectOf(collector) => {
                self.steps(&collector.steps);
                self.look(&collector.key, Closely::Content);
                self.look(&collector.value, Closely::Content);
            }
        }
    }
}
