//! What a rule reads: worked out from its syntax tree, before anything is evaluated.
//!
//! The same read set serves the check of paths against the documents, the verdict where a value is missing, the
//! evidence, and the places of findings.

mod calls;
mod interpret;
mod log;
mod members;
mod names;
mod observe;
mod path;
mod plausible;
mod tree;
mod values;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::check::Declared;
use super::syntax::{Module, Rule as Definition};
use super::{PolicyFile, Rule};
use crate::model::Shape;
use crate::operation::Operation;
use crate::source::json::Segment;
use crate::source::{Diagnostic, json};
use interpret::Interpreter;
use log::Log;
use members::with_members;
use path::path_of;

pub use path::{ReadPath, Step};
pub(crate) use plausible::Shapes;
pub use tree::ReadNode;

/// Which set a definition belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `applies`
    Applies,
    /// `deny`
    Deny,
    /// `inconclusive`
    Inconclusive,
}

impl Part {
    fn of(name: &str) -> Option<Self> {
        match name {
            "applies" => Some(Self::Applies),
            "deny" => Some(Self::Deny),
            "inconclusive" => Some(Self::Inconclusive),
            _ => None,
        }
    }
}

/// One definition of `applies`, `deny` or `inconclusive`, and what it reads.
#[derive(Clone, Debug)]
pub struct DefinitionReads {
    /// Which set it belongs to.
    pub part: Part,
    /// Where it stands in the rule's file.
    pub span: Range<usize>,
    /// What it reads, from `input`.
    pub reads: ReadNode,
    /// The value that its last comparison looks at: what a denial is most likely about.
    pub focus: Option<Focus>,
}

impl DefinitionReads {
    /// The line of the rule's file that it stands on, counted from 1.
    pub fn line_1based(&self, rule: &Rule) -> u64 {
        let text = rule.file.text.get(..self.span.start).unwrap_or_default();
        1 + memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64
    }
}

/// The value that a definition is most likely about.
#[derive(Clone, Debug, PartialEq)]
pub struct Focus {
    /// Its path.
    pub path: ReadPath,
    /// For each step, where in the rule's file it is taken; `None` where that is elsewhere.
    pub steps: Vec<Option<Range<usize>>>,
    /// The expression that looks at it, in the rule's file.
    pub span: Option<Range<usize>>,
}

/// What a rule reads.
#[derive(Clone, Debug, Default)]
pub struct ReadSet {
    /// All that it reads, from `input`.
    pub reads: ReadNode,
    /// What `applies` reads.
    pub of_applies: ReadNode,
    /// Its definitions of `applies`, `deny` and `inconclusive`, in the order of the file.
    pub definitions: Vec<DefinitionReads>,
}

/// What there is to say about how a rule reads its input, beside what it reads.
#[derive(Clone, Debug, Default)]
pub struct ReadRemarks {
    /// Places where a key is computed, or all of a value is gone through: file, range and path.
    pub subtrees: Vec<(usize, Range<usize>, ReadPath)>,
    /// Paths that are optional by their documents, and needed by the rule without a word on their absence.
    pub unhandled: Vec<(usize, Range<usize>, ReadPath)>,
    /// Versions that are ordered letter by letter.
    pub text_orders: Vec<(usize, Range<usize>, ReadPath)>,
    /// Entries of `custom.optional` that are not read.
    pub unread_optional: BTreeSet<String>,
    /// Names of the params that are read.
    pub params: BTreeSet<String>,
}

/// A rule that was gone through.
#[derive(Debug)]
pub(crate) struct Analysis {
    pub(crate) reads: ReadSet,
    pub(crate) problems: Vec<Diagnostic>,
    log: Log,
    optional: Vec<ReadPath>,
    inputs: Vec<(Operation, Shape)>,
}

