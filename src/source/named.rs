//! A text of the user and places in it: policies apart, which know more of themselves.

use std::ops::Range;
use std::sync::Arc;

use super::{Code, Diagnostic, Excerpt, Label, Place, Position, Tracker};

/// A text and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedText {
    /// Its display name.
    pub name: Arc<str>,
    /// The text.
    pub text: String,
}

impl NamedText {
    /// A text of this name.
    pub fn new(name: &str, text: impl Into<String>) -> Self {
        Self { name: Arc::from(name), text: text.into() }
    }

    /// The place of a range of bytes.
    pub fn place(&self, span: &Range<usize>) -> Place {
        let mut tracker = Tracker::new(self.text.as_bytes(), Position::START);
        Place::of(&self.name, &mut tracker, span)
    }

    /// The lines around a range of bytes.
    pub fn excerpt(&self, span: Range<usize>, label: impl Into<String>) -> Excerpt {
        Excerpt::new(&self.name, self.text.as_bytes(), vec![Label::new(span, label)])
    }

    /// An error at a range of bytes.
    pub fn error(
        &self,
        code: Code,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, message).at(self.place(&span)).showing(self.excerpt(span, label))
    }
}
