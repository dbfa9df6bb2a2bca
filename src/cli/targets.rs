//! Where results go, and in which formats.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::output::Output;
use super::setting::{Setting, given};
use super::{ColorChoice, Failure, stdout_style};
use crate::config::{self, Grouping, Keys, Located, OutputFormat};
use crate::discover::InputFile;
use crate::report::{self, Format, GroupBy, LeftOut, Rendering, ShownKey, Source, Style};
use crate::result::Recorded;
use crate::source::{Code, Diagnostic, printable};

/// Options of commands that write a result.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct TargetOptions {
    /// What to print; by default `pretty`, unless a file takes it.
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<Format>,

    #[command(flatten)]
    files: FileOptions,
}

/// Results in files, and how findings are grouped.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct FileOptions {
    /// Write the result to a file, which appears whole or not at all; may be given several times.
    ///
    /// FORMAT=FILE writes a format of its own, beside what is printed; FILE alone takes what would be printed.
    #[arg(long, short, value_name = "[FORMAT=]FILE", value_parser = parse_target)]
    output: Vec<Given>,

    /// Group findings, in the formats `pretty` and `markdown`.
    #[arg(long, value_name = "WHAT", value_enum)]
    group_by: Option<GroupChoice>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GroupChoice {
    /// By rule.
    Rule,
    /// By resource.
    Resource,
    /// By the requirements of control frameworks.
    Control,
    /// By file.
    File,
}

/// A file for a result, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    format: Option<Format>,
    path: PathBuf,
}

/// Where a result goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) format: Format,
    /// `None` is standard output.
    pub(super) path: Option<PathBuf>,
}

/// An opened target.
pub(super) struct OpenTarget {
    pub(super) format: Format,
    pub(super) output: Output,
}

/// Names the formats in the help, and where another is given.
pub(super) fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|text| text.parse::<Format>())
}

/// Reads `FORMAT=FILE` or `FILE`.
fn parse_target(text: &str) -> Result<Given, String> {
    let Some((name, path)) = text.split_once('=') else {
        return Ok(Given { format: None, path: text.into() });
    };
    match name.parse() {
        Ok(_) if path.is_empty() => Err(format!("a file is missing after `{name}=`")),
        Ok(format) => Ok(Given { format: Some(format), path: path.into() }),
        // A path may hold `=`, but a misspelt format must not become a file.
        Err(_) if name.contains(['/', '\\', '.']) => Ok(Given { format: None, path: text.into() }),
        Err(error) => Err(format!("{error}; a file of that name is written as `./{text}`")),
    }
}

/// Where results go, and where that is said.
#[derive(Clone, Debug)]
pub(super) struct TargetChoice {
    format: Setting<Option<Format>>,
    output: Setting<Vec<Given>>,
    group_by: Setting<Option<GroupBy>>,
}

impl TargetChoice {
    pub(super) fn of(options: &TargetOptions, keys: &Keys) -> Self {
        Self::of_files(&options.files, options.format, keys)
    }

    /// The same where nothing is said of what is printed.
    pub(super) fn of_files(options: &FileOptions, format: Option<Format>, keys: &Keys) -> Self {
        let outputs = |list: &Vec<Located<config::Output>>| {
            let read = |output: &Located<config::Output>| Given {
                format: format_of(output.value.format.value),
                path: output.value.file.value.0.clone(),
            };
            list.iter().map(read).collect()
        };
        let group_by = options.group_by.map(GroupChoice::meaning);
        Self {
            format: Setting::of(format.map(Some), keys.format.as_ref(), |name| format_of(*name), || None),
            output: Setting::of(given(&options.output), keys.output.as_ref(), outputs, Vec::new),
            group_by: Setting::of(
                group_by.map(Some),
                keys.group_by.as_ref(),
                |grouping| Some(group_of(*grouping)),
                || None,
            ),
        }
    }

    /// Where results go: at least one target.
    pub(super) fn targets(&self) -> Result<Vec<Target>, Diagnostic> {
        let format = self.format.value;
        let mut targets = Vec::new();
        let mut plain = None;
        for given in &self.output.value {
            let path = Some(given.path.clone()).filter(|path| path != Path::new("-"));
            match given.format {
                Some(format) => targets.push(Target { format, path }),
                None if plain.is_none() => plain = Some(path),
                None => {
                    return Err(usage(
                        "several files for one format",
                        "name the format of each: FORMAT=FILE",
                    ));
                }
            }
        }
        let printed = targets.iter().filter(|target| target.path.is_none()).count();
        if let Some(path) = plain {
            targets.insert(0, Target { format: format.unwrap_or(Format::Pretty), path });
        } else if let Some(format) = format {
            targets.insert(0, Target { format, path: None });
        } else if printed == 0 && targets.iter().all(|target| target.format != Format::Pretty) {
            targets.insert(0, Target { format: Format::Pretty, path: None });
        }
        if targets.iter().filter(|target| target.path.is_none()).count() > 1 {
            return Err(usage(
                "several formats for standard output",
                "write all but one to files: FORMAT=FILE",
            ));
        }
        for (index, target) in targets.iter().enumerate() {
            let same = |other: &Target| other.path.is_some() && other.path == target.path;
            if targets.iter().skip(index + 1).any(same) {
                let name = target.path.as_deref().unwrap_or(Path::new("-")).to_string_lossy();
                let message = format!("several results for `{}`", printable(&name));
                return Err(usage(&message, "give each a file of its own"));
            }
        }
        Ok(targets)
    }

