//! What a run means for the gate.

use std::fmt;

use super::{Tally, Verdict};
use crate::policy::Severity;

/// Whether the gate opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Everything was judged, and nothing that weighs enough failed.
    Pass,
    /// Something failed, or could not be told.
    Fail,
    /// Not everything could be evaluated.
    Error,
}

/// What an inconclusive verdict means for the gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnInconclusive {
    /// It closes the gate, as a failure does.
    #[default]
    Fail,
    /// It is reported, and leaves the gate open.
    Warn,
}

impl Gate {
    /// What these verdicts mean, of which those in `known` do not count. `errors` says whether anything could not be
    /// evaluated at all.
    pub fn of(
        tally: &Tally,
        known: &Tally,
        fail_on: Severity,
        on_inconclusive: OnInconclusive,
        errors: bool,
    ) -> Self {
        if errors || tally.total().of(Verdict::Error) > 0 {
            return Self::Error;
        }
        let fails = Severity::ALL.into_iter().filter(|&severity| severity >= fail_on).any(|severity| {
            let (all, known) = (tally.by_severity(severity), known.by_severity(severity));
            let has = |verdict: Verdict| all.of(verdict) > known.of(verdict);
            has(Verdict::Fail) || (on_inconclusive == OnInconclusive::Fail && has(Verdict::Inconclusive))
        });
        if fails { Self::Fail } else { Self::Pass }
    }

    /// In lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    /// The exit code of the process.
    pub const fn exit_code(self) -> ExitCode {
        match self {
            Self::Pass => ExitCode::Pass,
            Self::Fail => ExitCode::Fail,
            Self::Error => ExitCode::Error,
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The exit codes of the binary, the same for every command and format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitCode {
    /// 0: the gate passes.
    Pass = 0,
    /// 1: the gate fails; a test fails.
    Fail = 1,
    /// 2: not everything could be evaluated: usage, input, policy or I/O.
    Error = 2,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    fn gate(verdicts: &[(Severity, Verdict)], fail_on: Severity, errors: bool) -> Gate {
        let mut tally = Tally::default();
        for &(severity, verdict) in verdicts {
            tally.add(Operation::GetPatchBaseline, severity, &verdict.into());
        }
        Gate::of(&tally, &Tally::default(), fail_on, OnInconclusive::Fail, errors)
    }

    #[test]
    fn inconclusive_verdicts_may_be_warnings_and_failures_may_not() {
        let gate = |verdict: Verdict| {
            let mut tally = Tally::default();
            tally.add(Operation::GetPatchBaseline, Severity::Critical, &verdict.into());
            Gate::of(&tally, &Tally::default(), Severity::Low, OnInconclusive::Warn, false)
        };
        assert_eq!(gate(Verdict::Inconclusive), Gate::Pass);
        assert_eq!(gate(Verdict::Fail), Gate::Fail);
        assert_eq!(gate(Verdict::Error), Gate::Error);
    }

    #[test]
    fn failures_and_inconclusive_verdicts_count_from_a_severity_on() {
        use Severity::{High, Low, Medium};
        use Verdict::{Fail, Inconclusive, NotApplicable, Pass, Waived};
        assert_eq!(gate(&[(High, Pass), (High, NotApplicable), (High, Waived)], Low, false), Gate::Pass);
        assert_eq!(gate(&[(Low, Fail)], Low, false), Gate::Fail);
        assert_eq!(gate(&[(Low, Fail)], Medium, false), Gate::Pass);
        assert_eq!(gate(&[(High, Inconclusive)], High, false), Gate::Fail);
    }

    #[test]
    fn what_is_known_does_not_count() {
        use Verdict::{Error, Fail, Inconclusive};
        let tally = |verdicts: &[Verdict]| {
            let mut tally = Tally::default();
            for &verdict in verdicts {
                tally.add(Operation::GetPatchBaseline, Severity::High, &verdict.into());
            }
            tally
        };
        let gate = |all: &[Verdict], known: &[Verdict]| {
            Gate::of(&tally(all), &tally(known), Severity::Low, OnInconclusive::Fail, false)
        };
        assert_eq!(gate(&[Fail, Fail, Inconclusive], &[Fail, Fail, Inconclusive]), Gate::Pass);
        assert_eq!(gate(&[Fail, Fail], &[Fail]), Gate::Fail);
        assert_eq!(gate(&[Fail, Inconclusive], &[Fail]), Gate::Fail);
        assert_eq!(gate(&[Error], &[Error]), Gate::Error, "nobody accepts that nothing is known");
    }

    #[test]
    fn what_could_not_be_evaluated_outranks_all() {
        use Severity::{Critical, Low};
        assert_eq!(gate(&[(Low, Verdict::Error)], Critical, false), Gate::Error);
        assert_eq!(gate(&[(Critical, Verdict::Fail)], Low, true), Gate::Error);
        assert_eq!(Gate::Error.exit_code() as u8, 2);
    }
}
