//! AWS-SSM: `aws.ssm.GetPatchBaseline`, a patch baseline.

use chrono::TimeDelta;
use serde_json::Value;

use super::wire::Stated;
use super::{Case, Expected, Judgement, recent};

/// Levels that a missing patch may be reported at, but for UNSPECIFIED.
const LEVELS: [&str; 5] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"];

/// Operating systems that a baseline may be for, but for WINDOWS.
const OTHER_SYSTEMS: [&str; 14] = [
    "AMAZON_LINUX",
    "AMAZON_LINUX_2",
    "AMAZON_LINUX_2022",
    "UBUNTU",
    "REDHAT_ENTERPRISE_LINUX",
    "SUSE",
    "CENTOS",
    "ORACLE_LINUX",
    "DEBIAN",
    "MACOS",
    "RASPBIAN",
    "ROCKY_LINUX",
    "ALMA_LINUX",
    "AMAZON_LINUX_2023",
];

pub(super) fn expected(number: &str, case: Case<'_>) -> Expected {
    match number {
        "001" => patch_groups_assigned(case),
        "002" => patches_are_approved(case),
        "003" => approved_promptly(case),
        "004" => levels_specified(case),
        "005" => rejected_are_blocked(case),
        "006" => not_approved_and_rejected(case),
        "007" => not_frozen(case),
        "008" => sources_are_safe(case),
        "009" => {
            let mut judgement = Judgement::default();
            let modified = judgement.read(case.at(&["ModifiedDate"]).epoch_seconds_or_iso_time());
            recent(&mut judgement, case, modified, 365);
            judgement.verdict()
        }
        "010" => security_updates_count(case),
        _ => panic!("no rule AWS-SSM-{number}"),
    }
}

/// The names in a list. Nothing where the list is not stated.
struct Names<'a> {
    names: Vec<&'a str>,
    /// Whether nulls or empty texts stand where names should.
    with_gaps: bool,
}

fn names<'a>(judgement: &mut Judgement, case: Case<'a>, list: &str) -> Option<Names<'a>> {
    let list = judgement.read(case.at(&[list]).list())?;
    let names: Vec<_> = list.iter().filter_map(|name| judgement.read(Stated::element(name).text())).collect();
    let with_gaps = names.len() < list.len();
    Some(Names { names, with_gaps })
}

/// The approval rules; nulls among them stay.
fn rules<'a>(judgement: &mut Judgement, case: Case<'a>) -> Option<Vec<Stated<&'a Value>>> {
    let list = judgement.read(case.at(&["ApprovalRules", "PatchRules"]).list())?;
    Some(list.iter().map(|rule| Stated::element(rule).object()).collect())
}

fn patch_groups_assigned(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let groups = names(&mut judgement, case, "PatchGroups");
    judgement.unclear_if(groups.is_none());
    judgement.fail_if(groups.is_some_and(|groups| groups.names.is_empty()));
    judgement.verdict()
}

fn patches_are_approved(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let named = names(&mut judgement, case, "ApprovedPatches").map(|list| list.names.len());
    let rules = rules(&mut judgement, case)
        .map(|rules| rules.into_iter().filter_map(|rule| judgement.read(rule)).count());
    let settled = named.is_some_and(|count| count > 0) || rules.is_some_and(|count| count > 0);
    judgement.unclear_if(!settled && (named.is_none() || rules.is_none()));
    judgement.fail_if(named == Some(0) && rules == Some(0));
    judgement.verdict()
}

fn approved_promptly(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let rules = rules(&mut judgement, case);
    judgement.unclear_if(rules.is_none());
    for rule in rules.into_iter().flatten() {
        let covers = covers_security(&mut judgement, rule);
        let days = judgement.read(rule.member("ApproveAfterDays").count());
        let until = judgement.read(rule.member("ApproveUntilDate").date());
        // Whether a rule covers them does not matter where it has no waiting time, but a date.
        let left_to_007 = days.is_none() && until.is_some();
        judgement.unclear_if(is_open(covers, days, left_to_007));
        let late = days.is_some_and(|days| days > case.limit("max_days", 7));
        judgement.fail_if(covers == Some(true) && late);
    }
    judgement.verdict()
}

