//! The calls of `[[fetch]]` in probity.toml.

use std::fs;

use super::doubles::{Double, baselines};
use super::live::with_credentials;
use crate::support::{CLOCK, Folder, Outcome, finish_in_time, places};

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
            "4:20",
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
fn instances_come_from_a_file_beside_the_configuration() {
    let (double, folder) = (Double::alibaba(130), Folder::new());
    // 120 of the file, of which one stands in the table, too, and one twice; and one of the table alone.
    let mut lines: Vec<String> = (1..=119).map(|n| format!("i-{n:05}  # a comment")).collect();
    lines.insert(0, "\u{feff}# all".to_owned());
    lines.extend([String::new(), "i-00119".to_owned(), "\ti-00120".to_owned()]);
    folder.file("inventory/ids.txt", lines.join("\r\n"));
    let text = r#"
[[fetch]]
operation = "ListInstancePatchStates"
regions = ["cn-hangzhou"]
instance_ids = ["i-00000", "i-00001"]
instances_from = "inventory/ids.txt"
page_size = 40
endpoint = "URL"
"#;
    folder.file("probity.toml", text.replace("URL", &double.url()));
    fs::create_dir_all(folder.path().join(".git")).unwrap();
    // The path is relative to the file, and the command runs elsewhere.
    let below = folder.path().join("below");
    fs::create_dir_all(&below).unwrap();
    let outcome = finish_in_time(with_credentials(&double, &["fetch"]).current_dir(&below));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let asked: Vec<Vec<String>> = outcome
        .stdout
        .lines()
        .map(|line| {
            let manifest = fs::read_to_string(below.join(line).join("snapshot.json")).unwrap();
            let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
            assert_eq!(manifest["parameters"]["MaxResults"], 40);
            serde_json::from_str(manifest["parameters"]["InstanceIds"].as_str().unwrap()).unwrap()
        })
        .collect();
    // A hundred to a call: 121 in all.
    assert_eq!(asked.iter().map(Vec::len).collect::<Vec<_>>(), [100, 21]);
    assert_eq!(asked.concat(), (0..=120).map(|n| format!("i-{n:05}")).collect::<Vec<_>>());
    // Forty to a page: 40, 40 and 20; then 21.
    assert_eq!(double.seen().len(), 4);
    assert!(double.seen().iter().all(|seen| seen.target.contains("MaxResults=40")));
}

