//! How long a waiver holds.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

/// How long a waiver holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// For ever.
    Never,
    /// To the end of this day in UTC.
    After(NaiveDate),
}

impl Expiry {
    /// Whether it is over at this time.
    pub fn is_over(self, clock: DateTime<Utc>) -> bool {
        self.end().is_some_and(|end| clock >= end)
    }

    /// Whether it holds at this time, but not for longer than `notice`.
    pub fn is_near(self, clock: DateTime<Utc>, notice: TimeDelta) -> bool {
        self.end().is_some_and(|end| clock < end && end - clock <= notice)
    }

    /// The last day.
    pub const fn day(self) -> Option<NaiveDate> {
        match self {
            Self::Never => None,
            Self::After(day) => Some(day),
        }
    }

    /// The first moment at which it does not hold any more.
    fn end(self) -> Option<DateTime<Utc>> {
        // The last day that can be told has no day after it, and no clock reaches its end.
        Some(self.day()?.checked_add_days(Days::new(1))?.and_hms_opt(0, 0, 0)?.and_utc())
    }
}

/// `2026-12-31`, or `never`.
impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.day() {
            None => f.pad("never"),
            Some(day) => f.pad(&day.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_holds_to_its_end_in_utc() {
        let expiry = Expiry::After(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap());
        assert!(!expiry.is_over(at("2026-12-31T23:59:59.999999999Z")));
        assert!(expiry.is_over(at("2027-01-01T00:00:00Z")));
        // Where it is the next day already, but not in UTC.
        assert!(!expiry.is_over(at("2027-01-01T05:00:00+09:00")));
        assert!(!Expiry::Never.is_over(at("2261-01-01T00:00:00Z")));
    }

    #[test]
    fn the_end_is_near_within_the_notice() {
        let expiry = Expiry::After(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap());
        let notice = TimeDelta::days(14);
        assert!(!expiry.is_near(at("2026-12-17T23:59:59Z"), notice));
        assert!(expiry.is_near(at("2026-12-18T00:00:00Z"), notice));
        assert!(expiry.is_near(at("2026-12-31T23:59:59Z"), notice));
        assert!(!expiry.is_near(at("2027-01-01T00:00:00Z"), notice), "it is over");
        assert!(!Expiry::Never.is_near(at("2026-12-31T23:59:59Z"), notice));
    }
}
