//! `probity inspect`.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, ValueEnum};

use super::check::with_progress;
use super::options::{ClockOptions, ConfigOptions, LoadOptions, PolicyOptions};
use super::output::Output;
use super::{ColorChoice, Failure, policies, stderr_style};
use crate::config::Config;
use crate::discover::discover;
use crate::evaluate::{Plan, Way};
use crate::finding::{ExitCode, OnInconclusive};
use crate::policy::{Rule, Severity};
use crate::report::{write_diagnostic, write_inspection, write_inspection_json};
use crate::run::{Event, execute};
use crate::settings::{Accepting, JudgeSettings, Purpose};
use crate::source::{Code, Diagnostic};

#[derive(Debug, Args)]
pub(super) struct InspectArguments {
    #[command(flatten)]
    load: LoadOptions,

    #[command(flatten)]
    policy: PolicyOptions,

    #[command(flatten)]
    clock: ClockOptions,

    #[command(flatten)]
    config: ConfigOptions,

    /// Print instead, one a line, the `input` document that rules see for each resource.
    ///
    /// Its `params` are those of the rule that `--rule` names, and empty without one.
    #[arg(long)]
    inputs: bool,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Table, conflicts_with = "inputs")]
    format: Format,

    /// Write to a file, which appears whole or not at all.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// One document.
    Json,
}

pub(super) fn run(arguments: &InspectArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    if arguments.policy.is_given() && !arguments.inputs {
        let message = "options about rules are for --inputs: without it, nothing is judged or shown to rules";
        super::Arguments::command().error(ErrorKind::MissingRequiredArgument, message).exit();
    }
    let config = arguments.config.load()?;
    let load = arguments.load.resolve(&config);
    let clock = arguments.clock.resolve();
    let purpose = if arguments.inputs {
        Purpose::ShowInputs(params(&arguments.policy, &config)?)
    } else {
        Purpose::Inspect
    };
    let judging = JudgeSettings {
        purpose,
        way: Way::Fast,
        clock,
        fail_on: Severity::Low,
        on_inconclusive: OnInconclusive::Fail,
        accepting: Accepting::default(),
        include: Vec::new(),
        excerpts: false,
        evidence: false,
        digests: arguments.format == Format::Json,
        config: config.file.clone(),
    };
    let plan = Plan::empty(clock);
    let discovery = discover(&load.inputs);
    let mut output = Output::open(arguments.output.as_deref(), &discovery.files)?;
    let mut problem = None;
    let run = with_progress(|progress| {
        execute(&load, &judging, &plan, discovery, progress, None, &mut |event| {
            let told = match event {
                Event::Input(input) => writeln!(output, "{input}"),
                Event::Diagnostic(diagnostic) if arguments.inputs => {
                    let _ = write_diagnostic(diagnostic, stderr_style(color), &mut io::stderr());
                    Ok(())
                }
                Event::Diagnostic(_) | Event::Finding(_) | Event::Lines(_) | Event::Candidate(_) => Ok(()),
            };
            told.map_err(|error| problem = Some(error)).is_ok()
        })
    });
    let written = match &run {
        Err(_) => Err(problem.unwrap_or_else(|| io::Error::other("the run was stopped"))),
        Ok(_) if arguments.inputs => output.flush(),
        Ok(run) => match arguments.format {
            Format::Table => write_inspection(run, &mut output),
            Format::Json => write_inspection_json(run, &mut output),
        },
    };
    written.map_err(|error| output.failure(error))?;
    output.commit()?;
    Ok(run.map_or(ExitCode::Error, |run| run.gate.exit_code()))
}

/// The params of the one rule that is named, or none.
fn params(options: &PolicyOptions, config: &Config) -> Result<BTreeMap<String, serde_json::Value>, Failure> {
    if !options.is_given() {
        return Ok(BTreeMap::new());
    }
    let rules: Vec<Arc<Rule>> = policies::load_selected(&options.resolve(config))?.rules;
    match rules.as_slice() {
        [rule] => Ok(rule.params.clone()),
        _ => Err(Diagnostic::error(
            Code::PolicyUnknownRule,
            format!("--inputs shows the params of one rule, but {} are selected", rules.len()),
        )
        .help("name one with --rule")
        .into()),
    }
}
