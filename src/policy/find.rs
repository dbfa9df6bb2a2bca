//! Where policy files come from: the binary itself, and folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::PolicyFile;
use super::file::BUILTIN;
use crate::source::{Code, Diagnostic, printable};

/// Largest policy file that is read, in bytes.
const MAX_POLICY_BYTES: u64 = 1 << 20;

/// Paths below `policies` and texts of the built-in policy files, sorted by path.
mod builtin {
    include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
}

/// The policy files that are part of the binary, tests among them.
pub fn builtin_files() -> Vec<Arc<PolicyFile>> {
    builtin::FILES
        .iter()
        .map(|(path, text)| Arc::new(PolicyFile::new(&format!("{BUILTIN}{path}"), *text)))
        .collect()
}

/// Adds the built-in libraries, but for those whose package one of `files` declares.
pub fn with_builtin_libraries(mut files: Vec<Arc<PolicyFile>>) -> Vec<Arc<PolicyFile>> {
    let declared: Vec<String> = files.iter().filter_map(|file| Some(file.package()?.0.to_owned())).collect();
    let is_library =
        |file: &Arc<PolicyFile>| !file.is_test() && file.definition_line_1based("deny").is_none();
    let is_new = |file: &Arc<PolicyFile>| {
        file.package().is_none_or(|(package, _)| !declared.iter().any(|known| known == package))
    };
    files.extend(builtin_files().into_iter().filter(|file| is_library(file) && is_new(file)));
    files
}

/// The `*.rego` files below folders, or named themselves, sorted by path within each.
///
/// # Errors
///
/// Every path that cannot be read, and every folder without a policy file.
pub fn find_files(paths: &[PathBuf]) -> Result<Vec<Arc<PolicyFile>>, Vec<Diagnostic>> {
    let (files, problems) = find_files_partly(paths);
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// The same, with what can be read beside what cannot.
pub fn find_files_partly(paths: &[PathBuf]) -> (Vec<Arc<PolicyFile>>, Vec<Diagnostic>) {
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let before = files.len() + problems.len();
        for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_file() && is_policy(entry.path(), path) => {
                    match read(entry.path()) {
                        Ok(file) => files.push(Arc::new(file)),
                        Err(problem) => problems.push(problem),
                    }
                }
                Ok(_) => {}
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    let at = error.path().unwrap_or(path);
                    let cause = error.io_error().map_or_else(String::new, |cause| format!(": {cause}"));
                    problems.push(Diagnostic::error(
                        Code::PolicyUnreadable,
                        format!("cannot read `{}`{cause}", shown(at)),
                    ));
                }
            }
        }
        if files.len() + problems.len() == before {
            problems.push(
                Diagnostic::error(Code::PolicyUnreadable, format!("`{}` holds no policy file", shown(path)))
                    .help("policies are files that end in .rego"),
            );
        }
    }
    (files, problems)
}

fn is_policy(path: &Path, given: &Path) -> bool {
    path == given || path.extension().is_some_and(|extension| extension == "rego")
}

fn read(path: &Path) -> Result<PolicyFile, Diagnostic> {
    let unreadable = |why: String| {
        Diagnostic::error(Code::PolicyUnreadable, format!("cannot read `{}`: {why}", shown(path)))
    };
    let size = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if size > MAX_POLICY_BYTES {
        return Err(unreadable(format!("it is larger than {MAX_POLICY_BYTES} bytes")));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    Ok(PolicyFile::new(&shown(path), text))
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}
