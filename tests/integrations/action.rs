//! `action.yml` and `ci/action.sh`, run as GitHub runs them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use serde_json::Value;

use super::program::{faults, recorded, recorder, schema, script, yaml};
use super::runner::{Ended, Job, outputs};
use crate::support::{Folder, finish_in_time, root, sample};

const CLEAN: &str = "huawei/coc/list-instance-compliant/compliant.json";
const RED: &str = "huawei/coc/list-instance-compliant/non-compliant.json";

fn result(ended: &Ended) -> Value {
    serde_json::from_str(&fs::read_to_string(&ended.outputs["result"]).unwrap()).unwrap()
}

/// A job about one file of the checkout.
fn job(sample_path: &str, name: &str) -> Job {
    let job = Job::new(name);
    job.write(name, &sample(sample_path));
    job
}

/// What the log says while nothing in it is a command, and what it says beside.
fn parts(log: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut quiet, mut rest, mut token) = (Vec::new(), Vec::new(), None);
    for line in log.lines() {
        match (line.strip_prefix("::stop-commands::"), &token) {
            (Some(text), None) => token = Some(format!("::{text}::")),
            (_, Some(end)) if line == end => token = None,
            (_, Some(_)) => quiet.push(line),
            (_, None) => rest.push(line),
        }
    }
    assert_eq!(token, None, "{log}");
    (quiet, rest)
}

#[test]
fn the_schema_accepts_it() {
    let validator = schema("github-action.json");
    let action = yaml("action.yml");
    assert_eq!(faults(&validator, &action), Vec::<String>::new());
    let mut wrong = action;
    wrong["runs"]["steps"][0]["rnu"] = Value::from("x");
    assert!(!faults(&validator, &wrong).is_empty(), "the schema sees nothing");
}

#[test]
fn no_expression_stands_in_a_script_and_every_action_is_pinned() {
    let action = yaml("action.yml");
    for step in action["runs"]["steps"].as_array().unwrap() {
        if let Some(run) = step["run"].as_str() {
            assert!(!run.contains("${{"), "{run}");
        }
        if let Some(uses) = step["uses"].as_str() {
            let commit = uses.split_once('@').unwrap().1;
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{uses}");
        }
    }
}

