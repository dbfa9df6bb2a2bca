//! Judging resources of one operation on one thread.

use std::collections::BTreeMap;

use bumpalo::Bump;
use regorus::{Engine, Value};

use super::compiled::{Closely, Compiled, Finding, Looked, Unsure};
use super::engine::{EngineError, EvaluationError, evaluate};
use super::memo::{Document, Encoder, Memo, Place, Remembered};
use super::needs::Needs;
use super::outcome::{FocusOf, denials, segment};
use super::plan::{Plan, PlannedRule, compile};
use super::presence::{Searched, missing};
use super::value::{Names, to_value};
use super::{Denial, Outcome, Payload, Source};
use crate::model::{Envelope, Layout, Resource};
use crate::operation::Operation;
use crate::policy::{Declared, ReadNode, Step};
use crate::source::json::JsonPath;

/// How rules are evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// As fast as is known to give the same.
    #[default]
    Fast,
    /// By the engine alone, which is what the fast way is held against.
    Reference,
}

/// Evaluates the rules of one operation. It belongs to one thread: the engine's values are not shared.
pub struct Judge<'p> {
    plan: &'p Plan,
    rules: Vec<RuleJudge<'p>>,
    way: Way,
    now_ns: i64,
    encoder: Encoder,
    bump: Bump,
    names: Names,
    /// The envelope as the engine sees it, once it was asked about one of its resources.
    payload: Option<Value>,
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

/// A resource, with all that rules may look at.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The resource.
    pub resource: &'a Resource<'a>,
    /// What cannot be read of it.
    pub unreadable: &'a [Unreadable],
    /// The envelope that it came in.
    pub payload: Payload<'a>,
    /// Where it comes from.
    pub source: &'a Source<'a>,
}

struct RuleJudge<'p> {
    /// Index in the plan.
    index: usize,
    planned: &'p PlannedRule,
    compiled: Option<Compiled>,
    /// What must be there for a pass.
    needs: Parts<Needs>,
    /// What it said before; `None` where it is not known what that hangs on.
    memo: Option<Memo>,
    /// Made when it is asked for the first time.
    engine: Option<EngineRule>,
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
struct Shown {
    input: BTreeMap<Value, Value>,
    parts: Parts<Value>,
}

impl<'p> Judge<'p> {
    pub(super) fn new(plan: &'p Plan, operation: Operation, way: Way) -> Result<Self, EngineError> {
        let now_ns = plan.clock.timestamp_nanos_opt().ok_or_else(|| EngineError {
            message: "the clock must be between the years 1678 and 2261".to_owned(),
            place: None,
        })?;
        let declared = Declared::new(&plan.modules);
        let mut encoder = Encoder::new();
        let mut rules = Vec::new();
        for (index, planned) in plan.rules.iter().enumerate() {
            if !planned.rule.applies_to.contains(&operation) {
                continue;
            }
            let compiled = match way {
                Way::Fast => Compiled::new(plan, &declared, planned, operation),
                Way::Reference => None,
            };
            let needs = Parts::new(&planned.reads.reads, operation);
            let memo = match way {
                Way::Fast => places(planned, compiled.as_ref(), &needs, operation)
                    .map(|places| Memo::new(places.into_iter().map(|place| encoder.place(place)).collect())),
                Way::Reference => None,
            };
            rules.push(RuleJudge { index, planned, compiled, needs, memo, engine: None });
        }
        Ok(Self {
            plan,
            rules,
            way,
            now_ns,
            encoder,
            bump: Bump::new(),
            names: Names::default(),
            payload: None,
            payload_unreadable: Vec::new(),
        })
    }

    /// How many of its rules are programs, and how many there are: the engine judges by the others.
    pub fn programs(&self) -> (usize, usize) {
        (self.rules.iter().filter(|rule| rule.compiled.is_some()).count(), self.rules.len())
    }

    /// The next resources come in another envelope; what of it cannot be read.
    pub fn set_payload(&mut self, unreadable: &[Unreadable]) {
        self.payload_unreadable.clear();
        self.payload_unreadable.extend_from_slice(unreadable);
        self.payload = None;
    }

    /// Evaluates every rule on one resource; `tell` gets each rule's index in the plan and its outcome.
    ///
    /// Rules that read something that cannot be read are not evaluated.
    pub fn judge(&mut self, judged: &Judged<'_>, mut tell: impl FnMut(usize, &Outcome)) {
        self.bump.reset();
        self.encoder.begin();
        let Judged { resource, unreadable, payload, source } = *judged;
        let looked = Looked::new(resource, payload, source);
        let all_readable = unreadable.is_empty() && self.payload_unreadable.is_empty();
        let mut asked = Asked {
            plan: self.plan,
            names: &mut self.names,
            payload: &mut self.payload,
            judged,
            shown: None,
        };
        for rule in &mut self.rules {
            if !all_readable {
                let reasons = rule.planned.unreadable(unreadable, &self.payload_unreadable);
                if !reasons.is_empty() {
                    tell(rule.index, &Outcome::Unreadable(reasons));
                    continue;
                }
            }
            let mut is_new = false;
            if let Some(memo) = &mut rule.memo {
                match memo.get(&mut self.encoder, &looked) {
                    Remembered::Outcome(outcome) => {
                        tell(rule.index, outcome);
                        continue;
                    }
                    Remembered::Unknown => is_new = true,
                    Remembered::Never => {}
                }
            }
            let found = rule
                .compiled
                .as_ref()
                .map(|compiled| compiled.run(rule.planned, looked, self.now_ns, &self.bump));
            let outcome = match found {
                Some(Ok(found)) => rule.outcome(found, &looked),
                Some(Err(Unsure)) | None => asked.outcome(rule, &looked, self.way),
            };
            if is_new && let Some(memo) = &mut rule.memo {
                memo.put(&outcome);
            }
            tell(rule.index, &outcome);
        }
    }
}

