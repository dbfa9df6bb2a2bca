//! Cutting the bytes of an input into documents and resources, without ever holding all of them.
//!
//! An input is one of four things: a document a line (NDJSON), documents one after the other (mostly
//! just one), an array of documents, or no JSON at all. Documents go out whole. A payload that is too
//! large for that goes out resource by resource; since what it says beside its resources may stand
//! behind them, it is read twice then: from the file again, or from a copy on disk.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::recognise::{Document, Members, Recognised, recognise};
use super::{Batch, Content, Feed, FeedError, Opened, PayloadHead};
use crate::operation::Operation;
use crate::source::Position;
use crate::source::json::{FaultKind, check};

/// A batch goes out when it holds this many bytes.
const BATCH_BYTES: usize = 512 << 10;
/// A payload of more bytes goes out resource by resource.
const LARGE_BYTES: usize = 4 << 20;
/// A first line longer than this is no line of NDJSON.
const MAX_FIRST_LINE: usize = 16 << 20;
/// A member of a large payload that is kept beside its resources.
const MAX_MEMBER_BYTES: usize = 1 << 20;
/// How much is looked at of an input that is no JSON.
const TEXT_BYTES: usize = 64 << 10;

/// Why an input could not be cut up, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
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
            FeedError::Fault { at, kind } => Self::Fault { at, kind },
        }
    }
}

/// Cuts up one input.
pub struct Splitter<'s> {
    feed: Feed,
    rereadable: Option<PathBuf>,
    forced: Option<Operation>,
    emit: &'s mut dyn FnMut(Batch) -> bool,
}

