//! Judging resources of one operation on one thread.

use std::collections::BTreeMap;

use regorus::{Engine, Value};

use super::engine::{EngineError, EvaluationError, evaluate};
use super::outcome::denials;
use super::plan::{Plan, PlannedRule, compile};
use super::value::{Names, to_value};
use super::{Outcome, Source};
use crate::model::{Envelope, Resource};
use crate::operation::Operation;

/// Evaluates the rules of one operation. It belongs to one thread: the engine's values are not shared.
pub struct Judge<'p> {
    plan: &'p Plan,
    rules: Vec<RuleJudge<'p>>,
    names: Names,
    payload: Value,
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
        Ok(Self { plan, rules, names, payload: Value::new_object() })
    }

    /// The envelope that the next resources come in; `None` for resources without one.
    ///
    /// # Errors
    ///
    /// Where a value in it cannot be shown to rules.
    pub fn set_payload(&mut self, envelope: Option<&Envelope<'_>>) -> Result<(), EngineError> {
        self.payload = match envelope {
            Some(envelope) => to_value(envelope, &mut self.names).map_err(|error| unshowable(&error))?,
            None => Value::new_object(),
        };
        Ok(())
    }

    /// Evaluates every rule on one resource; `tell` gets each rule's index in the plan and its outcome.
    pub fn judge(
        &mut self,
        resource: &Resource<'_>,
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
        let mut input: BTreeMap<Value, Value> = BTreeMap::new();
        input.insert(name("resource"), resource);
        input.insert(name("source"), source);
        input.insert(name("payload"), self.payload.clone());
        for rule in &mut self.rules {
            let mut input = input.clone();
            input.insert(name("params"), rule.params.clone());
            rule.engine.set_input(Value::from(input));
            let outcome = rule.outcome().unwrap_or_else(|error| match error {
                EvaluationError::Engine(error) => Outcome::Error(rule.planned.as_written(error)),
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

impl RuleJudge<'_> {
    fn outcome(&mut self) -> Result<Outcome, EvaluationError> {
        if let Some(applies) = &self.applies {
            match evaluate(&mut self.engine, applies)? {
                Value::Bool(true) => {}
                Value::Bool(false) | Value::Undefined => return Ok(Outcome::NotApplicable),
                other => {
                    let what = super::outcome::described(&other);
                    return Err(EvaluationError::Engine(EngineError {
                        message: format!("`applies` must be true or undefined, not {what}"),
                        place: None,
                    }));
                }
            }
        }
        let denied = evaluate(&mut self.engine, &self.deny)?;
        let denied = denials("deny", &denied).map_err(EvaluationError::Engine)?;
        if !denied.is_empty() {
            return Ok(Outcome::Fail(denied));
        }
        let Some(inconclusive) = &self.inconclusive else {
            return Ok(Outcome::Pass);
        };
        let reasons = evaluate(&mut self.engine, inconclusive)?;
        let reasons = denials("inconclusive", &reasons).map_err(EvaluationError::Engine)?;
        Ok(if reasons.is_empty() { Outcome::Pass } else { Outcome::Inconclusive(reasons) })
    }
}

fn unshowable(error: &super::value::ValueError) -> EngineError {
    EngineError { message: format!("a value cannot be shown to rules: {error}"), place: None }
}
