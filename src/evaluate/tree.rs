//! The engine's syntax tree becomes ours.
//!
//! The engine's types can be used, but are no stable contract: so its version is fixed, and they are known here and
//! nowhere else. The compiler tells of whatever changes in them. The documented way to its tree is JSON, which is forty
//! times as long as the file: to write and to read it took half of the planning.

use std::ops::Range;

use regorus::Value;
use regorus::unstable::{
    self as engine, ArithOp, AssignOp, BinOp, BoolOp, Expr, Literal, LiteralStmt, Parser, RuleHead, Source,
    Span,
};

use super::engine::{EngineError, guarded};
use crate::policy::{
    Arithmetic, Body, Collected, Definition, Import, Module, Name, Node, Operator, PolicyFile, Scalar,
    Statement, StatementKind, Term, tokens,
};

/// Reads a file, as an engine would that it is added to.
///
/// # Errors
///
/// Where it does not parse.
pub(super) fn read(file: &PolicyFile) -> Result<Module, EngineError> {
    let parsed = guarded(|| {
        let source = Source::from_contents(file.name.to_string(), file.text.clone())?;
        let mut parser = Parser::new(&source)?;
        parser.enable_rego_v1()?;
        parser.parse()
    });
    match parsed {
        Ok(Ok(module)) => Ok(Reader { text: &file.text }.module(&module)),
        Ok(Err(error)) => Err(EngineError::parse(&error.to_string())),
        Err(message) => Err(EngineError { message, place: None }),
    }
}