    /// Whether findings are grouped.
    pub(super) const fn is_grouped(&self) -> bool {
        self.group_by.value.is_some()
    }

    /// How they are rendered.
    pub(super) fn rendering(&self, style: Style) -> Rendering {
        Rendering {
            style,
            group_by: self.group_by.value,
            base: env::current_dir().unwrap_or_default(),
            left_out: LeftOut::default(),
        }
    }

    /// As `probity config` shows it.
    pub(super) fn shown(&self) -> Vec<ShownKey> {
        let word = |group_by: GroupBy| match group_by {
            GroupBy::Rule => "rule",
            GroupBy::Resource => "resource",
            GroupBy::Control => "control",
            GroupBy::File => "file",
        };
        vec![
            // A file alone takes what would be printed.
            self.format.shown("format", |format| {
                let is_taken = self.output.value.iter().any(|given| given.format.is_none());
                let format = format.or(if is_taken { None } else { Some(Format::Pretty) });
                Some(json!(format?.as_str()))
            }),
            self.group_by.shown("group_by", |group_by| Some(json!(word((*group_by)?)))),
        ]
    }

    /// The files, of which a table is shown each, where the command line names them.
    pub(super) fn shown_files(&self) -> Option<Vec<(String, PathBuf)>> {
        let format = |given: &Given| given.format.or(self.format.value).unwrap_or(Format::Pretty);
        let file = |given: &Given| (format(given).as_str().to_owned(), given.path.clone());
        (self.output.source == Source::CommandLine).then(|| self.output.value.iter().map(file).collect())
    }
}

impl GroupChoice {
    const fn meaning(self) -> GroupBy {
        match self {
            Self::Rule => GroupBy::Rule,
            Self::Resource => GroupBy::Resource,
            Self::Control => GroupBy::Control,
            Self::File => GroupBy::File,
        }
    }
}

/// The format of a name in the configuration. Both know the same names.
fn format_of(name: OutputFormat) -> Option<Format> {
    name.as_str().parse().ok()
}

const fn group_of(grouping: Grouping) -> GroupBy {
    match grouping {
        Grouping::Rule => GroupBy::Rule,
        Grouping::Resource => GroupBy::Resource,
        Grouping::Control => GroupBy::Control,
        Grouping::File => GroupBy::File,
    }
}

fn usage(message: &str, help: &str) -> Diagnostic {
    Diagnostic::error(Code::OutputUnwritable, message).help(help)
}

/// Opens all targets before any work is done; none may be one of the `inputs`.
pub(super) fn open(targets: &[Target], inputs: &[InputFile]) -> Result<Vec<OpenTarget>, Vec<Diagnostic>> {
    let mut opened = Vec::new();
    let mut problems = Vec::new();
    for target in targets {
        match Output::open(target.path.as_deref(), inputs) {
            Ok(output) => opened.push(OpenTarget { format: target.format, output }),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(opened) } else { Err(problems) }
}

/// A result that is at hand, and how it is written.
pub(super) struct Rendered<'r> {
    pub(super) result: &'r Recorded,
    pub(super) choice: &'r TargetChoice,
    pub(super) left_out: &'r LeftOut,
    pub(super) color: ColorChoice,
    /// Formats that are written at the same time.
    pub(super) threads: NonZeroUsize,
}

