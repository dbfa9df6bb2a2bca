//! The order in which the engine runs the statements of a body.
//!
//! It matters: a statement that does not hold keeps those behind it from being run, and so from failing with an error. The
//! engine first runs, in the order of the text, what needs no name that has no value yet; then, name by name in
//! alphabetical order, the statements that give one a value, and after each of them again what has become possible.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::policy::{Body, Node, Statement, StatementKind, Term};

/// A name that a statement may give a value, and the names that it needs for that; no name where it only needs some.
struct Gives {
    name: Option<String>,
    needs: Vec<String>,
}

/// The names of a body.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Those that it declares, or gives a value without declaring them.
    pub(super) own: BTreeSet<String>,
}

impl Names {
    /// Of the statements of a body and what is evaluated with it; `is_outer` tells names that have a value anyway.
    pub(super) fn of(statements: &[Statement], outputs: &[&Node], is_outer: &dyn Fn(&str) -> bool) -> Self {
        let mut declared = BTreeSet::new();
        let mut others = BTreeSet::new();
        for statement in statements {
            match &statement.kind {
                StatementKind::Declare(names) => declared.extend(names.iter().map(|name| name.text.clone())),
                StatementKind::SomeIn { patterns, collection } => {
                    for pattern in patterns {
                        pattern_names(pattern, &mut declared);
                    }
                    key_names(collection, &mut others);
                }
                StatementKind::Holds(node) | StatementKind::Not(node) => {
                    if let Term::Assign { left, right, declares } = &node.term {
                        pattern_names(left, if *declares { &mut declared } else { &mut others });
                        pattern_names(right, &mut others);
                    }
                    key_names(node, &mut others);
                }
                StatementKind::Every { domain, .. } => key_names(domain, &mut others),
            }
        }
        for output in outputs {
            pattern_names(output, &mut others);
            key_names(output, &mut others);
        }
        others.retain(|name| !is_outer(name));
        declared.append(&mut others);
        Self { own: declared }
    }

    /// The statements in the order in which they are run, by their numbers; `None` where that is not known.
    pub(super) fn order(&self, statements: &[Statement]) -> Option<Vec<usize>> {
        let all: Vec<Vec<Gives>> =
            statements.iter().map(|statement| self.statement(statement)).collect::<Option<_>>()?;
        let mut giving: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (number, gives) in all.iter().enumerate() {
            for given in gives {
                giving.entry(given.name.as_deref()).or_default().push(number);
            }
        }
        let mut schedule = Schedule { all: &all, known: BTreeSet::new(), order: Vec::new() };
        let plain = giving.get(&None).cloned().unwrap_or_default();
        schedule.run(&plain);
        // A name is looked at again as long as some statement that gives it waits.
        let mut waiting: Vec<Option<&str>> = giving.keys().copied().collect();
        loop {
            let mut went_on = false;
            for name in std::mem::take(&mut waiting) {
                let (ran, waits) = schedule.run(giving.get(&name).map_or(&[][..], Vec::as_slice));
                if ran {
                    went_on = true;
                    schedule.run(&plain);
                }
                if waits {
                    waiting.push(name);
                }
            }
            if !went_on {
                break;
            }
        }
        (schedule.order.len() == statements.len()).then_some(schedule.order)
    }

    fn statement(&self, statement: &Statement) -> Option<Vec<Gives>> {
        if !statement.modifiers.is_empty() {
            return None;
        }
        let mut gives = Vec::new();
        match &statement.kind {
            StatementKind::Declare(_) => {}
            StatementKind::SomeIn { patterns, collection } => {
                let mut given = BTreeSet::new();
                for pattern in patterns {
                    pattern_names(pattern, &mut given);
                }
                let needs = self.needs(collection, &mut gives);
                gives.extend(given.into_iter().map(|name| Gives { name: Some(name), needs: needs.clone() }));
                gives.push(Gives { name: None, needs: Vec::new() });
            }
            StatementKind::Every { domain, .. } => {
                let needs = self.needs(domain, &mut gives);
                gives.push(Gives { name: None, needs });
            }
            StatementKind::Holds(node) | StatementKind::Not(node) => {
                if let Term::Assign { left, right, .. } = &node.term {
                    self.side(left, right, &mut gives)?;
                    self.side(right, left, &mut gives)?;
                } else {
                    let needs = self.needs(node, &mut gives);
                    gives.push(Gives { name: None, needs });
                }
            }
        }
        if gives.is_empty() {
            gives.push(Gives { name: None, needs: Vec::new() });
        }
        Some(gives)
    }

