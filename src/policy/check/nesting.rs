//! How deep a text is nested, before the engine's parser sees it.
//!
//! The parser tries each bracket as several things, so that its time doubles with every `[` or `{` within
//! another: 24 of them are minutes. And it goes down one call for each operator of a chain, which ends the
//! process some thousand operators later. Measured with regorus 0.14.1.

use std::ops::Range;

use crate::policy::{Token, TokenKind, tokens};

/// How many `[` and `{` may stand within each other. Sixteen are a tenth of a second.
const MAX_BRACKETS: usize = 16;
/// How deep an expression may be: its brackets, and the operators and steps of a chain, one after another.
const MAX_DEPTH: usize = 100;

/// Where a text is nested too deeply, and what is to be said about it.
pub(crate) fn too_deep(text: &str) -> Option<(Range<usize>, String)> {
    let mut levels = vec![Level::default()];
    let mut goes_on = false;
    for token in tokens(text) {
        let joins = joins(&token);
        if token.begins_line && !goes_on && !joins {
            levels.last_mut()?.end_chain();
        }
        match (token.kind, token.text) {
            (TokenKind::Symbol, "(" | "[" | "{") => {
                levels.push(Level { counts: token.text != "(", ..Level::default() });
            }
            (TokenKind::Symbol, ")" | "]" | "}") if levels.len() > 1 => {
                let inner = levels.pop().map_or(0, |level| level.deepest.max(level.depth));
                let outer = levels.last_mut()?;
                outer.depth = outer.depth.max(inner) + 1;
            }
            (TokenKind::Symbol, "," | ";" | ":") => levels.last_mut()?.end_chain(),
            (TokenKind::Word, "if" | "contains" | "else" | "with" | "as" | "some" | "every") => {
                levels.last_mut()?.end_chain();
            }
            _ if joins => levels.last_mut()?.depth += 1,
            _ => {}
        }
        goes_on = joins;
        if levels.iter().filter(|level| level.counts).count() > MAX_BRACKETS {
            return Some((token.span(), format!("more than {MAX_BRACKETS} `[` or `{{` within each other")));
        }
        if levels.len() > MAX_DEPTH || levels.last()?.depth > MAX_DEPTH {
            return Some((token.span(), format!("an expression is nested more than {MAX_DEPTH} deep")));
        }
    }
    None
}

/// What is between two brackets.
#[derive(Default)]
struct Level {
    /// Whether its bracket is one that the parser is slow with.
    counts: bool,
    /// Depth of the expression under way.
    depth: usize,
    /// Greatest depth of the expressions before it.
    deepest: usize,
}

impl Level {
    fn end_chain(&mut self) {
        self.deepest = self.deepest.max(self.depth);
        self.depth = 0;
    }
}

/// Whether a token makes what stands around it one expression.
fn joins(token: &Token<'_>) -> bool {
    match token.kind {
        TokenKind::Symbol => !matches!(token.text, "(" | "[" | "{" | ")" | "]" | "}" | "," | ";" | ":"),
        TokenKind::Word => matches!(token.text, "not" | "in"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<usize> {
        too_deep(text).map(|(span, _)| span.start)
    }

    #[test]
    fn brackets_are_counted_within_each_other() {
        let nested = |open: &str, close: &str, count: usize| {
            format!("package a\n\np := {}1{}\n", open.repeat(count), close.repeat(count))
        };
        // `package a`, two line ends, `p := `: the first bracket is byte 16, so that the 17th is byte 32.
        assert_eq!(at(&nested("[", "]", 16)), None);
        assert_eq!(at(&nested("[", "]", 17)), Some(32));
        assert_eq!(at(&nested("[{", "}]", 8)), None);
        assert_eq!(at(&nested("[{", "}]", 9)), Some(32));
        assert_eq!(at(&format!("package a\n\np := [{}]\n", "[1], ".repeat(5_000))), None);
        assert_eq!(at(&nested("(", ")", 100_000)), Some(16 + 99));
        assert_eq!(at(&format!("# {}\np := \"{}\"", "[".repeat(200), "{".repeat(200))), None);
        assert_eq!(at("package a\n]]]]}}}"), None, "that is for the parser to say");
    }

    #[test]
    fn chains_are_counted_over_lines() {
        assert_eq!(at(&format!("p := 1{}", " +\n1".repeat(99))), None);
        // `p := 1` has 6 bytes and joins once; each ` +`, line end, `1` has 4: the 100th `+` is at 6 + 99 * 4 + 1.
        assert_eq!(at(&format!("p := 1{}", " +\n1".repeat(100))), Some(403));
        assert_eq!(at(&format!("p := 1{}", "\n+ 1".repeat(100))), Some(403));
        assert_eq!(at(&format!("p := x{}", "[\n1]".repeat(101))), Some(6 + 100 * 4 - 1));
        assert!(at(&format!("p := {}1", "-\n".repeat(101))).is_some());
        assert!(at(&format!("p := {}1{}", "(".repeat(30), " + 1)".repeat(90))).is_some());
        let statements = "\ta := 1\n\tb := a + a\n\tnot c in d\n".repeat(1_000);
        assert_eq!(at(&format!("p if {{\n{statements}}}\n")), None);
        assert_eq!(at(&format!("p := 1 if a.b == c{}", "\nelse := 2 if a.b == c".repeat(1_000))), None);
    }
}
