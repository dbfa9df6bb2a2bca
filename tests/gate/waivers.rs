//! Waivers: what they take, and for how long.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Folder, check, page, places, probity, report};

/// A report that fails HWC-COC-003 alone.
pub(super) fn failing(id: &str) -> Value {
    let mut report = report(id);
    report["status"] = json!("non_compliant");
    report
}

fn waiver(rule: &str, resource: &str, end: &str) -> String {
    format!(
        "[[waiver]]\nrule = \"{rule}\"\nresource = \"{resource}\"\nreason = \"Sunday's window\"\nowner = \"team-a\"\n{end}\n"
    )
}

/// Two nodes that fail, and the verdicts on them under these waivers at a clock.
fn verdicts(waivers: &str, clock: &str) -> (i32, Value) {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i-1"), failing("i-2")]));
    let waivers = folder.file("waivers.toml", waivers);
    let arguments =
        ["check", "--format", "json", "--rule", "HWC-COC-003", "--at", clock, "--waivers", &waivers, &input];
    let outcome = probity(&arguments);
    (outcome.code, outcome.json())
}

fn said(document: &Value) -> Vec<(String, String)> {
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&finding["resource"]["id"]), text(&finding["verdict"]))
        })
        .collect()
}

fn codes(document: &Value) -> Vec<String> {
    let diagnostics = document["diagnostics"].as_array().unwrap().iter();
    diagnostics.map(|diagnostic| diagnostic["code"].as_str().unwrap().to_owned()).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn a_waiver_takes_the_resource_that_it_names_and_no_other() {
    let (code, document) = verdicts(&waiver("HWC-COC-003", "i-1", "expires = 2026-12-31"), "2026-11-21");
    assert_eq!(code, 1, "the other one fails");
    assert_eq!(said(&document), pairs(&[("i-1", "waived"), ("i-2", "fail")]));
    let waived = &document["findings"][0]["waiver"];
    assert_eq!(waived["reason"], "Sunday's window");
    assert_eq!(waived["owner"], "team-a");
    assert_eq!(waived["expires"], "2026-12-31");
    assert_eq!((&waived["expired"], &waived["line"]), (&json!(false), &json!(1)));
    assert_eq!(document["findings"][1]["waiver"], Value::Null);
    assert_eq!(document["summary"]["verdicts"]["waived"], 1);
    assert_eq!(document["summary"]["outcomes"]["waived"], 1);
    assert_eq!(document["waivers"][0]["state"], "active");
    assert_eq!(document["waivers"][0]["failures"], 1);
    assert_eq!(codes(&document), [""; 0]);

    let both = waiver("hwc-*", "i-?", "permanent = true");
    let (code, document) = verdicts(&both, "2026-11-21");
    assert_eq!((code, document["gate"].as_str().unwrap()), (0, "pass"));
    assert_eq!(said(&document), pairs(&[("i-1", "waived"), ("i-2", "waived")]));
    assert_eq!(document["findings"][0]["waiver"]["expires"], Value::Null);
}

#[test]
fn a_waiver_holds_to_the_end_of_its_day_in_utc() {
    let text = waiver("HWC-COC-003", "i-*", "expires = 2026-12-31");
    for (clock, code) in [
        ("2026-12-31T23:59:59.999Z", 0),
        ("2027-01-01T00:00:00Z", 1),
        // The same moment as the first, and one that is later than the second by its digits alone.
        ("2027-01-01T01:59:59.999+02:00", 0),
        ("2027-01-01T04:00:00+05:00", 0),
        ("2026-12-31T23:00:00-01:00", 1),
    ] {
        let (found, document) = verdicts(&text, clock);
        assert_eq!(found, code, "{clock}");
        let verdict = if code == 0 { "waived" } else { "fail" };
        assert_eq!(said(&document), pairs(&[("i-1", verdict), ("i-2", verdict)]), "{clock}");
    }
}

#[test]
fn an_expired_waiver_is_told_with_both_places() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i-1"), failing("i-2")]));
    let text =
        format!("# head\n\n{}ticket = \"T-7\"\n", waiver("HWC-COC-003", "i-*", "expires = 2026-11-01"));
    let waivers = folder.file("waivers.toml", text);
    let outcome = check(&["--rule", "HWC-COC-003", "--waivers", &waivers, &input]);
    assert_eq!(outcome.code, 1, "the failures count again");
    let document = outcome.json();
    assert_eq!(said(&document), pairs(&[("i-1", "fail"), ("i-2", "fail")]));
    let diagnostic = &document["diagnostics"][0];
    assert_eq!((&diagnostic["code"], &diagnostic["level"]), (&json!("waiver.expired"), &json!("warning")));
    assert_eq!(
        (&diagnostic["file"], &diagnostic["line"], &diagnostic["column"]),
        (&json!(waivers), &json!(3), &json!(1))
    );
    let location = &document["findings"][0]["location"];
    let related = &diagnostic["related"][0];
    assert_eq!(
        (&related["file"], &related["line"], &related["column"]),
        (&location["file"], &location["line"], &location["column"])
    );
    assert_eq!(
        diagnostic["message"],
        "the waiver of `HWC-COC-003` on `i-*` expired after 2026-11-01: 2 failures count again"
    );
    assert!(diagnostic["help"].as_str().unwrap().contains("team-a (T-7)"));
    assert_eq!(document["findings"][1]["waiver"]["expired"], true);
    assert_eq!(document["waivers"][0]["state"], "expired");

    let pretty =
        probity(&["check", "--at", "2026-11-21", "--rule", "HWC-COC-003", "--waivers", &waivers, &input]);
    assert!(pretty.stdout.contains("Its waiver expired after 2026-11-01"), "{}", pretty.stdout);
    assert!(
        pretty.stderr.contains("waivers.toml:3:1]") && pretty.stderr.contains("nodes.json:1:"),
        "{}",
        pretty.stderr
    );
}

