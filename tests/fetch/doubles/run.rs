//! The binary, run against doubles.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use probity::snapshot::SnapshotV1;

use super::{Double, SECRET, TOKEN};
use crate::support::{Folder, Outcome, command, finish_in_time};

/// What no output may hold.
pub(crate) const CANARIES: [&str; 8] = [
    SECRET,
    TOKEN,
    "canary%2Fsecret",
    "canary%2Fsession",
    r"canary\/session",
    "canary/renewed",
    "canary%2Frenewed",
    r"canary\/renewed",
];

/// What a fetch left behind.
pub(crate) struct Fetched {
    pub(crate) outcome: Outcome,
    pub(crate) out: Folder,
}

impl Fetched {
    /// The folders that were printed, with their manifests.
    pub(crate) fn snapshots(&self) -> Vec<(PathBuf, SnapshotV1)> {
        self.outcome
            .stdout
            .lines()
            .map(|line| {
                let folder = PathBuf::from(line);
                let text = fs::read_to_string(folder.join("snapshot.json")).unwrap();
                (folder, serde_json::from_str(&text).unwrap())
            })
            .collect()
    }

    /// The only one.
    pub(crate) fn snapshot(&self) -> (PathBuf, SnapshotV1) {
        let mut snapshots = self.snapshots();
        assert_eq!(snapshots.len(), 1, "{}\n{}", self.outcome.stdout, self.outcome.stderr);
        snapshots.remove(0)
    }

    /// Every file below the folder, as the paths in it.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(&self.out.path(), &mut files);
        files.sort();
        files
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// The binary with credentials of all clouds in its environment, and nothing else there.
pub(crate) fn fetch_command(double: &Double, arguments: &[&str], out: &Folder) -> Command {
    let (url, out) = (double.url(), out.text());
    let mut command = command(&[&["fetch"], arguments, &["--endpoint", &url, "--out", &out]].concat());
    command.env_clear();
    for name in ["AWS_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID", "HUAWEICLOUD_SDK_AK"] {
        command.env(name, "AKIDEXAMPLE");
    }
    for name in ["AWS_SECRET_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "HUAWEICLOUD_SDK_SK"] {
        command.env(name, SECRET);
    }
    for name in ["AWS_SESSION_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "HUAWEICLOUD_SDK_SECURITY_TOKEN"] {
        command.env(name, TOKEN);
    }
    command.env("HUAWEICLOUD_SDK_DOMAIN_ID", "domain-1").env("HOME", Folder::new().path());
    command
}

/// Runs it to its end. Whatever it says and writes, no secret is in it.
pub(crate) fn fetch(double: &Double, arguments: &[&str]) -> Fetched {
    let out = Folder::new();
    fetched_by(&mut fetch_command(double, arguments, &out), out)
}

/// Runs a command that writes to this folder. Whatever it says and writes, no secret is in it.
pub(crate) fn fetched_by(command: &mut Command, out: Folder) -> Fetched {
    let fetched = Fetched { outcome: finish_in_time(command), out };
    let mut said = vec![fetched.outcome.stdout.clone(), fetched.outcome.stderr.clone()];
    for file in fetched.files() {
        said.push(String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned());
        said.push(file.to_string_lossy().into_owned());
    }
    for text in said {
        for canary in CANARIES {
            assert!(!text.contains(canary), "a secret is in:\n{text}");
        }
    }
    fetched
}
