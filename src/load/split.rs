//! Cutting the bytes of an input into documents and resources, without ever holding all of them.
//!
//! An input is one of four things: a document a line (NDJSON), documents one after the other (mostly
//! just one), an array of documents, or no JSON at all. Documents go out whole. A payload that is too
//! large for that goes out resource by resource; since what it says beside its resources may stand
//! behind them, it is read twice then: from the file again, or, where it is a stream, from a copy on disk.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use serde::de::IgnoredAny;

use super::feed::MAX_VALUE_BYTES;
use super::large::{Ahead, LargePayload, Rest};
use super::{Batch, Batches, Content, Feed, FeedError, Opened, PayloadHead, Rereadable};
use crate::operation::Operation;
use crate::source::Position;
use crate::source::json::FaultKind;

/// A batch goes out when it holds this many bytes.
const BATCH_BYTES: usize = 512 << 10;
/// A payload of more bytes goes out resource by resource.
const LARGE_BYTES: usize = 4 << 20;
/// A file with a longer line among its first is no NDJSON.
const MAX_FIRST_LINE: usize = 16 << 20;
/// How much is looked at of an input that is no JSON.
const TEXT_BYTES: usize = 64 << 10;
/// Lines that are looked at to tell NDJSON from a document over several lines.
const FIRST_LINES: usize = 3;

/// Why an input could not be cut up, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A value in it is too large to be held.
    #[error("a value takes more than {} MiB", MAX_VALUE_BYTES >> 20)]
    TooLarge {
        /// Where it begins.
        at: Position,
    },
    /// It is no well-formed JSON.
    #[error("{kind}")]
    Fault {
        /// Where.
        at: Position,
        /// What is wrong there.
        kind: FaultKind,
    },
    /// It begins with a byte order mark of UTF-8.
    #[error("the file begins with a byte order mark")]
    ByteOrderMark,
    /// It begins with a byte order mark of UTF-16.
    #[error("the file is UTF-16")]
    Utf16,
    /// Nobody wants more batches.
    #[error("the run has ended")]
    Stopped,
}

impl From<FeedError> for SplitError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Io(error) => Self::Io(error),
            FeedError::TooLarge { at } => Self::TooLarge { at },
            FeedError::Fault { at, kind } => Self::Fault { at, kind },
        }
    }
}

/// Cuts up one input.
pub struct Splitter<'s> {
    feed: Feed,
    rereadable: Option<Rereadable>,
    /// A packed file that is read a second time: it is unpacked no further than the first time has come.
    second: Option<Feed>,
    forced: Option<Operation>,
    /// Where documents stand in the feed that were not handed out yet.
    spans: Vec<Range<usize>>,
    /// Index of the first of them, or of the next document.
    next_document: u64,
    /// Whether the input is one document, as far as is known.
    single: bool,
    batches: &'s mut dyn Batches,
}

impl<'s> Splitter<'s> {
    /// Cuts up `opened`; each batch goes to `batches`, which says whether to go on.
    ///
    /// `forced` is the operation that all documents are of, where the user says so.
    ///
    /// # Errors
    ///
    /// Where the input cannot be read, or what is wrong with it makes the rest unreadable. Faults within a
    /// document that is handed out are left to those who parse it.
    pub fn run(
        opened: &mut Opened,
        forced: Option<Operation>,
        batches: &'s mut dyn Batches,
    ) -> Result<(), SplitError> {
        let reader = std::mem::replace(&mut opened.reader, Box::new(io::empty()));
        let feed = Feed::new(reader, Position::START);
        let rereadable = opened.rereadable.take();
        let spans = Vec::new();
        Self { feed, rereadable, second: None, forced, spans, next_document: 0, single: true, batches }
            .split()
    }

