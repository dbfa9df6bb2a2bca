//! Expressions of a rule as those of a program.

use regex::RegexBuilder;

use super::compile::Compiler;
use super::constant::Constant;
use super::program::{Builtin, Collector, Comparison, Expression, Loop, Operation};
use crate::evaluate::slots::Slot;
use crate::policy::{Arithmetic, Body, Collected, Node, Operator, Scalar, Term};

/// Largest size of a compiled pattern that the engine takes.
const PATTERN_BYTES: usize = 100 << 10;

impl<'c, 'm: 'c> Compiler<'c, 'm> {
    /// A value that stands in the rule.
    pub(super) fn constant(&self, node: &Node) -> Option<Constant> {
        Some(match &node.term {
            Term::Text(text) => Constant::Text(text.as_str().into()),
            Term::Scalar(Scalar::Null) => Constant::Null,
            Term::Scalar(Scalar::Boolean(value)) => Constant::Boolean(*value),
            Term::Scalar(Scalar::Number { whole: Some(whole), .. }) => Constant::Integer(*whole),
            Term::Scalar(Scalar::Number { value, .. }) => {
                // A whole number beyond 64 bits, or one in another form, is something else to the engine.
                if value.fract() == 0.0 {
                    return None;
                }
                Constant::Float(*value)
            }
            Term::Operation(Operator::Minus, operands) => match operands.as_slice() {
                [Node { term: Term::Scalar(Scalar::Number { whole: Some(whole), .. }), .. }] => {
                    Constant::Integer(whole.checked_neg()?)
                }
                _ => return None,
            },
            Term::Array(parts) => Constant::Array(self.constants(parts)?),
            Term::Set(parts) => Constant::set(self.constants(parts)?),
            Term::Object(fields) => {
                let fields =
                    fields.iter().map(|(key, value)| Some((self.constant(key)?, self.constant(value)?)));
                Constant::object(fields.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    fn constants(&self, nodes: &[Node]) -> Option<Vec<Constant>> {
        nodes.iter().map(|node| self.constant(node)).collect()
    }

    fn expressions(&mut self, nodes: &'m [Node]) -> Option<Vec<Expression>> {
        nodes.iter().map(|node| self.expression(node)).collect()
    }

    fn pair(&mut self, left: &'m Node, right: &'m Node) -> Option<Box<(Expression, Expression)>> {
        Some(Box::new((self.expression(left)?, self.expression(right)?)))
    }

    pub(super) fn expression(&mut self, node: &'m Node) -> Option<Expression> {
        if let Some(constant) = self.constant(node) {
            return Some(Expression::Constant(constant));
        }
        Some(match &node.term {
            Term::Variable(_) | Term::Reference { .. } => self.reference(node)?,
            Term::Array(parts) => Expression::Array(self.expressions(parts)?),
            Term::Set(parts) => Expression::Set(self.expressions(parts)?),
            Term::Object(fields) => {
                let mut members = Vec::new();
                for (key, value) in fields {
                    members.push((self.expression(key)?, self.expression(value)?));
                }
                Expression::Object(members)
            }
            Term::Call { function, arguments } => self.call(function, arguments)?,
            Term::Comprehension(collected, body) => self.comprehension(*collected, body)?,
            Term::Operation(operator, operands) => self.operation(*operator, operands)?,
            Term::Text(_) | Term::Scalar(_) | Term::Assign { .. } => return None,
        })
    }

    fn operation(&mut self, operator: Operator, operands: &'m [Node]) -> Option<Expression> {
        if let (Operator::Entry, [key, value, collection]) = (operator, operands) {
            let parts = (self.expression(key)?, self.expression(value)?, self.expression(collection)?);
            return Some(Expression::Entry(Box::new(parts)));
        }
        let [left, right] = operands else { return None };
        let sides = self.pair(left, right)?;
        let arithmetic = |operation| move |sides| Expression::Arithmetic(operation, sides);
        Some(match operator {
            Operator::Equal => Expression::Compare(Comparison::Equal, sides),
            Operator::NotEqual => Expression::Compare(Comparison::NotEqual, sides),
            Operator::Less => Expression::Compare(Comparison::Less, sides),
            Operator::LessOrEqual => Expression::Compare(Comparison::LessOrEqual, sides),
            Operator::Greater => Expression::Compare(Comparison::Greater, sides),
            Operator::GreaterOrEqual => Expression::Compare(Comparison::GreaterOrEqual, sides),
            Operator::Member => Expression::Member(sides),
            Operator::Union => Expression::Union(sides),
            Operator::Intersection => Expression::Intersection(sides),
            Operator::Arithmetic(Arithmetic::Add) => arithmetic(Operation::Add)(sides),
            Operator::Arithmetic(Arithmetic::Subtract) => arithmetic(Operation::Subtract)(sides),
            Operator::Arithmetic(Arithmetic::Multiply) => arithmetic(Operation::Multiply)(sides),
            Operator::Arithmetic(Arithmetic::Divide) => arithmetic(Operation::Divide)(sides),
            Operator::Arithmetic(Arithmetic::Remainder) => arithmetic(Operation::Remainder)(sides),
            Operator::Entry | Operator::Minus => return None,
        })
    }

    fn comprehension(&mut self, collected: Collected, body: &'m Body) -> Option<Expression> {
        let outputs: Vec<&'m Node> = body.outputs.iter().collect();
        let places = self.places.take();
        let loops = self.loops.take();
        let made = self.body(&body.statements, &outputs, |this| {
            let given = match (collected, body.outputs.as_slice()) {
                (Collected::Object, [key, value]) => (this.expression(key)?, this.expression(value)?),
                (Collected::Array | Collected::Set, [value]) => {
                    (Expression::Undefined, this.expression(value)?)
                }
                _ => return None,
            };
            Some(given)
        });
        self.places = places;
        self.loops = loops;
        let (steps, (key, value)) = made?;
        let collector = Box::new(Collector { steps, key, value });
        Some(match collected {
            Collected::Array => Expression::ArrayOf(collector),
            Collected::Set => Expression::SetOf(collector),
            Collected::Object => Expression::ObjectOf(collector),
        })
    }

    fn reference(&mut self, node: &'m Node) -> Option<Expression> {
        let (base, steps): (&'m Node, &'m [Node]) = match &node.term {
            Term::Reference { base, steps } => (base, steps),
            _ => (node, &[]),
        };
        let Term::Variable(name) = &base.term else {
            let value = self.expression(base)?;
            return self.steps(value, steps);
        };
        if let Some(local) = self.local(name) {
            return self.steps(Expression::Local(local), steps);
        }
        if self.scopes.iter().any(|scope| scope.own.contains(name)) {
            return None;
        }
        let path = self.global_path(&node.path()?)?;
        match path.split_first() {
            Some((root, rest)) if root == "input" => {
                // Steps that come from an import are not among those of the node.
                let imported = rest.len() - (node.path()?.len() - 1).min(rest.len());
                self.input(rest, imported, steps)
            }
            Some((root, rest)) if root == "data" => {
                let taken = (1..=rest.len()).rev().find(|&used| {
                    rest.get(..used).is_some_and(|path| !self.subject.declared.definitions(path).is_empty())
                })?;
                let rule = rest.get(..taken)?;
                let global = Expression::Global(self.global(rule)?);
                let behind = rest.len() - taken;
                // Literal steps behind the rule are the last of those that the path took from the node.
                let literal = node.path()?.len() - 1;
                let from = literal.checked_sub(behind)?;
                self.steps(global, steps.get(from..)?)
            }
            _ => None,
        }
    }

    /// A path of the file at hand, with its root.
    fn global_path(&self, path: &[String]) -> Option<Vec<String>> {
        let (root, rest) = path.split_first()?;
        if root == "input" || root == "data" {
            return Some(path.to_vec());
        }
        let module = self.subject.modules.get(self.file)?;
        if let Some(import) = module.import(root) {
            return Some([import.path.as_slice(), rest].concat());
        }
        let is_declared = self.subject.declared.names(&module.package).any(|name| name == root);
        is_declared.then(|| [&["data".to_owned()], module.package.as_slice(), path].concat())
    }

    /// A value of the input: `path` are the steps that are literal from its root on, of which `imported` are not among
    /// `steps`.
    fn input(&mut self, path: &[String], imported: usize, steps: &'m [Node]) -> Option<Expression> {
        let (root, rest) = path.split_first()?;
        let behind = steps.get(path.len() - imported..)?;
        let value = match root.as_str() {
            "params" => {
                let (name, rest) = rest.split_first()?;
                let mut value = self.subject.rule.params.get(name);
                for step in rest {
                    value = value.and_then(|value| value.as_object()?.get(step));
                }
                match value {
                    Some(value) => Expression::Constant(Constant::of_json(value)?),
                    None => Expression::Undefined,
                }
            }
            document => {
                let mut slot = Slot::root(document)?;
                for name in rest {
                    slot = self.slots.member(slot, name);
                }
                Expression::Input(slot)
            }
        };
        self.steps(value, behind)
    }

    /// Steps from a value.
    fn steps(&mut self, value: Expression, steps: &'m [Node]) -> Option<Expression> {
        let mut value = value;
        for step in steps {
            value = self.step(value, step)?;
        }
        Some(value)
    }

    fn step(&mut self, value: Expression, step: &'m Node) -> Option<Expression> {
        let key = match &step.term {
            Term::Variable(name) if name == "_" => None,
            Term::Variable(name) if self.is_open(name) => Some(name),
            _ => {
                let key = self.expression(step)?;
                return Some(Expression::Under(Box::new((value, key))));
            }
        };
        let local = match key {
            Some(name) => self.bind(name)?,
            None => self.new_local(),
        };
        if let Some(place) = self.place(&step.span) {
            self.told(place, local);
        }
        let element = self.new_local();
        self.loops.as_mut()?.push(Loop { collection: value, key: local, value: element });
        Some(Expression::Local(element))
    }

    fn call(&mut self, function: &'m Node, arguments: &'m [Node]) -> Option<Expression> {
        let path = function.path()?;
        // A name of the rule may hide a built-in function.
        if path.first().is_some_and(|name| self.scopes.iter().any(|scope| scope.own.contains(name))) {
            return None;
        }
        if let Some(declared) = self.global_path(&path).as_deref().and_then(|path| path.split_first())
            && declared.0 == "data"
        {
            if self.subject.declared.arity(declared.1)? != arguments.len() || arguments.is_empty() {
                return None;
            }
            let id = self.function(declared.1)?;
            return Some(Expression::Function(id, self.expressions(arguments)?));
        }
        let name = path.join(".");
        if let ("regex.match", [pattern, text]) = (name.as_str(), arguments) {
            let text = self.expression(text)?;
            return Some(Expression::Matches(self.pattern(pattern)?, Box::new(text)));
        }
        if let ("regex.replace", [text, pattern, by]) = (name.as_str(), arguments) {
            let parts = self.pair(text, by)?;
            return Some(Expression::Replaced(self.pattern(pattern)?, parts));
        }
        let builtin = Builtin::named(&name, arguments.len())?;
        let mut arguments = self.expressions(arguments)?;
        if builtin == Builtin::ObjectGet
            && let [Expression::Input(Slot::RESOURCE), Expression::Constant(keys), _] = arguments.as_slice()
            && let Some(path) = names(keys)
        {
            let mut slot = Slot::RESOURCE;
            for name in path {
                slot = self.slots.member(slot, name);
            }
            return Some(Expression::InputOr(slot, Box::new(arguments.pop()?)));
        }
        Some(Expression::Call(builtin, arguments))
    }

    /// A pattern that stands in the rule.
    fn pattern(&mut self, node: &Node) -> Option<usize> {
        let Some(Constant::Text(pattern)) = self.constant(node) else { return None };
        self.patterns.push(RegexBuilder::new(&pattern).size_limit(PATTERN_BYTES).build().ok()?);
        Some(self.patterns.len() - 1)
    }
}

/// A path that stands in the rule as a key, or an array of keys.
fn names(keys: &Constant) -> Option<Vec<&str>> {
    match keys {
        Constant::Array(keys) => keys.iter().map(name).collect(),
        key => Some(vec![name(key)?]),
    }
}

fn name(key: &Constant) -> Option<&str> {
    if let Constant::Text(name) = key { Some(name) } else { None }
}
