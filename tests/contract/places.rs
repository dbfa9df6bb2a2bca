//! Places: bytes, lines and columns, counted again in another way.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{everything, findings};
use crate::support::{Folder, check, page, report, root, rule};

/// The documents of a file, each with the offset at which it begins: one value, the elements of an array of
/// pages, or one a line.
fn documents(text: &str) -> Vec<(usize, &RawValue)> {
    let offset = |value: &RawValue| value.get().as_ptr() as usize - text.as_ptr() as usize;
    if let Ok(value) = serde_json::from_str::<&RawValue>(text) {
        let elements = serde_json::from_str::<Vec<&RawValue>>(value.get()).unwrap_or_else(|_| vec![value]);
        return elements.into_iter().map(|element| (offset(element), element)).collect();
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str::<&RawValue>(line).unwrap())
        .map(|value| (offset(value), value))
        .collect()
}

/// The members or elements of a value by their step in a pointer.
type Parts<'t> = BTreeMap<String, &'t RawValue>;

fn inside(value: &RawValue) -> Parts<'_> {
    if value.get().starts_with('[') {
        let elements: Vec<&RawValue> = serde_json::from_str(value.get()).unwrap();
        return elements
            .into_iter()
            .enumerate()
            .map(|(index, element)| (index.to_string(), element))
            .collect();
    }
    serde_json::from_str(value.get()).unwrap_or_default()
}

/// A file's text, taken apart level by level where that is asked for.
struct Source<'t> {
    text: &'t str,
    /// Offsets of the line feeds.
    line_feeds: Vec<usize>,
    documents: Vec<(usize, &'t RawValue)>,
    taken_apart: RefCell<BTreeMap<(usize, String), Parts<'t>>>,
}

impl<'t> Source<'t> {
    fn new(text: &'t str) -> Self {
        let line_feeds = text.match_indices('\n').map(|(at, _)| at).collect();
        Self { text, line_feeds, documents: documents(text), taken_apart: RefCell::default() }
    }

    /// The value at a pointer.
    fn at(&self, document: usize, pointer: &str) -> Option<&'t RawValue> {
        let Some((parent, step)) = pointer.rsplit_once('/') else {
            return Some(self.documents[document].1);
        };
        let step = step.replace("~1", "/").replace("~0", "~");
        let known = self.taken_apart.borrow().contains_key(&(document, parent.to_owned()));
        if !known {
            let parts = inside(self.at(document, parent)?);
            self.taken_apart.borrow_mut().insert((document, parent.to_owned()), parts);
        }
        self.taken_apart.borrow()[&(document, parent.to_owned())].get(&step).copied()
    }

    /// Line and column of a byte, by a plain count of characters.
    fn line_and_column(&self, byte: usize) -> (u64, u64) {
        let line = self.line_feeds.iter().take_while(|&&feed| feed < byte).count();
        let start = if line == 0 { 0 } else { self.line_feeds[line - 1] + 1 };
        (line as u64 + 1, self.text[start..byte].chars().count() as u64 + 1)
    }

    /// Holds a location or a piece of evidence against the text; gives the text that it cuts out.
    fn cut(&self, place: &Value, document: usize, found: &str) -> &'t str {
        let number = |key: &str| usize::try_from(place[key].as_u64().unwrap()).unwrap();
        let (start, end) = (number("start_byte"), number("end_byte"));
        let value = self.at(document, found).unwrap_or_else(|| panic!("no {found}: {place}"));
        let offset = value.get().as_ptr() as usize - self.text.as_ptr() as usize;
        assert_eq!((start, end), (offset, offset + value.get().len()), "{place}");
        let (line, column) = self.line_and_column(start);
        assert_eq!((place["line"].as_u64(), place["column"].as_u64()), (Some(line), Some(column)), "{place}");
        &self.text[start..end]
    }

    /// Checks a finding; counts its pieces of evidence.
    fn finding(&self, finding: &Value) -> usize {
        let location = &finding["location"];
        assert_eq!(location["document"].is_u64(), self.documents.len() > 1, "{location}");
        let document = usize::try_from(location["document"].as_u64().unwrap_or_default()).unwrap();
        self.cut(location, document, location["path"].as_str().unwrap());
        let evidence = finding["evidence"].as_array().unwrap();
        for piece in evidence {
            let path = piece["path"].as_str().unwrap();
            let is = |key: &str| piece.get(key).is_some_and(|value| *value == json!(true));
            if is("absent") || (is("redacted") && self.at(document, path).is_none()) {
                assert!(self.at(document, path).is_none(), "{piece}");
                let mut ancestor = path;
                while self.at(document, ancestor).is_none() {
                    ancestor = ancestor.rsplit_once('/').unwrap().0;
                }
                self.cut(piece, document, ancestor);
                assert_eq!(piece["value"], Value::Null);
                continue;
            }
            let cut = self.cut(piece, document, path);
            if is("redacted") || is("truncated") {
                assert_eq!(piece["value"], Value::Null);
            } else {
                assert_eq!(piece["value"], serde_json::from_str::<Value>(cut).unwrap(), "{piece}");
            }
        }
        evidence.len()
    }
}

#[test]
fn every_place_cuts_out_its_value_and_has_its_line_and_column() {
    let mut by_file: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for finding in findings(everything()) {
        by_file.entry(finding["location"]["file"].as_str().unwrap()).or_default().push(finding);
    }
    let mut evidence = 0;
    for (file, findings) in by_file {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let source = Source::new(&text);
        evidence += findings.into_iter().map(|finding| source.finding(finding)).sum::<usize>();
    }
    assert!(evidence > 500, "only {evidence} pieces of evidence");
}

