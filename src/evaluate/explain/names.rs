//! Names in a body: which belong to it, which statement gives them a value, and in which order statements can
//! be evaluated one after the other.

use std::collections::BTreeSet;

use crate::policy::{Body, Module, Node, Statement, StatementKind, Term};

/// What stands for a value that nobody wants.
pub(super) const WILDCARD: &str = "_";

/// Names that mean the same in the whole file: its rules, its imports, `input` and `data`.
pub(super) struct Globals<'m> {
    pub(super) rules: BTreeSet<&'m str>,
    imports: BTreeSet<&'m str>,
}

impl<'m> Globals<'m> {
    pub(super) fn of(module: &'m Module) -> Self {
        Self {
            rules: module.rules.iter().map(|rule| rule.name.as_str()).collect(),
            imports: module.imports.iter().map(|import| import.name.as_str()).collect(),
        }
    }

    /// Whether a name alone is a root of references, and no value that says anything.
    pub(super) fn is_root(&self, name: &str) -> bool {
        matches!(name, "input" | "data") || self.imports.contains(name)
    }

    fn has(&self, name: &str) -> bool {
        self.is_root(name) || self.rules.contains(name)
    }
}

/// The statements of a body in an order in which each finds the names that it needs.
pub(super) struct Schedule<'s> {
    /// The statements with their index in the text.
    pub(super) steps: Vec<Step<'s>>,
    /// Names that belong to the body.
    pub(super) locals: BTreeSet<String>,
}

/// A statement and what it does to names.
pub(super) struct Step<'s> {
    pub(super) index: usize,
    pub(super) statement: &'s Statement,
    /// Names that it gives a value to.
    pub(super) binds: BTreeSet<String>,
    /// Names of the body that it mentions.
    pub(super) mentions: BTreeSet<String>,
}

impl<'s> Schedule<'s> {
    pub(super) fn of(statements: &'s [Statement], globals: &Globals<'_>) -> Self {
        let mut locals = BTreeSet::new();
        for statement in statements {
            if let StatementKind::Declare(names) = &statement.kind {
                locals.extend(names.iter().map(|name| name.text.clone()));
            }
            locals.extend(declared(statement));
        }
        let mut waiting: Vec<Step<'s>> = statements
            .iter()
            .enumerate()
            .map(|(index, statement)| {
                let mut binds = declared(statement);
                let free = |name: &String| locals.contains(name) || !globals.has(name);
                binds.extend(unified(statement).into_iter().filter(free));
                Step { index, statement, binds, mentions: names_of(statement) }
            })
            .collect();
        locals.extend(waiting.iter().flat_map(|step| step.binds.iter().cloned()));
        for step in &mut waiting {
            step.mentions.retain(|name| locals.contains(name));
        }
        let mut bound = BTreeSet::new();
        let mut steps = Vec::new();
        while !waiting.is_empty() {
            let is_ready = |step: &Step<'_>| {
                let declares = matches!(step.statement.kind, StatementKind::Declare(_));
                declares || step.mentions.iter().all(|name| bound.contains(name) || step.binds.contains(name))
            };
            // What cannot be ordered stays as it is written.
            let next = waiting.iter().position(is_ready).unwrap_or_default();
            let step = waiting.remove(next);
            bound.extend(step.binds.iter().cloned());
            steps.push(step);
        }
        Self { steps, locals }
    }

    /// Names that have a value after the first `count` steps.
    pub(super) fn bound(&self, count: usize) -> BTreeSet<&str> {
        self.steps.iter().take(count).flat_map(|step| step.binds.iter().map(String::as_str)).collect()
    }
}

/// Names that a statement declares with a value.
fn declared(statement: &Statement) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    match &statement.kind {
        StatementKind::SomeIn { patterns, .. } => {
            for pattern in patterns {
                pattern_names(pattern, &mut names);
            }
        }
        StatementKind::Holds(Node { term: Term::Assign { left, declares: true, .. }, .. }) => {
            pattern_names(left, &mut names);
        }
        _ => {}
    }
    names
}

/// Names that a statement gives a value to without declaring them: by `=`, and as keys in brackets.
fn unified(statement: &Statement) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    match &statement.kind {
        StatementKind::SomeIn { collection, .. } => keys(collection, &mut names),
        StatementKind::Every { domain, .. } => keys(domain, &mut names),
        StatementKind::Holds(node) => {
            if let Term::Assign { left, right, declares: false } = &node.term {
                pattern_names(left, &mut names);
                pattern_names(right, &mut names);
            }
            keys(node, &mut names);
        }
        StatementKind::Declare(_) | StatementKind::Not(_) => {}
    }
    names
}

/// The names of a pattern: `a` and `b` of `[a, {"k": b}]`.
pub(super) fn pattern_names(node: &Node, names: &mut BTreeSet<String>) {
    match &node.term {
        Term::Variable(name) if name != WILDCARD => {
            names.insert(name.clone());
        }
        Term::Array(parts) | Term::Set(parts) => {
            for part in parts {
                pattern_names(part, names);
            }
        }
        Term::Object(fields) => fields.iter().for_each(|(_, value)| pattern_names(value, names)),
        _ => {}
    }
}

/// Names that stand alone as steps of references, which goes through all keys.
fn keys(node: &Node, names: &mut BTreeSet<String>) {
    if let Term::Reference { steps, .. } = &node.term {
        for step in steps {
            pattern_names(step, names);
        }
    }
    node.parts().into_iter().for_each(|part| keys(part, names));
}

/// Every name that a statement mentions, at any depth.
fn names_of(statement: &Statement) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    walk_statement(statement, &mut |node| {
        if let Term::Variable(name) = &node.term {
            names.insert(name.clone());
        }
    });
    names
}

/// Shows every expression of a statement, at any depth, the names that references begin with included.
pub(super) fn walk_statement<'n>(statement: &'n Statement, show: &mut impl FnMut(&'n Node)) {
    match &statement.kind {
        StatementKind::Declare(_) => {}
        StatementKind::SomeIn { patterns, collection } => {
            patterns.iter().chain([collection]).for_each(|node| walk(node, show));
        }
        StatementKind::Holds(node) | StatementKind::Not(node) => walk(node, show),
        StatementKind::Every { domain, body, .. } => {
            walk(domain, show);
            walk_body(body, show);
        }
    }
    for (target, value) in &statement.modifiers {
        walk(target, show);
        walk(value, show);
    }
}

/// The same of a body.
pub(super) fn walk_body<'n>(body: &'n Body, show: &mut impl FnMut(&'n Node)) {
    body.outputs.iter().for_each(|node| walk(node, show));
    body.statements.iter().for_each(|statement| walk_statement(statement, show));
}

/// The same of an expression.
pub(super) fn walk<'n>(node: &'n Node, show: &mut impl FnMut(&'n Node)) {
    show(node);
    match &node.term {
        Term::Comprehension(_, body) => walk_body(body, show),
        Term::Reference { base, steps } => {
            walk(base, show);
            for step in steps {
                walk(step, show);
            }
        }
        _ => node.parts().into_iter().for_each(|part| walk(part, show)),
    }
}

/// The names that an expression mentions, at any depth.
pub(super) fn names_in(node: &Node) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    walk(node, &mut |node| {
        if let Term::Variable(name) = &node.term {
            names.insert(name.as_str());
        }
    });
    names
}
