//! `docs/ci.md`: its commands run in a copy of `examples/fleet`, its YAML fits what it is for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::program::{faults, schema, yaml};
use crate::support::{Folder, root};

fn text() -> String {
    fs::read_to_string(root().join("docs/ci.md")).unwrap()
}

/// The blocks of YAML: a workflow, a pipeline, a configuration of pre-commit.
fn blocks() -> [Value; 3] {
    let text = text();
    let blocks = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let blocks: Vec<Value> = blocks.map(|block| serde_saphyr::from_str(block).unwrap()).collect();
    blocks.try_into().unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn its_commands_run_as_shown() {
    // What stands beside a page under these names is a copy that its commands may write to.
    let folder = Folder::new();
    let page = folder.file("ci.md", text());
    copy(&root().join("examples/fleet"), &folder.path().join("ci.in"));
    folder.file("ci.out/.keep", "");
    trycmd::TestCases::new().env("NO_COLOR", "1").env("RUST_BACKTRACE", "0").case(page);
}

#[test]
fn it_names_every_setting() {
    let text = text();
    let rows: Vec<Vec<String>> = text
        .split("## Settings\n")
        .nth(1)
        .unwrap()
        .lines()
        .skip_while(|line| !line.starts_with("| ---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect())
        .collect();
    let column = |index: usize| -> BTreeSet<String> {
        rows.iter().map(|row| row[index].clone()).filter(|name| !name.is_empty()).collect()
    };
    let keys = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(column(1), keys(&yaml("action.yml")["inputs"]));
    assert_eq!(column(2), keys(&yaml("ci/gitlab.yml")[".probity"]["variables"]));
    for output in keys(&yaml("action.yml")["outputs"]) {
        assert!(text.contains(&format!("`{output}`")), "{output}");
    }
}

#[test]
fn its_workflow_gives_inputs_that_there_are() {
    let [workflow, ..] = blocks();
    let action = yaml("action.yml");
    let steps = workflow["jobs"]["gate"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["uses"] == "OWNER/probity@REF").unwrap();
    for name in step["with"].as_object().unwrap().keys() {
        assert!(action["inputs"][name].is_object(), "{name}");
    }
}

#[test]
fn its_pipeline_fits_the_schema_and_the_template() {
    let [_, pipeline, _] = blocks();
    assert_eq!(faults(&schema("gitlab-ci.json"), &pipeline), Vec::<String>::new());
    let known = &yaml("ci/gitlab.yml")[".probity"]["variables"];
    for name in pipeline["compliance"]["variables"].as_object().unwrap().keys() {
        assert!(known[name].is_string(), "{name}");
    }
    let reports = ["result.json", "report.html", "junit.xml", "gl-code-quality.json"];
    let script = yaml("ci/gitlab.yml")[".probity"]["script"][0].as_str().unwrap().to_owned();
    for report in reports {
        assert!(script.contains(&format!("probity-reports/{report}")) && text().contains(report), "{report}");
    }
}

#[test]
fn its_hooks_are_those_that_there_are() {
    let [.., configuration] = blocks();
    let manifest = yaml(".pre-commit-hooks.yaml");
    let ids: BTreeSet<&str> =
        manifest.as_array().unwrap().iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    for hook in configuration["repos"][0]["hooks"].as_array().unwrap() {
        assert!(ids.contains(hook["id"].as_str().unwrap()), "{hook}");
    }
}
