//! From the syntax tree of a rule to a program.
//!
//! What is not understood is not compiled: then the whole rule is left to the engine. So this may leave things out, but
//! what it takes it must take exactly as the engine does.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::constant::Constant;
use super::order::Names;
use super::program::{
    Comparison, Expression, Function, Global, GlobalId, KeyPlaces, Local, Loop, Pattern, Program,
    SetDefinition, Step, StepKind, ValueDefinition,
};
use crate::evaluate::slots::Slots;
use crate::policy::{Body, Declared, Definition, Module, Name, Node, Rule, Statement, StatementKind, Term};

/// What is known of a rule.
pub(super) struct Subject<'m> {
    pub(super) rule: &'m Rule,
    /// Its file, as an index into `modules`.
    pub(super) file: usize,
    pub(super) modules: &'m [Module],
    pub(super) declared: &'m Declared<'m>,
    /// For each definition of its read set, where it stands.
    pub(super) definitions: &'m [Range<usize>],
    /// For each definition of its read set, the places of the keys that its elements are marked with.
    pub(super) keys: &'m [Vec<Range<usize>>],
}

/// Compiles a rule; `None` where something in it is not understood.
pub(super) fn compile(subject: &Subject<'_>, slots: &mut Slots) -> Option<Program> {
    let mut compiler = Compiler {
        subject,
        slots,
        file: subject.file,
        scopes: Vec::new(),
        locals: 0,
        loops: None,
        places: None,
        known_globals: HashMap::new(),
        known_functions: HashMap::new(),
        globals: Vec::new(),
        functions: Vec::new(),
        patterns: Vec::new(),
    };
    let path = |name: &str| {
        let package = subject.modules.get(subject.file).map(|module| module.package.as_slice());
        [package.unwrap_or_default(), &[name.to_owned()]].concat()
    };
    let defines = |name: &str| !subject.declared.definitions(&path(name)).is_empty();
    let applies = if defines("applies") { Some(compiler.global(&path("applies"))?) } else { None };
    let deny = compiler.denials(&path("deny"))?;
    let inconclusive =
        if defines("inconclusive") { compiler.denials(&path("inconclusive"))? } else { Vec::new() };
    let finished = |globals: Vec<Option<Global>>| globals.into_iter().collect::<Option<Vec<_>>>();
    let functions = compiler.functions.into_iter().collect::<Option<Vec<_>>>()?;
    let globals = finished(compiler.globals)?;
    Some(Program { applies, deny, inconclusive, globals, functions, patterns: compiler.patterns })
}

/// Names of one body, or of the arguments of a function.
pub(super) struct Scope {
    /// All names that may get a value in it.
    pub(super) own: BTreeSet<String>,
    /// Those that have one.
    bound: BTreeMap<String, Local>,
}

pub(super) struct Compiler<'c, 'm> {
    pub(super) subject: &'c Subject<'m>,
    pub(super) slots: &'c mut Slots,
    /// Index of the file at hand.
    pub(super) file: usize,
    /// The innermost is the last.
    pub(super) scopes: Vec<Scope>,
    /// Locals of the definition at hand.
    locals: usize,
    /// What has to be gone through for the statement at hand; `None` where nothing may be.
    pub(super) loops: Option<Vec<Loop>>,
    /// Keys that are told, with their locals once they are known.
    pub(super) places: Option<(&'c KeyPlaces, Vec<Option<Local>>)>,
    known_globals: HashMap<Vec<String>, GlobalId>,
    known_functions: HashMap<Vec<String>, usize>,
    /// `None` while they are compiled.
    globals: Vec<Option<Global>>,
    functions: Vec<Option<Function>>,
    pub(super) patterns: Vec<regex::Regex>,
}

impl<'c, 'm: 'c> Compiler<'c, 'm> {
    /// The definitions of `deny` or `inconclusive`.
    fn denials(&mut self, path: &[String]) -> Option<Vec<SetDefinition>> {
        let subject = self.subject;
        let mut compiled = Vec::new();
        for (file, rule) in subject.declared.definitions(path) {
            let is_plain = *file == subject.file && !rule.is_default && rule.steps.is_empty();
            let number = subject.definitions.iter().position(|span| *span == rule.span);
            if !is_plain || !rule.is_set() {
                return None;
            }
            let number = number?;
            let keys = subject.keys.get(number).map_or(&[][..], Vec::as_slice);
            compiled.push(self.set_definition(*file, rule, number, keys)?);
        }
        Some(compiled)
    }

