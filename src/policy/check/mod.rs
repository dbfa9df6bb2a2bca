//! What the engine looks at only when it gets there, checked before anything is evaluated.
//!
//! The engine takes a reference to nothing for undefined, misses a function only when it calls it, and looks
//! at a variable of a rule's head only where its body holds. A rule with such a slip never denies, and all
//! its resources would pass. What OPA's compiler refuses for that reason is refused here as well.

mod declared;
mod duplicates;
mod nesting;
mod reach;
mod recursion;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::PolicyFile;
use super::builtins::{ALLOWED, builtin, refusal};
use super::syntax::{Module, Node, Rule, Statement, StatementKind, Term};
use crate::source::{Code, Diagnostic};
use crate::suggest;
use declared::Absence;
pub(crate) use declared::Declared;
pub(crate) use duplicates::duplicate_tests;
pub(crate) use nesting::too_deep;
pub(crate) use reach::{Member, hidden, unreachable};
use recursion::{Edges, circles};

/// Everything that is wrong with these files, by file and place. `modules` are their trees.
pub(crate) fn check(
    files: &[&Arc<PolicyFile>],
    modules: &[Module],
    declared: &Declared<'_>,
) -> Vec<Diagnostic> {
    let mut edges = Edges::new(declared);
    let mut problems = Vec::new();
    for (index, (file, module)) in files.iter().zip(modules).enumerate() {
        let mut checker = Checker::new(declared, module, file.is_test());
        checker.imports();
        for rule in &module.rules {
            checker.rule(rule);
            edges.add(index, module, rule, &std::mem::take(&mut checker.uses));
        }
        problems.extend(checker.problems.into_iter().map(|problem| (index, problem)));
    }
    for circle in circles(&edges) {
        let problem = Problem {
            code: Code::PolicyRecursion,
            span: circle.span,
            message: format!("`{}` depends on itself: {}", circle.name, circle.way.join(" → ")),
            help: "Rego has no recursion: go through the values by `some`, `every` or a comprehension"
                .to_owned(),
        };
        problems.push((circle.file, problem));
    }
    problems.sort_by(|(a, x), (b, y)| (a, x.span.start).cmp(&(b, y.span.start)));
    problems.into_iter().filter_map(|(index, problem)| Some(problem.diagnostic(files.get(index)?))).collect()
}

/// Something that is wrong at a place of a file.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    code: Code,
    span: Range<usize>,
    message: String,
    help: String,
}

impl Problem {
    fn diagnostic(self, file: &PolicyFile) -> Diagnostic {
        let (place, excerpt) = file.place(self.span, "here");
        Diagnostic::error(self.code, self.message).at(place).showing(excerpt).help(self.help)
    }
}

/// What a rule refers to: steps behind `data`, and whether it is a call.
#[derive(Debug)]
pub(super) struct Use {
    /// The steps.
    pub(super) path: Vec<String>,
    /// Whether a function is called.
    pub(super) is_call: bool,
}

/// The names of a body and what is around it.
#[derive(Debug, Default)]
struct Frame {
    /// Names that are declared here, so that they hide rules and imports.
    declares: BTreeSet<String>,
    /// Names that get a value here.
    binds: BTreeSet<String>,
}

/// Checks one file.
struct Checker<'m> {
    declared: &'m Declared<'m>,
    module: &'m Module,
    is_test: bool,
    /// Paths that a test replaces by `with`: they need not be there.
    replaced: Vec<Vec<String>>,
    /// Imports that lead nowhere; what is behind them is not told again.
    broken: BTreeSet<&'m str>,
    frames: Vec<Frame>,
    uses: Vec<Use>,
    /// Names of the rule at hand that nothing binds, with what has been said of each.
    unbound: BTreeMap<String, usize>,
    problems: Vec<Problem>,
}

/// What a name outside of all bodies means: a path with its root, `data` or `input`.
enum Global {
    Path(Vec<String>),
    Broken,
    Unknown,
}

