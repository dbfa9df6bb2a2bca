//! Options of `check`: choosing rules, their params, the clock, what is allowed, formats, threads.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::support::{CLOCK, Folder, Outcome, check, probity, probity_with, sample};

const NODES: &str = "samples/huawei/coc/list-instance-compliant/compliant.json";
const BAD_NODES: &str = "samples/huawei/coc/list-instance-compliant/non-compliant.json";
const BATCHES: &str = "samples/alibaba/sas/list-publish-batch/compliant.json";
const IMAGES: &str = "samples/alibaba/sas/describe-image-instances/compliant.json";

/// Nothing on standard output, exit code 2, and what is told.
#[track_caller]
fn refused(arguments: &[&str], words: &str) {
    let outcome = probity(&[&["check", NODES], arguments].concat());
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
    assert!(outcome.stderr.contains(words), "{arguments:?}: {}", outcome.stderr);
}

// Which rules.

/// The rules that take part.
fn rules(arguments: &[&str]) -> Vec<String> {
    let document = check(&[&[NODES], arguments].concat()).json();
    let policies = document["policies"].as_array().unwrap();
    assert_eq!(document["summary"]["rules"], policies.len());
    policies.iter().map(|policy| policy["id"].as_str().unwrap().to_owned()).collect()
}

/// `PREFIX001` to the given number.
fn numbered(prefix: &str, to: u32) -> Vec<String> {
    (1..=to).map(|number| format!("{prefix}{number:03}")).collect()
}

#[test]
fn rules_are_chosen_by_id_and_by_glob() {
    assert_eq!(rules(&["--rule", "HWC-COC-005"]), ["HWC-COC-005"]);
    assert_eq!(rules(&["--rule", "HWC-COC-00?"]), numbered("HWC-COC-", 9), "`?` is one character");
    assert_eq!(rules(&["--rule", "hwc-*"]), numbered("HWC-COC-", 10));
    assert_eq!(rules(&["--rule", "HWC-COC-00[35]"]), ["HWC-COC-003", "HWC-COC-005"]);
    assert_eq!(rules(&["--rule", "{AWS,HWC}-*-002"]), ["AWS-SSM-002", "HWC-COC-002"]);
    assert_eq!(rules(&["--rule", "*-00[4]"]), ["ALI-OOS-004", "AWS-SSM-004", "HWC-COC-004"]);
}

#[test]
fn several_choices_add_up_and_a_rule_counts_once() {
    let chosen = rules(&["--rule", "HWC-COC-002", "--rule", "ALI-OOS-001", "--rule", "HWC-COC-00[12]"]);
    assert_eq!(chosen, ["ALI-OOS-001", "HWC-COC-001", "HWC-COC-002"]);
}

#[test]
fn what_is_excluded_is_left_out_whatever_else_is_said() {
    assert_eq!(rules(&["--rule", "ALI-*", "--exclude", "ALI-SAS-*"]), numbered("ALI-OOS-", 8));
    let two = ["--exclude", "ALI-SAS-*", "--exclude", "AWS-*"];
    assert_eq!(rules(&two), [numbered("ALI-OOS-", 8), numbered("HWC-COC-", 10)].concat());
    let both = ["--exclude", "HWC-COC-001", "--rule", "HWC-COC-00[12]", "--rule", "HWC-COC-001"];
    assert_eq!(rules(&both), ["HWC-COC-002"]);
}

#[test]
fn no_rule_left_is_refused() {
    refused(&["--exclude", "*"], "policy.none");
    refused(&["--rule", "HWC-COC-001", "--exclude", "HWC-COC-001"], "policy.none");
    refused(&["--rule", "HWC-*", "--exclude", "hwc-coc-0*"], "policy.none");
    refused(&["--no-builtin"], "policy.none");
}

#[test]
fn a_choice_that_names_no_rule_is_refused_even_beside_one_that_does() {
    refused(&["--rule", "HWC-COC-001", "--rule", "HWC-COC-0001"], "did you mean `HWC-COC-001`?");
    refused(&["--exclude", "AWS-SSN-*"], "policy.unknown_rule");
    refused(&["--rule", ""], "policy.unknown_rule");
    refused(&["--rule", "["], "policy.unknown_rule");
    // Globs are no lists: commas stand within braces only.
    refused(&["--rule", "HWC-COC-001,HWC-COC-002"], "policy.unknown_rule");
    let several = probity(&["check", NODES, "--rule", "X-1", "--exclude", "X-2", "--set", "X-3.max=1"]);
    for name in ["`X-1`", "`X-2`", "`X-3`"] {
        assert!(several.stderr.contains(name), "all are told at once: {}", several.stderr);
    }
}

