//! Read sets: every expectation is worked out by hand from the rule beside it.

use super::*;
use crate::policy::{Declared, Part, ReadNode, ReadPath, Shapes, analyse};

/// All that a tree reads below `input`, each path with what is to be said of it: `!` needed, `0` null matters,
/// `*` any part of it may be read.
fn shown(node: &ReadNode) -> Vec<String> {
    fn go(node: &ReadNode, at: &mut ReadPath, found: &mut Vec<String>) {
        if at.0.len() > 1 || node.children.is_empty() || node.any_below {
            let marks = [(node.needed, '!'), (node.null_matters, '0'), (node.any_below, '*')];
            let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark).collect();
            found.push(format!("{at}{marks}"));
        }
        for (step, child) in &node.children {
            at.0.push(step.clone());
            go(child, at, found);
            at.0.pop();
        }
    }
    let mut found = Vec::new();
    go(node, &mut ReadPath::default(), &mut found);
    found.sort();
    found
}

/// What a rule about patch baselines reads, with libraries beside it.
#[track_caller]
fn reads_beside(libraries: &[(&str, &str)], custom: &[&str], body: &str, expected: &[&str]) {
    let text = rule("GetPatchBaseline", custom, body);
    let files = [&[("rule.rego", text.as_str())], libraries].concat();
    let plan = plan(&files).unwrap_or_else(|problems| panic!("{body}\n{problems:#?}"));
    let mut expected: Vec<&str> = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(shown(&plan.rules[0].reads.reads), expected, "{body}");
}

#[track_caller]
fn reads(body: &str, expected: &[&str]) {
    reads_beside(&[], &[], body, expected);
}

const DENY: &str = "deny contains \"x\" if";

#[test]
fn dotted_bracketed_and_aliased_references_are_the_same() {
    // `Name` is compared, so that null is not equal to the text, and nothing is said of it.
    for statements in [
        "input.resource.Name == \"a\"",
        "input[\"resource\"][\"Name\"] == \"a\"",
        "input.resource[`Name`] == \"a\"",
        "r := input.resource; r.Name == \"a\"",
        "r := input.resource; n := r[\"Name\"]; \"a\" == n",
        "r = input; r.resource.Name = \"a\"",
        "field := \"Name\"; input.resource[field] == \"a\"",
        "some field in [\"Name\"]; input.resource[field] == \"a\"",
        "n == \"a\"; n = input.resource.Name",
        "x := {\"inner\": input.resource}; x.inner.Name == \"a\"",
        "x := [1, input.resource]; x[1].Name == \"a\"",
    ] {
        reads(&format!("{DENY} {{ {statements} }}"), &["Name!0"]);
    }
    reads(&format!("import input.resource as r\n\n{DENY} r.Name == \"a\""), &["Name!0"]);
    reads(&format!("import input.resource.Name\n\n{DENY} Name == \"a\""), &["Name!0"]);
    reads(&format!("name := input.resource.Name\n\n{DENY} name == \"a\""), &["Name!0"]);
    reads(&format!("r := input.resource\n\n{DENY} data.org.t.r.Name == \"a\""), &["Name!0"]);
}

