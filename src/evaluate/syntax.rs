//! The engine's syntax tree. Its JSON shape, which is no stable contract, is known here and nowhere else.

use std::ops::Range;

use regorus::Engine;
use serde::Deserialize as _;
use serde_json::Value;

use super::EngineError;

/// A file of Rego.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Module {
    /// The steps of its package: `["policies", "lib", "times"]`.
    pub(super) package: Vec<String>,
    /// What it imports.
    pub(super) imports: Vec<Import>,
    /// Its rules and functions, in order; a name may stand several times.
    pub(super) rules: Vec<Rule>,
    /// Paths below `data` that it refers to, without `data`: `["policies", "lib", "times", "older_than"]`.
    pub(super) data_references: Vec<Vec<String>>,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    /// Where it leads, with its root: `["data", "policies", "lib", "times"]`.
    pub(super) path: Vec<String>,
    /// The name that it is known by in the file.
    pub(super) name: String,
    /// Byte range of the path.
    pub(super) span: Range<usize>,
}

/// One definition of a rule or function.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    /// Its name; for `a.b[c]` the first part.
    pub(super) name: String,
    /// The steps of its name, as far as they are literal: `["a", "b"]`.
    pub(super) path: Vec<String>,
    /// Byte range of the whole definition.
    pub(super) span: Range<usize>,
    /// Byte range of its name.
    pub(super) name_span: Range<usize>,
    /// Whether it begins with `default`.
    pub(super) is_default: bool,
    /// The arguments of a function; `None` for any other rule.
    pub(super) arguments: Option<Vec<Node>>,
    /// What stands in the head and is evaluated with the first body: keys, and the value.
    pub(super) outputs: Vec<Node>,
    /// Its bodies; those after the first are those of `else`.
    pub(super) bodies: Vec<Body>,
}

impl Rule {
    /// The statements of its only body; none where it has no body, or several.
    pub(super) fn only_statements(&self) -> &[Statement] {
        match self.bodies.as_slice() {
            [body] => &body.statements,
            _ => &[],
        }
    }
}

impl Rule {
    /// Shows every expression in it, a reference as a whole and then the steps that are not literal.
    pub(super) fn visit<'n>(&'n self, show: &mut impl FnMut(&'n Node)) {
        self.arguments.iter().flatten().chain(&self.outputs).for_each(|node| node.visit(show));
        self.bodies.iter().for_each(|body| body.visit(show));
    }
}

impl Rule {
    /// Shows what `with` replaces.
    pub(super) fn visit_replaced(&self, show: &mut impl FnMut(&Node)) {
        let mut bodies: Vec<&Body> = self.bodies.iter().collect();
        self.visit(&mut |node| {
            if let Term::Comprehension(body) = &node.term {
                bodies.push(body);
            }
        });
        while let Some(body) = bodies.pop() {
            for statement in &body.statements {
                statement.modifiers.iter().for_each(|(target, _)| show(target));
                if let StatementKind::Every { body, .. } = &statement.kind {
                    bodies.push(body);
                }
            }
        }
    }
}

impl Body {
    fn visit<'n>(&'n self, show: &mut impl FnMut(&'n Node)) {
        self.outputs.iter().for_each(|node| node.visit(show));
        for statement in &self.statements {
            match &statement.kind {
                StatementKind::Declare(_) => {}
                StatementKind::SomeIn { patterns, collection } => {
                    patterns.iter().chain([collection]).for_each(|node| node.visit(show));
                }
                StatementKind::Holds(node) | StatementKind::Not(node) => node.visit(show),
                StatementKind::Every { domain, body, .. } => {
                    domain.visit(show);
                    body.visit(show);
                }
            }
            for (target, value) in &statement.modifiers {
                target.visit(show);
                value.visit(show);
            }
        }
    }
}

/// A body, with what it is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Body {
    /// The value of an `else`, or what a comprehension collects.
    pub(super) outputs: Vec<Node>,
    /// Its statements.
    pub(super) statements: Vec<Statement>,
}

/// A statement of a body.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    /// Byte range, `with` modifiers included.
    pub(super) span: Range<usize>,
    /// What it says.
    pub(super) kind: StatementKind,
    /// For a comparison or assignment: the ranges of its two sides.
    pub(super) sides: Option<(Range<usize>, Range<usize>)>,
    /// Byte range of the `with` modifiers, where there are any.
    pub(super) with: Option<Range<usize>>,
    /// What `with` replaces, and by what.
    pub(super) modifiers: Vec<(Node, Node)>,
}

