//! The first statements of a rule's definitions, one behind the other: most resources get no further.
//!
//! # What this relies on
//!
//! A definition says nothing where one of its statements does not hold, and those before it cannot fail. So a guard only
//! answers "nothing is said" or "perhaps something is", and for that looks at no statement but the first ones of each
//! definition, in the order in which they would be run. Where anything is not sure, it is "perhaps": then the program runs.
//!
//! A definition that goes through a list that the rule spells out is one definition for each element. That holds only
//! where no part of the list can fail, even one that nobody looks at: its parts are values of the rule and of the input.

use std::collections::{BTreeSet, HashMap};

use super::constant::Constant;
use super::machine::Machine;
use super::program::{Comparison, Expression, Local, Pattern, Program, Step, StepKind, Test};
use super::share::{SharedExpression, quicken};
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

#[derive(Clone, Debug)]
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
    /// Of a program that is ready, with what it shares with others.
    pub(super) fn new(program: &Program, shared: &[SharedExpression]) -> Self {
        let mut guard = Self::default();
        for definition in program.deny.iter().chain(&program.inconclusive) {
            guard.add(&definition.steps, Names::default(), Vec::new(), shared);
        }
        guard
    }

    /// Adds statements of a definition, before which these are checked.
    fn add(
        &mut self,
        steps: &[Step],
        mut names: Names,
        mut checks: Vec<(What, bool)>,
        shared: &[SharedExpression],
    ) {
        for (step, behind) in steps.iter().zip(1..) {
            match step.asks_for_null() {
                // Without it the definition ends here, and nothing before it can fail.
                Some((bit, true)) if checks.is_empty() => {
                    self.needed |= bit;
                    return;
                }
                // With it the definition goes on.
                Some((bit, false)) => self.needed |= bit,
                _ => {
                    if let Some((key, name, elements)) = spelled_out(step, shared) {
                        for (element, index) in elements.iter().zip(0..) {
                            let mut names = names.clone();
                            names.0.insert(name, element.clone());
                            if let Some(key) = key {
                                names.0.insert(key, Expression::Constant(Constant::Integer(index)));
                            }
                            let steps = steps.get(behind..).unwrap_or_default();
                            self.add(steps, names, checks.clone(), shared);
                        }
                        return;
                    }
                    match names.check(step) {
                        Some(check) => checks.push(check),
                        None => break,
                    }
                }
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

impl What {
    fn holds(mut expression: Expression) -> Self {
        quicken(&mut expression);
        match expression {
            Expression::Test(test) => Self::Test(*test),
            other => Self::Holds(other),
        }
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

/// The elements that a statement goes through, where the rule spells them out and none of their parts can fail, and the
/// names that it gives their keys and them.
fn spelled_out<'e>(
    step: &'e Step,
    shared: &'e [SharedExpression],
) -> Option<(Option<Local>, Local, &'e [Expression])> {
    let StepKind::Some { key, value: Pattern::Local(name), collection } = &step.kind else {
        return None;
    };
    let key = match key {
        Pattern::Any => None,
        Pattern::Local(key) => Some(*key),
        Pattern::Constant(_) | Pattern::Array(_) => return None,
    };
    let collection = match collection {
        Expression::Shared(number) => &shared.get(*number)?.expression,
        collection => collection,
    };
    let Expression::Array(elements) = collection else { return None };
    (step.loops.is_empty() && elements.iter().all(cannot_fail)).then_some((key, *name, elements))
}

/// Whether an expression is a value of the rule or of the input, or an object of such, each under its own name.
fn cannot_fail(expression: &Expression) -> bool {
    let is_given = |part: &Expression| match part {
        Expression::Constant(_) | Expression::Input(_) => true,
        Expression::InputOr(_, default) => matches!(default.as_ref(), Expression::Constant(_)),
        _ => false,
    };
    let Expression::Object(members) = expression else { return is_given(expression) };
    let mut names = BTreeSet::new();
    members.iter().all(|(name, value)| text(name).is_some_and(|name| names.insert(name)) && is_given(value))
}

fn text(expression: &Expression) -> Option<&str> {
    match expression {
        Expression::Constant(Constant::Text(text)) => Some(text),
        _ => None,
    }
}

/// Local names of a definition that stand for something that costs little.
#[derive(Clone, Default)]
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
            StepKind::Holds(expression) => Some((What::holds(self.closed(expression)?), false)),
            StepKind::Not(expression) => Some((What::holds(self.closed(expression)?), true)),
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
        if let Expression::Under(sides) = expression
            && let (object @ Expression::Object(_), key) = sides.as_ref()
            && let Some(key) = text(key)
            && cannot_fail(object)
            && let Expression::Object(members) = object
        {
            let member = members.iter().find(|(name, _)| text(name) == Some(key));
            *expression = member.map_or(Expression::Undefined, |(_, value)| value.clone());
        }
    }
}