#[test]
fn elements_of_arrays_are_read_one_by_one() {
    let days = &[
        "ApprovalRules!",
        "ApprovalRules.PatchRules!0",
        "ApprovalRules.PatchRules[]!",
        "ApprovalRules.PatchRules[].ApproveAfterDays!0",
    ];
    for statements in [
        "some r in input.resource.ApprovalRules.PatchRules; r.ApproveAfterDays > 7",
        "some i, r in input.resource.ApprovalRules.PatchRules; r.ApproveAfterDays > i",
        "some i; input.resource.ApprovalRules.PatchRules[i].ApproveAfterDays > 7",
        "input.resource.ApprovalRules.PatchRules[_].ApproveAfterDays > 7",
        "rules := input.resource.ApprovalRules.PatchRules; some i, _ in rules; rules[i].ApproveAfterDays > 7",
        "every r in input.resource.ApprovalRules.PatchRules { r.ApproveAfterDays > 7 }",
        "every i, r in input.resource.ApprovalRules.PatchRules { r.ApproveAfterDays > i }",
        "count([r | some r in input.resource.ApprovalRules.PatchRules; r.ApproveAfterDays > 7]) > 0",
        "count({d | d := input.resource.ApprovalRules.PatchRules[_].ApproveAfterDays}) > 0",
        "some d in [r.ApproveAfterDays | some r in input.resource.ApprovalRules.PatchRules]; d > 7",
        "some _, d in {i: r.ApproveAfterDays | some i, r in input.resource.ApprovalRules.PatchRules}; d > 7",
        "max([r.ApproveAfterDays | some r in input.resource.ApprovalRules.PatchRules]) > 7",
        "some r in array.reverse(input.resource.ApprovalRules.PatchRules); r.ApproveAfterDays > 7",
        "some {\"ApproveAfterDays\": d} in input.resource.ApprovalRules.PatchRules; d > 7",
    ] {
        let body = format!("{DENY} {{ {statements} }}");
        let text = rule("GetPatchBaseline", &[], &body);
        let plan = plan(&[("rule.rego", &text)]).unwrap_or_else(|problems| panic!("{body}\n{problems:#?}"));
        let found = shown(&plan.rules[0].reads.reads);
        let without_null: Vec<String> = found.iter().map(|path| path.replace('0', "")).collect();
        let expected: Vec<String> = days.iter().map(|path| path.replace('0', "")).collect();
        assert_eq!(without_null, expected, "{body}");
    }
    let first = "input.resource.ApprovalRules.PatchRules[0].ApproveAfterDays > 7";
    let of_first = &[
        "ApprovalRules!",
        "ApprovalRules.PatchRules!",
        "ApprovalRules.PatchRules[0]!",
        "ApprovalRules.PatchRules[0].ApproveAfterDays!0",
    ];
    reads(&format!("{DENY} {first}"), of_first);
}

#[test]
fn a_membership_reads_the_elements() {
    let groups = &["PatchGroups!0", "PatchGroups[]!0"];
    reads(&format!("{DENY} \"a\" in input.resource.PatchGroups"), groups);
    reads(&format!("{DENY} {{ some group in input.resource.PatchGroups; group == \"a\" }}"), groups);
    reads(&format!("{DENY} count(input.resource.PatchGroups) == 0"), &["PatchGroups!0"]);
}

#[test]
fn members_of_an_object_are_gone_through() {
    // The only documented member is as good as named: where it is missing, nothing is known of it.
    let any = &["GlobalFilters!0", "GlobalFilters.PatchFilters!0", "GlobalFilters[]!0"];
    reads(&format!("{DENY} {{ some _, value in input.resource.GlobalFilters; value == 1 }}"), any);
    reads(&format!("{DENY} {{ some key; input.resource.GlobalFilters[key] == 1 }}"), any);
    reads(&format!("{DENY} {{ every _, value in input.resource.GlobalFilters {{ value == 1 }} }}"), any);
}

#[test]
fn members_that_are_picked_by_their_names_are_read() {
    for statements in [
        "some key, value in input.resource; key == \"Name\"; value == \"a\"",
        "some \"Name\", value in input.resource; value == \"a\"",
        "some key, value in input.resource; key in {\"Name\"}; value == \"a\"",
    ] {
        let text = rule("GetPatchBaseline", &[], &format!("{DENY} {{ {statements} }}"));
        let plan = plan(&[("rule.rego", &text)]).unwrap();
        let found = shown(&plan.rules[0].reads.reads);
        assert_eq!(found, ["Name!", "input.resource[]!0"], "{statements}");
    }
}

#[test]
fn members_that_are_compared_as_a_whole_are_read() {
    let body = format!("{DENY} input.resource.GlobalFilters == {{\"PatchFilters\": []}}");
    reads(&body, &["GlobalFilters!0", "GlobalFilters.PatchFilters!0"]);
    let body = format!("{DENY} json.filter(input.resource, [\"Name\"]) == {{\"Name\": \"a\"}}");
    reads(&body, &["Name!0"]);
}

#[test]
fn patterns_take_values_apart() {
    reads(&format!("{DENY} {{ {{\"Name\": n}} := input.resource; n == \"a\" }}"), &["Name!0"]);
    reads(
        &format!("{DENY} {{ [n, o] := [input.resource.Name, input.resource.Description]; n == o }}"),
        &["Description!0", "Name!0"],
    );
    reads(&format!("{DENY} {{ [n, _] = [input.resource.Name, 1]; n == \"a\" }}"), &["Name!0"]);
    reads(&format!("{DENY} bad(input.resource)\n\nbad({{\"Name\": n}}) if n == \"a\""), &["Name!0"]);
}

