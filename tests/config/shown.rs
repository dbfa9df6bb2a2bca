//! `probity config`.

use serde_json::{Value, json};

use super::schema::{as_json, read};
use super::{Project, setting};
use crate::support::{CLOCK, probity, rule};

const WHOLE: &str = r#"inputs = ["nodes.json"]
as = "huawei.coc.ListInstanceCompliant"
strict = false
allow_incomplete = true
allow_empty = false
max_age = "2w"
max_file_size = 1_048_576
max_ratio = 10
threads = 2
policies = ["org"]
builtin = true
rules = ["HWC-*", "ORG-*"]
exclude = ["HWC-COC-010"]
fail_on = "medium"
inconclusive = "warn"
include = ["not_applicable", "pass"]
waivers = ["ci/waivers.toml"]
waiver_notice = "1d"
ratchet = "ci/last.json"
format = "markdown"
group_by = "rule"
excerpts = true

[[output]]
format = "sarif"
file = "out/result.sarif"

[[output]]
file = "out/result.json"
format = "json"

[[expect]]
file = "ci/nodes.csv"
operation = "ListInstanceCompliant"
column = "the id"

[[fetch]]
operation = "GetPatchBaseline"
profiles = ["prod", "dev"]
regions = ["eu-west-1"]
all = "self"

[[fetch]]
operation = "alibaba.oos.ListInstancePatchStates"
account = "1234567890123456"
params = { MaxResults = 50, RegionId = "eu-central-1" }
instance_ids = ["i-1"]
instances_from = "ci/instances.txt"
page_size = 0x14
endpoint = "https://oos.example.com"

[[fetch]]
operation = "ListPublishBatch"
upgrade_version = "0.0.9"

[rule."HWC-COC-00[12]"]
severity = "low"
params.max = 1

[rule.HWC-COC-002]
enabled = true
params = { max = 2 }

[rule.ORG-1.params]
"odd name" = { "a b" = ["\"", "\u001b\u202e\n\\"], c = 1.5 }
"#;

fn project() -> Project {
    let project = Project::new(WHOLE);
    let own = rule(
        "ORG-1",
        "org.one",
        "deny contains \"x\" if input.resource.name == input.params[\"odd name\"].d",
    );
    project.file(
        "org/one.rego",
        own.replace("#   severity: high", "#   severity: high\n#   params: {odd name: {d: e}, none: null}"),
    );
    project
}

/// Lines of a key with what is said of where it comes from.
fn commented(text: &str) -> Vec<(&str, &str)> {
    text.lines().filter_map(|line| line.split_once("  # ")).collect()
}

