//! Texts of the user that are kept, so that places in them can be shown whenever something is to be said about them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::{Code, Diagnostic, Excerpt, Label, Place, Position, ShownText, Tracker};

/// What some editors write before the first character.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A text and what it is called. It is kept whole but for its byte order mark, which spans and columns do not count; byte
/// offsets in the file do.
#[derive(Clone)]
pub struct SourceText {
    name: Arc<str>,
    bytes: Arc<[u8]>,
    /// Position of the first byte in the file.
    base: Position,
}

impl SourceText {
    /// Keeps the text that is called `name`.
    pub fn new(name: &str, text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        let bytes = text.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(text);
        let base = Position { byte: (text.len() - bytes.len()) as u64, ..Position::START };
        Self { name: Arc::from(name), bytes: Arc::from(bytes), base }
    }

    /// Its display name.
    pub const fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The text, without a byte order mark.
    ///
    /// # Errors
    ///
    /// The first byte that is no UTF-8.
    pub fn utf8(&self) -> Result<&str, Spot> {
        std::str::from_utf8(&self.bytes).map_err(|error| {
            let at = error.valid_up_to();
            self.spot(at..at + 1)
        })
    }

    /// What finds positions in it.
    pub fn tracker(&self) -> Tracker<'_> {
        Tracker::new(&self.bytes, self.base)
    }

    /// A stretch of it; what lies behind its end counts as the end.
    pub fn spot(&self, span: Range<usize>) -> Spot {
        self.spot_by(&mut self.tracker(), span)
    }

    /// The same, found from where the tracker is: for many of them.
    pub fn spot_by(&self, tracker: &mut Tracker<'_>, span: Range<usize>) -> Spot {
        let end = span.end.min(self.bytes.len());
        let span = span.start.min(end)..end;
        Spot { place: Place::of(&self.name, tracker, &span), span, text: self.clone() }
    }
}

impl fmt::Debug for SourceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.name, self.bytes.len())
    }
}

/// A stretch of a text that is kept.
#[derive(Clone)]
pub struct Spot {
    place: Place,
    span: Range<usize>,
    text: SourceText,
}

impl Spot {
    /// Where it is.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The lines around it, with `label` beside it.
    pub fn excerpt(&self, label: impl Into<String>) -> Excerpt {
        let text = ShownText { bytes: &self.text.bytes, secrets: &[] };
        let labels = vec![Label::new(self.span.clone(), label)];
        let mut tracker = self.text.tracker();
        tracker.note(self.span.start, self.place.start);
        Excerpt::of(&self.text.name, text, &mut tracker, labels)
    }

    /// An error about it, which shows it with `label` beside it.
    pub fn error(&self, code: Code, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        self.showing(Diagnostic::error(code, message), label)
    }

    /// A diagnostic that shows it with `label` beside it.
    pub fn showing(&self, diagnostic: Diagnostic, label: impl Into<String>) -> Diagnostic {
        diagnostic.at(self.place.clone()).showing(self.excerpt(label))
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
        let text = SourceText::new("f", "\u{feff}aé = 1\nb = 2");
        assert_eq!(text.utf8().unwrap(), "aé = 1\nb = 2");
        // Without the mark: a 0, é 1..3, blank 3, = 4, blank 5, 1 at 6, line end 7, b 8.
        let spot = text.spot(6..7);
        assert_eq!(spot.to_string(), "f:1:6");
        assert_eq!((spot.place().start.byte, spot.place().end_byte), (9, 10));
        assert_eq!(text.spot(8..9).to_string(), "f:2:1");
        let shown = spot.error(Code::InternalDefect, "m", "l").excerpt.unwrap();
        assert_eq!(shown.windows[0].text, "aé = 1\nb = 2\n");
        assert_eq!(shown.windows[0].marks[0].span, 6..7);
    }

    #[test]
    fn what_lies_behind_the_end_is_the_end() {
        let text = SourceText::new("f", "ab");
        let spot = text.spot(7..9);
        assert_eq!(spot.to_string(), "f:1:3");
        let _ = spot.error(Code::InternalDefect, "m", "l");
    }

    #[test]
    fn what_is_no_utf_8_is_told_at_its_place() {
        // The mark is three bytes, é two: the fourth character of the line is byte 7 of the file.
        let text = SourceText::new("f", b"\xEF\xBB\xBFa\xC3\xA9b\xFF");
        let spot = text.utf8().unwrap_err();
        assert_eq!((spot.to_string().as_str(), spot.place().start.byte), ("f:1:4", 7));
    }
}
