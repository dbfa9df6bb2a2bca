//! `probity.toml`: finding it, reading it, and what each of its keys takes.
//!
//! Every problem of the file is told at once, with its place. What is read says of each key and value where it is
//! written, so that later stages can point there too.

mod age;
mod find;
mod folder;
mod keys;
mod reader;
mod schema;
mod value;
mod words;

use std::path::Path;
use std::sync::Arc;

pub use age::{AgeError, parse_age, write_age};
pub use find::{FILE_NAME, find};
pub use keys::{Expect, ExpectKeys, Fetch, FetchKeys, Keys, Output, OutputKeys, RuleKeys, Rules};
pub use reader::{Entry, Located};
pub use schema::config_schema;
pub use value::{
    Age, FilePath, Glob, InputPath, MAX_THREADS, PageSize, Param, Params, Ratio, Size, Text, Threads,
};
pub use words::{BaselineOwner, Grouping, Included, Inconclusive, OutputFormat};

use crate::source::{Code, Diagnostic, SourceText, printable};
use find::read_file;
use folder::Folder;
use reader::parse;

/// A configuration; without a file, one that says nothing.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Display name of the file.
    pub file: Option<Arc<str>>,
    /// What it says.
    pub keys: Keys,
}

impl Config {
    /// Reads the file at `path`. Paths in it are taken as relative to its folder, and told relative to `working`, the
    /// absolute working directory, where they can be.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(path: &Path, working: &Path) -> Result<Self, Vec<Diagnostic>> {
        let folder = Folder::of(path, working);
        let name = folder.resolve_file(path);
        let name = printable(&name.to_string_lossy()).into_owned();
        let bytes = read_file(path).map_err(|why| {
            let message = format!("cannot read the configuration `{name}`: {why}");
            vec![
                Diagnostic::error(Code::ConfigUnreadable, message)
                    .help("mend or move it, name another with --config, or say --no-config"),
            ]
        })?;
        let text = SourceText::new(&name, bytes);
        let keys = parse(&text, &folder)?;
        Ok(Self { file: Some(Arc::clone(text.name())), keys })
    }
}
