//! Judging resources of one operation on one thread.

use std::collections::BTreeMap;

use regorus::{Engine, Value};

use super::engine::{EngineError, EvaluationError, evaluate};
use super::outcome::{FocusOf, denials};
use super::plan::{Plan, PlannedRule, compile};
use super::presence::missing;
use super::value::{Names, to_value};
use super::{Denial, Outcome, Source};
use crate::model::{Envelope, Resource};
use crate::operation::Operation;
use crate::policy::ReadNode;
use crate::source::json::JsonPath;

/// Evaluates the rules of one operation. It belongs to one thread: the engine's values are not shared.
pub struct Judge<'p> {
    plan: &'p Plan,
    rules: Vec<RuleJudge<'p>>,
    names: Names,
    payload: Value,
    payload_unreadable: Vec<Unreadable>,
}

/// A value that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands, in the resource or in the envelope.
    pub path: JsonPath,
    /// What is wrong with it.
    pub message: String,
}

struct RuleJudge<'p> {
    /// Index in the plan.
    index: usize,
    planned: &'p PlannedRule,
    engine: Engine,
    params: Value,
    applies: Option<String>,
    deny: String,
    inconclusive: Option<String>,
}

impl<'p> Judge<'p> {
    pub(super) fn new(plan: &'p Plan, operation: Operation) -> Result<Self, EngineError> {
        let mut names = Names::default();
        let mut rules = Vec::new();
        for (index, planned) in plan.rules.iter().enumerate() {
            if !planned.rule.applies_to.contains(&operation) {
                continue;
            }
            let path = |name: &str| format!("data.{}.{name}", planned.package);
            rules.push(RuleJudge {
                index,
                planned,
                engine: compile(planned, plan.clock)?,
                params: to_value(&planned.rule.params, &mut names).map_err(|error| EngineError {
                    message: format!("params of {}: {error}", planned.rule.id),
                    place: None,
                })?,
                applies: planned.has_applies.then(|| path("applies")),
                deny: path("deny"),
                inconclusive: planned.has_inconclusive.then(|| path("inconclusive")),
            });
        }
        Ok(Self { plan, rules, names, payload: Value::new_object(), payload_unreadable: Vec::new() })
    }

    /// The envelope that the next resources come in, and what cannot be read of it; `None` for resources
    /// without one.
    ///
    /// # Errors
    ///
    /// Where a value in it cannot be shown to rules.
    pub fn set_payload(
        &mut self,
        envelope: Option<&Envelope<'_>>,
        unreadable: &[Unreadable],
    ) -> Result<(), EngineError> {
        self.payload_unreadable = unreadable.to_vec();
        self.payload = match envelope {
            Some(envelope) => to_value(envelope, &mut self.names).map_err(|error| unshowable(&error))?,
            None => Value::new_object(),
        };
        Ok(())
    }

    /// Evaluates every rule on one resource; `tell` gets each rule's index in the plan and its outcome.
    ///
    /// Rules that read something of `unreadable` are not evaluated.
    pub fn judge(
        &mut self,
        resource: &Resource<'_>,
        unreadable: &[Unreadable],
        source: &Source<'_>,
        mut tell: impl FnMut(usize, Outcome),
    ) {
        let values = to_value(resource, &mut self.names)
            .and_then(|resource| Ok((resource, to_value(source, &mut self.names)?)));
        let (resource, source) = match values {
            Ok(values) => values,
            Err(error) => {
                let error = unshowable(&error);
                self.rules.iter().for_each(|rule| tell(rule.index, Outcome::Error(error.clone())));
                return;
            }
        };
        let name = |name: &str| Value::String(name.into());
        let seen = Seen { resource: &resource, payload: &self.payload, source: &source };
        let mut input: BTreeMap<Value, Value> = BTreeMap::new();
        input.insert(name("resource"), resource.clone());
        input.insert(name("source"), source.clone());
        input.insert(name("payload"), self.payload.clone());
        for rule in &mut self.rules {
            let reasons = rule.planned.unreadable(unreadable, &self.payload_unreadable);
            if !reasons.is_empty() {
                tell(rule.index, Outcome::Unreadable(reasons));
                continue;
            }
            let mut input = input.clone();
            input.insert(name("params"), rule.params.clone());
            rule.engine.set_input(Value::from(input));
            let outcome = rule.outcome(&seen).unwrap_or_else(|error| match error {
                EvaluationError::Engine(error) => {
                    let error = rule.planned.as_written(error);
                    // A built-in may err for no other reason than that a value is null.
                    let mut missing = seen.missing(&rule.planned.reads.reads);
                    if missing.is_empty() {
                        Outcome::Error(error)
                    } else {
                        missing.push(Denial::new(
                            format!("the rule cannot be evaluated: {}", error.message),
                            None,
                        ));
                        Outcome::Inconclusive(missing)
                    }
                }
                EvaluationError::Panic(message) => {
                    // A new engine: nobody knows in what state a panic left the old one.
                    if let Ok(engine) = compile(rule.planned, self.plan.clock) {
                        rule.engine = engine;
                    }
                    Outcome::Error(EngineError { message, place: None })
                }
            });
            // What rules print would pile up; there is nothing to be done where it cannot be taken.
            let _ = rule.engine.take_prints();
            tell(rule.index, outcome);
        }
    }
}

