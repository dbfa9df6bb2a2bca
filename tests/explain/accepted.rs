//! What is accepted of a verdict, and what the gate makes of that.

use serde_json::{Value, json};

use crate::support::{Folder, Outcome, command, finish, page, places, probity, report};

/// The waiver of `i-1`, in lines 3 to 9 of its file.
fn waiver(resource: &str, end: &str) -> String {
    format!(
        "# head\n\n[[waiver]]\nrule = \"HWC-COC-003\"\nresource = \"{resource}\"\nreason = \"Sunday's window\"\nowner = \"team-a\"\n{end}\nticket = \"T-7\"\n"
    )
}

/// A folder with a page of nodes: `i-1` and `i-2` fail HWC-COC-003, of `i-3` nobody can tell, and `i-4` passes.
fn nodes() -> Folder {
    let folder = Folder::new();
    let node = |id: &str, status: Value| {
        let mut report = report(id);
        report["status"] = status;
        report
    };
    let nodes = [
        node("i-1", json!("non_compliant")),
        node("i-2", json!("non_compliant")),
        node("i-3", Value::Null),
        node("i-4", json!("compliant")),
    ];
    folder.file("nodes.json", page(&nodes));
    folder
}

/// Calls the binary in the folder, at a clock.
fn at(folder: &Folder, clock: &str, arguments: &[&str]) -> Outcome {
    finish(command(&[arguments, &["--at", clock]].concat()).current_dir(folder.path()))
}

fn explain(folder: &Folder, resource: &str, arguments: &[&str]) -> Outcome {
    let own = ["explain", "nodes.json", "--rule", "HWC-COC-003", "--resource", resource];
    at(folder, "2026-11-21", &[&own, arguments].concat())
}

/// The exit code, and of the only explanation: its verdict, whether it is known, its gate, and its waiver.
fn told(folder: &Folder, resource: &str, arguments: &[&str]) -> (i32, String, Value) {
    let outcome = explain(folder, resource, &[&["--format", "json"], arguments].concat());
    let document = outcome.json();
    let schema = probity(&["schema", "explain"]).json();
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let explanations = document["explanations"].as_array().unwrap();
    assert_eq!(explanations.len(), 1);
    let [verdict, known, gate] = ["verdict", "known", "gate"].map(|key| explanations[0][key].clone());
    assert_eq!(gate, document["gate"], "there is but one");
    let words = format!(
        "{} {} {}",
        verdict.as_str().unwrap(),
        if known.as_bool().unwrap() { "known" } else { "new" },
        gate.as_str().unwrap()
    );
    (outcome.code, words, explanations[0]["waiver"].clone())
}

/// The lines from the verdict on.
fn ending(outcome: &Outcome) -> Vec<&str> {
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    let last_gap = lines.iter().rposition(|line| line.is_empty()).unwrap();
    lines[last_gap + 1..].to_vec()
}

const DENIED: &str = "denied: the node's status is `non_compliant`, not `compliant`";

