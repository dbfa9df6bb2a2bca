//! Evidence: every value that a rule read, with its place, and the words of a pass.

use super::{BASELINE, IMAGE, NODE, STATE, evidence, finding, finding_in, judge, rule_on, shown, verdict};
use serde_json::{Value, json};

/// Line, column, first byte, and the byte right after the last one.
fn place(value: &Value) -> [u64; 4] {
    ["line", "column", "start_byte", "end_byte"].map(|key| value[key].as_u64().unwrap())
}

const THREE: &str = "deny contains \"x\" if {\n\tinput.resource.compliant_summary.compliant_count > 3\n\tinput.resource.status == \"compliant\"\n\tinput.resource.group == \"g\"\n}";

#[test]
fn every_value_stands_at_its_place() {
    // Line 1: `{"count": 1, "instance_compliant": [` and a line end, 37 bytes.
    // Line 2: `{"name": "é😀", ` is 9 + 8 + 2 = 19 bytes, 15 characters; `"status": ` 10: the value stands at byte
    // 37 + 29 = 66, in column 15 + 10 + 1 = 26, and has 11 bytes. A comma and a line end: line 3 begins at byte 79.
    // Line 3: a tab, `"compliant_summary": ` 21, `{` 1: the object at byte 79 + 22 = 101, column 23. Then
    // `"compliant_count":` 18: the number at byte 101 + 1 + 18 = 120, column 42.
    let text = "{\"count\": 1, \"instance_compliant\": [\n{\"name\": \"é😀\", \"status\": \"compliant\",\n\t\"compliant_summary\": {\"compliant_count\":5}}]}";
    let finding = finding_in(NODE, text, THREE);
    assert_eq!(finding["verdict"], "inconclusive", "the group is absent");
    let record = "/instance_compliant/0";
    let expected = [
        (format!("{record}/group"), json!({"absent": true})),
        (format!("{record}/status"), json!("compliant")),
        (format!("{record}/compliant_summary/compliant_count"), json!(5)),
    ];
    assert_eq!(
        evidence(&finding),
        expected,
        "what is missing is named first, then as they stand in the text"
    );
    let places: Vec<[u64; 4]> = finding["evidence"].as_array().unwrap().iter().map(place).collect();
    // The record begins at the start of line 2 and ends before the last two brackets: the number ends at 121, and
    // two closing brackets follow.
    assert_eq!(places, [[2, 1, 37, 123], [2, 26, 66, 77], [3, 42, 120, 121]]);
    assert_eq!(place(&finding["location"]), [2, 1, 37, 123]);
}

#[test]
fn passes_and_what_is_not_applicable_carry_theirs() {
    let record = r#"{"status": "compliant", "group": "h", "compliant_summary": {"compliant_count": 5}}"#;
    let pass = finding(NODE, record, THREE);
    assert_eq!(pass["verdict"], "pass");
    let expected = [
        ("/instance_compliant/0/status", json!("compliant")),
        ("/instance_compliant/0/group", json!("h")),
        ("/instance_compliant/0/compliant_summary/compliant_count", json!(5)),
    ];
    assert_eq!(evidence(&pass), shown(&expected));
    let body = "applies if input.resource.group == \"g\"\n\ndeny contains \"x\" if input.resource.status == \"compliant\"";
    let not = finding(NODE, record, body);
    assert_eq!(not["verdict"], "not_applicable");
    assert_eq!(evidence(&not), shown(&expected[..2]));
}

