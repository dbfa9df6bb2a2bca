//! Fingerprints: the documented digest, and what it does not depend on.
//!
//! The digest is that of the compact JSON array of rule, operation and the parts of the identity. An identity
//! that is masked or incomplete is no identity: then the array ends in the digest of the content.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{everything, findings, sha256};
use crate::support::{Folder, check, page, probity, report, root, sample};

/// The parts of a resource's identity as the design names them; `None` where one is not there, or masked.
fn identity(operation: &str, resource: &Value) -> Option<Vec<String>> {
    let text = |key: &str| {
        let text = resource[key].as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let parts = match operation {
        "aws.ssm.GetPatchBaseline" => vec![text("BaselineId")],
        "alibaba.oos.ListInstancePatchStates" => vec![text("InstanceId")],
        "alibaba.sas.ListPublishBatch" => {
            vec![text("Version"), resource["BatchId"].as_i64().map(|id| id.to_string())]
        }
        "alibaba.sas.DescribeImageInstances" => {
            let namespace = text("RepoNamespace").filter(|namespace| namespace != "N/A");
            let namespace = namespace.map_or_else(String::new, |namespace| format!("{namespace}/"));
            let tag = text("Tag").map_or_else(String::new, |tag| format!(":{tag}"));
            let repository = text("RepoName").map(|name| format!("{namespace}{name}{tag}"));
            vec![text("RegionId"), repository, text("Digest")]
        }
        _ => vec![text("instance_id").or(text("node_id")).or(text("id"))],
    };
    let parts: Option<Vec<String>> = parts.into_iter().collect();
    parts.filter(|parts| parts.iter().all(|part| !part.contains("****")))
}

/// The documents of a file.
fn documents(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(root().join(file)).unwrap();
    match serde_json::from_str::<Value>(&text) {
        Ok(Value::Array(pages)) => pages,
        Ok(document) => vec![document],
        Err(_) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            lines.map(|line| serde_json::from_str(line).unwrap()).collect()
        }
    }
}

/// The resource that a finding is about, among the documents of its file.
fn resource<'d>(finding: &Value, documents: &'d [Value]) -> &'d Value {
    let location = &finding["location"];
    let index = usize::try_from(location["document"].as_u64().unwrap_or_default()).unwrap();
    if finding["resource"]["operation"] == "aws.ssm.GetPatchBaseline" {
        return &documents[index];
    }
    let pointer: Vec<&str> = location["path"].as_str().unwrap().split('/').take(3).collect();
    documents[index].pointer(&pointer.join("/")).unwrap()
}

#[test]
fn every_fingerprint_is_the_documented_digest() {
    let (mut identified, mut nameless) = (0, 0);
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for finding in findings(everything()) {
        // One rule of each operation will do.
        let rule = finding["rule"]["id"].as_str().unwrap();
        if !rule.ends_with("03") {
            continue;
        }
        let operation = finding["resource"]["operation"].as_str().unwrap();
        let file = finding["location"]["file"].as_str().unwrap();
        let documents = files.entry(file).or_insert_with(|| documents(file));
        let Some(parts) = identity(operation, resource(finding, documents)) else {
            nameless += 1;
            continue;
        };
        let array: Vec<&str> =
            [rule, operation].into_iter().chain(parts.iter().map(String::as_str)).collect();
        let digest = sha256(serde_json::to_string(&array).unwrap().as_bytes());
        assert_eq!(finding["fingerprint"], json!(digest), "{array:?}");
        assert_eq!(finding["resource"]["id"], json!(parts.join("/")));
        identified += 1;
    }
    assert!(identified > 200 && nameless > 0, "{identified} {nameless}");
}

#[test]
fn the_digest_of_an_example_is_known() {
    let folder = Folder::new();
    let file = folder.file("page.json", page(&[report("ecs-1")]));
    let document = check(&[&file, "--rule", "HWC-COC-001", "--include", "pass"]).json();
    // printf '%s' '["HWC-COC-001","huawei.coc.ListInstanceCompliant","ecs-1"]' | sha256sum
    let digest = "792d2e7a2a0e4c5a3b29960f81352ad4cbfe2e56008b6e96b3a54724edf2e51a";
    assert_eq!(findings(&document)[0]["fingerprint"], digest);
}

#[test]
fn without_an_identity_the_content_tells() {
    // Masked, absent, empty.
    let images = ["\"Digest\": \"a5cc****\"", "\"Tag\": \"1\"", "\"Digest\": \"\""];
    for image in images {
        let text = format!(
            "{{\"ImageInstanceList\": [{{\"RegionId\": \"r\", \"RepoName\": \"n\", {image}}}],
             \"PageInfo\": {{\"CurrentPage\": 1, \"PageSize\": 20, \"TotalCount\": 1, \"Count\": 1}}}}"
        );
        let folder = Folder::new();
        let file = folder.file("images.json", text);
        let document = check(&[&file, "--rule", "ALI-SAS-201"]).json();
        // The normalised resource, as it is written for rules.
        let line = probity(&["inspect", "--inputs", &file]).stdout;
        let input: BTreeMap<String, &RawValue> = serde_json::from_str(&line).unwrap();
        let content = sha256(input["resource"].get().as_bytes());
        let array = json!(["ALI-SAS-201", "alibaba.sas.DescribeImageInstances", {"content": content}]);
        let digest = sha256(array.to_string().as_bytes());
        assert_eq!(findings(&document)[0]["fingerprint"], json!(digest), "{image}");
    }
}

