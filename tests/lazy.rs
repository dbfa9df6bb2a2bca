//! Rules that are planned when they are needed say what rules say that are planned at once, to the letter.

use std::path::PathBuf;
use std::sync::Arc;

use probity::discover::discover;
use probity::evaluate::{LazyPlan, Plan, Rulebook, Way};
use probity::finding::{Gate, Verdict};
use probity::operation::Operation;
use probity::policy::{PolicyFile, builtin_files, load};
use probity::run::{Progress, execute};
use probity::settings::LoadSettings;
use probity::source::Code;

use crate::generate::{Kind, Mix, Random, resource};
use crate::in_process::{clock, judge_settings, load_settings};
use crate::support::{Folder, check, page, report, root, rule};

/// Every event of a run, and the run.
fn told(
    rulebook: &dyn Rulebook,
    inputs: &[PathBuf],
    forced: Option<Operation>,
    way: Way,
) -> (Vec<String>, probity::finding::Run) {
    let load = LoadSettings { forced, ..load_settings(inputs.to_vec()) };
    let judging = judge_settings(way);
    let mut told = Vec::new();
    let discovery = discover(inputs);
    let run = execute(&load, &judging, rulebook, discovery, &Progress::default(), None, &mut |event| {
        told.push(format!("{event:?}"));
        true
    });
    (told, run.unwrap())
}

/// Holds the built-in rules against themselves, planned in either way.
#[track_caller]
fn same(inputs: &[PathBuf], forced: Option<Operation>, findings: usize) {
    let set = load(&builtin_files()).unwrap();
    for way in [Way::Fast, Way::Reference] {
        let (whole, run) = told(&Plan::new(&set, clock()).unwrap(), inputs, forced, way);
        let (lazy, lazy_run) = told(&LazyPlan::new(set.clone(), clock()), inputs, forced, way);
        assert!(whole.len() >= findings, "{} events of {inputs:?}", whole.len());
        let different = whole.iter().zip(&lazy).find(|(whole, lazy)| whole != lazy);
        assert_eq!(different, None, "{inputs:?}, {way:?}");
        assert_eq!(whole.len(), lazy.len(), "{inputs:?}, {way:?}");
        assert_eq!(format!("{run:?}"), format!("{lazy_run:?}"), "{inputs:?}, {way:?}");
    }
}

#[test]
fn all_samples_are_judged_alike() {
    let samples = root().join("samples");
    same(std::slice::from_ref(&samples), None, 200);
    // One operation alone, then two.
    let compliant = |operation: &str| samples.join(operation).join("compliant.json");
    let operations = [
        "alibaba/oos/list-instance-patch-states",
        "alibaba/sas/describe-image-instances",
        "alibaba/sas/list-publish-batch",
        "aws/ssm/get-patch-baseline",
    ];
    for operation in operations {
        same(&[compliant(operation)], None, 6);
    }
    same(&[compliant(operations[3]), samples.join("huawei")], None, 20);
    // None at all.
    same(&[samples.join("errors")], None, 1);
    same(&[], None, 0);
}

#[test]
fn resources_with_all_kinds_of_faults_are_judged_alike() {
    let mut random = Random::new(7);
    for kind in Kind::ALL {
        let operation =
            Operation::ALL.into_iter().find(|operation| operation.id() == kind.operation()).unwrap();
        let mut text = String::new();
        let mixes = [Mix::Clean, Mix::Realistic, Mix::Firing].into_iter().cycle();
        for (number, mix) in (0..20).zip(mixes) {
            resource(kind, number, mix, &mut random, &mut text);
            text.push('\n');
        }
        // What is left out and what is null.
        text.push_str(
            &text
                .lines()
                .take(5)
                .map(|line| line.replace(":\"", ":null,\"x\":\"") + "\n")
                .collect::<String>(),
        );
        let folder = Folder::new();
        let file = folder.file("in.ndjson", &text);
        same(&[PathBuf::from(file)], Some(operation), 100);
    }
}

#[test]
fn rules_that_cannot_be_planned_close_the_gate() {
    // One that no test let through would be a built-in rule.
    let text = rule("ORG-1", "org.one", "deny contains \"x\" if input.resource.nmae == \"a\"");
    let set = load(&[Arc::new(PolicyFile::new("broken.rego", text))]).unwrap();
    assert!(Plan::new(&set, clock()).is_err());
    let folder = Folder::new();
    let file = PathBuf::from(folder.file("page.json", page(&["a", "b"].map(report))));
    for way in [Way::Fast, Way::Reference] {
        let (_, run) = told(&LazyPlan::new(set.clone(), clock()), std::slice::from_ref(&file), None, way);
        assert_eq!(run.gate, Gate::Error, "{:?}", run.diagnostics);
        assert_eq!(run.tally.total().of(Verdict::Pass), 0);
        let defect = run.diagnostics.iter().find(|told| told.code == Code::InternalDefect).unwrap();
        assert!(defect.related.iter().any(|why| why.message.contains("nmae")), "{defect:?}");
    }
}

#[test]
fn what_is_wrong_with_rules_of_the_user_is_told_whatever_the_input_is() {
    let folder = Folder::new();
    let rules = folder.file("rules/rule.rego", rule("ORG-1", "org.one", "deny contains x if 1 == 1"));
    let outcome = check(&["samples/aws/ssm/get-patch-baseline/compliant.json", "--policies", &rules]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("policy."), "{}", outcome.stderr);
}
