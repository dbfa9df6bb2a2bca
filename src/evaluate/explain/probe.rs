//! Expressions that are evaluated in a rule's file as if they stood there.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use regorus::{Engine, Value};

use super::super::engine::{EngineError, EvaluationError, add, evaluate, new_engine};
use super::super::plan::PlannedRule;
use crate::policy::{PolicyFile, too_deep};

/// What the names of everything that is added begin with.
pub(super) const PROBE: &str = "probity_probe";

/// Why an expression has no value.
#[derive(Debug)]
pub(super) enum ProbeError {
    /// The engine cannot evaluate it; in its words.
    Engine(String),
    /// Taken out of its rule it does not compile: it can be told nothing about.
    NotCompiled,
}

/// Evaluates expressions in a rule's file, all of them in one engine where that compiles.
pub(super) struct Bench<'p> {
    pub(super) planned: &'p PlannedRule,
    pub(super) clock: DateTime<Utc>,
    pub(super) input: Value,
}

impl<'p> Bench<'p> {
    pub(super) fn new(planned: &'p PlannedRule, clock: DateTime<Utc>, input: Value) -> Self {
        Self { planned, clock, input }
    }

    /// The rule's own file as its author wrote it: for judging it is rewritten.
    pub(super) fn file(&self) -> &Arc<PolicyFile> {
        &self.planned.rule.file
    }

    /// An engine for these expressions, or one for each of them where they do not compile together.
    pub(super) fn probes(&self, expressions: Vec<String>) -> Probes<'_, 'p> {
        let together = self.engine(&expressions.iter().enumerate().collect::<Vec<_>>());
        Probes { bench: self, expressions, together }
    }

    /// The value of a rule of the file.
    pub(super) fn rule(&self, engine: &mut Engine, name: &str) -> Result<Value, ProbeError> {
        let path = format!("data.{}.{name}", self.planned.rule.package);
        let value = evaluate(engine, &path).map_err(|error| match error {
            EvaluationError::Engine(error) => ProbeError::Engine(error.message),
            EvaluationError::Panic(message) => ProbeError::Engine(message),
        });
        let _ = engine.take_prints();
        value
    }

    /// An engine whose copy of the rule's file holds these expressions too; `None` where it does not compile.
    pub(super) fn engine(&self, expressions: &[(usize, &String)]) -> Option<Engine> {
        let mut text = format!("{}\n{PROBE} := true\n", self.file().text);
        for (index, expression) in expressions {
            // The engine's parser is slow with nested brackets.
            if too_deep(expression).is_none() {
                text.push_str(&format!("\n{PROBE}_{index} := {expression}\n"));
            }
        }
        let file = self.file().with_text(text);
        let built = || -> Result<Engine, EngineError> {
            let mut engine = new_engine(self.clock)?;
            for needed in &self.planned.files {
                add(&mut engine, if needed.name == file.name { &file } else { needed })?;
            }
            engine.set_input(self.input.clone());
            Ok(engine)
        };
        let mut engine = built().ok()?;
        // What does not compile is told when the first rule is evaluated.
        matches!(self.rule(&mut engine, PROBE), Ok(Value::Bool(true))).then_some(engine)
    }
}

/// Expressions to be evaluated.
pub(super) struct Probes<'b, 'p> {
    bench: &'b Bench<'p>,
    expressions: Vec<String>,
    together: Option<Engine>,
}

impl Probes<'_, '_> {
    /// The value of an expression.
    pub(super) fn value(&mut self, index: usize) -> Result<Value, ProbeError> {
        let name = format!("{PROBE}_{index}");
        let expression = self.expressions.get(index).ok_or(ProbeError::NotCompiled)?;
        if too_deep(expression).is_some() {
            return Err(ProbeError::NotCompiled);
        }
        let mut alone;
        let engine = if let Some(engine) = &mut self.together {
            engine
        } else {
            alone = self.bench.engine(&[(index, expression)]).ok_or(ProbeError::NotCompiled)?;
            &mut alone
        };
        let value = self.bench.rule(engine, &name);
        if value.is_err() {
            // A panic may have left it in any state.
            self.together = None;
        }
        value
    }

    /// The value of an expression that was not foreseen.
    pub(super) fn single(&self, expression: &String) -> Result<Value, ProbeError> {
        if too_deep(expression).is_some() {
            return Err(ProbeError::NotCompiled);
        }
        let mut engine = self.bench.engine(&[(0, expression)]).ok_or(ProbeError::NotCompiled)?;
        self.bench.rule(&mut engine, &format!("{PROBE}_0"))
    }
}
