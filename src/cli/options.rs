//! Options that several commands share.

use std::env;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum, value_parser};

use crate::config::{Config, MAX_THREADS, find};
use crate::finding::{OnInconclusive, Verdict};
use crate::load::parse_size;
use crate::operation::Operation;
use crate::policy::{Override, Severity};
use crate::settings::{parse_age, parse_clock};
use crate::source::{Code, Diagnostic};

/// How inputs are read.
#[derive(Debug, Args)]
pub(super) struct LoadOptions {
    /// Files, directories, globs, or `-` for standard input.
    ///
    /// A directory is searched for *.json, *.ndjson and *.jsonl, plain or with .gz or .zst; a file that is
    /// named is read whatever its ending.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// The operation that all inputs are of, where their content does not tell; also reads resources without
    /// a payload around them.
    #[arg(long = "as", value_name = "OPERATION")]
    pub(super) forced: Option<Operation>,

    /// Report fields and values that no document names, as errors.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) strict: Option<bool>,

    /// Accept a snapshot even if pages of it are missing.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) allow_incomplete: Option<bool>,

    /// Accept a snapshot without resources.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) allow_empty: Option<bool>,

    /// Refuse snapshots older than this by their own times, e.g. 36h or 7d.
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub(super) max_age: Option<TimeDelta>,

    /// Most bytes of one file, unpacked [default: 16GiB].
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(super) max_file_size: Option<u64>,

    /// Most times that a compressed file may grow when it is unpacked [default: 200].
    #[arg(long, value_name = "RATIO")]
    pub(super) max_ratio: Option<u64>,

    /// Threads that parse and judge; by default as many as there are processors.
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u16).range(1..=i64::from(MAX_THREADS)))]
    pub(super) threads: Option<u16>,
}

/// Where rules come from, and which of them take part.
#[derive(Debug, Args)]
pub(super) struct PolicyOptions {
    /// Add the rules of a directory or file; may be given several times.
    #[arg(long = "policies", value_name = "DIR")]
    pub(super) folders: Vec<PathBuf>,

    /// Leave the built-in rules out.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) no_builtin: Option<bool>,

    /// Evaluate only these rules: an id or a glob; may be given several times.
    #[arg(long = "rule", value_name = "RULE")]
    pub(super) selected: Vec<String>,

    /// Leave these rules out: an id or a glob; may be given several times.
    #[arg(long, value_name = "RULE")]
    pub(super) exclude: Vec<String>,

    /// Give a param another value: RULE.param=value; may be given several times.
    #[arg(long = "set", value_name = "RULE.PARAM=VALUE")]
    pub(super) overrides: Vec<Override>,
}

impl PolicyOptions {
    /// Whether any of them was given.
    pub(super) fn is_given(&self) -> bool {
        let Self { folders, no_builtin, selected, exclude, overrides } = self;
        no_builtin.is_some()
            || !(folders.is_empty() && selected.is_empty() && exclude.is_empty() && overrides.is_empty())
    }
}

/// What closes the gate, and what is reported.
#[derive(Debug, Default, Args)]
pub(super) struct JudgeOptions {
    /// Severity from which on failures and inconclusive verdicts close the gate [default: low].
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    pub(super) fail_on: Option<Severity>,

    /// What an inconclusive verdict means: it closes the gate as a failure does, or is only reported [default: fail].
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(super) inconclusive: Option<InconclusiveChoice>,

    /// Report these verdicts too, separated by commas.
    #[arg(long, value_name = "VERDICTS", value_delimiter = ',', value_enum)]
    pub(super) include: Vec<IncludeChoice>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum InconclusiveChoice {
    /// The gate closes.
    Fail,
    /// The gate stays open.
    Warn,
}

impl InconclusiveChoice {
    pub(super) const fn meaning(self) -> OnInconclusive {
        match self {
            Self::Fail => OnInconclusive::Fail,
            Self::Warn => OnInconclusive::Warn,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum IncludeChoice {
    /// What passed.
    Pass,
    /// What rules are not about.
    NotApplicable,
}

impl IncludeChoice {
    pub(super) const fn verdict(self) -> Verdict {
        match self {
            Self::Pass => Verdict::Pass,
            Self::NotApplicable => Verdict::NotApplicable,
        }
    }
}

/// Names the severities in the help, and where another is given.
fn severities() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::as_str)).try_map(|text| text.parse::<Severity>())
}

/// Where settings are taken from that the command line does not give.
#[derive(Debug, Args)]
pub(super) struct ConfigOptions {
    /// Take settings from this file, in place of the nearest probity.toml.
    ///
    /// That is looked for in the working directory and the folders above it, up to the one that holds .git.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// Take settings from no file.
    #[arg(long)]
    no_config: bool,
}

impl ConfigOptions {
    /// Finds and reads the configuration.
    pub(super) fn load(&self) -> Result<Config, Vec<Diagnostic>> {
        if self.no_config {
            return Ok(Config::default());
        }
        let working = env::current_dir().map_err(|error| {
            let message = format!("the working directory cannot be told: {error}");
            vec![Diagnostic::error(Code::ConfigUnreadable, message).help("say --no-config")]
        })?;
        let path = match &self.config {
            Some(path) => Some(path.clone()),
            None => find(&working).map_err(|problem| vec![problem])?,
        };
        path.map_or_else(|| Ok(Config::default()), |path| Config::read(&path, &working))
    }
}

/// The clock of a run.
#[derive(Debug, Args)]
pub(super) struct ClockOptions {
    /// The clock that ages are measured by, RFC 3339 or a date; by default the start of the run.
    #[arg(long, value_name = "TIME", value_parser = parse_clock)]
    at: Option<DateTime<Utc>>,
}

impl ClockOptions {
    pub(super) fn resolve(&self) -> DateTime<Utc> {
        self.at.unwrap_or_else(Utc::now)
    }
}
