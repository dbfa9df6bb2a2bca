//! `probity explain`.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, ValueEnum};

use super::accepting::{AcceptChoice, AcceptedOptions};
use super::check::{tell, with_progress};
use super::options::{ClockOptions, ConfigOptions, LoadOptions, PolicyOptions};
use super::output::Output;
use super::test::on_a_large_stack;
use super::{ColorChoice, Failure, policies, stdout_style};
use crate::discover::discover;
use crate::evaluate::{ExplainedCase, Explanation, Plan, Way, explain};
use crate::finding::{ExitCode, OnInconclusive, Run, Verdict};
use crate::policy::{PolicySet, Rule, Severity, select};
use crate::report::{Explained, Style, write_explanations, write_explanations_json};
use crate::run::{Candidate, Chosen, Event, execute};
use crate::settings::{JudgeSettings, Purpose};
use crate::source::{Code, Diagnostic, printable};
use crate::suggest;

/// Resources that are listed where it is not clear which is meant.
const LISTED: usize = 20;
/// Resources of the same name that are explained.
const MAX_EXPLAINED: usize = 10;

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    #[command(flatten)]
    load: LoadOptions,

    #[command(flatten)]
    policy: PolicyOptions,

    #[command(flatten)]
    clock: ClockOptions,

    #[command(flatten)]
    config: ConfigOptions,

    #[command(flatten)]
    accepted: AcceptedOptions,

    /// The resource: its id or name, a JSON pointer to it, or `FILE:LINE`; needed where there are several.
    #[arg(long, value_name = "RESOURCE")]
    resource: Option<String>,

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
}

pub(super) fn run(arguments: &ExplainArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    if arguments.policy.selected.is_empty() {
        let message = "the rule to explain is missing: name it with --rule";
        super::Arguments::command().error(ErrorKind::MissingRequiredArgument, message).exit();
    }
    let config = arguments.config.load()?;
    let policy = arguments.policy.resolve(&config);
    let load = arguments.load.resolve(&config);
    let all = policies::load(&policy)?;
    let policies = select(&all, &policy.selection)?;
    let rule = only_rule(&policies)?;
    let accepting = AcceptChoice::of_verdicts(&arguments.accepted, &config.keys).resolve(&all)?;
    let clock = arguments.clock.resolve();
    let plan = Plan::new(&policies, clock)?;
    let judging = JudgeSettings {
        purpose: Purpose::Explain(arguments.resource.clone()),
        way: Way::Fast,
        clock,
        fail_on: Severity::Low,
        on_inconclusive: OnInconclusive::Fail,
        accepting,
        include: Verdict::ALL.to_vec(),
        excerpts: false,
        evidence: false,
        digests: false,
        config: config.file.clone(),
    };
    let discovery = discover(&load.inputs);
    let mut output = Output::open(arguments.output.as_deref(), &discovery.files)?;
    let mut found = Found::new(arguments.resource.as_deref());
    let run = with_progress(|progress| {
        execute(&load, &judging, &plan, discovery, progress, None, &mut |event| {
            match event {
                Event::Candidate(candidate) => found.add(candidate),
                Event::Diagnostic(diagnostic) if !is_of_waiver(diagnostic) => tell(diagnostic, color),
                Event::Diagnostic(_) | Event::Finding(_) | Event::Input(_) | Event::Lines(_) => {}
            }
            true
        })
    });
    let Ok(run) = run else { return Ok(ExitCode::Error) };
    if let Some(problem) = found.problem(rule, &run) {
        return Err(problem.into());
    }
    if found.chosen.is_empty() {
        // Why there is nothing was told.
        return Ok(ExitCode::Error);
    }
    for diagnostic in run.diagnostics.iter().filter(|diagnostic| is_of_waiver(diagnostic)) {
        tell(diagnostic, color);
    }
    let chosen = found.chosen;
    let explanations = on_a_large_stack(|| explain_all(&plan, rule, &chosen))??;
    let explained: Vec<Explained<'_>> = chosen
        .iter()
        .zip(&explanations)
        .map(|((candidate, chosen), explanation)| Explained {
            finding: &chosen.finding,
            location: &candidate.location,
            explanation: explanation.as_ref(),
        })
        .collect();
    let more = found.chosen_count - explained.len() as u64;
    let style = if output.is_stdout() { stdout_style(color) } else { Style::PLAIN };
    let written = match arguments.format {
        Format::Pretty => write_explanations(&explained, more, &run, style, &mut output),
        Format::Json => write_explanations_json(&explained, more, &run, &mut output),
    };
    written.map_err(|error| output.failure(error))?;
    output.commit()?;
    Ok(run.gate.exit_code())
}

/// Whether it tells of the day of a waiver, which matters only for what is explained.
const fn is_of_waiver(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.code, Code::WaiverExpired | Code::WaiverExpiring)
}