#[test]
fn a_rule_of_another_operation_does_not_make_a_pass() {
    let outcome = check(&[NODES, "--rule", "AWS-SSM-001"]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["policy.none_for_operation".to_owned()]));
}

// Their params.

/// Exit code, and how many pass and fail, by one rule with what is set.
fn set(path: &str, rule: &str, sets: &[&str]) -> (i32, u64, u64) {
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", *set]).collect();
    let outcome = check(&[&[path, "--rule", rule][..], &sets].concat());
    assert!(outcome.codes().is_empty(), "{sets:?}");
    (outcome.code, outcome.verdicts("pass"), outcome.verdicts("fail"))
}

#[test]
fn a_number_moves_the_boundary() {
    // Four nodes: 3 critical patches, 0, 0, and one of which nobody can tell.
    assert_eq!(set(BAD_NODES, "HWC-COC-001", &["HWC-COC-001.max=2"]), (1, 2, 1));
    assert_eq!(set(BAD_NODES, "HWC-COC-001", &["HWC-COC-001.max=3"]), (1, 3, 0));
    assert_eq!(set(NODES, "HWC-COC-001", &["HWC-COC-001.max=-1"]), (1, 0, 3), "not even zero is allowed");
    // The last one counts; a glob sets all rules that have the param.
    assert_eq!(set(NODES, "HWC-COC-001", &["HWC-COC-001.max=-1", "HWC-*.max=0"]), (0, 3, 0));
    assert_eq!(set(NODES, "HWC-COC-001", &["hwc-coc-00?.max=-1"]), (1, 0, 3));
}

#[test]
fn a_text_may_be_quoted_or_not() {
    // Three batches of version 3.4.12; versions compare by their numbers, so 3.4.9 is older.
    for (version, expected) in [("3.4.9", (0, 3, 0)), ("3.4.12", (0, 3, 0)), ("3.4.13", (1, 0, 3))] {
        for written in [version.to_owned(), format!("\"{version}\"")] {
            let set = set(BATCHES, "ALI-SAS-106", &[&format!("ALI-SAS-106.min_version={written}")]);
            assert_eq!(set, expected, "{written}");
        }
    }
    // As a number it would be 3.5, and not the older version.
    assert_eq!(set(BATCHES, "ALI-SAS-106", &["ALI-SAS-106.min_version=3.50"]), (1, 0, 3));
}

#[test]
fn a_list_may_be_json_or_stand_between_commas() {
    // Three nodes of cn-north-4.
    for (regions, expected) in [
        ("cn-north-4", (0, 3, 0)),
        ("eu-west-101", (1, 0, 3)),
        ("eu-west-101,cn-north-4", (0, 3, 0)),
        ("eu-west-101, cn-north-4 ,", (0, 3, 0)),
        ("[\"eu-west-101\", \"cn-north-4\"]", (0, 3, 0)),
        (" [\"cn-north-4\"]", (0, 3, 0)),
        ("[\"eu-west-101,cn-north-4\"]", (1, 0, 3)),
    ] {
        let set = set(NODES, "HWC-COC-009", &[&format!("HWC-COC-009.allowed_regions={regions}")]);
        assert_eq!(set, expected, "{regions}");
    }
    // Registries acr, harbor and CI/CD.
    for (types, expected) in [("acr,CI/CD", (1, 2, 1)), ("[]", (1, 0, 3)), ("acr,harbor,CI/CD", (0, 3, 0))] {
        let set = set(IMAGES, "ALI-SAS-206", &[&format!("ALI-SAS-206.allowed={types}")]);
        assert_eq!(set, expected, "{types}");
    }
}

