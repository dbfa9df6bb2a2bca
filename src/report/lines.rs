//! Findings as lines of JSON, written as they are decided.
//!
//! Millions of lines differ in little: rule, resource and file are rendered once, and copied. What a line has is said by
//! `FindingV1`; a test holds both against each other.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::safe_json;
use crate::finding::{LineWriter, Lines, Subject, Told, ToldEvidence, ToldValue};
use crate::policy::Rule;
use crate::result::{ExcerptV1, RuleV1, WaiverV1};
use crate::source::json::is_plain;
use crate::source::{Excerpt, Position};

/// The lines of `--format ndjson`, which are the findings of `--format json` too.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonLines;

impl Lines for JsonLines {
    fn writer(&self) -> Box<dyn LineWriter> {
        Box::new(JsonLineWriter::default())
    }
}

/// The rule by its address, which stays its own as long as it is kept, and the line that is told of it.
type RuleKey = (usize, u64);
/// A rule and how it is written.
type RenderedRule = (Arc<Rule>, Box<[u8]>);

#[derive(Default)]
struct JsonLineWriter {
    /// Lines up to what the verdict is.
    rules: HashMap<RuleKey, RenderedRule, RandomState>,
    /// What stands between message and place.
    standing: Option<Standing>,
    /// The line of the place before, and how it is written.
    line: Option<(u64, Vec<u8>)>,
}

/// A resource and its file, and how they are written.
struct Standing {
    resource: Arc<Subject>,
    file: Arc<str>,
    rendered: Vec<u8>,
}

impl JsonLineWriter {
    fn rule(&mut self, rule: &Arc<Rule>, line_1based: u64) -> &[u8] {
        let key = (Arc::as_ptr(rule).addr(), line_1based);
        let (_, rendered) = self.rules.entry(key).or_insert_with(|| {
            let mut rendered = b"{\"rule\":".to_vec();
            // Writing to memory cannot fail, here as below.
            let _ = safe_json::write(&mut rendered, &RuleV1::new(rule, line_1based));
            rendered.extend_from_slice(b",\"verdict\":\"");
            (Arc::clone(rule), rendered.into())
        });
        rendered
    }

    fn standing(&mut self, resource: &Arc<Subject>, file: &Arc<str>) -> &[u8] {
        let is_known = self
            .standing
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(&known.resource, resource) && Arc::ptr_eq(&known.file, file));
        if !is_known {
            let mut rendered = self.standing.take().map(|known| known.rendered).unwrap_or_default();
            rendered.clear();
            rendered.extend_from_slice(b",\"resource\":");
            write_resource(&mut rendered, resource);
            rendered.extend_from_slice(b",\"location\":{\"file\":");
            write_text(&mut rendered, file);
            let (resource, file) = (Arc::clone(resource), Arc::clone(file));
            self.standing = Some(Standing { resource, file, rendered });
        }
        self.standing.as_ref().map(|known| known.rendered.as_slice()).unwrap_or_default()
    }
}

impl JsonLineWriter {
    fn write_evidence(&mut self, out: &mut Vec<u8>, base: &str, evidence: &ToldEvidence<'_>) {
        out.extend_from_slice(b"{\"path\":");
        write_texts(out, base, evidence.pointer);
        out.extend_from_slice(b",\"value\":");
        match &evidence.value {
            ToldValue::Written(text) => out.extend_from_slice(text.as_bytes()),
            ToldValue::Value(value) => {
                let _ = safe_json::write(&mut *out, value);
            }
            ToldValue::Absent | ToldValue::Long | ToldValue::Secret => out.extend_from_slice(b"null"),
        }
        self.write_place(out, evidence.start, evidence.end_byte);
        out.extend_from_slice(match &evidence.value {
            ToldValue::Written(_) | ToldValue::Value(_) => b"}",
            ToldValue::Absent => b",\"absent\":true}",
            ToldValue::Long => b",\"truncated\":true}",
            ToldValue::Secret => b",\"redacted\":true}",
        });
    }

    /// Most places of a resource are on one line.
    fn write_place(&mut self, out: &mut Vec<u8>, start: Position, end_byte: u64) {
        let Position { byte, line_1based, column_1based } = start;
        match &self.line {
            Some((known, rendered)) if *known == line_1based => out.extend_from_slice(rendered),
            _ => {
                let mut rendered = Vec::new();
                write_number(&mut rendered, b",\"line\":", line_1based);
                rendered.extend_from_slice(b",\"column\":");
                out.extend_from_slice(&rendered);
                self.line = Some((line_1based, rendered));
            }
        }
        out.extend_from_slice(itoa::Buffer::new().format(column_1based).as_bytes());
        write_number(out, b",\"start_byte\":", byte);
        write_number(out, b",\"end_byte\":", end_byte);
    }
}

