//! `probity diff`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::Output;
use super::report::load;
use super::{ColorChoice, Failure, stdout_style};
use crate::discover::{InputFile, Origin};
use crate::finding::ExitCode;
use crate::report::{Style, write_diff, write_diff_json, write_diff_markdown};
use crate::result::{GateV1, diff};

#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    /// The earlier result: the output of `check` with `--format json` or `ndjson`.
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The later result.
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,

    /// Write to a file, which appears whole or not at all.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Pretty,
    /// One document.
    Json,
    /// A page in GitHub's Markdown.
    Markdown,
}

pub(super) fn run(arguments: &DiffArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let mut problems = Vec::new();
    let mut read = |path: &Path| load(path).map_err(|problem| problems.push(problem)).ok();
    let (old, new) = (read(&arguments.old), read(&arguments.new));
    let (Some(old), Some(new)) = (old, new) else {
        return Err(problems.into());
    };
    let inputs = [&arguments.old, &arguments.new]
        .map(|path| InputFile::new(path.to_string_lossy(), Origin::Path(path.clone())));
    let (old_name, new_name) = (arguments.old.to_string_lossy(), arguments.new.to_string_lossy());
    let diff = diff((&old_name, &old), (&new_name, &new))?;
    let mut output = Output::open(arguments.output.as_deref(), &inputs)?;
    let style = if output.is_stdout() { stdout_style(color) } else { Style::PLAIN };
    let written = match arguments.format {
        Format::Pretty => write_diff(&diff, style, &mut output),
        Format::Json => write_diff_json(&diff, &mut output),
        Format::Markdown => write_diff_markdown(&diff, &mut output),
    };
    written.map_err(|error| output.failure(error))?;
    output.commit()?;
    Ok(match diff.gate {
        GateV1::Pass => ExitCode::Pass,
        GateV1::Fail => ExitCode::Fail,
        GateV1::Error => ExitCode::Error,
    })
}
