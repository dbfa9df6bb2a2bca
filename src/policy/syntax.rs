//! What a file of Rego says: its syntax tree, which `evaluate` makes of the engine's.

use std::ops::Range;

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
