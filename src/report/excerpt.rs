//! Excerpts and diagnostics as miette shows them.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use miette::{
    Diagnostic as MietteDiagnostic, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode,
    SourceSpan, SpanContents,
};

use unicode_width::UnicodeWidthStr as _;

use super::Style;
use crate::source::{Diagnostic, Excerpt, Level, Mark, Place, Window, printable};

/// A label may take as many columns even where it then runs over the edge.
const MIN_LABEL: usize = 20;
/// Characters of a message that are shown.
const MAX_MESSAGE: usize = 600;

/// Columns of line number and frame before the text of a window.
fn gutter(window: &Window) -> usize {
    let last = window.first_line_1based + window.text.lines().count() as u64;
    last.to_string().len() + 4
}

/// The windows of an excerpt one after the other, as one source.
///
/// miette counts columns in bytes and knows nothing of where a window stands in its file, so that line and
/// column of a label come from the label.
pub(super) struct Shown<'e> {
    windows: Vec<(&'e Arc<str>, &'e Window)>,
}

impl<'e> Shown<'e> {
    fn new(excerpts: impl IntoIterator<Item = &'e Excerpt>) -> Self {
        let windows = |excerpt: &'e Excerpt| excerpt.windows.iter().map(|window| (&excerpt.file, window));
        Self { windows: excerpts.into_iter().flat_map(windows).collect() }
    }
}

impl Shown<'_> {
    /// The window that holds an offset, and where it begins.
    fn window(&self, offset: usize) -> Option<(usize, &Arc<str>, &Window)> {
        let mut start = 0;
        for (file, window) in &self.windows {
            let end = start + window.text.len();
            if offset < end {
                return Some((start, file, window));
            }
            start = end;
        }
        None
    }

    /// The labels; their words are broken so that lines stay within `width` columns, where that can be.
    fn labels(&self, words: bool, width: usize) -> Vec<LabeledSpan> {
        let mut start = 0;
        let mut labels = Vec::new();
        for (_, window) in &self.windows {
            // The place above a window is that of its primary label.
            let leads = window.marks.iter().position(|mark| !mark.is_beside).unwrap_or_default();
            for (number, mark) in window.marks.iter().enumerate() {
                let span = SourceSpan::from(start + mark.span.start..start + mark.span.end);
                let text = words.then(|| {
                    let before = window.text.get(..mark.span.start).unwrap_or_default();
                    let line = before.rsplit('\n').next().unwrap_or_default();
                    let underlined = window.text.get(mark.span.clone()).unwrap_or_default();
                    // Tabs take four columns each; then half of the underline, and the bend.
                    let before = line.width() + 3 * line.matches('\t').count();
                    let used = gutter(window) + before + underlined.width() / 2 + 5;
                    broken(&shortened(&mark.text), width.saturating_sub(used).max(MIN_LABEL))
                });
                labels.push(if number == leads {
                    LabeledSpan::new_primary_with_span(text, span)
                } else {
                    LabeledSpan::new_with_span(text, span)
                });
            }
            start += window.text.len();
        }
        labels
    }
}

impl SourceCode for Shown<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, file, window) = self.window(span.offset()).ok_or(MietteError::OutOfBounds)?;
        if span.offset() + span.len() > start + window.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let mut line = number(window.first_line_1based - 1);
        let mut column = 0;
        if lines_before == 0 && lines_after == 0 {
            // miette asks for the place to print.
            let at_label = |mark: &&Mark| start + mark.span.start == span.offset();
            if let Some(mark) = window.marks.iter().find(at_label) {
                line = number(mark.position.line_1based - 1);
                column = number(mark.position.column_1based - 1);
            }
        }
        Ok(Box::new(MietteSpanContents::new_named(
            file.to_string(),
            window.text.as_bytes(),
            SourceSpan::from(start..start + window.text.len()),
            line,
            column,
            window.text.lines().count(),
        )))
    }
}

/// What miette prints: a header, a message, an excerpt, help, and further places.
pub(super) struct Shape<'s> {
    pub(super) header: String,
    pub(super) message: String,
    pub(super) severity: Severity,
    pub(super) help: Option<String>,
    pub(super) excerpt: Option<Shown<'s>>,
    pub(super) label_words: bool,
    /// Columns that a line may take.
    width: usize,
    pub(super) related: Vec<Shape<'s>>,
}

impl<'s> Shape<'s> {
    pub(super) fn new(header: String, message: &str, severity: Severity) -> Self {
        Self {
            header,
            message: shortened(message),
            severity,
            help: None,
            excerpt: None,
            label_words: true,
            width: Style::PLAIN.width,
            related: Vec::new(),
        }
    }

