//! Findings at hand, in memory or on disk.

use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};

use tempfile::SpooledTempFile;

use super::{FindingV1, HeadV1};

/// Findings that are kept in memory; more wait on disk.
const SPOOL_BYTES: usize = 8 << 20;
const BUFFER_BYTES: usize = 64 << 10;

/// A result with its findings.
#[derive(Debug)]
pub struct Recorded {
    /// All but the findings.
    pub head: HeadV1,
    /// The findings, in their order.
    pub findings: Store,
}

/// Findings as lines of JSON, to be gone through as often as needed.
#[derive(Debug)]
pub struct Store {
    lines: BufWriter<SpooledTempFile>,
    count: u64,
}

impl Default for Store {
    fn default() -> Self {
        Self { lines: BufWriter::with_capacity(BUFFER_BYTES, SpooledTempFile::new(SPOOL_BYTES)), count: 0 }
    }
}

impl Store {
    /// Adds findings, each a line that ends in a line feed.
    ///
    /// # Errors
    ///
    /// Where the temporary file cannot be written.
    pub fn add(&mut self, lines: &[u8]) -> io::Result<()> {
        self.count += memchr::memchr_iter(b'\n', lines).count() as u64;
        self.lines.write_all(lines)
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
    pub fn each_line(&mut self, mut visit: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        // Seeking writes what is still in the buffer.
        self.lines.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, self.lines.get_mut());
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            visit(&line)?;
        }
        self.lines.seek(SeekFrom::End(0))?;
        Ok(())
    }

    /// Goes through the findings.
    ///
    /// # Errors
    ///
    /// Where they cannot be read, and what `visit` says.
    pub fn each(&mut self, mut visit: impl FnMut(FindingV1) -> io::Result<()>) -> io::Result<()> {
        self.each_line(|line| visit(serde_json::from_slice(line)?))
    }
}
