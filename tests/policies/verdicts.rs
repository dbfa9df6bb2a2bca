//! What rules say: `applies`, `deny`, `inconclusive`, paths, and the clock.

use serde_json::json;

use super::{judged, messages};
use crate::support::{Folder, Outcome, check, page, probity, report, rule};

/// Judges one compliant report by one rule; everything that it says is reported.
fn by(body: &str) -> Outcome {
    judged(&[("rule.rego", &rule("ORG-1", "org.one", body))], &["--include", "pass,not_applicable"])
}

/// The exit code and the only verdict.
#[track_caller]
fn says(body: &str, code: i32, verdict: &str) {
    let outcome = by(body);
    let document = outcome.json();
    let findings = document["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{body}");
    assert_eq!((outcome.code, findings[0]["verdict"].as_str().unwrap()), (code, verdict), "{body}");
}

#[test]
fn applies_decides_whether_the_rule_is_asked() {
    let deny = "\n\ndeny contains \"x\"";
    says(&format!("applies := true{deny}"), 1, "fail");
    says(&format!("applies if input.resource.name{deny}"), 1, "fail");
    says(&format!("applies if input.resource.name == \"nobody\"{deny}"), 0, "not_applicable");
    says(&format!("applies := false{deny}"), 0, "not_applicable");
    says(&format!("default applies := false{deny}"), 0, "not_applicable");
    says(&format!("default applies := false\n\napplies if input.resource.name{deny}"), 1, "fail");
    says(&format!("applies := 1{deny}"), 2, "error");
}

#[test]
fn what_does_not_apply_is_neither_inconclusive_nor_wrong() {
    let rest = "inconclusive contains \"y\"\n\ndeny contains \"x\" if 1 / 0 == 1";
    says(&format!("applies := false\n\n{rest}"), 0, "not_applicable");
}

#[test]
fn a_rule_may_say_that_it_cannot_tell() {
    says("deny contains \"x\" if false\n\ninconclusive contains \"y\"", 1, "inconclusive");
    says("deny contains \"x\" if false\n\ninconclusive contains \"y\" if false", 0, "pass");
}

#[test]
fn a_denial_outranks_a_doubt() {
    says("deny contains \"x\"\n\ninconclusive contains \"y\"", 1, "fail");
    assert_eq!(messages(&by("deny contains \"x\"\n\ninconclusive contains \"y\"")), ["x"]);
}

#[test]
fn an_empty_deny_passes() {
    says("deny contains \"x\" if false", 0, "pass");
    says("deny contains x if some x in set()", 0, "pass");
}

#[test]
fn a_text_is_a_denial_about_the_resource_as_a_whole() {
    let document = by("deny contains \"x\"").json();
    let finding = &document["findings"][0];
    assert_eq!(
        (&finding["message"], &finding["location"]["path"]),
        (&json!("x"), &json!("/instance_compliant/0"))
    );
    assert_eq!(finding["evidence"], json!([]));
}

#[test]
fn several_denials_are_one_finding_at_the_first_place() {
    // In the payload `id` stands before `name`, and `execution_summary` before both.
    let body = "deny contains {\"msg\": \"of the name\", \"path\": \"name\"}\n\n\
        deny contains {\"msg\": \"of the id\", \"path\": \"id\"}\n\n\
        deny contains {\"msg\": \"of the time\", \"path\": \"execution_summary.report_time\"}";
    let document = by(body).json();
    let finding = &document["findings"][0];
    assert_eq!(document["findings"].as_array().unwrap().len(), 1);
    assert_eq!(finding["message"], "of the time; of the id; of the name");
    assert_eq!(finding["location"]["path"], "/instance_compliant/0/execution_summary/report_time");
    let paths: Vec<_> = finding["evidence"].as_array().unwrap().iter().map(|e| e["path"].clone()).collect();
    let expected =
        ["execution_summary/report_time", "id", "name"].map(|p| format!("/instance_compliant/0/{p}"));
    assert_eq!(paths, expected);
}

/// A report over several lines, with names that need escapes.
const LINES: &str = r#"{
  "count": 1,
  "instance_compliant": [
    {
      "instance_id": "a",
      "tags": ["x", {"y.z": 5}],
      "a/b~c": [true]
    }
  ]
}"#;

