//! The JSON result, version 1: a public contract, apart from the types inside.
//!
//! Additions are allowed; a renamed or removed key is version 2.

use std::collections::BTreeMap;
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tempfile::SpooledTempFile;

use super::lines::JsonLines;
use super::{Reporter, safe_json};
use crate::finding::{Counts, Finding, InputSummary, LineWriter, Lines as _, Run, Told, Verdict};
use crate::policy::Rule;
use crate::source::Diagnostic;

/// Findings that wait in memory until the summary, which stands before them, is known; more wait on disk.
const SPOOL_BYTES: usize = 8 << 20;
const BUFFER_BYTES: usize = 64 << 10;

/// The result of a run.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct RunV1 {
    /// `probity.run/v1`
    schema: &'static str,
    /// The program that made it.
    tool: ToolV1,
    /// The run's clock, RFC 3339 in UTC.
    at: String,
    /// What the gate says: `pass`, `fail` or `error` (exit codes 0, 1 and 2).
    gate: GateV1,
    /// How many of everything.
    summary: SummaryV1,
    /// What each file holds; one entry for each operation in a file.
    inputs: Vec<InputV1>,
    /// The rules that were evaluated.
    policies: Vec<PolicyV1>,
    /// Every verdict but `pass` and `not_applicable`, which `--include` adds; by file, document, place and
    /// rule.
    findings: Vec<FindingV1>,
    /// What was wrong with inputs and policies.
    diagnostics: Vec<DiagnosticV1>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ToolV1 {
    /// `probity`
    name: &'static str,
    /// Its version.
    version: &'static str,
}

