//! A parameter of a call, as its document has it.

/// A parameter, or a member of one.
#[derive(Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether it must be given.
    pub required: bool,
    /// Who gives it.
    pub role: Role,
}

/// What a parameter may be.
#[derive(Debug)]
pub enum Kind {
    /// A text.
    Text(Text),
    /// A whole number.
    Integer {
        /// The least.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// An array.
    List {
        /// Most elements.
        max: usize,
        /// What each of them may be.
        of: &'static Kind,
    },
    /// An object of these members.
    Object(&'static [Parameter]),
    /// A JSON array of texts, itself in a text.
    ListInText,
}

/// What a text may be.
#[derive(Debug)]
pub struct Text {
    /// Fewest characters.
    pub min: usize,
    /// Most characters.
    pub max: usize,
    /// What all of it must match.
    pub pattern: Option<&'static str>,
    /// The values that the document lists; any where it lists none.
    pub values: &'static [&'static str],
}

/// Who gives a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The user.
    Plain,
    /// The user, by the region.
    Region,
    /// The user, or this number where nobody says.
    PageSize(u32),
    /// Nobody: it chooses the page.
    Page,
}

/// Any text.
pub(super) const ANY: Kind = Kind::Text(Text { min: 0, max: usize::MAX, pattern: None, values: &[] });

impl Parameter {
    /// One that need not be given.
    pub(super) const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: false, role: Role::Plain }
    }

    /// One that must be given.
    pub(super) const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: true, role: Role::Plain }
    }

    /// Given by somebody else than the user.
    pub(super) const fn role(self, role: Role) -> Self {
        Self { name: self.name, kind: self.kind, required: self.required, role }
    }
}

impl Kind {
    /// A text of these lengths.
    pub(super) const fn text(min: usize, max: usize) -> Self {
        Self::Text(Text { min, max, pattern: None, values: &[] })
    }

    /// One of these texts.
    pub(super) const fn one_of(values: &'static [&'static str]) -> Self {
        Self::Text(Text { min: 0, max: usize::MAX, pattern: None, values })
    }

    /// What is expected, with its article.
    pub const fn in_words(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer { .. } => "a whole number",
            Self::Boolean => "`true` or `false`",
            Self::List { .. } => "a JSON array",
            Self::Object(_) => "a JSON object",
            Self::ListInText => "a JSON array of texts",
        }
    }
}