#[test]
fn the_end_is_announced_within_the_notice() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i-1")]));
    let waivers = folder.file("waivers.toml", waiver("HWC-COC-003", "i-1", "expires = 2026-12-04"));
    let codes = |notice: &[&str]| {
        let arguments = ["--rule", "HWC-COC-003", "--waivers", &waivers, &input];
        let outcome = check(&[&arguments, notice].concat());
        assert_eq!(outcome.code, 0, "it still holds");
        outcome.codes()
    };
    // The clock is midnight of 2026-11-21: the waiver ends fourteen days later, at midnight of 2026-12-05.
    assert_eq!(codes(&[]), ["waiver.expiring"]);
    assert_eq!(codes(&["--waiver-notice", "13d"]), [""; 0]);
    assert_eq!(codes(&["--waiver-notice", "2w"]), ["waiver.expiring"]);
}

#[test]
fn what_names_no_failure_is_unused() {
    let text = [
        waiver("HWC-COC-003", "i-1", "permanent = true"),
        waiver("HWC-COC-003", "i-9", "permanent = true"),
        waiver("HWC-COC-003", "i-8", "expires = 2020-01-01"),
        // Not evaluated in this run: another run may need it.
        waiver("HWC-COC-004", "i-1", "permanent = true"),
    ]
    .join("\n");
    let (_, document) = verdicts(&text, "2026-11-21");
    assert_eq!(codes(&document), ["waiver.unused", "waiver.unused"]);
    let messages: Vec<&str> =
        document["diagnostics"].as_array().unwrap().iter().map(|d| d["message"].as_str().unwrap()).collect();
    assert_eq!(
        messages,
        [
            "the waiver of `HWC-COC-003` on `i-9` names no failure",
            "the waiver of `HWC-COC-003` on `i-8` names no failure, and its day is over"
        ]
    );
    let states: Vec<&str> = document["waivers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|waiver| waiver["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["active", "unused", "unused", "unused"]);
}

#[test]
fn a_waiver_that_holds_goes_before_one_that_expired() {
    let text = [
        waiver("HWC-COC-003", "i-*", "expires = 2026-11-01"),
        waiver("HWC-COC-003", "i-1", "expires = 2026-12-31"),
    ]
    .join("\n");
    let (_, document) = verdicts(&text, "2026-11-21");
    assert_eq!(said(&document), pairs(&[("i-1", "waived"), ("i-2", "fail")]));
    assert_eq!(document["waivers"][0]["failures"], 1);
    assert_eq!(document["waivers"][1]["failures"], 1);
}

