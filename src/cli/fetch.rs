//! `probity fetch`.

use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};
use serde_json::Value;

use super::configured;
use super::fetching::fetch;
use super::instances::read_instances;
use super::options::ConfigOptions;
use super::{ColorChoice, Failure, stderr_style};
use crate::config::Config;
use crate::fetch::credentials::{Environment, SystemEnvironment};
use crate::fetch::endpoint::Endpoint;
use crate::fetch::{Collected, Order, Owner, Target, targets};
use crate::finding::ExitCode;
use crate::report::{FETCHED_SCHEMA, FetchedCall, FetchedV1, write_diagnostic, write_fetched_json};
use crate::source::{Code, Diagnostic};

/// Where evidence is written where nothing is said.
const OUT: &str = "evidence";

#[derive(Debug, Args)]
pub(super) struct FetchArguments {
    /// The documented call, e.g. `aws.ssm.GetPatchBaseline`, or the last part of its name; without it, all calls that
    /// `[[fetch]]` in `probity.toml` names.
    #[arg(value_name = "OPERATION")]
    operation: Option<String>,

    #[command(flatten)]
    options: FetchOptions,

    #[command(flatten)]
    config: ConfigOptions,

    /// What to print of the folders that were written.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = FetchFormat::Text)]
    format: FetchFormat,
}

/// What is called, and how; `check --live` takes the same.
#[derive(Debug, Args)]
pub(super) struct FetchOptions {
    /// The region to call; may be given several times [default: that of the environment or profile].
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,

    /// The profile that holds the credentials [default: as the vendor's own tools choose].
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,

    /// A parameter by its documented name; lists and objects as JSON. May be given several times.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parse_parameter)]
    parameters: Vec<(String, String)>,

    /// `GetPatchBaseline`: the id or ARN of a baseline; may be given several times.
    #[arg(long = "baseline-id", value_name = "ID")]
    baseline_ids: Vec<String>,

    /// `GetPatchBaseline`: every baseline that `DescribePatchBaselines` lists.
    #[arg(long, conflicts_with = "baseline_ids")]
    all: bool,

    /// With `--all`: whose baselines [default: self].
    #[arg(long, value_name = "OWNER", value_enum, requires = "all")]
    owner: Option<OwnerChoice>,

    /// `ListInstancePatchStates`, `ListInstanceCompliant`: the id of an instance; may be given several times.
    #[arg(long = "instance-id", value_name = "ID")]
    instance_ids: Vec<String>,

    /// Ids of instances from a file, one a line; `#` begins a comment.
    #[arg(long, value_name = "FILE")]
    instances_from: Option<PathBuf>,

    /// `ListPublishBatch`: the version that the agent is upgraded to.
    #[arg(long, value_name = "VERSION")]
    upgrade_version: Option<String>,