/// Where all stands that a rule's outcome hangs on; `None` where that is not known.
fn places(
    planned: &PlannedRule,
    compiled: Option<&Compiled>,
    needs: &Parts<Needs>,
    operation: Operation,
) -> Option<Vec<Place>> {
    if let Some(compiled) = compiled {
        let mut places = compiled.places();
        needs.resource.places(Document::Resource, &mut places);
        needs.payload.places(Document::Payload, &mut places);
        needs.source.places(Document::Source, &mut places);
        if planned.has_applies {
            // Whether it is about the resource hangs on what is missing as well.
            let of_applies = Parts::new(&planned.reads.of_applies, operation);
            of_applies.resource.places(Document::Resource, &mut places);
            of_applies.payload.places(Document::Payload, &mut places);
            of_applies.source.places(Document::Source, &mut places);
        }
        return Some(places);
    }
    let reads = &planned.reads.reads;
    if reads.any_below || reads.whole || reads.looked_at {
        return None;
    }
    let mut places = Vec::new();
    for (step, node) in &reads.children {
        let Step::Key(root) = step else { return None };
        let (document, layout) = match root.as_str() {
            "resource" => (Document::Resource, Resource::layout(operation)),
            "payload" => (Document::Payload, Envelope::layout(operation)),
            "source" => (Document::Source, SOURCE),
            // They are fixed for a run.
            "params" => continue,
            _ => return None,
        };
        if node.any_below || node.whole || node.looked_at {
            return None;
        }
        for (step, _) in &node.children {
            let Step::Key(name) = step else { return None };
            let hops = vec![layout.member(name).0];
            places.push(Place { document, hops, closely: Closely::Content });
        }
    }
    Some(places)
}

/// What there is to say of `input.source`.
const SOURCE: &Layout = &Layout::Record(Source::MEMBERS);

impl Parts<Needs> {
    fn new(reads: &ReadNode, operation: Operation) -> Self {
        let needs = |root: &str, layout| {
            reads.under(root).map_or_else(Needs::default, |node| Needs::new(node, layout))
        };
        Self {
            resource: needs("resource", Resource::layout(operation)),
            payload: needs("payload", Envelope::layout(operation)),
            source: needs("source", SOURCE),
        }
    }

    fn are_met(&self, looked: &Looked<'_>) -> bool {
        self.resource.are_met_below(looked.resource)
            && self.payload.are_met_below(looked.payload)
            && self.source.are_met_below(looked.source)
    }
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

impl Looked<'_> {
    fn missing(&self, reads: &ReadNode) -> Vec<Denial> {
        missing_of(reads, [("resource", self.resource), ("payload", self.payload), ("source", self.source)])
    }
}

impl Shown {
    fn missing(&self, reads: &ReadNode) -> Vec<Denial> {
        let Parts { resource, payload, source } = &self.parts;
        missing_of(reads, [("resource", resource), ("payload", payload), ("source", source)])
    }
}

/// The engine, asked about one resource.
struct Asked<'a, 'n> {
    plan: &'a Plan,
    names: &'n mut Names,
    payload: &'n mut Option<Value>,
    judged: &'a Judged<'a>,
    shown: Option<Result<Shown, EngineError>>,
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

    fn outcome(&mut self, rule: &mut RuleJudge<'_>, looked: &Looked<'_>, way: Way) -> Outcome {
        let plan = self.plan;
        if rule.engine.is_none() {
            match EngineRule::new(plan, rule.planned, self.names) {
                Ok(engine) => rule.engine = Some(engine),
                Err(error) => return Outcome::Error(error),
            }
        }
        let planned = rule.planned;
        let (Some(engine), shown) = (&mut rule.engine, self.shown()) else {
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
            Way::Fast => looked.missing(reads),
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
                rule.engine = None;
                Outcome::Error(EngineError { message, place: None })
            }
        })
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
    /// The outcome of what a program found.
    fn outcome(&self, found: Finding, looked: &Looked<'_>) -> Outcome {
        let reads = &self.planned.reads;
        match found {
            Finding::NotApplicable => not_applicable(looked.missing(&reads.of_applies)),
            Finding::Denied(denied) => Outcome::Fail(denied),
            Finding::Undenied(reasons) if !reasons.is_empty() => Outcome::Inconclusive(reasons),
            Finding::Undenied(_) if self.needs.are_met(looked) => Outcome::Pass,
            Finding::Undenied(_) => passed(looked.missing(&reads.reads)),
        }
    }
}

/// Where nothing speaks against a resource but what is missing.
fn passed(missing: Vec<Denial>) -> Outcome {
    if missing.is_empty() { Outcome::Pass } else { Outcome::Inconclusive(missing) }
}

/// Where a rule is not about a resource, unless that hangs on what is missing.
fn not_applicable(missing: Vec<Denial>) -> Outcome {
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
