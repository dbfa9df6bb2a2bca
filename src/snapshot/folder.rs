//! A folder of evidence: whether its files are those that the manifest names.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::manifest::{Manifest, page_path, path_of};
use super::{FILE_NAME, KindV1, PageV1, SnapshotV1};
use crate::source::json::JsonPath;
use crate::source::{Code, Diagnostic, hexadecimal, printable};

/// Bytes read at a time.
const STEP_BYTES: usize = 256 << 10;
/// Problems of one folder that are told; the rest is counted.
const MAX_PROBLEMS: usize = 20;
/// What to do about evidence that is not what was received.
const HELP: &str = "this is not what was received: restore the folder as it was written, or fetch again";

/// A folder with a manifest.
#[derive(Debug)]
pub struct Evidence {
    folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// What each file that it names is.
    parts: BTreeMap<String, Part>,
    /// Whether each page is there.
    present: Vec<bool>,
}

/// What a file of the folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A page that is to be judged, by its index.
    Page(usize),
    /// The manifest.
    Manifest,
    /// Evidence that is not judged: a page of a listing, an error answer.
    Kept,
    /// Nothing that the manifest names.
    Stranger,
}

impl Evidence {
    /// The evidence in `folder`, and what is not as the manifest says. Pages that are to be judged are only looked for: their
    /// digest is taken when they are read. `is_payload` tells which further files would be taken for payloads.
    pub fn open(
        folder: &Path,
        manifest: Manifest,
        is_payload: &dyn Fn(&Path) -> bool,
    ) -> (Self, Vec<Diagnostic>) {
        let present = vec![true; manifest.content.pages.len()];
        let parts = parts(&manifest);
        let mut evidence = Self { folder: folder.to_owned(), manifest, parts, present };
        let mut problems = evidence.missing();
        problems.extend(evidence.additional(is_payload));
        let count = problems.len();
        if count > MAX_PROBLEMS {
            problems.truncate(MAX_PROBLEMS);
            let message = format!("{} more of these in `{}`", count - MAX_PROBLEMS, evidence.manifest.name());
            problems.push(Diagnostic::error(Code::SnapshotTampered, message));
        }
        (evidence, problems)
    }

    /// Whether its pages are to be judged.
    pub fn is_judged(&self) -> bool {
        self.manifest.content.kind == KindV1::Snapshot
    }

    /// The pages, in the order of the manifest, but for those that are not there.
    pub fn pages(&self) -> impl Iterator<Item = (usize, PathBuf)> {
        let pages = self.manifest.content.pages.iter().zip(&self.present).enumerate();
        pages
            .filter(|(_, (_, present))| **present)
            .map(|(index, (page, _))| (index, self.folder.join(&page.file)))
    }

    /// Whether a page is there.
    pub fn is_there(&self, page: usize) -> bool {
        self.present.get(page).copied().unwrap_or_default()
    }

    /// Whether all pages are there.
    pub fn is_whole(&self) -> bool {
        self.present.iter().all(|present| *present)
    }

    /// What the file is that is called so.
    pub fn part(&self, name: &str) -> Part {
        self.parts.get(name).copied().unwrap_or(Part::Stranger)
    }

    /// A file that the manifest does not name.
    pub fn stranger(&self, name: &str) -> Diagnostic {
        let message = format!("`{}` stands in a folder of evidence, but is no part of it", printable(name));
        let spot = self.manifest.spot(&path_of(&["pages"]));
        spot.error(Code::SnapshotTampered, message, "it is none of these")
            .help("move the file elsewhere: nothing but what was received stands beside a manifest")
    }

    /// What there is to say about a page that was read, with its size and SHA-256.
    pub fn verify(&self, page: usize, bytes: u64, sha256: &str) -> Option<Diagnostic> {
        self.held_against(self.manifest.content.pages.get(page)?, bytes, sha256, &|member| {
            page_path(page, member)
        })
    }

    /// The same for a page that could not be read to its end before.
    pub fn verify_again(&self, page: usize) -> Option<Diagnostic> {
        let stated = self.manifest.content.pages.get(page)?;
        self.read_and_verify(stated, &|member| page_path(page, member))
    }