    /// Resources on a page, by whatever name the call has for that.
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u32).range(1..))]
    page_size: Option<u32>,

    /// The folder that evidence is written below [default: evidence]; nothing in it is ever overwritten.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Where to send requests, in place of the documented address: `https://HOST[:PORT]`, or `http://` on this machine.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,

    /// Most requests a second to one API, where that is less than its documents allow.
    #[arg(long, value_name = "NUMBER", value_parser = parse_rate)]
    rate: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OwnerChoice {
    /// The account's own.
    #[value(name = "self")]
    Own,
    /// Those that AWS provides.
    Aws,
    /// Both.
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FetchFormat {
    /// One a line.
    Text,
    /// With their manifests and what is wrong, as one JSON document.
    Json,
}

pub(super) fn run(arguments: &FetchArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let environment = SystemEnvironment;
    let operation = arguments.operation.as_deref();
    let config = if operation.is_some() { Config::default() } else { arguments.config.load()? };
    let targets = arguments.options.targets(operation, &config, &environment)?;
    let collected = arguments.options.fetch(&targets, &environment);
    tell(&collected, color);
    let complete = collected.iter().all(Collected::is_complete);
    let mut out = BufWriter::new(io::stdout().lock());
    match arguments.format {
        FetchFormat::Text => {
            for evidence in collected.iter().filter_map(|call| call.evidence.as_ref()) {
                writeln!(out, "{}", evidence.folder.display())?;
            }
        }
        FetchFormat::Json => {
            let calls = collected.into_iter().map(|call| shown(&targets, call)).collect();
            write_fetched_json(&FetchedV1 { schema: FETCHED_SCHEMA, complete, calls }, &mut out)?;
        }
    }
    out.flush()?;
    Ok(if complete { ExitCode::Pass } else { ExitCode::Error })
}

/// Says what was wrong.
fn tell(collected: &[Collected], color: ColorChoice) {
    let style = stderr_style(color);
    for diagnostic in collected.iter().flat_map(|collected| &collected.diagnostics) {
        // Losing standard error must not lose the result.
        let _ = write_diagnostic(diagnostic, style, &mut io::stderr());
    }
}

impl FetchOptions {
    /// What is to be called: the operation that is named, or without one all that the configuration names.
    pub(super) fn targets(
        &self,
        operation: Option<&str>,
        config: &Config,
        environment: &dyn Environment,
    ) -> Result<Vec<Target>, Vec<Diagnostic>> {
        match operation {
            Some(operation) => targets(&self.order(operation)?, environment)
                .map_err(|problems| problems.into_iter().map(|problem| problem.diagnostic).collect()),
            None if self.is_of_one_call() => {
                let message = "options of a call are given, but no operation";
                Err(vec![Diagnostic::error(Code::FetchParameter, message).help(
                    "name the operation; the calls of `[[fetch]]` in probity.toml have their options there",
                )])
            }
            None => configured::targets(config, environment),
        }
    }

    /// Makes the calls.
    pub(super) fn fetch(&self, targets: &[Target], environment: &dyn Environment) -> Vec<Collected> {
        fetch(targets, &self.out(), self.rate, environment)
    }

    /// The folder that evidence is written below.
    pub(super) fn out(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| PathBuf::from(OUT))
    }

    /// Whether any of them was given.
    pub(super) fn is_given(&self) -> bool {
        self.is_of_one_call() || self.out.is_some() || self.rate.is_some()
    }

    /// Whether one was given that says what one call is like.
    fn is_of_one_call(&self) -> bool {
        let Self {
            regions,
            profile,
            parameters,
            baseline_ids,
            all,
            owner,
            instance_ids,
            instances_from,
            upgrade_version,
            page_size,
            endpoint,
            out: _,
            rate: _,
        } = self;
        let lists = [regions, baseline_ids, instance_ids];
        let texts = [profile, upgrade_version, endpoint];
        lists.iter().any(|list| !list.is_empty())
            || texts.iter().any(|text| text.is_some())
            || !parameters.is_empty()
            || *all
            || owner.is_some()
            || instances_from.is_some()
            || page_size.is_some()
    }

    /// What is asked for.
    fn order(&self, operation: &str) -> Result<Order, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let endpoint = self.endpoint.as_deref().and_then(|url| match Endpoint::parse(url) {
            Ok(endpoint) => Some(endpoint),
            Err(error) => {
                problems.push(Diagnostic::error(Code::FetchParameter, error.to_string()).help(error.help()));
                None
            }
        });
        let mut instance_ids = self.instance_ids.clone();
        if let Some(path) = &self.instances_from {
            match read_instances(path) {
                Ok(ids) => instance_ids.extend(ids),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut parameters: Vec<(String, Value)> =
            self.parameters.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        if let Some(version) = &self.upgrade_version {
            parameters.push(("UpgradeVersion".to_owned(), Value::from(version.as_str())));
        }
        let owner = match self.owner {
            None | Some(OwnerChoice::Own) => Owner::Own,
            Some(OwnerChoice::Aws) => Owner::Aws,
            Some(OwnerChoice::All) => Owner::All,
        };
        Ok(Order {
            operation: operation.to_owned(),
            regions: self.regions.clone(),
            profile: self.profile.clone(),
            account: None,
            parameters,
            baseline_ids: self.baseline_ids.clone(),
            all: self.all.then_some(owner),
            instance_ids,
            page_size: self.page_size,
            endpoint,
        })
    }
}

fn shown(targets: &[Target], call: Collected) -> FetchedCall {
    let target = targets.get(call.target);
    let diagnostics = call.diagnostics.iter().map(Into::into).collect();
    let (folder, snapshot) = match call.evidence {
        Some(evidence) => (Some(evidence.folder.display().to_string()), Some(evidence.snapshot)),
        None => (None, None),
    };
    FetchedCall {
        operation: target.map_or("", |target| target.call.id).to_owned(),
        region: target.and_then(|target| target.region.clone()),
        profile: target.and_then(|target| target.profile.clone()),
        folder,
        snapshot,
        diagnostics,
    }
}

fn parse_parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a parameter is written as NAME=VALUE".to_owned()),
    }
}

fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("a rate is a number above 0".to_owned()),
    }
}
