//! Going through a rule as the engine would, with paths in place of values.
//!
//! Nothing is evaluated: a variable stands for all that it may stand for, every body is gone through whether it
//! would hold or not, and functions are gone through with the arguments that they are called with. What is
//! read on any way is found; what is found may be more than what one evaluation reads.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::log::Log;
use super::observe::{Decides, Look};
use super::path::{ReadPath, Site, Step, Taken, Trail, further, path_of};
use super::values::{Value, Values};
use crate::policy::check::Declared;
use crate::policy::syntax::{
    Body, Collected, Module, Node, Operator, Rule, Scalar, Statement, StatementKind, Term,
};

/// Expressions that are looked at before a rule is given up as too intricate.
const MOST_STEPS: usize = 100_000;

/// How what is gone through counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Mood {
    /// Within a rule with a default, or an `else` that holds always.
    pub(super) settled: bool,
    /// Within an odd number of `not`s: two of them are none.
    pub(super) negated: bool,
    /// Within what is collected: whether more of it speaks for or against a denial is not known, and so neither what
    /// a `not` does.
    pub(super) collecting: bool,
}

impl Mood {
    /// Whether the rule has said what holds where a value is absent.
    pub(super) const fn lenient(self) -> bool {
        self.settled || self.turned()
    }

    /// Whether what does not hold speaks for a denial.
    pub(super) const fn turned(self) -> bool {
        self.negated && !self.collecting
    }
}

/// Local names.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) names: BTreeMap<String, Values>,
    /// Names that hide those of the file, though they have no value yet.
    pub(super) declared: Vec<String>,
}

/// Replaced by `with`: the path, and what stands there instead.
type Replaced = (Vec<String>, Values);

/// Goes through rules.
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub(crate) struct Interpreter<'m> {
    pub(super) modules: &'m [Module],
    pub(super) declared: &'m Declared<'m>,
    params: &'m BTreeMap<String, serde_json::Value>,
    pub(super) log: Log,
    /// Index of the file at hand.
    pub(super) file: usize,
    pub(super) frames: Vec<Frame>,
    /// The first frame of the function or rule at hand.
    pub(super) base: usize,
    /// Whether a name was met that has no value yet.
    missed: bool,
    /// Whether what is computed is given a name: it may be for a message.
    pub(super) naming: bool,
    /// How much had been read when the body at hand began.
    body_start: usize,
    /// Whether a function of several definitions is gone through.
    pub(super) choosing: bool,
    /// Whether arguments are held against the patterns of a function.
    pub(super) matching: bool,
    pub(super) mood: Mood,
    replaced: Vec<Replaced>,
    /// What rules and functions give, by path, arguments and mood.
    known: HashMap<(Vec<String>, String, Mood), (Values, Log)>,
    /// Rules that are being gone through.
    under_way: Vec<Vec<String>>,
    steps: usize,
}

/// What a name of the file stands for.
pub(super) enum Global {
    /// A path with its root, `input` or `data`.
    Path(Vec<String>),
    Unknown,
}

impl<'m> Interpreter<'m> {
    pub(crate) fn new(
        modules: &'m [Module],
        declared: &'m Declared<'m>,
        params: &'m BTreeMap<String, serde_json::Value>,
    ) -> Self {
        Self {
            modules,
            declared,
            params,
            log: Log::default(),
            file: 0,
            frames: Vec::new(),
            base: 0,
            missed: false,
            naming: false,
            body_start: 0,
            choosing: false,
            matching: false,
            mood: Mood::default(),
            replaced: Vec::new(),
            known: HashMap::new(),
            under_way: Vec::new(),
            steps: 0,
        }
    }

    /// What one definition of a rule sees.
    pub(crate) fn definition(&mut self, file: usize, rule: &'m Rule) -> Log {
        self.log = Log::default();
        self.steps = 0;
        self.mood = Mood::default();
        self.file = file;
        let outputs = self.bodies(rule);
        // What a denial shows decides nothing.
        self.look_at(
            &outputs,
            &Look { null_is_handled: true, decides: Decides::Not, content: false },
            &rule.name_span,
        );
        std::mem::take(&mut self.log)
    }