    fn held_against(
        &self,
        stated: &PageV1,
        bytes: u64,
        sha256: &str,
        path: &dyn Fn(&str) -> JsonPath,
    ) -> Option<Diagnostic> {
        let file = printable(&stated.file);
        let (member, message) = if !stated.sha256.eq_ignore_ascii_case(sha256) {
            let message = if stated.bytes == bytes {
                format!("`{file}` was changed: its SHA-256 is {sha256}")
            } else {
                format!("`{file}` was changed: it holds {bytes} bytes, not {}", stated.bytes)
            };
            ("sha256", message)
        } else if stated.bytes != bytes {
            ("bytes", format!("the manifest was changed: `{file}` holds {bytes} bytes"))
        } else {
            return None;
        };
        let spot = self.manifest.spot(&path(member));
        Some(spot.error(Code::SnapshotTampered, message, "when it was received").help(HELP))
    }

    fn read_and_verify(&self, stated: &PageV1, path: &dyn Fn(&str) -> JsonPath) -> Option<Diagnostic> {
        match digest(&self.folder.join(&stated.file)) {
            Ok((bytes, sha256)) => self.held_against(stated, bytes, &sha256, path),
            Err(error) => {
                let message = format!("`{}` cannot be verified: {error}", printable(&stated.file));
                Some(self.manifest.spot(&path("file")).error(Code::SnapshotTampered, message, "this file"))
            }
        }
    }

    fn failure_page(&self) -> Option<&PageV1> {
        self.manifest.content.failure.as_ref()?.page.as_ref()
    }

    /// Looks for the files that the manifest names, and verifies those that are not judged.
    fn missing(&mut self) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let mut present = Vec::new();
        for (index, page) in self.manifest.content.pages.iter().enumerate() {
            let problem = self.absent(page, &page_path(index, "file"));
            present.push(problem.is_none());
            let changed = || if self.is_judged() { None } else { self.verify_again(index) };
            problems.extend(problem.or_else(changed));
        }
        if let Some(page) = self.failure_page() {
            let path = |member: &str| path_of(&["failure", "page", member]);
            problems.extend(self.absent(page, &path("file")).or_else(|| self.read_and_verify(page, &path)));
        }
        self.present = present;
        problems
    }

    /// Why a file is not there as it was written.
    fn absent(&self, page: &PageV1, path: &JsonPath) -> Option<Diagnostic> {
        let file = printable(&page.file);
        let message = match fs::symlink_metadata(self.folder.join(&page.file)) {
            Ok(metadata) if metadata.is_file() => return None,
            Ok(metadata) if metadata.is_symlink() => format!("`{file}` is a symbolic link, which no page is"),
            Ok(_) => format!("`{file}` is no file"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => format!("`{file}` is missing"),
            Err(error) => format!("`{file}` cannot be read: {error}"),
        };
        Some(self.manifest.spot(path).error(Code::SnapshotTampered, message, "this file").help(HELP))
    }

    /// Files that would be taken for payloads, but that the manifest does not name.
    fn additional(&self, is_payload: &dyn Fn(&Path) -> bool) -> Vec<Diagnostic> {
        let is_here = self.folder.as_os_str().is_empty();
        let entries = match fs::read_dir(if is_here { Path::new(".") } else { &self.folder }) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("the folder of `{}` cannot be read: {error}", self.manifest.name());
                return vec![
                    Diagnostic::error(Code::SnapshotUnreadable, message).help("check the permissions"),
                ];
            }
        };
        let mut strangers = BTreeMap::new();
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // A folder may hold evidence of its own.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if !is_folder && is_payload(&entry.path()) && self.part(&name) == Part::Stranger {
                strangers.insert(name.clone(), self.stranger(&name));
            }
        }
        strangers.into_values().collect()
    }
}

/// What each file is that a manifest names.
fn parts(manifest: &Manifest) -> BTreeMap<String, Part> {
    let SnapshotV1 { kind, pages, failure, .. } = &manifest.content;
    let part = |index| if *kind == KindV1::Snapshot { Part::Page(index) } else { Part::Kept };
    let pages = pages.iter().enumerate().map(|(index, page)| (page.file.clone(), part(index)));
    let answer = failure.iter().filter_map(|failure| Some((failure.page.as_ref()?.file.clone(), Part::Kept)));
    pages.chain(answer).chain([(FILE_NAME.to_owned(), Part::Manifest)]).collect()
}

/// Size and SHA-256 of a file.
fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; STEP_BYTES];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((bytes, hexadecimal(&digest.finalize()))),
            Ok(count) => {
                bytes += count as u64;
                digest.update(buffer.get(..count).unwrap_or_default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
