//! Paths, directories, globs and `-` become a sorted list of input files.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

use crate::snapshot::{self, Evidence, Manifest, Part};
use crate::source::{Code, Diagnostic, Level, printable};

/// Endings that a directory is searched for; each may be followed by one of [`PACKED`].
const ENDINGS: [&str; 3] = [".json", ".ndjson", ".jsonl"];
/// Endings of compressed files.
const PACKED: [&str; 2] = [".gz", ".zst"];
/// Display name of standard input.
pub const STDIN_NAME: &str = "<stdin>";

/// One file to read.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// What reports call it: the path as given, with `/` between its parts.
    pub name: Arc<str>,
    /// Where its bytes come from.
    pub origin: Origin,
    /// What a manifest says of it, where it is evidence.
    pub expected: Option<Expected>,
}

/// What a manifest says of a page.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The evidence that it is a page of.
    pub evidence: Arc<Evidence>,
    /// Index of that among the snapshots that were discovered.
    pub snapshot: usize,
    /// Its index among the pages of the manifest.
    pub page: usize,
}

/// Where the bytes of an input come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Standard input.
    Stdin,
    /// A file.
    Path(PathBuf),
}

impl InputFile {
    /// A file that no manifest is asked about.
    pub fn new(name: impl Into<Arc<str>>, origin: Origin) -> Self {
        Self { name: name.into(), origin, expected: None }
    }

    /// The folder that the file stands in, for pages that belong together; empty for stdin.
    pub fn folder(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    fn by_page(&self, other: &Self) -> Ordering {
        let page = |file: &Self| file.expected.as_ref().map(|expected| expected.page);
        page(self).cmp(&page(other))
    }
}

/// What was found, and what was wrong on the way.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// Files, sorted by name, each once; pages of a manifest in its order.
    pub files: Vec<InputFile>,
    /// The evidence that is among them.
    pub snapshots: Vec<Arc<Evidence>>,
    /// Inputs that could not be used.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds the input files that `inputs` name: files, directories, globs, or `-` for standard input.
///
/// A directory is searched to the bottom for `*.json`, `*.ndjson` and `*.jsonl`, plain or with `.gz`
/// or `.zst`; symbolic links are followed. A file that is named is taken whatever its ending. What is
/// no regular file is reported and left out. No file at all is an error among the diagnostics.
///
/// Where a manifest stands beside a file, that says what the file is. A manifest itself is no input, but stands for its pages.
pub fn discover(inputs: &[PathBuf]) -> Discovery {
    let mut search = Search::default();
    for input in inputs {
        if input.as_os_str() == "-" {
            search.add(STDIN_NAME, Origin::Stdin, None);
        } else {
            search.path(input);
        }
    }
    let Search { mut files, mut diagnostics, snapshots, .. } = search;
    // Of a call that gave no page there is something to tell, too.
    let is_nothing = files.is_empty() && !snapshots.iter().any(|evidence| evidence.is_judged());
    if is_nothing && diagnostics.iter().all(|diagnostic| diagnostic.level == Level::Warning) {
        let what = if inputs.is_empty() { "no input was given" } else { "no input file is left" };
        diagnostics.push(
            Diagnostic::error(Code::InputNone, what)
                .help("name files, directories or globs, or `-` to read standard input"),
        );
    }
    files.sort_by(|a, b| (&a.name, &a.origin).cmp(&(&b.name, &b.origin)));
    order_pages(&mut files);
    Discovery { files, snapshots, diagnostics }
}

/// Brings the pages of each manifest into its order, in the places that they have among all files.
fn order_pages(files: &mut [InputFile]) {
    let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        if let Some(expected) = &file.expected {
            places.entry(expected.snapshot).or_default().push(index);
        }
    }
    for places in places.into_values() {
        let mut pages: Vec<InputFile> =
            places.iter().filter_map(|&place| files.get(place).cloned()).collect();
        pages.sort_by(InputFile::by_page);
        for (place, page) in places.into_iter().zip(pages) {
            if let Some(file) = files.get_mut(place) {
                *file = page;
            }
        }
    }
}

#[derive(Default)]
struct Search {
    files: Vec<InputFile>,
    /// What is in the list already: real paths, since one file may have several.
    seen: HashSet<Origin>,
    /// What was found out about folders.
    folders: HashMap<PathBuf, Folder>,
    /// Evidence whose files are taken, by the real path of its folder.
    snapshots: Vec<Arc<Evidence>>,
    known: HashMap<PathBuf, usize>,
    diagnostics: Vec<Diagnostic>,
}

/// What a folder is.
#[derive(Clone)]
enum Folder {
    /// Any folder.
    Plain,
    /// One with a manifest, by its index.
    Evidence(usize),
    /// One with a manifest that cannot be read, which was told.
    Unreadable,
}

