//! What readers take no more of, what is not listed, and what must never look green.

use std::fs;

use serde_json::{Value, json};

use super::each::{EACH, rendered};
use crate::support::{Folder, root};

/// The result of all kinds of findings, changed.
fn changed(folder: &Folder, change: impl FnOnce(&mut Value)) -> String {
    let mut result: Value = serde_json::from_str(&fs::read_to_string(root().join(EACH)).unwrap()).unwrap();
    change(&mut result);
    folder.file("result.json", result.to_string())
}

/// A result without what could not be judged.
fn only(result: &mut Value, keep: impl Fn(&Value) -> bool) {
    result["diagnostics"] = json!([]);
    result["findings"].as_array_mut().unwrap().retain(keep);
}

#[test]
fn code_scanning_takes_25_000_results() {
    let folder = Folder::new();
    let result = changed(&folder, |result| {
        let mut failure = result["findings"][0].clone();
        failure["fingerprint"] = json!("same");
        let mut light = failure.clone();
        light["rule"]["severity"] = json!("low");
        light["rule"]["id"] = json!("T-900");
        only(result, |_| false);
        // The light ones stand in front, and make room all the same.
        let all = [vec![light; 15_000], vec![failure; 15_000]].concat();
        result["findings"] = json!(all);
    });
    let log: Value = serde_json::from_str(&rendered(&result, "sarif")).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    let of = |rule: &str| results.iter().filter(|result| result["ruleId"] == rule).count();
    assert_eq!((of("T-001"), of("T-900")), (15_000, 10_000));
    let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notes.len(), 1);
    let text = notes[0]["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("5000 more results are not listed"), "{text}");
    // No two of a file have the same line hash, by which GitHub knows them.
    let mut hashes: Vec<&Value> =
        results.iter().map(|result| &result["partialFingerprints"]["primaryLocationLineHash"]).collect();
    hashes.sort_by_key(ToString::to_string);
    hashes.dedup();
    assert_eq!(hashes.len(), 25_000);
    // A rule that no policy describes is described by its findings.
    assert_eq!(run["tool"]["driver"]["rules"][2]["id"], "T-900");
}

#[test]
fn a_rule_has_twenty_tags_and_no_control_is_lost() {
    let folder = Folder::new();
    let controls: Vec<String> = (0..40).map(|number| format!("C-{number}")).collect();
    let result = changed(&folder, |result| {
        result["policies"][0]["controls"] = json!({"own": controls});
    });
    let log: Value = serde_json::from_str(&rendered(&result, "sarif")).unwrap();
    let properties = &log["runs"][0]["tool"]["driver"]["rules"][0]["properties"];
    assert_eq!(properties["tags"].as_array().unwrap().len(), 20);
    assert_eq!(properties["tags"][0], "security");
    assert_eq!(properties["controls"]["own"].as_array().unwrap().len(), 40);
}

#[test]
fn github_shows_ten_annotations_of_a_level() {
    let folder = Folder::new();
    let result = changed(&folder, |result| {
        let (critical, medium) = (result["findings"][0].clone(), result["findings"][7].clone());
        only(result, |_| false);
        result["findings"] = json!([vec![medium; 11], vec![critical; 13]].concat());
    });
    let text = rendered(&result, "github");
    let with = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((with("::error "), with("::warning "), with("::notice ")), (10, 10, 0));
    let more = text.lines().nth(20).unwrap();
    assert_eq!(
        more,
        "3 more errors, 1 more warning without an annotation: GitHub shows 10 of each in a step"
    );
    assert!(text.lines().nth(21).unwrap().starts_with("gate: "));
    assert_eq!(text.lines().count(), 22);
}

#[test]
fn what_leaves_the_gate_open_is_no_error_for_github() {
    let folder = Folder::new();
    let result = changed(&folder, |result| {
        only(result, |finding| finding["verdict"] == "inconclusive");
        result["settings"]["inconclusive"] = json!("warn");
        result["gate"] = json!("pass");
    });
    let text = rendered(&result, "github");
    assert!(text.starts_with("::warning file=snapshots/a b.json,line=7,"), "{text}");
    let log: Value = serde_json::from_str(&rendered(&result, "sarif")).unwrap();
    let result_ = &log["runs"][0]["results"][0];
    assert_eq!((&result_["level"], &result_["kind"]), (&json!("note"), &json!("fail")));
    let text = rendered(&result, "junit");
    let report = roxmltree::Document::parse(&text).unwrap();
    let skipped = report.descendants().find(|node| node.has_tag_name("skipped")).unwrap();
    assert_eq!(skipped.attribute("type"), Some("inconclusive"));
    assert_eq!(skipped.attribute("message"), Some("ecs-2: inconclusive: `critical` is not stated"));
}

/// Counts in attributes are those of the cases.
#[track_caller]
fn counts_are_right(text: &str) {
    let report = roxmltree::Document::parse(text).unwrap();
    let root = report.root_element();
    let mut totals = [0; 3];
    for suite in root.children().filter(|node| node.has_tag_name("testsuite")) {
        let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
        let with = |name: &str| {
            cases.iter().filter(|case| case.children().any(|child| child.has_tag_name(name))).count()
        };
        let counts = [cases.len(), with("failure"), with("error"), with("skipped")];
        for (name, count) in ["tests", "failures", "errors", "skipped"].iter().zip(counts) {
            assert_eq!(suite.attribute(*name), Some(count.to_string().as_str()), "{name} of {suite:?}");
        }
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
    }
    for (name, total) in ["tests", "failures", "errors"].iter().zip(totals) {
        assert_eq!(root.attribute(*name), Some(total.to_string().as_str()), "{name}");
    }
}

