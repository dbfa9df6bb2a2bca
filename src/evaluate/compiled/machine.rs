//! Running programs on a resource: definitions and bodies.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::Unsure;
use super::constant::Constant;
use super::datum::{Datum, equal, sorted_set};
use super::program::{
    Expression, Global, GlobalId, Local, Pattern, Program, SetDefinition, Step, StepKind, ValueDefinition,
};
use super::share::SharedExpression;
use super::value::Value;
use crate::evaluate::slots::Views;

/// Expressions that are evaluated for one rule and resource before the engine is asked.
const MOST_STEPS: u32 = 200_000;

/// A denial, or a reason why it cannot be told.
pub(super) struct Said<'a> {
    /// Number of its definition in the read set.
    pub(super) number: usize,
    pub(super) keys: &'a [Datum<'a>],
    pub(super) element: Datum<'a>,
}

/// Runs the programs of an operation on one resource, one after the other.
pub(in crate::evaluate) struct Machine<'a> {
    pub(super) program: &'a Program,
    pub(super) views: Views<'a>,
    pub(super) bump: &'a Bump,
    pub(super) shared: &'a [SharedExpression],
    shared_values: &'a mut [Value<'a>],
    globals: &'a mut [Value<'a>],
    /// Local names of the definition at hand.
    locals: &'a mut [Value<'a>],
    /// Expressions that the program at hand has evaluated so far.
    steps: u32,
}

/// What a body gives.
pub(super) enum Gave<'a> {
    /// It does not hold.
    Nothing,
    /// A value, perhaps an undefined one.
    Value(Option<Datum<'a>>),
}

/// What is done where a body holds.
pub(super) type Then<'t, 'a> = &'t mut dyn FnMut(&mut Machine<'a>) -> Result<Flow, Unsure>;

/// Whether to look for further ways in which a body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    Enough,
}

impl<'a> Machine<'a> {
    /// For one resource; no program may have more than `locals` local names in a definition of its own.
    pub(super) fn new(
        views: Views<'a>,
        shared: &'a [SharedExpression],
        locals: usize,
        bump: &'a Bump,
    ) -> Self {
        Self {
            program: const { &Program::EMPTY },
            views,
            bump,
            shared,
            shared_values: bump.alloc_slice_fill_copy(shared.len(), Value::Unknown),
            globals: &mut [],
            locals: bump.alloc_slice_fill_copy(locals, Value::Unknown),
            steps: 0,
        }
    }

    /// Goes on to another program.
    pub(super) fn enter(&mut self, program: &'a Program) {
        self.program = program;
        self.steps = 0;
        if !program.globals.is_empty() {
            self.globals = self.bump.alloc_slice_fill_copy(program.globals.len(), Value::Unknown);
        }
    }

