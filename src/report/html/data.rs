//! The findings as data for the page's script.
//!
//! Findings first, one after the other, then what they name by number: so that nothing is kept of a finding but
//! what repeats.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::control::Framework;
use super::excerpt::Excerpt;
use super::literal::{cut, paragraph, shown};
use super::rule::Rule;
use super::survey::needs_attention;
use crate::report::{GroupBy, Rendering, safe_json};
use crate::result::{EvidenceV1, ExcerptV1, FindingV1, HeadV1, Recorded, VerdictV1, VerdictsV1, WaiverV1};

/// Findings that the page lists; browsers are slow with more.
const LISTED: u64 = 50_000;
/// Bytes of data after which no further finding is listed.
const BYTES: u64 = 64 << 20;
/// Values of a finding that the page shows.
const VALUES: usize = 50;
/// Characters of a value.
const VALUE_TEXT: usize = 2000;

/// Writes the data of all findings that the page lists: those that do not pass come first.
pub(super) fn write(
    result: &Recorded,
    saved: &VerdictsV1,
    rules: &[Rule],
    frameworks: &[Framework],
    rendering: &Rendering,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Recorded { head, findings } = result;
    let mut out = ScriptSafe { out, written: 0 };
    let mut tables = Tables::new(rules);
    let mut listed = VerdictsV1::default();
    let mut rows = 0;
    out.write_all(b"{\"findings\":[")?;
    for attention in [true, false] {
        let mut number = 0;
        findings.each_line(|line| {
            number += 1;
            if rows >= LISTED || out.written >= BYTES {
                return Ok(());
            }
            let Glance { verdict } = serde_json::from_slice(line)?;
            if needs_attention(verdict) != attention {
                return Ok(());
            }
            let finding: FindingV1 = serde_json::from_slice(line)?;
            if rows > 0 {
                out.write_all(b",")?;
            }
            out.write_all(b"\n")?;
            safe_json::write_at_once(&mut out, &tables.row(number, &finding)?)?;
            rows += 1;
            *listed.of_mut(finding.verdict) += 1;
            Ok(())
        })?;
    }
    out.write_all(b"]")?;
    tables.write(&mut out)?;
    let about = About::new(head, listed, minus(saved, &listed), rules, frameworks, rendering);
    out.write_all(b",\"about\":")?;
    safe_json::write(&mut out, &about)?;
    out.write_all(b"}")
}

/// What is looked at before a finding is read as a whole.
#[derive(Deserialize)]
struct Glance {
    verdict: VerdictV1,
}

/// Writes JSON so that no markup can be read in it: such characters stand only in its strings.
struct ScriptSafe<'w> {
    out: &'w mut dyn Write,
    written: u64,
}

impl Write for ScriptSafe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr3(b'<', b'>', b'&', rest) {
            let (before, after) = rest.split_at_checked(at).unwrap_or((rest, &[]));
            self.out.write_all(before)?;
            if let Some((byte, after)) = after.split_first() {
                write!(self.out, "\\u{byte:04x}")?;
                rest = after;
            }
        }
        self.out.write_all(rest)?;
        self.written += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What repeats in findings.
struct Tables<'r> {
    rules: HashMap<&'r str, usize>,
    texts: Table,
    resources: Table,
    waivers: Table,
    /// Excerpts of rules: many findings share them.
    excerpts: Table,
}

/// Values by number, each as its JSON.
#[derive(Default)]
struct Table {
    numbers: HashMap<Arc<[u8]>, usize>,
    values: Vec<Arc<[u8]>>,
}

impl Table {
    fn number(&mut self, value: &impl Serialize) -> io::Result<usize> {
        let mut json = Vec::new();
        safe_json::write(&mut json, value)?;
        if let Some(number) = self.numbers.get(json.as_slice()) {
            return Ok(*number);
        }
        let json: Arc<[u8]> = json.into();
        let number = self.values.len();
        self.values.push(Arc::clone(&json));
        self.numbers.insert(json, number);
        Ok(number)
    }

    fn write(&self, name: &str, out: &mut impl Write) -> io::Result<()> {
        write!(out, ",\n\"{name}\":[")?;
        for (index, value) in self.values.iter().enumerate() {
            if index > 0 {
                out.write_all(b",")?;
            }
            out.write_all(value)?;
        }
        out.write_all(b"]")
    }
}

