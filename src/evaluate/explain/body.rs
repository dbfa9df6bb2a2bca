//! One body: which of its statements hold, and with which values.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use regorus::Value;

use super::names::{Globals, Schedule, Step, WILDCARD, names_in};
use super::operands::operands;
use super::probe::{Bench, PROBE, ProbeError, Probes};
use super::shown::{Secrets, Shown, is_telling};
use super::taint::bound_names;
use super::{NamedValue, State, Ways};
use crate::policy::{Node, Statement, StatementKind, Term};

/// Ways in which statements hold that are shown.
const MAX_WAYS: usize = 3;

/// What is found of a body.
#[derive(Default)]
pub(super) struct Traced {
    /// Whether it holds; `None` where it was not asked, or that cannot be told.
    pub(super) holds: Option<bool>,
    /// What it yields.
    pub(super) yields: Ways<Shown>,
    /// Its statements, in the order of the text; `None` where there is nothing to tell.
    pub(super) statements: Vec<Option<(State, Ways<Vec<NamedValue>>)>>,
}

/// Evaluates bodies, and remembers what is secret.
pub(super) struct Tracer<'b> {
    pub(super) bench: &'b Bench<'b>,
    pub(super) secrets: Secrets,
    /// Rules of the file whose values are made of secrets.
    pub(super) secret_rules: BTreeSet<String>,
    /// Names of the body under way whose values are.
    pub(super) secret_locals: BTreeSet<String>,
}

/// An expression to be evaluated beside statements.
struct Operand<'s> {
    node: &'s Node,
    name: String,
    /// Whether it is a list by itself, and no value that there may be several of.
    is_list: bool,
    /// A comprehension of its values: none where it is undefined.
    expression: String,
}

