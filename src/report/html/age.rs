//! How old the evidence is, at the run's clock.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::literal::shown;
use super::number::{counted, grouped, length, per_cent, time};
use crate::result::{HeadV1, InputV1};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// Ages that the scale names.
const TICKS: [(u64, &str); 7] = [
    (HOUR, "1 h"),
    (DAY, "1 d"),
    (7 * DAY, "7 d"),
    (30 * DAY, "30 d"),
    (365 * DAY, "1 y"),
    (3650 * DAY, "10 y"),
    (36_500 * DAY, "100 y"),
];
/// The scale goes at least so far.
const LEAST_SCALE: u64 = 30 * DAY;
/// Parts of the scale that are told apart.
const CELLS: usize = 125;

/// How old the evidence is.
pub(super) struct Ages {
    pub(super) operations: Vec<Range>,
    /// Where ages stand on the scale, as a per cent of its width, with their names.
    pub(super) ticks: Vec<(String, &'static str)>,
    /// Where the largest allowed age stands, and its words.
    pub(super) limit: Option<(String, String)>,
    /// What is remarkable, in sentences.
    pub(super) remarks: Vec<String>,
    /// The youngest and oldest in a sentence.
    pub(super) words: String,
}

/// The ages of an operation's evidence.
pub(super) struct Range {
    pub(super) operation: String,
    pub(super) words: String,
    /// Where there is evidence on the scale: begin and width as per cents.
    pub(super) segments: Vec<(String, String)>,
    pub(super) too_old: bool,
}

/// Ages in seconds, and inputs without any.
#[derive(Default)]
struct Seen {
    /// The youngest and oldest of each input.
    ages: Vec<(u64, u64)>,
    unknown: u64,
    ahead: u64,
}

impl Seen {
    fn note(&mut self, input: &InputV1, at: DateTime<Utc>) {
        let observed = input.observed.as_ref();
        let times = observed.and_then(|times| Some((time(&times.from)?, time(&times.to)?)));
        let Some((from, to)) = times else {
            self.unknown += 1;
            return;
        };
        let age = |time: DateTime<Utc>| at.signed_duration_since(time).num_seconds();
        if age(to) < 0 {
            self.ahead += 1;
        }
        let seconds = |age: i64| u64::try_from(age).unwrap_or_default();
        self.ages.push((seconds(age(to)), seconds(age(from))));
    }

    fn youngest_and_oldest(&self) -> Option<(u64, u64)> {
        let youngest = self.ages.iter().map(|(youngest, _)| *youngest).min()?;
        let oldest = self.ages.iter().map(|(_, oldest)| *oldest).max()?;
        Some((youngest, oldest))
    }
}

impl Ages {
    /// `None` where the clock of the run cannot be read.
    pub(super) fn new(head: &HeadV1) -> Option<Self> {
        let at = time(&head.at)?;
        let mut all = Seen::default();
        let mut by_operation: BTreeMap<&str, Seen> = BTreeMap::new();
        for input in &head.inputs {
            let Some(operation) = &input.operation else { continue };
            all.note(input, at);
            by_operation.entry(operation).or_default().note(input, at);
        }
        let allowed = head.settings.max_age_seconds.and_then(|age| u64::try_from(age).ok());
        let oldest = all.youngest_and_oldest().map_or(0, |(_, oldest)| oldest);
        let end = oldest.max(LEAST_SCALE).max(allowed.unwrap_or_default());
        let operations = by_operation.iter().filter_map(|(operation, seen)| {
            let (youngest, oldest) = seen.youngest_and_oldest()?;
            Some(Range {
                operation: shown(operation),
                words: words(youngest, oldest),
                segments: segments(&seen.ages, end),
                too_old: allowed.is_some_and(|allowed| oldest > allowed),
            })
        });
        Some(Self {
            operations: operations.collect(),
            ticks: TICKS
                .into_iter()
                .filter(|(age, _)| *age <= end)
                .map(|(age, name)| (percent(position(age, end)), name))
                .collect(),
            limit: allowed.map(|age| (percent(position(age, end)), length(age))),
            remarks: remarks(&all, &by_operation, allowed),
            words: all.youngest_and_oldest().map_or_else(
                || "Nothing in the inputs tells when it was observed.".to_owned(),
                |(youngest, oldest)| {
                    format!("At the run's clock, observations are {}.", words(youngest, oldest))
                },
            ),
        })
    }
}

fn words(youngest: u64, oldest: u64) -> String {
    if youngest == oldest {
        format!("{} old", length(oldest))
    } else {
        format!("{} to {} old", length(youngest), length(oldest))
    }
}

fn remarks(all: &Seen, by_operation: &BTreeMap<&str, Seen>, allowed: Option<u64>) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(allowed) = allowed {
        let old = |seen: &&Seen| seen.ages.iter().any(|(_, oldest)| *oldest > allowed);
        let count = by_operation.values().filter(old).count();
        remarks.push(match count {
            0 => format!("Nothing is older than the {} that are allowed.", length(allowed)),
            count => format!(
                "{} older than the {} that are allowed.",
                counted(count as u64, "operation has evidence", "operations have evidence"),
                length(allowed)
            ),
        });
    }
    if all.ahead > 0 {
        let inputs = counted(all.ahead, "input holds", "inputs hold");
        remarks.push(format!("{inputs} observations that are later than the run's clock."));
    }
    if all.unknown > 0 {
        let inputs = if all.unknown == 1 { "input tells" } else { "inputs tell" };
        remarks.push(format!("{} {inputs} no time of observation.", grouped(all.unknown)));
    }
    remarks
}

