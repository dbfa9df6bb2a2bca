//! What a gate accepts and expects: waivers, ratchet, population.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::TimeDelta;
use clap::Args;

use super::output::Output;
use super::report::unreadable;
use crate::discover::InputFile;
use crate::finding::{Ratchet, Run};
use crate::policy::{PolicySet, Rule, builtin_files, load};
use crate::population::{self, Given, Population};
use crate::result::{RatchetError, ReadError, next_ratchet, read_ratchet, write_ratchet};
use crate::settings::{Accepting, parse_age};
use crate::source::{Code, Diagnostic, NamedText, printable};
use crate::suggest;
use crate::waiver::{self, Waiver};

#[derive(Debug, Args)]
pub(super) struct AcceptingOptions {
    /// Accept the failures that a file of waivers names; may be given several times.
    #[arg(long, value_name = "FILE")]
    waivers: Vec<PathBuf>,

    /// How long before a waiver expires that is told, e.g. 14d.
    #[arg(long, value_name = "AGE", value_parser = parse_age, default_value = "14d")]
    waiver_notice: TimeDelta,

    /// Let failures pass the gate that stand in this earlier result; only new ones close it.
    ///
    /// The file is one that `--write-ratchet` wrote, or a result that was saved as `json` or `ndjson`.
    #[arg(long, value_name = "FILE")]
    ratchet: Option<PathBuf>,

    /// Take out of the ratchet what is fixed or gone. It takes nothing new.
    #[arg(long, requires = "ratchet")]
    write_ratchet: bool,

    /// With `--write-ratchet`: put in what is new, too.
    #[arg(long, requires = "write_ratchet")]
    accept_new: bool,

    /// Expect the resources of a list: one that no snapshot holds fails. May be given several times.
    ///
    /// The list is a text file with an id a line, a CSV file with a column of them, or JSON: an array of ids, or an object of such arrays by
    /// operation.
    #[arg(long, value_name = "[OPERATION=]FILE[#COLUMN]")]
    expect: Vec<Given>,
}

/// The ratchet's file, to be written when the run is over.
pub(super) struct RatchetTarget {
    output: Output,
    name: Arc<str>,
}

impl AcceptingOptions {
    /// Reads all files. `all` are the rules that there are, whether they are selected or not.
    pub(super) fn resolve(&self, all: &PolicySet) -> Result<Accepting, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut waivers = Vec::new();
        for path in &self.waivers {
            match read_waivers(path) {
                Ok(read) => waivers.extend(read),
                Err(found) => problems.extend(found),
            }
        }
        problems.extend(unknown_rules(&waivers, &all.rules));
        let ratchet = match self.ratchet.as_deref().map(|path| self.read_ratchet(path)).transpose() {
            Ok(ratchet) => ratchet,
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let mut lists = Vec::new();
        for given in &self.expect {
            match population::read(given) {
                Ok(read) => lists.extend(read),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Accepting {
            waivers,
            notice: self.waiver_notice,
            ratchet,
            accepts_new: self.accept_new,
            population: Population { lists },
        })
    }

    fn read_ratchet(&self, path: &Path) -> Result<Ratchet, Diagnostic> {
        let error = match read_ratchet(path) {
            Ok(ratchet) => return Ok(ratchet),
            Err(error) => error,
        };
        let is_missing = matches!(
            &error,
            RatchetError::Read(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound
        );
        if is_missing && self.accept_new {
            return Ok(Ratchet::new(path.to_string_lossy().into(), []));
        }
        let mut problem = match &error {
            RatchetError::Read(error) => unreadable(path, error),
            RatchetError::Entry { .. } => {
                let name = path.to_string_lossy();
                Diagnostic::error(
                    Code::RatchetUnreadable,
                    format!("`{}` is no ratchet: {error}", printable(&name)),
                )
            }
        };
        problem.code = Code::RatchetUnreadable;
        Err(problem.help(if is_missing {
            "make it from what fails now: --write-ratchet --accept-new"
        } else {
            "give a file that `--write-ratchet` or `check --format json` wrote"
        }))
    }

    /// Opens the ratchet for writing, if that is asked for.
    pub(super) fn open_ratchet(&self, inputs: &[InputFile]) -> Result<Option<RatchetTarget>, Diagnostic> {
        match self.ratchet.as_deref().filter(|_| self.write_ratchet) {
            None => Ok(None),
            Some(path) => {
                let name = path.to_string_lossy().into();
                Ok(Some(RatchetTarget { output: Output::open(Some(path), inputs)?, name }))
            }
        }
    }
}

impl RatchetTarget {
    /// Writes what the ratchet knows after a run, unless not everything could be judged.
    pub(super) fn write(
        mut self,
        before: Option<&Ratchet>,
        run: &Run,
    ) -> Result<Option<Diagnostic>, super::Failure> {
        if run.problems().0 > 0 {
            let message = format!(
                "the ratchet `{}` stays as it was: not everything could be judged",
                printable(&self.name)
            );
            return Ok(Some(
                Diagnostic::warning(Code::RatchetNotWritten, message)
                    .help("what could not be read must not count as fixed: mend that first"),
            ));
        }
        write_ratchet(&next_ratchet(before, run), &mut self.output)
            .map_err(|error| self.output.failure(error))?;
        self.output.commit()?;
        Ok(None)
    }
}

/// Reads a file of waivers.
pub(super) fn read_waivers(path: &Path) -> Result<Vec<Arc<Waiver>>, Vec<Diagnostic>> {
    let name = path.to_string_lossy();
    let text = fs::read(path)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| io::Error::other("it is no UTF-8")))
        .map_err(|error| {
            let message = format!("cannot read `{}`: {error}", printable(&name));
            vec![
                Diagnostic::error(Code::WaiverUnreadable, message)
                    .help("name a TOML file of `[[waiver]]` tables; `probity waive` makes one"),
            ]
        })?;
    waiver::read(&NamedText::new(&name, text))
}

/// Waivers that name no rule that there is, selected or not.
fn unknown_rules(waivers: &[Arc<Waiver>], all: &[Arc<Rule>]) -> Vec<Diagnostic> {
    let population = population::rule();
    let names_one = |waiver: &Waiver, rules: &[Arc<Rule>]| {
        rules.iter().chain([&population]).any(|rule| waiver.rule.matches(rule.id.as_str()))
    };
    let strangers: Vec<&Arc<Waiver>> = waivers.iter().filter(|waiver| !names_one(waiver, all)).collect();
    if strangers.is_empty() {
        return Vec::new();
    }
    // With `--no-builtin` they are known, too.
    let builtin = load(&builtin_files()).unwrap_or_default().rules;
    let unknown = strangers.into_iter().filter(|waiver| !names_one(waiver, &builtin));
    unknown
        .map(|waiver| {
            let ids = all.iter().chain(&builtin).map(|rule| rule.id.as_str());
            let near = suggest::did_you_mean(suggest::nearest(waiver.rule.as_str(), ids));
            let message =
                format!("a waiver names no known rule: `{}`{near}", printable(waiver.rule.as_str()));
            Diagnostic::error(Code::WaiverUnknownRule, message)
                .at(waiver.place.clone())
                .showing(waiver.excerpt.clone())
                .help("`probity rules` lists them; a waiver of a rule that is gone is to be taken out")
        })
        .collect()
}