#[test]
fn an_error_carries_what_the_rule_reads() {
    let body = "deny contains \"x\" if to_number(input.resource.name) > 1";
    let finding = finding(NODE, r#"{"name": "n"}"#, body);
    assert_eq!(finding["verdict"], "error");
    assert_eq!(evidence(&finding), shown(&[("/instance_compliant/0/name", json!("n"))]));
}

#[test]
fn the_value_that_a_denial_names_comes_first() {
    let body =
        "deny contains {\"msg\": \"x\", \"path\": \"group\"} if input.resource.status == \"compliant\"";
    let named = finding(NODE, r#"{"status": "compliant", "name": "n", "group": "g"}"#, body);
    let expected =
        [("/instance_compliant/0/group", json!("g")), ("/instance_compliant/0/status", json!("compliant"))];
    assert_eq!(evidence(&named), shown(&expected));
    // Named and absent.
    let named = finding(NODE, r#"{"status": "compliant"}"#, body);
    let expected = [
        ("/instance_compliant/0/group", json!({"absent": true})),
        ("/instance_compliant/0/status", json!("compliant")),
    ];
    assert_eq!(evidence(&named), shown(&expected));
}

#[test]
fn values_are_shown_as_the_payload_writes_them() {
    // A count in a string, a placeholder, a time in milliseconds.
    let body =
        "deny contains \"x\" if {\n\tinput.resource.MissingCount > 3\n\tinput.resource.PatchGroup != null\n}";
    let finding = finding(STATE, r#"{"MissingCount": "3", "PatchGroup": ""}"#, body);
    let expected = [
        ("/InstancePatchStates/0/MissingCount", json!("3")),
        ("/InstancePatchStates/0/PatchGroup", json!("")),
    ];
    assert_eq!((finding["verdict"].as_str(), evidence(&finding)), (Some("pass"), shown(&expected)));
}

#[test]
fn secrets_are_not_shown() {
    let body = "deny contains \"x\" if {\n\tsome s in input.resource.Sources\n\tcontains(s.Configuration, \"http:\")\n\ts.Name == \"n\"\n}";
    let record = |configuration: &str| {
        format!(
            "{{\"BaselineId\": \"pb-1\", \"Name\": \"n\", \"PatchGroups\": [], \"Sources\": [{{\"Name\": \"n\", \"Configuration\": \"{configuration}\"}}]}}"
        )
    };
    for (secret, verdict) in [("https://u:hush", "pass"), ("http://u:hush", "fail")] {
        let text = record(secret);
        let outcome = judge(&text, &[("rule.rego", &rule_on(BASELINE, body))]);
        assert!(!outcome.stdout.contains("hush"), "{}", outcome.stdout);
        let finding = &outcome.json()["findings"][0];
        assert_eq!(finding["verdict"], verdict);
        let pieces = evidence(finding);
        let hidden = ("/Sources/0/Configuration".to_owned(), json!({"redacted": true}));
        assert!(pieces.contains(&hidden), "{pieces:?}");
        assert!(pieces.iter().all(|(_, value)| !value.to_string().contains("hush")));
    }
}

#[test]
fn long_values_are_left_out_and_blanks_do_not_make_them_long() {
    let body = "deny contains \"x\" if input.resource.name == \"z\"";
    let of = |length: usize| {
        let name = "n".repeat(length);
        let finding = finding(NODE, &format!("{{\"name\": \"{name}\"}}"), body);
        evidence(&finding)[0].1.clone()
    };
    // With its quotes of 1024 and 1025 bytes.
    assert_eq!(of(1022), json!("n".repeat(1022)));
    assert_eq!(of(1023), json!({"truncated": true}));
    let body = "deny contains \"x\" if count(input.resource.PatchGroups) > 3";
    let groups = format!("[{}\"g\"]", " ".repeat(5000));
    let record = format!("{{\"BaselineId\": \"pb-1\", \"Name\": \"n\", \"PatchGroups\": {groups}}}");
    assert_eq!(evidence(&finding(BASELINE, &record, body)), shown(&[("/PatchGroups", json!(["g"]))]));
}

#[test]
fn a_list_of_more_than_50_elements_is_one_value() {
    let body = "deny contains \"x\" if {\n\tsome g in input.resource.PatchGroups\n\tg == \"z\"\n}";
    let of = |count: usize| {
        let groups = json!(vec!["g"; count]);
        let record = format!("{{\"BaselineId\": \"pb-1\", \"Name\": \"n\", \"PatchGroups\": {groups}}}");
        evidence(&finding(BASELINE, &record, body))
    };
    let pointers =
        |pieces: Vec<(String, Value)>| pieces.into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    assert_eq!(pointers(of(51)), ["/PatchGroups"]);
    let mut each = vec!["/PatchGroups".to_owned()];
    each.extend((0..50).map(|index| format!("/PatchGroups/{index}")));
    assert_eq!(pointers(of(50)), each);
    assert_eq!(of(0), shown(&[("/PatchGroups", json!([]))]));
}

#[test]
fn json_within_a_string_is_shown_as_the_string() {
    let body = "deny contains \"x\" if {\n\tsome e in input.resource.Endpoints\n\te == \"bad\"\n}";
    let record = |text: &str| format!("{{\"Tag\": \"1\", \"Endpoints\": {}}}", json!(text));
    let finding = finding(IMAGE, &record("[\"a\", \"b\"]"), body);
    let expected = [("/ImageInstanceList/0/Endpoints", json!("[\"a\", \"b\"]"))];
    assert_eq!((finding["verdict"].as_str(), evidence(&finding)), (Some("pass"), shown(&expected)));
    assert_eq!(verdict(IMAGE, &record("[\"a\", \"bad\"]"), body), "fail");
    // `"[null]"`: an element that says nothing.
    assert_eq!(verdict(IMAGE, &record("[null]"), body), "inconclusive");
}

#[test]
fn values_of_the_envelope_are_the_last() {
    let body =
        "deny contains \"x\" if {\n\tinput.payload.RequestId == \"z\"\n\tinput.resource.MissingCount > 3\n}";
    // `{"RequestId": ` is 14 bytes.
    let text = "{\"RequestId\": \"q\", \"InstancePatchStates\": [{\"MissingCount\": \"0\"}]}";
    let finding = finding_in(STATE, text, body);
    let expected = [("/InstancePatchStates/0/MissingCount", json!("0")), ("/RequestId", json!("q"))];
    assert_eq!((finding["verdict"].as_str(), evidence(&finding)), (Some("pass"), shown(&expected)));
    assert_eq!(place(&finding["evidence"][1]), [1, 15, 14, 17]);
}

#[test]
fn without_include_a_pass_costs_nothing_and_shows_nothing() {
    let folder = crate::support::Folder::new();
    let file = folder.file("payload.json", super::payload(NODE, r#"{"status": "compliant", "group": "h"}"#));
    let rules =
        folder.file("rule.rego", rule_on(NODE, "deny contains \"x\" if input.resource.group == \"g\""));
    let outcome = crate::support::check(&[&file, "--no-builtin", "--policies", &rules]);
    assert_eq!((outcome.code, outcome.json()["findings"].clone()), (0, json!([])));
}

#[test]
fn a_pass_names_the_values_it_rests_on() {
    let message =
        |record: &str, body: &str| finding(NODE, record, body)["message"].as_str().unwrap().to_owned();
    let one = "deny contains \"x\" if input.resource.group == \"g\"";
    assert_eq!(message(r#"{"group": "h"}"#, one), "nothing speaks against it: `group` is \"h\"");
    // By path, three of them.
    let four = "deny contains \"x\" if {\n\tinput.resource.name == \"z\"\n\tinput.resource.group == \"z\"\n\tinput.resource.status == \"compliant\"\n\tinput.resource.id == \"z\"\n}";
    let record = r#"{"status": "compliant", "name": "n", "id": "i", "group": "g"}"#;
    let said =
        "nothing speaks against it: `group` is \"g\", `id` is \"i\", `name` is \"n\", and one more value";
    assert_eq!(message(record, four), said);
    let five = four.replace("\n}", "\n\tinput.resource.eip == \"z\"\n}");
    let record = r#"{"status": "compliant", "name": "n", "id": "i", "group": "g", "eip": "e"}"#;
    let said =
        "nothing speaks against it: `eip` is \"e\", `group` is \"g\", `id` is \"i\", and 2 more values";
    assert_eq!(message(record, &five), said);
    // 40 characters of a value, its quote among them.
    let long = format!("{{\"group\": \"{}\"}}", "é".repeat(60));
    assert_eq!(message(&long, one), format!("nothing speaks against it: `group` is \"{}…", "é".repeat(39)));
    // Nothing of the resource is read.
    let none = "deny contains \"x\" if input.source.operation == \"z\"";
    assert_eq!(message(r#"{"group": "h"}"#, none), "nothing speaks against it");
}
