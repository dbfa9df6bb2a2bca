//! Opening an input: unpacking it, and keeping to the limits.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Limits;
use super::digest::Digest;
use crate::discover::{InputFile, Origin, is_descriptor};

/// Bytes of a packed input before the ratio is looked at.
const RATIO_FLOOR: u64 = 16 << 20;
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// An input under way.
pub struct Opened {
    /// Its unpacked bytes.
    pub reader: Box<dyn Read>,
    /// Where its bytes can be read again, if they can.
    pub rereadable: Option<Rereadable>,
    raw: Rc<RefCell<Raw>>,
}

/// Counts the bytes of an input while it is read.
pub struct Counter(Rc<RefCell<Raw>>);

impl Counter {
    /// Bytes read so far, as they are stored.
    pub fn stored_bytes(&self) -> u64 {
        self.0.borrow().bytes
    }
}

/// What is known of the bytes as they are stored.
#[derive(Default)]
struct Raw {
    bytes: u64,
    digest: Option<Digest>,
    ended: bool,
}

impl Opened {
    /// A counter that lives on while the input is read.
    pub fn counter(&self) -> Counter {
        Counter(Rc::clone(&self.raw))
    }

    /// Bytes read so far, as they are stored.
    pub fn stored_bytes(&self) -> u64 {
        self.raw.borrow().bytes
    }

    /// The SHA-256 of the bytes as they are stored, in hexadecimal; where it was asked for and all bytes
    /// have been read. It is given once.
    pub fn sha256(&self) -> Option<String> {
        let mut raw = self.raw.borrow_mut();
        let digest = raw.digest.take();
        if raw.ended { digest?.finish() } else { None }
    }
}

/// A file whose bytes can be read more than once.
pub struct Rereadable {
    path: PathBuf,
    packed: bool,
    limits: Limits,
    raw: Rc<RefCell<Raw>>,
}

impl Rereadable {
    /// Its path, where its bytes stand in it as they are.
    pub fn plain_path(&self) -> Option<&Path> {
        (!self.packed).then_some(self.path.as_path())
    }

    /// Reads its unpacked bytes once more, from the first on.
    ///
    /// # Errors
    ///
    /// Where the file cannot be opened or its first bytes cannot be read.
    pub fn again(&self) -> io::Result<Box<dyn Read>> {
        Ok(unpack(File::open(&self.path)?)?.0)
    }

    /// A reader that goes on in the place of [`Opened::reader`] at another byte of a file that is not packed. `None` where
    /// there can be none.
    ///
    /// # Errors
    ///
    /// Where the file cannot be opened.
    pub fn resume(&self, byte: u64) -> io::Result<Option<Box<dyn Read>>> {
        if self.packed {
            return Ok(None);
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(byte))?;
        let mut raw = self.raw.borrow_mut();
        let digested = raw.bytes;
        if let Some(digest) = &mut raw.digest
            && !digest.go_apart(&self.path, digested)
        {
            return Ok(None);
        }
        let inner = Box::new(Counting { inner: file, at: byte, raw: Rc::clone(&self.raw) });
        let (raw, limits) = (Rc::clone(&self.raw), self.limits);
        Ok(Some(Box::new(Capped { inner, raw, packed: false, limits, bytes: byte })))
    }
}

/// Opens an input; gzip and Zstandard are told by their first bytes, whatever the name.
///
/// # Errors
///
/// Where the file cannot be opened or its first bytes cannot be read. Breaking a limit is an error of
/// the reader: [`io::ErrorKind::FileTooLarge`].
pub fn open(input: &InputFile, limits: Limits, digest: bool) -> io::Result<Opened> {
    let raw = Rc::new(RefCell::new(Raw { digest: digest.then(Digest::new), ..Raw::default() }));
    let stored: Box<dyn Read> = match &input.origin {
        Origin::Stdin => Box::new(io::stdin().lock()),
        Origin::Path(path) => Box::new(File::open(path)?),
    };
    let (inner, packed) = unpack(Counting { inner: stored, at: 0, raw: Rc::clone(&raw) })?;
    let rereadable = match &input.origin {
        // What a shell hands over may share its place in the file with whoever opens it again.
        Origin::Path(path) if path.is_file() && !is_descriptor(path) => {
            Some(Rereadable { path: path.clone(), packed, limits, raw: Rc::clone(&raw) })
        }
        _ => None,
    };
    let reader = Capped { inner, raw: Rc::clone(&raw), packed, limits, bytes: 0 };
    Ok(Opened { reader: Box::new(reader), rereadable, raw })
}

/// The unpacked bytes of what is stored, and whether it was packed.
fn unpack(stored: impl Read + 'static) -> io::Result<(Box<dyn Read>, bool)> {
    let mut stored = BufReader::with_capacity(1 << 17, stored);
    // A stream may give less than these few bytes at first.
    let mut head = Vec::with_capacity(ZSTD_MAGIC.len());
    stored.by_ref().take(ZSTD_MAGIC.len() as u64).read_to_end(&mut head)?;
    let stored = io::Cursor::new(head.clone()).chain(stored);
    Ok(if head.starts_with(&GZIP_MAGIC) {
        (Box::new(flate2::bufread::MultiGzDecoder::new(stored)), true)
    } else if head.starts_with(&ZSTD_MAGIC) {
        (Box::new(zstd::stream::read::Decoder::with_buffer(stored)?), true)
    } else {
        (Box::new(stored), false)
    })
}

