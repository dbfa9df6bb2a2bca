//! The result does not depend on how the JSON is laid out: its blanks, the order of members, escapes in names.

use std::fs;
use std::path::PathBuf;

use probity::evaluate::Plan;
use probity::policy::{builtin_files, load};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::raw::Raw;
use super::{Choices, builtin, choices, clock, judged, meaning, payload_files};
use crate::support::{Folder, check, page, report, rule};

/// A payload file, taken apart: its documents, and whether they stand a line each.
#[derive(Clone, Debug)]
struct Documents {
    path: PathBuf,
    values: Vec<Raw>,
    lines: bool,
}

/// `None` where the text is broken, as that of some samples is.
fn documents(path: &PathBuf) -> Option<Documents> {
    let text = fs::read_to_string(path).unwrap();
    let path = path.clone();
    if let Some(document) = Raw::read(&text) {
        return Some(Documents { path, values: vec![document], lines: false });
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let values: Option<Vec<Raw>> = lines.map(Raw::read).collect();
    Some(Documents { path, values: values?, lines: true })
}

/// What is changed of a layout.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Blanks,
    Order,
    Names,
    All,
}

impl Documents {
    fn laid_out(&self, change: Change, choices: &mut Choices) -> String {
        let changes = |what: Change| change == what || change == Change::All;
        let mut out = String::new();
        for document in &self.values {
            let mut document = document.clone();
            if changes(Change::Order) {
                document.shuffle(choices);
            }
            if changes(Change::Names) {
                document.escape_names(choices);
            }
            // What stands a line each has no other line ends.
            let blanks = ["", "", " ", "\t", "  ", "\n", "\r\n", "\r\n\t ", "\n\n"];
            let kinds = if self.lines { 5 } else { blanks.len() };
            let mut blank = || if changes(Change::Blanks) { blanks[choices.below(kinds)] } else { "" };
            document.write(&mut blank, &mut out);
            out.push_str(if self.lines { "\n" } else { "" });
        }
        out
    }
}

#[test]
fn the_layout_of_a_payload_changes_no_verdict_message_evidence_or_fingerprint() {
    let all: Vec<Documents> = payload_files().iter().filter_map(documents).collect();
    assert!(all.len() > 55 && all.iter().any(|file| file.lines), "{}", all.len());
    let change = prop::sample::select(vec![Change::Blanks, Change::Order, Change::Names, Change::All]);
    let strategy = (prop::sample::select(all), change, choices());
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    let result = TestRunner::new(config).run(&strategy, |(file, change, choices)| {
        let (one, other) = (Folder::new(), Folder::new());
        one.file("a.json", fs::read(&file.path).unwrap());
        let text = file.laid_out(change, &mut choices.into());
        other.file("a.json", &text);
        let expected = meaning(&judged(builtin(), &[one.path()], 1, true));
        let found = meaning(&judged(builtin(), &[other.path()], 2, true));
        prop_assert!(expected.len() > 1);
        prop_assert_eq!(expected, found, "{} as {}", file.path.display(), text);
        Ok(())
    });
    result.unwrap();
}

#[test]
fn the_layout_of_a_payload_of_megabytes_changes_nothing() {
    let mut set = load(&builtin_files()).unwrap();
    set.rules.retain(|rule| rule.id.as_str().ends_with('1'));
    let plan = Plan::new(&set, clock()).unwrap();
    let reports: Vec<_> = (0..12)
        .map(|number| {
            let mut node = report(&format!("i-{number}"));
            node["name"] = json!("ä\"".repeat(130_000));
            node["non_compliant_summary"]["severity_summary"]["critical_count"] = json!(number % 3);
            node
        })
        .collect();
    let text = page(&reports);
    // Beyond that it is not read as one document.
    assert!(text.len() > 4 << 20);
    let document = Documents { path: PathBuf::new(), values: vec![Raw::read(&text).unwrap()], lines: false };
    let folder = Folder::new();
    folder.file("a.json", &text);
    let expected = meaning(&judged(&plan, &[folder.path()], 1, true));
    assert_eq!(expected.len(), 12 + 1, "a verdict each, the counts, and no diagnostic: {expected:?}");
    for seed in [3, 5, 11] {
        let mut choices = Choices::from((0..89).map(|number| number * seed + 1).collect::<Vec<_>>());
        folder.file("a.json", document.laid_out(Change::All, &mut choices));
        assert_eq!(meaning(&judged(&plan, &[folder.path()], 2, true)), expected, "{seed}");
    }
}

/// Judges one report, whose members stand as they are given, by a rule; gives its only finding.
fn only(members: &str, body: &str) -> Value {
    let text = format!("{{\"count\":1,\"instance_compliant\":[{{\"instance_id\":\"a\",{members}}}]}}");
    let folder = Folder::new();
    let file = folder.file("a.json", text);
    let rules = folder.file("rules/rule.rego", rule("ORG-1", "org.one", body));
    let document = check(&[&file, "--no-builtin", "--policies", &rules]).json();
    let [finding] = &document["findings"].as_array().unwrap()[..] else { panic!("{document}") };
    finding.clone()
}

/// Reasons were joined in the order of the text.
#[test]
fn several_reasons_stand_in_the_same_order_whatever_the_order_of_members() {
    let body = "deny contains {\"msg\": \"no name\", \"path\": \"name\"}\n\ndeny contains {\"msg\": \"no status\", \"path\": \"status\"}";
    let one = only("\"name\":\"n\",\"status\":\"compliant\"", body);
    let other = only("\"status\":\"compliant\",\"name\":\"n\"", body);
    assert_eq!(one["message"], other["message"]);
}

/// Blanks counted for the length of a value.
#[test]
fn blanks_do_not_make_a_value_too_long_to_be_shown() {
    let body = "deny contains {\"msg\": \"x\", \"path\": \"execution_summary\"}";
    for blanks in [0, 2000] {
        let members = format!("\"execution_summary\":{{{}\"report_time\":1}}", " ".repeat(blanks));
        let finding = only(&members, body);
        assert_eq!(finding["evidence"][0]["value"], json!({"report_time": 1}), "{finding}");
    }
}
