//! Rules as programs that look at the typed resource.
//!
//! The engine is the authority: what a rule says is what the engine says. It takes some microseconds for each rule and
//! resource, since it builds a value of everything and looks names up as texts. So rules are compiled, from the same
//! syntax tree that tells what they read, to programs that go to the fields of the record by number.
//!
//! # What this relies on
//!
//! A program answers only where it knows that the engine would say the same. Whoever changes anything here must keep
//! that:
//!
//! - **What is not understood is not compiled.** A form of Rego that `compile` does not name makes it give the rule up,
//!   and the engine judges by it. Nothing is skipped, guessed or taken for something like it.
//! - **What may be an error is the engine's.** Its errors become verdicts. A built-in function with arguments of a type
//!   that it does not take, a division by zero, a number beyond 64 bits, definitions that disagree, a rule that depends
//!   on itself: [`Unsure`], and the engine is asked.
//! - **Nothing is left out that the engine would run**, for that could be an error. Statements run in the engine's order
//!   (`order`), and stop where it stops. More may be evaluated than the engine does, never less.
//! - **Rego is pure.** The clock and the params are fixed for a run.
//!
//! `tests/differential` holds both against each other.

mod builtins;
mod compile;
mod constant;
mod datum;
mod expression;
mod machine;
mod order;
mod program;
mod reads;
mod text;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;

use bumpalo::Bump;

use self::compile::Subject;
use self::datum::{Datum, Items, Members, compare};
use self::machine::{Input, Machine, Said};
use self::program::{Program, Root, SetDefinition};
pub(super) use self::reads::Closely;
use super::memo::{Document, Place};
use super::plan::{Plan, PlannedRule};
use super::{Denial, Payload, Source};
use crate::model::{Envelope, Resource, View};
use crate::operation::Operation;
use crate::policy::Declared;
use crate::source::json::{JsonPath, Segment};

/// The engine has to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsure;

/// A rule as a program.
#[derive(Debug)]
pub(super) struct Compiled {
    program: Program,
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub(super) struct Looked<'a> {
    pub(super) resource: View<'a>,
    pub(super) payload: View<'a>,
    pub(super) source: View<'a>,
}

impl<'a> Looked<'a> {
    pub(super) fn new(resource: &'a Resource<'_>, payload: Payload<'a>, source: &'a Source<'a>) -> Self {
        Self { resource: resource.view(), payload: payload.view(), source: View::Record(source) }
    }
}

/// What a program found, but for what is missing.
pub(super) enum Finding {
    NotApplicable,
    Denied(Vec<Denial>),
    /// Reasons of the rule itself; perhaps none.
    Undenied(Vec<Denial>),
}

impl Compiled {
    /// A rule of a plan for the resources of an operation; `None` where the engine has to judge by it.
    pub(super) fn new(
        plan: &Plan,
        declared: &Declared<'_>,
        planned: &PlannedRule,
        operation: Operation,
    ) -> Option<Self> {
        let definitions: Vec<Range<usize>> =
            planned.reads.definitions.iter().map(|definition| definition.span.clone()).collect();
        let subject = Subject {
            rule: &planned.rule,
            file: planned.module,
            modules: &plan.modules,
            declared,
            definitions: &definitions,
            keys: &planned.keys,
            resource: Resource::layout(operation),
            payload: Envelope::layout(operation),
        };
        Some(Self { program: compile::compile(&subject)? })
    }

    /// Where the values stand that it may look at.
    pub(super) fn places(&self) -> Vec<Place> {
        let looks = self.program.looks().into_iter();
        looks
            .map(|(route, closely)| Place {
                document: match route.root {
                    Root::Resource => Document::Resource,
                    Root::Payload => Document::Payload,
                    Root::Source => Document::Source,
                },
                hops: route.hops.clone(),
                closely,
            })
            .collect()
    }

