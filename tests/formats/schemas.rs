//! Outputs against the schemas of their readers. `junit-10.xsd` is the business of `.ci/formats`.

use jsonschema::Validator;
use serde_json::{Value, json};

use super::each::{EACH, rendered};
use crate::support::{CLOCK, Folder, probity, root};

fn schema(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("tests/fixtures/schemas").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The schema with the one pattern that is wrong in it mended, as its README says.
fn sarif() -> Validator {
    let mut schema = schema("sarif-2.1.0.json");
    for owner in ["run", "toolComponent"] {
        let pattern = &mut schema["definitions"][owner]["properties"]["language"]["pattern"];
        assert_eq!(*pattern, json!("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$"));
        *pattern = json!("^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    }
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn gitlab() -> Validator {
    jsonschema::validator_for(&schema("gitlab-code-quality.json")).unwrap()
}

#[track_caller]
fn validates(validator: &Validator, text: &str) {
    let document = serde_json::from_str(text).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// A saved result of a run.
fn saved(folder: &Folder, arguments: &[&str]) -> String {
    let file = folder.path().join("result.json").to_str().unwrap().to_owned();
    probity(&[&["check", "--at", CLOCK, "--format", "json", "--output", &file], arguments].concat());
    file
}

#[test]
fn outputs_are_what_their_schemas_say() {
    let folder = Folder::new();
    let empty = Folder::new();
    let (samples, clean) = ("samples", "samples/huawei/coc/list-instance-compliant/compliant.json");
    let (sarif, gitlab) = (sarif(), gitlab());
    for arguments in
        [&[samples][..], &[clean], &[&empty.text()], &[samples, "--include", "pass,not_applicable"]]
    {
        let result = saved(&folder, arguments);
        validates(&sarif, &rendered(&result, "sarif"));
        validates(&gitlab, &rendered(&result, "gitlab"));
    }
    validates(&sarif, &rendered(EACH, "sarif"));
    validates(&gitlab, &rendered(EACH, "gitlab"));
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let mut log: Value = serde_json::from_str(&rendered(EACH, "sarif")).unwrap();
    log["runs"][0]["results"][0]["level"] = json!("heavy");
    assert!(!sarif().is_valid(&log));
    let mut issues: Value = serde_json::from_str(&rendered(EACH, "gitlab")).unwrap();
    issues[0]["location"]["path"] = json!("./a.json");
    assert!(!gitlab().is_valid(&issues));
}

/// What the schema does not say: rules and places that are pointed at are there, and no more than GitHub takes.
#[test]
fn sarif_points_at_what_is_there() {
    let folder = Folder::new();
    let result = saved(&folder, &["samples"]);
    for result in [EACH, &result] {
        let log: Value = serde_json::from_str(&rendered(result, "sarif")).unwrap();
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for rule in rules {
            let tags = rule["properties"]["tags"].as_array().unwrap();
            assert!(tags.len() <= 20 && !tags.is_empty(), "{rule}");
            for text in ["shortDescription", "fullDescription", "help"] {
                let text = rule[text]["text"].as_str().unwrap();
                assert!(!text.is_empty(), "{rule}");
            }
        }
        for result in run["results"].as_array().unwrap() {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            let places = result["locations"].as_array().unwrap();
            let related = result["relatedLocations"].as_array().cloned().unwrap_or_default();
            assert_eq!(places.len(), 1, "{result}");
            for place in places.iter().chain(&related) {
                let artifact = &place["physicalLocation"]["artifactLocation"];
                let uri = artifact["uri"].as_str().unwrap();
                assert!(!uri.starts_with(['/', '.']) && !uri.contains(' '), "{uri}");
                if let Some(index) = artifact["index"].as_u64() {
                    let index = usize::try_from(index).unwrap();
                    assert_eq!(run["artifacts"][index]["location"]["uri"], artifact["uri"]);
                }
            }
        }
    }
}
