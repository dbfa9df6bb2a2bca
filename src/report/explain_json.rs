//! Explanations as JSON, `probity.explain/v1`: a public contract, apart from the types inside.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Explained, safe_json};
use crate::evaluate::{
    ExplainedDefinition, ExplainedRead, ExplainedStatement, NamedValue, Role, Shown, State,
};
use crate::finding::Run;
use crate::result::WaiverV1;

#[derive(Serialize, JsonSchema)]
pub(super) struct ExplanationsV1<'e> {
    /// `probity.explain/v1`
    schema: &'static str,
    /// The run's clock, RFC 3339 in UTC.
    at: String,
    gate: &'static str,
    explanations: Vec<ExplanationV1<'e>>,
    /// Resources of that name that are left out.
    more: u64,
}

#[derive(Serialize, JsonSchema)]
struct ExplanationV1<'e> {
    rule: &'e str,
    title: &'e str,
    rule_file: &'e str,
    operation: &'static str,
    resource_id: Option<&'e str>,
    resource_name: Option<&'e str>,
    file: &'e str,
    document: Option<u64>,
    pointer: &'e str,
    line: u64,
    column: u64,
    verdict: &'static str,
    message: String,
    /// The waiver that names the failure, in force or expired.
    waiver: Option<WaiverV1>,
    /// Whether the ratchet knows the verdict.
    known: bool,
    /// What this verdict alone means for the gate: `pass`, `fail` or `error`.
    gate: &'static str,
    definitions: Vec<DefinitionV1<'e>>,
    reads: Vec<ReadV1<'e>>,
    more_reads: u64,
}

#[derive(Serialize, JsonSchema)]
struct DefinitionV1<'e> {
    name: &'e str,
    role: &'static str,
    line: u64,
    source: String,
    holds: Option<bool>,
    yields: Vec<ValueV1<'e>>,
    yields_count: u64,
    statements: Vec<StatementV1<'e>>,
}

#[derive(Serialize, JsonSchema)]
struct StatementV1<'e> {
    text: &'e str,
    line: u64,
    state: &'static str,
    error: Option<&'e str>,
    /// For each of the first ways.
    values: Vec<Vec<NamedV1<'e>>>,
    ways: u64,
}

#[derive(Serialize, JsonSchema)]
struct NamedV1<'e> {
    name: &'e str,
    #[serde(flatten)]
    value: ValueV1<'e>,
}

#[derive(Serialize, JsonSchema)]
struct ValueV1<'e> {
    /// `value`, `undefined`, `secret` or `error`.
    state: &'static str,
    /// As Rego writes it; of an error the message.
    text: Option<&'e str>,
    cut: bool,
}

#[derive(Serialize, JsonSchema)]
struct ReadV1<'e> {
    path: &'e str,
    #[serde(flatten)]
    value: ValueV1<'e>,
    line: Option<u64>,
    column: Option<u64>,
}

impl<'e> From<&'e Shown> for ValueV1<'e> {
    fn from(shown: &'e Shown) -> Self {
        let (state, text, cut) = match shown {
            Shown::Value(text, is_cut) => ("value", Some(text.as_str()), *is_cut),
            Shown::Undefined => ("undefined", None, false),
            Shown::Secret => ("secret", None, false),
            Shown::Error(message) => ("error", Some(message.as_str()), false),
        };
        Self { state, text, cut }
    }
}

impl<'e> From<&'e ExplainedDefinition> for DefinitionV1<'e> {
    fn from(definition: &'e ExplainedDefinition) -> Self {
        Self {
            name: &definition.name,
            role: match definition.role {
                Role::Applies => "applies",
                Role::Deny => "deny",
                Role::Inconclusive => "inconclusive",
                Role::Helper => "helper",
            },
            line: definition.first_line_1based,
            source: definition.lines.join("\n"),
            holds: definition.holds,
            yields: definition.yields.first.iter().map(ValueV1::from).collect(),
            yields_count: definition.yields.count,
            statements: definition.statements.iter().map(StatementV1::from).collect(),
        }
    }
}

impl<'e> From<&'e ExplainedStatement> for StatementV1<'e> {
    fn from(statement: &'e ExplainedStatement) -> Self {
        let named = |named: &'e NamedValue| NamedV1 { name: &named.name, value: (&named.value).into() };
        Self {
            text: &statement.text,
            line: statement.first_line_1based,
            state: match &statement.state {
                State::Holds => "holds",
                State::Fails => "fails",
                State::NotReached => "not_reached",
                State::Error(_) => "error",
                State::Unknown => "unknown",
            },
            error: match &statement.state {
                State::Error(message) => Some(message),
                _ => None,
            },
            values: statement.values.first.iter().map(|row| row.iter().map(named).collect()).collect(),
            ways: statement.values.count,
        }
    }
}

impl<'e> ExplanationV1<'e> {
    fn new(explained: &Explained<'e>, run: &Run) -> Self {
        let Explained { finding, location, explanation } = *explained;
        let rule = &finding.rule;
        let read = |read: &'e ExplainedRead| ReadV1 {
            path: &read.path,
            value: (&read.value).into(),
            line: read.place.as_ref().map(|place| place.start.line_1based),
            column: read.place.as_ref().map(|place| place.start.column_1based),
        };
        Self {
            rule: rule.id.as_str(),
            title: &rule.title,
            rule_file: &rule.file.name,
            operation: finding.resource.operation.id(),
            resource_id: finding.resource.id.as_deref(),
            resource_name: finding.resource.name.as_deref(),
            file: &location.place.file,
            document: location.document,
            pointer: &location.pointer,
            line: location.place.start.line_1based,
            column: location.place.start.column_1based,
            verdict: finding.verdict.as_str(),
            message: explanation.map_or_else(
                || finding.message.clone(),
                |explanation| explanation.without_secrets(&finding.message).into_owned(),
            ),
            waiver: finding.waiver.as_ref().map(WaiverV1::from),
            known: finding.is_known,
            gate: explained.gate(run).as_str(),
            definitions: explanation
                .map(|explanation| explanation.definitions.iter().map(DefinitionV1::from).collect())
                .unwrap_or_default(),
            reads: explanation
                .map(|explanation| explanation.reads.iter().map(read).collect())
                .unwrap_or_default(),
            more_reads: explanation.map_or(0, |explanation| explanation.more_reads),
        }
    }
}

/// Writes the same as JSON, `probity.explain/v1`.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_explanations_json(
    explained: &[Explained<'_>],
    more: u64,
    run: &Run,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = ExplanationsV1 {
        schema: "probity.explain/v1",
        at: run.at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        gate: run.gate.as_str(),
        explanations: explained.iter().map(|one| ExplanationV1::new(one, run)).collect(),
        more,
    };
    safe_json::write_pretty(&mut *out, &document)?;
    writeln!(out)?;
    out.flush()
}
