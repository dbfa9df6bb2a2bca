//! The engine, asked about rules that are no programs, and where a program is not sure.

use std::collections::BTreeMap;

use regorus::{Engine, Value};

use super::engine::{EngineError, EvaluationError, evaluate};
use super::judge::{Judged, Way};
use super::memo::{Encoder, Memo, Remembered, places};
use super::outcome::{FocusOf, denials, segment};
use super::plan::{Plan, PlannedRule, compile};
use super::presence::{Searched, missing};
use super::slots::{Slot, Slots, Views};
use super::value::{Names, to_value};
use super::{Denial, Outcome};
use crate::policy::ReadNode;

/// How the engine is asked about one rule.
#[derive(Default)]
pub(super) struct RuleEngine {
    /// What it said before; `None` where it is not known what that hangs on.
    memo: Option<Memo>,
    /// Made when it is asked for the first time.
    loaded: Option<EngineRule>,
}

impl RuleEngine {
    /// One that remembers what it said.
    pub(super) fn remembering(planned: &PlannedRule, slots: &mut Slots, encoder: &mut Encoder) -> Self {
        let places = places(&planned.reads.reads, slots);
        let memo = places.map(|places| Memo::new(places, encoder));
        Self { memo, loaded: None }
    }
}

/// A rule in an engine of its own.
struct EngineRule {
    engine: Engine,
    params: Value,
    applies: Option<String>,
    deny: String,
    inconclusive: Option<String>,
}

/// One of each of the documents that make up the input.
struct Parts<T> {
    resource: T,
    payload: T,
    source: T,
}

/// A resource as the engine sees it.
pub(super) struct Shown {
    input: BTreeMap<Value, Value>,
    parts: Parts<Value>,
}

/// What is missing of what is read.
fn missing_of<S: Searched>(reads: &ReadNode, parts: [(&str, S); 3]) -> Vec<Denial> {
    let mut found = Vec::new();
    for (root, value) in parts {
        if let Some(node) = reads.under(root) {
            found.extend(missing(root, node, value));
        }
    }
    found
}

impl Views<'_> {
    pub(super) fn missing(self, reads: &ReadNode) -> Vec<Denial> {
        if reads.is_leaf() {
            return Vec::new();
        }
        let roots = [("resource", Slot::RESOURCE), ("payload", Slot::PAYLOAD), ("source", Slot::SOURCE)];
        missing_of(reads, roots.map(|(root, slot)| (root, *self.get(slot))))
    }
}

impl Shown {
    fn missing(&self, reads: &ReadNode) -> Vec<Denial> {
        let Parts { resource, payload, source } = &self.parts;
        missing_of(reads, [("resource", resource), ("payload", payload), ("source", source)])
    }
}

/// The engine, asked about one resource.
pub(super) struct Asked<'a, 'n> {
    pub(super) plan: &'a Plan,
    pub(super) names: &'n mut Names,
    pub(super) encoder: &'n mut Encoder,
    /// The envelope as the engine sees it, once it was asked about one of its resources.
    pub(super) payload: &'n mut Option<Value>,
    pub(super) judged: &'a Judged<'a>,
    pub(super) views: Views<'a>,
    pub(super) way: Way,
    pub(super) shown: Option<Result<Shown, EngineError>>,
}

impl Asked<'_, '_> {
    /// The resource as the engine sees it, made once.
    fn shown(&mut self) -> &Result<Shown, EngineError> {
        let Self { names, payload, judged, shown, .. } = self;
        shown.get_or_insert_with(|| {
            let resource = to_value(judged.resource, names).map_err(|error| unshowable(&error))?;
            let source = to_value(judged.source, names).map_err(|error| unshowable(&error))?;
            if payload.is_none() {
                **payload = Some(to_value(&judged.payload, names).map_err(|error| unshowable(&error))?);
            }
            let payload = payload.clone().unwrap_or(Value::Undefined);
            let name = |name: &str| Value::String(name.into());
            let mut input: BTreeMap<Value, Value> = BTreeMap::new();
            input.insert(name("resource"), resource.clone());
            input.insert(name("source"), source.clone());
            input.insert(name("payload"), payload.clone());
            Ok(Shown { input, parts: Parts { resource, payload, source } })
        })
    }

    /// What it says, or said before of the same values.
    pub(super) fn outcome(&mut self, planned: &PlannedRule, engine: &mut RuleEngine) -> Outcome {
        let mut is_new = false;
        if let Some(memo) = &mut engine.memo {
            match memo.get(self.encoder, self.views) {
                Remembered::Outcome(outcome) => return outcome.clone(),
                Remembered::Unknown => is_new = true,
                Remembered::Never => {}
            }
        }
        let outcome = self.evaluated(planned, &mut engine.loaded);
        if is_new && let Some(memo) = &mut engine.memo {
            memo.put(&outcome);
        }
        outcome
    }

