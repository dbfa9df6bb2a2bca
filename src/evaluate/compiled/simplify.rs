//! Programs with less to do: what can be worked out beforehand is, and what is called in one place stands there.
//!
//! What comes out says the same of every resource, errors included: nothing is left out that may fail, and what is
//! evaluated more often than before is pure.

use std::collections::{BTreeSet, HashMap};

use super::constant::Constant;
use super::machine::value_of;
use super::program::{
    Builtin, Expression, Function, Given, Global, GlobalId, Local, Operation, Pattern, Program,
    SetDefinition, Step, StepKind, ValueDefinition,
};
use super::walk::{step_locals, step_parts};
use crate::evaluate::slots::{Slot, Slots};
use crate::model::Layout;

/// Elements of a list that are gone through one behind the other.
const SHORT: usize = 16;
/// Expressions of which a function may be made that is put in place of its call.
const MOST_PARTS: usize = 200;

/// Simplifies a program; `now_ns` is the run's clock.
pub(super) fn simplify(program: &mut Program, slots: &mut Slots, now_ns: i64) {
    let mut simplifier = Simplifier {
        slots,
        now_ns,
        globals: std::mem::take(&mut program.globals).into_iter().map(Part::NotYet).collect(),
        functions: std::mem::take(&mut program.functions).into_iter().map(Part::NotYet).collect(),
        locals: 0,
        known: HashMap::new(),
        kept: Vec::new(),
    };
    for definition in program.deny.iter_mut().chain(&mut program.inconclusive) {
        simplifier.set(definition);
    }
    for id in 0..simplifier.globals.len() {
        simplifier.global(id);
    }
    for id in 0..simplifier.functions.len() {
        simplifier.function(id);
    }
    program.globals = simplifier.globals.into_iter().filter_map(Part::done).collect();
    program.functions = simplifier.functions.into_iter().filter_map(Part::done).collect();
    drop_unused(program);
}

/// Empties what nothing refers to any more; the others keep their numbers.
fn drop_unused(program: &mut Program) {
    let mut used = Used::default();
    for definition in program.deny.iter_mut().chain(&mut program.inconclusive) {
        used.set(definition);
    }
    used.globals.extend(program.applies);
    let (mut seen_globals, mut seen_functions) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let globals: Vec<usize> = used.globals.difference(&seen_globals).copied().collect();
        let functions: Vec<usize> = used.functions.difference(&seen_functions).copied().collect();
        if globals.is_empty() && functions.is_empty() {
            break;
        }
        for id in globals {
            seen_globals.insert(id);
            match program.globals.get_mut(id) {
                Some(Global::Value { definitions, .. }) => used.values(definitions),
                Some(Global::Set(definitions)) => {
                    for definition in definitions {
                        used.set(definition);
                    }
                }
                None => {}
            }
        }
        for id in functions {
            seen_functions.insert(id);
            if let Some(function) = program.functions.get_mut(id) {
                used.values(&mut function.definitions);
            }
        }
    }
    for (id, global) in program.globals.iter_mut().enumerate() {
        if !seen_globals.contains(&id) {
            *global = Global::Value { definitions: Vec::new(), default: None };
        }
    }
    for (id, function) in program.functions.iter_mut().enumerate() {
        if !seen_functions.contains(&id) {
            function.definitions.clear();
        }
    }
    if seen_globals.is_empty() {
        program.globals.clear();
    }
}

/// What is referred to.
#[derive(Default)]
struct Used {
    globals: BTreeSet<GlobalId>,
    functions: BTreeSet<usize>,
}

impl Used {
    fn set(&mut self, definition: &mut SetDefinition) {
        step_parts(&mut definition.steps, &mut |part| self.expression(part));
        self.expression(&mut definition.element);
    }

    fn values(&mut self, definitions: &mut [ValueDefinition]) {
        for (steps, value) in definitions.iter_mut().flat_map(|definition| &mut definition.bodies) {
            step_parts(steps, &mut |part| self.expression(part));
            self.expression(value);
        }
    }