#[test]
fn every_diagnostic_of_the_samples_lies_within_its_file() {
    for diagnostic in everything()["diagnostics"].as_array().unwrap() {
        let text = fs::read_to_string(root().join(diagnostic["file"].as_str().unwrap())).unwrap();
        let line = usize::try_from(diagnostic["line"].as_u64().unwrap()).unwrap();
        let column = usize::try_from(diagnostic["column"].as_u64().unwrap()).unwrap();
        let line = text.split('\n').nth(line - 1).unwrap_or_else(|| panic!("{diagnostic}"));
        // The place may be right behind the last character.
        assert!((1..=line.chars().count() + 1).contains(&column), "{diagnostic}");
    }
}

/// Judges a text by one rule and holds every place against it; gives the number of findings.
fn held(name: &str, text: &str, body: &str) -> usize {
    let folder = Folder::new();
    let file = folder.file(name, text);
    let rules = folder.file("rules/rule.rego", rule("ORG-1", "org.one", body));
    let document =
        check(&[&file, "--no-builtin", "--policies", &rules, "--include", "pass,not_applicable"]).json();
    assert_eq!(document["diagnostics"].as_array().unwrap().len(), 0, "{}", document["diagnostics"]);
    let source = Source::new(text);
    for finding in findings(&document) {
        source.finding(finding);
    }
    findings(&document).len()
}

const NAMES: &str = "deny contains {\"msg\": \"x\", \"path\": \"name\"}\n\ndeny contains {\"msg\": \"y\", \"path\": \"execution_summary.report_time\"}\n\ndeny contains {\"msg\": \"z\", \"path\": \"execution_summary.nothing\"}";

/// Reports with characters of one to four bytes before, in and behind what is named.
fn wide(count: usize, filler: &str) -> Vec<Value> {
    (0..count)
        .map(|number| {
            let mut node = report(&format!("i-{number}"));
            node["name"] = json!(format!("é{number}日😀\u{1}\"\\"));
            node["aé"] = json!(filler);
            node
        })
        .collect()
}

#[test]
fn places_count_characters_in_every_layout() {
    let compact = page(&wide(3, "ü"));
    let document: Value = serde_json::from_str(&compact).unwrap();
    let pretty = serde_json::to_string_pretty(&document).unwrap();
    for text in [&compact, &pretty, &pretty.replace('\n', "\r\n"), &format!("\n\n \t{pretty}\n\n")] {
        assert_eq!(held("a.json", text, NAMES), 3);
    }
}

#[test]
fn places_in_pages_of_one_file_are_those_of_the_file() {
    let other = page(&wide(1, "ö")).replace("i-0", "j-0");
    let (one, two) = (page(&wide(2, "ü")), other);
    for text in [
        format!("{one}\n{two}\n"),
        format!("\n{one}\r\n\r\n  {two}"),
        format!("[{one},\n{two}]"),
        format!("[ {one} ,{two} ]\n"),
    ] {
        assert_eq!(held("a.json", &text, NAMES), 3, "{text}");
    }
}

#[test]
fn places_in_a_payload_of_megabytes_are_right() {
    // Over 4 MiB it is not read as one document; its parts are of about half a MiB.
    let text = page(&wide(24, &"ä".repeat(100_000)));
    assert!(text.len() > 4 << 20);
    assert_eq!(held("a.json", &text, NAMES), 24);
    assert_eq!(held("a.json", &text.replace("},{", "},\n\t{"), NAMES), 24);
}

#[test]
fn places_behind_megabytes_of_lines_are_right() {
    let lines: Vec<String> = (0..12)
        .map(|number| page(&wide(1, &"ä".repeat(60_000))).replace("i-0", &format!("i-{number}")))
        .collect();
    assert_eq!(held("a.ndjson", &lines.join("\n"), NAMES), 12);
}

#[test]
fn names_with_escapes_are_found() {
    let text = r#"{"count": 1, "instance_compliant": [{"n\u0061me": "\u00e9", "instance_id": "a",
        "execution_summary": {"report_tim\u0065": 1795140600000}}]}"#;
    assert_eq!(held("a.json", text, NAMES), 1);
}

#[test]
fn a_long_value_is_placed_but_not_repeated() {
    let mut node = report("a");
    node["name"] = json!("n".repeat(5000));
    let folder = Folder::new();
    let file = folder.file("page.json", page(&[node]));
    let rules = folder.file("rule.rego", rule("ORG-1", "org.one", NAMES));
    let outcome = check(&[&file, "--no-builtin", "--policies", &rules]);
    let document = outcome.json();
    let text = fs::read_to_string(&file).unwrap();
    Source::new(&text).finding(&findings(&document)[0]);
    let pieces = findings(&document)[0]["evidence"].as_array().unwrap();
    let name = pieces.iter().find(|piece| piece["path"].as_str().unwrap().ends_with("/name")).unwrap();
    assert_eq!((&name["truncated"], &name["value"]), (&json!(true), &json!(null)));
}

#[test]
fn an_absent_value_is_absent_even_where_it_would_be_secret() {
    let folder = Folder::new();
    let file = folder.file("a.json", r#"{"BaselineId": "pb-1", "Name": "x", "PatchGroups": []}"#);
    let document = check(&[&file, "--rule", "AWS-SSM-008"]).json();
    let evidence = &findings(&document)[0]["evidence"][0];
    assert_eq!((&evidence["path"], &evidence["absent"]), (&json!("/Sources"), &json!(true)), "{evidence}");
}
