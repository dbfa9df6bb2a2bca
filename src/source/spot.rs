//! Stretches of a text that is kept, so that they can be shown whenever something is to be said about them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::{Code, Diagnostic, Excerpt, Label, Place, Position, ShownText, Tracker};

/// What some editors write before the first character.
const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// A text that is kept whole, without its byte order mark.
#[derive(Clone)]
pub struct KeptText {
    file: Arc<str>,
    bytes: Arc<[u8]>,
    /// Position of the first byte in the file.
    base: Position,
}

impl KeptText {
    /// Keeps the text of `file`.
    pub fn new(file: &str, bytes: &[u8]) -> Self {
        let (bytes, skipped) = match bytes.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => (rest, BYTE_ORDER_MARK.len() as u64),
            None => (bytes, 0),
        };
        let base = Position { byte: skipped, ..Position::START };
        Self { file: Arc::from(file), bytes: Arc::from(bytes), base }
    }

    /// The file's display name.
    pub const fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// The text, without a byte order mark.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What finds positions in it.
    pub fn tracker(&self) -> Tracker<'_> {
        Tracker::new(&self.bytes, self.base)
    }

    /// A stretch of it; what lies behind its end counts as the end.
    pub fn spot(&self, tracker: &mut Tracker<'_>, span: Range<usize>) -> Spot {
        let end = span.end.min(self.bytes.len());
        let span = span.start.min(end)..end;
        Spot { place: Place::of(&self.file, tracker, &span), span, text: self.clone() }
    }
}

impl fmt::Debug for KeptText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.file, self.bytes.len())
    }
}

/// A stretch of a text that is kept.
#[derive(Clone)]
pub struct Spot {
    place: Place,
    span: Range<usize>,
    text: KeptText,
}

impl Spot {
    /// Where it is.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// An error about it, which shows it with `label` beside it.
    pub fn error(&self, code: Code, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        self.showing(Diagnostic::error(code, message), label)
    }

    /// A diagnostic that shows it with `label` beside it.
    pub fn showing(&self, diagnostic: Diagnostic, label: impl Into<String>) -> Diagnostic {
        let text = ShownText { bytes: self.text.bytes(), secrets: &[] };
        let labels = vec![Label::new(self.span.clone(), label)];
        let excerpt = Excerpt::of(&self.text.file, text, &mut self.text.tracker(), labels);
        diagnostic.at(self.place.clone()).showing(excerpt)
    }
}

impl fmt::Debug for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Spot {
    /// `file:line:column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, start, .. } = &self.place;
        write!(f, "{file}:{}:{}", start.line_1based, start.column_1based)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let text = KeptText::new("f", "\u{feff}aé = 1\nb = 2".as_bytes());
        let mut tracker = text.tracker();
        // Without the mark: a 0, é 1..3, blank 3, = 4, blank 5, 1 at 6, line end 7, b 8.
        let spot = text.spot(&mut tracker, 6..7);
        assert_eq!(spot.to_string(), "f:1:6");
        assert_eq!((spot.place().start.byte, spot.place().end_byte), (9, 10));
        assert_eq!(text.spot(&mut tracker, 8..9).to_string(), "f:2:1");
        let shown = spot.error(Code::InternalDefect, "m", "l").excerpt.unwrap();
        assert_eq!(shown.windows[0].text, "aé = 1\nb = 2\n");
        assert_eq!(shown.windows[0].marks[0].span, 6..7);
    }

    #[test]
    fn what_lies_behind_the_end_is_the_end() {
        let text = KeptText::new("f", b"ab");
        let spot = text.spot(&mut text.tracker(), 7..9);
        assert_eq!(spot.to_string(), "f:1:3");
        let _ = spot.error(Code::InternalDefect, "m", "l");
    }
}