/// Reads the tree of a text.
///
/// The range of what it reads is all that is in it, good for cutting out text. The engine's ranges leave out the quotes
/// of texts, also where an expression ends with one, the brackets of `set()`, and most of an object.
struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn module(&self, module: &engine::Module) -> Module {
        let imports: Vec<Import> = module.imports.iter().filter_map(|import| self.import(import)).collect();
        let rules: Vec<Definition> = module.policy.iter().filter_map(|rule| self.definition(rule)).collect();
        let mut data_references: Vec<Vec<String>> =
            imports.iter().filter_map(|import| below_data(&import.path)).collect();
        for rule in &rules {
            rule.visit(&mut |node| data_references.extend(node.path().and_then(|path| below_data(&path))));
        }
        data_references.sort();
        data_references.dedup();
        let package = self.node(&module.package.refr).path().unwrap_or_default();
        Module { package, imports, rules, data_references }
    }

    fn import(&self, import: &engine::Import) -> Option<Import> {
        let target = self.node(&import.refr);
        let path = target.path()?;
        let name = match &import.r#as {
            Some(name) => self.text.get(range(name))?.to_owned(),
            None => path.last()?.clone(),
        };
        Some(Import { path, name, span: target.span })
    }

    fn definition(&self, rule: &engine::Rule) -> Option<Definition> {
        let mut span = range(rule.span());
        let (target, arguments, element, value, is_default) = match rule {
            engine::Rule::Default { refr, args, value, .. } => {
                let arguments = Some(self.nodes(args)).filter(|arguments| !arguments.is_empty());
                (refr, arguments, None, Some(value), true)
            }
            engine::Rule::Spec { head, .. } => match head {
                RuleHead::Compr { span: head, refr, assign } => {
                    span = joined(span, range(head));
                    (refr, None, None, assign.as_ref().map(|assign| &assign.value), false)
                }
                RuleHead::Set { span: head, refr, key } => {
                    span = joined(span, range(head));
                    (refr, None, key.as_ref(), None, false)
                }
                RuleHead::Func { span: head, refr, args, assign } => {
                    span = joined(span, range(head));
                    let value = assign.as_ref().map(|assign| &assign.value);
                    (refr, Some(self.nodes(args)), None, value, false)
                }
            },
        };
        let target = self.node(target);
        let element = element.map(|element| self.node(element));
        let value = value.map(|value| self.node(value));
        let mut bodies = Vec::new();
        if let engine::Rule::Spec { bodies: own, .. } = rule {
            for body in own {
                let (body, of_body) = self.rule_body(body);
                bodies.push(body);
                span = joined(span, of_body);
            }
        }
        let parts = arguments.iter().flatten().chain([&target]).chain(&element).chain(&value);
        let path = target.path()?;
        Some(Definition {
            name: path.first()?.clone(),
            path,
            span: around(span, parts),
            name_span: target.span.clone(),
            is_default,
            arguments,
            steps: match target.term {
                Term::Reference { steps, .. } => steps,
                _ => Vec::new(),
            },
            element,
            value,
            bodies,
        })
    }

    /// A body, and its range.
    fn rule_body(&self, body: &engine::RuleBody) -> (Body, Range<usize>) {
        let value = body.assign.as_ref().map(|assign| self.node(&assign.value));
        let (inner, mut span) = self.body(value.into_iter().collect(), &body.query);
        span = joined(span, range(&body.span));
        (Body { is_else: body.is_else, ..inner }, span)
    }

    fn body(&self, outputs: Vec<Node>, query: &engine::Query) -> (Body, Range<usize>) {
        let statements: Vec<Statement> =
            query.stmts.iter().map(|statement| self.statement(statement)).collect();
        let span = statements
            .iter()
            .fold(range(&query.span), |span, statement| joined(span, statement.span.clone()));
        let span = around(span, &outputs);
        (Body { outputs, statements, is_else: false }, span)
    }

    fn statement(&self, statement: &LiteralStmt) -> Statement {
        let (kind, mut span) = self.statement_kind(&statement.literal);
        span = joined(span, range(&statement.span));
        let sides = match (&statement.literal, &kind) {
            (Literal::Expr { expr, .. }, StatementKind::Holds(node)) => sides(expr, node),
            _ => None,
        };
        let mut with: Option<Range<usize>> = None;
        let mut modifiers = Vec::new();
        for modifier in &statement.with_mods {
            let (target, value) = (self.node(&modifier.refr), self.node(&modifier.r#as));
            let own = around(range(&modifier.span), [&target, &value]);
            with = Some(with.map_or_else(|| own.clone(), |first| first.start..own.end));
            span = joined(span, own);
            modifiers.push((target, value));
        }
        Statement { span, kind, sides, with, modifiers }
    }

    /// What a statement says, and its range.
    fn statement_kind(&self, literal: &Literal) -> (StatementKind, Range<usize>) {
        match literal {
            Literal::SomeVars { span, vars } => (
                StatementKind::Declare(vars.iter().filter_map(|name| self.name(name)).collect()),
                range(span),
            ),
            Literal::SomeIn { span, key, value, collection } => {
                let patterns: Vec<Node> = key.iter().chain([value]).map(|part| self.node(part)).collect();
                let collection = self.node(collection);
                let span = around(range(span), patterns.iter().chain([&collection]));
                (StatementKind::SomeIn { patterns, collection }, span)
            }
            Literal::Expr { span, expr } => {
                let node = self.node(expr);
                let span = around(range(span), [&node]);
                (StatementKind::Holds(node), span)
            }
            Literal::NotExpr { span, expr } => {
                let node = self.node(expr);
                let span = around(range(span), [&node]);
                (StatementKind::Not(node), span)
            }
            Literal::Every { span, key, value, domain, query } => {
                let names = key.iter().chain([value]).filter_map(|name| self.name(name)).collect();
                let domain = self.node(domain);
                let (body, of_body) = self.body(Vec::new(), query);
                let span = joined(around(range(span), [&domain]), of_body);
                (StatementKind::Every { names, domain, body }, span)
            }
        }
    }

    fn name(&self, name: &Span) -> Option<Name> {
        let span = range(name);
        Some(Name { text: self.text.get(span.clone())?.to_owned(), span })
    }

    fn nodes(&self, expressions: &[engine::Ref<Expr>]) -> Vec<Node> {
        expressions.iter().map(|expression| self.node(expression)).collect()
    }

    fn node(&self, expression: &Expr) -> Node {
        let own = range(expression.span());
        let (term, span) = match expression {
            Expr::Var { value, .. } => (Term::Variable(text(value)), own),
            Expr::String { value, .. } | Expr::RawString { value, .. } => {
                (Term::Text(text(value)), own.start.saturating_sub(1)..own.end + 1)
            }
            Expr::Number { value, .. } => (Term::Scalar(self.number(value, &own)), own),
            Expr::Bool { value, .. } => (Term::Scalar(Scalar::Boolean(*value == Value::Bool(true))), own),
            Expr::Null { .. } => (Term::Scalar(Scalar::Null), own),
            Expr::Array { items, .. } => {
                let items = self.nodes(items);
                let span = around(own, &items);
                (Term::Array(items), span)
            }
            Expr::Set { items, .. } => {
                let items = self.nodes(items);
                let span = if items.is_empty() { self.empty_set(own) } else { around(own, &items) };
                (Term::Set(items), span)
            }
            Expr::Object { fields, .. } => {
                let fields: Vec<(Node, Node)> =
                    fields.iter().map(|(_, key, value)| (self.node(key), self.node(value))).collect();
                let span = around(own, fields.iter().flat_map(|(key, value)| [key, value]));
                (Term::Object(fields), self.brace_before(span.start)..span.end)
            }
            Expr::ArrayCompr { term, query, .. } => self.comprehension(own, Collected::Array, &[term], query),
            Expr::SetCompr { term, query, .. } => self.comprehension(own, Collected::Set, &[term], query),
            Expr::ObjectCompr { key, value, query, .. } => {
                self.comprehension(own, Collected::Object, &[key, value], query)
            }
            Expr::Call { fcn, params, .. } => {
                let (function, arguments) = (self.node(fcn), self.nodes(params));
                let span = around(own, arguments.iter().chain([&function]));
                (Term::Call { function: Box::new(function), arguments }, span)
            }
            Expr::RefDot { refr, field: (place, name), .. } => {
                let base = self.node(refr);
                let span = around(own, [&base]);
                (stepped(base, Node { span: range(place), term: Term::Text(text(name)) }), span)
            }
            Expr::RefBrack { refr, index, .. } => {
                let (base, step) = (self.node(refr), self.node(index));
                let span = around(own, [&base, &step]);
                (stepped(base, step), span)
            }
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                let (left, right) = (Box::new(self.node(lhs)), Box::new(self.node(rhs)));
                let span = around(own, [&*left, &*right]);
                (Term::Assign { left, right, declares: *op == AssignOp::ColEq }, span)
            }
            Expr::UnaryExpr { expr, .. } => self.operation(own, Operator::Minus, &[expr]),
            Expr::BinExpr { op, lhs, rhs, .. } => {
                let operator = match op {
                    BinOp::Union => Operator::Union,
                    BinOp::Intersection => Operator::Intersection,
                };
                self.operation(own, operator, &[lhs, rhs])
            }
            Expr::BoolExpr { op, lhs, rhs, .. } => self.operation(own, comparison(op), &[lhs, rhs]),
            Expr::ArithExpr { op, lhs, rhs, .. } => {
                self.operation(own, Operator::Arithmetic(arithmetic(op)), &[lhs, rhs])
            }
            Expr::Membership { key: None, value, collection, .. } => {
                self.operation(own, Operator::Member, &[value, collection])
            }
            Expr::Membership { key: Some(key), value, collection, .. } => {
                self.operation(own, Operator::Entry, &[key, value, collection])
            }
        };
        Node { span, term }
    }

    fn comprehension(
        &self,
        own: Range<usize>,
        collected: Collected,
        outputs: &[&engine::Ref<Expr>],
        query: &engine::Query,
    ) -> (Term, Range<usize>) {
        let (body, span) = self.body(outputs.iter().map(|output| self.node(output)).collect(), query);
        (Term::Comprehension(collected, Box::new(body)), joined(own, span))
    }

    fn operation(
        &self,
        own: Range<usize>,
        operator: Operator,
        operands: &[&engine::Ref<Expr>],
    ) -> (Term, Range<usize>) {
        let operands: Vec<Node> = operands.iter().map(|operand| self.node(operand)).collect();
        let span = around(own, &operands);
        (Term::Operation(operator, operands), span)
    }

    /// A number, as it is written: the engine may lose digits.
    fn number(&self, value: &Value, span: &Range<usize>) -> Scalar {
        let written = self.text.get(span.clone()).unwrap_or_default();
        let read = || value.as_f64().unwrap_or(f64::NAN);
        Scalar::Number { value: written.parse().unwrap_or_else(|_| read()), whole: written.parse().ok() }
    }

    /// The range of `set()`, of which the engine gives a part.
    fn empty_set(&self, own: Range<usize>) -> Range<usize> {
        let bracket = self.text.get(own.start..).and_then(|rest| rest.find(')'));
        bracket.map_or(own.clone(), |bracket| own.start..own.start + bracket + 1)
    }

    /// The brace of an object whose first key stands at `start`: the engine says that an object begins with its
    /// last key.
    fn brace_before(&self, start: usize) -> usize {
        let before = self.text.get(..start).unwrap_or_default().trim_end();
        if self.text.get(start..).is_some_and(|rest| rest.starts_with('{')) {
            return start;
        }
        if before.ends_with('{') {
            return before.len() - 1;
        }
        // A comment stands between.
        let last = tokens(self.text).take_while(|token| token.start < start).last();
        last.map_or(start, |token| token.start)
    }
}

