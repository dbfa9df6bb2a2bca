//! One payload or many, in every layout, packed or not, from files and from standard input.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{RULES, counts, documents, findings, inspect, load, load_stdin, node, nodes, problems, told};
use crate::support::{CLOCK, Folder, command, end_in_time, probity, probity_with};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Two nodes, of which the second one fails at 5:24: two blanks, then `{"id": "b", "group": ` with 21
/// characters stand before its null.
const PRETTY: &str = r#"{
 "count": 2,
 "instance_compliant": [
  {"id": "a", "group": "g"},
  {"id": "b", "group": null}
 ]
}
"#;

#[test]
fn one_payload_is_read() {
    let folder = Folder::new();
    let outcome = load(&[&folder.file("one.json", PRETTY)]);
    assert_eq!(counts(&outcome), (1, 2));
    assert_eq!(findings(&outcome), ["fail b 5:24 /instance_compliant/1/group"]);
    assert_eq!(documents(&outcome), [None], "a file that is one document needs no index");
    assert_eq!((outcome.code, told(&outcome)), (1, vec![]));
}

#[test]
fn an_array_of_payloads_is_read() {
    let folder = Folder::new();
    // The first payload takes lines 2 to 8, the second one starts on line 9.
    let text = format!("[\n{},\n{}]\n", PRETTY.trim(), PRETTY.trim().replace("\"b\"", "\"c\""));
    let outcome = load(&[&folder.file("pages.json", text.replace("\"a\"", "null"))]);
    assert_eq!(counts(&outcome), (2, 4));
    let expected = ["fail b 6:24 /instance_compliant/1/group", "fail c 13:24 /instance_compliant/1/group"];
    assert_eq!(findings(&outcome), expected, "pointers begin at their own document");
    assert_eq!(documents(&outcome), [Some(0), Some(1)]);
}

#[test]
fn an_array_of_one_payload_counts_its_document() {
    let folder = Folder::new();
    let outcome = load(&[&folder.file("pages.json", format!("[{}]", PRETTY.trim()))]);
    // The bracket before it only moves the first line.
    assert_eq!(findings(&outcome), ["fail b 5:24 /instance_compliant/1/group"]);
    assert_eq!(documents(&outcome), [Some(0)]);
}

#[test]
fn a_payload_a_line_is_read() {
    let folder = Folder::new();
    // `{"count":1,"instance_compliant":[{"id":"b","group":` is 51 characters long.
    let text = r#"{"count":1,"instance_compliant":[{"id":"a","group":"g"}]}
{"count":1,"instance_compliant":[{"id":"b","group":null}]}
{"count":1,"instance_compliant":[{"id":"c","group":null}]}
"#;
    let outcome = load(&[&folder.file("lines.ndjson", text)]);
    assert_eq!(counts(&outcome), (3, 3));
    let pointer = "/instance_compliant/0/group";
    assert_eq!(findings(&outcome), [format!("fail b 2:52 {pointer}"), format!("fail c 3:52 {pointer}")]);
    assert_eq!(documents(&outcome), [Some(1), Some(2)]);
}

#[test]
fn payloads_one_after_the_other_are_read() {
    let folder = Folder::new();
    let second = PRETTY.replace("\"a\"", "\"c\"").replace("\"b\"", "\"d\"");
    // Each takes seven lines.
    let outcome = load(&[&folder.file("two.json", format!("{PRETTY}{second}"))]);
    let expected = ["fail b 5:24 /instance_compliant/1/group", "fail d 12:24 /instance_compliant/1/group"];
    assert_eq!(findings(&outcome), expected);
    assert_eq!(documents(&outcome), [Some(0), Some(1)]);
    // Without anything between them, the second one begins on the last line of the first.
    let outcome = load(&[&folder.file("two.json", format!("{}{second}", PRETTY.trim()))]);
    let expected = ["fail b 5:24 /instance_compliant/1/group", "fail d 11:24 /instance_compliant/1/group"];
    assert_eq!(findings(&outcome), expected);
}