    pub(super) fn site(&self, span: &Range<usize>) -> Site {
        Site { file: self.file, span: span.clone() }
    }

    /// The bodies of a definition, and what they give.
    fn bodies(&mut self, rule: &'m Rule) -> Values {
        let mut given = Values::default();
        if rule.bodies.is_empty() {
            given.extend(self.in_frame(|this| this.outputs(rule, &[])));
        }
        let mood = self.mood;
        let settled = rule.bodies.last().is_some_and(|last| last.is_else && last.statements.is_empty());
        for (index, body) in rule.bodies.iter().enumerate() {
            // What the last `else` gives may itself be absent.
            self.mood.settled = mood.settled || (settled && index + 1 < rule.bodies.len());
            let values = if index == 0 {
                self.in_frame(|this| this.body(&body.statements, |this| this.outputs(rule, &body.outputs)))
            } else {
                self.in_frame(|this| this.body(&body.statements, |this| this.collected(&body.outputs)))
            };
            given.extend(values);
        }
        self.mood = mood;
        given
    }

    /// What the head of a rule gives.
    fn outputs(&mut self, rule: &'m Rule, of_body: &'m [Node]) -> Values {
        let literal = rule.path.len() - 1;
        let keys: Vec<Values> = rule.steps.iter().skip(literal).map(|step| self.value(step)).collect();
        let value = match (&rule.element, &rule.value) {
            (Some(element), _) => Values::one(Value::Elements(self.value(element))),
            (None, Some(value)) => self.value(value),
            (None, None) if of_body.is_empty() => Values::one(Value::Boolean),
            (None, None) => self.collected(of_body),
        };
        keys.into_iter().rev().fold(value, |value, key| Values::one(Value::Object(vec![(key, value)])))
    }

    /// The value behind an `else`; true where there is none.
    fn collected(&mut self, outputs: &'m [Node]) -> Values {
        match outputs.first() {
            Some(output) => self.value(output),
            None => Values::one(Value::Boolean),
        }
    }

