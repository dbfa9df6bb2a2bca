//! The job summary of GitHub Actions.

use std::env;
use std::path::Path;

use crate::report::{Format, Rendering, append_summary};
use crate::result::Recorded;
use crate::source::{Code, Diagnostic, printable};

/// Names the file that a step's summary is appended to; only set where a workflow runs.
const VARIABLE: &str = "GITHUB_STEP_SUMMARY";

/// Appends the Markdown report to the job summary where there is one and the format `github` is among the targets.
pub(super) fn append(formats: &[Format], result: &Recorded, rendering: &Rendering) -> Result<(), Diagnostic> {
    let path = env::var_os(VARIABLE).filter(|path| !path.is_empty());
    let Some(path) = path.filter(|_| formats.contains(&Format::Github)) else {
        return Ok(());
    };
    let path = Path::new(&path);
    append_summary(result, rendering, path).map_err(|error| {
        let name = path.to_string_lossy();
        let message = format!("cannot write the job summary `{}`: {error}", printable(&name));
        Diagnostic::error(Code::OutputUnwritable, message)
            .help(format!("the variable {VARIABLE} names the file; unset it where no summary is wanted"))
    })
}
