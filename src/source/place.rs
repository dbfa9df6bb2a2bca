//! Byte offsets, lines and columns.

use std::ops::Range;
use std::sync::Arc;

/// A point in a text: byte offset, and line and column for people.
///
/// Lines end at `\n`. Columns count characters (Unicode scalar values), not bytes, and a tab is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Offset in bytes from the start of the (decompressed) file.
    pub byte: u64,
    /// Line, counted from 1.
    pub line_1based: u64,
    /// Character column, counted from 1.
    pub column_1based: u64,
}

impl Position {
    /// The first character of a text.
    pub const START: Self = Self { byte: 0, line_1based: 1, column_1based: 1 };

    /// The position right after `text`, where `self` is the position of its first byte.
    ///
    /// `text` must start and end between characters for the column to be exact.
    #[must_use]
    pub fn after(self, text: &[u8]) -> Self {
        let byte = self.byte + text.len() as u64;
        match memchr::memrchr(b'\n', text) {
            None => Self { byte, column_1based: self.column_1based + characters(text), ..self },
            Some(last) => Self {
                byte,
                line_1based: self.line_1based + memchr::memchr_iter(b'\n', text).count() as u64,
                column_1based: 1 + characters(text.get(last + 1..).unwrap_or_default()),
            },
        }
    }

    /// The position of what stands at `relative` in a text whose first byte stands here.
    #[must_use]
    pub const fn join(self, relative: Self) -> Self {
        let byte = self.byte + relative.byte;
        let line_1based = self.line_1based + relative.line_1based - 1;
        let column_1based = match relative.line_1based {
            1 => self.column_1based + relative.column_1based - 1,
            _ => relative.column_1based,
        };
        Self { byte, line_1based, column_1based }
    }
}

/// Number of characters in UTF-8 text: every byte but the continuation bytes.
fn characters(text: &[u8]) -> u64 {
    // So few that they are counted in a byte, which the compiler does for many bytes at a time.
    let few = text.chunks(192);
    few.map(|few| u64::from(few.iter().map(|byte| u8::from(byte & 0xC0 != 0x80)).sum::<u8>())).sum()
}

/// A place in a text where bytes of its file were left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Offset in the text of the first byte after the gap.
    pub offset: usize,
    /// Position of that byte in the file.
    pub position: Position,
}

/// Finds positions in one text, cheapest for neighbouring offsets.
///
/// Line and column are counted from the last position asked for, forwards or backwards, so that asking for
/// `n` ascending offsets reads the text once.
#[derive(Clone, Debug)]
pub struct Tracker<'t> {
    text: &'t [u8],
    base: Position,
    gaps: &'t [Gap],
    last_offset: usize,
    last: Position,
}

impl<'t> Tracker<'t> {
    /// `base` is the position of the first byte of `text` in its file.
    pub const fn new(text: &'t [u8], base: Position) -> Self {
        Self::with_gaps(text, base, &[])
    }

    /// The same for a text with gaps, given in ascending order.
    pub const fn with_gaps(text: &'t [u8], base: Position, gaps: &'t [Gap]) -> Self {
        Self { text, base, gaps, last_offset: 0, last: base }
    }

    /// The position of `offset`, in bytes from the start of the text; past the end counts as the end.
    pub fn position(&mut self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let piece = self.piece(offset);
        if offset >= self.last_offset && self.last_offset >= piece.offset {
            let between = self.text.get(self.last_offset..offset).unwrap_or_default();
            self.last = self.last.after(between);
        } else if self.piece(self.last_offset) == piece {
            self.last = self.before(offset, piece);
        } else {
            let between = self.text.get(piece.offset..offset).unwrap_or_default();
            self.last = piece.position.after(between);
        }
        self.last_offset = offset;
        self.last
    }

    /// The position of an offset before the last one, in the stretch that begins with `piece`.
    fn before(&self, offset: usize, piece: Gap) -> Position {
        let between = self.text.get(offset..self.last_offset).unwrap_or_default();
        let byte = self.last.byte - between.len() as u64;
        let lines = memchr::memchr_iter(b'\n', between).count() as u64;
        if lines == 0 {
            let column_1based = self.last.column_1based - characters(between);
            return Position { byte, column_1based, ..self.last };
        }
        let earlier = self.text.get(piece.offset..offset).unwrap_or_default();
        let column_1based = match memchr::memrchr(b'\n', earlier) {
            Some(end) => 1 + characters(earlier.get(end + 1..).unwrap_or_default()),
            None => piece.position.column_1based + characters(earlier),
        };
        Position { byte, line_1based: self.last.line_1based - lines, column_1based }
    }

    /// Takes note of where an offset is, so that counting begins there.
    pub const fn note(&mut self, offset: usize, position: Position) {
        (self.last_offset, self.last) = (offset, position);
    }

    /// Takes note that a line, this one of the file, starts at `offset`: nothing before it has to be counted then.
    pub const fn note_line(&mut self, offset: usize, line_1based: u64) {
        if self.gaps.is_empty() {
            let byte = self.base.byte + offset as u64;
            // The first line may begin before the text.
            let column_1based = if offset == 0 { self.base.column_1based } else { 1 };
            self.note(offset, Position { byte, line_1based, column_1based });
        }
    }

