//! Reports: what people and machines read.
//!
//! A reporter takes findings as they are decided and the run at its end, so that a report of a million
//! findings needs no more memory than one of ten.

mod bare;
mod csv;
mod diff;
mod excerpt;
mod explain;
mod explain_json;
mod fetched;
mod format;
mod gate;
mod github;
mod gitlab;
mod grouped;
mod groups;
mod html;
mod inspect;
mod json;
mod junit;
mod lines;
mod lint;
mod markdown;
mod markup;
mod mutation;
mod names;
mod ocsf;
mod oscal;
mod paths;
mod pretty;
mod remark;
mod rules;
mod safe_json;
mod sarif;
mod saved;
mod schema;
mod settings;
mod standing;
mod style;
mod summary;
mod tests;
mod wording;

use std::io;

use crate::finding::{Finding, Run};

pub use diff::{write_diff, write_diff_json, write_diff_markdown};
pub use excerpt::write_diagnostic;
pub use explain::{Explained, write_explanations};
pub use explain_json::write_explanations_json;
pub use fetched::{FETCHED_SCHEMA, FetchedCall, FetchedDiagnostic, FetchedV1, write_fetched_json};
pub use format::{Format, GroupBy, LeftOut, Rendering, UnknownFormat, write};
pub use inspect::{write_inspection, write_inspection_json};
pub use json::{JsonReporter, NdjsonReporter};
pub use lines::JsonLines;
pub use lint::{write_lint, write_lint_json};
pub use mutation::{write_mutations, write_mutations_json};
pub use pretty::PrettyReporter;
pub use rules::{write_rule, write_rules, write_rules_json};
pub use schema::{
    diff_schema, explain_schema, lint_schema, mutations_schema, ratchet_schema, run_schema, settings_schema,
};
pub use settings::{ShownKey, ShownSettings, ShownTable, Source, write_settings, write_settings_json};
pub use style::Style;
pub use summary::append_summary;
pub use tests::write_test_report;

/// Writes a report.
pub trait Reporter {
    /// Takes the next finding.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;

    /// Takes findings as whole lines, which the reporter's [`Lines`](crate::finding::Lines) made of them.
    ///
    /// # Errors
    ///
    /// Where they cannot be written, or the report has no such lines.
    fn lines(&mut self, lines: &[u8]) -> io::Result<()>;

    /// Takes the result of the run, when all findings were given.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    fn finish(&mut self, run: &Run) -> io::Result<()>;
}
