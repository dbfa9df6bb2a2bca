//! The calls of `[[fetch]]` in probity.toml.

use std::fs;

use super::doubles::{Double, baselines};
use super::live::with_credentials;
use crate::support::{CLOCK, Folder, Outcome, finish_in_time};

/// Runs a command in a folder with this configuration.
fn run(double: &Double, folder: &Folder, text: &str, arguments: &[&str]) -> Outcome {
    folder.file("probity.toml", text.replace("URL", &double.url()));
    fs::create_dir_all(folder.path().join(".git")).unwrap();
    finish_in_time(with_credentials(double, arguments).current_dir(folder.path()))
}

/// What stands below the folder of evidence, two levels deep.
fn calls(folder: &Folder) -> Vec<String> {
    let mut calls = Vec::new();
    let Ok(entries) = fs::read_dir(folder.path().join("evidence")) else { return calls };
    for call in entries {
        for region in fs::read_dir(call.unwrap().path()).unwrap() {
            let region = region.unwrap().path();
            let mut parts =
                region.components().rev().map(|part| part.as_os_str().to_str().unwrap().to_owned());
            let (region, call) = (parts.next().unwrap(), parts.next().unwrap());
            calls.push(format!("{call} {region}"));
        }
    }
    calls.sort();
    calls
}

const ESTATE: &str = r#"
[[fetch]]
operation = "alibaba.oos.ListInstancePatchStates"
regions = ["eu-central-1", "us-west-1"]
params.MaxResults = 20
endpoint = "URL"

[[fetch]]
operation = "DescribeImageInstances"
regions = ["eu-central-1"]
account = "1234567890123456"
endpoint = "URL"
"#;

#[test]
fn all_calls_are_made_in_one_go() {
    let (double, folder) = (Double::alibaba(45), Folder::new());
    let outcome = run(&double, &folder, ESTATE, &["fetch"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.stdout.lines().count(), 3);
    let states = "alibaba.oos.ListInstancePatchStates";
    let images = "alibaba.sas.DescribeImageInstances";
    let expected =
        [format!("{states} eu-central-1"), format!("{states} us-west-1"), format!("{images} eu-central-1")];
    assert_eq!(calls(&folder), expected);
    // 45 states by twenty are three pages, twice.
    let seen = double.seen();
    assert_eq!(seen.iter().filter(|seen| seen.target.contains("MaxResults=20")).count(), 6);
}

#[test]
fn a_live_check_makes_them_too() {
    let (double, folder) = (Double::alibaba(45), Folder::new());
    let outcome = run(&double, &folder, ESTATE, &["check", "--live", "--format", "json", "--at", CLOCK]);
    let document = outcome.json();
    assert_eq!(document["summary"]["resources"], 3 * 45);
    let accounts: Vec<bool> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["resource"]["operation"] == "alibaba.sas.DescribeImageInstances")
        .map(|finding| finding["resource"]["account"] == "1234567890123456")
        .collect();
    assert!(accounts.iter().all(|is_right| *is_right));
    assert_eq!(calls(&folder).len(), 3);
}

#[test]
fn each_profile_is_an_account_of_its_own() {
    let (double, folder) = (Double::aws(baselines(2, 0)), Folder::new());
    let text = r#"
[[fetch]]
operation = "GetPatchBaseline"
profiles = ["one", "two"]
regions = ["eu-central-1", "us-east-1"]
all = "self"
endpoint = "URL"
"#;
    let secret = super::doubles::SECRET;
    let token = super::doubles::TOKEN;
    let profile = |name: &str| {
        format!(
            "[{name}]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = {secret}\naws_session_token = {token}\n"
        )
    };
    folder.file(".aws/credentials", profile("one") + &profile("two"));
    folder.file("probity.toml", text.replace("URL", &double.url()));
    fs::create_dir_all(folder.path().join(".git")).unwrap();
    let mut command = crate::support::command(&["fetch"]);
    command.env_clear().env("HOME", folder.path()).current_dir(folder.path());
    let outcome = finish_in_time(&mut command);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    // For each of two profiles in two regions: a listing and two baselines.
    assert_eq!(outcome.stdout.lines().count(), 2 * 2 * 3, "{}", outcome.stdout);
    assert_eq!(double.seen().len(), 2 * 2 * 3);
}

#[test]
fn what_is_wrong_is_told_at_its_call_and_nothing_is_sent() {
    let (double, folder) = (Double::alibaba(3), Folder::new());
    for (text, code, place, words) in [
        (
            "[[fetch]]\noperation = \"ListPublishBatch\"\nregions = [\"cn-hangzhou\"]",
            "fetch.parameter",
            "1:1",
            "UpgradeVersion",
        ),
        (
            "[[fetch]]\noperation = \"ListInstancePatchStates\"\nregions = [\"eu-central-1\"]\nparams.MaxResult = 5",
            "fetch.parameter",
            "1:1",
            "MaxResults",
        ),
        (
            "[[fetch]]\noperation = \"GetPatchBaseline\"\nregions = [\"eu-central-1\"]",
            "fetch.parameter",
            "1:1",
            "baseline",
        ),
        (
            "[[fetch]]\noperation = \"GetPatchBaseline\"\nall = \"self\"\nregions = [\"a/b\"]",
            "fetch.region",
            "1:1",
            "a/b",
        ),
        (
            "[[fetch]]\noperation = \"GetPatchBaseline\"\nall = \"self\"\nendpoint = \"http://example.com\"",
            "config.value",
            "4:12",
            "http",
        ),
        (
            "[[fetch]]\noperation = \"GetPatchBaseline\"\nall = \"self\"\naccount = \"1\"\nprofiles = [\"a\", \"b\"]",
            "config.value",
            "4:11",
            "2 profiles",
        ),
        ("inputs = [\"x\"]", "fetch.parameter", "", "has no `[[fetch]]`"),
        ("fetch = []", "fetch.parameter", "", "has no `[[fetch]]`"),
    ] {
        for arguments in [&["fetch"][..], &["check", "--live"]] {
            let outcome = run(&double, &folder, text, arguments);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{text}");
            let said = outcome.stderr.replace("\n  │ ", " ");
            assert!(said.contains(code) && said.contains(words), "{text}: {said}");
            assert!(said.contains(&format!("probity.toml:{place}")) || place.is_empty(), "{text}: {said}");
        }
    }
    assert_eq!(double.arrived(), 0);
    assert_eq!(calls(&folder), Vec::<String>::new());
}

#[test]
fn options_of_a_call_need_its_name() {
    let (double, folder) = (Double::alibaba(3), Folder::new());
    for arguments in
        [&["fetch", "--region", "eu-central-1"][..], &["check", "--live", "--region", "eu-central-1"]]
    {
        let outcome = run(&double, &folder, ESTATE, arguments);
        assert_eq!(outcome.code, 2);
        assert!(
            outcome.stderr.contains("options of a call are given, but no operation"),
            "{}",
            outcome.stderr
        );
    }
    let mut command = with_credentials(&double, &["fetch", "--no-config"]);
    let outcome = finish_in_time(command.current_dir(folder.path()));
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("there is no probity.toml"), "{}", outcome.stderr);
    assert_eq!(double.arrived(), 0);
    // Where evidence goes, and how fast, is said of all.
    let outcome = run(&double, &folder, ESTATE, &["fetch", "--out", "elsewhere", "--rate", "50"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.lines().all(|line| line.starts_with("elsewhere/")), "{}", outcome.stdout);
}
