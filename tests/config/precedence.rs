//! The command line outweighs the configuration, and that the defaults: key by key.

use serde_json::json;

use super::Project;
use crate::support::{page, report, rule};

/// Each key in the file, the options that outweigh it, and the value by default, by the file and by the command line.
#[test]
fn each_key_is_settled_alone() {
    let project = Project::new(
        r#"inputs = ["nodes.json"]
as = "ListPublishBatch"
strict = true
allow_incomplete = true
allow_empty = true
max_age = "7d"
max_file_size = "64KiB"
max_ratio = 10
threads = 2
policies = ["org"]
builtin = true
rules = ["HWC-*"]
exclude = ["AWS-*"]
fail_on = "medium"
inconclusive = "warn"
include = ["pass"]
"#,
    );
    let own = rule("ORG-1", "org.one", "deny contains \"x\" if input.resource.name == \"nobody\"");
    project.file("org/one.rego", &own);
    project.file("more/two.rego", own.replace("ORG-1", "ORG-2").replace("org.one", "org.two"));
    for (key, options, default, file, line) in [
        (
            "inputs",
            &["bad.json", "x.json"][..],
            json!([]),
            json!(["nodes.json"]),
            json!(["bad.json", "x.json"]),
        ),
        (
            "as",
            &["--as", "GetPatchBaseline"],
            json!(null),
            json!("alibaba.sas.ListPublishBatch"),
            json!("aws.ssm.GetPatchBaseline"),
        ),
        ("strict", &["--strict=false"], json!(false), json!(true), json!(false)),
        ("allow_incomplete", &["--allow-incomplete=false"], json!(false), json!(true), json!(false)),
        ("allow_empty", &["--allow-empty=false"], json!(false), json!(true), json!(false)),
        ("max_age", &["--max-age", "36h"], json!(null), json!("7d"), json!("36h")),
        ("max_file_size", &["--max-file-size", "1000"], json!("16GiB"), json!("64KiB"), json!("1000")),
        ("max_ratio", &["--max-ratio", "7"], json!(200), json!(10), json!(7)),
        ("threads", &["--threads", "5"], json!(null), json!(2), json!(5)),
        ("policies", &["--policies", "more"], json!([]), json!(["org"]), json!(["more"])),
        ("builtin", &["--no-builtin", "--rule", "ORG-1"], json!(true), json!(true), json!(false)),
        (
            "rules",
            &["--rule", "AWS-*", "--rule", "ALI-*"],
            json!([]),
            json!(["HWC-*"]),
            json!(["AWS-*", "ALI-*"]),
        ),
        ("exclude", &["--exclude", "ALI-*"], json!([]), json!(["AWS-*"]), json!(["ALI-*"])),
        ("fail_on", &["--fail-on", "high"], json!("low"), json!("medium"), json!("high")),
        ("inconclusive", &["--inconclusive", "fail"], json!("fail"), json!("warn"), json!("fail")),
        ("include", &["--include", "not_applicable"], json!([]), json!(["pass"]), json!(["not_applicable"])),
    ] {
        let (value, source) = project.setting(key, &["--no-config"]);
        if key == "threads" {
            assert!(value.as_u64().is_some_and(|threads| threads > 0));
        } else {
            assert_eq!(value, default, "{key}");
        }
        assert_eq!(source, "default", "{key}");
        let (value, source) = project.setting(key, &[]);
        assert_eq!(value, file, "{key}");
        assert!(source.starts_with("probity.toml:") && source.ends_with(":1"), "{key}: {source}");
        let (value, source) = project.setting(key, options);
        assert_eq!((value, source.as_str()), (line, "command_line"), "{key}");
    }
}