    fn expression(&mut self, expression: &mut Expression) {
        match expression {
            Expression::Global(id) => {
                self.globals.insert(*id);
            }
            Expression::Function(id, _) => {
                self.functions.insert(*id);
            }
            _ => {}
        }
        expression.parts(&mut |part| self.expression(part));
    }
}

/// A part of a program that others refer to.
enum Part<T> {
    NotYet(T),
    UnderWay,
    Done(T),
}

impl<T> Part<T> {
    fn done(self) -> Option<T> {
        if let Self::Done(part) = self { Some(part) } else { None }
    }
}

struct Simplifier<'s> {
    slots: &'s mut Slots,
    now_ns: i64,
    globals: Vec<Part<Global>>,
    functions: Vec<Part<Function>>,
    /// Of the definition at hand: how many local names there are.
    locals: usize,
    /// Those that stand for something that can stand in their place.
    known: HashMap<Local, Expression>,
    /// Those that must keep their values.
    kept: Vec<Local>,
}

impl Simplifier<'_> {
    fn global(&mut self, id: GlobalId) -> Option<&Global> {
        if matches!(self.globals.get(id), Some(Part::NotYet(_))) {
            let part = std::mem::replace(self.globals.get_mut(id)?, Part::UnderWay);
            if let Part::NotYet(mut global) = part {
                match &mut global {
                    Global::Value { definitions, .. } => {
                        for definition in definitions {
                            self.value(definition);
                        }
                    }
                    Global::Set(definitions) => {
                        for definition in definitions {
                            self.set(definition);
                        }
                    }
                }
                *self.globals.get_mut(id)? = Part::Done(global);
            }
        }
        if let Some(Part::Done(global)) = self.globals.get(id) { Some(global) } else { None }
    }

    fn function(&mut self, id: usize) -> Option<&Function> {
        if matches!(self.functions.get(id), Some(Part::NotYet(_))) {
            let part = std::mem::replace(self.functions.get_mut(id)?, Part::UnderWay);
            if let Part::NotYet(mut function) = part {
                for definition in &mut function.definitions {
                    self.value(definition);
                }
                *self.functions.get_mut(id)? = Part::Done(function);
            }
        }
        if let Some(Part::Done(function)) = self.functions.get(id) { Some(function) } else { None }
    }

    /// Goes to another definition, and comes back; the number of its local names.
    fn within(&mut self, locals: usize, kept: &[Local], work: impl FnOnce(&mut Self)) -> usize {
        let outside = (
            std::mem::replace(&mut self.locals, locals),
            std::mem::take(&mut self.known),
            std::mem::replace(&mut self.kept, kept.to_vec()),
        );
        work(self);
        let locals = self.locals;
        (self.locals, self.known, self.kept) = outside;
        locals
    }

    fn set(&mut self, definition: &mut SetDefinition) {
        let SetDefinition { locals, steps, element, keys, .. } = definition;
        *locals = self.within(*locals, keys, |this| {
            this.steps(steps);
            this.expression(element);
        });
    }

    fn value(&mut self, definition: &mut ValueDefinition) {
        let ValueDefinition { locals, bodies, .. } = definition;
        *locals = self.within(*locals, &[], |this| {
            for (steps, value) in bodies {
                this.steps(steps);
                this.expression(value);
            }
        });
    }

    fn steps(&mut self, steps: &mut Vec<Step>) {
        let mut simpler = Vec::with_capacity(steps.len());
        for mut step in std::mem::take(steps) {
            for gone_through in &mut step.loops {
                self.expression(&mut gone_through.collection);
            }
            let is_alone = step.loops.is_empty();
            match &mut step.kind {
                StepKind::Holds(expression) => {
                    self.expression(expression);
                    match expression {
                        Expression::Constant(constant) if is_alone && holds(constant) => continue,
                        Expression::Given(given) if is_alone && given.is_condition() => {
                            simpler.append(&mut given.steps);
                            continue;
                        }
                        _ => {}
                    }
                }
                StepKind::Not(expression) => {
                    self.expression(expression);
                    match expression {
                        Expression::Undefined if is_alone => continue,
                        Expression::Constant(constant) if is_alone && !holds(constant) => continue,
                        Expression::Given(given) if given.is_condition() => {
                            if let [Step { kind: StepKind::Holds(_), .. }] = given.steps.as_slice()
                                && let Some(Step { kind: StepKind::Holds(only), .. }) = given.steps.pop()
                            {
                                *expression = only;
                            }
                        }
                        _ => {}
                    }
                }
                StepKind::Assign(pattern, expression) => {
                    self.expression(expression);
                    if let Pattern::Local(local) = pattern
                        && is_alone
                        && !self.kept.contains(local)
                        && (is_simple(expression) || is_short_list(expression))
                    {
                        self.known.insert(*local, expression.clone());
                        simpler.extend(defined(expression));
                        continue;
                    }
                }
                StepKind::Some { collection, .. } => self.expression(collection),
                StepKind::Every { key, value, domain, steps } => {
                    self.expression(domain);
                    if is_alone && is_short_list(domain) && steps.iter().all(Step::is_plain) {
                        simpler.extend(defined(domain));
                        self.each_in_turn(*key, *value, domain, steps, &mut simpler);
                        continue;
                    }
                    self.steps(steps);
                }
            }
            simpler.push(step);
        }
        drop_what_follows_anyway(&mut simpler);
        *steps = simpler;
    }

    /// The statements for each element of a list, one behind the other.
    fn each_in_turn(
        &mut self,
        key: Option<Local>,
        value: Local,
        domain: &mut Expression,
        steps: &[Step],
        simpler: &mut Vec<Step>,
    ) {
        if let Some(slots) = slots_of(domain)
            && let [Step { kind: StepKind::Holds(Expression::Call(builtin, arguments)), .. }] = steps
            && matches!(arguments.as_slice(), [Expression::Local(local)] if *local == value)
        {
            let kind = StepKind::Holds(Expression::AreAll(*builtin, slots));
            simpler.push(Step { loops: Vec::new(), kind });
            return;
        }
        let mut index = 0;
        domain.parts(&mut |element| {
            if let Some(key) = key {
                self.known.insert(key, Expression::Constant(Constant::Integer(index)));
            }
            self.known.insert(value, element.clone());
            let mut own = steps.to_vec();
            self.steps(&mut own);
            simpler.append(&mut own);
            index += 1;
        });
    }

    fn expression(&mut self, expression: &mut Expression) {
        match expression {
            Expression::Given(given) => {
                self.steps(&mut given.steps);
                self.expression(&mut given.value);
            }
            Expression::ArrayOf(collector)
            | Expression::SetOf(collector)
            | Expression::ObjectOf(collector) => {
                self.steps(&mut collector.steps);
                self.expression(&mut collector.key);
                self.expression(&mut collector.value);
            }
            _ => expression.parts(&mut |part| self.expression(part)),
        }
        let simpler = match expression {
            Expression::Local(local) => self.known.get(local).cloned(),
            Expression::Global(id) => self.in_place_of_global(*id),
            Expression::Function(id, arguments) => {
                let arguments = arguments.clone();
                self.in_place_of_call(*id, arguments)
            }
            Expression::Under(parts) => under(self.slots, parts),
            Expression::Call(Builtin::NowNs, _) => Some(Expression::Constant(Constant::Integer(self.now_ns))),
            Expression::Call(Builtin::Sum, arguments) => match arguments.as_mut_slice() {
                [list] if is_short_list(list) => Some(sum(list)),
                _ => None,
            },
            _ => None,
        };
        if let Some(simpler) = simpler {
            *expression = simpler;
        }
        if let Some(value) = folded(expression) {
            *expression = value;
        }
    }

    /// The value of a rule without arguments, where it has one definition, and that needs nothing else of the rule:
    /// where it stands several times, it is worked out once all the same.
    fn in_place_of_global(&mut self, id: GlobalId) -> Option<Expression> {
        let Some(Global::Value { definitions, default }) = self.global(id) else { return None };
        let [ValueDefinition { parameters, bodies, locals }] = definitions.as_slice() else { return None };
        let [(steps, value)] = bodies.as_slice() else { return None };
        if !parameters.is_empty() {
            return None;
        }
        let (steps, value, default, locals) = (steps.clone(), value.clone(), default.clone(), *locals);
        let mut expression = match (steps.as_slice(), value, default) {
            ([], Expression::Input(slot), Some(default)) => {
                return Some(Expression::InputOr(slot, Box::new(Expression::Constant(default))));
            }
            ([], value, default) if default.is_none() || is_defined(&value) => value,
            (_, _, Some(_)) | ([], ..) => return None,
            (_, value, None) => Expression::Given(Box::new(Given { steps, value })),
        };
        let is_given = matches!(expression, Expression::Given(_));
        if expression.size() > MOST_PARTS || is_given && expression.is_of_rule() {
            return None;
        }
        let offset = self.locals;
        self.locals += locals;
        expression.locals(&mut |local, _| *local += offset);
        Some(expression)
    }

    /// What a function of one definition gives.
    fn in_place_of_call(&mut self, id: usize, arguments: Vec<Expression>) -> Option<Expression> {
        let function = self.function(id)?;
        let [definition] = function.definitions.as_slice() else { return None };
        let [_] = definition.bodies.as_slice() else { return None };
        let ValueDefinition { mut parameters, locals, mut bodies } = definition.clone();
        let (mut body, value) = bodies.pop()?;
        let is_name = |pattern: &Pattern| matches!(pattern, Pattern::Any | Pattern::Local(_));
        if parameters.len() != arguments.len() || !parameters.iter().all(is_name) {
            return None;
        }
        // All arguments are evaluated, for one may fail: so there may be but one that can, and it is the first.
        if arguments.iter().filter(|argument| !is_simple(argument)).count() > 1 {
            return None;
        }
        let mut given = Given { steps: Vec::new(), value };
        let offset = self.locals;
        self.locals += locals;
        let mut shift = |local: &mut Local, _: bool| *local += offset;
        for parameter in &mut parameters {
            parameter.locals(&mut shift);
        }
        step_locals(&mut body, &mut shift);
        given.value.locals(&mut shift);
        let (simple, other): (Vec<_>, Vec<_>) =
            parameters.into_iter().zip(arguments).partition(|(_, argument)| is_simple(argument));
        for (parameter, argument) in other.into_iter().chain(simple) {
            given.steps.push(Step { loops: Vec::new(), kind: StepKind::Assign(parameter, argument) });
        }
        given.steps.append(&mut body);
        let mut expression = Expression::Given(Box::new(given));
        if expression.size() > MOST_PARTS {
            return None;
        }
        self.expression(&mut expression);
        if let Expression::Given(given) = &mut expression
            && given.steps.is_empty()
        {
            return Some(std::mem::replace(&mut given.value, Expression::Undefined));
        }
        Some(expression)
    }
}