/// The one rule that was selected.
fn only_rule(policies: &PolicySet) -> Result<&Rule, Diagnostic> {
    match policies.rules.as_slice() {
        [rule] => Ok(rule),
        rules => {
            let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
            let message = format!("one rule is explained at a time, but {} are selected", rules.len());
            Err(Diagnostic::error(Code::PolicyUnknownRule, message)
                .help(format!("name one of {}", listed(&ids, ids.len() as u64))))
        }
    }
}

fn explain_all(
    plan: &Plan,
    rule: &Rule,
    chosen: &[(Candidate, Box<Chosen>)],
) -> Result<Vec<Option<Explanation>>, Vec<Diagnostic>> {
    let explained = |(candidate, chosen): &(Candidate, Box<Chosen>)| {
        let Some(input) = &chosen.input else { return Ok(None) };
        let case = ExplainedCase {
            operation: candidate.subject.operation,
            input,
            text: &chosen.text,
            file: &candidate.location.place.file,
            start: chosen.start,
        };
        explain(plan, rule, &case).map(Some)
    };
    chosen.iter().map(explained).collect()
}

/// What there is of resources that could be meant.
struct Found<'a> {
    /// What was asked for.
    name: Option<&'a str>,
    /// How many resources the rule is about.
    count: u64,
    /// What the first of them are called.
    names: Vec<String>,
    /// The one whose id or name is nearest to what was asked for.
    nearest: Option<String>,
    chosen: Vec<(Candidate, Box<Chosen>)>,
    chosen_count: u64,
}

impl<'a> Found<'a> {
    const fn new(name: Option<&'a str>) -> Self {
        Self { name, count: 0, names: Vec::new(), nearest: None, chosen: Vec::new(), chosen_count: 0 }
    }

    fn add(&mut self, mut candidate: Candidate) {
        self.count += 1;
        if self.names.len() < LISTED {
            self.names.push(called(&candidate));
        }
        if let Some(name) = self.name
            && self.chosen_count == 0
        {
            let subject = &candidate.subject;
            let known = [&self.nearest, &subject.id, &subject.name];
            let near = suggest::nearest(name, known.into_iter().flatten().map(String::as_str));
            self.nearest = near.map(str::to_owned);
        }
        if let Some(chosen) = candidate.chosen.take() {
            self.chosen_count += 1;
            if self.chosen.len() < if self.name.is_some() { MAX_EXPLAINED } else { 1 } {
                self.chosen.push((candidate, chosen));
            }
        }
    }

    /// Why there is not the one resource that was asked for.
    fn problem(&self, rule: &Rule, run: &Run) -> Option<Diagnostic> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let unknown = |message: String| Some(Diagnostic::error(Code::ResourceUnknown, message));
        if self.count == 0 {
            let about: Vec<&str> = rule.applies_to.iter().map(|operation| operation.id()).collect();
            let mut held: Vec<&str> =
                run.inputs.iter().filter_map(|input| Some(input.operation?.id())).collect();
            held.sort_unstable();
            held.dedup();
            if held.is_empty() && run.problems().0 > 0 {
                return None;
            }
            let held = if held.is_empty() { "no resource".to_owned() } else { held.join(", ") };
            return unknown(format!(
                "{} is about {}, but the inputs hold {held}: there is nothing to explain",
                rule.id,
                about.join(", ")
            ));
        }
        match self.name {
            None if self.count > 1 => {
                let message =
                    format!("one resource is explained at a time, but the inputs hold {}", self.count);
                Some(
                    Diagnostic::error(Code::ResourceAmbiguous, message)
                        .help(format!("name one with --resource: {}", listed(&names, self.count))),
                )
            }
            Some(name) if self.chosen_count == 0 => {
                let near = self.nearest.as_deref().map(printable);
                let message = format!(
                    "no resource is called `{}`{}",
                    printable(name),
                    suggest::did_you_mean(near.as_deref())
                );
                Some(
                    Diagnostic::error(Code::ResourceUnknown, message)
                        .help(format!("there is {}", listed(&names, self.count))),
                )
            }
            _ => None,
        }
    }
}

/// What a resource is called, or where it stands.
fn called(candidate: &Candidate) -> String {
    let Candidate { subject, location, .. } = candidate;
    let place = || {
        let start = location.place.start;
        format!("{}:{}:{}", location.place.file, start.line_1based, start.column_1based)
    };
    let words = match (&subject.id, &subject.name) {
        (Some(id), Some(name)) if !id.contains(name) => format!("{id} ({name})"),
        (Some(name), _) | (None, Some(name)) => name.clone(),
        (None, None) => place(),
    };
    printable(&words.chars().take(200).collect::<String>()).into_owned()
}

/// Names, and how many there are beside them.
fn listed(names: &[&str], count: u64) -> String {
    let shown = names.get(..names.len().min(LISTED)).unwrap_or_default();
    match count.saturating_sub(shown.len() as u64) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