/// Whether the filters of a rule, or the waiting time of one that covers, are missing.
fn is_open(covers: Option<bool>, days: Option<i64>, left_to_007: bool) -> bool {
    covers.is_none() || covers == Some(true) && days.is_none() && !left_to_007
}

/// Whether a rule covers critical or security patches: one of its filters by severity or class selects them, or it
/// has no such filter. Nothing where its filters do not tell.
fn covers_security(judgement: &mut Judgement, rule: Stated<&Value>) -> Option<bool> {
    let filters = judgement.read(rule.member("PatchFilterGroup").member("PatchFilters").list())?;
    let mut selects = Vec::new();
    for filter in filters {
        let filter = Stated::element(filter);
        let key = judgement.read(filter.member("Key").text());
        let values = judgement.read(filter.member("Values").list()).map(|values| {
            let texts = values.iter().map(|value| judgement.read(Stated::element(value).text()));
            texts.collect::<Vec<_>>()
        });
        let wanted: &[&str] = match key {
            Some("SEVERITY" | "MSRC_SEVERITY") => &["critical"],
            // Debian's scale, which knows no `critical`.
            Some("PRIORITY") => &["required", "important"],
            Some("CLASSIFICATION") => &["security", "securityupdates", "criticalupdates"],
            Some(_) => continue,
            None => {
                selects.push(None);
                continue;
            }
        };
        let hits = |text: &str| text == "*" || wanted.contains(&text.to_ascii_lowercase().as_str());
        selects.push(match values {
            Some(values) if values.iter().flatten().any(|text| hits(text)) => Some(true),
            // A filter that matches nothing cannot be made; so its values are not known.
            Some(values) if !values.is_empty() && values.iter().all(Option::is_some) => Some(false),
            _ => None,
        });
    }
    if selects.is_empty() || selects.contains(&Some(true)) {
        Some(true)
    } else if selects.contains(&None) {
        None
    } else {
        Some(false)
    }
}

fn levels_specified(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let rules = rules(&mut judgement, case);
    judgement.unclear_if(rules.is_none());
    for rule in rules.into_iter().flatten() {
        judgement.read(rule);
        let level = judgement.read(rule.member("ComplianceLevel").text());
        level_specified(&mut judgement, level);
    }
    let named = names(&mut judgement, case, "ApprovedPatches");
    let level = judgement.read(case.at(&["ApprovedPatchesComplianceLevel"]).text());
    judgement.unclear_if(named.is_none());
    if let Some(named) = named {
        needed_where_named(&mut judgement, &named, |judgement| level_specified(judgement, level));
    }
    judgement.verdict()
}

/// Judges what matters as soon as a list names a patch. A list of gaps may name one, or none: what would fail then
/// is a gap itself.
fn needed_where_named(judgement: &mut Judgement, list: &Names<'_>, judge: impl FnOnce(&mut Judgement)) {
    let mut needed = Judgement::default();
    judge(&mut needed);
    let fails = needed.failed && !list.names.is_empty();
    judgement.fail_if(fails);
    let matters = !list.names.is_empty() || list.with_gaps;
    judgement.unclear_if(matters && (needed.unclear || needed.failed));
}

fn level_specified(judgement: &mut Judgement, level: Option<&str>) {
    judgement.fail_if(level == Some("UNSPECIFIED"));
    judgement.unclear_if(!level.is_some_and(|level| LEVELS.contains(&level)));
}

fn rejected_are_blocked(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let rejected = names(&mut judgement, case, "RejectedPatches");
    let action = judgement.read(case.at(&["RejectedPatchesAction"]).text());
    judgement.unclear_if(rejected.is_none());
    if let Some(rejected) = rejected {
        needed_where_named(&mut judgement, &rejected, |judgement| {
            judgement.fail_if(action.is_some_and(|action| action != "BLOCK"));
            judgement.unclear_if(action.is_none());
        });
    }
    judgement.verdict()
}

