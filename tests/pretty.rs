//! What people read: excerpts, underlines, the summary, and lines of a sensible length.
//!
//! Snapshots hold the look of a few cases; beside each stands what a person counted.

mod hostile;
mod secrets;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::support::{CLOCK, Folder, Outcome, command, finish, page, probity, report, rule, sample};

/// `check … --color never` at the tests' clock, from the project's root.
fn pretty(arguments: &[&str]) -> Outcome {
    probity(&[&["check", "--at", CLOCK, "--color", "never"], arguments].concat())
}

/// The same from a folder, so that files have short names that are the same everywhere.
fn pretty_in(folder: &Folder, arguments: &[&str]) -> Outcome {
    let all = [&["check", "--at", CLOCK, "--color", "never"], arguments].concat();
    finish(command(&all).current_dir(folder.path()))
}

/// The places in front of excerpts: `file:line:column`.
fn places(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.split_once("─[")?.1.strip_suffix(']')).collect()
}

/// What is underlined: the number of the line, and the text above the underline, cut out by the columns that
/// a terminal would show both in.
fn underlined(text: &str) -> Vec<(u64, String)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for pair in lines.windows(2) {
        let (Some((number, shown)), Some((_, marks))) =
            (pair[0].split_once(" │ "), pair[1].split_once(" · "))
        else {
            continue;
        };
        let Ok(number) = number.trim().parse() else { continue };
        assert_eq!(
            pair[0].find('│').map(|at| pair[0][..at].width()),
            pair[1].find('·').map(|at| pair[1][..at].width())
        );
        // One underline after the other; a bend belongs to its underline.
        let mut start = None;
        for (column, mark) in marks.chars().chain([' ']).enumerate() {
            match (start, "─┬▲".contains(mark)) {
                (None, true) => start = Some(column),
                (Some(from), false) => {
                    found.push((number, columns(shown, from, column)));
                    start = None;
                }
                _ => {}
            }
        }
    }
    found
}

/// The characters of a line in these columns.
fn columns(line: &str, from: usize, to: usize) -> String {
    let mut column = 0;
    let mut text = String::new();
    for character in line.chars() {
        if (from..to).contains(&column) {
            text.push(character);
        }
        column += character.to_string().width();
    }
    text
}

// The look.

