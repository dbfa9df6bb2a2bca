//! An exact text or a glob.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};

/// Names texts: one exactly, or all that a glob matches.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// `None` where the text has no wildcard.
    glob: Option<GlobMatcher>,
}

/// A text that is no valid glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

impl Pattern {
    /// For ids of rules: upper and lower case are the same.
    ///
    /// # Errors
    ///
    /// A glob that cannot be read.
    pub fn of_rules(text: &str) -> Result<Self, PatternError> {
        // Ids are folded by the glob, so that an exact one needs it too.
        let glob = GlobBuilder::new(text).case_insensitive(true).build();
        let glob = glob.map_err(|error| PatternError(error.kind().to_string()))?;
        Ok(Self { text: text.to_owned(), glob: Some(glob.compile_matcher()) })
    }

    /// For ids of resources and regions: `*` matches any characters, `/` among them.
    ///
    /// # Errors
    ///
    /// A glob that cannot be read.
    pub fn of_ids(text: &str) -> Result<Self, PatternError> {
        Self::new(text, false)
    }

    /// For paths: `*` matches within a folder, `**` over folders.
    ///
    /// # Errors
    ///
    /// A glob that cannot be read.
    pub fn of_paths(text: &str) -> Result<Self, PatternError> {
        Self::new(text, true)
    }

    /// For a text that nothing is held against any more.
    pub fn of_text(text: &str) -> Self {
        Self { text: text.to_owned(), glob: None }
    }

    fn new(text: &str, literal_separator: bool) -> Result<Self, PatternError> {
        let glob = if text.contains(['*', '?', '[', '{', '\\']) {
            let glob = GlobBuilder::new(text).literal_separator(literal_separator).build();
            Some(glob.map_err(|error| PatternError(error.kind().to_string()))?.compile_matcher())
        } else {
            None
        };
        Ok(Self { text: text.to_owned(), glob })
    }

    /// Whether it names this text.
    pub fn matches(&self, text: &str) -> bool {
        text == self.text || self.glob.as_ref().is_some_and(|glob| glob.is_match(text))
    }

    /// Whether it may name other texts than the one that it is written as.
    pub const fn is_glob(&self) -> bool {
        self.glob.is_some()
    }

    /// Whether it names whatever there may be: it has nothing but wildcards, or names texts that have nothing in common.
    pub fn is_any(&self) -> bool {
        const STRANGERS: [&str; 3] = ["\u{fffd}\u{10ffff}", "0/0", "zz-zz"];
        self.text.chars().all(|c| matches!(c, '*' | '?' | '{' | '}' | ',' | '/'))
            || STRANGERS.into_iter().all(|text| self.matches(text))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A text that names exactly this id.
    pub fn exactly(id: &str) -> String {
        globset::escape(id)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_text_and_a_glob() {
        let id = |text: &str| Pattern::of_ids(text).unwrap();
        assert!(id("i-1").matches("i-1") && !id("i-1").matches("i-12") && !id("i-1").matches("I-1"));
        assert!(id("i-*").matches("i-1/2"), "an identity may have parts");
        assert!(id("a[1]").matches("a[1]") && id("a[1]").matches("a1"));
        assert!(Pattern::of_rules("aws-*").unwrap().matches("AWS-SSM-001"));
        assert!(Pattern::of_rules("AWS-SSM-001").unwrap().matches("aws-ssm-001"));
        assert!(!Pattern::of_paths("a/*.json").unwrap().matches("a/b/c.json"));
        assert!(Pattern::of_paths("a/**/*.json").unwrap().matches("a/b/c.json"));
        assert!(Pattern::of_ids("a[").is_err() && Pattern::of_rules("{a").is_err());
    }

    #[test]
    fn what_is_escaped_names_itself_alone() {
        for odd in ["a[1]", "*", "{a,b}", "a\\b", "?", "cn-1/ns/repo:tag/sha256:00"] {
            let pattern = Pattern::of_ids(&Pattern::exactly(odd)).unwrap();
            assert!(pattern.matches(odd), "{odd}");
            assert!(!pattern.matches("a1") && !pattern.matches("a") && !pattern.matches("x"), "{odd}");
        }
    }

    #[test]
    fn wildcards_alone_name_everything() {
        let is_any = |text: &str| Pattern::of_ids(text).unwrap().is_any();
        assert!(is_any("*") && is_any("**") && is_any("?*") && is_any("*/*"));
        assert!(is_any("{*,i-1}") && is_any("[!~]*") && is_any("{,?}*"), "in whatever way");
        assert!(!is_any("i-*") && !is_any("[ab]*") && !is_any("zz-*"));
    }
}
