//! ALI-SAS-1xx: `alibaba.sas.ListPublishBatch`, a release batch of the Security Center agent.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Case, Expected, Judgement};

/// Stands in `BatchNo` for "no number".
const NO_NUMBER: i64 = 2_147_483_647;

pub(super) fn expected(number: &str, case: Case<'_>) -> Expected {
    match number {
        "101" => status_is_not(case, 3),
        "102" => status_is_not(case, 4),
        "103" => batches_are_spaced(case),
        "104" => release_is_staged(case),
        "105" => number_within_total(case),
        "106" => version_not_below_minimum(case),
        _ => panic!("no rule ALI-SAS-{number}"),
    }
}

fn status_is_not(case: Case<'_>, denied: i64) -> Expected {
    let mut judgement = Judgement::default();
    let status = judgement.read(case.at(&["Status"]).integer());
    judgement.fail_if(status == Some(denied));
    judgement.unclear_if(!status.is_some_and(|status| (0..=4).contains(&status)));
    judgement.verdict()
}

fn batches_are_spaced(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let interval = judgement.read(case.at(&["BatchInterval"]).integer());
    let total = judgement.read(case.at(&["BatchTotal"]).count());
    let too_short = interval.is_some_and(|hours| hours < case.limit("min_hours", 12));
    judgement.fail_if(too_short && total.is_some());
    judgement.unclear_if(interval.is_none() || too_short && total.is_none());
    judgement.verdict_where(total != Some(1))
}

fn release_is_staged(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let total = judgement.read(case.at(&["BatchTotal"]).count());
    judgement.fail_if(total.is_some_and(|total| total < case.limit("min_batches", 2)));
    judgement.unclear_if(total.is_none());
    judgement.verdict()
}

fn number_within_total(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let number = judgement.read(case.at(&["BatchNo"]).integer());
    let total = judgement.read(case.at(&["BatchTotal"]).count());
    judgement.fail_if(number.zip(total).is_some_and(|(number, total)| number > total));
    judgement.unclear_if(number.is_none() || total.is_none());
    judgement.verdict_where(number != Some(NO_NUMBER))
}

/// Without the param nothing rests on the version, so it may be anything.
fn version_not_below_minimum(case: Case<'_>) -> Expected {
    let Some(minimum) = case.params.get("min_version").filter(|minimum| !minimum.is_null()) else {
        return Expected::NotApplicable;
    };
    let mut judgement = Judgement::default();
    let version = judgement.read(case.at(&["Version"]).text()).and_then(Version::parse);
    let minimum = Value::as_str(minimum).and_then(Version::parse);
    judgement.unclear_if(version.is_none() || minimum.is_none());
    judgement.fail_if(version.zip(minimum).is_some_and(|(version, minimum)| version.is_below(&minimum)));
    judgement.verdict()
}

/// Dotted numbers of any length, without their leading zeros.
struct Version<'a>(Vec<&'a str>);

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let part = |part: &'a str| {
            let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.trim_start_matches('0'))
        };
        text.split('.').map(part).collect::<Option<Vec<_>>>().map(Self)
    }

    /// A part that is not there counts as 0.
    fn is_below(&self, other: &Self) -> bool {
        let longest = self.0.len().max(other.0.len());
        let part = |version: &Self, index: usize| version.0.get(index).copied().unwrap_or("").to_owned();
        let orders = (0..longest).map(|index| {
            let (left, right) = (part(self, index), part(other, index));
            left.len().cmp(&right.len()).then_with(|| left.cmp(&right))
        });
        orders.into_iter().find(|order| order.is_ne()) == Some(Ordering::Less)
    }
}