#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum GateV1 {
    Pass,
    Fail,
    Error,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct SummaryV1 {
    /// Input files.
    files: u64,
    /// Payloads that were recognised.
    payloads: u64,
    /// Resources.
    resources: u64,
    /// Rules that were selected.
    rules: u64,
    /// Verdicts: one for each resource and rule about its operation.
    verdicts: VerdictsV1,
    /// Judged resources: each counted once, by the weightiest of its verdicts (error, fail, inconclusive,
    /// waived, pass, `not_applicable`).
    outcomes: VerdictsV1,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct VerdictsV1 {
    pass: u64,
    fail: u64,
    inconclusive: u64,
    not_applicable: u64,
    waived: u64,
    error: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct InputV1 {
    /// Display name of the file.
    file: String,
    /// SHA-256 of the file as it is stored; null where it could not be read to its end.
    sha256: Option<String>,
    /// Size of the file as it is stored, as far as it was read.
    bytes: u64,
    /// The operation; null where no payload was recognised.
    operation: Option<&'static str>,
    /// Payloads of the operation.
    payloads: u64,
    /// Resources of the operation.
    resources: u64,
    /// Whether all pages are here; null where nothing tells.
    complete: Option<bool>,
    /// Resources that the payloads state; null where they state none.
    stated_total: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct PolicyV1 {
    /// Id of the rule.
    id: String,
    /// Display name of its file.
    file: String,
    /// SHA-256 of its file.
    sha256: String,
}

/// A verdict of one rule on one resource.
// What is said of it here becomes the schema; `lines` writes it, for there are many.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct FindingV1 {
    /// The rule.
    rule: RuleV1,
    /// What it says.
    verdict: VerdictV1,
    /// Why; several reasons are separated by `; `.
    message: String,
    /// The resource.
    resource: ResourceV1,
    /// Where to look first.
    location: LocationV1,
    /// The values that the rule read: first those that its reasons name, then all others in document order.
    evidence: Vec<EvidenceV1>,
    /// SHA-256 over rule, operation and identity of the resource.
    fingerprint: String,
    /// The waiver that accepts it; there are none yet.
    waiver: Option<Value>,
}

#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "only the schema is made of it: `lines` writes the names of verdicts")
)]
enum VerdictV1 {
    Pass,
    Fail,
    Inconclusive,
    NotApplicable,
    Waived,
    Error,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct RuleV1 {
    id: String,
    title: String,
    severity: &'static str,
    /// Display name of its file.
    file: String,
    /// Line of the definition that decided, from 1; else of its first `deny`.
    line: u64,
    /// Requirements that it speaks to, by framework.
    controls: BTreeMap<String, Vec<String>>,
    /// What to do about a failure.
    remediation: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ResourceV1 {
    operation: &'static str,
    provider: &'static str,
    service: &'static str,
    /// What kind of thing it is.
    kind: &'static str,
    /// Its identity; null where the payload has none.
    id: Option<String>,
    name: Option<String>,
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct LocationV1 {
    /// Display name of the file.
    file: String,
    /// Index of the document in its file, from 0; absent where the file is one document.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<u64>,
    /// RFC 6901 pointer from the root of the document.
    path: String,
    /// Line in the file, from 1.
    line: u64,
    /// Column in characters, from 1.
    column: u64,
    /// Offset of the first byte in the unpacked file.
    start_byte: u64,
    /// Offset right after the last byte.
    end_byte: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct EvidenceV1 {
    /// RFC 6901 pointer from the root of the document.
    path: String,
    /// The value as the payload has it; null also where it is absent, truncated or redacted.
    value: Value,
    /// Line in the file, from 1; of an absent value that of its nearest existing ancestor.
    line: u64,
    /// Column in characters, from 1.
    column: u64,
    /// Offset of the first byte in the unpacked file.
    start_byte: u64,
    /// Offset right after the last byte.
    end_byte: u64,
    /// The payload does not have the value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(default)]
    absent: bool,
    /// The value is too long to be repeated.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(default)]
    truncated: bool,
    /// The value must not be shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(default)]
    redacted: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct DiagnosticV1 {
    /// Stable code, e.g. `payload.incomplete`.
    code: &'static str,
    /// `error` or `warning`.
    level: &'static str,
    message: String,
    /// Display name of the file, where there is one.
    file: Option<String>,
    /// Line, from 1.
    line: Option<u64>,
    /// Column in characters, from 1.
    column: Option<u64>,
    /// What to do about it.
    help: Option<String>,
}

impl RuleV1 {
    /// A rule of which a line is told.
    pub(super) fn new(rule: &Rule, line: u64) -> Self {
        Self {
            id: rule.id.to_string(),
            title: rule.title.clone(),
            severity: rule.severity.as_str(),
            file: rule.file.name.to_string(),
            line,
            controls: rule.controls.clone(),
            remediation: rule.remediation.clone(),
        }
    }
}

impl From<&Diagnostic> for DiagnosticV1 {
    fn from(diagnostic: &Diagnostic) -> Self {
        let place = diagnostic.place.as_ref();
        Self {
            code: diagnostic.code.as_str(),
            level: diagnostic.level.as_str(),
            message: diagnostic.message.clone(),
            file: place.map(|place| place.file.to_string()),
            line: place.map(|place| place.start.line_1based),
            column: place.map(|place| place.start.column_1based),
            help: diagnostic.help.clone(),
        }
    }
}

impl From<&InputSummary> for InputV1 {
    fn from(input: &InputSummary) -> Self {
        Self {
            file: input.file.to_string(),
            sha256: input.sha256.clone(),
            bytes: input.bytes,
            operation: input.operation.map(crate::operation::Operation::id),
            payloads: input.payloads,
            resources: input.resources,
            complete: input.complete,
            stated_total: input.stated_total,
        }
    }
}

impl From<&Counts> for VerdictsV1 {
    fn from(counts: &Counts) -> Self {
        Self {
            pass: counts.of(Verdict::Pass),
            fail: counts.of(Verdict::Fail),
            inconclusive: counts.of(Verdict::Inconclusive),
            not_applicable: counts.of(Verdict::NotApplicable),
            waived: counts.of(Verdict::Waived),
            error: counts.of(Verdict::Error),
        }
    }
}

impl RunV1 {
    /// The result without its findings.
    fn new(run: &Run) -> Self {
        Self {
            schema: "probity.run/v1",
            tool: ToolV1 { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            at: time(run.at),
            gate: match run.gate {
                crate::finding::Gate::Pass => GateV1::Pass,
                crate::finding::Gate::Fail => GateV1::Fail,
                crate::finding::Gate::Error => GateV1::Error,
            },
            summary: SummaryV1 {
                files: run.files,
                payloads: run.payloads,
                resources: run.resources,
                rules: run.rules.len() as u64,
                verdicts: VerdictsV1::from(&run.tally.total()),
                outcomes: VerdictsV1::from(&run.outcomes),
            },
            inputs: run.inputs.iter().map(InputV1::from).collect(),
            policies: run
                .rules
                .iter()
                .map(|rule| PolicyV1 {
                    id: rule.id.to_string(),
                    file: rule.file.name.to_string(),
                    sha256: rule.file.sha256(),
                })
                .collect(),
            findings: Vec::new(),
            diagnostics: run.diagnostics.iter().map(DiagnosticV1::from).collect(),
        }
    }
}

/// RFC 3339 in UTC.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A finding as a line.
fn line(writer: &mut dyn LineWriter, finding: &Finding) -> Vec<u8> {
    let mut line = Vec::new();
    writer.write(&Told::of(finding, &finding.told_evidence()), &mut line);
    line
}

/// One document: `--format json`.
pub struct JsonReporter<W> {
    out: W,
    writer: Box<dyn LineWriter>,
    findings: BufWriter<SpooledTempFile>,
    count: u64,
}

impl<W: Write> JsonReporter<W> {
    /// Writes to `out`, once the run is over.
    pub fn new(out: W) -> Self {
        Self {
            out,
            writer: JsonLines.writer(),
            findings: BufWriter::with_capacity(BUFFER_BYTES, SpooledTempFile::new(SPOOL_BYTES)),
            count: 0,
        }
    }
}

impl<W: Write> Reporter for JsonReporter<W> {
    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let line = line(&mut *self.writer, finding);
        self.lines(&line)
    }

    fn lines(&mut self, lines: &[u8]) -> io::Result<()> {
        for line in lines.split_inclusive(|&byte| byte == b'\n') {
            let separator = if self.count == 0 { "\n    " } else { ",\n    " };
            self.findings.write_all(separator.as_bytes())?;
            self.findings.write_all(line.trim_ascii_end())?;
            self.count += 1;
        }
        Ok(())
    }

    fn finish(&mut self, run: &Run) -> io::Result<()> {
        let mut document = Vec::new();
        safe_json::write_pretty(&mut document, &RunV1::new(run))?;
        let document = String::from_utf8(document).map_err(io::Error::other)?;
        let key = "\n  \"findings\": [";
        let (before, after) = document.split_once(&format!("{key}]")).unwrap_or((&document, ""));
        write!(self.out, "{before}{key}")?;
        // Seeking writes what is still in the buffer.
        self.findings.seek(SeekFrom::Start(0))?;
        let mut findings = BufReader::with_capacity(BUFFER_BYTES, self.findings.get_mut());
        io::copy(&mut findings, &mut self.out)?;
        let close = if self.count == 0 { "]" } else { "\n  ]" };
        writeln!(self.out, "{close}{after}")?;
        self.out.flush()
    }
}

/// The last line of `--format ndjson`: the result without its findings.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct SummaryLineV1 {
    /// How many of everything.
    summary: SummaryV1,
    /// `probity.run/v1`
    schema: &'static str,
    /// The program that made it.
    tool: ToolV1,
    /// The run's clock, RFC 3339 in UTC.
    at: String,
    /// What the gate says.
    gate: GateV1,
    /// What each file holds.
    inputs: Vec<InputV1>,
    /// The rules that were evaluated.
    policies: Vec<PolicyV1>,
    /// What was wrong with inputs and policies.
    diagnostics: Vec<DiagnosticV1>,
}

impl From<RunV1> for SummaryLineV1 {
    fn from(run: RunV1) -> Self {
        Self {
            summary: run.summary,
            schema: run.schema,
            tool: run.tool,
            at: run.at,
            gate: run.gate,
            inputs: run.inputs,
            policies: run.policies,
            diagnostics: run.diagnostics,
        }
    }
}

/// A finding a line as it is decided, then the summary: `--format ndjson`.
pub struct NdjsonReporter<W> {
    out: W,
    writer: Box<dyn LineWriter>,
}

impl<W: Write> NdjsonReporter<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, writer: JsonLines.writer() }
    }
}

impl<W: Write> Reporter for NdjsonReporter<W> {
    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let line = line(&mut *self.writer, finding);
        self.lines(&line)
    }

