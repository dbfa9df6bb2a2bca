//! Findings in groups, for people at a terminal.

use serde_json::{Value, json};

use super::each_verdict::{each_verdict, nothing, printed, with_long_text, with_text};
use super::hostile_texts::{hostile_texts, long_texts};

fn grouped(result: &Value, by: &str) -> String {
    printed(result, &["--format", "pretty", "--group-by", by])
}

/// The groups, without the summary.
fn groups(result: &Value, by: &str) -> String {
    let printed = grouped(result, by);
    let (groups, _) = printed.split_once(" verdicts  ").unwrap();
    groups.trim_end().to_owned()
}

#[test]
fn rules_come_by_their_weight() {
    let expected = "\
ORG-1 critical: No critical patch is missing
2 findings: 1 fail, 1 pass
  fail          ecs-1 (web-1, cn-north-4)  in/a b.json:4:26
                3 critical patches are missing, at most 0 allowed
  pass          ecs-2  in/a b.json:10:5
                nothing speaks against it: `critical_count` is 0

ORG-4 high: The report is recent
1 finding: 1 inconclusive
  inconclusive  ecs-1 (web-1, cn-north-4)  in/a b.json:3:5
                when the report was made is not stated

ORG-5 high: The release is signed
1 finding: 1 not applicable
  n/a           ecs-1 (web-1, cn-north-4)  in/a b.json:3:5
                it is not about this resource

ORG-6 high: The report adds up
1 finding: 1 error
  error         in/a b.json:20:5
                the rule could not be evaluated

ORG-3 medium: The baseline approves in time
1 finding: 1 pass
  pass          pb-1 (prod, eu-central-1)  in/b.ndjson:1:1
                nothing speaks against it: `ApprovalRules` is []

ORG-2 low: The node has a group
3 findings: 2 fail, 1 waived, 1 of them known
  waived        ecs-2  in/a b.json:12:14
                the group is empty
                waived until 2026-12-31 by ops@example.org (OPS-7): the node is
                replaced in January
  fail          ecs-3  in/a b.json:32:14
                the group is empty
                waived until 2026-10-31, which is over, by ops@example.org
                (OPS-7): the node is replaced in January
  fail          ecs-4  in/a b.json:42:14
                the group is empty
                known to the ratchet: it does not close the gate";
    assert_eq!(groups(&each_verdict(), "rule"), expected);
}

#[test]
fn resources_come_in_the_order_of_the_inputs() {
    let printed = groups(&each_verdict(), "resource");
    let headings: Vec<&str> = printed.split("\n\n").map(|group| group.lines().next().unwrap()).collect();
    let operation = "huawei.coc.ListInstanceCompliant";
    assert_eq!(
        headings,
        [
            &format!("ecs-1 (web-1, cn-north-4): {operation}"),
            &format!("ecs-2: {operation}"),
            &format!("in/a b.json /instance_compliant/2: {operation}"),
            &format!("ecs-3: {operation}"),
            &format!("ecs-4: {operation}"),
            "pb-1 (prod, eu-central-1): aws.ssm.GetPatchBaseline",
        ]
    );
    assert!(printed.contains("  fail          critical ORG-1  in/a b.json:4:26\n"));
}

#[test]
fn a_finding_stands_below_each_of_its_controls() {
    let printed = groups(&each_verdict(), "control");
    let told: Vec<Vec<&str>> = printed.split("\n\n").map(|group| group.lines().take(2).collect()).collect();
    assert_eq!(
        told,
        [
            ["iso-27001 A.8.8", "2 findings: 1 fail, 1 pass"],
            ["nist-800-53 CM-3", "2 findings: 1 pass, 1 not applicable"],
            ["nist-800-53 RA-5", "1 finding: 1 error"],
            ["nist-800-53 SI-2", "3 findings: 1 fail, 1 inconclusive, 1 pass"],
            ["nist-800-53 SI-02(03)", "2 findings: 1 fail, 1 pass"],
            ["no control", "3 findings: 2 fail, 1 waived, 1 of them known"],
        ]
    );
    assert_eq!(printed.matches("critical ORG-1 ecs-1").count(), 3);
}

#[test]
fn below_a_file_only_line_and_column_are_told() {
    let printed = groups(&each_verdict(), "file");
    assert!(printed.starts_with("in/a b.json\n8 findings: 1 error, 3 fail, 1 inconclusive, 1 waived, 1 pass, 1 not applicable,\n  1 of them known\n"), "{printed}");
    assert!(
        printed.contains("  fail          critical ORG-1 ecs-1 (web-1, cn-north-4)  4:26\n"),
        "{printed}"
    );
}

#[test]
fn the_summary_follows() {
    for by in ["rule", "resource", "control", "file"] {
        let with_groups = grouped(&each_verdict(), by);
        let plain = printed(&each_verdict(), &["--format", "pretty"]);
        let summary = |printed: &str| printed.split_once(" verdicts  ").unwrap().1.to_owned();
        assert_eq!(summary(&with_groups), summary(&plain), "{by}");
    }
    assert!(grouped(&nothing(), "rule").starts_with("0 files, 0 payloads"));
}

#[test]
fn lines_fit_and_long_messages_are_cut() {
    let mut result = each_verdict();
    result["findings"][2]["message"] = json!("word ".repeat(200));
    for by in ["rule", "resource", "control", "file"] {
        let printed = grouped(&result, by);
        assert!(printed.lines().all(|line| line.chars().count() <= 80), "{by}\n{printed}");
        assert!(printed.contains(" …\n"), "{by}");
    }
}

#[test]
fn hostile_texts_do_nothing() {
    let long = long_texts().map(|text| with_long_text(&text));
    for result in hostile_texts().iter().map(|text| with_text(text)).chain(long) {
        for by in ["rule", "resource", "control", "file"] {
            let printed = grouped(&result, by);
            assert!(!printed.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{0}', '\t', '\r']), "{printed}");
        }
    }
}