/// What a statement says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum StatementKind {
    /// `some x, y`
    Declare(Vec<Name>),
    /// `some key, value in collection`
    SomeIn { patterns: Vec<Node>, collection: Node },
    /// An expression that must hold.
    Holds(Node),
    /// `not` and an expression.
    Not(Node),
    /// `every key, value in domain { … }`
    Every { names: Vec<Name>, domain: Node, body: Body },
}

/// A name and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The name.
    pub(super) text: String,
    /// Byte range.
    pub(super) span: Range<usize>,
}

/// An expression and its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Byte range.
    pub(super) span: Range<usize>,
    /// What it is.
    pub(super) term: Term,
}

impl Node {
    fn visit<'n>(&'n self, show: &mut impl FnMut(&'n Self)) {
        show(self);
        match &self.term {
            Term::Variable(_) | Term::Text(_) | Term::Scalar => {}
            Term::Comprehension(body) => body.visit(show),
            _ => self.parts().into_iter().for_each(|part| part.visit(show)),
        }
    }

    /// The expressions that it is made of: of a reference all but the name that it begins with, of a
    /// comprehension none.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match &self.term {
            Term::Variable(_) | Term::Text(_) | Term::Scalar | Term::Comprehension(_) => Vec::new(),
            Term::Array(parts) | Term::Parts(parts) => parts.iter().collect(),
            Term::Object(fields) => fields.iter().flat_map(|(key, value)| [key, value]).collect(),
            Term::Reference { base, steps } => {
                let base = Some(&**base).filter(|base| !matches!(base.term, Term::Variable(_)));
                base.into_iter().chain(steps).collect()
            }
            Term::Call { function, arguments } => [&**function].into_iter().chain(arguments).collect(),
            Term::Assign { left, right, .. } => vec![left, right],
        }
    }

    /// A reference as it begins: the name at its root, and the literal steps behind it.
    pub(super) fn path(&self) -> Option<Vec<String>> {
        match &self.term {
            Term::Variable(name) => Some(vec![name.clone()]),
            Term::Reference { base, steps } => {
                let mut path = base.path()?;
                path.extend(steps.iter().map_while(|step| match &step.term {
                    Term::Text(text) => Some(text.clone()),
                    _ => None,
                }));
                Some(path)
            }
            _ => None,
        }
    }
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    /// A name.
    Variable(String),
    /// A text.
    Text(String),
    /// Any other single value.
    Scalar,
    /// An array.
    Array(Vec<Node>),
    /// An object: keys and values.
    Object(Vec<(Node, Node)>),
    /// `base.step[step]`
    Reference { base: Box<Node>, steps: Vec<Node> },
    /// `function(arguments)`
    Call { function: Box<Node>, arguments: Vec<Node> },
    /// `left := right`, or with `declares` false `left = right`.
    Assign { left: Box<Node>, right: Box<Node>, declares: bool },
    /// A comprehension.
    Comprehension(Box<Body>),
    /// A set, or an operator with its operands.
    Parts(Vec<Node>),
}

/// Reads the syntax tree of the only module of an engine, whose text is `text`.
///
/// # Errors
///
/// Where the engine cannot give it.
pub(super) fn module(engine: &Engine, text: &str) -> Result<Module, EngineError> {
    let error = |message: String| EngineError { message, place: None };
    let json = engine.get_ast_as_json().map_err(|e| error(e.to_string()))?;
    let mut reader = serde_json::Deserializer::from_str(&json);
    // How deep a tree can be is bounded before the engine sees the text: see `nesting`.
    reader.disable_recursion_limit();
    let tree = Value::deserialize(&mut reader).map_err(|e| error(e.to_string()))?;
    Ok(Reader { text }.module(at(&tree, "/0/ast")))
}

/// The node at a pointer, or null.
fn at<'n>(node: &'n Value, pointer: &str) -> &'n Value {
    node.pointer(pointer).unwrap_or(&Value::Null)
}

/// The elements of an array; none of anything else.
fn list(node: &Value) -> impl Iterator<Item = &Value> {
    node.as_array().into_iter().flatten()
}