#[test]
fn a_param_of_another_type_or_name_is_refused() {
    for (set, words) in [
        ("HWC-COC-001.max=many", "it takes a number"),
        ("HWC-COC-001.max=\"1\"", "it takes a number"),
        ("HWC-COC-001.max=1e999", "it takes a number"),
        ("HWC-COC-001.max=[0]", "it takes a number"),
        ("HWC-COC-009.allowed_regions=[\"a\"", "it takes a list"),
        // A variable of the shell that is not set, and elements of another type.
        ("ALI-SAS-206.allowed=", "it takes a list"),
        ("ALI-SAS-206.allowed=[1, 2]", "it takes a list"),
        ("HWC-COC-001.mx=1", "did you mean `max`?"),
        ("HWC-COC-003.max=1", "it has no params"),
        ("HWC-COC-01.max=1", "did you mean `HWC-COC-001`?"),
        ("max=1", "RULE.param=value"),
        ("HWC-COC-001.max", "RULE.param=value"),
    ] {
        refused(&["--set", set], words);
    }
}

// The clock.

#[test]
fn a_date_is_its_midnight_in_utc() {
    let at = |time: &str| {
        probity(&["check", BAD_NODES, "--rule", "HWC-COC-005", "--format", "json", "--at", time])
    };
    let date = at("2026-11-21");
    assert_eq!(date.json()["at"], "2026-11-21T00:00:00Z");
    for same in ["2026-11-21T00:00:00Z", "2026-11-21T00:00:00.000Z", "2026-11-21T08:00:00+08:00"] {
        assert_eq!(at(same).stdout, date.stdout, "{same}");
    }
    assert_eq!(at("2026-11-21T00:00:00.250Z").json()["at"], "2026-11-21T00:00:00.250Z");
}

#[test]
fn what_is_no_time_is_refused() {
    for at in [
        "yesterday",
        "",
        "2026-02-29",
        "2026-11-21T00:00:00",
        "2026-11-21T25:00:00Z",
        "21.11.2026",
        "1795219200",
        "1066-10-14",
        "9999-12-31",
    ] {
        refused(&["--at", at], "--at <TIME>");
    }
    refused(&["--at", "2026-11-21", "--at", "2026-11-22"], "--at");
}

#[test]
fn without_a_clock_it_is_now() {
    let before = Utc::now();
    let document = probity(&["check", NODES, "--format", "json"]).json();
    let at: DateTime<Utc> = document["at"].as_str().unwrap().parse().unwrap();
    assert!(before <= at && at <= Utc::now(), "{at}");
}

// What is allowed.

#[test]
fn an_allowance_is_for_one_thing_only() {
    let check = |arguments: &[&str]| check(&[&["--rule", "{HWC-COC,ALI-SAS}-[01]0[13]"], arguments].concat());
    let all = ["--allow-incomplete", "--allow-empty"];
    // 2 of 5 batches: nothing else is wrong with them.
    let incomplete = "samples/alibaba/sas/list-publish-batch/incomplete.json";
    assert_eq!(check(&[incomplete]).code, 2);
    assert_eq!(check(&[incomplete, "--allow-empty"]).code, 2);
    assert_eq!(check(&[incomplete, "--allow-incomplete"]).code, 0);
    assert_eq!(check(&[&[incomplete][..], &all].concat()).code, 0);
    // The newest report is of 2026-11-20T02:10:04Z, 21 h 49 min 56 s before the clock.
    assert_eq!(check(&[&[NODES, "--max-age", "22h"][..], &all].concat()).code, 0);
    let stale = check(&[&[NODES, "--max-age", "21h"][..], &all].concat());
    assert_eq!((stale.code, stale.codes()), (2, vec!["payload.stale".to_owned()]));
    assert_eq!(check(&[&[NODES, "--max-age", "78596s"][..], &all].concat()).code, 0, "to the second");
    assert_eq!(check(&[&[NODES, "--max-age", "78595s"][..], &all].concat()).code, 2);
    // Failures stay failures, errors stay errors.
    assert_eq!(check(&[&[BAD_NODES][..], &all].concat()).code, 1);
    assert_eq!(check(&[&["samples/errors"][..], &all].concat()).code, 2);
    for age in ["", "7", "d", "-1d", "1.5h", "7 d"] {
        refused(&[&format!("--max-age={age}")], "--max-age");
    }
}

