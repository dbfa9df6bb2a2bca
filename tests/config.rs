//! Settings from `probity.toml`: where it is found, what it may say, what that changes, and who outweighs whom.

mod discovery;
mod effects;
mod precedence;
mod problems;
mod rules;
mod schema;
mod shown;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::support::{CLOCK, Folder, Outcome, command, finish, sample};

/// Four nodes: 3 critical patches, 0, 0, and one of which nobody can tell.
pub(crate) const BAD_NODES: &str = "huawei/coc/list-instance-compliant/non-compliant.json";
/// Three nodes without fault.
pub(crate) const NODES: &str = "huawei/coc/list-instance-compliant/compliant.json";

/// A folder with a configuration, which nothing above it reaches into.
pub(crate) struct Project(Folder);

impl Project {
    /// A project whose configuration says this, beside `bad.json` and `nodes.json`.
    pub(crate) fn new(config: &str) -> Self {
        let folder = Folder::new();
        fs::create_dir(folder.path().join(".git")).unwrap();
        folder.file("bad.json", sample(BAD_NODES));
        folder.file("nodes.json", sample(NODES));
        folder.file("probity.toml", config);
        Self(folder)
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        self.0.file(name, content)
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.0.path()
    }

    /// Runs the binary in a folder of the project.
    pub(crate) fn run_in(&self, folder: &str, arguments: &[&str]) -> Outcome {
        let folder = self.0.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        run(&folder, arguments)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_in("", arguments)
    }

    /// `check … --format json` at the tests' clock.
    pub(crate) fn check(&self, arguments: &[&str]) -> Outcome {
        self.run(&[&["check", "--format", "json", "--at", CLOCK], arguments].concat())
    }

    /// The ids of the rules that take part in a check.
    pub(crate) fn rules(&self, arguments: &[&str]) -> Vec<String> {
        let outcome = self.check(arguments);
        let document = outcome.json();
        let policies = document["policies"].as_array().unwrap();
        policies.iter().map(|policy| policy["id"].as_str().unwrap().to_owned()).collect()
    }

    /// What `probity config` says of a key: its value, and where that comes from.
    pub(crate) fn setting(&self, key: &str, arguments: &[&str]) -> (serde_json::Value, String) {
        let outcome = self.run(&[&["config", "--format", "json"], arguments].concat());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{arguments:?}");
        setting(&outcome, key)
    }
}

/// A key of what `probity config --format json` printed.
pub(crate) fn setting(outcome: &Outcome, key: &str) -> (serde_json::Value, String) {
    let document = outcome.json();
    let found: Vec<_> =
        document["settings"].as_array().unwrap().iter().filter(|setting| setting["key"] == key).collect();
    let [setting] = found[..] else { panic!("{key}: {found:?}") };
    let source = &setting["source"];
    let source = match source["kind"].as_str().unwrap() {
        "file" => format!("{}:{}:{}", source["file"].as_str().unwrap(), source["line"], source["column"]),
        kind => kind.to_owned(),
    };
    (setting["value"].clone(), source)
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Outcome {
    finish(command(arguments).current_dir(folder).stdin(Stdio::null()))
}