#[test]
fn every_input_is_used() {
    let text = fs::read_to_string(root().join("action.yml")).unwrap();
    let used: BTreeSet<&str> = text
        .split("inputs.")
        .skip(1)
        .map(|rest| rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next().unwrap())
        .collect();
    let action = yaml("action.yml");
    let declared: BTreeSet<&str> = action["inputs"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(used, declared);
}

#[test]
fn a_gate_that_passes() {
    let job = job(CLEAN, "nodes.json");
    let ended = job.run();
    assert_eq!(ended.code, 0, "{}", ended.log);
    assert_eq!((&*ended.outputs["gate"], &*ended.outputs["exit-code"]), ("pass", "0"));
    assert_eq!(result(&ended)["gate"], "pass");
    assert!(fs::metadata(&ended.outputs["sarif"]).unwrap().len() > 0);
    assert!(fs::metadata(&ended.outputs["html"]).unwrap().len() > 0);
    assert_eq!(ended.used, [], "nothing is cached or uploaded");
}

#[test]
fn a_gate_that_fails_fails_the_job_after_the_upload() {
    let mut job = job(RED, "nodes.json");
    let ended = job.set("upload-sarif", "true").run();
    assert_eq!(ended.code, 1, "{}", ended.log);
    assert_eq!((&*ended.outputs["gate"], &*ended.outputs["exit-code"]), ("fail", "1"));
    assert_eq!(result(&ended)["gate"], "fail");
    assert!(ended.log.ends_with("::error title=Probity::the gate fails\n"), "{}", ended.log);
    let (action, with) = &ended.used[0];
    assert!(action.starts_with("github/codeql-action/upload-sarif@"));
    assert_eq!(with["sarif_file"], ended.outputs["sarif"]);
    assert_eq!(with["category"], "probity");
    assert!(ended.log.contains("::error file=nodes.json,line=35"), "{}", ended.log);
    assert!(ended.summary.contains("HWC-COC-001"), "{}", ended.summary);
}

#[test]
fn what_cannot_be_judged_is_an_error() {
    let job = Job::new("error.json");
    job.write("error.json", &sample("errors/aws-throttling.json"));
    let ended = job.run();
    assert_eq!(ended.code, 2, "{}", ended.log);
    assert_eq!((&*ended.outputs["gate"], &*ended.outputs["exit-code"]), ("error", "2"));
    assert_eq!(result(&ended)["gate"], "error");
    assert!(
        ended.log.ends_with("::error title=Probity::not everything could be judged (exit code 2)\n"),
        "{}",
        ended.log
    );
}

#[test]
fn a_request_that_makes_no_sense_gives_no_reports() {
    let mut job = job(CLEAN, "nodes.json");
    let ended = job.set("fail-on", "sever").set("upload-sarif", "true").run();
    assert_eq!(ended.code, 2, "{}", ended.log);
    assert_eq!(ended.outputs["gate"], "error");
    for name in ["result", "sarif", "html"] {
        assert_eq!(ended.outputs[name], "", "{name}");
    }
    assert_eq!(ended.used, [], "there is nothing to upload");
    assert!(ended.log.contains("invalid value 'sever' for '--fail-on <SEVERITY>'"), "{}", ended.log);
    assert_eq!(ended.summary, "**Probity judged nothing** (exit code 2): the log of the step says why.\n");
}

#[test]
fn no_paths_are_an_error() {
    for paths in ["", "\n\n"] {
        let ended = Job::new(paths).run();
        assert_eq!((ended.code, &*ended.outputs["gate"]), (2, "error"), "{}", ended.log);
    }
}

#[test]
fn reports_go_where_inputs_say() {
    let mut job = job(RED, "nodes.json");
    for (name, file) in
        [("json-file", "out/r.json"), ("sarif-file", "out/r.sarif"), ("html-file", "out/my r.html")]
    {
        job.set(name, file);
    }
    job.write("out/here", "");
    let ended = job.run();
    assert_eq!(ended.code, 1, "{}", ended.log);
    assert_eq!(ended.outputs["result"], "out/r.json");
    assert_eq!(ended.outputs["html"], "out/my r.html");
    for file in ["r.json", "r.sarif", "my r.html"] {
        assert!(job.workspace().join("out").join(file).is_file(), "{file}");
    }
}

#[test]
fn hostile_names_are_only_names() {
    let names = [
        "with spaces.json",
        "'quotes' and \"quotes\".json",
        "$(touch pwned).json",
        "`touch pwned`.json",
        "a; touch pwned.json",
        "a & touch pwned.json",
        "--no-builtin.json",
        "-x.json",
        "${{ github.token }}.json",
        "$HOME.json",
        "back\\slash.json",
        "%0A::error::x.json",
        "::error::x.json",
        " leading.json",
        "trailing .json",
        "~.json",
        "#.json",
        "ä⁂.json",
    ];
    let mut job = Job::new(&names.join("\n"));
    for name in names {
        job.write(name, &sample(CLEAN));
    }
    job.set("args", "--strict\n\n--include=pass");
    let ended = job.run();
    assert_eq!(ended.code, 0, "{}", ended.log);
    let files: BTreeSet<String> = result(&ended)["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| input["file"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(files, names.iter().map(|name| (*name).to_owned()).collect());
    assert!(!job.workspace().join("pwned").exists());
    let left: Vec<_> = fs::read_dir(job.workspace()).unwrap().collect();
    assert_eq!(left.len(), names.len(), "nothing else was written to the checkout");
    for name in names {
        fs::remove_file(job.workspace().join(name)).unwrap();
        job.write(name, &sample(CLEAN));
        job.set("paths", name);
        let ended = job.run();
        assert_eq!(ended.code, 0, "{name}: {}", ended.log);
    }
}

#[test]
fn a_line_break_parts_paths_and_does_nothing_else() {
    let mut job = Job::new("x\n$(touch pwned)\n--no-builtin\ngate=pass");
    job.set("at", "").set("args", "--at=2026-11-21\n$(touch pwned)");
    let ended = job.run();
    assert_eq!((ended.code, &*ended.outputs["gate"]), (2, "error"), "{}", ended.log);
    assert!(ended.log.contains("cannot read `$(touch pwned)`"), "{}", ended.log);
    assert!(ended.log.contains("cannot read `--no-builtin`"), "{}", ended.log);
    assert_eq!(fs::read_dir(job.workspace()).unwrap().count(), 0);
}

#[test]
fn what_is_one_line_cannot_smuggle_in_another() {
    let hostile = "x\ngate=pass\nexit-code=0";
    for (name, _) in yaml("action.yml")["inputs"].as_object().unwrap() {
        let several = ["paths", "policies", "waivers", "expect", "args"];
        if several.contains(&name.as_str()) || ["upload-sarif", "category", "cache"].contains(&name.as_str())
        {
            continue;
        }
        let mut job = job(CLEAN, "nodes.json");
        let ended = job.set(name, hostile).run();
        assert_eq!(ended.code, 2, "{name}: {}", ended.log);
        assert_eq!((&*ended.outputs["gate"], &*ended.outputs["exit-code"]), ("", ""), "{name}");
        let (_, rest) = parts(&ended.log);
        assert!(rest.iter().all(|line| !line.starts_with("gate=")), "{name}: {}", ended.log);
    }
    let mut job = job(CLEAN, "nodes.json");
    let ended = job.set("at", "2026-11-21\n").run();
    assert_eq!(ended.code, 0, "a line break at the end is YAML's: {}", ended.log);
}

#[test]
fn a_program_that_judges_nothing_is_not_believed() {
    let mut job = job(CLEAN, "nodes.json");
    job.set("json-file", "before.json").set("sarif-file", "before.sarif").set("upload-sarif", "true");
    // Reports of another run.
    for name in ["before.json", "before.sarif"] {
        job.write(name, "{\"gate\":\"pass\"}");
        let file = File::options().append(true).open(job.workspace().join(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    let ended = job.set("binary", "true").run();
    assert_eq!((ended.code, &*ended.outputs["gate"]), (2, "error"), "{}", ended.log);
    assert_eq!((&*ended.outputs["result"], &*ended.outputs["sarif"]), ("", ""));
    assert_eq!(ended.used, []);
    let ended = job.set("binary", "no/such/program").run();
    assert_eq!((ended.code, &*ended.outputs["gate"]), (2, ""), "{}", ended.log);
    assert!(ended.log.contains("there is no program `no/such/program`"), "{}", ended.log);
}

#[test]
fn an_end_by_a_signal_keeps_its_code() {
    let mut job = job(CLEAN, "nodes.json");
    let killed = script(&job.folder, "killed", "#!/bin/sh\n[ \"$1\" = --version ] || kill -9 $$\n");
    let ended = job.set("binary", &killed).run();
    assert_eq!((ended.code, &*ended.outputs["gate"]), (137, "error"), "{}", ended.log);
}

#[test]
fn what_is_said_about_inputs_is_no_command_to_the_runner() {
    let mut job = job(CLEAN, "nodes.json");
    let text = "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\necho '::error file=x::annotation'\necho '::set-output name=gate::pass' >&2\necho '##[add-mask]a' >&2\nexit 1\n";
    let hostile = script(&job.folder, "hostile", text);
    let ended = job.set("binary", &hostile).run();
    let (quiet, rest) = parts(&ended.log);
    assert_eq!(quiet, ["::set-output name=gate::pass", "##[add-mask]a"]);
    assert!(rest.contains(&"::error file=x::annotation"), "{}", ended.log);
}

#[test]
fn every_input_reaches_the_program() {
    let mut job = Job::new("b c\n$d");
    let program = recorder(&job.folder, "recorder");
    let file = job.folder.path().join("arguments");
    job.environment("ARGUMENTS", file.to_str().unwrap());
    for (name, value) in [
        ("binary", &*program),
        ("config", "my probity.toml"),
        ("policies", "p 1\np'2"),
        ("fail-on", "high"),
        ("inconclusive", "warn"),
        ("ratchet", "r.json"),
        ("waivers", "w1\nw 2"),
        ("expect", "aws.ssm.GetPatchBaseline=ids.csv#id\nb"),
        ("at", "2026-11-21"),
        ("max-age", "7d"),
        ("args", "--strict\n--rule=HWC-*"),
        ("json-file", "r j"),
        ("sarif-file", "r s"),
        ("html-file", "r h"),
    ] {
        job.set(name, value);
    }
    let ended = job.run();
    assert_eq!(ended.code, 0, "{}", ended.log);
    assert_eq!(
        recorded(&file),
        [
            "check",
            "--color",
            "never",
            "--format",
            "github",
            "--output=json=r j",
            "--output=sarif=r s",
            "--output=html=r h",
            "--config=my probity.toml",
            "--policies=p 1",
            "--policies=p'2",
            "--fail-on=high",
            "--inconclusive=warn",
            "--ratchet=r.json",
            "--waivers=w1",
            "--waivers=w 2",
            "--expect=aws.ssm.GetPatchBaseline=ids.csv#id",
            "--expect=b",
            "--at=2026-11-21",
            "--max-age=7d",
            "--strict",
            "--rule=HWC-*",
            "--",
            "b c",
            "$d",
        ]
    );
}

/// Runs a step of `ci/action.sh` in a folder of the action's own.
fn step(name: &str, action: &Path, output: &str, more: &[(&str, &str)]) -> i32 {
    let mut command = Command::new("bash");
    command
        .arg(root().join("ci/action.sh"))
        .arg(name)
        .current_dir(action.parent().unwrap())
        .env("GITHUB_ACTION_PATH", action)
        .env("GITHUB_OUTPUT", output)
        .env("RUNNER_TEMP", action.parent().unwrap().join("temp"))
        .env("RUNNER_OS", "Linux")
        .env("RUNNER_ARCH", "X64")
        .envs(more.iter().copied());
    finish_in_time(&mut command).code
}

#[test]
fn a_build_is_cached_by_all_that_it_is_made_of() {
    let folder = Folder::new();
    let key = |folder: &Folder| {
        let output = folder.file("output", "");
        assert_eq!(step("key", &folder.path().join("action"), &output, &[]), 0);
        outputs(Path::new(&output))["key"].clone()
    };
    let files = ["Cargo.toml", "Cargo.lock", "build.rs", "src/a b/main.rs", "policies/x.rego"];
    for name in files {
        folder.file(&format!("action/{name}"), "1");
    }
    let first = key(&folder);
    assert!(first.starts_with("probity-Linux-X64-"), "{first}");
    assert_eq!(first.len(), "probity-Linux-X64-".len() + 64);
    assert_eq!(key(&folder), first);
    let mut keys = BTreeSet::from([first]);
    for name in files {
        folder.file(&format!("action/{name}"), "2");
        assert!(keys.insert(key(&folder)), "{name}");
    }
    folder.file("action/src/new.rs", "");
    assert!(keys.insert(key(&folder)), "a new file");
}

#[test]
fn the_binary_is_built_once_from_the_action_s_own_source() {
    let folder = Folder::new();
    folder.file("action/Cargo.toml", "");
    folder.file("temp/.keep", "");
    let cargo = "#!/bin/sh\nprintf '%s\\0' \"$PWD\" \"$@\" >>\"$ARGUMENTS\"\nfor root; do :; done\nmkdir -p \"$root/bin\"\nprintf '#!/bin/sh\\n' >\"$root/bin/probity\"\nchmod +x \"$root/bin/probity\"\n";
    script(&folder, "programs/cargo", cargo);
    let file = folder.path().join("arguments");
    let path = format!("{}/programs:{}", folder.text(), std::env::var("PATH").unwrap());
    let environment = [("ARGUMENTS", file.to_str().unwrap()), ("PATH", &*path)];
    let action = folder.path().join("action");
    for _ in 0..2 {
        let output = folder.file("output", "");
        assert_eq!(step("install", &action, &output, &environment), 0);
        let binary = format!("{}/temp/probity-installed/bin/probity", folder.text());
        assert_eq!(outputs(Path::new(&output))["binary"], binary);
    }
    let root = format!("{}/temp/probity-installed", folder.text());
    let action = action.canonicalize().unwrap();
    assert_eq!(
        recorded(&file),
        [action.to_str().unwrap(), "install", "--locked", "--path", ".", "--root", &root]
    );
}
