//! The JSON result is a public contract: its schema, its order, its counts.
//!
//! Most tests look at one run over all samples and all payloads of `tests/cases`.

mod fingerprints;
mod places;
mod places_by_hand;
mod schema;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{CLOCK, Folder, Outcome, check, page, probity, report, root, rule, sample};

/// All samples, and all payloads of `tests/cases`.
fn payload_files() -> Vec<String> {
    fn collect(folder: &Path, files: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
                if name.contains("json") && !name.contains(".expected.") {
                    files.push(name);
                }
            }
        }
    }
    let mut files = Vec::new();
    for folder in ["samples", "tests/cases"] {
        collect(&root().join(folder), &mut files);
    }
    files.sort();
    files
}

/// Runs over all of them in a format.
fn run(format: &str, more: &[&str]) -> Outcome {
    let files = payload_files();
    let mut arguments = vec!["check", "--at", CLOCK, "--format", format];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(more);
    probity(&arguments)
}

const ALL: [&str; 2] = ["--include", "pass,not_applicable"];

/// The result of the run with every verdict, as text.
fn everything_text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let outcome = run("json", &ALL);
        // Error bodies and incomplete snapshots stand among the samples.
        assert_eq!(outcome.code, 2, "{}", outcome.stderr);
        outcome.stdout
    })
}

/// The result of the run with every verdict.
fn everything() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::from_str(everything_text()).unwrap())
}

/// The same as NDJSON, a line a value.
fn lines() -> &'static [Value] {
    static LINES: OnceLock<Vec<Value>> = OnceLock::new();
    LINES.get_or_init(|| {
        let text = run("ndjson", &ALL).stdout;
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    })
}

/// The findings of a result.
fn findings(document: &Value) -> &Vec<Value> {
    document["findings"].as_array().unwrap()
}

#[test]
fn the_run_is_large_enough_to_mean_something() {
    let document = everything();
    assert!(findings(document).len() > 3000, "{}", findings(document).len());
    for verdict in ["pass", "fail", "inconclusive", "not_applicable"] {
        assert!(findings(document).iter().any(|finding| finding["verdict"] == verdict), "{verdict}");
    }
}

// Order.

/// A pointer's steps; those that are indices are compared as numbers, and stand before names.
fn steps(pointer: &str) -> Vec<(bool, u64, &str)> {
    let step = |step| match str::parse::<u64>(step) {
        Ok(index) => (false, index, ""),
        Err(_) => (true, 0, step),
    };
    pointer.split('/').skip(1).map(step).collect()
}

fn order(a: &Value, b: &Value) -> Ordering {
    fn text<'v>(finding: &'v Value, outer: &str, inner: &str) -> &'v str {
        finding[outer][inner].as_str().unwrap()
    }
    let key = |finding: &Value| finding["location"]["document"].as_u64();
    text(a, "location", "file")
        .cmp(text(b, "location", "file"))
        .then(key(a).cmp(&key(b)))
        .then_with(|| steps(text(a, "location", "path")).cmp(&steps(text(b, "location", "path"))))
        .then_with(|| text(a, "rule", "id").cmp(text(b, "rule", "id")))
}

#[test]
fn findings_are_sorted_by_file_document_path_and_rule() {
    for pair in findings(everything()).windows(2) {
        assert_ne!(order(&pair[0], &pair[1]), Ordering::Greater, "{:#?}\n{:#?}", pair[0], pair[1]);
    }
}

