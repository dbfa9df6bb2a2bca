//! Rules and functions that depend on themselves.
//!
//! The engine notices a rule that it evaluates within itself, and says so. But a function that calls itself,
//! and a default that refers to what it is the default of, end the process: its stack overflows. And where a
//! rule refers to a whole package that it is in, it finds itself undefined, without a word.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Use;
use super::declared::Declared;
use crate::policy::syntax::{Module, Rule};

/// What each rule and function refers to.
#[derive(Debug)]
pub(super) struct Edges {
    indices: BTreeMap<Vec<String>, usize>,
    vertices: Vec<Vertex>,
}

/// A rule or function, all its definitions together.
#[derive(Debug)]
struct Vertex {
    path: Vec<String>,
    is_function: bool,
    /// Whether the process would end where it depends on itself.
    is_fatal: bool,
    /// File and place of its first definition.
    place: Option<(usize, Range<usize>)>,
    to: BTreeSet<usize>,
    /// Those of `to` that it does not name, but what is around them.
    to_whole: BTreeSet<usize>,
}

/// Something that depends on itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Circle {
    /// Index of the file.
    pub(super) file: usize,
    /// Place of its name.
    pub(super) span: Range<usize>,
    /// Its name without the package.
    pub(super) name: String,
    /// The names on the way from it back to it.
    pub(super) way: Vec<String>,
}

impl Edges {
    /// Nothing refers to anything yet.
    pub(super) fn new(declared: &Declared<'_>) -> Self {
        let vertices: Vec<Vertex> = declared
            .paths()
            .map(|(path, arity)| Vertex {
                path,
                is_function: arity.is_some(),
                is_fatal: arity.is_some(),
                place: None,
                to: BTreeSet::new(),
                to_whole: BTreeSet::new(),
            })
            .collect();
        let indices =
            vertices.iter().enumerate().map(|(index, vertex)| (vertex.path.clone(), index)).collect();
        Self { indices, vertices }
    }

    /// Adds what a rule refers to.
    pub(super) fn add(&mut self, file: usize, module: &Module, rule: &Rule, uses: &[Use]) {
        let path = [module.package.as_slice(), &rule.path].concat();
        let mut to: BTreeSet<usize> = BTreeSet::new();
        let mut to_whole: BTreeSet<usize> = BTreeSet::new();
        for target in uses {
            // A function is named by itself only, where it is called or stands for another.
            to.extend(self.indices.get(&target.path));
            if !target.is_call {
                let is_value = |index: &&usize| self.vertices.get(**index).is_some_and(|v| !v.is_function);
                let around =
                    (1..target.path.len()).filter_map(|end| self.indices.get(target.path.get(..end)?));
                to.extend(around.filter(is_value));
                let within = self
                    .indices
                    .range(target.path.clone()..)
                    .take_while(|(path, _)| path.starts_with(&target.path))
                    .filter(|(path, _)| **path != target.path)
                    .map(|(_, index)| index);
                to_whole.extend(within.filter(is_value));
            }
        }
        to.extend(&to_whole);
        if let Some(vertex) = self.indices.get(&path).and_then(|&index| self.vertices.get_mut(index)) {
            vertex.place.get_or_insert((file, rule.name_span.clone()));
            vertex.is_fatal |= rule.is_default && !to.is_empty();
            vertex.to.extend(to);
            vertex.to_whole.extend(to_whole);
        }
    }

    fn targets(&self, index: usize) -> impl DoubleEndedIterator<Item = usize> {
        self.vertices.get(index).into_iter().flat_map(|vertex| vertex.to.iter().copied())
    }

    /// For each vertex a number that it shares with those that it depends on and that depend on it
    /// (Kosaraju's algorithm). A search from every vertex would take the square of their number.
    fn groups(&self) -> Vec<usize> {
        let mut finished = Vec::with_capacity(self.vertices.len());
        let mut seen = BTreeSet::new();
        for start in 0..self.vertices.len() {
            let mut stack = vec![(start, false)];
            while let Some((at, done)) = stack.pop() {
                if done {
                    finished.push(at);
                } else if seen.insert(at) {
                    stack.push((at, true));
                    stack.extend(self.targets(at).map(|to| (to, false)));
                }
            }
        }
        let mut sources: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.vertices.len() {
            self.targets(at).for_each(|to| sources.entry(to).or_default().push(at));
        }
        let mut groups: BTreeMap<usize, usize> = BTreeMap::new();
        for &start in finished.iter().rev() {
            let mut stack = vec![start];
            while let Some(at) = stack.pop() {
                if let Entry::Vacant(entry) = groups.entry(at) {
                    entry.insert(start);
                    stack.extend(sources.get(&at).into_iter().flatten().copied());
                }
            }
        }
        groups.into_values().collect()
    }

    /// A way from a vertex back to it that begins with one of these steps.
    fn way_back(&self, start: usize, first: &BTreeSet<usize>) -> Option<Vec<usize>> {
        let mut from: BTreeMap<usize, usize> = first.iter().map(|&to| (to, start)).collect();
        let mut next: Vec<usize> = first.iter().copied().collect();
        while let Some(at) = next.pop() {
            if at == start {
                let mut way = vec![start];
                let mut last = *from.get(&start)?;
                while last != start {
                    way.push(last);
                    last = *from.get(&last)?;
                }
                way.push(start);
                way.reverse();
                return Some(way);
            }
            for to in self.targets(at) {
                if let Entry::Vacant(entry) = from.entry(to) {
                    entry.insert(at);
                    next.push(to);
                }
            }
        }
        None
    }
}

/// What depends on itself without the engine's notice; of those that depend on each other one.
pub(super) fn circles(edges: &Edges) -> Vec<Circle> {
    let groups = edges.groups();
    let mut told = BTreeSet::new();
    let mut circles = Vec::new();
    for (index, vertex) in edges.vertices.iter().enumerate() {
        let first = if vertex.is_fatal { &vertex.to } else { &vertex.to_whole };
        let back = |to: &usize| groups.get(*to) == groups.get(index);
        if told.contains(&index) || !first.iter().any(back) {
            continue;
        }
        if let (Some(way), Some((file, span))) = (edges.way_back(index, first), &vertex.place) {
            let name = |index: &usize| edges.vertices.get(*index)?.path.last().cloned();
            circles.push(Circle {
                file: *file,
                span: span.clone(),
                name: name(&index).unwrap_or_default(),
                way: way.iter().filter_map(name).collect(),
            });
            told.extend(way);
        }
    }
    circles
}
