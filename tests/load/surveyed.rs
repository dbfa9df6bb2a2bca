//! Large payloads in files, which are read twice and walked over by several threads: neither that nor a packed file
//! changes a word of what is said.

use std::io::Write as _;

use super::large::{ENOUGH, MANY, envelope_behind, expected, large};
use super::{documents, findings, load, nodes, told};
use crate::support::Folder;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A text as it is, and packed.
fn stored(text: &str) -> [Vec<u8>; 3] {
    [text.into(), gzip(text.as_bytes()), zstd::encode_all(text.as_bytes(), 1).unwrap()]
}

#[test]
fn a_packed_file_is_unpacked_twice() {
    let folder = Folder::new();
    for bytes in stored(&envelope_behind(ENOUGH)) {
        let outcome = load(&[&folder.file("large.json", &bytes)]);
        assert_eq!((findings(&outcome), told(&outcome)), (expected(ENOUGH), vec![]));
        assert_eq!(outcome.json()["inputs"][0]["bytes"], bytes.len());
    }
}

#[test]
fn large_documents_in_a_packed_file_keep_their_numbers_and_lines() {
    let folder = Folder::new();
    let small = |id: &str| nodes(1, &[id]).replace("\"g\"", "null");
    let (first, second) = (envelope_behind(ENOUGH), large(ENOUGH).replace("\"id\": \"n", "\"id\": \"m"));
    let (lines, more) = (first.matches('\n').count(), expected(ENOUGH).len());
    for bytes in stored(&format!("{first}{}\n{second}{}", small("b"), small("c"))) {
        let outcome = load(&[&folder.file("four.json", &bytes)]);
        assert_eq!(told(&outcome), Vec::<String>::new());
        let found = findings(&outcome);
        assert_eq!(found[..more], expected(ENOUGH));
        assert_eq!(found[more], format!("fail b {}:46 /instance_compliant/0/group", lines + 1));
        // The third begins one line behind the first; its node 499 stands on its line 504.
        let third = format!("fail m0499 {}:540 /instance_compliant/499/group", lines + 1 + 504);
        assert_eq!(found[more + 1], third);
        let numbers = documents(&outcome);
        assert_eq!((numbers[0], numbers[more], numbers[more + 1]), (Some(0), Some(1), Some(2)));
    }
}

#[test]
fn the_digest_of_a_large_payload_is_that_of_its_file() {
    let folder = Folder::new();
    for bytes in stored(&large(MANY)) {
        let file = folder.file("large.json", &bytes);
        let digest =
            |threads: &str| load(&[&file, "--threads", threads]).json()["inputs"][0]["sha256"].clone();
        assert!(digest("1").is_string());
        assert_eq!(digest("4"), digest("1"));
    }
}

#[test]
fn several_threads_see_what_one_sees() {
    let folder = Folder::new();
    let whole = large(ENOUGH);
    // Guesses may fall among the inner elements, which begin like the outer ones, or into texts that look so.
    let inner = whole.replace(", \"group\"", ", \"ids\": [{\"id\": 1}, {\"id\": 2}, {\"id\": 3}], \"group\"");
    let quoted = whole.replace("\"name\": \"", "\"name\": \"\\\", {\\\"id\\\": \\\\\\\\");
    let at = |node: usize| whole.find(&format!("  {{\"id\": \"n{node}\"")).unwrap();
    let changed = |node: usize, with: &str| format!("{}{with}{}", &whole[..at(node)], &whole[at(node)..]);
    for (what, text) in [
        ("inner elements", inner),
        ("quoted elements", quoted),
        ("one line", whole.replace('\n', " ")),
        ("CRLF", whole.replace('\n', "\r\n")),
        ("an element that is no object", changed(3000, "7,")),
        ("a missing element", changed(3000, ",")),
        ("a bracket too many", changed(3500, "]")),
        ("a wrong bracket", changed(3500, "[},")),
        ("a quote too many", changed(4000, "\"")),
        ("too deep", changed(4100, &format!("{}{},", "[".repeat(129), "]".repeat(129)))),
        (
            "a long element",
            changed(2100, &format!("{{\"id\": \"long\", \"x\": \"{}\"}},", "[".repeat(5 << 20))),
        ),
        ("cut off between elements", whole[..at(4200)].to_owned()),
        ("cut off within an element", whole[..at(4200) - 9].to_owned()),
        ("more behind it", format!("{whole}{whole}")),
    ] {
        let file = folder.file("large.json", &text);
        let run = |threads: &str| load(&[&file, "--threads", threads]);
        let (one, many) = (run("1"), run("4"));
        assert!(one.stdout == many.stdout, "{what}: {:?} and {:?}", told(&one), told(&many));
        assert_eq!(one.code, many.code, "{what}");
    }
}
