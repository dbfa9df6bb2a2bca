//! `probity test`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use clap::{Args, ValueEnum, value_parser};
use globset::GlobBuilder;

use super::options::{ClockOptions, ConfigOptions};
use super::output::Output;
use super::setting::adjustments;
use super::{ColorChoice, Failure, policies, stdout_style};
use crate::config::Config;
use crate::discover::discover;
use crate::evaluate::{Plan, parse_problems, run_tests};
use crate::finding::ExitCode;
use crate::mutate::{MutateSettings, mutate};
use crate::policy::{
    Adjustment, Override, PolicyFile, Selection, builtin_files, load, select, with_builtin_libraries,
};
use crate::report::{write_mutations, write_mutations_json, write_test_report};
use crate::source::{Code, Diagnostic, printable};

#[derive(Debug, Args)]
pub(super) struct TestArguments {
    /// Directories or files with tests (*.rego); the built-in rules' tests without any.
    #[arg(value_name = "DIR")]
    folders: Vec<PathBuf>,

    /// Run only the tests whose full name matches this glob.
    #[arg(long, value_name = "GLOB")]
    run: Option<String>,

    /// Also tell which lines of rules no test reaches, and fail if there is one.
    #[arg(long)]
    coverage: bool,

    /// Change what the rules read in the payloads of these files or directories, judge again, and fail where a
    /// rule still passes; may be given several times.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["run", "coverage"])]
    mutate: Vec<PathBuf>,

    /// With --mutate: resources that are changed for each rule.
    #[arg(long, value_name = "COUNT", default_value_t = 3, requires = "mutate", value_parser = value_parser!(u16).range(1..))]
    resources: u16,

    /// With --mutate: give a param another value, RULE.param=value; may be given several times.
    #[arg(long = "set", value_name = "RULE.PARAM=VALUE", requires = "mutate")]
    overrides: Vec<Override>,

    /// With --mutate: what to print.
    #[arg(long, value_enum, default_value_t = Format::Pretty, requires = "mutate")]
    format: Format,

    #[command(flatten)]
    clock: ClockOptions,

    #[command(flatten)]
    config: ConfigOptions,
}

impl TestArguments {
    /// The files of policies: those that were named, or the configuration's, or the built-in ones.
    fn files(&self, config: &Config) -> Result<Vec<Arc<PolicyFile>>, Vec<Diagnostic>> {
        match policies::named_or_configured(&self.folders, config) {
            None => Ok(builtin_files()),
            Some(named) => named.files().map(with_builtin_libraries),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table, and what was not noticed.
    Pretty,
    /// One document.
    Json,
}

/// What the configuration says of params: which rules take part, and how much they weigh, is no matter here.
fn params_alone(config: &Config) -> Vec<Adjustment> {
    let all = adjustments(&config.keys).into_iter();
    all.map(|adjustment| Adjustment { enabled: None, severity: None, ..adjustment }).collect()
}

/// Changes payloads and judges again.
fn mutate_payloads(arguments: &TestArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let clock = arguments.clock.resolve();
    let config = arguments.config.load()?;
    let files = arguments.files(&config)?;
    // Of rules that are not among these, nothing is wanted.
    let selection = Selection {
        adjustments: params_alone(&config),
        lenient: true,
        overrides: arguments.overrides.clone(),
        ..Selection::default()
    };
    let plan = Plan::new(
        &select(&load(&files).map_err(|problems| parse_problems(&files, problems))?, &selection)?,
        clock,
    )?;
    let discovery = discover(&arguments.mutate);
    if !discovery.diagnostics.is_empty() {
        return Err(discovery.diagnostics.into());
    }
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let settings = MutateSettings { clock, threads, resources_per_rule: arguments.resources.into() };
    let report = mutate(&plan, &discovery, &settings)
        .map_err(|error| Diagnostic::error(Code::OutputUnwritable, error.to_string()))?;
    if report.rules == 0 {
        let problem = Diagnostic::error(
            Code::PolicyTest,
            "no rule passes on any of these payloads: there is nothing to change",
        )
        .help("name payloads that are as they should be, e.g. samples/");
        return Err(problem.into());
    }
    let mut output = Output::open(None, &[])?;
    let written = match arguments.format {
        Format::Pretty => write_mutations(&report, stdout_style(color), &mut output),
        Format::Json => write_mutations_json(&report, &mut output),
    };
    written.map_err(|error| output.failure(error))?;
    Ok(if report.is_clean() { ExitCode::Pass } else { ExitCode::Fail })
}

pub(super) fn run(arguments: &TestArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    if !arguments.mutate.is_empty() {
        return mutate_payloads(arguments, color);
    }
    let config = arguments.config.load()?;
    let files = arguments.files(&config)?;
    let matcher = match &arguments.run {
        None => None,
        Some(pattern) => Some(
            GlobBuilder::new(pattern)
                .build()
                .map_err(|error| {
                    let message = format!("`{}` is no valid glob: {}", printable(pattern), error.kind());
                    Diagnostic::error(Code::PolicyTest, message)
                })?
                .compile_matcher(),
        ),
    };
    let wanted = |name: &str| matcher.as_ref().is_none_or(|matcher| matcher.is_match(name));
    let clock = arguments.clock.resolve();
    let report = on_a_large_stack(|| run_tests(&files, clock, &wanted))??;
    if report.tests.is_empty() {
        let problem = Diagnostic::error(Code::PolicyTest, "there is no test to run")
            .help("tests are rules whose names begin with `test_`, in files that end in .rego");
        return Err(problem.into());
    }
    let mut output = Output::open(None, &[])?;
    write_test_report(&report, arguments.coverage, stdout_style(color), &mut output)
        .map_err(|error| output.failure(error))?;
    let failed = report.tests.iter().any(|test| !test.passed);
    let uncovered = arguments.coverage && report.coverage.values().any(|lines| !lines.not_covered.is_empty());
    Ok(if failed || uncovered { ExitCode::Fail } else { ExitCode::Pass })
}

/// Rego is evaluated recursively: a long chain of rules takes a large stack.
pub(super) fn on_a_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Diagnostic> {
    const STACK_BYTES: usize = 64 << 20;
    let defect =
        |why: &str| Diagnostic::error(Code::InternalDefect, format!("Rego was not evaluated: {why}"));
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| defect(&error.to_string()))?;
        thread.join().map_err(|_| defect("probity failed"))
    })
}
