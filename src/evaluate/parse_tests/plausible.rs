//! Paths that no document knows, and comparisons that cannot come out as they are meant.

use super::*;

/// A rule about an operation, refused for one reason at a line of its body, counted from 1, and a column.
#[track_caller]
fn refused(operation: &str, body: &str, code: &str, message: &str, line: u64, column: u64) {
    let found = problems(&[("rule.rego", &rule(operation, &[], body))]);
    let at = format!("rule.rego:{}:{column}", line + 8);
    assert_eq!(found, [(code.to_owned(), message.to_owned(), at)], "{body}");
}

/// One statement of a `deny` about patch baselines; it begins in column 2 of its line.
#[track_caller]
fn unknown(statement: &str, message: &str, column: u64) {
    let body = format!("deny contains \"x\" if {{\n\t{statement}\n}}");
    let message = format!("{message} in `aws.ssm.GetPatchBaseline`");
    let message = match message.split_once("; ") {
        Some((what, near)) => {
            let (near, operation) = near.split_once(" in ").unwrap();
            format!("{what} in {operation}, did you mean `{near}`?")
        }
        None => message,
    };
    refused("GetPatchBaseline", &body, "policy.unknown_path", &message, 2, column);
}

#[track_caller]
fn implausible(operation: &str, statement: &str, message: &str, column: u64) {
    let body = format!("deny contains \"x\" if {{\n\t{statement}\n}}");
    refused(operation, &body, "policy.comparison", message, 2, column);
}

#[track_caller]
fn accepted(operation: &str, custom: &[&str], statement: &str) {
    let text = rule(operation, custom, &format!("deny contains \"x\" if {{\n\t{statement}\n}}"));
    assert_eq!(problems(&[("rule.rego", &text)]), [], "{statement}");
}

#[test]
fn a_field_that_no_document_names_is_refused_where_it_stands() {
    // A tab, `input.resource.` of 15 characters: the field is at column 17.
    unknown("input.resource.Nmae == \"a\"", "`input.resource` has no documented field `Nmae`; Name", 17);
    unknown("not input.resource.Nmae", "`input.resource` has no documented field `Nmae`; Name", 21);
    unknown("not input.resorce", "`input` has no documented field `resorce`; resource", 12);
    unknown("input.resorce.Name == \"a\"", "`input` has no documented field `resorce`; resource", 8);
    unknown("input.Name == \"a\"", "`input` has no documented field `Name`", 8);
    unknown(
        "input[\"resource\"][\"Nmae\"] == \"a\"",
        "`input.resource` has no documented field `Nmae`; Name",
        20,
    );
    // The field of a far alias, and of an element.
    unknown(
        "r := input.resource; r.Nmae == \"a\"",
        "`input.resource` has no documented field `Nmae`; Name",
        25,
    );
    unknown(
        "some r in input.resource.ApprovalRules.PatchRules; r.ApproveAfterDay > 7",
        "`ApprovalRules.PatchRules[]` has no documented field `ApproveAfterDay`; ApproveAfterDays",
        55,
    );
    unknown("input.resource.GlobalFilters.zzz == 1", "`GlobalFilters` has no documented field `zzz`", 31);
}

#[test]
fn the_path_of_object_get_is_checked_step_by_step() {
    // `object.get(input.resource, ` has 27 characters behind the tab.
    unknown(
        "object.get(input.resource, \"Nmae\", null) == null",
        "`input.resource` has no documented field `Nmae`; Name",
        29,
    );
    // The second step stands behind `["ApprovalRules", `, 18 characters.
    unknown(
        "object.get(input.resource, [\"ApprovalRules\", \"PatchRule\"], null) == null",
        "`ApprovalRules` has no documented field `PatchRule`; PatchRules",
        47,
    );
}

#[test]
fn a_name_of_a_member_is_checked_where_it_is_compared() {
    // `some k, v in input.resource; ` has 29 characters behind the tab.
    unknown(
        "some k, v in input.resource; k == \"Nmae\"; v == \"a\"",
        "`input.resource` has no documented field `Nmae`; Name",
        31,
    );
    unknown(
        "input.resource.GlobalFilters == {\"PatchFilter\": []}",
        "`GlobalFilters` has no documented field `PatchFilter`; PatchFilters",
        2,
    );
}