#[test]
fn a_waived_failure_tells_its_waiver_and_leaves_the_gate_open() {
    let folder = nodes();
    folder.file("waivers.toml", waiver("i-1", "expires = 2026-12-31"));
    let outcome = explain(&folder, "i-1", &["--waivers", "waivers.toml"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert!(outcome.stdout.starts_with("HWC-COC-003 The node is compliant: waived on i-1"));
    let expected = [
        &format!("waived: {DENIED}"),
        "the waiver waivers.toml:3:1 accepts it",
        "  reason: Sunday's window",
        "  owner: team-a",
        "  expires: 2026-12-31",
        "  ticket: T-7",
        "it does not close the gate",
    ];
    assert_eq!(ending(&outcome), expected);
    let waiver = json!({
        "reason": "Sunday's window", "owner": "team-a", "expires": "2026-12-31", "ticket": "T-7", "expired": false,
        "file": "waivers.toml", "line": 3,
    });
    assert_eq!(
        told(&folder, "i-1", &["--waivers", "waivers.toml"]),
        (0, "waived new pass".to_owned(), waiver)
    );

    let outcome = explain(&folder, "i-2", &["--waivers", "waivers.toml"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""), "the other waiver is no matter here");
    assert_eq!(ending(&outcome), [&format!("fail: {DENIED}"), "no waiver names it", "it closes the gate"]);
    let expected = (1, "fail new fail".to_owned(), Value::Null);
    assert_eq!(told(&folder, "i-2", &["--waivers", "waivers.toml"]), expected);
}

#[test]
fn nothing_is_said_where_nothing_could_be_accepted() {
    let folder = nodes();
    folder.file("waivers.toml", waiver("i-*", "permanent = true"));
    let outcome = explain(&folder, "i-1", &[]);
    assert_eq!((outcome.code, ending(&outcome)), (1, vec![format!("fail: {DENIED}").as_str()]));
    assert_eq!(told(&folder, "i-1", &[]), (1, "fail new fail".to_owned(), Value::Null));
    let outcome = explain(&folder, "i-4", &["--waivers", "waivers.toml"]);
    assert_eq!((outcome.code, ending(&outcome).len()), (0, 1), "what passes needs no waiver");
    let outcome = explain(&folder, "i-2", &["--waivers", "waivers.toml"]);
    assert_eq!((outcome.code, ending(&outcome)[4]), (0, "  expires: never"));
}

#[test]
fn what_is_inconclusive_is_taken_by_no_waiver() {
    let folder = nodes();
    folder.file("waivers.toml", waiver("i-3", "permanent = true"));
    let outcome = explain(&folder, "i-3", &["--waivers", "waivers.toml"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    let expected = [
        "inconclusive: nothing is denied, but the node's compliance status is not stated",
        "no waiver takes it: only failures are waived",
        "it closes the gate",
    ];
    assert_eq!(ending(&outcome), expected);
    let expected = (1, "inconclusive new fail".to_owned(), Value::Null);
    assert_eq!(told(&folder, "i-3", &["--waivers", "waivers.toml"]), expected);
}

#[test]
fn a_waiver_holds_to_the_end_of_its_day_in_utc() {
    let folder = nodes();
    folder.file("waivers.toml", waiver("i-1", "expires = 2026-12-31"));
    let explain_at = |clock: &str| {
        let arguments = ["explain", "nodes.json", "--rule", "HWC-COC-003", "--resource", "i-1"];
        at(
            &folder,
            clock,
            &[&arguments[..], &["--waivers", "waivers.toml", "--waiver-notice", "0d"]].concat(),
        )
    };
    for clock in ["2026-12-31T23:59:59.999Z", "2027-01-01T01:59:59+02:00"] {
        let outcome = explain_at(clock);
        assert_eq!(
            (outcome.code, ending(&outcome)[1]),
            (0, "the waiver waivers.toml:3:1 accepts it"),
            "{clock}"
        );
    }
    for clock in ["2027-01-01T00:00:00Z", "2026-12-31T23:00:00-01:00"] {
        let outcome = explain_at(clock);
        let expected = [
            &format!("fail: {DENIED}"),
            "the waiver waivers.toml:3:1 expired after 2026-12-31: the failure counts again",
            "  reason: Sunday's window",
            "  owner: team-a",
            "  expires: 2026-12-31",
            "  ticket: T-7",
            "it closes the gate",
        ];
        assert_eq!((outcome.code, ending(&outcome)), (1, expected.to_vec()), "{clock}");
        assert!(outcome.stderr.contains("waiver.expired"), "{}", outcome.stderr);
        assert_eq!(places(&outcome), ["waivers.toml:3:1"]);
    }
}

#[test]
fn the_ratchet_knows_a_verdict_as_what_it_was() {
    let folder = nodes();
    let mut one = report("i-1");
    one["status"] = json!("non_compliant");
    let mut three = report("i-3");
    three["status"] = json!("non_compliant");
    folder.file("before/nodes.json", page(&[one, three]));
    let check = ["check", "before", "--rule", "HWC-COC-003", "--ratchet", "ratchet.json"];
    let made = at(&folder, "2026-11-20", &[&check[..], &["--write-ratchet", "--accept-new"]].concat());
    assert_eq!(made.code, 0, "{}", made.stderr);
    let ratchet = ["--ratchet", "ratchet.json"];

    let outcome = explain(&folder, "i-1", &ratchet);
    let expected = [
        &format!("fail: {DENIED}"),
        "the ratchet ratchet.json knows it as a failure",
        "it does not close the gate",
    ];
    assert_eq!((outcome.code, ending(&outcome)), (0, expected.to_vec()));
    assert_eq!(told(&folder, "i-1", &ratchet), (0, "fail known pass".to_owned(), Value::Null));

    let outcome = explain(&folder, "i-2", &ratchet);
    let expected = [
        &format!("fail: {DENIED}"),
        "new: the ratchet ratchet.json does not know it as a failure",
        "it closes the gate",
    ];
    assert_eq!((outcome.code, ending(&outcome)), (1, expected.to_vec()));
    assert_eq!(told(&folder, "i-2", &ratchet), (1, "fail new fail".to_owned(), Value::Null));

    // It failed when the ratchet was written.
    let outcome = explain(&folder, "i-3", &ratchet);
    let expected = ["new: the ratchet ratchet.json does not know it as inconclusive", "it closes the gate"];
    assert_eq!((outcome.code, &ending(&outcome)[1..]), (1, &expected[..]));

    // What was waived until yesterday is not known.
    folder.file("waivers.toml", waiver("i-1", "expires = 2026-11-20"));
    let both = ["--ratchet", "ratchet.json", "--waivers", "waivers.toml"];
    let outcome = explain(&folder, "i-1", &both);
    let expected = ["the ratchet ratchet.json does not cover what was waived", "it closes the gate"];
    assert_eq!((outcome.code, &ending(&outcome)[6..]), (1, &expected[..]));
    let (code, words, waiver) = told(&folder, "i-1", &both);
    assert_eq!((code, words.as_str(), &waiver["expired"]), (1, "fail new fail", &json!(true)));
}

#[test]
fn each_explanation_says_what_check_says() {
    let folder = nodes();
    folder.file("waivers.toml", waiver("i-2", "permanent = true"));
    let saved =
        at(&folder, "2026-11-20", &["check", "nodes.json", "--rule", "HWC-COC-003", "--format", "json"]);
    let mut known = saved.json();
    known["findings"].as_array_mut().unwrap().retain(|finding| finding["resource"]["id"] != "i-2");
    folder.file("ratchet.json", known.to_string());
    for accepted in [
        &["--waivers", "waivers.toml"][..],
        &["--ratchet", "ratchet.json"],
        &["--waivers", "waivers.toml", "--ratchet", "ratchet.json"],
    ] {
        let options = ["check", "nodes.json", "--rule", "HWC-COC-003", "--format", "json"];
        let checked = at(&folder, "2026-11-21", &[&options[..], accepted].concat()).json();
        let findings = checked["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 3);
        for finding in findings {
            let id = finding["resource"]["id"].as_str().unwrap();
            let (code, words, waiver) = told(&folder, id, accepted);
            let known = if finding["known"] == true { "known" } else { "new" };
            let verdict = format!("{} {known}", finding["verdict"].as_str().unwrap());
            assert!(words.starts_with(&verdict), "{id}: {words}");
            assert_eq!(waiver, finding["waiver"], "{id}");
            assert_eq!(code == 0, finding["verdict"] == "waived" || known == "known", "{id}");
        }
    }
}

#[test]
fn the_configuration_names_waivers_and_ratchet() {
    let folder = nodes();
    folder.file("policy/waivers.toml", waiver("i-1", "permanent = true"));
    folder
        .file("probity.toml", "waivers = [\"policy/waivers.toml\"]\nexpect = [{file = \"no such list\"}]\n");
    let outcome = explain(&folder, "i-1", &[]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "lists are no matter");
    assert_eq!(ending(&outcome)[1], "the waiver policy/waivers.toml:3:1 accepts it");
    let outcome = explain(&folder, "i-1", &["--no-config"]);
    assert_eq!((outcome.code, ending(&outcome).len()), (1, 1));
    // A list on the command line takes the place of the file's.
    folder.file("other.toml", waiver("i-2", "permanent = true"));
    let outcome = explain(&folder, "i-1", &["--waivers", "other.toml"]);
    assert_eq!((outcome.code, ending(&outcome)[1]), (1, "no waiver names it"));
    folder.file("probity.toml", "ratchet = \"ratchet.json\"\n");
    let outcome = explain(&folder, "i-1", &[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "there is none");
    assert!(outcome.stderr.contains("ratchet.unreadable"), "{}", outcome.stderr);
}

#[test]
fn what_is_wrong_with_waivers_is_told_as_by_check() {
    let folder = nodes();
    let outcome = explain(&folder, "i-1", &["--waivers", "waivers.toml"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("waiver.unreadable"), "{}", outcome.stderr);
    for (text, code, place) in [
        (waiver("i-1", "expires = \"2026-12-31\""), "waiver.invalid", "waivers.toml:8:11"),
        (waiver("i-1", "permanent = true").replace("003", "999"), "waiver.unknown_rule", "waivers.toml:3:1"),
    ] {
        folder.file("waivers.toml", text);
        let outcome = explain(&folder, "i-1", &["--waivers", "waivers.toml"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{code}");
        assert!(outcome.stderr.contains(code), "{}", outcome.stderr);
        assert_eq!(places(&outcome), [place]);
    }
    // Fourteen days before the end of that day, and a day.
    folder.file("waivers.toml", waiver("i-1", "expires = 2026-12-04"));
    let outcome = explain(&folder, "i-1", &["--waivers", "waivers.toml"]);
    assert_eq!(outcome.code, 0);
    assert!(outcome.stderr.contains("waiver.expiring"), "{}", outcome.stderr);
    let outcome = explain(&folder, "i-1", &["--waivers", "waivers.toml", "--waiver-notice", "13d"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    // Nothing is said of waivers where nothing is explained.
    folder.file("waivers.toml", waiver("i-*", "expires = 2026-11-01"));
    let arguments = ["explain", "nodes.json", "--rule", "HWC-COC-003", "--waivers", "waivers.toml"];
    let outcome = at(&folder, "2026-11-21", &arguments);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("resource.ambiguous") && !outcome.stderr.contains("waiver.expired"));
    // A waiver of a rule that is not explained.
    folder.file("waivers.toml", waiver("i-1", "expires = 2026-11-01").replace("003", "004"));
    let outcome = explain(&folder, "i-1", &["--waivers", "waivers.toml"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
}

#[test]
fn hostile_waivers_are_made_printable() {
    let folder = nodes();
    let text =
        waiver("i-1", "permanent = true").replace("team-a", "a\\u001b[31m\\u202eb").replace("T-7", "a\\nb");
    folder.file("w\u{1b}[2J.toml", text);
    for format in ["pretty", "json"] {
        let outcome = explain(&folder, "i-1", &["--waivers", "w\u{1b}[2J.toml", "--format", format]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(!outcome.stdout.contains(['\u{1b}', '\u{202e}']), "{}", outcome.stdout);
        assert!(outcome.stdout.contains("a\\nb"), "{}", outcome.stdout);
    }
}
