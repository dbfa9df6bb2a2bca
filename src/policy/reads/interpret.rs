//! Going through a rule as the engine would, with paths in place of values.
//!
//! Nothing is evaluated: a variable stands for all that it may stand for, every body is gone through whether it
//! would hold or not, and functions are gone through with the arguments that they are called with. What is
//! read on any way is found; what is found may be more than what one evaluation reads.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::log::{Compared, Log, Use};
use super::path::{ReadPath, Site, Step, Taken, Trail, path_of};
use super::values::{Value, Values};
use crate::policy::check::Declared;
use crate::policy::syntax::{Body, Collected, Module, Node, Operator, Rule, Scalar, Statement, Term};

/// Expressions that are looked at before a rule is given up as too intricate.
const MOST_STEPS: usize = 100_000;

/// How what is gone through counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Mood {
    /// Within `not`, or a rule with a default: where a value is absent, the rule has said what holds.
    pub(super) lenient: bool,
    /// Within an odd number of `not`s.
    pub(super) negated: bool,
}

/// Local names.
#[derive(Debug, Default)]
pub(super) struct Frame {
    names: BTreeMap<String, Values>,
    /// Names that hide those of the file, though they have no value yet.
    pub(super) declared: Vec<String>,
}

/// Replaced by `with`: the path, and what stands there instead.
pub(super) type Replaced = (Vec<String>, Values);

