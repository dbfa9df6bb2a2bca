//! What a gate accepts and expects: waivers, ratchet, population.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::TimeDelta;
use clap::Args;
use serde_json::json;

use super::output::Output;
use super::report::unreadable;
use super::setting::{Setting, given, shown_path, shown_paths};
use crate::config::{Expect, FilePath, Keys, Located, write_age};
use crate::discover::InputFile;
use crate::finding::{Gate, Ratchet, Run};
use crate::policy::{PolicySet, builtin_files, load};
use crate::population::{self, Given, Population};
use crate::report::{ShownKey, Source};
use crate::result::{RatchetError, ReadError, next_ratchet, read_ratchet, write_ratchet};
use crate::settings::{Accepting, parse_age};
use crate::source::{Code, Diagnostic, SourceText, printable};
use crate::suggest;
use crate::waiver::{self, Waiver, Waivers};

/// Days before a waiver expires from which on that is told, where nobody says.
const DEFAULT_NOTICE_DAYS: i64 = 14;

/// What is accepted of single verdicts.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct AcceptedOptions {
    /// Accept the failures that a file of waivers names; may be given several times.
    #[arg(long, value_name = "FILE")]
    waivers: Vec<PathBuf>,

    /// How long before a waiver expires that is told [default: 14d].
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    waiver_notice: Option<TimeDelta>,

    /// Let failures pass the gate that stand in this earlier result; only new ones close it.
    ///
    /// The file is one that `--write-ratchet` wrote, or a result that was saved as `json` or `ndjson`.
    #[arg(long, value_name = "FILE")]
    ratchet: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct AcceptingOptions {
    #[command(flatten)]
    accepted: AcceptedOptions,

    /// Take out of the ratchet what is fixed or gone. It takes nothing new.
    #[arg(long)]
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

/// What a gate accepts and expects, and where that is said.
#[derive(Clone, Debug)]
pub(super) struct AcceptChoice {
    waivers: Setting<Vec<PathBuf>>,
    notice: Setting<TimeDelta>,
    ratchet: Setting<Option<PathBuf>>,
    expect: Setting<Vec<Given>>,
    writes_ratchet: bool,
    accepts_new: bool,
}

impl AcceptChoice {
    pub(super) fn of(options: &AcceptingOptions, keys: &Keys) -> Self {
        let lists = |list: &Vec<Located<Expect>>| {
            let read = |expect: &Located<Expect>| Given {
                operation: expect.value.operation.as_ref().map(|entry| entry.value),
                path: expect.value.file.value.0.clone(),
                column: expect.value.column.as_ref().map(|entry| entry.value.0.clone()),
            };
            list.iter().map(read).collect()
        };
        Self {
            expect: Setting::of(given(&options.expect), keys.expect.as_ref(), lists, Vec::new),
            writes_ratchet: options.write_ratchet,
            accepts_new: options.accept_new,
            ..Self::of_verdicts(&options.accepted, keys)
        }
    }

    /// The same where single verdicts are judged: no resource is expected then, and no ratchet written.
    pub(super) fn of_verdicts(options: &AcceptedOptions, keys: &Keys) -> Self {
        let paths = |list: &Vec<Located<FilePath>>| list.iter().map(|path| path.value.0.clone()).collect();
        Self {
            waivers: Setting::of(given(&options.waivers), keys.waivers.as_ref(), paths, Vec::new),
            notice: Setting::of(
                options.waiver_notice,
                keys.waiver_notice.as_ref(),
                |age| age.0,
                || TimeDelta::days(DEFAULT_NOTICE_DAYS),
            ),
            ratchet: Setting::of(
                options.ratchet.clone().map(Some),
                keys.ratchet.as_ref(),
                |path| Some(path.0.clone()),
                || None,
            ),
            expect: Setting { value: Vec::new(), source: Source::Default },
            writes_ratchet: false,
            accepts_new: false,
        }
    }

    /// As `probity config` shows it.
    pub(super) fn shown(&self) -> Vec<ShownKey> {
        vec![
            self.waivers.shown("waivers", |paths| Some(shown_paths(paths))),
            self.notice.shown("waiver_notice", |age| Some(json!(write_age(*age)))),
            self.ratchet.shown("ratchet", |path| path.as_deref().map(shown_path)),
        ]
    }

    /// The lists, of which a table is shown each, where the command line names them.
    pub(super) fn shown_lists(&self) -> Option<&[Given]> {
        (self.expect.source == Source::CommandLine).then_some(&self.expect.value)
    }

    /// Reads all files. `all` are the rules that there are, whether they are selected or not.
    pub(super) fn resolve(&self, all: &PolicySet) -> Result<Accepting, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut waivers = Vec::new();
        for path in &self.waivers.value {
            match read_waivers(path) {
                Ok(read) => waivers.extend(read),
                Err(found) => problems.extend(found),
            }
        }
        problems.extend(unknown_rules(&waivers, all));
        let ratchet = match self.ratchet.value.as_deref().map(|path| self.read_ratchet(path)).transpose() {
            Ok(ratchet) => ratchet,
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let mut lists = Vec::new();
        for given in &self.expect.value {
            match population::read(given) {
                Ok(read) => lists.extend(read),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Accepting {
            waivers: Waivers::new(waivers),
            notice: self.notice.value,
            ratchet,
            accepts_new: self.accepts_new,
            population: Population { lists, rule: None },
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
        if is_missing && self.accepts_new {
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
        if !self.writes_ratchet {
            return Ok(None);
        }
        let Some(path) = self.ratchet.value.as_deref() else {
            let message = "--write-ratchet has no ratchet to write";
            return Err(Diagnostic::error(Code::RatchetUnreadable, message)
                .help("name its file with --ratchet, or in probity.toml"));
        };
        let name = path.to_string_lossy().into();
        Ok(Some(RatchetTarget { output: Output::open(Some(path), inputs)?, name }))
    }
}

impl RatchetTarget {
    /// Writes what the ratchet knows after a run, unless not everything could be judged.
    pub(super) fn write(
        mut self,
        before: Option<&Ratchet>,
        run: &Run,
    ) -> Result<Option<Diagnostic>, super::Failure> {
        if run.gate == Gate::Error {
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
    let bytes = fs::read(path).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", printable(&name));
        vec![
            Diagnostic::error(Code::WaiverUnreadable, message)
                .help("name a TOML file of `[[waiver]]` tables; `probity waive` makes one"),
        ]
    })?;
    waiver::read(&SourceText::new(&name, bytes))
}

/// Waivers that name no rule that there is, selected or not.
fn unknown_rules(waivers: &[Arc<Waiver>], all: &PolicySet) -> Vec<Diagnostic> {
    let names_one =
        |waiver: &Waiver, set: &PolicySet| set.named().any(|rule| waiver.rule.matches(rule.id.as_str()));
    let strangers: Vec<&Arc<Waiver>> = waivers.iter().filter(|waiver| !names_one(waiver, all)).collect();
    if strangers.is_empty() {
        return Vec::new();
    }
    // With `--no-builtin` they are known, too.
    let builtin = load(&builtin_files()).unwrap_or_default();
    let unknown = strangers.into_iter().filter(|waiver| !names_one(waiver, &builtin));
    unknown
        .map(|waiver| {
            let ids = all.named().chain(&builtin.rules).map(|rule| rule.id.as_str());
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
