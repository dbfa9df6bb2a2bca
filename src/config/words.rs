//! Keys that take one of a few words.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Read, Reader};
use crate::operation::Operation;
use crate::policy::Severity;

macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident, $takes:literal { $($(#[doc = $word:literal])* $variant:ident = $text:literal),* $(,)? })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[doc = $word])* $variant,)*
        }

        impl $name {
            /// Every word.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        word!($name, $takes, Self::ALL.iter().map(|word| (word.as_str(), *word)));
    )*};
}

/// How one of a few words is read, and what the schema says of it.
macro_rules! word {
    ($name:ident, $takes:literal, $known:expr) => {
        impl Read for $name {
            const TAKES: &'static str = $takes;

            fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
                reader.word::<Self>(value, $known.collect())
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let words: Vec<&str> = $known.map(|(word, _): (&str, Self)| word).collect();
                json_schema!({"type": "string", "enum": words})
            }
        }
    };
}

words! {
    /// What an inconclusive verdict means for the gate.
    Inconclusive, "`fail` or `warn`" {
        /// The gate closes.
        Fail = "fail",
        /// The gate stays open.
        Warn = "warn",
    }

    /// A verdict that is reported only where it is asked for.
    Included, "a verdict" {
        /// What passed.
        Pass = "pass",
        /// What rules are not about.
        NotApplicable = "not_applicable",
    }

    /// What findings are grouped by.
    Grouping, "what findings are grouped by" {
        /// The rule.
        Rule = "rule",
        /// The resource.
        Resource = "resource",
        /// The requirements of control frameworks.
        Control = "control",
        /// The file.
        File = "file",
    }

    /// Who owns patch baselines.
    BaselineOwner, "an owner of baselines" {
        /// The account.
        Own = "self",
        /// AWS.
        Aws = "aws",
        /// Whoever.
        All = "all",
    }

    /// The name of a format.
    OutputFormat, "a format" {
        /// For people.
        Pretty = "pretty",
        /// One document.
        Json = "json",
        /// A finding a line.
        Ndjson = "ndjson",
        /// SARIF.
        Sarif = "sarif",
        /// `JUnit` XML.
        Junit = "junit",
        /// Markdown.
        Markdown = "markdown",
        /// A page for a browser.
        Html = "html",
        /// A table for spreadsheets.
        Csv = "csv",
        /// Workflow commands of GitHub Actions.
        Github = "github",
        /// Code Quality of GitLab.
        Gitlab = "gitlab",
        /// OSCAL assessment results.
        Oscal = "oscal",
        /// OCSF Compliance Findings.
        Ocsf = "ocsf",
    }
}

word!(Severity, "a severity", Self::ALL.into_iter().map(|severity| (severity.as_str(), severity)));

word!(
    Operation,
    "an operation",
    // The full ids, and their last parts as `FromStr` takes them.
    Self::ALL.into_iter().map(|operation| (operation.id(), operation)).chain(
        Self::ALL
            .into_iter()
            .filter_map(|operation| Some((operation.id().rsplit('.').next()?, operation)))
            .filter(|(name, operation)| name.parse::<Operation>().is_ok_and(|named| named == *operation))
    )
);
