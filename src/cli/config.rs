//! `probity config`.

use std::io;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::accepting::{AcceptChoice, AcceptingOptions};
use super::options::{ClockOptions, ConfigOptions, JudgeOptions, LoadOptions, PolicyOptions};
use super::output::Output;
use super::setting::{JudgeChoice, LoadChoice, PolicyChoice, Setting, shown_path};
use super::targets::{FileOptions, TargetChoice};
use super::{ColorChoice, Failure, policies, stderr_style};
use crate::config::{Entry, Fetch, Keys, Located, Text};
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
    accepting: AcceptingOptions,

    #[command(flatten)]
    files: FileOptions,

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
    let accepting = AcceptChoice::of(&arguments.accepting, keys);
    let targets = TargetChoice::of_files(&arguments.files, None, keys);
    let excerpts = Setting::of(None, keys.excerpts.as_ref(), |excerpts| *excerpts, || false);
    let mut shown = ShownSettings {
        file: config.file.clone(),
        keys: [
            LoadChoice::of(&arguments.load, keys).shown(),
            policy.shown(),
            JudgeChoice::of(&arguments.judge, keys).shown(),
            accepting.shown(),
            targets.shown(),
            vec![excerpts.shown("excerpts", |excerpts| Some(json!(excerpts)))],
        ]
        .concat(),
        tables: list_tables(keys, &targets, &accepting),
        lacks_rules: false,
    };
    for name in ["output", "expect", "fetch"] {
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

/// The lists of tables.
fn list_tables(keys: &Keys, targets: &TargetChoice, accepting: &AcceptChoice) -> Vec<ShownTable> {
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
    let given = |name: &str, value: Value| ShownKey {
        path: vec![name.to_owned()],
        value: Some(value),
        source: Source::CommandLine,
    };
    let outputs: Vec<ShownTable> = match targets.shown_files() {
        None => outputs.collect(),
        Some(files) => files
            .into_iter()
            .map(|(format, path)| {
                table("output", vec![given("format", json!(format)), given("file", shown_path(&path))])
            })
            .collect(),
    };
    let expected: Vec<ShownTable> = match accepting.shown_lists() {
        None => expected.collect(),
        Some(lists) => lists
            .iter()
            .map(|list| {
                let mut keys = vec![given("file", shown_path(&list.path))];
                keys.extend(list.operation.map(|operation| given("operation", json!(operation.id()))));
                keys.extend(list.column.as_ref().map(|column| given("column", json!(column))));
                table("expect", keys)
            })
            .collect(),
    };
    [outputs, expected, fetches(keys)].concat()
}

/// The calls that are made live.
fn fetches(keys: &Keys) -> Vec<ShownTable> {
    fn key<T>(name: &str, entry: Option<&Entry<T>>, write: impl FnOnce(&T) -> Value) -> Option<ShownKey> {
        let entry = entry?;
        let path = vec![name.to_owned()];
        Some(ShownKey { path, value: Some(write(&entry.value)), source: at(&entry.key) })
    }
    let texts =
        |list: &Vec<Located<Text>>| list.iter().map(|text| Value::from(text.value.0.as_str())).collect();
    let table = |fetch: &Located<Fetch>| {
        let fetch = &fetch.value;
        let operation = &fetch.operation;
        let mut keys = vec![ShownKey {
            path: vec!["operation".to_owned()],
            value: Some(json!(operation.value.id())),
            source: at(&operation.key),
        }];
        keys.extend(key("profiles", fetch.profiles.as_ref(), texts));
        keys.extend(key("account", fetch.account.as_ref(), |text| json!(text.0)));
        keys.extend(key("regions", fetch.regions.as_ref(), texts));
        keys.extend(key("params", fetch.params.as_ref(), |params| {
            params.0.iter().map(|(name, entry)| (name.clone(), entry.value.0.clone())).collect()
        }));
        keys.extend(key("baseline_ids", fetch.baseline_ids.as_ref(), texts));
        keys.extend(key("all", fetch.all.as_ref(), |owner| json!(owner.as_str())));
        keys.extend(key("instance_ids", fetch.instance_ids.as_ref(), texts));
        keys.extend(key("instances_from", fetch.instances_from.as_ref(), |path| shown_path(&path.0)));
        keys.extend(key("upgrade_version", fetch.upgrade_version.as_ref(), |text| json!(text.0)));
        keys.extend(key("page_size", fetch.page_size.as_ref(), |size| json!(size.0)));
        keys.extend(key("endpoint", fetch.endpoint.as_ref(), |text| json!(text.0)));
        ShownTable { path: vec!["fetch".to_owned()], is_element: true, keys }
    };
    keys.fetch.iter().flat_map(|entry| &entry.value).map(table).collect()
}

/// A table for each rule of which something is said, however it is named there.
fn rule_tables(policy: PolicyChoice) -> Result<Vec<ShownTable>, Vec<Diagnostic>> {
    let settings = policy.settings();
    let set: PolicySet = policies::load(&settings)?;
    let adjusted = adjusted(&set, &settings.selection)?;
    let tables = set.named().zip(&adjusted).map(|(rule, Adjusted { enabled, severity, params })| {
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