/// The parts of the scale where there is evidence.
fn segments(ages: &[(u64, u64)], end: u64) -> Vec<(String, String)> {
    let mut cells = [false; CELLS];
    for &(youngest, oldest) in ages {
        let (from, to) = (cell(youngest, end).min(CELLS - 1), cell(oldest, end));
        for is_there in cells.iter_mut().take(to + 1).skip(from) {
            *is_there = true;
        }
    }
    let mut segments = Vec::new();
    let mut begin = None;
    for (index, is_there) in cells.into_iter().chain([false]).enumerate() {
        match (begin, is_there) {
            (None, true) => begin = Some(index),
            (Some(from), false) => {
                let hundredths = |cells: usize| per_cent((cells * 10_000 / CELLS) as u64);
                segments.push((hundredths(from), hundredths(index - from)));
                begin = None;
            }
            _ => {}
        }
    }
    segments
}

/// The part of the scale in which an age stands.
fn cell(age: u64, end: u64) -> usize {
    // The scale in thousandths; the first parts that end at or before the age.
    let thousandths = Duration::from_secs_f64(position(age, end) / 100.0).as_millis();
    usize::try_from(thousandths).unwrap_or_default().saturating_mul(CELLS) / 1000
}

/// Where an age stands on a scale of logarithms that ends at `end`, as a per cent.
fn position(age: u64, end: u64) -> f64 {
    // All that is younger than half an hour stands at the beginning.
    let scale = |age: u64| Duration::from_secs(age.max(HOUR / 2)).as_secs_f64().ln();
    let begin = scale(0);
    ((scale(age) - begin) / (scale(end) - begin) * 100.0).clamp(0.0, 100.0)
}

fn percent(position: f64) -> String {
    format!("{position:.2}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_on_a_scale_of_logarithms() {
        // From half an hour on: 60 days are 2880 times as much, 17 days 816 times, ln 816 / ln 2880 = 0.8417.
        let end = 60 * DAY;
        let positions = [0, HOUR / 2, 17 * DAY, end, 2 * end].map(|age| percent(position(age, end)));
        assert_eq!(positions, ["0.00%", "0.00%", "84.17%", "100.00%", "100.00%"]);
        // 0.8417 of 125 parts is within the 106th; parts that touch are one.
        assert_eq!(segments(&[(17 * DAY, 17 * DAY)], end), [("84.00%".to_owned(), "0.80%".to_owned())]);
        assert_eq!(segments(&[(end, end)], end), [("99.20%".to_owned(), "0.80%".to_owned())]);
        let joined = segments(&[(0, 0), (HOUR, end), (0, HOUR)], end);
        assert_eq!(joined, [("0.00%".to_owned(), "100.00%".to_owned())]);
        assert_eq!(words(DAY, DAY), "1 day old");
        assert_eq!(words(0, 90_000), "0 seconds to 1 day 1 hour old");
    }
}