impl Search {
    fn path(&mut self, input: &Path) {
        match fs::metadata(input) {
            Ok(metadata) if metadata.is_dir() => self.directory(input),
            Ok(metadata) => self.named_file(input, metadata.file_type()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match input.to_str().filter(|text| text.contains(['*', '?', '[', '{'])) {
                    Some(pattern) => self.glob(pattern),
                    None => self.unreadable(input, &error),
                }
            }
            Err(error) => self.unreadable(input, &error),
        }
    }

    fn named_file(&mut self, path: &Path, kind: FileType) {
        if kind.is_file() || is_descriptor(path) {
            self.file(path);
        } else {
            let what = describe(kind);
            self.diagnostics.push(
                Diagnostic::error(Code::InputUnreadable, format!("`{}` is {what}, not a file", shown(path)))
                    .help("only regular files are read; pipe a stream in and name it `-`"),
            );
        }
    }

    fn directory(&mut self, directory: &Path) {
        let before = self.files.len() + self.diagnostics.len();
        for entry in WalkDir::new(directory).follow_links(true).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if !has_known_ending(entry.path()) => {}
                Ok(entry) if entry.file_type().is_file() => self.file(entry.path()),
                Ok(entry) => self.skipped(entry.path(), describe(entry.file_type())),
                Err(error) => self.walk_error(directory, &error),
            }
        }
        if self.files.len() + self.diagnostics.len() == before {
            self.nothing_in(directory);
        }
    }

    fn nothing_in(&mut self, directory: &Path) {
        // Files that another input has named already are no reason to complain.
        let known = WalkDir::new(directory)
            .follow_links(true)
            .into_iter()
            .flatten()
            .any(|entry| entry.file_type().is_file() && has_known_ending(entry.path()));
        if !known {
            self.diagnostics.push(
                Diagnostic::error(Code::InputNone, format!("`{}` holds no payload file", shown(directory)))
                    .help(
                        "a directory is searched for *.json, *.ndjson and *.jsonl, plain or with .gz or \
                     .zst; name other files themselves",
                    ),
            );
        }
    }

    fn walk_error(&mut self, directory: &Path, error: &walkdir::Error) {
        let path = error.path().unwrap_or(directory);
        if let Some(ancestor) = error.loop_ancestor() {
            let ancestor = shown(ancestor);
            self.skipped(path, &format!("a symbolic link back to `{ancestor}`"));
        } else if let Some(cause) = error.io_error() {
            // A link to nothing matters only where a payload is expected.
            let dangling = cause.kind() == io::ErrorKind::NotFound && !has_known_ending(path);
            if !dangling {
                self.unreadable(path, cause);
            }
        }
    }

    fn glob(&mut self, pattern: &str) {
        let matcher = match GlobBuilder::new(pattern).literal_separator(true).build() {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                self.diagnostics.push(Diagnostic::error(
                    Code::InputNone,
                    format!("`{}` is no valid glob: {}", printable(pattern), error.kind()),
                ));
                return;
            }
        };
        let root = literal_root(pattern);
        let start = if root.as_os_str().is_empty() { Path::new(".") } else { &root };
        let mut matched = false;
        if start.exists() {
            let folders = GlobFolders::of(pattern.get(root.as_os_str().len()..).unwrap_or_default());
            let relative = |path: &Path| {
                let stripped = if root.as_os_str().is_empty() { path.strip_prefix(".").ok() } else { None };
                stripped.unwrap_or(path).to_owned()
            };
            let entries =
                WalkDir::new(start).follow_links(true).sort_by_file_name().into_iter().filter_entry(
                    |entry| !entry.file_type().is_dir() || folders.may_hold(entry.depth(), entry.file_name()),
                );
            for entry in entries {
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(error) => {
                        // What cannot be a match is no reason to complain, unless it may hold one.
                        let concerns = |path: &Path| {
                            let name = path.file_name().unwrap_or_default();
                            matcher.is_match(relative(path)) || folders.may_hold(error.depth(), name)
                        };
                        if error.path().is_none_or(concerns) {
                            self.walk_error(start, &error);
                        }
                        continue;
                    }
                };
                let path = &*relative(entry.path());
                if !matcher.is_match(path) {
                    continue;
                }
                if entry.file_type().is_file() {
                    matched = true;
                    self.file(path);
                } else if !entry.file_type().is_dir() {
                    matched = true;
                    self.skipped(path, describe(entry.file_type()));
                }
            }
        }
        if !matched {
            self.diagnostics.push(
                Diagnostic::error(Code::InputNone, format!("no file matches `{}`", printable(pattern)))
                    .help("`*` and `?` match within one folder, `**` over several"),
            );
        }
    }

    /// Takes a file, as what it is in its folder.
    fn file(&mut self, path: &Path) {
        let folder = path.parent().filter(|_| !is_descriptor(path));
        match folder.map_or(Folder::Plain, |folder| self.folder(folder)) {
            Folder::Plain => self.add(&shown(path), Origin::Path(path.to_owned()), None),
            Folder::Evidence(index) => self.part(index, path),
            Folder::Unreadable => {}
        }
    }

    /// Takes a file of a folder with a manifest.
    fn part(&mut self, index: usize, path: &Path) {
        let Some(evidence) = self.snapshots.get(index).map(Arc::clone) else { return };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match evidence.part(&name) {
            Part::Page(page) => self.page(&evidence, index, page, path),
            Part::Manifest if evidence.is_judged() => {
                for (page, path) in evidence.pages() {
                    self.page(&evidence, index, page, &path);
                }
            }
            Part::Manifest | Part::Kept => {}
            // Those that look like payloads were told of with the folder.
            Part::Stranger if has_known_ending(path) => {}
            Part::Stranger => self.diagnostics.push(evidence.stranger(&name)),
        }
    }

    fn page(&mut self, evidence: &Arc<Evidence>, snapshot: usize, page: usize, path: &Path) {
        // What is not there as it was written was told of with the folder.
        if evidence.is_there(page) {
            let expected = Expected { evidence: Arc::clone(evidence), snapshot, page };
            self.add(&shown(path), Origin::Path(path.to_owned()), Some(expected));
        }
    }

    /// What the folder is, found out once.
    fn folder(&mut self, folder: &Path) -> Folder {
        if let Some(known) = self.folders.get(folder) {
            return known.clone();
        }
        let found = self.look_into(folder);
        self.folders.insert(folder.to_owned(), found.clone());
        found
    }

    fn look_into(&mut self, folder: &Path) -> Folder {
        let path = folder.join(snapshot::FILE_NAME);
        let Ok(metadata) = fs::symlink_metadata(&path) else { return self.without_manifest(folder) };
        if !fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            return Folder::Plain;
        }
        let name = shown(&path);
        let manifest = match Manifest::read(&path, &name) {
            Ok(None) => return Folder::Plain,
            Ok(Some(manifest)) => manifest,
            Err(problems) => {
                self.diagnostics.extend(problems);
                return Folder::Unreadable;
            }
        };
        if metadata.is_symlink() {
            let message = format!("the manifest `{name}` is a symbolic link");
            self.diagnostics.push(
                Diagnostic::error(Code::SnapshotUnreadable, message)
                    .help("name the folder that it leads to: its pages stand there"),
            );
            return Folder::Unreadable;
        }
        let real = fs::canonicalize(&path).unwrap_or(path);
        if let Some(index) = self.known.get(&real) {
            return Folder::Evidence(*index);
        }
        let (evidence, problems) = Evidence::open(folder, manifest, &has_known_ending);
        self.diagnostics.extend(problems);
        let index = self.snapshots.len();
        self.snapshots.push(Arc::new(evidence));
        self.known.insert(real, index);
        Folder::Evidence(index)
    }

    /// A folder without a manifest: any, or one that a call was to fill and did not.
    fn without_manifest(&mut self, folder: &Path) -> Folder {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if !snapshot::is_unfinished(&name) {
            return Folder::Plain;
        }
        let message = format!("`{}` has no manifest: the call that writes it has not ended", shown(folder));
        self.diagnostics.push(
            Diagnostic::error(Code::SnapshotUnreadable, message)
                .help("wait for it; if it was killed, remove the folder and fetch again"),
        );
        Folder::Unreadable
    }

    fn add(&mut self, name: &str, origin: Origin, expected: Option<Expected>) {
        let real = match &origin {
            Origin::Stdin => Origin::Stdin,
            Origin::Path(path) => Origin::Path(fs::canonicalize(path).unwrap_or_else(|_| path.clone())),
        };
        if self.seen.insert(real) {
            self.files.push(InputFile { name: Arc::from(name), origin, expected });
        }
    }

    fn skipped(&mut self, path: &Path, what: &str) {
        self.diagnostics.push(Diagnostic::warning(
            Code::InputSkipped,
            format!("`{}` is {what} and was left out", shown(path)),
        ));
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        let diagnostic =
            Diagnostic::error(Code::InputUnreadable, format!("cannot read `{}`: {error}", shown(path)));
        self.diagnostics.push(match error.kind() {
            io::ErrorKind::NotFound => diagnostic.help("check the path"),
            io::ErrorKind::PermissionDenied => diagnostic.help("check the permissions"),
            _ => diagnostic,
        });
    }
}

