//! The few lines of a file that a diagnostic shows.
//!
//! An excerpt is small whatever the file: at most two lines of context around each label, long lines
//! cut around it, and nothing in it that a terminal would obey.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthChar as _;

use super::{Position, Tracker};

/// Lines shown before and after a labelled line.
const CONTEXT_LINES: usize = 2;
/// Widest line that is shown whole, in terminal columns: fits 80 with a gutter of seven digits.
const MAX_WIDTH: usize = 68;
/// Columns kept before a label in a line that is cut.
const LEAD_WIDTH: usize = 24;
/// Farthest column of the middle of a label: from there its words are written to the right.
const MAX_MIDDLE: usize = 46;
/// Context lines longer than this many bytes are left out: looking at them would cost too much.
const MAX_CONTEXT_BYTES: usize = 4096;
/// How far a line is followed on both sides of a label: farther than anything is shown of it.
const LINE_REACH: usize = 8192;

/// A part of the text to underline, and what to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Byte range in the text that the excerpt is taken from.
    pub span: Range<usize>,
    /// The words beside the underline.
    pub text: String,
    /// It is not what the excerpt is about, but stands beside that.
    pub is_beside: bool,
}

impl Label {
    /// A label over `span`.
    pub fn new(span: Range<usize>, text: impl Into<String>) -> Self {
        Self { span, text: text.into(), is_beside: false }
    }

    /// A label over something that is shown beside what the excerpt is about.
    pub fn beside(span: Range<usize>, text: impl Into<String>) -> Self {
        Self { is_beside: true, ..Self::new(span, text) }
    }
}

/// Lines of a file around one or more labels, ready to be printed.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The file's display name.
    pub file: Arc<str>,
    /// Runs of neighbouring lines, in file order.
    pub windows: Vec<Window>,
}

/// A run of neighbouring lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Number of the first line, counted from 1.
    pub first_line_1based: u64,
    /// The lines, printable, each ended by `\n`.
    pub text: String,
    /// What is underlined.
    pub marks: Vec<Mark>,
}

/// A label within a [`Window`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Byte range in the window's text.
    pub span: Range<usize>,
    /// The words beside the underline.
    pub text: String,
    /// Where the labelled text stands in its file.
    pub position: Position,
    /// It is not what the excerpt is about, but stands beside that.
    pub is_beside: bool,
}

/// A text to take lines out of.
#[derive(Clone, Copy, Debug)]
pub struct ShownText<'t> {
    /// The text.
    pub bytes: &'t [u8],
    /// Ranges that must not be readable.
    pub secrets: &'t [Range<usize>],
}

impl Excerpt {
    /// Takes the lines around `labels` out of `text`, all of `file`.
    ///
    /// A label over several lines is shown at its first character. Bytes that are no UTF-8 show as
    /// the replacement character.
    pub fn new(file: &Arc<str>, text: &[u8], labels: Vec<Label>) -> Self {
        let mut tracker = Tracker::new(text, Position::START);
        Self::of(file, ShownText { bytes: text, secrets: &[] }, &mut tracker, labels)
    }

    /// Takes the lines of `labels` out of `text`, all of `file`, with one line around each.
    pub fn narrow(file: &Arc<str>, text: &[u8], labels: Vec<Label>) -> Self {
        let mut tracker = Tracker::new(text, Position::START);
        Self::around(file, ShownText { bytes: text, secrets: &[] }, &mut tracker, labels, 1)
    }

    /// Takes the lines around `labels` out of a part of `file`, whose positions `tracker` tells. No line goes on
    /// over a gap.
    pub fn of(file: &Arc<str>, text: ShownText<'_>, tracker: &mut Tracker<'_>, labels: Vec<Label>) -> Self {
        Self::around(file, text, tracker, labels, CONTEXT_LINES)
    }

