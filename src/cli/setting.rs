//! Settings, and where they come from: the command line outweighs the configuration, and that the defaults.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::options::{JudgeOptions, LoadOptions, PolicyOptions};
use crate::config::{Config, Entry, Glob, Included, Inconclusive, InputPath, Keys, Located, write_age};
use crate::finding::{OnInconclusive, Verdict};
use crate::load::{Limits, write_size};
use crate::operation::Operation;
use crate::policy::{Adjustment, ParamValue, Pattern, Selection, Severity};
use crate::report::{ShownKey, Source};
use crate::settings::{LoadSettings, PolicySettings};
use crate::source::Spot;

/// A value, and where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) source: Source,
}

impl<T> Setting<T> {
    /// The value that was given on the command line, or the configuration's, or the default.
    pub(super) fn of<U>(
        given: Option<T>,
        entry: Option<&Entry<U>>,
        read: impl FnOnce(&U) -> T,
        default: impl FnOnce() -> T,
    ) -> Self {
        match (given, entry) {
            (Some(value), _) => Self { value, source: Source::CommandLine },
            (None, Some(entry)) => {
                Self { value: read(&entry.value), source: Source::File(entry.key.place().clone()) }
            }
            (None, None) => Self { value: default(), source: Source::Default },
        }
    }

    /// The same for a flag, which is off where nothing is said.
    pub(super) fn flag(given: Option<bool>, entry: Option<&Entry<bool>>) -> Setting<bool> {
        Setting::of(given, entry, |value| *value, || false)
    }

    /// As it is shown: `write` makes a value of TOML of it, if there is one.
    pub(super) fn shown(&self, key: &str, write: impl FnOnce(&T) -> Option<Value>) -> ShownKey {
        ShownKey { path: vec![key.to_owned()], value: write(&self.value), source: self.source.clone() }
    }
}

/// How inputs are read.
#[derive(Clone, Debug)]
pub(super) struct LoadChoice {
    inputs: Setting<Vec<PathBuf>>,
    forced: Setting<Option<Operation>>,
    strict: Setting<bool>,
    allow_incomplete: Setting<bool>,
    allow_empty: Setting<bool>,
    max_age: Setting<Option<TimeDelta>>,
    max_file_size: Setting<u64>,
    max_ratio: Setting<u64>,
    threads: Setting<NonZeroUsize>,
}

impl LoadChoice {
    pub(super) fn of(options: &LoadOptions, keys: &Keys) -> Self {
        let paths = |list: &Vec<Located<InputPath>>| list.iter().map(|path| path.value.0.clone()).collect();
        let limits = Limits::default();
        let available = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let count = |count: u16| NonZeroUsize::new(count.into()).unwrap_or(NonZeroUsize::MIN);
        Self {
            inputs: Setting::of(given(&options.paths), keys.inputs.as_ref(), paths, Vec::new),
            forced: Setting::of(
                options.forced.map(Some),
                keys.forced.as_ref(),
                |value| Some(*value),
                || None,
            ),
            strict: Setting::<bool>::flag(options.strict, keys.strict.as_ref()),
            allow_incomplete: Setting::<bool>::flag(options.allow_incomplete, keys.allow_incomplete.as_ref()),
            allow_empty: Setting::<bool>::flag(options.allow_empty, keys.allow_empty.as_ref()),
            max_age: Setting::of(
                options.max_age.map(Some),
                keys.max_age.as_ref(),
                |age| Some(age.0),
                || None,
            ),
            max_file_size: Setting::of(
                options.max_file_size,
                keys.max_file_size.as_ref(),
                |size| size.0,
                || limits.max_file_bytes,
            ),
            max_ratio: Setting::of(
                options.max_ratio,
                keys.max_ratio.as_ref(),
                |ratio| ratio.0,
                || limits.max_ratio,
            ),
            threads: Setting::of(
                options.threads.map(count),
                keys.threads.as_ref(),
                |threads| count(threads.0),
                available,
            ),
        }
    }

