//! Judging resources of one operation on one thread.

use bumpalo::Bump;
use regorus::Value;

use super::asked::{Asked, RuleEngine, not_applicable, passed};
use super::compiled::{Common, Compiled, Finding};
use super::engine::EngineError;
use super::memo::Encoder;
use super::needs::{AllNeeds, Needs};
use super::plan::{Plan, PlannedRule};
use super::slots::{Slots, Views};
use super::value::Names;
use super::{Denial, Outcome, Payload, Source};
use crate::model::Resource;
use crate::operation::Operation;
use crate::policy::Declared;
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
    slots: Slots,
    common: Common,
    all_needs: AllNeeds,
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
    /// The index that it is told of by.
    index: usize,
    planned: &'p PlannedRule,
    compiled: Option<Compiled>,
    /// What must be there for a pass.
    needs: Needs,
    /// Whether the needs of all rules tell that too.
    is_among_all: bool,
    engine: RuleEngine,
}

impl<'p> Judge<'p> {
    pub(super) fn new(plan: &'p Plan, operation: Operation, way: Way) -> Result<Self, EngineError> {
        let now_ns = plan.clock.timestamp_nanos_opt().ok_or_else(|| EngineError {
            message: "the clock must be between the years 1678 and 2261".to_owned(),
            place: None,
        })?;
        let declared = Declared::new(&plan.modules);
        let mut slots = Slots::new(operation);
        let mut encoder = Encoder::new();
        let mut all_needs = AllNeeds::default();
        let mut rules = Vec::new();
        for (index, planned) in plan.rules.iter().enumerate() {
            if !planned.rule.applies_to.contains(&operation) {
                continue;
            }
            let (compiled, engine) = match way {
                Way::Fast => (
                    Compiled::new(plan, &declared, planned, now_ns, &mut slots),
                    RuleEngine::remembering(planned, &mut slots, &mut encoder),
                ),
                Way::Reference => (None, RuleEngine::default()),
            };
            let needs = Needs::new(&planned.reads.reads, &mut slots);
            let is_among_all = all_needs.add(&needs);
            rules.push(RuleJudge { index, planned, compiled, needs, is_among_all, engine });
        }
        slots.finish();
        let common = Common::of(rules.iter_mut().filter_map(|rule| rule.compiled.as_mut()));
        Ok(Self {
            plan,
            rules,
            way,
            slots,
            common,
            all_needs,
            encoder,
            bump: Bump::new(),
            names: Names::default(),
            payload: None,
            payload_unreadable: Vec::new(),
        })
    }

    /// Tells of its rules by these indices, not by those in its plan; `None` where they are not one for each.
    pub(super) fn telling(mut self, indices: &[usize]) -> Option<Self> {
        if indices.len() != self.rules.len() {
            return None;
        }
        for (rule, index) in self.rules.iter_mut().zip(indices) {
            rule.index = *index;
        }
        Some(self)
    }

    /// The indices that it tells of, in its order.
    #[cfg(test)]
    pub(super) fn indices(&self) -> impl Iterator<Item = usize> {
        self.rules.iter().map(|rule| rule.index)
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

    /// Evaluates every rule on one resource; `tell` gets each rule's index in the rulebook and its outcome.
    ///
    /// Rules that read something that cannot be read are not evaluated.
    pub fn judge(&mut self, judged: &Judged<'_>, mut tell: impl FnMut(usize, &Outcome)) {
        self.bump.reset();
        self.encoder.begin();
        let Judged { resource, unreadable, payload, source } = *judged;
        let all_readable = unreadable.is_empty() && self.payload_unreadable.is_empty();
        let views = self.slots.fill(resource, payload, source, &self.bump);
        let all_is_there = self.all_needs.are_met(views);
        let mut machine = self.common.machine(views, &self.bump);
        let mut asked = Asked {
            plan: self.plan,
            names: &mut self.names,
            payload: &mut self.payload,
            judged,
            views,
            way: self.way,
            encoder: &mut self.encoder,
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
            if let Some(compiled) = &rule.compiled
                && let Ok(found) = compiled.run(rule.planned, &mut machine)
            {
                match found {
                    Finding::Nothing if rule.is_among_all && all_is_there => tell(rule.index, &Outcome::Pass),
                    found => tell(rule.index, &rule.outcome(found, views)),
                }
                continue;
            }
            tell(rule.index, &asked.outcome(rule.planned, &mut rule.engine));
        }
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
    fn outcome(&self, found: Finding, views: Views<'_>) -> Outcome {
        let reads = &self.planned.reads;
        match found {
            Finding::NotApplicable => not_applicable(views.missing(&reads.of_applies)),
            Finding::Denied(denied) => Outcome::Fail(denied),
            Finding::Undecided(reasons) => Outcome::Inconclusive(reasons),
            Finding::Nothing if self.needs.are_met(views) => Outcome::Pass,
            Finding::Nothing => passed(views.missing(&reads.reads)),
        }
    }
}