#[test]
fn the_eleventh_resource_stands_after_the_third() {
    let names: Vec<String> = (0..12).map(|number| format!("i-{number}")).collect();
    let reports: Vec<Value> = names.iter().map(|name| report(name)).collect();
    let folder = Folder::new();
    let file = folder.file("page.json", page(&reports));
    let outcome = check(&[&file, "--rule", "HWC-COC-001", "--include", "pass"]);
    let document = outcome.json();
    let ids: Vec<&str> =
        findings(&document).iter().map(|finding| finding["resource"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids, names);
}

#[test]
fn files_stand_in_the_order_of_their_names_however_they_are_given() {
    let folder = Folder::new();
    for name in ["B.json", "b.json", "c/a.json", "c-d.json"] {
        folder.file(name, page(&[report(name)]));
    }
    let path = |name: &str| format!("{}/{name}", folder.text());
    let given = ["c/a.json", "b.json", "c-d.json", "B.json", "c/a.json"].map(path);
    let given: Vec<&str> = given.iter().map(String::as_str).chain(["--rule", "HWC-COC-003"]).collect();
    let document = check(&[&given[..], &ALL].concat()).json();
    let found: Vec<&str> =
        findings(&document).iter().map(|f| f["location"]["file"].as_str().unwrap()).collect();
    // By bytes: capitals before small letters, `-` before `/`; a file that is named twice is read once.
    assert_eq!(found, ["B.json", "b.json", "c-d.json", "c/a.json"].map(path));
}

// The same input gives the same bytes.

#[test]
fn two_runs_give_the_same_bytes_whatever_the_number_of_threads() {
    let one = run("json", &[&ALL[..], &["--threads", "1"]].concat());
    let five = run("json", &[&ALL[..], &["--threads", "5"]].concat());
    assert!(one.stdout == everything_text(), "one thread gives something else");
    assert!(five.stdout == everything_text(), "five threads give something else");
    assert_eq!(one.stderr, five.stderr);
}

#[test]
fn ndjson_holds_the_same_findings_in_the_same_order() {
    let (last, lines) = lines().split_last().unwrap();
    assert_eq!(lines, findings(everything()));
    let mut rest = everything().clone();
    rest.as_object_mut().unwrap().remove("findings");
    assert_eq!(*last, rest);
}

#[test]
fn the_order_of_options_does_not_matter() {
    let path = "samples/huawei/coc/list-instance-compliant/non-compliant.json";
    let one = check(&[path, "--rule", "HWC-COC-001", "--rule", "HWC-COC-002"]);
    let other = check(&["--rule", "HWC-COC-002", "--rule", "HWC-COC-001", path]);
    assert_eq!(one.stdout, other.stdout);
}

// Counts.

#[test]
fn the_summary_counts_what_is_there() {
    let document = everything();
    let summary = &document["summary"];
    let mut counts: BTreeMap<&str, u64> =
        ["pass", "fail", "inconclusive", "not_applicable", "waived", "error"].map(|v| (v, 0)).into();
    for finding in findings(document) {
        *counts.get_mut(finding["verdict"].as_str().unwrap()).unwrap() += 1;
    }
    assert_eq!(summary["verdicts"], json!(counts));
    let files = payload_files();
    assert_eq!((&summary["files"], &summary["rules"]), (&json!(files.len()), &json!(44)));
    assert_eq!(document["policies"].as_array().unwrap().len(), 44);
    let sum = |key: &str| -> u64 {
        document["inputs"].as_array().unwrap().iter().map(|input| input[key].as_u64().unwrap()).sum()
    };
    assert_eq!(
        (&summary["payloads"], &summary["resources"]),
        (&json!(sum("payloads")), &json!(sum("resources")))
    );
}

#[test]
fn every_rule_of_an_operation_says_one_thing_of_each_resource() {
    let mut rules: BTreeMap<(&str, u64, String), Vec<&str>> = BTreeMap::new();
    for finding in findings(everything()) {
        let location = &finding["location"];
        let pointer = location["path"].as_str().unwrap();
        let has_array = finding["resource"]["operation"] != "aws.ssm.GetPatchBaseline";
        // `/array/7/…` is the eighth resource.
        let resource = if has_array { pointer.split('/').take(3).collect() } else { String::new() };
        let document = location["document"].as_u64().unwrap_or_default();
        let key = (location["file"].as_str().unwrap(), document, resource);
        rules.entry(key).or_default().push(finding["rule"]["id"].as_str().unwrap());
    }
    let resources = everything()["summary"]["resources"].as_u64().unwrap();
    assert_eq!(rules.len() as u64, resources);
    for (resource, mut said) in rules {
        said.sort_unstable();
        let count = match &said[0][..8] {
            "ALI-OOS-" => 8,
            "ALI-SAS-" if said[0].starts_with("ALI-SAS-1") => 6,
            _ => 10,
        };
        assert_eq!(said.len(), count, "{resource:?}");
        said.dedup();
        assert_eq!(said.len(), count, "{resource:?}");
    }
}

#[test]
fn passes_are_counted_though_they_are_not_reported() {
    let document = run("json", &[]).json();
    assert_eq!(document["summary"], everything()["summary"]);
    let expected: Vec<&Value> = findings(everything())
        .iter()
        .filter(|finding| finding["verdict"] != "pass" && finding["verdict"] != "not_applicable")
        .collect();
    assert_eq!(findings(&document).iter().collect::<Vec<_>>(), expected);
}

#[test]
fn include_adds_what_it_names_and_nothing_else() {
    let path = "samples/aws/ssm/get-patch-baseline/non-compliant.json";
    for (include, verdicts) in
        [("pass", &["fail", "pass"][..]), ("not_applicable", &["fail", "not_applicable"])]
    {
        let document = check(&[path, "--include", include]).json();
        let mut found: Vec<&str> =
            findings(&document).iter().map(|finding| finding["verdict"].as_str().unwrap()).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, verdicts);
    }
    assert_eq!(check(&[path, "--include", "fail"]).code, 2, "there is no such choice");
}

