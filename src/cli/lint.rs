//! `probity lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::options::{ClockOptions, ConfigOptions};
use super::output::Output;
use super::{ColorChoice, Failure, policies, stdout_style};
use crate::evaluate::{LintProblem, lint};
use crate::finding::ExitCode;
use crate::policy::{builtin_files, with_builtin_libraries};
use crate::report::{Style, write_lint, write_lint_json};
use crate::source::Level;

/// Says what is wrong with policies, all of it at once, and what their authors should know.
///
/// Exit codes: 0 nothing at or above --fail-on was found, 1 something was, 2 a file could not be read.
#[derive(Debug, Args)]
pub(super) struct LintArguments {
    /// Directories or files with policies (*.rego); the built-in policies without any.
    #[arg(value_name = "DIR")]
    folders: Vec<PathBuf>,

    /// Level from which on a problem counts.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    fail_on: FailOn,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,

    /// Write the result to a file, which appears whole or not at all.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    clock: ClockOptions,

    #[command(flatten)]
    config: ConfigOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// What `check` would refuse too.
    Error,
    /// That, and what authors should know.
    Warning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Excerpts and a summary, for people.
    Pretty,
    /// One document of the schema `probity.lint/v1`.
    Json,
}

pub(super) fn run(arguments: &LintArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let config = arguments.config.load()?;
    let (files, unreadable) = match policies::named_or_configured(&arguments.folders, &config) {
        None => (builtin_files(), Vec::new()),
        Some(named) => {
            let (files, unreadable) = named.files_partly();
            if files.is_empty() {
                return Err(unreadable.into());
            }
            (with_builtin_libraries(files), unreadable)
        }
    };
    let mut report = lint(&files, arguments.clock.resolve());
    let is_whole = unreadable.is_empty();
    let unreadable =
        unreadable.into_iter().map(|diagnostic| LintProblem { diagnostic, end: None, rule: None });
    report.problems.splice(0..0, unreadable);
    let mut output = Output::open(arguments.output.as_deref(), &[])?;
    let style = if output.is_stdout() { stdout_style(color) } else { Style::PLAIN };
    let written = match arguments.format {
        Format::Pretty => write_lint(&report, style, &mut output),
        Format::Json => write_lint_json(&report, &mut output),
    };
    written.map_err(|error| output.failure(error))?;
    output.commit()?;
    let counts = |level: Level| level == Level::Error || arguments.fail_on == FailOn::Warning;
    Ok(if !is_whole {
        ExitCode::Error
    } else if report.problems.iter().any(|problem| counts(problem.diagnostic.level)) {
        ExitCode::Fail
    } else {
        ExitCode::Pass
    })
}
