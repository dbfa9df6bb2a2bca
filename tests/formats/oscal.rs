//! OSCAL assessment results.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::each_verdict::{each_verdict, nothing, printed, report, schema, with_long_text, with_text};
use super::hostile_texts::{hostile_texts, long_texts};
use crate::support::{CLOCK, Folder, command, finish, probity, validates};

fn oscal(result: &Value) -> Value {
    serde_json::from_str(&printed(result, &["--format", "oscal"])).unwrap()
}

fn validator() -> jsonschema::Validator {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema("oscal-assessment-results-1.2.3.json")).unwrap()
}

/// Every member of this name, wherever it stands.
fn members<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if key == name {
                    found.extend(value.as_str());
                }
                members(value, name, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| members(value, name, found)),
        _ => {}
    }
}

fn all<'v>(value: &'v Value, name: &str) -> Vec<&'v str> {
    let mut found = Vec::new();
    members(value, name, &mut found);
    found
}

/// What refers to something refers to what is there, and no two things have one name.
#[track_caller]
fn holds_together(document: &Value) {
    let uuids = all(document, "uuid");
    let known: BTreeSet<&str> = uuids.iter().copied().collect();
    assert_eq!(known.len(), uuids.len(), "names are unique");
    for name in ["observation-uuid", "risk-uuid", "subject-uuid", "actor-uuid", "component-uuid"] {
        for uuid in all(document, name) {
            assert!(known.contains(uuid), "{name} {uuid}");
        }
    }
    let results = &document["assessment-results"];
    let plan = results["import-ap"]["href"].as_str().unwrap().strip_prefix('#').unwrap();
    assert!(
        results["back-matter"]["resources"]
            .as_array()
            .unwrap()
            .iter()
            .any(|resource| resource["uuid"] == plan)
    );
    let objectives: BTreeSet<&str> = all(&results["local-definitions"], "id").into_iter().collect();
    for target in all(&results["results"], "target-id") {
        assert!(objectives.contains(target), "{target}");
    }
    let reviewed: BTreeSet<&str> =
        all(&results["results"][0]["reviewed-controls"], "control-id").into_iter().collect();
    for control in all(&results["local-definitions"]["objectives-and-methods"], "control-id") {
        assert!(reviewed.contains(control), "{control}");
    }
}

fn result_of(document: &Value) -> &Value {
    &document["assessment-results"]["results"][0]
}