/// The folders that a glob leads through.
struct GlobFolders {
    /// A matcher for each level, as far as the levels are told apart.
    levels: Vec<GlobMatcher>,
    /// Whether folders lie deeper than that.
    deeper: bool,
}

impl GlobFolders {
    /// `pattern` is what follows the literal root.
    fn of(pattern: &str) -> Self {
        let mut levels = Vec::new();
        let mut steps: Vec<&str> = pattern.split('/').collect();
        steps.pop();
        for step in steps {
            // `**` is any number of levels, and a brace may hold separators.
            let matcher = GlobBuilder::new(step).literal_separator(true).build();
            match matcher {
                Ok(glob) if !step.contains("**") && !step.contains(['{', '}']) => {
                    levels.push(glob.compile_matcher());
                }
                _ => return Self { levels, deeper: true },
            }
        }
        Self { levels, deeper: pattern.contains("**") || pattern.contains('{') }
    }

    /// Whether a match may lie in a folder of this name, so many levels below the literal root.
    fn may_hold(&self, depth: usize, name: &OsStr) -> bool {
        match depth.checked_sub(1) {
            None => true,
            Some(level) => match self.levels.get(level) {
                Some(matcher) => matcher.is_match(name),
                None => self.deeper,
            },
        }
    }
}

/// The part of a glob before its first wildcard, up to a separator.
fn literal_root(pattern: &str) -> PathBuf {
    let wild = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
    let literal = pattern.get(..wild).unwrap_or_default();
    literal
        .rfind('/')
        .map_or_else(PathBuf::new, |slash| PathBuf::from(pattern.get(..=slash).unwrap_or_default()))
}