#[test]
fn functions_are_gone_through_with_their_arguments() {
    let library = [("lib.rego", "package org.lib\n\nnamed(r, name) if r.Name == name\n\nof(r) := r.Name\n")];
    let import = "import data.org.lib as l\n\n";
    for statement in [
        "l.named(input.resource, \"a\")",
        "data.org.lib.named(input.resource, \"a\")",
        "l.of(input.resource) == \"a\"",
        "l.of(input.resource, \"a\")",
    ] {
        reads_beside(&library, &[], &format!("{import}{DENY} {statement}"), &["Name!0"]);
    }
    let own = "named(r) if is_a(r.Name)\n\nis_a(name) if name == \"a\"";
    reads(&format!("{DENY} named(input.resource)\n\n{own}"), &["Name!0"]);
    // A function that reads `input` by itself, and another library behind the first.
    let libraries = [
        ("lib.rego", "package org.lib\n\nimport data.org.more\n\nbad(_) if more.name == \"a\"\n"),
        ("more.rego", "package org.more\n\nname := input.resource.Name\n"),
    ];
    reads_beside(&libraries, &[], &format!("{import}{DENY} l.bad(1)"), &["Name!0"]);
    // The same function with two arguments reads below both.
    let twice = "deny contains \"x\" if { l.of(input.resource) == \"a\"; l.of({\"Name\": input.resource.Description}) == \"b\" }";
    reads_beside(&library, &[], &format!("{import}{twice}"), &["Description!0", "Name!0"]);
}

#[test]
fn with_puts_something_else_in_place_of_the_input() {
    let named = "\n\nnamed if input.resource.Name == \"a\"";
    reads(&format!("{DENY} named with input as {{\"resource\": {{\"Name\": \"b\"}}}}{named}"), &["input"]);
    reads(
        &format!("{DENY} named with input.resource as {{\"Name\": input.resource.Description}}{named}"),
        &["Description!0"],
    );
    reads(&format!("{DENY} {{ named with input.payload as 1; true }}{named}"), &["Name!0"]);
}

#[test]
fn a_computed_key_may_read_all_around_it() {
    // What is under a computed key counts where it is an element of an array.
    let any = &["Description!0", "GlobalFilters!*", "GlobalFilters[]0"];
    reads(&format!("{DENY} input.resource.GlobalFilters[input.resource.Description] == 1"), any);
    reads(
        &format!("{DENY} {{ walk(input.resource.GlobalFilters, [_, value]); value == 1 }}"),
        &["GlobalFilters!0*", "GlobalFilters[]"],
    );
    let all = &["GlobalFilters!0*", "GlobalFilters[]"];
    reads(&format!("{DENY} json.marshal(input.resource.GlobalFilters) == \"\""), all);
    reads(&format!("{DENY} input[lower(\"RESOURCE\")].Name == \"a\""), &["input*", "input[].Name!0"]);
}

#[test]
fn functions_of_the_engine_hide_nothing() {
    for object in [
        "object.union(input.resource, {\"x\": 1})",
        "object.union_n([{\"x\": 1}, input.resource])",
        "object.remove(input.resource, [\"x\"])",
        "json.filter(input.resource, [\"Name\"])",
        "object.get(input, \"resource\", {})",
    ] {
        let body = format!("{DENY} {{ r := {object}; r.Name == \"a\" }}");
        let text = rule("GetPatchBaseline", &[], &body);
        let plan = plan(&[("rule.rego", &text)]).unwrap_or_else(|problems| panic!("{object}\n{problems:#?}"));
        assert!(shown(&plan.rules[0].reads.reads).contains(&"Name!0".to_owned()), "{object}");
    }
    // What a patch that is written out changes is known; any other may change all.
    let patched =
        |patches: &str| format!("{DENY} {{ r := json.patch(input.resource, {patches}); r.Name == \"a\" }}");
    reads(&patched("[{\"op\": \"add\", \"path\": \"/x\", \"value\": 1}]"), &["Name!0"]);
    reads(&patched("[]"), &["Name!0"]);
    for operation in ["remove", "replace"] {
        let patch = format!("[{{\"op\": \"{operation}\", \"path\": \"/Name\", \"value\": 1}}]");
        reads(&patched(&patch), &["input.resource!0*", "input.resource[]"]);
    }
    // Objects are joined, and not replaced.
    let joined = "object.union(input.resource, {\"GlobalFilters\": {\"x\": 1}})";
    let read = &["GlobalFilters!", "GlobalFilters.PatchFilters!0"];
    reads(&format!("{DENY} {{ r := {joined}; r.GlobalFilters.PatchFilters == [] }}"), read);
    let left = "some s in {t | some t in input.resource.Sources} - {1}; s.Name == \"a\"";
    let expected = &["Sources!0", "Sources[]!0", "Sources[].Name!0"];
    reads(&format!("{DENY} {{ {left} }}"), expected);
}

