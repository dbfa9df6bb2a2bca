//! What holds a snapshot together: no resource twice, none at all, and how old it is.

use super::{batches, counts, findings, load, load_stdin, message_of, node, nodes, told};
use crate::support::{Folder, Outcome, probity};

fn codes(outcome: &Outcome) -> (Vec<String>, i32) {
    (outcome.codes(), outcome.code)
}

/// A code and an exit code, in the form of [`codes`].
fn only(code: &str, exit: i32) -> (Vec<String>, i32) {
    (vec![code.to_owned()], exit)
}

#[test]
fn a_resource_that_stands_twice_with_different_content_is_an_error() {
    let folder = Folder::new();
    let text = r#"{"count": 2, "instance_compliant": [
  {"id": "a", "group": "g"},
  {"id": "a", "group": null}]}"#;
    let outcome = load(&[&folder.file("page.json", text)]);
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.duplicate 3:3".to_owned()], 2));
    assert!(message_of(&outcome, "payload.duplicate").contains("line 2 column 3"));
    assert_eq!(findings(&outcome), ["fail a 3:24 /instance_compliant/1/group"], "both are judged");
}

#[test]
fn a_resource_that_stands_twice_with_the_same_content_is_a_warning() {
    let folder = Folder::new();
    // The order of its members and the blanks between them are no content.
    let text = r#"{"count": 2, "instance_compliant": [
  {"id": "a", "group": "g", "x": {"y": 1, "z": 2}},
  {"x":{"z":2,"y":1},"group":"g","id":"a"}]}"#;
    let outcome = load(&[&folder.file("page.json", text)]);
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.repeated 3:3".to_owned()], 0));
    assert_eq!(outcome.json()["diagnostics"][0]["level"], "warning");
    // A field that no document names is content.
    let outcome = load(&[&folder.file("page.json", text.replace("\"y\":1", "\"y\":3"))]);
    assert_eq!(codes(&outcome), only("payload.duplicate", 2));
}

#[test]
fn duplicates_are_found_across_the_pages_of_a_file() {
    let (one, two) = (nodes(3, &["a", "b"]), nodes(3, &["a", "c"]));
    for (second, expected) in
        [(two.clone(), "payload.repeated"), (two.replacen("\"g\"", "\"h\"", 1), "payload.duplicate")]
    {
        let outcome = load_stdin(&[], format!("{one}\n{second}\n").as_bytes());
        // The second page begins with `{"instance_compliant": [`, which is 24 characters long.
        assert_eq!(told(&outcome), [format!("{expected} 2:25")]);
    }
}

#[test]
fn duplicates_are_found_across_the_files_of_a_snapshot() {
    for (group, expected, exit) in [("g", "payload.repeated", 0), ("h", "payload.duplicate", 2)] {
        let folder = Folder::new();
        folder.file("page-1.json", nodes(3, &["a", "b"]));
        folder.file("page-2.json", nodes(3, &["a", "c"]).replacen("\"g\"", &format!("\"{group}\""), 1));
        let outcome = load(&[&folder.text()]);
        assert_eq!((told(&outcome), outcome.code), (vec![format!("{expected} 1:25")], exit));
        let diagnostic = &outcome.json()["diagnostics"][0];
        assert!(diagnostic["file"].as_str().unwrap().ends_with("page-2.json"));
        assert!(diagnostic["message"].as_str().unwrap().contains("page-1.json"));
    }
}

#[test]
fn the_same_resource_in_two_snapshots_is_no_duplicate() {
    let folder = Folder::new();
    folder.file("monday.json", nodes(1, &["a"]));
    folder.file("tuesday.json", nodes(1, &["a"]).replace("\"g\"", "\"h\""));
    let outcome = load(&[&folder.text()]);
    assert_eq!((told(&outcome), outcome.code), (vec![], 0));
}