    fn split(&mut self) -> Result<(), SplitError> {
        self.feed.fill(4)?;
        match self.feed.text() {
            [0xEF, 0xBB, 0xBF, ..] => return Err(SplitError::ByteOrderMark),
            [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] => return Err(SplitError::Utf16),
            _ => {}
        }
        match self.feed.next_solid()? {
            None => Err(SplitError::Fault { at: Position::START, kind: FaultKind::Empty }),
            Some(b'{') if self.is_lines()? => self.lines(),
            Some(b'{' | b'[') => self.documents(),
            Some(_) => {
                let cut = self.feed.fill(TEXT_BYTES + 1)?;
                self.feed.advance(TEXT_BYTES);
                self.send(Content::Text { cut })
            }
        }
    }

    /// Whether each line is a document, told by the first few lines that are not blank.
    ///
    /// A document over several lines may hold objects on lines of their own, and a line of NDJSON may be
    /// broken, so that one line alone tells nothing.
    fn is_lines(&mut self) -> io::Result<bool> {
        let mut spans = Vec::with_capacity(FIRST_LINES);
        let mut start = 0;
        while spans.len() < FIRST_LINES {
            let Some(end) = self.line_end(start)? else {
                return Ok(false);
            };
            if !self.ahead().get(start..end).unwrap_or_default().trim_ascii().is_empty() {
                spans.push(start..end);
            }
            if end == self.ahead().len() {
                break;
            }
            start = end + 1;
        }
        if spans.len() < 2 {
            return Ok(false);
        }
        let line = |span: &Range<usize>| self.ahead().get(span.clone()).unwrap_or_default().trim_ascii();
        let lines: Vec<Line> = spans.iter().map(|span| Line::of(line(span))).collect();
        Ok(match *lines.as_slice() {
            // Behind a whole document, an array may stand, or another document begin that takes several lines.
            [Line::Whole, Line::Array, ..]
            | [Line::Whole, Line::Begun { .. }, Line::Other | Line::Begun { more: true }] => false,
            // The first line may be broken, or the next ones may lie within its document.
            [Line::Whole, ..]
            | [_, Line::Whole]
            | [_, Line::Whole, Line::Whole | Line::Begun { more: false }] => true,
            _ => false,
        })
    }

    /// The end of the line that starts so far ahead; `None` where it is longer than lines of NDJSON are.
    fn line_end(&mut self, start: usize) -> io::Result<Option<usize>> {
        let mut searched = start;
        loop {
            let ahead = self.ahead();
            let rest = ahead.get(searched..).unwrap_or_default();
            if let Some(length) = memchr::memchr(b'\n', rest) {
                return Ok(Some(searched + length));
            }
            searched = ahead.len();
            if searched > start + MAX_FIRST_LINE {
                return Ok(None);
            }
            if !self.feed.fill(searched + 1)? {
                return Ok(Some(searched.max(start)));
            }
        }
    }

    fn ahead(&self) -> &[u8] {
        self.feed.text().get(self.feed.cursor()..).unwrap_or_default()
    }

    fn lines(&mut self) -> Result<(), SplitError> {
        let mut first_document = 0;
        loop {
            let mut wanted = BATCH_BYTES;
            let end = loop {
                let whole = self.feed.fill(wanted)?;
                let ahead = self.ahead();
                match memchr::memrchr(b'\n', ahead) {
                    _ if !whole => break ahead.len(),
                    Some(last) => break last + 1,
                    None if ahead.len() > MAX_VALUE_BYTES => {
                        return Err(SplitError::TooLarge { at: self.feed.position() });
                    }
                    None => wanted = 2 * ahead.len(),
                }
            };
            if end == 0 {
                return Ok(());
            }
            let count = solid_lines(self.ahead().get(..end).unwrap_or_default());
            self.feed.advance(end);
            if count > 0 {
                self.send(Content::Lines { first_document })?;
            } else {
                self.feed.drop_used();
            }
            first_document += count;
        }
    }

