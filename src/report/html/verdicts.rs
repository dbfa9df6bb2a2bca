//! Counts by verdict, as charts and tables show them.

use super::number::{grouped, per_cent};
use crate::result::{VerdictV1, VerdictsV1};

/// The width of a bar, in hundredths of a per cent.
const WHOLE: u64 = 10_000;
/// What counts at all is at least so wide, so that it is seen.
const LEAST: u64 = 80;

/// The order in which verdicts are told: what wants attention comes first.
pub(super) const ORDER: [VerdictV1; 6] = [
    VerdictV1::Fail,
    VerdictV1::Error,
    VerdictV1::Inconclusive,
    VerdictV1::Waived,
    VerdictV1::Pass,
    VerdictV1::NotApplicable,
];

/// A verdict in words.
pub(super) const fn words(verdict: VerdictV1) -> &'static str {
    match verdict {
        VerdictV1::NotApplicable => "not applicable",
        verdict => verdict.as_str(),
    }
}

/// How many of a verdict.
pub(super) struct Count {
    /// Name of the verdict in style sheets.
    pub(super) class: &'static str,
    pub(super) words: &'static str,
    pub(super) number: u64,
    /// The number in words.
    pub(super) text: String,
}

/// Counts that are not zero, in their order.
pub(super) fn counts(verdicts: &VerdictsV1) -> Vec<Count> {
    let count = |verdict: VerdictV1| Count {
        class: verdict.as_str(),
        words: words(verdict),
        number: verdicts.of(verdict),
        text: grouped(verdicts.of(verdict)),
    };
    ORDER.into_iter().map(count).filter(|count| count.number > 0).collect()
}

/// Adds `more`.
pub(super) fn add(sum: &mut VerdictsV1, more: &VerdictsV1) {
    for verdict in ORDER {
        let slot = sum.of_mut(verdict);
        *slot = slot.saturating_add(more.of(verdict));
    }
}

/// Verdicts as one bar of segments.
pub(super) struct Bar {
    pub(super) segments: Vec<Segment>,
    pub(super) counts: Vec<Count>,
    /// What the bar shows, in words.
    pub(super) words: String,
}

/// A part of a bar.
pub(super) struct Segment {
    pub(super) class: &'static str,
    pub(super) x: String,
    pub(super) width: String,
    pub(super) words: String,
}

impl Bar {
    /// A bar over the whole width.
    pub(super) fn new(verdicts: &VerdictsV1) -> Self {
        let counts = counts(verdicts);
        let each: Vec<u64> = counts.iter().map(|count| count.number).collect();
        let mut x = 0;
        let segments = counts.iter().zip(shares(&each)).map(|(count, width)| {
            let segment = Segment {
                class: count.class,
                x: per_cent(x),
                width: per_cent(width),
                words: format!("{} {}", count.text, count.words),
            };
            x += width;
            segment
        });
        let segments: Vec<Segment> = segments.collect();
        let words: Vec<&str> = segments.iter().map(|segment| segment.words.as_str()).collect();
        let words = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
        Self { segments, counts, words }
    }
}

/// Shares of the whole width; what the smallest get too much, the largest gives.
fn shares(counts: &[u64]) -> Vec<u64> {
    let total: u128 = counts.iter().map(|&count| u128::from(count)).sum();
    let share = |&count: &u64| {
        let share = (u128::from(count) * u128::from(WHOLE)).checked_div(total).unwrap_or_default();
        u64::try_from(share).unwrap_or(WHOLE).max(LEAST)
    };
    let mut shares: Vec<u64> = counts.iter().map(share).collect();
    let sum: u64 = shares.iter().sum();
    if let Some(largest) = shares.iter_mut().max() {
        *largest = (*largest + WHOLE).saturating_sub(sum);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_the_width_and_nothing_that_counts_is_too_small_to_be_seen() {
        assert_eq!(shares(&[1, 1, 2]), [2500, 2500, 5000]);
        assert_eq!(shares(&[1, 1_000_000]), [80, 9920]);
        assert_eq!(shares(&[1, 1, 1]).iter().sum::<u64>(), 10_000);
        assert_eq!(shares(&[u64::MAX, u64::MAX]), [5000, 5000]);
        assert_eq!(shares(&[]), [0; 0]);
    }

    #[test]
    fn a_bar_tells_what_wants_attention_first() {
        let verdicts = VerdictsV1 { pass: 6, fail: 2, inconclusive: 1, ..VerdictsV1::default() };
        let bar = Bar::new(&verdicts);
        assert_eq!(bar.words, "2 fail, 1 inconclusive, 6 pass");
        let places: Vec<(&str, &str)> =
            bar.segments.iter().map(|segment| (&*segment.x, &*segment.width)).collect();
        // 2/9 and 1/9 of the width, cut; the largest takes what is left.
        assert_eq!(places, [("0.00%", "22.22%"), ("22.22%", "11.11%"), ("33.33%", "66.67%")]);
        assert_eq!(Bar::new(&VerdictsV1::default()).words, "nothing");
    }

    #[test]
    fn sums_do_not_overflow() {
        let mut sum = VerdictsV1 { fail: u64::MAX, ..VerdictsV1::default() };
        add(&mut sum, &VerdictsV1 { fail: 1, error: 2, ..VerdictsV1::default() });
        assert_eq!((sum.fail, sum.error), (u64::MAX, 2));
    }
}