/// Reads the tree of a text.
struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn module(&self, ast: &Value) -> Module {
        let imports: Vec<Import> =
            list(at(ast, "/imports")).filter_map(|import| self.import(import)).collect();
        let rules: Vec<Rule> = list(at(ast, "/rules")).filter_map(|rule| self.rule(rule)).collect();
        let mut data_references: Vec<Vec<String>> =
            imports.iter().filter_map(|import| below_data(&import.path)).collect();
        for rule in &rules {
            rule.visit(&mut |node| data_references.extend(node.path().and_then(|path| below_data(&path))));
        }
        data_references.sort();
        data_references.dedup();
        let package = self.node(at(ast, "/package/refr")).path().unwrap_or_default();
        Module { package, imports, rules, data_references }
    }

    fn import(&self, import: &Value) -> Option<Import> {
        let target = self.node(at(import, "/refr"));
        let path = target.path()?;
        let name = match import.get("as").and_then(range) {
            Some(span) => self.text.get(span)?.to_owned(),
            None => path.last()?.clone(),
        };
        Some(Import { path, name, span: target.span })
    }

    fn rule(&self, rule: &Value) -> Option<Rule> {
        let (spec, is_default) = match rule.get("Default") {
            Some(default) => (default, true),
            None => (rule.get("Spec")?, false),
        };
        let (kind, head) = if is_default {
            ("Default", spec)
        } else {
            let (kind, head) = at(spec, "/head").as_object()?.iter().next()?;
            (kind.as_str(), head)
        };
        let target = self.node(at(head, "/refr"));
        let path = target.path()?;
        let mut outputs: Vec<Node> = match &target.term {
            Term::Reference { steps, .. } => steps.clone(),
            _ => Vec::new(),
        };
        outputs.extend(
            ["/key", "/assign/value", "/value"].iter().filter_map(|name| self.present(at(head, name))),
        );
        let arguments: Vec<Node> = self.nodes(at(head, "/args"));
        let is_function = kind == "Func" || !arguments.is_empty();
        Some(Rule {
            name: path.first()?.clone(),
            path,
            span: span(spec)?,
            name_span: target.span.clone(),
            is_default,
            arguments: is_function.then_some(arguments),
            outputs,
            bodies: list(at(spec, "/bodies")).map(|body| self.rule_body(body)).collect(),
        })
    }

    fn rule_body(&self, body: &Value) -> Body {
        let outputs = self.present(at(body, "/assign/value")).into_iter().collect();
        self.body(outputs, at(body, "/query"))
    }

    fn body(&self, outputs: Vec<Node>, query: &Value) -> Body {
        let statements = list(at(query, "/stmts")).filter_map(|statement| self.statement(statement));
        Body { outputs, statements: statements.collect() }
    }

    fn statement(&self, statement: &Value) -> Option<Statement> {
        let expression = at(statement, "/literal/Expr/expr");
        let sides = ["AssignExpr", "BoolExpr"].iter().find_map(|kind| {
            let node = expression.get(kind)?;
            Some((self.whole(at(node, "/lhs"))?, self.whole(at(node, "/rhs"))?))
        });
        let modifiers = at(statement, "/with_mods");
        let ranges: Vec<Range<usize>> =
            list(modifiers).filter_map(|modifier| joined(span(modifier), self.whole(modifier))).collect();
        let with = match (ranges.first(), ranges.last()) {
            (Some(first), Some(last)) => Some(first.start..last.end),
            _ => None,
        };
        Some(Statement {
            span: joined(span(statement), self.whole(statement))?,
            kind: self.statement_kind(at(statement, "/literal"))?,
            sides,
            with,
            modifiers: list(modifiers)
                .map(|modifier| (self.node(at(modifier, "/refr")), self.node(at(modifier, "/as"))))
                .collect(),
        })
    }

    fn statement_kind(&self, literal: &Value) -> Option<StatementKind> {
        let (kind, literal) = literal.as_object()?.iter().next()?;
        Some(match kind.as_str() {
            "SomeVars" => StatementKind::Declare(
                list(at(literal, "/vars")).filter_map(|name| self.name(name)).collect(),
            ),
            "SomeIn" => StatementKind::SomeIn {
                patterns: ["/key", "/value"]
                    .iter()
                    .filter_map(|part| self.present(at(literal, part)))
                    .collect(),
                collection: self.node(at(literal, "/collection")),
            },
            "NotExpr" => StatementKind::Not(self.node(at(literal, "/expr"))),
            "Every" => StatementKind::Every {
                names: ["/key", "/value"].iter().filter_map(|part| self.name(at(literal, part))).collect(),
                domain: self.node(at(literal, "/domain")),
                body: self.body(Vec::new(), at(literal, "/query")),
            },
            _ => StatementKind::Holds(self.node(at(literal, "/expr"))),
        })
    }

    fn name(&self, name: &Value) -> Option<Name> {
        let span = range(name)?;
        Some(Name { text: self.text.get(span.clone())?.to_owned(), span })
    }

    /// An expression, or `None` where there is null.
    fn present(&self, node: &Value) -> Option<Node> {
        node.is_object().then(|| self.node(node))
    }

    fn nodes(&self, nodes: &Value) -> Vec<Node> {
        list(nodes).map(|node| self.node(node)).collect()
    }

    fn node(&self, node: &Value) -> Node {
        let (kind, inner) = match node.as_object().and_then(|members| members.iter().next()) {
            Some((kind, inner)) => (kind.as_str(), inner),
            None => ("", &Value::Null),
        };
        let part = |name: &str| self.node(at(inner, name));
        let boxed = |name: &str| Box::new(part(name));
        let text = |pointer: &str| at(inner, pointer).as_str().unwrap_or_default().to_owned();
        let term = match kind {
            "Var" => Term::Variable(text("/value")),
            "String" | "RawString" => Term::Text(text("/value")),
            "Array" => Term::Array(self.nodes(at(inner, "/items"))),
            "Set" => Term::Parts(self.nodes(at(inner, "/items"))),
            "Object" => {
                let fields = list(at(inner, "/fields"));
                Term::Object(
                    fields.map(|field| (self.node(at(field, "/1")), self.node(at(field, "/2")))).collect(),
                )
            }
            "ArrayCompr" | "SetCompr" | "ObjectCompr" => {
                let outputs =
                    ["/term", "/key", "/value"].iter().filter_map(|name| self.present(at(inner, name)));
                Term::Comprehension(Box::new(self.body(outputs.collect(), at(inner, "/query"))))
            }
            "Call" => Term::Call { function: boxed("/fcn"), arguments: self.nodes(at(inner, "/params")) },
            "RefDot" => {
                let field = at(inner, "/field");
                let step = Node {
                    span: range(at(field, "/0")).unwrap_or_default(),
                    term: Term::Text(text("/field/1")),
                };
                stepped(part("/refr"), step)
            }
            "RefBrack" => stepped(part("/refr"), part("/index")),
            "AssignExpr" => Term::Assign {
                left: boxed("/lhs"),
                right: boxed("/rhs"),
                declares: at(inner, "/op") == "ColEq",
            },
            "Number" | "Bool" | "Null" => Term::Scalar,
            _ => {
                let parts = ["/expr", "/lhs", "/rhs", "/key", "/value", "/collection"];
                Term::Parts(parts.iter().filter_map(|name| self.present(at(inner, name))).collect())
            }
        };
        Node { span: self.whole(node).or_else(|| span(inner)).unwrap_or_default(), term }
    }

    /// The range of an expression with all that is in it: good for cutting out text.
    ///
    /// The engine's ranges leave out the quotes of texts, also where an expression ends with one, and the
    /// brackets of `set()`.
    fn whole(&self, node: &Value) -> Option<Range<usize>> {
        match node {
            Value::Array(elements) => elements.iter().filter_map(|element| self.whole(element)).reduce(union),
            Value::Object(members) => {
                members.iter().filter_map(|(kind, inner)| self.whole_member(kind, inner)).reduce(union)
            }
            _ => None,
        }
    }

    fn whole_member(&self, kind: &str, inner: &Value) -> Option<Range<usize>> {
        match kind {
            "span" => range(inner),
            "String" | "RawString" => {
                let text = span(inner)?;
                Some(text.start.saturating_sub(1)..text.end + 1)
            }
            "Set" if at(inner, "/items").as_array().is_some_and(Vec::is_empty) => {
                let start = span(inner)?.start;
                Some(start..start + self.text.get(start..)?.find(')')? + 1)
            }
            _ => self.whole(inner),
        }
    }
}

