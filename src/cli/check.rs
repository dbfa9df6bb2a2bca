//! `probity check`.

use std::io::{self, IsTerminal as _, Write as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::options::{ClockOptions, LoadOptions, PolicyOptions};
use super::output::Output;
use super::{ColorChoice, Failure, policies, stderr_style, stdout_style};
use crate::discover::discover;
use crate::evaluate::{LazyPlan, Plan, Rulebook, Way};
use crate::finding::{ExitCode, Lines, OnInconclusive, Verdict};
use crate::policy::Severity;
use crate::report::{
    JsonLines, JsonReporter, NdjsonReporter, PrettyReporter, Reporter, Style, write_diagnostic,
};
use crate::run::{Event, Progress, execute};
use crate::settings::{JudgeSettings, PolicySettings, Purpose};
use crate::source::Diagnostic;

/// How long a run goes on before its progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often its progress is looked at.
const TICK: Duration = Duration::from_millis(100);

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    load: LoadOptions,

    #[command(flatten)]
    policy: PolicyOptions,

    #[command(flatten)]
    clock: ClockOptions,

    /// Severity from which on a failure, or an inconclusive verdict, closes the gate.
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = severities())]
    fail_on: Severity,

    /// What an inconclusive verdict means: it closes the gate as a failure does, or is only reported.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = InconclusiveChoice::Fail)]
    inconclusive: InconclusiveChoice,

    /// Report these verdicts too, separated by commas.
    #[arg(long, value_name = "VERDICTS", value_delimiter = ',', value_enum)]
    include: Vec<IncludeChoice>,

    /// Save the lines around each finding's places in json and ndjson too.
    #[arg(long)]
    excerpts: bool,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,

    /// Judge the slow and plain way: each rule and resource by the engine, on one thread. The result is the same; this is
    /// to prove it.
    #[arg(long)]
    reference: bool,

    /// Write the result to a file, which appears whole or not at all.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Excerpts and a summary, for people.
    Pretty,
    /// One document.
    Json,
    /// A finding a line as it is decided, then the summary.
    Ndjson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InconclusiveChoice {
    /// The gate closes.
    Fail,
    /// The gate stays open.
    Warn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum IncludeChoice {
    /// What passed.
    Pass,
    /// What rules are not about.
    NotApplicable,
}

/// Names the severities in the help, and where another is given.
fn severities() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::as_str)).try_map(|text| text.parse::<Severity>())
}

pub(super) fn run(arguments: &CheckArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let mut load = arguments.load.resolve();
    if arguments.reference {
        load.threads = NonZeroUsize::MIN;
    }
    let judging = judging(arguments);
    let rulebook = rulebook(&arguments.policy.resolve(), judging.clock)?;
    let discovery = discover(&load.inputs);
    let mut output = Output::open(arguments.output.as_deref(), &discovery.files)?;
    let style = if output.is_stdout() { stdout_style(color) } else { Style::PLAIN };
    let mut reporter: Box<dyn Reporter + '_> = match arguments.format {
        Format::Pretty => Box::new(PrettyReporter::new(&mut output, style)),
        Format::Json => Box::new(JsonReporter::new(&mut output)),
        Format::Ndjson => Box::new(NdjsonReporter::new(&mut output)),
    };
    // Excerpts are made with findings, not with lines.
    let lines: Option<&dyn Lines> = if judging.excerpts { None } else { Some(&JsonLines) };
    let mut problem = None;
    let run = with_progress(|progress| {
        execute(&load, &judging, &*rulebook, discovery, progress, lines, &mut |event| {
            let told = match event {
                Event::Finding(finding) => reporter.finding(finding),
                Event::Lines(lines) => reporter.lines(lines),
                Event::Diagnostic(diagnostic) => {
                    // Losing standard error must not lose the result.
                    let _ = write_diagnostic(diagnostic, stderr_style(color), &mut io::stderr());
                    Ok(())
                }
                Event::Input(_) | Event::Candidate(_) => Ok(()),
            };
            told.map_err(|error| problem = Some(error)).is_ok()
        })
    });
    let finished = match run {
        Ok(run) => reporter.finish(&run).map(|()| run),
        Err(stopped) => Err(problem.unwrap_or_else(|| io::Error::other(stopped))),
    };
    drop(reporter);
    let run = finished.map_err(|error| output.failure(error))?;
    if !output.is_stdout() {
        let _ = writeln!(io::stderr(), "gate: {}", run.gate);
    }
    output.commit()?;
    Ok(run.gate.exit_code())
}

/// The rules to judge by. What is wrong with those of the user is told whatever the input is.
fn rulebook(settings: &PolicySettings, clock: DateTime<Utc>) -> Result<Box<dyn Rulebook>, Vec<Diagnostic>> {
    let policies = policies::load_selected(settings)?;
    Ok(if settings.is_as_built() {
        Box::new(LazyPlan::new(policies, clock))
    } else {
        Box::new(Plan::new(&policies, clock)?)
    })
}

fn judging(arguments: &CheckArguments) -> JudgeSettings {
    JudgeSettings {
        purpose: Purpose::Judge,
        way: if arguments.reference { Way::Reference } else { Way::Fast },
        clock: arguments.clock.resolve(),
        fail_on: arguments.fail_on,
        on_inconclusive: match arguments.inconclusive {
            InconclusiveChoice::Fail => OnInconclusive::Fail,
            InconclusiveChoice::Warn => OnInconclusive::Warn,
        },
        include: arguments
            .include
            .iter()
            .map(|choice| match choice {
                IncludeChoice::Pass => Verdict::Pass,
                IncludeChoice::NotApplicable => Verdict::NotApplicable,
            })
            .collect(),
        excerpts: arguments.format == Format::Pretty || arguments.excerpts,
        evidence: arguments.format != Format::Pretty,
        digests: arguments.format != Format::Pretty,
    }
}

/// Shows on a terminal how far the work has come, if it takes long.
pub(super) fn with_progress<T>(work: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::default();
    if !io::stderr().is_terminal() {
        return work(&progress);
    }
    let (done, waiting) = crossbeam_channel::bounded::<()>(1);
    thread::scope(|scope| {
        let progress = &progress;
        scope.spawn(move || {
            let started = Instant::now();
            let mut bar: Option<ProgressBar> = None;
            while waiting.recv_timeout(TICK) == Err(crossbeam_channel::RecvTimeoutError::Timeout) {
                // Hidden at first, but counting: the time that is left is told from all of the run.
                let total = progress.total_bytes.load(Ordering::Relaxed);
                let bar = bar.get_or_insert_with(|| self::bar(total));
                bar.set_position(progress.done_bytes.load(Ordering::Relaxed));
                if bar.is_hidden() && started.elapsed() > PATIENCE {
                    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
                }
            }
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
        });
        let result = work(progress);
        // Dropping the sender ends the bar.
        drop(done);
        result
    })
}

fn bar(total_bytes: u64) -> ProgressBar {
    let target = ProgressDrawTarget::hidden();
    let (bar, template) = if total_bytes > 0 {
        let template = "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
        (ProgressBar::with_draw_target(Some(total_bytes), target), template)
    } else {
        (ProgressBar::with_draw_target(None, target), "{spinner} {bytes}, {bytes_per_sec}")
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
