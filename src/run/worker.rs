//! A worker: parses and judges the batches that it gets.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::compose::{Composer, Standing};
use super::duplicates::Seen;
use super::log::Log;
use super::page::{PageBuilder, remark};
use super::text::{Text, fault_words, locate_at};
use crate::evaluate::{self, Input, Judge, Outcome, Plan, Source};
use crate::finding::{Finding, Tally, Verdict};
use crate::load::{Batch, Content, Document, Members, Page, PayloadHead, Recognised, error_text, recognise};
use crate::model::{Envelope, RemarkKind, Resource, ResourceError};
use crate::operation::Operation;
use crate::policy::Rule;
use crate::settings::{JudgeSettings, LoadSettings, Purpose};
use crate::source::json::{FaultKind, JsonPath, check};
use crate::source::{Code, Diagnostic, Place, Position, printable};

/// What a batch gave.
#[derive(Debug, Default)]
pub(super) struct BatchOutcome {
    pub(super) findings: Vec<Finding>,
    /// What rules would see, where that is asked for.
    pub(super) inputs: Vec<String>,
    pub(super) log: Log,
    pub(super) tally: Tally,
    /// Payloads that are whole documents.
    pub(super) pages: Vec<Page>,
    /// A part of a payload that is no whole document, and whether it is the last.
    pub(super) part: Option<(Page, bool)>,
    pub(super) seen: Vec<(Operation, Seen)>,
    /// Payloads that no rule is about: one place for each operation.
    pub(super) unjudged: BTreeMap<Operation, Place>,
}

impl BatchOutcome {
    /// Of a batch on which probity itself failed: never a pass.
    pub(super) fn defect(file: &Arc<str>, start: Position) -> Self {
        let mut out = Self::default();
        let place = Place { file: Arc::clone(file), start, end_byte: start.byte };
        out.log.push(
            Diagnostic::error(Code::InternalDefect, "probity failed on this part of the file")
                .at(place)
                .help("this is a defect of probity: please report it, with the file if it may be shown"),
        );
        out
    }
}

/// Parses and judges. Each thread has its own.
pub(super) struct Worker<'s> {
    load: &'s LoadSettings,
    judging: &'s JudgeSettings,
    plan: &'s Plan,
    rules: Vec<&'s Arc<Rule>>,
    judges: BTreeMap<Operation, Option<Judge<'s>>>,
}

/// Where the resources of a payload stand.
struct Payload<'p> {
    operation: Operation,
    document: Option<u64>,
    captured_at: Option<&'p str>,
    /// What stands around the resources.
    envelope: Option<&'p Envelope<'p>>,
}

impl<'s> Worker<'s> {
    pub(super) fn new(load: &'s LoadSettings, judging: &'s JudgeSettings, plan: &'s Plan) -> Self {
        Self { load, judging, plan, rules: plan.rules().collect(), judges: BTreeMap::new() }
    }

    pub(super) fn process(&mut self, file: &Arc<str>, batch: &Batch) -> BatchOutcome {
        let mut out = BatchOutcome::default();
        let mut text = Text::new(file, &batch.text, batch.base);
        match &batch.content {
            Content::Text => out.log.push(not_json(&mut text)),
            Content::Lines { first_document } => {
                let mut document = *first_document;
                for span in lines(&batch.text) {
                    self.document(&mut out, &mut text, &span, Some(document));
                    document += 1;
                }
            }
            Content::Documents { first_document, spans } => {
                for (index, span) in (0..).zip(spans) {
                    let document = first_document.map(|first| first + index);
                    self.document(&mut out, &mut text, span, document);
                }
            }
            Content::Resources { head, first_index, spans, last } => {
                self.part(&mut out, &mut text, head, *first_index, spans, *last);
            }
        }
        out
    }