    fn evaluated(&mut self, planned: &PlannedRule, loaded: &mut Option<EngineRule>) -> Outcome {
        if loaded.is_none() {
            match EngineRule::new(self.plan, planned, self.names) {
                Ok(engine) => *loaded = Some(engine),
                Err(error) => return Outcome::Error(error),
            }
        }
        let (views, way) = (self.views, self.way);
        let (Some(engine), shown) = (loaded.as_mut(), self.shown()) else {
            return Outcome::Error(EngineError { message: "there is no engine".to_owned(), place: None });
        };
        let shown = match shown {
            Ok(shown) => shown,
            Err(error) => return Outcome::Error(error.clone()),
        };
        let mut input = shown.input.clone();
        input.insert(Value::String("params".into()), engine.params.clone());
        engine.engine.set_input(Value::from(input));
        let missing = |reads: &ReadNode| match way {
            Way::Fast => views.missing(reads),
            Way::Reference => shown.missing(reads),
        };
        let outcome = engine.outcome(planned, &missing);
        // What rules print would pile up; there is nothing to be done where it cannot be taken.
        let _ = engine.engine.take_prints();
        outcome.unwrap_or_else(|error| match error {
            EvaluationError::Engine(error) => {
                let error = planned.as_written(error);
                // A built-in may err for no other reason than that a value is null.
                let mut missing = missing(&planned.reads.reads);
                if missing.is_empty() {
                    Outcome::Error(error)
                } else {
                    missing
                        .push(Denial::new(format!("the rule cannot be evaluated: {}", error.message), None));
                    Outcome::Inconclusive(missing)
                }
            }
            EvaluationError::Panic(message) => {
                // A new engine: nobody knows in what state a panic left the old one.
                *loaded = None;
                Outcome::Error(EngineError { message, place: None })
            }
        })
    }
}

/// Where nothing speaks against a resource but what is missing.
pub(super) fn passed(missing: Vec<Denial>) -> Outcome {
    if missing.is_empty() { Outcome::Pass } else { Outcome::Inconclusive(missing) }
}

/// Where a rule is not about a resource, unless that hangs on what is missing.
pub(super) fn not_applicable(missing: Vec<Denial>) -> Outcome {
    if missing.is_empty() { Outcome::NotApplicable } else { Outcome::Inconclusive(missing) }
}
impl EngineRule {
    fn new(plan: &Plan, planned: &PlannedRule, names: &mut Names) -> Result<Self, EngineError> {
        let path = |name: &str| format!("data.{}.{name}", planned.package);
        Ok(Self {
            engine: compile(planned, plan.clock)?,
            params: to_value(&planned.rule.params, names).map_err(|error| EngineError {
                message: format!("params of {}: {error}", planned.rule.id),
                place: None,
            })?,
            applies: planned.has_applies.then(|| path("applies")),
            deny: path("deny"),
            inconclusive: planned.has_inconclusive.then(|| path("inconclusive")),
        })
    }

    fn outcome(
        &mut self,
        planned: &PlannedRule,
        missing: &dyn Fn(&ReadNode) -> Vec<Denial>,
    ) -> Result<Outcome, EvaluationError> {
        let reads = &planned.reads;
        if let Some(applies) = &self.applies {
            match evaluate(&mut self.engine, applies)? {
                Value::Bool(true) => {}
                Value::Bool(false) | Value::Undefined => {
                    return Ok(not_applicable(missing(&reads.of_applies)));
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
        let focus = |definition: usize, keys: &[Value]| {
            planned.focus(definition, |at| keys.get(at).and_then(segment))
        };
        let focus = planned.is_marked().then_some::<&FocusOf<'_>>(&focus);
        let denied = evaluate(&mut self.engine, &self.deny)?;
        let denied = denials("deny", &denied, focus).map_err(EvaluationError::Engine)?;
        if !denied.is_empty() {
            return Ok(Outcome::Fail(denied));
        }
        if let Some(inconclusive) = &self.inconclusive {
            let said = evaluate(&mut self.engine, inconclusive)?;
            let reasons = denials("inconclusive", &said, focus).map_err(EvaluationError::Engine)?;
            if !reasons.is_empty() {
                return Ok(Outcome::Inconclusive(reasons));
            }
        }
        Ok(passed(missing(&reads.reads)))
    }
}

fn unshowable(error: &super::value::ValueError) -> EngineError {
    EngineError { message: format!("a value cannot be shown to rules: {error}"), place: None }
}