#[test]
fn the_version_and_the_size_of_pages_have_keys() {
    let (double, folder) = (Double::alibaba(45), Folder::new());
    let text = r#"
[[fetch]]
operation = "ListPublishBatch"
regions = ["cn-hangzhou"]
upgrade_version = "3.4.12"
page_size = 15
endpoint = "URL"
"#;
    let outcome = run(&double, &folder, text, &["check", "--live", "--format", "json", "--at", CLOCK]);
    assert_eq!(outcome.json()["summary"]["resources"], 45);
    let seen = double.seen();
    assert_eq!(seen.len(), 3, "45 by fifteen");
    assert!(seen.iter().all(|seen| seen.target.contains("UpgradeVersion=3.4.12")));

    // With `all` it is the listing that has pages.
    let (double, folder) = (Double::aws(baselines(5, 0)), Folder::new());
    let text = "[[fetch]]\noperation = \"GetPatchBaseline\"\nregions = [\"eu-central-1\"]\nall = \"self\"\npage_size = 2\n\
                endpoint = \"URL\"\n";
    let outcome = run(&double, &folder, text, &["fetch"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(double.seen().len(), 3 + 5, "5 by two, and each of them");
}

/// The words of standard error, without what lines and frames do to them.
fn told(text: &str) -> String {
    text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_wrong_with_these_keys_is_told_at_their_values() {
    let (double, folder) = (Double::alibaba(3), Folder::new());
    folder.file("ids.txt", "i-1\n");
    folder.file("empty.txt", "# none yet\n\n   # \n");
    folder.file("latin.txt", b"i-1 # m\xfcnchen\n".as_slice());
    fs::create_dir(folder.path().join("directory")).unwrap();
    let states = "[[fetch]]\noperation = \"ListInstancePatchStates\"\nregions = [\"cn-hangzhou\"]\n";
    let reports = "[[fetch]]\noperation = \"ListInstanceCompliant\"\n";
    let batches = "[[fetch]]\noperation = \"ListPublishBatch\"\nregions = [\"cn-hangzhou\"]\n";
    let baseline = "[[fetch]]\noperation = \"GetPatchBaseline\"\nregions = [\"eu-central-1\"]\n";
    for (table, keys, code, place, words) in [
        (states, "instances_from = \"gone.txt\"", "input.unreadable", "4:18", "cannot read `gone.txt`: "),
        (states, "instances_from = \"directory\"", "input.unreadable", "4:18", "cannot read `directory`: "),
        (
            states,
            "instances_from = \"empty.txt\"",
            "input.unreadable",
            "4:18",
            "cannot read `empty.txt`: it names no instance",
        ),
        (
            states,
            "instances_from = \"latin.txt\"",
            "input.unreadable",
            "4:18",
            "cannot read `latin.txt`: it is no UTF-8",
        ),
        (
            states,
            "instances_from = \"gone.txt\"",
            "input.unreadable",
            "4:18",
            "name a text file with an id of an instance a line",
        ),
        (
            batches,
            "upgrade_version = \"1\"\ninstances_from = \"ids.txt\"",
            "fetch.parameter",
            "5:18",
            "`alibaba.sas.ListPublishBatch` takes no instance ids",
        ),
        (reports, "page_size = 101", "fetch.parameter", "3:13", "`limit` is 101, but must be 1 to 100"),
        (
            states,
            "params.MaxResults = 5\npage_size = 5",
            "fetch.parameter",
            "5:13",
            "`MaxResults` is given twice",
        ),
        (
            baseline,
            "baseline_ids = [\"pb-0123456789abcdef0\"]\npage_size = 5",
            "fetch.parameter",
            "5:13",
            "`aws.ssm.GetPatchBaseline` takes no page size",
        ),
        (
            baseline,
            "all = \"self\"\npage_size = 101",
            "fetch.parameter",
            "5:13",
            "`MaxResults` is 101, but must be 1 to 100",
        ),
        (
            baseline,
            "baseline_ids = [\"pb-0123456789abcdef\"]",
            "fetch.parameter",
            "4:16",
            "`BaselineId` has 19 characters, but must have 20 to 128",
        ),
        (
            batches,
            "upgrade_version = \"1\"\nall = \"self\"",
            "fetch.parameter",
            "5:7",
            "`alibaba.sas.ListPublishBatch` takes no `all`",
        ),
        (
            batches,
            "params.UpgradeVersion = \"1\"\nupgrade_version = \"1\"",
            "fetch.parameter",
            "5:19",
            "`UpgradeVersion` is given twice",
        ),
        (states, "upgrade_version = \"1\"", "fetch.parameter", "4:19", "has no parameter `UpgradeVersion`"),
        (batches, "page_size = 5", "fetch.parameter", "1:1", "in probity.toml, as `params.UpgradeVersion`"),
        (states, "page_size = 0", "config.value", "4:13", "a whole number from 1 on"),
        (states, "rate = 5", "config.unknown_key", "4:1", "give it on the command line, --out or --rate"),
        (baseline, "owner = \"self\"", "config.unknown_key", "4:1", "`all = \"self\"`"),
    ] {
        let text = format!("{table}{keys}\n");
        for arguments in [&["fetch"][..], &["check", "--live"]] {
            let outcome = run(&double, &folder, &text, arguments);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{text}");
            assert_eq!(places(&outcome), [format!("probity.toml:{place}")], "{text}: {}", outcome.stderr);
            let said = told(&outcome.stderr);
            assert!(said.contains(code) && said.contains(words), "{text}: {said}");
        }
    }
    assert_eq!(double.arrived(), 0);
    assert_eq!(calls(&folder), Vec::<String>::new());
}

#[test]
fn all_that_is_wrong_with_all_calls_is_told_at_once() {
    let (double, folder) = (Double::alibaba(3), Folder::new());
    let text = r#"
[[fetch]]
operation = "ListInstancePatchStates"
instances_from = "gone.txt"
endpoint = "http://example.com"

[[fetch]]
operation = "ListInstanceCompliant"
page_size = 500
params.sort_dir = "up"
"#;
    let outcome = run(&double, &folder, text, &["fetch"]);
    assert_eq!(outcome.code, 2);
    let expected = ["4:18", "5:12", "9:13", "10:19"].map(|place| format!("probity.toml:{place}"));
    assert_eq!(places(&outcome), expected, "{}", outcome.stderr);
    assert_eq!(double.arrived(), 0);
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
