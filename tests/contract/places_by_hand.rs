//! Places, computed by hand: how the bytes were counted stands beside each example.

use std::io::Write as _;

use serde_json::{Value, json};

use super::findings;
use crate::support::{Folder, check};

/// Line, column, first byte, and the byte right after the last one.
type Place = [u64; 4];

fn place(value: &Value) -> Place {
    ["line", "column", "start_byte", "end_byte"].map(|key| value[key].as_u64().unwrap())
}

/// Judges a file by the rule that no patch is missing, and holds its only finding against a place.
fn only(name: &str, bytes: impl AsRef<[u8]>, (document, path): (Option<u64>, &str), expected: Place) {
    let folder = Folder::new();
    let file = folder.file(name, bytes);
    let result = check(&[&file, "--rule", "ALI-OOS-001"]).json();
    let [finding] = &findings(&result)[..] else { panic!("{result}") };
    assert_eq!((&finding["verdict"], &result["diagnostics"]), (&json!("fail"), &json!([])));
    let location = &finding["location"];
    assert_eq!((location["document"].as_u64(), location["path"].as_str()), (document, Some(path)));
    assert_eq!(place(location), expected);
    let evidence = finding["evidence"].as_array().unwrap();
    let piece = evidence.iter().find(|piece| piece["path"] == path).unwrap();
    assert_eq!((&piece["value"], place(piece)), (&json!("3"), expected));
}

const FIRST: (Option<u64>, &str) = (None, "/InstancePatchStates/0/MissingCount");
const SECOND: (Option<u64>, &str) = (None, "/InstancePatchStates/1/MissingCount");

/// Lines of 25, 22, 41 and 29 characters, each with two more for its end.
const CRLF: &str = "{\"InstancePatchStates\": [\r\n\t{\"InstanceId\": \"i-1\",\r\n\t \"MissingCount\": \"0\", \"FailedCount\": 1},\r\n\t{ \"MissingCount\"\t: \"3\" } ] }\r\n";

#[test]
fn in_a_file_with_carriage_returns() {
    // Lines begin at 0, 27, 27 + 24 = 51 and 51 + 43 = 94. In the fourth: a tab, a bracket and a blank, the name
    // of 14, a tab, a colon and a blank are 20 characters.
    only("a.json", CRLF, SECOND, [4, 21, 114, 117]);
}

#[test]
fn in_a_packed_file_where_they_are_those_of_the_text() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(CRLF.as_bytes()).unwrap();
    only("a.json.gz", encoder.finish().unwrap(), SECOND, [4, 21, 114, 117]);
}

#[test]
fn behind_characters_of_several_bytes() {
    // `{"InstancePatchStates":[{` are 25 bytes, `"InstanceId":` 13, the string 2 + 2 + 3 + 4, `,` 1 and
    // `"MissingCount":` 15: 65 bytes, of which nine make three characters.
    let text = "{\"InstancePatchStates\":[{\"InstanceId\":\"é日😀\",\"MissingCount\":\"3\"}]}";
    only("a.json", text, FIRST, [1, 60, 65, 68]);
    // A mark that combines with the letter before it is a character: two bytes, one column. Here the string has
    // five bytes: 25 + 13 + 5 + 1 + 15 = 59.
    let text = "{\"InstancePatchStates\":[{\"InstanceId\":\"e\u{301}\",\"MissingCount\":\"3\"}]}";
    only("a.json", text, FIRST, [1, 59, 59, 62]);
}

#[test]
fn under_names_that_are_spelled_with_escapes() {
    // `{` 1, the list's name of 18 characters, an escape of 6 and two quotes 26, `:[{` 3, the member's name of
    // 10 characters, two escapes and two quotes 24, `:` 1.
    let text = r#"{"\u0049nstancePatchStates":[{"\u004dissing\u0043ount":"3"}]}"#;
    only("a.json", text, FIRST, [1, 56, 55, 58]);
}

#[test]
fn in_one_line_of_megabytes() {
    // `{"InstancePatchStates":[{` 25, `"OwnerInformation":"` 20, the filler, `","MissingCount":` 17. From 4 MiB
    // on a payload is read in parts.
    for characters in [1_500_000, 3_000_000] {
        let filler = "é".repeat(characters);
        let text = format!(
            "{{\"InstancePatchStates\":[{{\"OwnerInformation\":\"{filler}\",\"MissingCount\":\"3\"}}]}}"
        );
        let characters = characters as u64;
        let start = 62 + 2 * characters;
        only("a.json", text, FIRST, [1, 63 + characters, start, start + 3]);
    }
}

