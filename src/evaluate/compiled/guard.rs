//! The first statements of a rule's definitions, one behind the other: most resources get no further.
//!
//! # What this relies on
//!
//! A definition says nothing where one of its statements does not hold, and those before it cannot fail. So a guard only
//! answers "nothing is said" or "perhaps something is", and for that looks at no statement but the first ones of each
//! definition, in the order in which they would be run. Where anything is not sure, it is "perhaps": then the program runs.

use super::constant::Constant;
use super::machine::Machine;
use super::program::{Comparison, Expression, Program, Step, StepKind, Test};
use super::value::Value;
use crate::evaluate::slots::Slot;

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
    Compare(Comparison, Operand, Operand),
    Holds(Operand),
    /// What comes next is not known here.
    End,
}

#[derive(Debug)]
enum Operand {
    Input(Slot),
    InputOr(Slot, Constant),
    Shared(usize),
    Constant(Constant),
}

impl Guard {
    /// Of a program that is ready.
    pub(super) fn new(program: &Program) -> Self {
        let mut checks: Vec<Check> = Vec::new();
        for definition in program.deny.iter().chain(&program.inconclusive) {
            let first = checks.len();
            let known = definition.steps.iter().map_while(check);
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
                What::Compare(comparison, left, right) => {
                    let (left, right) = (left.value(machine), right.value(machine));
                    if let (Value::Integer(left), Value::Integer(right)) = (left, right) {
                        Value::boolean(comparison.is_met_by(left.cmp(&right)))
                    } else {
                        machine.compared(*comparison, left, right)
                    }
                }
                What::Holds(operand) => operand.value(machine),
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

/// A statement that costs little, and the outcome that ends its definition.
fn check(step: &Step) -> Option<(What, bool)> {
    if !step.loops.is_empty() {
        return None;
    }
    match &step.kind {
        StepKind::Holds(expression) => Some((what(expression)?, false)),
        StepKind::Not(expression) => Some((what(expression)?, true)),
        StepKind::Assign(..) | StepKind::Some { .. } | StepKind::Every { .. } => None,
    }
}

fn what(expression: &Expression) -> Option<What> {
    Some(match expression {
        Expression::Test(test) => What::Test(Test::clone(test)),
        Expression::Compare(comparison, sides) => {
            What::Compare(*comparison, operand(&sides.0)?, operand(&sides.1)?)
        }
        expression => What::Holds(operand(expression)?),
    })
}

fn operand(expression: &Expression) -> Option<Operand> {
    Some(match expression {
        Expression::Input(slot) => Operand::Input(*slot),
        Expression::InputOr(slot, default) => {
            let Expression::Constant(default) = default.as_ref() else { return None };
            Operand::InputOr(*slot, default.clone())
        }
        Expression::Shared(number) => Operand::Shared(*number),
        Expression::Constant(constant) => Operand::Constant(constant.clone()),
        _ => return None,
    })
}

impl Operand {
    fn value<'a>(&'a self, machine: &mut Machine<'a>) -> Value<'a> {
        match self {
            Self::Input(slot) => Value::of_view(machine.views.get(*slot)),
            Self::InputOr(slot, default) => match Value::of_view(machine.views.get(*slot)) {
                Value::Undefined => Value::of_constant(default),
                value => value,
            },
            Self::Shared(number) => machine.shared(*number),
            Self::Constant(constant) => Value::of_constant(constant),
        }
    }
}