/// Goes through rules.
pub(crate) struct Interpreter<'m> {
    modules: &'m [Module],
    /// Where each rule and function is defined: file and definition, by its path behind `data`.
    definitions: HashMap<Vec<String>, Vec<(usize, &'m Rule)>>,
    declared: &'m Declared<'m>,
    params: &'m BTreeMap<String, serde_json::Value>,
    pub(super) log: Log,
    /// Index of the file at hand.
    file: usize,
    pub(super) frames: Vec<Frame>,
    /// The first frame of the function or rule at hand.
    base: usize,
    /// Whether a name was met that has no value yet.
    missed: bool,
    /// Whether what is computed is given a name: it may be for a message.
    pub(super) naming: bool,
    pub(super) mood: Mood,
    pub(super) replaced: Vec<Replaced>,
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
        let mut definitions: HashMap<Vec<String>, Vec<(usize, &'m Rule)>> = HashMap::new();
        for (file, module) in modules.iter().enumerate() {
            for rule in &module.rules {
                let path = [module.package.as_slice(), &rule.path].concat();
                definitions.entry(path).or_default().push((file, rule));
            }
        }
        Self {
            modules,
            definitions,
            declared,
            params,
            log: Log::default(),
            file: 0,
            frames: Vec::new(),
            base: 0,
            missed: false,
            naming: false,
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
        self.look_at(&outputs, &Look { null_is_handled: true, decides: Decides::Not }, &rule.name_span);
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
        let settled = rule.bodies.last().is_some_and(|last| last.is_else && last.statements.is_empty());
        let mood = self.mood;
        self.mood.lenient |= settled;
        for (index, body) in rule.bodies.iter().enumerate() {
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

    pub(super) fn in_frame<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(Frame::default());
        let result = work(self);
        self.frames.pop();
        result
    }

    /// Statements, and what is evaluated when they hold. The engine puts statements into an order in which names
    /// have values; here they are gone through again where one was used too early.
    pub(super) fn body<T>(&mut self, statements: &'m [Statement], mut then: impl FnMut(&mut Self) -> T) -> T {
        let start = self.log.clone_lengths();
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
                return result;
            }
            self.log.truncate(&start);
        }
    }

    pub(super) fn set(&mut self, name: &str, values: Values) {
        if let Some(frame) = self.frames.last_mut() {
            frame.names.insert(name.to_owned(), values);
        }
    }

    pub(super) fn local(&self, name: &str) -> Option<&Values> {
        let frames = self.frames.get(self.base..).unwrap_or_default();
        frames.iter().rev().find_map(|frame| frame.names.get(name))
    }

    pub(super) fn is_declared(&self, name: &str) -> bool {
        let frames = self.frames.get(self.base..).unwrap_or_default();
        frames.iter().any(|frame| frame.declared.iter().any(|declared| declared == name))
            && self.local(name).is_none()
    }

    fn module(&self) -> Option<&'m Module> {
        self.modules.get(self.file)
    }

    pub(super) fn name(&self, name: &str) -> Global {
        self.global(&[name.to_owned()])
    }

    /// What a path of the file stands for, with its root.
    pub(super) fn global(&self, path: &[String]) -> Global {
        let Some((root, rest)) = path.split_first() else {
            return Global::Unknown;
        };
        if root == "input" || root == "data" {
            return Global::Path(path.to_vec());
        }
        let Some(module) = self.module() else {
            return Global::Unknown;
        };
        if let Some(import) = module.imports.iter().find(|import| import.name == *root) {
            return Global::Path([import.path.as_slice(), rest].concat());
        }
        if self.declared.names(&module.package).any(|name| name == root) {
            return Global::Path([&["data".to_owned()], module.package.as_slice(), path].concat());
        }
        Global::Unknown
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
            Term::Scalar(Scalar::Number(number)) => Values::one(Value::Number(Some(*number))),
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
        let given = self.in_frame(|this| {
            this.body(&body.statements, |this| {
                body.outputs.iter().map(|output| this.value(output)).collect::<Vec<_>>()
            })
        });
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
            (Operator::Other, [left, right]) => {
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
                if is_number { Values::one(Value::Number(None)) } else { Values::unknown() }
            }
        }
    }

    /// Two values are held against each other.
    pub(super) fn compare(&mut self, operator: Operator, left: &Values, right: &Values, span: &Range<usize>) {
        let with_null = match operator {
            Operator::Equal | Operator::NotEqual => left.is_null() || right.is_null(),
            Operator::Member => right.holds_null(),
            _ => false,
        };
        let site = self.site(span);
        for (values, is_left) in [(left, true), (right, false)] {
            if with_null {
                let nulls = &mut self.log.nulls;
                values.trails(&mut |trail| {
                    nulls.insert(path_of(trail));
                });
            }
            // Null equals nothing, and stands below all numbers and texts.
            let stays_below = match operator {
                Operator::Equal | Operator::Member => true,
                Operator::Greater | Operator::GreaterOrEqual => is_left,
                Operator::Less | Operator::LessOrEqual => !is_left,
                _ => false,
            };
            let look = Look {
                null_is_handled: with_null || (self.mood.negated && stays_below),
                decides: if left.is_null() || right.is_null() { Decides::Not } else { Decides::Surely },
            };
            self.look_at(values, &look, span);
        }
        if operator == Operator::Member {
            self.entries(right, span);
        }
        self.log.compared.push(Compared { operator, left: left.clone(), right: right.clone(), site });
    }

    /// Notes that values are looked at.
    pub(super) fn look_at(&mut self, values: &Values, look: &Look, span: &Range<usize>) {
        let site = self.site(span);
        let weight = match look.decides {
            Decides::Not => 0,
            _ if self.naming => 1,
            Decides::Perhaps => 2,
            Decides::Surely => 3,
        };
        let uses = &mut self.log.uses;
        values.trails(&mut |trail| {
            uses.push(Use {
                path: path_of(trail),
                trail: trail.clone(),
                null_is_handled: look.null_is_handled,
                weight,
                site: site.clone(),
            });
        });
    }

    /// Notes that values must be there for what stands around them to go on.
    pub(super) fn need(&mut self, values: &Values) {
        for value in values.iter() {
            if let Value::Input(trail) = value
                && trail.len() > 1
            {
                self.log.reads.push(trail.clone());
            }
        }
    }

    /// Notes that all below the values may be read, since it is not known what is.
    pub(super) fn read_all(&mut self, values: &Values, span: &Range<usize>) {
        let site = self.site(span);
        let mut trails = Vec::new();
        values.trails(&mut |trail| trails.push(trail.clone()));
        for mut trail in trails {
            let handled = true;
            trail.push(Taken { step: Step::Each, handled, computed: true, site: site.clone() });
            self.log.reads.push(trail);
        }
    }

    /// So many alternatives that they are no longer told apart.
    fn give_up_on(&mut self, values: &Values, span: &Range<usize>) -> Values {
        self.read_all(values, span);
        Values::unknown()
    }

    /// What stands under keys.
    pub(super) fn under(&mut self, values: &Values, keys: &Values, span: &Range<usize>) -> Values {
        let keys = self.params_in(keys);
        let (handled, site) = (self.mood.lenient, self.site(span));
        values.under(&keys, &mut |trail, step, computed| {
            let taken = Taken { step, handled, computed, site: site.clone() };
            trail.iter().cloned().chain([taken]).collect()
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
                elements.iter().for_each(|element| values.push(known_value(element)));
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
            self.look_at(values, &Look::NEEDED, &step.span);
            let (keys, elements) = self.entries(values, &step.span);
            self.bind(step, &keys, true);
            return elements;
        }
        let keys = self.value(step);
        self.look_at(
            &keys,
            &Look { null_is_handled: self.mood.negated, decides: Decides::Perhaps },
            &step.span,
        );
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
            if self.definitions.contains_key(&candidate) {
                let values = self.rule(&candidate);
                return (values, rest(used + 1));
            }
        }
        // Everything in the packages that it names.
        let mut all: Vec<Vec<String>> =
            self.definitions.keys().filter(|path| path.starts_with(behind)).cloned().collect();
        all.sort();
        for path in all {
            let is_function = self
                .definitions
                .get(&path)
                .is_some_and(|all| all.iter().any(|(_, rule)| rule.arguments.is_some()));
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
        let definitions = self.definitions.get(path).cloned().unwrap_or_default();
        let mut mood = self.mood;
        mood.lenient |= definitions.iter().any(|(_, rule)| rule.is_default);
        let key = (path.to_vec(), key.to_owned(), mood);
        let plain = self.replaced.is_empty();
        if plain && let Some((values, log)) = self.known.get(&key) {
            let values = values.clone();
            let log = log.clone();
            self.log.append(&log);
            return values;
        }
        if self.under_way.contains(&key.0) {
            return Values::unknown();
        }
        self.under_way.push(key.0.clone());
        let log = std::mem::take(&mut self.log);
        let outside = (self.file, self.base, self.mood, self.missed);
        self.mood = mood;
        let mut values = Values::default();
        for (file, rule) in definitions {
            self.file = file;
            self.base = self.frames.len();
            self.missed = false;
            values.extend(self.in_frame(|this| {
                for (pattern, argument) in rule.arguments.iter().flatten().zip(arguments) {
                    this.bind(pattern, argument, true);
                }
                this.bodies(rule)
            }));
        }
        (self.file, self.base, self.mood, self.missed) = outside;
        self.under_way.pop();
        let own = std::mem::replace(&mut self.log, log);
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

/// How values are looked at.
pub(super) struct Look {
    pub(super) null_is_handled: bool,
    pub(super) decides: Decides,
}

/// Whether a statement holds by a value.
#[derive(Clone, Copy)]
pub(super) enum Decides {
    /// It is shown, or only whether it is null is asked.
    Not,
    /// Something is computed from it.
    Perhaps,
    /// It is compared.
    Surely,
}

impl Look {
    /// The value is needed, and null is not thought of.
    pub(super) const NEEDED: Self = Self { null_is_handled: false, decides: Decides::Perhaps };
    /// The same where the statement is about nothing else.
    pub(super) const HOLDS: Self = Self { null_is_handled: false, decides: Decides::Surely };
}

pub(super) const fn is_comparison(operator: Operator) -> bool {
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