impl<'s> Splitter<'s> {
    /// Cuts up `opened`; each batch goes to `emit`, which says whether to go on.
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
        emit: &'s mut dyn FnMut(Batch) -> bool,
    ) -> Result<(), SplitError> {
        let reader = std::mem::replace(&mut opened.reader, Box::new(io::empty()));
        let feed = Feed::new(reader, Position::START);
        Self { feed, rereadable: opened.rereadable.clone(), forced, emit }.split()
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
                self.feed.fill(TEXT_BYTES)?;
                self.feed.advance(TEXT_BYTES);
                self.send(Content::Text)
            }
        }
    }

    /// Whether each line is a document: the first one that is not blank holds a whole object and is not the
    /// last, or it and the next begin with one.
    fn is_lines(&mut self) -> io::Result<bool> {
        let line_end = loop {
            let ahead = self.ahead();
            if let Some(end) = memchr::memchr(b'\n', ahead) {
                break end;
            }
            let seen = ahead.len();
            if seen > MAX_FIRST_LINE || !self.feed.fill(seen + 1)? {
                return Ok(false);
            }
        };
        // The start of the next line that is not blank.
        let mut next = line_end + 1;
        let follows = loop {
            if !self.feed.fill(next + 1)? {
                return Ok(false);
            }
            match self.ahead().get(next) {
                Some(b'\n' | b'\r') => next += 1,
                Some(&byte) => break byte,
                None => return Ok(false),
            }
        };
        let line = self.ahead().get(..line_end).unwrap_or_default();
        let whole = std::str::from_utf8(line).is_ok_and(|line| check(line.trim(), 0).is_ok());
        Ok(follows == b'{' || (whole && !matches!(follows, b' ' | b'\t')))
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
        let mut index = 0;
        let mut single = true;
        let mut spans = Vec::new();
        while let Some(first) = self.feed.next_solid()? {
            if first == b'[' {
                self.flush(&mut spans, (!single).then_some(index))?;
                index += self.array(index)?;
                single = false;
                continue;
            }
            if first == b'{' && !self.ends_within(LARGE_BYTES)? {
                self.flush(&mut spans, (!single).then_some(index))?;
                self.large(if single { None } else { Some(index) }, index)?;
                index += 1;
                single = false;
                continue;
            }
            // What is not well-formed is for the parser to say, as long as it is at hand.
            let start = self.feed.cursor();
            let span = match self.feed.skip_value(0, true) {
                Ok(span) => span,
                Err(FeedError::Fault { .. }) if self.feed.is_finished() => {
                    let end = self.feed.text().len();
                    self.feed.advance(end);
                    start..end
                }
                Err(error) => return Err(error.into()),
            };
            if index == 0 && single {
                single = self.feed.next_solid()?.is_none();
            }
            spans.push(span);
            if self.feed.cursor() >= BATCH_BYTES {
                let count = spans.len() as u64;
                self.flush(&mut spans, (!single).then_some(index))?;
                index += count;
            }
        }
        self.flush(&mut spans, (!single).then_some(index))
    }

    fn flush(
        &mut self,
        spans: &mut Vec<Range<usize>>,
        first_document: Option<u64>,
    ) -> Result<(), SplitError> {
        if spans.is_empty() {
            self.feed.drop_used();
            return Ok(());
        }
        self.send(Content::Documents { first_document, spans: std::mem::take(spans) })
    }

    /// Whether the object at the cursor ends within `bytes`, or is broken off before.
    fn ends_within(&mut self, bytes: usize) -> io::Result<bool> {
        use crate::source::json::{MAX_DEPTH, Skip, Skipper};
        let mut skipper = Skipper::new(MAX_DEPTH);
        let mut walked = 0;
        while walked <= bytes {
            match skipper.walk(self.ahead(), walked) {
                Skip::More => {
                    walked = self.ahead().len();
                    if !self.feed.fill(walked + 1)? {
                        return Ok(true);
                    }
                }
                Skip::End(end) => return Ok(end <= bytes),
                Skip::Mismatch(_) | Skip::TooDeep(_) => {
                    // Broken: hand out what can be held, for the parser to say what is wrong.
                    return Ok(self.feed.is_finished());
                }
            }
        }
        Ok(false)
    }

    /// An array of documents, of which `first` were handed out before. How many it holds.
    fn array(&mut self, first: u64) -> Result<u64, SplitError> {
        let start = self.feed.cursor();
        self.feed.advance(1);
        if self.feed.next_solid()? == Some(b']') {
            self.feed.advance(1);
            let end = self.feed.cursor();
            let mut spans = Vec::from([start..end]);
            self.flush(&mut spans, Some(first))?;
            return Ok(1);
        }
        let mut spans = Vec::new();
        let mut index = first;
        loop {
            self.feed.next_solid()?;
            let element = self.feed.skip_value(1, true);
            let after = match element {
                Ok(span) => {
                    spans.push(span);
                    self.closed()
                }
                Err(error) => Err(error.into()),
            };
            let Ok(closed) = after else {
                // What was whole so far is not lost.
                self.flush(&mut spans, Some(index))?;
                return after.map(|_| 0);
            };
            if closed || self.feed.cursor() >= BATCH_BYTES {
                let count = spans.len() as u64;
                self.flush(&mut spans, Some(index))?;
                index += count;
            }
            if closed {
                return Ok(index - first);
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

    /// A document too large to be held: first its members, then the resources among them.
    fn large(&mut self, document: Option<u64>, index: u64) -> Result<(), SplitError> {
        self.feed.drop_used();
        let start = self.feed.position();
        if self.rereadable.is_none() {
            self.feed.spool_to(tempfile::tempfile()?)?;
        }
        let members = self.large_members()?;
        let spool = self.feed.take_spool();
        // More documents may follow, which only now shows.
        let document = match document {
            None if self.feed.next_solid()?.is_some() => Some(index),
            other => other,
        };
        let skeleton = skeleton(&members);
        let recognised = serde_json::from_str::<Document<'_>>(&skeleton).ok().and_then(|parsed| {
            match (parsed, self.forced) {
                (Document::Object(parsed), forced) => payload_of(&parsed, forced),
                _ => None,
            }
        });
        let Some(operation) = recognised else {
            // Its members tell what it is, or is not.
            let spans = Vec::from([0..skeleton.len()]);
            let content = Content::Documents { first_document: document, spans };
            return self.hand_out(Batch { text: skeleton.into_bytes(), base: start, content });
        };
        let is_collection = |member: &&LargeMember| Some(member.name.as_str()) == operation.collection();
        let Some(collection) = members.iter().find(is_collection) else {
            return Ok(());
        };
        let at = collection.start;
        let head = Arc::new(PayloadHead {
            operation,
            document,
            start,
            members: members
                .iter()
                .filter(|member| !is_collection(member))
                .filter_map(|member| {
                    let value = RawValue::from_string(member.sample.clone()).ok()?;
                    Some((member.name.clone(), value))
                })
                .collect(),
        });
        let again = match (spool, &self.rereadable) {
            (Some(mut spool), _) => {
                spool.seek(SeekFrom::Start(at.byte - start.byte))?;
                spool
            }
            (None, Some(path)) => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(at.byte))?;
                file
            }
            (None, None) => return Err(io::Error::other("the input cannot be read again").into()),
        };
        self.resources(Feed::new(Box::new(again), at), &head)
    }

    /// The members of the object at the cursor.
    fn large_members(&mut self) -> Result<Vec<LargeMember>, SplitError> {
        let mut members: Vec<LargeMember> = Vec::new();
        let mut names: HashMap<String, usize> = HashMap::new();
        self.feed.expect(b'{', "`{`")?;
        loop {
            if self.feed.next_solid()? != Some(b'"') {
                return Err(self.feed.unexpected("a name in double quotes").into());
            }
            let name_at = self.feed.position();
            let span = self.feed.skip_value(1, true)?;
            let quoted = String::from_utf8_lossy(self.feed.text().get(span).unwrap_or_default());
            let name: String = serde_json::from_str(&quoted)
                .map_err(|_| SplitError::Fault { at: name_at, kind: FaultKind::BadEscape })?;
            let byte = usize::try_from(name_at.byte).unwrap_or(usize::MAX);
            if let Some(first) = names.insert(name.clone(), byte) {
                let kind = FaultKind::DuplicateKey { key: name, first };
                return Err(SplitError::Fault { at: name_at, kind });
            }
            self.feed.expect(b':', "`:`")?;
            let value = self.feed.next_solid()?;
            let start = self.feed.position();
            let sample = if value == Some(b'[') { self.large_array()? } else { self.large_value(start)? };
            members.push(LargeMember { name, start, sample });
            self.feed.drop_used();
            match self.feed.next_solid()? {
                Some(b',') => self.feed.advance(1),
                Some(b'}') => {
                    self.feed.advance(1);
                    self.feed.drop_used();
                    return Ok(members);
                }
                _ => return Err(self.feed.unexpected("`,` or `}`").into()),
            }
        }
    }

    /// A member that is no array: its text, if it is of a sensible size.
    fn large_value(&mut self, start: Position) -> Result<String, SplitError> {
        self.feed.drop_used();
        let span = self.feed.skip_value(1, true)?;
        if span.len() > MAX_MEMBER_BYTES {
            return Ok("null".to_owned());
        }
        let bytes = self.feed.text().get(span).unwrap_or_default();
        let text = String::from_utf8_lossy(bytes).into_owned();
        match check(&text, 1) {
            Ok(()) => Ok(text),
            Err(fault) => {
                let at = start.after(text.as_bytes().get(..fault.span.start).unwrap_or_default());
                Err(SplitError::Fault { at, kind: fault.kind })
            }
        }
    }

    /// An array: its text where it is short, else an array of its first element.
    fn large_array(&mut self) -> Result<String, SplitError> {
        self.feed.drop_used();
        self.feed.advance(1);
        if self.feed.next_solid()? == Some(b']') {
            self.feed.advance(1);
            return Ok("[]".to_owned());
        }
        let mut sample = None;
        let mut closed = false;
        while !closed {
            self.feed.next_solid()?;
            let span = self.feed.skip_value(2, sample.is_none())?;
            if sample.is_none() {
                let element = self.feed.text().get(span).unwrap_or_default();
                let text = std::str::from_utf8(element).ok().filter(|text| check(text, 2).is_ok());
                sample = Some(text.unwrap_or("null").to_owned());
            }
            closed = self.closed()?;
            if self.feed.cursor() > BATCH_BYTES {
                self.feed.drop_used();
            }
        }
        Ok(format!("[{}]", sample.unwrap_or_default()))
    }

    /// The elements of the array at the start of `feed`.
    fn resources(&mut self, mut feed: Feed, head: &Arc<PayloadHead>) -> Result<(), SplitError> {
        std::mem::swap(&mut self.feed, &mut feed);
        let result = self.resources_here(head);
        std::mem::swap(&mut self.feed, &mut feed);
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
                spans.push(self.feed.skip_value(2, true)?);
                last = self.closed()?;
            }
            if last || self.feed.cursor() >= BATCH_BYTES {
                let spans = std::mem::take(&mut spans);
                let count = spans.len() as u64;
                self.send(Content::Resources { head: Arc::clone(head), first_index, spans, last })?;
                first_index += count;
            }
            if last {
                return Ok(());
            }
        }
    }

    fn send(&mut self, content: Content) -> Result<(), SplitError> {
        let (text, base) = self.feed.take_used();
        self.hand_out(Batch { text, base, content })
    }

    fn hand_out(&mut self, batch: Batch) -> Result<(), SplitError> {
        if (self.emit)(batch) { Ok(()) } else { Err(SplitError::Stopped) }
    }
}

/// A member of a document that is too large to be held.
struct LargeMember {
    name: String,
    /// Where its value begins.
    start: Position,
    /// Its value; of a long array only the first element.
    sample: String,
}

/// The document, with only the first element of each array.
fn skeleton(members: &[LargeMember]) -> String {
    let texts: Vec<String> = members
        .iter()
        .map(|member| {
            let name = serde_json::Value::from(member.name.as_str());
            format!("{name}:{}", member.sample)
        })
        .collect();
    format!("{{{}}}", texts.join(","))
}

/// The operation, where the members are those of a payload with a collection.
fn payload_of(members: &Members<'_>, forced: Option<Operation>) -> Option<Operation> {
    match recognise(members, forced) {
        Recognised::Payload { operation, collection: Some(collection) }
            if collection.get().starts_with('[') =>
        {
            Some(operation)
        }
        _ => None,
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
