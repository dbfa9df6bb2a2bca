//! What several places of the rules of an operation look at, evaluated once for a resource.

use std::collections::{BTreeSet, HashMap};

use super::constant::Constant;
use super::program::{Comparison, Expression, Global, Local, Program, SetDefinition, Test, ValueDefinition};
use super::walk::step_parts;

/// An expression that stands in several places.
#[derive(Debug)]
pub(super) struct SharedExpression {
    /// Local names in it.
    pub(super) locals: usize,
    pub(super) expression: Expression,
}

/// Takes what stands in several places out of programs, and puts comparisons with values of the rule into a quick form.
pub(super) fn share<'p>(programs: impl Iterator<Item = &'p mut Program>) -> Vec<SharedExpression> {
    let mut programs: Vec<&mut Program> = programs.collect();
    let mut count = Count::default();
    for program in &mut programs {
        each_expression(program, &mut |expression| {
            quicken(expression);
            count.expression(expression);
        });
    }
    let mut taken = Taken { count, numbers: HashMap::new(), shared: Vec::new() };
    for program in &mut programs {
        each_expression(program, &mut |expression| taken.expression(expression, 1));
    }
    taken.shared
}

/// Shows the outermost expressions of a program.
fn each_expression(program: &mut Program, show: &mut dyn FnMut(&mut Expression)) {
    let set = |definition: &mut SetDefinition, show: &mut dyn FnMut(&mut Expression)| {
        step_parts(&mut definition.steps, show);
        show(&mut definition.element);
    };
    let value = |definition: &mut ValueDefinition, show: &mut dyn FnMut(&mut Expression)| {
        for (steps, value) in &mut definition.bodies {
            step_parts(steps, show);
            show(value);
        }
    };
    for definition in program.deny.iter_mut().chain(&mut program.inconclusive) {
        set(definition, show);
    }
    for global in &mut program.globals {
        match global {
            Global::Value { definitions, .. } => {
                for definition in definitions {
                    value(definition, show);
                }
            }
            Global::Set(definitions) => {
                for definition in definitions {
                    set(definition, show);
                }
            }
        }
    }
    for function in &mut program.functions {
        for definition in &mut function.definitions {
            value(definition, show);
        }
    }
}

/// Puts comparisons of a value of the input with a value of the rule into their quick form.
pub(super) fn quicken(expression: &mut Expression) {
    expression.parts(&mut quicken);
    let Expression::Compare(comparison, sides) = expression else { return };
    let (comparison, read, constant) = match sides.as_ref() {
        (read, Expression::Constant(constant)) => (*comparison, read, constant),
        (Expression::Constant(constant), read) => (comparison.turned(), read, constant),
        _ => return,
    };
    let (slot, of_absent) = match read {
        Expression::Input(slot) => (*slot, None),
        Expression::InputOr(slot, default) => {
            let Expression::Constant(default) = default.as_ref() else { return };
            let Some(order) = default.compare(constant) else { return };
            (*slot, Some(comparison.is_met_by(order)))
        }
        _ => return,
    };
    let Some(order) = Constant::Null.compare(constant) else { return };
    let (of_null, constant) = (comparison.is_met_by(order), constant.clone());
    *expression = Expression::Test(Box::new(Test { slot, of_absent, of_null, comparison, constant }));
}

impl Comparison {
    /// The same with its sides exchanged.
    const fn turned(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::NotEqual => Self::NotEqual,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

/// How often expressions stand somewhere.
#[derive(Default)]
struct Count(HashMap<String, u32>);

impl Count {
    fn expression(&mut self, expression: &mut Expression) {
        if let Some((key, ..)) = shareable(expression) {
            *self.0.entry(key).or_default() += 1;
        }
        expression.parts(&mut |part| self.expression(part));
    }
}

struct Taken {
    count: Count,
    numbers: HashMap<String, usize>,
    shared: Vec<SharedExpression>,
}

impl Taken {
    /// Takes what is to be shared out of an expression that stands in so many places.
    fn expression(&mut self, expression: &mut Expression, places: u32) {
        let found = shareable(expression).and_then(|(key, own, locals)| {
            let count = self.count.0.get(&key).copied().unwrap_or_default();
            // A body that stands in one place may still be gone through many times.
            let is_body = matches!(own, Expression::Given(_)) && places <= 1;
            (count > places || is_body).then_some((key, own, locals, count))
        });
        let Some((key, mut own, locals, count)) = found else {
            return expression.parts(&mut |part| self.expression(part, places));
        };
        let number = if let Some(number) = self.numbers.get(&key) {
            *number
        } else {
            // What stands elsewhere too is shared in it.
            own.parts(&mut |part| self.expression(part, count.max(1)));
            let number = self.shared.len();
            self.shared.push(SharedExpression { locals, expression: own });
            self.numbers.insert(key, number);
            number
        };
        *expression = Expression::Shared(number);
    }
}

/// What stands for an expression wherever it is, if it is worth to be shared: with its local names numbered from 0, and
/// how many they are.
fn shareable(expression: &mut Expression) -> Option<(String, Expression, usize)> {
    if !matters(expression) || !stands_alone(expression) {
        return None;
    }
    let mut own = expression.clone();
    let mut numbers: HashMap<Local, Local> = HashMap::new();
    own.locals(&mut |local, _| {
        let next = numbers.len();
        *local = *numbers.entry(*local).or_insert(next);
    });
    Some((format!("{own:?}"), own, numbers.len()))
}

/// Whether an expression costs more than to look up what it gave before.
const fn matters(expression: &Expression) -> bool {
    !matches!(
        expression,
        Expression::Constant(_)
            | Expression::Undefined
            | Expression::Input(_)
            | Expression::InputOr(..)
            | Expression::Test(_)
            | Expression::Shared(_)
            | Expression::Local(_)
            | Expression::Global(_)
            | Expression::Function(..)
            | Expression::Matches(..)
            | Expression::Replaced(..)
    )
}

/// Whether an expression means the same everywhere: it uses no names from outside, and nothing that only its rule has.
fn stands_alone(expression: &mut Expression) -> bool {
    let mut bound = BTreeSet::new();
    let mut is_free = false;
    expression.locals(&mut |local, binds| {
        if binds {
            bound.insert(*local);
        } else {
            is_free |= !bound.contains(local);
        }
    });
    !is_free && !expression.is_of_rule()
}