    /// What the definitions of `deny` or `inconclusive` say, in no order.
    pub(super) fn said(&mut self, definitions: &'a [SetDefinition]) -> Result<BumpVec<'a, Said<'a>>, Unsure> {
        let mut said = BumpVec::new_in(self.bump);
        'definitions: for definition in definitions {
            // Most end with one of their first statements.
            let mut steps = definition.steps.as_slice();
            while let Some((step, rest)) = steps.split_first()
                && step.is_plain()
            {
                if !self.holds(&step.kind)? {
                    continue 'definitions;
                }
                steps = rest;
            }
            self.body(steps, &mut |this| {
                // What an element without a value does to the others is the engine's own affair.
                let element = this.expression(&definition.element)?.ok_or(Unsure)?;
                let mut keys = BumpVec::with_capacity_in(definition.keys.len(), this.bump);
                for key in &definition.keys {
                    keys.push(this.local(*key).datum()?.ok_or(Unsure)?);
                }
                said.push(Said { number: definition.number, keys: keys.into_bump_slice(), element });
                Ok(Flow::On)
            })?;
        }
        Ok(said)
    }

    /// The value of a rule without arguments.
    pub(super) fn global(&mut self, id: GlobalId) -> Value<'a> {
        match self.globals.get(id) {
            Some(Value::Unknown) => {}
            Some(value) => return *value,
            None => return Value::Unsure,
        }
        // If it depends on itself, that is for the engine to say.
        self.set_global(id, Value::Unsure);
        let value = self.worked_out(id);
        let value = Value::of(value, self.bump);
        self.set_global(id, value);
        value
    }

    fn worked_out(&mut self, id: GlobalId) -> Result<Option<Datum<'a>>, Unsure> {
        match self.program.globals.get(id).ok_or(Unsure)? {
            Global::Value { definitions, default } => {
                let mut value = None;
                for definition in definitions {
                    let given = self.value(definition, &[])?;
                    value = self.agreed(value, given)?;
                }
                Ok(value.or_else(|| default.as_ref().map(Constant::datum)))
            }
            Global::Set(definitions) => {
                let mut elements = Vec::new();
                for definition in definitions {
                    self.set(definition, &mut |_, element| {
                        elements.push(element);
                        Ok(())
                    })?;
                }
                sorted_set(elements, self.bump).map(Some)
            }
        }
    }

    fn set_global(&mut self, id: GlobalId, value: Value<'a>) {
        if let Some(known) = self.globals.get_mut(id) {
            *known = value;
        }
    }

    /// The value of an expression that stands in several places, if it was worked out before.
    pub(super) fn known_shared(&self, number: usize) -> Value<'a> {
        self.shared_values.get(number).copied().unwrap_or(Value::Unsure)
    }

    /// Works out the value of an expression that stands in several places.
    pub(super) fn shared(&mut self, number: usize) -> Value<'a> {
        let Some(SharedExpression { locals, expression }) = self.shared.get(number) else {
            return Value::Unsure;
        };
        let outer = if *locals == 0 { &mut [] } else { self.frame(*locals) };
        let value = self.quick(expression);
        if *locals > 0 {
            self.locals = outer;
        }
        if let Some(known) = self.shared_values.get_mut(number) {
            *known = value;
        }
        value
    }

    /// New local names; those before.
    fn frame(&mut self, locals: usize) -> &'a mut [Value<'a>] {
        let own = self.bump.alloc_slice_fill_copy(locals, Value::Unknown);
        std::mem::replace(&mut self.locals, own)
    }

    /// Two definitions may give the same value; else the engine errs.
    pub(super) fn agreed(
        &self,
        one: Option<Datum<'a>>,
        other: Option<Datum<'a>>,
    ) -> Result<Option<Datum<'a>>, Unsure> {
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
        let outer = self.frame(locals);
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
    pub(super) fn value(
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
                if let Gave::Value(value) = this.given(steps, output)? {
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

    /// What a body gives.
    pub(super) fn given(&mut self, steps: &'a [Step], output: &'a Expression) -> Result<Gave<'a>, Unsure> {
        let mut steps = steps;
        while let Some((step, rest)) = steps.split_first()
            && step.is_plain()
        {
            if !self.holds(&step.kind)? {
                return Ok(Gave::Nothing);
            }
            steps = rest;
        }
        if steps.is_empty() {
            return self.expression(output).map(Gave::Value);
        }
        let mut value = None;
        let mut ways = 0;
        let mut undefined = false;
        self.body(steps, &mut |this| {
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
        Ok(if ways > 0 { Gave::Value(value) } else { Gave::Nothing })
    }

    pub(super) fn local(&self, local: Local) -> Value<'a> {
        self.locals.get(local).copied().unwrap_or(Value::Unsure)
    }

    fn set_local(&mut self, local: Local, value: Value<'a>) {
        if let Some(known) = self.locals.get_mut(local) {
            *known = value;
        }
    }

    /// Holds a value against a pattern, and gives its names their values.
    fn fits(&mut self, pattern: &'a Pattern, value: Datum<'a>) -> Result<bool, Unsure> {
        Ok(match pattern {
            Pattern::Any => true,
            Pattern::Local(local) => {
                self.set_local(*local, Value::of_datum(value, self.bump));
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
    pub(super) fn body(&mut self, steps: &'a [Step], then: Then<'_, 'a>) -> Result<Flow, Unsure> {
        let mut steps = steps;
        while let Some((step, rest)) = steps.split_first() {
            if !step.loops.is_empty() {
                return self.gone_through(step, 0, rest, then);
            }
            if let StepKind::Some { .. } = step.kind {
                return self.step(step, rest, then);
            }
            if !self.holds(&step.kind)? {
                return Ok(Flow::On);
            }
            steps = rest;
        }
        then(self)
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
            this.set_local(this_loop.key, Value::of_datum(key, this.bump));
            this.set_local(this_loop.value, Value::of_datum(value, this.bump));
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
        let StepKind::Some { key, value, collection } = &step.kind else {
            return if self.holds(&step.kind)? { self.body(rest, then) } else { Ok(Flow::On) };
        };
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
        flow.ok_or(Unsure)
    }

    /// Whether a statement holds that does so in one way at most.
    #[inline]
    fn holds(&mut self, kind: &'a StepKind) -> Result<bool, Unsure> {
        match kind {
            StepKind::Holds(expression) => self.quick(expression).holds(),
            StepKind::Not(expression) => Ok(!self.quick(expression).holds()?),
            other => self.other_holds(other),
        }
    }

    #[inline(never)]
    fn other_holds(&mut self, kind: &'a StepKind) -> Result<bool, Unsure> {
        match kind {
            StepKind::Assign(pattern, expression) => {
                let value = self.quick(expression);
                match (pattern, value) {
                    (_, Value::Unknown | Value::Unsure) => Err(Unsure),
                    (_, Value::Undefined) => Ok(false),
                    (Pattern::Any, _) => Ok(true),
                    (Pattern::Local(local), value) => {
                        self.set_local(*local, value);
                        Ok(true)
                    }
                    (pattern, value) => {
                        let value = value.datum()?.ok_or(Unsure)?;
                        self.fits(pattern, value)
                    }
                }
            }
            StepKind::Every { key, value, domain, steps } => self.every(*key, *value, domain, steps),
            // It may do so in several; the others are not seen here.
            StepKind::Some { .. } | StepKind::Holds(_) | StepKind::Not(_) => Err(Unsure),
        }
    }

    /// Whether a body holds in any way; all are gone, as the engine does.
    fn holds_somehow(&mut self, steps: &'a [Step]) -> Result<bool, Unsure> {
        let mut steps = steps;
        while let Some((step, rest)) = steps.split_first()
            && step.is_plain()
        {
            if !self.holds(&step.kind)? {
                return Ok(false);
            }
            steps = rest;
        }
        let mut holds = false;
        self.body(steps, &mut |_| {
            holds = true;
            Ok(Flow::On)
        })?;
        Ok(holds)
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
                this.set_local(key, Value::of_datum(own_key, this.bump));
            }
            this.set_local(value, Value::of_datum(own_value, this.bump));
            let holds = this.holds_somehow(steps)?;
            Ok(if holds { Flow::On } else { Flow::Enough })
        })?;
        Ok(flow == Some(Flow::On))
    }

    /// Counts an expression: the engine has a clock.
    pub(super) const fn count(&mut self) -> Result<(), Unsure> {
        self.steps += 1;
        if self.steps > MOST_STEPS { Err(Unsure) } else { Ok(()) }
    }
}

/// The value of an expression that is made of values of a rule only.
pub(super) fn value_of(expression: &Expression) -> Result<Option<Constant>, Unsure> {
    let bump = Bump::new();
    match Machine::new(Views::NONE, &[], 0, &bump).expression(expression)? {
        Some(value) => Constant::of_datum(value).map(Some).ok_or(Unsure),
        None => Ok(None),
    }
}

pub(super) fn index_datum<'a>(index: usize) -> Result<Datum<'a>, Unsure> {
    i64::try_from(index).map(Datum::Integer).map_err(|_| Unsure)
}