#[test]
fn what_the_file_switches_on_a_flag_takes_back() {
    let project = Project::new(
        "strict = true\nallow_empty = true\nallow_incomplete = true\nbuiltin = false\npolicies = [\"org\"]\nexcerpts = true\n",
    );
    project.file(
        "org/one.rego",
        rule("ORG-1", "org.one", "deny contains \"x\" if input.resource.name == \"nobody\""),
    );
    let mut node = report("a");
    node["new_field"] = json!(1);
    project.file("new.json", page(&[node]));
    project.file("empty.json", page(&[]));
    project.file("part.json", json!({"count": 2, "instance_compliant": [report("a")]}).to_string());
    for (input, option, exit, exit_with) in [
        ("new.json", "--strict=false", 2, 0),
        ("empty.json", "--allow-empty=false", 0, 2),
        ("part.json", "--allow-incomplete=false", 0, 2),
    ] {
        assert_eq!(project.check(&[input]).code, exit, "{input}");
        assert_eq!(project.check(&[input, option]).code, exit_with, "{option}");
        let with = option.replace("false", "true");
        assert_eq!(project.check(&[input, &with]).code, exit, "{with}");
        // What follows behind a blank is no value.
        let (flag, _) = option.split_once('=').unwrap();
        assert_eq!(project.check(&[flag, input]).code, exit, "{flag}");
    }
    let rules = |options: &[&str]| project.rules(options).len();
    // The 44 built-in rules and one more.
    assert_eq!((rules(&[]), rules(&["--no-builtin=false"]), rules(&["--no-builtin"])), (1, 45, 1));
    let excerpts = |options: &[&str]| {
        let all = [&["bad.json", "--no-builtin=false", "--rule", "HWC-COC-003"], options].concat();
        project.check(&all).json()["findings"][0].get("excerpt").is_some()
    };
    assert_eq!(
        (excerpts(&[]), excerpts(&["--excerpts=false"]), excerpts(&["--excerpts"])),
        (true, false, true)
    );
    let wrong = project.run(&["check", "--strict=no", "new.json"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("invalid value 'no' for '--strict[=<BOOL>]'"), "{}", wrong.stderr);
}

#[test]
fn a_list_of_the_command_line_takes_the_place_of_the_whole_list() {
    let project = Project::new("inputs = [\"nodes.json\", \"bad.json\"]\nrules = [\"HWC-COC-00[12]\"]");
    assert_eq!(project.rules(&["--rule", "HWC-COC-003"]), ["HWC-COC-003"]);
    assert_eq!(project.check(&["nodes.json"]).json()["summary"]["files"], 1);
    assert_eq!(project.check(&[]).json()["summary"]["files"], 2);
}

#[test]
fn a_param_of_the_command_line_outweighs_the_table_of_its_rule() {
    let project = Project::new(
        "rules = [\"HWC-COC-00[12]\"]\n[rule.HWC-COC-001.params]\nmax = 3\n[rule.HWC-COC-002.params]\nmax = 9\n",
    );
    let setting =
        |rule: &str, arguments: &[&str]| project.setting(&format!("rule.{rule}.params.max"), arguments);
    assert_eq!(setting("HWC-COC-001", &[]), (json!(3), "probity.toml:3:1".to_owned()));
    let set = ["--set", "HWC-COC-001.max=2"];
    assert_eq!(setting("HWC-COC-001", &set), (json!(2), "command_line".to_owned()));
    assert_eq!(setting("HWC-COC-002", &set), (json!(9), "probity.toml:5:1".to_owned()), "the others stay");
    let all = ["--set", "HWC-*.max=1"];
    assert_eq!(setting("HWC-COC-002", &all), (json!(1), "command_line".to_owned()), "a glob too");
}

#[test]
fn tables_of_rules_that_the_command_line_leaves_out_are_no_error() {
    let project = Project::new(
        "policies = [\"org\"]\nexclude = [\"AWS-*\"]\n[rule.HWC-COC-001]\nseverity = \"low\"\n[rule.ORG-1]\nseverity = \"low\"\n",
    );
    let own = rule("ORG-1", "org.one", "deny contains \"x\" if input.resource.name == \"nobody\"");
    project.file("org/one.rego", &own);
    project.file("more/two.rego", own.replace("ORG-1", "ORG-2").replace("org.one", "org.two"));
    assert_eq!(project.rules(&["nodes.json", "--no-builtin"]), ["ORG-1"]);
    assert_eq!(project.rules(&["nodes.json", "--policies", "more"]).len(), 35, "44 without 10, and ORG-2");
    project.file(
        "probity.toml",
        "builtin = false\npolicies = [\"org\"]\n[rule.HWC-COC-001]\nseverity = \"low\"\n",
    );
    let outcome = project.check(&["nodes.json"]);
    assert_eq!(outcome.code, 2, "the file contradicts itself");
    assert!(outcome.stderr.contains("policy.unknown_rule"), "{}", outcome.stderr);
}