impl<'m> Checker<'m> {
    fn new(declared: &'m Declared<'m>, module: &'m Module, is_test: bool) -> Self {
        let mut checker = Self {
            declared,
            module,
            is_test,
            replaced: Vec::new(),
            broken: BTreeSet::new(),
            frames: Vec::new(),
            uses: Vec::new(),
            unbound: BTreeMap::new(),
            problems: Vec::new(),
        };
        let mut replaced = Vec::new();
        for rule in &module.rules {
            rule.visit_replaced(&mut |target| {
                if let Some(path) = target.path()
                    && let Global::Path(path) = checker.global(&path)
                {
                    replaced.extend(path.strip_prefix(&["data".to_owned()]).map(<[String]>::to_vec));
                }
            });
        }
        checker.replaced = replaced;
        checker
    }

    fn problem(&mut self, code: Code, span: &Range<usize>, message: String, help: impl Into<String>) {
        self.problems.push(Problem { code, span: span.clone(), message, help: help.into() });
    }

    fn imports(&mut self) {
        for import in &self.module.imports {
            let Some((root, steps)) = import.path.split_first() else {
                continue;
            };
            if root == "data"
                && let Some(absence) = self.absence(steps)
            {
                self.broken.insert(&import.name);
                self.absent(&import.span, steps, absence);
            }
        }
    }

    fn rule(&mut self, rule: &'m Rule) {
        if matches!(rule.name.as_str(), "deny" | "inconclusive") && !self.is_test {
            self.verdict_set(rule);
        }
        let mut frame = Frame::default();
        for argument in rule.arguments.iter().flatten() {
            pattern_names(argument, &mut |name| {
                frame.declares.insert(name.to_owned());
                frame.binds.insert(name.to_owned());
            });
        }
        self.frames.push(frame);
        if rule.bodies.is_empty() {
            self.body(&[], rule.outputs());
        }
        for (index, body) in rule.bodies.iter().enumerate() {
            let of_head = rule.outputs().filter(|_| index == 0);
            self.body(&body.statements, of_head.chain(&body.outputs));
        }
        self.frames.pop();
        self.unbound.clear();
    }

    /// `deny` and `inconclusive` must be sets: of anything else the engine cannot tell whether it is empty.
    fn verdict_set(&mut self, rule: &Rule) {
        let name = &rule.name;
        let message = if rule.is_default {
            format!("`{name}` cannot have a default")
        } else if rule.is_set() && rule.path.len() == 1 && rule.steps.is_empty() {
            return;
        } else if rule.arguments.is_some() {
            format!("`{name}` must be a set, not a function")
        } else {
            format!("`{name}` must be a set, not a single value or an object")
        };
        let help = format!("write `{name} contains … if {{ … }}`: where nothing holds it is empty");
        self.problem(Code::PolicyDeny, &rule.name_span, message, help);
    }

    fn body(&mut self, statements: &'m [Statement], outputs: impl Iterator<Item = &'m Node>) {
        let frame = self.frame(statements);
        self.frames.push(frame);
        for statement in statements {
            self.statement(statement);
        }
        outputs.for_each(|output| self.node(output));
        self.frames.pop();
    }

