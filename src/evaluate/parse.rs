//! From text to syntax trees, by the engine's parser.

use std::sync::Arc;

use super::tree;
use crate::policy::{Module, NO_DENY, PolicyFile, too_deep};
use crate::source::{Code, Diagnostic};

/// Most bytes that the engine reads of a file.
const MAX_BYTES: usize = 1 << 20;
/// Most lines that it reads.
const MAX_LINES: usize = 20_000;
/// Most bytes that a line may have.
const MAX_LINE_BYTES: usize = 1024;

/// The syntax trees of files.
///
/// # Errors
///
/// Every file that does not parse, with its place.
pub(super) fn parse_all(files: &[&Arc<PolicyFile>]) -> Result<Vec<Module>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut modules = Vec::new();
    for file in files {
        match parse(file) {
            Ok(module) => modules.push(module),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(modules) } else { Err(problems) }
}

pub(super) fn parse(file: &PolicyFile) -> Result<Module, Diagnostic> {
    if let Some(problem) = too_large(file) {
        return Err(problem);
    }
    if let Some((span, message)) = too_deep(&file.text) {
        let (place, excerpt) = file.place(span, "here");
        return Err(Diagnostic::error(Code::PolicyNesting, message)
            .at(place)
            .showing(excerpt)
            .help("give the inner parts names of their own"));
    }
    tree::read(file).map_err(|error| error.diagnostic(Code::PolicyParse, [file]))
}

/// What is wrong with files, where their METADATA was found wanting: a file that does not parse says so first, and
/// not that it has no `deny`, which may stand behind the place where it breaks.
pub fn parse_problems(files: &[Arc<PolicyFile>], problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_of = |problem: &Diagnostic, file: &PolicyFile| {
        problem.place.as_ref().is_some_and(|place| place.file == file.name)
    };
    let wanting = files.iter().filter(|file| problems.iter().any(|problem| is_of(problem, file)));
    let mut told: Vec<Diagnostic> = Vec::new();
    let mut broken: Vec<&Arc<PolicyFile>> = Vec::new();
    for file in wanting {
        if let Err(problem) = parse(file) {
            told.push(problem);
            broken.push(file);
        }
    }
    told.extend(
        problems
            .into_iter()
            .filter(|problem| problem.message != NO_DENY || !broken.iter().any(|file| is_of(problem, file))),
    );
    told
}

/// What is wrong with a file that is larger than the engine reads.
fn too_large(file: &PolicyFile) -> Option<Diagnostic> {
    let mut start = 0;
    let mut long = None;
    for line in file.text.split_inclusive('\n') {
        if line.trim_end().len() > MAX_LINE_BYTES {
            long = Some(start);
            break;
        }
        start += line.len();
    }
    let (message, at) = if file.text.len() > MAX_BYTES {
        (format!("the file has {} bytes, more than {MAX_BYTES}", file.text.len()), 0)
    } else if let lines @ MAX_LINES.. = file.text.lines().count()
        && lines > MAX_LINES
    {
        (format!("the file has {lines} lines, more than {MAX_LINES}"), 0)
    } else {
        (format!("the line has more than {MAX_LINE_BYTES} bytes"), long?)
    };
    let (place, excerpt) = file.place(at..at, "here");
    Some(
        Diagnostic::error(Code::PolicyTooLarge, message)
            .at(place)
            .showing(excerpt)
            .help("break it up: data that a rule needs belongs into its params"),
    )
}

#[cfg(test)]
#[path = "parse_tests/mod.rs"]
mod tests;