    fn around(
        file: &Arc<str>,
        text: ShownText<'_>,
        tracker: &mut Tracker<'_>,
        mut labels: Vec<Label>,
        context: usize,
    ) -> Self {
        labels.sort_by_key(|label| label.span.start);
        let mut windows: Vec<Window> = Vec::new();
        let mut group = Group::default();
        for label in labels {
            let ShownText { bytes, secrets } = text;
            let shown = Shown { bounds: tracker.stretch(label.span.start), text: bytes, secrets };
            let lines = shown.lines_around(label.span.start, context);
            if !group.takes(&shown, &label, &lines) {
                windows.extend(group.window(tracker));
                group = Group { shown: Some(shown), ..Group::default() };
            }
            group.add(label, lines);
        }
        windows.extend(group.window(tracker));
        Self { file: Arc::clone(file), windows }
    }
}

/// Labels that are shown in one window, with its lines.
#[derive(Default)]
struct Group<'t> {
    shown: Option<Shown<'t>>,
    labels: Vec<Label>,
    lines: Vec<Range<usize>>,
}

impl Group<'_> {
    /// Whether a label behind those of the group can be shown with them.
    fn takes(&self, shown: &Shown<'_>, label: &Label, lines: &[Range<usize>]) -> bool {
        let Some(own) = self.shown.as_ref().filter(|own| own.bounds == shown.bounds) else {
            return false;
        };
        if let Some(line) =
            self.lines.iter().find(|line| line.start <= label.span.start && label.span.start <= line.end)
            && let Some(first) = self.labels.iter().find(|first| line.start <= first.span.start)
        {
            // Else it would be cut off, or its words would have no room: it gets the line once more.
            return first.span == label.span || is_near(own.text, line, first, label);
        }
        match (self.lines.last(), lines.first()) {
            (Some(last), Some(first)) => first.start <= last.end + 1 && !is_long(first) && !is_long(last),
            _ => false,
        }
    }

    fn add(&mut self, label: Label, lines: Vec<Range<usize>>) {
        let end = self.lines.last().map_or(0, |last| last.end + 1);
        let known = self.lines.is_empty();
        self.lines.extend(lines.into_iter().filter(|line| known || line.start >= end));
        self.labels.push(label);
    }

    fn window(&self, tracker: &mut Tracker<'_>) -> Option<Window> {
        let (text, first) = (self.shown.as_ref()?, self.lines.first()?);
        let first_line_1based = tracker.position(first.start).line_1based;
        let mut window = Window { first_line_1based, text: String::new(), marks: Vec::new() };
        for line in &self.lines {
            let on_line: Vec<&Label> = self
                .labels
                .iter()
                .filter(|label| line.start <= label.span.start && label.span.start <= line.end)
                .collect();
            push_line(&mut window, text, tracker, line, &on_line);
        }
        Some(window)
    }
}

/// A text with the stretch of it that is shown, and the ranges that must not be.
struct Shown<'t> {
    text: &'t [u8],
    bounds: Range<usize>,
    secrets: &'t [Range<usize>],
}

impl<'t> Shown<'t> {
    /// The line that holds `offset`, without its line end; of a long one, what is near.
    fn line_around(&self, offset: usize) -> Range<usize> {
        let offset = offset.clamp(self.bounds.start, self.bounds.end);
        let first = self.bounds.start.max(offset.saturating_sub(LINE_REACH));
        let last = self.bounds.end.min(offset.saturating_add(LINE_REACH));
        let before = self.text.get(first..offset).unwrap_or_default();
        let after = self.text.get(offset..last).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(first, |at| first + at + 1);
        let end = memchr::memchr(b'\n', after).map_or(last, |at| offset + at);
        start..end
    }

    /// That line with up to `context` on both sides, as far as they are of a sensible length.
    fn lines_around(&self, offset: usize, context: usize) -> Vec<Range<usize>> {
        let line = self.line_around(offset);
        if is_long(&line) {
            return vec![line];
        }
        let mut lines = VecDeque::from([line.clone()]);
        let mut start = line.start;
        for _ in 0..context {
            if start <= self.bounds.start {
                break;
            }
            let previous = self.line_around(start - 1);
            if is_long(&previous) {
                break;
            }
            start = previous.start;
            lines.push_front(previous);
        }
        let mut end = line.end;
        for _ in 0..context {
            if end + 1 >= self.bounds.end {
                break;
            }
            let next = self.line_around(end + 1);
            if is_long(&next) {
                break;
            }
            end = next.end;
            lines.push_back(next);
        }
        lines.into()
    }

