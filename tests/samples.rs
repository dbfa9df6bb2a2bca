//! What `samples/README.md` says of each sample is so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::support::{check, root};

/// What a run says of a file: rules that fail, rules that are inconclusive, codes of diagnostics.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    fails: BTreeSet<String>,
    inconclusive: BTreeSet<String>,
    codes: BTreeSet<String>,
}

/// Rule ids in a text: `AWS-SSM-001, -003` and `ALI-OOS-001 to -008`.
fn ids(text: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut family = String::new();
    let mut last: Option<u32> = None;
    let mut range = false;
    for word in text.split([' ', ',', ';', ':']).filter(|word| !word.is_empty()) {
        if word == "to" {
            range = true;
            continue;
        }
        let Some((prefix, number)) = word.rsplit_once('-') else { continue };
        let Ok(number) = number.parse::<u32>() else { continue };
        if !prefix.is_empty() {
            prefix.clone_into(&mut family);
        }
        let first = if range { last.unwrap() + 1 } else { number };
        ids.extend((first..=number).map(|number| format!("{family}-{number:03}")));
        (last, range) = (Some(number), false);
    }
    ids
}

/// The table of the README, by file or folder below `samples`.
fn told() -> BTreeMap<String, Said> {
    let text = fs::read_to_string(root().join("samples/README.md")).unwrap();
    let mut folder = String::new();
    let mut told = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (file, said) = (cells[1].trim_matches('*').trim_matches('`'), cells[3]);
        if cells[1].starts_with("**") {
            file.clone_into(&mut folder);
            continue;
        }
        if !cells[1].starts_with('`') {
            continue;
        }
        // "…; *unclear*: IDS; `payload.code`", or "for the last image IDS are *unclear*".
        let mut entry = Said::default();
        for part in said.split(';') {
            let list = if part.contains("*unclear*") { &mut entry.inconclusive } else { &mut entry.fails };
            list.extend(ids(part));
            entry.codes.extend(
                part.split('`')
                    .skip(1)
                    .step_by(2)
                    .filter(|code| code.starts_with("payload."))
                    .map(str::to_owned),
            );
        }
        told.insert(format!("samples/{folder}{file}"), entry);
    }
    told
}

#[test]
fn each_sample_shows_what_the_table_says() {
    let told = told();
    assert!(told.len() > 25, "{told:?}");
    for (path, expected) in &told {
        let outcome = check(&[path]);
        let document = outcome.json();
        let mut said = Said::default();
        for finding in document["findings"].as_array().unwrap() {
            let rule = finding["rule"]["id"].as_str().unwrap().to_owned();
            match finding["verdict"].as_str().unwrap() {
                "fail" => said.fails.insert(rule),
                "inconclusive" => said.inconclusive.insert(rule),
                other => panic!("{path}: {other} of {rule}"),
            };
        }
        for diagnostic in document["diagnostics"].as_array().unwrap() {
            said.codes.insert(diagnostic["code"].as_str().unwrap().to_owned());
        }
        assert_eq!(&said, expected, "{path}");
    }
}

#[test]
fn the_table_names_every_sample() {
    let told = told();
    let outcome = check(&["samples"]);
    let inputs: BTreeSet<String> = outcome.json()["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| input["file"].as_str().unwrap().to_owned())
        .collect();
    for file in &inputs {
        let named = told.keys().any(|path| file == path || (path.ends_with('/') && file.starts_with(path)));
        assert!(named, "{file} is not in the table");
    }
    assert_eq!(inputs.len(), 34);
}

#[test]
fn all_samples_in_one_run_are_what_they_are_alone() {
    // Beside each other in their folders: no answer must be completed by a stranger.
    let outcome = check(&["samples"]);
    assert_eq!(outcome.code, 2);
    let count = |code: &str| outcome.codes().iter().filter(|other| *other == code).count();
    assert_eq!(count("payload.incomplete"), 6);
    assert_eq!(count("payload.error_body"), 5);
    assert_eq!(count("payload.malformed"), 1);
    assert_eq!(count("payload.inconsistent"), 1);
    assert_eq!(outcome.codes().len(), 13);
    let complete = |file: &str| -> Value {
        let document = outcome.json();
        let inputs = document["inputs"].as_array().unwrap();
        inputs.iter().find(|input| input["file"] == file).unwrap()["complete"].clone()
    };
    let folder = "samples/alibaba/oos/list-instance-patch-states";
    assert_eq!(complete(&format!("{folder}/pages/page-1.json")), true);
    assert_eq!(complete(&format!("{folder}/incomplete.json")), false);
    assert_eq!(complete(&format!("{folder}/compliant.json")), true);
}