#[test]
fn of_the_last_of_many_resources_in_one_line_of_megabytes() {
    // Each is `{"InstanceId":"i-0000",` 23, `"OwnerInformation":"` 20, a filler of 500 characters and 1000 bytes,
    // `","MissingCount":` 17, the count 3 and `}` 1: 1064 bytes, and a comma; 500 columns less.
    let filler = "é".repeat(500);
    let of = |number: u32, count: u32| {
        format!(
            "{{\"InstanceId\":\"i-{number:04}\",\"OwnerInformation\":\"{filler}\",\"MissingCount\":\"{count}\"}}"
        )
    };
    let mut states: Vec<String> = (0..4999).map(|number| of(number, 0)).collect();
    states.push(of(4999, 3));
    let text = format!("{{\"InstancePatchStates\":[{}]}}", states.join(","));
    assert_eq!(text.len(), 24 + 5000 * 1065 - 1 + 2);
    let start = 24 + 4999 * 1065 + 23 + 20 + 1000 + 17;
    let column = 1 + start - 5000 * 500;
    let path = (None, "/InstancePatchStates/4999/MissingCount");
    only("a.json", text, path, [1, column, start, start + 3]);
}

/// 63 bytes; the count stands at byte 24 + 33.
fn payload(id: char, count: char) -> String {
    format!("{{\"InstancePatchStates\":[{{\"InstanceId\":\"{id}\",\"MissingCount\":\"{count}\"}}]}}")
}

#[test]
fn in_the_second_payload_of_a_file_with_a_payload_a_line() {
    // A line of 63 bytes and its end, a line that is empty but for its two-byte end, a blank.
    let text = format!("{}\n\r\n {}\n", payload('a', '0'), payload('b', '3'));
    only("a.ndjson", text, (Some(1), FIRST.1), [3, 1 + 24 + 33 + 1, 66 + 1 + 57, 66 + 1 + 57 + 3]);
}

#[test]
fn in_the_second_payload_of_an_array() {
    // A bracket and a line end, 63 bytes with a comma and a line end, a blank; or all in one line.
    let (one, other) = (payload('a', '0'), payload('b', '3'));
    let place = (Some(1), FIRST.1);
    only("a.json", format!("[\n{one},\n {other}]"), place, [3, 59, 2 + 65 + 1 + 57, 2 + 65 + 1 + 57 + 3]);
    only("a.json", format!("[{one},{other}]"), place, [1, 1 + 64 + 57 + 1, 1 + 64 + 57, 1 + 64 + 57 + 3]);
}

#[test]
fn of_a_value_that_is_not_there() {
    let folder = Folder::new();
    let file = folder.file("a.json", "{\"InstancePatchStates\":[\n{\"InstanceId\":\"é\"}]}");
    let result = check(&[&file, "--rule", "ALI-OOS-001"]).json();
    let [finding] = &findings(&result)[..] else { panic!("{result}") };
    assert_eq!(finding["verdict"], "inconclusive");
    // The resource: 24 bytes and a line end before it, and `{"InstanceId":"é"}` is of 14 + 4 + 1 bytes.
    assert_eq!(place(&finding["location"]), [2, 1, 25, 44]);
    let path = "/InstancePatchStates/0/MissingCount";
    let piece = finding["evidence"].as_array().unwrap().iter().find(|piece| piece["path"] == path).unwrap();
    assert_eq!((&piece["absent"], place(piece)), (&json!(true), [2, 1, 25, 44]));
}

/// What is said of a name that stands twice in whatever spelling.
fn doubled(more: &[&str]) -> Vec<(String, Option<u64>, Option<u64>)> {
    // In the second line: `{` 1, `"MissingCount":"é",` 15 + 3 + 1 characters.
    let text = "{\"InstancePatchStates\":[\r\n{\"MissingCount\":\"é\",\"Missin\\u0067Count\":\"3\"}]}";
    let folder = Folder::new();
    let file = folder.file("a.json", text);
    let outcome = check(&[&[&file, "--rule", "ALI-OOS-001"], more].concat());
    assert_eq!((outcome.code, findings(&outcome.json()).len()), (2, 0));
    outcome.diagnostics()
}

#[test]
fn of_a_name_that_stands_twice() {
    let expected = [("payload.malformed".to_owned(), Some(2), Some(21))];
    assert_eq!(doubled(&["--as", "alibaba.oos.ListInstancePatchStates"]), expected);
}

/// A first resource that could not be read was taken for none, and the list for an empty one.
#[test]
fn of_a_name_that_stands_twice_in_the_first_resource() {
    assert_eq!(doubled(&[]), [("payload.malformed".to_owned(), Some(2), Some(21))]);
}