    /// Goes on elsewhere, and comes back.
    fn elsewhere<T>(&mut self, file: usize, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let outside = (
            std::mem::replace(&mut self.file, file),
            std::mem::take(&mut self.scopes),
            std::mem::take(&mut self.locals),
            self.loops.take(),
            self.places.take(),
        );
        let result = work(self);
        (self.file, self.scopes, self.locals, self.loops, self.places) = outside;
        result
    }

    fn set_definition(
        &mut self,
        file: usize,
        rule: &'m Definition,
        number: usize,
        keys: &'c KeyPlaces,
    ) -> Option<SetDefinition> {
        let element = rule.element.as_ref()?;
        let (statements, is_else): (&'m [Statement], bool) = match rule.bodies.as_slice() {
            [] => (&[], false),
            [body] => (&body.statements, body.is_else),
            _ => return None,
        };
        if is_else || rule.arguments.is_some() || rule.value.is_some() {
            return None;
        }
        self.elsewhere(file, |this| {
            this.places = Some((keys, vec![None; keys.len()]));
            let (steps, element) = this.query(statements, &[element], |this| this.expression(element))?;
            let (_, found) = this.places.take()?;
            let keys = found.into_iter().collect::<Option<Vec<Local>>>()?;
            Some(SetDefinition { number, locals: this.locals, steps, element, keys })
        })
    }

    /// A definition with a value: of a rule without arguments, or of a function.
    fn value_definition(&mut self, file: usize, rule: &'m Definition) -> Option<ValueDefinition> {
        if rule.element.is_some() || !rule.steps.is_empty() || rule.is_default {
            return None;
        }
        self.elsewhere(file, |this| {
            let mut scope = Scope { own: BTreeSet::new(), bound: BTreeMap::new() };
            let mut parameters = Vec::new();
            for parameter in rule.arguments.iter().flatten() {
                parameters.push(this.parameter(parameter, &mut scope)?);
            }
            this.scopes.push(scope);
            let mut bodies = Vec::new();
            if rule.bodies.is_empty() {
                let value = rule.value.as_ref()?;
                bodies.push((Vec::new(), this.expression(value)?));
            }
            for (index, body) in rule.bodies.iter().enumerate() {
                if (index > 0) != body.is_else {
                    return None;
                }
                let value = if index == 0 { rule.value.as_ref() } else { body.outputs.first() };
                let outputs: Vec<&'m Node> = value.into_iter().collect();
                bodies.push(this.query(&body.statements, &outputs, |this| match value {
                    Some(value) => this.expression(value),
                    None => Some(Expression::Constant(Constant::Boolean(true))),
                })?);
            }
            Some(ValueDefinition { parameters, locals: this.locals, bodies })
        })
    }

    fn parameter(&mut self, node: &Node, scope: &mut Scope) -> Option<Pattern> {
        Some(match &node.term {
            Term::Variable(name) if name == "_" => Pattern::Any,
            Term::Variable(name) => {
                let local = self.new_local();
                scope.own.insert(name.clone());
                // A name that stands twice would have to be equal to itself.
                if scope.bound.insert(name.clone(), local).is_some() {
                    return None;
                }
                Pattern::Local(local)
            }
            _ => Pattern::Constant(self.constant(node)?),
        })
    }

    pub(super) const fn new_local(&mut self) -> Local {
        self.locals += 1;
        self.locals - 1
    }

