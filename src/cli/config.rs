//! `probity config`.

use std::io;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::options::{ClockOptions, ConfigOptions, JudgeOptions, LoadOptions, PolicyOptions};
use super::output::Output;
use super::setting::{JudgeChoice, LoadChoice, PolicyChoice, Setting, shown_path, shown_paths};
use super::{ColorChoice, Failure, policies, stderr_style};
use crate::config::{Entry, Keys, OutputFormat, parse_age, write_age};
use crate::finding::ExitCode;
use crate::policy::{Adjusted, PolicySet, Said, adjusted};
use crate::report::{
    ShownKey, ShownSettings, ShownTable, Source, write_diagnostic, write_settings, write_settings_json,
};
use crate::source::{Diagnostic, Spot};

/// Shows the settings that `check` would have with the same options, and where each comes from.
///
/// What is printed is a probity.toml that means the same in the working directory.
#[derive(Debug, Args)]
pub(super) struct ConfigArguments {
    #[command(flatten)]
    load: LoadOptions,

    #[command(flatten)]
    policy: PolicyOptions,

    // So that the options of `check` can be given as they are; the clock is no setting.
    #[command(flatten)]
    _clock: ClockOptions,

    #[command(flatten)]
    judge: JudgeOptions,

    #[command(flatten)]
    config: ConfigOptions,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Toml)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Toml,
    /// One document of the schema `probity.settings/v1`.
    Json,
}

pub(super) fn run(arguments: &ConfigArguments, color: ColorChoice) -> Result<ExitCode, Failure> {
    let config = arguments.config.load()?;
    let keys = &config.keys;
    let policy = PolicyChoice::of(&arguments.policy, keys);
    let mut shown = ShownSettings {
        file: config.file.clone(),
        keys: [
            LoadChoice::of(&arguments.load, keys).shown(),
            policy.shown(),
            JudgeChoice::of(&arguments.judge, keys).shown(),
            report_keys(keys),
        ]
        .concat(),
        tables: list_tables(keys),
        lacks_rules: false,
    };
    for name in ["output", "expect"] {
        if !shown.tables.iter().any(|table| table.path == [name]) {
            shown.keys.push(ShownKey {
                path: vec![name.to_owned()],
                value: Some(json!([])),
                source: Source::Default,
            });
        }
    }
    let problems = match rule_tables(policy) {
        Ok(tables) => {
            shown.tables.extend(tables);
            Vec::new()
        }
        Err(problems) => problems,
    };
    shown.lacks_rules = !problems.is_empty();
    let mut output = Output::open(None, &[])?;
    let written = match arguments.format {
        Format::Toml => write_settings(&shown, &mut output),
        Format::Json => write_settings_json(&shown, &mut output),
    };
    written.map_err(|error| output.failure(error))?;
    for problem in &problems {
        let _ = write_diagnostic(problem, stderr_style(color), &mut io::stderr());
    }
    Ok(if problems.is_empty() { ExitCode::Pass } else { ExitCode::Error })
}

/// Keys about waivers, the ratchet, and what is printed.
fn report_keys(keys: &Keys) -> Vec<ShownKey> {
    let notice = || parse_age(DEFAULT_NOTICE).unwrap_or_default();
    let waivers = Setting::of(
        None,
        keys.waivers.as_ref(),
        |list| list.iter().map(|path| path.value.0.clone()).collect(),
        Vec::new,
    );
    let path = |path: &crate::config::FilePath| Some(path.0.clone());
    vec![
        waivers.shown("waivers", |paths| Some(shown_paths(paths))),
        Setting::of(None, keys.waiver_notice.as_ref(), |age| age.0, notice)
            .shown("waiver_notice", |age| Some(json!(write_age(*age)))),
        Setting::of(None, keys.ratchet.as_ref(), path, || None)
            .shown("ratchet", |path| path.as_deref().map(shown_path)),
        Setting::of(None, keys.format.as_ref(), |format| *format, || OutputFormat::Pretty)
            .shown("format", |format| Some(json!(format.as_str()))),
        Setting::of(None, keys.group_by.as_ref(), |group_by| Some(*group_by), || None)
            .shown("group_by", |group_by| Some(json!((*group_by)?.as_str()))),
        Setting::of(None, keys.excerpts.as_ref(), |excerpts| *excerpts, || false)
            .shown("excerpts", |excerpts| Some(json!(excerpts))),
    ]
}

/// How long before its end a waiver is said to expire soon.
const DEFAULT_NOTICE: &str = "14d";

/// The lists of tables.
fn list_tables(keys: &Keys) -> Vec<ShownTable> {
    fn key<T>(name: &str, entry: &Entry<T>, write: impl FnOnce(&T) -> Value) -> ShownKey {
        ShownKey { path: vec![name.to_owned()], value: Some(write(&entry.value)), source: at(&entry.key) }
    }
    let table = |name: &str, keys| ShownTable { path: vec![name.to_owned()], is_element: true, keys };
    let outputs = keys.output.iter().flat_map(|entry| &entry.value).map(|output| {
        let output = &output.value;
        table(
            "output",
            vec![
                key("format", &output.format, |format| json!(format.as_str())),
                key("file", &output.file, |path| shown_path(&path.0)),
            ],
        )
    });
    let expected = keys.expect.iter().flat_map(|entry| &entry.value).map(|expect| {
        let expect = &expect.value;
        let mut keys = vec![key("file", &expect.file, |path| shown_path(&path.0))];
        keys.extend(
            expect.operation.as_ref().map(|entry| key("operation", entry, |value| json!(value.id()))),
        );
        keys.extend(expect.column.as_ref().map(|entry| key("column", entry, |text| json!(text.0))));
        table("expect", keys)
    });
    outputs.chain(expected).collect()
}

/// A table for each rule of which something is said, however it is named there.
fn rule_tables(policy: PolicyChoice) -> Result<Vec<ShownTable>, Vec<Diagnostic>> {
    let settings = policy.settings();
    let set: PolicySet = policies::load(&settings)?;
    let adjusted = adjusted(&set, &settings.selection)?;
    let tables = set.rules.iter().zip(&adjusted).map(|(rule, Adjusted { enabled, severity, params })| {
        let key = |path: &[&str], value: Value, spot: Option<&Spot>| ShownKey {
            path: path.iter().map(|&part| part.to_owned()).collect(),
            value: Some(value),
            source: spot.map_or(Source::CommandLine, at),
        };
        let mut keys = Vec::new();
        if let Some(Said { value, spot, .. }) = enabled {
            keys.push(key(&["enabled"], json!(value), spot.as_ref()));
        }
        if let Some(Said { value, spot, .. }) = severity {
            keys.push(key(&["severity"], json!(value.as_str()), spot.as_ref()));
        }
        for (name, Said { value, spot, .. }) in params {
            keys.push(key(&["params", name], value.clone(), spot.as_ref()));
        }
        ShownTable { path: vec!["rule".to_owned(), rule.id.to_string()], is_element: false, keys }
    });
    Ok(tables.filter(|table| !table.keys.is_empty()).collect())
}

fn at(spot: &Spot) -> Source {
    Source::File(spot.place().clone())
}