    /// Documents one after the other.
    fn documents(&mut self) -> Result<(), SplitError> {
        while let Some(first) = self.feed.next_solid()? {
            if first == b'[' {
                self.flush()?;
                self.single = false;
                self.array()?;
                continue;
            }
            // What is not well-formed is for the parser to say, as long as it is at hand.
            let start = self.feed.cursor();
            let span = match self.feed.take_value_within(0, LARGE_BYTES) {
                Ok(Some(span)) => span,
                Ok(None) if first == b'{' => {
                    self.large(false)?;
                    continue;
                }
                Ok(None) => self.feed.take_value(0)?,
                Err(FeedError::Fault { .. }) if self.feed.is_finished() => {
                    let end = self.feed.text().len();
                    self.feed.advance(end);
                    start..end
                }
                Err(error) => return self.fail(error.into()),
            };
            self.more_follow()?;
            self.spans.push(span);
            if self.feed.cursor() >= BATCH_BYTES {
                self.flush()?;
            }
        }
        self.flush()
    }

    /// After the first document: whether it is the only one.
    fn more_follow(&mut self) -> io::Result<()> {
        if self.single && self.next_document == 0 && self.spans.is_empty() {
            self.single = self.feed.next_solid()?.is_none();
        }
        Ok(())
    }

    /// Hands out the documents that are waiting.
    fn flush(&mut self) -> Result<(), SplitError> {
        let spans = std::mem::take(&mut self.spans);
        if spans.is_empty() {
            self.feed.drop_used();
            return Ok(());
        }
        let count = spans.len() as u64;
        let first_document = (!self.single).then_some(self.next_document);
        self.next_document += count;
        self.send(Content::Documents { first_document, spans })
    }

    /// Hands out what was whole, so that it is not lost with the rest.
    fn fail(&mut self, error: SplitError) -> Result<(), SplitError> {
        self.flush()?;
        Err(error)
    }

    /// An array of documents.
    fn array(&mut self) -> Result<(), SplitError> {
        let start = self.feed.cursor();
        self.feed.advance(1);
        if self.feed.next_solid()? == Some(b']') {
            self.feed.advance(1);
            self.spans.push(start..self.feed.cursor());
            return self.flush();
        }
        loop {
            let first = self.feed.next_solid()?;
            match self.feed.take_value_within(1, LARGE_BYTES) {
                Ok(Some(span)) => self.spans.push(span),
                Ok(None) if first == Some(b'{') => self.large(true)?,
                Ok(None) => {
                    let span = self.feed.take_value(1)?;
                    self.spans.push(span);
                }
                Err(error) => return self.fail(error.into()),
            }
            let closed = match self.closed() {
                Ok(closed) => closed,
                Err(error) => return self.fail(error),
            };
            if closed || self.feed.cursor() >= BATCH_BYTES {
                self.flush()?;
            }
            if closed {
                return Ok(());
            }
        }
    }

    /// After an element: over its comma, or over the bracket that closes the array.
    fn closed(&mut self) -> Result<bool, SplitError> {
        match self.feed.next_solid()? {
            Some(b',') => {
                self.feed.advance(1);
                Ok(false)
            }
            Some(b']') => {
                self.feed.advance(1);
                Ok(true)
            }
            _ => Err(self.feed.unexpected("`,` or `]`").into()),
        }
    }

    /// An object too large to be held: first what it says beside its resources, then those.
    fn large(&mut self, in_array: bool) -> Result<(), SplitError> {
        self.flush()?;
        let start = self.feed.position();
        if self.rereadable.is_none() {
            self.feed.spool_to(tempfile::tempfile()?)?;
        }
        let threads = self.batches.threads();
        let ahead = self.rereadable.as_ref().and_then(|file| Ahead::new(file, threads));
        let rest = Rest::read(&mut self.feed, self.forced, ahead)?;
        let spool = self.feed.take_spool();
        if !in_array {
            self.more_follow()?;
        }
        let document = (!self.single).then_some(self.next_document);
        self.next_document += 1;
        let Some(payload) = rest.payload(self.forced) else {
            // It tells by itself what it is, or what is wrong with it.
            let spans = Vec::from([0..rest.text.len()]);
            let content = Content::Documents { first_document: document, spans };
            return self.hand_out(Batch { text: rest.text, base: start, gaps: rest.gaps, content });
        };
        let LargePayload { operation, collection, members } = payload;
        let head =
            Arc::new(PayloadHead { operation, document, start, resources: collection.elements, members });
        let content = Content::Head(Arc::clone(&head));
        self.hand_out(Batch { text: rest.text, base: start, gaps: rest.gaps, content })?;
        let at = collection.start;
        let again = match spool {
            Some(mut spool) => {
                spool.seek(SeekFrom::Start(at.byte - start.byte))?;
                Feed::new(Box::new(spool), at)
            }
            None => self.second_feed(at)?,
        };
        self.resources(again, &head)
    }