    /// A body, and what is evaluated where it holds.
    fn query(
        &mut self,
        statements: &'m [Statement],
        outputs: &[&'m Node],
        output: impl FnOnce(&mut Self) -> Option<Expression>,
    ) -> Option<(Vec<Step>, Expression)> {
        self.body(statements, outputs, |this| {
            // What is given is evaluated once, whatever would have to be gone through for it.
            let loops = this.loops.take();
            let given = output(this);
            this.loops = loops;
            given
        })
    }

    pub(super) fn body<T>(
        &mut self,
        statements: &'m [Statement],
        outputs: &[&'m Node],
        then: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<(Vec<Step>, T)> {
        let names = Names::of(statements, outputs, &|name| self.is_named(name));
        let order = names.order(statements)?;
        self.scopes.push(Scope { own: names.own, bound: BTreeMap::new() });
        let result = self.ordered(statements, &order, then);
        self.scopes.pop();
        result
    }

    fn ordered<T>(
        &mut self,
        statements: &'m [Statement],
        order: &[usize],
        then: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<(Vec<Step>, T)> {
        let mut steps: Vec<Step> = Vec::new();
        for &number in order {
            let statement = statements.get(number)?;
            let is_repeated =
                |step: &Step| !step.loops.is_empty() || matches!(step.kind, StepKind::Some { .. });
            if matches!(statement.kind, StatementKind::Declare(_)) && steps.iter().any(is_repeated) {
                // To the engine a declaration that is run twice is an error.
                return None;
            }
            let outer = self.loops.replace(Vec::new());
            let kind = self.statement(statement);
            let loops = std::mem::replace(&mut self.loops, outer)?;
            // Names that are only declared are nothing to do.
            if !matches!(statement.kind, StatementKind::Declare(_)) {
                steps.push(Step { loops, kind: kind? });
            }
        }
        Some((steps, then(self)?))
    }

    /// Whether a name has a meaning, before anything gives it one.
    fn is_named(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.own.contains(name)) || self.is_global(name)
    }

    fn is_global(&self, name: &str) -> bool {
        let Some(module) = self.subject.modules.get(self.file) else { return false };
        module.import(name).is_some()
            || self.subject.declared.names(&module.package).any(|declared| declared == name)
    }

    fn statement(&mut self, statement: &'m Statement) -> Option<StepKind> {
        Some(match &statement.kind {
            StatementKind::Declare(_) => return None,
            StatementKind::Holds(node) => match &node.term {
                Term::Assign { left, right, declares } => self.assign(left, right, *declares)?,
                _ => StepKind::Holds(self.expression(node)?),
            },
            StatementKind::Not(node) => {
                // The engine goes through what is in a `not` outside of it.
                let loops = self.loops.take();
                let inner = self.expression(node);
                self.loops = loops;
                StepKind::Not(inner?)
            }
            StatementKind::SomeIn { patterns, collection } => {
                let collection_here = self.expression(collection)?;
                let (key, value) = match patterns.as_slice() {
                    [value] => (None, value),
                    [key, value] => (Some(key), value),
                    _ => return None,
                };
                let mut key = match key {
                    Some(key) => self.fresh(key)?,
                    None => Pattern::Any,
                };
                if let Some(place) = self.place(&collection.span) {
                    let local = match key {
                        Pattern::Local(local) => local,
                        _ => self.new_local(),
                    };
                    key = Pattern::Local(local);
                    self.told(place, local);
                }
                StepKind::Some { key, value: self.fresh(value)?, collection: collection_here }
            }
            StatementKind::Every { names, domain, body } => self.every(names, domain, body)?,
        })
    }

    fn every(&mut self, names: &[Name], domain: &'m Node, body: &'m Body) -> Option<StepKind> {
        let loops = self.loops.take();
        let domain = self.expression(domain);
        self.loops = loops;
        let domain = domain?;
        let (key, value) = match names {
            [value] => (None, value),
            [key, value] => (Some(key), value),
            _ => return None,
        };
        let mut scope = Scope { own: BTreeSet::new(), bound: BTreeMap::new() };
        let mut local = |this: &mut Self, name: &str| {
            let local = this.new_local();
            if name != "_" {
                scope.own.insert(name.to_owned());
                scope.bound.insert(name.to_owned(), local);
            }
            local
        };
        let key = key.map(|key| local(self, &key.text));
        let value = local(self, &value.text);
        self.scopes.push(scope);
        let outer = self.places.take();
        let steps = self.body(&body.statements, &[], |_| Some(()));
        self.places = outer;
        self.scopes.pop();
        Some(StepKind::Every { key, value, domain, steps: steps?.0 })
    }

    fn assign(&mut self, left: &'m Node, right: &'m Node, declares: bool) -> Option<StepKind> {
        if declares {
            // What the names stood for before is meant on the right.
            let value = self.expression(right)?;
            return Some(StepKind::Assign(self.destructured(left)?, value));
        }
        for (open, other) in [(left, right), (right, left)] {
            if matches!(&open.term, Term::Variable(name) if self.is_open(name)) {
                let value = self.expression(other)?;
                return Some(StepKind::Assign(self.fresh(open)?, value));
            }
        }
        let sides = Box::new((self.expression(left)?, self.expression(right)?));
        // Where the two differ, nothing is defined, which holds as little as `false`.
        Some(StepKind::Holds(Expression::Compare(Comparison::Equal, sides)))
    }

    /// The pattern of `:=`.
    fn destructured(&mut self, node: &Node) -> Option<Pattern> {
        Some(match &node.term {
            Term::Variable(name) if name == "_" => Pattern::Any,
            Term::Variable(name) => Pattern::Local(self.bind(name)?),
            Term::Array(parts) => {
                Pattern::Array(parts.iter().map(|part| self.destructured(part)).collect::<Option<_>>()?)
            }
            _ => Pattern::Constant(self.constant(node)?),
        })
    }

    /// A name of the body at hand that gets a value for the first time.
    fn fresh(&mut self, node: &Node) -> Option<Pattern> {
        match &node.term {
            Term::Variable(name) if name == "_" => Some(Pattern::Any),
            // The engine holds a name that has a value already against it.
            Term::Variable(name) if self.is_open(name) => Some(Pattern::Local(self.bind(name)?)),
            _ => None,
        }
    }

    /// Whether a name is one of the body at hand, and has no value yet, nor one outside.
    pub(super) fn is_open(&self, name: &str) -> bool {
        self.scopes.last().is_some_and(|scope| scope.own.contains(name))
            && self.local(name).is_none()
            && !self.is_global(name)
    }

    pub(super) fn bind(&mut self, name: &str) -> Option<Local> {
        let local = self.new_local();
        let scope = self.scopes.last_mut()?;
        scope.own.insert(name.to_owned());
        scope.bound.insert(name.to_owned(), local).is_none().then_some(local)
    }

    pub(super) fn local(&self, name: &str) -> Option<Local> {
        self.scopes.iter().rev().find_map(|scope| scope.bound.get(name)).copied()
    }

    /// Which of the keys that are told stands at a place.
    pub(super) fn place(&self, span: &Range<usize>) -> Option<usize> {
        self.places.as_ref()?.0.iter().position(|place| place == span)
    }

    pub(super) fn told(&mut self, place: usize, local: Local) {
        if let Some((_, found)) = &mut self.places
            && let Some(slot) = found.get_mut(place)
        {
            *slot = Some(local);
        }
    }

    /// A rule without arguments.
    pub(super) fn global(&mut self, path: &[String]) -> Option<GlobalId> {
        if let Some(&known) = self.known_globals.get(path) {
            return Some(known);
        }
        let id = self.globals.len();
        self.globals.push(None);
        self.known_globals.insert(path.to_vec(), id);
        let subject = self.subject;
        let definitions = subject.declared.definitions(path);
        let is_plain = |rule: &Definition| rule.arguments.is_none() && rule.steps.is_empty();
        if definitions.is_empty() || !definitions.iter().all(|(_, rule)| is_plain(rule)) {
            return None;
        }
        let global = if definitions.iter().all(|(_, rule)| rule.is_set()) {
            let definitions = definitions.iter().map(|(file, rule)| self.set_definition(*file, rule, 0, &[]));
            Global::Set(definitions.collect::<Option<_>>()?)
        } else {
            let (defaults, others): (Vec<_>, Vec<_>) =
                definitions.iter().copied().partition(|(_, rule)| rule.is_default);
            let default = match defaults.as_slice() {
                [] => None,
                [(_, rule)] => Some(self.constant(rule.value.as_ref()?)?),
                _ => return None,
            };
            let others = others.into_iter().map(|(file, rule)| self.value_definition(file, rule));
            Global::Value { definitions: others.collect::<Option<_>>()?, default }
        };
        *self.globals.get_mut(id)? = Some(global);
        Some(id)
    }

    pub(super) fn function(&mut self, path: &[String]) -> Option<usize> {
        if let Some(&known) = self.known_functions.get(path) {
            return Some(known);
        }
        let id = self.functions.len();
        self.functions.push(None);
        self.known_functions.insert(path.to_vec(), id);
        let definitions = self.subject.declared.definitions(path);
        if definitions.iter().any(|(_, rule)| rule.arguments.is_none() || rule.is_default) {
            return None;
        }
        let definitions = definitions.iter().map(|(file, rule)| self.value_definition(*file, rule));
        let function = Function { definitions: definitions.collect::<Option<_>>()? };
        *self.functions.get_mut(id)? = Some(function);
        Some(id)
    }
}
