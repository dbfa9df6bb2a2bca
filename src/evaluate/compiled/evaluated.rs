//! Running programs on a resource: expressions.

use std::borrow::Cow;
use std::cmp::Ordering;

use bumpalo::collections::Vec as BumpVec;

use super::Unsure;
use super::builtins;
use super::constant::Constant;
use super::datum::{Datum, Items, Members, compare, equal, sorted_set};
use super::machine::{Flow, Gave, Machine};
use super::program::{Builtin, Comparison, Expression, Operation, Test};
use super::value::Value;
use crate::evaluate::slots::Slot;
use crate::model::View;

impl<'a> Machine<'a> {
    fn both(
        &mut self,
        sides: &'a (Expression, Expression),
    ) -> Result<Option<(Datum<'a>, Datum<'a>)>, Unsure> {
        let left = self.expression(&sides.0)?;
        let right = self.expression(&sides.1)?;
        Ok(left.zip(right))
    }

    /// The value of an expression; `None` where it is undefined.
    pub(super) fn expression(&mut self, expression: &'a Expression) -> Result<Option<Datum<'a>>, Unsure> {
        self.quick(expression).datum()
    }

    /// The value of an expression.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "half of all expressions are single: no call for those")]
    pub(super) fn quick(&mut self, expression: &'a Expression) -> Value<'a> {
        match expression {
            Expression::Constant(constant) => Value::of_constant(constant),
            Expression::Input(slot) => Value::of_view(self.views.get(*slot)),
            Expression::InputOr(slot, default) if let Expression::Constant(default) = default.as_ref() => {
                match Value::of_view(self.views.get(*slot)) {
                    Value::Undefined => Value::of_constant(default),
                    value => value,
                }
            }
            Expression::Local(local) => self.local(*local),
            Expression::Shared(number) => match self.known_shared(*number) {
                Value::Unknown => self.shared(*number),
                value => value,
            },
            other => self.composed(other),
        }
    }

    fn composed(&mut self, expression: &'a Expression) -> Value<'a> {
        match expression {
            Expression::Test(test) => self.test(test),
            Expression::Compare(comparison, sides) => {
                let (left, right) = (self.quick(&sides.0), self.quick(&sides.1));
                match (left, right) {
                    (Value::Integer(left), Value::Integer(right)) => {
                        Value::boolean(comparison.is_met_by(left.cmp(&right)))
                    }
                    (left, right) => self.compared(*comparison, left, right),
                }
            }
            Expression::Arithmetic(operation, sides) => {
                let (left, right) = (self.quick(&sides.0), self.quick(&sides.1));
                match (operation, left, right) {
                    (Operation::Add, Value::Integer(left), Value::Integer(right)) => {
                        left.checked_add(right).map_or(Value::Unsure, Value::Integer)
                    }
                    (Operation::Subtract, Value::Integer(left), Value::Integer(right)) => {
                        left.checked_sub(right).map_or(Value::Unsure, Value::Integer)
                    }
                    (Operation::Multiply, Value::Integer(left), Value::Integer(right)) => {
                        left.checked_mul(right).map_or(Value::Unsure, Value::Integer)
                    }
                    (operation, left, right) => self.arithmetic(*operation, left, right),
                }
            }
            Expression::Call(builtin, arguments) if let [argument] = arguments.as_slice() => {
                let argument = self.quick(argument);
                match (builtin, argument) {
                    (Builtin::IsNumber, Value::Integer(_)) => Value::True,
                    (Builtin::ParseRfc3339Ns, Value::Seen(View::Time(time))) => {
                        time.utc().timestamp_nanos_opt().map_or(Value::Unsure, Value::Integer)
                    }
                    (builtin, argument) => self.call_of_one(*builtin, argument),
                }
            }
            Expression::AreAll(builtin, slots) => {
                for slot in slots {
                    let value = match (builtin, self.views.get(*slot)) {
                        (Builtin::IsNumber, View::Integer(_)) => continue,
                        (builtin, view) => self.call_of_one(*builtin, Value::of_view(view)),
                    };
                    if !matches!(value.holds(), Ok(true)) {
                        return value;
                    }
                }
                Value::True
            }
            Expression::Sum(slots) => self.sum(slots),
            other => self.slow(other),
        }
    }

    #[inline(never)]
    fn slow(&mut self, expression: &'a Expression) -> Value<'a> {
        if self.count().is_err() {
            return Value::Unsure;
        }
        match expression {
            Expression::Undefined => Value::Undefined,
            Expression::InputOr(slot, default) => {
                let default = self.quick(default);
                match Value::of_view(self.views.get(*slot)) {
                    Value::Undefined => default,
                    value if default.is_defined() => value,
                    _ => default,
                }
            }
            Expression::Global(id) => self.global(*id),
            Expression::Call(builtin, arguments) => {
                let value = match self.arguments(arguments) {
                    Ok(Some(arguments)) => builtins::call(*builtin, arguments, self.bump),
                    Ok(None) => Ok(None),
                    Err(unsure) => Err(unsure),
                };
                Value::of(value, self.bump)
            }
            Expression::Given(given) => match self.given(&given.steps, &given.value) {
                Ok(Gave::Nothing) => Value::Undefined,
                Ok(Gave::Value(value)) => Value::of(Ok(value), self.bump),
                Err(Unsure) => Value::Unsure,
            },
            Expression::Member(sides) => match self.member(sides) {
                Ok(is_in) => Value::boolean(is_in),
                Err(Unsure) => Value::Unsure,
            },
            other => {
                let value = self.made(other);
                Value::of(value, self.bump)
            }
        }
    }

    fn sum(&self, slots: &'a [Slot]) -> Value<'a> {
        let mut sum = Value::Integer(0);
        for slot in slots {
            sum = match (sum, self.views.get(*slot)) {
                (Value::Integer(sum), View::Integer(next)) => {
                    sum.checked_add(*next).map_or(Value::Unsure, Value::Integer)
                }
                (sum, next) => self.arithmetic(Operation::Add, sum, Value::of_view(next)),
            };
        }
        sum
    }

    /// A call with one argument.
    #[inline(never)]
    fn call_of_one(&self, builtin: Builtin, argument: Value<'a>) -> Value<'a> {
        let value = match argument.datum() {
            Ok(Some(argument)) => builtins::of_one(builtin, argument, self.bump),
            other => other,
        };
        Value::of(value, self.bump)
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

    /// The value of an expression that is neither quick nor single, most often.
    fn made(&mut self, expression: &'a Expression) -> Result<Option<Datum<'a>>, Unsure> {
        match expression {
            Expression::Under(parts) => {
                // The engine evaluates the key first.
                let key = self.expression(&parts.1)?;
                let value = self.expression(&parts.0)?;
                match (value, key) {
                    (Some(value), Some(key)) => value.under(key, self.bump),
                    _ => Ok(None),
                }
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
            Expression::Entry(parts) => self.entry(parts),
            other => self.collection(other),
        }
    }

    /// The value of an expression that makes an array, a set or an object.
    fn collection(&mut self, expression: &'a Expression) -> Result<Option<Datum<'a>>, Unsure> {
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

    #[inline(never)]
    pub(super) fn compared(&self, comparison: Comparison, left: Value<'a>, right: Value<'a>) -> Value<'a> {
        match (left, right) {
            (Value::Null, Value::Null) => Value::boolean(comparison.is_met_by(Ordering::Equal)),
            (left, right) => match (left.datum(), right.datum()) {
                (Err(_), _) | (_, Err(_)) => Value::Unsure,
                (Ok(Some(left)), Ok(Some(right))) => match self.data_compared(comparison, left, right) {
                    Ok(is_met) => Value::boolean(is_met),
                    Err(Unsure) => Value::Unsure,
                },
                _ => Value::Undefined,
            },
        }
    }

    fn data_compared(
        &self,
        comparison: Comparison,
        left: Datum<'a>,
        right: Datum<'a>,
    ) -> Result<bool, Unsure> {
        Ok(match comparison {
            Comparison::Equal => equal(left, right, self.bump)?,
            Comparison::NotEqual => !equal(left, right, self.bump)?,
            _ => comparison.is_met_by(compare(left, right, self.bump)?),
        })
    }

    /// Whether a value of the input compares so with a value of the rule.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "most of what rules do is this, in two places")]
    pub(super) fn test(&self, test: &'a Test) -> Value<'a> {
        let order = match (self.views.get(test.slot), &test.constant) {
            (View::Absent, _) => return test.of_absent.map_or(Value::Undefined, Value::boolean),
            (View::Null, _) => return Value::boolean(test.of_null),
            // What is no null comes behind it.
            (_, Constant::Null) => Ordering::Greater,
            (View::Integer(value), Constant::Integer(constant)) => value.cmp(constant),
            (view, constant) => return self.other_test(test.comparison, view, constant),
        };
        Value::boolean(test.comparison.is_met_by(order))
    }

    #[inline(never)]
    fn other_test(&self, comparison: Comparison, view: &'a View<'a>, constant: &'a Constant) -> Value<'a> {
        if let (View::Text(value), Constant::Text(constant)) = (view, constant) {
            return Value::boolean(comparison.is_met_by((*value).cmp(constant)));
        }
        self.compared(comparison, Value::of_view(view), Value::of_constant(constant))
    }

    /// `value in collection`; what is undefined is in nothing, and nothing is in it.
    fn member(&mut self, sides: &'a (Expression, Expression)) -> Result<bool, Unsure> {
        let value = self.quick(&sides.0);
        if let (
            Value::Seen(View::Text(text)),
            Expression::Constant(Constant::Array(all) | Constant::Set(all)),
        ) = (value, &sides.1)
        {
            return Ok(all.iter().any(|one| matches!(one, Constant::Text(one) if **one == **text)));
        }
        let value = value.datum()?;
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

    #[inline(never)]
    fn arithmetic(&self, operation: Operation, left: Value<'a>, right: Value<'a>) -> Value<'a> {
        let value = match (left.datum(), right.datum()) {
            (Err(unsure), _) | (_, Err(unsure)) => Err(unsure),
            (Ok(Some(left)), Ok(Some(right))) => match (operation, left, right) {
                (Operation::Subtract, Datum::Set(items), other @ Datum::Set(_)) => {
                    self.kept(items, other, false).map(Some)
                }
                (operation, left, right) => builtins::arithmetic(operation, left, right).map(Some),
            },
            _ => Ok(None),
        };
        Value::of(value, self.bump)
    }
}
