//! The job summary of GitHub Actions.

use std::fs;
use std::process::Stdio;

use super::each::EACH;
use crate::support::{Folder, command, finish};

/// A report with the job summary in a file.
fn report(summary: &str, format: &str) -> crate::support::Outcome {
    let arguments = ["report", EACH, "--format", format];
    finish(command(&arguments).env("GITHUB_STEP_SUMMARY", summary).stdin(Stdio::null()))
}

#[test]
fn the_summary_is_appended_for_github_alone() {
    let folder = Folder::new();
    let file = folder.file("summary.md", "# before\n");
    let other = report(&file, "gitlab");
    assert_eq!((other.code, fs::read_to_string(&file).unwrap().as_str()), (0, "# before\n"));
    let outcome = report(&file, "github");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# before\n") && text.len() > 200, "{text}");
}

#[test]
fn a_summary_that_cannot_be_written_is_an_error() {
    let outcome = report("no/such/folder/summary.md", "github");
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("cannot write the job summary"), "{}", outcome.stderr);
}
