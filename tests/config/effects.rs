//! What each key changes, through the binary.

use std::io::Write as _;

use serde_json::{Value, json};

use super::Project;
use crate::support::{CLOCK, Outcome, page, probity, report, rule};

/// A check of `input` in a project with this configuration, and with none.
fn with_and_without(config: &str, input: &str, content: impl AsRef<[u8]>) -> (Outcome, Outcome) {
    let project = Project::new(config);
    project.file(input, content);
    (project.check(&[input]), project.check(&[input, "--no-config"]))
}

fn codes_and_exit(outcome: &Outcome) -> (Vec<String>, i32) {
    (outcome.codes(), outcome.code)
}

#[test]
fn inputs_are_taken_where_none_is_given() {
    let project = Project::new("inputs = [\"nodes.json\"]");
    let outcome = project.check(&[]);
    assert_eq!((outcome.code, &outcome.json()["inputs"][0]["file"]), (0, &json!("nodes.json")));
    assert_eq!(project.check(&["--no-config"]).codes(), ["input.none"]);
}

#[test]
fn the_operation_may_be_said() {
    let config = "as = \"huawei.coc.ListInstanceCompliant\"";
    let (with, without) = with_and_without(config, "one.json", report("a").to_string());
    assert_eq!((with.code, &with.json()["summary"]["resources"]), (0, &json!(1)), "{}", with.stderr);
    assert_eq!(without.code, 2);
}

#[test]
fn what_is_not_documented_may_be_an_error() {
    let mut node = report("a");
    node["new_field"] = json!(1);
    let (with, without) = with_and_without("strict = true", "page.json", page(&[node]));
    assert_eq!(codes_and_exit(&with), (vec!["payload.unknown_field".to_owned()], 2));
    assert_eq!(codes_and_exit(&without), (vec![], 0));
}

#[test]
fn missing_pages_and_empty_snapshots_may_be_accepted() {
    let incomplete = json!({"count": 2, "instance_compliant": [report("a")]}).to_string();
    let (with, without) = with_and_without("allow_incomplete = true", "page.json", incomplete);
    assert_eq!(codes_and_exit(&with), (vec!["payload.incomplete".to_owned()], 0));
    assert_eq!(codes_and_exit(&without), (vec!["payload.incomplete".to_owned()], 2));
    let (with, without) = with_and_without("allow_empty = true", "page.json", page(&[]));
    assert_eq!(codes_and_exit(&with), (vec!["payload.empty".to_owned()], 0));
    assert_eq!(codes_and_exit(&without), (vec!["payload.empty".to_owned()], 2));
}

#[test]
fn old_snapshots_may_be_refused() {
    // The newest report is of 2026-11-20T02:10:04Z, 21:49:56 before the clock.
    for (age, code) in [("22h", 0), ("21h", 2), ("78596s", 0), ("78595s", 2)] {
        let project = Project::new(&format!("max_age = \"{age}\""));
        let outcome = project.check(&["nodes.json"]);
        assert_eq!(outcome.code, code, "{age}: {:?}", outcome.codes());
    }
}

