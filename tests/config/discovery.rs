//! Where the configuration is looked for, and what paths in it mean.

use std::fs;

use super::{Project, run};
use crate::support::{CLOCK, Folder, places, rule};

/// The file that a command says it took its settings from.
fn config_of(project: &Project, folder: &str, arguments: &[&str]) -> Option<String> {
    let outcome = project.run_in(folder, &[&["config", "--format", "json"], arguments].concat());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{folder} {arguments:?}");
    outcome.json()["config"].as_str().map(str::to_owned)
}

#[test]
fn it_is_found_in_the_folder_and_in_those_above() {
    let project = Project::new("strict = true");
    assert_eq!(config_of(&project, "", &[]).as_deref(), Some("probity.toml"));
    assert_eq!(config_of(&project, "a/b", &[]).as_deref(), Some("../../probity.toml"));
    project.file("a/probity.toml", "");
    assert_eq!(config_of(&project, "a/b", &[]).as_deref(), Some("../probity.toml"), "the nearest counts");
    assert_eq!(config_of(&project, "", &[]).as_deref(), Some("probity.toml"));
}

#[test]
fn nothing_above_a_repository_reaches_into_it() {
    let project = Project::new("builtin = false");
    for (inner, is_file) in [("a", false), ("b", true)] {
        // Of a worktree or a submodule `.git` is a file.
        if is_file {
            project.file(&format!("{inner}/.git"), "gitdir: elsewhere");
        } else {
            fs::create_dir_all(project.path().join(inner).join(".git")).unwrap();
        }
        assert_eq!(config_of(&project, &format!("{inner}/deep"), &[]), None, "{inner}");
        assert_eq!(config_of(&project, inner, &[]), None, "{inner}");
        project.file(&format!("{inner}/probity.toml"), "");
        let found = config_of(&project, &format!("{inner}/deep"), &[]);
        assert_eq!(found.as_deref(), Some("../probity.toml"), "beside .git it counts");
    }
}

#[test]
fn it_may_be_named_or_left_out() {
    let project = Project::new("strict = true");
    project.file("ci/gate.toml", "allow_empty = true");
    assert_eq!(config_of(&project, "", &["--config", "ci/gate.toml"]).as_deref(), Some("ci/gate.toml"));
    assert_eq!(config_of(&project, "ci/x", &["--config", "../gate.toml"]).as_deref(), Some("../gate.toml"));
    let absolute = project.path().join("ci/gate.toml");
    let absolute = absolute.to_str().unwrap();
    assert_eq!(
        config_of(&project, "", &["--config", absolute]).as_deref(),
        Some("ci/gate.toml"),
        "told from the working directory where it lies below it"
    );
    assert_eq!(config_of(&project, "", &["--no-config"]), None);
    let both = project.run(&["check", "--config", "ci/gate.toml", "--no-config"]);
    assert_eq!((both.code, both.stdout.as_str()), (2, ""));
    let elsewhere = Folder::new();
    let (_, source) = super::setting(
        &run(&elsewhere.path(), &["config", "--format", "json", "--config", absolute]),
        "allow_empty",
    );
    assert_eq!(source, format!("{absolute}:1:1"));
}

