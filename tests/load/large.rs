//! Documents that are too large to be held, which are judged resource by resource: what is said of them is
//! what would be said of small ones.

use std::fmt::Write as _;

use super::{counts, documents, findings, load, load_stdin, nodes, problems, told};
use crate::support::{Folder, Outcome, probity_with};

/// Nodes of 1 KB in a payload of 8 MB, far beyond what is held.
pub(super) const MANY: usize = 8000;
/// Nodes of 1 KB in a payload of 4.3 MB, just beyond.
pub(super) const ENOUGH: usize = 4300;

/// The line of a node: every 500th belongs to no group.
fn line_of(index: usize) -> String {
    let group = if index % 500 == 499 { "null" } else { "\"g\"" };
    format!("  {{\"id\": \"n{index:04}\", \"name\": \"{}\", \"group\": {group}}}", "é".repeat(500))
}

/// A payload: four lines up to its first node, then a node a line, then two lines.
pub(super) fn large(nodes: usize) -> String {
    let mut text = format!("{{\n \"count\": {nodes},\n\n \"instance_compliant\": [\n");
    for index in 0..nodes {
        let comma = if index + 1 < nodes { "," } else { "" };
        writeln!(text, "{}{comma}", line_of(index)).unwrap();
    }
    text.push_str(" ]\n}\n");
    text
}

/// The same with its count behind the nodes. The lines of the nodes are the same.
pub(super) fn envelope_behind(nodes: usize) -> String {
    let count = format!(" \"count\": {nodes}");
    let behind = format!(" ],\n{count}\n}}\n");
    large(nodes).replacen(&format!("{count},"), "", 1).replacen(" ]\n}\n", &behind, 1)
}

/// What is wrong with it. Before the group stand two blanks, `{"id": "n0000", "name": "` with 25 characters,
/// the name with 500, and `", "group": ` with 12.
pub(super) fn expected(nodes: usize) -> Vec<String> {
    (0..nodes / 500)
        .map(|k| {
            let index = 500 * k + 499;
            format!("fail n{index:04} {}:540 /instance_compliant/{index}/group", index + 5)
        })
        .collect()
}

#[test]
fn a_large_payload_is_judged_resource_by_resource() {
    let folder = Folder::new();
    for text in [large(MANY), envelope_behind(MANY)] {
        let outcome = load(&[&folder.file("large.json", &text)]);
        assert_eq!(findings(&outcome), expected(MANY));
        assert_eq!((told(&outcome), outcome.code), (vec![], 1));
        assert_eq!(documents(&outcome), vec![None; MANY / 500], "the file is one document");
        assert_eq!((counts(&outcome), outcome.verdicts("pass")), ((1, 8000), 7984));
        let input = &outcome.json()["inputs"][0];
        assert_eq!((input["complete"].as_bool(), input["stated_total"].as_u64()), (Some(true), Some(8000)));
        // The bytes of a location are those of the value, wherever its piece of the file was cut off.
        let document = outcome.json();
        for finding in document["findings"].as_array().unwrap() {
            let byte = |name: &str| usize::try_from(finding["location"][name].as_u64().unwrap()).unwrap();
            assert_eq!(text.get(byte("start_byte")..byte("end_byte")), Some("null"));
        }
    }
}

#[test]
fn small_files_with_the_same_data_give_the_same_findings() {
    let folder = Folder::new();
    for (number, first) in (1..).zip((0..MANY).step_by(1000)) {
        let lines: Vec<String> = (first..first + 1000).map(line_of).collect();
        let text = format!("{{\"instance_compliant\": [\n{}],\n \"count\": {MANY}}}", lines.join(",\n"));
        folder.file(&format!("page-{number}.json"), text);
    }
    let outcome = load(&[&folder.text()]);
    assert_eq!((told(&outcome), counts(&outcome)), (vec![], (8, 8000)));
    let expected: Vec<String> = (0..MANY / 500)
        .map(|k| {
            let index = 500 * (k % 2) + 499;
            format!("fail n{:04} {}:540 /instance_compliant/{index}/group", 500 * k + 499, index + 2)
        })
        .collect();
    assert_eq!(findings(&outcome), expected);
}