    fn lines(&mut self, lines: &[u8]) -> io::Result<()> {
        self.out.write_all(lines)
    }

    fn finish(&mut self, run: &Run) -> io::Result<()> {
        safe_json::write(&mut self.out, &SummaryLineV1::from(RunV1::new(run)))?;
        writeln!(self.out)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::finding::{Evidence, EvidenceValue, Fingerprint, Location, Subject};
    use crate::operation::Operation;
    use crate::policy::{builtin_files, load};
    use crate::source::{Place, Position};

    impl From<&Finding> for FindingV1 {
        fn from(finding: &Finding) -> Self {
            let Finding { resource, location, .. } = finding;
            let operation = resource.operation;
            Self {
                rule: RuleV1::new(&finding.rule, finding.rule_line_1based),
                verdict: match finding.verdict {
                    Verdict::Pass => VerdictV1::Pass,
                    Verdict::Fail => VerdictV1::Fail,
                    Verdict::Inconclusive => VerdictV1::Inconclusive,
                    Verdict::NotApplicable => VerdictV1::NotApplicable,
                    Verdict::Waived => VerdictV1::Waived,
                    Verdict::Error => VerdictV1::Error,
                },
                message: finding.message.clone(),
                resource: ResourceV1 {
                    operation: operation.id(),
                    provider: operation.provider(),
                    service: operation.service(),
                    kind: operation.resource_kind(),
                    id: resource.id.clone(),
                    name: resource.name.clone(),
                    region: resource.region.clone(),
                    account: resource.account.clone(),
                },
                location: LocationV1 {
                    file: location.place.file.to_string(),
                    document: location.document,
                    path: location.pointer.clone(),
                    line: location.place.start.line_1based,
                    column: location.place.start.column_1based,
                    start_byte: location.place.start.byte,
                    end_byte: location.place.end_byte,
                },
                evidence: finding.evidence.iter().map(EvidenceV1::from).collect(),
                fingerprint: finding.fingerprint.to_string(),
                waiver: None,
            }
        }
    }

    impl From<&Evidence> for EvidenceV1 {
        fn from(evidence: &Evidence) -> Self {
            let value = match &evidence.value {
                EvidenceValue::Present(value) => value.clone(),
                EvidenceValue::Absent | EvidenceValue::Long | EvidenceValue::Secret => Value::Null,
            };
            Self {
                path: evidence.pointer.clone(),
                value,
                line: evidence.place.start.line_1based,
                column: evidence.place.start.column_1based,
                start_byte: evidence.place.start.byte,
                end_byte: evidence.place.end_byte,
                absent: evidence.value == EvidenceValue::Absent,
                truncated: evidence.value == EvidenceValue::Long,
                redacted: evidence.value == EvidenceValue::Secret,
            }
        }
    }

    fn place(byte: u64) -> Place {
        let start = Position { byte, line_1based: 3, column_1based: byte + 1 };
        Place { file: Arc::from("a \"\u{202e}\".json"), start, end_byte: byte + 7 }
    }

    fn evidence(pointer: &str, value: EvidenceValue) -> Evidence {
        Evidence { pointer: pointer.to_owned(), value, place: place(u64::MAX - 9) }
    }

    fn finding(rule: &Arc<Rule>, verdict: Verdict, odd: &str, document: Option<u64>) -> Finding {
        let some = |text: &str| document.map(|_| text.to_owned());
        let operation = Operation::ListInstanceCompliant;
        Finding {
            rule: Arc::clone(rule),
            rule_line_1based: 1 + odd.len() as u64,
            verdict,
            message: format!("why {odd}"),
            resource: Arc::new(Subject {
                operation,
                id: some("i"),
                name: some(odd),
                region: some(""),
                account: some("1/2"),
            }),
            location: Location { place: place(0), document, pointer: format!("/{odd}/0") },
            evidence: vec![
                evidence(
                    "/a~1b",
                    EvidenceValue::Present(json!({"b": [1.5, odd, null, {"c": []}], "a": -0.0})),
                ),
                evidence(odd, EvidenceValue::Absent),
                evidence("", EvidenceValue::Long),
                evidence("/é", EvidenceValue::Secret),
            ],
            fingerprint: Fingerprint::of_identity(&rule.id, operation, [odd]),
            excerpt: None,
            rule_excerpt: None,
        }
    }

    #[test]
    fn a_line_has_what_the_schema_says() {
        let set = load(&builtin_files()).unwrap();
        let mut writer = JsonLines.writer();
        for odd in ["", "plain", "\"q\\", "\u{9b}31m\n\t", "é\u{202e}𝄞"] {
            for verdict in Verdict::ALL {
                for document in [None, Some(0), Some(u64::MAX)] {
                    for rule in set.rules.iter().take(2) {
                        let finding = finding(rule, verdict, odd, document);
                        let mut by_serde = Vec::new();
                        safe_json::write(&mut by_serde, &FindingV1::from(&finding)).unwrap();
                        by_serde.push(b'\n');
                        let line = line(&mut *writer, &finding);
                        assert_eq!(String::from_utf8(line).unwrap(), String::from_utf8(by_serde).unwrap());
                    }
                }
            }
        }
    }

    #[test]
    fn lines_become_elements() {
        let mut out = Vec::new();
        let mut reporter = JsonReporter::new(&mut out);
        reporter.lines(b"{\"a\":1}\n{}\n").unwrap();
        reporter.lines(b"{\"b\":2}\n").unwrap();
        assert_eq!(reporter.count, 3);
        reporter.findings.seek(SeekFrom::Start(0)).unwrap();
        let mut written = String::new();
        reporter.findings.get_mut().read_to_string(&mut written).unwrap();
        assert_eq!(written, "\n    {\"a\":1},\n    {},\n    {\"b\":2}");
    }
}