// Inputs and policies.

/// A SHA-256 in hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    let digest: Vec<String> = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    digest.concat()
}

#[test]
fn inputs_have_the_digest_and_size_of_the_file() {
    let inputs = everything()["inputs"].as_array().unwrap();
    let mut named: Vec<&str> = inputs.iter().map(|input| input["file"].as_str().unwrap()).collect();
    named.dedup();
    assert_eq!(named, payload_files());
    for input in inputs {
        let bytes = fs::read(root().join(input["file"].as_str().unwrap())).unwrap();
        assert_eq!(
            (&input["sha256"], &input["bytes"]),
            (&json!(sha256(&bytes)), &json!(bytes.len())),
            "{input}"
        );
    }
}

#[test]
fn policies_have_the_digest_of_their_file() {
    for policy in everything()["policies"].as_array().unwrap() {
        let path = policy["file"].as_str().unwrap().replace("builtin:", "policies/");
        let bytes = fs::read(root().join(path)).unwrap();
        assert_eq!(policy["sha256"], json!(sha256(&bytes)), "{policy}");
    }
    let folder = Folder::new();
    let text = rule("ORG-1", "org.one", "deny contains \"x\" if false");
    let file = folder.file("rule.rego", &text);
    let input = folder.file("page.json", page(&[report("a")]));
    let document = check(&[&input, "--no-builtin", "--policies", &file]).json();
    let verdicts =
        json!({"pass": 1, "fail": 0, "inconclusive": 0, "not_applicable": 0, "waived": 0, "error": 0});
    let expected = json!([{
        "id": "ORG-1",
        "file": file,
        "sha256": sha256(text.as_bytes()),
        "line": 9,
        "title": "A rule of the tests",
        "description": null,
        "severity": "high",
        "applies_to": ["huawei.coc.ListInstanceCompliant"],
        "params": {},
        "remediation": null,
        "controls": {},
        "references": [],
        "verdicts": verdicts,
    }]);
    assert_eq!(document["policies"], expected);
}

