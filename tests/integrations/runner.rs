//! A runner of composite actions: as much of GitHub's as `action.yml` needs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::program::{program, yaml};
use crate::support::{Folder, finish_in_time, root};

/// A job with one step, which uses the action.
pub(super) struct Job {
    pub(super) folder: Folder,
    inputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
}

/// How it ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) log: String,
    pub(super) summary: String,
    pub(super) outputs: BTreeMap<String, String>,
    /// The actions that were used, with their inputs.
    pub(super) used: Vec<(String, BTreeMap<String, String>)>,
}

impl Job {
    /// A job with the real binary.
    pub(super) fn new(paths: &str) -> Self {
        let folder = Folder::new();
        let binary = program(&folder);
        let mut job = Self { folder, inputs: BTreeMap::new(), environment: BTreeMap::new() };
        for (name, input) in yaml("action.yml")["inputs"].as_object().unwrap() {
            let default = input["default"].as_str().unwrap_or_default().to_owned();
            job.inputs.insert(name.clone(), default);
        }
        for (name, value) in [("paths", paths), ("binary", &binary), ("at", "2026-11-21")] {
            job.set(name, value);
        }
        job
    }

    /// Gives an input.
    pub(super) fn set(&mut self, name: &str, value: &str) -> &mut Self {
        assert!(self.inputs.insert(name.to_owned(), value.to_owned()).is_some(), "no input {name}");
        self
    }

    /// Gives an environment variable.
    pub(super) fn environment(&mut self, name: &str, value: &str) -> &mut Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The checkout: the action is called in it.
    pub(super) fn workspace(&self) -> PathBuf {
        let path = self.folder.path().join("a checkout");
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Writes a file of the checkout.
    pub(super) fn write(&self, name: &str, text: &str) {
        self.folder.file(&format!("a checkout/{name}"), text);
    }

    /// Runs the action's steps.
    pub(super) fn run(&self) -> Ended {
        let action = yaml("action.yml");
        let mut steps = BTreeMap::new();
        let mut ended = Ended {
            code: 0,
            log: String::new(),
            summary: String::new(),
            outputs: BTreeMap::new(),
            used: Vec::new(),
        };
        let summary = self.folder.file("summary.md", "");
        for (index, step) in action["runs"]["steps"].as_array().unwrap().iter().enumerate() {
            if !self.is_due(step, ended.code, &steps) {
                continue;
            }
            if let Some(uses) = step["uses"].as_str() {
                let with = step["with"].as_object().into_iter().flatten();
                let with =
                    with.map(|(name, value)| (name.clone(), self.value(value.as_str().unwrap(), &steps)));
                ended.used.push((uses.to_owned(), with.collect()));
                continue;
            }
            let output = self.folder.file(&format!("output-{index}"), "");
            let code = self.step(step, &steps, &output, &summary, &mut ended.log);
            if ended.code == 0 {
                ended.code = code;
            }
            if let Some(id) = step["id"].as_str() {
                steps.insert(id.to_owned(), outputs(Path::new(&output)));
            }
        }
        for (name, output) in action["outputs"].as_object().unwrap() {
            ended.outputs.insert(name.clone(), self.value(output["value"].as_str().unwrap(), &steps));
        }
        ended.summary = fs::read_to_string(summary).unwrap();
        ended
    }

    fn step(
        &self,
        step: &Value,
        steps: &BTreeMap<String, BTreeMap<String, String>>,
        output: &str,
        summary: &str,
        log: &mut String,
    ) -> i32 {
        assert_eq!(step["shell"], "bash");
        let temporary = self.folder.path().join("runner's temporary files");
        fs::create_dir_all(&temporary).unwrap();
        let run = self.folder.file("step.sh", step["run"].as_str().unwrap());
        let mut command = Command::new("bash");
        // As GitHub calls it, and its two streams are one log.
        command
            .args([
                "--noprofile",
                "--norc",
                "-c",
                "exec bash --noprofile --norc -eo pipefail \"$0\" 2>&1",
                &run,
            ])
            .current_dir(self.workspace())
            .envs(&self.environment)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_WORKSPACE", self.workspace())
            .env("GITHUB_OUTPUT", output)
            .env("GITHUB_STEP_SUMMARY", summary)
            .env("RUNNER_TEMP", temporary)
            .env("RUST_BACKTRACE", "0");
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            command.env(name, self.value(value.as_str().unwrap(), steps));
        }
        let outcome = finish_in_time(&mut command);
        assert_eq!(outcome.stderr, "");
        log.push_str(&outcome.stdout);
        outcome.code
    }

    /// Whether a step runs: the conditions that `action.yml` has.
    fn is_due(&self, step: &Value, code: i32, steps: &BTreeMap<String, BTreeMap<String, String>>) -> bool {
        let Some(condition) = step["if"].as_str() else { return code == 0 };
        let condition = condition.strip_prefix("${{ ").unwrap().strip_suffix(" }}").unwrap();
        let mut parts: Vec<&str> = condition.split(" && ").collect();
        let goes_on = parts[0] == "!cancelled()";
        if goes_on {
            parts.remove(0);
        }
        let side = |text: &str| match text.strip_prefix('\'') {
            Some(literal) => literal.strip_suffix('\'').unwrap().to_owned(),
            None => self.expression(text, steps),
        };
        let holds = |part: &&str| match (part.split_once(" == "), part.split_once(" != ")) {
            (Some((left, right)), None) => side(left) == side(right),
            (None, Some((left, right))) => side(left) != side(right),
            _ => panic!("a condition that this runner does not know: {part}"),
        };
        (goes_on || code == 0) && parts.iter().all(holds)
    }

    /// A text of `action.yml`, which is an expression or plain.
    fn value(&self, text: &str, steps: &BTreeMap<String, BTreeMap<String, String>>) -> String {
        let inner = text.strip_prefix("${{ ").and_then(|text| text.strip_suffix(" }}"));
        assert!(inner.is_some() || !text.contains("${{"), "{text}");
        inner.map_or_else(|| text.to_owned(), |expression| self.expression(expression, steps))
    }

    fn expression(&self, text: &str, steps: &BTreeMap<String, BTreeMap<String, String>>) -> String {
        let parts: Vec<&str> = text.split('.').collect();
        match parts[..] {
            ["inputs", name] => self.inputs[name].clone(),
            // Of a step that did not run there is nothing.
            ["steps", id, "outputs", name] => {
                steps.get(id).and_then(|outputs| outputs.get(name)).cloned().unwrap_or_default()
            }
            _ => panic!("an expression that GitHub may know, but this runner does not: {text}"),
        }
    }
}

/// What a step wrote to `GITHUB_OUTPUT`.
pub(super) fn outputs(path: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| {
        let (name, value) = line.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    lines.collect()
}
