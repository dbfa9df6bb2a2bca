//! The engine's syntax tree. Its JSON shape, which is no stable contract, is known here and nowhere else.

use std::ops::Range;

use serde::Deserialize as _;
use serde_json::Value;

use super::tokens::tokens;

/// A file of Rego.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Module {
    /// The steps of its package: `["policies", "lib", "times"]`.
    pub(crate) package: Vec<String>,
    /// What it imports.
    pub(crate) imports: Vec<Import>,
    /// Its rules and functions, in order; a name may stand several times.
    pub(crate) rules: Vec<Rule>,
    /// Paths below `data` that it refers to, without `data`: `["policies", "lib", "times", "older_than"]`.
    pub(crate) data_references: Vec<Vec<String>>,
}

impl Module {
    /// The import of this name. Those of `rego.v1` and `future.keywords` only switch the language.
    pub(crate) fn import(&self, name: &str) -> Option<&Import> {
        let leads =
            |import: &&Import| import.path.first().is_some_and(|root| root == "data" || root == "input");
        self.imports.iter().filter(leads).find(|import| import.name == name)
    }
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// Where it leads, with its root: `["data", "policies", "lib", "times"]`.
    pub(crate) path: Vec<String>,
    /// The name that it is known by in the file.
    pub(crate) name: String,
    /// Byte range of the path.
    pub(crate) span: Range<usize>,
}

/// One definition of a rule or function.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    /// Its name; for `a.b[c]` the first part.
    pub(crate) name: String,
    /// The steps of its name, as far as they are literal: `["a", "b"]`.
    pub(crate) path: Vec<String>,
    /// Byte range of the whole definition.
    pub(crate) span: Range<usize>,
    /// Byte range of its name.
    pub(crate) name_span: Range<usize>,
    /// Whether it begins with `default`.
    pub(crate) is_default: bool,
    /// The arguments of a function; `None` for any other rule.
    pub(crate) arguments: Option<Vec<Node>>,
    /// The steps behind its name, literal or not: `c` of `a.b[c]`.
    pub(crate) steps: Vec<Node>,
    /// The element of a set, `x` of `a contains x`.
    pub(crate) element: Option<Node>,
    /// Its value, `x` of `a := x`.
    pub(crate) value: Option<Node>,
    /// Its bodies; those after the first are those of `else`.
    pub(crate) bodies: Vec<Body>,
}

impl Rule {
    /// The statements of its only body; none where it has no body, or several.
    pub(crate) fn only_statements(&self) -> &[Statement] {
        match self.bodies.as_slice() {
            [body] => &body.statements,
            _ => &[],
        }
    }
}