    /// What an assignment gives the names of one side, by the other.
    fn side(&self, given: &Node, by: &Node, gives: &mut Vec<Gives>) -> Option<()> {
        if matches!((&given.term, &by.term), (Term::Array(_), Term::Array(_))) {
            // Taken apart element by element.
            return None;
        }
        let needs = self.needs(by, gives);
        let mut names = Vec::new();
        assigned_names(given, &mut names);
        names.retain(|name| self.own.contains(name));
        if names.is_empty() {
            gives.push(Gives { name: None, needs });
            return Some(());
        }
        for name in names {
            let needs = needs.iter().filter(|needed| **needed != name).cloned().collect();
            gives.push(Gives { name: Some(name), needs });
        }
        Some(())
    }

    /// The names of this body that an expression uses. A name in brackets may get its value there.
    fn needs(&self, node: &Node, gives: &mut Vec<Gives>) -> Vec<String> {
        let mut needs = Vec::new();
        self.collect(node, gives, &mut needs);
        needs
    }

    fn collect(&self, node: &Node, gives: &mut Vec<Gives>, needs: &mut Vec<String>) {
        match &node.term {
            Term::Variable(name) => self.need(name, needs),
            Term::Reference { base, steps } => {
                self.collect(base, gives, needs);
                for (at, step) in steps.iter().enumerate() {
                    let mut keys = Vec::new();
                    assigned_names(step, &mut keys);
                    for key in keys.into_iter().filter(|key| self.own.contains(key)) {
                        let mut before = Vec::new();
                        self.collect(base, gives, &mut before);
                        for earlier in steps.iter().take(at) {
                            self.collect(earlier, gives, &mut before);
                        }
                        gives.push(Gives { name: Some(key), needs: before });
                    }
                    self.collect(step, gives, needs);
                }
            }
            Term::Comprehension(_, body) => {
                let mut free = BTreeSet::new();
                free_names(body, &mut free);
                for name in free {
                    self.need(&name, needs);
                }
            }
            Term::Call { arguments, .. } => {
                for argument in arguments {
                    self.collect(argument, gives, needs);
                }
            }
            Term::Assign { left, right, .. } => {
                self.collect(left, gives, needs);
                self.collect(right, gives, needs);
            }
            Term::Text(_)
            | Term::Scalar(_)
            | Term::Array(_)
            | Term::Set(_)
            | Term::Object(_)
            | Term::Operation(..) => {
                node.parts().into_iter().for_each(|part| self.collect(part, gives, needs));
            }
        }
    }

    fn need(&self, name: &str, needs: &mut Vec<String>) {
        if self.own.contains(name) {
            needs.push(name.to_owned());
        }
    }
}

/// Statements that are put into order.
struct Schedule<'g> {
    all: &'g [Vec<Gives>],
    known: BTreeSet<&'g str>,
    order: Vec<usize>,
}