impl Given {
    /// Whether all it tells is whether its statements hold, which they do in one way at most.
    fn is_condition(&self) -> bool {
        matches!(&self.value, Expression::Constant(value) if holds(value))
            && self.steps.iter().all(Step::is_plain)
    }
}

const fn holds(constant: &Constant) -> bool {
    !matches!(constant, Constant::Boolean(false))
}

/// Whether an expression costs nothing and cannot fail.
fn is_simple(expression: &Expression) -> bool {
    matches!(expression, Expression::Input(_)) || is_defined(expression)
}

/// Whether it has a value besides.
fn is_defined(expression: &Expression) -> bool {
    match expression {
        // A local name has its value where it stands.
        Expression::Constant(_) | Expression::Local(_) => true,
        Expression::InputOr(_, default) => matches!(default.as_ref(), Expression::Constant(_)),
        _ => false,
    }
}

/// Drops statements that a value is there, where a later one does not hold either if it is not.
fn drop_what_follows_anyway(steps: &mut Vec<Step>) {
    let mut tested: Vec<Slot> = Vec::new();
    let mut at = steps.len();
    while let Some(before) = at.checked_sub(1) {
        at = before;
        match steps.get(at).filter(|step| step.loops.is_empty()).map(|step| &step.kind) {
            Some(StepKind::Assign(Pattern::Any, Expression::Input(slot))) if tested.contains(slot) => {
                steps.remove(at);
            }
            Some(StepKind::Holds(Expression::Call(_, parts))) => tested.extend(inputs(parts)),
            Some(StepKind::Holds(Expression::AreAll(_, slots))) => tested.extend(slots),
            Some(StepKind::Holds(Expression::Compare(_, sides))) => {
                tested.extend(inputs([&sides.0, &sides.1]));
            }
            // What comes before it is evaluated more often than what comes behind.
            Some(StepKind::Some { .. }) | None => tested.clear(),
            Some(_) => {}
        }
    }
}

