//! `probity test`.

use std::path::PathBuf;
use std::thread;

use clap::Args;
use globset::GlobBuilder;

use super::options::ClockOptions;
use super::output::Output;
use super::{ColorChoice, Failure, stdout_style};
use crate::evaluate::run_tests;
use crate::finding::ExitCode;
use crate::policy::{builtin_files, find_files, with_builtin_libraries};
use crate::report::write_test_report;
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

    #[command(flatten)]
    clock: ClockOptions,
}

pub(super) fn run(arguments: &TestArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let files = if arguments.folders.is_empty() {
        builtin_files()
    } else {
        with_builtin_libraries(find_files(&arguments.folders)?)
    };
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