#[test]
fn arrays_and_payloads_may_follow_each_other() {
    let folder = Folder::new();
    let text = format!("[{}]\n[{}, {}]\n{}\n", nodes(1, &["a"]), nodes(1, &["b"]), nodes(1, &["c"]), PRETTY);
    let outcome = load(&[&folder.file("mixed.json", text)]);
    // Documents 0, then 1 and 2, then 3, which begins on line 3.
    assert_eq!((counts(&outcome), documents(&outcome)), ((4, 5), vec![Some(3)]));
    assert_eq!(findings(&outcome), ["fail b 7:24 /instance_compliant/1/group"]);
}

#[test]
fn an_array_behind_payloads_goes_on_with_their_numbers() {
    let folder = Folder::new();
    let bad = |id: &str| nodes(1, &[id]).replace("\"g\"", "null");
    let text = format!("{PRETTY}{PRETTY}\n[{},\n{}]", bad("c"), bad("d")).replace("\"a\"", "null");
    let outcome = load(&[&folder.file("mixed.json", text)]);
    assert_eq!(documents(&outcome), [Some(0), Some(1), Some(2), Some(3)]);
}

#[test]
fn a_payload_with_a_resource_a_line_is_one_document() {
    let folder = Folder::new();
    let text = format!("{{\"count\": 2, \"instance_compliant\": [\n{},\n{}\n]}}\n", node("a"), node("b"));
    let outcome = load(&[&folder.file("rows.json", text)]);
    assert_eq!(told(&outcome), Vec::<String>::new());
    assert_eq!((counts(&outcome), outcome.code), ((1, 2), 0));
}

#[test]
fn a_compact_payload_may_come_before_a_pretty_one() {
    let folder = Folder::new();
    let outcome = load(&[&folder.file("two.json", format!("{}\n{PRETTY}", nodes(1, &["x"])))]);
    assert_eq!(told(&outcome), Vec::<String>::new());
    assert_eq!(findings(&outcome), ["fail b 6:24 /instance_compliant/1/group"]);
}

#[test]
fn resources_a_line_are_read_with_a_given_operation() {
    let folder = Folder::new();
    // In each, the second one fails; the characters before its value are counted in the text.
    for (operation, text, expected) in [
        (
            "huawei.coc.ListInstanceCompliant",
            "{\"id\":\"a\",\"group\":\"g\"}\n{\"id\":\"b\",\"group\":null}\n",
            "fail b 2:19 /group",
        ),
        (
            "alibaba.oos.ListInstancePatchStates",
            "{\"InstanceId\":\"a\",\"MissingCount\":\"0\"}\n{\"InstanceId\":\"b\",\"MissingCount\":\"1\"}\n",
            "fail b 2:34 /MissingCount",
        ),
        (
            "alibaba.sas.ListPublishBatch",
            "{\"BatchId\":1,\"Version\":\"1\",\"Status\":2}\n{\"BatchId\":2,\"Version\":\"1\",\"Status\":3}\n",
            "fail 1/2 2:37 /Status",
        ),
        (
            "alibaba.sas.DescribeImageInstances",
            "{\"RepoName\":\"a\",\"Tag\":\"1.0\"}\n{\"RepoName\":\"b\",\"Tag\":\"latest\"}\n",
            "fail b:latest 2:23 /Tag",
        ),
    ] {
        let outcome = load(&[&folder.file("rows.ndjson", text), "--as", operation]);
        assert_eq!(findings(&outcome), [expected], "{operation}");
        assert_eq!(counts(&outcome), (0, 2), "{operation}: resources without a payload");
        assert_eq!(documents(&outcome), [Some(1)], "{operation}");
        assert_eq!(outcome.codes(), ["payload.unverified"], "nothing tells whether all are here");
        assert_eq!(outcome.code, 1, "{operation}: what is unverified is a warning");
    }
}

#[test]
fn resources_in_an_array_are_read_with_a_given_operation() {
    let folder = Folder::new();
    let text = "[\n {\"id\": \"a\", \"group\": \"g\"},\n {\"id\": \"b\", \"group\": null}\n]";
    let outcome = load(&[&folder.file("rows.json", text), "--as", "ListInstanceCompliant"]);
    // One blank, and 21 characters as above.
    assert_eq!(findings(&outcome), ["fail b 3:23 /group"]);
    assert_eq!((counts(&outcome), documents(&outcome)), ((0, 2), vec![Some(1)]));
}

