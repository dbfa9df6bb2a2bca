//! A result with a finding of every kind, in every format: the whole output was written by hand.

use serde_json::Value;

use crate::support::{probity, root};

/// A pass, a failure, one of which a waiver has expired, one that the ratchet knows, one that is waived, an
/// inconclusive verdict, one that is not applicable, an error; an input that could not be read, and a warning.
pub(super) const EACH: &str = "tests/fixtures/formats/each.json";

fn expected(name: &str) -> String {
    std::fs::read_to_string(root().join("tests/fixtures/formats").join(name)).unwrap()
}

/// The result in a format.
#[track_caller]
pub(super) fn rendered(result: &str, format: &str) -> String {
    let outcome = probity(&["report", result, "--format", format]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{format}");
    outcome.stdout
}

/// Compared line by line, so that a difference can be read.
#[track_caller]
fn same_json(format: &str, name: &str) {
    let pretty =
        |text: &str| serde_json::to_string_pretty(&serde_json::from_str::<Value>(text).unwrap()).unwrap();
    let (output, expected) = (pretty(&rendered(EACH, format)), pretty(&expected(name)));
    for (line, (output, expected)) in output.lines().zip(expected.lines()).enumerate() {
        assert_eq!(output, expected, "line {}", line + 1);
    }
    assert_eq!(output, expected);
}

#[test]
fn sarif_shows_each() {
    same_json("sarif", "each.sarif.json");
}

#[test]
fn gitlab_shows_each() {
    same_json("gitlab", "each.gitlab.json");
}

#[test]
fn junit_shows_each() {
    assert_eq!(rendered(EACH, "junit"), expected("each.junit.xml"));
}

#[test]
fn github_shows_each() {
    assert_eq!(rendered(EACH, "github"), expected("each.github.txt"));
}

#[test]
fn csv_shows_each() {
    assert_eq!(rendered(EACH, "csv"), expected("each.csv"));
}

#[test]
fn the_same_result_gives_the_same_bytes() {
    for format in ["sarif", "junit", "gitlab", "github", "csv"] {
        assert_eq!(rendered(EACH, format), rendered(EACH, format), "{format}");
    }
}
