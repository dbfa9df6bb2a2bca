//! The first statements of a rule's definitions, one behind the other: most resources get no further.
//!
//! # What this relies on
//!
//! A definition says nothing where one of its statements does not hold, and those before it cannot fail. So a guard only
//! answers "nothing is said" or "perhaps something is", and for that looks at no statement but the first ones of each
//! definition, in the order in which they would be run. Where anything is not sure, it is "perhaps": then the program runs.

use std::collections::HashMap;

use super::constant::Constant;
use super::machine::Machine;
use super::program::{Comparison, Expression, Local, Pattern, Program, SetDefinition, Step, StepKind, Test};
use super::value::Value;

/// Whether a rule may say anything of a resource.
#[derive(Debug, Default)]
pub(super) struct Guard {
    /// Values that must be there, and not be null: else perhaps something is said.
    needed: u128,
    /// What is left to be looked at then.
    checks: Vec<Check>,
}

/// A statement, or the end of those that are known of a definition.
#[derive(Debug)]
struct Check {
    what: What,
    /// What its definition ends with.
    ends_with: bool,
    /// The first check of the next definition.
    next: usize,
}

#[derive(Debug)]
enum What {
    Test(Test),
    /// Whether an expression holds.
    Holds(Expression),
    /// Whether it is defined.
    Defined(Expression),
    /// What comes next is not known here.
    End,
}

impl Guard {
    /// Of a program that is ready.
    pub(super) fn new(program: &Program) -> Self {
        let mut guard = Self::default();
        for definition in program.deny.iter().chain(&program.inconclusive) {
            guard.add(definition);
        }
        guard
    }

    fn add(&mut self, definition: &SetDefinition) {
        let mut names = Names::default();
        let mut checks: Vec<(What, bool)> = Vec::new();
        for step in &definition.steps {
            match step.asks_for_null() {
                // Without it the definition ends here, and nothing before it can fail.
                Some((bit, true)) if checks.is_empty() => {
                    self.needed |= bit;
                    return;
                }
                // With it the definition goes on.
                Some((bit, false)) => self.needed |= bit,
                _ => match names.check(step) {
                    Some(check) => checks.push(check),
                    None => break,
                },
            }
        }
        checks.push((What::End, false));
        let next = self.checks.len() + checks.len();
        self.checks.extend(checks.into_iter().map(|(what, ends_with)| Check { what, ends_with, next }));
    }

    /// Whether none of the definitions says anything. The machine must have entered the program.
    pub(super) fn is_silent<'a>(&'a self, machine: &mut Machine<'a>) -> bool {
        if machine.views.any_is_bare(self.needed) {
            return false;
        }
        let mut at = 0;
        while let Some(check) = self.checks.get(at) {
            let value = match &check.what {
                What::Test(test) => machine.test(test),
                What::Holds(expression) => machine.quick(expression),
                What::Defined(expression) => match machine.quick(expression) {
                    value @ (Value::Unknown | Value::Unsure | Value::Undefined) => value,
                    _ => Value::True,
                },
                What::End => return false,
            };
            match value.holds() {
                Ok(holds) if holds == check.ends_with => at = check.next,
                Ok(_) => at += 1,
                Err(_) => return false,
            }
        }
        true
    }
}

impl Step {
    /// Where it asks whether a value of the input is null or absent: its bit, and whether it holds then. If it is neither,
    /// the other comes out.
    fn asks_for_null(&self) -> Option<(u128, bool)> {
        let (test, negated) = match &self.kind {
            StepKind::Holds(Expression::Test(test)) => (test, false),
            StepKind::Not(Expression::Test(test)) => (test, true),
            _ => return None,
        };
        let holds_of_null = match (test.comparison, test.of_absent) {
            (Comparison::Equal, Some(true)) => !negated,
            (Comparison::NotEqual, Some(false)) => negated,
            _ => return None,
        };
        let is_about_null = self.loops.is_empty() && matches!(test.constant, Constant::Null);
        is_about_null.then_some((test.slot.bit()?, holds_of_null))
    }
}

/// Local names of a definition that stand for something that costs little.
#[derive(Default)]
struct Names(HashMap<Local, Expression>);

impl Names {
    /// A statement that needs no other local names, and the outcome that ends its definition.
    fn check(&mut self, step: &Step) -> Option<(What, bool)> {
        if !step.loops.is_empty() {
            return None;
        }
        match &step.kind {
            StepKind::Holds(Expression::Test(test)) => Some((What::Test(Test::clone(test)), false)),
            StepKind::Not(Expression::Test(test)) => Some((What::Test(Test::clone(test)), true)),
            StepKind::Holds(expression) => Some((What::Holds(self.closed(expression)?), false)),
            StepKind::Not(expression) => Some((What::Holds(self.closed(expression)?), true)),
            StepKind::Assign(Pattern::Any, expression) => {
                Some((What::Defined(self.closed(expression)?), false))
            }
            StepKind::Assign(Pattern::Local(local), expression @ Expression::Shared(_)) => {
                self.0.insert(*local, expression.clone());
                Some((What::Defined(expression.clone()), false))
            }
            StepKind::Assign(..) | StepKind::Some { .. } | StepKind::Every { .. } => None,
        }
    }

    /// An expression without local names.
    fn closed(&self, expression: &Expression) -> Option<Expression> {
        let mut own = expression.clone();
        self.replace(&mut own);
        let mut is_closed = true;
        own.locals(&mut |_, _| is_closed = false);
        is_closed.then_some(own)
    }

    fn replace(&self, expression: &mut Expression) {
        if let Expression::Local(local) = expression
            && let Some(known) = self.0.get(local)
        {
            *expression = known.clone();
        }
        expression.parts(&mut |part| self.replace(part));
    }
}
