//! A worker: parses and judges the batches that it gets.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::accept::{Case, Identity, Ledger};
use super::bench::Bench;
use super::candidate::{Candidate, Chosen};
use super::compose::{Composer, Shown, Standing};
use super::duplicates::Seen;
use super::lines::{LineComposer, LineMaker};
use super::log::Log;
use super::page::{PageBuilder, remark};
use super::present::Present;
use super::text::{Text, fault_words, solid_lines};
use crate::evaluate::{self, Input, Judged, Known, Rulebook, Source, Unreadable, Way};
use crate::finding::{Counts, Finding, Lines, Location, Tally, Verdict};
use crate::load::{
    Batch, Content, Document, Members, Page, PageFacts, PayloadHead, Recognised, Stranger, describe,
    error_response, error_text, recognise,
};
use crate::model::{Envelope, Order, RemarkKind, Resource, ResourceError, Scanned};
use crate::operation::Operation;
use crate::settings::{JudgeSettings, LoadSettings, Purpose};
use crate::snapshot::Capture;
use crate::source::json::{FaultKind, JsonPath, check, is_too_deep};
use crate::source::{Code, Diagnostic, Place, Position, printable};

/// What a batch gave.
#[derive(Debug, Default)]
pub(super) struct BatchOutcome {
    pub(super) findings: Vec<Finding>,
    /// Findings as lines, where those are asked for.
    pub(super) lines: Vec<u8>,
    /// What rules would see, where that is asked for.
    pub(super) inputs: Vec<String>,
    /// Resources that a verdict may be explained on, where that is asked for.
    pub(super) candidates: Vec<Candidate>,
    pub(super) log: Log,
    pub(super) tally: Tally,
    /// Verdicts by rule of the plan; empty where nothing was judged.
    pub(super) by_rule: Vec<Counts>,
    /// Judged resources, each by the weightiest of its verdicts.
    pub(super) outcomes: Counts,
    /// What was accepted.
    pub(super) ledger: Ledger,
    /// Which of the expected resources are there.
    pub(super) present: Present,
    /// Payloads that are whole documents.
    pub(super) pages: Vec<Page>,
    /// A part of a payload that is no whole document.
    pub(super) part: Option<Part>,
    pub(super) seen: Vec<(Operation, Seen)>,
    /// Payloads that no rule is about: one place for each operation.
    pub(super) unjudged: BTreeMap<Operation, Place>,
}

/// A part of a payload that is too large to be a document.
#[derive(Debug)]
pub(super) enum Part {
    /// What it says of itself. The number of its resources is known, but not yet which they are.
    Head(Page),
    /// Some of its resources, and whether they are the last.
    Resources(Page, bool),
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
    plan: &'s dyn Rulebook,
    /// Where findings become lines at once.
    line_maker: Option<LineMaker>,
    benches: BTreeMap<Operation, Option<Bench<'s>>>,
    /// The order of names in resources so far.
    orders: BTreeMap<Operation, Order>,
    /// The resources without a payload of the batch at hand.
    bare: Option<PageBuilder>,
    /// The operation whose judge knows that the next resource has no payload.
    ready_for_bare: Option<Operation>,
}

/// A payload while its resources are read.
struct Visit<'v, 't> {
    out: &'v mut BatchOutcome,
    text: &'v mut Text<'t>,
    page: PageBuilder,
    /// What stands around the resources.
    envelope: Option<&'v Envelope<'v>>,
    /// When the payload was received, as rules see it.
    captured_at: Option<Arc<str>>,
    /// The document that the resources stand in, where it is at hand, and its place.
    payload: Option<(&'v str, Range<usize>)>,
}

impl<'v, 't> Visit<'v, 't> {
    fn new(
        out: &'v mut BatchOutcome,
        text: &'v mut Text<'t>,
        mut page: PageBuilder,
        envelope: Option<&'v Envelope<'v>>,
    ) -> Self {
        let captured = envelope.and_then(Envelope::captured_at);
        page.captured(captured);
        let captured_at = captured.map(|at| Arc::from(at.to_rfc3339()));
        let captured_at = captured_at.or_else(|| Some(Arc::clone(&text.capture?.at_text)));
        Self { out, text, page, envelope, captured_at, payload: None }
    }
}

/// A value and where it stands.
struct Spot<'b> {
    body: &'b str,
    /// Its range in the text of the batch.
    span: Range<usize>,
    /// Its path from the root of its document.
    path: JsonPath,
}

