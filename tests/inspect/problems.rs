//! What `inspect` tells of files that are incomplete, contradictory, or no payloads at all.

use serde_json::{Value, json};

use super::{entries, words};
use crate::support::{Folder, command, finish_in_time, probity, sample};

#[test]
fn what_is_missing_is_shown_with_its_place() {
    let path = "samples/huawei/coc/list-instance-compliant/incomplete.json";
    let outcome = probity(&["inspect", path]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (2, ""));
    let rows = words(&outcome);
    assert_eq!(rows[2], ["huawei.coc.ListInstanceCompliant", "1", "2", "37", "incomplete"]);
    // In line 2 the value stands behind two spaces and `"count": `, nine characters.
    let problem =
        format!("    error payload.incomplete: {path}:2:12: 2 of 37 node reports are here, 35 are missing");
    assert_eq!(outcome.stdout.lines().last(), Some(problem.as_str()));
    let entry = &entries(&[path])[0];
    assert_eq!((&entry["complete"], &entry["stated_total"]), (&json!(false), &json!(37)));
    let problem = &entry["problems"][0];
    assert_eq!(["code", "level", "file"].map(|key| &problem[key]), ["payload.incomplete", "error", path]);
    assert_eq!(["line", "column"].map(|key| &problem[key]), [2, 12]);
    // Allowed, it is a warning, and still not complete.
    let allowed = probity(&["inspect", path, "--allow-incomplete"]);
    assert_eq!((allowed.code, words(&allowed)[2][4]), (0, "incomplete"));
    assert!(allowed.stdout.contains("    warning payload.incomplete: "), "{}", allowed.stdout);
}

#[test]
fn every_problem_of_a_file_is_shown() {
    let path = "samples/alibaba/sas/describe-image-instances/documented-example.json";
    let outcome = probity(&["inspect", path]);
    assert_eq!(outcome.code, 2);
    let rows = words(&outcome);
    assert_eq!(rows[2], ["alibaba.sas.DescribeImageInstances", "1", "1", "69", "incomplete"]);
    // 1721363159 is 2024-07-19T04:25:59Z: 19923 days, which are 54 years with 13 leap days and 200 days, and
    // 15959 s.
    assert_eq!(rows[3], ["observed", "2024-07-19T04:25:59Z"]);
    // Line 6 is four spaces and `"TotalCount": `, line 7 four and `"Count": `.
    assert_eq!(rows[4][..3], ["error", "payload.incomplete:", &format!("{path}:6:19:")]);
    assert_eq!(rows[5][..3], ["error", "payload.inconsistent:", &format!("{path}:7:14:")]);
    assert_eq!(rows.len(), 6);
}

#[test]
fn what_is_no_payload_is_shown_as_such() {
    let folder = Folder::new();
    let strange = folder.file("strange.json", r#"{"a": 1}"#);
    for (path, code) in [
        ("samples/errors/aws-throttling.json", "payload.error_body"),
        ("samples/errors/gateway-timeout.json", "payload.error_body"),
        ("samples/errors/huawei-signature.json", "payload.error_body"),
        ("samples/aws/ssm/get-patch-baseline/truncated.json", "payload.malformed"),
        (strange.as_str(), "payload.unrecognised"),
    ] {
        let outcome = probity(&["inspect", path]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (2, ""), "{path}");
        let rows = words(&outcome);
        assert_eq!((rows[1].join(" ").as_str(), &rows[2][..]), (path, &["nothing", "recognised"][..]));
        assert_eq!(rows[3][..2], ["error", &format!("{code}:")], "{path}");
        let entry = &entries(&[path])[0];
        let nothing = [json!(null), json!(0), json!(0), json!(null), json!(null), json!(null)];
        let keys = ["operation", "payloads", "resources", "stated_total", "complete", "observed_from"];
        assert_eq!(keys.map(|key| entry[key].clone()), nothing, "{path}");
        assert_eq!(entry["problems"][0]["code"], code);
        assert_eq!(entry["problems"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn an_answer_that_states_nothing_is_unverified() {
    let mut page: Value =
        serde_json::from_str(&sample("huawei/coc/list-instance-compliant/compliant.json")).unwrap();
    page.as_object_mut().unwrap().remove("count");
    let folder = Folder::new();
    let path = folder.file("page.json", page.to_string());
    let outcome = probity(&["inspect", &path]);
    assert_eq!(outcome.code, 0);
    assert_eq!(words(&outcome)[2], ["huawei.coc.ListInstanceCompliant", "1", "3", "-", "unverified"]);
    assert!(outcome.stdout.contains("    warning payload.unverified: "), "{}", outcome.stdout);
    assert_eq!(entries(&[&path])[0]["complete"], Value::Null);
}

#[test]
fn what_belongs_to_no_file_is_shown_too() {
    let folder = Folder::new();
    let missing = format!("{}/missing.json", folder.text());
    let path = "samples/alibaba/sas/list-publish-batch/compliant.json";
    let outcome = probity(&["inspect", path, &missing]);
    assert_eq!((outcome.code, words(&outcome).len()), (2, 4), "header, file, row, problem");
    assert!(outcome.stdout.contains("\nerror input.unreadable: "), "{}", outcome.stdout);
    let json = probity(&["inspect", path, &missing, "--format", "json"]).json();
    assert_eq!(
        (&json["inputs"][0]["problems"], &json["problems"][0]["code"]),
        (&json!([]), &json!("input.unreadable"))
    );
    for arguments in [&["inspect"][..], &["inspect", &folder.text()]] {
        let outcome = finish_in_time(&mut command(arguments));
        assert_eq!(outcome.code, 2);
        assert!(
            outcome.stdout.starts_with("error input.none: "),
            "no table, only the problem: {}",
            outcome.stdout
        );
    }
}