#[test]
fn sizes_are_limited() {
    let text = page(&[report("a")]);
    for (config, code) in [
        (format!("max_file_size = {}", text.len()), 0),
        (format!("max_file_size = {}", text.len() - 1), 2),
        ("max_file_size = \"1MiB\"".to_owned(), 0),
    ] {
        let (with, _) = with_and_without(&config, "page.json", &text);
        assert_eq!(with.code, code, "{config}: {:?}", with.codes());
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    // The ratio is looked at from 16 MiB on.
    let padding = format!(",{}", " ".repeat(17 << 20));
    packed.write_all(text.replacen(',', &padding, 1).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let (with, without) = with_and_without("max_ratio = 2", "page.json.gz", &packed);
    assert!(with.codes().contains(&"input.too_large".to_owned()), "{:?}", with.codes());
    let (lax, _) = with_and_without("max_ratio = 2000", "page.json.gz", &packed);
    assert_eq!(lax.code, 0, "{:?} {:?}", lax.codes(), without.codes());
}

#[test]
fn threads_are_counted() {
    let project = Project::new("threads = 3");
    assert_eq!(project.setting("threads", &[]).0, 3);
    assert_eq!(project.check(&["nodes.json"]).code, 0);
}

#[test]
fn rules_of_folders_join_the_built_in_ones_or_take_their_place() {
    let own = rule("ORG-1", "org.one", "deny contains \"x\" if input.resource.name == \"nobody\"");
    for (config, rules) in [
        ("policies = [\"org\"]", 45),
        ("policies = [\"org/one.rego\"]\nbuiltin = false", 1),
        ("builtin = true", 44),
    ] {
        let project = Project::new(config);
        project.file("org/one.rego", &own);
        let found = project.rules(&["nodes.json"]);
        assert_eq!(found.len(), rules, "{config}");
        assert_eq!(found.contains(&"ORG-1".to_owned()), config.contains("org"), "{config}");
    }
    let project = Project::new("policies = [\"nowhere\"]");
    let outcome = project.check(&["nodes.json"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("policy.unreadable"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("probity.toml:1:12"), "the place that names it: {}", outcome.stderr);
}

#[test]
fn the_gate_closes_from_a_severity_on_and_inconclusive_verdicts_may_warn() {
    // HWC-COC-001 is critical, and HWC-COC-003 high; both fail on nodes of this file.
    let project = Project::new("rules = [\"HWC-COC-003\"]\nfail_on = \"critical\"");
    assert_eq!(project.check(&["bad.json"]).code, 0);
    assert_eq!(project.check(&["bad.json"]).json()["settings"]["fail_on"], "critical");
    let project = Project::new("rules = [\"HWC-COC-003\"]\nfail_on = \"high\"");
    assert_eq!(project.check(&["bad.json"]).code, 1);
    // With three allowed, three nodes pass and one stays inconclusive.
    let params = "rules = [\"HWC-COC-001\"]\nrule.HWC-COC-001.params.max = 3\n";
    let project = Project::new(params);
    let outcome = project.check(&["bad.json"]);
    assert_eq!((outcome.code, outcome.verdicts("pass"), outcome.verdicts("inconclusive")), (1, 3, 1));
    let project = Project::new(&format!("inconclusive = \"warn\"\n{params}"));
    let outcome = project.check(&["bad.json"]);
    assert_eq!((outcome.code, outcome.verdicts("pass"), outcome.verdicts("inconclusive")), (0, 3, 1));
}

#[test]
fn passes_may_be_listed() {
    let project = Project::new("rules = [\"HWC-COC-00[19]\"]\ninclude = [\"pass\"]");
    let verdicts = |outcome: &Outcome| -> Vec<String> {
        let document = outcome.json();
        let findings = document["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["verdict"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(verdicts(&project.check(&["nodes.json"])), ["pass"; 3], "HWC-COC-009 is about none of them");
    let both = project.check(&["nodes.json", "--include", "not_applicable,pass"]);
    assert_eq!(verdicts(&both), ["pass", "not_applicable"].repeat(3));
    assert_eq!(both.json()["settings"]["include"], json!(["pass", "not_applicable"]));
}

#[test]
fn the_result_names_the_configuration() {
    let project = Project::new("rules = [\"HWC-COC-001\"]");
    assert_eq!(project.check(&["nodes.json"]).json()["settings"]["config"], "probity.toml");
    assert_eq!(project.check(&["nodes.json", "--no-config"]).json()["settings"]["config"], Value::Null);
    let pretty = project.run_in("a", &["check", "../nodes.json", "--at", CLOCK]);
    assert!(pretty.stdout.contains("\nconfiguration ../probity.toml\n"), "{}", pretty.stdout);
    let without = project.run(&["check", "nodes.json", "--at", CLOCK, "--no-config"]);
    assert!(!without.stdout.contains("configuration"), "{}", without.stdout);
}

#[test]
fn all_commands_that_look_at_rules_say_the_same_of_them() {
    let project = Project::new(
        "inputs = [\"bad.json\"]\nexclude = [\"AWS-*\"]\n[rule.HWC-COC-001]\nseverity = \"low\"\nparams.max = 3\n",
    );
    let rules = project.run(&["rules", "--format", "json"]).json();
    // Of 44 without the ten of AWS, and the one about resources that are expected.
    assert_eq!(rules.as_array().unwrap().len(), 35);
    let one = project.run(&["rules", "HWC-COC-001", "--format", "json"]).json();
    assert_eq!((&one[0]["severity"], &one[0]["params"]), (&json!("low"), &json!({"max": 3})));
    let excluded = project.run(&["rules", "AWS-SSM-001", "--format", "json"]).json();
    assert_eq!(excluded[0]["id"], "AWS-SSM-001", "one that is named by its id is shown");
    // The first node has three critical patches.
    let explain = ["explain", "--rule", "HWC-COC-001", "--resource", "/instance_compliant/0", "--at", CLOCK];
    let explained = project.run(&[&explain[..], &["--format", "json"]].concat());
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    assert_eq!(explained.json()["explanations"][0]["verdict"], "pass");
    let without = project.run(&[&explain[..], &["bad.json", "--no-config", "--format", "json"]].concat());
    assert_eq!(without.json()["explanations"][0]["verdict"], "fail");
    let inspected = project.run(&["inspect", "--format", "json"]);
    assert_eq!(inspected.json()["inputs"][0]["file"], "bad.json");
    let inputs = project.run(&["inspect", "--inputs", "--rule", "HWC-COC-001"]);
    let first: Value = serde_json::from_str(inputs.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(first["params"], json!({"max": 3}));
}

#[test]
fn the_authors_of_rules_find_theirs() {
    let project = Project::new("policies = [\"org\"]");
    let body = "deny contains \"x\" if input.resource.status == input.params.bad";
    project.file(
        "org/one.rego",
        rule("ORG-1", "org.one", body)
            .replace("#   severity: high", "#   severity: high\n#   params: {bad: compliant}"),
    );
    project.file(
        "org/one_test.rego",
        "package org.one_test\n\nimport data.org.one\n\ntest_one if count(one.deny) == 0 with input as {\"resource\": {\"status\": \"a\"}, \"params\": {\"bad\": \"b\"}}\n",
    );
    let tests = project.run(&["test"]);
    assert_eq!(tests.code, 0, "{}{}", tests.stdout, tests.stderr);
    assert!(tests.stdout.contains("1 passed"), "{}", tests.stdout);
    let lint = project.run(&["lint", "--format", "json"]).json();
    assert_eq!(lint["summary"]["rules"], 1);
    assert_eq!(project.run(&["lint", "--no-config", "--format", "json"]).json()["summary"]["rules"], 44);
    // Whatever is said of other rules is no matter there.
    project.file(
        "probity.toml",
        "policies = [\"org\"]\nexclude = [\"ORG-*\"]\nrule.ORG-1.params.bad = \"never\"\n",
    );
    let mutated = project.run(&["test", "--mutate", "nodes.json", "--format", "json", "--at", CLOCK]);
    assert!(mutated.code < 2, "all nodes pass with the param of the configuration: {}", mutated.stderr);
    let without = project.run(&["test", "org", "--mutate", "nodes.json", "--no-config", "--at", CLOCK]);
    assert_eq!(without.code, 2, "no node passes with the rule's own: {}", without.stdout);
}

#[test]
fn commands_that_do_not_use_it_do_not_look_for_it() {
    let project = Project::new("not toml");
    assert_eq!(project.run(&["schema", "run"]).code, 0);
    assert_eq!(project.run(&["schema", "--list"]).code, 0);
    for command in ["check", "inspect", "rules", "test", "lint", "config"] {
        let outcome = project.run(&[command]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{command}");
        assert!(outcome.stderr.contains("config.parse"), "{command}: {}", outcome.stderr);
        let help = probity(&[command, "--help"]).stdout;
        assert!(help.contains("--no-config") && help.contains("--config <FILE>"), "{command}");
    }
}
