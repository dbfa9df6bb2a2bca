//! What rules can do wrong.

use super::{stopped, told};
use crate::support::{Folder, Outcome, check, command, finish_in_time, page, places, report, rule};

/// Judges three compliant reports `a`, `b` and `c` by one user's rule.
fn by(body: &str) -> Outcome {
    let folder = Folder::new();
    let file = folder.file("in/page.json", page(&["a", "b", "c"].map(report)));
    let rules = folder.file("rules/rule.rego", rule("ORG-1", "org.one", body));
    check(&[&file, "--no-builtin", "--policies", &rules])
}

/// Three error verdicts, exit code 2, and these words in the message of the first.
#[track_caller]
fn errs(body: &str, words: &str) {
    let outcome = by(body);
    assert_eq!(outcome.code, 2, "{body}\n{}", outcome.stderr);
    assert_eq!((outcome.verdicts("error"), outcome.verdicts("pass")), (3, 0), "{body}");
    let document = outcome.json();
    assert_eq!(document["findings"][0]["verdict"], "error");
    let message = document["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains(words), "{body}: {message}");
}

#[test]
fn a_built_in_that_errs_is_an_error() {
    errs("deny contains \"x\" if to_number(input.resource.name) > 1", "number");
    errs("deny contains \"x\" if 1 / input.resource.non_compliant_summary.non_compliant_count > 1", "zero");
    errs("deny contains \"x\" if count(input.resource.compliant_summary.compliant_count) > 1", "count");
    errs("deny contains \"x\" if time.parse_rfc3339_ns(input.resource.group) > 1", "");
    errs("deny contains \"x\" if {\n\tsome c in lower(input.resource.name)\n\tc == \"x\"\n}", "");
}

#[test]
fn an_error_names_the_line_of_the_rule() {
    // The body begins in line 9, so that the division stands in line 10.
    errs("deny contains \"x\" if {\n\t1 / 0 == 1\n}", "rule.rego:10");
}

/// Refused at load, with this code at a line and column of the rule's file.
#[track_caller]
fn refused(body: &str, code: &str, at: &str) {
    let outcome = by(body);
    stopped(&outcome, code);
    assert_eq!(places(&outcome), [format!("rule.rego:{at}")], "{body}\n{}", outcome.stderr);
}

#[test]
fn what_reaches_out_of_the_run_is_refused() {
    // `deny contains "x" if ` has 21 characters.
    refused(
        "deny contains \"x\" if http.send({\"method\": \"GET\", \"url\": \"http://127.0.0.1:9\"})",
        "policy.builtin",
        "9:22",
    );
    refused("deny contains \"x\" if opa.runtime().env.HOME == \"/\"", "policy.builtin", "9:22");
    refused("deny contains \"x\" if rand.intn(\"seed\", 2) == 3", "policy.builtin", "9:22");
    refused("deny contains \"x\" if uuid.rfc4122(\"seed\") == \"\"", "policy.builtin", "9:22");
    refused("deny contains \"x\" if not test.sleep(\"1ms\")", "policy.builtin", "9:26");
}

#[test]
fn a_deny_that_is_no_set_is_refused() {
    for body in [
        "deny := true",
        "deny := false",
        "deny := []",
        "deny := \"text\"",
        "deny := {\"msg\": \"x\"}",
        "deny[x] := 1 if x := \"a\"",
        "deny if input.resource.name == \"nobody\"",
        "deny := null",
        "deny := set()",
        "deny(x) := x",
    ] {
        refused(body, "policy.deny", "9:1");
    }
    // `default ` has 8 characters.
    refused("default deny := set()\n\ndeny contains \"x\" if false", "policy.deny", "9:9");
}

#[test]
fn a_denial_without_words_is_an_error() {
    for body in [
        "deny contains 1",
        "deny contains null",
        "deny contains [\"x\"]",
        "deny contains {\"message\": \"x\"}",
        "deny contains {\"msg\": 1}",
        "deny contains {\"msg\": null}",
        "deny contains {\"msg\": {\"text\": \"x\"}}",
    ] {
        errs(body, "`deny`");
    }
}

#[test]
fn a_denial_with_a_bad_path_is_an_error() {
    for path in [
        "1",
        "null",
        "{}",
        "\"a[\"",
        "\"a..b\"",
        "\"a[x]\"",
        "\"/a~2\"",
        "[\"a\", -1]",
        "[\"a\", 0.5]",
        "[null]",
    ] {
        errs(&format!("deny contains {{\"msg\": \"x\", \"path\": {path}}}"), "path");
    }
}

#[test]
fn one_bad_denial_among_good_ones_is_an_error() {
    errs("deny contains \"fine\"\n\ndeny contains {\"mgs\": \"x\"}", "`msg`");
}

#[test]
fn an_inconclusive_that_is_no_set_is_an_error() {
    let deny = "deny contains \"x\" if false";
    refused(&format!("{deny}\n\ninconclusive := true"), "policy.deny", "11:1");
    errs(&format!("{deny}\n\ninconclusive contains 1"), "`inconclusive`");
    errs(&format!("{deny}\n\ninconclusive contains {{\"msg\": \"x\", \"path\": 1}}"), "`inconclusive`");
}

#[test]
fn an_applies_that_is_neither_true_nor_false_is_an_error() {
    for value in ["\"yes\"", "1", "null", "set()", "[]", "{}"] {
        errs(&format!("applies := {value}\n\ndeny contains \"x\" if false"), "`applies`");
    }
    errs("applies if 1 / 0 == 1\n\ndeny contains \"x\" if false", "zero");
}

#[test]
fn definitions_that_contradict_each_other_are_an_error() {
    errs("limit := 1\n\nlimit := 2 if input.resource.name\n\ndeny contains \"x\" if limit > 2", "conflict");
    errs("a if b\n\nb if a\n\ndeny contains \"x\" if a", "recursion");
}

#[test]
fn a_panic_in_the_engine_is_an_error_and_not_printed() {
    let body = "deny contains \"x\" if object.subset([1], [])";
    errs(body, "panicked");
    assert_eq!(by(body).stderr, "");
}

#[test]
fn other_rules_and_resources_go_on_after_a_panic() {
    let folder = Folder::new();
    let file = folder.file("in/page.json", page(&["a", "b", "c"].map(report)));
    let panics =
        "deny contains \"x\" if {\n\tinput.resource.instance_id == \"b\"\n\tobject.subset([1], [])\n}";
    folder.file("rules/one.rego", rule("ORG-1", "org.one", panics));
    let denies_c = "deny contains \"it is c\" if input.resource.instance_id == \"c\"";
    folder.file("rules/two.rego", rule("ORG-2", "org.two", denies_c));
    let rules = format!("{}/rules", folder.text());
    let outcome = check(&[&file, "--policies", &rules, "--threads", "1", "--include", "pass"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (2, ""));
    let document = outcome.json();
    let said = |id: &str, instance: &str| {
        let findings = document["findings"].as_array().unwrap();
        let of = |f: &&serde_json::Value| f["rule"]["id"] == id && f["resource"]["id"] == instance;
        findings.iter().find(of).unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(["a", "b", "c"].map(|instance| said("ORG-1", instance)), ["pass", "error", "pass"]);
    assert_eq!(["a", "b", "c"].map(|instance| said("ORG-2", instance)), ["pass", "pass", "fail"]);
    assert_eq!(["a", "b", "c"].map(|instance| said("HWC-COC-001", instance)), ["pass", "pass", "pass"]);
}

#[test]
fn an_error_of_a_light_rule_is_not_below_any_threshold() {
    let folder = Folder::new();
    let file = folder.file("in/page.json", page(&[report("a")]));
    let text = rule("ORG-1", "org.one", "deny contains 1").replace("high", "low");
    let rules = folder.file("rules/rule.rego", text);
    assert_eq!(check(&[&file, "--no-builtin", "--policies", &rules, "--fail-on", "critical"]).code, 2);
}

#[test]
fn a_rule_that_does_not_parse_or_compile_stops_the_run() {
    for body in [
        "deny contains \"x\" if {",
        "deny contains \"x\" if input.resource.name ==",
        "deny[msg] { msg := \"x\" }",
        "deny contains \"x\" if nobody > 1",
        "default deny := false",
        "f(x) := x\n\nf(x, y) := y\n\ndeny contains \"x\" if f(1)",
    ] {
        let outcome = by(body);
        let code = outcome.stderr.lines().find(|line| line.starts_with("policy.")).unwrap().to_owned();
        stopped(&outcome, &code);
        let codes = ["policy.parse", "policy.metadata", "policy.unbound", "policy.deny"];
        assert!(codes.contains(&code.as_str()), "{code}");
    }
}

// The engine looks at a variable of the head only where the body holds, so that such a rule would never deny.
#[test]
fn a_variable_in_the_head_that_nothing_binds_stops_the_run() {
    let unreached = "if input.resource.name == \"nobody\"";
    stopped(&by(&format!("deny contains msg {unreached}")), "policy.unbound");
    stopped(&by(&format!("deny contains {{\"msg\": \"x\", \"path\": path}} {unreached}")), "policy.unbound");
}

#[test]
fn one_rule_that_does_not_parse_stops_the_built_in_ones_too() {
    let folder = Folder::new();
    let file = folder.file("in/page.json", page(&[report("a")]));
    let rules = folder.file("rules/rule.rego", rule("ORG-1", "org.one", "deny contains {"));
    stopped(&check(&[&file, "--policies", &rules]), "policy.parse");
}

#[test]
fn a_file_that_denies_without_metadata_stops_the_run() {
    let folder = Folder::new();
    let file = folder.file("in/page.json", page(&[report("a")]));
    let rules = folder.file("rules/rule.rego", "package main\n\ndeny contains \"x\" if true\n");
    stopped(&check(&[&file, "--policies", &rules]), "policy.metadata");
}

// A file that is taken for a library is never asked.
#[test]
fn a_deny_is_found_however_it_is_written() {
    for deny in ["  deny contains \"x\" if true", "\tdeny contains \"x\"", "default deny := {\"x\"}"] {
        let folder = Folder::new();
        let file = folder.file("in/page.json", page(&[report("a")]));
        let rules = folder.file("rules/rule.rego", format!("package main\n\n{deny}\n"));
        stopped(&check(&[&file, "--policies", &rules]), "policy.metadata");
    }
}

#[test]
fn a_rule_in_a_file_named_like_a_test_is_not_lost() {
    let folder = Folder::new();
    let file = folder.file("in/page.json", page(&[report("a")]));
    let text = rule("ORG-1", "org.one", "deny contains \"always\" if input.resource.name");
    let rules = folder.file("rules/load_test.rego", text);
    let outcome = check(&[&file, "--policies", &rules]);
    assert_ne!(outcome.code, 0, "either the rule denies, or its file is refused");
}

// The engine looks for a function only when it calls it; the statement before stops it here.
#[test]
fn a_function_that_is_not_there_stops_the_run_even_where_it_is_not_reached() {
    let guard = "input.resource.name == \"nobody\"";
    for call in
        ["nobody_knows(1)", "data.policies.lib.times.oldr_than(\"\", 1)", "crypto.sha256(\"\") == \"\""]
    {
        stopped(
            &by(&format!("deny contains \"x\" if {{\n\t{guard}\n\t{call}\n}}")),
            "policy.unknown_function",
        );
    }
}

// To the engine a reference to nothing is undefined, so that the rule would never deny.
#[test]
fn a_package_that_is_not_there_stops_the_run() {
    let counted = "input.resource.compliant_summary.compliant_count";
    for body in [
        format!("import data.policies.lib.limitts\n\ndeny contains \"x\" if {counted} > limitts.most"),
        format!("deny contains \"x\" if {counted} > data.org.limits.most"),
    ] {
        stopped(&by(&body), "policy.unknown_reference");
    }
}

// In the engine this form of `walk` yields nothing, without a word; in OPA both rules deny.
#[test]
fn a_walk_that_the_engine_does_not_know_is_no_pass() {
    for walk in ["[_, value] := walk(input.resource)", "some [_, value] in walk(input.resource)"] {
        let outcome = by(&format!("deny contains \"x\" if {{\n\t{walk}\n\tvalue == \"shop\"\n}}"));
        assert_ne!(outcome.code, 0, "{walk}: either it is refused, or it denies");
    }
}

#[test]
fn the_other_form_of_walk_denies() {
    let outcome = by("deny contains \"x\" if {\n\twalk(input.resource, [_, value])\n\tvalue == \"shop\"\n}");
    assert_eq!((outcome.code, outcome.verdicts("fail")), (1, 3));
}

// In the engine the stack would overflow.
#[test]
fn a_function_that_calls_itself_does_not_end_the_process() {
    let outcome = by("f(x) := f(x)\n\ndeny contains \"x\" if f(1)");
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
}

#[test]
fn a_rule_that_finds_itself_in_a_whole_package_is_no_pass() {
    // In the engine the rule is undefined within itself, without a word.
    stopped(&by("deny contains \"x\" if not data.org"), "policy.recursion");
    stopped(&by("deny contains \"x\" if data.org[_].deny == set()"), "policy.recursion");
}

#[test]
fn what_a_library_refers_to_must_be_there_too() {
    let folder = Folder::new();
    let file = folder.file("in/page.json", page(&[report("a")]));
    folder.file("rules/lib.rego", "package org.lib\n\nabove(n) if n > data.org.limits.most\n");
    let body = "import data.org.lib\n\ndeny contains \"x\" if lib.above(1)";
    folder.file("rules/rule.rego", rule("ORG-1", "org.one", body));
    let rules = format!("{}/rules", folder.text());
    stopped(&check(&[&file, "--no-builtin", "--policies", &rules]), "policy.unknown_reference");
}

#[test]
fn a_rule_that_is_not_selected_is_there_for_the_others() {
    let folder = Folder::new();
    let file = folder.file("in/page.json", page(&[report("a")]));
    folder
        .file("rules/one.rego", rule("ORG-1", "org.one", "deny contains \"x\" if data.org.two.deny[\"y\"]"));
    folder.file("rules/two.rego", rule("ORG-2", "org.two", "deny contains \"y\" if input.resource.name"));
    let rules = format!("{}/rules", folder.text());
    let outcome = check(&[&file, "--no-builtin", "--policies", &rules, "--rule", "ORG-1"]);
    assert_eq!((outcome.code, outcome.verdicts("fail"), outcome.verdicts("pass")), (1, 1, 0));
}

#[test]
fn what_is_nested_too_deeply_ends_neither_the_process_nor_goes_on_for_hours() {
    for (repeated, times) in [
        ("(", 100_000),
        ("[", 100_000),
        ("{", 100_000),
        ("not ", 100_000),
        ("-", 100_000),
        ("[", 20),
        ("[\n", 15_000),
        ("-\n", 15_000),
        ("1 +\n", 15_000),
        ("not\n", 15_000),
    ] {
        let folder = Folder::new();
        let file = folder.file("in/page.json", page(&[report("a")]));
        let text = rule("ORG-1", "org.one", &format!("deny contains \"x\" if {}", repeated.repeat(times)));
        let rules = folder.file("rules/rule.rego", text);
        let arguments = ["check", "--format", "json", &file, "--no-builtin", "--policies", &rules];
        let outcome = finish_in_time(&mut command(&arguments));
        // A line of so many bytes is not even looked into.
        let code = if times == 100_000 { "policy.too_large" } else { "policy.nesting" };
        stopped(&outcome, code);
        assert!(places(&outcome)[0].starts_with("rule.rego:"), "{repeated}: {}", outcome.stderr);
    }
}

#[test]
fn an_error_in_a_library_is_an_error_of_the_rule() {
    let folder = Folder::new();
    let file = folder.file("in/page.json", page(&[report("a")]));
    folder.file("rules/lib.rego", "package org.lib\n\nshare(n) := 100 / n\n");
    let body = "import data.org.lib\n\ndeny contains \"x\" if lib.share(input.resource.non_compliant_summary.non_compliant_count) > 1";
    folder.file("rules/rule.rego", rule("ORG-1", "org.one", body));
    let outcome = check(&[&file, "--no-builtin", "--policies", &format!("{}/rules", folder.text())]);
    assert_eq!((outcome.code, outcome.verdicts("error"), outcome.verdicts("pass")), (2, 1, 0));
}

#[test]
fn a_value_that_cannot_be_read_is_told_even_where_no_rule_reads_it() {
    let folder = Folder::new();
    let mut node = report("a");
    node["eip"] = serde_json::json!(7);
    let file = folder.file("in/page.json", page(&[node]));
    let rules = folder.file("rules/rule.rego", rule("ORG-1", "org.one", "deny contains \"x\" if false"));
    let outcome = check(&[&file, "--no-builtin", "--policies", &rules]);
    told(&outcome, "payload.type_mismatch");
    // The rule does not hang on it; the run ends with 2 all the same.
    assert_eq!((outcome.verdicts("pass"), outcome.verdicts("error"), outcome.code), (1, 0, 2));
}