impl<'b> Spot<'b> {
    /// A part of this value, which is a slice of it.
    fn part(&self, body: &'b str, path: JsonPath) -> Self {
        let start = self.span.start + (body.as_ptr() as usize).saturating_sub(self.body.as_ptr() as usize);
        Self { body, span: start..start + body.len(), path }
    }

    /// Its first character.
    fn start(&self) -> Range<usize> {
        self.span.start..self.span.start + 1
    }
}

impl<'s> Worker<'s> {
    pub(super) fn new(
        load: &'s LoadSettings,
        judging: &'s JudgeSettings,
        plan: &'s dyn Rulebook,
        lines: Option<&dyn Lines>,
    ) -> Self {
        Self {
            load,
            judging,
            plan,
            line_maker: lines.map(LineMaker::new),
            benches: BTreeMap::new(),
            orders: BTreeMap::new(),
            bare: None,
            ready_for_bare: None,
        }
    }

    /// Judges a batch of a file, which comes from where `capture` says. `lines`, which is empty, is what lines may go to.
    pub(super) fn process(
        &mut self,
        file: &Arc<str>,
        capture: Option<&Capture>,
        batch: &Batch,
        lines: Vec<u8>,
    ) -> BatchOutcome {
        let mut out = BatchOutcome { lines, ..BatchOutcome::default() };
        let mut text = Text::new(file, capture, batch);
        match &batch.content {
            Content::Text { cut } => out.log.push(not_json(&mut text, *cut)),
            Content::Lines { first_document } => {
                for (document, line) in (*first_document..).zip(solid_lines(&batch.text)) {
                    text.note_line(line.start, line.lines_before);
                    self.document(&mut out, &mut text, line.span, Some(document));
                }
            }
            Content::Documents { first_document, spans } => {
                for (index, span) in (0..).zip(spans) {
                    let document = first_document.map(|first| first + index);
                    self.document(&mut out, &mut text, span.clone(), document);
                }
            }
            Content::Head(head) => self.head(&mut out, &mut text, head),
            Content::Resources { head, first_index, spans, last } => {
                self.part(&mut out, &mut text, head, *first_index, spans, *last);
            }
        }
        out.pages.extend(self.bare.take().map(PageBuilder::finish));
        self.count(&mut out);
        out
    }

    /// Counts the verdicts on the batch.
    fn count(&mut self, out: &mut BatchOutcome) {
        for (operation, bench) in &mut self.benches {
            let Some(bench) = bench else { continue };
            out.by_rule.resize(self.plan.rules().len(), Counts::default());
            for ((rule, counts), all) in
                self.plan.rules().iter().zip(bench.take_counts()).zip(&mut out.by_rule)
            {
                out.tally.add(*operation, rule.severity, &counts);
                *all += counts;
            }
        }
    }

