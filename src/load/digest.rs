//! The digest of a file's bytes.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use sha2::{Digest as _, Sha256};

use crate::source::hexadecimal;

/// Bytes read at a time by a digest that reads for itself.
const STEP_BYTES: usize = 256 << 10;

/// A SHA-256 in the making.
pub(super) enum Digest {
    /// Of the bytes that were shown to it.
    Shown(Sha256),
    /// Of a file that it reads to its end, on a thread of its own.
    Apart(Apart),
}

/// A digest that reads for itself; when nobody waits for it any more, it stops.
pub(super) struct Apart {
    thread: Option<JoinHandle<io::Result<Sha256>>>,
    stop: Arc<AtomicBool>,
}

impl Digest {
    pub(super) fn new() -> Self {
        Self::Shown(Sha256::new())
    }

    /// Takes the next bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Self::Shown(digest) = self {
            digest.update(bytes);
        }
    }

    /// From now on reads for itself, from a byte of the file on: nothing has to be shown to it any more. Whether it does.
    pub(super) fn go_apart(&mut self, path: &Path, from: u64) -> bool {
        let Self::Shown(digest) = self else { return true };
        let (digest, path, stop) = (digest.clone(), path.to_owned(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        match thread::Builder::new().spawn(move || read(digest, &path, from, &stopped)) {
            Ok(thread) => {
                *self = Self::Apart(Apart { thread: Some(thread), stop });
                true
            }
            Err(_) => false,
        }
    }

    /// The digest in hexadecimal; `None` where the file could not be read a second time.
    pub(super) fn finish(self) -> Option<String> {
        let digest = match self {
            Self::Shown(digest) => digest,
            Self::Apart(mut apart) => apart.thread.take()?.join().ok()?.ok()?,
        };
        Some(hexadecimal(&digest.finalize()))
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn read(mut digest: Sha256, path: &Path, from: u64, stop: &AtomicBool) -> io::Result<Sha256> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut buffer = vec![0; STEP_BYTES];
    while !stop.load(Ordering::Relaxed) {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => digest.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_digest_may_go_on_by_itself() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"abc").unwrap();
        let mut digest = Digest::new();
        digest.update(b"a");
        assert!(digest.go_apart(file.path(), 1));
        digest.update(b"what it reads for itself");
        assert!(digest.go_apart(file.path(), 0), "it goes on where it is");
        // printf 'abc' | sha256sum
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.finish().as_deref(), Some(expected));
    }
}
