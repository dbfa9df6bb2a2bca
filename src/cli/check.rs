//! `probity check`.

use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::accepting::{AcceptChoice, AcceptingOptions};
use super::fetch::FetchOptions;
use super::live::Live;
use super::options::{ClockOptions, ConfigOptions, JudgeOptions, LoadOptions, PolicyOptions};
use super::reporting::{Needs, Reporting, tell_gate};
use super::setting::{JudgeChoice, PolicyChoice, Setting};
use super::targets::{TargetChoice, TargetOptions};
use super::{ColorChoice, Failure, policies, stderr_style};
use crate::discover::{Discovery, discover};
use crate::evaluate::{LazyPlan, Plan, Rulebook, Way};
use crate::finding::{ExitCode, Lines, Verdict};
use crate::policy::{PolicySet, select};
use crate::report::{JsonLines, write_diagnostic};
use crate::run::{Event, Progress, execute};
use crate::settings::{Accepting, JudgeSettings, PolicySettings, Purpose};
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

    #[command(flatten)]
    accepting: AcceptingOptions,

    #[command(flatten)]
    targets: TargetOptions,

    /// Save the lines around each finding's places in json and ndjson too.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    excerpts: Option<bool>,

    /// Judge the slow and plain way: each rule and resource by the engine, on one thread. The result is the same; this is
    /// to prove it.
    #[arg(long)]
    reference: bool,

    /// Fetch what is to be judged, keep it as evidence, and judge it: the calls of `[[fetch]]` in probity.toml, or the one that
    /// is named.
    #[arg(
        long,
        value_name = "OPERATION",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with = "paths",
        help_heading = "Live calls"
    )]
    live: Option<String>,

    #[command(flatten, next_help_heading = "Live calls")]
    fetch: FetchOptions,
}

pub(super) fn run(arguments: &CheckArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    if arguments.live.is_none() && arguments.fetch.is_given() {
        let message = "options of calls are for --live: without it, nothing is fetched";
        super::Arguments::command().error(ErrorKind::MissingRequiredArgument, message).exit();
    }
    let config = arguments.config.load()?;
    let mut load = arguments.load.resolve(&config);
    if arguments.reference {
        load.threads = NonZeroUsize::MIN;
    }
    let live = match &arguments.live {
        None => None,
        Some(name) => Some(Live::prepare(name, &arguments.fetch, &config)?),
    };
    // What is fetched is there only when everything else is known to be right.
    let mut discovery = if live.is_some() { Discovery::default() } else { discover(&load.inputs) };
    let inputs = &discovery.files;
    let judge = JudgeChoice::of(&arguments.judge, &config.keys);
    let targets = TargetChoice::of(&arguments.targets, &config.keys);
    let excerpts = Setting::<bool>::flag(arguments.excerpts, config.keys.excerpts.as_ref()).value;
    let reporting = Reporting::open(targets, color, judge.include.value.clone(), excerpts, inputs)?;
    let accepting = AcceptChoice::of(&arguments.accepting, &config.keys);
    let ratchet = accepting.open_ratchet(inputs)?;
    let mut policy = PolicyChoice::of(&arguments.policy, &config.keys).settings();
    let all = policies::load(&policy)?;
    let mut accepted = accepting.resolve(&all)?;
    policy.selection.expected_suffices = !accepted.population.lists.is_empty();
    let selected = select(&all, &policy.selection)?;
    accepted.population.rule.clone_from(&selected.expected);
    let judging = arguments.judging(&judge, accepted, reporting.needs(), config.file.clone());
    let rulebook = rulebook(selected, &policy, judging.clock)?;
    let lines: Option<&dyn Lines> = if reporting.needs().excerpts { None } else { Some(&JsonLines) };
    let is_quiet = !reporting.has_stdout();
    if let Some(live) = live {
        discovery = live.collect();
    }
    let run = reporting.report(load.threads, |reporter| {
        let mut problem = None;
        let run = with_progress(|progress| {
            execute(&load, &judging, &*rulebook, discovery, progress, lines, &mut |event| {
                let told = match event {
                    Event::Finding(finding) => reporter.finding(finding),
                    Event::Lines(lines) => reporter.lines(lines),
                    Event::Diagnostic(diagnostic) => {
                        tell(diagnostic, color);
                        Ok(())
                    }
                    Event::Input(_) | Event::Candidate(_) => Ok(()),
                };
                told.map_err(|error| problem = Some(error)).is_ok()
            })
        });
        run.map_err(|stopped| problem.unwrap_or_else(|| io::Error::other(stopped)))
    })?;
    if is_quiet {
        tell_gate(&run);
    }
    if let Some(ratchet) = ratchet
        && let Some(problem) = ratchet.write(judging.accepting.ratchet.as_ref(), &run)?
    {
        tell(&problem, color);
    }
    Ok(run.gate.exit_code())
}

/// Says what is wrong.
pub(super) fn tell(diagnostic: &Diagnostic, color: ColorChoice) {
    // Losing standard error must not lose the result.
    let _ = write_diagnostic(diagnostic, stderr_style(color), &mut io::stderr());
}

/// The rules to judge by. What is wrong with those of the user is told whatever the input is.
fn rulebook(
    policies: PolicySet,
    settings: &PolicySettings,
    clock: DateTime<Utc>,
) -> Result<Box<dyn Rulebook>, Vec<Diagnostic>> {
    Ok(if settings.is_as_built() {
        Box::new(LazyPlan::new(policies, clock))
    } else {
        Box::new(Plan::new(&policies, clock)?)
    })
}

impl CheckArguments {
    fn judging(
        &self,
        judge: &JudgeChoice,
        accepting: Accepting,
        needs: Needs,
        config: Option<Arc<str>>,
    ) -> JudgeSettings {
        JudgeSettings {
            purpose: Purpose::Judge,
            way: if self.reference { Way::Reference } else { Way::Fast },
            clock: self.clock.resolve(),
            fail_on: judge.fail_on.value,
            on_inconclusive: judge.on_inconclusive.value,
            accepting,
            include: if needs.passes {
                vec![Verdict::Pass, Verdict::NotApplicable]
            } else {
                judge.include.value.clone()
            },
            excerpts: needs.excerpts,
            evidence: needs.records,
            digests: needs.records,
            config,
        }
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
