//! `probity rules`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::options::{ConfigOptions, PolicyOptions};
use super::output::Output;
use super::{ColorChoice, Failure, policies, stdout_style};
use crate::finding::ExitCode;
use crate::policy::select;
use crate::report::{Style, write_rule, write_rules, write_rules_json};

#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// Show these rules in full: ids or globs.
    #[arg(value_name = "ID")]
    ids: Vec<String>,

    #[command(flatten)]
    policy: PolicyOptions,

    #[command(flatten)]
    config: ConfigOptions,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// Write to a file, which appears whole or not at all.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// A JSON array.
    Json,
}

pub(super) fn run(arguments: &RulesArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let mut settings = arguments.policy.resolve(&arguments.config.load()?);
    settings.selection.named.clone_from(&arguments.ids);
    settings.selection.expected_suffices = true;
    let set = select(&policies::load(&settings)?, &settings.selection)?;
    let rules: Vec<_> = set.named().cloned().collect();
    let mut output = Output::open(arguments.output.as_deref(), &[])?;
    let style = if output.is_stdout() { stdout_style(color) } else { Style::PLAIN };
    let written = match arguments.format {
        Format::Json => write_rules_json(&rules, &mut output),
        Format::Table if arguments.ids.is_empty() => write_rules(&rules, style, &mut output),
        Format::Table => rules.iter().enumerate().try_for_each(|(index, rule)| {
            use std::io::Write as _;
            if index > 0 {
                writeln!(output)?;
            }
            write_rule(rule, style, &mut output)
        }),
    };
    written.map_err(|error| output.failure(error))?;
    output.commit()?;
    Ok(ExitCode::Pass)
}
