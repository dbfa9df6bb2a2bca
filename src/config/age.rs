//! Ages, as people write them.

use chrono::TimeDelta;

/// Seconds of each unit, the largest first.
const UNITS: [(&str, i64); 5] = [("w", 7 * 86_400), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

/// A text that is no age.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no age, write a number with s, m, h, d or w, like 7d")]
pub struct AgeError(String);

/// Reads `90m`, `36h`, `7d`, `2w`.
///
/// # Errors
///
/// Anything else, and more than a thousand years.
pub fn parse_age(text: &str) -> Result<TimeDelta, AgeError> {
    let error = || AgeError(text.to_owned());
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
    let (number, unit) = text.split_at_checked(unit_at).ok_or_else(error)?;
    let seconds = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, seconds)| *seconds);
    let number: i64 = number.parse().map_err(|_| error())?;
    let age = seconds
        .and_then(|seconds| number.checked_mul(seconds))
        .and_then(TimeDelta::try_seconds)
        .ok_or_else(error)?;
    if age <= TimeDelta::days(366_000) { Ok(age) } else { Err(error()) }
}

/// An age that [`parse_age`] reads back, in the largest unit from days down that it is a whole number of.
pub fn write_age(age: TimeDelta) -> String {
    let seconds = age.num_seconds();
    let whole = UNITS.iter().skip(1).find(|(_, unit)| seconds % unit == 0 && seconds >= *unit);
    let (name, unit) = whole.unwrap_or(&("s", 1));
    format!("{}{name}", seconds / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_a_unit() {
        assert_eq!(parse_age("7d"), Ok(TimeDelta::days(7)));
        assert_eq!(parse_age("90m"), Ok(TimeDelta::minutes(90)));
        assert_eq!(parse_age("2w"), Ok(TimeDelta::days(14)));
        assert_eq!(parse_age("0s"), Ok(TimeDelta::zero()));
        for bad in ["", "7", "d", "7 d", "-1d", "1.5h", "7days", "99999999999999w", "999999999d"] {
            assert!(parse_age(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ages_are_written_in_whole_units_and_read_back() {
        for (seconds, text) in
            [(0, "0s"), (59, "59s"), (60, "1m"), (5400, "90m"), (129_600, "36h"), (1_209_600, "14d")]
        {
            assert_eq!(write_age(TimeDelta::seconds(seconds)), text);
            assert_eq!(parse_age(text), Ok(TimeDelta::seconds(seconds)));
        }
    }
}