/// The expressions that tell about a statement, by their index.
struct Foreseen<'s> {
    step: usize,
    /// Whether all statements up to it hold.
    bare: usize,
    /// The values where they do.
    held: (usize, Vec<Operand<'s>>),
    /// The values where those before it hold.
    failed: (usize, Vec<Operand<'s>>),
}

impl<'b> Tracer<'b> {
    pub(super) const fn new(bench: &'b Bench<'b>, secrets: Secrets) -> Self {
        Self { bench, secrets, secret_rules: BTreeSet::new(), secret_locals: BTreeSet::new() }
    }

    /// Evaluates a body, and what it yields: `output`, or true.
    pub(super) fn body(
        &mut self,
        globals: &Globals<'_>,
        statements: &[Statement],
        output: Option<&Node>,
        is_set: bool,
        is_asked: bool,
    ) -> Traced {
        let unreached = |statement: &Statement| {
            let tells = !matches!(statement.kind, StatementKind::Declare(_));
            tells.then(|| (State::NotReached, Ways::default()))
        };
        let mut traced =
            Traced { statements: statements.iter().map(unreached).collect(), ..Traced::default() };
        if !is_asked {
            return traced;
        }
        self.secret_locals.clear();
        let schedule = Schedule::of(statements, globals);
        let source = Source::of(&self.bench.file().text, statements);
        let mut expressions = Vec::new();
        let mut plans = Vec::new();
        for (step, known) in schedule.steps.iter().enumerate() {
            if !matches!(known.statement.kind, StatementKind::Declare(_)) {
                plans.push(plan(&source, &schedule, step, globals, &mut expressions));
            }
        }
        let all = prefix(&source, &schedule, schedule.steps.len());
        let output = output.map_or("true", |node| source.raw(&node.span));
        // An element is in a set once.
        let (open, close) = if is_set { ("{", "}") } else { ("[", "]") };
        expressions.push(format!("{open}\n[{output}] |\n{all}\n{close}"));
        let outcome = expressions.len() - 1;
        let mut probes = self.bench.probes(expressions);
        let mut shown = BTreeMap::new();
        for plan in &plans {
            let Some(step) = schedule.steps.get(plan.step) else { continue };
            let before = prefix(&source, &schedule, plan.step);
            let upto = prefix(&source, &schedule, plan.step + 1);
            let (state, values) = self.statement(&mut probes, step, plan, &before, &upto, &mut shown);
            let goes_on = matches!(state, State::Holds | State::Unknown);
            if let Some(told) = traced.statements.get_mut(step.index) {
                *told = Some((state, values));
            }
            if !goes_on {
                traced.holds = Some(false);
                return traced;
            }
        }
        let values: Vec<Value> = match probes.value(outcome) {
            Ok(Value::Array(values)) => values.iter().cloned().collect(),
            Ok(Value::Set(values)) => values.iter().cloned().collect(),
            _ => return traced,
        };
        traced.holds = Some(!values.is_empty());
        traced.yields.count = values.len() as u64;
        let yielded = values.iter().filter_map(|value| value.as_array().ok()?.first());
        traced.yields.first = yielded.take(MAX_WAYS).map(|value| self.secrets.shown(value)).collect();
        traced
    }

    fn statement(
        &mut self,
        probes: &mut Probes<'_, '_>,
        step: &Step<'_>,
        plan: &Foreseen<'_>,
        before: &str,
        upto: &str,
        shown: &mut BTreeMap<String, Shown>,
    ) -> (State, Ways<Vec<NamedValue>>) {
        let held = probes.value(plan.held.0);
        // Where values cannot be computed, the statements may hold all the same.
        let known = if held.is_ok() { None } else { Some(probes.value(plan.bare)) };
        let state = match known.as_ref().unwrap_or(&held) {
            Ok(Value::Array(ways)) if !ways.is_empty() => State::Holds,
            Ok(_) => State::Fails,
            Err(ProbeError::Engine(message)) => State::Error(self.secrets.message(message).into_owned()),
            Err(ProbeError::NotCompiled) => State::Unknown,
        };
        let holds = state == State::Holds;
        let (operands, values, body) = if holds {
            (&plan.held.1, held, upto)
        } else {
            (&plan.failed.1, probes.value(plan.failed.0), before)
        };
        if operands.is_empty() {
            return (state, Ways::default());
        }
        let rows = match values {
            Ok(Value::Array(rows)) => rows.iter().map(values_of).collect(),
            // One of them cannot be computed: which?
            Err(ProbeError::Engine(_)) => vec![alone(probes, operands, body)],
            _ => Vec::new(),
        };
        let count = rows.len() as u64;
        let repeats = rows.len() == 1 && is_assignment(step.statement);
        let mut first = Vec::new();
        for row in rows.into_iter().take(MAX_WAYS) {
            first.push(self.row(step.statement, operands, row, holds));
        }
        for row in &mut first {
            // What an assignment only passes on stands above.
            if repeats {
                row.retain(|named| {
                    step.binds.contains(&named.name) || shown.get(&named.name) != Some(&named.value)
                });
            }
            for named in row {
                shown.insert(named.name.clone(), named.value.clone());
            }
        }
        first.retain(|row| !row.is_empty());
        let count = if first.is_empty() { 0 } else { count };
        (state, Ways { first, count })
    }

    /// The values of a way, hidden where they are made of secrets.
    fn row(
        &mut self,
        statement: &Statement,
        operands: &[Operand<'_>],
        row: Vec<Result<Vec<Value>, String>>,
        holds: bool,
    ) -> Vec<NamedValue> {
        let mut told: Vec<NamedValue> = Vec::new();
        let mut evaluated: Vec<(&Operand<'_>, Value)> = Vec::new();
        for (operand, values) in operands.iter().zip(row) {
            let (name, value) = match values {
                Err(message) => {
                    let value = Shown::Error(self.secrets.message(&message).into_owned());
                    told.push(NamedValue { name: operand.name.clone(), value });
                    continue;
                }
                Ok(mut values) if values.len() < 2 => {
                    (operand.name.clone(), values.pop().unwrap_or(Value::Undefined))
                }
                Ok(values) if operand.is_list => (operand.name.clone(), Value::from(values)),
                Ok(values) => (format!("{} (each)", operand.name), Value::from(values)),
            };
            let value_shown = self.secrets.shown(&value);
            told.push(NamedValue { name, value: value_shown });
            evaluated.push((operand, value));
        }
        if self.secrets.is_empty() {
            return told;
        }
        // Names first: what they hold decides about what is made of them.
        let mut plain: HashMap<Range<usize>, bool> = HashMap::new();
        for (operand, value) in &evaluated {
            let is_secret = self.secrets.hide(value);
            match &operand.node.term {
                Term::Variable(name) if is_secret => {
                    self.secret_locals.insert(name.clone());
                }
                Term::Reference { .. } => {
                    plain.insert(operand.node.span.clone(), is_secret);
                }
                _ => {}
            }
        }
        let bound = bound_names(statement);
        let makes = holds && self.makes_of_secrets(statement, &plain);
        for (operand, value) in &evaluated {
            let is_bound = matches!(&operand.node.term, Term::Variable(name) if bound.contains(name));
            let is_made = matches!(
                operand.node.term,
                Term::Call { .. } | Term::Comprehension(..) | Term::Operation(..)
            ) && self.mentions_secret(operand.node, &plain);
            let is_known =
                matches!(&operand.node.term, Term::Variable(name) if self.secret_locals.contains(name));
            if !(is_telling(value) && (is_made || makes && is_bound || is_known)) {
                continue;
            }
            self.secrets.learn(value);
            if !self.secrets.hide(value) {
                continue;
            }
            if let Term::Variable(name) = &operand.node.term {
                self.secret_locals.insert(name.clone());
            }
            for named in told.iter_mut().filter(|named| named.name.starts_with(&operand.name)) {
                named.value = Shown::Secret;
            }
        }
        told
    }
}

const fn is_assignment(statement: &Statement) -> bool {
    matches!(statement.kind, StatementKind::Holds(Node { term: Term::Assign { .. }, .. }))
}

/// The values of the expressions of one way.
fn values_of(row: &Value) -> Vec<Result<Vec<Value>, String>> {
    let list = |value: &Value| match value {
        Value::Array(values) => Ok(values.iter().cloned().collect()),
        _ => Ok(Vec::new()),
    };
    match row {
        Value::Array(columns) => columns.iter().map(list).collect(),
        _ => Vec::new(),
    }
}

/// Each expression by itself, in the first way.
fn alone(probes: &Probes<'_, '_>, operands: &[Operand<'_>], body: &str) -> Vec<Result<Vec<Value>, String>> {
    let value = |operand: &Operand<'_>| {
        let expression = format!("[\n{} |\n{body}\n]", operand.expression);
        match probes.single(&expression) {
            Ok(Value::Array(ways)) => match ways.first() {
                Some(Value::Array(values)) => Ok(values.iter().cloned().collect()),
                _ => Ok(Vec::new()),
            },
            Err(ProbeError::Engine(message)) => Err(message),
            _ => Ok(Vec::new()),
        }
    };
    operands.iter().map(value).collect()
}

fn plan<'s>(
    source: &Source<'_>,
    schedule: &Schedule<'s>,
    step: usize,
    globals: &Globals<'_>,
    expressions: &mut Vec<String>,
) -> Foreseen<'s> {
    let before = prefix(source, schedule, step);
    let upto = prefix(source, schedule, step + 1);
    let mut add = |expression: String| {
        expressions.push(expression);
        expressions.len() - 1
    };
    let all = |operands: &[Operand<'_>], body: &str| {
        let columns: Vec<&str> = operands.iter().map(|operand| operand.expression.as_str()).collect();
        format!("[\n[{}] |\n{body}\n]", columns.join(",\n"))
    };
    let held = schedule.operands(source, step, true, globals);
    let failed = schedule.operands(source, step, false, globals);
    Foreseen {
        step,
        bare: add(format!("[1 |\n{upto}\n]")),
        held: (add(all(&held, &upto)), held),
        failed: (add(all(&failed, &before)), failed),
    }
}

impl<'s> Schedule<'s> {
    /// What is worth a value in a statement, as far as its names have values by then.
    fn operands(
        &self,
        source: &Source<'_>,
        step: usize,
        holds: bool,
        globals: &Globals<'_>,
    ) -> Vec<Operand<'s>> {
        let Some(Step { statement, .. }) = self.steps.get(step) else {
            return Vec::new();
        };
        let bound = self.bound(if holds { step + 1 } else { step });
        let with = statement.with.as_ref().map_or("", |with| source.raw(with));
        let mut found = Vec::new();
        for node in operands(statement, holds, globals) {
            let mut free: BTreeSet<&str> = names_in(node);
            free.retain(|name| self.locals.contains(*name) && !bound.contains(name));
            // Keys without a value go through all of them; anything else needs its names.
            let declared = if free.is_empty() {
                String::new()
            } else if is_path_over(node, &free) {
                format!("some {}\n", free.into_iter().collect::<Vec<_>>().join(", "))
            } else {
                continue;
            };
            let text = source.text(&node.span, holds);
            let expression = format!("[{PROBE}_v |\n{declared}{PROBE}_v := {text} {with}\n]");
            found.push(Operand { node, name: one_line(source.raw(&node.span)), is_list: false, expression });
        }
        if let (false, StatementKind::Every { names, domain, body }) = (holds, &statement.kind)
            && let Some(last) = names.last()
        {
            let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
            let statements: Vec<&str> =
                body.statements.iter().map(|statement| source.raw(&statement.span)).collect();
            let expression = format!(
                "[{PROBE}_v |\nsome {} in {}\ncount([1 |\n{}\n]) == 0\n{PROBE}_v := {}\n]",
                names.join(", "),
                source.raw(&domain.span),
                statements.join("\n"),
                last.text,
            );
            let name = format!("fails for {}", last.text);
            found.push(Operand { node: domain, name, is_list: true, expression });
        }
        found
    }
}