#[test]
fn a_path_is_dotted_a_pointer_or_a_list() {
    let folder = Folder::new();
    let input = folder.file("in/page.json", LINES);
    for (path, pointer, line, column, value) in [
        // `      "instance_id": ` has 21 characters.
        ("\"instance_id\"", "/instance_id", 5, 22, json!("a")),
        ("\"/instance_id\"", "/instance_id", 5, 22, json!("a")),
        ("[\"instance_id\"]", "/instance_id", 5, 22, json!("a")),
        // `      "tags": [` has 15.
        ("\"tags[0]\"", "/tags/0", 6, 16, json!("x")),
        ("\"/tags/0\"", "/tags/0", 6, 16, json!("x")),
        ("[\"tags\", 0]", "/tags/0", 6, 16, json!("x")),
        // `      "tags": ["x", {"y.z": ` has 28. No dotted path leads to a name with a dot.
        ("\"/tags/1/y.z\"", "/tags/1/y.z", 6, 29, json!(5)),
        ("[\"tags\", 1, \"y.z\"]", "/tags/1/y.z", 6, 29, json!(5)),
        // `      "a/b~c": [` has 16; a pointer writes / as ~1 and ~ as ~0.
        ("\"/a~1b~0c/0\"", "/a~1b~0c/0", 7, 17, json!(true)),
        ("[\"a/b~c\", 0]", "/a~1b~0c/0", 7, 17, json!(true)),
        ("\"a/b~c[0]\"", "/a~1b~0c/0", 7, 17, json!(true)),
    ] {
        let body = format!("deny contains {{\"msg\": \"x\", \"path\": {path}}}");
        let rules = folder.file("rules/rule.rego", rule("ORG-1", "org.one", &body));
        let document = check(&[&input, "--no-builtin", "--policies", &rules]).json();
        let (location, evidence) =
            (&document["findings"][0]["location"], &document["findings"][0]["evidence"][0]);
        let pointer = json!(format!("/instance_compliant/0{pointer}"));
        assert_eq!((&location["path"], &location["line"]), (&pointer, &json!(line)), "{path}");
        assert_eq!((&location["column"], &evidence["value"]), (&json!(column), &value), "{path}");
        assert_eq!((&evidence["path"], evidence.get("absent")), (&pointer, None), "{path}");
    }
}

#[test]
fn a_path_to_nothing_is_placed_at_its_nearest_ancestor() {
    let folder = Folder::new();
    let input = folder.file("in/page.json", LINES);
    for (path, found, absent, line, column) in [
        // The resource begins in line 4 behind 4 spaces; `      "tags": ` has 14 characters.
        ("group", "", "/group", 4, 5),
        ("group.name", "", "/group/name", 4, 5),
        ("tags[9]", "/tags", "/tags/9", 6, 15),
        ("tags[0].deeper", "/tags/0", "/tags/0/deeper", 6, 16),
    ] {
        let body = format!("deny contains {{\"msg\": \"x\", \"path\": \"{path}\"}}");
        let rules = folder.file("rules/rule.rego", rule("ORG-1", "org.one", &body));
        let document = check(&[&input, "--no-builtin", "--policies", &rules]).json();
        let finding = &document["findings"][0];
        let at = |pointer: &str| json!(format!("/instance_compliant/0{pointer}"));
        assert_eq!(finding["location"]["path"], at(found), "{path}");
        assert_eq!(
            (&finding["location"]["line"], &finding["location"]["column"]),
            (&json!(line), &json!(column))
        );
        let evidence = &finding["evidence"][0];
        assert_eq!((&evidence["path"], &evidence["absent"]), (&at(absent), &json!(true)), "{path}");
        assert_eq!((&evidence["value"], &evidence["line"]), (&json!(null), &json!(line)), "{path}");
    }
}

#[test]
fn the_clock_stands_still() {
    let body = "deny contains sprintf(\"%d\", [time.now_ns()])";
    let folder = Folder::new();
    let input = folder.file("in/page.json", page(&["a", "b", "c"].map(report)));
    folder.file("rules/one.rego", rule("ORG-1", "org.one", body));
    folder.file("rules/two.rego", rule("ORG-2", "org.two", body));
    let rules = format!("{}/rules", folder.text());
    for at in ["2026-11-21T00:00:00Z", "2026-11-21", "2026-11-21T05:30:00+05:30"] {
        let arguments =
            ["check", &input, "--no-builtin", "--policies", &rules, "--format", "json", "--at", at];
        let outcome = probity(&arguments);
        // 20,778 days since 1970, in nanoseconds.
        let nanoseconds = (20_778_u64 * 86_400_000_000_000).to_string();
        assert_eq!(messages(&outcome), vec![nanoseconds; 6], "{at}");
        assert_eq!(outcome.json()["at"], "2026-11-21T00:00:00Z");
    }
}

#[test]
fn ages_are_measured_from_the_clock() {
    // The report is of 2026-11-20T02:10:00Z; seven days later it is not older than seven days.
    let folder = Folder::new();
    let input = folder.file("in/page.json", page(&[report("a")]));
    let run = |at: &str| probity(&["check", &input, "--rule", "HWC-COC-005", "--at", at]).code;
    assert_eq!((run("2026-11-27T02:10:00Z"), run("2026-11-27T02:10:00.001Z")), (0, 1));
}

#[test]
fn what_a_rule_prints_is_not_part_of_the_result() {
    let outcome = by("deny contains \"x\" if {\n\tprint(\"noise\")\n\tfalse\n}");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert!(!outcome.stdout.contains("noise"));
}
