//! `.pre-commit-hooks.yaml`, held against what pre-commit knows; `.ci/ci-integrations` runs pre-commit itself.

use std::fs;

use regex::Regex;
use serde::Deserialize;

use crate::support::{probity, root};

/// A hook, with the keys that this project uses of those that pre-commit knows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hook {
    id: String,
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "description")]
    _description: String,
    entry: String,
    #[serde(default)]
    args: Vec<String>,
    language: String,
    files: String,
    #[serde(default = "passes")]
    pass_filenames: bool,
    #[serde(default)]
    require_serial: bool,
}

const fn passes() -> bool {
    true
}

fn hooks() -> Vec<Hook> {
    serde_saphyr::from_str(&fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap()).unwrap()
}

/// Runs a hook as pre-commit does: the entry, the arguments, and the names where it passes them.
fn run(hook: &Hook, arguments: Option<&[&str]>, names: &[&str]) -> (i32, String) {
    let mut words = hook.entry.split(' ');
    assert_eq!(words.next(), Some("probity"));
    let mut all: Vec<&str> = words.collect();
    all.extend(arguments.map_or_else(|| hook.args.iter().map(String::as_str).collect(), <[&str]>::to_vec));
    if hook.pass_filenames {
        all.extend(names);
    }
    let outcome = probity(&all);
    (outcome.code, outcome.stdout + &outcome.stderr)
}

fn hook(id: &str) -> Hook {
    hooks().into_iter().find(|hook| hook.id == id).unwrap()
}

const PAGES: [&str; 3] = [
    "samples/alibaba/oos/list-instance-patch-states/pages/page-1.json",
    "samples/alibaba/oos/list-instance-patch-states/pages/page-2.json",
    "samples/alibaba/oos/list-instance-patch-states/pages/page-3.json",
];

#[test]
fn the_hooks_are_these() {
    let ids: Vec<String> = hooks().into_iter().map(|hook| hook.id).collect();
    assert_eq!(ids, ["probity-check", "probity-lint", "probity-test", "probity-check-files"]);
    for hook in hooks() {
        assert_eq!(hook.language, "rust", "{}", hook.id);
        assert!(hook.require_serial, "{}", hook.id);
        assert_eq!(hook.pass_filenames, hook.id == "probity-check-files", "{}", hook.id);
    }
}

#[test]
fn a_snapshot_is_judged_whole_whichever_page_changed() {
    let check = hook("probity-check");
    let folder = ["samples/alibaba/oos/list-instance-patch-states/pages", "--at=2026-11-21"];
    let (code, text) = run(&check, Some(&folder), &PAGES[1..2]);
    assert_eq!(code, 0, "{text}");
    // The other hook is for snapshots of one file: what it is given is not whole, and it says so.
    let (code, text) = run(&hook("probity-check-files"), Some(&["--at=2026-11-21"]), &PAGES[1..2]);
    assert_eq!(code, 2);
    assert!(text.contains("payload.incomplete"), "{text}");
    let (code, text) = run(&hook("probity-check-files"), Some(&["--at=2026-11-21"]), &PAGES);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn without_arguments_there_is_nothing_to_judge() {
    let (code, text) = run(&hook("probity-check"), None, &[]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("input.none"), "{text}");
}

#[test]
fn policies_are_linted_and_tested() {
    for id in ["probity-lint", "probity-test"] {
        let (code, text) = run(&hook(id), None, &[]);
        assert_eq!(code, 0, "{id}: {text}");
        let (code, _) = run(&hook(id), Some(&["no/such/folder"]), &[]);
        assert_eq!(code, 2, "{id}");
    }
}

#[test]
fn they_run_when_such_files_change() {
    let payloads = Regex::new(&hook("probity-check").files).unwrap();
    for name in ["a.json", "a/b.ndjson", "b.jsonl", "b.json.gz", "b.ndjson.zst"] {
        assert!(payloads.is_match(name), "{name}");
    }
    for name in ["a.rego", "a.json.txt", "json", "a.jsonc"] {
        assert!(!payloads.is_match(name), "{name}");
    }
    assert_eq!(hook("probity-check-files").files, payloads.as_str());
    for id in ["probity-lint", "probity-test"] {
        let policies = Regex::new(&hook(id).files).unwrap();
        assert!(policies.is_match("policies/a.rego") && !policies.is_match("a.rego.txt"));
    }
}
