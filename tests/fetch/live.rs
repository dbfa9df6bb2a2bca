//! `check --live`: the same as `fetch`, and `check` on what came.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::doubles::{Act, Double, Reply, baselines, fetch_command};
use crate::support::{CLOCK, Folder, Outcome, check, command, end_in_time, finish_in_time, probity};

/// Such a command with credentials of all clouds in its environment, and nothing else there.
pub(super) fn with_credentials(double: &Double, arguments: &[&str]) -> Command {
    let model = fetch_command(double, &[], &Folder::new());
    let mut command = command(arguments);
    command.env_clear();
    for (name, value) in model.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command
}

/// `check --live … --format json` with evidence in `out`.
fn live(double: &Double, arguments: &[&str], out: &Folder) -> Outcome {
    let (url, out) = (double.url(), out.text());
    let all = [
        &["check", "--format", "json", "--at", CLOCK, "--live"],
        arguments,
        &["--endpoint", &url, "--out", &out],
    ]
    .concat();
    finish_in_time(&mut with_credentials(double, &all))
}

/// A result in which the folders of this very run are told by their order: their names hold the time.
fn bare(outcome: &Outcome, out: &Folder) -> Value {
    /// `OUT/<call>/<region>/<start>-<number>/<file>`: the folder, and the file.
    fn parts<'t>(text: &'t str, out: &str) -> Option<(&'t str, &'t str)> {
        text.strip_prefix(out)?.trim_start_matches('/').rsplit_once('/')
    }
    fn folders(value: &Value, out: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => found.extend(parts(text, out).map(|(folder, _)| folder.to_owned())),
            Value::Array(elements) => elements.iter().for_each(|element| folders(element, out, found)),
            Value::Object(members) => members.values().for_each(|member| folders(member, out, found)),
            _ => {}
        }
    }
    fn strip(value: &mut Value, out: &str, known: &BTreeSet<String>) {
        match value {
            Value::String(text) => {
                if let Some((folder, file)) = parts(text, out) {
                    let number = known.iter().position(|name| name == folder).unwrap();
                    let call = folder.rsplit_once('/').map_or("", |(call, _)| call);
                    *text = format!("{call}/{number}/{file}");
                }
            }
            Value::Array(elements) => elements.iter_mut().for_each(|element| strip(element, out, known)),
            Value::Object(members) => {
                members.retain(|name, _| !name.starts_with("observed") && name != "captured_at");
                members.values_mut().for_each(|member| strip(member, out, known));
            }
            _ => {}
        }
    }
    let mut document = outcome.json();
    let mut known = BTreeSet::new();
    folders(&document, &out.text(), &mut known);
    strip(&mut document, &out.text(), &known);
    document
}

/// Runs both ways against doubles that are alike; `double` makes one.
fn both(double: &dyn Fn() -> Double, arguments: &[&str], options: &[&str]) -> (Outcome, Outcome) {
    let (first, second) = (double(), double());
    let (apart, together) = (Folder::new(), Folder::new());
    let fetched = finish_in_time(&mut fetch_command(&first, arguments, &apart));
    let checked = check(&[&[apart.text().as_str()], options].concat());
    let live = live(&second, &[arguments, options].concat(), &together);
    assert_eq!(first.arrived(), second.arrived(), "{}", fetched.stderr);
    assert_eq!(bare(&checked, &apart), bare(&live, &together), "{arguments:?} {options:?}\n{}", live.stderr);
    assert_eq!(checked.code, live.code, "{arguments:?} {options:?}");
    (checked, live)
}

