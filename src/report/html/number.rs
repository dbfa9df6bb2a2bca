//! Numbers and lengths of time in words.

use chrono::{DateTime, Utc};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// With a comma before every three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 file`, `2,000 files`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A length of time, in its largest unit and what is left over in the next.
pub(super) fn length(seconds: u64) -> String {
    let (large, small) = match seconds {
        0..MINUTE => return counted(seconds, "second", "seconds"),
        MINUTE..HOUR => ((seconds / MINUTE, "minute"), (0, "")),
        HOUR..DAY => ((seconds / HOUR, "hour"), (seconds % HOUR / MINUTE, "minute")),
        // Beyond some days the hours tell nothing.
        _ if seconds >= 10 * DAY => ((seconds / DAY, "day"), (0, "")),
        _ => ((seconds / DAY, "day"), (seconds % DAY / HOUR, "hour")),
    };
    let words = |(count, unit): (u64, &str)| counted(count, unit, &format!("{unit}s"));
    if small.0 == 0 { words(large) } else { format!("{} {}", words(large), words(small)) }
}

/// Hundredths of a per cent as a per cent.
pub(super) fn per_cent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A time of the result, which need not be one.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let numbers = [0, 999, 1000, 20_000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1,000", "20,000", "1,234,567"]);
        assert_eq!(counted(1, "file", "files"), "1 file");
        assert_eq!(counted(0, "file", "files"), "0 files");
        assert_eq!([0, 5, 1234, 10_000].map(per_cent), ["0.00%", "0.05%", "12.34%", "100.00%"]);
    }

    #[test]
    fn lengths_of_time_are_told_in_two_units_at_most() {
        let lengths = [0, 1, 59, 60, 3599, 3600, 3660, 86_399, 86_400, 90_000, 864_000, 867_600, 31_536_000];
        assert_eq!(
            lengths.map(length),
            [
                "0 seconds",
                "1 second",
                "59 seconds",
                "1 minute",
                "59 minutes",
                "1 hour",
                "1 hour 1 minute",
                "23 hours 59 minutes",
                "1 day",
                "1 day 1 hour",
                "10 days",
                "10 days",
                "365 days",
            ]
        );
    }
}