/// State and reason of each finding by its objective.
fn states(document: &Value) -> BTreeMap<String, (String, String)> {
    let findings = result_of(document)["findings"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings
        .iter()
        .map(|finding| {
            let target = &finding["target"];
            (
                text(&target["target-id"]),
                (text(&target["status"]["state"]), text(&target["status"]["reason"])),
            )
        })
        .collect()
}

#[test]
fn it_validates_and_holds_together() {
    let validator = validator();
    let folder = Folder::new();
    let path = folder.file("samples.json", "");
    let outcome = probity(&[
        "check",
        "samples",
        "--at",
        CLOCK,
        "--format",
        "json",
        "--include",
        "pass,not_applicable",
        "-o",
        &path,
    ]);
    assert_eq!(outcome.code, 2);
    let samples: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for result in [each_verdict(), nothing(), samples] {
        let document = oscal(&result);
        validates(&validator, &document);
        holds_together(&document);
    }
    let mut wrong = oscal(&each_verdict());
    wrong["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = json!("perhaps");
    assert!(!validator.is_valid(&wrong), "the schema looks at all of it");
}

#[test]
fn a_control_is_never_satisfied_by_what_is_not_clear() {
    let state = |state: &str, reason: &str| (state.to_owned(), reason.to_owned());
    let (failed, other) = (state("not-satisfied", "fail"), state("not-satisfied", "other"));
    let expected = BTreeMap::from([
        // It fails once and passes once, for each of its three controls.
        ("iso-27001_A.8.8_obj.ORG-1".to_owned(), failed.clone()),
        ("si-2_obj.ORG-1".to_owned(), failed.clone()),
        ("si-2.3_obj.ORG-1".to_owned(), failed.clone()),
        // It fails twice, and is waived once.
        ("rule_ORG-2_obj.ORG-2".to_owned(), failed.clone()),
        // It passes once.
        ("cm-3_obj.ORG-3".to_owned(), state("satisfied", "pass")),
        // Inconclusive, not applicable, error.
        ("si-2_obj.ORG-4".to_owned(), other.clone()),
        ("cm-3_obj.ORG-5".to_owned(), other.clone()),
        ("ra-5_obj.ORG-6".to_owned(), other.clone()),
    ]);
    assert_eq!(states(&oscal(&each_verdict())), expected);

    let satisfied = |change: &dyn Fn(&mut Value)| {
        let mut result = each_verdict();
        change(&mut result);
        states(&oscal(&result))["cm-3_obj.ORG-3"].clone()
    };
    // ORG-3 is about AWS, of which in/b.ndjson is the only file.
    for (pointer, value) in [
        ("/diagnostics/0/file", json!("in/b.ndjson")),
        ("/diagnostics/0/file", json!("unknown.json")),
        ("/diagnostics/0/file", Value::Null),
        ("/inputs/0/operation", Value::Null),
        ("/inputs/1/complete", json!(false)),
        ("/population/0/operation", json!("aws.ssm.GetPatchBaseline")),
        ("/policies/2/verdicts/inconclusive", json!(1)),
        ("/policies/2/verdicts/error", json!(1)),
        ("/findings/8/verdict", json!("inconclusive")),
        ("/findings/8/verdict", json!("error")),
    ] {
        let changed = satisfied(&|result| *result.pointer_mut(pointer).unwrap() = value.clone());
        assert_eq!(changed, other, "{pointer} {value}");
    }
    for (pointer, value) in
        [("/policies/2/verdicts/waived", json!(1)), ("/findings/8/verdict", json!("waived"))]
    {
        let changed = satisfied(&|result| *result.pointer_mut(pointer).unwrap() = value.clone());
        assert_eq!(changed, failed, "{pointer} {value}");
    }
    let changed = satisfied(&|result| {
        result["policies"][2]["verdicts"]["pass"] = json!(0);
        result["findings"].as_array_mut().unwrap().pop();
    });
    assert_eq!(changed, other, "nothing was judged");
    let changed = satisfied(&|result| result["diagnostics"][0]["level"] = json!("warning"));
    assert_eq!(changed, state("satisfied", "pass"));
}

#[test]
fn verdicts_are_observations() {
    let document = oscal(&each_verdict());
    let observations = result_of(&document)["observations"].as_array().unwrap();
    let prop = |observation: &Value, name: &str| {
        let props = observation["props"].as_array().unwrap();
        props.iter().find(|prop| prop["name"] == name).map(|prop| prop["value"].as_str().unwrap().to_owned())
    };
    let verdicts: Vec<Option<String>> =
        observations.iter().map(|observation| prop(observation, "verdict")).collect();
    let expected =
        ["inconclusive", "not_applicable", "fail", "pass", "waived", "error", "fail", "fail", "pass"];
    assert_eq!(verdicts[..9], expected.map(|verdict| Some(verdict.to_owned())));
    // Then the two problems.
    let codes: Vec<_> =
        observations[9..].iter().map(|observation| prop(observation, "code").unwrap()).collect();
    assert_eq!(codes, ["payload.incomplete", "payload.unverified"]);

    let fail = &observations[2];
    assert_eq!(fail["title"], "ORG-1 fail: ecs-1 (web-1, cn-north-4)");
    assert_eq!(fail["description"], "3 critical patches are missing, at most 0 allowed");
    assert_eq!(fail["methods"], json!(["TEST"]));
    assert_eq!(fail["types"], json!(["control-objective", "discovery"]));
    // The oldest time at which resources in this file were observed; of the other file nothing is known.
    assert_eq!(fail["collected"], "2026-11-19T20:00:00Z");
    assert_eq!(observations[8]["collected"], "2026-11-21T00:00:00Z");
    let evidence = fail["relevant-evidence"].as_array().unwrap();
    let told: Vec<_> =
        evidence.iter().map(|e| (e["href"].as_str().unwrap(), e["description"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("in/a%20b.json#L4", "`/instance_compliant/0/critical_count` is `3`"),
            ("in/a%20b.json#L5", "`/instance_compliant/0/password` is not shown"),
            ("in/a%20b.json#L6", "`/instance_compliant/0/list` is too long to be repeated"),
        ]
    );
    assert_eq!(prop(&evidence[0], "value").as_deref(), Some("3"));
    assert_eq!(prop(&evidence[1], "value"), None);
    let nowhere = &observations[5]["relevant-evidence"];
    assert_eq!(nowhere[0]["description"], "Where to look first.");
    assert_eq!(observations[8]["relevant-evidence"][1]["props"][1]["value"], "2", "the document of the file");
}

#[test]
fn failures_are_risks_and_waived_ones_are_approved() {
    let document = oscal(&each_verdict());
    let risks = result_of(&document)["risks"].as_array().unwrap();
    let told: Vec<_> = risks
        .iter()
        .map(|risk| {
            let facet = &risk["characterizations"][0]["facets"][0];
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            (text(&risk["title"]), text(&risk["status"]), text(&facet["value"]), text(&risk["deadline"]))
        })
        .collect();
    let risk = |title: &str, status: &str, severity: &str, deadline: &str| {
        (title.to_owned(), status.to_owned(), severity.to_owned(), deadline.to_owned())
    };
    assert_eq!(
        told,
        [
            risk("No critical patch is missing: ecs-1 (web-1, cn-north-4)", "open", "critical", "-"),
            risk("The node has a group: ecs-2", "deviation-approved", "low", "2026-12-31T23:59:59Z"),
            risk("The node has a group: ecs-3", "open", "low", "2026-10-31T23:59:59Z"),
            risk("The node has a group: ecs-4", "open", "low", "-"),
        ]
    );
    assert_eq!(risks[0]["statement"], "Fails a node on which critical patches are missing.");
    assert_eq!(risks[0]["remediations"][0]["description"], "Install the patches, then scan again.");
    let waiver: BTreeMap<&str, &str> = risks[1]["props"]
        .as_array()
        .unwrap()
        .iter()
        .map(|prop| (prop["name"].as_str().unwrap(), prop["value"].as_str().unwrap()))
        .collect();
    assert_eq!(waiver["waiver-reason"], "the node is replaced in January");
    assert_eq!(waiver["waiver-owner"], "ops@example.org");
    assert_eq!(waiver["waiver-ticket"], "OPS-7");
    assert_eq!(waiver["waiver-expired"], "false");
}

#[test]
fn what_is_not_listed_is_said() {
    let mut result = each_verdict();
    assert_eq!(result_of(&oscal(&result))["remarks"], Value::Null);
    result["findings"].as_array_mut().unwrap().retain(|finding| finding["verdict"] != "pass");
    let document = oscal(&result);
    let remarks = result_of(&document)["remarks"].as_str().unwrap();
    assert!(remarks.ends_with("since the result was saved without them: 2 pass."), "{remarks}");
    // The counts of the rule still say that it passes.
    assert_eq!(states(&document)["cm-3_obj.ORG-3"].0, "satisfied");
}

#[test]
fn names_are_unique_and_the_same_in_every_rendering() {
    let mut result = each_verdict();
    assert_eq!(printed(&result, &["--format", "oscal"]), printed(&result, &["--format", "oscal"]));
    // The same resource twice: once in another place, once in the very same.
    let findings = result["findings"].as_array_mut().unwrap();
    let mut again = findings[2].clone();
    findings.push(again.clone());
    again["location"]["path"] = json!("/instance_compliant/7/critical_count");
    findings.push(again);
    let document = oscal(&result);
    validates(&validator(), &document);
    holds_together(&document);
    let subjects: Vec<&str> = all(&result_of(&document)["observations"], "subject-uuid");
    assert_eq!(subjects[2], subjects[9]);
    let items = result_of(&document)["local-definitions"]["inventory-items"].as_array().unwrap();
    assert_eq!(items.len(), 6, "ecs-1 to ecs-4, pb-1, and the one without a name");
}

#[test]
fn rules_that_only_findings_tell_of_are_rules_too() {
    let mut result = each_verdict();
    result["policies"] = json!([]);
    let document = oscal(&result);
    validates(&validator(), &document);
    holds_together(&document);
    assert_eq!(states(&document).len(), 8);
    assert_eq!(states(&document)["si-2_obj.ORG-1"].1, "fail");
}

#[test]
fn paths_are_told_from_where_the_document_is() {
    let folder = Folder::new();
    let mut result = each_verdict();
    let names = [
        (folder.text() + "/in/x.json", Some("in/x.json")),
        ("/elsewhere/x#1.json".to_owned(), Some("file:///elsewhere/x%231.json")),
        ("<stdin>".to_owned(), None),
    ];
    for (name, href) in names {
        result["inputs"][0]["file"] = json!(name);
        result["findings"][2]["location"]["file"] = json!(name);
        let path = folder.file("result.json", result.to_string());
        let outcome = finish(command(&["report", &path, "--format", "oscal"]).current_dir(folder.path()));
        let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let evidence = &result_of(&document)["observations"][2]["relevant-evidence"][0]["href"];
        assert_eq!(evidence.as_str().map(str::to_owned), href.map(|href| format!("{href}#L4")));
        let resource = &document["assessment-results"]["back-matter"]["resources"][1]["rlinks"][0]["href"];
        assert_eq!(resource.as_str(), href);
    }
}

#[test]
fn hostile_texts_stay_texts() {
    let validator = validator();
    let long = long_texts().map(|text| with_long_text(&text));
    for result in hostile_texts().iter().map(|text| with_text(text)).chain(long) {
        let printed = printed(&result, &["--format", "oscal"]);
        assert!(!printed.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{0}']), "{printed}");
        let document: Value = serde_json::from_str(&printed).unwrap();
        validates(&validator, &document);
        holds_together(&document);
    }
}

#[test]
fn a_clock_that_is_none_is_an_error() {
    for clock in ["", "yesterday", "1812-01-01T00:00:00Z"] {
        let mut result = each_verdict();
        result["at"] = json!(clock);
        let outcome = report(&result, &["--format", "oscal"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
        let message = outcome.stderr.replace("\n  │", "");
        assert!(message.contains("the run's clock is no time that OSCAL can tell"), "{message}");
    }
}