#[test]
fn standard_input_has_a_digest_too() {
    let text = page(&[report("a")]);
    let arguments = ["check", "-", "--at", CLOCK, "--format", "json", "--rule", "HWC-COC-001"];
    let document = crate::support::probity_with(&arguments, text.as_bytes()).json();
    let input = &document["inputs"][0];
    assert_eq!((&input["sha256"], &input["bytes"]), (&json!(sha256(text.as_bytes())), &json!(text.len())));
}

#[test]
fn a_compressed_file_has_the_digest_of_what_is_stored_and_places_of_what_is_in_it() {
    let text = sample("huawei/coc/list-instance-compliant/non-compliant.json");
    let folder = Folder::new();
    let plain = folder.file("plain.json", &text);
    let gzip = {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let zstandard = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let files = [(folder.file("a.json.gz", &gzip), gzip), (folder.file("b.json.zst", &zstandard), zstandard)];
    let expected = check(&[&plain]).json();
    for (file, stored) in files {
        let document = check(&[&file]).json();
        let input = &document["inputs"][0];
        assert_eq!((&input["sha256"], &input["bytes"]), (&json!(sha256(&stored)), &json!(stored.len())));
        let renamed = document["findings"].to_string().replace(&file, &plain);
        assert_eq!(renamed, expected["findings"].to_string());
    }
}

#[test]
fn what_a_file_states_is_told() {
    let document = check(&[
        "samples/huawei/coc/list-instance-compliant/incomplete.json",
        "samples/huawei/coc/list-instance-compliant/pages.json",
        "samples/aws/ssm/get-patch-baseline/compliant.json",
        "samples/errors/huawei-signature.json",
    ])
    .json();
    let told: Vec<[&Value; 5]> = document["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| {
            ["operation", "payloads", "resources", "complete", "stated_total"].map(|key| &input[key])
        })
        .collect();
    let reports = json!("huawei.coc.ListInstanceCompliant");
    // In the order of the files' names. `incomplete.json` holds 2 of 37; `pages.json` has three pages.
    let pages: Value =
        serde_json::from_str(&sample("huawei/coc/list-instance-compliant/pages.json")).unwrap();
    let rows: usize = pages
        .as_array()
        .unwrap()
        .iter()
        .map(|page| page["instance_compliant"].as_array().unwrap().len())
        .sum();
    assert_eq!(pages.as_array().unwrap().len(), 3);
    let expected = [
        [json!("aws.ssm.GetPatchBaseline"), json!(1), json!(1), json!(true), json!(null)],
        [json!(null), json!(0), json!(0), json!(null), json!(null)],
        [reports.clone(), json!(1), json!(2), json!(false), json!(37)],
        [reports, json!(3), json!(rows), json!(true), pages[0]["count"].clone()],
    ];
    assert_eq!(told, expected.each_ref().map(<[Value; 5]>::each_ref));
}

#[test]
fn the_result_in_a_file_is_the_result_on_standard_output() {
    let path = "samples/huawei/coc/list-instance-compliant/non-compliant.json";
    let folder = Folder::new();
    for format in ["json", "ndjson"] {
        let arguments = ["check", path, "--at", CLOCK, "--format", format];
        let file = format!("{}/{format}", folder.text());
        let outcome = probity(&[&arguments[..], &["-o", &file]].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
        assert_eq!(outcome.stderr, "gate: fail\n");
        assert_eq!(fs::read_to_string(&file).unwrap(), probity(&arguments).stdout);
    }
}

#[test]
fn the_head_of_the_result_is_what_is_promised() {
    let document = everything();
    assert_eq!((&document["schema"], &document["at"]), (&json!("probity.run/v1"), &json!(CLOCK)));
    let tool = json!({"name": "probity", "version": env!("CARGO_PKG_VERSION")});
    assert_eq!((&document["tool"], &document["gate"]), (&tool, &json!("error")));
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    let mut expected = [
        "schema",
        "tool",
        "at",
        "gate",
        "summary",
        "settings",
        "inputs",
        "policies",
        "waivers",
        "ratchet",
        "population",
        "findings",
        "diagnostics",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
}
