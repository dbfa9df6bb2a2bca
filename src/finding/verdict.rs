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

    /// How much it weighs beside other verdicts on the same resource.
    pub const fn weight(self) -> u8 {
        match self {
            Self::NotApplicable => 0,
            Self::Pass => 1,
            Self::Waived => 2,
            Self::Inconclusive => 3,
            Self::Fail => 4,
            Self::Error => 5,
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
