//! Every rule's verdicts on payload files, held against expectations that a person derived.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{probity, root};

/// The payload files of all operations.
fn payloads() -> Vec<PathBuf> {
    let mut payloads = Vec::new();
    for operation in fs::read_dir(root().join("tests/cases")).unwrap() {
        for file in fs::read_dir(operation.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if !name.contains(".expected.") {
                payloads.push(path);
            }
        }
    }
    payloads.sort();
    payloads
}

/// What was said of each resource and rule: verdict, and for failures message, pointer, line and column.
type Verdicts = BTreeMap<(String, String), Value>;

fn expected(path: &Path) -> (Vec<String>, Verdicts) {
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let file = path.with_file_name(format!("{stem}.expected.json"));
    let document: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let mut arguments = vec!["--at".to_owned(), document["at"].as_str().unwrap().to_owned()];
    for set in document["set"].as_array().into_iter().flatten() {
        arguments.extend(["--set".to_owned(), set.as_str().unwrap().to_owned()]);
    }
    let mut verdicts = Verdicts::new();
    for (resource, rules) in document["resources"].as_object().unwrap() {
        for (rule, verdict) in rules.as_object().unwrap() {
            verdicts.insert((resource.clone(), rule.clone()), verdict.clone());
        }
    }
    (arguments, verdicts)
}

fn actual(path: &Path, arguments: &[String]) -> Verdicts {
    let path = path.to_str().unwrap();
    let mut all = vec!["check", path, "--format", "json", "--include", "pass,not_applicable"];
    all.extend(arguments.iter().map(String::as_str));
    let outcome = probity(&all);
    let document = outcome.json();
    assert_eq!(document["diagnostics"], Value::Array(vec![]), "{path}");
    let mut verdicts = Verdicts::new();
    for finding in document["findings"].as_array().unwrap() {
        let resource = finding["resource"]["id"].as_str().unwrap().to_owned();
        let rule = finding["rule"]["id"].as_str().unwrap().to_owned();
        let verdict = finding["verdict"].clone();
        let said = if verdict == "pass" || verdict == "not_applicable" {
            verdict
        } else {
            let location = &finding["location"];
            serde_json::json!({
                "verdict": verdict, "message": finding["message"], "pointer": location["path"],
                "line": location["line"], "column": location["column"],
            })
        };
        let before = verdicts.insert((resource.clone(), rule.clone()), said);
        assert!(before.is_none(), "{path}: two verdicts of {rule} on {resource}");
    }
    verdicts
}

#[test]
fn every_verdict_message_and_place_is_the_expected_one() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in payloads() {
        let (arguments, expected) = expected(&path);
        let actual = actual(&path, &arguments);
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        for (key, value) in &expected {
            count += 1;
            let said = actual.get(key);
            if said != Some(value) {
                wrong.push(format!("{name} {key:?}\n  expected {value}\n  actual   {said:?}"));
            }
        }
        for key in actual.keys().filter(|key| !expected.contains_key(*key)) {
            wrong.push(format!("{name} {key:?} is not expected at all"));
        }
    }
    assert!(count > 3000, "only {count} verdicts were compared");
    assert!(wrong.is_empty(), "{} of {count} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_passes_and_fails_somewhere_and_is_inconclusive_where_it_can_be() {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in payloads() {
        for ((_, rule), verdict) in expected(&path).1 {
            let verdict = verdict.as_str().or(verdict["verdict"].as_str()).unwrap().to_owned();
            seen.entry(rule).or_default().push(verdict);
        }
    }
    assert_eq!(seen.len(), 44);
    for (rule, verdicts) in seen {
        for needed in ["pass", "fail", "inconclusive"] {
            // Every tag decides ALI-SAS-207, an absent one too.
            let exempt = rule == "ALI-SAS-207" && needed == "inconclusive";
            assert!(exempt || verdicts.iter().any(|verdict| verdict == needed), "{rule} never {needed}");
        }
    }
}
