//! What a call answers is written as it was received, with a manifest beside it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

pub use crate::snapshot::PARTIAL;
use crate::snapshot::{FILE_NAME, PageV1, SnapshotV1};

/// Folders that may be made in one second, of one call in one region.
const MAX_FOLDERS: u32 = 9999;

/// The folder of a call: `OUT/<call>/<region>/<start>-<number>`, with `.partial` behind it until the call has ended.
#[derive(Debug)]
pub(super) struct Folder {
    partial: PathBuf,
    whole: PathBuf,
    pages: Vec<PageV1>,
    errors: usize,
}

/// What is known of an answer beside its bytes.
pub(super) struct Facts {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    pub(super) received_at: DateTime<Utc>,
}

impl Folder {
    /// Makes a folder that there was not.
    pub(super) fn create(
        out: &Path,
        call: &str,
        region: Option<&str>,
        started: DateTime<Utc>,
    ) -> io::Result<Self> {
        let parent = out.join(call).join(region.unwrap_or("global"));
        fs::create_dir_all(&parent)?;
        let start = started.format("%Y%m%dT%H%M%SZ");
        for number in 1..=MAX_FOLDERS {
            let name = format!("{start}-{number:04}");
            let partial = parent.join(format!("{name}.{PARTIAL}"));
            match fs::create_dir(&partial) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            let whole = parent.join(name);
            // Whoever has the partial folder has the name, but only if nobody had it before.
            if whole.symlink_metadata().is_ok() {
                fs::remove_dir(&partial)?;
                continue;
            }
            return Ok(Self { partial, whole, pages: Vec::new(), errors: 0 });
        }
        Err(io::Error::other(format!("`{}` holds too many folders of one second", parent.display())))
    }

    /// The pages so far.
    pub(super) fn pages(&self) -> &[PageV1] {
        &self.pages
    }

    /// Keeps a page.
    pub(super) fn page(&mut self, body: &[u8], facts: Facts) -> io::Result<()> {
        let name = format!("page-{:04}.json", self.pages.len() + 1);
        let page = self.write(name, body, facts)?;
        self.pages.push(page);
        Ok(())
    }

    /// Keeps an answer that is none.
    pub(super) fn error(&mut self, body: &[u8], facts: Facts) -> io::Result<PageV1> {
        self.errors += 1;
        self.write(format!("error-{:04}.{}", self.errors, ending(body)), body, facts)
    }

    /// Takes back all pages: the call is made from the beginning.
    pub(super) fn restart(&mut self) -> io::Result<()> {
        for page in self.pages.drain(..) {
            fs::remove_file(self.partial.join(page.file))?;
        }
        Ok(())
    }

    /// Writes the manifest, and gives the folder its name.
    pub(super) fn finish(self, manifest: &SnapshotV1) -> io::Result<PathBuf> {
        let mut text = serde_json::to_string_pretty(manifest)?;
        text.push('\n');
        let mut builder = tempfile::Builder::new();
        builder.prefix(".snapshot-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As any new file: what the umask leaves.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut file: NamedTempFile = builder.tempfile_in(&self.partial)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist_noclobber(self.partial.join(FILE_NAME)).map_err(|error| error.error)?;
        fs::rename(&self.partial, &self.whole)?;
        Ok(self.whole)
    }

    fn write(&self, name: String, body: &[u8], facts: Facts) -> io::Result<PageV1> {
        let mut file = File::create_new(self.partial.join(&name))?;
        file.write_all(body)?;
        file.sync_all()?;
        Ok(PageV1 {
            file: name,
            sha256: hex(&Sha256::digest(body)),
            bytes: body.len() as u64,
            status: facts.status,
            request_id: facts.request_id,
            received_at: timestamp(facts.received_at),
        })
    }
}

/// A time as manifests have it.
pub(super) fn timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a file is called that holds this.
fn ending(body: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(body);
    let start: String = text.trim_start().chars().take(64).collect::<String>().to_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        "html"
    } else if start.starts_with('<') {
        "xml"
    } else if start.starts_with(['{', '[']) {
        "json"
    } else {
        "txt"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> DateTime<Utc> {
        "2026-11-26T14:30:00Z".parse().unwrap()
    }

    fn facts() -> Facts {
        Facts { status: 200, request_id: None, received_at: start() }
    }

    #[test]
    fn names_are_never_given_twice() {
        let out = tempfile::tempdir().unwrap();
        let create = || Folder::create(out.path(), "aws.ssm.GetPatchBaseline", None, start()).unwrap();
        let parent = out.path().join("aws.ssm.GetPatchBaseline/global");
        let first = create();
        let second = create();
        assert_eq!(first.partial, parent.join("20261126T143000Z-0001.partial"));
        assert_eq!(second.partial, parent.join("20261126T143000Z-0002.partial"));
        fs::rename(&first.partial, &first.whole).unwrap();
        assert_eq!(create().partial, parent.join("20261126T143000Z-0003.partial"));
        assert!(!first.partial.exists(), "what was made to look is gone");
    }

    #[test]
    fn bytes_are_kept_as_they_are() {
        let out = tempfile::tempdir().unwrap();
        let mut folder = Folder::create(out.path(), "x", Some("r"), start()).unwrap();
        let body = b"\xef\xbb\xbf{\"a\":\r\n1}\xff\x00";
        folder.page(body, facts()).unwrap();
        let page = &folder.pages()[0];
        assert_eq!(page.file, "page-0001.json");
        assert_eq!(page.bytes, 14);
        // By sha256sum.
        assert_eq!(page.sha256, "320d380c09af48d5bc42fdbf31925748cf2313fbf03c4a1d16047b6005f8075b");
        assert_eq!(fs::read(folder.partial.join("page-0001.json")).unwrap(), body);
        let error = folder.error(b"<html>", facts()).unwrap();
        assert_eq!(error.file, "error-0001.html");
        folder.restart().unwrap();
        assert!(folder.pages().is_empty());
        assert!(!folder.partial.join("page-0001.json").exists());
    }

    #[test]
    fn endings_follow_the_content() {
        for (body, expected) in [
            ("{}", "json"),
            (" [", "json"),
            ("<Error/>", "xml"),
            ("\n<!DOCTYPE HTML>", "html"),
            ("<html>", "html"),
            ("no", "txt"),
            ("", "txt"),
        ] {
            assert_eq!(ending(body.as_bytes()), expected);
        }
    }
}