#[test]
fn one_that_cannot_be_read_is_an_error_and_never_left_out_in_silence() {
    let project = Project::new("");
    let refused = |arguments: &[&str], folder: &str, words: &str| {
        let outcome = project.run_in(folder, &[&["check"], arguments].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(outcome.stderr.contains("config.unreadable"), "{}", outcome.stderr);
        let told = outcome.stderr.replace('│', " ");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(words), "{words}: {told}");
    };
    refused(&["nodes.json", "--config", "none.toml"], "", "`none.toml`");
    refused(&["nodes.json", "--config", "."], "", "a directory, not a file");
    fs::create_dir_all(project.path().join("folder/probity.toml")).unwrap();
    refused(&["../nodes.json"], "folder", "`probity.toml`: it is a directory");
    refused(&["../../nodes.json"], "folder/below", "`../probity.toml`: it is a directory");
    project.file("large/probity.toml", "#".repeat((1 << 20) + 1));
    refused(&["../nodes.json"], "large", "larger than 1048576 bytes");
    #[cfg(unix)]
    {
        fs::create_dir_all(project.path().join("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", project.path().join("link/probity.toml")).unwrap();
        refused(&["../nodes.json"], "link", "No such file");
    }
    let without = project.run_in("folder", &["check", "../nodes.json", "--no-config", "--at", CLOCK]);
    assert_eq!(without.code, 0, "{}", without.stderr);
}

#[test]
fn paths_are_those_of_its_folder_and_told_from_the_working_directory() {
    let project =
        Project::new("inputs = [\"data/*.json\", \"nodes.json\"]\npolicies = [\"rules\"]\nbuiltin = false\n");
    project.file("data/bad.json", fs::read(project.path().join("bad.json")).unwrap());
    project.file(
        "rules/one.rego",
        rule("ORG-1", "org.one", "deny contains \"x\" if input.resource.name == \"nobody\""),
    );
    let files = |folder: &str, arguments: &[&str]| {
        let outcome =
            project.run_in(folder, &[&["check", "--format", "json", "--at", CLOCK], arguments].concat());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{folder}");
        let document = outcome.json();
        let inputs = document["inputs"].as_array().unwrap();
        let name = |value: &serde_json::Value| value["file"].as_str().unwrap().to_owned();
        (inputs.iter().map(name).collect::<Vec<_>>(), name(&document["policies"][0]))
    };
    let (inputs, policy) = files("", &[]);
    assert_eq!(
        (inputs, policy.as_str()),
        (vec!["data/bad.json".to_owned(), "nodes.json".to_owned()], "rules/one.rego")
    );
    let (inputs, policy) = files("sub/deep", &[]);
    assert_eq!(inputs, ["../../data/bad.json", "../../nodes.json"]);
    assert_eq!(policy, "../../rules/one.rego");
    let (inputs, policy) = files("data", &[]);
    assert_eq!(inputs, ["../nodes.json", "bad.json"], "what lies below the working directory is told so");
    assert_eq!(policy, "../rules/one.rego");
    // Paths of the command line are the working directory's.
    let (inputs, _) = files("sub/deep", &["../../bad.json"]);
    assert_eq!(inputs, ["../../bad.json"]);
}

#[test]
fn the_name_of_its_folder_is_no_glob() {
    let folder = Folder::new();
    let config = folder.file("a[1]/probity.toml", "inputs = [\"*.json\"]");
    folder.file("a[1]/nodes.json", crate::support::sample(super::NODES));
    let outcome = run(&folder.path(), &["check", "--config", "a[1]/probity.toml", "--at", CLOCK]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let outcome = crate::support::probity(&["check", "--config", &config, "--at", CLOCK]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

#[test]
fn line_ends_byte_order_marks_and_other_letters_move_no_place() {
    for (text, place) in [
        ("strict = true\r\nfail_on = \"hihg\"\r\n", "probity.toml:2:11"),
        ("\u{feff}fail_on = \"hihg\"", "probity.toml:1:11"),
        ("\u{feff}# ü\r\n\"fail_on\" = \"hihg\"", "probity.toml:2:13"),
        // `rule = { "é𝄞" = { enabled = ` is 28 characters.
        ("rule = { \"é𝄞\" = { enabled = 1 } }", "probity.toml:1:29"),
        ("\t\tfail_on =\t\"hihg\"", "probity.toml:1:13"),
    ] {
        let project = Project::new(text);
        let outcome = project.check(&["nodes.json"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{text}");
        assert_eq!(places(&outcome), [place], "{text}: {}", outcome.stderr);
    }
    let project = Project::new("\u{feff}strict = true\r\n# é\r\nmax_age = \"7d\"\r\n");
    assert_eq!(project.setting("strict", &[]).1, "probity.toml:1:1");
    assert_eq!(project.setting("max_age", &[]).1, "probity.toml:3:1");
}
