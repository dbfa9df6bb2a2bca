//! ALI-SAS-2xx: `alibaba.sas.DescribeImageInstances`, a container image.

use super::{Case, Expected, Judgement, at_most_max, recent};

/// Results by which a scan says that there was none.
const ERROR_RESULTS: [&str; 3] = ["TASK_NOT_EXISTS", "TASK_NOT_SUPPORT_REGION", "forbid_create_repeat_task"];

/// Documented statuses of a scan that has not succeeded: it goes on, failed, or timed out.
const NO_SUCCESS: [&str; 13] = [
    "INIT",
    "START",
    "MESSAGE_SEND",
    "START_RUN",
    "DOWNLOAD",
    "PRE_ANALYZER",
    "WEB_SHELL_ANALYZER",
    "CVE_ANALYZER",
    "BIN_ANALYZER",
    "OTHER_ANALYZER",
    "PRE_ANALYZER_SUCCESS",
    "FAIL",
    "TIMEOUT",
];

pub(super) fn expected(number: &str, case: Case<'_>) -> Expected {
    match number {
        "201" => nothing_found(case, "VulCount"),
        "202" => nothing_found(case, "HcCount"),
        "203" => nothing_found(case, "AlarmCount"),
        "204" => scan_succeeded(case).verdict(),
        "205" => {
            let mut judgement = Judgement::default();
            let scanned = judgement.read(case.at(&["LastScanTime"]).epoch_milliseconds());
            recent(&mut judgement, case, scanned, 7);
            judgement.verdict()
        }
        "206" => registry_allowed(case),
        "207" => {
            let mut judgement = Judgement::default();
            let tag = judgement.read(case.at(&["Tag"]).text());
            judgement.fail_if(tag.is_none_or(|tag| tag.eq_ignore_ascii_case("latest")));
            judgement.verdict()
        }
        "208" => no_deployed_risk(case),
        "209" => {
            let mut judgement = Judgement::default();
            let kind = judgement.read(case.at(&["RepoType"]).text());
            judgement.fail_if(kind == Some("public"));
            judgement.unclear_if(!matches!(kind, Some("public" | "private")));
            judgement.verdict()
        }
        "210" => statuses_match_counts(case),
        _ => panic!("no rule ALI-SAS-{number}"),
    }
}

/// The documents list error codes as results, and nothing else. `SUCCESS` cannot mean an error; any other result is
/// unknown.
fn scan_succeeded(case: Case<'_>) -> Judgement {
    let mut judgement = Judgement::default();
    let status = judgement.read(case.at(&["ScaStatus"]).text());
    let result = judgement.read(case.at(&["ScaResult"]).text());
    match (status, result) {
        (Some(status), _) if NO_SUCCESS.contains(&status) => judgement.fail_if(true),
        (Some("SUCCESS"), Some(result)) if ERROR_RESULTS.contains(&result) => judgement.fail_if(true),
        (Some("SUCCESS"), None | Some("SUCCESS")) => {}
        _ => judgement.unclear_if(true),
    }
    judgement
}

/// What was found counts, whatever became of the scan; that nothing was found counts only after a success.
fn nothing_found(case: Case<'_>, count: &str) -> Expected {
    let scan = scan_succeeded(case);
    let mut judgement = Judgement { unreadable: scan.unreadable, ..Judgement::default() };
    let count = judgement.read(case.at(&[count]).count());
    at_most_max(&mut judgement, case, count);
    judgement.unclear_if(scan.verdict() != Expected::Pass);
    judgement.verdict()
}

fn registry_allowed(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let kind = judgement.read(case.at(&["RegistryType"]).text());
    let allowed = case.allowed("allowed", &["acr", "harbor", "quay", "CI/CD"]);
    judgement.fail_if(kind.is_some_and(|kind| !allowed.contains(&kind)));
    judgement.unclear_if(kind.is_none());
    judgement.verdict()
}

fn no_deployed_risk(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let deployed = judgement.read(case.at(&["Deployed"]).integer());
    let risk = judgement.read(case.at(&["RiskStatus"]).text());
    match (deployed, risk) {
        (Some(0), _) | (Some(1), Some("NO")) => {}
        (Some(1), Some("YES")) => judgement.fail_if(true),
        _ => judgement.unclear_if(true),
    }
    judgement.verdict()
}

fn statuses_match_counts(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    for (status, count) in [("VulStatus", "VulCount"), ("HcStatus", "HcCount"), ("AlarmStatus", "AlarmCount")]
    {
        let status = judgement.read(case.at(&[status]).text());
        let count = judgement.read(case.at(&[count]).count());
        match (status, count) {
            (Some("YES"), Some(count)) => judgement.fail_if(count == 0),
            (Some("NO"), Some(count)) => judgement.fail_if(count > 0),
            _ => judgement.unclear_if(true),
        }
    }
    judgement.verdict()
}
