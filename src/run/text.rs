//! The text of a batch, and what can be said about places in it.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use crate::load::Batch;
use crate::model::SECRETS;
use crate::snapshot::Capture;
use crate::source::json::{FaultKind, JsonPath, Located, check, locate};
use crate::source::{Code, Diagnostic, Excerpt, Label, Place, Position, ShownText, Tracker};

/// The bytes of a batch in its file.
pub(super) struct Text<'t> {
    pub(super) file: &'t Arc<str>,
    /// Where the file comes from, as its manifest says.
    pub(super) capture: Option<&'t Capture>,
    bytes: &'t [u8],
    first_line_1based: u64,
    tracker: Tracker<'t>,
    /// All of it, where it is UTF-8.
    checked: Option<&'t str>,
    /// Ranges that must not be shown, once they were looked for.
    secrets: OnceCell<Vec<Range<usize>>>,
}

impl<'t> Text<'t> {
    pub(super) fn new(file: &'t Arc<str>, capture: Option<&'t Capture>, batch: &'t Batch) -> Self {
        let Batch { text: bytes, base, gaps, .. } = batch;
        Self {
            file,
            capture,
            bytes,
            first_line_1based: base.line_1based,
            tracker: Tracker::with_gaps(bytes, *base, gaps),
            checked: simdutf8::basic::from_utf8(bytes).ok(),
            secrets: OnceCell::new(),
        }
    }

    pub(super) const fn bytes(&self) -> &'t [u8] {
        self.bytes
    }

    /// A part of the text.
    ///
    /// # Errors
    ///
    /// A diagnostic at the first byte that is no UTF-8.
    pub(super) fn part(&mut self, span: &Range<usize>) -> Result<&'t str, Diagnostic> {
        if let Some(text) = self.checked {
            return Ok(text.get(span.clone()).unwrap_or_default());
        }
        let bytes = self.bytes.get(span.clone()).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|error| {
            let at = span.start + error.valid_up_to();
            self.problem(Code::PayloadMalformed, at..at + 1, "this is no UTF-8", "not UTF-8")
                .help("save the file as UTF-8")
        })
    }

    /// Whether bytes of the file were left out of it.
    pub(super) fn has_gaps(&self) -> bool {
        self.tracker.stretch(0).end < self.bytes.len()
    }

    /// Takes note that a line, so many lines behind the first, starts at an offset.
    pub(super) const fn note_line(&mut self, offset: usize, lines_before: u64) {
        self.tracker.note_line(offset, self.first_line_1based + lines_before);
    }

    pub(super) fn position(&mut self, offset: usize) -> Position {
        self.tracker.position(offset)
    }

    pub(super) fn place(&mut self, span: &Range<usize>) -> Place {
        Place::of(self.file, &mut self.tracker, span)
    }

    /// The lines around labels.
    pub(super) fn excerpt(&mut self, labels: Vec<Label>) -> Excerpt {
        let find = || SECRETS.iter().flat_map(|secret| secret.find(self.bytes)).collect();
        let text = ShownText { bytes: self.bytes, secrets: self.secrets.get_or_init(find) };
        Excerpt::of(self.file, text, &mut self.tracker, labels)
    }

    /// An error at a range of bytes.
    pub(super) fn problem(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: impl Into<String>,
        label: &str,
    ) -> Diagnostic {
        let excerpt = self.excerpt(vec![Label::new(span.clone(), label)]);
        Diagnostic::error(code, message).at(self.place(&span)).showing(excerpt)
    }

    /// What is wrong with a value that the parser refused: `depth` brackets are open around it.
    pub(super) fn malformed(&mut self, span: &Range<usize>, depth: u32, parser_says: &str) -> Diagnostic {
        let text = match self.part(span) {
            Ok(text) => text,
            Err(problem) => return problem,
        };
        let Err(fault) = check(text, depth) else {
            // The parser knows better than we do; its own words must do.
            return self.problem(Code::PayloadMalformed, span.start..span.start + 1, parser_says, "here");
        };
        let at = span.start + fault.span.start..span.start + fault.span.end;
        let (label, help) = fault_words(&fault.kind);
        let mut labels = vec![Label::new(at.clone(), label)];
        let earlier = match fault.kind {
            FaultKind::UnexpectedEnd { open: Some(open) } => Some((open, "open since here")),
            FaultKind::DuplicateKey { first, .. } => Some((first, "the first one")),
            _ => None,
        };
        if let Some((offset, words)) = earlier {
            let start = span.start + offset;
            labels.push(Label::new(start..start + 1, words));
        }
        let excerpt = self.excerpt(labels);
        let mut problem = Diagnostic::error(Code::PayloadMalformed, fault.kind.to_string())
            .at(self.place(&at))
            .showing(excerpt);
        problem.help = help.map(str::to_owned);
        problem
    }
}

/// A line that is not blank.
pub(super) struct Line {
    /// Where it starts.
    pub(super) start: usize,
    /// What is in it, without the white space around that.
    pub(super) span: Range<usize>,
    pub(super) lines_before: u64,
}

/// The lines that are not blank.
pub(super) fn solid_lines(text: &[u8]) -> impl Iterator<Item = Line> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    (0..).zip(ends).filter_map(move |(lines_before, end)| {
        let line = text.get(start..end).unwrap_or_default();
        let lead = line.len() - line.trim_ascii_start().len();
        let solid = line.trim_ascii().len();
        let line = Line { start, span: start + lead..start + lead + solid, lines_before };
        start = end + 1;
        (solid > 0).then_some(line)
    })
}

/// The words at a fault, and what to do about it.
pub(super) const fn fault_words(kind: &FaultKind) -> (&'static str, Option<&'static str>) {
    match kind {
        FaultKind::Empty => ("nothing here", Some("save the answer again: this file holds nothing")),
        FaultKind::UnexpectedEnd { .. } => {
            ("the text ends here", Some("the file was cut off: save the answer again"))
        }
        FaultKind::Unexpected { .. } => ("unexpected", None),
        FaultKind::Trailing => {
            ("more text", Some("several payloads may follow each other, each a whole JSON value"))
        }
        FaultKind::BadNumber => ("no JSON number", None),
        FaultKind::NumberOutOfRange => ("too large", None),
        FaultKind::BadEscape => ("no valid escape", None),
        FaultKind::ControlCharacter => ("control character", None),
        FaultKind::TooDeep => ("one level too deep", None),
        FaultKind::DuplicateKey { .. } => {
            ("the second one", Some("readers disagree on which of the two counts: remove one"))
        }
    }
}

/// Finds `path` in the value that stands at `span` of a text.
pub(super) fn locate_at(text: &str, span: &Range<usize>, path: &JsonPath) -> Located {
    let located = locate(text, path);
    let shift = |offset: usize| span.start + offset;
    Located { span: shift(located.span.start)..shift(located.span.end), found: located.found }
}