    /// What the statements of a body declare and bind. Neither `not` nor what is in brackets of its own binds.
    fn frame(&self, statements: &'m [Statement]) -> Frame {
        let mut frame = Frame::default();
        let mut candidates: Vec<&str> = Vec::new();
        for statement in statements {
            let mut declare = |pattern: &'m Node| {
                pattern_names(pattern, &mut |name| {
                    frame.declares.insert(name.to_owned());
                    frame.binds.insert(name.to_owned());
                });
            };
            match &statement.kind {
                StatementKind::SomeIn { patterns, collection } => {
                    patterns.iter().for_each(declare);
                    step_names(collection, &mut candidates);
                }
                StatementKind::Holds(node) => {
                    match &node.term {
                        Term::Assign { left, declares: true, .. } => declare(left),
                        Term::Assign { left, right, .. } => {
                            pattern_names(left, &mut |name| candidates.push(name));
                            pattern_names(right, &mut |name| candidates.push(name));
                        }
                        Term::Call { function, arguments } => {
                            if let Some((result, arguments)) = arguments.split_last()
                                && self.arity(function) == Some(arguments.len())
                            {
                                pattern_names(result, &mut |name| candidates.push(name));
                            }
                        }
                        _ => {}
                    }
                    step_names(node, &mut candidates);
                }
                StatementKind::Every { domain, .. } => step_names(domain, &mut candidates),
                StatementKind::Declare(names) => {
                    frame.declares.extend(names.iter().map(|name| name.text.clone()));
                }
                StatementKind::Not(_) => {}
            }
            statement.modifiers.iter().for_each(|(_, value)| step_names(value, &mut candidates));
        }
        // A name of the whole file is compared with; it is not bound.
        let is_global = |name: &str| {
            !frame.declares.contains(name) && matches!(self.global(&[name.to_owned()]), Global::Path(_))
        };
        let bound: Vec<String> =
            candidates.into_iter().filter(|name| !is_global(name)).map(str::to_owned).collect();
        frame.binds.extend(bound);
        frame
    }

    fn statement(&mut self, statement: &'m Statement) {
        match &statement.kind {
            StatementKind::Declare(_) => {}
            StatementKind::SomeIn { patterns, collection } => {
                patterns.iter().chain([collection]).for_each(|node| self.node(node));
            }
            StatementKind::Holds(node) => match &node.term {
                Term::Call { function, arguments } => self.call(function, arguments, true),
                _ => self.node(node),
            },
            StatementKind::Not(node) => self.node(node),
            StatementKind::Every { names, domain, body } => {
                self.node(domain);
                let names: BTreeSet<String> = names.iter().map(|name| name.text.clone()).collect();
                self.frames.push(Frame { declares: names.clone(), binds: names });
                self.body(&body.statements, body.outputs.iter());
                self.frames.pop();
            }
        }
        for (_, value) in &statement.modifiers {
            self.node(value);
        }
    }

    fn node(&mut self, node: &'m Node) {
        match &node.term {
            Term::Variable(name) => self.name(name, node),
            Term::Reference { base, .. } => {
                if let Term::Variable(name) = &base.term {
                    self.name(name, node);
                }
                node.parts().into_iter().for_each(|part| self.node(part));
            }
            Term::Call { function, arguments } => self.call(function, arguments, false),
            Term::Comprehension(_, body) => self.body(&body.statements, body.outputs.iter()),
            _ => node.parts().into_iter().for_each(|part| self.node(part)),
        }
    }

    /// A name, or a reference that begins with it.
    fn name(&mut self, name: &str, node: &Node) {
        if name == "_" || self.is_bound(name) {
            return;
        }
        let path = node.path().unwrap_or_default();
        match if self.is_declared(name) { Global::Unknown } else { self.global(&path) } {
            Global::Path(path) => {
                if let Some((root, steps)) = path.split_first()
                    && root == "data"
                {
                    self.uses.push(Use { path: steps.to_vec(), is_call: false });
                    if let Some(absence) = self.absence(steps) {
                        self.absent(&node.span, steps, absence);
                    }
                }
            }
            Global::Broken => {}
            Global::Unknown => self.unbound(name, node.span.start),
        }
    }

    /// Tells of a name that nothing binds, once for each rule: at its first place.
    fn unbound(&mut self, name: &str, start: usize) {
        if self.declared.is_unread(&self.module.package) {
            // Another file of the package may declare it.
            return;
        }
        let span = start..start + name.len();
        if let Some(told) = self.unbound.get(name).and_then(|&index| self.problems.get_mut(index)) {
            if span.start < told.span.start {
                told.span = span;
            }
            return;
        }
        let bound = self.frames.iter().flat_map(|frame| &frame.binds).map(String::as_str);
        let near = nearest(name, bound.chain(self.names_of_package()));
        let message = format!("nothing binds `{name}`{}", suggest::did_you_mean(near));
        let help = format!(
            "give it a value, e.g. by `{name} := …` in the body: without one the rule would never hold"
        );
        self.unbound.insert(name.to_owned(), self.problems.len());
        self.problem(Code::PolicyUnbound, &span, message, help);
    }

    fn call(&mut self, function: &'m Node, arguments: &'m [Node], is_statement: bool) {
        for argument in arguments {
            self.node(argument);
        }
        let Some(path) = function.path() else {
            return;
        };
        let name = path.join(".");
        let result = usize::from(is_statement);
        if let Some(called) = self.called(function)
            && let Some(arity) = called.arity
        {
            if called.path.is_none() && name == "walk" && !(is_statement && arguments.len() == 2) {
                self.problem(
                    Code::PolicyWalk,
                    &function.span,
                    "the engine does not know this form of `walk`, and would find nothing".to_owned(),
                    "write `walk(x, [path, value])` as a statement of its own",
                );
            } else if !(arity..=arity + result).contains(&arguments.len()) {
                let message = format!("`{name}` takes {}, not {}", counted(arity), arguments.len());
                let help = "give it as many as it is defined with";
                self.problem(Code::PolicyUnknownFunction, &function.span, message, help);
            }
            self.uses.extend(called.path.map(|path| Use { path, is_call: true }));
            return;
        }
        if name == "print" && !self.is_declared(&name) {
            return;
        }
        if path.first().is_some_and(|root| self.is_declared(root)) {
            let message = format!("`{name}` is a variable here, and no function");
            let help = "give the variable another name";
            self.problem(Code::PolicyUnknownFunction, &function.span, message, help);
            return;
        }
        let may_be_unread = match self.global(&path) {
            Global::Broken => true,
            Global::Path(path) => below_data(&path).is_some_and(|path| self.declared.is_unread(path)),
            Global::Unknown => path.len() == 1 && self.declared.is_unread(&self.module.package),
        };
        if may_be_unread && refusal(&name).is_none() {
            return;
        }
        if let Some(why) = refusal(&name) {
            let message = format!("`{name}` must not be called: {why}");
            self.problem(
                Code::PolicyBuiltin,
                &function.span,
                message,
                "a verdict must not hang on network, environment or chance: write what the rule needs to know into its params",
            );
            return;
        }
        let known = self.functions();
        // An import may hide a built-in function of the same name.
        let near = nearest(&name, known.iter().map(String::as_str).filter(|known| *known != name));
        let message = format!("there is no function `{name}`{}", suggest::did_you_mean(near));
        self.problem(
            Code::PolicyUnknownFunction,
            &function.span,
            message,
            "neither does a file declare it, nor has the engine a built-in function of this name",
        );
    }

    /// The function that is called.
    fn called(&self, function: &Node) -> Option<Called> {
        let path = function.path()?;
        let root = path.first()?;
        let steps = match &function.term {
            Term::Reference { steps, .. } => steps.len(),
            _ => 0,
        };
        if path.len() != steps + 1 || self.is_declared(root) {
            return None;
        }
        match self.global(&path) {
            Global::Path(path) => {
                let path = path.strip_prefix(&["data".to_owned()])?.to_vec();
                let arity = self.declared.arity(&path);
                Some(Called { path: Some(path), arity })
            }
            Global::Unknown => {
                Some(Called { path: None, arity: builtin(&path.join(".")).map(|known| known.arity) })
            }
            Global::Broken => None,
        }
    }

    fn arity(&self, function: &Node) -> Option<usize> {
        self.called(function)?.arity
    }

    /// What a path with its root means that no body declares.
    fn global(&self, path: &[String]) -> Global {
        let Some((root, rest)) = path.split_first() else {
            return Global::Unknown;
        };
        let joined = |base: &[String], rest: &[String]| [base, rest].concat();
        if root == "data" || root == "input" {
            return Global::Path(path.to_vec());
        }
        if self.broken.contains(root.as_str()) {
            return Global::Broken;
        }
        if let Some(import) = self.module.import(root) {
            return Global::Path(joined(&import.path, rest));
        }
        if self.names_of_package().any(|name| name == root) {
            let base = joined(&["data".to_owned()], &self.module.package);
            return Global::Path(joined(&base, path));
        }
        Global::Unknown
    }

    fn names_of_package(&self) -> impl Iterator<Item = &'m str> {
        self.declared.names(&self.module.package)
    }

    fn is_declared(&self, name: &str) -> bool {
        self.frames.iter().any(|frame| frame.declares.contains(name) || frame.binds.contains(name))
    }

    fn is_bound(&self, name: &str) -> bool {
        let nearest = self
            .frames
            .iter()
            .rev()
            .find(|frame| frame.declares.contains(name) || frame.binds.contains(name));
        nearest.is_some_and(|frame| frame.binds.contains(name))
    }

    /// Why there is nothing at these steps behind `data`.
    fn absence(&self, steps: &[String]) -> Option<Absence> {
        let replaced = |path: &Vec<String>| steps.starts_with(path);
        match self.declared.absence(steps)? {
            // A test may well say that something is undefined.
            Absence::Rule if self.is_test => None,
            _ if self.replaced.iter().any(replaced) => None,
            absence => Some(absence),
        }
    }

    fn absent(&mut self, span: &Range<usize>, steps: &[String], absence: Absence) {
        let name = format!("data.{}", steps.join("."));
        let known = self.declared.full_names();
        let near = nearest(&name, known.iter().map(String::as_str));
        let message = match absence {
            Absence::Package => format!("no file declares `{name}`"),
            Absence::Rule => format!("there is no rule `{name}`"),
        };
        self.problem(
            Code::PolicyUnknownReference,
            span,
            format!("{message}{}", suggest::did_you_mean(near)),
            "`data` holds the packages of the policy files and nothing else: add the file with --policies, or mend the name",
        );
    }

    /// The names that functions can be called by here.
    fn functions(&self) -> Vec<String> {
        let mut names: Vec<String> = ALLOWED.iter().map(|known| known.name.to_owned()).collect();
        names.push("print".to_owned());
        for path in self.declared.functions() {
            names.push(format!("data.{}", path.join(".")));
            names.extend(path.strip_prefix(self.module.package.as_slice()).map(|rest| rest.join(".")));
            for import in &self.module.imports {
                let target = import.path.strip_prefix(&["data".to_owned()]);
                if let Some(rest) = target.and_then(|target| path.strip_prefix(target)) {
                    names.push([std::slice::from_ref(&import.name), rest].concat().join("."));
                }
            }
        }
        names
    }
}