#[test]
fn resources_without_a_given_operation_are_no_payloads() {
    let folder = Folder::new();
    let text = "{\"id\":\"a\",\"non_compliant_summary\":{}}\n{\"id\":\"b\",\"non_compliant_summary\":{}}\n";
    let outcome = load(&[&folder.file("rows.ndjson", text)]);
    assert_eq!(told(&outcome), ["payload.unrecognised 1:1", "payload.unrecognised 2:1"]);
    let help = outcome.json()["diagnostics"][0]["help"].as_str().unwrap().to_owned();
    assert!(help.contains("--as huawei.coc.ListInstanceCompliant"), "{help}");
    assert_eq!(outcome.code, 2);
}

#[test]
fn standard_input_is_read() {
    let outcome = load_stdin(&[], PRETTY.as_bytes());
    assert_eq!(findings(&outcome), ["fail b 5:24 /instance_compliant/1/group"]);
    assert_eq!(outcome.json()["inputs"][0]["file"], "<stdin>");
    assert_eq!(outcome.json()["inputs"][0]["bytes"], PRETTY.len());
}

#[test]
fn standard_input_may_stand_beside_files_and_be_named_twice() {
    let folder = Folder::new();
    let file = folder.file("one.json", nodes(1, &["a"]));
    let outcome = load_stdin(&["-", &file], PRETTY.as_bytes());
    assert_eq!((counts(&outcome), outcome.code), ((2, 3), 1));
}

#[test]
fn empty_standard_input_is_an_error() {
    let outcome = load_stdin(&[], b"");
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.malformed 1:1".to_owned()], 2));
}

#[test]
fn packed_files_are_told_by_their_content_not_their_name() {
    let folder = Folder::new();
    for (name, bytes) in [
        ("a.json", gzip(PRETTY.as_bytes())),
        ("a.json.zst", gzip(PRETTY.as_bytes())),
        ("a.data", zstd(PRETTY.as_bytes())),
        ("a.json.gz", zstd(PRETTY.as_bytes())),
        ("b.json.gz", PRETTY.as_bytes().to_vec()),
    ] {
        let outcome = load(&[&folder.file(name, &bytes)]);
        assert_eq!(findings(&outcome), ["fail b 5:24 /instance_compliant/1/group"], "{name}");
        assert_eq!(outcome.json()["inputs"][0]["bytes"], bytes.len(), "{name}: as it is stored");
    }
}

#[test]
fn packed_standard_input_is_read() {
    for bytes in [gzip(PRETTY.as_bytes()), zstd(PRETTY.as_bytes())] {
        let outcome = load_stdin(&[], &bytes);
        assert_eq!(findings(&outcome), ["fail b 5:24 /instance_compliant/1/group"]);
    }
}

#[test]
fn several_packed_members_are_one_text() {
    let folder = Folder::new();
    // Cut in the middle of the second node, and with an empty member between.
    let (one, two) = PRETTY.as_bytes().split_at(70);
    for bytes in [[gzip(one), gzip(b""), gzip(two)].concat(), [zstd(one), zstd(b""), zstd(two)].concat()] {
        let outcome = load(&[&folder.file("a.json.gz", bytes)]);
        assert_eq!(findings(&outcome), ["fail b 5:24 /instance_compliant/1/group"]);
    }
}

#[test]
fn a_packed_file_that_is_cut_off_or_followed_by_garbage_is_an_error() {
    let folder = Folder::new();
    let whole = gzip(PRETTY.as_bytes());
    let cut = whole[..whole.len() - 5].to_vec();
    let garbage = [whole, b"garbage".to_vec()].concat();
    let packed = zstd(PRETTY.as_bytes());
    let cut_zstd = packed[..packed.len() - 5].to_vec();
    for bytes in [cut, garbage, cut_zstd, vec![0x1F, 0x8B], vec![0x28, 0xB5, 0x2F, 0xFD]] {
        let outcome = load(&[&folder.file("a.json.gz", &bytes)]);
        assert_eq!((outcome.codes(), outcome.code), (vec!["input.unreadable".to_owned()], 2), "{bytes:?}");
    }
}

