//! The words of a Rego text, without its meaning.
//!
//! The engine's parser says what a file means; this says what stands where, also in a text that the parser
//! refuses, or that it must not see: brackets nested too deeply keep it busy for hours, or end the process.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A text in quotes, or what is left of one that is not closed.
    Text,
    /// A text in backticks, which may go over lines.
    RawText,
    /// An operator of one or two characters, a bracket or a separator.
    Symbol,
}

/// A token of a Rego text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: TokenKind,
    /// As it is written, quotes included.
    pub text: &'t str,
    /// Where its first byte stands.
    pub start: usize,
    /// Whether it is the first token of its line.
    pub begins_line: bool,
}

impl Token<'_> {
    /// The bytes that it takes.
    pub const fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// The tokens of a text; comments and white space are left out.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, rest: text.char_indices().peekable(), begins_line: true }
}

/// Iterates over the tokens of a text.
#[derive(Clone, Debug)]
pub struct Tokens<'t> {
    text: &'t str,
    rest: Peekable<CharIndices<'t>>,
    begins_line: bool,
}

impl Tokens<'_> {
    fn skip_while(&mut self, matches: impl Fn(char) -> bool) {
        while self.rest.next_if(|&(_, c)| matches(c)).is_some() {}
    }

    /// Goes behind a text in quotes, whose first quote is read. A text ends with its line, closed or not.
    fn skip_text(&mut self) {
        while let Some((_, c)) = self.rest.next_if(|&(_, c)| c != '\n') {
            match c {
                '"' => return,
                '\\' => {
                    self.rest.next_if(|&(_, c)| c != '\n');
                }
                _ => {}
            }
        }
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let (start, first) = loop {
            match self.rest.next()? {
                (_, '\n') => self.begins_line = true,
                (_, '#') => self.skip_while(|c| c != '\n'),
                (_, c) if c.is_whitespace() => {}
                found => break found,
            }
        };
        let kind = match first {
            '"' => {
                self.skip_text();
                TokenKind::Text
            }
            '`' => {
                self.skip_while(|c| c != '`');
                self.rest.next();
                TokenKind::RawText
            }
            c if c.is_alphabetic() || c == '_' => {
                self.skip_while(|c| c.is_alphanumeric() || c == '_');
                TokenKind::Word
            }
            c if c.is_ascii_digit() => {
                self.skip_while(|c| c.is_ascii_alphanumeric() || c == '.');
                TokenKind::Number
            }
            ':' | '=' | '<' | '>' | '!' => {
                self.rest.next_if(|&(_, c)| c == '=');
                TokenKind::Symbol
            }
            _ => TokenKind::Symbol,
        };
        let end = self.rest.peek().map_or(self.text.len(), |&(end, _)| end);
        let begins_line = std::mem::take(&mut self.begins_line);
        Some(Token { kind, text: self.text.get(start..end)?, start, begins_line })
    }
}

/// Where rules begin: the name of each rule and `default` before it, in order. A name stands once for each
/// definition.
///
/// No two operands follow each other within an expression, so that outside of all brackets a name behind the
/// end of an operand begins another rule, whether or not it begins a line.
pub(super) fn definitions(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut depth = 0_usize;
    let mut before = Before::Operand;
    tokens(text).filter(move |token| {
        let last = before;
        before = match (token.kind, token.text) {
            (TokenKind::Word, _) if last == Before::Dot => Before::Operand,
            (TokenKind::Word, "default") => Before::Operand,
            (TokenKind::Word, word) if is_keyword(word) => Before::Other,
            (TokenKind::Symbol, ".") => Before::Dot,
            (TokenKind::Symbol, ")" | "]" | "}") => {
                depth = depth.saturating_sub(1);
                Before::Operand
            }
            (TokenKind::Symbol, symbol) => {
                if matches!(symbol, "(" | "[" | "{") {
                    depth += 1;
                }
                Before::Other
            }
            _ => Before::Operand,
        };
        let is_name = token.kind == TokenKind::Word && !is_keyword(token.text);
        is_name && depth == 0 && last == Before::Operand
    })
}

/// What stands before a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// What can end an expression; also `default`, and the start of the file.
    Operand,
    /// A dot, which makes any word a name.
    Dot,
    /// What an expression goes on behind.
    Other,
}

fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 12] = [
        "package", "import", "as", "default", "if", "contains", "else", "not", "some", "every", "in", "with",
    ];
    KEYWORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        tokens(text).map(|token| token.text).collect()
    }

    #[test]
    fn tokens_are_told_apart() {
        assert_eq!(
            texts("a.b2 := \"x\\\"y#\" # c\n\t`r\n#`!=-1.5e3[é]"),
            ["a", ".", "b2", ":=", "\"x\\\"y#\"", "`r\n#`", "!=", "-", "1.5e3", "[", "é", "]"]
        );
        let found: Vec<_> = tokens("a é\n \"b\n`c").map(|t| (t.kind, t.start, t.begins_line)).collect();
        assert_eq!(
            found,
            [
                (TokenKind::Word, 0, true),
                (TokenKind::Word, 2, false),
                (TokenKind::Text, 6, true),
                (TokenKind::RawText, 9, true),
            ]
        );
        assert_eq!(texts("\"open \\\nb"), ["\"open \\", "b"]);
    }

    fn names(text: &str) -> Vec<&str> {
        definitions(text).map(|token| token.text).collect()
    }

    #[test]
    fn rules_are_found_wherever_they_begin() {
        assert_eq!(
            names(
                "package a.deny\nimport data.deny as deny\n  deny contains \"x\" if not deny\n\tb := deny\ndefault c := {\ndeny}"
            ),
            ["deny", "b", "c"]
        );
        assert_eq!(names("package a x := 1 deny contains {} if true y if x"), ["x", "deny", "y"]);
        assert_eq!(names("package a\nf(deny) if deny.deny == x\ndeny\n`deny` # deny"), ["f", "deny"]);
        assert_eq!(
            names("package a\np if some deny in input\np[deny] if every deny, d in deny { x }"),
            ["p", "p"]
        );
        assert_eq!(names("package a\np := 1 if\ninput.if\nelse := 2\ndeny if x"), ["p", "deny"]);
    }
}