    /// A part of the text, secrets made unreadable.
    fn part(&self, range: Range<usize>) -> Cow<'t, [u8]> {
        let plain = self.text.get(range.clone()).unwrap_or_default();
        let within: Vec<Range<usize>> = self
            .secrets
            .iter()
            .filter(|secret| secret.start < range.end && range.start < secret.end)
            .map(|secret| secret.start.saturating_sub(range.start)..secret.end.min(range.end) - range.start)
            .collect();
        if within.is_empty() { Cow::Borrowed(plain) } else { Cow::Owned(mask(plain, &within)) }
    }
}

/// A copy of UTF-8 text with a star for each character of the given ranges.
fn mask(text: &[u8], secrets: &[Range<usize>]) -> Vec<u8> {
    let mut masked = Vec::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        if !secrets.iter().any(|secret| secret.contains(&at)) {
            masked.push(byte);
        } else if byte & 0xC0 != 0x80 {
            masked.push(b'*');
        }
    }
    masked
}

/// Appends one line, cut and made printable, with its labels.
fn push_line(
    shown: &mut Window,
    text: &Shown<'_>,
    tracker: &mut Tracker<'_>,
    line: &Range<usize>,
    labels: &[&Label],
) {
    let cut = cut(text.text, line, labels.first().copied());
    let mut marks: Vec<(Range<usize>, &Label)> = Vec::new();
    for label in labels {
        let span = on_line(text.text, line, label);
        let start = span.start.clamp(cut.start, cut.end);
        marks.push((start..span.end.clamp(start, cut.end), label));
    }
    if cut.start > line.start {
        shown.text.push('…');
    }
    // Labels may overlap, so that the text is printed from one of their ends to the next.
    let mut ends: Vec<usize> = marks.iter().flat_map(|(span, _)| [span.start, span.end]).collect();
    ends.sort_unstable();
    let mut printed: Vec<(usize, usize)> = Vec::with_capacity(ends.len());
    let mut at = cut.start;
    for end in ends {
        push_printable(&mut shown.text, &text.part(at..end));
        printed.push((end, shown.text.len()));
        at = end;
    }
    let place = |at: usize| printed.iter().find(|(end, _)| *end == at).map_or(0, |(_, place)| *place);
    for (span, label) in marks {
        let span = place(span.start)..place(span.end);
        if let Some(same) = shown.marks.iter_mut().find(|mark| mark.span == span && !span.is_empty()) {
            same.text.push_str("; ");
            same.text.push_str(&label.text);
            continue;
        }
        let position = tracker.position(label.span.start);
        shown.marks.push(Mark { span, text: label.text.clone(), position, is_beside: label.is_beside });
    }
    push_printable(&mut shown.text, &text.part(at..cut.end));
    if cut.end < line.end {
        shown.text.push('…');
    }
    shown.text.push('\n');
}

/// Whether a line is so long that it is shown by itself.
const fn is_long(line: &Range<usize>) -> bool {
    line.end - line.start > MAX_CONTEXT_BYTES
}

/// What of a label stands on its first line: all of it, or the first character.
fn on_line(text: &[u8], line: &Range<usize>, label: &Label) -> Range<usize> {
    let Range { start, end } = label.span;
    let first_line = text.get(start..end.min(line.end + 1)).unwrap_or_default();
    if memchr::memchr(b'\n', first_line).is_some() {
        start..start + text.get(start..).map_or(0, first_character)
    } else {
        start..end.min(line.end).max(start)
    }
}

/// Whether a label can be shown in the same part of a line as the first one of that line.
fn is_near(text: &[u8], line: &Range<usize>, first: &Label, label: &Label) -> bool {
    let cut = cut(text, line, Some(first));
    let span = on_line(text, line, label);
    span.end <= cut.end && middle(text, cut.start, &span) <= MAX_MIDDLE
}