#[test]
fn it_says_what_fetch_and_check_say() {
    type Make<'m> = &'m dyn Fn() -> Double;
    let aws = || Double::aws(baselines(3, 2));
    let alibaba = || Double::alibaba(130);
    let huawei = || Double::huawei(230);
    let calls: [(Make<'_>, &[&str], u64); 6] = [
        (&aws, &["aws.ssm.GetPatchBaseline", "--region", "eu-central-1", "--all"], 3),
        (&aws, &["GetPatchBaseline", "--region", "eu-central-1", "--all", "--owner", "all"], 5),
        (&alibaba, &["alibaba.oos.ListInstancePatchStates", "--region", "eu-central-1"], 130),
        (&alibaba, &["DescribeImageInstances", "--region", "eu-central-1"], 130),
        (&alibaba, &["ListPublishBatch", "--region", "cn-hangzhou", "--upgrade-version", "3.4.12"], 130),
        (&huawei, &["huawei.coc.ListInstanceCompliant"], 230),
    ];
    for (double, arguments, resources) in calls {
        let (_, live) = both(double, arguments, &["--include", "pass"]);
        assert_eq!(live.json()["summary"]["resources"], resources, "{arguments:?}\n{}", live.stdout);
        assert!(live.json()["findings"].as_array().is_some_and(|findings| !findings.is_empty()));
        assert!(!live.codes().iter().any(|code| code.starts_with("snapshot")), "{:?}", live.codes());
    }
}

#[test]
fn evidence_is_kept_and_can_be_judged_again() {
    let (double, out) = (Double::alibaba(60), Folder::new());
    let first = live(&double, &["ListInstancePatchStates", "--region", "eu-central-1"], &out);
    assert!(
        first.stderr.contains(&format!("evidence is kept in `{}`: 1 folder", out.text())),
        "{}",
        first.stderr
    );
    let again = check(&[&out.text()]);
    assert_eq!((again.json(), again.code), (first.json(), first.code));
    // Another run judges what it fetched itself, and leaves the first as it was.
    let second = live(&double, &["ListInstancePatchStates", "--region", "eu-central-1"], &out);
    assert_eq!(second.json()["summary"]["resources"], 60);
    assert_eq!(check(&[&out.text()]).json()["summary"]["resources"], 120);
    for finding in second.json()["findings"].as_array().unwrap() {
        assert_eq!(finding["resource"]["region"], "eu-central-1");
    }
}

#[test]
fn what_could_not_be_fetched_is_never_a_pass() {
    let denied = || {
        let body = json!({"__type": "AccessDeniedException", "Message": "not authorized"});
        Double::aws(baselines(1, 0)).always(Act::Say(Reply::json(400, &body)))
    };
    let named = ["GetPatchBaseline", "--region", "eu-central-1", "--baseline-id", "pb-00000000000000000"];
    for options in [&[][..], &["--allow-incomplete", "--allow-empty"]] {
        let (_, live) = both(&denied, &named, options);
        assert_eq!((live.code, live.codes()), (2, vec!["payload.error_body".to_owned()]));
        let document = live.json();
        let told = &document["diagnostics"][0];
        assert!(
            told["message"].as_str().unwrap().contains("`AccessDeniedException`: not authorized"),
            "{told}"
        );
        assert!(told["help"].as_str().unwrap().contains("ssm:GetPatchBaseline"), "{told}");
    }
    // One of several baselines.
    let gone = || Double::aws(baselines(2, 0));
    let two = [
        "GetPatchBaseline",
        "--region",
        "eu-central-1",
        "--baseline-id",
        "pb-00000000000000000",
        "--baseline-id",
        "pb-0000000000000000f",
    ];
    let (_, live) = both(&gone, &two, &["--allow-incomplete"]);
    assert_eq!(live.code, 2);
    assert_eq!(live.json()["summary"]["resources"], 1);

    // The service ends in the midst of pages: missing pages may be allowed.
    let cut = || {
        let error = json!({"Code": "Forbidden.RAM", "Message": "no more", "RequestId": "r", "HostId": "h"});
        Double::alibaba(130).then([Act::Serve]).always(Act::Say(Reply::json(403, &error)))
    };
    let states = ["ListInstancePatchStates", "--region", "eu-central-1"];
    let (_, live) = both(&cut, &states, &[]);
    assert_eq!(live.code, 2);
    assert_eq!(live.codes().first().map(String::as_str), Some("payload.error_body"));
    let (_, live) = both(&cut, &states, &["--allow-incomplete"]);
    assert_ne!(live.code, 2, "{:?}", live.codes());
    assert_eq!(live.json()["inputs"][0]["complete"], false);
}

#[test]
fn what_nobody_could_send_is_an_error_too() {
    let double = Double::aws(baselines(1, 0));
    let out = Folder::new();
    let (url, folder) = (double.url(), out.text());
    let mut command = command(&[
        "check",
        "--live",
        "GetPatchBaseline",
        "--region",
        "eu-central-1",
        "--all",
        "--endpoint",
        &url,
        "--out",
        &folder,
        "--format",
        "json",
        "--at",
        CLOCK,
        "--allow-incomplete",
        "--allow-empty",
    ]);
    // No credentials, and no machine to ask for some.
    command.env_clear().env("HOME", &folder).env("AWS_EC2_METADATA_DISABLED", "true");
    let outcome = finish_in_time(&mut command);
    assert_eq!(outcome.code, 2);
    assert!(outcome.codes().contains(&"fetch.credentials".to_owned()), "{:?}", outcome.codes());
    assert_eq!(double.arrived(), 0);
}

#[test]
fn nothing_is_sent_before_everything_else_is_known_to_be_right() {
    let double = Double::alibaba(3);
    let out = Folder::new();
    for wrong in [
        &["--rule", "NO-SUCH-1"][..],
        &["--set", "ALI-OOS-001.none=1"],
        &["--policies", "/nowhere"],
        &["-o", "/nowhere/result.json"],
        &["--waivers", "/nowhere.toml"],
        &["--param", "Nonsense=1"],
    ] {
        let arguments = [&["ListInstancePatchStates", "--region", "eu-central-1"], wrong].concat();
        let outcome = live(&double, &arguments, &out);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{wrong:?}");
    }
    assert_eq!(double.arrived(), 0);
    assert!(fs::read_dir(out.path()).unwrap().next().is_none(), "nothing was written");
}

#[test]
fn options_of_calls_are_for_live_runs() {
    for arguments in [
        &["check", "samples", "--region", "eu-central-1"][..],
        &["check", "samples", "--out", "x"],
        &["check", "samples", "--all"],
    ] {
        let outcome = probity(arguments);
        assert_eq!(outcome.code, 2);
        assert!(outcome.stderr.contains("--live"), "{}", outcome.stderr);
    }
    // What is fetched is judged, and nothing beside it.
    assert_eq!(probity(&["check", "samples", "--live"]).code, 2);
    let outcome = probity(&["check", "--live", "samples/"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("fetch.parameter"), "{}", outcome.stderr);
}

#[test]
fn evidence_goes_to_a_folder_of_its_own_where_nothing_is_said() {
    let double = Double::alibaba(3);
    let working = Folder::new();
    let url = double.url();
    let mut command = with_credentials(
        &double,
        &["check", "--live", "ListInstancePatchStates", "--region", "eu-central-1", "--endpoint", &url],
    );
    let outcome = finish_in_time(command.current_dir(working.path()));
    assert!(outcome.stderr.contains("evidence is kept in `evidence`: 1 folder"), "{}", outcome.stderr);
    let region = working.path().join("evidence/alibaba.oos.ListInstancePatchStates/eu-central-1");
    let folders: Vec<_> = fs::read_dir(region).unwrap().collect();
    assert_eq!(folders.len(), 1);
    assert!(Path::new(&folders[0].as_ref().unwrap().path()).join("snapshot.json").is_file());
}

#[test]
fn what_a_killed_fetch_leaves_is_refused() {
    let double = Double::alibaba(130).then([Act::Serve]).always(Act::Hang);
    let out = Folder::new();
    let mut command = fetch_command(&double, &["ListInstancePatchStates", "--region", "eu-central-1"], &out);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    double.wait_for(2);
    child.kill().unwrap();
    child.wait().unwrap();
    let outcome = check(&[&out.text(), "--allow-incomplete"]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["snapshot.unreadable".to_owned()]));
    assert_eq!(outcome.json()["summary"]["resources"], 0);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_calls_and_what_came_is_judged() {
    let double = Double::alibaba(130).then([Act::Serve]).always(Act::Hang);
    let (out, url) = (Folder::new(), double.url());
    let folder = out.text();
    let mut command = with_credentials(
        &double,
        &[
            "check",
            "--format",
            "json",
            "--at",
            CLOCK,
            "--live",
            "ListInstancePatchStates",
            "--region",
            "eu-central-1",
            "--endpoint",
            &url,
            "--out",
            &folder,
        ],
    );
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    double.wait_for(2);
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let outcome = end_in_time(child);
    assert_eq!(outcome.code, 2);
    assert_eq!(outcome.codes(), ["payload.incomplete"], "{}", outcome.stdout);
    let resources = outcome.json()["summary"]["resources"].as_u64().unwrap();
    assert!(resources > 0 && resources < 130, "{resources}");
    assert_eq!(check(&[&folder]).json(), outcome.json());
}
