//! Settings for runs within the process of the tests, to be changed where a test asks for something else.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use probity::evaluate::Way;
use probity::finding::{OnInconclusive, Verdict};
use probity::load::Limits;
use probity::policy::Severity;
use probity::settings::{Accepting, JudgeSettings, LoadSettings, Purpose};

use crate::support::CLOCK;

/// The clock of most tests.
pub(crate) fn clock() -> DateTime<Utc> {
    CLOCK.parse().unwrap()
}

/// Two threads, and nothing is let pass.
pub(crate) fn load_settings(inputs: Vec<PathBuf>) -> LoadSettings {
    LoadSettings {
        inputs,
        forced: None,
        limits: Limits::default(),
        strict: false,
        allow_incomplete: false,
        allow_empty: false,
        max_age: None,
        threads: NonZeroUsize::new(2).unwrap(),
    }
}

/// Every verdict, with all that can be shown of it.
pub(crate) fn judge_settings(way: Way) -> JudgeSettings {
    JudgeSettings {
        purpose: Purpose::Judge,
        way,
        clock: clock(),
        on_inconclusive: OnInconclusive::Fail,
        fail_on: Severity::Low,
        accepting: Accepting::default(),
        include: vec![Verdict::Pass, Verdict::NotApplicable],
        excerpts: true,
        evidence: true,
        digests: true,
        config: None,
    }
}