#[test]
fn an_operation_may_be_given_by_its_last_part() {
    let given = |operation: &str| check(&[NODES, "--rule", "HWC-COC-001", "--as", operation]);
    let plain = check(&[NODES, "--rule", "HWC-COC-001"]);
    for operation in ["huawei.coc.ListInstanceCompliant", "ListInstanceCompliant"] {
        assert_eq!((given(operation).code, &given(operation).stdout), (0, &plain.stdout), "{operation}");
    }
    refused(&["--as", "listinstancecompliant"], "did you mean `ListInstanceCompliant`?");
    refused(&["--as", ""], "--as");
}

// Inputs.

#[test]
fn standard_input_is_read_only_where_it_is_named() {
    let text = sample("huawei/coc/list-instance-compliant/non-compliant.json");
    let run = |arguments: &[&str]| {
        let all =
            [&["check", "--format", "json", "--at", CLOCK, "--rule", "HWC-COC-001"], arguments].concat();
        probity_with(&all, text.as_bytes())
    };
    let none = run(&[]);
    assert_eq!((none.code, none.codes()), (2, vec!["input.none".to_owned()]));
    assert_eq!(run(&[NODES]).code, 0, "what comes in is not asked for");
    let files = |outcome: &Outcome| -> Vec<(String, u64)> {
        let document = outcome.json();
        let inputs = document["inputs"].as_array().unwrap().iter();
        inputs
            .map(|input| (input["file"].as_str().unwrap().to_owned(), input["resources"].as_u64().unwrap()))
            .collect()
    };
    assert_eq!(files(&run(&["-"])), [("<stdin>".to_owned(), 4)]);
    let both = run(&[NODES, "-"]);
    assert_eq!((both.code, files(&both)), (1, vec![("<stdin>".to_owned(), 4), (NODES.to_owned(), 3)]));
    assert_eq!(run(&["-", NODES]).stdout, both.stdout);
    assert_eq!(run(&[NODES, "-", NODES, "-"]).stdout, both.stdout, "each counts once");
}

#[test]
fn what_cannot_be_used_is_in_the_result_of_every_format() {
    let folder = Folder::new();
    folder.file("empty/readme.txt", "nothing to judge");
    let (empty, missing) = (format!("{}/empty", folder.text()), format!("{}/missing.json", folder.text()));
    for (path, code) in [(&empty, "input.none"), (&missing, "input.unreadable")] {
        let run =
            |format| probity(&["check", NODES, path, "--rule", "HWC-*", "--at", CLOCK, "--format", format]);
        let (pretty, json, ndjson) = (run("pretty"), run("json"), run("ndjson"));
        assert_eq!([pretty.code, json.code, ndjson.code], [2; 3]);
        assert!(pretty.stdout.contains(&format!("error {code}: ")), "{}", pretty.stdout);
        assert_eq!(json.codes(), [code]);
        let last: Value = serde_json::from_str(ndjson.stdout.lines().last().unwrap()).unwrap();
        assert_eq!(last["diagnostics"], json.json()["diagnostics"]);
        // The other path is judged all the same: ten rules on three nodes, of which one does not apply.
        assert_eq!((json.verdicts("pass"), json.verdicts("not_applicable")), (27, 3));
    }
}

// Formats and threads.

#[test]
fn an_unknown_format_is_refused_with_the_known_ones() {
    for format in ["yaml", "JSON", "sarfi", "", "json,ndjson"] {
        refused(&["--format", format], "pretty, json, ndjson");
    }
    refused(&["--format", "json", "--format", "ndjson"], "--format");
}

#[test]
fn verdicts_to_include_stand_between_commas_or_in_several_options() {
    let run = |include: &[&str]| check(&[&[NODES, "--rule", "HWC-*"], include].concat()).stdout;
    let both = run(&["--include", "pass,not_applicable"]);
    assert_eq!(run(&["--include", "not_applicable", "--include", "pass"]), both);
    assert_eq!(run(&["--include", "pass,not_applicable,pass"]), both);
    assert_ne!(run(&["--include", "pass"]), both);
    for include in ["fail", "passed", "not-applicable", "", "pass,", "pass, not_applicable"] {
        refused(&["--include", include], "pass, not_applicable");
    }
}

#[test]
fn a_number_of_threads_is_one_or_more() {
    for threads in ["0", "-1", "two", "1.5", ""] {
        refused(&[&format!("--threads={threads}")], "--threads");
    }
    assert_eq!(check(&[BAD_NODES, "--threads", "3"]).stdout, check(&[BAD_NODES]).stdout);
}