#[test]
fn a_failure_is_shown_at_its_value() {
    let path = "samples/alibaba/sas/list-publish-batch/non-compliant.json";
    let outcome = pretty(&[path, "--rule", "ALI-SAS-101"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    // Line 11 is three tabs and `"Status": `, 13 characters, before the value.
    // The rule's `deny` stands in line 22, and its one condition in line 23 behind a tab.
    let rule = "builtin:alibaba/sas/list_publish_batch/not_suspended.rego";
    let expected = [format!("{path}:11:14"), format!("{rule}:22:1")];
    assert_eq!(places(&outcome.stdout), expected);
    let marks = [(11, "3"), (22, "deny"), (23, "status == 3")];
    assert_eq!(underlined(&outcome.stdout), marks.map(|(line, text)| (line, text.to_owned())));
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn an_inconclusive_verdict_is_shown_where_the_value_is_missing() {
    let path = "samples/aws/ssm/get-patch-baseline/several-baselines.ndjson";
    let outcome = pretty(&[path, "--rule", "AWS-SSM-010"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    // The fourth line's baseline lacks the field; it is the nearest thing that is there.
    // The system also decides; before its value stand 78 characters. The rule's `inconclusive` of that stands in line 44,
    // its condition on the system in line 46, behind a tab; that a value is null is no condition to be shown.
    let rule = "builtin:aws/ssm/get_patch_baseline/available_security_updates_non_compliant.rego";
    let expected = [format!("{path}:4:1"), format!("{path}:4:79"), format!("{rule}:44:1")];
    assert_eq!(places(&outcome.stdout), expected);
    let marks =
        [(4, "{"), (4, "\"WINDOWS\""), (44, "inconclusive"), (46, "operating_system in {\"WINDOWS\", null}")];
    assert_eq!(underlined(&outcome.stdout), marks.map(|(line, text)| (line, text.to_owned())));
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn an_error_is_shown_at_the_resource() {
    let folder = Folder::new();
    let document: Value = serde_json::from_str(&page(&[report("node-1")])).unwrap();
    folder.file("page.json", serde_json::to_string_pretty(&document).unwrap());
    folder.file(
        "rule.rego",
        rule("ORG-1", "org.one", "deny contains \"no\" if to_number(input.resource.name) > 1"),
    );
    let outcome = pretty_in(&folder, &["page.json", "--no-builtin", "--policies", "rule.rego"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (2, ""));
    // `{`, `  "count": 1,`, `  "instance_compliant": [`, then four spaces.
    assert_eq!(places(&outcome.stdout), ["page.json:4:5"]);
    assert_eq!(underlined(&outcome.stdout), [(4, "{".to_owned())]);
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn several_denials_are_shown_in_one_block() {
    let path = "samples/aws/ssm/get-patch-baseline/non-compliant.json";
    let outcome = pretty(&[path, "--rule", "AWS-SSM-004"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    // Line 28: 16 spaces and `"ComplianceLevel": `, 35 characters. Line 53: 4 spaces and
    // `"ApprovedPatchesComplianceLevel": `, 38 characters.
    // The second denial also hangs on the list of line 49, which is shown by its bracket. The level of the other
    // rule, `HIGH` in line 43, has nothing to do with either.
    // The rule: `deny` in lines 50 and 57, the conditions on the level in lines 52 and 59 behind a tab; each with its
    // `deny` in one window.
    let rule = "builtin:aws/ssm/get_patch_baseline/compliance_levels_specified.rego";
    let of_rule = [50, 57].map(|line| format!("{rule}:{line}:1"));
    let of_json = [format!("{path}:28:36"), format!("{path}:53:39")];
    assert_eq!(places(&outcome.stdout), [&of_json[..], &of_rule].concat());
    let marks = [
        (28, "\"UNSPECIFIED\""),
        (49, "["),
        (53, "\"UNSPECIFIED\""),
        (50, "deny"),
        (52, "level == \"UNSPECIFIED\""),
        (57, "deny"),
        (59, "approved_level == \"UNSPECIFIED\""),
    ];
    assert_eq!(underlined(&outcome.stdout), marks.map(|(line, text)| (line, text.to_owned())));
    insta::assert_snapshot!(outcome.stdout);
}

#[test]
fn the_summary_tells_verdicts_problems_and_the_gate() {
    let folder = Folder::new();
    folder.file("a.json", page(&[report("node-1")]).replace("\"count\":1", "\"count\":2"));
    folder.file("b.json", sample("huawei/coc/list-instance-compliant/non-compliant.json"));
    let outcome = pretty_in(&folder, &[".", "--rule", "HWC-COC-006", "--rule", "HWC-COC-009"]);
    assert_eq!(outcome.code, 2);
    let summary = &outcome.stdout[outcome.stdout.find(" verdicts ").unwrap()..];
    let numbers = |name: &str| -> Vec<u64> {
        let line = summary.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
    };
    // Pass, fail, inconclusive, not applicable, error: of one and four reports, one names no baseline; no list
    // of regions is given.
    assert_eq!(numbers("huawei.coc.ListInstanceCompliant"), [4, 1, 0, 5, 0]);
    assert_eq!(numbers("of severity high"), [4, 1, 0, 0, 0]);
    assert_eq!(numbers("of severity low"), [0, 0, 0, 5, 0]);
    assert_eq!(numbers("all"), [4, 1, 0, 5, 0]);
    insta::assert_snapshot!(summary);
}

#[test]
fn errors_of_many_rules_about_one_value_are_shown_once() {
    let folder = Folder::new();
    let mut node = report("node-1");
    node["non_compliant_summary"]["non_compliant_count"] = json!("7");
    folder.file("page.json", page(&[node]));
    let outcome = pretty_in(&folder, &["page.json", "--rule", "HWC-*"]);
    assert_eq!(outcome.code, 2);
    assert_eq!(outcome.stdout.matches("could not judge").count(), 1, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("5 rules could not judge node-1"), "{}", outcome.stdout);
    assert_eq!(underlined(&outcome.stdout), [(1, "\"7\"".to_owned())]);
}

#[test]
fn a_value_that_is_denied_twice_is_shown_once() {
    let folder = Folder::new();
    let document: Value = serde_json::from_str(&page(&[report("node-1")])).unwrap();
    let lines = serde_json::to_string_pretty(&document).unwrap();
    folder.file("page.json", &lines);
    let one = "deny contains {\"msg\": \"one\", \"path\": \"name\"}";
    folder.file("rule.rego", rule("ORG-1", "org.one", &format!("{one}\n\n{}", one.replace("one", "two"))));
    let outcome = pretty_in(&folder, &["page.json", "--no-builtin", "--policies", "rule.rego"]);
    assert_eq!(outcome.code, 1);
    assert_eq!(outcome.stdout.matches("shop-web-1\"").count(), 1, "{}", outcome.stdout);
}

#[test]
fn a_value_and_what_holds_it_are_shown_once() {
    let folder = Folder::new();
    folder
        .file("page.json", r#"{"count": 1, "instance_compliant": [{"execution_summary": {"job_id": "j"}}]}"#);
    let body = "deny contains {\"msg\": \"outer\", \"path\": \"execution_summary\"}\n\ndeny contains {\"msg\": \"inner\", \"path\": \"execution_summary.job_id\"}";
    folder.file("rule.rego", rule("ORG-1", "org.one", body));
    let outcome = pretty_in(&folder, &["page.json", "--no-builtin", "--policies", "rule.rego"]);
    assert_eq!(outcome.code, 1);
    assert_eq!(outcome.stdout.matches("\"j\"").count(), 1, "{}", outcome.stdout);
}

#[test]
fn every_excerpt_of_the_samples_underlines_the_value_of_the_finding() {
    for path in [
        "samples/huawei/coc/list-instance-compliant/non-compliant.json",
        "samples/alibaba/oos/list-instance-patch-states/non-compliant.json",
        "samples/alibaba/sas/describe-image-instances/non-compliant.json",
        "samples/aws/ssm/get-patch-baseline/several-baselines.ndjson",
    ] {
        let outcome = pretty(&[path]);
        let document = probity(&["check", path, "--at", CLOCK, "--format", "json"]).json();
        let text = std::fs::read_to_string(crate::support::root().join(path)).unwrap();
        let mut expected = Vec::new();
        for finding in document["findings"].as_array().unwrap() {
            let location = &finding["location"];
            let byte = |key: &str| usize::try_from(location[key].as_u64().unwrap()).unwrap();
            let value = &text[byte("start_byte")..byte("end_byte")];
            // What holds an absent value is shown by its first character.
            let absent = finding["evidence"][0].get("absent").is_some();
            let shown = if absent { value[..1].to_owned() } else { value.to_owned() };
            expected.push((location["line"].as_u64().unwrap(), shown));
        }
        let found = underlined(&outcome.stdout);
        for mark in expected {
            assert!(found.contains(&mark), "{path}: {mark:?} not among {found:?}");
        }
    }
}

// Width.

/// Lines that take more than 80 columns, but for those with a path, and single words, which cannot be broken.
fn too_wide(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| line.width() > 80 && !line.contains("samples/") && !line.contains("─[builtin:"))
        .filter(|line| line.trim().contains(' '))
        .collect()
}

#[test]
fn findings_and_summary_fit_into_80_columns() {
    let outcome = pretty(&["samples"]);
    assert_eq!(too_wide(&outcome.stdout), Vec::<&str>::new());
}

#[test]
fn diagnostics_fit_into_80_columns() {
    let outcome = pretty(&["samples"]);
    assert_eq!(too_wide(&outcome.stderr), Vec::<&str>::new());
}

#[test]
fn options_and_ids_are_not_broken() {
    let path = "samples/huawei/coc/list-instance-compliant/incomplete.json";
    assert!(pretty(&[path]).stderr.contains("--allow-incomplete"));
    let folder = Folder::new();
    let mut node = report("node-1");
    node["non_compliant_summary"]["non_compliant_count"] = json!("7");
    folder.file("page.json", page(&[node]));
    let outcome = pretty_in(&folder, &["page.json", "--rule", "HWC-*"]);
    for number in [1, 2, 4, 8, 10] {
        let id = format!("HWC-COC-{number:03}");
        assert!(outcome.stdout.contains(&id), "{id}: {}", outcome.stdout);
    }
}

#[test]
fn problems_of_rego_fit_into_80_columns() {
    let folder = Folder::new();
    let long = format!("deny contains \"{}\" if nobody > 1", "word ".repeat(60));
    folder.file("a.rego", rule("ORG-1", "org.one", &long));
    folder.file(
        "b.rego",
        rule("ORG-2", "org.two", "deny contains \"x\" if false").replace("high", &"h".repeat(70)),
    );
    let outcome =
        finish(command(&["rules", "--policies", "b.rego", "--color", "never"]).current_dir(folder.path()));
    assert_eq!((outcome.code, too_wide(&outcome.stderr)), (2, vec![]));
    let outcome = pretty_in(&folder, &["a.rego", "--no-builtin", "--policies", "a.rego"]);
    assert_eq!((outcome.code, too_wide(&outcome.stderr)), (2, vec![]));
}

// Long lines.

#[test]
fn a_minified_payload_of_megabytes_is_shown_in_a_few_lines() {
    let folder = Folder::new();
    let mut node = report("node-1");
    node["aaa"] = json!("ü".repeat(750_000));
    node["name"] = json!("shop-web-1");
    node["zzz"] = json!("y".repeat(1_500_000));
    node["group"] = Value::Null;
    let text = page(&[node]);
    assert!(text.len() > 3_000_000 && !text.contains('\n'));
    folder.file("page.json", &text);
    let outcome = pretty_in(&folder, &["page.json", "--rule", "HWC-COC-007"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    // The value is `null`, after 750,000 characters of two bytes.
    let byte = text.find("\"group\":null").unwrap() + "\"group\":".len();
    let column = text[..byte].chars().count() + 1;
    assert!((750_000..byte).contains(&column), "characters, not bytes");
    assert_eq!(places(&outcome.stdout)[0], format!("page.json:1:{column}"));
    assert_eq!(underlined(&outcome.stdout)[0], (1, "null".to_owned()));
    assert!(outcome.stdout.len() < 3000, "{} bytes", outcome.stdout.len());
    assert_eq!(too_wide(&outcome.stdout), Vec::<&str>::new());
}

#[test]
fn a_value_of_megabytes_is_not_shown_whole() {
    let folder = Folder::new();
    let mut node = report("node-1");
    node["status"] = json!("s".repeat(3_000_000));
    folder.file("page.json", page(&[node]));
    let body = "deny contains {\"msg\": \"too long\", \"path\": \"status\"}";
    folder.file("rule.rego", rule("ORG-1", "org.one", body));
    let outcome = pretty_in(&folder, &["page.json", "--no-builtin", "--policies", "rule.rego"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.len() < 3000, "{} bytes", outcome.stdout.len());
}

// Characters of other widths.

#[test]
fn wide_characters_are_underlined_in_their_width() {
    let folder = Folder::new();
    let value = "不合规 😀 状态 é";
    let mut node = report("node-1");
    node["status"] = json!(value);
    node["name"] = json!("节点");
    let document: Value = serde_json::from_str(&page(&[node.clone()])).unwrap();
    folder.file("lines.json", serde_json::to_string_pretty(&document).unwrap());
    folder.file("line.json", page(&[node]));
    for file in ["lines.json", "line.json"] {
        let outcome = pretty_in(&folder, &[file, "--rule", "HWC-COC-003"]);
        assert_eq!(outcome.code, 1);
        // The value, then the rule: `deny` and its condition.
        let found: Vec<String> = underlined(&outcome.stdout).into_iter().map(|(_, text)| text).collect();
        let expected = [&format!("\"{value}\""), "deny", "status != \"compliant\""];
        assert_eq!(found, expected, "{}", outcome.stdout);
        assert_eq!(too_wide(&outcome.stdout), Vec::<&str>::new());
    }
}

#[test]
fn tabs_do_not_shift_the_underline() {
    let folder = Folder::new();
    let document: Value = serde_json::from_str(&page(&[report("node-1")])).unwrap();
    let tabbed = serde_json::to_string_pretty(&document).unwrap().replace("  ", "\t");
    folder.file("page.json", tabbed.replace("\"name\": ", "\"name\":\t"));
    let body = "deny contains {\"msg\": \"x\", \"path\": \"name\"}";
    folder.file("rule.rego", rule("ORG-1", "org.one", body));
    let outcome = pretty_in(&folder, &["page.json", "--no-builtin", "--policies", "rule.rego"]);
    let found = underlined(&outcome.stdout);
    assert_eq!(found.len(), 2, "{}", outcome.stdout);
    assert_eq!((found[0].1.as_str(), found[1].1.as_str()), ("\"shop-web-1\"", "deny"), "{}", outcome.stdout);
    // Three tabs, `"name":` and a tab: 11 characters.
    assert!(places(&outcome.stdout)[0].ends_with(":12"), "{}", outcome.stdout);
}

// Colour.

#[test]
fn colours_are_there_always_or_never() {
    let folder = Folder::new();
    folder.file("nodes.json", sample("huawei/coc/list-instance-compliant/non-compliant.json"));
    folder.file("denied.json", r#"{"error_code": "COC.0301", "error_msg": "no"}"#);
    let run = |color: &[&str]| {
        let all = [&["check", ".", "--at", CLOCK, "--rule", "HWC-COC-001"], color].concat();
        finish(command(&all).current_dir(folder.path()))
    };
    let (always, never, auto) = (run(&["--color", "always"]), run(&["--color", "never"]), run(&[]));
    assert!(always.stdout.contains("\u{1b}[") && always.stderr.contains("\u{1b}["));
    assert!(!never.stdout.contains('\u{1b}') && !never.stderr.contains('\u{1b}'));
    assert_eq!((&auto.stdout, &auto.stderr), (&never.stdout, &never.stderr), "a pipe is no terminal");
    assert_eq!([always.code, never.code, auto.code], [2, 2, 2]);
    // Without its colours it is the same text.
    assert_eq!(plain(&always.stdout), never.stdout);
    for format in ["json", "ndjson"] {
        assert!(!run(&["--color", "always", "--format", format]).stdout.contains('\u{1b}'), "{format}");
    }
}

/// A text without the sequences that set colours: ESC, `[`, numbers, `m`.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}

#[test]
fn a_file_gets_no_colours() {
    let folder = Folder::new();
    folder.file("nodes.json", sample("huawei/coc/list-instance-compliant/non-compliant.json"));
    let arguments =
        ["check", "nodes.json", "--at", CLOCK, "--color", "always", "-o", "out.txt", "--rule", "HWC-COC-001"];
    let outcome = finish(command(&arguments).current_dir(folder.path()));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
    let written = std::fs::read_to_string(folder.path().join("out.txt")).unwrap();
    assert!(written.contains("gate: FAIL") && !written.contains('\u{1b}'), "{written}");
}