/// Whether names stand in an expression only as keys in brackets.
fn is_path_over(node: &Node, free: &BTreeSet<&str>) -> bool {
    let Term::Reference { base, steps } = &node.term else {
        return false;
    };
    let is_free = |node: &Node| !names_in(node).is_disjoint(free);
    let is_key = |step: &Node| !is_free(step) || matches!(step.term, Term::Variable(_));
    !is_free(base) && steps.iter().all(is_key)
}

/// The text of the first `count` statements, or what always holds.
fn prefix(source: &Source<'_>, schedule: &Schedule<'_>, count: usize) -> String {
    let steps = schedule.steps.get(..count).unwrap_or_default();
    let mentioned: BTreeSet<&String> = steps.iter().flat_map(|step| &step.mentions).collect();
    let needed = |step: &&Step<'_>| match &step.statement.kind {
        StatementKind::Declare(names) => names.iter().any(|name| mentioned.contains(&name.text)),
        _ => true,
    };
    let lines: Vec<String> =
        steps.iter().filter(needed).map(|step| source.text(&step.statement.span, true)).collect();
    if lines.is_empty() { "true".to_owned() } else { lines.join("\n") }
}

/// The text that expressions are cut out of.
struct Source<'t> {
    text: &'t str,
    /// Where wildcards stand whose values are looked at; they get names.
    wildcards: Vec<Range<usize>>,
}

