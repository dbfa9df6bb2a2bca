//! A policy file and places in it.

use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::tokens::{TokenKind, definitions, tokens};
use crate::source::{BYTE_ORDER_MARK, Excerpt, Label, Place, Position, Tracker};

/// What the display names of built-in files begin with.
pub(super) const BUILTIN: &str = "builtin:";

/// A Rego file.
#[derive(Debug, PartialEq, Eq)]
pub struct PolicyFile {
    /// Its display name: the path as given, or `builtin:` and the path below `policies`.
    pub name: Arc<str>,
    /// Its text, without a byte order mark: the engine knows none.
    pub text: String,
    has_mark: bool,
}

impl PolicyFile {
    /// A file with this display name and text.
    pub fn new(name: &str, text: impl Into<String>) -> Self {
        let mut text = text.into();
        let has_mark = text.starts_with(BYTE_ORDER_MARK);
        if has_mark {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        Self { name: Arc::from(name), text, has_mark }
    }

    /// A file of the same name with a text that was made from this one's.
    #[must_use]
    pub fn with_text(&self, text: String) -> Self {
        Self { name: Arc::clone(&self.name), text, has_mark: self.has_mark }
    }

    /// What stands before the text.
    const fn mark(&self) -> &'static str {
        if self.has_mark { BYTE_ORDER_MARK } else { "" }
    }

    /// The SHA-256 of the whole file, in hexadecimal.
    pub fn sha256(&self) -> String {
        let digest = Sha256::new().chain_update(self.mark()).chain_update(&self.text).finalize();
        crate::source::hexadecimal(&digest)
    }

    /// Whether it is part of the binary.
    pub fn is_builtin(&self) -> bool {
        self.name.starts_with(BUILTIN)
    }

    /// Whether its name says that it holds tests.
    pub fn is_test(&self) -> bool {
        self.name.ends_with("_test.rego")
    }

    /// The package that it declares, e.g. `policies.lib.times`, and where the declaration stands.
    pub fn package(&self) -> Option<(&str, Range<usize>)> {
        let mut tokens = tokens(&self.text);
        let keyword = tokens.next().filter(|token| token.text == "package")?;
        let first = tokens.next().filter(|token| token.kind == TokenKind::Word)?;
        let mut end = first.span().end;
        // The name goes on with what stands right behind it.
        for token in tokens
            .take_while(|token| matches!(token.text, "." | "[" | "]") || token.kind != TokenKind::Symbol)
        {
            if token.start != end {
                break;
            }
            end = token.span().end;
        }
        Some((self.text.get(first.start..end)?, keyword.start..end))
    }

    /// Line of the first definition of `name`, counted from 1.
    pub fn definition_line_1based(&self, name: &str) -> Option<u64> {
        let at = definitions(&self.text).find(|token| token.text == name)?.start;
        Some(1 + self.text.get(..at)?.matches('\n').count() as u64)
    }

    /// Byte offset of a line and character column, both counted from 1; the end where there is no such
    /// place.
    pub fn offset(&self, line_1based: u64, column_1based: u64) -> usize {
        let line = usize::try_from(line_1based.saturating_sub(1)).unwrap_or(usize::MAX);
        let column = usize::try_from(column_1based.saturating_sub(1)).unwrap_or(usize::MAX);
        let start: usize = self.text.split_inclusive('\n').take(line).map(str::len).sum();
        let rest = self.text.get(start..).unwrap_or_default();
        start + rest.chars().take(column).map(char::len_utf8).sum::<usize>()
    }

    /// From `offset` to the end of its word, at least one character unless at the end.
    pub fn word(&self, offset: usize) -> Range<usize> {
        let rest = self.text.get(offset..).unwrap_or_default();
        let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        let first = rest.chars().next().map_or(0, char::len_utf8);
        offset..offset + end.max(first)
    }

    /// The place of a range of bytes, and the lines around it.
    pub fn place(&self, span: Range<usize>, label: &str) -> (Place, Excerpt) {
        let base = Position { byte: self.mark().len() as u64, ..Position::START };
        let mut tracker = Tracker::new(self.text.as_bytes(), base);
        let place = Place::of(&self.name, &mut tracker, &span);
        let labels = vec![Label::new(span, label)];
        (place, Excerpt::new(&self.name, self.text.as_bytes(), labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_and_definitions_are_found_in_the_text() {
        let text = "# package no\npackage a.b # yes\n\ndenyx := 1\ndeny contains 1 if true\n";
        let file = PolicyFile::new("f", text);
        assert_eq!(file.package(), Some(("a.b", 13..24)));
        assert_eq!(file.definition_line_1based("deny"), Some(5));
        assert_eq!(file.definition_line_1based("allow"), None);
        let package = |text: &str| PolicyFile::new("f", text).package().map(|(name, _)| name.to_owned());
        assert_eq!(package("\n  package\ta[\"b c\"].d x := 1").as_deref(), Some("a[\"b c\"].d"));
        assert_eq!(package("x := 1\npackage a"), None);
    }

    #[test]
    fn a_byte_order_mark_is_of_the_file_and_not_of_its_text() {
        let (file, plain) =
            (PolicyFile::new("f", "\u{feff}package a\n"), PolicyFile::new("f", "package a\n"));
        assert_eq!(file.text, plain.text);
        let (place, _) = file.place(8..9, "here");
        assert_eq!((place.start.column_1based, place.start.byte, place.end_byte), (9, 11, 12));
        // printf '\xef\xbb\xbfpackage a\n' | sha256sum; and without the first three bytes.
        assert_eq!(file.sha256(), "03389cb4b83b24721e55ce5bd07b37f23b477008b01559d1456eefbd31afeaec");
        assert_eq!(plain.sha256(), "7b39baa38a2ec2b8d111bbbd8e448e80226477ab40105d9d2123d4dc18067438");
    }

    #[test]
    fn lines_and_columns_become_offsets() {
        let file = PolicyFile::new("f", "é: 1\nab: c-d\n");
        assert_eq!(file.offset(1, 2), 2);
        assert_eq!(file.offset(2, 5), 10);
        assert_eq!(file.word(10), 10..13);
        assert_eq!(file.offset(9, 9), 14);
        assert_eq!(file.word(14), 14..14);
    }
}
