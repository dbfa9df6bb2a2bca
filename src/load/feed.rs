//! A window over the bytes of an input, moved forward as they are used.

use std::io::{self, Read, Write};
use std::ops::Range;

use crate::source::Position;
use crate::source::json::{FaultKind, MAX_DEPTH, Skip, Skipper};

/// Most bytes of one value that is held: a document, a resource, or what a payload says beside its resources.
pub const MAX_VALUE_BYTES: usize = 64 << 20;
/// Bytes asked for at a time. A feed of a whole file reads from multiples of it, whatever is done with the bytes, so that how
/// much of a broken file was read does not depend on that.
const CHUNK: usize = 256 << 10;
/// Room for a batch, and for what is read behind it.
const BUFFER: usize = 768 << 10;

/// Why a feed cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The bytes cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A value is larger than may be held.
    #[error("a value is larger than may be held")]
    TooLarge {
        /// Where it begins.
        at: Position,
    },
    /// The bytes are no JSON.
    #[error("{kind}")]
    Fault {
        /// Where.
        at: Position,
        /// What is wrong there.
        kind: FaultKind,
    },
}

/// The bytes of an input from some position on.
///
/// What lies before the cursor stays available until it is taken or dropped, so that a caller can take
/// whole values. Offsets are into [`Feed::text`] and change with every take and drop.
pub struct Feed {
    reader: Box<dyn Read>,
    /// The bytes at hand, and behind them what was never read or is no more of use: it is not cleared again and again.
    buffer: Vec<u8>,
    /// How many bytes are at hand.
    filled: usize,
    cursor: usize,
    /// Position of the first byte at hand.
    base: Position,
    finished: bool,
    /// Gets a copy of every byte that is read.
    spool: Option<std::fs::File>,
}

impl Feed {
    /// A feed whose first byte stands at `base` in its file.
    pub fn new(reader: Box<dyn Read>, base: Position) -> Self {
        Self { reader, buffer: Vec::new(), filled: 0, cursor: 0, base, finished: false, spool: None }
    }

    /// From now on copies every byte that is read to `spool`, after those that are waiting.
    ///
    /// # Errors
    ///
    /// Where the waiting bytes cannot be written.
    pub fn spool_to(&mut self, mut spool: std::fs::File) -> io::Result<()> {
        spool.write_all(self.text())?;
        self.spool = Some(spool);
        Ok(())
    }

    /// Stops copying, and gives the copy back.
    pub fn take_spool(&mut self) -> Option<std::fs::File> {
        self.spool.take()
    }

    /// Where a reader must begin for [`Feed::jump`].
    pub const fn chunk_of(byte: u64) -> u64 {
        byte - byte % CHUNK as u64
    }

    /// Goes on at `at` with what `reader` gives, from the start of its chunk on. What was at hand is forgotten.
    ///
    /// # Errors
    ///
    /// Where the input cannot be read, or ends before.
    pub fn jump(&mut self, reader: Box<dyn Read>, at: Position) -> io::Result<()> {
        self.reader = reader;
        self.filled = 0;
        self.cursor = 0;
        self.base.byte = Self::chunk_of(at.byte);
        self.finished = false;
        self.forward_to(at)
    }

