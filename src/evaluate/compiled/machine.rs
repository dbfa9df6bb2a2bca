//! Running a program on a resource.

use std::borrow::Cow;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::Unsure;
use super::builtins;
use super::datum::{Datum, Items, Members, compare, equal, sorted_set};
use super::program::{
    Comparison, Expression, Global, GlobalId, Local, Operation, Pattern, Program, Root, Route, SetDefinition,
    Step, StepKind, ValueDefinition,
};
use crate::model::View;

/// Expressions that are evaluated for one rule and resource before the engine is asked: it has a clock.
const MOST_STEPS: u32 = 200_000;

/// What a program looks at.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) resource: View<'a>,
    pub(super) payload: View<'a>,
    pub(super) source: View<'a>,
    /// The run's clock, in nanoseconds since 1970.
    pub(super) now_ns: i64,
}

/// A denial, or a reason why it cannot be told.
pub(super) struct Said<'a> {
    /// Number of its definition in the read set.
    pub(super) number: usize,
    pub(super) keys: &'a [Datum<'a>],
    pub(super) element: Datum<'a>,
}

/// The value of a rule without arguments.
#[derive(Clone, Copy)]
enum State<'a> {
    Unknown,
    UnderWay,
    Known(Option<Datum<'a>>),
}

/// Runs one program on one resource.
pub(super) struct Machine<'a> {
    program: &'a Program,
    input: Input<'a>,
    pub(super) bump: &'a Bump,
    globals: &'a mut [State<'a>],
    locals: &'a mut [Option<Datum<'a>>],
    steps: u32,
}

/// What is done where a body holds.
type Then<'t, 'a> = &'t mut dyn FnMut(&mut Machine<'a>) -> Result<Flow, Unsure>;

/// Whether to look for further ways in which a body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    On,
    Enough,
}

impl<'a> Machine<'a> {
    pub(super) fn new(program: &'a Program, input: Input<'a>, bump: &'a Bump) -> Self {
        let globals = bump.alloc_slice_fill_copy(program.globals.len(), State::Unknown);
        Self { program, input, bump, globals, locals: &mut [], steps: 0 }
    }

    /// What the definitions of `deny` or `inconclusive` say, in no order.
    pub(super) fn said(&mut self, definitions: &'a [SetDefinition]) -> Result<BumpVec<'a, Said<'a>>, Unsure> {
        let mut said = BumpVec::new_in(self.bump);
        for definition in definitions {
            self.set(definition, &mut |this, element| {
                let mut keys = BumpVec::with_capacity_in(definition.keys.len(), this.bump);
                for key in &definition.keys {
                    keys.push(this.local(*key).ok_or(Unsure)?);
                }
                said.push(Said { number: definition.number, keys: keys.into_bump_slice(), element });
                Ok(())
            })?;
        }
        Ok(said)
    }

