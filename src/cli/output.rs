//! Where results go.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::discover::{InputFile, Origin};
use crate::source::{Code, Diagnostic, printable};

/// Standard output, or a file that appears whole or not at all.
pub(super) enum Output {
    Stdout(BufWriter<io::Stdout>),
    /// A pipe or device: there is nothing that could be replaced.
    Stream(BufWriter<File>, PathBuf),
    File(BufWriter<NamedTempFile>, PathBuf),
}

impl Output {
    /// Opens standard output (also named `-`), or the file, which must be none of the `inputs`.
    pub(super) fn open(path: Option<&Path>, inputs: &[InputFile]) -> Result<Self, Diagnostic> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self::Stdout(BufWriter::with_capacity(1 << 16, io::stdout())));
        };
        let opened = || -> io::Result<Self> {
            // A link is written through, not replaced.
            let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            if inputs.iter().any(|input| is_same(input, &target)) {
                return Err(io::Error::other("it is one of the inputs"));
            }
            if target.is_dir() || path.to_string_lossy().ends_with('/') {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            if target.exists() && !target.is_file() {
                let stream = File::options().write(true).open(&target)?;
                return Ok(Self::Stream(BufWriter::new(stream), target));
            }
            let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            // Told by itself, for the error of a temporary file names that.
            if !fs::metadata(folder)?.is_dir() {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            let mut builder = tempfile::Builder::new();
            builder.prefix(".probity-");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                // As any new file: what the umask leaves.
                builder.permissions(fs::Permissions::from_mode(0o666));
            }
            let file = builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
            if let Ok(old) = fs::metadata(&target) {
                fs::set_permissions(file.path(), old.permissions())?;
            }
            Ok(Self::File(BufWriter::with_capacity(1 << 16, file), target))
        };
        opened().map_err(|error| unwritable(path, &error))
    }

    /// Whether the result goes to standard output.
    pub(super) const fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout(_))
    }

    /// Makes the result visible.
    pub(super) fn commit(self) -> Result<(), Diagnostic> {
        match self {
            Self::Stdout(_) | Self::Stream(..) => Ok(()),
            Self::File(writer, path) => {
                let file = writer.into_inner().map_err(|error| unwritable(&path, error.error()))?;
                file.persist(&path).map(|_| ()).map_err(|error| unwritable(&path, &error.error))
            }
        }
    }

    /// What it means that a write failed.
    pub(super) fn failure(&self, error: io::Error) -> super::Failure {
        match self {
            Self::Stdout(_) => super::Failure::Output(error),
            Self::Stream(_, path) | Self::File(_, path) => unwritable(path, &error).into(),
        }
    }
}

/// Whether an input is the file at an absolute path.
fn is_same(input: &InputFile, target: &Path) -> bool {
    match &input.origin {
        Origin::Stdin => false,
        Origin::Path(path) => path.canonicalize().is_ok_and(|path| path == *target),
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    let name = path.to_string_lossy();
    Diagnostic::error(Code::OutputUnwritable, format!("cannot write `{}`: {error}", printable(&name)))
        .help("name a file in an existing folder that may be written to")
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Stream(out, _) => out.write(bytes),
            Self::File(out, _) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Stream(out, _) => out.flush(),
            Self::File(out, _) => out.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        fs::write(&path, "old").unwrap();
        let mut output = Output::open(Some(&path), &[]).unwrap();
        output.write_all(b"new").unwrap();
        output.flush().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        drop(output);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old", "given up: nothing changes");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "and nothing is left behind");
        let mut output = Output::open(Some(&path), &[]).unwrap();
        output.write_all(b"new").unwrap();
        output.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_replaced() {
        let mut output = Output::open(Some(Path::new("/dev/null")), &[]).unwrap();
        output.write_all(b"x").unwrap();
        output.commit().unwrap();
        assert!(!Path::new("/dev/null").is_file());
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let error = Output::open(Some(Path::new("no/such/folder/x")), &[]).map(|_| ()).unwrap_err();
        assert_eq!(error.code, Code::OutputUnwritable);
    }
}
