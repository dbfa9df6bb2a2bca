//! The first statements of a rule's definitions, one behind the other: most resources get no further.
//!
//! # What this relies on
//!
//! A definition says nothing where one of its statements does not hold, and those before it cannot fail. So a guard only
//! answers "nothing is said" or "perhaps something is", and for that looks at no statement but the first ones of each
//! definition, in the order in which they would be run. Where anything is not sure, it is "perhaps": then the program runs.

use std::collections::HashMap;

use super::machine::Machine;
use super::program::{Expression, Local, Pattern, Program, Step, StepKind, Test};
use super::value::Value;

/// Whether a rule may say anything of a resource.
#[derive(Debug, Default)]
pub(super) struct Guard {
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
        let mut checks: Vec<Check> = Vec::new();
        for definition in program.deny.iter().chain(&program.inconclusive) {
            let first = checks.len();
            let mut names = Names::default();
            let known = definition.steps.iter().map_while(|step| names.check(step));
            checks.extend(known.map(|(what, ends_with)| Check { what, ends_with, next: 0 }));
            checks.push(Check { what: What::End, ends_with: false, next: 0 });
            let next = checks.len();
            for check in checks.iter_mut().skip(first) {
                check.next = next;
            }
        }
        Self { checks }
    }

    /// Whether none of the definitions says anything. The machine must have entered the program.
    pub(super) fn is_silent<'a>(&'a self, machine: &mut Machine<'a>) -> bool {
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