impl<'t> Source<'t> {
    fn of(text: &'t str, statements: &[Statement]) -> Self {
        let mut wildcards = Vec::new();
        for statement in statements {
            if let StatementKind::Holds(node) | StatementKind::SomeIn { collection: node, .. } =
                &statement.kind
            {
                collect_wildcards(node, &mut wildcards);
            }
        }
        wildcards.sort_by_key(|span| span.start);
        Self { text, wildcards }
    }

    /// The text as it is written.
    fn raw(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// The text, with names for wildcards if they have values.
    fn text(&self, span: &Range<usize>, named: bool) -> String {
        let mut out = String::new();
        let mut at = span.start;
        let within = |wildcard: &&Range<usize>| span.start <= wildcard.start && wildcard.end <= span.end;
        for wildcard in self.wildcards.iter().filter(within).filter(|_| named) {
            out.push_str(self.raw(&(at..wildcard.start)));
            out.push_str(&format!("{PROBE}_w{}", wildcard.start));
            at = wildcard.end;
        }
        out.push_str(self.raw(&(at..span.end)));
        out
    }
}

/// The wildcards of an expression, but for those within comprehensions.
fn collect_wildcards(node: &Node, found: &mut Vec<Range<usize>>) {
    if matches!(&node.term, Term::Variable(name) if name == WILDCARD) {
        found.push(node.span.clone());
    }
    node.parts().into_iter().for_each(|part| collect_wildcards(part, found));
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
