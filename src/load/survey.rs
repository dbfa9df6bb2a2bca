//! Walking over the elements of a very large array with several threads, only to see where it ends.
//!
//! Nobody knows whether a byte in the middle of a JSON text stands in a string before all that comes before it was read.
//! But where an element begins can be guessed, and the guess be checked: a thread walks from element to element, from a
//! guess on, and what it found counts only where the thread before it, whose start is known to be right, comes
//! to that very byte between two elements. From there on both would see the same.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use memchr::memmem;

use super::Feed;
use super::feed::FeedError;
use crate::source::Position;
use crate::source::json::string_end;

/// Most threads at a time: the memory gives no more than a few can take.
const MAX_THREADS: usize = 8;
/// A thread is worth its while for this many bytes.
const MIN_STRETCH: u64 = 1 << 20;
/// Bytes of a stretch, at most: what is behind the array is walked over in vain.
const MAX_STRETCH: u64 = 128 << 20;
/// How far the start of an element is looked for.
const GUESS_BYTES: usize = 256 << 10;
/// A longer element is left to those who hold elements.
const MAX_ELEMENT: usize = 4 << 20;

/// A file that several threads may read.
#[derive(Clone, Copy)]
pub(super) struct Survey<'f> {
    path: &'f Path,
    threads: usize,
}

/// How far a survey came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Surveyed {
    /// Elements that were walked over.
    pub(super) elements: u64,
    /// Where the next one begins. It, or what is behind it, may be ill-formed.
    pub(super) next: Position,
    /// Whether the array is likely to go on for long.
    pub(super) goes_on: bool,
}

/// What one thread walked over.
struct Stretch {
    elements: u64,
    /// Where it stopped, before an element, as seen from where it began.
    end: Position,
    /// Whether it came as far as it should.
    whole: bool,
}

impl<'f> Survey<'f> {
    /// `None` where one thread would be alone.
    pub(super) fn new(path: &'f Path, threads: NonZeroUsize) -> Option<Self> {
        let threads = threads.get().min(MAX_THREADS);
        (threads > 1).then_some(Self { path, threads })
    }

    /// How many bytes each thread walks over. What is walked over in vain, where the array ends soon, is at most twice what
    /// was walked over before.
    fn stretch(&self, walked: u64) -> u64 {
        (2 * walked / self.threads as u64).min(MAX_STRETCH)
    }

    /// Whether several threads have something to do behind so many bytes of an array.
    pub(super) fn is_worth_it(&self, walked: u64) -> bool {
        self.stretch(walked) >= MIN_STRETCH
    }

    /// Walks on from an element to one further behind. `walked` bytes of the array lie before it; `first` is
    /// its first element.
    ///
    /// There is nothing to say of an array that is not of objects which begin alike, nor of a file that cannot be read: who
    /// reads it in order will tell.
    pub(super) fn ahead(&self, from: Position, walked: u64, first: &[u8]) -> Option<Surveyed> {
        self.ahead_by(self.stretch(walked), from, first)
    }

    fn ahead_by(&self, stretch: u64, from: Position, first: &[u8]) -> Option<Surveyed> {
        let threads = self.threads as u64;
        let beginning = beginning(first)?;
        let mut starts = vec![from.byte];
        for number in 1..threads {
            starts.extend(self.guess(from.byte + number * stretch, beginning));
        }
        starts.dedup();
        if starts.len() < 2 {
            return None;
        }
        let end = from.byte + threads * stretch;
        let limits = starts.iter().copied().skip(1).chain([end]);
        let stretches: Vec<io::Result<Stretch>> = thread::scope(|scope| {
            let walkers: Vec<_> = starts
                .iter()
                .zip(limits)
                .map(|(&start, limit)| {
                    let walk = move || self.walk(start, limit);
                    thread::Builder::new().spawn_scoped(scope, walk)
                })
                .collect();
            let failed = || io::Error::other("a thread failed");
            walkers.into_iter().map(|walker| walker?.join().unwrap_or_else(|_| Err(failed()))).collect()
        });
        let mut surveyed = Surveyed { elements: 0, next: from, goes_on: true };
        for (start, stretch) in starts.iter().zip(stretches) {
            let Ok(stretch) = stretch else { break };
            if *start != surveyed.next.byte {
                // The guess was wrong, or everything from here on.
                break;
            }
            surveyed.elements += stretch.elements;
            surveyed.next = surveyed.next.join(stretch.end);
            surveyed.goes_on = stretch.whole;
        }
        (surveyed.elements > 0).then_some(surveyed)
    }

    /// A byte near `near` where an element may begin.
    fn guess(&self, near: u64, beginning: &[u8]) -> Option<u64> {
        let mut file = File::open(self.path).ok()?;
        file.seek(SeekFrom::Start(near)).ok()?;
        let mut bytes = Vec::with_capacity(GUESS_BYTES);
        file.take(GUESS_BYTES as u64).read_to_end(&mut bytes).ok()?;
        let at = memmem::find_iter(&bytes, beginning)
            .find(|&at| bytes.get(..at).unwrap_or_default().trim_ascii_end().ends_with(b","))?;
        Some(near + at as u64)
    }

    /// Walks from the element at `start` to the first one at or behind `limit`, or as far as it goes.
    fn walk(&self, start: u64, limit: u64) -> io::Result<Stretch> {
        let mut file = File::open(self.path)?;
        file.seek(SeekFrom::Start(start))?;
        let mut feed = Feed::new(Box::new(file), Position::START);
        let mut stretch = Stretch { elements: 0, end: Position::START, whole: false };
        loop {
            // Here an element begins, and nothing before it is of use.
            let before = feed.cursor();
            if start + feed.byte() >= limit {
                stretch.whole = true;
            } else if pass(&mut feed).is_ok() {
                stretch.elements += 1;
                if feed.cursor() >= GUESS_BYTES {
                    feed.drop_used();
                }
                continue;
            }
            stretch.end = feed.position_of(before);
            return Ok(stretch);
        }
    }
}

