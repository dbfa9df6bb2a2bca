//! How much a failure of a rule weighs.

use std::fmt;
use std::str::FromStr;

use crate::suggest;

/// The severity of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Housekeeping.
    Low,
    /// To be mended in the ordinary course of work.
    Medium,
    /// To be mended soon.
    High,
    /// To be mended at once.
    Critical,
}

impl Severity {
    /// Every severity, the heaviest first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// In lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that is no severity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown severity `{given}`{}", suggest::did_you_mean(*.nearest))]
pub struct UnknownSeverity {
    given: String,
    nearest: Option<&'static str>,
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(text: &str) -> Result<Self, UnknownSeverity> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == text).ok_or_else(|| UnknownSeverity {
            given: text.to_owned(),
            nearest: suggest::nearest(text, Self::ALL.map(Self::as_str)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_ordered_and_read_back() {
        assert!(Severity::Critical > Severity::High && Severity::Medium > Severity::Low);
        for severity in Severity::ALL {
            assert_eq!(severity.as_str().parse(), Ok(severity));
        }
        let error = "hihg".parse::<Severity>().unwrap_err();
        assert_eq!(error.to_string(), "unknown severity `hihg`, did you mean `high`?");
    }
}
