//! Charts, control frameworks, inputs, exceptions: every figure is computed by hand.

use serde_json::{Value, json};

use super::{between, data, empty, finding, page_of, policy, read, verdicts, view};

/// Bars of a part of the page: what each shows in words, and the widths of its segments.
fn bars(markup: &str) -> Vec<(String, Vec<String>)> {
    let bars = markup.split("<svg class=\"bar\"").skip(1);
    let bar = |bar: &str| {
        let bar = &bar[..bar.find("</svg>").unwrap()];
        let words = between(bar, "aria-label=\"", "\"").to_owned();
        let filled = bar.split("<rect class=\"fill-").skip(1);
        let width =
            |rect: &str| format!("{} {}", &rect[..rect.find('"').unwrap()], between(rect, "width=\"", "\""));
        (words, filled.map(width).collect())
    };
    bars.map(bar).collect()
}

fn controls() -> Value {
    let mut result = empty();
    result["policies"] = json!([
        policy("R-1", &json!({"frame": ["C-2", "C-10"], "other": ["1.1"]}), &json!({"pass": 3, "fail": 1})),
        policy("R-2", &json!({"frame": ["C-10", "C-1", "C-10"]}), &json!({"pass": 4})),
        policy("R-3", &json!({"frame": ["C-3", "C-4"]}), &json!({"inconclusive": 1, "pass": 9})),
        policy("R-4", &json!({"frame": ["C-4", "C-5"]}), &json!({"not_applicable": 2})),
        policy("R-5", &json!({"frame": ["C-6"]}), &json!({"waived": 1, "pass": 1})),
        policy("R-6", &json!({"frame": ["C-7"], "none": []}), &json!({"error": 1, "pass": 1})),
    ]);
    result
}

#[test]
fn each_framework_has_its_controls_with_their_rules_and_results() {
    let page = page_of(&controls());
    let overview = read(view(&page, "controls"));
    assert!(
        overview.contains(
            "frame 8 controls, 6 rules 2 not satisfied 3 unclear 1 accepted by waiver 1 satisfied 1 not judged"
        ),
        "{overview}"
    );
    assert!(overview.contains("other 1 control, 1 rule 1 not satisfied"), "{overview}");
    assert!(!overview.contains("none"), "a framework without controls is none");
    let rest = &page[page.find("<section class=\"view framework\" id=\"controls-1-frame\"").unwrap()..];
    let frame = &rest[..rest.find("<section class=\"view framework\" id=\"controls-2-other\"").unwrap()];
    let parts: Vec<String> = frame.split("<section class=\"control\"").skip(1).map(read).collect();
    let contains = |index: usize, text: &str| assert!(parts[index].contains(text), "{}", parts[index]);
    // In the order of their numbers.
    contains(0, "C-1 satisfied 4 pass Rule Result Findings R-2 Title of R-2 4 pass findings");
    contains(1, "C-2 not satisfied 1 fail 3 pass");
    contains(2, "C-3 unclear 1 inconclusive 9 pass");
    contains(3, "C-4 unclear 1 inconclusive 9 pass 2 not applicable Rule");
    contains(4, "C-5 not judged 2 not applicable");
    contains(5, "C-6 accepted by waiver 1 waived 1 pass");
    contains(6, "C-7 unclear 1 error 1 pass");
    // A rule that names a control twice counts once: 1 fail, 3 + 4 passes.
    contains(
        7,
        "C-10 not satisfied 1 fail 7 pass Rule Result Findings R-1 Title of R-1 1 fail 3 pass findings R-2",
    );
    assert_eq!(parts.len(), 8);
    // Not everything was evaluated.
    assert!(!overview.contains("Not everything could be evaluated"));
    let mut result = controls();
    result["summary"]["verdicts"]["error"] = 1.into();
    assert!(read(view(&page_of(&result), "controls")).contains("Not everything could be evaluated"));
}