/// Counts and digests what passes through.
struct Counting<R> {
    inner: R,
    /// Offset of the next byte in the file.
    at: u64,
    raw: Rc<RefCell<Raw>>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let mut raw = self.raw.borrow_mut();
        self.at += count as u64;
        // Of a file that is gone on with further behind, more may have been read before.
        raw.bytes = raw.bytes.max(self.at);
        raw.ended |= count == 0 && !buffer.is_empty();
        if let Some(digest) = &mut raw.digest {
            digest.update(buffer.get(..count).unwrap_or_default());
        }
        Ok(count)
    }
}

/// Fails where more comes out than is allowed.
struct Capped {
    inner: Box<dyn Read>,
    raw: Rc<RefCell<Raw>>,
    packed: bool,
    limits: Limits,
    bytes: u64,
}

impl Read for Capped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes += count as u64;
        if self.bytes > self.limits.max_file_bytes {
            return Err(too_large(format!(
                "it holds more than {} bytes (--max-file-size)",
                self.limits.max_file_bytes
            )));
        }
        let stored = self.raw.borrow().bytes.max(1);
        if self.packed && self.bytes > RATIO_FLOOR && self.bytes / stored > self.limits.max_ratio {
            return Err(too_large(format!(
                "it unpacks to more than {} times its size (--max-ratio)",
                self.limits.max_ratio
            )));
        }
        Ok(count)
    }
}

fn too_large(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::hexadecimal;
    use sha2::{Digest as _, Sha256};
    use std::io::Write as _;

    fn file(bytes: &[u8]) -> (tempfile::NamedTempFile, InputFile) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let input = InputFile::new("f", Origin::Path(file.path().to_owned()));
        (file, input)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8], limits: Limits) -> io::Result<(Vec<u8>, Opened)> {
        let (_file, input) = file(bytes);
        let mut opened = open(&input, limits, true)?;
        let mut content = Vec::new();
        opened.reader.read_to_end(&mut content)?;
        Ok((content, opened))
    }

    #[test]
    fn packed_files_are_told_by_their_content() {
        let text = b"{\"a\": 1}";
        for packed in [text.to_vec(), gzip(text), zstd::encode_all(&text[..], 3).unwrap()] {
            let (content, opened) = read(&packed, Limits::default()).unwrap();
            assert_eq!(content, text);
            assert_eq!(opened.stored_bytes(), packed.len() as u64);
            let rereadable = opened.rereadable.unwrap();
            assert_eq!(rereadable.plain_path().is_some(), packed == text);
        }
    }

    #[test]
    fn a_file_can_be_read_again() {
        let text = b"0123456789".repeat(100_000);
        for packed in [text.clone(), gzip(&text), zstd::encode_all(&text[..], 3).unwrap()] {
            let (_file, input) = file(&packed);
            let mut opened = open(&input, Limits::default(), true).unwrap();
            let mut first = [0; 10];
            opened.reader.read_exact(&mut first).unwrap();
            let rereadable = opened.rereadable.as_ref().unwrap();
            let mut content = Vec::new();
            rereadable.again().unwrap().read_to_end(&mut content).unwrap();
            assert!(content == text);
            // What is read on counts as read, and the digest is that of the whole file.
            content.clear();
            let is_plain = rereadable.plain_path().is_some();
            let mut resumed = rereadable.resume(999_990).unwrap();
            assert_eq!(resumed.is_some(), is_plain);
            resumed.as_mut().unwrap_or(&mut opened.reader).read_to_end(&mut content).unwrap();
            assert_eq!(content.len(), if is_plain { 10 } else { 999_990 });
            assert_eq!(opened.stored_bytes(), packed.len() as u64);
            assert_eq!(opened.sha256().unwrap(), hexadecimal(&Sha256::digest(&packed)));
        }
    }

    #[test]
    fn several_gzip_members_are_one_text() {
        let packed = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(read(&packed, Limits::default()).unwrap().0, b"one two");
    }

    #[test]
    fn the_digest_is_that_of_the_stored_bytes() {
        // printf 'abc' | sha256sum
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let (_, opened) = read(b"abc", Limits::default()).unwrap();
        assert_eq!(opened.sha256().as_deref(), Some(expected));
    }

    #[test]
    fn limits_stop_the_reading() {
        let limits = Limits { max_file_bytes: 10, ..Limits::default() };
        assert!(read(b"0123456789", limits).is_ok());
        let error = read(b"0123456789x", limits).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);

        let bomb = gzip(&vec![b' '; 64 << 20]);
        let error = read(&bomb, Limits::default()).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        let raised = Limits { max_ratio: 2000, ..Limits::default() };
        assert_eq!(read(&bomb, raised).unwrap().0.len(), 64 << 20);
    }

    #[test]
    fn a_packed_file_that_is_cut_off_is_an_error() {
        let packed = gzip(&b"0123456789".repeat(1000));
        assert!(read(&packed[..packed.len() - 9], Limits::default()).is_err());
    }
}