fn inputs<'e>(expressions: impl IntoIterator<Item = &'e Expression>) -> impl Iterator<Item = Slot> {
    let input =
        |expression: &Expression| if let Expression::Input(slot) = expression { Some(*slot) } else { None };
    expressions.into_iter().filter_map(input)
}

/// Whether it is an array of a few such expressions.
fn is_short_list(expression: &Expression) -> bool {
    matches!(expression, Expression::Array(parts) if parts.len() <= SHORT && parts.iter().all(is_simple))
}

/// Statements that hold where an expression is defined: one that is simple, or a short list.
fn defined(expression: &Expression) -> Vec<Step> {
    let parts = match expression {
        Expression::Array(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let open = parts.iter().filter(|part| !matches!(part, Expression::Constant(_)) && !is_defined(part));
    let step =
        |part: &Expression| Step { loops: Vec::new(), kind: StepKind::Assign(Pattern::Any, part.clone()) };
    open.map(step).collect()
}

/// The values of the input that a list is made of, and nothing else.
fn slots_of(list: &Expression) -> Option<Vec<Slot>> {
    let Expression::Array(parts) = list else { return None };
    let all: Vec<Slot> = inputs(parts).collect();
    (all.len() == parts.len() && !all.is_empty()).then_some(all)
}

/// The sum of a short list.
fn sum(list: &mut Expression) -> Expression {
    if let Some(slots) = slots_of(list) {
        return Expression::Sum(slots);
    }
    let mut sum = Expression::Constant(Constant::Integer(0));
    list.parts(&mut |part| {
        let before = std::mem::replace(&mut sum, Expression::Undefined);
        sum = Expression::Arithmetic(Operation::Add, Box::new((before, part.clone())));
    });
    sum
}

/// What is under a key of a value of the input.
fn under(slots: &mut Slots, parts: &(Expression, Expression)) -> Option<Expression> {
    // Nothing is under such a default either.
    let is_bare = |default: &Expression| match default {
        Expression::Constant(Constant::Null | Constant::Boolean(_) | Constant::Text(_)) => true,
        Expression::Constant(Constant::Array(elements)) => elements.is_empty(),
        Expression::Constant(Constant::Object(members)) => members.is_empty(),
        _ => false,
    };
    let slot = match &parts.0 {
        Expression::Input(slot) => *slot,
        Expression::InputOr(slot, default) if is_bare(default) => *slot,
        _ => return None,
    };
    let Expression::Constant(key) = &parts.1 else { return None };
    Some(Expression::Input(match (slots.layout(slot), key) {
        (Layout::Record(_), Constant::Text(name)) => slots.member(slot, name),
        // What is under a number elsewhere is no element.
        (Layout::List(_), Constant::Integer(index)) => slots.element(slot, usize::try_from(*index).ok()?),
        _ => return None,
    }))
}

/// The value of an expression that is made of values of the rule only.
fn folded(expression: &mut Expression) -> Option<Expression> {
    let is_foldable = matches!(
        expression,
        Expression::Under(_)
            | Expression::Call(..)
            | Expression::Compare(..)
            | Expression::Arithmetic(..)
            | Expression::Union(_)
            | Expression::Intersection(_)
            | Expression::Member(_)
            | Expression::Entry(_)
            | Expression::Array(_)
            | Expression::Set(_)
            | Expression::Object(_)
    );
    let mut all = is_foldable;
    expression.parts(&mut |part| all &= matches!(part, Expression::Constant(_)));
    if !all {
        return None;
    }
    match value_of(expression) {
        Ok(Some(value)) => Some(Expression::Constant(value)),
        Ok(None) => Some(Expression::Undefined),
        // It fails each time.
        Err(_) => None,
    }
}