/// What is called: the path behind `data` of a declared one, and its arity if it is a function.
struct Called {
    path: Option<Vec<String>>,
    arity: Option<usize>,
}

/// The nearest of the known names, unless the name is so short that any other is near.
fn nearest<'c>(name: &str, known: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    suggest::nearest(name, known.filter(|known| known.len() > 2 && name.len() > 2))
}

/// The steps behind `data`.
fn below_data(path: &[String]) -> Option<&[String]> {
    path.split_first().filter(|(root, _)| *root == "data").map(|(_, steps)| steps)
}

fn counted(arity: usize) -> String {
    if arity == 1 { "1 argument".to_owned() } else { format!("{arity} arguments") }
}

/// The names that a pattern binds: a name, or those in arrays and in the values of objects.
fn pattern_names<'n>(pattern: &'n Node, tell: &mut impl FnMut(&'n str)) {
    match &pattern.term {
        Term::Variable(name) if name != "_" => tell(name),
        Term::Array(parts) => parts.iter().for_each(|part| pattern_names(part, tell)),
        Term::Object(fields) => fields.iter().for_each(|(_, value)| pattern_names(value, tell)),
        _ => {}
    }
}

/// The names that the steps of references in an expression bind: `i` of `x[i]`.
fn step_names<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
    if let Term::Reference { steps, .. } = &node.term {
        for step in steps {
            pattern_names(step, &mut |name| found.push(name));
        }
    }
    node.parts().into_iter().for_each(|part| step_names(part, found));
}