#[test]
fn a_large_payload_may_come_from_a_stream_or_packed() {
    let text = envelope_behind(ENOUGH);
    let packed = zstd::encode_all(text.as_bytes(), 1).unwrap();
    for bytes in [text.into_bytes(), packed] {
        let outcome = load_stdin(&[], &bytes);
        assert_eq!((findings(&outcome), told(&outcome)), (expected(ENOUGH), vec![]));
        assert_eq!(outcome.json()["inputs"][0]["bytes"], bytes.len());
        assert!(outcome.json()["inputs"][0]["sha256"].is_string());
    }
}

#[test]
fn the_number_of_threads_changes_nothing_in_a_large_payload() {
    let folder = Folder::new();
    let file = folder.file("large.json", envelope_behind(ENOUGH));
    let run = |threads: &str| load(&[&file, "--threads", threads]).stdout;
    assert!(run("1") == run("4"));
}

#[test]
fn a_large_array_of_pages_is_read_page_by_page() {
    let folder = Folder::new();
    let mut text = "[\n".to_owned();
    for first in (0..6000).step_by(500) {
        let lines: Vec<String> = (first..first + 500).map(line_of).collect();
        let comma = if first == 5500 { "" } else { "," };
        // Each page takes 502 lines: one before its nodes and one behind.
        writeln!(text, "{{\"instance_compliant\": [\n{}\n], \"count\": 6000}}{comma}", lines.join(",\n"))
            .unwrap();
    }
    text.push_str("]\n");
    let outcome = load(&[&folder.file("pages.json", text)]);
    // The last node of each page fails; the first page begins on line 2.
    let expected: Vec<String> = (0..12)
        .map(|page| {
            format!("fail n{:04} {}:540 /instance_compliant/499/group", 500 * page + 499, 502 * page + 502)
        })
        .collect();
    assert_eq!((findings(&outcome), told(&outcome)), (expected, vec![]));
    assert_eq!(documents(&outcome), (0..12).map(Some).collect::<Vec<_>>());
}

#[test]
fn a_large_payload_that_is_cut_off_is_told_at_its_end() {
    let whole = large(MANY);
    // In the middle of a node, of a name, and right behind the array.
    for end in [6_000_000, whole.len() - 600, whole.len() - 3] {
        let end = (end..whole.len()).find(|&end| whole.is_char_boundary(end)).unwrap();
        let text = &whole[..end];
        let line = text.matches('\n').count() + 1;
        let column = text.rsplit('\n').next().unwrap().chars().count() + 1;
        let outcome = inspect_text(text);
        assert_eq!(problems(&outcome), [format!("payload.malformed {line}:{column}")]);
        assert_eq!(outcome.code, 2);
    }
}

#[test]
fn a_fault_between_the_resources_of_a_large_payload_is_told_where_it_is() {
    // Node 4000 stands on line 4005, behind two blanks; the comma before it is gone.
    let text = large(ENOUGH).replacen(",\n  {\"id\": \"n4000\"", "\n  {\"id\": \"n4000\"", 1);
    let outcome = inspect_text(&text);
    assert_eq!((problems(&outcome), outcome.code), (vec!["payload.malformed 4005:3".to_owned()], 2));
}

#[test]
fn a_fault_within_a_resource_of_a_large_payload_spoils_only_that() {
    // Two blanks and `{"id": "n1000", ` are 18 characters.
    let text = large(ENOUGH)
        .replacen("\"n1000\",", "\"n1000\", \"id\": 1,", 1)
        .replacen("\"n2000\",", "\"n2000\", \"x\" 1,", 1)
        .replacen("\"n3000\",", "\"n3000\", \"x\": 1e400,", 1);
    let outcome = load_stdin(&[], text.as_bytes());
    let told = told(&outcome);
    assert_eq!(told, ["1005:19", "2005:23", "3005:24"].map(|at| format!("payload.malformed {at}")));
    assert_eq!((findings(&outcome), outcome.code), (expected(ENOUGH), 2));
    assert_eq!(counts(&outcome), (1, 4300), "the broken ones are counted, not lost");
}

