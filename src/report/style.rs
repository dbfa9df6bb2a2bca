//! How text for people looks.

use miette::{GraphicalReportHandler, GraphicalTheme};
use textwrap::{Options, WordSeparator, WordSplitter};

/// Width where the terminal does not say, or there is none.
const DEFAULT_WIDTH: usize = 80;

/// Width and colour of text for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns that a line may take.
    pub width: usize,
    /// Whether colours are used.
    pub color: bool,
}

impl Style {
    /// Without colour, 80 columns wide: what a file gets.
    pub const PLAIN: Self = Self { width: DEFAULT_WIDTH, color: false };

    /// For a terminal of this width.
    pub fn for_terminal(color: bool) -> Self {
        let width = terminal_size::terminal_size()
            .map_or(DEFAULT_WIDTH, |(terminal_size::Width(width), _)| usize::from(width));
        Self { width: width.clamp(40, 120), color }
    }

    /// A paragraph, broken between words; following lines begin with `indent`. No word is broken, so that
    /// paths, ids and options can be copied.
    pub(super) fn wrapped(self, text: &str, indent: &str) -> String {
        let options = Options::new(self.width)
            .subsequent_indent(indent)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        textwrap::fill(text, options)
    }

    pub(super) fn handler(self) -> GraphicalReportHandler {
        let theme = if self.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        GraphicalReportHandler::new_themed(theme)
            .with_width(self.width)
            .with_break_words(false)
            .with_word_separator(WordSeparator::AsciiSpace)
            .with_word_splitter(WordSplitter::NoHyphenation)
            .with_context_lines(1)
            .with_links(false)
            .with_urls(false)
            .without_syntax_highlighting()
    }
}