impl<'r> Tables<'r> {
    fn new(rules: &'r [Rule]) -> Self {
        let mut numbers = HashMap::new();
        for (number, rule) in rules.iter().enumerate() {
            numbers.entry(rule.key.as_str()).or_insert(number);
        }
        Self {
            rules: numbers,
            texts: Table::default(),
            resources: Table::default(),
            waivers: Table::default(),
            excerpts: Table::default(),
        }
    }

    fn row(&mut self, number: u64, finding: &FindingV1) -> io::Result<Row> {
        let FindingV1 { rule, location, resource, evidence, .. } = finding;
        let evidence_rows = evidence.iter().take(VALUES).map(Value::new).collect::<io::Result<_>>()?;
        Ok(Row {
            number,
            rule: self.rules.get(rule.id.as_str()).copied().unwrap_or_default(),
            severity: rule.severity.as_str(),
            verdict: finding.verdict.as_str(),
            message: self.texts.number(&paragraph(&finding.message))?,
            resource: self.resources.number(&Resource {
                operation: shown(&resource.operation),
                kind: shown(&resource.kind),
                id: resource.id.as_deref().map(shown),
                name: resource.name.as_deref().map(shown),
                region: resource.region.as_deref().map(shown),
                account: resource.account.as_deref().map(shown),
            })?,
            file: self.texts.number(&shown(&location.file))?,
            document: location.document,
            pointer: shown(&location.path),
            place: [location.line, location.column, location.start_byte, location.end_byte],
            evidence: evidence_rows,
            evidence_more: evidence.len().saturating_sub(VALUES),
            fingerprint: shown(&finding.fingerprint),
            waiver: finding
                .waiver
                .as_ref()
                .map(|waiver| self.waivers.number(&Waiver::new(waiver)))
                .transpose()?,
            known: finding.known,
            excerpt: finding.excerpt.as_ref().map(Excerpt::new),
            rule_line: rule.line,
            rule_excerpt: finding
                .rule_excerpt
                .as_ref()
                .map(|excerpt| self.rule_excerpt(excerpt))
                .transpose()?,
        })
    }

    fn rule_excerpt(&mut self, excerpt: &ExcerptV1) -> io::Result<usize> {
        self.excerpts.number(&Excerpt::new(excerpt))
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.texts.write("texts", out)?;
        self.resources.write("resources", out)?;
        self.waivers.write("waivers", out)?;
        self.excerpts.write("excerpts", out)
    }
}