impl Schedule<'_> {
    /// Runs those of the statements that can be; whether one was, and whether one waits.
    fn run(&mut self, statements: &[usize]) -> (bool, bool) {
        let (mut ran, mut waits) = (false, false);
        for &number in statements {
            if self.order.contains(&number) {
                continue;
            }
            let gives = self.all.get(number).map(Vec::as_slice).unwrap_or_default();
            if self.is_possible(gives) {
                self.known.extend(gives.iter().filter_map(|given| given.name.as_deref()));
                self.order.push(number);
                ran = true;
            } else {
                waits = true;
            }
        }
        (ran, waits)
    }

    /// Whether all names that it needs have a value, or get it within it.
    fn is_possible(&self, gives: &[Gives]) -> bool {
        let mut own: BTreeSet<Option<&str>> = BTreeSet::new();
        let mut queue: VecDeque<&Gives> = gives.iter().collect();
        loop {
            let before = queue.len();
            for _ in 0..before {
                let Some(given) = queue.pop_front() else { break };
                let is_known =
                    |name: &String| self.known.contains(name.as_str()) || own.contains(&Some(name.as_str()));
                if given.needs.iter().all(is_known) {
                    own.insert(given.name.as_deref());
                } else {
                    queue.push_back(given);
                }
            }
            if queue.is_empty() {
                return true;
            }
            if queue.len() == before {
                return false;
            }
        }
    }
}

/// The names of a pattern.
fn pattern_names(node: &Node, names: &mut BTreeSet<String>) {
    let mut found = Vec::new();
    assigned_names(node, &mut found);
    names.extend(found);
}

/// The names that an expression gives a value where it is one side of an assignment.
fn assigned_names(node: &Node, names: &mut Vec<String>) {
    match &node.term {
        Term::Variable(name) if !is_reserved(name) => names.push(name.clone()),
        Term::Array(parts) => {
            for part in parts {
                assigned_names(part, names);
            }
        }
        Term::Object(fields) => {
            for (key, value) in fields {
                assigned_names(key, names);
                assigned_names(value, names);
            }
        }
        _ => {}
    }
}

/// The names in brackets behind references.
fn key_names(node: &Node, names: &mut BTreeSet<String>) {
    if let Term::Reference { steps, .. } = &node.term {
        for step in steps {
            pattern_names(step, names);
        }
    }
    if !matches!(node.term, Term::Comprehension(..)) {
        node.parts().into_iter().for_each(|part| key_names(part, names));
    }
}

/// The names in a body that it does not declare itself.
fn free_names(body: &Body, free: &mut BTreeSet<String>) {
    let mut used = BTreeSet::new();
    let mut declared = BTreeSet::new();
    for statement in &body.statements {
        match &statement.kind {
            StatementKind::Declare(names) => declared.extend(names.iter().map(|name| name.text.clone())),
            StatementKind::SomeIn { patterns, collection } => {
                for pattern in patterns {
                    pattern_names(pattern, &mut declared);
                }
                all_names(collection, &mut used);
            }
            StatementKind::Holds(node) | StatementKind::Not(node) => match &node.term {
                Term::Assign { left, right, declares: true } => {
                    pattern_names(left, &mut declared);
                    all_names(right, &mut used);
                }
                _ => all_names(node, &mut used),
            },
            StatementKind::Every { names, domain, body } => {
                all_names(domain, &mut used);
                let mut within = BTreeSet::new();
                free_names(body, &mut within);
                for name in names {
                    within.remove(&name.text);
                }
                used.append(&mut within);
            }
        }
    }
    for output in &body.outputs {
        all_names(output, &mut used);
    }
    free.extend(used.difference(&declared).cloned());
}

fn all_names(node: &Node, names: &mut BTreeSet<String>) {
    match &node.term {
        Term::Variable(name) if !is_reserved(name) => {
            names.insert(name.clone());
        }
        Term::Reference { base, steps } => {
            all_names(base, names);
            for step in steps {
                all_names(step, names);
            }
        }
        Term::Call { arguments, .. } => {
            for argument in arguments {
                all_names(argument, names);
            }
        }
        Term::Comprehension(_, body) => free_names(body, names),
        _ => node.parts().into_iter().for_each(|part| all_names(part, names)),
    }
}

fn is_reserved(name: &str) -> bool {
    matches!(name, "_" | "input" | "data")
}
