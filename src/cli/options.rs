//! Options that several commands share.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, value_parser};

use crate::load::{Limits, parse_size};
use crate::operation::Operation;
use crate::policy::{Override, Selection};
use crate::settings::{LoadSettings, PolicySettings, parse_age, parse_clock};

/// Most threads that may be asked for: far more than help, far fewer than a machine cannot start.
const MAX_THREADS: i64 = 1024;

/// How inputs are read.
#[derive(Debug, Args)]
pub(super) struct LoadOptions {
    /// Files, directories, globs, or `-` for standard input.
    ///
    /// A directory is searched for *.json, *.ndjson and *.jsonl, plain or with .gz or .zst; a file that is
    /// named is read whatever its ending.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The operation that all inputs are of, where their content does not tell; also reads resources without
    /// a payload around them.
    #[arg(long = "as", value_name = "OPERATION")]
    forced: Option<Operation>,

    /// Report fields and values that no document names, as errors.
    #[arg(long)]
    strict: bool,

    /// Accept a snapshot even if pages of it are missing.
    #[arg(long)]
    allow_incomplete: bool,

    /// Accept a snapshot without resources.
    #[arg(long)]
    allow_empty: bool,

    /// Refuse snapshots older than this by their own times, e.g. 36h or 7d.
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    max_age: Option<TimeDelta>,

    /// Most bytes of one file, unpacked.
    #[arg(long, value_name = "SIZE", value_parser = parse_size, default_value = "16GiB")]
    max_file_size: u64,

    /// Most times that a compressed file may grow when it is unpacked.
    #[arg(long, value_name = "RATIO", default_value_t = Limits::default().max_ratio)]
    max_ratio: u64,

    /// Threads that parse and judge; by default as many as there are processors.
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u16).range(1..=MAX_THREADS))]
    threads: Option<u16>,
}

impl LoadOptions {
    pub(super) fn resolve(&self) -> LoadSettings {
        LoadSettings {
            inputs: self.paths.clone(),
            forced: self.forced,
            limits: Limits { max_file_bytes: self.max_file_size, max_ratio: self.max_ratio },
            strict: self.strict,
            allow_incomplete: self.allow_incomplete,
            allow_empty: self.allow_empty,
            max_age: self.max_age,
            threads: self
                .threads
                .and_then(|threads| NonZeroUsize::new(threads.into()))
                .or_else(|| thread::available_parallelism().ok())
                .unwrap_or(NonZeroUsize::MIN),
        }
    }
}

/// Where rules come from, and which of them take part.
#[derive(Debug, Args)]
pub(super) struct PolicyOptions {
    /// Add the rules of a directory or file; may be given several times.
    #[arg(long = "policies", value_name = "DIR")]
    folders: Vec<PathBuf>,

    /// Leave the built-in rules out.
    #[arg(long)]
    no_builtin: bool,

    /// Evaluate only these rules: an id or a glob; may be given several times.
    #[arg(long = "rule", value_name = "RULE")]
    selected: Vec<String>,

    /// Leave these rules out: an id or a glob; may be given several times.
    #[arg(long, value_name = "RULE")]
    exclude: Vec<String>,

    /// Give a param another value: RULE.param=value; may be given several times.
    #[arg(long = "set", value_name = "RULE.PARAM=VALUE")]
    overrides: Vec<Override>,
}

impl PolicyOptions {
    /// Whether any of them was given.
    pub(super) fn is_given(&self) -> bool {
        let Self { folders, no_builtin, selected, exclude, overrides } = self;
        *no_builtin
            || !(folders.is_empty() && selected.is_empty() && exclude.is_empty() && overrides.is_empty())
    }

    pub(super) fn resolve(&self) -> PolicySettings {
        PolicySettings {
            folders: self.folders.clone(),
            builtin: !self.no_builtin,
            selection: Selection {
                include: self.selected.clone(),
                named: Vec::new(),
                exclude: self.exclude.clone(),
                overrides: self.overrides.clone(),
            },
        }
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
