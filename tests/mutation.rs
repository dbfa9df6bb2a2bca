//! The built-in rules on payloads with faults: no pass that the meaning of the payload does not justify.
//!
//! Every passing mutant is held against the oracle (`tests/oracle`), a second implementation of the rules from
//! their descriptions.

use std::num::NonZeroUsize;

use chrono::{DateTime, Utc};
use probity::discover::discover;
use probity::evaluate::Plan;
use probity::mutate::{Change, Excuse, FileFault, MutateSettings, MutationReport, mutate};
use probity::policy::{Override, Selection, builtin_files, load, select};
use serde_json::{Map, Value};

use crate::oracle::{Expected, expected_with};
use crate::support::{CLOCK, root};

/// Params without which a rule is about nothing.
const SET: [&str; 2] = [
    "ALI-SAS-106.min_version=0.0.1",
    "HWC-COC-009.allowed_regions=[\"cn-north-4\",\"cn-north-1\",\"ap-southeast-1\"]",
];

fn clock() -> DateTime<Utc> {
    CLOCK.parse().unwrap()
}

fn report() -> (Plan, MutationReport) {
    let overrides: Vec<Override> = SET.iter().map(|set| set.parse().unwrap()).collect();
    let selection = Selection { overrides, ..Selection::default() };
    let set = select(&load(&builtin_files()).unwrap(), &selection).unwrap();
    let plan = Plan::new(&set, clock()).unwrap();
    let payloads = [root().join("samples"), root().join("tests/cases")];
    let threads = NonZeroUsize::new(2).unwrap();
    let settings = MutateSettings { clock: clock(), threads, resources_per_rule: 4 };
    let report = mutate(&plan, &discover(&payloads), &settings).unwrap();
    (plan, report)
}

#[test]
fn no_built_in_rule_passes_on_a_fault_that_it_should_notice() {
    let (plan, report) = report();
    assert_eq!(report.untried, [], "every rule passes somewhere");
    let mut unjustified = Vec::new();
    for passed in &report.unnoticed {
        let rule = plan.rules().find(|rule| rule.id == passed.rule).unwrap();
        let resource: Value = serde_json::from_str(&passed.text).unwrap();
        let params: Map<String, Value> = rule.params.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        let says = expected_with(passed.rule.as_str(), &resource, clock(), &params);
        if says != Expected::Pass {
            unjustified.push(format!(
                "{} {} {}: {says:?}",
                passed.rule,
                passed.path,
                passed.change.in_words()
            ));
        }
        if passed.excuse.is_none() {
            unjustified.push(format!("{} {} {}", passed.rule, passed.path, passed.change.in_words()));
        }
    }
    assert_eq!(unjustified, Vec::<String>::new());
    assert_eq!(report.unnoticed_faults, []);

    let changes = report.total();
    let files: u64 = report.faults.values().map(|(tried, _)| tried).sum();
    println!("{} changes of values, {files} files with faults", changes.tried);
    for (change, tried) in &report.changes {
        println!("{change:?}: {tried:?}");
    }
    for (fault, tried) in &report.faults {
        println!("{fault:?}: {tried:?}");
    }
    assert!(changes.tried + files >= 2_000);
    assert_eq!(report.changes.len(), Change::ALL.len(), "every kind of change fits somewhere");
    let faults = [FileFault::ErrorBody, FileFault::CutOff, FileFault::PageMissing, FileFault::Empty];
    assert!(faults.iter().all(|fault| report.faults.contains_key(fault)));
    let accepted = report.unnoticed.iter().filter(|passed| passed.excuse == Some(Excuse::Accepted));
    assert!(accepted.count() < 100);
}
