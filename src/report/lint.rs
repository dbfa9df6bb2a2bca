//! What `probity lint` found.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Style, safe_json, write_diagnostic};
use crate::evaluate::{LintProblem, LintReport};
use crate::source::{Diagnostic, Level};

/// Writes every problem with its excerpt, and a summary.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_lint(report: &LintReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for problem in &report.problems {
        write_diagnostic(&problem.diagnostic, style, out)?;
    }
    let counted = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    let errors = counted(report.count(Level::Error), "error");
    let warnings = counted(report.count(Level::Warning), "warning");
    let (files, rules) = (counted(report.files, "file"), counted(report.rules, "rule"));
    writeln!(out, "{files} with {rules}: {errors}, {warnings}")?;
    out.flush()
}

/// Writes one JSON document.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_lint_json(report: &LintReport, out: &mut dyn Write) -> io::Result<()> {
    let document = LintV1 {
        schema: "probity.lint/v1",
        summary: SummaryV1 {
            files: report.files,
            rules: report.rules,
            errors: report.count(Level::Error),
            warnings: report.count(Level::Warning),
        },
        problems: report.problems.iter().map(ProblemV1::from).collect(),
    };
    safe_json::write_pretty(&mut *out, &document)?;
    writeln!(out)?;
    out.flush()
}

/// What `probity lint --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct LintV1 {
    schema: &'static str,
    summary: SummaryV1,
    /// By file and place.
    problems: Vec<ProblemV1>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct SummaryV1 {
    /// Files that were looked at.
    files: usize,
    /// Rules among them.
    rules: usize,
    errors: usize,
    warnings: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ProblemV1 {
    /// Stable code, e.g. `policy.unknown_path`.
    code: &'static str,
    /// `error` or `warning`.
    level: &'static str,
    message: String,
    /// Id of the rule that it is about, where it is about one.
    rule: Option<String>,
    /// Name of the file, as it was given.
    file: Option<String>,
    /// Line, from 1.
    line: Option<u64>,
    /// Column in characters, from 1.
    column: Option<u64>,
    /// Line right behind the place.
    end_line: Option<u64>,
    /// Column right behind the place.
    end_column: Option<u64>,
    /// What to do about it.
    help: Option<String>,
    /// Further places of the same problem.
    related: Vec<RelatedV1>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct RelatedV1 {
    message: String,
    /// Name of the file.
    file: Option<String>,
    /// Line, from 1.
    line: Option<u64>,
    /// Column in characters, from 1.
    column: Option<u64>,
}

impl From<&LintProblem> for ProblemV1 {
    fn from(problem: &LintProblem) -> Self {
        let LintProblem { diagnostic, end, rule } = problem;
        let place = diagnostic.place.as_ref();
        Self {
            code: diagnostic.code.as_str(),
            level: diagnostic.level.as_str(),
            message: diagnostic.message.clone(),
            rule: rule.as_ref().map(ToString::to_string),
            file: place.map(|place| place.file.to_string()),
            line: place.map(|place| place.start.line_1based),
            column: place.map(|place| place.start.column_1based),
            end_line: end.map(|end| end.line_1based),
            end_column: end.map(|end| end.column_1based),
            help: diagnostic.help.clone(),
            related: diagnostic.related.iter().map(RelatedV1::from).collect(),
        }
    }
}

impl From<&Diagnostic> for RelatedV1 {
    fn from(diagnostic: &Diagnostic) -> Self {
        let place = diagnostic.place.as_ref();
        Self {
            message: diagnostic.message.clone(),
            file: place.map(|place| place.file.to_string()),
            line: place.map(|place| place.start.line_1based),
            column: place.map(|place| place.start.column_1based),
        }
    }
}
