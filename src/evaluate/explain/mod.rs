//! Why a rule says what it says of one resource: which statements hold, and with which values.
//!
//! The engine tells only results. So the text of statements is evaluated once more, cut out by the syntax tree,
//! as comprehensions in a copy of the rule's file: all statements up to one of them tell whether it holds, and
//! its names and references with which values.

mod body;
mod names;
mod operands;
mod probe;
mod reads;
mod shown;
mod taint;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use regorus::Value;

use super::parse::parse_all;
use super::plan::{Plan, PlannedRule};
use crate::operation::Operation;
use crate::policy::{Definition, Module, Node, Rule, Term};
use crate::source::{Diagnostic, Position};
use body::Tracer;
use names::{Globals, walk, walk_body};
use probe::{Bench, ProbeError};
use shown::Secrets;

pub use reads::ExplainedRead;
pub use shown::Shown;

/// A resource that a verdict is to be explained on.
#[derive(Clone, Debug)]
pub struct ExplainedCase<'c> {
    /// The operation that it is of.
    pub operation: Operation,
    /// The `input` document that the rule saw, as JSON.
    pub input: &'c str,
    /// The resource's own text.
    pub text: &'c str,
    /// The file that it stands in.
    pub file: &'c Arc<str>,
    /// Where its text begins there.
    pub start: Position,
}

/// What there is to tell about how a rule came to its verdict.
#[derive(Debug)]
pub struct Explanation {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its definitions that took part, in the order of the file.
    pub definitions: Vec<ExplainedDefinition>,
    /// What it reads of its input, with the values.
    pub reads: Vec<ExplainedRead>,
    /// How many further values it reads.
    pub more_reads: u64,
    secrets: Secrets,
}

impl Explanation {
    /// A message of the rule, unless it tells a secret.
    pub fn without_secrets<'m>(&self, message: &'m str) -> Cow<'m, str> {
        self.secrets.message(message)
    }
}

/// What a definition is to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Part of `applies`.
    Applies,
    /// Part of `deny`.
    Deny,
    /// Part of `inconclusive`.
    Inconclusive,
    /// A rule that these refer to.
    Helper,
}

/// One definition of a rule in the file.
#[derive(Clone, Debug)]
pub struct ExplainedDefinition {
    /// Its name.
    pub name: String,
    /// What it is to the verdict.
    pub role: Role,
    /// Whether it is what holds where nothing else does.
    pub is_default: bool,
    /// Number of its first line, counted from 1.
    pub first_line_1based: u64,
    /// Its lines.
    pub lines: Vec<String>,
    /// Whether its last statement was reached and holds; `None` where it was not asked.
    pub holds: Option<bool>,
    /// What it yields: elements of a set, or values.
    pub yields: Ways<Shown>,
    /// Its statements, in the order of the text.
    pub statements: Vec<ExplainedStatement>,
}

/// The first of several, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ways<T> {
    /// The first.
    pub first: Vec<T>,
    /// How many there are in all.
    pub count: u64,
}

impl<T> Default for Ways<T> {
    fn default() -> Self {
        Self { first: Vec::new(), count: 0 }
    }
}

/// A statement of a body.
#[derive(Clone, Debug)]
pub struct ExplainedStatement {
    /// Its text.
    pub text: String,
    /// The line that it begins in, counted from 1.
    pub first_line_1based: u64,
    /// The line that it ends in.
    pub last_line_1based: u64,
    /// Whether it holds.
    pub state: State,
    /// The values in it, for each way in which all statements up to it hold; where it does not hold, for each
    /// way in which all before it do.
    pub values: Ways<Vec<NamedValue>>,
}

/// Whether a statement holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Holds,
    /// It does not.
    Fails,
    /// A statement before it does not, or nobody asked.
    NotReached,
    /// It cannot be evaluated: why.
    Error(String),
    /// It cannot be told.
    Unknown,
}

/// An expression and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedValue {
    /// The expression, as it is written.
    pub name: String,
    /// Its value.
    pub value: Shown,
}