/// Runs `inspect -` with a standard input that gives one byte at each read, at first.
#[cfg(unix)]
fn inspect_drop_by_drop(bytes: &[u8]) -> crate::support::Outcome {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixDatagram;
    use std::process::Stdio;
    // Each datagram is a read of its own, whatever the timing, and an empty one is the end.
    let (ours, theirs) = UnixDatagram::pair().unwrap();
    let child = command(&["inspect", "-", "--format", "json"])
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (head, rest) = bytes.split_at(6);
    let mut drops: Vec<Vec<u8>> = head.iter().map(|byte| vec![*byte]).collect();
    drops.push(rest.to_vec());
    drops.extend(vec![Vec::new(); 8]);
    std::thread::spawn(move || {
        for drop in drops {
            // The reader may have what it needs.
            let _ = ours.send(&drop);
        }
        // Kept open: a reader that never stops must be seen to hang.
        std::thread::park_timeout(std::time::Duration::from_mins(2));
        drop(ours);
    });
    end_in_time(child)
}

#[cfg(unix)]
#[test]
fn plain_text_may_come_in_byte_by_byte() {
    let outcome = inspect_drop_by_drop(PRETTY.as_bytes());
    assert_eq!((problems(&outcome), outcome.code), (vec![], 0));
}

#[cfg(unix)]
#[test]
fn packed_text_may_come_in_byte_by_byte() {
    for bytes in [gzip(PRETTY.as_bytes()), zstd(PRETTY.as_bytes())] {
        let outcome = inspect_drop_by_drop(&bytes);
        assert_eq!((problems(&outcome), outcome.code), (vec![], 0));
    }
}

/// A whole baseline with other dates.
fn baseline(created: &str, modified: &str) -> String {
    format!(
        r#"{{"BaselineId": "pb-1", "Name": "n", "PatchGroups": ["g"], "CreatedDate": {created}, "ModifiedDate": {modified}}}"#
    )
}

