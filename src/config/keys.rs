//! The keys of `probity.toml`. The documentation of each is its description in the schema.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::{Entry, Located, Problem, Read, Reader};
use super::value::{
    Age, FilePath, Glob, InputPath, PageSize, Params, Ratio, Size, Text, Threads, not_a_glob,
};
use super::words::{BaselineOwner, Grouping, Included, Inconclusive, OutputFormat};
use crate::operation::Operation;
use crate::policy::Severity;
use crate::source::Code;

/// Declares a table: its keys, and what they take. From it come the reader and the schema, so that both know the same.
macro_rules! table {
    (
        $(#[doc = $doc:literal])*
        $name:ident, $takes:literal {
            $($(#[doc = $key_doc:literal])* $field:ident: $kind:ty = $key:tt,)*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $name {
            $($(#[doc = $key_doc])* pub $field: Option<Entry<$kind>>,)*
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                $(#[doc = $doc])*
                #[derive(JsonSchema)]
                #[schemars(deny_unknown_fields)]
                #[expect(dead_code, reason = "only its schema is wanted")]
                struct Keys {
                    $($(#[doc = $key_doc])* #[schemars(rename = $key)] $field: $kind,)*
                }
                let mut schema = Keys::json_schema(generator);
                // TOML has no null: a key is there or not.
                schema.remove("required");
                schema
            }
        }

        impl $name {
            /// Its keys, in the order of the documentation.
            pub const KEYS: &'static [&'static str] = &[$($key),*];

            /// Reads a table, which messages call `name`; the file itself has no name.
            pub(super) fn read_table(
                table: &DeTable<'_>,
                name: &str,
                reader: &mut Reader<'_>,
            ) -> Option<Self> {
                let mut read = Self::default();
                for (key, value) in Reader::members(table) {
                    match key.get_ref().as_ref() {
                        $($key => read.$field = reader.entry(name, key, value),)*
                        _ => reader.unknown_key(name, key, Self::KEYS),
                    }
                }
                Some(read)
            }
        }

        impl Read for $name {
            const TAKES: &'static str = $takes;

            fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
                let DeValue::Table(table) = value.get_ref() else {
                    reader.wrong_type(value, Self::TAKES, None);
                    return None;
                };
                let name = reader.subject().to_owned();
                Self::read_table(table, &name, reader)
            }
        }
    };
}

table! {
    /// Settings of a project: what is judged, by which rules, and what closes the gate.
    Keys, "a table" {
        /// Files, directories or globs to judge where the command line names none; `-` is standard input.
        inputs: Vec<Located<InputPath>> = "inputs",
        /// The operation that all inputs are of, where their content does not tell.
        forced: Operation = "as",
        /// Report fields and values that no document names, as errors.
        strict: bool = "strict",
        /// Accept a snapshot even if pages of it are missing.
        allow_incomplete: bool = "allow_incomplete",
        /// Accept a snapshot without resources.
        allow_empty: bool = "allow_empty",
        /// Refuse snapshots older than this by their own times: a number with s, m, h, d or w.
        max_age: Age = "max_age",
        /// Most bytes of one file, unpacked: a number, or one with KiB, MiB or GiB in quotes.
        max_file_size: Size = "max_file_size",
        /// Most times that a compressed file may grow when it is unpacked.
        max_ratio: Ratio = "max_ratio",
        /// Threads that parse and judge.
        threads: Threads = "threads",
        /// Directories or files of rules beside the built-in ones.
        policies: Vec<Located<FilePath>> = "policies",
        /// Whether the built-in rules take part.
        builtin: bool = "builtin",
        /// Evaluate only these rules: ids or globs; all where the list is empty.
        rules: Vec<Located<Glob>> = "rules",
        /// Leave these rules out: ids or globs.
        exclude: Vec<Located<Glob>> = "exclude",
        /// Severity from which on a failure, or an inconclusive verdict, closes the gate.
        fail_on: Severity = "fail_on",
        /// What an inconclusive verdict means: it closes the gate as a failure does, or is only reported.
        inconclusive: Inconclusive = "inconclusive",
        /// Report these verdicts too.
        include: Vec<Located<Included>> = "include",
        /// Files of waivers.
        waivers: Vec<Located<FilePath>> = "waivers",
        /// How long before its end a waiver is said to expire soon.
        waiver_notice: Age = "waiver_notice",
        /// An earlier result: failures that it knows do not close the gate.
        ratchet: FilePath = "ratchet",
        /// What to print.
        format: OutputFormat = "format",
        /// What findings are grouped by, in formats for people.
        group_by: Grouping = "group_by",
        /// Show the lines around the place of each finding.
        excerpts: bool = "excerpts",
        /// Results to write to files, beside what is printed.
        output: Vec<Located<Output>> = "output",
        /// Lists of the resources that the snapshots have to hold.
        expect: Vec<Located<Expect>> = "expect",
        /// Calls that `fetch` and `check --live` make.
        fetch: Vec<Located<Fetch>> = "fetch",
        /// What is said of single rules, by id or glob.
        rule: Rules = "rule",
    }
}

table! {
    /// What is said of a rule, or of those that a glob names.
    RuleKeys, "a table with `enabled`, `severity` or `params`" {
        /// Whether it takes part.
        enabled: bool = "enabled",
        /// How much a failure weighs.
        severity: Severity = "severity",
        /// Other values for its params, each of the type of its default.
        params: Params = "params",
    }
}

table! {
    /// A result that is written to a file.
    OutputKeys, "a table with `format` and `file`" {
        /// The format.
        format: OutputFormat = "format",
        /// The file, which appears whole or not at all; `-` is standard output.
        file: FilePath = "file",
    }
}

table! {
    /// A list of resources.
    ExpectKeys, "a table with `file`" {
        /// A text with an id a line, a CSV, or JSON.
        file: FilePath = "file",
        /// The operation that the resources are of; any where it is not named.
        operation: Operation = "operation",
        /// The column of a CSV that holds the ids.
        column: Text = "column",
    }
}

table! {
    /// A call that is made live: for each profile and each region once.
    FetchKeys, "a table with `operation`" {
        /// The documented call.
        operation: Operation = "operation",
        /// The profiles that hold credentials, an account each; where none is named, the environment's credentials.
        profiles: Vec<Located<Text>> = "profiles",
        /// The account that this is, for findings; where at most one profile is named.
        account: Text = "account",
        /// The regions; where none is named, the environment's.
        regions: Vec<Located<Text>> = "regions",
        /// Request parameters by their documented names.
        params: Params = "params",
        /// `aws.ssm.GetPatchBaseline`: these baselines.
        baseline_ids: Vec<Located<Text>> = "baseline_ids",
        /// `aws.ssm.GetPatchBaseline`: all baselines of an owner.
        all: BaselineOwner = "all",
        /// `alibaba.oos.ListInstancePatchStates` and `huawei.coc.ListInstanceCompliant`: these instances.
        instance_ids: Vec<Located<Text>> = "instance_ids",
        /// A file that names instances, an id a line; `#` begins a comment. It adds to `instance_ids`.
        instances_from: FilePath = "instances_from",
        /// `alibaba.sas.ListPublishBatch`: the version that the agents are upgraded to.
        upgrade_version: Text = "upgrade_version",
        /// Resources on a page, by whatever name the call has for that.
        page_size: PageSize = "page_size",
        /// Where requests are sent, in place of the documented address.
        endpoint: Text = "endpoint",
    }
}

/// A result that is written to a file.
#[derive(Clone, Debug)]
pub struct Output {
    /// The format.
    pub format: Entry<OutputFormat>,
    /// The file; `-` is standard output.
    pub file: Entry<FilePath>,
}

/// A list of the resources that the snapshots have to hold.
#[derive(Clone, Debug)]
pub struct Expect {
    /// The file that holds it.
    pub file: Entry<FilePath>,
    /// The operation that they are of; any where it is not named.
    pub operation: Option<Entry<Operation>>,
    /// The column of a CSV that holds their ids.
    pub column: Option<Entry<Text>>,
}

/// A call that is made live: for each profile and each region once.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// The documented call.
    pub operation: Entry<Operation>,
    /// The profiles that hold credentials.
    pub profiles: Option<Entry<Vec<Located<Text>>>>,
    /// The account that this is.
    pub account: Option<Entry<Text>>,
    /// The regions.
    pub regions: Option<Entry<Vec<Located<Text>>>>,
    /// Request parameters by their documented names.
    pub params: Option<Entry<Params>>,
    /// These patch baselines.
    pub baseline_ids: Option<Entry<Vec<Located<Text>>>>,
    /// All patch baselines of an owner.
    pub all: Option<Entry<BaselineOwner>>,
    /// These instances.
    pub instance_ids: Option<Entry<Vec<Located<Text>>>>,
    /// A file that names instances.
    pub instances_from: Option<Entry<FilePath>>,
    /// The version that agents are upgraded to.
    pub upgrade_version: Option<Entry<Text>>,
    /// Resources on a page.
    pub page_size: Option<Entry<PageSize>>,
    /// Where requests are sent.
    pub endpoint: Option<Entry<Text>>,
}

/// A table of which some keys have to be there: read by its keys, and then checked.
macro_rules! required {
    ($name:ident, $keys:ident, [$($key:literal),*], |$read:ident| $made:expr) => {
        impl Read for $name {
            const TAKES: &'static str = $keys::TAKES;

            fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
                let $read = $keys::read(value, reader)?;
                for key in [$($key),*] {
                    if value.get_ref().as_table().is_some_and(|table| !table.contains_key(key)) {
                        reader.missing_key(key, value.span());
                    }
                }
                $made
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                $keys::inline_schema()
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let mut schema = $keys::json_schema(generator);
                schema.insert("required".to_owned(), serde_json::json!([$($key),*]));
                schema
            }
        }
    };
}

required!(Output, OutputKeys, ["format", "file"], |read| {
    Some(Self { format: read.format?, file: read.file? })
});
required!(Expect, ExpectKeys, ["file"], |read| {
    Some(Self { file: read.file?, operation: read.operation, column: read.column })
});

required!(Fetch, FetchKeys, ["operation"], |read| {
    Some(Self {
        operation: read.operation?,
        profiles: read.profiles,
        account: read.account,
        regions: read.regions,
        params: read.params,
        baseline_ids: read.baseline_ids,
        all: read.all,
        instance_ids: read.instance_ids,
        instances_from: read.instances_from,
        upgrade_version: read.upgrade_version,
        page_size: read.page_size,
        endpoint: read.endpoint,
    })
});

/// What is said of single rules, by id or glob, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Rules(pub Vec<(Glob, Entry<RuleKeys>)>);

impl Read for Rules {
    const TAKES: &'static str = "a table for each rule, `[rule.ID]`";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let DeValue::Table(table) = value.get_ref() else {
            reader.wrong_type(value, Self::TAKES, None);
            return None;
        };
        let subject = reader.subject().to_owned();
        let mut read = Vec::new();
        for (key, value) in Reader::members(table) {
            let name = key.get_ref();
            let wrong =
                if name.is_empty() { Some("a rule has no empty name".to_owned()) } else { not_a_glob(name) };
            if let Some(message) = wrong {
                let label = "for the name of a rule".to_owned();
                reader.problem(key.span(), Problem { code: Code::ConfigValue, message, label, help: None });
            }
            if let Some(entry) = reader.entry(&subject, key, value) {
                read.push((Glob(name.to_string()), entry));
            }
        }
        Some(Self(read))
    }
}

impl JsonSchema for Rules {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rules".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = BTreeMap::<String, RuleKeys>::json_schema(generator);
        schema.insert("propertyNames".to_owned(), serde_json::json!({"minLength": 1}));
        schema
    }
}