/// The column of the middle of a span, from `start` on.
fn middle(text: &[u8], start: usize, span: &Range<usize>) -> usize {
    let columns = |range: Range<usize>| width(text.get(range).unwrap_or_default());
    let shown = span.start..span.end.min(span.start + 4 * MAX_WIDTH);
    columns(start..span.start) + columns(shown) / 2
}

/// The part of `line` to show: all of it, or a stretch around a label.
fn cut(text: &[u8], line: &Range<usize>, label: Option<&Label>) -> Range<usize> {
    let focus = label.map_or(line.start, |label| label.span.start);
    let is_short = line.len() <= 4 * MAX_WIDTH;
    if is_short
        && width(text.get(line.clone()).unwrap_or_default()) <= MAX_WIDTH
        && label.is_none_or(|label| middle(text, line.start, &on_line(text, line, label)) <= MAX_MIDDLE)
    {
        return line.clone();
    }
    let start = step_back(text, line.start, focus, LEAD_WIDTH);
    let used = width(text.get(start..focus).unwrap_or_default());
    let end = step_forward(text, focus, line.end, MAX_WIDTH.saturating_sub(used));
    start..end
}

/// Goes back from `from` by at most `columns`, not before `floor`.
fn step_back(text: &[u8], floor: usize, from: usize, columns: usize) -> usize {
    let mut at = from;
    let mut used = 0;
    while at > floor {
        let mut previous = at - 1;
        while previous > floor && text.get(previous).is_some_and(|byte| byte & 0xC0 == 0x80) {
            previous -= 1;
        }
        used += width(text.get(previous..at).unwrap_or_default());
        if used > columns {
            break;
        }
        at = previous;
    }
    at
}

/// Goes forward from `from` by at most `columns`, not past `ceiling`.
fn step_forward(text: &[u8], from: usize, ceiling: usize, columns: usize) -> usize {
    let mut at = from;
    let mut used = 0;
    while at < ceiling {
        let rest = text.get(at..ceiling).unwrap_or_default();
        let next = at + first_character(rest);
        used += width(text.get(at..next).unwrap_or_default());
        if used > columns {
            break;
        }
        at = next;
    }
    at
}

/// Length in bytes of the first character, 1 for a byte that begins none, 0 for empty text.
fn first_character(text: &[u8]) -> usize {
    let length = match text.first() {
        None => return 0,
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        Some(_) => 1,
    };
    match text.get(..length) {
        Some(bytes) if std::str::from_utf8(bytes).is_ok() => length,
        _ => 1,
    }
}

/// Terminal columns that `text` takes once it is printable.
fn width(text: &[u8]) -> usize {
    let mut shown = String::new();
    push_printable(&mut shown, text);
    shown.chars().map(|c| if c == '\t' { 4 } else { c.width().unwrap_or(0) }).sum()
}

fn push_printable(out: &mut String, text: &[u8]) {
    for c in String::from_utf8_lossy(text).chars() {
        match c {
            // A carriage return that ends a line is part of the line end.
            '\r' => {}
            '\t' => out.push(c),
            c => push_char(out, c),
        }
    }
}

/// Appends `c`, or its escape where a terminal would obey it or not show it.
fn push_char(out: &mut String, c: char) {
    if obeyed_or_hidden(c) {
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    } else {
        out.push(c);
    }
}

/// Control characters, and characters that reorder or hide their neighbours.
const fn obeyed_or_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\x1F' | '\x7F'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Whether all is ASCII that is seen. Most texts are, and this is told many bytes at a time.
fn is_plain_ascii(text: &[u8]) -> bool {
    text.chunks(32)
        .all(|chunk| chunk.iter().fold(true, |is_plain, byte| is_plain & matches!(byte, b' '..=b'~')))
}

