//! What the engine looks at only when it gets there, checked before anything is evaluated.
//!
//! The engine takes a reference to nothing for undefined, misses a function only when it calls it, and looks
//! at a variable of a rule's head only where its body holds. A rule with such a slip never denies, and all
//! its resources would pass. What OPA's compiler refuses for that reason is refused here as well.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::declared::{Absence, Declared};
use super::engine::{arity_of_builtin, builtin_names};
use super::recursion::{Edges, circles};
use super::syntax::{Module, Node, Rule, Statement, StatementKind, Term};
use crate::policy::PolicyFile;
use crate::source::{Code, Diagnostic};
use crate::suggest;

/// Everything that is wrong with these files, by file and place. `modules` are their trees.
pub(super) fn check(files: &[&Arc<PolicyFile>], modules: &[Module]) -> Vec<Diagnostic> {
    let declared = Declared::new(modules);
    let mut edges = Edges::new(&declared);
    let mut problems = Vec::new();
    for (index, (file, module)) in files.iter().zip(modules).enumerate() {
        let mut checker = Checker::new(&declared, module, file.is_test());
        checker.imports();
        for rule in &module.rules {
            checker.rule(rule);
            edges.add(index, module, rule, &std::mem::take(&mut checker.uses));
        }
        problems.extend(checker.problems.into_iter().map(|problem| (index, problem)));
    }
    for circle in circles(&edges) {
        let problem = Problem {
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
    span: Range<usize>,
    message: String,
    help: String,
}

impl Problem {
    fn diagnostic(self, file: &PolicyFile) -> Diagnostic {
        let (place, excerpt) = file.place(self.span, "here");
        Diagnostic::error(Code::PolicyParse, self.message).at(place).showing(excerpt).help(self.help)
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

    fn problem(&mut self, span: &Range<usize>, message: String, help: impl Into<String>) {
        self.problems.push(Problem { span: span.clone(), message, help: help.into() });
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
        if rule.is_default && rule.name == "deny" {
            let message = "`deny` cannot have a default".to_owned();
            self.problem(
                &rule.name_span,
                message,
                "write `deny contains … if { … }`: without a denial it is empty",
            );
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
            self.body(&[], rule.outputs.iter());
        }
        for (index, body) in rule.bodies.iter().enumerate() {
            let of_head = if index == 0 { rule.outputs.as_slice() } else { &[] };
            self.body(&body.statements, of_head.iter().chain(&body.outputs));
        }
        self.frames.pop();
        self.unbound.clear();
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
            Term::Comprehension(body) => self.body(&body.statements, body.outputs.iter()),
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
        self.problem(&span, message, help);
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
                    &function.span,
                    "the engine does not know this form of `walk`, and would find nothing".to_owned(),
                    "write `walk(x, [path, value])` as a statement of its own",
                );
            } else if !(arity..=arity + result).contains(&arguments.len()) {
                let message = format!("`{name}` takes {}, not {}", counted(arity), arguments.len());
                self.problem(&function.span, message, "give it as many as it is defined with");
            }
            self.uses.extend(called.path.map(|path| Use { path, is_call: true }));
            return;
        }
        if name == "print" && !self.is_declared(&name) {
            return;
        }
        if path.first().is_some_and(|root| self.is_declared(root)) {
            let message = format!("`{name}` is a variable here, and no function");
            self.problem(&function.span, message, "give the variable another name");
            return;
        }
        if matches!(self.global(&path), Global::Broken) {
            return;
        }
        let known = self.functions();
        // An import may hide a built-in function of the same name.
        let near = nearest(&name, known.iter().map(String::as_str).filter(|known| *known != name));
        let message = format!("there is no function `{name}`{}", suggest::did_you_mean(near));
        self.problem(
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
            Global::Unknown => Some(Called { path: None, arity: arity_of_builtin(&path.join(".")) }),
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
        if let Some(import) = self.module.imports.iter().find(|import| import.name == *root) {
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
            span,
            format!("{message}{}", suggest::did_you_mean(near)),
            "`data` holds the packages of the policy files and nothing else: add the file with --policies, or mend the name",
        );
    }

    /// The names that functions can be called by here.
    fn functions(&self) -> Vec<String> {
        let mut names: Vec<String> = builtin_names().map(str::to_owned).collect();
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

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::evaluate::plan::parse_all;

    /// What is wrong with the first of these files, with line and column.
    fn problems(files: &[(&str, &str)]) -> Vec<(String, u64, u64)> {
        let files: Vec<Arc<PolicyFile>> =
            files.iter().map(|(name, text)| Arc::new(PolicyFile::new(name, *text))).collect();
        let files: Vec<&Arc<PolicyFile>> = files.iter().collect();
        let modules = parse_all(&files, DateTime::UNIX_EPOCH).unwrap();
        check(&files, &modules)
            .into_iter()
            .map(|problem| {
                assert!(problem.code == Code::PolicyParse && problem.help.is_some());
                let start = problem.place.unwrap().start;
                (problem.message, start.line_1based, start.column_1based)
            })
            .collect()
    }

    /// Checks statements of a `deny`; the first begins in line 4, column 2.
    #[track_caller]
    fn refused(statements: &str, message: &str, column_1based: u64) {
        let text = format!("package a\n\ndeny contains \"x\" if {{\n\t{statements}\n}}\n");
        assert_eq!(problems(&[("a.rego", &text)]), [(message.to_owned(), 4, column_1based)], "{statements}");
    }

    #[track_caller]
    fn accepted(rules: &str) {
        let library = "package lib.consts\n\nq := 1\n\nf(x) := x\n";
        let text = format!("package a\n\nimport data.lib.consts\nimport data.lib as l\n\n{rules}\n");
        assert_eq!(problems(&[("a.rego", &text), ("lib.rego", library)]), [], "{rules}");
    }

    #[test]
    fn functions_must_be_there() {
        refused("nobody_knows(1)", "there is no function `nobody_knows`", 2);
        refused("startwith(\"é\", \"b\")", "there is no function `startwith`, did you mean `startswith`?", 2);
        refused("\"é\" == crypto.sha256(\"a\")", "there is no function `crypto.sha256`", 9);
        refused("deny(1)", "there is no function `deny`", 2);
        refused("x := 1; x(1)", "`x` is a variable here, and no function", 10);
        refused("max := max([1]); max > 1", "`max` is a variable here, and no function", 9);
        refused("count([1], 2, 3)", "`count` takes 1 argument, not 3", 2);
        refused("1 == count([1], 2)", "`count` takes 1 argument, not 2", 7);
        accepted(
            "deny contains n if { count([1], n); l.consts.f(1); consts.f(n); g(n); print(1, 2) }\n\ng(_) := 1",
        );
        accepted("default f(_) := 1\n\ndeny contains \"x\" if data.a.f(2) == data.lib.consts.f(1)");
    }

    #[test]
    fn functions_of_other_files_must_be_there() {
        let library = "package lib\n\nolder(x) := x\n\nmost := 1\n";
        let rule = "package a\n\nimport data.lib as l\n\ndeny contains l.odler(1) if l.mots > 1\n";
        assert_eq!(
            problems(&[("a.rego", rule), ("lib.rego", library)]),
            [
                ("there is no function `l.odler`, did you mean `l.older`?".to_owned(), 5, 15),
                ("there is no rule `data.lib.mots`, did you mean `data.lib.most`?".to_owned(), 5, 29)
            ]
        );
    }

    #[test]
    fn packages_must_be_there() {
        refused("input.n > data.org.limits.most", "no file declares `data.org.limits.most`", 12);
        refused("data.a.dney[_]", "there is no rule `data.a.dney`, did you mean `data.a.deny`?", 2);
        let import = "package a\n\nimport data.lib\nimport rego.v1\nimport input.x\n\ndeny contains lib.b(lib.c) if x\n";
        assert_eq!(problems(&[("a.rego", import)]), [("no file declares `data.lib`".to_owned(), 3, 8)]);
        accepted("deny contains x if { x := l[_].q; x == data.lib[\"consts\"].q; x == l.consts.q }");
        accepted("deny contains consts if consts := 1");
        accepted("import input.n\n\nb.c.d := 1\n\ndeny contains n.o if { b.c.d > 0; data.a.b.c.d > 0 }");
    }

    #[test]
    fn a_test_may_say_that_there_is_nothing_and_replace_what_is_not_there() {
        let rule = "package a\n\ndeny contains \"x\"\n";
        let test = |body: &str| {
            let text = format!("package a_test\n\nimport data.a\n\ntest_x if {body}\n");
            problems(&[("a_test.rego", &text), ("a.rego", rule)])
        };
        assert_eq!(test("not a.nothing"), []);
        assert_eq!(test("a.deny == data.mock.deny with data.mock as {\"deny\": {\"x\"}}"), []);
        assert_eq!(test("not data.other.x"), [("no file declares `data.other.x`".to_owned(), 5, 15)]);
        assert_eq!(test("not a.f(1)"), [("there is no function `a.f`".to_owned(), 5, 15)]);
    }

    #[test]
    fn variables_must_get_a_value() {
        refused("nobdy > 1", "nothing binds `nobdy`", 2);
        refused("number := 1; numbr > 1", "nothing binds `numbr`, did you mean `number`?", 15);
        refused("some i; not input.l[i]", "nothing binds `i`", 22);
        refused("count({m | input.n == 2}) == 1", "nothing binds `m`", 9);
        refused("every v in [1] { v > w }", "nothing binds `w`", 23);
        for (head, name, column) in [
            ("deny contains msg if input.n", "msg", 15),
            ("deny contains msg if startswith(msg, \"x\")", "msg", 15),
            ("deny contains {\"msg\": \"é\", \"path\": path}", "path", 36),
            ("p[key] := 1 if input.n", "key", 3),
            ("p := 1 if input.n else := other if input.m", "other", 27),
            ("f(x) := y if x > 1", "y", 9),
            ("default p := {y | input.n}", "y", 15),
        ] {
            let found = problems(&[("a.rego", &format!("package a\n\n{head}\n"))]);
            assert_eq!(found, [(format!("nothing binds `{name}`"), 3, column)], "{head}");
        }
    }

    #[test]
    fn everything_that_binds_is_known() {
        for body in [
            "some x in [1]",
            "some x, _ in {\"a\": 1}",
            "some [_, {\"k\": x}] in [[1, {\"k\": 2}]]",
            "some x; input.l[x]",
            "x = 1",
            "[1, {\"k\": x}] = input.l",
            "{\"k\": x} := {\"k\": 1}",
            "y := input.l[x]",
            "count(input.l[x].m) > 0",
            "input.l[[x, _]]",
            "p[x]",
            "count([1], x)",
            "walk(input, [_, x])",
            "input.n with input as input.l[x]",
            "every y in input.l[x] { y > 0 }",
            "x := [y | some y in [1]][_]",
            "x := {k: v | some k, v in {\"a\": 1}; k != v}",
            "1 in [x]; x := 1",
        ] {
            accepted(&format!("p contains 1\n\ndeny contains x if {{ {body} }}"));
        }
    }

    #[test]
    fn the_walk_of_one_argument_is_refused() {
        let message = "the engine does not know this form of `walk`, and would find nothing";
        refused("[_, v] := walk(input); v == 1", message, 12);
        refused("some [_, v] in walk(input); v == 1", message, 17);
        refused("not walk(input, [_, 1])", message, 6);
        accepted("deny contains p if walk(input, [p, 1])\n\nq := [p | walk(input, [p, _])]");
    }

    #[test]
    fn what_depends_on_itself_is_refused() {
        for (rules, way, line) in [
            ("f(x) := f(x)", "`f` depends on itself: f → f", 3),
            ("f(x) := [z | z := g(x)]\n\ng(x) := f(x)", "`f` depends on itself: f → g → f", 3),
            ("p := f(1)\n\nf(x) := p + x", "`f` depends on itself: f → p → f", 5),
            ("default p := {x | data.a[_] = x}", "`p` depends on itself: p → p", 3),
            ("p if data.a", "`p` depends on itself: p → p", 3),
            ("p if q\n\nq if data[_].b", "`q` depends on itself: q → q", 5),
        ] {
            let found = problems(&[("a.rego", &format!("package a\n\n{rules}\n"))]);
            assert_eq!(found.len(), 1, "{rules}: {found:?}");
            assert_eq!((found[0].0.as_str(), found[0].1), (way, line), "{rules}");
        }
        // The engine notices a rule that it comes back to by name, and the verdict is an error.
        accepted("p if q\n\nq if p");
        accepted("p if f(1)\n\nf(x) := q + x\n\nq := 1");
        let library = "package b\n\nimport data.a\n\ng(x) := a.f(x)\n";
        let rule = "package a\n\nimport data.b\n\nf(x) := b.g(x)\n";
        assert_eq!(
            problems(&[("a.rego", rule), ("b.rego", library)]),
            [("`f` depends on itself: f → g → f".to_owned(), 5, 1)]
        );
    }

    #[test]
    fn a_denial_by_default_is_refused() {
        let found = problems(&[("a.rego", "package a\n\ndefault deny := set()\n")]);
        assert_eq!(found, [("`deny` cannot have a default".to_owned(), 3, 9)]);
    }
}