    fn in_frame<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(Frame::default());
        let result = work(self);
        self.frames.pop();
        result
    }

    /// Statements, and what is evaluated when they hold. The engine puts statements into an order in which names
    /// have values; here they are gone through again where one was used too early.
    fn body<T>(&mut self, statements: &'m [Statement], mut then: impl FnMut(&mut Self) -> T) -> T {
        let start = self.log.clone_lengths();
        let outer = std::mem::replace(&mut self.body_start, start.reads);
        let missed_outside = self.missed;
        let mut rounds = 0;
        loop {
            self.missed = false;
            let mut guards = Vec::new();
            for statement in statements {
                self.statement(statement, &mut guards);
            }
            let result = then(self);
            rounds += 1;
            if !self.missed || rounds > 3 {
                for path in &guards {
                    self.log.guard(start.reads, path);
                }
                self.missed |= missed_outside;
                self.body_start = outer;
                return result;
            }
            self.log.truncate(&start);
        }
    }

    fn statement(&mut self, statement: &'m Statement, guards: &mut Vec<ReadPath>) {
        let replaced = self.replaced.len();
        for (target, value) in &statement.modifiers {
            let value = self.value(value);
            let path = target.path().map(|path| match self.global(&path) {
                Global::Path(path) => path,
                Global::Unknown => path,
            });
            self.replaced.extend(path.map(|path| (path, value)));
        }
        match &statement.kind {
            StatementKind::Declare(names) => {
                let names = names.iter().map(|name| name.text.clone());
                if let Some(frame) = self.frames.last_mut() {
                    frame.declared.extend(names);
                }
            }
            StatementKind::SomeIn { patterns, collection } => {
                let collection_values = self.value(collection);
                self.look_at(&collection_values, &Look::EACH, &collection.span);
                self.some(patterns, &collection_values, &collection.span);
            }
            StatementKind::Holds(node) => self.holds(node, guards),
            StatementKind::Not(node) => {
                let mood = self.mood;
                self.mood.negated = !mood.negated;
                // `not r.a` by itself asks for nothing but absence.
                self.mood.collecting &= !matches!(node.term, Term::Variable(_) | Term::Reference { .. });
                self.in_frame(|this| this.holds(node, &mut Vec::new()));
                self.mood = mood;
            }
            StatementKind::Every { names, domain, body } => {
                let values = self.value(domain);
                self.look_at(&values, &Look::EACH, &domain.span);
                self.in_frame(|this| {
                    let (keys, elements) = this.entries(&values, &domain.span);
                    let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
                    match names.as_slice() {
                        [value] => this.set(value, elements),
                        [key, value] => {
                            this.set(key, keys);
                            this.set(value, elements);
                        }
                        _ => {}
                    }
                    this.body(&body.statements, |_| ());
                });
            }
        }
        self.replaced.truncate(replaced);
    }

    /// `some key, value in collection`
    fn some(&mut self, patterns: &'m [Node], collection: &Values, span: &Range<usize>) {
        let (keys, elements) = self.entries(collection, span);
        match patterns {
            [value] => self.bind(value, &elements, true),
            [key, value] => {
                self.bind(key, &keys, true);
                self.bind(value, &elements, true);
            }
            _ => {}
        }
    }

    /// The keys and elements of a value that is gone through.
    pub(super) fn entries(&mut self, values: &Values, span: &Range<usize>) -> (Values, Values) {
        let (keys, elements) = self.entries_unread(values, span);
        self.need(&elements);
        (keys, elements)
    }

    /// The same where nothing is looked at yet.
    pub(super) fn entries_unread(&self, values: &Values, span: &Range<usize>) -> (Values, Values) {
        let site = self.site(span);
        // An element is never absent; a member of an object that is gone through may be.
        values.entries(&mut |trail| further(trail, Taken::new(Step::Each, false, false, site.clone())))
    }

    /// An expression that must hold.
    fn holds(&mut self, node: &'m Node, guards: &mut Vec<ReadPath>) {
        match &node.term {
            Term::Assign { left, right, declares } => self.assign(left, right, *declares, &node.span),
            Term::Operation(Operator::NotEqual, operands) => {
                if let [left, right] = operands.as_slice() {
                    let (left, right) = (self.value(left), self.value(right));
                    self.compare(Operator::NotEqual, &left, &right, &node.span);
                    for (one, other) in [(&left, &right), (&right, &left)] {
                        if other.is_null() {
                            guards.extend(one.inputs().map(|trail| path_of(trail)));
                        }
                    }
                }
            }
            Term::Operation(operator, operands) if is_comparison(*operator) => {
                self.operation(*operator, operands, &node.span);
            }
            Term::Call { function, arguments } => {
                let values = self.call(function, arguments, true, &node.span);
                self.look_at(&values, &Look::HOLDS, &node.span);
            }
            _ => {
                let values = self.value(node);
                self.look_at(&values, &Look::HOLDS, &node.span);
            }
        }
    }

    /// What an expression may stand for.
    pub(super) fn value(&mut self, node: &'m Node) -> Values {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            let site = self.site(&node.span);
            self.log.given_up.get_or_insert(site);
            return Values::unknown();
        }
        let values = match &node.term {
            Term::Variable(_) | Term::Reference { .. } => self.reference(node),
            Term::Text(text) => Values::one(Value::Text(Some(text.clone()))),
            Term::Scalar(Scalar::Null) => Values::one(Value::Null),
            Term::Scalar(Scalar::Boolean(_)) => Values::one(Value::Boolean),
            Term::Scalar(Scalar::Number { value, .. }) => Values::one(Value::Number(Some(*value))),
            Term::Array(parts) => {
                Values::one(Value::List(parts.iter().map(|part| self.value(part)).collect()))
            }
            Term::Set(parts) => {
                let mut elements = Values::default();
                for part in parts {
                    elements.extend(self.value(part));
                }
                Values::one(Value::Elements(elements))
            }
            Term::Object(fields) => {
                let fields = fields.iter().map(|(key, value)| (self.value(key), self.value(value)));
                Values::one(Value::Object(fields.collect()))
            }
            Term::Call { function, arguments } => self.call(function, arguments, false, &node.span),
            Term::Assign { left, right, declares } => {
                self.assign(left, right, *declares, &node.span);
                Values::one(Value::Boolean)
            }
            Term::Comprehension(collected, body) => self.comprehension(*collected, body),
            Term::Operation(operator, operands) => self.operation(*operator, operands, &node.span),
        };
        if values.is_crowded() { self.give_up_on(&values, &node.span) } else { values }
    }

    fn comprehension(&mut self, collected: Collected, body: &'m Body) -> Values {
        // It has a value whatever is absent within: what stands around it handles nothing.
        let collecting = Mood { collecting: true, ..Mood::default() };
        let mood = std::mem::replace(&mut self.mood, collecting);
        let given = self.in_frame(|this| {
            this.body(&body.statements, |this| {
                body.outputs.iter().map(|output| this.value(output)).collect::<Vec<_>>()
            })
        });
        self.mood = mood;
        let mut given = given.into_iter();
        let first = given.next().unwrap_or_default();
        Values::one(match (collected, given.next()) {
            (Collected::Object, Some(second)) => Value::Object(vec![(first, second)]),
            _ => Value::Elements(first),
        })
    }

    pub(super) fn operation(
        &mut self,
        operator: Operator,
        operands: &'m [Node],
        span: &Range<usize>,
    ) -> Values {
        let values: Vec<Values> = operands.iter().map(|operand| self.value(operand)).collect();
        match (operator, values.as_slice()) {
            (Operator::Entry, [key, value, collection]) => {
                let (keys, elements) = self.entries(collection, span);
                self.compare(Operator::Equal, key, &keys, span);
                self.compare(Operator::Equal, value, &elements, span);
                self.look_at(collection, &Look::NEEDED, span);
                Values::one(Value::Boolean)
            }
            (operator, [left, right]) if is_comparison(operator) => {
                self.compare(operator, left, right, span);
                Values::one(Value::Boolean)
            }
            (Operator::Union | Operator::Intersection, [left, right]) => {
                self.look_at(left, &Look::NEEDED, span);
                self.look_at(right, &Look::NEEDED, span);
                let mut elements = self.entries(left, span).1;
                elements.extend(self.entries(right, span).1);
                Values::one(Value::Elements(elements))
            }
            (_, operands) => {
                let mut is_number = true;
                for operand in operands {
                    self.look_at(operand, &Look::NEEDED, span);
                    is_number &= !operand.iter().any(|value| matches!(value, Value::Elements(_)));
                }
                match operands.first() {
                    _ if is_number => Values::one(Value::Number(None)),
                    // What is left of a set.
                    Some(first) => Values::one(Value::Elements(self.entries(first, span).1)),
                    None => Values::unknown(),
                }
            }
        }
    }

    /// What stands under keys.
    pub(super) fn under(&mut self, values: &Values, keys: &Values, span: &Range<usize>) -> Values {
        let keys = self.params_in(keys);
        let (handled, site) = (self.mood.lenient(), self.site(span));
        values.under(&keys, &mut |trail, step, computed| {
            further(trail, Taken::new(step, handled, computed, site.clone()))
        })
    }

    /// Keys, with the values of params where those are keys.
    fn params_in(&self, keys: &Values) -> Values {
        let mut known = Values::default();
        for key in keys.iter() {
            let param = match key {
                Value::Input(trail) => self.param(trail),
                _ => None,
            };
            match param {
                Some(values) => known.extend(values),
                None => known.push(key.clone()),
            }
        }
        known
    }

    fn param(&self, trail: &Trail) -> Option<Values> {
        let (Step::Key(root), Step::Key(name)) = (&trail.first()?.step, &trail.get(1)?.step) else {
            return None;
        };
        let value = self.params.get(name).filter(|_| root == "params")?;
        match (value, trail.get(2..)?) {
            (serde_json::Value::Array(elements), [taken]) if taken.step == Step::Each => {
                let mut values = Values::default();
                for element in elements {
                    values.push(known_value(element));
                }
                Some(values)
            }
            (value, []) => Some(Values::one(known_value(value))),
            _ => None,
        }
    }

    fn reference(&mut self, node: &'m Node) -> Values {
        let (base, steps): (&'m Node, &'m [Node]) = match &node.term {
            Term::Reference { base, steps } => (base, steps),
            _ => (node, &[]),
        };
        let (mut values, rest) = match &base.term {
            Term::Variable(name) => match self.local(name) {
                Some(values) => (values.clone(), steps),
                None if self.is_declared(name) => {
                    self.missed = true;
                    return Values::default();
                }
                None => match self.global(&node.path().unwrap_or_default()) {
                    Global::Path(path) => {
                        let literal = node.path().map_or(0, |path| path.len() - 1);
                        self.global_value(&path, literal, steps)
                    }
                    Global::Unknown => {
                        self.missed = true;
                        return Values::default();
                    }
                },
            },
            _ => (self.value(base), steps),
        };
        for step in rest {
            values = self.step(&values, step);
        }
        if !matches!(&node.term, Term::Variable(_)) || !self.is_local(base) {
            self.need(&values);
        }
        values
    }

    fn is_local(&self, base: &Node) -> bool {
        matches!(&base.term, Term::Variable(name) if self.local(name).is_some())
    }

    /// One step of a reference.
    fn step(&mut self, values: &Values, step: &'m Node) -> Values {
        let open = match &step.term {
            Term::Variable(name) => {
                name == "_"
                    || self.is_declared(name)
                    || (self.local(name).is_none() && matches!(self.name(name), Global::Unknown))
            }
            _ => self.is_open(step),
        };
        if open {
            // What is done with the elements decides.
            self.look_at(values, &Look { decides: Decides::Not, ..Look::EACH }, &step.span);
            let (keys, elements) = self.entries(values, &step.span);
            self.bind(step, &keys, true);
            return elements;
        }
        let keys = self.value(step);
        self.look_at(
            &keys,
            &Look { null_is_handled: self.mood.turned(), decides: Decides::Perhaps, content: true },
            &step.span,
        );
        self.look_up(values, &keys, &step.span);
        self.under(values, &keys, &step.span)
    }

    /// The value of a path with its root, of which `literal` steps were given as such, and the steps that
    /// are left to go.
    fn global_value(&mut self, path: &[String], literal: usize, steps: &'m [Node]) -> (Values, &'m [Node]) {
        // Steps of the path that come from an import or the package cannot be gone one by one.
        let rest = |used: usize| {
            let given = literal - literal.min(path.len() - used);
            steps.get(given..).unwrap_or_default()
        };
        if let Some((used, values)) = self.replacement(path) {
            return (values, rest(used));
        }
        if path.first().is_some_and(|root| root == "input") {
            let mut values = Values::one(Value::Input(Trail::new()));
            let own = path.len() - 1 - literal.min(path.len() - 1);
            for (index, name) in path.iter().enumerate().skip(1) {
                let key = Values::one(Value::Text(Some(name.clone())));
                let span = match index.checked_sub(1 + own).and_then(|at| steps.get(at)) {
                    Some(step) => step.span.clone(),
                    None => steps.first().map_or(0..0, |step| step.span.clone()),
                };
                values = self.under(&values, &key, &span);
            }
            return (values, steps.get(literal..).unwrap_or_default());
        }
        let behind = path.get(1..).unwrap_or_default();
        for used in (1..=behind.len()).rev() {
            let candidate = behind.get(..used).unwrap_or_default().to_vec();
            if !self.declared.definitions(&candidate).is_empty() {
                let values = self.rule(&candidate);
                return (values, rest(used + 1));
            }
        }
        // Everything in the packages that it names.
        for path in self.declared.below(behind) {
            let is_function =
                self.declared.definitions(&path).iter().any(|(_, rule)| rule.arguments.is_some());
            if !is_function {
                let values = self.rule(&path);
                self.read_all(&values, &steps.first().map_or(0..0, |step| step.span.clone()));
            }
        }
        (Values::unknown(), &[])
    }

    /// What `with` put at a path or around it, and how many of its steps that takes.
    fn replacement(&self, path: &[String]) -> Option<(usize, Values)> {
        let (target, values) = self.replaced.iter().rev().find(|(target, _)| path.starts_with(target))?;
        Some((target.len(), values.clone()))
    }

    /// The value of a rule.
    fn rule(&mut self, path: &[String]) -> Values {
        self.defined(path, &[], "")
    }

    /// What all definitions of a rule or function give.
    pub(super) fn defined(&mut self, path: &[String], arguments: &[Values], key: &str) -> Values {
        let definitions = self.declared.definitions(path).to_vec();
        let mut mood = self.mood;
        mood.settled |= definitions.iter().any(|(_, rule)| rule.is_default);
        if definitions.iter().any(|(_, rule)| rule.is_set() || rule.steps.len() + 1 > rule.path.len()) {
            // Like a comprehension, it has a value whatever is absent.
            mood = Mood { collecting: true, ..Mood::default() };
        }
        let key = (path.to_vec(), key.to_owned(), mood);
        let plain = self.replaced.is_empty();
        if plain && let Some((values, log)) = self.known.get(&key) {
            let values = values.clone();
            let log = log.clone();
            // A second reference in the same body tells nothing new.
            if self.log.is_new(&key, self.body_start) {
                self.steps += log.size();
                self.log.append(&log);
            }
            return values;
        }
        if self.under_way.contains(&key.0) {
            return Values::unknown();
        }
        self.under_way.push(key.0.clone());
        let log = std::mem::take(&mut self.log);
        let outside = (self.file, self.base, self.mood, self.missed);
        let body_start = std::mem::take(&mut self.body_start);
        self.mood = mood;
        // Which definition is meant hangs on the argument: the others need not fit it.
        let is_choice = definitions.len() > 1 && !arguments.is_empty();
        let choosing = std::mem::replace(&mut self.choosing, is_choice);
        let mut values = Values::default();
        for (file, rule) in definitions {
            self.file = file;
            self.base = self.frames.len();
            self.missed = false;
            values.extend(self.in_frame(|this| {
                let matching = std::mem::replace(&mut this.matching, true);
                for (pattern, argument) in rule.arguments.iter().flatten().zip(arguments) {
                    this.bind(pattern, argument, true);
                }
                this.matching = matching;
                this.bodies(rule)
            }));
        }
        (self.file, self.base, self.mood, self.missed) = outside;
        self.choosing = choosing;
        self.body_start = body_start;
        self.under_way.pop();
        let own = std::mem::replace(&mut self.log, log);
        self.steps += own.size();
        self.log.is_new(&key, self.body_start);
        self.log.append(&own);
        if plain {
            self.known.insert(key, (values.clone(), own));
        }
        values
    }

    /// The function that a name leads to: its path behind `data`; `None` for a built-in one.
    pub(super) fn function(&self, function: &Node) -> Option<Vec<String>> {
        match self.global(&function.path()?) {
            Global::Path(path) => path.strip_prefix(&["data".to_owned()]).map(<[String]>::to_vec),
            Global::Unknown => None,
        }
    }

    /// The number of arguments that a declared function takes.
    pub(super) fn arity(&self, path: &[String]) -> Option<usize> {
        self.declared.arity(path)
    }
}

const fn is_comparison(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Member
    )
}

/// A value that is known.
fn known_value(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(_) => Value::Boolean,
        serde_json::Value::Number(number) => Value::Number(number.as_f64()),
        serde_json::Value::String(text) => Value::Text(Some(text.clone())),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => Value::Unknown,
    }
}
