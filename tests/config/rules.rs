//! What is said of single rules.

use serde_json::{Value, json};

use super::Project;
use crate::support::{places, rule};

#[test]
fn a_severity_changes_findings_counts_and_the_gate() {
    // HWC-COC-001 is critical: it fails on one node of four, and one is inconclusive.
    let project = Project::new("rules = [\"HWC-COC-001\"]\n[rule.HWC-COC-001]\nseverity = \"low\"\n");
    let outcome = project.check(&["bad.json"]);
    let document = outcome.json();
    assert_eq!(outcome.code, 1);
    assert_eq!(document["policies"][0]["severity"], "low");
    for finding in document["findings"].as_array().unwrap() {
        assert_eq!(finding["rule"]["severity"], "low");
    }
    let counts = document["summary"]["counts"].as_array().unwrap();
    assert_eq!(counts.len(), 1);
    assert_eq!((&counts[0]["severity"], &counts[0]["verdicts"]["fail"]), (&json!("low"), &json!(1)));
    let high = project.check(&["bad.json", "--fail-on", "medium"]);
    assert_eq!((high.code, high.verdicts("fail")), (0, 1), "it does not weigh enough any more");
    assert_eq!(project.check(&["bad.json", "--fail-on", "medium", "--no-config"]).code, 1);
    let pretty = project.run(&["check", "bad.json", "--at", "2026-11-21"]);
    assert!(pretty.stdout.contains("HWC-COC-001 low fails on"), "{}", pretty.stdout);
    let plain = project.check(&["bad.json", "--reference"]);
    assert_eq!(plain.stdout, outcome.stdout, "by whichever way");
}

#[test]
fn params_take_any_value_of_the_type_of_their_default() {
    let own = |params: &str, body: &str| {
        rule("ORG-1", "org.one", body)
            .replace("#   severity: high", &format!("#   severity: high\n#   params: {params}"))
    };
    let params = "{n: 1, t: a, b: true, l: [x], e: [], v: null, o: {k: 1}, d: x}";
    let body = "deny contains sprintf(\"%v\", [input.params]) if input.resource.name != \"nobody\"";
    let project = Project::new(
        r#"builtin = false
policies = ["org"]
[rule.ORG-1.params]
n = 0x1F
t = '''three'''
b = false
l = ["y", "z"]
e = ["w"]
v = "1.10"
o = { k = 2.5, new = [1, { deep = true }] }
d = 2026-01-31
"#,
    );
    project.file("org/one.rego", own(params, body));
    let shown = project.run(&["rules", "ORG-1", "--format", "json"]).json();
    assert_eq!(
        shown[0]["params"],
        json!({
            "n": 31, "t": "three", "b": false, "l": ["y", "z"], "e": ["w"], "v": "1.10",
            "o": {"k": 2.5, "new": [1, {"deep": true}]}, "d": "2026-01-31",
        })
    );
    let document = project.check(&["nodes.json"]).json();
    let message = document["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("\"n\": 31") && message.contains("2026-01-31"), "the rule sees them: {message}");
    // Each of another type, at its place.
    for (param, words, column) in [
        ("n = \"1\"", "`n` of ORG-1 takes a number, not a text", 5),
        ("t = 1", "`t` of ORG-1 takes a text, not a number", 5),
        ("b = 'true'", "`b` of ORG-1 takes true or false, not a text", 5),
        ("l = 'y,z'", "`l` of ORG-1 takes a list like its default, not a text", 5),
        ("l = [1]", "`l` of ORG-1 takes a list like its default, not a list", 5),
        ("e = [1]", "`e` of ORG-1 takes a list like its default, not a list", 5),
        ("v   = 1.10", "`v` of ORG-1 takes a text, not a number", 7),
        ("o = [1]", "`o` of ORG-1 takes a table, not a list", 5),
        ("nn = 1", "`ORG-1` has no param `nn`, did you mean `n`?", 1),
    ] {
        project.file("probity.toml", format!("policies = [\"org\"]\n[rule.ORG-1.params]\n{param}\n"));
        let outcome = project.check(&["nodes.json"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{param}");
        assert_eq!(places(&outcome), [format!("probity.toml:3:{column}")], "{param}");
        let told = outcome.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("policy.param") && told.contains(words), "{param}: {told}");
    }
}

