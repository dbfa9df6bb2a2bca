//! What a rule says of a resource, in one word.

use std::fmt;

/// The verdict of a rule on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// What the rule requires holds.
    Pass,
    /// It does not hold.
    Fail,
    /// The payload does not tell.
    Inconclusive,
    /// The rule is not about this resource.
    NotApplicable,
    /// It does not hold, and that is accepted.
    Waived,
    /// The rule could not be evaluated.
    Error,
}

impl Verdict {
    /// Every verdict, in the order of summaries.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Fail, Self::Inconclusive, Self::NotApplicable, Self::Waived, Self::Error];

    /// In `snake_case`, as machines read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not_applicable",
            Self::Waived => "waived",
            Self::Error => "error",
        }
    }

    /// Position in [`Verdict::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