/// Works out what `rule`, which is the file at `index`, reads, and holds it against the documents.
pub(crate) fn analyse(
    rule: &Rule,
    index: usize,
    files: &[&Arc<PolicyFile>],
    modules: &[Module],
    declared: &Declared<'_>,
    shapes: &Shapes,
) -> Analysis {
    let mut interpreter = Interpreter::new(modules, declared, &rule.params);
    let own: &[Definition] = modules.get(index).map_or(&[], |module| &module.rules);
    let optional: Vec<ReadPath> = rule.optional.iter().filter_map(|path| optional_path(path)).collect();
    let mut all = Log::default();
    let mut of_applies = Log::default();
    let mut logs = Vec::new();
    for definition in own {
        let Some(part) = Part::of(&definition.name).filter(|_| !definition.is_default) else {
            continue;
        };
        let log = interpreter.definition(index, definition);
        all.append(&log);
        if part == Part::Applies {
            of_applies.append(&log);
        }
        logs.push((part, definition, log));
    }
    let inputs = shapes.inputs(rule);
    let node = |log: &Log| ReadNode::new(&with_members(log, &inputs), &all.nulls, &optional);
    let definitions = logs
        .iter()
        .map(|(part, definition, log)| DefinitionReads {
            part: *part,
            span: definition.span.clone(),
            reads: node(log),
            focus: focus(log, index, &definition.span),
        })
        .collect();
    let problems = plausible::problems(rule, &all, &optional, &inputs, files);
    let reads = ReadSet { reads: node(&all), of_applies: node(&of_applies), definitions };
    Analysis { reads, problems, log: all, optional, inputs }
}

impl Analysis {
    /// What there is to say to the author, beside problems.
    pub(crate) fn remarks(&self, rule: &Rule) -> ReadRemarks {
        plausible::remarks(rule, &self.log, &self.optional, &self.inputs)
    }
}

/// A path of `custom.optional`: within the resource, or from `input`.
pub(super) fn optional_path(text: &str) -> Option<ReadPath> {
    let text = text.strip_prefix("input.resource.").unwrap_or(text);
    let (root, text) = match text.strip_prefix("input.") {
        Some(rest) => (None, rest),
        None => (Some(Step::Key("resource".to_owned())), text),
    };
    // `a[].b`: any element.
    let mut steps: Vec<Step> = root.into_iter().collect();
    for part in text.split('.') {
        let mut pieces = part.split("[]");
        let first = pieces.next().filter(|first| !first.is_empty())?;
        let path = json::JsonPath::parse(first).ok()?;
        steps.extend(path.segments().iter().map(|segment| match segment {
            Segment::Key(key) => Step::Key(key.clone()),
            Segment::Index(index) => Step::Index(*index),
        }));
        for piece in pieces {
            if !piece.is_empty() {
                return None;
            }
            steps.push(Step::Each);
        }
    }
    Some(ReadPath(steps))
}

/// Whether METADATA lists a path within the resource, or one around it, as optional.
pub(crate) fn is_optional(rule: &Rule, path: &[Step]) -> bool {
    let listed = rule.optional.iter().filter_map(|path| optional_path(path));
    listed.into_iter().any(|listed| listed.in_resource().is_some_and(|steps| path.starts_with(steps)))
}

/// What the last comparison of a definition looks at.
fn focus(log: &Log, file: usize, span: &Range<usize>) -> Option<Focus> {
    let own =
        |site: &path::Site| site.file == file && span.start <= site.span.start && site.span.end <= span.end;
    let is_within = |path: &ReadPath| path.in_resource().is_some_and(|steps| !steps.is_empty());
    let decisive: Vec<_> = log.uses.iter().filter(|used| used.weight > 0 && is_within(&used.path)).collect();
    // What stands first in the weightiest statement that stands last.
    let rank = |used: &&&log::Use| (used.weight, used.site.span.start);
    let last = decisive.iter().filter(|used| own(&used.site)).map(|used| rank(&used)).max();
    let in_body = decisive.iter().find(|used| own(&used.site) && Some(rank(used)) == last);
    let elsewhere = || decisive.iter().rev().max_by_key(|used| used.weight);
    let in_body = in_body.filter(|used| used.weight > 1).or_else(elsewhere);
    let here = |site: &path::Site| (site.file == file).then(|| site.span.clone());
    let steps = |trail: &path::Trail| trail.iter().map(|taken| here(&taken.site)).collect();
    if let Some(used) = in_body {
        let span = here(&used.site).filter(|_| own(&used.site));
        return Some(Focus { path: used.path.clone(), steps: steps(&used.trail), span });
    }
    let trail = log.reads.iter().rev().find(|trail| is_within(&path_of(trail)))?;
    Some(Focus { path: path_of(trail), steps: steps(trail), span: None })
}