#[test]
fn junit_counts_are_those_of_its_cases() {
    counts_are_right(&rendered(EACH, "junit"));
    let folder = Folder::new();
    let shuffled = changed(&folder, |result| {
        // A result that was put together by hand need not be in the order of its files.
        result["findings"].as_array_mut().unwrap().swap(1, 5);
    });
    counts_are_right(&rendered(&shuffled, "junit"));
}

#[test]
fn what_is_not_listed_is_told() {
    let folder = Folder::new();
    let result = changed(&folder, |result| {
        result["findings"].as_array_mut().unwrap().retain(|finding| finding["verdict"] != "pass");
        result["summary"]["verdicts"]["pass"] = json!(412);
    });
    let text = rendered(&result, "junit");
    assert!(
        text.contains("verdicts that are counted but not listed: 412 pass; save the result with"),
        "{text}"
    );
    let log: Value = serde_json::from_str(&rendered(&result, "sarif")).unwrap();
    assert_eq!(log["runs"][0]["properties"]["verdicts"]["pass"], 412);
    assert_eq!(log["runs"][0]["properties"]["unlisted"], Value::Null, "results never list what passes");
}

/// A run that could not judge is red wherever it is shown, whatever else it found.
#[test]
fn an_input_that_could_not_be_used_is_never_green() {
    let folder = Folder::new();
    let result = changed(&folder, |result| {
        let diagnostics = result["diagnostics"].clone();
        only(result, |finding| finding["verdict"] == "pass");
        result["diagnostics"] = diagnostics;
        // About no file at all.
        result["diagnostics"].as_array_mut().unwrap().push(json!({
            "code": "input.none", "level": "error", "message": "no input", "file": null, "line": null,
            "column": null, "help": null,
        }));
    });
    let junit = rendered(&result, "junit");
    assert!(
        junit.contains("<testsuites name=\"probity\" tests=\"4\" failures=\"0\" errors=\"3\">"),
        "{junit}"
    );
    assert!(junit.contains("name=\"input.none the run\""), "{junit}");
    let github = rendered(&result, "github");
    assert!(github.contains("::error title=input.none::no input\n"), "{github}");
    let issues: Value = serde_json::from_str(&rendered(&result, "gitlab")).unwrap();
    let severities: Vec<&Value> = issues.as_array().unwrap().iter().map(|issue| &issue["severity"]).collect();
    assert_eq!(severities, ["blocker", "blocker"]);
    assert_eq!(issues[1]["location"]["path"], "snapshots/a b.json", "GitLab needs a path");
    let log: Value = serde_json::from_str(&rendered(&result, "sarif")).unwrap();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 2);
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "payload.malformed");
    let rows = rendered(&result, "csv");
    assert!(rows.contains("\r\nerror,,,input.none,"), "{rows}");
}

#[test]
fn a_clean_run_is_green_and_says_so() {
    let folder = Folder::new();
    let result = changed(&folder, |result| {
        only(result, |finding| finding["verdict"] == "pass");
        result["gate"] = json!("pass");
        result["summary"]["verdicts"] =
            json!({"pass": 1, "fail": 0, "inconclusive": 0, "not_applicable": 0, "waived": 0, "error": 0});
        result["summary"]["known"] = result["summary"]["outcomes"].clone();
        result["summary"]["known"]["fail"] = json!(0);
        result["summary"]["known"]["inconclusive"] = json!(0);
        result["summary"]["known"]["error"] = json!(0);
        result["summary"]["counts"] = json!([]);
    });
    assert_eq!(rendered(&result, "github"), "gate: PASS, nothing failed\n");
    assert_eq!(rendered(&result, "gitlab"), "[]\n");
    let junit = rendered(&result, "junit");
    assert!(
        junit.contains("<testsuites name=\"probity\" tests=\"2\" failures=\"0\" errors=\"0\">"),
        "{junit}"
    );
    let log: Value = serde_json::from_str(&rendered(&result, "sarif")).unwrap();
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn gitlab_knows_the_same_resource_in_two_files_apart() {
    let folder = Folder::new();
    let result = changed(&folder, |result| {
        let first = result["findings"][0].clone();
        let mut second = first.clone();
        second["location"]["file"] = json!("./snapshots/e.json");
        only(result, |_| false);
        result["findings"] = json!([first, second]);
    });
    let issues: Value = serde_json::from_str(&rendered(&result, "gitlab")).unwrap();
    assert_eq!(issues[0]["fingerprint"], "f1");
    // printf '["f1","snapshots/e.json",null,"/x/0/critical",1]' | sha256sum
    assert_eq!(issues[1]["fingerprint"], "018a8cde9c526ead0e88d2352849c7150584c311ed574ff821c7e9336394e68d");
    assert_eq!(issues[1]["location"]["path"], "snapshots/e.json");
}

/// Paths below the folder of the run are relative to it, however they were given.
#[test]
fn absolute_paths_become_relative() {
    let folder = Folder::new();
    let file = root().join("snapshots/ü #1.json").to_str().unwrap().to_owned();
    let result = changed(&folder, |result| {
        result["findings"][0]["location"]["file"] = json!(file);
        only(result, |finding| finding["location"]["file"] == json!(file));
    });
    let log: Value = serde_json::from_str(&rendered(&result, "sarif")).unwrap();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(*place, json!({"uri": "snapshots/%C3%BC%20%231.json", "uriBaseId": "%SRCROOT%"}));
    let issues: Value = serde_json::from_str(&rendered(&result, "gitlab")).unwrap();
    assert_eq!(issues[0]["location"]["path"], "snapshots/ü #1.json");
    assert!(rendered(&result, "github").starts_with("::error file=snapshots/ü #1.json,line=4"));
}