    pub(super) fn settings(self) -> LoadSettings {
        LoadSettings {
            inputs: self.inputs.value,
            forced: self.forced.value,
            limits: Limits { max_file_bytes: self.max_file_size.value, max_ratio: self.max_ratio.value },
            strict: self.strict.value,
            allow_incomplete: self.allow_incomplete.value,
            allow_empty: self.allow_empty.value,
            max_age: self.max_age.value,
            threads: self.threads.value,
        }
    }

    pub(super) fn shown(&self) -> Vec<ShownKey> {
        let truth = |value: &bool| Some(json!(value));
        let number = |value: &u64| Some(json!(value));
        vec![
            self.inputs.shown("inputs", |paths| Some(shown_paths(paths))),
            self.forced.shown("as", |operation| Some(json!((*operation)?.id()))),
            self.strict.shown("strict", truth),
            self.allow_incomplete.shown("allow_incomplete", truth),
            self.allow_empty.shown("allow_empty", truth),
            self.max_age.shown("max_age", |age| Some(json!(write_age((*age)?)))),
            self.max_file_size.shown("max_file_size", |size| Some(json!(write_size(*size)))),
            self.max_ratio.shown("max_ratio", number),
            self.threads.shown("threads", |threads| Some(json!(threads.get()))),
        ]
    }
}

/// Where rules come from, and which of them take part.
#[derive(Clone, Debug)]
pub(super) struct PolicyChoice {
    folders: Setting<Vec<PathBuf>>,
    folders_at: Option<Spot>,
    builtin: Setting<bool>,
    include: Setting<Vec<Pattern>>,
    exclude: Setting<Vec<Pattern>>,
    selection: Selection,
}

impl PolicyChoice {
    pub(super) fn of(options: &PolicyOptions, keys: &Keys) -> Self {
        let patterns = |list: &Vec<Located<Glob>>| {
            let pattern =
                |glob: &Located<Glob>| Pattern { text: glob.value.0.clone(), spot: Some(glob.spot.clone()) };
            list.iter().map(pattern).collect()
        };
        let asked = |list: &[String]| -> Option<Vec<Pattern>> {
            given(list).map(|list| list.iter().map(|text| text.as_str().into()).collect())
        };
        let folders = Setting::of(
            given(&options.folders),
            keys.policies.as_ref(),
            |list| list.iter().map(|path| path.value.0.clone()).collect(),
            Vec::new,
        );
        let is_named_in_file = matches!(folders.source, Source::File(_));
        Self {
            folders_at: keys.policies.as_ref().filter(|_| is_named_in_file).map(|entry| entry.spot.clone()),
            folders,
            builtin: Setting::of(
                options.no_builtin.map(|is_left_out| !is_left_out),
                keys.builtin.as_ref(),
                |builtin| *builtin,
                || true,
            ),
            include: Setting::of(asked(&options.selected), keys.rules.as_ref(), patterns, Vec::new),
            exclude: Setting::of(asked(&options.exclude), keys.exclude.as_ref(), patterns, Vec::new),
            selection: Selection {
                adjustments: adjustments(keys),
                lenient: options.no_builtin == Some(true) || !options.folders.is_empty(),
                overrides: options.overrides.clone(),
                ..Selection::default()
            },
        }
    }

    pub(super) fn settings(self) -> PolicySettings {
        PolicySettings {
            folders: self.folders.value,
            folders_at: self.folders_at,
            builtin: self.builtin.value,
            selection: Selection {
                include: self.include.value,
                exclude: self.exclude.value,
                ..self.selection
            },
        }
    }

    pub(super) fn shown(&self) -> Vec<ShownKey> {
        let texts = |list: &Vec<Pattern>| {
            Some(list.iter().map(|pattern| Value::from(pattern.text.as_str())).collect())
        };
        vec![
            self.folders.shown("policies", |paths| Some(shown_paths(paths))),
            self.builtin.shown("builtin", |builtin| Some(json!(builtin))),
            self.include.shown("rules", texts),
            self.exclude.shown("exclude", texts),
        ]
    }
}

