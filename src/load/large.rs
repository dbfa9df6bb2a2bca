//! A document that is too large to be held: what it says beside its resources, and where those begin.

use std::num::NonZeroUsize;
use std::ops::Range;

use serde_json::value::RawValue;

use super::feed::{Feed, FeedError, MAX_VALUE_BYTES};
use super::open::Rereadable;
use super::recognise::{Document, Recognised, recognise};
use super::survey::{Survey, Surveyed};
use crate::operation::Operation;
use crate::source::json::check;
use crate::source::{Gap, Position};

/// How much is moved out of the feed at a time.
const STEP_BYTES: usize = 512 << 10;

/// What lies ahead in a file that several threads may read.
#[derive(Clone, Copy)]
pub(super) struct Ahead<'f> {
    file: &'f Rereadable,
    survey: Survey<'f>,
}

impl<'f> Ahead<'f> {
    /// `None` where there is but one thread, or the file is packed.
    pub(super) fn new(file: &'f Rereadable, threads: NonZeroUsize) -> Option<Self> {
        Some(Self { file, survey: Survey::new(file.plain_path()?, threads)? })
    }

    /// Moves the feed, whose cursor stands behind a comma of the array that begins at `start`, to a later element.
    fn go(self, feed: &mut Feed, start: Position, first: &[u8]) -> Result<Option<Surveyed>, FeedError> {
        feed.next_solid()?;
        let from = feed.position();
        let Some(surveyed) = self.survey.ahead(from, from.byte - start.byte, first) else {
            return Ok(None);
        };
        let Some(reader) = self.file.resume(Feed::chunk_of(surveyed.next.byte))? else {
            return Ok(None);
        };
        feed.jump(reader, surveyed.next)?;
        Ok(Some(surveyed))
    }
}

/// A document with its arrays of resources cut down to one element, the first that is well-formed.
#[derive(Debug)]
pub(super) struct Rest {
    pub(super) text: Vec<u8>,
    pub(super) gaps: Vec<Gap>,
    /// The arrays that were cut down.
    collections: Vec<Collection>,
}

/// An array of resources.
#[derive(Clone, Copy, Debug)]
pub(super) struct Collection {
    name: &'static str,
    /// Where its bracket stands.
    pub(super) start: Position,
    /// How many elements it has.
    pub(super) elements: u64,
}

/// A payload with its collection.
#[derive(Debug)]
pub(super) struct LargePayload {
    pub(super) operation: Operation,
    pub(super) collection: Collection,
    /// The other members.
    pub(super) members: Vec<(String, Box<RawValue>)>,
}

impl Rest {
    /// Reads the object at the cursor to its end. `forced` is its operation, where the user says so; what lies `ahead` may
    /// be walked over by several threads.
    ///
    /// # Errors
    ///
    /// Where its brackets, names and commas are not those of an object, or the rest is too large as well.
    pub(super) fn read(
        feed: &mut Feed,
        forced: Option<Operation>,
        ahead: Option<Ahead<'_>>,
    ) -> Result<Self, FeedError> {
        feed.drop_used();
        let start = feed.position();
        let mut rest = Self { text: Vec::new(), gaps: Vec::new(), collections: Vec::new() };
        feed.expect(b'{', "`{`")?;
        let mut more = feed.next_solid()? != Some(b'}');
        if !more {
            feed.advance(1);
        }
        while more {
            if feed.next_solid()? != Some(b'"') {
                return Err(feed.unexpected("a name in double quotes"));
            }
            let name = feed.take_value(1)?;
            let name = collection_named(feed.text().get(name).unwrap_or_default(), forced);
            feed.expect(b':', "`:`")?;
            let value = feed.next_solid()?;
            match name {
                Some(name) if value == Some(b'[') => rest.collection(feed, name, ahead)?,
                _ => {
                    feed.take_value(1)?;
                }
            }
            more = match feed.next_solid()? {
                Some(b',') => true,
                Some(b'}') => false,
                _ => return Err(feed.unexpected("`,` or `}`")),
            };
            feed.advance(1);
            if feed.cursor() >= STEP_BYTES {
                rest.take(feed);
            }
            if rest.text.len() > MAX_VALUE_BYTES {
                return Err(FeedError::TooLarge { at: start });
            }
        }
        rest.take(feed);
        Ok(rest)
    }

    /// Moves the used bytes of the feed here.
    fn take(&mut self, feed: &mut Feed) {
        self.text.extend_from_slice(feed.text().get(..feed.cursor()).unwrap_or_default());
        feed.drop_used();
    }

    /// Goes on at the cursor of the feed, without what was dropped before.
    fn resume(&mut self, position: Position) {
        self.gaps.push(Gap { offset: self.text.len(), position });
    }

