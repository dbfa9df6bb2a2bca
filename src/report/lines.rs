//! Findings as lines of JSON, written as they are decided.
//!
//! Millions of lines differ in little: rule, resource and file are rendered once, and copied. What a line has is said by
//! `FindingV1`; a test holds both against each other.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::json::RuleV1;
use super::safe_json;
use crate::finding::{LineWriter, Lines, Subject, Told, ToldEvidence, ToldValue};
use crate::policy::Rule;
use crate::source::json::is_plain;

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

#[derive(Default)]
struct JsonLineWriter {
    rules: HashMap<RuleKey, (Arc<Rule>, Box<[u8]>), RandomState>,
    resource: Option<(Arc<Subject>, Vec<u8>)>,
    file: Option<(Arc<str>, Vec<u8>)>,
}

impl JsonLineWriter {
    fn rule(&mut self, rule: &Arc<Rule>, line_1based: u64) -> &[u8] {
        let key = (Arc::as_ptr(rule).addr(), line_1based);
        let (_, rendered) = self.rules.entry(key).or_insert_with(|| {
            let mut rendered = Vec::new();
            // Writing to memory cannot fail, here as below.
            let _ = safe_json::write(&mut rendered, &RuleV1::new(rule, line_1based));
            (Arc::clone(rule), rendered.into())
        });
        rendered
    }

    fn resource(&mut self, resource: &Arc<Subject>) -> &[u8] {
        if !matches!(&self.resource, Some((known, _)) if Arc::ptr_eq(known, resource)) {
            let mut rendered = self.resource.take().map(|(_, rendered)| rendered).unwrap_or_default();
            rendered.clear();
            write_resource(&mut rendered, resource);
            self.resource = Some((Arc::clone(resource), rendered));
        }
        self.resource.as_ref().map(|(_, rendered)| rendered.as_slice()).unwrap_or_default()
    }

    fn file(&mut self, file: &Arc<str>) -> &[u8] {
        if !matches!(&self.file, Some((known, _)) if Arc::ptr_eq(known, file)) {
            let mut rendered = Vec::new();
            write_text(&mut rendered, file);
            self.file = Some((Arc::clone(file), rendered));
        }
        self.file.as_ref().map(|(_, rendered)| rendered.as_slice()).unwrap_or_default()
    }
}

impl LineWriter for JsonLineWriter {
    fn write(&mut self, told: &Told<'_>, line: &mut Vec<u8>) {
        line.extend_from_slice(b"{\"rule\":");
        line.extend_from_slice(self.rule(told.rule, told.rule_line_1based));
        line.extend_from_slice(b",\"verdict\":\"");
        line.extend_from_slice(told.verdict.as_str().as_bytes());
        line.extend_from_slice(b"\",\"message\":");
        write_text(line, told.message);
        line.extend_from_slice(b",\"resource\":");
        line.extend_from_slice(self.resource(told.resource));
        line.extend_from_slice(b",\"location\":{\"file\":");
        line.extend_from_slice(self.file(told.file));
        if let Some(document) = told.document {
            write_number(line, b",\"document\":", document);
        }
        line.extend_from_slice(b",\"path\":");
        write_text(line, told.pointer);
        write_number(line, b",\"line\":", told.start.line_1based);
        write_number(line, b",\"column\":", told.start.column_1based);
        write_number(line, b",\"start_byte\":", told.start.byte);
        write_number(line, b",\"end_byte\":", told.end_byte);
        line.extend_from_slice(b"},\"evidence\":[");
        for (index, evidence) in told.evidence.iter().enumerate() {
            if index > 0 {
                line.push(b',');
            }
            write_evidence(line, evidence);
        }
        line.extend_from_slice(b"],\"fingerprint\":\"");
        line.extend_from_slice(told.fingerprint.as_str().as_bytes());
        line.extend_from_slice(b"\",\"waiver\":null}\n");
    }
}

fn write_resource(out: &mut Vec<u8>, resource: &Subject) {
    let Subject { operation, id, name, region, account } = resource;
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
    out.push(b'}');
}

fn write_evidence(out: &mut Vec<u8>, evidence: &ToldEvidence<'_>) {
    out.extend_from_slice(b"{\"path\":");
    write_text(out, evidence.pointer);
    out.extend_from_slice(b",\"value\":");
    match &evidence.value {
        ToldValue::Written(text) => out.extend_from_slice(text.as_bytes()),
        ToldValue::Value(value) => {
            let _ = safe_json::write(&mut *out, value);
        }
        ToldValue::Absent | ToldValue::Long | ToldValue::Secret => out.extend_from_slice(b"null"),
    }
    write_number(out, b",\"line\":", evidence.start.line_1based);
    write_number(out, b",\"column\":", evidence.start.column_1based);
    write_number(out, b",\"start_byte\":", evidence.start.byte);
    write_number(out, b",\"end_byte\":", evidence.end_byte);
    out.extend_from_slice(match &evidence.value {
        ToldValue::Written(_) | ToldValue::Value(_) => b"}",
        ToldValue::Absent => b",\"absent\":true}",
        ToldValue::Long => b",\"truncated\":true}",
        ToldValue::Secret => b",\"redacted\":true}",
    });
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    if is_plain(text.as_bytes()) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        let _ = safe_json::write(out, &text);
    }
}

fn write_number(out: &mut Vec<u8>, name: &[u8], number: u64) {
    out.extend_from_slice(name);
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}
