//! `probity inspect`: what is recognised in files, as a table and as JSON, without any judgement.

mod inputs;
mod normalised;
mod problems;

use std::fs;

use serde_json::{Value, json};

use crate::support::{CLOCK, Folder, Outcome, probity, probity_with, root, sample};

/// The words of each line.
fn words(outcome: &Outcome) -> Vec<Vec<&str>> {
    let lines = outcome.stdout.lines().filter(|line| !line.is_empty());
    lines.map(|line| line.split_whitespace().collect()).collect()
}

/// The table of one file without problems: header, file, row, and times where there are some.
#[track_caller]
fn table(path: &str, row: &[&str], observed: Option<&str>) {
    let outcome = probity(&["inspect", path]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{path}");
    let header = ["operation", "payloads", "resources", "stated", "state"];
    let mut expected = vec![header.to_vec(), vec![path], row.to_vec()];
    if let Some(observed) = observed {
        expected.push([&["observed"][..], &observed.split(' ').collect::<Vec<_>>()].concat());
    }
    assert_eq!(words(&outcome), expected);
}

/// The entries of the JSON.
fn entries(arguments: &[&str]) -> Vec<Value> {
    let outcome = probity(&[&["inspect", "--format", "json"], arguments].concat());
    assert_eq!(outcome.stderr, "");
    outcome.json()["inputs"].as_array().unwrap().clone()
}

/// The JSON of one sample without problems.
#[track_caller]
fn entry(
    path: &str,
    operation: &str,
    [payloads, resources]: [u64; 2],
    stated: Option<u64>,
    observed: [Option<&str>; 2],
) {
    let outcome = probity(&["inspect", "--format", "json", path]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{path}");
    let mut document = outcome.json();
    let digest = document["inputs"][0].as_object_mut().unwrap().remove("sha256").unwrap();
    assert!(digest.as_str().unwrap().chars().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!(digest.as_str().unwrap().len(), 64);
    let bytes = fs::metadata(root().join(path)).unwrap().len();
    let expected = json!({
        "schema": "probity.inspect/v1",
        "inputs": [{
            "file": path, "bytes": bytes, "operation": operation, "payloads": payloads, "resources": resources,
            "stated_total": stated, "complete": true, "observed_from": observed[0], "observed_to": observed[1],
            "problems": [],
        }],
        "problems": [],
    });
    assert_eq!(document, expected);
}

// The five operations. Times are those of the resources: the end of an operation, the last scan, the report.

#[test]
fn patch_states_are_shown() {
    let path = "samples/alibaba/oos/list-instance-patch-states/compliant.json";
    let operation = "alibaba.oos.ListInstancePatchStates";
    let (from, to) = ("2026-11-19T20:31:07Z", "2026-11-20T18:05:20Z");
    // The token is empty: there is no further page. No total is stated anywhere.
    table(path, &[operation, "1", "3", "-", "complete"], Some(&format!("{from} to {to}")));
    entry(path, operation, [1, 3], None, [Some(from), Some(to)]);
    // A single time is no range.
    let path = "samples/alibaba/oos/list-instance-patch-states/documented-example.json";
    let at = "2021-09-10T11:42:22Z";
    table(path, &[operation, "1", "1", "-", "complete"], Some(at));
    entry(path, operation, [1, 1], None, [Some(at); 2]);
}

#[test]
fn images_are_shown() {
    let path = "samples/alibaba/sas/describe-image-instances/compliant.json";
    let operation = "alibaba.sas.DescribeImageInstances";
    // 1795219200 is 2026-11-21T00:00:00Z. The oldest scan, 1795128010.007, is 91189.993 s before it, the
    // newest, 1795144442.655, is 74757.345 s before it.
    let observed = "2026-11-19T22:40:10Z to 2026-11-20T03:14:02Z";
    table(path, &[operation, "1", "3", "3", "complete"], Some(observed));
    let exact = [Some("2026-11-19T22:40:10.007Z"), Some("2026-11-20T03:14:02.655Z")];
    entry(path, operation, [1, 3], Some(3), exact);
}

#[test]
fn release_batches_are_shown() {
    let path = "samples/alibaba/sas/list-publish-batch/compliant.json";
    let operation = "alibaba.sas.ListPublishBatch";
    // They have no times.
    table(path, &[operation, "1", "3", "3", "complete"], None);
    entry(path, operation, [1, 3], Some(3), [None; 2]);
}

#[test]
fn patch_baselines_are_shown() {
    let folder = "samples/aws/ssm/get-patch-baseline";
    let operation = "aws.ssm.GetPatchBaseline";
    // When a baseline was changed is not when it was looked at.
    for name in ["compliant.json", "non-compliant.json"] {
        let path = format!("{folder}/{name}");
        table(&path, &[operation, "1", "1", "-", "complete"], None);
        entry(&path, operation, [1, 1], None, [None; 2]);
    }
    let path = format!("{folder}/several-baselines.ndjson");
    table(&path, &[operation, "4", "4", "-", "complete"], None);
    entry(&path, operation, [4, 4], None, [None; 2]);
}

#[test]
fn the_time_that_boto3_keeps_is_shown() {
    let path = "samples/aws/ssm/get-patch-baseline/boto3-dump.json";
    // Its header: Fri, 20 Nov 2026 09:30:12 GMT.
    let at = "2026-11-20T09:30:12Z";
    entry(path, "aws.ssm.GetPatchBaseline", [1, 1], None, [Some(at); 2]);
    table(path, &["aws.ssm.GetPatchBaseline", "1", "1", "-", "complete"], Some(at));
}

#[test]
fn compliance_reports_are_shown() {
    let path = "samples/huawei/coc/list-instance-compliant/compliant.json";
    let operation = "huawei.coc.ListInstanceCompliant";
    // 1795055441 is 163759 s before 2026-11-21T00:00:00Z, 1795140604 is 78596 s before it.
    let (from, to) = ("2026-11-19T02:30:41Z", "2026-11-20T02:10:04Z");
    table(path, &[operation, "1", "3", "3", "complete"], Some(&format!("{from} to {to}")));
    entry(path, operation, [1, 3], Some(3), [Some(from), Some(to)]);
}

// Pages and files.

#[test]
fn pages_of_one_file_are_summed() {
    let path = "samples/huawei/coc/list-instance-compliant/pages.json";
    let operation = "huawei.coc.ListInstanceCompliant";
    // Pages of 2, 2 and 1 reports, each of which states 5.
    let at = "2026-11-20T02:10:00Z";
    table(path, &[operation, "3", "5", "5", "complete"], Some(at));
    entry(path, operation, [3, 5], Some(5), [Some(at); 2]);
}

#[test]
fn pages_of_several_files_have_a_row_each() {
    let outcome = probity(&["inspect", "samples/alibaba/sas/describe-image-instances/pages"]);
    let page = |number| format!("samples/alibaba/sas/describe-image-instances/pages/page-{number}.json");
    let (one, two) = (page(1), page(2));
    let operation = "alibaba.sas.DescribeImageInstances";
    // 1795152011.099 and 1795152114.418, then 1795152182.866: 67188.901, 67085.582 and 67017.134 s before
    // 2026-11-21T00:00:00Z.
    let expected = [
        &["operation", "payloads", "resources", "stated", "state"][..],
        &[&one],
        &[operation, "1", "2", "3", "complete"],
        &["observed", "2026-11-20T05:20:11Z", "to", "2026-11-20T05:21:54Z"],
        &[&two],
        &[operation, "1", "1", "3", "complete"],
        &["observed", "2026-11-20T05:23:02Z"],
        &["2", "files,", "2", "payloads,", "3", "resources"],
    ];
    assert_eq!((outcome.code, words(&outcome)), (0, expected.map(<[&str]>::to_vec).to_vec()));
    // One page alone is incomplete.
    assert_eq!(entries(&[&one])[0]["complete"], false);
}

#[test]
fn numbers_stand_below_the_end_of_their_titles() {
    let outcome = probity(&["inspect", "samples/huawei/coc/list-instance-compliant/pages.json"]);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    let end = |line: &str, word: &str| line.find(word).unwrap() + word.len();
    // Line 1 is the header, line 3 the row: 3 payloads, then 5 of 5 resources.
    assert_eq!(end(lines[0], "payloads"), end(lines[2], "  3"));
    assert_eq!(end(lines[0], "resources"), end(lines[2], "  3          5"));
    assert_eq!(lines[0].rfind("state"), lines[2].find("complete"));
    assert!(lines.iter().all(|line| line.trim_end() == *line), "nothing trails");
}

#[test]
fn a_file_of_several_operations_has_a_row_for_each() {
    let folder = Folder::new();
    // In the order of the operations' names, whatever the order in the file.
    let text = sample("huawei/coc/list-instance-compliant/incomplete.json")
        + &sample("alibaba/sas/list-publish-batch/compliant.json")
        + &sample("alibaba/oos/list-instance-patch-states/compliant.json");
    let path = folder.file("all.json", text);
    let outcome = probity(&["inspect", &path]);
    let rows: Vec<Vec<&str>> = words(&outcome);
    let rows: Vec<&[&str]> = rows.iter().filter(|row| row.len() == 5).map(Vec::as_slice).collect();
    let expected = [
        &["operation", "payloads", "resources", "stated", "state"],
        &["alibaba.oos.ListInstancePatchStates", "1", "3", "-", "complete"],
        &["alibaba.sas.ListPublishBatch", "1", "3", "3", "complete"],
        &["huawei.coc.ListInstanceCompliant", "1", "2", "37", "incomplete"],
    ];
    assert_eq!((outcome.code, rows), (2, expected.map(<[&str; 5]>::as_slice).to_vec()));
    assert_eq!(outcome.stdout.lines().filter(|line| *line == path).count(), 1, "the file is named once");
    assert_eq!(outcome.stdout.matches("payload.incomplete").count(), 1);
    let entries = entries(&[&path]);
    let told: Vec<[&Value; 3]> = entries
        .iter()
        .map(|entry| ["resources", "stated_total", "complete"].map(|key| &entry[key]))
        .collect();
    let expected = [
        [json!(3), json!(null), json!(true)],
        [json!(3), json!(3), json!(true)],
        [json!(2), json!(37), json!(false)],
    ];
    assert_eq!(told, expected.each_ref().map(<[Value; 3]>::each_ref));
    assert!(entries.iter().all(|entry| entry["file"] == path && entry["bytes"] == entries[0]["bytes"]));
}

#[test]
fn a_problem_of_a_file_with_several_operations_is_told_once() {
    let folder = Folder::new();
    let text = sample("huawei/coc/list-instance-compliant/incomplete.json")
        + &sample("alibaba/sas/list-publish-batch/compliant.json");
    let entries = entries(&[&folder.file("all.json", text)]);
    let problems: Vec<&Value> =
        entries.iter().flat_map(|entry| entry["problems"].as_array().unwrap()).map(|p| &p["code"]).collect();
    assert_eq!(problems, ["payload.incomplete"]);
}

#[test]
fn standard_input_is_shown() {
    let text = sample("alibaba/sas/list-publish-batch/compliant.json");
    let outcome = probity_with(&["inspect", "-"], text.as_bytes());
    assert_eq!((outcome.code, outcome.stdout.lines().nth(1)), (0, Some("<stdin>")));
}

// No judgement.

#[test]
fn nothing_is_judged() {
    for path in [
        "samples/huawei/coc/list-instance-compliant/non-compliant.json",
        "samples/huawei/coc/list-instance-compliant/documented-example.json",
        "samples/alibaba/oos/list-instance-patch-states/non-compliant.json",
        "samples/alibaba/sas/describe-image-instances/non-compliant.json",
        "samples/alibaba/sas/list-publish-batch/non-compliant.json",
        "samples/aws/ssm/get-patch-baseline/non-compliant.json",
    ] {
        for arguments in [&["--format", "table"][..], &["--format", "json"], &["--inputs"]] {
            let outcome = probity(&[&["inspect", path], arguments].concat());
            assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{path} {arguments:?}");
            for word in ["verdict", "gate", "severity\":", "finding"] {
                assert!(!outcome.stdout.contains(word), "{path} {arguments:?}: {word}");
            }
        }
        assert_eq!(probity(&["check", path, "--at", CLOCK]).code, 1, "{path}: it is that bad");
    }
}

#[test]
fn the_whole_of_the_samples_adds_up() {
    let outcome = probity(&["inspect", "samples"]);
    // Counted by hand. Payloads: 4 + 3 of patch states, 4 + 2 of images, 4 + 2 of batches, 3 + 4 of
    // baselines, 4 + 3 of reports. Resources: 3+1+2+4+2+2+1, 3+1+2+4+2+1, the same, 3+4, 3+1+2+4+5. Files: as
    // many as payloads, but for the lines of a file and the pages of one, five errors and one that is cut off.
    assert_eq!(outcome.stdout.lines().last(), Some("34 files, 33 payloads, 63 resources"));
    assert_eq!(outcome.code, 2);
    let json = probity(&["inspect", "samples", "--format", "json"]);
    let document = json.json();
    let inputs = document["inputs"].as_array().unwrap();
    let sum = |key: &str| inputs.iter().map(|input| input[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!((inputs.len(), sum("payloads"), sum("resources")), (34, 33, 63));
    // In the order of their names.
    assert!(inputs.is_sorted_by_key(|input| input["file"].as_str().unwrap()));
    assert_eq!((json.code, &document["problems"]), (2, &json!([])));
}

#[test]
fn the_age_is_a_problem_where_that_is_asked_for() {
    let path = "samples/huawei/coc/list-instance-compliant/compliant.json";
    // The newest report is 78596 s older than the clock.
    for (age, code) in [("78596s", 0), ("78595s", 2)] {
        let outcome = probity(&["inspect", path, "--at", CLOCK, "--max-age", age]);
        assert_eq!((outcome.code, outcome.stdout.contains("payload.stale")), (code, code == 2), "{age}");
    }
}

#[test]
fn the_table_in_a_file_is_the_table_on_standard_output() {
    let folder = Folder::new();
    let out = format!("{}/out", folder.text());
    for arguments in [&["--format", "table"][..], &["--format", "json"], &["--inputs"]] {
        let plain = probity(&[&["inspect", "samples/alibaba"], arguments].concat());
        let filed = probity(&[&["inspect", "samples/alibaba", "-o", &out], arguments].concat());
        assert_eq!(
            (filed.code, filed.stdout.as_str(), &filed.stderr),
            (2, "", &plain.stderr),
            "{arguments:?}"
        );
        assert_eq!(fs::read_to_string(&out).unwrap(), plain.stdout, "{arguments:?}");
    }
    let missing = format!("{}/missing/out", folder.text());
    let outcome = probity(&["inspect", "samples/alibaba", "-o", &missing]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("output.unwritable"), "{}", outcome.stderr);
}