    pub(super) fn showing(mut self, excerpts: impl IntoIterator<Item = &'s Excerpt>) -> Self {
        self.excerpt = Some(Shown::new(excerpts)).filter(|shown| !shown.windows.is_empty());
        self
    }

    fn of(diagnostic: &'s Diagnostic) -> Self {
        let severity = match diagnostic.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
        };
        // Without an excerpt the place has to stand in the header.
        let header = match (&diagnostic.place, &diagnostic.excerpt) {
            (Some(place), None) => format!("{} at {}", diagnostic.code, place_words(place)),
            _ => diagnostic.code.to_string(),
        };
        let mut shape = Self::new(header, &diagnostic.message, severity).showing(diagnostic.excerpt.as_ref());
        shape.help = diagnostic.help.as_ref().map(|help| shortened(help));
        shape.related = diagnostic.related.iter().map(Self::of).collect();
        shape
    }

    /// Writes it, followed by an empty line.
    pub(super) fn write(mut self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        self.width = style.width;
        self.header = style.wrapped(&self.header, "  ");
        let mut text = String::new();
        let rendered = style.handler().render_report(&mut text, &self);
        if rendered.is_err() {
            // Never lose the message for the sake of its form.
            text = format!("{}: {}\n", self.header, self.message);
        }
        writeln!(out, "{}", text.trim_matches('\n'))?;
        writeln!(out)
    }
}

/// A message as it is shown: printable, and not longer than a person would read.
pub(super) fn shortened(message: &str) -> String {
    cut_to(message, MAX_MESSAGE)
}

/// The first characters of a text, printable.
pub(super) fn cut_to(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => printable(text).into_owned(),
        Some((end, _)) => format!("{}…", printable(text.get(..end).unwrap_or_default())),
    }
}

/// The text, broken between words into lines of at most `columns`; a longer word has a line of its own.
fn broken(text: &str, columns: usize) -> String {
    let mut lines = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        if used > 0 && used + 1 + word.width() > columns {
            lines.push('\n');
            used = 0;
        } else if used > 0 {
            lines.push(' ');
            used += 1;
        }
        lines.push_str(word);
        used += word.width();
    }
    lines
}

/// `file:line:column`.
pub(super) fn place_words(place: &Place) -> String {
    format!("{}:{}:{}", place.file, place.start.line_1based, place.start.column_1based)
}

impl fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shape<'_> {}

impl MietteDiagnostic for Shape<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.header))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display + 'a>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|shown| shown as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let shown = self.excerpt.as_ref()?;
        Some(Box::new(shown.labels(self.label_words, self.width).into_iter()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn MietteDiagnostic> + 'a>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(self.related.iter().map(|shape| shape as &dyn MietteDiagnostic)))
    }
}

/// Writes a diagnostic with its excerpt, followed by an empty line.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_diagnostic(diagnostic: &Diagnostic, style: Style, out: &mut dyn Write) -> io::Result<()> {
    Shape::of(diagnostic).write(style, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Code, Label};
    use std::sync::Arc;

    fn rendered(diagnostic: &Diagnostic) -> String {
        let mut out = Vec::new();
        write_diagnostic(diagnostic, Style::PLAIN, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn at(text: &str, span: std::ops::Range<usize>) -> Diagnostic {
        let file: Arc<str> = Arc::from("dir/file.json");
        let labels = vec![Label::new(span, "this value")];
        let excerpt = Excerpt::new(&file, text.as_bytes(), labels);
        Diagnostic::error(Code::PayloadTypeMismatch, "the message").showing(excerpt).help("the cure")
    }

    #[test]
    fn a_diagnostic_shows_its_lines() {
        let text = "{\n  \"a\": 1,\n  \"b\": \"é\", \"c\": 42\n}\n";
        insta::assert_snapshot!(rendered(&at(text, 30..32)));
    }

    #[test]
    fn columns_count_characters_whatever_the_line_s_length() {
        let text =
            format!("{{\"é\": \"{}\", \"n\": 42, \"z\": \"{}\"}}", "ü".repeat(70_000), "x".repeat(9000));
        let start = text.find("42").unwrap();
        let shown = rendered(&at(&text, start..start + 2));
        // {"é": " is 7 characters, the text 70,000, then `", "n": ` 8 more.
        assert!(shown.contains("[dir/file.json:1:70016]"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    }

    #[test]
    fn far_places_are_shown_apart() {
        let text = (1..=40).map(|n| format!("line {n:02}\n")).collect::<String>();
        let file: Arc<str> = Arc::from("f");
        let labels = vec![Label::new(8..12, "one"), Label::new(240..244, "other")];
        let excerpt = Excerpt::new(&file, text.as_bytes(), labels);
        insta::assert_snapshot!(rendered(&Diagnostic::error(Code::PayloadDuplicate, "m").showing(excerpt)));
    }
}