/// `inspect -` with a text on standard input.
fn inspect_text(text: &str) -> Outcome {
    probity_with(&["inspect", "-", "--format", "json"], text.as_bytes())
}

/// Members that no document names: ten, of this many bytes each.
fn pads(size: usize) -> String {
    (0..10).map(|k| format!("\"p{k}\": \"{}\", ", "x".repeat(size))).collect()
}

/// What is told and found from the second line on, the exit code, and the counts.
type Said = (Vec<String>, Vec<String>, i32, (u64, u64));

fn said(text: &[u8], arguments: &[&str]) -> Said {
    let outcome: Outcome = load_stdin(arguments, text);
    let mut told: Vec<String> = told(&outcome).into_iter().filter(|told| !told.contains(" 1:")).collect();
    told.sort();
    (told, findings(&outcome), outcome.code, counts(&outcome))
}

/// Holds a document against itself with 4.2 MB more on its first line, where it has the mark `PAD`. Nothing
/// moves by that from the second line on, where all that matters stands.
fn same_with_pads(text: &[u8], arguments: &[&str], expected: &[&str]) {
    let padded = |size: usize| {
        let at = text.windows(3).position(|three| three == b"PAD").unwrap();
        [&text[..at], pads(size).as_bytes(), &text[at + 3..]].concat()
    };
    let small = said(&padded(1), arguments);
    let shown = String::from_utf8_lossy(text);
    let first: Vec<&str> = small.0.iter().chain(&small.1).map(String::as_str).collect();
    assert_eq!(first, expected, "small: {shown}");
    assert_eq!(said(&padded(421_000), arguments), small, "large: {shown}");
}

#[test]
fn payloads_with_collections_are_the_same_when_they_are_large() {
    for (text, expected) in [
        (
            "{PAD\n \"count\": 2, \"instance_compliant\": [\n {\"id\": \"a\", \"group\": \"g\"},\n {\"id\": \"b\", \"group\": null}]}",
            // A blank and `{"id": "b", "group": `.
            "fail b 4:23 /instance_compliant/1/group",
        ),
        (
            "{PAD\n \"InstancePatchStates\": [\n {\"InstanceId\": \"a\", \"MissingCount\": \"5\"}]}",
            // A blank and `{"InstanceId": "a", "MissingCount": `.
            "fail a 3:38 /InstancePatchStates/0/MissingCount",
        ),
        (
            "{PAD\n \"PageInfo\": {\"TotalCount\": 1}, \"BatchList\": [\n {\"BatchId\": 1, \"Version\": \"1\", \"Status\": 3}]}",
            "fail 1/1 3:43 /BatchList/0/Status",
        ),
        (
            "{PAD\n \"PageInfo\": {\"TotalCount\": 1}, \"ImageInstanceList\": [\n {\"RepoName\": \"a\", \"Tag\": \"latest\"}]}",
            "fail a:latest 3:27 /ImageInstanceList/0/Tag",
        ),
    ] {
        same_with_pads(text.as_bytes(), &[], &[expected]);
    }
}

#[test]
fn a_large_baseline_is_judged_as_a_whole() {
    let text = "{PAD\n \"BaselineId\": \"pb-1\", \"Name\": \"n\", \"PatchGroups\": [\"g\"],\n \
                \"ApprovedPatches\": [\"a\", \"b\"],\n \"RejectedPatches\": [\"c\", \"b\"]}";
    // A blank and `"RejectedPatches": ["c", `.
    same_with_pads(text.as_bytes(), &[], &["fail pb-1 4:27 /RejectedPatches/1"]);
}