fn not_approved_and_rejected(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let approved = names(&mut judgement, case, "ApprovedPatches");
    let rejected = names(&mut judgement, case, "RejectedPatches");
    judgement.unclear_if(approved.is_none() || rejected.is_none());
    if let Some((approved, rejected)) = approved.zip(rejected) {
        judgement.fail_if(approved.names.iter().any(|name| rejected.names.contains(name)));
        // A name that is missing may be one of the other list.
        let some = |list: &Names<'_>| list.with_gaps || !list.names.is_empty();
        let gap = approved.with_gaps || rejected.with_gaps;
        judgement.unclear_if(gap && some(&approved) && some(&rejected));
    }
    judgement.verdict()
}

fn not_frozen(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let rules = rules(&mut judgement, case);
    judgement.unclear_if(rules.is_none());
    let limit = TimeDelta::days(case.limit("max_age_days", 30));
    for rule in rules.into_iter().flatten() {
        let until = judgement.read(rule.member("ApproveUntilDate").date());
        judgement.fail_if(until.is_some_and(|until| case.at.date_naive() - until > limit));
        // A null where a rule should stand has no date, but is no rule without one either.
        judgement.unclear_if(matches!(rule, Stated::Null));
    }
    judgement.verdict()
}

fn sources_are_safe(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let sources = judgement.read(case.at(&["Sources"]).list());
    judgement.unclear_if(sources.is_none());
    for source in sources.into_iter().flatten() {
        let configuration = judgement.read(Stated::element(source).member("Configuration").text());
        let lines = configuration.unwrap_or_default().split(['\n', '\r']).map(str::trim_ascii);
        let lines: Vec<_> = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])).collect();
        judgement.fail_if(lines.iter().any(|line| is_unsafe(&line.to_ascii_lowercase())));
        judgement.unclear_if(lines.iter().all(|line| is_header(line)));
    }
    judgement.verdict()
}

/// Whether a line is the header of a section, with perhaps a comment behind it.
fn is_header(line: &str) -> bool {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(['#', ';']);
    line.starts_with('[')
        && line.match_indices(']').any(|(place, _)| ends(line[place + 1..].trim_ascii_start()))
}

/// Whether a line, in lower case, names an address without TLS or turns the signature check off: `gpgcheck = 0`
/// (`pkg_gpgcheck` for zypper; `repo_gpgcheck` is about the index, not the packages), `deb [trusted=yes] …`,
/// `Trusted: yes`.
fn is_unsafe(line: &str) -> bool {
    const NO: [&str; 4] = ["0", "no", "false", "off"];
    const YES: [&str; 6] = ["1", "yes", "true", "on", "with", "enable"];
    // Of a value only its first word counts: a comment may follow.
    let setting = line
        .split_once(['=', ':'])
        .map(|(name, value)| (name.trim_ascii(), value.split_ascii_whitespace().next().unwrap_or_default()));
    let unchecked = setting.is_some_and(|(name, value)| match name {
        "gpgcheck" | "pkg_gpgcheck" => NO.contains(&value),
        "trusted" => YES.contains(&value),
        _ => false,
    });
    let options = line.strip_prefix("deb").and_then(|rest| rest.split_once('[')?.1.split_once(']'));
    let trusted = options.is_some_and(|(options, _)| {
        let options = options.replace(" =", "=").replace("= ", "=");
        options
            .split_ascii_whitespace()
            .filter_map(|option| option.split_once('='))
            .any(|(name, value)| name == "trusted" && YES.contains(&value))
    });
    line.contains("http://") || unchecked || trusted
}

/// The setting exists for Windows; of another system's baseline it is judged where it is stated. A system that is
/// not documented may be either.
fn security_updates_count(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let system = judgement.read(case.at(&["OperatingSystem"]).text());
    let status = judgement.read(case.at(&["AvailableSecurityUpdatesComplianceStatus"]).text());
    judgement.fail_if(status == Some("COMPLIANT"));
    judgement.unclear_if(!matches!(status, Some("COMPLIANT" | "NON_COMPLIANT")));
    let other_system = system.is_some_and(|system| OTHER_SYSTEMS.contains(&system));
    judgement.verdict_where(status.is_some() || !other_system)
}