/// The two sides of a comparison or assignment.
fn sides(expression: &Expr, node: &Node) -> Option<(Range<usize>, Range<usize>)> {
    match (expression, &node.term) {
        (Expr::AssignExpr { .. }, Term::Assign { left, right, .. }) => {
            Some((left.span.clone(), right.span.clone()))
        }
        (Expr::BoolExpr { .. }, Term::Operation(_, operands)) => match operands.as_slice() {
            [left, right] => Some((left.span.clone(), right.span.clone())),
            _ => None,
        },
        _ => None,
    }
}

const fn comparison(op: &BoolOp) -> Operator {
    match op {
        BoolOp::Eq => Operator::Equal,
        BoolOp::Ne => Operator::NotEqual,
        BoolOp::Lt => Operator::Less,
        BoolOp::Le => Operator::LessOrEqual,
        BoolOp::Gt => Operator::Greater,
        BoolOp::Ge => Operator::GreaterOrEqual,
    }
}

const fn arithmetic(op: &ArithOp) -> Arithmetic {
    match op {
        ArithOp::Add => Arithmetic::Add,
        ArithOp::Sub => Arithmetic::Subtract,
        ArithOp::Mul => Arithmetic::Multiply,
        ArithOp::Div => Arithmetic::Divide,
        ArithOp::Mod => Arithmetic::Remainder,
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

fn below_data(path: &[String]) -> Option<Vec<String>> {
    let (root, steps) = path.split_first()?;
    (root == "data").then(|| steps.to_vec())
}

fn text(value: &Value) -> String {
    value.as_string().map(ToString::to_string).unwrap_or_default()
}

const fn range(span: &Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

fn joined(a: Range<usize>, b: Range<usize>) -> Range<usize> {
    a.start.min(b.start)..a.end.max(b.end)
}

/// A range that takes the nodes in.
fn around<'n>(own: Range<usize>, nodes: impl IntoIterator<Item = &'n Node>) -> Range<usize> {
    nodes.into_iter().fold(own, |span, node| joined(span, node.span.clone()))
}