/// What the tables of single rules say.
pub(super) fn adjustments(keys: &Keys) -> Vec<Adjustment> {
    let tables = keys.rule.iter().flat_map(|entry| &entry.value.0);
    tables
        .map(|(glob, table)| {
            let rule = &table.value;
            let params = rule.params.iter().flat_map(|entry| &entry.value.0);
            Adjustment {
                rule: glob.0.clone(),
                spot: table.key.clone(),
                enabled: rule.enabled.as_ref().map(|entry| (entry.value, entry.key.clone())),
                severity: rule.severity.as_ref().map(|entry| (entry.value, entry.key.clone())),
                params: params
                    .map(|(name, entry)| ParamValue {
                        name: name.clone(),
                        name_spot: entry.key.clone(),
                        value: entry.value.0.clone(),
                        spot: entry.spot.clone(),
                    })
                    .collect(),
            }
        })
        .collect()
}

/// What closes the gate, and what is reported.
#[derive(Clone, Debug)]
pub(super) struct JudgeChoice {
    pub(super) fail_on: Setting<Severity>,
    pub(super) on_inconclusive: Setting<OnInconclusive>,
    pub(super) include: Setting<Vec<Verdict>>,
}

impl JudgeChoice {
    pub(super) fn of(options: &JudgeOptions, keys: &Keys) -> Self {
        let included = |list: &Vec<Located<Included>>| {
            let verdict = |included: &Located<Included>| match included.value {
                Included::Pass => Verdict::Pass,
                Included::NotApplicable => Verdict::NotApplicable,
            };
            list.iter().map(verdict).collect()
        };
        let inconclusive = |word: &Inconclusive| match word {
            Inconclusive::Fail => OnInconclusive::Fail,
            Inconclusive::Warn => OnInconclusive::Warn,
        };
        let asked = options.inconclusive.map(super::options::InconclusiveChoice::meaning);
        let asked_for: Vec<Verdict> = options.include.iter().map(|choice| choice.verdict()).collect();
        let mut include = Setting::of(given(&asked_for), keys.include.as_ref(), included, Vec::new);
        // The same verdicts are the same setting, in whatever order they were named.
        include.value.sort_unstable();
        include.value.dedup();
        Self {
            fail_on: Setting::of(options.fail_on, keys.fail_on.as_ref(), |level| *level, || Severity::Low),
            on_inconclusive: Setting::of(
                asked,
                keys.inconclusive.as_ref(),
                inconclusive,
                OnInconclusive::default,
            ),
            include,
        }
    }

    pub(super) fn shown(&self) -> Vec<ShownKey> {
        let word = |meaning: &OnInconclusive| match meaning {
            OnInconclusive::Fail => "fail",
            OnInconclusive::Warn => "warn",
        };
        vec![
            self.fail_on.shown("fail_on", |severity| Some(json!(severity.as_str()))),
            self.on_inconclusive.shown("inconclusive", |meaning| Some(json!(word(meaning)))),
            self.include.shown("include", |verdicts| {
                Some(verdicts.iter().map(|verdict| Value::from(verdict.as_str())).collect())
            }),
        ]
    }
}

/// Settings of a whole: what every command resolves in the same way.
impl LoadOptions {
    pub(super) fn resolve(&self, config: &Config) -> LoadSettings {
        LoadChoice::of(self, &config.keys).settings()
    }
}

impl PolicyOptions {
    pub(super) fn resolve(&self, config: &Config) -> PolicySettings {
        PolicyChoice::of(self, &config.keys).settings()
    }
}

/// A list that was given on the command line.
pub(super) fn given<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}

/// Paths as texts of TOML.
pub(super) fn shown_paths(paths: &[PathBuf]) -> Value {
    paths.iter().map(|path| shown_path(path)).collect()
}

/// A path as a text of TOML.
pub(super) fn shown_path(path: &std::path::Path) -> Value {
    Value::from(path.to_string_lossy().into_owned())
}
