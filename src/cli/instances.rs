//! Files that name instances, one a line.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::source::{Code, Diagnostic, printable};

/// The ids in a file, each once, in their order. An id is a line; `#` begins a comment.
///
/// # Errors
///
/// The file cannot be read, is no UTF-8, or names no instance.
pub(super) fn read_instances(path: &Path) -> Result<Vec<String>, Diagnostic> {
    let name = path.to_string_lossy();
    let fail = |why: &str| {
        Err(Diagnostic::error(Code::InputUnreadable, format!("cannot read `{}`: {why}", printable(&name)))
            .help("name a text file with an id of an instance a line"))
    };
    let text = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return fail(&error.to_string()),
    };
    let Ok(text) = String::from_utf8(text) else { return fail("it is no UTF-8") };
    let lines = text.trim_start_matches('\u{feff}').lines();
    let mut seen = HashSet::new();
    let ids: Vec<String> = lines
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|id| !id.is_empty() && seen.insert(*id))
        .map(str::to_owned)
        .collect();
    if ids.is_empty() { fail("it names no instance") } else { Ok(ids) }
}
