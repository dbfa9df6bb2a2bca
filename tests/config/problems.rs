//! What is wrong with a configuration is told all at once, with its place.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::Project;
use crate::support::places;

/// The words of standard error, without what lines and frames do to them.
fn told(text: &str) -> String {
    text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn refused(config: &str, code: &str, place: &str, words: &str) {
    let project = Project::new(config);
    let outcome = project.check(&["nodes.json"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{config}");
    assert_eq!(places(&outcome), [format!("probity.toml:{place}")], "{config}: {}", outcome.stderr);
    let told = told(&outcome.stderr);
    assert!(told.contains(code) && told.contains(words), "{config}: {told}");
}

#[test]
fn an_unknown_key_has_its_place_and_the_nearest_name() {
    for (config, place, words) in [
        ("strict = true\npolices = []", "2:1", "did you mean `policies`?"),
        ("fail-on = \"low\"", "1:1", "did you mean `fail_on`?"),
        ("\"Max_Age\" = \"7d\"", "1:1", "did you mean `max_age`?"),
        ("zebra = 1", "1:1", "there is no key `zebra` × help".split(" ×").next().unwrap()),
        ("no_builtin = true", "1:1", "write `builtin = false`"),
        ("set = []", "1:1", "`[rule.ID.params]`"),
        ("[rule.HWC-COC-001]\nseverty = \"low\"", "2:1", "in `rule.HWC-COC-001`, did you mean `severity`?"),
        ("[[output]]\nformat = \"json\"\nfile = \"x\"\nfil = 1", "4:1", "in `output`, did you mean `file`?"),
        ("[[expect]]\nfile = \"x\"\noperatoin = 1", "3:1", "in `expect`, did you mean `operation`?"),
        ("[foo.bar]\nx = 1", "1:2", "there is no key `foo`"),
    ] {
        refused(config, "config.unknown_key", place, words);
    }
}

#[test]
fn a_key_that_a_table_needs_is_missed() {
    refused("strict = true\n[[output]]\nfile = \"x\"", "config.unknown_key", "2:1", "lacks the key `format`");
    refused("[[output]]\nformat = \"json\"", "config.unknown_key", "1:1", "lacks the key `file`");
    refused("[[expect]]\ncolumn = \"id\"", "config.unknown_key", "1:1", "lacks the key `file`");
}

#[test]
fn a_value_that_a_key_does_not_take_is_shown() {
    for (config, place, words) in [
        ("inputs = \"x\"", "1:10", "`inputs` takes a list, not a text"),
        ("inputs = [\"x\", 1]", "1:16", "each element of `inputs` is a path, not a number"),
        ("inputs = [\"\"]", "1:11", "not an empty text"),
        ("as = \"GetPatchBaselin\"", "1:6", "did you mean `GetPatchBaseline`?"),
        ("strict = \"true\"", "1:10", "`strict` takes true or false, not a text"),
        ("max_age = 7", "1:11", "takes an age like \"7d\", not a number"),
        ("max_age = \"7 days\"", "1:11", "`7 days` is no age"),
        ("max_file_size = \"1PB\"", "1:17", "`1PB` is no size"),
        ("max_file_size = 0", "1:17", "a number of bytes"),
        ("max_file_size = -1", "1:17", "a number of bytes"),
        ("max_ratio = 1.5", "1:13", "a whole number from 1 on, not a decimal number"),
        ("threads = 1025", "1:11", "from 1 to 1024"),
        ("threads = 99999999999999999999999", "1:11", "from 1 to 1024"),
        ("rules = [\"[\"]", "1:10", "`[` is no valid glob"),
        ("rules = {}", "1:9", "`[rule.ID]`"),
        ("fail_on = \"hihg\"", "1:11", "did you mean `high`?"),
        ("inconclusive = \"fial\"", "1:16", "did you mean `fail`?"),
        ("include = [\"fail\"]", "1:12", "it takes pass, not_applicable"),
        ("waiver_notice = 2026-01-01", "1:17", "not a date or time"),
        ("format = \"sarf\"", "1:10", "did you mean `sarif`?"),
        ("group_by = \"rules\"", "1:12", "did you mean `rule`?"),
        ("output = { format = \"json\", file = \"x\" }", "1:10", "write `[[output]]`"),
        ("[[output]]\nformat = \"xml\"\nfile = \"x\"", "2:10", "`output.format` does not take `xml`"),
        ("[rule]\nX = 1", "2:5", "`rule.X` takes a table"),
        ("[rule.\"[\"]", "1:7", "is no valid glob"),
        ("[rule.\"\"]", "1:7", "no empty name"),
        ("[rule.X.params]\na = inf", "2:5", "a finite number"),
        ("rule.X.enabled = \"no\"", "1:18", "`rule.X.enabled` takes true or false"),
    ] {
        refused(config, "config.value", place, words);
    }
}

#[test]
fn what_is_no_toml_is_told_where_it_is_none() {
    for (config, place) in [
        ("strict = true\nmax_age = \"7d\n", "2:14"),
        ("strict = true\nstrict = false\n", "2:1"),
        ("strict =\n", "1:9"),
        ("[rule.X\nenabled = true", "1:8"),
    ] {
        let project = Project::new(config);
        let outcome = project.check(&["nodes.json"]);
        assert_eq!(outcome.code, 2, "{config}");
        assert_eq!(places(&outcome)[0], format!("probity.toml:{place}"), "{config}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("config.parse"), "{}", outcome.stderr);
    }
    let project = Project::new("");
    for text in [b"a = \"\xff\"".as_slice(), b"\xEF\xBB\xBFa = \"\xff\""] {
        project.file("probity.toml", text);
        let outcome = project.check(&["nodes.json"]);
        assert_eq!(places(&outcome), ["probity.toml:1:6"], "{}", outcome.stderr);
        assert!(outcome.stderr.contains("no UTF-8"));
    }
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let project = Project::new(
        "strct = true\n[rule.X]\nseverity = \"hgh\"\n[[output]]\nformat = 1\n[rule.Y]\nenabled = 0\n",
    );
    let outcome = project.check(&["nodes.json"]);
    let expected = ["1:1", "3:12", "4:1", "5:10", "7:11"].map(|place| format!("probity.toml:{place}"));
    assert_eq!(places(&outcome), expected, "{}", outcome.stderr);
}

#[test]
fn of_very_many_problems_the_rest_is_counted() {
    let config: String = (0..30_000).map(|number| format!("key{number} = 1\n")).collect();
    let project = Project::new(&config);
    let started = Instant::now();
    let outcome = project.check(&["nodes.json"]);
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(places(&outcome).len(), 20);
    assert!(outcome.stderr.contains("29980 more problems are not listed"), "{}", outcome.stderr);
}

#[test]
fn hostile_text_is_made_visible() {
    let project = Project::new("\"a\u{202e}b\u{1b}[31m\" = 1".replace('\u{1b}', "\\u001b").as_str());
    let outcome = project.check(&["nodes.json"]);
    assert_eq!(outcome.code, 2);
    assert!(!outcome.stderr.contains(['\u{202e}', '\u{1b}']), "{:?}", outcome.stderr);
}

/// Pieces of configurations, whole and broken.
const PIECES: [&str; 28] = [
    "inputs",
    "as",
    "rule",
    "output",
    "max_age",
    "\"7d\"",
    "\"\"\"",
    "'",
    "\"",
    "=",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    ",",
    ".",
    "\n",
    "\r\n",
    " ",
    "1",
    "-",
    "2026-01-01",
    "true",
    "é𝄞",
    "#",
    "\u{0}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(
        pieces in proptest::collection::vec(0..PIECES.len(), 0..40),
        bytes in proptest::collection::vec(any::<u8>(), 0..6),
    ) {
        let mut text: Vec<u8> = pieces.iter().flat_map(|&piece| PIECES[piece].bytes()).collect();
        text.extend(bytes);
        super::schema::read(&text).map_or_else(|problems| assert!(!problems.is_empty()), drop);
    }
}

#[test]
fn deep_nesting_is_refused_without_a_crash() {
    for text in [
        "a=".to_owned() + &"[".repeat(100_000),
        "a.".repeat(50_000) + "a=1",
        "[".to_owned() + &"a.".repeat(50_000) + "a]",
    ] {
        assert!(super::schema::read(text.as_bytes()).is_err());
    }
    let deep = format!("rule.X.params.a = {}1{}", "[".repeat(60), "]".repeat(60));
    assert!(super::schema::read(deep.as_bytes()).is_ok());
}
