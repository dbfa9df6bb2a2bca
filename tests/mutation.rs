//! The built-in rules on payloads with faults: no pass that the meaning of the payload does not justify.
//!
//! Every passing mutant is held against the oracle (`tests/oracle`), a second implementation of the rules from
//! their descriptions.

use std::num::NonZeroUsize;

use probity::discover::discover;
use probity::evaluate::{Plan, Rulebook as _};
use probity::mutate::{Change, Excuse, FileFault, MutateSettings, MutationReport, mutate};
use probity::policy::{Override, Selection, builtin_files, load, select};
use serde_json::{Map, Value};

use crate::in_process::clock;
use crate::oracle::{Expected, expected_with};
use crate::support::{CLOCK, Folder, Outcome, probity, root};

/// Params without which a rule is about nothing.
const SET: [&str; 2] = [
    "ALI-SAS-106.min_version=0.0.1",
    "HWC-COC-009.allowed_regions=[\"cn-north-4\",\"cn-north-1\",\"ap-southeast-1\"]",
];

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
        let rule = plan.rules().iter().find(|rule| rule.id == passed.rule).unwrap();
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

/// Payloads on which the rules of these tests pass, and a rule with this body.
fn tried(body: &str, arguments: &[&str]) -> Outcome {
    let folder = Folder::new();
    let states = r#"{"InstancePatchStates": [{"InstanceId": "i-1", "MissingCount": "0", "PatchGroup": "web"},
        {"InstanceId": "i-2", "MissingCount": "1", "PatchGroup": "db"}], "RequestId": "R"}"#;
    let payload = folder.file("states.json", states);
    let rules = folder.file(
        "rule.rego",
        format!(
            "# METADATA\n# title: T\n# custom:\n#   id: ORG-1\n#   severity: high\n#   applies_to: alibaba.oos.ListInstancePatchStates\npackage org.one\n\n{body}\n"
        ),
    );
    probity(&[&["test", &rules, "--mutate", &payload, "--at", CLOCK][..], arguments].concat())
}

#[test]
fn a_rule_that_takes_absence_for_nothing_is_named_with_the_change() {
    let careless = "deny contains \"x\" if object.get(input.resource, \"MissingCount\", 0) > 5";
    let outcome = tried(careless, &["--format", "json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    let document = outcome.json();
    let mut told: Vec<(String, String)> = document["unnoticed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["path"].as_str().unwrap().to_owned(), one["change"].as_str().unwrap().to_owned()))
        .collect();
    told.sort();
    told.dedup();
    // Null is noticed: a default of 0 says nothing of it.
    let expected = ["dropped", "renamed"].map(|change| ("/MissingCount".to_owned(), change.to_owned()));
    assert_eq!(told, expected);
    let pretty = tried(careless, &[]);
    assert!(
        pretty.stdout.contains("ORG-1 still passes where\n  - `MissingCount` is dropped"),
        "{}",
        pretty.stdout
    );
}

#[test]
fn a_plain_rule_notices_everything() {
    let outcome = tried("deny contains \"x\" if input.resource.MissingCount > 5", &[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("0 not noticed"), "{}", outcome.stdout);
}

#[test]
fn a_value_that_nothing_hangs_on_is_settled() {
    // The group matters only to machines with many missing patches; there are none.
    let body = "deny contains \"x\" if {\n\tinput.resource.MissingCount > 1000000001\n\tobject.get(input.resource, \"PatchGroup\", \"\") == \"web\"\n}";
    let outcome = tried(body, &["--format", "json"]);
    let document = outcome.json();
    assert_eq!((outcome.code, document["unnoticed"].as_array().unwrap().len()), (0, 0));
    assert!(document["changes"]["dropped"]["settled"].as_u64().unwrap() >= 2, "{document}");
}

#[test]
fn nothing_to_change_is_an_error_and_no_success() {
    let outcome = tried("deny contains \"x\" if input.resource.MissingCount >= 0", &[]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("no rule passes on any of these payloads"), "{}", outcome.stderr);
    let nowhere = probity(&["test", "--mutate", "no/such/file"]);
    assert_eq!(nowhere.code, 2);
}

#[test]
fn the_json_report_is_of_its_schema() {
    let schema = probity(&["schema", "mutations"]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let document = tried(
        "deny contains \"x\" if object.get(input.resource, \"MissingCount\", 0) > 5",
        &["--format", "json"],
    );
    assert!(validator.is_valid(&document.json()), "{}", document.stdout);
    let schema = probity(&["schema", "explain"]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let sample = "samples/huawei/coc/list-instance-compliant/non-compliant.json";
    let arguments = [
        "explain",
        sample,
        "--rule",
        "HWC-COC-001",
        "--resource",
        "/instance_compliant/0",
        "--format",
        "json",
    ];
    assert!(validator.is_valid(&probity(&arguments).json()));
}