#[test]
fn only_failures_are_waived() {
    let folder = Folder::new();
    let mut unclear = report("i-1");
    unclear.as_object_mut().unwrap().remove("status");
    let input = folder.file("nodes.json", page(&[unclear]));
    let waivers = folder.file("waivers.toml", waiver("HWC-*", "i-1", "permanent = true"));
    let outcome = check(&["--rule", "HWC-COC-003", "--waivers", &waivers, &input]);
    assert_eq!((outcome.code, outcome.verdicts("inconclusive"), outcome.verdicts("waived")), (1, 1, 0));
    assert_eq!(outcome.codes(), ["waiver.unused"]);
}

#[test]
fn a_waiver_of_an_unknown_rule_stops_the_run() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[report("i-1")]));
    let waivers = folder.file("waivers.toml", waiver("HWC-COC-03", "i-1", "permanent = true"));
    let outcome = check(&["--waivers", &waivers, &input]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("waiver.unknown_rule"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("did you mean `HWC-COC-003`?"), "{}", outcome.stderr);
    // Rules that are not selected, or left out with all the built-in ones, are known.
    let waivers = folder.file("waivers.toml", waiver("AWS-SSM-001", "i-1", "permanent = true"));
    let rule =
        folder.file("rule.rego", crate::support::rule("ORG-1", "org.one", "deny contains \"x\" if false"));
    assert_eq!(check(&["--waivers", &waivers, "--rule", "HWC-COC-003", &input]).code, 0);
    let arguments = ["--waivers", &waivers, "--no-builtin", "--policies", &rule, &input];
    assert_eq!(check(&arguments).code, 0, "{}", check(&arguments).stderr);
}

#[test]
fn what_cannot_be_read_stops_the_run() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i-1")]));
    for (text, told) in [
        (waiver("HWC-COC-003", "i-1", "expires = \"2026-12-31\""), "must be a date"),
        (waiver("HWC-COC-003", "i-1", "expires = 2026-02-30"), "this is no TOML"),
        (waiver("HWC-COC-003", "i-1", ""), "neither when it expires nor"),
        (waiver("HWC-COC-003", "*", "permanent = true"), "`resource` names everything"),
        (waiver("HWC-COC-003", "i[", "permanent = true"), "no valid glob"),
        (
            waiver("HWC-COC-003", "i-1", "permanent = true\noperation = \"ListInstanceCompliants\""),
            "did you mean",
        ),
        ("\u{feff}[[waiver]".to_owned(), "this is no TOML"),
    ] {
        let waivers = folder.file("waivers.toml", &text);
        let outcome = check(&["--rule", "HWC-COC-003", "--waivers", &waivers, &input]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{text}");
        assert!(outcome.stderr.replace("\n  │ ", " ").contains(told), "{text}: {}", outcome.stderr);
    }
    let outcome = check(&["--waivers", "no/such/file", &input]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("waiver.unreadable"), "{}", outcome.stderr);
    fs::write(folder.path().join("latin.toml"), b"# \xe9\n").unwrap();
    let latin = folder.path().join("latin.toml");
    let outcome = check(&["--waivers", latin.to_str().unwrap(), &input]);
    assert!(outcome.stderr.contains("the waivers are no UTF-8"), "{}", outcome.stderr);
    // Behind `# `.
    assert_eq!(places(&outcome), ["latin.toml:1:3"]);
}

#[test]
fn byte_order_marks_and_line_ends_move_no_place() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i-1")]));
    let text = |day: &str| waiver("HWC-COC-003", "i-1", day).replace('\n', "\r\n");
    let run = |text: String| {
        let waivers = folder.file("waivers.toml", text);
        check(&["--rule", "HWC-COC-003", "--waivers", &waivers, &input])
    };
    let outcome = run(format!("\u{feff}{}", text("expires = 2026-11-01")));
    let diagnostic = &outcome.json()["diagnostics"][0];
    assert_eq!(diagnostic["code"], "waiver.expired");
    assert_eq!(
        (&diagnostic["line"], &diagnostic["column"]),
        (&json!(1), &json!(1)),
        "no column for the mark"
    );
    let outcome = run(format!("\u{feff}# é\r\n{}", text("permanent = true")));
    assert_eq!((outcome.code, &outcome.json()["findings"][0]["waiver"]["line"]), (0, &json!(2)));
    // `permanent = ` has 12 characters, and is the sixth line of a waiver.
    let outcome = run(format!("\u{feff}{}", text("permanent = 1")));
    assert_eq!((outcome.code, places(&outcome)), (2, vec!["waivers.toml:6:13".to_owned()]));
    let outcome = run("\u{feff}waivers = []\r\n".to_owned());
    assert_eq!((outcome.code, places(&outcome)), (2, vec!["waivers.toml:1:1".to_owned()]));
}

