//! The JSON result, as one document or as lines.

use std::io::{self, Write};

use super::lines::JsonLines;
use super::{Reporter, safe_json};
use crate::finding::{Finding, LineWriter, Lines as _, Run, Told};
use crate::result::{HeadV1, RunV1, Store};

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
    /// They wait until the summary, which stands before them, is known.
    findings: Store,
}

impl<W: Write> JsonReporter<W> {
    /// Writes to `out`, once the run is over.
    pub fn new(out: W) -> Self {
        Self { out, writer: JsonLines.writer(), findings: Store::default() }
    }
}

impl<W: Write> Reporter for JsonReporter<W> {
    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let line = line(&mut *self.writer, finding);
        self.findings.add(&line)
    }

    fn lines(&mut self, lines: &[u8]) -> io::Result<()> {
        self.findings.add(lines)
    }

    fn finish(&mut self, run: &Run) -> io::Result<()> {
        let findings = &mut self.findings;
        write_document(HeadV1::from(run), &mut self.out, &mut |visit| findings.each_line(visit))?;
        self.out.flush()
    }
}

/// What goes through lines, and gives each to what takes them.
pub(super) type EachLine<'l> = &'l mut dyn FnMut(&mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()>;

/// Writes a result as one document.
pub(super) fn write_document(head: HeadV1, out: &mut dyn Write, lines: EachLine<'_>) -> io::Result<()> {
    let mut document = Vec::new();
    safe_json::write_pretty(&mut document, &RunV1::from(head))?;
    let document = String::from_utf8(document).map_err(io::Error::other)?;
    let key = "\n  \"findings\": [";
    let (before, after) = document.split_once(&format!("{key}]")).unwrap_or((&document, ""));
    write!(out, "{before}{key}")?;
    let mut count = 0_u64;
    lines(&mut |line| {
        out.write_all(if count == 0 { b"\n    ".as_slice() } else { b",\n    " })?;
        count += 1;
        out.write_all(line.trim_ascii_end())
    })?;
    let close = if count == 0 { "]" } else { "\n  ]" };
    writeln!(out, "{close}{after}")
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
        safe_json::write(&mut self.out, &HeadV1::from(run))?;
        writeln!(self.out)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::finding::{Evidence, EvidenceValue, Fingerprint, Location, Subject, Verdict};
    use crate::operation::Operation;
    use crate::policy::{Rule, builtin_files, load};
    use crate::result::{EvidenceV1, FindingV1, LocationV1, ResourceV1, RuleV1};
    use crate::source::{Excerpt, Label, Place, Position, SourceText};
    use crate::waiver::{self, Waived};

    fn record(finding: &Finding) -> FindingV1 {
        let Finding { resource, location, .. } = finding;
        let operation = resource.operation;
        FindingV1 {
            rule: RuleV1::new(&finding.rule, finding.rule_line_1based),
            verdict: finding.verdict.into(),
            message: finding.message.clone(),
            resource: ResourceV1 {
                operation: operation.id().to_owned(),
                provider: operation.provider().to_owned(),
                service: operation.service().to_owned(),
                kind: operation.resource_kind().to_owned(),
                id: resource.id.clone(),
                name: resource.name.clone(),
                region: resource.region.clone(),
                account: resource.account.clone(),
                captured_at: resource.captured_at.as_deref().map(str::to_owned),
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
            evidence: finding.evidence.iter().map(value_record).collect(),
            fingerprint: finding.fingerprint.to_string(),
            waiver: finding.waiver.as_ref().map(Into::into),
            known: finding.is_known,
            excerpt: finding.excerpt.as_ref().map(Into::into),
            rule_excerpt: finding.rule_excerpt.as_ref().map(Into::into),
        }
    }

    fn value_record(evidence: &Evidence) -> EvidenceV1 {
        let value = match &evidence.value {
            EvidenceValue::Present(value) => value.clone(),
            EvidenceValue::Absent | EvidenceValue::Long | EvidenceValue::Secret => Value::Null,
        };
        EvidenceV1 {
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

    fn place(byte: u64) -> Place {
        let start = Position { byte, line_1based: 3, column_1based: byte + 1 };
        Place { file: Arc::from("a \"\u{202e}\".json"), start, end_byte: byte + 7 }
    }

    fn evidence(pointer: &str, value: EvidenceValue) -> Evidence {
        Evidence { pointer: pointer.to_owned(), value, place: place(u64::MAX - 9) }
    }

    fn excerpt(text: &str) -> Excerpt {
        let labels = vec![Label::new(0..text.len(), text), Label::beside(0..0, "beside")];
        Excerpt::new(&Arc::from("é\u{1b}.json"), text.as_bytes(), labels)
    }

    fn waived(odd: &str) -> Waived {
        let text = "[[waiver]]\nrule = \"A\"\nresource = \"b\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2026-12-31\n";
        let mut waivers = waiver::read(&SourceText::new(odd, text)).unwrap();
        let mut waiver = Arc::unwrap_or_clone(waivers.remove(0));
        waiver.reason = odd.to_owned();
        Waived { waiver: Arc::new(waiver), is_expired: odd.len() > 2 }
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
                captured_at: document.map(|_| Arc::from("2026-11-21T00:00:00Z")),
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
            waiver: document.map(|_| waived(odd)),
            is_known: odd.is_empty(),
            excerpt: document.map(|_| excerpt(odd)),
            rule_excerpt: document.filter(|&index| index > 0).map(|_| excerpt("deny")),
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
                        safe_json::write(&mut by_serde, &record(&finding)).unwrap();
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
        let mut reporter = JsonReporter::new(Vec::new());
        reporter.lines(b"{\"a\":1}\n{}\n").unwrap();
        reporter.lines(b"{\"b\":2}\n").unwrap();
        assert_eq!(reporter.findings.len(), 3);
        let mut lines = Vec::new();
        for _ in 0..2 {
            lines.clear();
            reporter.findings.each_line(|line| lines.write_all(line)).unwrap();
        }
        assert_eq!(lines, b"{\"a\":1}\n{}\n{\"b\":2}\n", "as often as it is asked for");
    }
}
