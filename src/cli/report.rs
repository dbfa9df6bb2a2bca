//! `probity report`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use clap::Args;

use super::targets::{Rendered, TargetChoice, TargetOptions, commit, open};
use super::{ColorChoice, Failure, summary};
use crate::config::Keys;
use crate::discover::{InputFile, Origin};
use crate::finding::ExitCode;
use crate::report::{Format, LeftOut, Style};
use crate::result::{ReadError, Recorded, read};
use crate::source::{Code, Diagnostic, printable};

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// A saved result: the output of `check` with `--format json` or `ndjson`; `-` is standard input.
    #[arg(value_name = "RESULT")]
    result: PathBuf,

    #[command(flatten)]
    targets: TargetOptions,
}

pub(super) fn run(arguments: &ReportArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let choice = TargetChoice::of(&arguments.targets, &Keys::default());
    let targets = choice.targets()?;
    let result = load(&arguments.result)?;
    let input = InputFile::new(arguments.result.to_string_lossy(), Origin::Path(arguments.result.clone()));
    let mut opened = open(&targets, &[input])?;
    let has_others = opened.len() > 1;
    let rendered = Rendered {
        result: &result,
        choice: &choice,
        left_out: &LeftOut::default(),
        color,
        threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
    };
    rendered.write_all(&mut opened, has_others)?;
    let formats: Vec<Format> = targets.iter().map(|target| target.format).collect();
    summary::append(&formats, &result, &choice.rendering(Style::PLAIN))?;
    commit(opened)?;
    Ok(ExitCode::Pass)
}

/// Reads a saved result.
pub(super) fn load(path: &Path) -> Result<Recorded, Diagnostic> {
    read(path).map_err(|error| unreadable(path, &error))
}

/// What it means that a file is no saved result.
pub(super) fn unreadable(path: &Path, error: &ReadError) -> Diagnostic {
    let name = path.to_string_lossy();
    let (words, help) = match error {
        ReadError::Io(_) => ("cannot read", "name a file that `probity check --format json` wrote"),
        _ => ("is no saved result:", "save one with `probity check … --output json=FILE`"),
    };
    let name = printable(&name);
    let message = match error {
        ReadError::Io(error) => format!("{words} `{name}`: {error}"),
        error => format!("`{name}` {words} {error}"),
    };
    Diagnostic::error(Code::ResultUnreadable, message).help(help)
}
