//! `ci/gitlab.yml`: its script under the shells that runners have.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::program::{faults, is_there, program, recorded, recorder, schema, yaml};
use crate::support::{Folder, Outcome, finish_in_time, sample};

const SHELLS: [&str; 3] = ["bash", "sh", "dash"];

/// A checkout in which the job runs.
struct Job {
    folder: Folder,
    shell: &'static str,
    /// Where programs are looked for first.
    programs: PathBuf,
}

impl Job {
    fn new(shell: &'static str) -> Self {
        let folder = Folder::new();
        let programs = PathBuf::from(program(&folder)).parent().unwrap().to_owned();
        fs::create_dir_all(folder.path().join("a checkout")).unwrap();
        Self { folder, shell, programs }
    }

    fn write(&self, name: &str, text: &str) {
        self.folder.file(&format!("a checkout/{name}"), text);
    }

    fn checkout(&self) -> PathBuf {
        self.folder.path().join("a checkout")
    }

    fn run(&self, variables: &[(&str, &str)]) -> Outcome {
        let job = &yaml("ci/gitlab.yml")[".probity"];
        let mut command = Command::new(self.shell);
        command.arg("-ec");
        // As runners do, where the shell can.
        let options = if self.shell == "bash" { "set -o pipefail\n" } else { "" };
        command.arg(format!("{options}{}", job["script"][0].as_str().unwrap()));
        for (name, value) in job["variables"].as_object().unwrap() {
            command.env(name, value.as_str().unwrap());
        }
        let path = format!("{}:/usr/bin:/bin", self.programs.display());
        command.current_dir(self.checkout()).env("PATH", path).env("RUST_BACKTRACE", "0");
        command.env("PROBITY_AT", "2026-11-21").envs(variables.iter().copied());
        finish_in_time(&mut command)
    }
}

/// The shells that are here.
fn shells() -> impl Iterator<Item = &'static str> {
    SHELLS.into_iter().filter(|shell| *shell != "dash" || is_there("dash"))
}

#[test]
fn the_schema_accepts_it() {
    let validator = schema("gitlab-ci.json");
    let template = yaml("ci/gitlab.yml");
    assert_eq!(faults(&validator, &template), Vec::<String>::new());
    let mut job = template[".probity"].clone();
    assert_eq!(faults(&validator, &serde_json::json!({"probity": job})), Vec::<String>::new());
    job["artifacts"]["when"] = Value::from("sometimes");
    assert!(!faults(&validator, &serde_json::json!({"probity": job})).is_empty(), "the schema sees nothing");
}

#[test]
fn the_exit_code_of_the_check_is_that_of_the_job() {
    for shell in shells() {
        let job = Job::new(shell);
        for (file, code, gate) in [
            ("huawei/coc/list-instance-compliant/compliant.json", 0, "pass"),
            ("huawei/coc/list-instance-compliant/non-compliant.json", 1, "fail"),
            ("errors/aws-throttling.json", 2, "error"),
        ] {
            job.write("nodes.json", &sample(file));
            let outcome = job.run(&[("PROBITY_PATHS", "nodes.json")]);
            assert_eq!(outcome.code, code, "{shell} {file} {}", outcome.stderr);
            let reports = job.checkout().join("probity-reports");
            let result: Value =
                serde_json::from_str(&fs::read_to_string(reports.join("result.json")).unwrap()).unwrap();
            assert_eq!(result["gate"], gate);
            for artifact in ["report.html", "junit.xml", "gl-code-quality.json"] {
                assert!(fs::metadata(reports.join(artifact)).unwrap().len() > 0, "{artifact}");
            }
            assert!(outcome.stdout.contains("gate: "), "{shell}: {}", outcome.stdout);
        }
        let outcome = job.run(&[("PROBITY_PATHS", "")]);
        assert_eq!(outcome.code, 2, "{shell}: no path {}", outcome.stderr);
    }
}

#[test]
fn the_reports_are_those_that_gitlab_is_told_of() {
    let artifacts = &yaml("ci/gitlab.yml")[".probity"]["artifacts"];
    let script = &yaml("ci/gitlab.yml")[".probity"]["script"][0];
    for report in artifacts["reports"].as_object().unwrap().values() {
        assert!(script.as_str().unwrap().contains(&format!("={}", report.as_str().unwrap())), "{report}");
    }
}