#[test]
fn a_field_is_not_looked_for_where_none_can_be() {
    unknown("input.resource.Name.first == \"a\"", "`Name` is a text, and holds nothing", 22);
    unknown(
        "input.resource.ApprovalRules.PatchRules.ApproveAfterDays > 1",
        "`ApprovalRules.PatchRules` is an array: `ApproveAfterDays` can only be a field of its elements",
        42,
    );
    unknown("input.resource.ApprovalRules[0] == 1", "`ApprovalRules` is an object, and has no elements", 31);
    unknown("\"a\" in input.resource.Name", "`Name` is a text, and holds nothing", 2);
    unknown("some c in input.resource.Name; c == \"a\"", "`Name` is a text, and holds nothing", 12);
}

#[test]
fn params_payload_and_source_are_checked_too() {
    unknown("input.params.max > 1", "`input.params` has no documented field `max`", 15);
    unknown("input.payload.RequestIdd == \"\"", "`input.payload` has no documented field `RequestIdd`", 16);
    unknown("input.source.regoin == \"\"", "`input.source` has no documented field `regoin`; region", 15);
    accepted("GetPatchBaseline", &["params: {max: 1}"], "input.params.max > 1");
    accepted("GetPatchBaseline", &["params: {deep: {any: 1}}"], "input.params.deep.thing > 1");
    for name in ["operation", "provider", "service", "file", "region", "account", "captured_at"] {
        accepted("GetPatchBaseline", &[], &format!("input.source.{name} == \"\""));
    }
    accepted("ListPublishBatch", &[], "input.payload.PageInfo.TotalCount > 1");
}

#[test]
fn a_library_is_checked_for_the_rule_that_uses_it() {
    let text = rule(
        "GetPatchBaseline",
        &[],
        "import data.org.lib\n\ndeny contains \"x\" if lib.named(input.resource)",
    );
    let library = "package org.lib\n\nnamed(r) if r.Nmae == \"a\"\n";
    let message =
        "`input.resource` has no documented field `Nmae` in `aws.ssm.GetPatchBaseline`, did you mean `Name`?";
    // `named(r) if r.` has 14 characters.
    assert_eq!(
        problems(&[("rule.rego", &text), ("lib.rego", library)]),
        [("policy.unknown_path".to_owned(), message.to_owned(), "lib.rego:3:15".to_owned())]
    );
}

#[test]
fn what_one_of_two_operations_lacks_must_be_handled() {
    let both = "[GetPatchBaseline, ListPublishBatch]";
    let message =
        "`input.resource` has no documented field `Name` in `alibaba.sas.ListPublishBatch`".to_owned();
    let found =
        problems(&[("rule.rego", &rule(both, &[], "deny contains \"x\" if input.resource.Name == \"a\""))]);
    // `deny contains "x" if input.resource.` has 36 characters.
    assert_eq!(found, [("policy.unknown_path".to_owned(), message, "rule.rego:9:37".to_owned())]);
    accepted(both, &[], "object.get(input.resource, \"Name\", null) == \"a\"");
    accepted(both, &["optional: [Name]"], "input.resource.Name == \"a\"");
}

#[test]
fn values_of_different_types_are_not_compared() {
    let batch = "ListPublishBatch";
    implausible(
        batch,
        "input.resource.BatchTotal == \"3\"",
        "`BatchTotal` is a number, and is compared with a text",
        2,
    );
    implausible(
        batch,
        "input.resource.BatchTotal > \"3\"",
        "`BatchTotal` is a number, and is compared with a text",
        2,
    );
    implausible(
        batch,
        "3 == input.resource.Version",
        "`Version` is a text, and is compared with a number",
        2,
    );
    implausible(
        batch,
        "not input.resource.BatchTotal != \"3\"",
        "`BatchTotal` is a number, and is compared with a text",
        6,
    );
    implausible(
        batch,
        "input.resource.BatchTotal = \"3\"",
        "`BatchTotal` is a number, and is compared with a text",
        2,
    );
    implausible(
        batch,
        "input.resource.BatchTotal in {\"1\", \"2\"}",
        "`BatchTotal` is a number, and is searched among a text",
        2,
    );
    implausible(
        batch,
        "t := input.resource.BatchTotal; t == \"3\"",
        "`BatchTotal` is a number, and is compared with a text",
        34,
    );
    implausible(batch, "count([1]) > \"3\"", "a number is compared with a text", 2);
    let baseline = "GetPatchBaseline";
    implausible(
        baseline,
        "input.resource.PatchGroups == \"a\"",
        "`PatchGroups` is an array or set, and is compared with a text",
        2,
    );
    implausible(
        baseline,
        "input.resource.ModifiedDate < 7",
        "`ModifiedDate` is a time, and is compared with a number",
        2,
    );
    implausible(
        baseline,
        "input.resource.ApprovedPatchesEnableNonSecurity == \"true\"",
        "`ApprovedPatchesEnableNonSecurity` is a boolean, and is compared with a text",
        2,
    );
    accepted(batch, &[], "input.resource.BatchTotal == null");
    accepted(batch, &[], "input.resource.BatchTotal in {null, 1}");
    accepted(batch, &["params: {max: 3}"], "input.resource.BatchTotal > input.params.max");
    accepted(batch, &["params: {max: null}"], "input.resource.BatchTotal > input.params.max");
    accepted(batch, &[], "object.get(input.resource, \"BatchTotal\", \"none\") == \"none\"");
    accepted(batch, &[], "to_number(input.resource.Version) > 3");
}