    fn document(
        &mut self,
        out: &mut BatchOutcome,
        text: &mut Text<'_>,
        span: Range<usize>,
        document: Option<u64>,
    ) {
        let body = match text.part(&span) {
            Ok(body) => body,
            Err(problem) => return out.log.push(problem),
        };
        let spot = Spot { body, span, path: JsonPath::ROOT };
        if self.bare_resource(out, text, &spot, document) {
            return;
        }
        let members = match serde_json::from_str::<Document<'_>>(body) {
            Ok(Document::Object(members)) => members,
            Ok(other) => {
                return out.log.push_with(Code::PayloadUnrecognised, || no_object(text, &spot.span, &other));
            }
            Err(error) => {
                let told = || text.malformed(&spot.span, 0, &error.to_string());
                return out.log.push_with(Code::PayloadMalformed, told);
            }
        };
        match recognise(&members, self.load.forced) {
            // Most of its resources are not here: as a document it is only to be told what is wrong with it.
            Recognised::Payload { .. } if text.has_gaps() => {
                let told =
                    || text.malformed(&spot.span, 0, "the payload cannot be read resource by resource");
                out.log.push_with(Code::PayloadMalformed, told);
            }
            Recognised::Payload { operation, collection } => {
                self.payload(out, text, &spot, document, operation, &members, collection);
            }
            Recognised::Resource(operation) => out.log.push_with(Code::PayloadUnrecognised, || {
                let found = format!("no field of this object is documented for a resource of `{operation}`");
                unrecognised(text, &spot.span, &found).help("leave out `--as`, or say what it is")
            }),
            Recognised::ErrorBody(error) => out.log.push_with(Code::PayloadErrorBody, || {
                let message = error.in_words();
                text.problem(Code::PayloadErrorBody, spot.start(), message, "no payload").help(error.help())
            }),
            Recognised::LookAlike(stranger) => out.log.push_with(Code::PayloadUnrecognised, || {
                unrecognised(text, &spot.span, &stranger.found).help(stranger.help)
            }),
            Recognised::Unknown => out.log.push_with(Code::PayloadUnrecognised, || {
                let Stranger { found, help } = describe(&members);
                unrecognised(text, &spot.span, &found).help(help)
            }),
        }
    }

    /// With a given operation, an object that is no payload is a resource. Whether it was one.
    fn bare_resource(
        &mut self,
        out: &mut BatchOutcome,
        text: &mut Text<'_>,
        spot: &Spot<'_>,
        document: Option<u64>,
    ) -> bool {
        let Some((operation, collection)) = self.load.forced.and_then(|o| Some((o, o.collection()?))) else {
            return false;
        };
        let Ok(Scanned { resource, is_plain }) = self.parse(operation, spot.body) else {
            return false;
        };
        if resource.unknown().has(collection) || !resource.has_documented_field() {
            return false;
        }
        // An error response may have a member that is called like a field.
        if resource.identity().is_empty() && is_error_response(spot.body) {
            return false;
        }
        if !is_plain && is_too_deep(spot.body, 0) {
            out.log.push(text.malformed(&spot.span, 0, "too deep"));
            return true;
        }
        if self.ready_for_bare != Some(operation) {
            self.set_payload(out, operation, &[]);
            self.ready_for_bare = Some(operation);
        }
        let mut page = self
            .bare
            .take()
            .unwrap_or_else(|| PageBuilder::bare(operation, document, text.place(&spot.span)));
        page.next_bare(document);
        let mut visit = Visit::new(out, text, page, None);
        self.judge(&mut visit, spot, &resource);
        self.bare = Some(visit.page);
        true
    }

    #[expect(clippy::too_many_arguments, reason = "a payload, and where what is found goes")]
    fn payload<'t>(
        &mut self,
        out: &mut BatchOutcome,
        text: &mut Text<'t>,
        spot: &Spot<'t>,
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
            Err(error) => return out.log.push(text.malformed(&spot.span, 0, &error.to_string())),
        };
        if collection.is_some() && others.iter().any(|(_, value)| is_too_deep(value.get(), 1)) {
            return out.log.push(text.malformed(&spot.span, 0, "too deep"));
        }
        let unreadable = self.tell_envelope(out, text, operation, &spot.span, spot.body, &envelope);
        self.set_payload(out, operation, &unreadable);
        let page = PageBuilder::new(operation, document, text.place(&spot.span), envelope.page_facts());
        let mut visit = Visit::new(out, text, page, Some(&envelope));
        visit.payload = Some((spot.body, spot.span.clone()));
        match collection {
            None => self.resource(&mut visit, &spot.part(spot.body, JsonPath::ROOT)),
            Some(collection) => self.collection(&mut visit, spot, collection),
        }
        let mut page = visit.page;
        page.check_counts(text, &spot.span, spot.body, &mut out.log);
        page.mark(text, &spot.span, spot.body);
        out.pages.push(page.finish());
    }

    fn collection<'t>(&mut self, visit: &mut Visit<'_, '_>, payload: &Spot<'t>, collection: &'t RawValue) {
        let name = visit.page.operation().collection().unwrap_or_default();
        let Some(elements) = elements(collection) else {
            let at = payload.part(collection.get(), JsonPath::ROOT).span;
            let message = format!("`{name}` must be an array");
            let problem = visit.text.problem(Code::PayloadTypeMismatch, at, message, "no array");
            return visit.out.log.push(problem);
        };
        let mut path = JsonPath::default();
        path.push_key(name);
        for (index, element) in elements.into_iter().enumerate() {
            path.push_index(index);
            self.resource(visit, &payload.part(element.get(), path.clone()));
            path.pop();
        }
    }

    /// A payload that is too large to be a document, with one of its resources.
    fn head(&self, out: &mut BatchOutcome, text: &mut Text<'_>, head: &PayloadHead) {
        let PayloadHead { operation, document, resources, .. } = *head;
        let span = 0..text.bytes().len();
        let body = match text.part(&span) {
            Ok(body) => body,
            Err(problem) => return out.log.push(problem),
        };
        let members = head.borrowed();
        let envelope = match Envelope::read(operation, &members) {
            Ok(envelope) => envelope,
            Err(error) => return out.log.push(text.malformed(&span, 0, &error.to_string())),
        };
        self.tell_envelope(out, text, operation, &span, body, &envelope);
        let mut page = PageBuilder::new(operation, document, text.place(&span), envelope.page_facts());
        page.captured(envelope.captured_at());
        page.holds(resources);
        page.check_counts(text, &span, body, &mut out.log);
        page.mark(text, &span, body);
        out.part = Some(Part::Head(page.finish()));
    }

    /// Tells what is remarkable about what stands around the resources; what of it cannot be read.
    fn tell_envelope(
        &self,
        out: &mut BatchOutcome,
        text: &mut Text<'_>,
        operation: Operation,
        span: &Range<usize>,
        body: &str,
        envelope: &Envelope<'_>,
    ) -> Vec<Unreadable> {
        let mut unreadable = Vec::new();
        envelope.inspect(&mut |told| {
            if let Some(problem) = remark(text, operation, span, body, &told, self.load.strict) {
                if matches!(told.kind, RemarkKind::Unreadable { .. }) {
                    unreadable.push(Unreadable { path: told.path.clone(), message: problem.message() });
                }
                problem.tell(&mut out.log);
            }
        });
        unreadable
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
        let PayloadHead { operation, document, .. } = *head;
        let members = head.borrowed();
        // What is wrong with it was told of the head.
        let Ok(envelope) = Envelope::read(operation, &members) else { return };
        let mut unreadable = Vec::new();
        envelope.inspect(&mut |told| {
            if matches!(told.kind, RemarkKind::Unreadable { .. }) {
                let message = format!("`{}` cannot be read", printable(&told.path.to_string()));
                unreadable.push(Unreadable { path: told.path.clone(), message });
            }
        });
        self.set_payload(out, operation, &unreadable);
        let place = Place { file: Arc::clone(text.file), start: head.start, end_byte: head.start.byte };
        let page = PageBuilder::new(operation, document, place, PageFacts::default());
        let mut visit = Visit::new(out, text, page, Some(&envelope));
        let mut path = JsonPath::default();
        path.push_key(operation.collection().unwrap_or_default());
        for (index, span) in (first_index..).zip(spans) {
            path.push_index(usize::try_from(index).unwrap_or(usize::MAX));
            match visit.text.part(span) {
                Ok(body) => {
                    self.resource(&mut visit, &Spot { body, span: span.clone(), path: path.clone() });
                }
                Err(problem) => visit.out.log.push(problem),
            }
            path.pop();
        }
        let page = visit.page.finish_part();
        out.part = Some(Part::Resources(page, last));
    }

    fn set_payload(&mut self, out: &mut BatchOutcome, operation: Operation, unreadable: &[Unreadable]) {
        self.ready_for_bare = None;
        if let Some(bench) = self.bench(out, operation) {
            bench.judge.set_payload(unreadable);
        }
    }

    /// Where an operation's resources are judged, made when the first one comes.
    fn bench(&mut self, out: &mut BatchOutcome, operation: Operation) -> Option<&mut Bench<'s>> {
        let (plan, way) = (self.plan, self.judging.way);
        let is_fast = self.line_maker.is_some() && way == Way::Fast && !self.judging.excerpts;
        self.benches
            .entry(operation)
            .or_insert_with(|| {
                if !plan.judges(operation) {
                    return None;
                }
                Bench::new(plan, operation, way, is_fast).map_err(|problem| out.log.push(problem)).ok()
            })
            .as_mut()
    }

    fn parse<'t>(&mut self, operation: Operation, text: &'t str) -> Result<Scanned<'t>, ResourceError> {
        match self.judging.way {
            Way::Fast => {
                let is_marked = self.line_maker.is_some();
                let order = self.orders.entry(operation).or_insert_with(|| {
                    let mut order = Resource::order(operation);
                    if is_marked {
                        order.mark();
                    }
                    order
                });
                Resource::scan(operation, text, order)
            }
            Way::Reference => Ok(Scanned { resource: Resource::parse(operation, text)?, is_plain: false }),
        }
    }

    fn resource(&mut self, visit: &mut Visit<'_, '_>, spot: &Spot<'_>) {
        visit.page.count();
        let depth = u32::try_from(spot.path.segments().len()).unwrap_or_default();
        let operation = visit.page.operation();
        let parsed = self.parse(operation, spot.body);
        let Visit { out, text, .. } = visit;
        match parsed {
            Ok(Scanned { is_plain: false, .. }) if is_too_deep(spot.body, depth) => {
                let told = || text.malformed(&spot.span, depth, "too deep");
                out.log.push_with(Code::PayloadMalformed, told);
            }
            Ok(Scanned { resource, .. }) => self.judge(visit, spot, &resource),
            Err(ResourceError::Malformed(error)) => {
                let told = || text.malformed(&spot.span, depth, &error.to_string());
                out.log.push_with(Code::PayloadMalformed, told);
            }
            Err(ResourceError::NoObject) => out.log.push_with(Code::PayloadTypeMismatch, || {
                let message = format!("a resource of `{operation}` must be an object");
                text.problem(Code::PayloadTypeMismatch, spot.span.clone(), message, "no object")
            }),
        }
    }

    fn judge(&mut self, visit: &mut Visit<'_, '_>, spot: &Spot<'_>, resource: &Resource<'_>) {
        let operation = visit.page.operation();
        let position = visit.text.position(spot.span.start);
        if let Some(seen) = Seen::new(&resource.identity(), resource, position) {
            visit.page.identity(seen.identity_hash());
            visit.out.seen.push((operation, seen));
        }
        visit.page.observed(resource.observed_at());
        let population = &self.judging.accepting.population;
        if !population.is_idle() {
            let Visit { out, text, .. } = &mut *visit;
            out.present.note(population, operation, &resource.identity(), || text.place(&spot.start()));
        }
        let unreadable = self.inspect(visit, spot, resource);
        let file = visit.text.file;
        let captured_at = visit.captured_at.clone();
        let capture = visit.text.capture;
        let known = Known {
            region: capture.and_then(|capture| capture.region.as_deref()),
            account: capture.and_then(|capture| capture.account.as_deref()),
            captured_at: captured_at.as_deref(),
        };
        let source = Source::new(operation, file, resource, known);
        match &self.judging.purpose {
            Purpose::Judge => {}
            Purpose::Inspect => return,
            Purpose::ShowInputs(params) => {
                // What could not be read would be missing from the input.
                if unreadable.is_empty() {
                    let payload = evaluate::Payload(visit.envelope);
                    let input = Input { resource, payload, source, params };
                    visit.out.inputs.push(serde_json::to_string(&input).unwrap_or_default());
                }
                return;
            }
            Purpose::Explain(name) => {
                if self.plan.judges(operation) {
                    self.explain(visit, spot, resource, &source, &unreadable, name.as_deref());
                }
                return;
            }
        }
        if !self.plan.judges(operation) {
            visit.out.unjudged.entry(operation).or_insert_with(|| visit.text.place(&spot.span));
            return;
        }
        let standing = Standing {
            operation,
            resource,
            region: source.region,
            account: source.account,
            captured_at: visit.captured_at.clone(),
            text: spot.body,
            span: spot.span.clone(),
            document: visit.page.document(),
            path: spot.path.clone(),
            payload: visit.payload.clone(),
        };
        if let Some(mut maker) = self.line_maker.take() {
            self.write_lines(visit, &standing, &unreadable, &source, &mut maker);
            self.line_maker = Some(maker);
        } else {
            let findings = self.evaluate(visit, &standing, &unreadable, &source);
            visit.out.findings.extend(findings);
        }
    }

    /// Judges a resource if it is the one that is called so, and keeps what an explanation takes.
    fn explain(
        &mut self,
        visit: &mut Visit<'_, '_>,
        spot: &Spot<'_>,
        resource: &Resource<'_>,
        source: &Source<'_>,
        unreadable: &[Unreadable],
        name: Option<&str>,
    ) {
        let operation = visit.page.operation();
        let standing = Standing {
            operation,
            resource,
            region: source.region,
            account: source.account,
            captured_at: visit.captured_at.clone(),
            text: spot.body,
            span: spot.span.clone(),
            document: visit.page.document(),
            path: spot.path.clone(),
            payload: visit.payload.clone(),
        };
        let place = visit.text.place(&spot.span);
        let end_line_1based = visit.text.position(spot.span.end.saturating_sub(1)).line_1based;
        let start = place.start;
        let identity = resource.identity();
        let mut candidate = Candidate {
            subject: standing.subject(),
            location: Location { place, document: standing.document, pointer: standing.path.pointer() },
            chosen: None,
        };
        let parts: Vec<&str> = identity.parts().collect();
        if name.is_none_or(|name| candidate.is_called(name, &parts, end_line_1based)) {
            let findings = self.evaluate(visit, &standing, unreadable, source);
            candidate.chosen = findings.into_iter().next().map(|finding| {
                let payload = evaluate::Payload(visit.envelope);
                let input = Input { resource, payload, source: source.clone(), params: &finding.rule.params };
                // A rule that reads what is unreadable is not asked.
                let is_shown = unreadable.is_empty() || finding.verdict != Verdict::Error;
                let input = is_shown.then(|| serde_json::to_string(&input).unwrap_or_default());
                Box::new(Chosen { input, text: spot.body.to_owned(), start, finding })
            });
        }
        visit.out.candidates.push(candidate);
    }

    /// Judges a resource, and gives its findings.
    fn evaluate(
        &mut self,
        visit: &mut Visit<'_, '_>,
        standing: &Standing<'_>,
        unreadable: &[Unreadable],
        source: &Source<'_>,
    ) -> Vec<Finding> {
        let (judging, plan) = (self.judging, self.plan);
        let Some(bench) = self.bench(visit.out, standing.operation) else {
            return Vec::new();
        };
        let payload = evaluate::Payload(visit.envelope);
        let judged = Judged { resource: standing.resource, unreadable, payload, source };
        let ledger = &mut visit.out.ledger;
        let mut case = case(judging, standing, visit.text.file);
        let mut composer = Composer::new(standing, visit.text, Shown::of(judging));
        let weightiest = bench.judge(judging, &judged, &mut case, |index, _, outcome, accepted| {
            if let Some((rule, reads)) = plan.rule(index) {
                let place = composer.add(rule, reads, outcome, accepted);
                ledger.use_waiver(accepted, || place);
            }
        });
        if let Some(case) = case {
            ledger.append(case.into_ledger());
        }
        visit.out.outcomes.add(weightiest, 1);
        composer.finish()
    }

    /// The same, written as lines.
    fn write_lines(
        &mut self,
        visit: &mut Visit<'_, '_>,
        standing: &Standing<'_>,
        unreadable: &[Unreadable],
        source: &Source<'_>,
        maker: &mut LineMaker,
    ) {
        let (judging, plan) = (self.judging, self.plan);
        if let Some(order) = self.orders.get_mut(&standing.operation) {
            maker.take_marks(order);
        }
        let Some(bench) = self.bench(visit.out, standing.operation) else { return };
        let payload = evaluate::Payload(visit.envelope);
        let judged = Judged { resource: standing.resource, unreadable, payload, source };
        let lines = &mut visit.out.lines;
        let ledger = &mut visit.out.ledger;
        let mut case = case(judging, standing, visit.text.file);
        let mut composer = LineComposer::new(maker, standing, visit.text, lines, Shown::of(judging));
        let weightiest = bench.judge(judging, &judged, &mut case, |index, sought, outcome, accepted| {
            if let Some((rule, reads)) = plan.rule(index) {
                let place = composer.add(rule, reads, sought, outcome, accepted);
                ledger.use_waiver(accepted, || place);
            }
        });
        composer.finish();
        if let Some(case) = case {
            ledger.append(case.into_ledger());
        }
        visit.out.outcomes.add(weightiest, 1);
    }

    /// Tells what is remarkable about a resource; what of it cannot be read.
    fn inspect(
        &self,
        visit: &mut Visit<'_, '_>,
        spot: &Spot<'_>,
        resource: &Resource<'_>,
    ) -> Vec<Unreadable> {
        let strict = self.load.strict;
        let mut unreadable = Vec::new();
        if !strict && !resource.has_unreadable() {
            return unreadable;
        }
        resource.inspect(&mut |told| {
            let Some(problem) =
                remark(visit.text, visit.page.operation(), &spot.span, spot.body, &told, strict)
            else {
                return;
            };
            if matches!(told.kind, RemarkKind::Unreadable { .. }) {
                unreadable.push(Unreadable { path: told.path.clone(), message: problem.message() });
            }
            problem.tell(&mut visit.out.log);
        });
        unreadable
    }
}

