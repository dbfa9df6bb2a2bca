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
mod evaluated;
mod expression;
mod guard;
mod known;
mod machine;
mod order;
mod program;
mod share;
mod simplify;
mod text;
mod value;
mod walk;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use bumpalo::Bump;

use self::compile::Subject;
use self::datum::{Datum, Items, Members, compare};
use self::guard::Guard;
use self::known::KnownPaths;
use self::machine::Said;
use self::program::{Program, SetDefinition};
use self::share::{SharedExpression, share};
use super::Denial;
use super::plan::{Plan, PlannedRule};
use super::slots::{Slots, Views};
use crate::policy::Declared;
use crate::source::json::{JsonPath, Segment};

pub(super) use self::machine::Machine;

/// The engine has to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsure;

/// A rule as a program.
#[derive(Debug)]
pub(super) struct Compiled {
    program: Program,
    guard: Guard,
    paths: KnownPaths,
    /// Whether its params alone say that it is about no resource.
    is_never_about: bool,
}

/// What the programs of an operation have in common.
#[derive(Debug)]
pub(super) struct Common {
    shared: Vec<SharedExpression>,
    locals: usize,
}

/// What a program found, but for what is missing.
pub(super) enum Finding {
    NotApplicable,
    Denied(Vec<Denial>),
    /// Reasons of the rule itself why it cannot be told.
    Undecided(Vec<Denial>),
    /// It says nothing.
    Nothing,
}

impl Common {
    /// Of these programs, which are ready to be run then.
    pub(super) fn of<'c>(compiled: impl Iterator<Item = &'c mut Compiled>) -> Self {
        let mut all: Vec<&mut Compiled> = compiled.collect();
        let shared = share(all.iter_mut().map(|compiled| &mut compiled.program));
        for compiled in &mut all {
            compiled.guard = Guard::new(&compiled.program, &shared);
        }
        let locals = all.iter().map(|compiled| compiled.program.most_locals()).max().unwrap_or_default();
        Self { shared, locals }
    }

    /// What runs them on one resource.
    pub(super) fn machine<'a>(&'a self, views: Views<'a>, bump: &'a Bump) -> Machine<'a> {
        Machine::new(views, &self.shared, self.locals, bump)
    }
}

impl Compiled {
    /// A rule of a plan; `None` where the engine has to judge by it. `now_ns` is the run's clock.
    pub(super) fn new(
        plan: &Plan,
        declared: &Declared<'_>,
        planned: &PlannedRule,
        now_ns: i64,
        slots: &mut Slots,
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
        };
        let mut program = compile::compile(&subject, slots)?;
        simplify::simplify(&mut program, slots, now_ns);
        let is_never_about = program.applies.is_some_and(|applies| program.is_never_true(applies));
        Some(Self { program, guard: Guard::default(), paths: KnownPaths::new(planned), is_never_about })
    }

    /// Runs it.
    pub(super) fn run<'a>(
        &'a self,
        planned: &PlannedRule,
        machine: &mut Machine<'a>,
    ) -> Result<Finding, Unsure> {
        if self.is_never_about {
            return Ok(Finding::NotApplicable);
        }
        machine.enter(&self.program);
        if let Some(applies) = self.program.applies {
            match machine.global(applies).datum()? {
                Some(Datum::Boolean(true)) => {}
                Some(Datum::Boolean(false)) | None => return Ok(Finding::NotApplicable),
                Some(_) => return Err(Unsure),
            }
        }
        if self.guard.is_silent(machine) {
            return Ok(Finding::Nothing);
        }
        let denied = denials(machine, &self.program.deny, planned, &self.paths)?;
        if !denied.is_empty() {
            return Ok(Finding::Denied(denied));
        }
        let reasons = denials(machine, &self.program.inconclusive, planned, &self.paths)?;
        Ok(if reasons.is_empty() { Finding::Nothing } else { Finding::Undecided(reasons) })
    }
}

/// What the definitions say, in the order in which the engine would have it.
fn denials<'a>(
    machine: &mut Machine<'a>,
    definitions: &'a [SetDefinition],
    planned: &PlannedRule,
    paths: &KnownPaths,
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
        let (message, path) = parts(said.element, paths, bump)?;
        let definition = planned.is_marked().then_some(said.number);
        if !is_one && !known.insert((definition, message, path.clone())) {
            continue;
        }
        let focus = match definition {
            Some(number) if path.is_none() => {
                let key = |at: usize| said.keys.get(at).and_then(|key| segment(*key, bump));
                paths.focus(planned, number, key)
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
fn parts<'a>(
    element: Datum<'a>,
    paths: &KnownPaths,
    bump: &'a Bump,
) -> Result<(&'a str, Option<Arc<JsonPath>>), Unsure> {
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
            Some(Arc::new(path))
        }
        Some(path) => Some(paths.read(path.text(bump).ok_or(Unsure)?)?),
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
                let mut slots = Slots::new(*operation);
                let compiled = Compiled::new(&plan, &declared, planned, 0, &mut slots);
                assert!(compiled.is_some(), "{}", planned.rule.id);
            }
        }
    }
}
