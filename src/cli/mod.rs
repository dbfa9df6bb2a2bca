//! The command line: arguments become settings, results become output and an exit code.

mod accepting;
mod check;
mod completions;
mod config;
mod configured;
mod diff;
mod explain;
mod fetch;
mod fetching;
mod inspect;
mod instances;
mod lint;
mod live;
mod man;
mod options;
mod output;
mod policies;
mod report;
mod reporting;
mod rules;
mod schema;
mod setting;
mod summary;
mod targets;
mod test;
mod waive;

use std::io::{self, Write as _};

use anstream::AutoStream;
use anstream::stream::RawStream;
use clap::{Parser, Subcommand, ValueEnum};

use crate::evaluate::quiet_engine_panics;
use crate::finding::ExitCode;
use crate::report::{Style, write_diagnostic};
use crate::source::Diagnostic;

/// Judges saved cloud API responses by Rego rules; a pass means something.
///
/// Exit codes: 0 the gate passes, 1 the gate fails (or a test), 2 not everything could be evaluated.
#[derive(Debug, Parser)]
#[command(name = "probity", version, max_term_width = 100, arg_required_else_help = true)]
struct Arguments {
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    color: ColorChoice,

    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge saved payloads and say whether the gate passes.
    Check(Box<check::CheckArguments>),
    /// Make documented calls and keep what they answer, for `check` to judge.
    Fetch(fetch::FetchArguments),
    /// Write a saved result in another format.
    Report(report::ReportArguments),
    /// Compare two saved results.
    Diff(diff::DiffArguments),
    /// Accept a failure: add a waiver to a file of waivers.
    Waive(waive::WaiveArguments),
    /// Show what is recognised in files, without judging.
    Inspect(inspect::InspectArguments),
    /// Show why one rule says what it says of one resource.
    Explain(explain::ExplainArguments),
    /// List rules, or show one in full.
    Rules(rules::RulesArguments),
    /// Show the effective settings, and where each comes from.
    Config(config::ConfigArguments),
    /// Run the Rego tests beside rules.
    Test(test::TestArguments),
    /// Say what is wrong with policies, and what their authors should know.
    Lint(lint::LintArguments),
    /// Print a JSON Schema: of an operation's resources, of a result, or of probity.toml.
    Schema(schema::SchemaArguments),
    /// Print what a shell needs to complete commands and options.
    Completions(completions::CompletionsArguments),
    /// Print the manual page, or write the pages of all commands.
    Man(man::ManArguments),
}

/// Why a command ended without a result.
#[derive(Debug)]
enum Failure {
    /// What is wrong with the request or the policies.
    Diagnostics(Vec<Diagnostic>),
    /// Standard output cannot be written.
    Output(io::Error),
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Diagnostics(diagnostics)
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Diagnostics(vec![diagnostic])
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    quiet_engine_panics();
    let arguments = Arguments::parse();
    let color = arguments.color;
    let result = match arguments.command {
        Command::Check(arguments) => check::run(&arguments, color),
        Command::Fetch(arguments) => fetch::run(&arguments, color),
        Command::Report(arguments) => report::run(&arguments, color),
        Command::Diff(arguments) => diff::run(&arguments, color),
        Command::Waive(arguments) => waive::run(&arguments, color),
        Command::Inspect(arguments) => inspect::run(&arguments, color),
        Command::Explain(arguments) => explain::run(&arguments, color),
        Command::Rules(arguments) => rules::run(&arguments, color),
        Command::Config(arguments) => config::run(&arguments, color),
        Command::Test(arguments) => test::run(&arguments, color),
        Command::Lint(arguments) => lint::run(&arguments, color),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    };
    match result {
        Ok(code) => code,
        // Nobody reads on: that is for the reader to decide, and no failure.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::Pass,
        Err(Failure::Output(error)) => {
            let _ = writeln!(io::stderr(), "error: cannot write the output: {error}");
            ExitCode::Error
        }
        Err(Failure::Diagnostics(diagnostics)) => {
            let style = stderr_style(color);
            for diagnostic in &diagnostics {
                let _ = write_diagnostic(diagnostic, style, &mut io::stderr());
            }
            ExitCode::Error
        }
    }
}

/// How text on standard output looks.
fn stdout_style(color: ColorChoice) -> Style {
    style(color, &io::stdout())
}

/// How text on standard error looks.
fn stderr_style(color: ColorChoice) -> Style {
    style(color, &io::stderr())
}

fn style<S: RawStream>(color: ColorChoice, stream: &S) -> Style {
    let wanted = match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        // As NO_COLOR, CLICOLOR, CLICOLOR_FORCE and TERM have it.
        ColorChoice::Auto => AutoStream::choice(stream) != anstream::ColorChoice::Never,
    };
    let terminal = stream.is_terminal();
    if terminal { Style::for_terminal(wanted) } else { Style { color: wanted, ..Style::PLAIN } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }
}