/// What is accepted of a resource.
fn case<'c>(judging: &'c JudgeSettings, standing: &'c Standing<'c>, file: &'c Arc<str>) -> Option<Case<'c>> {
    let identity = Identity::Resource(standing.resource, None);
    Case::new(judging, || standing.subject(), file, identity)
}

/// Whether a well-formed object is an error response.
fn is_error_response(body: &str) -> bool {
    match serde_json::from_str(body) {
        Ok(Document::Object(members)) => error_response(&members).is_some(),
        _ => false,
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

/// A file that is no JSON; `cut` where these are only its first bytes.
fn not_json(text: &mut Text<'_>, cut: bool) -> Diagnostic {
    let all = String::from_utf8_lossy(text.bytes()).into_owned();
    let start = all.len() - all.trim_start().len();
    if let Some(error) = error_text(&all) {
        let message = error.in_words();
        let at = start..start + 1;
        return text.problem(Code::PayloadErrorBody, at, message, "no payload").help(error.help());
    }
    let fault = match check(&all, 0) {
        // Where the text goes on, nobody knows whether its first value is cut off.
        Err(fault) if !(cut && matches!(fault.kind, FaultKind::UnexpectedEnd { .. })) => fault,
        _ => {
            let span = start..all.trim_end().len();
            return no_object(text, &span, &Document::Scalar("a single value"));
        }
    };
    let (label, help) = fault_words(&fault.kind);
    let message = match fault.kind {
        FaultKind::Unexpected { .. } if fault.span.start == start => "this is no JSON".to_owned(),
        other => other.to_string(),
    };
    let problem = text.problem(Code::PayloadMalformed, fault.span, message, label);
    match help {
        Some(help) => problem.help(help),
        None => problem.help("save the response body itself, as the API returned it"),
    }
}