impl LineWriter for JsonLineWriter {
    fn write(&mut self, told: &Told<'_>, line: &mut Vec<u8>) {
        line.extend_from_slice(self.rule(told.rule, told.rule_line_1based));
        line.extend_from_slice(told.verdict.as_str().as_bytes());
        line.extend_from_slice(b"\",\"message\":");
        write_text(line, told.message);
        line.extend_from_slice(self.standing(told.resource, told.file));
        if let Some(document) = told.document {
            write_number(line, b",\"document\":", document);
        }
        line.extend_from_slice(b",\"path\":");
        write_texts(line, told.base, told.pointer);
        self.write_place(line, told.start, told.end_byte);
        line.extend_from_slice(b"},\"evidence\":[");
        for (index, evidence) in told.evidence.iter().enumerate() {
            if index > 0 {
                line.push(b',');
            }
            self.write_evidence(line, told.base, evidence);
        }
        line.extend_from_slice(b"],\"fingerprint\":\"");
        line.extend_from_slice(told.fingerprint.as_str().as_bytes());
        line.extend_from_slice(b"\",\"waiver\":");
        match told.waiver {
            None => line.extend_from_slice(b"null"),
            Some(waived) => {
                let _ = safe_json::write(&mut *line, &WaiverV1::from(waived));
            }
        }
        if told.is_known {
            line.extend_from_slice(b",\"known\":true");
        }
        write_excerpt(line, b",\"excerpt\":", told.excerpt);
        write_excerpt(line, b",\"rule_excerpt\":", told.rule_excerpt);
        line.extend_from_slice(b"}\n");
    }
}

fn write_resource(out: &mut Vec<u8>, resource: &Subject) {
    let Subject { operation, id, name, region, account, captured_at } = resource;
    for (name, text) in [
        (&b"{\"operation\":"[..], operation.id()),
        (b",\"provider\":", operation.provider()),
        (b",\"service\":", operation.service()),
        (b",\"kind\":", operation.resource_kind()),
    ] {
        out.extend_from_slice(name);
        write_text(out, text);
    }
    for (field, text) in [(&b",\"id\":"[..], id), (b",\"name\":", name), (b",\"region\":", region)] {
        out.extend_from_slice(field);
        match text {
            Some(text) => write_text(out, text),
            None => out.extend_from_slice(b"null"),
        }
    }
    if let Some(account) = account {
        out.extend_from_slice(b",\"account\":");
        write_text(out, account);
    }
    if let Some(captured_at) = captured_at {
        out.extend_from_slice(b",\"captured_at\":");
        write_text(out, captured_at);
    }
    out.push(b'}');
}

fn write_excerpt(out: &mut Vec<u8>, name: &[u8], excerpt: Option<&Excerpt>) {
    if let Some(excerpt) = excerpt {
        out.extend_from_slice(name);
        let _ = safe_json::write(out, &ExcerptV1::from(excerpt));
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    if is_plain(bytes) {
        out.push(b'"');
        out.extend_from_slice(bytes);
        out.push(b'"');
    } else if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        // Messages quote: all that is escaped are quotes and backslashes.
        out.push(b'"');
        let mut rest = bytes;
        while let Some((plain, [escaped, behind @ ..])) =
            memchr::memchr2(b'"', b'\\', rest).and_then(|at| rest.split_at_checked(at))
        {
            out.extend_from_slice(plain);
            out.extend_from_slice(&[b'\\', *escaped]);
            rest = behind;
        }
        out.extend_from_slice(rest);
        out.push(b'"');
    } else {
        let _ = safe_json::write(out, &text);
    }
}

/// Two texts as one.
fn write_texts(out: &mut Vec<u8>, first: &str, second: &str) {
    if first.is_empty() {
        write_text(out, second);
    } else if is_plain(first.as_bytes()) && is_plain(second.as_bytes()) {
        out.push(b'"');
        out.extend_from_slice(first.as_bytes());
        out.extend_from_slice(second.as_bytes());
        out.push(b'"');
    } else {
        write_text(out, &[first, second].concat());
    }
}

#[inline]
fn write_number<const N: usize>(out: &mut Vec<u8>, name: &[u8; N], number: u64) {
    out.extend_from_slice(name);
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}
