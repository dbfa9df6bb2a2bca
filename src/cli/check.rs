//! `probity check`.

use std::io::{self, IsTerminal as _, Write as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::options::{ClockOptions, ConfigOptions, JudgeOptions, LoadOptions, PolicyOptions};
use super::output::Output;
use super::setting::JudgeChoice;
use super::{ColorChoice, Failure, policies, stderr_style, stdout_style};
use crate::config::Config;
use crate::discover::discover;
use crate::evaluate::{LazyPlan, Plan, Rulebook, Way};
use crate::finding::{ExitCode, Lines};
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

    #[command(flatten)]
    judge: JudgeOptions,

    #[command(flatten)]
    config: ConfigOptions,

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

pub(super) fn run(arguments: &CheckArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let config = arguments.config.load()?;
    let mut load = arguments.load.resolve(&config);
    if arguments.reference {
        load.threads = NonZeroUsize::MIN;
    }
    let judging = judging(arguments, &config);
    let rulebook = rulebook(&arguments.policy.resolve(&config), judging.clock)?;
    let discovery = discover(&load.inputs);
    let mut output = Output::open(arguments.output.as_deref(), &discovery.files)?;
    let style = if output.is_stdout() { stdout_style(color) } else { Style::PLAIN };
    let mut reporter: Box<dyn Reporter + '_> = match arguments.format {
        Format::Pretty => Box::new(PrettyReporter::new(&mut output, style)),
        Format::Json => Box::new(JsonReporter::new(&mut output)),
        Format::Ndjson => Box::new(NdjsonReporter::new(&mut output)),
    };
    let lines: Option<&dyn Lines> = if arguments.format == Format::Pretty { None } else { Some(&JsonLines) };
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

fn judging(arguments: &CheckArguments, config: &Config) -> JudgeSettings {
    let judge = JudgeChoice::of(&arguments.judge, &config.keys);
    JudgeSettings {
        purpose: Purpose::Judge,
        way: if arguments.reference { Way::Reference } else { Way::Fast },
        clock: arguments.clock.resolve(),
        fail_on: judge.fail_on.value,
        on_inconclusive: judge.on_inconclusive.value,
        include: judge.include.value,
        excerpts: arguments.format == Format::Pretty,
        evidence: arguments.format != Format::Pretty,
        digests: arguments.format != Format::Pretty,
        config: config.file.clone(),
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
