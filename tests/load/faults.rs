//! What is wrong with a text is told with its line and column, and nothing of it passes.

use std::io::Write as _;

use super::{counts, findings, inspect, load, load_stdin, message_of, node, nodes, problems, told};
use crate::support::{CLOCK, Folder, Outcome, probity, probity_with, rule, sample};

/// `inspect -` with bytes on standard input.
fn inspect_bytes(bytes: &[u8]) -> Outcome {
    probity_with(&["inspect", "-", "--format", "json", "--at", CLOCK], bytes)
}

fn malformed(at: &str) -> (Vec<String>, i32) {
    (vec![format!("payload.malformed {at}")], 2)
}

fn mismatch(at: &str) -> (Vec<String>, i32) {
    (vec![format!("payload.type_mismatch {at}")], 2)
}

#[test]
fn what_is_no_json_is_told_at_its_first_wrong_character() {
    // `{"a": ` is 6 characters long, so that its value begins in column 7.
    for (text, at) in [
        (r#"{"a": 1,, "b": 1}"#, "1:9"),
        (r#"{"a" 1}"#, "1:6"),
        (r"{a: 1}", "1:2"),
        (r"{'a': 1}", "1:2"),
        (r#"{"a": 1,}"#, "1:9"),
        (r#"{"a": 1 "b": 2}"#, "1:9"),
        (r#"{"a": 1 /* why */}"#, "1:9"),
        (r#"{"a": 1]"#, "1:8"),
        (r#"{"a": [1}"#, "1:9"),
        (r#"{"a": [1,]}"#, "1:10"),
        (r#"{"a": 01}"#, "1:7"),
        (r#"{"a": +1}"#, "1:7"),
        (r#"{"a": .5}"#, "1:7"),
        (r#"{"a": 1.}"#, "1:7"),
        (r#"{"a": 0x1}"#, "1:8"),
        (r#"{"a": NaN}"#, "1:7"),
        (r#"{"a": True}"#, "1:7"),
        (r#"{"a": undefined}"#, "1:7"),
        (r#"{"a": "\x"}"#, "1:8"),
        (r#"{"a": "\u12"}"#, "1:8"),
        ("{\"a\": \"x\ty\"}", "1:9"),
        ("{\"a\": \"x\ny\"}", "1:9"),
        ("{\"a\": \"x\u{0}y\"}", "1:9"),
        ("{\n \"a\": 1,\n \"b\" 2\n}", "3:6"),
        // Columns count characters, whatever their bytes; a tab is one, and so is a carriage return.
        (r#"{"é𝄞": "日本",, "b": 1}"#, "1:13"),
        ("{\t\"a\":\t1,\t, \"b\": 1}", "1:11"),
        ("{\r\n\"a\": 1,\r\n, \"b\": 1}", "3:1"),
    ] {
        let outcome = inspect_bytes(text.as_bytes());
        assert_eq!((problems(&outcome), outcome.code), malformed(at), "{text:?}");
    }
}

#[test]
fn half_a_pair_of_surrogates_is_no_character() {
    // `{"BaselineId": "` is 16 characters long.
    for (escape, at) in
        [(r"\ud800", "1:17"), (r"x\udc00", "1:18"), (r"\ud83d\u0041", "1:17"), (r"\ud83dx", "1:17")]
    {
        let text = format!(r#"{{"BaselineId": "{escape}", "PatchGroups": [], "Name": "n"}}"#);
        let outcome = inspect_bytes(text.as_bytes());
        assert_eq!((problems(&outcome), outcome.code), malformed(at), "{escape}");
    }
    let whole = r#"{"BaselineId": "\ud83d\ude00", "PatchGroups": [], "Name": "n"}"#;
    assert_eq!(inspect_bytes(whole.as_bytes()).code, 0);
}

#[test]
fn what_follows_a_payload_is_not_overlooked() {
    // `{"instance_compliant": [{"id": "a", "group": "g"}], "count": 1}` is 63 characters long.
    for (rest, at) in [(" x", "1:65"), ("}", "1:64"), (",", "1:64"), ("\n]", "2:1"), ("\u{0}\u{0}", "1:64")] {
        let outcome = load_stdin(&[], format!("{}{rest}", nodes(1, &["a"])).as_bytes());
        assert_eq!((told(&outcome), outcome.code), malformed(at), "{rest:?}");
        assert_eq!(counts(&outcome), (1, 1), "{rest:?}: the payload itself is judged");
    }
}

#[test]
fn a_text_that_is_cut_off_is_told_at_its_end() {
    let text = sample("aws/ssm/get-patch-baseline/truncated.json");
    let (line, column) = (text.lines().count(), text.lines().last().unwrap().chars().count() + 1);
    let outcome = load_stdin(&[], text.as_bytes());
    assert_eq!((told(&outcome), outcome.code), malformed(&format!("{line}:{column}")));
    assert!(message_of(&outcome, "payload.malformed").contains("ends"));
}

#[test]
fn no_beginning_of_a_payload_passes() {
    let text = "{\n \"count\": 1,\n \"instance_compliant\": [{\"id\": \"é\"}]\n}";
    assert_eq!(inspect_bytes(text.as_bytes()).code, 0);
    for end in 0..text.len() {
        let outcome = inspect_bytes(&text.as_bytes()[..end]);
        assert_eq!(outcome.code, 2, "{:?}", &text.as_bytes()[..end]);
        let problems = problems(&outcome);
        assert_eq!(problems.len(), 1, "{end}: {problems:?}");
        assert!(problems[0].starts_with("payload.malformed"), "{end}: {problems:?}");
    }
}

#[test]
fn an_array_that_is_cut_off_is_judged_up_to_there() {
    // The second payload is 64 characters long.
    let bad = nodes(1, &["b"]).replace("\"g\"", "null");
    for (rest, at) in [("", "2:65"), (",", "2:66"), (", {\"count\"", "2:75"), (",]", "2:66"), (" x", "2:66")]
    {
        let text = format!("[{},\n{bad}{rest}", nodes(1, &["a"]));
        let outcome = load_stdin(&[], text.as_bytes());
        assert_eq!((told(&outcome), outcome.code), malformed(at), "{rest:?}");
        assert_eq!(findings(&outcome), ["fail b 2:46 /instance_compliant/0/group"], "{rest:?}");
    }
}

#[test]
fn a_byte_order_mark_is_told_with_what_to_do() {
    let page = nodes(1, &["a"]);
    let utf16 = |text: &str, little: bool| -> Vec<u8> {
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    };
    for bytes in [
        format!("\u{feff}{page}").into_bytes(),
        "\u{feff}".as_bytes().to_vec(),
        utf16(&format!("\u{feff}{page}"), true),
        utf16(&format!("\u{feff}{page}"), false),
    ] {
        let outcome = load_stdin(&[], &bytes);
        assert_eq!((told(&outcome), outcome.code), malformed("1:1"), "{bytes:?}");
        let help = outcome.json()["diagnostics"][0]["help"].as_str().unwrap().to_owned();
        assert!(help.contains("UTF-8"), "{help}");
    }
    // Without a mark, the first wrong byte is a zero.
    assert_eq!(problems(&inspect_bytes(&utf16(&page, true)))[0], "payload.malformed 1:2");
    assert_eq!(problems(&inspect_bytes(&utf16(&page, false))), ["payload.malformed 1:1"]);
    // Files with marks were put together.
    let outcome = load_stdin(&[], format!("{page}\n\u{feff}{page}\n").as_bytes());
    assert_eq!((told(&outcome), counts(&outcome)), (vec!["payload.malformed 2:1".to_owned()], (1, 1)));
}

#[test]
fn bytes_that_are_no_utf8_are_told_at_the_first_one() {
    for bytes in [&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x82", b"\xf5\x80\x80\x80", b"\x80"] {
        // `{"a": "` and an é are 8 characters.
        let text = [b"{\"a\": \"\xc3\xa9", bytes, b"\"}"].concat();
        let outcome = inspect_bytes(&text);
        assert_eq!((problems(&outcome), outcome.code), malformed("1:9"), "{bytes:?}");
        let text = [b"{\n \"x\": 1,\n \"y", bytes, b"\": 2\n}"].concat();
        assert_eq!(problems(&inspect_bytes(&text)), ["payload.malformed 3:4"], "{bytes:?}");
    }
    assert_eq!(problems(&inspect_bytes(b"\xe9\xe8")), ["payload.malformed 1:1"]);
}

#[test]
fn bytes_that_are_no_utf8_spoil_only_their_own_document() {
    let bad = nodes(1, &["b"]).replace("\"g\"", "null");
    let latin = [b"{\"count\": 1, \"instance_compliant\": [{\"id\": \"caf\xe9\"}]}", &b""[..]].concat();
    // `{"count": 1, "instance_compliant": [{"id": "caf` is 47 characters long.
    let lines = [nodes(1, &["a"]).as_bytes(), b"\n", &latin, b"\n", bad.as_bytes(), b"\n"].concat();
    let array = [b"[", nodes(1, &["a"]).as_bytes(), b",\n", &latin, b",\n", bad.as_bytes(), b"]"].concat();
    for text in [lines, array] {
        let outcome = load_stdin(&[], &text);
        assert_eq!((told(&outcome), outcome.code), malformed("2:48"));
        assert_eq!(findings(&outcome), ["fail b 3:46 /instance_compliant/0/group"]);
    }
}

/// Brackets in brackets.
fn deep(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

/// Texts in which `deep` stands in an unknown field: what is before it, how many brackets are open there,
/// and what is behind it.
const LAYOUTS: &[(&str, usize, &str)] = &[
    (r#"{"BaselineId":"pb-1","Name":"n","PatchGroups":[],"x":"#, 1, "}"),
    (r#"{"count":1,"instance_compliant":[{"id":"a","x":"#, 3, "}]}"),
    (r#"{"count":1,"instance_compliant":[{"id":"a"}],"x":"#, 1, "}"),
    (r#"[{"count":1,"instance_compliant":[{"id":"a","x":"#, 4, "}]}]"),
    (r#"[{"count":1,"instance_compliant":[{"id":"a"}],"x":"#, 2, "}]"),
    // A line of several.
    (
        r#"{"count":1,"instance_compliant":[{"id":"a","x":"#,
        3,
        "}]}\n{\"count\":1,\"instance_compliant\":[{\"id\":\"b\"}]}\n",
    ),
];

#[test]
fn a_depth_of_128_brackets_is_read() {
    for (before, open, behind) in LAYOUTS {
        let text = format!("{before}{}{behind}", deep(128 - open));
        let outcome = inspect_bytes(text.as_bytes());
        assert_eq!((problems(&outcome), outcome.code), (vec![], 0), "{before}");
    }
}

#[test]
fn a_depth_of_129_brackets_is_too_deep() {
    for (before, open, behind) in LAYOUTS {
        let text = format!("{before}{}{behind}", deep(129 - open));
        let outcome = inspect_bytes(text.as_bytes());
        let at = format!("1:{}", before.len() + 129 - open);
        assert_eq!((problems(&outcome), outcome.code), malformed(&at), "{before}");
    }
}

#[test]
fn a_key_that_stands_twice_is_told_at_the_second_one() {
    for (text, at) in [
        // `{"count": 1, ` is 13 characters long.
        (r#"{"count": 1, "count": 1, "instance_compliant": [{"id": "a"}]}"#, "1:14"),
        (r#"{"count": 1, "\u0063ount": 1, "instance_compliant": [{"id": "a"}]}"#, "1:14"),
        (r#"{"instance_compliant": [], "instance_compliant": [{"id": "a"}], "count": 1}"#, "1:28"),
        // `{"count": 1, "instance_compliant": [` is 36 characters long, `{"id": "a", ` 12.
        (r#"{"count": 1, "instance_compliant": [{"id": "a", "id": "b"}]}"#, "1:49"),
        (r#"{"count": 1, "instance_compliant": [{"id": "a", "x": {"y": {"z": 1, "z": 1}}}]}"#, "1:69"),
        (
            r#"{"count": 1, "instance_compliant": [{"compliant_summary": {"compliant_count": 1, "compliant_count": 1}}]}"#,
            "1:82",
        ),
        // In what no document names, beside the resources.
        (r#"{"count": 1, "instance_compliant": [{"id": "a"}], "x": [{"y": 1, "y": 1}]}"#, "1:66"),
        (
            r#"{"BaselineId": "pb-1", "PatchGroups": [], "Name": "n", "ResponseMetadata": {"a": 1, "a": 2}}"#,
            "1:85",
        ),
        // In what is no payload.
        (r#"{"x": 1, "x": 2}"#, "1:10"),
    ] {
        let outcome = inspect_bytes(text.as_bytes());
        assert_eq!((problems(&outcome), outcome.code), malformed(at), "{text}");
    }
}

#[test]
fn a_broken_resource_does_not_hide_the_others() {
    let folder = Folder::new();
    let text = r#"{"count": 3, "instance_compliant": [
 {"id": "a", "group": "g", "group": "h"},
 {"id": "b", "group": null},
 {"id": "c", "group": "g", "x": 1e400}]}"#;
    let outcome = load(&[&folder.file("page.json", text)]);
    // A blank and `{"id": "a", "group": "g", ` are 27 characters; `"x": ` is 5 more.
    assert_eq!(told(&outcome), ["payload.malformed 2:28", "payload.malformed 4:33"]);
    assert_eq!(findings(&outcome), ["fail b 3:23 /instance_compliant/1/group"]);
    assert_eq!((outcome.code, counts(&outcome)), (2, (1, 3)), "the broken ones are counted, not lost");
}

#[test]
fn a_number_beyond_all_bounds_is_malformed() {
    for number in ["1e400", "-1e400", "1E+999", "123456789e999"] {
        let outcome = inspect_bytes(
            format!(r#"{{"BaselineId": {number}, "PatchGroups": [], "Name": "n"}}"#).as_bytes(),
        );
        assert_eq!((problems(&outcome), outcome.code), malformed("1:16"), "{number}");
    }
    // Too small is nought, as everywhere.
    assert_eq!(inspect_bytes(br#"{"BaselineId": "p", "PatchGroups": [], "Name": "n", "x": 1e-999}"#).code, 0);
}

/// A page of one patch state whose count stands at 1:49: `{"InstancePatchStates": [` is 25 characters long,
/// `{"MissingCount": ` 17.
fn missing(count: &str) -> String {
    format!(r#"{{"InstancePatchStates": [{{"MissingCount": {count}, "InstanceId": "a"}}]}}"#)
}

#[test]
fn a_count_in_a_string_is_digits_and_nothing_else() {
    for count in [
        "\"abc\"",
        "\"\"",
        "\" 1\"",
        "\"1 \"",
        "\"+1\"",
        "\"-1\"",
        "\"1.0\"",
        "\"1e3\"",
        "\"0x1\"",
        "\"1,000\"",
        "\"１\"",
        "\"99999999999999999999\"",
        "-1",
        "1.5",
        "9223372036854775808",
        "1e30",
        "true",
        "[]",
        "{}",
        "[1]",
    ] {
        // The type of the operation tells it from its look-alike, whatever the count.
        let text = missing(count).replace("\"InstanceId\"", "\"OperationType\": \"scan\", \"InstanceId\"");
        let outcome = load_stdin(&[], text.as_bytes());
        assert_eq!((told(&outcome), outcome.code), mismatch("1:43"), "{count}");
        assert_eq!(findings(&outcome), ["error a 1:43 /InstancePatchStates/0/MissingCount"], "{count}");
        assert_eq!(outcome.verdicts("pass"), 0, "{count}");
    }
    for (count, verdict) in
        [("\"0\"", "pass"), ("\"000\"", "pass"), ("\"12\"", "fail"), ("null", "inconclusive")]
    {
        assert_eq!(load_stdin(&[], missing(count).as_bytes()).verdicts(verdict), 1, "{count}");
    }
}

#[test]
fn a_count_of_32_bits_stays_within_them() {
    let text = |count: &str| {
        format!(
            "{{\"count\": 1, \"instance_compliant\": [{{\"id\": \"a\", \"group\": \"g\", \"non_compliant_summary\":\n {{\"non_compliant_count\": {count}}}}}]}}"
        )
    };
    let folder = Folder::new();
    let body = "deny contains \"x\" if input.resource.non_compliant_summary.non_compliant_count < 0";
    let reads = folder.file("rule.rego", rule("ORG-1", "org.one", body));
    for count in ["-1", "1.5", "2147483648", "1e10", "18446744073709551616", "\"1\"", "false", "[]", "{}"] {
        let outcome = load_stdin(&[], text(count).as_bytes());
        // A blank and `{"non_compliant_count": ` are 25 characters.
        assert_eq!((told(&outcome), outcome.code), mismatch("2:26"), "{count}");
        // The rule on groups does not read the count; one that does cannot judge.
        assert_eq!((outcome.verdicts("pass"), findings(&outcome)), (1, vec![]), "{count}");
        let pointer = "/instance_compliant/0/non_compliant_summary/non_compliant_count";
        let reading = ["check", "-", "--format", "json", "--no-builtin", "--policies", &reads];
        let outcome = probity_with(&reading, text(count).as_bytes());
        assert_eq!((told(&outcome), outcome.code), mismatch("2:26"), "{count}");
        assert_eq!(findings(&outcome), [format!("error a 2:26 {pointer}")], "{count}");
    }
    for count in ["0", "-0", "2147483647", "2147483647.0", "1e3", "null"] {
        let outcome = load_stdin(&[], text(count).as_bytes());
        assert_eq!((told(&outcome), outcome.verdicts("pass")), (vec![], 1), "{count}");
    }
}

#[test]
fn a_value_of_another_type_is_told_where_it_stands() {
    for (text, at) in [
        // An object for a list, a list for an object, a text for either.
        (r#"{"BaselineId": "pb-1", "Name": "n", "PatchGroups": {}}"#, "1:52"),
        (r#"{"BaselineId": "pb-1", "Name": "n", "PatchGroups": "g"}"#, "1:52"),
        (r#"{"BaselineId": "pb-1", "Name": "n", "PatchGroups": [1]}"#, "1:53"),
        (r#"{"BaselineId": "pb-1", "PatchGroups": [], "GlobalFilters": [], "Name": "n"}"#, "1:60"),
        (r#"{"BaselineId": "pb-1", "PatchGroups": [], "Name": 5}"#, "1:51"),
        (r#"{"BaselineId": "pb-1", "PatchGroups": [], "Name": "n", "CreatedDate": "yesterday"}"#, "1:71"),
        (r#"{"BaselineId": "pb-1", "PatchGroups": [], "Name": "n", "CreatedDate": 1e20}"#, "1:71"),
        (
            r#"{"instance_compliant": [{"id": "a", "execution_summary": {"report_time": "soon"}}], "count": 1}"#,
            "1:74",
        ),
        (r#"{"instance_compliant": [{"id": "a", "non_compliant_summary": []}], "count": 1}"#, "1:62"),
        (r#"{"instance_compliant": [{"id": 7}], "count": 1}"#, "1:32"),
        (
            r#"{"InstancePatchStates": [{"InstanceId": "a", "MissingCount": "0", "OperationEndTime": "2026-02-30T00:00:00Z"}]}"#,
            "1:87",
        ),
        (
            r#"{"InstancePatchStates": [{"InstanceId": "a", "MissingCount": "0", "OperationEndTime": "2026-02-01T00:00:00"}]}"#,
            "1:87",
        ),
        (r#"{"ImageInstanceList": [{"Endpoints": "[1,"}], "PageInfo": {"TotalCount": 1}}"#, "1:38"),
        (r#"{"ImageInstanceList": [{"Deployed": "1"}], "PageInfo": {"TotalCount": 1}}"#, "1:37"),
        (r#"{"BatchList": [{"BatchId": 9223372036854775808}], "PageInfo": {"TotalCount": 1}}"#, "1:28"),
        // A resource that is none.
        (r#"{"BatchList": [7], "PageInfo": {"TotalCount": 1}}"#, "1:16"),
        (r#"{"BatchList": [[]], "PageInfo": {"TotalCount": 1}}"#, "1:16"),
        (r#"{"BatchList": [null], "PageInfo": {"TotalCount": 1}}"#, "1:16"),
        // Beside the resources.
        (r#"{"BatchList": [{"Status": 2}], "PageInfo": {"TotalCount": 1, "CurrentPage": "1"}}"#, "1:77"),
        (r#"{"InstancePatchStates": [{"MissingCount": "0"}], "NextToken": 5}"#, "1:63"),
    ] {
        let outcome = inspect_bytes(text.as_bytes());
        assert_eq!((problems(&outcome), outcome.code), mismatch(at), "{text}");
    }
}

#[test]
fn a_list_of_another_type_is_never_a_pass() {
    for value in ["{}", "\"x\"", "5", "true"] {
        for text in [
            format!(r#"{{"instance_compliant": {value}, "count": 0}}"#),
            format!(r#"{{"BatchList": {value}, "PageInfo": {{"TotalCount": 0}}}}"#),
            format!(r#"{{"InstancePatchStates": {value}, "RequestId": "r"}}"#),
        ] {
            let outcome = load_stdin(&["--allow-empty", "--allow-incomplete"], text.as_bytes());
            assert_eq!(outcome.code, 2, "{text}");
            assert!(outcome.codes().contains(&"payload.type_mismatch".to_owned()), "{text}");
        }
    }
}

#[test]
fn an_unreadable_total_is_told_and_proves_nothing() {
    for count in ["\"1\"", "-1", "1.5", "[]", "true"] {
        let text = format!(r#"{{"instance_compliant": [{}], "count": {count}}}"#, node("a"));
        let outcome = load_stdin(&[], text.as_bytes());
        assert_eq!(outcome.code, 2, "{count}");
        assert!(
            told(&outcome).contains(&"payload.type_mismatch 1:62".to_owned()),
            "{count}: {:?}",
            told(&outcome)
        );
        assert_ne!(outcome.json()["inputs"][0]["complete"], true, "{count}");
    }
}

#[test]
fn a_wrong_value_does_not_hide_the_other_resources() {
    let text = r#"{"InstancePatchStates": [
 {"InstanceId": "a", "MissingCount": "many"},
 {"InstanceId": "b", "MissingCount": "3"}]}"#;
    let outcome = load_stdin(&[], text.as_bytes());
    // A blank, `{"InstanceId": "a", "MissingCount": ` are 37 characters.
    let pointer = |index: u8| format!("/InstancePatchStates/{index}/MissingCount");
    assert_eq!(
        findings(&outcome),
        [format!("error a 2:38 {}", pointer(0)), format!("fail b 3:38 {}", pointer(1))]
    );
    assert_eq!((told(&outcome), outcome.code), mismatch("2:38"));
}

#[test]
fn many_malformed_lines_are_capped_and_counted() {
    let folder = Folder::new();
    let mut text = nodes(1, &["a"]) + "\n";
    for _ in 0..1000 {
        text.push_str("{\"broken\": \n");
    }
    text.push_str(&nodes(1, &["b"]).replace("\"g\"", "null"));
    let outcome = load(&[&folder.file("lines.ndjson", text)]);
    let told = told(&outcome);
    assert!(told.iter().all(|said| said.starts_with("payload.malformed")), "{told:?}");
    // The first twenty, each at its end behind 10 characters (the blank belongs to no line), and the number of
    // the others.
    let places: Vec<String> = (2..=21).map(|line| format!("payload.malformed {line}:11")).collect();
    assert!(places.iter().all(|place| told.contains(place)), "{told:?}");
    assert_eq!(told.len(), 21);
    assert!(outcome.stdout.contains("980 more of these"));
    assert_eq!((outcome.code, counts(&outcome)), (2, (2, 2)));
    assert_eq!(findings(&outcome), ["fail b 1002:46 /instance_compliant/0/group"]);
    assert_eq!(super::documents(&outcome), [Some(1001)], "broken lines are documents");
}

#[test]
fn the_run_goes_on_with_the_other_files() {
    let folder = Folder::new();
    for (name, bytes) in [
        ("a.json", &b"{\"count\": 1"[..]),
        ("b.json", b"\xff\xfe{\0}\0"),
        ("c.json", b""),
        ("d.json.gz", b"\x1f\x8b\x08\x00 no gzip"),
        ("e.json", b"{\"x\": 1}"),
        ("f.json", b"<html></html>"),
    ] {
        folder.file(name, bytes);
    }
    folder.file("g.json", nodes(1, &["b"]).replace("\"g\"", "null"));
    let outcome = load(&[&folder.text()]);
    let expected = [
        "payload.malformed",
        "payload.malformed",
        "payload.malformed",
        "input.unreadable",
        "payload.unrecognised",
        "payload.error_body",
    ];
    let mut codes = outcome.codes();
    codes.sort();
    let mut sorted = expected.map(str::to_owned);
    sorted.sort();
    assert_eq!((codes.as_slice(), outcome.code), (&sorted[..], 2));
    assert_eq!(findings(&outcome), ["fail b 1:46 /instance_compliant/0/group"]);
    assert_eq!(outcome.json()["summary"]["files"], 7);
}

#[test]
fn unknown_fields_and_values_are_told_only_where_that_is_wanted() {
    let folder = Folder::new();
    let text = r#"{"instance_compliant": [
 {"id": "a", "group": "g", "new": 1, "status": "so so"},
 {"id": "b", "group": "g", "new": 2}], "more": 1, "count": 2}"#;
    let file = folder.file("page.json", text);
    assert_eq!((told(&load(&[&file])), load(&[&file]).code), (vec![], 0));
    let outcome = load(&[&file, "--strict"]);
    // A blank and `{"id": "a", "group": "g", "new": ` are 34 characters, `1, "status": ` 13 more; a blank,
    // `{"id": "b", "group": "g", "new": 2}` and `], "more": ` are 47. Each is told once, and counted.
    let expected = ["payload.unknown_field 2:35", "payload.unknown_field 3:48", "payload.unknown_value 2:48"];
    let mut told = told(&outcome);
    told.sort();
    assert_eq!((told.iter().map(String::as_str).collect::<Vec<_>>(), outcome.code), (expected.to_vec(), 2));
    assert!(outcome.stdout.contains("and once more in this file"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_file_may_be_exactly_as_large_as_allowed() {
    let folder = Folder::new();
    let page = nodes(1, &["a"]);
    let (plain, packed) = (folder.file("a.json", &page), folder.file("b.json.gz", gzip(page.as_bytes())));
    let size = page.len();
    // What counts is what comes out of a packed file.
    for file in [plain.as_str(), packed.as_str()] {
        let exact = inspect(&[file, "--max-file-size", &size.to_string()]);
        assert_eq!((problems(&exact), exact.code), (vec![], 0), "{file}");
        let less = inspect(&[file, "--max-file-size", &(size - 1).to_string()]);
        assert_eq!((problems(&less), less.code), (vec!["input.too_large".to_owned()], 2), "{file}");
    }
    let less = probity_with(&["inspect", "-", "--format", "json", "--max-file-size", "10"], page.as_bytes());
    assert_eq!((problems(&less), less.code), (vec!["input.too_large".to_owned()], 2));
}

#[test]
fn a_file_that_is_too_large_does_not_hide_the_others() {
    let folder = Folder::new();
    folder.file("a.json", nodes(1, &["a"]) + &" ".repeat(5000));
    folder.file("b.json", nodes(1, &["b"]).replace("\"g\"", "null"));
    let outcome = load(&[&folder.text(), "--max-file-size", "4KiB"]);
    assert_eq!((outcome.codes(), outcome.code), (vec!["input.too_large".to_owned()], 2));
    assert_eq!(findings(&outcome), ["fail b 1:46 /instance_compliant/0/group"]);
}

#[test]
fn a_size_is_a_number_with_or_without_a_unit() {
    let folder = Folder::new();
    let file = folder.file("a.json", nodes(1, &["a"]));
    for size in ["1000", "1KiB", "1 kb", "2M", "1GiB", "1t"] {
        assert_eq!(probity(&["inspect", &file, "--max-file-size", size]).code, 0, "{size}");
    }
    for size in ["", "0", "x", "1.5G", "1PB", "99999999999999999999", "KiB"] {
        let outcome = probity(&["inspect", &file, &format!("--max-file-size={size}")]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{size}");
    }
}

#[test]
fn a_packed_file_that_unpacks_to_much_too_much_is_refused() {
    let folder = Folder::new();
    // 17 MiB of the same letter: as gzip over a hundred, as Zstandard over ten thousand to one.
    let text =
        nodes(1, &["a"]).replace("\"count\"", &format!("\"x\": \"{}\", \"count\"", "x".repeat(17 << 20)));
    for (name, bytes) in
        [("a.gz", gzip(text.as_bytes())), ("a.zst", zstd::encode_all(text.as_bytes(), 1).unwrap())]
    {
        let ratio = text.len() / bytes.len();
        let file = folder.file(name, bytes);
        let outcome = inspect(&[&file, "--max-ratio", "50"]);
        assert_eq!((problems(&outcome), outcome.code), (vec!["input.too_large".to_owned()], 2), "{name}");
        let raised = inspect(&[&file, "--max-ratio", &(ratio + 1).to_string()]);
        assert_eq!((problems(&raised), raised.code), (vec![], 0), "{name}");
    }
    let plain = folder.file("a.json", &text);
    assert_eq!(inspect(&[&plain, "--max-ratio", "1"]).code, 0, "what is not packed has no ratio");
}

#[test]
fn a_bomb_is_refused_as_it_comes() {
    let folder = Folder::new();
    // Zstandard, 128 MiB of noughts in about 4 KiB: never unpacked to its end.
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    let block = vec![0; 1 << 20];
    for _ in 0..128 {
        encoder.write_all(&block).unwrap();
    }
    let file = folder.file("bomb.json.zst", encoder.finish().unwrap());
    let outcome = inspect(&[&file]);
    assert_eq!(outcome.code, 2);
    // Behind an open string, so that all of it would have to be kept.
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.write_all(b"{\"count\": \"").unwrap();
    let block = vec![b'a'; 1 << 20];
    for _ in 0..128 {
        encoder.write_all(&block).unwrap();
    }
    let file = folder.file("bomb.json.zst", encoder.finish().unwrap());
    let outcome = inspect(&[&file]);
    assert_eq!((problems(&outcome), outcome.code), (vec!["input.too_large".to_owned()], 2));
}