    /// Forgets all bytes before `at`, which does not lie before the first byte at hand.
    ///
    /// # Errors
    ///
    /// Where the input cannot be read, or ends before.
    pub fn forward_to(&mut self, at: Position) -> io::Result<()> {
        while self.base.byte + (self.filled as u64) < at.byte {
            self.base.byte += self.filled as u64;
            self.filled = 0;
            self.cursor = 0;
            if !self.fill(1)? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let ahead = usize::try_from(at.byte.saturating_sub(self.base.byte)).unwrap_or(self.filled);
        self.buffer.copy_within(ahead..self.filled, 0);
        self.filled -= ahead;
        self.cursor = 0;
        self.base = at;
        Ok(())
    }

    /// All bytes that are at hand, used ones included.
    pub fn text(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    /// Offset of the cursor in [`Feed::text`].
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// Position of the first byte of [`Feed::text`].
    pub const fn base(&self) -> Position {
        self.base
    }

    /// Position of the cursor.
    pub fn position(&self) -> Position {
        self.position_of(self.cursor)
    }

    /// Where the cursor stands in its file.
    pub const fn byte(&self) -> u64 {
        self.base.byte + self.cursor as u64
    }

    /// Position of an offset in [`Feed::text`].
    pub fn position_of(&self, offset: usize) -> Position {
        self.base.after(self.text().get(..offset).unwrap_or(self.text()))
    }

    /// Whether no byte is left to be read.
    pub const fn is_finished(&self) -> bool {
        self.finished
    }

    /// Reads until `wanted` bytes lie ahead of the cursor, or the input ends. Whether they do.
    ///
    /// # Errors
    ///
    /// Where the input cannot be read.
    pub fn fill(&mut self, wanted: usize) -> io::Result<bool> {
        while self.filled - self.cursor < wanted {
            if self.finished {
                return Ok(false);
            }
            self.read_more()?;
        }
        Ok(true)
    }

    fn read_more(&mut self) -> io::Result<()> {
        let before = self.filled;
        let wanted = before + CHUNK;
        if self.buffer.len() < wanted {
            if self.buffer.capacity() < wanted {
                let more = wanted.max(2 * self.buffer.capacity()).max(BUFFER) - self.buffer.len();
                self.buffer.reserve_exact(more);
            }
            self.buffer.resize(wanted, 0);
        }
        while self.filled < wanted {
            let room = self.buffer.get_mut(self.filled..wanted).unwrap_or_default();
            match self.reader.read(room) {
                Ok(0) => {
                    self.finished = true;
                    break;
                }
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(spool) = &mut self.spool {
            spool.write_all(self.buffer.get(before..self.filled).unwrap_or_default())?;
        }
        Ok(())
    }

    /// The next byte, which stays.
    ///
    /// # Errors
    ///
    /// Where the input cannot be read.
    pub fn peek(&mut self) -> io::Result<Option<u8>> {
        self.fill(1)?;
        Ok(self.text().get(self.cursor).copied())
    }

    /// Moves the cursor over white space to the next byte, which stays.
    ///
    /// # Errors
    ///
    /// Where the input cannot be read.
    pub fn next_solid(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.cursor += 1,
                other => return Ok(other),
            }
        }
    }

    /// Moves the cursor.
    pub fn advance(&mut self, count: usize) {
        self.cursor = (self.cursor + count).min(self.filled);
    }

    /// Moves the cursor over the expected byte, after white space.
    ///
    /// # Errors
    ///
    /// Where something else stands there, or the input cannot be read.
    pub fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), FeedError> {
        if self.next_solid()? == Some(byte) {
            self.cursor += 1;
            return Ok(());
        }
        Err(self.unexpected(expected))
    }

    /// A fault at the cursor: something else was expected, or more.
    pub fn unexpected(&self, expected: &'static str) -> FeedError {
        let kind = if self.cursor == self.filled {
            FaultKind::UnexpectedEnd { open: None }
        } else {
            FaultKind::Unexpected { expected }
        };
        FeedError::Fault { at: self.position(), kind }
    }

    /// Forgets all bytes before the cursor.
    pub fn drop_used(&mut self) {
        self.base = self.position();
        self.buffer.copy_within(self.cursor..self.filled, 0);
        self.filled -= self.cursor;
        self.cursor = 0;
    }

    /// Takes all bytes before the cursor, and the position of the first. `buffer` is of no use to anyone any more, and
    /// takes what comes next.
    pub fn take_used(&mut self, mut buffer: Vec<u8>) -> (Vec<u8>, Position) {
        let base = self.base;
        self.base = self.position();
        let ahead = self.text().get(self.cursor..).unwrap_or_default();
        let count = ahead.len();
        if let Some(start) = buffer.get_mut(..count) {
            start.copy_from_slice(ahead);
        } else {
            buffer.clear();
            buffer.extend_from_slice(ahead);
        }
        let mut used = std::mem::replace(&mut self.buffer, buffer);
        used.truncate(self.cursor);
        self.filled = count;
        self.cursor = 0;
        (used, base)
    }

    /// Moves the cursor over one value, `depth` brackets deep, that begins at the cursor, and gives its range.
    ///
    /// # Errors
    ///
    /// Where brackets do not match, nest too deep, the input ends, or the value takes more than
    /// [`MAX_VALUE_BYTES`].
    pub fn take_value(&mut self, depth: u32) -> Result<Range<usize>, FeedError> {
        match self.take_value_within(depth, MAX_VALUE_BYTES)? {
            Some(span) => Ok(span),
            None => Err(FeedError::TooLarge { at: self.position() }),
        }
    }

    /// The same, if the value takes at most `most` bytes; else the cursor stays, and there is no range.
    ///
    /// # Errors
    ///
    /// Where brackets do not match, nest too deep, or the input ends, within so many bytes.
    pub fn take_value_within(&mut self, depth: u32, most: usize) -> Result<Option<Range<usize>>, FeedError> {
        let start = self.cursor;
        match self.peek()? {
            Some(b'{' | b'[' | b'"') => {}
            Some(b',' | b':' | b'}' | b']') | None => return Err(self.unexpected("a value")),
            Some(_) => return self.skip_scalar(most),
        }
        let begin = self.base.byte + start as u64;
        let mut skipper = Skipper::new(MAX_DEPTH.saturating_sub(depth));
        loop {
            match skipper.walk(self.text(), self.cursor) {
                Skip::End(end) => {
                    self.cursor = end;
                    if end - start > most {
                        self.cursor = start;
                        return Ok(None);
                    }
                    return Ok(Some(start..end));
                }
                Skip::More => {
                    self.cursor = self.filled;
                    if self.cursor - start > most {
                        self.cursor = start;
                        return Ok(None);
                    }
                    if !self.fill(1)? {
                        let kind = FaultKind::UnexpectedEnd { open: usize::try_from(begin).ok() };
                        return Err(FeedError::Fault { at: self.position(), kind });
                    }
                }
                Skip::Mismatch(at) => {
                    let kind = FaultKind::Unexpected { expected: "the bracket that is open" };
                    return Err(FeedError::Fault { at: self.position_of(at), kind });
                }
                Skip::TooDeep(at) => {
                    return Err(FeedError::Fault { at: self.position_of(at), kind: FaultKind::TooDeep });
                }
            }
        }
    }

    /// Moves the cursor over a number or literal.
    fn skip_scalar(&mut self, most: usize) -> Result<Option<Range<usize>>, FeedError> {
        let start = self.cursor;
        while let Some(byte) = self.peek()? {
            if self.cursor - start > most {
                self.cursor = start;
                return Ok(None);
            }
            if matches!(byte, b',' | b':' | b'}' | b']' | b'{' | b'[' | b'"' | b' ' | b'\t' | b'\n' | b'\r') {
                break;
            }
            self.cursor += 1;
        }
        Ok(Some(start..self.cursor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every boundary is a boundary of reads.
    struct Trickle(Vec<u8>, usize);

    impl Read for Trickle {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let (Some(byte), Some(slot)) = (self.0.get(self.1), buffer.first_mut()) else {
                return Ok(0);
            };
            *slot = *byte;
            self.1 += 1;
            Ok(1)
        }
    }

    fn feed(text: &str) -> Feed {
        Feed::new(Box::new(Trickle(text.as_bytes().to_vec(), 0)), Position::START)
    }

    #[test]
    fn values_are_taken_whole() {
        let mut feed = feed(" {\"a\": [1, \"}\"]}\n, 12 ,\"x\"");
        assert_eq!(feed.next_solid().unwrap(), Some(b'{'));
        let object = feed.take_value(0).unwrap();
        assert_eq!(&feed.text()[object], b"{\"a\": [1, \"}\"]}");
        feed.expect(b',', "`,`").unwrap();
        let (used, base) = feed.take_used(Vec::new());
        assert_eq!(used, b" {\"a\": [1, \"}\"]}\n,");
        assert_eq!(base, Position::START);
        feed.next_solid().unwrap();
        assert_eq!(feed.position(), Position { byte: 19, line_1based: 2, column_1based: 3 });
        let number = feed.take_value(0).unwrap();
        assert_eq!(&feed.text()[number], b"12");
        feed.expect(b',', "`,`").unwrap();
        let text = feed.take_value(0).unwrap();
        assert_eq!(&feed.text()[text], b"\"x\"");
        assert_eq!(feed.peek().unwrap(), None);
    }

    #[test]
    fn a_feed_may_go_forward() {
        let mut feed = feed("abc\ndefg");
        feed.fill(2).unwrap();
        let at = Position { byte: 5, line_1based: 2, column_1based: 2 };
        feed.forward_to(at).unwrap();
        assert_eq!((feed.peek().unwrap(), feed.position()), (Some(b'e'), at));
        feed.fill(3).unwrap();
        feed.forward_to(Position { byte: 7, line_1based: 2, column_1based: 4 }).unwrap();
        assert_eq!(feed.peek().unwrap(), Some(b'g'));
        assert!(feed.forward_to(Position { byte: 9, line_1based: 9, column_1based: 1 }).is_err());
    }

    #[test]
    fn what_is_longer_than_wanted_stays() {
        let mut feed = feed("[1,2] 12345 ");
        assert_eq!(feed.take_value_within(0, 4).unwrap(), None);
        assert_eq!(feed.take_value_within(0, 5).unwrap(), Some(0..5));
        feed.next_solid().unwrap();
        assert_eq!(feed.take_value_within(0, 4).unwrap(), None);
        assert_eq!(feed.take_value_within(0, 5).unwrap(), Some(6..11));
    }

    #[test]
    fn faults_have_positions() {
        let fault = |text: &str| {
            let mut feed = feed(text);
            feed.next_solid().unwrap();
            match feed.take_value(0).unwrap_err() {
                FeedError::Fault { at, kind } => (at.line_1based, at.column_1based, kind),
                other => panic!("{other}"),
            }
        };
        let open = |open| FaultKind::UnexpectedEnd { open };
        assert_eq!(fault("\n {\"a\":\n [1, 2"), (3, 7, open(Some(2))));
        let bracket = FaultKind::Unexpected { expected: "the bracket that is open" };
        assert_eq!(fault("[1}"), (1, 3, bracket));
        assert_eq!(fault("]"), (1, 1, FaultKind::Unexpected { expected: "a value" }));
        assert_eq!(fault(&"[".repeat(129)), (1, 129, FaultKind::TooDeep));
    }

    #[test]
    fn a_spool_gets_every_byte_from_the_first_waiting_one() {
        use std::io::Seek as _;
        let mut feed = feed("abc[1,2,3]");
        feed.fill(3).unwrap();
        feed.advance(3);
        feed.drop_used();
        feed.spool_to(tempfile::tempfile().unwrap()).unwrap();
        feed.take_value(0).unwrap();
        let mut spool = feed.take_spool().unwrap();
        spool.rewind().unwrap();
        let mut copy = String::new();
        spool.read_to_string(&mut copy).unwrap();
        assert_eq!(copy, "[1,2,3]");
    }
}