/// Explains what the rule `rule` of a plan says of a resource.
///
/// # Errors
///
/// Where the rule's file does not parse any more, or the input is no JSON: a defect.
pub fn explain(plan: &Plan, rule: &Rule, case: &ExplainedCase<'_>) -> Result<Explanation, Vec<Diagnostic>> {
    let defect = |message: String| {
        vec![Diagnostic::error(crate::source::Code::InternalDefect, format!("cannot explain: {message}"))]
    };
    let planned = plan.rules.iter().find(|planned| planned.rule.id == rule.id);
    let planned = planned.ok_or_else(|| defect(format!("{} is not planned", rule.id)))?;
    let input = Value::from_json_str(case.input).map_err(|error| defect(error.to_string()))?;
    let bench = Bench::new(planned, plan.clock, input);
    let modules = parse_all(&[bench.file()])?;
    let module = modules.first().ok_or_else(|| defect("no syntax tree".to_owned()))?;
    let secrets = Secrets::of(case.operation, &bench.input, texts_of(module));
    let mut explainer = Explainer {
        planned,
        module,
        globals: Globals::of(module),
        bench: &bench,
        tracer: Tracer::new(&bench, secrets),
        told: BTreeMap::new(),
    };
    explainer.explain();
    let Explainer { tracer, told, .. } = explainer;
    let (reads, more_reads) = reads::explained(&planned.reads.reads, &bench.input, case, &tracer.secrets);
    Ok(Explanation {
        rule: Arc::clone(&planned.rule),
        definitions: told.into_values().collect(),
        reads,
        more_reads,
        secrets: tracer.secrets,
    })
}

struct Explainer<'e, 'm> {
    planned: &'e PlannedRule,
    module: &'m Module,
    globals: Globals<'m>,
    bench: &'e Bench<'e>,
    tracer: Tracer<'e>,
    /// Definitions by where they start.
    told: BTreeMap<usize, ExplainedDefinition>,
}