    /// A feed of the same file that begins at `at`.
    fn second_feed(&mut self, at: Position) -> io::Result<Feed> {
        let Some(file) = &self.rereadable else {
            return Err(io::Error::other("the input cannot be read again"));
        };
        if let Some(path) = file.plain_path() {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(at.byte))?;
            return Ok(Feed::new(Box::new(file), at));
        }
        let mut second = match self.second.take() {
            Some(second) => second,
            None => Feed::new(file.again()?, Position::START),
        };
        second.forward_to(at)?;
        Ok(second)
    }

    /// The elements of the array at the start of `feed`.
    fn resources(&mut self, mut feed: Feed, head: &Arc<PayloadHead>) -> Result<(), SplitError> {
        std::mem::swap(&mut self.feed, &mut feed);
        let result = self.resources_here(head);
        std::mem::swap(&mut self.feed, &mut feed);
        if self.rereadable.as_ref().is_some_and(|file| file.plain_path().is_none()) {
            self.second = Some(feed);
        }
        result
    }

    fn resources_here(&mut self, head: &Arc<PayloadHead>) -> Result<(), SplitError> {
        self.feed.expect(b'[', "`[`")?;
        let mut first_index = 0;
        let mut spans = Vec::new();
        let mut last = self.feed.next_solid()? == Some(b']');
        loop {
            if !last {
                self.feed.next_solid()?;
                spans.push(self.feed.take_value(2)?);
                last = self.closed()?;
            }
            if last || self.feed.cursor() >= BATCH_BYTES {
                let spans = std::mem::take(&mut spans);
                let count = spans.len() as u64;
                self.send(Content::Resources { head: Arc::clone(head), first_index, spans, last })?;
                first_index += count;
            }
            if first_index > head.resources || (last && first_index != head.resources) {
                return Err(io::Error::other("it changed while it was read").into());
            }
            if last {
                return Ok(());
            }
        }
    }

    fn send(&mut self, content: Content) -> Result<(), SplitError> {
        let (text, base) = self.feed.take_used(self.batches.spare());
        self.hand_out(Batch { text, base, gaps: Vec::new(), content })
    }

    fn hand_out(&mut self, batch: Batch) -> Result<(), SplitError> {
        if self.batches.take(batch) { Ok(()) } else { Err(SplitError::Stopped) }
    }
}

/// What a line holds.
#[derive(Clone, Copy)]
enum Line {
    /// A well-formed object.
    Whole,
    /// The first bytes of an object, or a broken one.
    Begun {
        /// Whether a comma at its end says that more follows.
        more: bool,
    },
    /// The first bytes of an array, or all of it.
    Array,
    /// Something else.
    Other,
}

impl Line {
    fn of(line: &[u8]) -> Self {
        match line.first() {
            Some(b'{') if serde_json::from_slice::<IgnoredAny>(line).is_ok() => Self::Whole,
            Some(b'{') => Self::Begun { more: line.ends_with(b",") },
            Some(b'[') => Self::Array,
            _ => Self::Other,
        }
    }
}

/// How many lines are not blank.
fn solid_lines(text: &[u8]) -> u64 {
    let mut count = 0;
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        let line = text.get(start..end).unwrap_or_default();
        count += u64::from(!line.trim_ascii().is_empty());
        start = end + 1;
    }
    count
}