/// Fingerprints by rule and resource id.
fn fingerprints(text: &str, name: &str, more: &[&str]) -> BTreeMap<(String, String), String> {
    let folder = Folder::new();
    let file = folder.file(name, text);
    let document = check(&[&[file.as_str(), "--include", "pass,not_applicable"], more].concat()).json();
    let all = findings(&document).iter().map(|finding| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let key = (text(&finding["rule"]["id"]), text(&finding["resource"]["id"]));
        (key, text(&finding["fingerprint"]))
    });
    all.collect()
}

/// The document with the members of all objects the other way round.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().rev().map(|(name, v)| format!("{}:{}", json!(name), reversed(v))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(reversed).collect::<Vec<_>>().join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[test]
fn layout_names_and_order_do_not_change_a_fingerprint() {
    for path in [
        "huawei/coc/list-instance-compliant/non-compliant.json",
        "alibaba/oos/list-instance-patch-states/non-compliant.json",
        // The vendor's example has a masked digest.
        "alibaba/sas/describe-image-instances/documented-example.json",
        "aws/ssm/get-patch-baseline/non-compliant.json",
    ] {
        let text = sample(path);
        let document: Value = serde_json::from_str(&text).unwrap();
        // The third rules alone, which is quicker.
        let fingerprints = |text: &str, name: &str| fingerprints(text, name, &["--rule", "*03"]);
        let expected = fingerprints(&text, "a.json");
        assert!(!expected.is_empty());
        assert_eq!(fingerprints(&text, "deep/er/z.json"), expected, "{path} renamed");
        assert_eq!(fingerprints(&document.to_string(), "a.json"), expected, "{path} minified");
        let pretty = serde_json::to_string_pretty(&document).unwrap().replace('\n', "\r\n");
        assert_eq!(fingerprints(&pretty, "a.json"), expected, "{path} on other lines");
        assert_eq!(fingerprints(&reversed(&document), "a.json"), expected, "{path} reordered");
        let lines = format!("{document}\n");
        assert_eq!(fingerprints(&lines, "a.ndjson"), expected, "{path} as a line");
    }
}

#[test]
fn other_resources_rules_and_params_do_not_change_a_fingerprint() {
    let expected = fingerprints(&page(&[report("a")]), "a.json", &[]);
    let among = fingerprints(&page(&[report("z"), report("a"), report("b")]), "a.json", &[]);
    let same: BTreeMap<_, _> = among.iter().filter(|((_, id), _)| id == "a").collect();
    assert_eq!(same, expected.iter().collect());
    let set = ["--set", "HWC-COC-005.max_age_days=0", "--rule", "HWC-COC-005"];
    let alone = fingerprints(&page(&[report("a")]), "a.json", &set);
    assert!(alone.len() == 1 && alone.iter().all(|(key, value)| expected[key] == *value));
}

#[test]
fn other_content_does_not_change_the_fingerprint_of_a_resource_with_an_identity() {
    let mut changed = report("a");
    changed["status"] = json!("non_compliant");
    changed["name"] = json!("renamed");
    let expected = fingerprints(&page(&[report("a")]), "a.json", &[]);
    assert_eq!(fingerprints(&page(&[changed]), "a.json", &[]), expected);
}

#[test]
fn different_rules_and_resources_have_different_fingerprints() {
    let mut seen: BTreeMap<&str, BTreeSet<(&str, String)>> = BTreeMap::new();
    for finding in findings(everything()) {
        let content = match finding["resource"]["id"].as_str() {
            Some(id) if !id.contains("****") => format!("{} {id}", finding["resource"]["operation"]),
            _ => continue,
        };
        let key = (finding["rule"]["id"].as_str().unwrap(), content);
        seen.entry(finding["fingerprint"].as_str().unwrap()).or_default().insert(key);
    }
    assert!(seen.len() > 2000, "{}", seen.len());
    for (fingerprint, keys) in seen {
        assert_eq!(keys.len(), 1, "{fingerprint}: {keys:?}");
    }
}

#[test]
fn parts_of_an_identity_do_not_run_into_each_other() {
    let batches = json!({"BatchList": [{"Version": "1", "BatchId": 23}, {"Version": "12", "BatchId": 3}],
        "PageInfo": {"CurrentPage": 1, "PageSize": 20, "TotalCount": 2}});
    let found = fingerprints(&batches.to_string(), "a.json", &["--rule", "ALI-SAS-101"]);
    assert_eq!(found.values().collect::<BTreeSet<_>>().len(), 2);
}

/// Fingerprints of two masked images that differ in these members.
fn masked(one: &Value, other: &Value) -> Vec<String> {
    let image = |more: &Value| {
        let mut image = json!({"RegionId": "r", "RepoName": "n", "Tag": "1", "Digest": "a5cc****"});
        image.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        image
    };
    let text = json!({"ImageInstanceList": [image(one), image(other)],
        "PageInfo": {"CurrentPage": 1, "PageSize": 20, "TotalCount": 2, "Count": 2}})
    .to_string();
    let folder = Folder::new();
    let file = folder.file("images.json", text);
    let outcome = check(&[&file, "--rule", "ALI-SAS-201"]);
    assert_eq!(
        outcome.codes(),
        Vec::<String>::new(),
        "a masked id joins nothing, so that nothing stands twice"
    );
    let document = outcome.json();
    findings(&document).iter().map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn masked_ids_collide_only_where_the_content_is_equal() {
    for (one, other) in [
        (json!({"VulCount": 1}), json!({"VulCount": 2})),
        (json!({}), json!({"VulCount": 0})),
        (json!({}), json!({"VulStatus": null})),
        (json!({"New": [1]}), json!({"New": [2]})),
    ] {
        let found = masked(&one, &other);
        assert_ne!(found[0], found[1], "{one} {other}");
    }
    let found = masked(&json!({"VulCount": 1}), &json!({"VulCount": 1}));
    assert_eq!(found[0], found[1]);
}
