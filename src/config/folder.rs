//! Paths of a configuration: relative to its folder, told relative to the working directory.

use std::path::{Component, Path, PathBuf, absolute};

/// What marks a path as a glob.
const WILD: [char; 4] = ['*', '?', '[', '{'];

/// The folder of a configuration, as seen from the working directory.
#[derive(Debug)]
pub(super) struct Folder {
    /// What leads there from the working directory; empty where it is that.
    prefix: PathBuf,
    /// What leads from there to the working directory, where that lies in it.
    down: PathBuf,
}

impl Folder {
    /// The folder of the file at `path`, seen from `working`, which is absolute.
    pub(super) fn of(path: &Path, working: &Path) -> Self {
        let given = path.parent().unwrap_or(Path::new(""));
        let real = absolute(working.join(path)).unwrap_or_else(|_| path.to_owned());
        let folder = real.parent().unwrap_or(Path::new(""));
        // `..` behind a link leads elsewhere than its name says.
        let is_plain = !folder.components().any(|component| component == Component::ParentDir);
        if let (true, Ok(down)) = (is_plain, working.strip_prefix(folder)) {
            let prefix = down.components().map(|_| "..").collect();
            return Self { prefix, down: down.to_owned() };
        }
        let prefix = match folder.strip_prefix(working) {
            Ok(below) if is_plain => below.to_owned(),
            _ => given.to_owned(),
        };
        Self { prefix, down: PathBuf::new() }
    }

    /// The display path of the configuration file itself.
    pub(super) fn resolve_file(&self, path: &Path) -> PathBuf {
        self.prefix.join(path.file_name().unwrap_or(path.as_os_str()))
    }

    /// A path of the configuration. `-` stays what it is.
    pub(super) fn resolve(&self, text: &str) -> PathBuf {
        let path = Path::new(text);
        if text == "-" || path.is_absolute() || self.prefix.as_os_str().is_empty() {
            return path.to_owned();
        }
        let path: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
        if self.down.as_os_str().is_empty() {
            return self.prefix.join(path);
        }
        match path.strip_prefix(&self.down) {
            Ok(rest) if rest.as_os_str().is_empty() => PathBuf::from("."),
            // Below the working directory `-` would be standard input.
            Ok(rest) => {
                if rest == Path::new("-") {
                    Path::new(".").join(rest)
                } else {
                    rest.to_owned()
                }
            }
            Err(_) => self.prefix.join(path),
        }
    }

    /// The same for a path that may be a glob: only what the configuration says is one, not the name of its folder.
    pub(super) fn resolve_glob(&self, text: &str) -> PathBuf {
        let resolved = self.resolve(text);
        let prefix = self.prefix.to_string_lossy();
        let is_under = resolved.starts_with(&self.prefix) && !self.prefix.as_os_str().is_empty();
        if !is_under || !text.contains(WILD) || !prefix.contains(WILD) || resolved.exists() {
            return resolved;
        }
        let rest = resolved.strip_prefix(&self.prefix).unwrap_or(&resolved);
        Path::new(&globset::escape(&prefix)).join(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(config: &str, text: &str) -> String {
        let folder = Folder::of(Path::new(config), Path::new("/a/b/c"));
        folder.resolve(text).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_path_is_told_from_the_working_directory() {
        for (config, text, expected) in [
            ("/a/b/c/probity.toml", "x", "x"),
            ("probity.toml", "./x", "./x"),
            ("probity.toml", "../x", "../x"),
            ("/a/b/probity.toml", "x", "../x"),
            ("/a/b/probity.toml", "./x", "../x"),
            ("/a/b/probity.toml", "../x", "../../x"),
            ("/a/b/probity.toml", "c/x", "x"),
            ("/a/b/probity.toml", "c", "."),
            ("/a/b/probity.toml", "c/-", "./-"),
            ("/a/probity.toml", "b/c/d/x", "d/x"),
            ("/a/probity.toml", "b/x", "../../b/x"),
            ("/probity.toml", "x", "../../../x"),
            ("/a/b/c/d/probity.toml", "x", "d/x"),
            ("d/probity.toml", "../x", "d/../x"),
            ("../probity.toml", "x", "../x"),
            ("/z/probity.toml", "x", "/z/x"),
            ("/z/probity.toml", "/y", "/y"),
            ("/z/probity.toml", "-", "-"),
        ] {
            assert_eq!(resolved(config, text), expected, "{config} {text}");
        }
    }

    #[test]
    fn the_name_of_a_folder_is_no_glob() {
        let folder = Folder::of(Path::new("/z[1]/probity.toml"), Path::new("/a"));
        assert_eq!(folder.resolve_glob("*.json"), Path::new("/z[[]1[]]/*.json"));
        assert_eq!(folder.resolve_glob("x.json"), Path::new("/z[1]/x.json"));
        let folder = Folder::of(Path::new("/z/probity.toml"), Path::new("/a"));
        assert_eq!(folder.resolve_glob("*.json"), Path::new("/z/*.json"));
    }
}
