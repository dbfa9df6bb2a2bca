//! What a payload says of itself, gathered while it is read.

use std::ops::Range;

use super::log::Log;
use super::text::{Text, locate_at};
use crate::load::{Page, PageFacts, Wholeness, hull};
use crate::model::{Mismatch, Remark, RemarkKind, Timestamp, is_sensitive};
use crate::operation::{Operation, Paging};
use crate::source::json::{JsonPath, Segment};
use crate::source::{Code, Diagnostic, Label, Place, printable};

/// A [`Page`] in the making.
pub(super) struct PageBuilder {
    page: Page,
    /// The document at hand: resources without a payload stand in one each.
    document: Option<u64>,
}

impl PageBuilder {
    pub(super) fn new(operation: Operation, document: Option<u64>, place: Place, facts: PageFacts) -> Self {
        let page = Page {
            operation,
            document,
            place,
            resources: 0,
            facts,
            bare: false,
            identities: Vec::new(),
            observed: None,
            captured: None,
            mark: None,
        };
        Self { page, document }
    }

    /// Resources without a payload, of which none is here yet. `place` is that of the first one.
    pub(super) fn bare(operation: Operation, document: Option<u64>, place: Place) -> Self {
        let mut builder = Self::new(operation, document, place, PageFacts::default());
        builder.page.bare = true;
        builder
    }

    /// The next resource without a payload.
    pub(super) const fn next_bare(&mut self, document: Option<u64>) {
        self.document = document;
        self.page.resources += 1;
    }

    pub(super) const fn operation(&self) -> Operation {
        self.page.operation
    }

    pub(super) const fn document(&self) -> Option<u64> {
        self.document
    }

    pub(super) const fn count(&mut self) {
        self.page.resources += 1;
    }

    /// Sets the number of its resources.
    pub(super) const fn holds(&mut self, resources: u64) {
        self.page.resources = resources;
    }

    /// Notes an identity: pages are joined by theirs.
    pub(super) fn identity(&mut self, hash: u64) {
        if !self.page.bare {
            self.page.identities.push(hash);
        }
    }

    pub(super) fn observed(&mut self, at: Option<Timestamp>) {
        let at = at.map(|at| at.utc()..=at.utc());
        self.page.observed = hull(self.page.observed.take(), at);
    }

    pub(super) fn captured(&mut self, at: Option<Timestamp>) {
        self.page.captured = at.map(Timestamp::utc);
    }

    /// Holds what the page states of itself against what it holds.
    pub(super) fn check_counts(&self, text: &mut Text<'_>, span: &Range<usize>, body: &str, log: &mut Log) {
        let Page { operation, resources, ref facts, .. } = self.page;
        let Some(stated) = facts.stated_count.filter(|&stated| stated != resources) else {
            return;
        };
        let path: JsonPath =
            ["PageInfo", "Count"].map(|key| Segment::Key(key.to_owned())).into_iter().collect();
        let at = locate_at(body, span, &path).span;
        let what = operation.resources_in_words();
        let message = format!("the page states {stated} {what}, but holds {resources}");
        log.push(
            text.problem(Code::PayloadInconsistent, at, message, "stated here")
                .help("the file was edited or cut: save the answer again"),
        );
    }

    /// Notes the value that tells whether the page is whole, where it is not, or is empty.
    pub(super) fn mark(&mut self, text: &mut Text<'_>, span: &Range<usize>, body: &str) {
        let page = &self.page;
        let part = page.wholeness() == Wholeness::Part;
        if !part && page.resources > 0 {
            return;
        }
        let (keys, label) = match page.operation.paging() {
            _ if !part => (vec![page.operation.collection().unwrap_or_default()], "nothing here"),
            Paging::Whole => return,
            Paging::Token => (vec!["NextToken"], "a further page is named here"),
            Paging::Numbered => (vec!["PageInfo", "TotalCount"], "stated here"),
            Paging::Total => (vec!["count"], "stated here"),
        };
        let path: JsonPath = keys.into_iter().map(|key| Segment::Key(key.to_owned())).collect();
        let at = locate_at(body, span, &path).span;
        let excerpt = text.excerpt(vec![Label::new(at.clone(), label)]);
        self.page.mark = Some(Box::new((text.place(&at), excerpt)));
    }