fn has_known_ending(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let plain = PACKED.iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
    ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// Streams that the shell hands over as a path: `<(command)`, `/dev/stdin`.
pub fn is_descriptor(path: &Path) -> bool {
    path == Path::new("/dev/stdin") || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

fn describe(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "a device";
        }
    }
    if kind.is_dir() { "a directory" } else { "no regular file" }
}

/// A path for people: `/` between its parts, no leading `./`, nothing that a terminal would obey.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    let trimmed = text.strip_prefix("./").filter(|rest| !rest.is_empty()).unwrap_or(&text);
    printable(trimmed).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(discovery: &Discovery) -> Vec<&str> {
        discovery.files.iter().map(|file| &*file.name).collect()
    }

    #[test]
    fn endings_are_known_whatever_their_case() {
        for name in ["a.json", "a.JSON", "a.ndjson.gz", "x/a.jsonl.zst"] {
            assert!(has_known_ending(Path::new(name)), "{name}");
        }
        for name in ["a.txt", "json", "a.json.bz2", "a.gz", "a.json5"] {
            assert!(!has_known_ending(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn a_glob_starts_below_its_literal_part() {
        assert_eq!(literal_root("a/b/*.json"), Path::new("a/b/"));
        assert_eq!(literal_root("a/b*/c.json"), Path::new("a/"));
        assert_eq!(literal_root("*.json"), Path::new(""));
    }

    #[test]
    fn directories_files_and_globs_are_merged_sorted_and_unique() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("sub")).unwrap();
        for name in ["b.json", "a.ndjson", "sub/c.json.gz", "note.txt", "d.data"] {
            fs::write(root.join(name), "{}").unwrap();
        }
        let discovery = discover(&[
            root.to_owned(),
            root.join("b.json"),
            root.join("d.data"),
            root.join("*.json"),
            PathBuf::from("-"),
        ]);
        let found: Vec<_> = names(&discovery)
            .into_iter()
            .map(|name| name.rsplit_once('/').map_or(name, |(_, last)| last))
            .collect();
        assert_eq!(found, ["a.ndjson", "b.json", "d.data", "c.json.gz", STDIN_NAME]);
        assert!(discovery.diagnostics.is_empty(), "{:?}", discovery.diagnostics);
    }

    #[test]
    fn nothing_found_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for inputs in [
            vec![],
            vec![folder.path().to_owned()],
            vec![folder.path().join("*.json")],
            vec![folder.path().join("missing.json")],
        ] {
            let discovery = discover(&inputs);
            assert!(discovery.files.is_empty());
            assert_eq!(discovery.diagnostics.len(), 1, "{inputs:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn loops_and_dangling_links_are_reported_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("a.json"), "{}").unwrap();
        std::os::unix::fs::symlink(root, root.join("loop")).unwrap();
        std::os::unix::fs::symlink(root.join("gone.json"), root.join("b.json")).unwrap();
        let discovery = discover(&[root.to_owned()]);
        assert_eq!(discovery.files.len(), 1);
        let codes: Vec<_> = discovery.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::InputUnreadable, Code::InputSkipped]);
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_is_reported_and_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("s.json");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let in_directory = discover(&[folder.path().to_owned()]);
        let codes: Vec<_> = in_directory.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::InputSkipped, Code::InputNone], "nothing is left to judge");
        let named = discover(&[socket]);
        assert_eq!(named.diagnostics[0].code, Code::InputUnreadable);
    }
}