#[test]
fn waive_adds_an_entry_and_keeps_the_rest_of_the_file() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i-1"), failing("i-2")]));
    let result = folder.file("result.json", check(&["--rule", "HWC-COC-003", &input]).stdout);
    let before =
        format!("# Ours.\n\n{}# The end.\n", waiver("AWS-SSM-001", "pb-1", "permanent = true # agreed"));
    let waivers = folder.file("w.toml", &before);
    let waive = |resource: &str, more: &[&str]| {
        let all = [
            "waive",
            &result,
            "--rule",
            "HWC-COC-003",
            "--resource",
            resource,
            "--reason",
            "a \"reason\"",
            "--owner",
            "me",
            "--waivers",
            &waivers,
            "--at",
            "2026-11-21",
        ];
        probity(&[&all, more].concat())
    };
    let outcome = waive("i-1", &["--expires", "2026-12-31", "--ticket", "T-1"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(
        outcome.stdout,
        format!("1 failure waived until 2026-12-31 in {waivers}\n  HWC-COC-003 on i-1\n")
    );
    let after = fs::read_to_string(&waivers).unwrap();
    let added = "\n[[waiver]]\nrule = \"HWC-COC-003\"\nresource = \"i-1\"\nreason = 'a \"reason\"'\nowner = \"me\"\nticket = \"T-1\"\nexpires = 2026-12-31\n";
    assert_eq!(after, format!("{before}{added}"));
    let outcome = check(&["--rule", "HWC-COC-003", "--waivers", &waivers, &input]);
    assert_eq!(said(&outcome.json()), pairs(&[("i-1", "waived"), ("i-2", "fail")]));

    // What would do nothing is not written.
    for (resource, more, told) in [
        ("i-3", ["--permanent"].as_slice(), "did you mean the resource"),
        ("i-2", &["--permanent", "--region", "nowhere"], "no failure in"),
        ("i-2", &["--expires", "2026-11-20"], "is over"),
        ("i-2", &["--expires", "31.12.2026"], "is no date"),
        ("i-2", &[], "required"),
        ("i-2", &["--permanent", "--expires", "2026-12-31"], "cannot be used with"),
        ("*", &["--permanent"], "names everything"),
    ] {
        let outcome = waive(resource, more);
        assert_eq!(outcome.code, 2, "{resource} {more:?}");
        assert!(outcome.stderr.contains(told), "{resource} {more:?}: {}", outcome.stderr);
        assert_eq!(fs::read_to_string(&waivers).unwrap(), after);
    }
    // A day is not over before it ends.
    assert_eq!(waive("i-2", &["--expires", "2026-11-21"]).code, 0);
}

#[test]
fn an_id_that_looks_like_a_glob_is_taken_as_it_is() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i[1]*"), failing("i1"), failing("i[1]x")]));
    let result = folder.file(
        "result.ndjson",
        probity(&["check", "--format", "ndjson", "--at", "2026-11-21", "--rule", "HWC-COC-003", &input])
            .stdout,
    );
    let waivers = folder.path().join("new.toml");
    let waivers = waivers.to_str().unwrap();
    let all = [
        "waive",
        &result,
        "--rule",
        "HWC-COC-003",
        "--resource",
        "i[1]*",
        "--reason",
        "r",
        "--owner",
        "o",
        "--permanent",
        "--waivers",
        waivers,
    ];
    let outcome = probity(&all);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let outcome = check(&["--rule", "HWC-COC-003", "--waivers", waivers, &input]);
    assert_eq!(said(&outcome.json()), pairs(&[("i[1]*", "waived"), ("i1", "fail"), ("i[1]x", "fail")]));
}