#[test]
fn every_key_tells_where_it_comes_from() {
    let project = project();
    let outcome = project.run(&[
        "config",
        "--set",
        "ORG-1.none=a",
        "--max-age",
        "36h",
        "--rule",
        "HWC-COC-00?",
        "--rule",
        "ORG-1",
    ]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let expected = [
        ("inputs = [\"nodes.json\"]", "probity.toml:1:1"),
        ("as = \"huawei.coc.ListInstanceCompliant\"", "probity.toml:2:1"),
        ("strict = false", "probity.toml:3:1"),
        ("allow_incomplete = true", "probity.toml:4:1"),
        ("allow_empty = false", "probity.toml:5:1"),
        ("max_age = \"36h\"", "command line"),
        ("max_file_size = \"1MiB\"", "probity.toml:7:1"),
        ("max_ratio = 10", "probity.toml:8:1"),
        ("threads = 2", "probity.toml:9:1"),
        ("policies = [\"org\"]", "probity.toml:10:1"),
        ("builtin = true", "probity.toml:11:1"),
        ("rules = [\"HWC-COC-00?\", \"ORG-1\"]", "command line"),
        ("exclude = [\"HWC-COC-010\"]", "probity.toml:13:1"),
        ("fail_on = \"medium\"", "probity.toml:14:1"),
        ("inconclusive = \"warn\"", "probity.toml:15:1"),
        ("include = [\"pass\", \"not_applicable\"]", "probity.toml:16:1"),
        ("waivers = [\"ci/waivers.toml\"]", "probity.toml:17:1"),
        ("waiver_notice = \"1d\"", "probity.toml:18:1"),
        ("ratchet = \"ci/last.json\"", "probity.toml:19:1"),
        ("format = \"markdown\"", "probity.toml:20:1"),
        ("group_by = \"rule\"", "probity.toml:21:1"),
        ("excerpts = true", "probity.toml:22:1"),
        ("format = \"sarif\"", "probity.toml:25:1"),
        ("file = \"out/result.sarif\"", "probity.toml:26:1"),
        ("format = \"json\"", "probity.toml:30:1"),
        ("file = \"out/result.json\"", "probity.toml:29:1"),
        ("file = \"ci/nodes.csv\"", "probity.toml:33:1"),
        ("operation = \"huawei.coc.ListInstanceCompliant\"", "probity.toml:34:1"),
        ("column = \"the id\"", "probity.toml:35:1"),
        ("operation = \"aws.ssm.GetPatchBaseline\"", "probity.toml:38:1"),
        ("profiles = [\"prod\", \"dev\"]", "probity.toml:39:1"),
        ("regions = [\"eu-west-1\"]", "probity.toml:40:1"),
        ("all = \"self\"", "probity.toml:41:1"),
        ("operation = \"alibaba.oos.ListInstancePatchStates\"", "probity.toml:44:1"),
        ("account = \"1234567890123456\"", "probity.toml:45:1"),
        ("params = { MaxResults = 50, RegionId = \"eu-central-1\" }", "probity.toml:46:1"),
        ("instance_ids = [\"i-1\"]", "probity.toml:47:1"),
        ("instances_from = \"ci/instances.txt\"", "probity.toml:48:1"),
        ("page_size = 20", "probity.toml:49:1"),
        ("endpoint = \"https://oos.example.com\"", "probity.toml:50:1"),
        ("operation = \"alibaba.sas.ListPublishBatch\"", "probity.toml:53:1"),
        ("upgrade_version = \"0.0.9\"", "probity.toml:54:1"),
        ("severity = \"low\"", "probity.toml:57:1"),
        ("params.max = 1", "probity.toml:58:8"),
        ("enabled = true", "probity.toml:61:1"),
        ("severity = \"low\"", "probity.toml:57:1"),
        ("params.max = 2", "probity.toml:62:12"),
        ("params.none = \"a\"", "command line"),
        (
            "params.\"odd name\" = { \"a b\" = [\"\\\"\", \"\\U0000001B\\U0000202E\\n\\\\\"], c = 1.5 }",
            "probity.toml:65:1",
        ),
    ];
    assert_eq!(commented(&outcome.stdout), expected, "{}", outcome.stdout);
    let headers: Vec<&str> = outcome.stdout.lines().filter(|line| line.starts_with('[')).collect();
    assert_eq!(
        headers,
        [
            "[[output]]",
            "[[output]]",
            "[[expect]]",
            "[[fetch]]",
            "[[fetch]]",
            "[[fetch]]",
            "[rule.HWC-COC-001]",
            "[rule.HWC-COC-002]",
            "[rule.ORG-1]"
        ]
    );
}

#[test]
fn what_is_printed_is_a_configuration_that_means_the_same() {
    let validator = jsonschema::validator_for(&probity::config::config_schema()).unwrap();
    let whole = project();
    for (folder, arguments) in [
        ("", &[][..]),
        ("", &["--no-config"]),
        ("a/b", &[]),
        ("", &["--set", "HWC-COC-001.max=5", "--strict", "--exclude", "AWS-*"]),
        ("a", &["--no-config", "--rule", "{AWS,HWC}-*", "x y.json", "--max-file-size", "3"]),
    ] {
        let printed = whole.run_in(folder, &[&["config"], arguments].concat());
        assert_eq!((printed.code, printed.stderr.as_str()), (0, ""), "{folder} {arguments:?}");
        let document = as_json(&printed.stdout);
        let problems: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{folder} {arguments:?}: {problems:?}\n{}", printed.stdout);
        assert!(read(printed.stdout.as_bytes()).is_ok(), "{}", printed.stdout);
        // Read again in the same folder, everything has the same value.
        whole.file(format!("{folder}/again.toml").trim_start_matches('/'), &printed.stdout);
        let again = whole.run_in(folder, &["config", "--config", "again.toml"]);
        assert_eq!((again.code, again.stderr.as_str()), (0, ""), "{folder} {arguments:?}");
        assert_eq!(as_json(&again.stdout), document, "{folder} {arguments:?}");
    }
}

#[test]
fn keys_without_a_value_are_comments() {
    let printed = probity(&["config", "--no-config"]).stdout;
    assert!(printed.starts_with("# no configuration file\n"), "{printed}");
    for key in ["as", "max_age", "ratchet", "group_by"] {
        assert!(printed.contains(&format!("\n# {key} is not set  # default\n")), "{printed}");
    }
    for key in probity::config::Keys::KEYS.iter().filter(|key| **key != "rule") {
        let lines = printed.lines().map(|line| line.trim_start_matches("# "));
        let count = lines.filter(|line| line.starts_with(&format!("{key} "))).count();
        assert_eq!(count, 1, "{key}");
    }
    // TOML has no null.
    let project = project();
    let set = project.run(&["config", "--set", "ORG-1.none=null"]);
    assert!(set.stdout.contains("\n# params.none is null  # command line\n"), "{}", set.stdout);
}

#[test]
fn machines_get_a_document_of_the_published_schema() {
    let schema: Value = probity(&["schema", "settings"]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let project = project();
    for (folder, arguments) in
        [("", &[][..]), ("a", &["--strict", "--set", "ORG-1.none=a"]), ("", &["--no-config"])]
    {
        let outcome = project.run_in(folder, &[&["config", "--format", "json"], arguments].concat());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        let problems: Vec<String> =
            validator.iter_errors(&outcome.json()).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{problems:?}");
    }
    let outcome = project.run_in("a", &["config", "--format", "json"]);
    assert_eq!(outcome.json()["config"], "../probity.toml");
    assert_eq!(setting(&outcome, "max_age"), (json!("14d"), "../probity.toml:6:1".to_owned()));
    assert_eq!(
        setting(&outcome, "output"),
        (
            json!([
                {"format": "sarif", "file": "../out/result.sarif"},
                {"format": "json", "file": "../out/result.json"}
            ]),
            "../probity.toml:25:1".to_owned()
        )
    );
    assert_eq!(
        setting(&outcome, "rule.HWC-COC-002.params.max"),
        (json!(2), "../probity.toml:62:12".to_owned())
    );
    assert_eq!(setting(&outcome, "expect").0[0]["column"], "the id");
    let fetch = setting(&outcome, "fetch").0;
    assert_eq!(
        (&fetch[1]["instances_from"], &fetch[1]["page_size"]),
        (&json!("../ci/instances.txt"), &json!(20))
    );
    assert_eq!(fetch[2]["upgrade_version"], "0.0.9");
}

#[test]
fn where_rules_cannot_be_used_the_rest_is_shown() {
    let project = Project::new("policies = [\"gone\"]\nrule.X.severity = \"low\"\n");
    for format in ["toml", "json"] {
        let outcome = project.run(&["config", "--format", format]);
        assert_eq!(outcome.code, 2);
        assert!(outcome.stdout.contains("gone"), "{}", outcome.stdout);
        assert!(outcome.stderr.contains("policy.unreadable"), "{}", outcome.stderr);
    }
    let outcome = project.run(&["config"]);
    assert!(outcome.stdout.contains("# what is said of single rules is not told"), "{}", outcome.stdout);
    assert_eq!(project.run(&["config", "--format", "json"]).json()["has_rules"], false);
}

#[test]
fn the_options_of_check_may_be_given_as_they_are() {
    let project = project();
    let options =
        ["nodes.json", "--at", CLOCK, "--fail-on", "low", "--inconclusive", "fail", "--include", "pass"];
    let outcome = project.run(&[&["config"], &options[..]].concat());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let checked = project.run(&[&["check", "--no-config", "--format", "json"], &options[..]].concat()).json();
    assert_eq!(checked["settings"]["fail_on"], "low");
    assert!(outcome.stdout.contains("\nfail_on = \"low\"  # command line\n"), "{}", outcome.stdout);
}