/// The document that a rule sees, without its params.
struct Seen<'v> {
    resource: &'v Value,
    payload: &'v Value,
    source: &'v Value,
}

impl Seen<'_> {
    /// What is missing of what is read.
    fn missing(&self, reads: &ReadNode) -> Vec<Denial> {
        let parts = [("resource", self.resource), ("payload", self.payload), ("source", self.source)];
        let mut found = Vec::new();
        for (root, value) in parts {
            if let Some(node) = reads.under(root) {
                found.extend(missing(root, node, value));
            }
        }
        found
    }
}

impl PlannedRule {
    /// What it reads that cannot be read.
    fn unreadable(&self, of_resource: &[Unreadable], of_payload: &[Unreadable]) -> Vec<Denial> {
        let touched = |root: &str, unreadable: &Unreadable| {
            let node = self.reads.reads.under(root);
            node.is_some_and(|node| node.touches(unreadable.path.segments()))
        };
        let resource = of_resource
            .iter()
            .filter(|unreadable| touched("resource", unreadable))
            .map(|unreadable| Denial::new(unreadable.message.clone(), Some(unreadable.path.clone())));
        let payload = of_payload
            .iter()
            .filter(|unreadable| touched("payload", unreadable))
            .map(|unreadable| Denial::new(unreadable.message.clone(), None));
        resource.chain(payload).collect()
    }
}

impl RuleJudge<'_> {
    fn outcome(&mut self, seen: &Seen<'_>) -> Result<Outcome, EvaluationError> {
        let reads = &self.planned.reads;
        if let Some(applies) = &self.applies {
            match evaluate(&mut self.engine, applies)? {
                Value::Bool(true) => {}
                Value::Bool(false) | Value::Undefined => {
                    // Whether the rule is about it hangs on what is not there.
                    let missing = seen.missing(&reads.of_applies);
                    return Ok(if missing.is_empty() {
                        Outcome::NotApplicable
                    } else {
                        Outcome::Inconclusive(missing)
                    });
                }
                other => {
                    let what = super::outcome::described(&other);
                    return Err(EvaluationError::Engine(EngineError {
                        message: format!("`applies` must be true or undefined, not {what}"),
                        place: None,
                    }));
                }
            }
        }
        let planned = self.planned;
        let focus = |definition: usize, keys: &[Value]| planned.focus(definition, keys);
        let focus = planned.is_marked().then_some::<&FocusOf<'_>>(&focus);
        let denied = evaluate(&mut self.engine, &self.deny)?;
        let denied = denials("deny", &denied, focus).map_err(EvaluationError::Engine)?;
        if !denied.is_empty() {
            return Ok(Outcome::Fail(denied));
        }
        let mut reasons = Vec::new();
        if let Some(inconclusive) = &self.inconclusive {
            let said = evaluate(&mut self.engine, inconclusive)?;
            reasons = denials("inconclusive", &said, focus).map_err(EvaluationError::Engine)?;
        }
        if reasons.is_empty() {
            reasons = seen.missing(&reads.reads);
        }
        Ok(if reasons.is_empty() { Outcome::Pass } else { Outcome::Inconclusive(reasons) })
    }
}

fn unshowable(error: &super::value::ValueError) -> EngineError {
    EngineError { message: format!("a value cannot be shown to rules: {error}"), place: None }
}