    /// The page. Identities matter only where it is not whole by itself.
    pub(super) fn finish(mut self) -> Page {
        if self.page.wholeness() == Wholeness::Whole {
            self.page.identities = Vec::new();
        }
        self.page
    }

    /// A part of a page, which cannot tell whether it is whole.
    pub(super) fn finish_part(self) -> Page {
        self.page
    }
}

/// Something worth telling about a value.
pub(super) struct Remarkable {
    /// What makes it the same as another, where it is told only once.
    key: Option<String>,
    diagnostic: Diagnostic,
}

impl Remarkable {
    pub(super) fn message(&self) -> String {
        self.diagnostic.message.clone()
    }

    pub(super) fn tell(self, log: &mut Log) {
        let code = self.diagnostic.code;
        match self.key {
            None => log.push(self.diagnostic),
            Some(key) => log.push_once(key, || self.diagnostic, code),
        }
    }
}

/// The diagnostic for a remark about the value that stands at `span`, whose text is `body`.
///
/// Unknown fields and values are told only where the reading is `strict`.
pub(super) fn remark(
    text: &mut Text<'_>,
    operation: Operation,
    span: &Range<usize>,
    body: &str,
    told: &Remark<'_>,
    strict: bool,
) -> Option<Remarkable> {
    let at = locate_at(body, span, told.path).span;
    let shape = shape(told.path);
    Some(match told.kind {
        RemarkKind::Unreadable { expected, mismatch } => {
            let raw = body.get(at.start - span.start..at.end - span.start).unwrap_or_default();
            let found = found(raw, mismatch, is_sensitive(operation, told.path));
            let message = format!("`{}` must be {expected}, not {found}", printable(&told.path.to_string()));
            let diagnostic = text
                .problem(Code::PayloadTypeMismatch, at, message, "this value")
                .help("nothing that rests on this value can be judged: save the answer again, unedited");
            Remarkable { key: None, diagnostic }
        }
        RemarkKind::UnknownField if strict => {
            let path = printable(&told.path.to_string()).into_owned();
            let message = format!("`{path}` is no documented field of `{operation}`");
            let diagnostic = text.problem(Code::PayloadUnknownField, at, message, "unknown field");
            Remarkable { key: Some(shape), diagnostic }
        }
        RemarkKind::UnknownValue { value, documented } if strict => {
            let path = printable(&told.path.to_string()).into_owned();
            let value = printable(value).into_owned();
            let message = format!("`{value}` is no documented value of `{path}`");
            let diagnostic = text
                .problem(Code::PayloadUnknownValue, at, message, "unknown value")
                .help(format!("documented are: {}", documented.join(", ")));
            Remarkable { key: Some(format!("{shape}={value}")), diagnostic }
        }
        RemarkKind::UnknownField | RemarkKind::UnknownValue { .. } => return None,
    })
}

/// The path without the numbers of elements.
fn shape(path: &JsonPath) -> String {
    let steps: Vec<&str> = path
        .segments()
        .iter()
        .map(|segment| match segment {
            Segment::Index(_) => "[]",
            Segment::Key(key) => key.as_str(),
        })
        .collect();
    steps.join(".")
}

/// What stands there instead.
fn found(raw: &str, mismatch: Mismatch, secret: bool) -> String {
    const SHOWN: usize = 40;
    match mismatch {
        Mismatch::Kind(kind) if secret || raw.len() > SHOWN => kind.with_article().to_owned(),
        _ if secret => "this value".to_owned(),
        Mismatch::Kind(kind) => format!("{} `{}`", kind.with_article(), printable(raw)),
        Mismatch::OutOfRange | Mismatch::Malformed => {
            let short: String = raw.chars().take(SHOWN).collect();
            format!("`{}`", printable(&short))
        }
    }
}