/// `text` with every character that a terminal would obey, or that hides or reorders others, written
/// as its JSON escape (`\u001b`). Line ends and tabs count among them: the result is one line.
pub fn printable(text: &str) -> Cow<'_, str> {
    if is_plain_ascii(text.as_bytes()) || !text.chars().any(obeyed_or_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => push_char(&mut out, c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Gap;

    fn excerpt(text: &str, spans: &[Range<usize>]) -> Vec<Window> {
        let labels = spans.iter().map(|span| Label::new(span.clone(), "here")).collect();
        Excerpt::new(&Arc::from("f"), text.as_bytes(), labels).windows
    }

    fn marked(window: &Window) -> Vec<&str> {
        window.marks.iter().map(|mark| &window.text[mark.span.clone()]).collect()
    }

    #[test]
    fn two_lines_of_context_on_both_sides() {
        let text = "l1\nl2\nl3\nl4\nl5\nl6\nl7\n";
        let [window] = &excerpt(text, &[9..11])[..] else { panic!("one window") };
        assert_eq!(window.text, "l2\nl3\nl4\nl5\nl6\n");
        assert_eq!(window.first_line_1based, 2);
        assert_eq!(marked(window), ["l4"]);
        assert_eq!(window.marks[0].position.line_1based, 4);
    }

    #[test]
    fn near_labels_share_a_window_and_far_ones_do_not() {
        let text = (1..=30).map(|n| format!("line {n:02}\n")).collect::<String>();
        let near = excerpt(&text, &[8..12, 24..28]);
        assert_eq!(near.len(), 1);
        assert_eq!(marked(&near[0]).len(), 2);
        let far = excerpt(&text, &[8..12, 160..164]);
        assert_eq!(far.len(), 2);
        assert_eq!(far[1].first_line_1based, 19);
    }

    #[test]
    fn a_long_line_is_cut_around_the_label() {
        let text = format!("{{\"a\":\"{}\",\"n\":42,\"b\":\"{}\"}}", "x".repeat(99_000), "y".repeat(99_000));
        let at = text.find("42").unwrap();
        let [window] = &excerpt(&text, &[at..at + 2])[..] else { panic!("one window") };
        assert_eq!(marked(window), ["42"]);
        assert!(window.text.starts_with("…xxx") && window.text.ends_with("yyy…\n"));
        assert!(window.text.chars().count() <= MAX_WIDTH + 3, "{}", window.text);
        assert_eq!(window.marks[0].position.column_1based, at as u64 + 1);
    }

    #[test]
    fn a_label_over_several_lines_shows_its_first_character() {
        let [window] = &excerpt("{\n  \"a\": 1\n}\n", &[0..12])[..] else { panic!("one window") };
        assert_eq!(marked(window), ["{"]);
    }

    #[test]
    fn nothing_reaches_the_terminal_that_it_would_obey() {
        let text = "\"a\u{1b}[31mb\u{202e}c\u{9b}d\"\r\n";
        let [window] = &excerpt(text, &[0..text.len() - 2])[..] else { panic!("one window") };
        assert_eq!(window.text, "\"a\\u001b[31mb\\u202ec\\u009bd\"\n");
        assert_eq!(marked(window), ["\"a\\u001b[31mb\\u202ec\\u009bd\""]);
        assert_eq!(printable("a\nb\u{1b}\t"), "a\\nb\\u001b\\t");
        assert_eq!(printable("\u{e0041}"), "\\udb40\\udc41", "as JSON escapes it");
        assert!(matches!(printable("plain é 𝄞"), Cow::Borrowed(_)));
    }

    #[test]
    fn secrets_are_not_shown_beside_a_label_nor_under_it() {
        let text = "{\"n\": 1, \"é\": \"pässword\"}\n{\"m\": \"pässword\"}\n";
        let secrets: Vec<Range<usize>> =
            text.match_indices("pässword").map(|(at, secret)| at..at + secret.len()).collect();
        let shown = |span: Range<usize>| {
            let labels = vec![Label::new(span, "here")];
            let bytes = text.as_bytes();
            let text = ShownText { bytes, secrets: &secrets };
            let mut tracker = Tracker::new(bytes, Position::START);
            Excerpt::of(&Arc::from("f"), text, &mut tracker, labels).windows.remove(0)
        };
        let beside = shown(6..7);
        assert_eq!(beside.text, "{\"n\": 1, \"é\": \"********\"}\n{\"m\": \"********\"}\n");
        assert_eq!(marked(&beside), ["1"]);
        let under = shown(secrets[0].clone());
        assert_eq!(marked(&under), ["********"]);
        assert_eq!(under.marks[0].position.column_1based, 16);
    }

    #[test]
    fn ends_of_the_text_are_places_too() {
        let [window] = &excerpt("{\"a\": ", &[6..6])[..] else { panic!("one window") };
        assert_eq!(window.text, "{\"a\": \n");
        assert_eq!(window.marks[0].span, 6..6);
        let [empty] = &excerpt("", &[0..0])[..] else { panic!("one window") };
        assert_eq!(empty.text, "\n");
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let labels = vec![Label::new(1..2, "here")];
        let shown = Excerpt::new(&Arc::from("f"), b"a\xFFb", labels);
        assert_eq!(shown.windows[0].text, "a\u{FFFD}b\n");
    }

    #[test]
    fn a_label_that_has_no_room_gets_the_line_once_more() {
        // The second value stands at column 70.
        let text = format!("{{\"a\": 1, \"b\": \"{}\", \"c\": 2}}\n", "x".repeat(47));
        let windows = excerpt(&text, &[6..7, 70..71]);
        assert_eq!(&text[70..71], "2");
        let told: Vec<_> = windows.iter().map(|w| (w.first_line_1based, marked(w))).collect();
        assert_eq!(told, [(1, vec!["1"]), (1, vec!["2"])]);
        assert!(windows[1].text.starts_with('…') && windows[1].text.ends_with("2}\n"), "{windows:?}");
    }

    #[test]
    fn labels_that_overlap_show_their_text_once() {
        let [window] = &excerpt("{\"a\": {\"b\": 1}}\n", &[6..14, 12..13, 6..14])[..] else {
            panic!("one window")
        };
        assert_eq!(window.text, "{\"a\": {\"b\": 1}}\n");
        assert_eq!(marked(window), ["{\"b\": 1}", "1"]);
    }

    #[test]
    fn lines_are_not_taken_across_a_gap() {
        // The file: `[1,` on line 1, much that is left out, `9]` at the start of line 7.
        let gaps = [Gap { offset: 3, position: Position { byte: 80, line_1based: 7, column_1based: 1 } }];
        let text = ShownText { bytes: b"[1,9]", secrets: &[] };
        let mut tracker = Tracker::with_gaps(text.bytes, Position::START, &gaps);
        let labels = vec![Label::new(3..4, "here"), Label::new(1..2, "there")];
        let windows = Excerpt::of(&Arc::from("f"), text, &mut tracker, labels).windows;
        let told: Vec<_> =
            windows.iter().map(|w| (w.first_line_1based, w.text.as_str(), marked(w))).collect();
        assert_eq!(told, [(1, "[1,\n", vec!["1"]), (7, "9]\n", vec!["9"])]);
    }

    #[test]
    fn far_places_of_a_long_line_are_shown_apart() {
        // Values at 1, 101, 20,001 and 20,103 of one line, behind a short one.
        let text = format!("x\n[1{}2{}3{}4]\n", " ".repeat(99), " ".repeat(19_899), " ".repeat(101));
        let spans = [1, 101, 20_001, 20_103].map(|at| at + 2..at + 3);
        let windows = excerpt(&text, &spans);
        let told: Vec<_> = windows.iter().map(|w| (w.first_line_1based, marked(w))).collect();
        assert_eq!(told, [(2, vec!["1"]), (2, vec!["2"]), (2, vec!["3"]), (2, vec!["4"])]);
        let columns: Vec<_> = windows.iter().map(|w| w.marks[0].position.column_1based).collect();
        assert_eq!(columns, [2, 102, 20_002, 20_104]);
    }
}