#[test]
fn what_is_missing_of_a_large_payload_is_told_where_the_total_stands() {
    for (text, expected) in [
        (
            "{PAD\n \"instance_compliant\": [{\"id\": \"a\", \"group\": \"g\"}],\n \"count\": 5}",
            "payload.incomplete 3:11",
        ),
        (
            "{PAD\n \"instance_compliant\": [{\"id\": \"a\", \"group\": \"g\"}],\n \"count\": 0}",
            "payload.inconsistent 3:11",
        ),
        ("{PAD\n \"count\": 0,\n \"instance_compliant\": []}", "payload.empty 3:24"),
        (
            "{PAD\n \"InstancePatchStates\": [{\"InstanceId\": \"a\", \"MissingCount\": \"0\"}],\n \"NextToken\": \"t\"}",
            "payload.incomplete 3:15",
        ),
        (
            "{PAD\n \"BatchList\": [{\"BatchId\": 1, \"Version\": \"1\", \"Status\": 2}],\n \"PageInfo\": {\"TotalCount\": 2}}",
            "payload.incomplete 3:29",
        ),
    ] {
        same_with_pads(text.as_bytes(), &[], &[expected]);
    }
}

#[test]
fn a_large_page_that_contradicts_its_own_count_is_told() {
    let text = "{PAD\n \"ImageInstanceList\": [{\"RepoName\": \"a\", \"Tag\": \"1\"}],\n \
                \"PageInfo\": {\"TotalCount\": 1, \"Count\": 4}}";
    // A blank and `"PageInfo": {"TotalCount": 1, "Count": `.
    same_with_pads(text.as_bytes(), &[], &["payload.inconsistent 3:41"]);
}

#[test]
fn a_wrong_type_beside_the_resources_of_a_large_payload_is_told_where_it_stands() {
    let text = "{PAD\n \"InstancePatchStates\": [{\"InstanceId\": \"a\", \"MissingCount\": \"0\"}],\n \"NextToken\": 5}";
    same_with_pads(text.as_bytes(), &[], &["payload.type_mismatch 3:15"]);
    let text = "{PAD\n \"PageInfo\": {\"TotalCount\": 1,\n \"CurrentPage\": \"1\"}, \"BatchList\": [\n \
                {\"BatchId\": 1, \"Version\": \"1\", \"Status\": 2}]}";
    same_with_pads(text.as_bytes(), &[], &["payload.type_mismatch 3:17"]);
}

#[test]
fn wrong_types_and_duplicates_in_a_large_payload_are_told_where_they_stand() {
    let text = "{PAD\n \"InstancePatchStates\": [\n {\"InstanceId\": \"a\", \"MissingCount\": \"x\"},\n 5,\n \
                {\"InstanceId\": \"b\", \"MissingCount\": \"0\"},\n {\"InstanceId\": \"b\", \"MissingCount\": \"1\"}]}";
    let expected = [
        "payload.duplicate 6:2",
        "payload.type_mismatch 3:38",
        "payload.type_mismatch 4:2",
        "error a 3:38 /InstancePatchStates/0/MissingCount",
        "fail b 6:38 /InstancePatchStates/3/MissingCount",
    ];
    same_with_pads(text.as_bytes(), &[], &expected);
}

#[test]
fn an_unknown_field_beside_the_resources_of_a_large_payload_is_told() {
    let text =
        "{PAD\n \"instance_compliant\": [{\"id\": \"a\", \"group\": \"g\"}],\n \"new\": 1, \"count\": 1}";
    same_with_pads(text.as_bytes(), &["--strict"], &["payload.unknown_field 3:9"]);
}