impl Rendered<'_> {
    /// Writes it to all targets. Where there are others, a reader who goes away takes nothing from them.
    ///
    /// # Errors
    ///
    /// That of the first target that has one.
    pub(super) fn write_all(&self, targets: &mut [OpenTarget], has_others: bool) -> Result<(), Failure> {
        let threads = self.threads.get().min(targets.len());
        let queue = Mutex::new(targets.iter_mut().enumerate());
        let failures: Mutex<BTreeMap<usize, Failure>> = Mutex::default();
        let work = || {
            while let Some((index, target)) = next(&queue) {
                match self.write(target) {
                    Err(Failure::Output(error))
                        if has_others && error.kind() == io::ErrorKind::BrokenPipe => {}
                    Err(failure) => {
                        failures.lock().unwrap_or_else(PoisonError::into_inner).insert(index, failure);
                    }
                    Ok(()) => {}
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        failures.into_values().next().map_or(Ok(()), Err)
    }

    fn write(&self, target: &mut OpenTarget) -> Result<(), Failure> {
        let OpenTarget { format, output } = target;
        let style = if output.is_stdout() { stdout_style(self.color) } else { Style::PLAIN };
        let rendering = Rendering { left_out: self.left_out.clone(), ..self.choice.rendering(style) };
        report::write(*format, self.result, &rendering, output).map_err(|error| match error.kind() {
            // What was to be written is at fault, not where it goes.
            io::ErrorKind::InvalidData => Diagnostic::error(
                Code::ResultUnreadable,
                format!("the result cannot be shown as {format}: {error}"),
            )
            .help("it was changed, or another version wrote it: save it once more")
            .into(),
            _ => output.failure(error),
        })
    }
}

/// The next of what waits.
fn next<T>(queue: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// Makes all results visible, standard output last.
pub(super) fn commit(targets: Vec<OpenTarget>) -> Result<(), Failure> {
    let has_others = targets.len() > 1;
    for target in targets {
        target.output.commit()?;
    }
    match io::stdout().flush() {
        Err(error) if has_others && error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        flushed => Ok(flushed?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(format: Option<Format>, outputs: &[&str]) -> Result<Vec<(Format, Option<String>)>, String> {
        let output = outputs.iter().map(|text| parse_target(text)).collect::<Result<Vec<_>, _>>()?;
        let options = TargetOptions { format, files: FileOptions { output, group_by: None } };
        let choice = TargetChoice::of(&options, &Keys::default());
        let targets = choice.targets().map_err(|problem| problem.message)?;
        let path = |path: PathBuf| path.to_str().unwrap().to_owned();
        Ok(targets.into_iter().map(|target| (target.format, target.path.map(path))).collect())
    }

    #[test]
    fn a_file_takes_what_would_be_printed_and_a_format_of_its_own_stands_beside_it() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(resolve(None, &[]), Ok(vec![(Format::Pretty, None)]));
        assert_eq!(resolve(Some(Format::Json), &[]), Ok(vec![(Format::Json, None)]));
        assert_eq!(resolve(Some(Format::Json), &["a.json"]), Ok(vec![(Format::Json, some("a.json"))]));
        assert_eq!(
            resolve(None, &["sarif=a", "junit=b"]),
            Ok(vec![(Format::Pretty, None), (Format::Sarif, some("a")), (Format::Junit, some("b"))])
        );
        assert_eq!(resolve(None, &["pretty=a"]), Ok(vec![(Format::Pretty, some("a"))]));
        assert_eq!(resolve(None, &["json=-"]), Ok(vec![(Format::Json, None)]));
        assert_eq!(resolve(None, &["./a=b"]), Ok(vec![(Format::Pretty, some("./a=b"))]));
    }

    #[test]
    fn the_configuration_fills_what_the_command_line_leaves_open() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("probity.toml");
        let text = "format = \"json\"\ngroup_by = \"rule\"\n[[output]]\nformat = \"csv\"\nfile = \"x.csv\"\n";
        std::fs::write(&file, text).unwrap();
        let keys = config::Config::read(&file, folder.path()).unwrap().keys;
        let settled = |format: Option<Format>, outputs: &[&str]| {
            let output = outputs.iter().map(|text| parse_target(text).unwrap()).collect();
            let options = TargetOptions { format, files: FileOptions { output, group_by: None } };
            let choice = TargetChoice::of(&options, &keys);
            assert_eq!(choice.group_by.value, Some(GroupBy::Rule));
            let targets = choice.targets().unwrap();
            let path = |path: PathBuf| path.to_str().unwrap().to_owned();
            targets.into_iter().map(|target| (target.format, target.path.map(path))).collect::<Vec<_>>()
        };
        let csv = || (Format::Csv, Some("x.csv".to_owned()));
        assert_eq!(settled(None, &[]), [(Format::Json, None), csv()]);
        assert_eq!(settled(Some(Format::Pretty), &[]), [(Format::Pretty, None), csv()]);
        assert_eq!(settled(None, &["out"]), [(Format::Json, Some("out".to_owned()))]);
        let both = [(Format::Json, None), (Format::Junit, Some("y".to_owned()))];
        assert_eq!(settled(None, &["junit=y"]), both, "its list takes the place of the file's");
    }

    #[test]
    fn the_configuration_knows_the_same_formats() {
        let named: Vec<Option<Format>> = OutputFormat::ALL.iter().map(|name| format_of(*name)).collect();
        assert_eq!(named, Format::ALL.map(Some));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let error = resolve(None, &["sarf=a"]).unwrap_err();
        assert!(error.starts_with("unknown format `sarf`, did you mean `sarif`?"), "{error}");
        assert!(error.ends_with("a file of that name is written as `./sarf=a`"), "{error}");
        assert_eq!(resolve(None, &["a", "b"]), Err("several files for one format".to_owned()));
        assert_eq!(
            resolve(Some(Format::Json), &["csv=-"]),
            Err("several formats for standard output".to_owned())
        );
        assert_eq!(resolve(None, &["csv=a", "json=a"]), Err("several results for `a`".to_owned()));
        assert_eq!(resolve(None, &["csv="]), Err("a file is missing after `csv=`".to_owned()));
    }
}
