//! Resources that stand twice, found among any number in bounded memory.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::duplicates::Seen;

/// Parts that are searched by themselves. The identities of resources are spread over them.
const PARTS: usize = 256;
/// Entries that are held in memory; more wait on disk.
const HELD: usize = 1 << 20;
/// Fewer are searched at once.
const WORTH_THREADS: usize = 1 << 14;

/// A resource, and the number of the file that it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) seen: Seen,
    pub(super) file: u32,
}

impl Entry {
    /// Bytes of an entry on disk.
    const BYTES: usize = Seen::BYTES + 4;

    fn write(&self, out: &mut Vec<u8>) {
        self.seen.write(out);
        out.extend_from_slice(&self.file.to_le_bytes());
    }

    fn read(bytes: &[u8; Self::BYTES]) -> Option<Self> {
        let (seen, file) = bytes.split_first_chunk::<{ Seen::BYTES }>()?;
        Some(Self { seen: Seen::read(seen)?, file: u32::from_le_bytes(*file.first_chunk()?) })
    }

    const fn order(&self) -> (u32, u64) {
        (self.file, self.seen.position.byte)
    }
}

/// Entries in blocks: nothing moves when there are more.
type Part = Vec<Vec<Entry>>;

/// Entries of a block.
const BLOCK: usize = 64;

/// The resources of a file, or of several.
#[derive(Debug, Default)]
pub(super) struct Register {
    parts: Vec<Part>,
    held: usize,
    spilled: Option<Spilled>,
    most_held: Option<NonZeroUsize>,
}

/// Entries on disk.
#[derive(Debug)]
struct Spilled {
    file: File,
    end: u64,
    /// For each part, where its entries stand and how many they are.
    chunks: Vec<Vec<(u64, usize)>>,
}

/// A resource that stands twice: where first, and where again.
pub(super) type Pair = (Entry, Entry);

/// What stands twice.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How many stand twice with the same content.
    pub(super) repeated: u64,
    /// The first of them.
    pub(super) first_repeated: Option<Pair>,
    /// How many stand twice with other content.
    pub(super) different: u64,
    /// The first of them.
    pub(super) first_different: Vec<Pair>,
}

impl Register {
    /// Adds a resource.
    ///
    /// # Errors
    ///
    /// Where what is too much for memory cannot be written to disk.
    pub(super) fn add(&mut self, entry: Entry) -> io::Result<()> {
        if self.parts.is_empty() {
            self.parts.resize_with(PARTS, Vec::new);
        }
        if let Some(part) = self.parts.get_mut(entry.seen.spread() % PARTS) {
            match part.last_mut() {
                Some(block) if block.len() < BLOCK => block.push(entry),
                _ => {
                    let mut block = Vec::with_capacity(BLOCK);
                    block.push(entry);
                    part.push(block);
                }
            }
            self.held += 1;
        }
        if self.held >= self.most_held.map_or(HELD, NonZeroUsize::get) { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            none => {
                none.insert(Spilled { file: tempfile::tempfile()?, end: 0, chunks: vec![Vec::new(); PARTS] })
            }
        };
        spilled.file.seek(SeekFrom::Start(spilled.end))?;
        let mut bytes = Vec::new();
        for (part, chunks) in self.parts.iter_mut().zip(&mut spilled.chunks) {
            bytes.clear();
            for entry in part.iter().flatten() {
                entry.write(&mut bytes);
            }
            spilled.file.write_all(&bytes)?;
            chunks.push((spilled.end, bytes.len() / Entry::BYTES));
            spilled.end += bytes.len() as u64;
            part.clear();
        }
        self.held = 0;
        Ok(())
    }

    /// Adds all resources to another register.
    ///
    /// # Errors
    ///
    /// Where what is on disk cannot be read, or more cannot be written.
    pub(super) fn pour_into(self, other: &mut Self) -> io::Result<()> {
        let spilled = self.spilled.map(Mutex::new);
        for (number, part) in self.parts.iter().enumerate() {
            for entry in all_of(part, number, spilled.as_ref())? {
                other.add(entry)?;
            }
        }
        Ok(())
    }

    /// Finds what stands twice, as far as it `matters`; of what differs, the first `most` pairs are given.
    ///
    /// # Errors
    ///
    /// Where what is on disk cannot be read.
    pub(super) fn find(
        &mut self,
        threads: NonZeroUsize,
        most: usize,
        matters: &(dyn Fn(&Entry) -> bool + Sync),
        counts: &(dyn Fn(&Pair) -> bool + Sync),
    ) -> io::Result<Found> {
        let threads = if self.spilled.is_none() && self.held < WORTH_THREADS { 1 } else { threads.get() };
        let spilled = self.spilled.take().map(Mutex::new);
        let next = AtomicUsize::new(0);
        let parts = &self.parts;
        let search = || -> io::Result<Found> {
            let mut found = Found::default();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(part) = parts.get(number) else { return Ok(found) };
                let mut entries = all_of(part, number, spilled.as_ref())?;
                entries.retain(|entry| matters(entry));
                found.add(&mut entries, most, counts);
            }
        };
        let mut found = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(search)).collect();
            let mut found = search()?;
            for other in others {
                // A thread that panicked found nothing that could be relied on.
                let other = other.join().map_err(|_| io::Error::other("the search failed"))?;
                found.merge(other?);
            }
            Ok::<Found, io::Error>(found)
        })?;
        self.spilled = spilled.and_then(|spilled| spilled.into_inner().ok());
        found.keep_first(most);
        Ok(found)
    }
}