#[test]
fn charts_tell_verdicts_by_severity_operation_and_framework() {
    let mut result = controls();
    let cell = |operation: &str, severity: &str, counts: &Value| json!({"operation": operation, "severity": severity, "verdicts": verdicts(counts), "known": verdicts(&json!({}))});
    result["summary"]["counts"] = json!([
        cell("x.y.B", "critical", &json!({"fail": 1, "pass": 3})),
        cell("x.y.B", "low", &json!({"pass": 4, "error": 1})),
        cell("x.y.A", "low", &json!({"inconclusive": 1, "waived": 1})),
    ]);
    result["summary"]["outcomes"] = verdicts(&json!({"fail": 1, "pass": 1}));
    let page = page_of(&result);
    let charts: Vec<&str> = page.split("<figure class=\"chart\">").skip(1).collect();
    let chart = |index: usize| {
        let markup = &charts[index][..charts[index].find("</figure>").unwrap()];
        (between(markup, "<h2>", "</h2>").to_owned(), bars(markup), read(markup))
    };
    let words = |bars: &[(String, Vec<String>)]| bars.iter().map(|bar| bar.0.clone()).collect::<Vec<_>>();

    let (title, resources, _) = chart(0);
    assert_eq!(title, "Resources");
    assert_eq!(
        resources,
        [("1 fail, 1 pass".to_owned(), vec!["fail 50.00%".to_owned(), "pass 50.00%".to_owned()])]
    );

    let (title, severities, text) = chart(1);
    assert_eq!(title, "Verdicts by severity");
    assert_eq!(words(&severities), ["1 fail, 3 pass", "1 error, 1 inconclusive, 1 waived, 4 pass"]);
    assert_eq!(severities[0].1, ["fail 25.00%", "pass 75.00%"]);
    // Sevenths, cut to hundredths of a per cent; the largest takes what is left.
    assert_eq!(severities[1].1, ["error 14.28%", "inconclusive 14.28%", "waived 14.28%", "pass 57.16%"]);
    assert!(text.contains("critical 1 fail 3 pass"), "{text}");

    let (title, operations, text) = chart(2);
    assert_eq!(title, "Verdicts by operation");
    assert_eq!(words(&operations), ["1 inconclusive, 1 waived", "1 fail, 1 error, 7 pass"]);
    assert!(text.contains("x.y.A 1 inconclusive 1 waived") && text.contains("x.y.B 1 fail"), "{text}");

    let (title, frameworks, _) = chart(3);
    assert_eq!(title, "Verdicts by control framework");
    // Each rule once: for the one, R-1 for the other.
    assert_eq!(
        words(&frameworks),
        ["1 fail, 1 error, 1 inconclusive, 1 waived, 18 pass, 2 not applicable", "1 fail, 3 pass"]
    );
}

#[test]
fn the_age_of_evidence_is_counted_from_the_clock_of_the_run() {
    let mut result = empty();
    let input = |operation: &str, observed: Value| {
        json!({"file": "in.json", "sha256": null, "bytes": 12345, "operation": operation, "payloads": 1, "resources": 2,
            "complete": null, "stated_total": 3, "observed": observed})
    };
    result["inputs"] = json!([
        input("x.y.A", json!({"from": "2026-11-19T00:00:00Z", "to": "2026-11-20T12:00:00Z"})),
        input("x.y.A", json!({"from": "2026-11-20T23:00:00Z", "to": "2026-11-20T23:30:00Z"})),
        input("x.y.B", json!({"from": "2026-10-22T00:00:00Z", "to": "2026-10-22T00:00:00Z"})),
        input("x.y.C", Value::Null),
        input("x.y.D", json!({"from": "2026-11-22T00:00:00Z", "to": "2026-11-22T00:00:00Z"})),
        input("x.y.E", json!({"from": "not a time", "to": "2026-11-22T00:00:00Z"})),
    ]);
    let age = |result: &Value| {
        let page = page_of(result);
        let at = page.find("<h2>Age of the evidence</h2>").unwrap();
        read(&page[at..at + page[at..].find("</figure>").unwrap()])
    };
    let text = age(&result);
    assert!(text.contains("At the run&#39;s clock, observations are 0 seconds to 30 days old."), "{text}");
    assert!(text.contains("x.y.A 30 minutes to 2 days old"), "{text}");
    assert!(text.contains("x.y.B 30 days old"), "{text}");
    assert!(text.contains("1 input holds observations that are later than the run&#39;s clock."), "{text}");
    assert!(text.contains("2 inputs tell no time of observation."), "{text}");
    assert!(!text.contains("too old"), "{text}");
    result["settings"]["max_age_seconds"] = (29 * 86_400).into();
    let text = age(&result);
    assert!(text.contains("x.y.B 30 days old, too old"), "{text}");
    assert!(text.contains("1 operation has evidence older than the 29 days that are allowed."), "{text}");
    result["settings"]["max_age_seconds"] = (30 * 86_400).into();
    assert!(age(&result).contains("Nothing is older than the 30 days that are allowed."));
    let files = read(view(&page_of(&result), "inputs"));
    assert!(
        files.contains("in.json not read to its end x.y.A 1 2 of 3 nothing tells 2026-11-19T00:00:00Z 2026-11-20T12:00:00Z 12,345"),
        "{files}"
    );
    // A clock that is none: everything else is still shown.
    result["at"] = "yesterday".into();
    assert!(!page_of(&result).contains("Age of the evidence"));
}