#[test]
fn dates_of_every_client_are_the_same_instant() {
    let folder = Folder::new();
    // 1550188800 is 2019-02-15T00:00:00Z; 55380 seconds more are 15 hours and 23 minutes.
    for (client, created, modified) in [
        ("the wire, and AWS CLI v1", "1550244180.465", "1550244180"),
        ("a whole number as a double", "1550244180.465", "1550244180.0"),
        ("AWS CLI v2", r#""2019-02-15T15:23:00.465000+00:00""#, r#""2019-02-15T15:23:00+00:00""#),
        ("AWS CLI v2, elsewhere", r#""2019-02-15T16:23:00.465000+01:00""#, r#""2019-02-15T07:53:00-07:30""#),
        ("str() of Python", r#""2019-02-15 15:23:00.465000+00:00""#, r#""2019-02-15 15:23:00+00:00""#),
        ("tzlocal", r#""2019-02-15 16:23:00.465000+01:00""#, r#""2019-02-15 15:23:00+00:00""#),
    ] {
        let file = folder.file("baseline.json", baseline(created, modified));
        let outcome = probity(&["inspect", "--inputs", &file]);
        let resource = &outcome.json()["resource"];
        assert_eq!(resource["CreatedDate"], "2019-02-15T15:23:00.465Z", "{client}");
        assert_eq!(resource["ModifiedDate"], "2019-02-15T15:23:00Z", "{client}");
    }
}

#[test]
fn a_dump_of_boto3_is_a_payload() {
    let folder = Folder::new();
    let text = baseline("1", "1").replace(
        '}',
        r#", "ResponseMetadata": {"RequestId": "r", "HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}}"#,
    );
    let outcome = load(&[&folder.file("dump.json", text)]);
    assert_eq!((counts(&outcome), outcome.code), ((1, 1), 0));
}

#[test]
fn a_collection_without_its_envelope_is_a_payload() {
    // What `aliyun --pager` prints.
    let text = "{\n\t\"InstancePatchStates\": [\n\t\t{\n\t\t\t\"InstanceId\": \"a\",\n\t\t\t\"MissingCount\": \"4\"\n\t\t}\n\t]\n}\n";
    let outcome = load_stdin(&[], text.as_bytes());
    // Three tabs, and `"MissingCount": ` with 16 characters.
    assert_eq!(findings(&outcome), ["fail a 5:20 /InstancePatchStates/0/MissingCount"]);
}

#[test]
fn blank_lines_and_line_ends_of_any_kind_do_not_matter() {
    let (one, two, three) = (nodes(1, &["a"]), nodes(1, &["b"]), nodes(1, &["c"]).replace("\"g\"", "null"));
    // Where the third payload stands: its line, and how many characters are before it.
    for (text, line, before) in [
        (format!("{one}\n{two}\n{three}"), 3, 0),
        (format!("{one}\r\n{two}\r\n{three}\r\n"), 3, 0),
        (format!("\n\n{one}\n\n{two}\n \t\n{three}\n\n\n"), 7, 0),
        (format!("{one}  \n{two}\t\r\n{three} \n"), 3, 0),
        (format!("  {one}\n  {two}\n  {three}\n"), 3, 2),
        (format!("{one}\n\r\n\r\n{two}\n{three}\n   "), 5, 0),
    ] {
        let outcome = load_stdin(&[], text.as_bytes());
        // `{"instance_compliant": [{"id": "c", "group": ` is 45 characters long.
        let expected = format!("fail c {line}:{} /instance_compliant/0/group", before + 46);
        assert_eq!(findings(&outcome), [expected], "{text:?}");
        assert_eq!(documents(&outcome), [Some(2)], "{text:?}: blank lines are no documents");
        assert_eq!((counts(&outcome), told(&outcome)), ((3, 3), vec![]), "{text:?}");
    }
}

#[test]
fn a_file_without_anything_in_it_is_an_error() {
    for text in ["", "\n", " \r\n\t \n\n"] {
        let outcome = load_stdin(&[], text.as_bytes());
        assert_eq!(told(&outcome), ["payload.malformed 1:1"], "{text:?}");
        assert_eq!((outcome.code, counts(&outcome)), (2, (0, 0)), "{text:?}");
    }
}

#[test]
fn json_that_is_no_payload_is_an_error() {
    for (text, expected) in [
        ("[]", vec!["payload.unrecognised 1:1"]),
        ("{}", vec!["payload.unrecognised 1:1"]),
        ("null", vec!["payload.unrecognised 1:1"]),
        ("\n  42\n", vec!["payload.unrecognised 2:3"]),
        ("\"text\"", vec!["payload.unrecognised 1:1"]),
        ("true", vec!["payload.unrecognised 1:1"]),
        ("[[]]", vec!["payload.unrecognised 1:2"]),
        (
            "[1, \"x\", null]",
            vec!["payload.unrecognised 1:2", "payload.unrecognised 1:5", "payload.unrecognised 1:10"],
        ),
        ("[]\n[]", vec!["payload.unrecognised 1:1", "payload.unrecognised 2:1"]),
    ] {
        let outcome = load_stdin(&[], text.as_bytes());
        assert_eq!(
            (told(&outcome), outcome.code),
            (expected.iter().map(|s| (*s).to_owned()).collect(), 2),
            "{text}"
        );
    }
}

#[test]
fn a_long_string_is_not_said_to_be_cut_off() {
    let outcome = load_stdin(&[], format!("\"{}\"", "a".repeat(100_000)).as_bytes());
    assert_eq!(told(&outcome), ["payload.unrecognised 1:1"]);
}

#[test]
fn a_line_may_be_longer_than_what_is_read_at_a_time() {
    let folder = Folder::new();
    // A line of 700,000 characters between two short ones; batches are 512 KiB.
    let long = format!(r#"{{"id": "b", "name": "{}", "group": null}}"#, "é".repeat(350_000));
    let text = format!(
        "{}\n{{\"instance_compliant\": [{long}], \"count\": 1}}\n{}\n",
        nodes(1, &["a"]),
        nodes(1, &["c"])
    )
    .replace(r#"{"id": "c", "group": "g"}"#, r#"{"id": "c", "group": null}"#);
    let outcome = load(&[&folder.file("long.ndjson", text)]);
    // `{"instance_compliant": [` 24, `{"id": "b", "name": "` 21, the name 350,000, `", "group": ` 12.
    let expected = ["fail b 2:350058 /instance_compliant/0/group", "fail c 3:46 /instance_compliant/0/group"];
    assert_eq!(findings(&outcome), expected);
    assert_eq!(documents(&outcome), [Some(1), Some(2)]);
}

#[test]
fn thousands_of_lines_keep_their_numbers() {
    let folder = Folder::new();
    // More than 512 KiB, so that there are several batches; every 1,000th line fails.
    let text: String = (1..=12_000)
        .map(|line| {
            let group = if line % 1000 == 0 { "null" } else { "\"g\"" };
            format!("{{\"count\":1,\"instance_compliant\":[{{\"id\":\"{line}\",\"group\":{group}}}]}}\n")
        })
        .collect();
    let outcome = load(&[&folder.file("many.ndjson", text)]);
    // `{"count":1,"instance_compliant":[{"id":"`, the id, `","group":`: 40, its digits, 10.
    let expected: Vec<String> = (1..=12)
        .map(|k| {
            let line = k * 1000;
            let column = 40 + line.to_string().len() + 10 + 1;
            format!("fail {line} {line}:{column} /instance_compliant/0/group")
        })
        .collect();
    assert_eq!(findings(&outcome), expected);
    assert_eq!(documents(&outcome), (1..=12).map(|k| Some(k * 1000 - 1)).collect::<Vec<_>>());
    assert_eq!(counts(&outcome), (12_000, 12_000));
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let folder = Folder::new();
    // Several batches; every tenth payload states two resources, and every hundredth one fails.
    let lines: String = (0..600)
        .map(|k| {
            let count = if k % 10 == 0 { 2 } else { 1 };
            let group = if k % 100 == 0 { "null" } else { "\"g\"" };
            let resource = format!("{{\"id\":\"{k}\",\"x\":\"{}\",\"group\":{group}}}", "x".repeat(1000));
            format!("{{\"count\":{count},\"instance_compliant\":[{resource}]}}\n")
        })
        .collect();
    folder.file("a.ndjson", &lines);
    folder.file("b.json", PRETTY);
    folder.file("c.json", "{\"broken\": ");
    folder.file("d/e.json.gz", gzip(lines.replace("\"id\":\"", "\"id\":\"x").as_bytes()));
    let run = |threads: &str, format: &str| {
        let path = folder.text();
        let base = ["check", &path, "--at", CLOCK, "--format", format, "--threads", threads];
        probity(&[&base[..], &RULES].concat())
    };
    for format in ["json", "ndjson", "pretty"] {
        let (one, four) = (run("1", format), run("4", format));
        assert_eq!(one.code, 2, "{format}");
        assert!(one.stdout == four.stdout && one.stderr == four.stderr, "{format}");
    }
}

#[test]
fn an_absurd_number_of_threads_is_refused_or_bounded() {
    let folder = Folder::new();
    let file = folder.file("one.json", nodes(1, &["a"]));
    for threads in ["0", "4611686018427387904"] {
        let arguments = ["inspect", &file, "--threads", threads];
        let outcome = crate::support::finish_in_time(&mut command(&arguments));
        assert!([0, 2].contains(&outcome.code), "{threads}: {}", outcome.code);
        assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
    }
}

#[test]
fn the_digest_is_that_of_the_file_as_it_is_stored() {
    let folder = Folder::new();
    // printf '{}' | sha256sum
    let outcome = inspect(&[&folder.file("empty.json", "{}")]);
    let expected = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    assert_eq!(outcome.json()["inputs"][0]["sha256"], expected);
    let with_stdin = probity_with(&["inspect", "-", "--format", "json"], b"{}");
    assert_eq!(with_stdin.json()["inputs"][0]["sha256"], expected);
}
