//! `check --live`: what is judged is fetched first, and kept.

use std::io::{self, Write as _};
use std::path::PathBuf;

use super::Failure;
use super::fetch::FetchOptions;
use crate::config::Config;
use crate::discover::{Discovery, discover};
use crate::fetch::credentials::SystemEnvironment;
use crate::fetch::{Collected, Target};
use crate::source::{Level, printable};

/// Calls that are to be made.
pub(super) struct Live<'o> {
    options: &'o FetchOptions,
    environment: SystemEnvironment,
    targets: Vec<Target>,
}

impl<'o> Live<'o> {
    /// The calls: of the operation that is named, or where none is, those of the configuration. Nothing is sent yet.
    pub(super) fn prepare(name: &str, options: &'o FetchOptions, config: &Config) -> Result<Self, Failure> {
        let environment = SystemEnvironment;
        let operation = Some(name).filter(|name| !name.is_empty());
        let targets = options.targets(operation, config, &environment)?;
        Ok(Self { options, environment, targets })
    }

    /// Makes them, and finds what came: the evidence of these calls and no other.
    pub(super) fn collect(self) -> Discovery {
        let collected = self.options.fetch(&self.targets, &self.environment);
        let folders: Vec<PathBuf> =
            collected.iter().filter_map(|call| Some(call.evidence.as_ref()?.folder.clone())).collect();
        let count =
            if folders.len() == 1 { "1 folder".to_owned() } else { format!("{} folders", folders.len()) };
        let out = self.options.out();
        // Losing standard error must not lose the result.
        let _ =
            writeln!(io::stderr(), "evidence is kept in `{}`: {count}", printable(&out.to_string_lossy()));
        found(&folders, collected)
    }
}

/// What is judged: the same as where `check` is given these folders, and what no folder tells.
fn found(folders: &[PathBuf], collected: Vec<Collected>) -> Discovery {
    let mut discovery = if folders.is_empty() { Discovery::default() } else { discover(folders) };
    for call in collected {
        // What ended a call early stands in its manifest.
        let is_told = call.evidence.is_some_and(|evidence| !evidence.snapshot.complete);
        let untold =
            call.diagnostics.into_iter().filter(|problem| !is_told || problem.level == Level::Warning);
        discovery.diagnostics.extend(untold);
    }
    discovery
}