#[test]
fn an_import_that_only_switches_the_language_names_nothing() {
    reads(&format!("import rego.v1\n\n{DENY} {{ v1 = input.resource; v1.Name == \"a\" }}"), &["Name!0"]);
}

#[test]
fn a_key_may_come_from_the_params() {
    let body = format!("{DENY} {{ some field in input.params.fields; input.resource[field] == \"a\" }}");
    let expected = &["Description!0", "Name!0", "input.params.fields!0", "input.params.fields[]!0"];
    reads_beside(&[], &["params: {fields: [Name, Description]}"], &body, expected);
}

#[test]
fn a_rule_that_says_what_holds_without_a_value_does_not_need_it() {
    // `not`: the statement holds without the value.
    reads(&format!("{DENY} not input.resource.Name"), &["Name0"]);
    reads(&format!("{DENY} not input.resource.Name == \"a\""), &["Name"]);
    reads(&format!("{DENY} not named\n\nnamed if input.resource.Name == \"a\""), &["Name"]);
    reads(&format!("{DENY} not startswith(input.resource.Name, \"a\")"), &["Name0"]);
    // A default: absence and null are the same to it.
    reads(&format!("{DENY} object.get(input.resource, \"Name\", null) == null"), &["Name"]);
    reads(&format!("{DENY} object.get(input.resource, [\"Name\"], \"\") == \"\""), &["Name0"]);
    reads(
        &format!("{DENY} object.get(input.resource, \"GlobalFilters\", {{}}).PatchFilters == []"),
        &["GlobalFilters", "GlobalFilters.PatchFilters!0"],
    );
    reads(
        &format!("default named := false\n\nnamed if input.resource.Name == \"a\"\n\n{DENY} named"),
        &["Name0"],
    );
    reads(&format!("{DENY} named == 2\n\nnamed := 1 if input.resource.Name == \"a\" else := 2"), &["Name0"]);
    // An `else` with a condition settles nothing.
    let conditional = "named := 1 if input.resource.Name == \"a\" else := 2 if true";
    reads(&format!("{DENY} named == 2\n\n{conditional}"), &["Name!0"]);
}

#[test]
fn a_comparison_with_null_says_what_null_means() {
    // What is not null is compared; what is absent does as null does.
    reads(&format!("{DENY} {{ input.resource.Name != null; input.resource.Name == \"a\" }}"), &["Name"]);
    reads(&format!("{DENY} {{ n := input.resource.Name; n != null; n == \"a\" }}"), &["Name"]);
    // Equality with null says nothing of what is absent: the rule would stay silent.
    reads(&format!("{DENY} input.resource.Name == null"), &["Name!"]);
    reads(&format!("{DENY} input.resource.Name in {{null, \"a\"}}"), &["Name!"]);
    reads(&format!("{DENY} is_null(input.resource.Name)"), &["Name!"]);
    // What one definition says of null holds for all of the rule.
    let two = format!(
        "{DENY} input.resource.Name == \"a\"\n\ninconclusive contains \"y\" if input.resource.Name == null"
    );
    reads(&two, &["Name!"]);
}

#[test]
fn two_nots_are_none() {
    // Without a name nothing is bad, so all is fine, and nothing is denied: that must not be a pass.
    let body = format!("{DENY} not fine\n\nfine if not bad\n\nbad if input.resource.Name == \"a\"");
    reads(&body, &["Name!0"]);
}

#[test]
fn what_a_message_shows_is_needed_but_may_be_null() {
    let body = "deny contains msg if {\n\tinput.resource.Name == \"a\"\n\tmsg := sprintf(\"%v\", [input.resource.Description])\n}";
    reads(body, &["Description!", "Name!0"]);
    reads("deny contains input.resource.Name", &["Name!"]);
}