#[test]
fn a_key_that_stands_twice_in_a_large_document_is_told() {
    for (text, expected) in [
        (
            "{PAD\n \"count\": 1,\n \"count\": 1, \"instance_compliant\": [{\"id\": \"a\"}]}",
            "payload.malformed 3:2",
        ),
        (
            "{PAD\n \"instance_compliant\": [{\"id\": \"a\"}],\n \"instance_compliant\": [], \"count\": 1}",
            "payload.malformed 3:2",
        ),
        (
            "{PAD\n \"count\": 1, \"x\": {\"y\": 1,\n \"y\": 1}, \"instance_compliant\": [{\"id\": \"a\", \"group\": \"g\"}]}",
            "payload.malformed 3:2",
        ),
    ] {
        same_with_pads(text.as_bytes(), &[], &[expected]);
    }
}

#[test]
fn a_fault_in_an_unknown_array_of_a_large_payload_is_told() {
    for (value, expected) in
        [("[1, tru]", "payload.malformed 2:11"), ("[1, {\"y\": 1, \"y\": 2}]", "payload.malformed 2:20")]
    {
        // A blank, `"x": ` and `[1, ` are 10 characters.
        let text = format!(
            "{{PAD\n \"x\": {value},\n \"instance_compliant\": [{{\"id\": \"a\", \"group\": \"g\"}}], \"count\": 1}}"
        );
        let small = text.replace("PAD", "");
        // The whole small document is refused; what the large one says of its resources is another matter.
        assert_eq!(told(&load_stdin(&[], small.as_bytes())), [expected], "{value}");
        let large = load_stdin(&[], text.replace("PAD", &pads(421_000)).as_bytes());
        assert_eq!((told(&large), large.code), (vec![expected.to_owned()], 2), "{value}");
    }
}

#[test]
fn a_large_payload_is_never_judged_by_one_of_its_resources() {
    // Half of a surrogate pair stands where a number is due: whoever skips the value does not see it.
    let text = "{PAD\n \"count\": \"\\ud800\",\n \"instance_compliant\": [{\"id\": \"a\", \"group\": \"g\"}, {\"id\": \"b\", \"group\": null}]}";
    let outcome = load_stdin(&[], text.replace("PAD", &pads(421_000)).as_bytes());
    // A blank, `"count": ` and the quote are 11 characters.
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.malformed 2:12".to_owned()], 2));
    assert_eq!((findings(&outcome).len(), outcome.verdicts("pass")), (0, 0));
}

#[test]
fn bytes_of_a_large_payload_that_are_no_utf8_are_told() {
    let (before, behind) = (
        "{PAD\n \"x\": \"é",
        "\",\n \"instance_compliant\": [{\"id\": \"a\", \"group\": \"g\"}], \"count\": 1}",
    );
    let large = [before.replace("PAD", &pads(421_000)).as_bytes(), b"\xff", behind.as_bytes()].concat();
    let small = [before.replace("PAD", "").as_bytes(), b"\xff", behind.as_bytes()].concat();
    for text in [small, large] {
        let outcome = load_stdin(&[], &text);
        // A blank, `"x": "` and an é are 8 characters.
        assert_eq!((told(&outcome), outcome.code), (vec!["payload.malformed 2:9".to_owned()], 2));
    }
}

#[test]
fn bytes_of_a_large_resource_that_are_no_utf8_are_told() {
    let text = b"{PAD\n \"count\": 2, \"instance_compliant\": [\n {\"id\": \"a\", \"group\": null},\n {\"id\": \"caf\xe9\"}]}";
    let at = text.windows(3).position(|three| three == b"PAD").unwrap();
    let large = [&text[..at], pads(421_000).as_bytes(), &text[at + 3..]].concat();
    let outcome = load_stdin(&["--allow-incomplete"], &large);
    // A blank and `{"id": "caf` are 12 characters.
    assert!(told(&outcome).contains(&"payload.malformed 4:13".to_owned()), "{:?}", told(&outcome));
    assert_eq!((findings(&outcome).len(), outcome.code), (1, 2), "the other one is judged");
}

