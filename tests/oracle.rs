//! What every built-in rule should say of a resource as the wire has it: a second implementation, in plain
//! Rust, of the rules' descriptions (`docs/rules.md`) and of the vendors' documents.
//!
//! It shares nothing with the rules' Rego or with the crate's model, so that an error there is found here and
//! not repeated. Where a description leaves a choice, the comment beside the rule says which was made.

mod container_image;
mod node_report;
mod patch_baseline;
mod patch_state;
mod release_batch;
mod validation;
mod wire;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use self::wire::Stated;

/// What a rule must say of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Pass,
    Fail,
    Inconclusive,
    NotApplicable,
    Error,
}

/// What a rule must say of a resource at a clock, with the params that its METADATA gives.
pub(crate) fn expected(rule: &str, resource: &Value, at: DateTime<Utc>) -> Expected {
    expected_with(rule, resource, at, &Map::new())
}

/// The same with some params set.
pub(crate) fn expected_with(
    rule: &str,
    resource: &Value,
    at: DateTime<Utc>,
    params: &Map<String, Value>,
) -> Expected {
    let case = Case { resource, at, params };
    match rule.rsplit_once('-') {
        Some(("AWS-SSM", number)) => patch_baseline::expected(number, case),
        Some(("ALI-OOS", number)) => patch_state::expected(number, case),
        Some(("ALI-SAS", number)) if number.starts_with('1') => release_batch::expected(number, case),
        Some(("ALI-SAS", number)) => container_image::expected(number, case),
        Some(("HWC-COC", number)) => node_report::expected(number, case),
        _ => panic!("no rule {rule}"),
    }
}

/// What is judged: a resource on the wire, the run's clock, and the params that are set.
#[derive(Clone, Copy)]
struct Case<'a> {
    resource: &'a Value,
    at: DateTime<Utc>,
    params: &'a Map<String, Value>,
}

impl<'a> Case<'a> {
    /// What the resource states at a path of names.
    fn at(self, path: &[&str]) -> Stated<&'a Value> {
        path.iter().fold(Stated::Is(self.resource), |place, name| place.member(name))
    }

    /// A number among the params.
    fn limit(self, name: &str, default: i64) -> i64 {
        self.params.get(name).map_or(default, |value| value.as_i64().unwrap())
    }

    /// A list of texts among the params.
    fn allowed<'b>(self, name: &str, default: &[&'b str]) -> Vec<&'b str>
    where
        'a: 'b,
    {
        let set = self.params.get(name).map(|value| value.as_array().unwrap());
        set.map_or(default.to_vec(), |list| list.iter().map(|text| text.as_str().unwrap()).collect())
    }

    /// How long ago something was; none for what lies ahead. Clocks differ: what lies a day ahead at most is
    /// taken for now.
    fn age(self, time: DateTime<Utc>) -> Option<TimeDelta> {
        let age = self.at - time;
        (age >= -TimeDelta::days(1)).then_some(age)
    }
}

/// Collects what speaks for which verdict. The gravest one stands: a value that cannot be read, then a failure,
/// then a gap.
#[derive(Default)]
struct Judgement {
    unreadable: bool,
    failed: bool,
    unclear: bool,
}

impl Judgement {
    /// The value, where one is stated.
    fn read<T>(&mut self, stated: Stated<T>) -> Option<T> {
        match stated {
            Stated::Is(value) => Some(value),
            Stated::Absent | Stated::Null => None,
            Stated::Unreadable => {
                self.unreadable = true;
                None
            }
        }
    }

    fn fail_if(&mut self, condition: bool) {
        self.failed |= condition;
    }

    fn unclear_if(&mut self, condition: bool) {
        self.unclear |= condition;
    }

    fn verdict(&self) -> Expected {
        if self.unreadable {
            Expected::Error
        } else if self.failed {
            Expected::Fail
        } else if self.unclear {
            Expected::Inconclusive
        } else {
            Expected::Pass
        }
    }

    /// The verdict of a rule that is about some resources only. A value that cannot be read comes first: it may be
    /// what tells.
    fn verdict_where(&self, applies: bool) -> Expected {
        if self.unreadable || applies { self.verdict() } else { Expected::NotApplicable }
    }
}

/// Fails where a count exceeds the param `max`; a count that is not stated is a gap.
fn at_most_max(judgement: &mut Judgement, case: Case<'_>, count: Option<i64>) {
    judgement.fail_if(count.is_some_and(|count| count > case.limit("max", 0)));
    judgement.unclear_if(count.is_none());
}

/// Fails where a time lies more than the param `max_age_days` back; one that is not stated, or lies ahead, is a gap.
fn recent(judgement: &mut Judgement, case: Case<'_>, time: Option<DateTime<Utc>>, default_days: i64) {
    let age = time.and_then(|time| case.age(time));
    let limit = TimeDelta::days(case.limit("max_age_days", default_days));
    judgement.fail_if(age.is_some_and(|age| age > limit));
    judgement.unclear_if(age.is_none());
}