#[test]
fn optional_paths_are_handled_by_the_author() {
    let name = format!("{DENY} input.resource.Name == \"a\"");
    reads_beside(&[], &["optional: [Name]"], &name, &["Name"]);
    reads_beside(&[], &["optional: [input.resource.Name]"], &name, &["Name"]);
    let days =
        format!("{DENY} {{ some r in input.resource.ApprovalRules.PatchRules; r.ApproveAfterDays > 7 }}");
    let optional = "optional: [\"ApprovalRules.PatchRules[].ApproveAfterDays\"]";
    // The array and its elements are not what is named.
    let expected = &[
        "ApprovalRules!",
        "ApprovalRules.PatchRules!0",
        "ApprovalRules.PatchRules[]!",
        "ApprovalRules.PatchRules[].ApproveAfterDays",
    ];
    reads_beside(&[], &[optional], &days, expected);
    let first = format!("{DENY} input.resource.ApprovalRules.PatchRules[0].ApproveAfterDays > 7");
    let expected = &[
        "ApprovalRules!",
        "ApprovalRules.PatchRules!",
        "ApprovalRules.PatchRules[0]!",
        "ApprovalRules.PatchRules[0].ApproveAfterDays",
    ];
    reads_beside(&[], &[optional], &first, expected);
    // What stands below one is not.
    let below = format!("{DENY} input.resource.GlobalFilters.PatchFilters == []");
    let expected = &["GlobalFilters", "GlobalFilters.PatchFilters!0"];
    reads_beside(&[], &["optional: [GlobalFilters]"], &below, expected);
    // No document knows this one.
    let unknown = format!("{DENY} input.resource.NewField == 1");
    reads_beside(&[], &["optional: [NewField]"], &unknown, &["NewField"]);
}

#[test]
fn each_part_of_a_rule_knows_what_it_reads() {
    let body = "applies if input.resource.Name != null\n\ndeny contains \"x\" if input.resource.Description == \"a\"\n\ninconclusive contains \"y\" if input.resource.Description == null";
    let text = rule("GetPatchBaseline", &[], body);
    let plan = plan(&[("rule.rego", &text)]).unwrap();
    let reads = &plan.rules[0].reads;
    assert_eq!(shown(&reads.of_applies), ["Name"]);
    let parts: Vec<(Part, Vec<String>)> =
        reads.definitions.iter().map(|one| (one.part, shown(&one.reads))).collect();
    let description = vec!["Description!".to_owned()];
    assert_eq!(
        parts,
        [
            (Part::Applies, vec!["Name".to_owned()]),
            (Part::Deny, description.clone()),
            (Part::Inconclusive, description)
        ]
    );
}

#[test]
fn authors_are_told_of_subtrees_optional_fields_and_params() {
    let body = "deny contains \"x\" if {\n\tsome r in input.resource.ApprovalRules.PatchRules\n\tr.ApproveAfterDays > input.params.max\n\tinput.resource.GlobalFilters[r.ComplianceLevel]\n}";
    let text = rule("GetPatchBaseline", &["params: {max: 7, other: 1}"], body);
    let file = Arc::new(PolicyFile::new("rule.rego", text.as_str()));
    let set = load(std::slice::from_ref(&file)).unwrap();
    let modules = parse_all(&[&file]).unwrap();
    let (declared, rule) = (Declared::new(&modules), &set.rules[0]);
    let shapes = Shapes::of(rule.applies_to.iter().copied());
    let remarks = analyse(rule, 0, &[&file], &modules, &declared, &shapes).remarks(rule);
    let at = |list: &[(usize, std::ops::Range<usize>, ReadPath)]| -> Vec<(String, String)> {
        let words = |range: &std::ops::Range<usize>| text[range.clone()].to_owned();
        list.iter().map(|(_, range, path)| (words(range), path.to_string())).collect()
    };
    let subtree = ("r.ComplianceLevel".to_owned(), "GlobalFilters".to_owned());
    assert_eq!(at(&remarks.subtrees), [subtree]);
    let optional = ("ApproveAfterDays".to_owned(), "ApprovalRules.PatchRules[].ApproveAfterDays".to_owned());
    assert_eq!(at(&remarks.unhandled), [optional]);
    assert_eq!(remarks.params.iter().collect::<Vec<_>>(), ["max"]);
}
