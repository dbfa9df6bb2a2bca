//! Paths as CI systems want them: relative to the folder that the run is about, and as URIs.

use std::path::{Component, Path, PathBuf};

/// Display names of rule files that are no files.
const BUILTIN: &str = "builtin:";

/// Where a file is, seen from the base folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FilePath {
    /// Below the base folder: its parts joined by `/`, without `.` and `..`.
    Below(String),
    /// Elsewhere: its absolute path.
    Elsewhere(String),
}

impl FilePath {
    /// Of a file by its display name.
    ///
    /// `..` is taken away together with the name before it, without a look at the disk: the same result gives the
    /// same report wherever it is rendered.
    pub(super) fn new(file: &str, base: &Path) -> Self {
        let joined = base.join(file);
        let mut whole = PathBuf::new();
        for part in joined.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    whole.pop();
                }
                part => whole.push(part),
            }
        }
        match whole.strip_prefix(base) {
            Ok(below) if !base.as_os_str().is_empty() || !whole.has_root() => Self::Below(slashes(below)),
            _ => Self::Elsewhere(slashes(&whole)),
        }
    }

    /// The path as text.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Below(path) | Self::Elsewhere(path) => path,
        }
    }

    /// The path as a URI: a relative reference below the base folder, else of the scheme `file`.
    pub(super) fn uri(&self) -> String {
        match self {
            Self::Below(path) => encoded(path),
            // A path of Windows begins with its drive.
            Self::Elsewhere(path) if path.starts_with('/') => format!("file://{}", encoded(path)),
            Self::Elsewhere(path) => format!("file:///{}", encoded(path)),
        }
    }
}

/// Whether a display name is that of a file, and not that of a rule inside the program.
pub(super) fn is_file(name: &str) -> bool {
    !name.starts_with(BUILTIN)
}

fn slashes(path: &Path) -> String {
    let mut text = path.to_string_lossy().into_owned();
    if std::path::MAIN_SEPARATOR != '/' {
        text = text.replace(std::path::MAIN_SEPARATOR, "/");
    }
    text
}

/// Percent-encodes a path: only what RFC 3986 calls unreserved, and `/`, stand for themselves. So `:` in a first part is
/// no scheme, and `#` and `?` begin nothing.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for &byte in path.as_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn path(file: &str, base: &str) -> (FilePath, String) {
        let path = FilePath::new(file, Path::new(base));
        let uri = path.uri();
        (path, uri)
    }

    #[test]
    fn paths_below_the_base_are_relative() {
        let below = |text: &str| FilePath::Below(text.to_owned());
        assert_eq!(path("a/b.json", "/project"), (below("a/b.json"), "a/b.json".into()));
        assert_eq!(path("./a/./b.json", "/project").0, below("a/b.json"));
        assert_eq!(path("/project/a/b.json", "/project").0, below("a/b.json"));
        assert_eq!(path("../project/b.json", "/project").0, below("b.json"));
        assert_eq!(path("a/../b.json", "/project").0, below("b.json"));
        assert_eq!(path("a.json", "").0, below("a.json"));
    }

    #[test]
    fn paths_elsewhere_are_absolute() {
        let elsewhere = |text: &str| FilePath::Elsewhere(text.to_owned());
        assert_eq!(path("../b.json", "/project"), (elsewhere("/b.json"), "file:///b.json".into()));
        assert_eq!(path("/other/b.json", "/project").0, elsewhere("/other/b.json"));
        assert_eq!(path("/projector/b.json", "/project").0, elsewhere("/projector/b.json"));
        assert_eq!(path("/b.json", "").0, elsewhere("/b.json"));
    }

    #[test]
    fn uris_hold_only_what_uris_may_hold() {
        assert_eq!(path("a b#c%d?.json", "/w").1, "a%20b%23c%25d%3F.json");
        assert_eq!(path("a:b.json", "/w").1, "a%3Ab.json");
        assert_eq!(path("é/\u{202e}[x]", "/w").1, "%C3%A9/%E2%80%AE%5Bx%5D");
        assert_eq!(path("<stdin>", "/w").1, "%3Cstdin%3E");
        assert_eq!(path("/o/a b", "/w").1, "file:///o/a%20b");
    }

    #[test]
    fn rules_inside_the_program_are_no_files() {
        assert!(!is_file("builtin:a/b.rego"));
        assert!(is_file("policies/b.rego"));
    }
}
