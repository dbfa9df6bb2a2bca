//! Where the configuration is.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::source::{Code, Diagnostic, printable};

/// What the file is called.
pub const FILE_NAME: &str = "probity.toml";

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The nearest `probity.toml` in `start` or a folder above it, up to the one that holds `.git`. `start` is absolute.
///
/// Whatever is called so counts, be it a folder or a broken link: a gate must not silently do without its configuration.
///
/// # Errors
///
/// Where a folder cannot be looked into.
pub fn find(start: &Path) -> Result<Option<PathBuf>, Diagnostic> {
    for folder in start.ancestors() {
        let path = folder.join(FILE_NAME);
        if exists(&path)? {
            return Ok(Some(path));
        }
        // A file of that name is a worktree's or a submodule's.
        if exists(&folder.join(".git"))? {
            return Ok(None);
        }
    }
    Ok(None)
}

fn exists(path: &Path) -> Result<bool, Diagnostic> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(error) => {
            let name = path.to_string_lossy();
            let message = format!("cannot tell whether there is `{}`: {error}", printable(&name));
            Err(Diagnostic::error(Code::ConfigUnreadable, message)
                .help("name the configuration with --config, or say --no-config"))
        }
    }
}

/// The bytes of a file, or why there are none.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let words = |error: io::Error| error.to_string();
    if fs::metadata(path).map_err(words)?.is_dir() {
        return Err("it is a directory, not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(words)?;
    // A device may have no end.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(words)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("it is larger than {MAX_BYTES} bytes"));
    }
    Ok(bytes)
}