#[test]
fn waivers_ratchet_and_population_are_told() {
    let mut result = empty();
    let waiver = json!({"reason": "a reason", "owner": "team-a", "expires": "2026-11-20", "ticket": "T-1", "expired": true, "file": "w.toml", "line": 9});
    let mut permanent = waiver.clone();
    permanent["expires"] = Value::Null;
    permanent["ticket"] = Value::Null;
    result["waivers"] = json!([
        {"rule": "R-*", "resource": "i-*", "waiver": waiver, "state": "expired", "failures": 2},
        {"rule": "R-2", "resource": "i-2", "waiver": permanent, "state": "unused", "failures": 0},
    ]);
    let resource = finding("R-1", "fail", "i-1")["resource"].clone();
    result["ratchet"] = json!({"file": "accepted.json", "entries": 1234, "known": 5, "new": 6, "settled": [
        {"fingerprint": "f", "rule": "R-1", "severity": "high", "verdict": "fail", "resource": resource, "state": "vanished"},
    ]});
    result["population"] =
        json!([{"file": "nodes.csv", "operation": "a.b.C", "expected": 12, "found": 9, "unexpected": 4}]);
    let text = read(view(&page_of(&result), "exceptions"));
    for part in [
        "expired R-* i-* a reason (T-1) team-a 2026-11-20 2 w.toml:9",
        "unused R-2 i-2 a reason team-a never: it is permanent 0 w.toml:9",
        "File accepted.json It knows 1,234 Known in this run 5 New in this run 6 Settled 1",
        "resource is gone fail high R-1 i-1 (a.b.C)",
        "nodes.csv a.b.C 12 9 3 4",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let none = read(view(&page_of(&empty()), "exceptions"));
    assert!(
        none.contains("This run had no waivers, no ratchet, and no list of expected resources."),
        "{none}"
    );
}

#[test]
fn what_is_special_of_a_finding_is_in_its_data() {
    let mut result = empty();
    let mut known = finding("R-1", "fail", "i-1");
    known["known"] = true.into();
    let mut expired = finding("NEW-1", "fail", "i-2");
    expired["waiver"] = json!({"reason": "why", "owner": "who", "expires": "2026-11-01", "ticket": null, "expired": true, "file": "w.toml", "line": 4});
    expired["evidence"] = json!([
        {"path": "/a", "value": null, "line": 1, "column": 1, "start_byte": 0, "end_byte": 0, "absent": true},
        {"path": "/b", "value": null, "line": 1, "column": 1, "start_byte": 0, "end_byte": 0, "redacted": true},
        {"path": "/c", "value": null, "line": 1, "column": 1, "start_byte": 0, "end_byte": 0, "truncated": true},
        {"path": "/d", "value": null, "line": 1, "column": 1, "start_byte": 0, "end_byte": 0},
        {"path": "/e", "value": {"f": [1]}, "line": 2, "column": 7, "start_byte": 0, "end_byte": 0},
    ]);
    expired["excerpt"] = json!({"file": "in.json", "windows": [{"line": 3, "text": "{\n  \"x\": 12\n}\n", "marks": [
        {"start": 9, "end": 11, "text": "too much", "line": 4, "column": 8, "byte": 9},
    ]}]});
    let mut many = finding("R-1", "inconclusive", "i-3");
    many["evidence"] = vec![many["evidence"][0].clone(); 53].into();
    many["rule"]["controls"] = json!({"frame": ["C-1"]});
    result["findings"] = json!([known, expired, many]);
    result["policies"] = json!([policy("R-1", &json!({}), &json!({"fail": 1}))]);
    let page = page_of(&result);
    let data = data(&page);
    let [known, expired, many] = data["findings"].as_array().unwrap().as_slice() else { panic!("three") };
    assert_eq!(known["k"], true);
    assert_eq!(expired["w"], 0);
    assert_eq!(data["waivers"][0]["expired"], true);
    assert_eq!(data["waivers"][0]["place"], "w.toml:4");
    assert_eq!(
        expired["e"],
        json!([
            ["/a", null, 1, 1, "absent"],
            ["/b", null, 1, 1, "not shown, since it may be secret"],
            ["/c", null, 1, 1, "too long to be shown"],
            ["/d", "null", 1, 1, ""],
            ["/e", "{\n  \"f\": [\n    1\n  ]\n}", 2, 7, ""],
        ])
    );
    assert_eq!(
        expired["x"],
        json!({"file": "in.json", "windows": [{"line": 3, "lines": [
            {"pieces": [["{", 0]]},
            {"pieces": [["  \"x\": ", 0], ["12", 1]], "notes": [[8, "too much", 1]]},
            {"pieces": [["}", 0]]},
        ]}]})
    );
    assert_eq!((&many["em"], many["e"].as_array().unwrap().len()), (&json!(3), 50));
    // A rule that no policy file holds is shown with what was found by it.
    assert_eq!(data["about"]["rules"][1]["id"], "NEW-1");
    assert!(read(view(&page, "rules")).contains("NEW-1 Title of NEW-1 high 1 fail findings"));
    let plain = read(between(&page, "<noscript>", "</noscript>"));
    assert!(plain.contains("fail, known high R-1"), "{plain}");
    assert!(plain.contains("fail, waiver expired high NEW-1"), "{plain}");
}
