//! Loading: whatever bytes stand in the files, they become payloads, or there is a word about them.
//!
//! Most tests judge by the rules in `tests/load/policies`, one of each operation, which are quick to load and
//! decide by a single field:
//!
//! | operation | passes | fails |
//! | --- | --- | --- |
//! | ListInstanceCompliant | `"group": "g"` | `"group": null` |
//! | ListInstancePatchStates | `"MissingCount": "0"` | `"MissingCount": "1"` |
//! | ListPublishBatch | `"Status": 2` | `"Status": 3` |
//! | DescribeImageInstances | `"Tag": "1.0"` | `"Tag": "latest"` |
//! | GetPatchBaseline | `"PatchGroups": ["g"]` | `"PatchGroups": []` |

mod discovery;
mod errors;
mod faults;
mod formats;
mod joins;
mod large;
mod recognition;
mod snapshots;
mod surveyed;

use serde_json::Value;

use crate::support::{CLOCK, Outcome, check, probity, probity_with};

/// One rule of each operation; of baselines a second one, which compares two lists.
const RULES: [&str; 3] =
    ["--no-builtin", "--policies", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/load/policies")];

/// `check` by those rules.
fn load(arguments: &[&str]) -> Outcome {
    check(&[&RULES, arguments].concat())
}

/// `check -` by those rules, with something on standard input.
fn load_stdin(arguments: &[&str], stdin: &[u8]) -> Outcome {
    let all = [&["check", "-", "--format", "json", "--at", CLOCK], &RULES[..], arguments].concat();
    probity_with(&all, stdin)
}

/// `inspect … --format json`.
fn inspect(arguments: &[&str]) -> Outcome {
    probity(&[&["inspect", "--format", "json", "--at", CLOCK], arguments].concat())
}

/// All problems of an inspection, as `code line:column`, those of files first.
fn problems(outcome: &Outcome) -> Vec<String> {
    let document = outcome.json();
    let of_files = document["inputs"].as_array().unwrap().iter().flat_map(|input| {
        let problems = input["problems"].as_array().unwrap();
        problems.iter().map(in_short)
    });
    let of_none = document["problems"].as_array().unwrap().iter().map(in_short);
    of_files.chain(of_none).collect()
}

/// All diagnostics of a check, as `code line:column`.
fn told(outcome: &Outcome) -> Vec<String> {
    outcome.json()["diagnostics"].as_array().unwrap().iter().map(in_short).collect()
}

fn in_short(problem: &Value) -> String {
    let code = problem["code"].as_str().unwrap();
    match (problem["line"].as_u64(), problem["column"].as_u64()) {
        (Some(line), Some(column)) => format!("{code} {line}:{column}"),
        _ => code.to_owned(),
    }
}

/// The message of the diagnostic with this code, the only one.
fn message_of(outcome: &Outcome, code: &str) -> String {
    let document = outcome.json();
    let diagnostics = document["diagnostics"].as_array().unwrap();
    let of_code: Vec<&Value> = diagnostics.iter().filter(|told| told["code"] == code).collect();
    assert_eq!(of_code.len(), 1, "{diagnostics:?}");
    of_code[0]["message"].as_str().unwrap().to_owned()
}

/// All findings of a check, as `verdict id line:column pointer`.
fn findings(outcome: &Outcome) -> Vec<String> {
    let document = outcome.json();
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            let (verdict, id) = (finding["verdict"].as_str().unwrap(), finding["resource"]["id"].as_str());
            let location = &finding["location"];
            let (line, column) = (&location["line"], &location["column"]);
            let pointer = location["path"].as_str().unwrap();
            format!("{verdict} {} {line}:{column} {pointer}", id.unwrap_or("-"))
        })
        .collect()
}

/// The indices of the findings' documents.
fn documents(outcome: &Outcome) -> Vec<Option<u64>> {
    let document = outcome.json();
    let findings = document["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["location"]["document"].as_u64()).collect()
}

/// How many payloads and resources a check counted.
fn counts(outcome: &Outcome) -> (u64, u64) {
    let summary = &outcome.json()["summary"];
    (summary["payloads"].as_u64().unwrap(), summary["resources"].as_u64().unwrap())
}

/// The last parts of the names of a check's input files, in order.
fn file_names(outcome: &Outcome) -> Vec<String> {
    let document = outcome.json();
    let inputs = document["inputs"].as_array().unwrap();
    let names = inputs.iter().map(|input| input["file"].as_str().unwrap());
    names.map(|name| name.rsplit('/').next().unwrap().to_owned()).collect()
}

/// A node report, which passes.
fn node(id: &str) -> String {
    format!(r#"{{"id": "{id}", "group": "g"}}"#)
}

/// A page of node reports on one line, which states `count`.
fn nodes(count: u64, ids: &[&str]) -> String {
    let nodes: Vec<String> = ids.iter().map(|id| node(id)).collect();
    format!(r#"{{"instance_compliant": [{}], "count": {count}}}"#, nodes.join(", "))
}

/// A page of release batches, its paging on the second line.
fn batches(page: u64, size: u64, total: u64, ids: &[u64]) -> String {
    let batches: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"BatchId": {id}, "Status": 2, "Version": "1"}}"#)).collect();
    format!(
        "{{\"BatchList\": [{}],\n\"PageInfo\": {{\"CurrentPage\": {page}, \"PageSize\": {size}, \"TotalCount\": {total}}}}}\n",
        batches.join(", ")
    )
}

/// Where the total of [`batches`] stands, for a page and a size of one digit: `"PageInfo": ` is 12 characters
/// long, `{"CurrentPage": 1, ` 19, `"PageSize": 2, ` 15 and `"TotalCount": ` 14.
const TOTAL: &str = "2:61";

/// A page of patch states, its token on the second line.
fn states(token: &str, ids: &[&str]) -> String {
    let states: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"InstanceId": "{id}", "MissingCount": "0"}}"#)).collect();
    format!(
        "{{\"InstancePatchStates\": [{}],\n\"RequestId\": \"r\", \"NextToken\": \"{token}\"}}\n",
        states.join(", ")
    )
}

/// Where the token of [`states`] stands: `"RequestId": "r", ` is 18 characters long, `"NextToken": ` 13.
const TOKEN: &str = "2:32";