#[test]
fn every_operation_has_its_own_identity() {
    let folder = Folder::new();
    for (text, expected) in [
        // The instance counts before the node, and that before the report.
        (
            r#"{"count": 3, "instance_compliant": [
 {"instance_id": "i", "id": "1", "group": "g"},
 {"instance_id": "i", "id": "2", "group": "g"},
 {"instance_id": "", "node_id": "i", "id": "1", "group": "h"}]}"#,
            &["payload.duplicate 3:2", "payload.duplicate 4:2"][..],
        ),
        (
            r#"{"count": 2, "instance_compliant": [
 {"instance_id": null, "node_id": "", "id": "1", "group": "g"},
 {"id": "2", "group": "g"}]}"#,
            &[],
        ),
        (
            r#"{"InstancePatchStates": [
 {"InstanceId": "a", "MissingCount": "0"},
 {"InstanceId": "A", "MissingCount": "0"},
 {"InstanceId": "a", "MissingCount": "00"}]}"#,
            &["payload.repeated 4:2"],
        ),
        (
            r#"{"BatchList": [
 {"BatchId": 1, "Version": "1", "Status": 2},
 {"BatchId": 1, "Version": "2", "Status": 2},
 {"BatchId": 1, "Version": "1", "Status": 1}], "PageInfo": {"TotalCount": 3}}"#,
            &["payload.duplicate 4:2"],
        ),
        (
            r#"{"ImageInstanceList": [
 {"RegionId": "r", "RepoName": "n", "Tag": "1", "Digest": "d", "VulCount": 0},
 {"RegionId": "s", "RepoName": "n", "Tag": "1", "Digest": "d", "VulCount": 0},
 {"RegionId": "r", "RepoName": "n", "Tag": "2", "Digest": "d", "VulCount": 0},
 {"RegionId": "r", "RepoNamespace": "N/A", "RepoName": "n", "Tag": "1", "Digest": "d", "VulCount": 1}],
"PageInfo": {"TotalCount": 4}}"#,
            &["payload.duplicate 5:2"],
        ),
        (
            "{\"BaselineId\": \"pb-1\", \"Name\": \"a\", \"PatchGroups\": [\"g\"]}\n\
             {\"BaselineId\": \"pb-1\", \"Name\": \"b\", \"PatchGroups\": [\"g\"]}\n",
            &["payload.duplicate 2:1"],
        ),
    ] {
        let outcome = load(&[&folder.file("page.json", text)]);
        assert_eq!(told(&outcome), expected, "{text}");
    }
}

