//! The formats of a result, by name.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use super::{Style, csv, github, gitlab, grouped, html, junit, markdown, ocsf, oscal, sarif, saved};
use crate::result::{Recorded, VerdictV1};
use crate::suggest;

/// A format of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Excerpts and a summary, for people.
    Pretty,
    /// One document.
    Json,
    /// A finding a line as it is decided, then the summary.
    Ndjson,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// `JUnit` XML, for test reports.
    Junit,
    /// A page in GitHub's Markdown.
    Markdown,
    /// A page for a browser, in one file.
    Html,
    /// A table for spreadsheets.
    Csv,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// OSCAL assessment results.
    Oscal,
    /// OCSF Compliance Findings, one a line.
    Ocsf,
}

/// What findings are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// The rule.
    Rule,
    /// The resource.
    Resource,
    /// The requirements of control frameworks; a finding may stand in several groups.
    Control,
    /// The file.
    File,
}

/// How a result is rendered.
#[derive(Clone, Debug)]
pub struct Rendering {
    /// How text for a terminal looks.
    pub style: Style,
    /// What findings are grouped by, in formats for people; `None` leaves them in the order of the inputs.
    pub group_by: Option<GroupBy>,
    /// The folder that paths are told relative to, where they are absolute.
    pub base: PathBuf,
    /// What `json` and `ndjson` leave out of what there is, since only other formats asked for it.
    pub left_out: LeftOut,
}

/// What is there, but not asked for.
#[derive(Clone, Debug, Default)]
pub struct LeftOut {
    /// Verdicts.
    pub verdicts: Vec<VerdictV1>,
    /// The lines around places.
    pub excerpts: bool,
}

impl Format {
    /// Every format, in the order of the help.
    pub const ALL: [Self; 12] = [
        Self::Pretty,
        Self::Json,
        Self::Ndjson,
        Self::Sarif,
        Self::Junit,
        Self::Markdown,
        Self::Html,
        Self::Csv,
        Self::Github,
        Self::Gitlab,
        Self::Oscal,
        Self::Ocsf,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Oscal => "oscal",
            Self::Ocsf => "ocsf",
        }
    }

    /// Whether it has room for what passes, so that it is incomplete without.
    pub const fn has_passes(self) -> bool {
        matches!(self, Self::Junit | Self::Html | Self::Csv | Self::Oscal | Self::Ocsf)
    }

    /// Whether it shows the lines around a finding's places.
    pub const fn has_excerpts(self) -> bool {
        matches!(self, Self::Pretty | Self::Html)
    }
}

/// Writes a result.
///
/// # Errors
///
/// Where it cannot be written, or its findings cannot be read again.
pub fn write(
    format: Format,
    result: &Recorded,
    rendering: &Rendering,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Pretty => match rendering.group_by {
            Some(by) => grouped::write(result, by, rendering, out),
            None => saved::write_pretty(result, rendering, out),
        },
        Format::Json => saved::write_json(result, rendering, out),
        Format::Ndjson => saved::write_ndjson(result, rendering, out),
        Format::Sarif => sarif::write(result, rendering, out),
        Format::Junit => junit::write(result, rendering, out),
        Format::Markdown => markdown::write(result, rendering, out),
        Format::Html => html::write(result, rendering, out),
        Format::Csv => csv::write(result, rendering, out),
        Format::Github => github::write(result, rendering, out),
        Format::Gitlab => gitlab::write(result, rendering, out),
        Format::Oscal => oscal::write(result, rendering, out),
        Format::Ocsf => ocsf::write(result, rendering, out),
    }?;
    out.flush()
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{given}`{}, known are {}", suggest::did_you_mean(*.nearest), Format::ALL.map(Format::as_str).join(", "))]
pub struct UnknownFormat {
    given: String,
    nearest: Option<&'static str>,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or_else(|| UnknownFormat {
            given: text.to_owned(),
            nearest: suggest::nearest(text, Self::ALL.map(Self::as_str)),
        })
    }
}
