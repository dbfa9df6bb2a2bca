//! What is wrong with METADATA, at its place in the Rego file.

use super::{listed, refused};
use crate::support::{Folder, probity, rule};

/// A rule that is right:
///
/// ```text
/// 1 # METADATA
/// 2 # title: A rule of the tests
/// 3 # custom:
/// 4 #   id: ORG-1
/// 5 #   severity: high
/// 6 #   applies_to: huawei.coc.ListInstanceCompliant
/// 7 package org.one
/// 8
/// 9 deny contains "x" if false
/// ```
fn right() -> String {
    rule("ORG-1", "org.one", "deny contains \"x\" if false")
}

/// The rule with one part replaced is refused at this line and column, with these words.
#[track_caller]
fn wrong(part: &str, replacement: &str, at: &str, words: &str) {
    let right = right();
    assert!(right.contains(part), "{part}");
    let outcome = listed(&[("rule.rego", &right.replacen(part, replacement, 1))]);
    refused(&outcome, "policy.metadata", &[&format!("rule.rego:{at}")]);
    // Messages may be broken over lines.
    let said = outcome.stderr.replace("\n  │ ", " ");
    assert!(said.contains(words), "{said}");
}

#[test]
fn the_rule_that_is_spoilt_here_is_right() {
    let outcome = listed(&[("rule.rego", &right())]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_known_one() {
    wrong("severity", "sevrity", "5:5", "`sevrity`, did you mean `severity`?");
    wrong("title", "titel", "2:3", "`titel`, did you mean `title`?");
    wrong("applies_to", "aplies_to", "6:5", "`aplies_to`, did you mean `applies_to`?");
    let related = "# related_resources:\n# - ref: https://a\n#   descripton: A\n# custom";
    // Line 2 is the title, 3 the list, 4 its `ref`, 5 the misspelt key.
    wrong("# custom", related, "5:5", "`descripton`, did you mean `description`?");
}

#[test]
fn an_unknown_key_that_is_near_nothing_is_told_with_the_known_ones() {
    let right = right();
    let outcome = listed(&[("rule.rego", &right.replace("severity", "weight"))]);
    refused(&outcome, "policy.metadata", &["rule.rego:5:5"]);
    assert!(!outcome.stderr.contains("did you mean"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("severity"), "{}", outcome.stderr);
}

#[test]
fn a_key_that_stands_twice_is_told() {
    wrong("# custom", "# title: Another\n# custom", "3:3", "`title`");
    wrong("#   severity", "#   id: ORG-2\n#   severity", "5:5", "`id`");
}

#[test]
fn what_is_missing_is_told_within_its_block() {
    // `custom` holds what is missing; it begins with its first key, behind `#   ` in line 4.
    wrong("#   id: ORG-1\n", "", "4:5", "`custom.id`");
    wrong("#   severity: high\n", "", "4:5", "`custom.severity`");
    wrong("#   applies_to: huawei.coc.ListInstanceCompliant\n", "", "4:5", "`custom.applies_to`");
    wrong("huawei.coc.ListInstanceCompliant", "[]", "4:5", "`custom.applies_to`");
    let outcome = listed(&[("rule.rego", &right().replace("# title: A rule of the tests\n", ""))]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("METADATA lacks `title`"), "{}", outcome.stderr);
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let text = right().replace("#   severity: high\n", "").replace("# title: A rule of the tests\n", "");
    let outcome = listed(&[("rule.rego", &text)]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("`title`") && outcome.stderr.contains("`custom.severity`"));
}

#[test]
fn a_severity_that_nobody_knows_is_told() {
    // `#   severity: ` has 14 characters.
    wrong("high", "hgih", "5:15", "`hgih`, did you mean `high`?");
    wrong("high", "HIGH", "5:15", "`HIGH`, did you mean `high`?");
    wrong("high", "info", "5:15", "`info`");
    wrong("high", "5", "5:15", "`5`");
    wrong("high", "[high]", "5:15", "");
    wrong("high", "\"\"", "5:15", "");
}

#[test]
fn an_operation_that_nobody_knows_is_told() {
    // `#   applies_to: ` has 16 characters.
    let near = "did you mean `huawei.coc.ListInstanceCompliant`?";
    wrong("ListInstanceCompliant", "ListInstanceCompliance", "6:17", near);
    // A bracket, the 32 characters of the first one, a comma and a space more.
    let right = "huawei.coc.ListInstanceCompliant";
    wrong(right, &format!("[{right}, aws.ssm.Nothing]"), "6:52", "`aws.ssm.Nothing`");
}

#[test]
fn an_id_that_is_no_id_is_told() {
    // `#   id: ` has 8 characters.
    for id in ["ORG 1", "ORG.1", "ÖRG-1", "7"] {
        wrong("ORG-1", id, "4:9", &format!("`{id}`"));
    }
}

#[test]
fn two_rules_with_one_id_are_told_with_both_places() {
    let other = rule("ORG-1", "org.two", "deny contains \"x\" if false");
    let outcome = listed(&[("a.rego", &right()), ("b.rego", &other)]);
    refused(&outcome, "two rules have the id `ORG-1`", &["b.rego:4:9", "a.rego:4:9"]);
}

#[test]
fn the_id_of_a_built_in_rule_is_taken() {
    let folder = Folder::new();
    folder.file("mine.rego", rule("HWC-COC-001", "org.one", "deny contains \"x\" if false"));
    let outcome = probity(&["rules", "--policies", &folder.text()]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    for words in ["two rules have the id `HWC-COC-001`", "mine.rego:4:9", "builtin:", "--no-"] {
        assert!(outcome.stderr.contains(words), "{words}: {}", outcome.stderr);
    }
    let alone = probity(&["rules", "--policies", &folder.text(), "--no-builtin"]);
    assert_eq!(alone.code, 0, "{}", alone.stderr);
}

#[test]
fn two_rules_in_one_package_are_told_with_both_places() {
    let other = rule("ORG-2", "org.one", "deny contains \"x\" if false");
    let outcome = listed(&[("a.rego", &right()), ("b.rego", &other)]);
    refused(&outcome, "the package `org.one` is declared twice", &["b.rego:7:1", "a.rego:7:1"]);
}

#[test]
fn nobody_may_add_to_the_package_of_a_rule() {
    let outcome = listed(&[("a.rego", &right()), ("b.rego", "package org.one\n\nmore := 1\n")]);
    refused(&outcome, "the package `org.one` is declared twice", &["b.rego:1:1", "a.rego:7:1"]);
}

#[test]
fn a_denial_without_metadata_is_told() {
    let outcome = listed(&[("rule.rego", "package org.one\n\ndeny contains \"x\" if false\n")]);
    refused(&outcome, "policy.metadata", &["rule.rego:3:1"]);
    // A comment that only resembles METADATA is none.
    wrong("# METADATA", "# Metadata", "9:1", "METADATA");
    wrong("# METADATA", "#METADATA", "9:1", "METADATA");
    wrong("# METADATA\n", "# METADATA\n# scope: rule\n", "10:1", "METADATA");
}

#[test]
fn a_rule_without_deny_is_told() {
    // Where the block begins: its word is the third character.
    wrong("deny", "dney", "1:3", "no `deny`");
    wrong("deny contains \"x\" if false", "allow := true", "1:3", "no `deny`");
    wrong("deny contains \"x\" if false", "# deny contains \"x\"", "1:3", "no `deny`");
}

#[test]
fn broken_yaml_is_told_at_its_place() {
    // `# title: ` has 9 characters.
    wrong("A rule of the tests", "[", "2:10", "");
    // `#      severity` goes on with the id's text, in which the colon, the 16th character, cannot stand.
    wrong("#   severity", "#      severity", "5:16", "");
    for (part, broken) in [("A rule of the tests", "\"open"), ("high", "*nobody")] {
        let outcome = listed(&[("rule.rego", &right().replace(part, broken))]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{broken}");
        assert!(outcome.stderr.contains("policy.metadata"), "{}", outcome.stderr);
    }
}

#[test]
fn an_empty_block_is_told() {
    let outcome = listed(&[("rule.rego", "# METADATA\npackage org.one\n\ndeny contains \"x\" if false\n")]);
    refused(&outcome, "policy.metadata", &["rule.rego:1:1"]);
    let outcome =
        listed(&[("rule.rego", "\n# METADATA\n#\n#\npackage org.one\n\ndeny contains \"x\" if false\n")]);
    refused(&outcome, "policy.metadata", &["rule.rego:2:1"]);
}

#[test]
fn problems_of_several_files_are_told_at_once() {
    let one = right().replace("high", "hgih");
    let two = rule("ORG-2", "org.two", "deny contains \"x\" if false").replace("title", "titel");
    refused(
        &listed(&[("a.rego", &one), ("b.rego", &two)]),
        "policy.metadata",
        &["a.rego:5:15", "b.rego:2:3"],
    );
}

#[test]
fn an_alias_bomb_is_refused() {
    // Each list holds the one before nine times: 9^13 texts, if it were unfolded.
    let mut bomb = vec!["# METADATA".to_owned(), "# title: Bomb".to_owned(), "# custom:".to_owned()];
    bomb.extend(
        ["id: ORG-1", "severity: high", "applies_to: ListPublishBatch", "params:"]
            .map(|l| format!("#   {l}")),
    );
    bomb.push(format!("#     a0: &a0 [{}]", ["x"; 9].join(", ")));
    for level in 1..=12 {
        let list = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push(format!("#     a{level}: &a{level} [{list}]"));
    }
    bomb.push("package org.one\n\ndeny contains \"x\" if false\n".to_owned());
    let outcome = listed(&[("rule.rego", &bomb.join("\n"))]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("policy.metadata"), "{}", outcome.stderr);
}

#[test]
fn metadata_in_a_library_is_read_too() {
    let library = "# METADATA\n# titel: Words\npackage org.lib\n\nf(x) := x\n";
    let outcome = listed(&[("rule.rego", &right()), ("words.rego", library)]);
    refused(&outcome, "`titel`", &["words.rego:2:3"]);
    let library = library.replace("titel", "title");
    assert_eq!(listed(&[("rule.rego", &right()), ("words.rego", &library)]).code, 0);
}