#[test]
fn masked_and_missing_ids_join_nothing() {
    let folder = Folder::new();
    for text in [
        r#"{"InstancePatchStates": [{"InstanceId": "i-1****", "MissingCount": "0"}, {"InstanceId": "i-1****", "MissingCount": "2"}]}"#,
        r#"{"InstancePatchStates": [{"MissingCount": "0"}, {"MissingCount": "2"}]}"#,
        r#"{"count": 2, "instance_compliant": [{"id": "", "group": "g"}, {"id": null, "group": "h"}]}"#,
        r#"{"BatchList": [{"BatchId": 1, "Status": 2}, {"BatchId": 1, "Status": 1}], "PageInfo": {"TotalCount": 2}}"#,
    ] {
        let outcome = load(&[&folder.file("page.json", text)]);
        assert_eq!(told(&outcome), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn many_repeated_resources_are_one_word() {
    let folder = Folder::new();
    let ids: Vec<String> = (0..500).map(|k| format!("n{k}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let text = format!("{}\n{}\n", nodes(1000, &ids), nodes(1000, &ids));
    let outcome = load(&[&folder.file("pages.ndjson", text), "--allow-incomplete"]);
    assert!(message_of(&outcome, "payload.repeated").contains("500"));
    assert!(message_of(&outcome, "payload.incomplete").contains("500 of 1000"));
    assert_eq!((outcome.code, counts(&outcome)), (0, (2, 1000)));
}

#[test]
fn many_different_duplicates_are_capped_and_counted() {
    let ids: Vec<String> = (0..50).map(|k| format!("n{k}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let text = format!("{}\n{}\n", nodes(50, &ids), nodes(50, &ids).replace("\"g\"", "\"h\""));
    let outcome = load_stdin(&[], text.as_bytes());
    let told = outcome.codes();
    assert!(told.iter().all(|code| code == "payload.duplicate"), "{told:?}");
    assert!(told.len() < 30, "{}", told.len());
    let said = outcome.stdout.clone();
    assert!(said.contains("30 more of these"), "20 are shown");
    assert_eq!(outcome.code, 2);
}

#[test]
fn diagnostics_stand_in_the_order_of_their_places() {
    let text = r#"{"count": 3, "instance_compliant": [
 {"id": 1},
 {"id": "a", "group": "g"},
 {"id": "a", "group": "h"},
 {"id": 2}]}"#;
    // Before each value stand a blank and `{"id": `.
    let expected = ["payload.type_mismatch 2:9", "payload.duplicate 4:2", "payload.type_mismatch 5:9"];
    let told: Vec<String> = told(&load_stdin(&[], text.as_bytes()));
    let told: Vec<&str> =
        told.iter().map(String::as_str).filter(|told| !told.contains("inconsistent")).collect();
    assert_eq!(told, expected);
}

/// A payload of each operation without any resource, and how its list is called.
const EMPTY: &[&str] = &[
    r#"{"count": 0, "instance_compliant": []}"#,
    r#"{"count": 0, "instance_compliant": null}"#,
    r#"{"InstancePatchStates": [], "RequestId": "r", "NextToken": ""}"#,
    r#"{"BatchList": [], "PageInfo": {"CurrentPage": 1, "PageSize": 20, "TotalCount": 0}}"#,
    r#"{"ImageInstanceList": [], "PageInfo": {"Count": 0, "CurrentPage": 1, "PageSize": 20, "TotalCount": 0}}"#,
];

#[test]
fn an_empty_answer_has_not_passed() {
    for text in EMPTY {
        let outcome = load_stdin(&[], text.as_bytes());
        assert_eq!(codes(&outcome), only("payload.empty", 2), "{text}");
        assert_eq!(outcome.json()["gate"], "error", "{text}");
    }
}

#[test]
fn the_user_may_allow_that_an_answer_is_empty() {
    for text in EMPTY {
        let outcome = load_stdin(&["--allow-empty"], text.as_bytes());
        assert_eq!(codes(&outcome), only("payload.empty", 0), "{text}");
        assert_eq!(outcome.json()["diagnostics"][0]["level"], "warning", "{text}");
    }
}

#[test]
fn an_empty_answer_is_told_at_its_list() {
    // `{"count": 0, "instance_compliant": ` and `{"InstancePatchStates": ` are 35 and 24 characters long.
    assert_eq!(told(&load_stdin(&[], EMPTY[0].as_bytes())), ["payload.empty 1:36"]);
    assert_eq!(told(&load_stdin(&[], EMPTY[2].as_bytes())), ["payload.empty 1:25"]);
}

#[test]
fn an_empty_page_of_a_larger_answer_is_incomplete_not_empty() {
    let folder = Folder::new();
    let outcome = load(&[&folder.file("page.json", nodes(5, &[])), "--allow-empty"]);
    assert_eq!(codes(&outcome), only("payload.incomplete", 2));
    let outcome = load(&[&folder.file("page.json", batches(9, 2, 5, &[])), "--allow-empty"]);
    assert_eq!(codes(&outcome), only("payload.incomplete", 2));
}

#[test]
fn a_last_page_with_a_number_may_be_empty() {
    let text = batches(1, 1, 2, &[1]) + &batches(2, 1, 2, &[2]) + &batches(3, 1, 2, &[]);
    assert_eq!(codes(&load_stdin(&[], text.as_bytes())), (vec![], 0));
}

#[test]
fn a_last_page_without_a_number_may_be_empty() {
    let text = nodes(2, &["a"]) + &nodes(2, &["b"]) + &nodes(2, &[]);
    assert_eq!(codes(&load_stdin(&[], text.as_bytes())), (vec![], 0));
}

#[test]
fn one_empty_answer_among_others_is_told() {
    let folder = Folder::new();
    folder.file("a.json", nodes(1, &["a"]));
    folder.file("b.json", EMPTY[0]);
    let outcome = load(&[&folder.text()]);
    assert_eq!((codes(&outcome), counts(&outcome)), (only("payload.empty", 2), (2, 1)));
}

#[test]
fn both_allowances_may_be_given() {
    let outcome = load_stdin(&["--allow-empty", "--allow-incomplete"], nodes(5, &[]).as_bytes());
    assert_eq!(codes(&outcome), only("payload.incomplete", 0));
}

/// A report of this time, in milliseconds.
fn reported(time: i64) -> String {
    format!(
        r#"{{"count": 1, "instance_compliant": [{{"id": "a", "group": "g", "execution_summary": {{"report_time": {time}}}}}]}}"#
    )
}

/// The clock of the tests is 20,778 days after 1970, so that it is at 1795219200 seconds.
const NOW: i64 = 1_795_219_200_000;
const DAY: i64 = 86_400_000;

#[test]
fn a_snapshot_may_be_exactly_as_old_as_allowed() {
    for (time, exit) in [(NOW - 7 * DAY, 0), (NOW - 7 * DAY - 1, 2), (NOW - 7 * DAY + 1, 0), (NOW, 0), (0, 2)]
    {
        for age in ["7d", "168h", "1w", "604800s"] {
            let outcome = load_stdin(&["--max-age", age], reported(time).as_bytes());
            let expected = if exit == 0 { (vec![], 0) } else { only("payload.stale", 2) };
            assert_eq!(codes(&outcome), expected, "{time} {age}");
        }
    }
}

#[test]
fn the_clock_is_the_one_that_is_given() {
    let folder = Folder::new();
    let file = folder.file("page.json", reported(NOW));
    let check = |at: &str| {
        let base = ["check", &file, "--format", "json", "--at", at, "--max-age", "1d"];
        probity(&[&base[..], &super::RULES].concat())
    };
    assert_eq!(codes(&check("2026-11-22T00:00:00Z")), (vec![], 0));
    assert_eq!(codes(&check("2026-11-22T01:00:00+01:00")), (vec![], 0));
    assert_eq!(codes(&check("2026-11-22T00:00:01Z")), only("payload.stale", 2));
    // Without a clock, it is now; 1970 is long ago.
    let file = folder.file("page.json", reported(0));
    let base = ["check", &file, "--format", "json", "--max-age", "365d"];
    assert_eq!(codes(&probity(&[&base[..], &super::RULES].concat())), only("payload.stale", 2));
}

#[test]
fn every_operation_has_its_own_time() {
    let boto3 = |date: &str| {
        format!(
            r#"{{"BaselineId": "pb-1", "Name": "n", "PatchGroups": ["g"], "CreatedDate": "{date}",
                "ResponseMetadata": {{"HTTPHeaders": {{"date": "{date}"}}}}}}"#
        )
        .replace(&format!("\"CreatedDate\": \"{date}\""), "\"CreatedDate\": 1.0")
    };
    for (text, expected) in [
        (
            r#"{"InstancePatchStates": [{"InstanceId": "a", "MissingCount": "0", "OperationEndTime": "2026-11-14T00:00:00Z"}]}"#.to_owned(),
            "",
        ),
        (
            r#"{"InstancePatchStates": [{"InstanceId": "a", "MissingCount": "0", "OperationEndTime": "2026-11-13T23:59:59Z"}]}"#.to_owned(),
            "payload.stale",
        ),
        (
            format!(r#"{{"ImageInstanceList": [{{"Tag": "1", "LastScanTime": {}}}], "PageInfo": {{"TotalCount": 1}}}}"#, NOW - 7 * DAY),
            "",
        ),
        (
            format!(r#"{{"ImageInstanceList": [{{"Tag": "1", "LastScanTime": {}}}], "PageInfo": {{"TotalCount": 1}}}}"#, NOW - 8 * DAY),
            "payload.stale",
        ),
        (boto3("Sat, 14 Nov 2026 00:00:00 GMT"), ""),
        (boto3("Fri, 13 Nov 2026 23:59:59 GMT"), "payload.stale"),
        // What has no time of its own cannot be told to be fresh.
        (boto3("yesterday"), "payload.undated"),
        (r#"{"BaselineId": "pb-1", "Name": "n", "PatchGroups": ["g"], "ModifiedDate": 1795219200.0}"#.to_owned(), "payload.undated"),
        (batches(1, 2, 1, &[1]), "payload.undated"),
        (nodes(1, &["a"]), "payload.undated"),
    ] {
        let outcome = load_stdin(&["--max-age", "7d"], text.as_bytes());
        let expected = if expected.is_empty() { (vec![], 0) } else { only(expected, 2) };
        assert_eq!(codes(&outcome), expected, "{text}");
        assert_eq!(codes(&load_stdin(&[], text.as_bytes())), (vec![], 0), "nobody asked: {text}");
    }
}

#[test]
fn the_newest_time_of_a_snapshot_counts() {
    let old = node("a").replace("\"group\"", r#""execution_summary": {"report_time": 1}, "group""#);
    let new =
        node("b").replace("\"group\"", &format!(r#""execution_summary": {{"report_time": {NOW}}}, "group""#));
    let one = format!(r#"{{"count": 2, "instance_compliant": [{old}]}}"#);
    let two = format!(r#"{{"count": 2, "instance_compliant": [{new}]}}"#);
    // Two pages of one answer, then two answers.
    let outcome = load_stdin(&["--max-age", "7d"], format!("{one}\n{two}\n").as_bytes());
    assert_eq!(codes(&outcome), (vec![], 0));
    let whole = format!("{one}\n{two}\n").replace("\"count\": 2", "\"count\": 1");
    let outcome = load_stdin(&["--max-age", "7d"], whole.as_bytes());
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.stale 1:1".to_owned()], 2));
}

#[test]
fn resources_without_a_payload_have_an_age_too() {
    let text = r#"{"id": "a", "group": "g", "execution_summary": {"report_time": 1}}"#;
    let outcome = load_stdin(&["--as", "ListInstanceCompliant", "--max-age", "7d"], text.as_bytes());
    assert_eq!(
        (outcome.codes(), outcome.code),
        (vec!["payload.unverified".to_owned(), "payload.stale".to_owned()], 2)
    );
}

#[test]
fn an_age_is_a_number_with_a_unit() {
    for age in ["7", "d", "-1d", "1.5h", "7 d", "7days", "", "99999999999999999999d", "999999999w"] {
        let outcome = load_stdin(&[&format!("--max-age={age}")], b"{}");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{age}");
        assert!(outcome.stderr.contains("--max-age"), "{age}: {}", outcome.stderr);
    }
}
