//! HWC-COC: `huawei.coc.ListInstanceCompliant`, a node's compliance report.

use super::{Case, Expected, Judgement, at_most_max, recent};

const SEVERITIES: [&str; 6] =
    ["critical_count", "high_count", "medium_count", "low_count", "informational_count", "unspecified_count"];

pub(super) fn expected(number: &str, case: Case<'_>) -> Expected {
    match number {
        "001" => none_of_severity(case, "critical_count"),
        "002" => none_of_severity(case, "high_count"),
        "003" => {
            let mut judgement = Judgement::default();
            let status = judgement.read(case.at(&["status"]).text());
            judgement.fail_if(status.is_some_and(|status| status != "compliant"));
            judgement.unclear_if(status.is_none());
            judgement.verdict()
        }
        "004" => adds_up(case).verdict(),
        "005" => {
            let mut judgement = Judgement::default();
            let made = judgement.read(case.at(&["execution_summary", "report_time"]).epoch_milliseconds());
            recent(&mut judgement, case, made, 7);
            judgement.verdict()
        }
        "006" => named(case, "baseline_id"),
        "007" => named(case, "group"),
        "008" => enough_compliant(case),
        "009" => region_allowed(case),
        "010" => status_matches_count(case),
        _ => panic!("no rule HWC-COC-{number}"),
    }
}

/// Fails where the severities contradict their total.
fn adds_up(case: Case<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    let total = judgement.read(non_compliant(case, &["non_compliant_count"]));
    let parts = SEVERITIES.map(|name| judgement.read(non_compliant(case, &["severity_summary", name])));
    let sum = parts.iter().copied().sum::<Option<i64>>();
    judgement.fail_if(total.zip(sum).is_some_and(|(total, sum)| total != sum));
    judgement.unclear_if(total.is_none() || sum.is_none());
    judgement
}

fn non_compliant(case: Case<'_>, path: &[&str]) -> super::Stated<i64> {
    case.at(&[&["non_compliant_summary"], path].concat()).count()
}

/// What is counted counts; that nothing is counted counts only where the total agrees.
fn none_of_severity(case: Case<'_>, severity: &str) -> Expected {
    let sum = adds_up(case);
    let mut judgement = Judgement { unreadable: sum.unreadable, ..Judgement::default() };
    let count = judgement.read(non_compliant(case, &["severity_summary", severity]));
    at_most_max(&mut judgement, case, count);
    judgement.unclear_if(sum.verdict() != Expected::Pass);
    judgement.verdict()
}

/// Null and the empty text say that there is none; an absent field says nothing.
fn named(case: Case<'_>, name: &str) -> Expected {
    let mut judgement = Judgement::default();
    let stated = case.at(&[name]).text();
    let value = judgement.read(stated);
    judgement.unclear_if(stated.is_absent());
    judgement.fail_if(value.is_none() && !stated.is_absent());
    judgement.verdict()
}

fn enough_compliant(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let good = judgement.read(case.at(&["compliant_summary", "compliant_count"]).count());
    let bad = judgement.read(non_compliant(case, &["non_compliant_count"]));
    let total = good.zip(bad).map(|(good, bad)| good + bad).filter(|total| *total > 0);
    let percent = case.limit("min_percent", 95);
    judgement.fail_if(good.zip(total).is_some_and(|(good, total)| good * 100 < percent * total));
    judgement.unclear_if(total.is_none());
    judgement.verdict()
}

/// While the list is empty nothing rests on the region, so it may be anything.
fn region_allowed(case: Case<'_>) -> Expected {
    let allowed = case.allowed("allowed_regions", &[]);
    if allowed.is_empty() {
        return Expected::NotApplicable;
    }
    let mut judgement = Judgement::default();
    let region = judgement.read(case.at(&["region"]).text());
    judgement.fail_if(region.is_some_and(|region| !allowed.contains(&region)));
    judgement.unclear_if(region.is_none());
    judgement.verdict()
}

fn status_matches_count(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let status = judgement.read(case.at(&["status"]).text());
    let count = judgement.read(non_compliant(case, &["non_compliant_count"]));
    match (status, count) {
        (Some("compliant"), Some(count)) => judgement.fail_if(count > 0),
        (Some("non_compliant"), Some(count)) => judgement.fail_if(count == 0),
        _ => judgement.unclear_if(true),
    }
    judgement.verdict()
}