impl<'m> Explainer<'_, 'm> {
    fn explain(&mut self) {
        let mut engine = self.bench.engine(&[]);
        // What does not apply is not asked any further.
        let is_asked = !self.globals.rules.contains("applies")
            || engine
                .as_mut()
                .is_some_and(|engine| matches!(self.bench.rule(engine, "applies"), Ok(Value::Bool(true))));
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        self.visit("applies", &mut seen, &mut order);
        // What only the others need is not asked where the rule is not about the resource.
        let asked = if is_asked { usize::MAX } else { order.len() };
        for name in ["deny", "inconclusive"] {
            self.visit(name, &mut seen, &mut order);
        }
        for (position, name) in order.into_iter().enumerate() {
            let is_asked = position < asked;
            let is_function = self.definitions(name).any(|definition| definition.arguments.is_some());
            if is_function {
                continue;
            }
            let value = match &mut engine {
                Some(engine) if is_asked => self.bench.rule(engine, name),
                _ => Ok(Value::Undefined),
            };
            if matches!(value, Err(ProbeError::Engine(_))) {
                engine = self.bench.engine(&[]);
            }
            let value = value.unwrap_or(Value::Undefined);
            let definitions: Vec<&Definition> = self.definitions(name).collect();
            let is_made = definitions.iter().any(|definition| self.tracer.is_made_of_secrets(definition));
            self.tracer.know(name, &value, is_made);
            for definition in definitions {
                let told = self.definition(definition, is_asked);
                self.told.insert(definition.span.start, told);
            }
        }
    }

    fn definitions(&self, name: &str) -> impl Iterator<Item = &'m Definition> + use<'m> {
        let name = name.to_owned();
        self.module.rules.iter().filter(move |definition| definition.name == name)
    }

    /// Lists a rule of the file behind all that it refers to.
    fn visit(&self, name: &'m str, seen: &mut BTreeSet<&'m str>, order: &mut Vec<&'m str>) {
        if !self.globals.rules.contains(name) || !seen.insert(name) {
            return;
        }
        let mut mentioned: Vec<&'m str> = Vec::new();
        let mut show = |node: &'m Node| {
            let referred = match &node.term {
                Term::Variable(name) => Some(name.as_str()),
                // The package by its name.
                Term::Reference { base, steps } if matches!(&base.term, Term::Variable(root) if root == "data") => {
                    steps.get(self.module.package.len()).and_then(|step| match &step.term {
                        Term::Text(name) => Some(name.as_str()),
                        _ => None,
                    })
                }
                _ => None,
            };
            mentioned.extend(referred);
        };
        for definition in self.definitions(name) {
            definition.outputs().for_each(|node| walk(node, &mut show));
            definition.bodies.iter().for_each(|body| walk_body(body, &mut show));
        }
        for name in mentioned {
            self.visit(name, seen, order);
        }
        order.push(name);
    }

    fn definition(&mut self, definition: &'m Definition, is_asked: bool) -> ExplainedDefinition {
        let text = &self.bench.file().text;
        let role = match definition.name.as_str() {
            "applies" => Role::Applies,
            "deny" => Role::Deny,
            "inconclusive" => Role::Inconclusive,
            _ => Role::Helper,
        };
        let (first_line_1based, lines) = lines_of(&self.planned.rule.file.text, &definition.span);
        let mut told = ExplainedDefinition {
            name: definition.name.clone(),
            role,
            is_default: definition.is_default,
            first_line_1based,
            lines,
            holds: None,
            yields: Ways::default(),
            statements: Vec::new(),
        };
        let head: Option<&Node> = definition.element.as_ref().or(definition.value.as_ref());
        // It holds where nothing else does, which is seen there.
        if definition.is_default {
            return told;
        }
        if definition.bodies.is_empty() {
            let traced = self.tracer.body(&self.globals, &[], head, definition.is_set(), is_asked);
            told.holds = traced.holds;
            // A literal says itself what it is.
            let is_literal = head.is_some_and(|head| matches!(head.term, Term::Text(_) | Term::Scalar(_)));
            told.yields = if is_literal { Ways::default() } else { traced.yields };
            return told;
        }
        let mut goes_on = is_asked;
        for body in &definition.bodies {
            let output = if body.is_else { body.outputs.first() } else { head };
            let traced =
                self.tracer.body(&self.globals, &body.statements, output, definition.is_set(), goes_on);
            let holds = traced.holds == Some(true);
            if traced.holds.is_some() {
                told.holds = Some(told.holds == Some(true) || holds);
            }
            told.yields.count += traced.yields.count;
            told.yields.first.extend(traced.yields.first);
            for (statement, traced) in body.statements.iter().zip(traced.statements) {
                let Some((state, values)) = traced else { continue };
                told.statements.push(ExplainedStatement {
                    text: text.get(statement.span.clone()).unwrap_or_default().to_owned(),
                    first_line_1based: line_1based(text, statement.span.start),
                    last_line_1based: line_1based(text, statement.span.end.saturating_sub(1)),
                    state,
                    values,
                });
            }
            // `else` is tried where nothing before it holds.
            goes_on = is_asked && !holds;
        }
        told
    }
}

/// The texts that stand in a file.
fn texts_of(module: &Module) -> Vec<&str> {
    let mut texts = Vec::new();
    for definition in &module.rules {
        definition.visit(&mut |node| {
            if let Term::Text(text) = &node.term {
                texts.push(text.as_str());
            }
        });
    }
    texts
}

/// The whole lines of a range, and the number of the first.
fn lines_of(text: &str, span: &Range<usize>) -> (u64, Vec<String>) {
    let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let rest = text.get(span.end..).unwrap_or_default();
    let end = span.end + rest.find('\n').unwrap_or(rest.len());
    let lines = text.get(start..end).unwrap_or_default().lines().map(str::to_owned).collect();
    (line_1based(text, start), lines)
}

fn line_1based(text: &str, offset: usize) -> u64 {
    1 + text.get(..offset).unwrap_or_default().matches('\n').count() as u64
}