#[test]
fn large_strangers_are_told_apart_like_small_ones() {
    for (text, expected) in [
        (
            "{PAD\n \"InstancePatchStates\": [{\"InstanceId\": \"a\", \"Operation\": \"Scan\", \"MissingCount\": 0}]}",
            "payload.unrecognised",
        ),
        (
            "{PAD\n \"BaselineId\": \"pb-1\", \"Name\": \"n\", \"ApprovedPatches\": []}",
            "payload.unrecognised",
        ),
        ("{PAD\n \"instance_complaint\": [{\"id\": \"a\"}]}", "payload.unrecognised"),
        ("{PAD\n \"__type\": \"ThrottlingException\"}", "payload.error_body"),
        ("{PAD\n \"instance_compliant\": {}, \"count\": 1}", "payload.type_mismatch"),
    ] {
        let outcome = load_stdin(&[], text.replace("PAD", &pads(421_000)).as_bytes());
        assert_eq!((outcome.codes()[0].as_str(), outcome.code), (expected, 2), "{text}");
    }
}

#[test]
fn rules_see_the_whole_envelope_of_a_large_payload() {
    let text = "{BLANKS\"list\": [1, 2, 3], \"deep\": {\"list\": [1, 2]}, \"instance_compliant\": [{\"id\": \"a\"}], \"count\": 1}";
    let inputs = |text: &str| {
        let outcome = probity_with(&["inspect", "--inputs", "-"], text.as_bytes());
        assert_eq!(outcome.code, 0);
        outcome.json()
    };
    let small = inputs(&text.replace("BLANKS", ""));
    assert_eq!(
        small["payload"],
        serde_json::json!({"count": 1, "deep": {"list": [1, 2]}, "list": [1, 2, 3]})
    );
    assert_eq!(inputs(&text.replace("BLANKS", &" ".repeat(4_300_000))), small);
}

#[test]
fn a_long_member_of_a_large_payload_is_not_lost() {
    let text = format!(
        "{{\"note\": \"{}\", \"instance_compliant\": [{{\"id\": \"a\"}}], \"count\": 1}}",
        "x".repeat(4_300_000)
    );
    let outcome = probity_with(&["inspect", "--inputs", "-"], text.as_bytes());
    assert!(outcome.code == 2 || outcome.json()["payload"]["note"].is_string());
}

#[test]
fn several_large_documents_keep_their_numbers_and_lines() {
    let folder = Folder::new();
    let document = |id: &str| {
        format!(
            "{{{}\n \"count\": 1, \"instance_compliant\": [\n {{\"id\": \"{id}\", \"group\": null}}]}}\n",
            pads(421_000)
        )
    };
    // Three lines each, with a small one of one line between them.
    let text = format!("{}{}\n{}", document("a"), nodes(1, &["b"]).replace("\"g\"", "null"), document("c"));
    let expected = [
        "fail a 3:23 /instance_compliant/0/group",
        "fail b 4:46 /instance_compliant/0/group",
        "fail c 7:23 /instance_compliant/0/group",
    ];
    for outcome in [load(&[&folder.file("three.json", &text)]), load_stdin(&[], text.as_bytes())] {
        assert_eq!((findings(&outcome), told(&outcome)), (expected.map(str::to_owned).to_vec(), vec![]));
        assert_eq!(documents(&outcome), [Some(0), Some(1), Some(2)]);
    }
}

#[test]
fn a_small_document_that_is_broken_spoils_only_what_follows() {
    // Followed by so much that not all of the file is at hand when the fault is met.
    let blanks = " ".repeat(600_000);
    let text = format!(
        "{{\n \"count\": 1, \"instance_compliant\": [\n {{\"id\": \"a\", \"group\": null}}]}}\n{{\"x\": [}}{blanks}"
    );
    let outcome = load_stdin(&[], text.as_bytes());
    // `{"x": [` is 7 characters long.
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.malformed 4:8".to_owned()], 2));
    assert_eq!(findings(&outcome), ["fail a 3:23 /instance_compliant/0/group"]);
}