#[test]
fn a_param_of_another_type_is_not_compared() {
    let body = "deny contains \"x\" if input.resource.BatchTotal > input.params.max";
    let text = rule("ListPublishBatch", &["params: {max: \"3\"}"], body);
    let message = "`BatchTotal` is a number, and is compared with a text".to_owned();
    assert_eq!(
        problems(&[("rule.rego", &text)]),
        [("policy.comparison".to_owned(), message, "rule.rego:10:22".to_owned())]
    );
}

#[test]
fn a_function_may_be_chosen_by_the_type_of_its_argument() {
    let functions = "\n\nshown(\"none\") := 0\n\nshown(n) := n if is_number(n)";
    let body = format!("deny contains \"x\" if shown(input.resource.BatchTotal) > 1{functions}");
    assert_eq!(problems(&[("rule.rego", &rule("ListPublishBatch", &[], &body))]), []);
}

#[test]
fn a_value_that_the_documents_do_not_list_is_refused() {
    let image = "DescribeImageInstances";
    implausible(
        image,
        "input.resource.VulStatus == \"Yes\"",
        "`Yes` is no documented value of `VulStatus`, did you mean `YES`?",
        2,
    );
    implausible(
        image,
        "input.resource.VulStatus != \"maybe\"",
        "`maybe` is no documented value of `VulStatus`",
        2,
    );
    implausible(image, "input.resource.Deployed == 2", "`2` is no documented value of `Deployed`", 2);
    implausible(
        image,
        "input.resource.VulStatus in {\"YES\", \"No\"}",
        "`No` is no documented value of `VulStatus`, did you mean `NO`?",
        2,
    );
    implausible(
        image,
        "input.resource.VulStatus in {\"maybe\"}",
        "`maybe` is no documented value of `VulStatus`",
        2,
    );
    accepted(image, &[], "input.resource.VulStatus == \"YES\"");
    accepted(image, &[], "input.resource.Deployed in {0, 1}");
    // A list of what is accepted may hold more than the document does.
    accepted(image, &[], "input.resource.RegistryType in {\"acr\", \"registry.example\"}");
    accepted(image, &[], "lower(input.resource.VulStatus) == \"yes\"");
}

#[test]
fn text_is_not_ordered_unless_it_is_a_time_or_a_version() {
    let message = "`BatchName` is a text, and would be ordered letter by letter";
    implausible("ListPublishBatch", "input.resource.BatchName < \"b\"", message, 2);
    accepted("ListPublishBatch", &[], "input.resource.Version < \"b\"");
    accepted("GetPatchBaseline", &[], "input.resource.ModifiedDate < \"2026-01-01T00:00:00Z\"");
}

#[test]
fn every_slip_is_told_at_once() {
    let body = "deny contains \"x\" if input.resource.Nmae == \"a\"\n\ndeny contains \"y\" if input.resource.PatchGroups == 1";
    let found = problems(&[("rule.rego", &rule("GetPatchBaseline", &[], body))]);
    let places: Vec<(&str, &str)> = found.iter().map(|(code, _, at)| (code.as_str(), at.as_str())).collect();
    // `deny contains "x" if ` has 21 characters.
    assert_eq!(places, [("policy.unknown_path", "rule.rego:9:37"), ("policy.comparison", "rule.rego:11:22")]);
}