/// A finding. Names are short, for there are many.
#[derive(Serialize)]
struct Row {
    /// Its place among all findings of the result, from 1.
    #[serde(rename = "n")]
    number: u64,
    #[serde(rename = "r")]
    rule: usize,
    #[serde(rename = "s")]
    severity: &'static str,
    #[serde(rename = "v")]
    verdict: &'static str,
    #[serde(rename = "m")]
    message: usize,
    #[serde(rename = "o")]
    resource: usize,
    #[serde(rename = "f")]
    file: usize,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    document: Option<u64>,
    #[serde(rename = "p")]
    pointer: String,
    /// Line, column, first byte, and the byte after the last.
    #[serde(rename = "l")]
    place: [u64; 4],
    #[serde(rename = "e")]
    evidence: Vec<Value>,
    #[serde(rename = "em", skip_serializing_if = "is_zero")]
    evidence_more: usize,
    #[serde(rename = "h")]
    fingerprint: String,
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    waiver: Option<usize>,
    #[serde(rename = "k", skip_serializing_if = "std::ops::Not::not")]
    known: bool,
    #[serde(rename = "x", skip_serializing_if = "Option::is_none")]
    excerpt: Option<Excerpt>,
    #[serde(rename = "rl")]
    rule_line: u64,
    #[serde(rename = "rx", skip_serializing_if = "Option::is_none")]
    rule_excerpt: Option<usize>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A value that a finding rests on: pointer, text or null, line, column, and why there is no text.
#[derive(Serialize)]
struct Value(String, Option<String>, u64, u64, &'static str);

impl Value {
    fn new(evidence: &EvidenceV1) -> io::Result<Self> {
        let gone = if evidence.absent {
            "absent"
        } else if evidence.redacted {
            "not shown, since it may be secret"
        } else if evidence.truncated {
            "too long to be shown"
        } else {
            ""
        };
        let text = if gone.is_empty() {
            let mut text = Vec::new();
            safe_json::write_pretty(&mut text, &evidence.value)?;
            let text = String::from_utf8_lossy(&text).into_owned();
            // Its lines are lines of the page.
            let lines: Vec<String> = text.lines().map(shown).collect();
            let text = lines.join("\n");
            Some(if text.chars().nth(VALUE_TEXT).is_some() { cut(&text, VALUE_TEXT) } else { text })
        } else {
            None
        };
        Ok(Self(shown(&evidence.path), text, evidence.line, evidence.column, gone))
    }
}

#[derive(Serialize)]
struct Resource {
    operation: String,
    kind: String,
    id: Option<String>,
    name: Option<String>,
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
}

#[derive(Serialize)]
struct Waiver {
    reason: String,
    owner: String,
    expires: Option<String>,
    ticket: Option<String>,
    expired: bool,
    place: String,
}

impl Waiver {
    fn new(waiver: &WaiverV1) -> Self {
        Self {
            reason: paragraph(&waiver.reason),
            owner: shown(&waiver.owner),
            expires: waiver.expires.as_deref().map(shown),
            ticket: waiver.ticket.as_deref().map(shown),
            expired: waiver.expired,
            place: format!("{}:{}", shown(&waiver.file), waiver.line),
        }
    }
}

/// What the script has to know of the run.
#[derive(Serialize)]
struct About<'a> {
    rules: Vec<RuleData<'a>>,
    /// Name and anchor of each control framework.
    frameworks: Vec<(&'a str, &'a str)>,
    listed: VerdictsV1,
    /// What the result holds, and the page does not list.
    left: VerdictsV1,
    fail_on: &'static str,
    inconclusive_counts: bool,
    group_by: &'static str,
}

#[derive(Serialize)]
struct RuleData<'a> {
    id: &'a str,
    anchor: &'a str,
    title: &'a str,
    description: Option<&'a str>,
    remediation: Option<&'a str>,
    /// Without its line: findings have their own.
    file: &'a str,
    controls: Vec<(String, Vec<String>)>,
}

impl<'a> About<'a> {
    fn new(
        head: &HeadV1,
        listed: VerdictsV1,
        left: VerdictsV1,
        rules: &'a [Rule],
        frameworks: &'a [Framework],
        rendering: &Rendering,
    ) -> Self {
        let rule = |rule: &'a Rule| RuleData {
            id: &rule.id,
            anchor: &rule.anchor,
            title: &rule.title,
            description: rule.description.as_deref(),
            remediation: rule.remediation.as_deref(),
            file: &rule.file,
            controls: rule
                .controls
                .iter()
                .map(|(name, controls)| {
                    (shown(name), controls.iter().map(|control| shown(control)).collect())
                })
                .collect(),
        };
        Self {
            rules: rules.iter().map(rule).collect(),
            frameworks: frameworks
                .iter()
                .map(|framework| (framework.name.as_str(), framework.anchor.as_str()))
                .collect(),
            listed,
            left,
            fail_on: head.settings.fail_on.as_str(),
            inconclusive_counts: head.settings.inconclusive != "warn",
            group_by: match rendering.group_by {
                None => "",
                Some(GroupBy::Rule) => "rule",
                Some(GroupBy::Resource) => "resource",
                Some(GroupBy::Control) => "control",
                Some(GroupBy::File) => "file",
            },
        }
    }
}

/// How many more there are in `all`.
pub(super) fn minus(all: &VerdictsV1, some: &VerdictsV1) -> VerdictsV1 {
    let mut more = VerdictsV1::default();
    for &verdict in VerdictV1::ALL {
        *more.of_mut(verdict) = all.of(verdict).saturating_sub(some.of(verdict));
    }
    more
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_markup_is_left_in_data() {
        let value = json!({"</script><!--": ["&lt;", "]]>", "\u{2028}", "\u{202e}", "é"]});
        let mut out = Vec::new();
        let mut safe = ScriptSafe { out: &mut out, written: 0 };
        safe_json::write(&mut safe, &value).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{202e}']), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn what_repeats_is_told_once() {
        let mut table = Table::default();
        let numbers = ["a", "b", "a"].map(|text| table.number(&text).unwrap());
        assert_eq!(numbers, [0, 1, 0]);
        let mut out = Vec::new();
        table.write("texts", &mut out).unwrap();
        assert_eq!(out, b",\n\"texts\":[\"a\",\"b\"]");
    }
}