#[test]
fn a_rule_that_is_not_there_is_named_with_its_place_and_the_nearest() {
    let project = Project::new(
        "rules = [\"HWC-*\", \"HWC-COC-01\"]\nexclude = [\"AWS-SSN-001\"]\n[rule.HWC-COC-0001]\nenabled = false\n[rule.\"XYZ-*\"]\nseverity = \"low\"\n",
    );
    let outcome = project.check(&["nodes.json"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    let mut places = places(&outcome);
    places.sort();
    assert_eq!(places, ["probity.toml:1:19", "probity.toml:2:12", "probity.toml:3:7", "probity.toml:5:7"]);
    let told = outcome.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "`rules` names no rule: `HWC-COC-01`, did you mean `HWC-COC-001`?",
        "`exclude` names no rule: `AWS-SSN-001`, did you mean `AWS-SSM-001`?",
        "there is no such rule: `HWC-COC-0001`, did you mean `HWC-COC-001`?",
        "there is no such rule: `XYZ-*`",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

/// Which of HWC-COC-001, -002 and -003 take part.
fn numbers(config: &str, options: &[&str]) -> Vec<u32> {
    let project = Project::new(config);
    let listed = project.run(&[&["rules", "--format", "json"], options].concat());
    if listed.code != 0 {
        assert!(listed.stderr.contains("policy.none"), "{config} {options:?}: {}", listed.stderr);
        return Vec::new();
    }
    let rules: Value = listed.json();
    let ids = rules.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap());
    let numbers = ids.filter_map(|id| id.strip_prefix("HWC-COC-")?.parse().ok());
    numbers.filter(|number| *number <= 3).collect()
}

#[test]
fn who_takes_part_where_lists_tables_and_the_command_line_differ() {
    let only = "rules = [\"HWC-COC-00[123]\"]\n";
    for (config, options, expected) in [
        // Tables against nothing.
        ("[rule.HWC-COC-001]\nenabled = false", &[][..], &[2, 3][..]),
        ("[rule.\"HWC-*\"]\nenabled = false", &[], &[]),
        ("[rule.\"HWC-*\"]\nenabled = false\n[rule.HWC-COC-002]\nenabled = true", &[], &[2]),
        ("[rule.HWC-COC-002]\nenabled = true\n[rule.\"hwc-*\"]\nenabled = false", &[], &[2]),
        // Against `exclude`: the table outweighs, unless the list names the id and the table a glob.
        ("exclude = [\"HWC-*\"]\n[rule.HWC-COC-001]\nenabled = true", &[], &[1]),
        ("exclude = [\"HWC-COC-001\"]\n[rule.HWC-COC-001]\nenabled = true", &[], &[1, 2, 3]),
        ("exclude = [\"HWC-*\"]\n[rule.\"HWC-COC-00?\"]\nenabled = true", &[], &[1, 2, 3]),
        ("exclude = [\"HWC-COC-001\"]\n[rule.\"HWC-*\"]\nenabled = true", &[], &[2, 3]),
        // Against `rules`.
        ("rules = [\"AWS-*\"]\n[rule.HWC-COC-001]\nenabled = true", &[], &[1]),
        ("rules = [\"HWC-COC-00[12]\"]\n[rule.HWC-COC-001]\nenabled = false", &[], &[2]),
        ("rules = [\"HWC-COC-001\"]\n[rule.\"HWC-*\"]\nenabled = false", &[], &[1]),
        ("rules = [\"HWC-COC-001\", \"HWC-COC-002\"]\nexclude = [\"HWC-COC-001\"]", &[], &[2]),
        ("rules = []\nexclude = [\"HWC-COC-001\"]", &[], &[2, 3]),
        // The command line.
        (only, &["--rule", "HWC-COC-002"], &[2]),
        ("[rule.HWC-COC-001]\nenabled = true", &["--exclude", "HWC-COC-001"], &[2, 3]),
        ("[rule.HWC-COC-001]\nenabled = true", &["--rule", "HWC-COC-002"], &[2]),
        ("[rule.HWC-COC-001]\nenabled = false", &["--rule", "HWC-COC-001"], &[1]),
        ("[rule.HWC-COC-001]\nenabled = false", &["--rule", "HWC-*"], &[2, 3]),
        ("exclude = [\"HWC-COC-001\"]", &["--rule", "HWC-*"], &[2, 3]),
        ("exclude = [\"HWC-COC-001\"]", &["--rule", "HWC-COC-001"], &[1]),
        ("exclude = [\"HWC-COC-001\"]", &["--exclude", "HWC-COC-002"], &[1, 3]),
        ("exclude = [\"HWC-COC-001\"]", &["--rule", "HWC-COC-001", "--exclude", "HWC-*"], &[]),
        (
            "rules = [\"HWC-COC-001\"]\n[rule.HWC-COC-002]\nenabled = true",
            &["--rule", "HWC-COC-00?"],
            &[1, 2, 3],
        ),
    ] {
        assert_eq!(numbers(config, options), expected, "{config} {options:?}");
    }
}

#[test]
fn two_tables_must_not_contradict_each_other() {
    let conflict = |config: &str| {
        let project = Project::new(config);
        let outcome = project.run(&["rules"]);
        let told = outcome.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        (outcome.code, places(&outcome), told)
    };
    let (code, places, told) =
        conflict("[rule.\"HWC-*\"]\nseverity = \"low\"\n[rule.\"*-COC-001\"]\nseverity = \"high\"\n");
    assert_eq!((code, places), (2, vec!["probity.toml:4:1".to_owned(), "probity.toml:2:1".to_owned()]));
    assert!(told.contains("two tables give HWC-COC-001 another `severity` each"), "{told}");
    assert!(told.contains("`[rule.HWC-COC-001]`"), "{told}");
    for fine in [
        "[rule.\"HWC-*\"]\nseverity = \"low\"\n[rule.\"*-COC-001\"]\nseverity = \"low\"\n",
        "[rule.\"HWC-*\"]\nseverity = \"low\"\n[rule.\"*-COC-001\"]\nparams.max = 1\n",
        "[rule.\"HWC-*\"]\nseverity = \"low\"\n[rule.\"*-COC-001\"]\nseverity = \"high\"\n[rule.HWC-COC-001]\nseverity = \"medium\"\n",
    ] {
        let (code, _, told) = conflict(fine);
        assert_eq!(code, 0, "{fine}: {told}");
    }
}
