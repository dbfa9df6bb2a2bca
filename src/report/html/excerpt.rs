//! Excerpts in pieces, so that the page marks them without looking at offsets.

use serde::Serialize;

use super::literal::shown;
use crate::result::{ExcerptV1, WindowV1};
use crate::source::printable;

/// Columns of a tab.
const TAB: &str = "    ";

/// An excerpt.
#[derive(Serialize)]
pub(super) struct Excerpt {
    file: String,
    windows: Vec<Window>,
}

/// A run of neighbouring lines.
#[derive(Serialize)]
struct Window {
    /// Number of the first line.
    line: u64,
    lines: Vec<Line>,
}

/// A line, and what there is to say about its marks.
#[derive(Default, Serialize)]
struct Line {
    pieces: Vec<Piece>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Note>,
}

/// Text that is marked as a whole, or not at all: 0 is plain, 1 is marked, 2 stands beside.
#[derive(Serialize)]
struct Piece(String, u8);

/// What a mark says: column, text, and the kind of its mark.
#[derive(Serialize)]
struct Note(u64, String, u8);

impl Excerpt {
    pub(super) fn new(excerpt: &ExcerptV1) -> Self {
        Self { file: shown(&excerpt.file), windows: excerpt.windows.iter().map(window).collect() }
    }
}

fn window(window: &WindowV1) -> Window {
    let mut marks: Vec<_> = window.marks.iter().collect();
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut lines = vec![Line::default()];
    let mut rest = window.text.as_str();
    let mut at = 0;
    for mark in marks {
        let kind = if mark.beside { 2 } else { 1 };
        // Marks that overlap are told apart by their notes alone.
        let start = mark.start.max(at);
        let end = mark.end.max(start);
        let before = start - at;
        let (plain, after) = rest.split_at_checked(before).unwrap_or((rest, ""));
        let (marked, after) = after.split_at_checked(end - start).unwrap_or((after, ""));
        push(&mut lines, plain, 0);
        // The note belongs to the line where the mark begins.
        if let Some(line) = lines.last_mut() {
            line.notes.push(Note(mark.column, shown(&mark.text), kind));
        }
        push(&mut lines, marked, kind);
        at += plain.len() + marked.len();
        rest = after;
    }
    push(&mut lines, rest, 0);
    // The last line feed begins no line.
    if lines.last().is_some_and(|line| line.pieces.is_empty() && line.notes.is_empty()) {
        lines.pop();
    }
    Window { line: window.line, lines }
}

/// Adds text to the last line, and begins new ones at line feeds.
fn push(lines: &mut Vec<Line>, text: &str, kind: u8) {
    for (index, part) in text.split('\n').enumerate() {
        if index > 0 {
            lines.push(Line::default());
        }
        if let Some(line) = lines.last_mut()
            && !part.is_empty()
        {
            line.pieces.push(Piece(printable(&part.replace('\t', TAB)).into_owned(), kind));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::MarkV1;
    use serde_json::{Value, json};

    fn pieces(text: &str, marks: &[(usize, usize, &str, bool)]) -> Value {
        let marks = marks.iter().map(|&(start, end, text, beside)| MarkV1 {
            start,
            end,
            text: text.to_owned(),
            line: 1,
            column: 1,
            byte: 0,
            beside,
        });
        let shown = window(&WindowV1 { line: 7, text: text.to_owned(), marks: marks.collect() });
        serde_json::to_value(shown).unwrap()["lines"].take()
    }

    #[test]
    fn marks_cut_lines_into_pieces() {
        let text = "{\n  \"a\": 1,\n}\n";
        assert_eq!(
            pieces(text, &[(9, 10, "too small", false)]),
            json!([
                {"pieces": [["{", 0]]},
                {"pieces": [["  \"a\": ", 0], ["1", 1], [",", 0]], "notes": [[1, "too small", 1]]},
                {"pieces": [["}", 0]]},
            ])
        );
    }

    #[test]
    fn marks_that_are_not_in_order_overlap_or_point_nowhere_lose_no_text() {
        let all = |value: &Value| -> String {
            let lines = value.as_array().unwrap().iter();
            let texts = lines.flat_map(|line| line["pieces"].as_array().unwrap());
            texts.map(|piece| piece[0].as_str().unwrap()).collect()
        };
        for marks in [
            &[(4, 5, "b", true), (0, 2, "a", false)][..],
            &[(0, 4, "a", false), (2, 5, "b", false)],
            &[(1, 900, "a", false)],
            &[(900, 901, "a", false)],
            // In the middle of a character.
            &[(0, 2, "a", false)],
            &[(5, 2, "a", false)],
        ] {
            assert_eq!(all(&pieces("xä€yz\n", marks)), "xä€yz", "{marks:?}");
        }
    }

    #[test]
    fn what_would_reorder_or_hide_is_shown() {
        let lines = pieces("a\t\u{202e}\u{1b}\n", &[(2, 5, "m\u{202e}", false)]);
        assert_eq!(
            lines,
            json!([{
                "pieces": [["a    ", 0], ["\\u202e", 1], ["\\u001b", 0]],
                "notes": [[1, "m\\u202e", 1]],
            }])
        );
        assert_eq!(pieces("", &[]), json!([]));
    }
}
