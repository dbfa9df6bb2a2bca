//! Running the binary.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The clock of most tests.
pub(crate) const CLOCK: &str = "2026-11-21T00:00:00Z";

/// What a run of the binary gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The codes of the diagnostics of a JSON result, with their lines and columns.
    pub(crate) fn diagnostics(&self) -> Vec<(String, Option<u64>, Option<u64>)> {
        let document = self.json();
        document["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|diagnostic| {
                let code = diagnostic["code"].as_str().unwrap().to_owned();
                (code, diagnostic["line"].as_u64(), diagnostic["column"].as_u64())
            })
            .collect()
    }

    /// The codes of the diagnostics of a JSON result.
    pub(crate) fn codes(&self) -> Vec<String> {
        self.diagnostics().into_iter().map(|(code, ..)| code).collect()
    }

    /// How many verdicts of a kind a JSON result counts.
    pub(crate) fn verdicts(&self, verdict: &str) -> u64 {
        self.json()["summary"]["verdicts"][verdict].as_u64().unwrap()
    }
}

/// The project's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The binary, called from the project's root, with nothing of the environment that changes output.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command
        .args(arguments)
        .current_dir(root())
        .env_remove("NO_COLOR")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env("RUST_BACKTRACE", "0");
    command
}

/// Runs the binary.
pub(crate) fn probity(arguments: &[&str]) -> Outcome {
    finish(command(arguments).stdin(Stdio::null()))
}

/// Runs the binary with something on standard input.
pub(crate) fn probity_with(arguments: &[&str], stdin: &[u8]) -> Outcome {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let bytes = stdin.to_vec();
    let writer = std::thread::spawn(move || {
        // The binary need not read all of it.
        let _ = pipe.write_all(&bytes);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn finish(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `check … --format json` at the tests' clock.
pub(crate) fn check(arguments: &[&str]) -> Outcome {
    let all = [&["check", "--format", "json", "--at", CLOCK], arguments].concat();
    probity(&all)
}

/// A folder for the files of one test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    pub(crate) fn text(&self) -> String {
        self.0.path().to_str().unwrap().to_owned()
    }
}

/// A sample's text.
pub(crate) fn sample(path: &str) -> String {
    fs::read_to_string(root().join("samples").join(path)).unwrap()
}

/// Runs a command that must come to an end by itself, with nothing on standard input.
pub(crate) fn finish_in_time(command: &mut Command) -> Outcome {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    end_in_time(child)
}

/// What a process gives whose outputs are pipes. One that hangs is ended, and fails the test.
pub(crate) fn end_in_time(mut child: std::process::Child) -> Outcome {
    fn all_of(mut pipe: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<String> {
        std::thread::spawn(move || {
            let mut text = String::new();
            pipe.read_to_string(&mut text).unwrap();
            text
        })
    }
    let stdout = all_of(child.stdout.take().unwrap());
    let stderr = all_of(child.stderr.take().unwrap());
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if std::time::Instant::now() > deadline {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the binary does not come to an end");
        }
        std::thread::park_timeout(std::time::Duration::from_millis(2));
    };
    Outcome { code: status.code().unwrap(), stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

/// A user's rule about Huawei's reports, of severity high; `body` begins in line 9.
pub(crate) fn rule(id: &str, package: &str, body: &str) -> String {
    format!(
        "# METADATA\n# title: A rule of the tests\n# custom:\n#   id: {id}\n#   severity: high\n#   applies_to: huawei.coc.ListInstanceCompliant\npackage {package}\n\n{body}\n"
    )
}

/// A compliance report that every built-in rule is content with at [`CLOCK`].
pub(crate) fn report(instance_id: &str) -> Value {
    let page: Value =
        serde_json::from_str(&sample("huawei/coc/list-instance-compliant/compliant.json")).unwrap();
    let mut report = page["instance_compliant"][0].clone();
    report["instance_id"] = Value::from(instance_id);
    report
}

/// A complete page of compliance reports.
pub(crate) fn page(reports: &[Value]) -> String {
    serde_json::json!({"count": reports.len(), "instance_compliant": reports}).to_string()
}

/// The places that diagnostics on standard error name, as `file:line:column`, without the folder.
pub(crate) fn places(outcome: &Outcome) -> Vec<String> {
    let marks = outcome.stderr.lines().filter_map(|line| line.split_once("─[")?.1.strip_suffix(']'));
    marks.map(|place| place.rsplit('/').next().unwrap().to_owned()).collect()
}

/// Whether a document is what a JSON Schema asks for.
#[track_caller]
pub(crate) fn validates(validator: &jsonschema::Validator, document: &Value) {
    let problems: Vec<String> = validator
        .iter_errors(document)
        .take(5)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}