    /// The value of a rule without arguments.
    pub(super) fn global(&mut self, id: GlobalId) -> Result<Option<Datum<'a>>, Unsure> {
        match self.globals.get(id) {
            Some(State::Known(value)) => return Ok(*value),
            Some(State::Unknown) => {}
            // It depends on itself: the engine says so.
            Some(State::UnderWay) | None => return Err(Unsure),
        }
        self.set_global(id, State::UnderWay);
        let value = match self.program.globals.get(id) {
            Some(Global::Value { definitions, default }) => {
                let mut value = None;
                for definition in definitions {
                    let given = self.value(definition, &[])?;
                    value = self.agreed(value, given)?;
                }
                value.or_else(|| default.as_ref().map(super::constant::Constant::datum))
            }
            Some(Global::Set(definitions)) => {
                let mut elements = Vec::new();
                for definition in definitions {
                    self.set(definition, &mut |_, element| {
                        elements.push(element);
                        Ok(())
                    })?;
                }
                Some(sorted_set(elements, self.bump)?)
            }
            None => return Err(Unsure),
        };
        self.set_global(id, State::Known(value));
        Ok(value)
    }

    fn set_global(&mut self, id: GlobalId, state: State<'a>) {
        if let Some(slot) = self.globals.get_mut(id) {
            *slot = state;
        }
    }

    /// Two definitions may give the same value; else the engine errs.
    fn agreed(&self, one: Option<Datum<'a>>, other: Option<Datum<'a>>) -> Result<Option<Datum<'a>>, Unsure> {
        match (one, other) {
            (Some(one), Some(other)) if equal(one, other, self.bump)? => Ok(Some(one)),
            (Some(_), Some(_)) => Err(Unsure),
            (one, other) => Ok(one.or(other)),
        }
    }

    /// Runs a definition with locals of its own.
    fn framed<T>(
        &mut self,
        locals: usize,
        work: impl FnOnce(&mut Self) -> Result<T, Unsure>,
    ) -> Result<T, Unsure> {
        let own = self.bump.alloc_slice_fill_copy(locals, None);
        let outer = std::mem::replace(&mut self.locals, own);
        let result = work(self);
        self.locals = outer;
        result
    }

    fn set(
        &mut self,
        definition: &'a SetDefinition,
        show: &mut dyn FnMut(&mut Self, Datum<'a>) -> Result<(), Unsure>,
    ) -> Result<(), Unsure> {
        self.framed(definition.locals, |this| {
            this.body(&definition.steps, &mut |this| {
                // What an element without a value does to the others is the engine's own affair.
                let element = this.expression(&definition.element)?.ok_or(Unsure)?;
                show(this, element)?;
                Ok(Flow::On)
            })?;
            Ok(())
        })
    }

    /// The value of one definition; `arguments` are those of a function.
    fn value(
        &mut self,
        definition: &'a ValueDefinition,
        arguments: &[Datum<'a>],
    ) -> Result<Option<Datum<'a>>, Unsure> {
        self.framed(definition.locals, |this| {
            for (pattern, argument) in definition.parameters.iter().zip(arguments) {
                if !this.fits(pattern, *argument)? {
                    return Ok(None);
                }
            }
            for (steps, output) in &definition.bodies {
                let mut value = None;
                let mut ways = 0;
                let mut undefined = false;
                this.body(steps, &mut |this| {
                    ways += 1;
                    let given = this.expression(output)?;
                    undefined |= given.is_none();
                    value = this.agreed(value, given)?;
                    Ok(Flow::On)
                })?;
                if undefined && ways > 1 {
                    // The engine makes something of its own of such a mixture.
                    return Err(Unsure);
                }
                if ways > 0 {
                    // Where the value is not defined, neither is the rule; whether `else` is tried then, hangs on what it is.
                    return if value.is_none() && definition.bodies.len() > 1 {
                        Err(Unsure)
                    } else {
                        Ok(value)
                    };
                }
            }
            Ok(None)
        })
    }

    fn local(&self, local: Local) -> Option<Datum<'a>> {
        self.locals.get(local).copied().flatten()
    }

    fn set_local(&mut self, local: Local, value: Datum<'a>) {
        if let Some(slot) = self.locals.get_mut(local) {
            *slot = Some(value);
        }
    }

    /// Holds a value against a pattern, and gives its names their values.
    fn fits(&mut self, pattern: &'a Pattern, value: Datum<'a>) -> Result<bool, Unsure> {
        Ok(match pattern {
            Pattern::Any => true,
            Pattern::Local(local) => {
                self.set_local(*local, value);
                true
            }
            Pattern::Constant(constant) => equal(constant.datum(), value, self.bump)?,
            Pattern::Array(patterns) => {
                let Datum::Array(items) = value else { return Ok(false) };
                if items.count() != patterns.len() {
                    return Ok(false);
                }
                for (index, pattern) in patterns.iter().enumerate() {
                    let Some(item) = items.get(index)? else { return Ok(false) };
                    if !self.fits(pattern, item)? {
                        return Ok(false);
                    }
                }
                true
            }
        })
    }

    /// Runs a body; `then` is done in each way in which it holds.
    fn body(&mut self, steps: &'a [Step], then: Then<'_, 'a>) -> Result<Flow, Unsure> {
        let Some((step, rest)) = steps.split_first() else {
            return then(self);
        };
        if step.loops.is_empty() {
            return self.step(step, rest, then);
        }
        self.gone_through(step, 0, rest, then)
    }

    /// Goes through what stands before a statement, from one of its loops on.
    fn gone_through(
        &mut self,
        step: &'a Step,
        at: usize,
        rest: &'a [Step],
        then: Then<'_, 'a>,
    ) -> Result<Flow, Unsure> {
        let Some(this_loop) = step.loops.get(at) else {
            return self.step(step, rest, then);
        };
        let Some(collection) = self.expression(&this_loop.collection)? else {
            return Ok(Flow::On);
        };
        self.each(collection, &mut |this, key, value| {
            this.set_local(this_loop.key, key);
            this.set_local(this_loop.value, value);
            this.gone_through(step, at + 1, rest, then)
        })?
        .map_or(Ok(Flow::On), Ok)
    }

    /// Goes through a collection, as long as there is not enough; `None` where it is none.
    fn each(
        &mut self,
        collection: Datum<'a>,
        show: &mut dyn FnMut(&mut Self, Datum<'a>, Datum<'a>) -> Result<Flow, Unsure>,
    ) -> Result<Option<Flow>, Unsure> {
        match collection {
            Datum::Array(items) | Datum::Set(items) => {
                for index in 0..items.count() {
                    let Some(item) = items.get(index)? else { continue };
                    let key = match collection {
                        Datum::Set(_) => item,
                        _ => index_datum(index)?,
                    };
                    if show(self, key, item)? == Flow::Enough {
                        return Ok(Some(Flow::Enough));
                    }
                }
            }
            Datum::Object(members) => {
                for (key, value) in members.sorted(self.bump)? {
                    if show(self, *key, *value)? == Flow::Enough {
                        return Ok(Some(Flow::Enough));
                    }
                }
            }
            _ => return Ok(None),
        }
        Ok(Some(Flow::On))
    }

    fn step(&mut self, step: &'a Step, rest: &'a [Step], then: Then<'_, 'a>) -> Result<Flow, Unsure> {
        let holds = match &step.kind {
            StepKind::Holds(expression) => is_true(self.expression(expression)?),
            StepKind::Not(expression) => !is_true(self.expression(expression)?),
            StepKind::Assign(pattern, expression) => match self.expression(expression)? {
                Some(value) => self.fits(pattern, value)?,
                None => false,
            },
            StepKind::Some { key, value, collection } => {
                let Some(collection) = self.expression(collection)? else {
                    return Ok(Flow::On);
                };
                let flow = self.each(collection, &mut |this, own_key, own_value| {
                    if this.fits(key, own_key)? && this.fits(value, own_value)? {
                        this.body(rest, then)
                    } else {
                        Ok(Flow::On)
                    }
                })?;
                // The engine refuses to go through a single value.
                return flow.ok_or(Unsure);
            }
            StepKind::Every { key, value, domain, steps } => self.every(*key, *value, domain, steps)?,
        };
        if holds { self.body(rest, then) } else { Ok(Flow::On) }
    }

    fn every(
        &mut self,
        key: Option<Local>,
        value: Local,
        domain: &'a Expression,
        steps: &'a [Step],
    ) -> Result<bool, Unsure> {
        let Some(domain) = self.expression(domain)? else {
            return Ok(false);
        };
        let flow = self.each(domain, &mut |this, own_key, own_value| {
            if let Some(key) = key {
                this.set_local(key, own_key);
            }
            this.set_local(value, own_value);
            // All ways are gone, as the engine does.
            let mut holds = false;
            this.body(steps, &mut |_| {
                holds = true;
                Ok(Flow::On)
            })?;
            Ok(if holds { Flow::On } else { Flow::Enough })
        })?;
        Ok(flow == Some(Flow::On))
    }

    fn view(&self, route: &'a Route) -> View<'a> {
        let root = match route.root {
            Root::Resource => self.input.resource,
            Root::Payload => self.input.payload,
            Root::Source => self.input.source,
        };
        route.hops.iter().fold(root, View::hop)
    }

    fn both(
        &mut self,
        sides: &'a (Expression, Expression),
    ) -> Result<Option<(Datum<'a>, Datum<'a>)>, Unsure> {
        let left = self.expression(&sides.0)?;
        let right = self.expression(&sides.1)?;
        Ok(left.zip(right))
    }

    /// The value of an expression; `None` where it is undefined.
    fn expression(&mut self, expression: &'a Expression) -> Result<Option<Datum<'a>>, Unsure> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(Unsure);
        }
        match expression {
            Expression::Constant(constant) => Ok(Some(constant.datum())),
            Expression::Undefined => Ok(None),
            Expression::Input(route) => Datum::of_view(self.view(route)),
            Expression::InputOr(route, default) => {
                let Some(default) = self.expression(default)? else { return Ok(None) };
                Ok(Datum::of_view(self.view(route))?.or(Some(default)))
            }
            Expression::Local(local) => Ok(self.local(*local)),
            Expression::Global(id) => self.global(*id),
            Expression::Under(parts) => {
                // The engine evaluates the key first.
                let key = self.expression(&parts.1)?;
                let value = self.expression(&parts.0)?;
                match (value, key) {
                    (Some(value), Some(key)) => value.under(key, self.bump),
                    _ => Ok(None),
                }
            }
            Expression::Call(builtin, arguments) => {
                let Some(arguments) = self.arguments(arguments)? else { return Ok(None) };
                builtins::call(*builtin, arguments, self.input.now_ns, self.bump)
            }
            Expression::Matches(pattern, text) => {
                let Some(text) = self.expression(text)? else { return Ok(None) };
                let text = text.text(self.bump).ok_or(Unsure)?;
                let pattern = self.program.patterns.get(*pattern).ok_or(Unsure)?;
                Ok(Some(Datum::Boolean(pattern.is_match(text))))
            }
            Expression::Replaced(pattern, sides) => {
                let Some((text, by)) = self.both(sides)? else { return Ok(None) };
                let (text, by) = (text.text(self.bump).ok_or(Unsure)?, by.text(self.bump).ok_or(Unsure)?);
                let pattern = self.program.patterns.get(*pattern).ok_or(Unsure)?;
                Ok(Some(Datum::Text(match pattern.replace_all(text, by) {
                    Cow::Borrowed(text) => text,
                    Cow::Owned(text) => self.bump.alloc_str(&text),
                })))
            }
            Expression::Function(id, arguments) => {
                let Some(arguments) = self.arguments(arguments)? else { return Ok(None) };
                let function = self.program.functions.get(*id).ok_or(Unsure)?;
                let mut value = None;
                for definition in &function.definitions {
                    let given = self.value(definition, arguments)?;
                    value = self.agreed(value, given)?;
                }
                Ok(value)
            }
            Expression::Compare(comparison, sides) => {
                let Some((left, right)) = self.both(sides)? else { return Ok(None) };
                Ok(Some(Datum::Boolean(self.compared(*comparison, left, right)?)))
            }
            Expression::Arithmetic(operation, sides) => {
                let Some((left, right)) = self.both(sides)? else { return Ok(None) };
                self.arithmetic(*operation, left, right).map(Some)
            }
            Expression::Member(sides) => self.member(sides).map(|is_in| Some(Datum::Boolean(is_in))),
            Expression::Entry(parts) => self.entry(parts),
            made => self.made(made),
        }
    }

    /// `key, value in collection`
    fn entry(
        &mut self,
        parts: &'a (Expression, Expression, Expression),
    ) -> Result<Option<Datum<'a>>, Unsure> {
        let (key, value, collection) = parts;
        let value = self.expression(value)?;
        let collection = self.expression(collection)?;
        let key = self.expression(key)?;
        // What the engine makes of undefined ones is its own affair.
        let (Some(key), Some(value), Some(collection)) = (key, value, collection) else {
            return Err(Unsure);
        };
        let found = match collection {
            Datum::Array(_) | Datum::Object(_) => collection.under(key, self.bump)?,
            _ => None,
        };
        let is_it = match found {
            Some(found) => equal(found, value, self.bump)?,
            None => false,
        };
        Ok(Some(Datum::Boolean(is_it)))
    }

    /// The value of an expression that makes an array, a set or an object.
    fn made(&mut self, expression: &'a Expression) -> Result<Option<Datum<'a>>, Unsure> {
        match expression {
            Expression::Union(sides) => {
                let Some((left, right)) = self.both(sides)? else { return Ok(None) };
                let (Datum::Set(left), Datum::Set(right)) = (left, right) else { return Err(Unsure) };
                let mut elements = Vec::new();
                for items in [left, right] {
                    items.each(|_, item| {
                        elements.push(item);
                        Ok(())
                    })?;
                }
                sorted_set(elements, self.bump).map(Some)
            }
            Expression::Intersection(sides) => {
                let Some((left, right)) = self.both(sides)? else { return Ok(None) };
                let (Datum::Set(left), right @ Datum::Set(_)) = (left, right) else { return Err(Unsure) };
                self.kept(left, right, true).map(Some)
            }
            Expression::Array(parts) => {
                let Some(parts) = self.arguments(parts)? else { return Ok(None) };
                Ok(Some(Datum::Array(Items::Made(parts))))
            }
            Expression::Set(parts) => {
                let Some(parts) = self.arguments(parts)? else { return Ok(None) };
                sorted_set(parts.to_vec(), self.bump).map(Some)
            }
            Expression::Object(fields) => {
                let mut members = BumpVec::with_capacity_in(fields.len(), self.bump);
                for (key, value) in fields {
                    let Some(key) = self.expression(key)? else { return Ok(None) };
                    let Some(value) = self.expression(value)? else { return Ok(None) };
                    self.insert(&mut members, key, value)?;
                }
                Ok(Some(Datum::Object(Members::Made(members.into_bump_slice()))))
            }
            Expression::ArrayOf(collector) => {
                let mut items = BumpVec::new_in(self.bump);
                self.body(&collector.steps, &mut |this| {
                    items.extend(this.expression(&collector.value)?);
                    Ok(Flow::On)
                })?;
                Ok(Some(Datum::Array(Items::Made(items.into_bump_slice()))))
            }
            Expression::SetOf(collector) => {
                let mut items = Vec::new();
                self.body(&collector.steps, &mut |this| {
                    items.extend(this.expression(&collector.value)?);
                    Ok(Flow::On)
                })?;
                sorted_set(items, self.bump).map(Some)
            }
            Expression::ObjectOf(collector) => {
                let mut members = BumpVec::new_in(self.bump);
                self.body(&collector.steps, &mut |this| {
                    let key = this.expression(&collector.key)?;
                    let value = this.expression(&collector.value)?;
                    if let (Some(key), Some(value)) = (key, value) {
                        let before = members.len();
                        this.insert(&mut members, key, value)?;
                        if members.len() == before {
                            // The same key again: an error where the values differ.
                            return Err(Unsure);
                        }
                    }
                    Ok(Flow::On)
                })?;
                Ok(Some(Datum::Object(Members::Made(members.into_bump_slice()))))
            }
            _ => Err(Unsure),
        }
    }

    /// Puts a member into its place; of a key that is there already the value is replaced.
    fn insert(
        &self,
        members: &mut BumpVec<'a, (Datum<'a>, Datum<'a>)>,
        key: Datum<'a>,
        value: Datum<'a>,
    ) -> Result<(), Unsure> {
        let mut at = members.len();
        while let Some((before, known)) =
            at.checked_sub(1).and_then(|index| Some((index, members.get(index)?)))
        {
            match compare(known.0, key, self.bump)? {
                std::cmp::Ordering::Less => break,
                std::cmp::Ordering::Equal => {
                    if let Some(member) = members.get_mut(before) {
                        member.1 = value;
                    }
                    return Ok(());
                }
                std::cmp::Ordering::Greater => at = before,
            }
        }
        members.insert(at, (key, value));
        Ok(())
    }

    /// The values of all expressions; `None` where one is undefined.
    fn arguments(&mut self, expressions: &'a [Expression]) -> Result<Option<&'a [Datum<'a>]>, Unsure> {
        let mut values = BumpVec::with_capacity_in(expressions.len(), self.bump);
        let mut undefined = false;
        for expression in expressions {
            // All are evaluated, as the engine does with arguments: one may fail.
            match self.expression(expression)? {
                Some(value) => values.push(value),
                None => undefined = true,
            }
        }
        Ok(if undefined { None } else { Some(values.into_bump_slice()) })
    }

    fn compared(&self, comparison: Comparison, left: Datum<'a>, right: Datum<'a>) -> Result<bool, Unsure> {
        let order = || compare(left, right, self.bump);
        Ok(match comparison {
            Comparison::Equal => equal(left, right, self.bump)?,
            Comparison::NotEqual => !equal(left, right, self.bump)?,
            Comparison::Less => order()?.is_lt(),
            Comparison::LessOrEqual => order()?.is_le(),
            Comparison::Greater => order()?.is_gt(),
            Comparison::GreaterOrEqual => order()?.is_ge(),
        })
    }

    /// `value in collection`; what is undefined is in nothing, and nothing is in it.
    fn member(&mut self, sides: &'a (Expression, Expression)) -> Result<bool, Unsure> {
        let value = self.expression(&sides.0)?;
        let collection = self.expression(&sides.1)?;
        let (Some(value), Some(collection)) = (value, collection) else { return Ok(false) };
        match collection {
            Datum::Array(items) => {
                for index in 0..items.count() {
                    if let Some(item) = items.get(index)?
                        && equal(item, value, self.bump)?
                    {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Datum::Set(_) => Ok(collection.under(value, self.bump)?.is_some()),
            Datum::Object(members) => {
                for (_, member) in members.sorted(self.bump)? {
                    if equal(*member, value, self.bump)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    /// The elements of a set that are in another one, or that are not.
    fn kept(&self, items: Items<'a>, other: Datum<'a>, are_in: bool) -> Result<Datum<'a>, Unsure> {
        let mut kept = BumpVec::new_in(self.bump);
        items.each(|_, item| {
            if other.under(item, self.bump)?.is_some() == are_in {
                kept.push(item);
            }
            Ok(())
        })?;
        Ok(Datum::Set(Items::Made(kept.into_bump_slice())))
    }

    fn arithmetic(
        &self,
        operation: Operation,
        left: Datum<'a>,
        right: Datum<'a>,
    ) -> Result<Datum<'a>, Unsure> {
        match (operation, left, right) {
            (Operation::Subtract, Datum::Set(items), other @ Datum::Set(_)) => self.kept(items, other, false),
            (operation, left, right) => builtins::arithmetic(operation, left, right),
        }
    }
}

/// Whether a statement holds: what is neither undefined nor `false` does.
const fn is_true(value: Option<Datum<'_>>) -> bool {
    !matches!(value, None | Some(Datum::Boolean(false)))
}

pub(super) fn index_datum<'a>(index: usize) -> Result<Datum<'a>, Unsure> {
    i64::try_from(index).map(Datum::Integer).map_err(|_| Unsure)
}