    /// The byte in the file right after the byte before `offset`.
    pub fn end_byte(&self, offset: usize) -> u64 {
        let piece = self.piece(offset.saturating_sub(1));
        piece.position.byte + offset.saturating_sub(piece.offset) as u64
    }

    /// The stretch without a gap that holds `offset`, as a range of the text.
    pub fn stretch(&self, offset: usize) -> Range<usize> {
        let next = self.gaps.iter().find(|gap| gap.offset > offset);
        self.piece(offset).offset..next.map_or(self.text.len(), |gap| gap.offset)
    }

    /// Where the stretch without a gap begins that holds `offset`.
    fn piece(&self, offset: usize) -> Gap {
        let before = self.gaps.iter().rev().find(|gap| gap.offset <= offset);
        before.copied().unwrap_or(Gap { offset: 0, position: self.base })
    }
}

/// A half-open range of a file, with the line and column of its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's display name.
    pub file: Arc<str>,
    /// Where the range starts.
    pub start: Position,
    /// Byte offset right after the range.
    pub end_byte: u64,
}

impl Place {
    /// The range `span` of the text that `tracker` walks, in `file`.
    pub fn of(file: &Arc<str>, tracker: &mut Tracker<'_>, span: &Range<usize>) -> Self {
        let start = tracker.position(span.start);
        let end_byte = if span.is_empty() { start.byte } else { tracker.end_byte(span.end) };
        Self { file: Arc::clone(file), start, end_byte }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: usize) -> (u64, u64) {
        let position = Tracker::new(text.as_bytes(), Position::START).position(offset);
        assert_eq!(position.byte, offset as u64);
        (position.line_1based, position.column_1based)
    }

    #[test]
    fn lines_and_columns_are_counted_by_hand() {
        // Offsets: a=0 é=1..3 b=3 \r=4 \n=5 c=6 𝄞=7..11 d=11 \n=12
        let text = "aéb\r\nc𝄞d\n";
        assert_eq!(at(text, 0), (1, 1));
        assert_eq!(at(text, 1), (1, 2));
        assert_eq!(at(text, 3), (1, 3));
        assert_eq!(at(text, 4), (1, 4), "a carriage return is a character of its line");
        assert_eq!(at(text, 6), (2, 1));
        assert_eq!(at(text, 11), (2, 3));
        assert_eq!(at(text, 13), (3, 1));
    }

    #[test]
    fn positions_are_joined_like_texts() {
        let text = "aé\n𝄞b\nc";
        for (middle, _) in text.char_indices() {
            let (before, behind) = text.split_at(middle);
            let start = Position { byte: 7, line_1based: 3, column_1based: 5 };
            let joined = start.after(before.as_bytes()).join(Position::START.after(behind.as_bytes()));
            assert_eq!(joined, start.after(text.as_bytes()), "{middle}");
        }
    }

    #[test]
    fn a_tracker_may_go_back() {
        let mut tracker = Tracker::new(b"one\ntwo\nthree", Position::START);
        let mut here = |offset| {
            let position = tracker.position(offset);
            (position.byte, position.line_1based, position.column_1based)
        };
        assert_eq!(here(9), (9, 3, 2));
        assert_eq!(here(8), (8, 3, 1));
        assert_eq!(here(6), (6, 2, 3));
        assert_eq!(here(1), (1, 1, 2));
        assert_eq!(here(12), (12, 3, 5));
        assert_eq!(here(0), (0, 1, 1));
        assert_eq!(tracker.position(5).line_1based, 2);
        assert_eq!(tracker.position(5).column_1based, 2);
        assert_eq!(tracker.position(999).column_1based, 6, "past the end is the end");
    }

    #[test]
    fn a_text_may_start_inside_a_file() {
        let base = Position { byte: 100, line_1based: 7, column_1based: 41 };
        let mut tracker = Tracker::new(b"x y\nz", base);
        let on_first_line = tracker.position(2);
        assert_eq!((on_first_line.byte, on_first_line.line_1based), (102, 7));
        assert_eq!(on_first_line.column_1based, 43);
        let on_next_line = tracker.position(4);
        assert_eq!((on_next_line.line_1based, on_next_line.column_1based), (8, 1));
    }

    #[test]
    fn a_text_may_have_gaps() {
        // The file: `[1,`, then 4 bytes and a line end that are left out, then `9]` at byte 8.
        let gaps = [Gap { offset: 3, position: Position { byte: 8, line_1based: 2, column_1based: 1 } }];
        let mut tracker = Tracker::with_gaps(b"[1,9]", Position::START, &gaps);
        assert_eq!(tracker.position(2), Position { byte: 2, line_1based: 1, column_1based: 3 });
        assert_eq!(tracker.position(4), Position { byte: 9, line_1based: 2, column_1based: 2 });
        assert_eq!(tracker.position(3), Position { byte: 8, line_1based: 2, column_1based: 1 });
        assert_eq!(tracker.position(1), Position { byte: 1, line_1based: 1, column_1based: 2 });
        assert_eq!((tracker.end_byte(3), tracker.end_byte(5)), (3, 10));
        assert_eq!((tracker.stretch(2), tracker.stretch(3)), (0..3, 3..5));
    }
}