    fn document(
        &mut self,
        out: &mut BatchOutcome,
        text: &mut Text<'_>,
        span: &Range<usize>,
        document: Option<u64>,
    ) {
        let body = match text.part(span) {
            Ok(body) => body,
            Err(problem) => return out.log.push(problem),
        };
        if self.bare_resource(out, text, span, body, document) {
            return;
        }
        let members = match serde_json::from_str::<Document<'_>>(body) {
            Ok(Document::Object(members)) => members,
            Ok(other) => return out.log.push(no_object(text, span, &other)),
            Err(error) => return out.log.push(text.malformed(span, 0, &error.to_string())),
        };
        match recognise(&members, self.load.forced) {
            Recognised::Payload { operation, collection } => {
                self.payload(out, text, span, body, document, operation, &members, collection);
            }
            Recognised::Resource(operation) => {
                let found = format!("no field of this object is documented for a resource of `{operation}`");
                let help = "leave out `--as`, or say what it is";
                out.log.push(unrecognised(text, span, &found).help(help));
            }
            Recognised::ErrorBody(error) => {
                let mut message = match &error.code {
                    Some(code) => format!("an error response was saved: `{}`", printable(code)),
                    None => "an error response was saved".to_owned(),
                };
                if let Some(said) = &error.message {
                    message.push_str(&format!(": {}", printable(said)));
                }
                let at = span.start..span.start + 1;
                out.log
                    .push(text.problem(Code::PayloadErrorBody, at, message, "no payload").help(error.help()));
            }
            Recognised::Stranger(stranger) => {
                let problem = unrecognised(text, span, &stranger.found);
                out.log.push(problem.help(stranger.help));
            }
        }
    }

    /// With a given operation, an object that is no payload is a resource. Whether it was one.
    fn bare_resource(
        &mut self,
        out: &mut BatchOutcome,
        text: &mut Text<'_>,
        span: &Range<usize>,
        body: &str,
        document: Option<u64>,
    ) -> bool {
        let Some((operation, collection)) = self.load.forced.and_then(|o| Some((o, o.collection()?))) else {
            return false;
        };
        let Ok(resource) = Resource::parse(operation, body) else {
            return false;
        };
        if resource.unknown().has(collection) || !resource.has_documented_field() {
            return false;
        }
        let mut page = PageBuilder::bare(operation, document, text.place(span));
        let payload = Payload { operation, document, captured_at: None, envelope: None };
        self.set_payload(out, operation, None);
        self.judge(out, text, &payload, &mut page, span, body, &resource, JsonPath::ROOT);
        out.pages.push(page.finish());
        true
    }

    #[expect(clippy::too_many_arguments, reason = "a payload is all of this")]
    fn payload<'t>(
        &mut self,
        out: &mut BatchOutcome,
        text: &mut Text<'t>,
        span: &Range<usize>,
        body: &'t str,
        document: Option<u64>,
        operation: Operation,
        members: &Members<'t>,
        collection: Option<&'t RawValue>,
    ) {
        let others: Members<'t> = members
            .iter()
            .filter(|(name, _)| Some(name.as_ref()) != operation.collection())
            .cloned()
            .collect();
        let envelope = match Envelope::read(operation, &others) {
            Ok(envelope) => envelope,
            Err(error) => return out.log.push(text.malformed(span, 0, &error.to_string())),
        };
        envelope.inspect(&mut |told| {
            if let Some(problem) = remark(text, operation, span, body, &told, self.load.strict) {
                problem.tell(&mut out.log);
            }
        });
        let captured = envelope.captured_at();
        let captured_text = captured.map(crate::model::Timestamp::to_rfc3339);
        let payload =
            Payload { operation, document, captured_at: captured_text.as_deref(), envelope: Some(&envelope) };
        let mut page = PageBuilder::new(operation, document, text.place(span), envelope.page_facts());
        page.captured(captured);
        self.set_payload(out, operation, Some(&envelope));
        match collection {
            None => {
                let path = JsonPath::ROOT;
                self.resource(out, text, &payload, &mut page, span.clone(), body, path);
            }
            Some(collection) => match elements(collection) {
                Some(elements) => {
                    let mut path = JsonPath::default();
                    path.push_key(operation.collection().unwrap_or_default());
                    for (index, element) in elements.into_iter().enumerate() {
                        let start = span.start + offset_in(body, element.get());
                        path.push_index(index);
                        let standing = start..start + element.get().len();
                        self.resource(out, text, &payload, &mut page, standing, element.get(), path.clone());
                        path.pop();
                    }
                }
                None => {
                    let start = span.start + offset_in(body, collection.get());
                    let at = start..start + collection.get().len();
                    let name = operation.collection().unwrap_or_default();
                    let message = format!("`{name}` must be an array");
                    out.log.push(text.problem(Code::PayloadTypeMismatch, at, message, "no array"));
                }
            },
        }
        page.check_counts(text, span, body, &mut out.log);
        page.mark(text, span, body);
        out.pages.push(page.finish());
    }

    /// Resources of a payload that is too large to be a document.
    fn part(
        &mut self,
        out: &mut BatchOutcome,
        text: &mut Text<'_>,
        head: &PayloadHead,
        first_index: u64,
        spans: &[Range<usize>],
        last: bool,
    ) {
        let operation = head.operation;
        let members: Members<'_> =
            head.members.iter().map(|(name, value)| (name.as_str().into(), value.as_ref())).collect();
        let place = Place { file: Arc::clone(text.file), start: head.start, end_byte: head.start.byte + 1 };
        let envelope = match Envelope::read(operation, &members) {
            Ok(envelope) => envelope,
            Err(error) => {
                let problem = Diagnostic::error(Code::PayloadMalformed, error.to_string()).at(place);
                return out.log.push(problem);
            }
        };
        let captured = envelope.captured_at();
        let captured_text = captured.map(crate::model::Timestamp::to_rfc3339);
        let payload = Payload {
            operation,
            document: head.document,
            captured_at: captured_text.as_deref(),
            envelope: Some(&envelope),
        };
        let mut page = PageBuilder::new(operation, head.document, place.clone(), envelope.page_facts());
        page.captured(captured);
        if first_index == 0 {
            envelope.inspect(&mut |told| {
                if let RemarkKind::Unreadable { .. } = told.kind {
                    let message = format!("`{}` holds a value that it cannot have", told.path);
                    let problem = Diagnostic::error(Code::PayloadTypeMismatch, message);
                    out.log.push(problem.at(place.clone()));
                }
            });
        }
        self.set_payload(out, operation, Some(&envelope));
        let mut path = JsonPath::default();
        path.push_key(operation.collection().unwrap_or_default());
        for (index, span) in (first_index..).zip(spans) {
            path.push_index(usize::try_from(index).unwrap_or(usize::MAX));
            match text.part(span) {
                Ok(body) => {
                    self.resource(out, text, &payload, &mut page, span.clone(), body, path.clone());
                }
                Err(problem) => out.log.push(problem),
            }
            path.pop();
        }
        out.part = Some((page.finish(), last));
    }

    fn set_payload(&mut self, out: &mut BatchOutcome, operation: Operation, envelope: Option<&Envelope<'_>>) {
        let Some(judge) = self.judge_of(out, operation) else {
            return;
        };
        if let Err(error) = judge.set_payload(envelope) {
            out.log.push(Diagnostic::error(Code::PayloadMalformed, error.message));
        }
    }

    /// The judge of an operation's resources, made when the first one comes.
    fn judge_of(&mut self, out: &mut BatchOutcome, operation: Operation) -> Option<&mut Judge<'s>> {
        let plan = self.plan;
        self.judges
            .entry(operation)
            .or_insert_with(|| {
                if !plan.judges(operation) {
                    return None;
                }
                plan.judge(operation)
                    .map_err(|error| out.log.push(Diagnostic::error(Code::PolicyParse, error.message)))
                    .ok()
            })
            .as_mut()
    }

    #[expect(clippy::too_many_arguments, reason = "a resource and where it stands")]
    fn resource(
        &mut self,
        out: &mut BatchOutcome,
        text: &mut Text<'_>,
        payload: &Payload<'_>,
        page: &mut PageBuilder,
        span: Range<usize>,
        body: &str,
        path: JsonPath,
    ) {
        page.count();
        let depth = u32::try_from(path.segments().len()).unwrap_or_default();
        match Resource::parse(payload.operation, body) {
            Ok(resource) => self.judge(out, text, payload, page, &span, body, &resource, path),
            Err(ResourceError::Malformed(error)) => {
                out.log.push(text.malformed(&span, depth, &error.to_string()));
            }
            Err(ResourceError::NoObject) => {
                let message = format!("a resource of `{}` must be an object", payload.operation);
                out.log.push(text.problem(Code::PayloadTypeMismatch, span, message, "no object"));
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a resource and where it stands")]
    fn judge(
        &mut self,
        out: &mut BatchOutcome,
        text: &mut Text<'_>,
        payload: &Payload<'_>,
        page: &mut PageBuilder,
        span: &Range<usize>,
        body: &str,
        resource: &Resource<'_>,
        path: JsonPath,
    ) {
        let operation = payload.operation;
        if let Some(seen) = Seen::new(resource, payload.document, text.position(span.start)) {
            page.identity(seen.identity_hash());
            out.seen.push((operation, seen));
        }
        page.observed(resource.observed_at());
        for secret in resource.secrets() {
            let located = locate_at(body, span, &secret);
            if located.is_found(&secret) {
                text.hide(located.span);
            }
        }
        let unreadable = self.inspect(out, text, operation, span, body, resource);
        let file = Arc::clone(text.file);
        let source = Source::new(operation, &file, resource, payload.captured_at);
        match &self.judging.purpose {
            Purpose::Judge => {}
            Purpose::Inspect => return,
            Purpose::ShowInputs(params) => {
                let payload = evaluate::Payload(payload.envelope);
                let input = Input { resource, payload, source, params };
                // What could not be read would be missing from the input.
                if unreadable.is_none() {
                    out.inputs.push(serde_json::to_string(&input).unwrap_or_default());
                }
                return;
            }
        }
        if !self.plan.judges(operation) {
            out.unjudged.entry(operation).or_insert_with(|| text.place(span));
            return;
        }
        let standing = Standing {
            operation,
            resource,
            text: body,
            span: span.clone(),
            document: payload.document,
            path,
        };
        if let Some((path, message)) = unreadable {
            // Nobody knows yet which rules read the value, so that none of them can be trusted to pass.
            let mut composer = Composer::new(&standing, text, self.judging.excerpts);
            for rule in self.rules.iter().filter(|rule| rule.applies_to.contains(&operation)) {
                out.tally.add(operation, rule.severity, Verdict::Error);
                composer.add_error_at(rule, &message, &path);
            }
            out.findings.extend(composer.finish());
            return;
        }
        let mut reported: Vec<(usize, Outcome)> = Vec::new();
        let judging = self.judging;
        let rules = std::mem::take(&mut self.rules);
        if let Some(judge) = self.judge_of(out, operation) {
            judge.judge(resource, &source, |index, outcome| {
                let Some(rule) = rules.get(index) else { return };
                let verdict = verdict(&outcome);
                out.tally.add(operation, rule.severity, verdict);
                if judging.reports(verdict) {
                    reported.push((index, outcome));
                }
            });
        }
        self.rules = rules;
        if reported.is_empty() {
            return;
        }
        let mut composer = Composer::new(&standing, text, self.judging.excerpts);
        for (index, outcome) in reported {
            if let Some(rule) = self.rules.get(index) {
                composer.add(rule, outcome);
            }
        }
        out.findings.extend(composer.finish());
    }

    /// Tells what is remarkable about a resource. The first unreadable value, and what is wrong with it.
    #[expect(clippy::too_many_arguments, reason = "a resource and where it stands")]
    fn inspect(
        &self,
        out: &mut BatchOutcome,
        text: &mut Text<'_>,
        operation: Operation,
        span: &Range<usize>,
        body: &str,
        resource: &Resource<'_>,
    ) -> Option<(JsonPath, String)> {
        if !self.load.strict && !resource.has_unreadable() {
            return None;
        }
        let mut first = None;
        resource.inspect(&mut |told| {
            let Some(problem) = remark(text, operation, span, body, &told, self.load.strict) else {
                return;
            };
            if first.is_none() && matches!(told.kind, RemarkKind::Unreadable { .. }) {
                first = Some((told.path.clone(), problem.message()));
            }
            problem.tell(&mut out.log);
        });
        first
    }
}

const fn verdict(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Pass => Verdict::Pass,
        Outcome::NotApplicable => Verdict::NotApplicable,
        Outcome::Fail(_) => Verdict::Fail,
        Outcome::Inconclusive(_) => Verdict::Inconclusive,
        Outcome::Error(_) => Verdict::Error,
    }
}

/// The elements of an array; none for null; `None` for anything else.
fn elements(collection: &RawValue) -> Option<Vec<&RawValue>> {
    match serde_json::from_str(collection.get()).ok()? {
        Document::Array(elements) => Some(elements),
        Document::Scalar("null") => Some(Vec::new()),
        _ => None,
    }
}

/// Where `part`, a slice of `whole`, begins in it.
fn offset_in(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// The lines that are not blank, without the white space around them.
fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', text).chain([text.len()]).filter_map(move |end| {
        let line = text.get(start..end).unwrap_or_default();
        let lead = line.len() - line.trim_ascii_start().len();
        let solid = line.trim_ascii().len();
        let from = start + lead;
        start = end + 1;
        (solid > 0).then_some(from..from + solid)
    })
}