/// All entries of a part: those that are held, and those on disk.
fn all_of(held: &[Vec<Entry>], number: usize, spilled: Option<&Mutex<Spilled>>) -> io::Result<Vec<Entry>> {
    let mut entries = held.concat();
    let Some(spilled) = spilled else { return Ok(entries) };
    let mut bytes = Vec::new();
    {
        let mut spilled = spilled.lock().map_err(|_| io::Error::other("the search failed"))?;
        let chunks = spilled.chunks.get(number).cloned().unwrap_or_default();
        for (start, count) in chunks {
            let before = bytes.len();
            bytes.resize(before + count * Entry::BYTES, 0);
            spilled.file.seek(SeekFrom::Start(start))?;
            spilled.file.read_exact(bytes.get_mut(before..).unwrap_or_default())?;
        }
    }
    let (all, _) = bytes.as_chunks::<{ Entry::BYTES }>();
    entries.extend(all.iter().filter_map(Entry::read));
    Ok(entries)
}

impl Found {
    fn add(&mut self, entries: &mut [Entry], most: usize, counts: &(dyn Fn(&Pair) -> bool + Sync)) {
        entries.sort_unstable_by_key(|entry| (entry.seen.identity(), entry.order()));
        for group in entries.chunk_by(|a, b| a.seen.identity() == b.seen.identity()) {
            let [first, others @ ..] = group else { continue };
            for pair in others.iter().map(|second| (*first, *second)).filter(counts) {
                if pair.0.seen.says_the_same(&pair.1.seen) {
                    self.repeated += 1;
                    self.earlier(pair);
                } else {
                    self.different += 1;
                    self.first_different.push(pair);
                }
            }
            if self.first_different.len() > 64 * most {
                self.keep_first(most);
            }
        }
    }

    fn earlier(&mut self, pair: Pair) {
        let is_earlier = |known: &Pair| pair.1.order() < known.1.order();
        if self.first_repeated.as_ref().is_none_or(is_earlier) {
            self.first_repeated = Some(pair);
        }
    }

    fn merge(&mut self, other: Self) {
        self.repeated += other.repeated;
        if let Some(pair) = other.first_repeated {
            self.earlier(pair);
        }
        self.different += other.different;
        self.first_different.extend(other.first_different);
    }

    fn keep_first(&mut self, most: usize) {
        self.first_different.sort_unstable_by_key(|(_, second)| second.order());
        self.first_different.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Resource;
    use crate::operation::Operation;
    use crate::source::Position;

    fn entry(id: u64, content: u64, line: u64, file: u32) -> Entry {
        let json = format!(r#"{{"InstanceId":"i-{id}","MissingCount":"{content}"}}"#);
        let resource = Resource::parse(Operation::ListInstancePatchStates, &json).unwrap();
        let position = Position { byte: 10 * line, line_1based: line, column_1based: 1 };
        Entry { seen: Seen::new(&resource.identity(), &resource, position).unwrap(), file }
    }

    fn lines(pair: Pair) -> (u64, u64) {
        (pair.0.seen.position.line_1based, pair.1.seen.position.line_1based)
    }

    fn find(register: &mut Register, threads: usize) -> Found {
        register.find(NonZeroUsize::new(threads).unwrap(), 3, &|_| true, &|_| true).unwrap()
    }

    #[test]
    fn what_stands_twice_is_found_in_the_order_of_its_second_places() {
        let mut register = Register::default();
        // Lines 1 to 6: `a` again with other content, `b` again with the same, and `a` once more.
        for (id, content, line) in [(1, 1, 1), (2, 1, 2), (1, 2, 3), (2, 1, 4), (3, 1, 5), (1, 1, 6)] {
            register.add(entry(id, content, line, 0)).unwrap();
        }
        let found = find(&mut register, 1);
        assert_eq!((found.repeated, found.different), (2, 1));
        assert_eq!(found.first_repeated.map(lines), Some((2, 4)));
        assert_eq!(found.first_different.into_iter().map(lines).collect::<Vec<_>>(), [(1, 3)]);
    }

    #[test]
    fn it_is_the_same_on_disk_and_with_several_threads() {
        let mut held = Register::default();
        let mut spilled = Register { most_held: NonZeroUsize::new(7), ..Register::default() };
        for line in 1..=1000 {
            // Every id stands twice, with other content where it is a multiple of 50.
            let id = line % 500;
            let content = if id % 50 == 0 { line } else { 0 };
            held.add(entry(id, content, line, 0)).unwrap();
            spilled.add(entry(id, content, line, 0)).unwrap();
        }
        for (is_spilled, threads) in [(false, 1), (true, 1), (true, 4)] {
            let found = find(if is_spilled { &mut spilled } else { &mut held }, threads);
            assert_eq!((found.repeated, found.different), (490, 10));
            assert_eq!(found.first_repeated.map(lines), Some((1, 501)));
            let different: Vec<_> = found.first_different.into_iter().map(lines).collect();
            assert_eq!(different, [(50, 550), (100, 600), (150, 650)]);
        }
        let mut all = Register::default();
        spilled.pour_into(&mut all).unwrap();
        assert_eq!(find(&mut all, 2).repeated, 490);
    }

    #[test]
    fn some_do_not_matter() {
        let mut register = Register::default();
        for (line, file) in [(1, 0), (2, 0), (3, 1), (4, 2)] {
            register.add(entry(1, 0, line, file)).unwrap();
        }
        let found =
            register.find(NonZeroUsize::MIN, 3, &|entry| entry.file < 2, &|(a, b)| a.file != b.file).unwrap();
        assert_eq!((found.repeated, found.first_repeated.map(lines)), (1, Some((1, 3))));
    }
}