#[test]
fn hostile_names_are_only_names() {
    for shell in shells() {
        let job = Job::new(shell);
        let names = [
            "with spaces.json",
            "'a' \"b\".json",
            "$(touch pwned).json",
            "`touch pwned`.json",
            "-x.json",
            "*.json",
        ];
        for name in names {
            job.write(name, &sample("huawei/coc/list-instance-compliant/compliant.json"));
            let outcome = job.run(&[("PROBITY_PATHS", name)]);
            assert_eq!(outcome.code, 0, "{shell} {name}: {}", outcome.stderr);
        }
        let outcome = job.run(&[("PROBITY_PATHS", "x\n$(touch pwned)\n--no-builtin")]);
        assert_eq!(outcome.code, 2, "{shell}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("cannot read `$(touch pwned)`"), "{shell}: {}", outcome.stderr);
        let files = fs::read_dir(job.checkout()).unwrap().count();
        assert_eq!(files, names.len() + 1, "{shell}: only the reports were added");
    }
}

#[test]
fn every_variable_reaches_the_program() {
    for shell in shells() {
        let mut job = Job::new(shell);
        recorder(&job.folder, "recording/probity");
        job.programs = job.folder.path().join("recording");
        let file = job.folder.path().join("arguments");
        let outcome = job.run(&[
            ("ARGUMENTS", file.to_str().unwrap()),
            ("PROBITY_PATHS", "b c\n\n$d\n*"),
            ("PROBITY_CONFIG", "my probity.toml"),
            ("PROBITY_POLICIES", "p 1\np'2"),
            ("PROBITY_FAIL_ON", "high"),
            ("PROBITY_INCONCLUSIVE", "warn"),
            ("PROBITY_RATCHET", "r j"),
            ("PROBITY_WAIVERS", "w1\nw 2"),
            ("PROBITY_EXPECT", "aws.ssm.GetPatchBaseline=ids.csv#id"),
            ("PROBITY_MAX_AGE", "7d"),
            ("PROBITY_ARGS", "--strict\n--rule=HWC-*"),
        ]);
        assert_eq!(outcome.code, 0, "{shell}: {}", outcome.stderr);
        assert_eq!(
            recorded(&file),
            [
                "check",
                "--format",
                "pretty",
                "--output=json=probity-reports/result.json",
                "--output=html=probity-reports/report.html",
                "--output=junit=probity-reports/junit.xml",
                "--output=gitlab=probity-reports/gl-code-quality.json",
                "--config=my probity.toml",
                "--policies=p 1",
                "--policies=p'2",
                "--fail-on=high",
                "--inconclusive=warn",
                "--ratchet=r j",
                "--waivers=w1",
                "--waivers=w 2",
                "--expect=aws.ssm.GetPatchBaseline=ids.csv#id",
                "--at=2026-11-21",
                "--max-age=7d",
                "--strict",
                "--rule=HWC-*",
                "--",
                "b c",
                "$d",
                "*",
            ],
            "{shell}"
        );
    }
}

#[test]
fn a_binary_is_built_where_there_is_none() {
    for shell in shells() {
        let mut job = Job::new(shell);
        job.programs = job.folder.path().join("nothing");
        let outcome = job.run(&[("PROBITY_PATHS", "x")]);
        assert_eq!(outcome.code, 2, "{shell}");
        assert!(outcome.stderr.contains("set PROBITY_SOURCE and PROBITY_REF"), "{}", outcome.stderr);

        let cargo = format!(
            "#!/bin/sh\nprintf '%s\\0' \"$@\" >>\"$ARGUMENTS\"\nmkdir -p .probity/bin\nln -s '{}' .probity/bin/probity\n",
            recorder(&job.folder, "recorder")
        );
        super::program::script(&job.folder, "building/cargo", &cargo);
        job.programs = job.folder.path().join("building");
        let file = job.folder.path().join("arguments");
        for _ in 0..2 {
            let outcome = job.run(&[
                ("ARGUMENTS", file.to_str().unwrap()),
                ("PROBITY_PATHS", "x"),
                ("PROBITY_SOURCE", "https://host/a b.git"),
                ("PROBITY_REF", "v1"),
            ]);
            assert_eq!(outcome.code, 0, "{shell}: {}", outcome.stderr);
        }
        let calls = recorded(&file);
        let expected = [
            "install",
            "--locked",
            "--git",
            "https://host/a b.git",
            "--rev",
            "v1",
            "--root",
            ".probity",
            "probity",
        ];
        assert_eq!(calls[..expected.len()], expected, "{shell}");
        let builds = calls.iter().filter(|argument| *argument == "install").count();
        assert_eq!(builds, 1, "{shell}: the second job has it from the cache");
    }
}