fn unrecognised(text: &mut Text<'_>, span: &Range<usize>, found: &str) -> Diagnostic {
    let at = span.start..span.start + 1;
    let message = format!("no payload of a known operation: {found}");
    text.problem(Code::PayloadUnrecognised, at, message, "begins here")
}

fn no_object(text: &mut Text<'_>, span: &Range<usize>, document: &Document<'_>) -> Diagnostic {
    let (found, help) = match document {
        Document::Array(elements) if elements.is_empty() => {
            ("an empty array", "save whole answers: an empty list tells nothing about its operation")
        }
        Document::Array(_) => ("an array within an array", "put the payloads into one array, or one a line"),
        Document::Object(_) => ("an object", ""),
        Document::Scalar(what) => (*what, "save whole answers, each a JSON object"),
    };
    unrecognised(text, span, found).help(help)
}

/// A file that is no JSON.
fn not_json(text: &mut Text<'_>) -> Diagnostic {
    let all = String::from_utf8_lossy(text.bytes()).into_owned();
    let start = all.len() - all.trim_start().len();
    if let Some(error) = error_text(&all) {
        let form = error.form.unwrap_or("an error response");
        let mut message = format!("{form} was saved instead of a payload");
        for part in [&error.code, &error.message].into_iter().flatten() {
            message.push_str(&format!(": {}", printable(part)));
        }
        let at = start..start + 1;
        return text.problem(Code::PayloadErrorBody, at, message, "no payload").help(error.help());
    }
    let kind = match check(&all, 0) {
        Err(fault) => fault,
        Ok(()) => {
            let span = start..all.trim_end().len();
            return no_object(text, &span, &Document::Scalar("a single value"));
        }
    };
    let (label, help) = fault_words(&kind.kind);
    let message = match kind.kind {
        FaultKind::Unexpected { .. } if kind.span.start == start => "this is no JSON".to_owned(),
        other => other.to_string(),
    };
    let problem = text.problem(Code::PayloadMalformed, kind.span, message, label);
    match help {
        Some(help) => problem.help(help),
        None => problem.help("save the response body itself, as the API returned it"),
    }
}
