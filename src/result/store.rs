//! Findings at hand, in memory or on disk.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Seek as _, SeekFrom, Write as _};

use super::{FindingV1, HeadV1};

/// Findings that are kept in memory; where there are more, all but the last of them are on disk.
const MEMORY_BYTES: usize = 8 << 20;
const BUFFER_BYTES: usize = 64 << 10;

/// A result with its findings.
#[derive(Debug)]
pub struct Recorded {
    /// All but the findings.
    pub head: HeadV1,
    /// The findings, in their order.
    pub findings: Store,
}

/// Findings as lines of JSON, to be gone through as often as needed, by several threads at once.
#[derive(Debug, Default)]
pub struct Store {
    /// The first lines, where there are many.
    disk: Option<Disk>,
    /// The lines behind those.
    memory: Vec<u8>,
    count: u64,
}

/// A temporary file that nobody else knows.
#[derive(Debug)]
struct Disk {
    file: File,
    bytes: u64,
}

impl Store {
    /// Adds findings, each a line that ends in a line feed.
    ///
    /// # Errors
    ///
    /// Where the temporary file cannot be written.
    pub fn add(&mut self, lines: &[u8]) -> io::Result<()> {
        self.count += memchr::memchr_iter(b'\n', lines).count() as u64;
        let room = if self.disk.is_some() { BUFFER_BYTES } else { MEMORY_BYTES };
        if self.memory.len() + lines.len() <= room {
            self.memory.extend_from_slice(lines);
            return Ok(());
        }
        let disk = match &mut self.disk {
            Some(disk) => disk,
            none => none.insert(Disk { file: tempfile::tempfile()?, bytes: 0 }),
        };
        disk.write(&self.memory)?;
        disk.write(lines)?;
        self.memory.clear();
        self.memory.shrink_to(BUFFER_BYTES);
        Ok(())
    }

    /// How many there are.
    pub const fn len(&self) -> u64 {
        self.count
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Goes through the lines, each with its line feed.
    ///
    /// # Errors
    ///
    /// Where they cannot be read, and what `visit` says.
    pub fn each_line(&self, mut visit: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let disk = self.disk.as_ref().map(|disk| DiskReader { disk, at: 0 });
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, Pieces { disk, memory: &self.memory });
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            visit(&line)?;
        }
    }

    /// Goes through the findings.
    ///
    /// # Errors
    ///
    /// Where they cannot be read, and what `visit` says.
    pub fn each(&self, mut visit: impl FnMut(FindingV1) -> io::Result<()>) -> io::Result<()> {
        self.each_line(|line| visit(serde_json::from_slice(line)?))
    }
}

impl Disk {
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        // Reading moves it on some systems.
        self.file.seek(SeekFrom::Start(self.bytes))?;
        self.file.write_all(lines)?;
        self.bytes += lines.len() as u64;
        Ok(())
    }
}

/// What is on disk, then what is in memory.
struct Pieces<'s> {
    disk: Option<DiskReader<'s>>,
    memory: &'s [u8],
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(disk) = &mut self.disk {
            match disk.read(buffer)? {
                0 => self.disk = None,
                count => return Ok(count),
            }
        }
        self.memory.read(buffer)
    }
}

/// Reads at a place of its own, whoever else reads.
struct DiskReader<'s> {
    disk: &'s Disk,
    at: u64,
}

impl Read for DiskReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = read_at(&self.disk.file, buffer, self.at)?;
        if count == 0 && !buffer.is_empty() && self.at < self.disk.bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn lines_come_in_their_order_from_disk_and_memory_to_several_readers_at_once() {
        let mut store = Store::default();
        let line = |number: usize| format!("{number} {}\n", "x".repeat(number % 3000));
        // 20,000 lines of 1.5 KB on average: 30 MB, of which 24 MB or more are on disk.
        for number in 0..20_000 {
            store.add(line(number).as_bytes()).unwrap();
        }
        assert!(store.disk.as_ref().is_some_and(|disk| disk.bytes > 16 << 20), "{:?}", store.disk);
        assert!(!store.memory.is_empty() && store.memory.len() <= BUFFER_BYTES);
        assert_eq!(store.len(), 20_000);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let mut next = 0;
                    store
                        .each_line(|read| {
                            assert_eq!(read, line(next).as_bytes());
                            next += 1;
                            Ok(())
                        })
                        .unwrap();
                    assert_eq!(next, 20_000);
                });
            }
        });
    }

    #[test]
    fn a_few_lines_stay_in_memory() {
        let mut store = Store::default();
        assert!(store.is_empty());
        store.add(b"a\nb\n").unwrap();
        store.add(b"c\n").unwrap();
        let mut read = Vec::new();
        store
            .each_line(|line| {
                read.extend_from_slice(line);
                Ok(())
            })
            .unwrap();
        assert_eq!((store.len(), store.disk.is_none(), read.as_slice()), (3, true, &b"a\nb\nc\n"[..]));
    }
}