    /// The array at the cursor.
    fn collection(
        &mut self,
        feed: &mut Feed,
        name: &'static str,
        mut ahead: Option<Ahead<'_>>,
    ) -> Result<(), FeedError> {
        let start = feed.position();
        feed.advance(1);
        self.take(feed);
        let mut elements = 0;
        let mut sample: Option<Range<usize>> = None;
        let mut more = feed.next_solid()? != Some(b']');
        while more {
            feed.next_solid()?;
            let span = feed.take_value(2)?;
            elements += 1;
            if sample.is_none() {
                let element = feed.text().get(span.clone()).unwrap_or_default();
                if std::str::from_utf8(element).is_ok_and(|element| check(element, 2).is_ok()) {
                    self.resume(feed.position_of(span.start));
                    let start = self.text.len();
                    self.text.extend_from_slice(element);
                    sample = Some(start..self.text.len());
                }
            }
            more = match feed.next_solid()? {
                Some(b',') => true,
                Some(b']') => false,
                _ => return Err(feed.unexpected("`,` or `]`")),
            };
            if more {
                feed.advance(1);
            }
            if feed.cursor() >= STEP_BYTES {
                feed.drop_used();
                if more
                    && let (Some(far), Some(sample)) = (ahead, &sample)
                    && far.survey.is_worth_it(feed.byte() - start.byte)
                {
                    let first = self.text.get(sample.clone()).unwrap_or_default();
                    let surveyed = far.go(feed, start, first)?;
                    elements += surveyed.map_or(0, |surveyed| surveyed.elements);
                    ahead = ahead.filter(|_| surveyed.is_some_and(|surveyed| surveyed.goes_on));
                }
            }
        }
        feed.drop_used();
        self.resume(feed.position());
        feed.advance(1);
        self.collections.push(Collection { name, start, elements });
        Ok(())
    }

    /// The payload, where the document is one with a collection, and nothing is wrong with it.
    pub(super) fn payload(&self, forced: Option<Operation>) -> Option<LargePayload> {
        let text = std::str::from_utf8(&self.text).ok()?;
        check(text, 0).ok()?;
        let Document::Object(members) = serde_json::from_str(text).ok()? else {
            return None;
        };
        let Recognised::Payload { operation, collection: Some(_) } = recognise(&members, forced) else {
            return None;
        };
        let name = operation.collection()?;
        let collection = *self.collections.iter().find(|collection| collection.name == name)?;
        let members = members
            .iter()
            .filter(|(other, _)| other != name)
            .map(|(name, value)| (name.clone().into_owned(), (*value).to_owned()))
            .collect();
        Some(LargePayload { operation, collection, members })
    }
}

/// The collection that a name in quotes names.
fn collection_named(quoted: &[u8], forced: Option<Operation>) -> Option<&'static str> {
    let name: String = serde_json::from_slice(quoted).ok()?;
    let mut operations =
        Operation::ALL.into_iter().filter(|operation| forced.is_none_or(|f| f == *operation));
    operations.find_map(|operation| operation.collection().filter(|collection| *collection == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Tracker;

    fn rest(text: &str) -> Result<Rest, FeedError> {
        let bytes = std::io::Cursor::new(text.as_bytes().to_vec());
        let mut feed = Feed::new(Box::new(bytes), Position::START);
        feed.next_solid()?;
        Rest::read(&mut feed, None, None)
    }

    #[test]
    fn one_resource_stays_in_its_place() {
        let rest =
            rest("{\"a\": [1, 2], \"BatchList\": [{},\n {\"BatchId\": 2},\n 3 ],\n \"b\": {}} ").unwrap();
        assert_eq!(std::str::from_utf8(&rest.text), Ok("{\"a\": [1, 2], \"BatchList\": [{}],\n \"b\": {}}"));
        let mut tracker = Tracker::with_gaps(&rest.text, Position::START, &rest.gaps);
        let mut at = |what: &str| {
            let offset = std::str::from_utf8(&rest.text).unwrap().find(what).unwrap();
            let position = tracker.position(offset);
            (position.line_1based, position.column_1based)
        };
        // `{"a": [1, 2], "BatchList": [` is 28 characters long.
        assert_eq!((at("{}]"), at("],\n"), at("\"b\"")), ((1, 29), (3, 4), (4, 2)));
        let payload = rest.payload(None).unwrap();
        assert_eq!((payload.operation, payload.collection.elements), (Operation::ListPublishBatch, 3));
        assert_eq!(payload.collection.start.byte, 27);
        let names: Vec<_> = payload.members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn what_is_wrong_is_left_to_be_told() {
        for text in [
            "{\"BatchList\": [1], \"a\": tru}",
            "{\"BatchList\": [1], \"BatchList\": []}",
            "{\"a\": 1}",
            "{}",
            "{\"BatchList\": {}}",
        ] {
            assert!(rest(text).unwrap().payload(None).is_none(), "{text}");
        }
        for text in
            ["{\"BatchList\": [1 2]}", "{\"BatchList\": [1}", "{\"a\" 1}", "{\"a\": 1, }", "{\"a\": ["]
        {
            assert!(matches!(rest(text), Err(FeedError::Fault { .. })), "{text}");
        }
    }
}