fn below_data(path: &[String]) -> Option<Vec<String>> {
    let (root, steps) = path.split_first()?;
    (root == "data").then(|| steps.to_vec())
}

fn union(a: Range<usize>, b: Range<usize>) -> Range<usize> {
    a.start.min(b.start)..a.end.max(b.end)
}

fn joined(a: Option<Range<usize>>, b: Option<Range<usize>>) -> Option<Range<usize>> {
    a.into_iter().chain(b).reduce(union)
}

/// A reference that goes a step further.
fn stepped(base: Node, step: Node) -> Term {
    match base.term {
        Term::Reference { base, mut steps } => {
            steps.push(step);
            Term::Reference { base, steps }
        }
        _ => Term::Reference { base: Box::new(base), steps: vec![step] },
    }
}

/// The `span` of a node.
fn span(node: &Value) -> Option<Range<usize>> {
    range(node.get("span")?)
}

fn range(span: &Value) -> Option<Range<usize>> {
    let number = |name: &str| usize::try_from(span.get(name)?.as_u64()?).ok();
    Some(number("start")?..number("end")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::engine::{add, new_engine};
    use crate::policy::PolicyFile;

    fn parsed(text: &str) -> Module {
        let mut engine = new_engine(chrono::DateTime::UNIX_EPOCH).unwrap();
        add(&mut engine, &PolicyFile::new("f", text)).unwrap();
        module(&engine, text).unwrap()
    }

    #[test]
    fn rules_and_references_are_found() {
        let module = parsed(
            "package a.b\n\nimport data.lib.times as t\n\ndefault limit := 1\n\ndeny contains x if {\n\tx := data.lists[\"a b\"].c[i]\n\tt.f(x)\n}\n\nf(x) := x\n",
        );
        let names: Vec<_> = module.rules.iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["limit", "deny", "f"]);
        let paths: Vec<_> = module.data_references.iter().map(|path| path.join("/")).collect();
        assert_eq!(paths, ["lib/times", "lists/a b/c"]);
    }

    #[test]
    fn a_path_ends_at_its_first_variable() {
        let module = parsed(
            "package a[\"b c\"]\n\nimport input.n as m\n\nx.y[z] := data.d[i].e if data[`f`].g with data.h as data[m]\n",
        );
        assert_eq!(module.package, ["a", "b c"]);
        let import = &module.imports[0];
        assert_eq!(
            (import.path.join("."), import.name.as_str(), import.span.clone()),
            ("input.n".to_owned(), "m", 25..32)
        );
        let paths: Vec<_> = module.data_references.iter().map(|path| path.join("/")).collect();
        assert_eq!(paths, ["", "d", "f/g", "h"]);
        let rule = &module.rules[0];
        // In a head the engine leaves out the last bracket.
        assert_eq!((rule.path.join("."), rule.name_span.clone()), ("x.y".to_owned(), 39..44));
        // The step of the head, and the value.
        let outputs: Vec<_> = rule.outputs.iter().map(|node| node.span.clone()).collect();
        assert_eq!(outputs[1..], [43..44, 49..60]);
        let mut replaced = Vec::new();
        rule.visit_replaced(&mut |node| replaced.push(node.path()));
        assert_eq!(replaced, [Some(vec!["data".to_owned(), "h".to_owned()])]);
    }

    #[test]
    fn rules_have_arguments_bodies_and_defaults() {
        let module = parsed(
            "package a\n\ndefault f(_) := 1\n\nf([x, y]) := x if { y } else := 2 if { some z; z }\n\ng contains {k: v | some k, v in []}\n",
        );
        let [default, function, set] = &module.rules[..] else { panic!("three rules") };
        assert!(default.is_default && !function.is_default);
        let arguments = |rule: &Rule| rule.arguments.as_ref().map(Vec::len);
        assert_eq!([default, function, set].map(arguments), [Some(1), Some(1), None]);
        assert_eq!((function.bodies.len(), function.only_statements().len()), (2, 0));
        assert_eq!((function.outputs.len(), function.bodies[1].outputs.len()), (1, 1));
        let StatementKind::Declare(names) = &function.bodies[1].statements[0].kind else { panic!("some z") };
        assert_eq!(names[0].text, "z");
        let Term::Comprehension(body) = &set.outputs[0].term else { panic!("a comprehension") };
        assert_eq!((body.outputs.len(), body.statements.len()), (2, 1));
    }

    #[test]
    fn statements_have_ranges_of_the_text() {
        let text = "package a\n\ntest_x if {\n\te := f([1, 2])\n\tdata.q.deny == {\"ü\"} with input as {\"a\": [1]} with time.now_ns as 3\n\tnot e\n}\n\nf(x) := x\n";
        let module = parsed(text);
        let statements = &module.rules[0].only_statements();
        let texts: Vec<_> = statements.iter().map(|s| &text[s.span.clone()]).collect();
        assert_eq!(
            texts,
            [
                "e := f([1, 2])",
                "data.q.deny == {\"ü\"} with input as {\"a\": [1]} with time.now_ns as 3",
                "not e"
            ]
        );
        let (left, right) = statements[1].sides.clone().unwrap();
        assert_eq!((&text[left], &text[right]), ("data.q.deny", "{\"ü\"}"));
        let with = statements[1].with.clone().unwrap();
        assert_eq!(&text[with], "with input as {\"a\": [1]} with time.now_ns as 3");
        assert_eq!(statements[2].sides, None);
    }
}