    /// Runs it.
    pub(super) fn run<'a>(
        &'a self,
        planned: &PlannedRule,
        looked: Looked<'a>,
        now_ns: i64,
        bump: &'a Bump,
    ) -> Result<Finding, Unsure> {
        let Looked { resource, payload, source } = looked;
        let input = Input { resource, payload, source, now_ns };
        let mut machine = Machine::new(&self.program, input, bump);
        if let Some(applies) = self.program.applies {
            match machine.global(applies)? {
                Some(Datum::Boolean(true)) => {}
                Some(Datum::Boolean(false)) | None => return Ok(Finding::NotApplicable),
                Some(_) => return Err(Unsure),
            }
        }
        let denied = denials(&mut machine, &self.program.deny, planned)?;
        if !denied.is_empty() {
            return Ok(Finding::Denied(denied));
        }
        Ok(Finding::Undenied(denials(&mut machine, &self.program.inconclusive, planned)?))
    }
}

/// What the definitions say, in the order in which the engine would have it.
fn denials<'a>(
    machine: &mut Machine<'a>,
    definitions: &'a [SetDefinition],
    planned: &PlannedRule,
) -> Result<Vec<Denial>, Unsure> {
    let mut said = machine.said(definitions)?;
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let bump = machine.bump;
    if said.len() > 1 {
        let mut failed = false;
        said.sort_by(|a, b| {
            order(a, b, planned.is_marked(), bump).unwrap_or_else(|Unsure| {
                failed = true;
                Ordering::Equal
            })
        });
        if failed {
            return Err(Unsure);
        }
    }
    let mut denials: Vec<Denial> = Vec::with_capacity(said.len());
    let mut known = BTreeSet::new();
    let is_one = said.len() == 1;
    for said in said {
        let (message, path) = parts(said.element, bump)?;
        let definition = planned.is_marked().then_some(said.number);
        if !is_one && !known.insert((definition, message, path.clone())) {
            continue;
        }
        let focus = match definition {
            Some(number) if path.is_none() => {
                planned.focus(number, |at| said.keys.get(at).and_then(|key| segment(*key, bump)))
            }
            _ => None,
        };
        denials.push(Denial { message: message.to_owned(), path, definition, focus });
    }
    Ok(denials)
}

/// The order in which the engine's set has two denials.
fn order<'a>(a: &Said<'a>, b: &Said<'a>, marked: bool, bump: &'a Bump) -> Result<Ordering, Unsure> {
    if marked {
        match a.number.cmp(&b.number) {
            Ordering::Equal => {}
            other => return Ok(other),
        }
        let keys = |said: &Said<'a>| Datum::Array(Items::Made(said.keys));
        match compare(keys(a), keys(b), bump)? {
            Ordering::Equal => {}
            other => return Ok(other),
        }
    }
    compare(a.element, b.element, bump)
}

/// Message and path of an element.
fn parts<'a>(element: Datum<'a>, bump: &'a Bump) -> Result<(&'a str, Option<JsonPath>), Unsure> {
    if let Some(message) = element.text(bump) {
        return Ok((message, None));
    }
    let Datum::Object(members @ Members::Made(_)) = element else { return Err(Unsure) };
    let message =
        members.get(Datum::Text("msg"), bump)?.and_then(|message| message.text(bump)).ok_or(Unsure)?;
    let path = match members.get(Datum::Text("path"), bump)? {
        None => None,
        Some(Datum::Array(steps)) => {
            let mut path = JsonPath::default();
            for index in 0..steps.count() {
                path.push(steps.get(index)?.and_then(|step| segment(step, bump)).ok_or(Unsure)?);
            }
            Some(path)
        }
        Some(path) => Some(JsonPath::parse(path.text(bump).ok_or(Unsure)?).map_err(|_| Unsure)?),
    };
    Ok((message, path))
}

/// A key as a step of a path.
fn segment<'a>(key: Datum<'a>, bump: &'a Bump) -> Option<Segment> {
    match key {
        Datum::Integer(index) => u32::try_from(index).ok().map(|index| Segment::Index(index as usize)),
        Datum::Float(_) => None,
        key => key.text(bump).map(|name| Segment::Key(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::policy::{builtin_files, load};

    #[test]
    fn every_built_in_rule_is_compiled() {
        let plan = Plan::new(&load(&builtin_files()).unwrap(), DateTime::UNIX_EPOCH).unwrap();
        let declared = Declared::new(&plan.modules);
        for planned in &plan.rules {
            for operation in &planned.rule.applies_to {
                let compiled = Compiled::new(&plan, &declared, planned, *operation);
                assert!(compiled.is_some(), "{}", planned.rule.id);
            }
        }
    }
}