/// Moves from an element to the next one.
fn pass(feed: &mut Feed) -> Result<(), FeedError> {
    if feed.take_value_within(2, MAX_ELEMENT)?.is_none() {
        return Err(feed.unexpected("a value"));
    }
    feed.expect(b',', "`,`")?;
    feed.next_solid()?;
    Ok(())
}

/// An object up to the end of its first name.
fn beginning(element: &[u8]) -> Option<&[u8]> {
    let rest = element.strip_prefix(b"{")?;
    let quote = element.len() - rest.trim_ascii_start().len();
    if element.get(quote) != Some(&b'"') {
        return None;
    }
    element.get(..string_end(element, quote)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn survey<R>(text: &str, threads: usize, then: impl FnOnce(Survey<'_>) -> R) -> R {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        then(Survey::new(file.path(), NonZeroUsize::new(threads).unwrap()).unwrap())
    }

    #[test]
    fn one_thread_surveys_nothing() {
        assert!(Survey::new(Path::new("f"), NonZeroUsize::MIN).is_none());
    }

    #[test]
    fn objects_begin_with_their_first_name() {
        let begins = |element: &'static str| beginning(element.as_bytes());
        assert_eq!(begins(r#"{ "a\"b" : 1}"#), Some(&br#"{ "a\"b""#[..]));
        for element in ["{}", "[1]", "{", "{\"a", "7"] {
            assert_eq!(begins(element), None, "{element}");
        }
    }

    #[test]
    fn stretches_grow_with_what_is_known_of_the_array() {
        survey("", 4, |survey| {
            assert_eq!((survey.is_worth_it(2 << 20), survey.is_worth_it((2 << 20) - 2)), (true, false));
            assert_eq!((survey.stretch(6 << 20), survey.stretch(1 << 40)), (3 << 20, MAX_STRETCH));
        });
    }

    /// The starts of elements that two threads know, each with how many elements lie before it.
    fn walked(text: &str, stretch: u64) -> Vec<(u64, u64, bool)> {
        survey(text, 2, |survey| {
            let mut from = Position { byte: 1, line_1based: 1, column_1based: 2 };
            let mut elements = 0;
            let mut walked = Vec::new();
            while let Some(surveyed) = survey.ahead_by(stretch, from, b"{\"a\": 1}") {
                elements += surveyed.elements;
                from = surveyed.next;
                walked.push((elements, from.byte, surveyed.goes_on));
                if !surveyed.goes_on {
                    break;
                }
            }
            walked
        })
    }

    #[test]
    fn guesses_are_checked() {
        // Each element takes 10 bytes with its comma; the threads walk 20 bytes each.
        let plain = format!("[{}]", [r#"{"a":"b"}"#; 8].join(","));
        assert_eq!(walked(&plain, 20), [(4, 41, true), (7, 71, false)]);
        // The second guess stands within the fourth element: what was found from there does not count.
        let inner = r#"[{"a":"b"},{"a":"b"},{"a":"b","c":[{},{"a":2},{"a":3}]},{"a":"b"},{"a":"b"}]"#;
        assert_eq!(walked(inner, 20).first(), Some(&(3, 56, true)));
        // What is ill-formed is for others to find, and so is the end.
        let broken = r#"[{"a":"b"},{"a":"b"},{"a":"b"},{"a":"b"}{"a":"b"}]"#;
        assert_eq!(walked(broken, 20), [(3, 31, false)]);
        assert_eq!(walked(&plain[..66], 20), [(4, 41, true)], "no guess");
        assert_eq!(walked(&plain[..76], 20), [(4, 41, true), (7, 71, false)]);
    }

    fn element() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "\\{\"a\": ?[0-9]{1,9}, \"é\": null\\}",
            2 => "\\{\"a\": \"x, \\\\\"y\\{\\}\"\\}",
            1 => Just(r#"{"a": [{"a": 1}, {"a": 2}, {"a": [[]]}], "b": "],}"}"#.to_owned()),
            1 => Just(r#"{"b": "\",{\"a\": 1},{\"a\": 2},{\"a\"", "a": {}}"#.to_owned()),
            1 => "[0-9]{1,3}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn where_a_survey_ends_an_element_begins(
            elements in prop::collection::vec((element(), "[ \n]{0,2}"), 2..60),
            stretch in 1..300_u64,
            threads in 2..6_usize,
            end in prop_oneof![3 => Just(""), 1 => Just("]"), 1 => Just("} ]"), 1 => Just(" 1 {}]")],
        ) {
            let mut text = "[".to_owned();
            let mut starts = Vec::new();
            for (element, blank) in &elements {
                starts.push((text.len() as u64, Position::START.after(text.as_bytes())));
                text.push_str(element);
                text.push(',');
                text.push_str(blank);
            }
            text.truncate(text.trim_end().len() - 1);
            text.push_str(end);
            survey(&text, threads, |survey| {
                let (mut index, mut from) = (0, starts[0].1);
                while let Some(surveyed) = survey.ahead_by(stretch, from, br#"{"a": 1}"#) {
                    prop_assert!(surveyed.elements > 0);
                    index += usize::try_from(surveyed.elements).unwrap();
                    prop_assert_eq!(Some(surveyed.next), starts.get(index).map(|start| start.1), "{}", text);
                    from = surveyed.next;
                    if !surveyed.goes_on {
                        break;
                    }
                }
                Ok(())
            })?;
        }
    }
}