impl Rule {
    /// What stands in the head and is evaluated with the first body: steps, element and value.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &Node> {
        self.steps.iter().chain(&self.element).chain(&self.value)
    }

    /// Whether it is a test.
    pub(crate) fn is_test(&self) -> bool {
        self.name.starts_with("test_")
    }

    /// Whether it is a set: `a contains x`.
    pub(crate) const fn is_set(&self) -> bool {
        self.element.is_some()
    }

    /// Shows every expression in it, a reference as a whole and then the steps that are not literal.
    pub(crate) fn visit<'n>(&'n self, show: &mut impl FnMut(&'n Node)) {
        self.arguments.iter().flatten().chain(self.outputs()).for_each(|node| node.visit(show));
        self.bodies.iter().for_each(|body| body.visit(show));
    }

    /// Shows what `with` replaces.
    pub(crate) fn visit_replaced(&self, show: &mut impl FnMut(&Node)) {
        let mut bodies: Vec<&Body> = self.bodies.iter().collect();
        self.visit(&mut |node| {
            if let Term::Comprehension(_, body) = &node.term {
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
pub(crate) struct Body {
    /// The value of an `else`, or what a comprehension collects.
    pub(crate) outputs: Vec<Node>,
    /// Its statements.
    pub(crate) statements: Vec<Statement>,
    /// Whether it is tried only where the bodies before it do not hold.
    pub(crate) is_else: bool,
}

/// A statement of a body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    /// Byte range, `with` modifiers included.
    pub(crate) span: Range<usize>,
    /// What it says.
    pub(crate) kind: StatementKind,
    /// For a comparison or assignment: the ranges of its two sides.
    pub(crate) sides: Option<(Range<usize>, Range<usize>)>,
    /// Byte range of the `with` modifiers, where there are any.
    pub(crate) with: Option<Range<usize>>,
    /// What `with` replaces, and by what.
    pub(crate) modifiers: Vec<(Node, Node)>,
}

/// What a statement says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StatementKind {
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
pub(crate) struct Name {
    /// The name.
    pub(crate) text: String,
    /// Byte range.
    pub(crate) span: Range<usize>,
}

/// An expression and its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// Byte range.
    pub(crate) span: Range<usize>,
    /// What it is.
    pub(crate) term: Term,
}

impl Node {
    fn visit<'n>(&'n self, show: &mut impl FnMut(&'n Self)) {
        show(self);
        match &self.term {
            Term::Comprehension(_, body) => body.visit(show),
            _ => self.parts().into_iter().for_each(|part| part.visit(show)),
        }
    }

    /// The expressions that it is made of: of a reference all but the name that it begins with, of a
    /// comprehension none.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match &self.term {
            Term::Variable(_) | Term::Text(_) | Term::Scalar(_) | Term::Comprehension(..) => Vec::new(),
            Term::Array(parts) | Term::Set(parts) | Term::Operation(_, parts) => parts.iter().collect(),
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
    pub(crate) fn path(&self) -> Option<Vec<String>> {
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
pub(crate) enum Term {
    /// A name.
    Variable(String),
    /// A text.
    Text(String),
    /// Any other single value.
    Scalar(Scalar),
    /// An array.
    Array(Vec<Node>),
    /// A set.
    Set(Vec<Node>),
    /// An object: keys and values.
    Object(Vec<(Node, Node)>),
    /// `base.step[step]`
    Reference { base: Box<Node>, steps: Vec<Node> },
    /// `function(arguments)`
    Call { function: Box<Node>, arguments: Vec<Node> },
    /// `left := right`, or with `declares` false `left = right`.
    Assign { left: Box<Node>, right: Box<Node>, declares: bool },
    /// A comprehension.
    Comprehension(Collected, Box<Body>),
    /// An operator with its operands.
    Operation(Operator, Vec<Node>),
}

/// A single value that is no text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number.
    Number {
        /// As a double.
        value: f64,
        /// As an integer, where it is one of 64 bits.
        whole: Option<i64>,
    },
}

/// What a comprehension collects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Collected {
    /// The elements of an array.
    Array,
    /// The elements of a set.
    Set,
    /// The keys and values of an object.
    Object,
}

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `value in collection`
    Member,
    /// `key, value in collection`
    Entry,
    /// `-` before a number
    Minus,
    /// `+`, `*`, `/`, `%`, or `-` of numbers or sets
    Arithmetic(Arithmetic),
    /// `|` of sets
    Union,
    /// `&` of sets
    Intersection,
    /// Whatever else there may be.
    Other,
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    /// `+`
    Add,
    /// `-`, also of sets
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

/// Reads the syntax tree of the only module of an engine, as the engine gives it, whose text is `text`.
///
/// # Errors
///
/// Where it is no JSON.
pub(crate) fn module(json: &str, text: &str) -> Result<Module, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(json);
    // How deep a tree can be is bounded before the engine sees the text: see `nesting`.
    reader.disable_recursion_limit();
    let tree = Value::deserialize(&mut reader)?;
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
        let steps: Vec<Node> = match &target.term {
            Term::Reference { steps, .. } => steps.clone(),
            _ => Vec::new(),
        };
        let value = ["/assign/value", "/value"].iter().find_map(|name| self.present(at(head, name)));
        let arguments: Vec<Node> = self.nodes(at(head, "/args"));
        let is_function = kind == "Func" || !arguments.is_empty();
        Some(Rule {
            name: path.first()?.clone(),
            path,
            span: joined(span(spec), self.whole(spec))?,
            name_span: target.span.clone(),
            is_default,
            arguments: is_function.then_some(arguments),
            steps,
            element: self.present(at(head, "/key")),
            value,
            bodies: list(at(spec, "/bodies")).map(|body| self.rule_body(body)).collect(),
        })
    }

    fn rule_body(&self, body: &Value) -> Body {
        let outputs = self.present(at(body, "/assign/value")).into_iter().collect();
        let is_else = at(body, "/is_else") == true;
        Body { is_else, ..self.body(outputs, at(body, "/query")) }
    }

    fn body(&self, outputs: Vec<Node>, query: &Value) -> Body {
        let statements = list(at(query, "/stmts")).filter_map(|statement| self.statement(statement));
        Body { outputs, statements: statements.collect(), is_else: false }
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
            "Set" => Term::Set(self.nodes(at(inner, "/items"))),
            "Object" => {
                let fields = list(at(inner, "/fields"));
                Term::Object(
                    fields.map(|field| (self.node(at(field, "/1")), self.node(at(field, "/2")))).collect(),
                )
            }
            "ArrayCompr" | "SetCompr" | "ObjectCompr" => {
                let outputs =
                    ["/term", "/key", "/value"].iter().filter_map(|name| self.present(at(inner, name)));
                let collected = match kind {
                    "ArrayCompr" => Collected::Array,
                    "SetCompr" => Collected::Set,
                    _ => Collected::Object,
                };
                Term::Comprehension(collected, Box::new(self.body(outputs.collect(), at(inner, "/query"))))
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
            "Number" => Term::Scalar(self.number(inner)),
            "Bool" => Term::Scalar(Scalar::Boolean(at(inner, "/value") == true)),
            "Null" => Term::Scalar(Scalar::Null),
            _ => {
                let parts = ["/expr", "/lhs", "/rhs", "/key", "/value", "/collection"];
                let operands = parts.iter().filter_map(|name| self.present(at(inner, name))).collect();
                Term::Operation(operator(kind, inner), operands)
            }
        };
        Node { span: self.whole(node).or_else(|| span(inner)).unwrap_or_default(), term }
    }

    /// A number, as it is written: JSON may lose digits.
    fn number(&self, inner: &Value) -> Scalar {
        let written = span(inner).and_then(|span| self.text.get(span)).unwrap_or_default();
        let read = || at(inner, "/value").as_f64().unwrap_or(f64::NAN);
        Scalar::Number { value: written.parse().unwrap_or_else(|_| read()), whole: written.parse().ok() }
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
            "Object" => {
                let whole = self.whole(inner)?;
                Some(self.brace_before(whole.start)?..whole.end)
            }
            _ => self.whole(inner),
        }
    }

    /// The brace of an object whose first key stands at `start`: the engine says that an object begins with its
    /// last key.
    fn brace_before(&self, start: usize) -> Option<usize> {
        let before = self.text.get(..start)?.trim_end();
        if self.text.get(start..)?.starts_with('{') {
            return Some(start);
        }
        if before.ends_with('{') {
            return Some(before.len() - 1);
        }
        // A comment stands between.
        tokens(self.text).take_while(|token| token.start < start).last().map(|token| token.start)
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

fn operator(kind: &str, inner: &Value) -> Operator {
    match (kind, at(inner, "/op").as_str().unwrap_or_default()) {
        ("BoolExpr", "Eq") => Operator::Equal,
        ("BoolExpr", "Ne") => Operator::NotEqual,
        ("BoolExpr", "Lt") => Operator::Less,
        ("BoolExpr", "Le") => Operator::LessOrEqual,
        ("BoolExpr", "Gt") => Operator::Greater,
        ("BoolExpr", "Ge") => Operator::GreaterOrEqual,
        ("Membership", _) if at(inner, "/key").is_object() => Operator::Entry,
        ("Membership", _) => Operator::Member,
        ("UnaryExpr", _) => Operator::Minus,
        ("ArithExpr", "Add") => Operator::Arithmetic(Arithmetic::Add),
        ("ArithExpr", "Sub") => Operator::Arithmetic(Arithmetic::Subtract),
        ("ArithExpr", "Mul") => Operator::Arithmetic(Arithmetic::Multiply),
        ("ArithExpr", "Div") => Operator::Arithmetic(Arithmetic::Divide),
        ("ArithExpr", "Mod") => Operator::Arithmetic(Arithmetic::Remainder),
        ("BinExpr", "Union") => Operator::Union,
        ("BinExpr", "Intersection") => Operator::Intersection,
        _ => Operator::Other,
    }
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
