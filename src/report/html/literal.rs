//! Texts of payloads, rules and waivers as the page shows them: as what they are, never as markup.

use std::fmt;

use askama::filters::{Escaper, Html};

use super::number::grouped;
use crate::source::printable;

/// Characters of a text that the page holds; more is cut, and the page says how much.
const MAX_TEXT: usize = 4000;

/// Escapes markup, and makes characters visible that reorder or hide others. The templates' configuration names it,
/// so that no text gets around it.
#[derive(Clone, Copy)]
pub(super) struct Literal;

impl Escaper for Literal {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, text: &str) -> fmt::Result {
        Html.write_escaped_str(dest, &printable(text))
    }
}

/// A text in one line, cut where nobody would read on.
pub(super) fn shown(text: &str) -> String {
    cut(text, MAX_TEXT)
}

/// The first `characters` of a text in one line, and how many there are more.
pub(super) fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => printable(text).into_owned(),
        Some((end, _)) => {
            let (begin, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            format!("{}… ({} characters more)", printable(begin), grouped(rest.chars().count() as u64))
        }
    }
}

/// A text of several lines as one paragraph.
pub(super) fn paragraph(text: &str) -> String {
    shown(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text as part of an anchor.
pub(super) fn slug(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    text.chars().take(80).map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_hidden_characters_are_shown_as_they_are_written() {
        let mut out = String::new();
        Literal.write_escaped_str(&mut out, "<b title=\"'&\">\u{202e}\u{1b}[31m\n").unwrap();
        assert!(!out.contains(['<', '>', '"', '\'', '\u{202e}', '\u{1b}', '\n']), "{out}");
        assert!(out.ends_with("\\u202e\\u001b[31m\\n"), "{out}");
    }

    #[test]
    fn what_is_cut_is_counted() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß€", 3), "äöü… (2 characters more)");
        assert_eq!(cut(&"x".repeat(12_001), 1), "x… (12,000 characters more)");
        assert_eq!(paragraph(" a\n  b\tc\n"), "a b c");
        assert_eq!(slug("NIST 800-53/\u{202e}ä"), "nist-800-53---");
    }
}
