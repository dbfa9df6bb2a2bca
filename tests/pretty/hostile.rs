//! Payloads that try to speak to the terminal, or to forge a result.

use serde_json::{Value, json};

use super::pretty_in;
use crate::support::{CLOCK, Folder, Outcome, command, finish, page, report, rule};

/// Sequences that clear the screen, set a title, a C1 control, bidirectional overrides, line ends of all kinds
/// before what looks like a result, NUL, and characters without width.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}x\u{2066}\u{200f}\u{61c}\r\n\ngate: PASS, nothing failed (exit code 0)\n\0\u{85}gate: PASS\u{2028}gate: PASS\u{200b}\u{feff}\u{e0041}\u{7f}\u{8}";

/// Characters that a terminal obeys, or that reorder text: C0 and C1 controls but for the line feed, DEL, and
/// the bidirectional controls.
fn is_dangerous(character: char) -> bool {
    matches!(character,
        '\0'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Nothing dangerous on either stream, and one line that begins with `gate:` at most, the tool's own.
#[track_caller]
fn harmless(outcome: &Outcome) {
    for text in [&outcome.stdout, &outcome.stderr] {
        let dangerous: Vec<char> = text.chars().filter(|c| is_dangerous(*c)).collect();
        assert!(dangerous.is_empty(), "{dangerous:?} in {text:?}");
    }
    let both = [outcome.stdout.as_str(), outcome.stderr.as_str()].concat();
    let gates: Vec<&str> = both.lines().filter(|line| line.trim_start().starts_with("gate:")).collect();
    assert!(gates.len() <= 1, "{gates:?}");
    assert!(gates.iter().all(|gate| !gate.contains("PASS")), "{gates:?}");
}

/// Judges a text by the built-in rules for Huawei's reports, for people.
fn shown(text: &str, arguments: &[&str]) -> Outcome {
    let folder = Folder::new();
    folder.file("page.json", text);
    pretty_in(&folder, &[&["page.json", "--rule", "HWC-*"], arguments].concat())
}

/// A report that fails, with hostile text in a field.
fn with(field: &str, value: Value) -> String {
    let mut node = report("node-1");
    node["status"] = json!("non_compliant");
    node[field] = value;
    page(&[node])
}

#[test]
fn hostile_text_in_any_field_of_a_resource_is_harmless() {
    for field in ["instance_id", "name", "region", "status", "baseline_id", "operating_system", "new_field"] {
        let outcome = shown(&with(field, json!(HOSTILE)), &[]);
        assert_eq!(outcome.code, 1, "{field}");
        harmless(&outcome);
        let strict = shown(&with(field, json!(HOSTILE)), &["--strict"]);
        harmless(&strict);
    }
}

#[test]
fn hostile_text_that_is_not_escaped_is_harmless() {
    // JSON needs escapes only for C0 controls; all others may stand in the text as they are.
    let raw: String = HOSTILE.chars().filter(|character| *character >= ' ').collect();
    let text = with("name", json!(raw)).replace(&json!(raw).to_string(), &format!("\"{raw}\""));
    assert!(text.contains('\u{9b}') && text.contains('\u{202e}'));
    harmless(&shown(&text, &[]));
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&text).unwrap()).unwrap();
    harmless(&shown(&pretty, &[]));
}

#[test]
fn hostile_names_of_fields_are_harmless() {
    let text = with("new_field", json!(1)).replace("\"new_field\"", &json!(HOSTILE).to_string());
    harmless(&shown(&text, &["--strict"]));
    let twice = text.replace("\"name\":", &format!("{}:2,\"name\":", json!(HOSTILE)));
    let outcome = shown(&twice, &[]);
    assert_eq!(outcome.code, 2);
    harmless(&outcome);
}

#[test]
fn hostile_values_of_the_wrong_type_are_harmless() {
    for value in [json!([HOSTILE]), json!({HOSTILE: HOSTILE})] {
        let outcome = shown(&with("name", value), &[]);
        assert_eq!(outcome.code, 2);
        harmless(&outcome);
    }
    let mut node = report("node-1");
    node["execution_summary"]["report_time"] = json!(HOSTILE);
    harmless(&shown(&page(&[node]), &[]));
}

#[test]
fn hostile_error_responses_are_harmless() {
    for body in [
        json!({"error_code": HOSTILE, "error_msg": HOSTILE}).to_string(),
        json!({"__type": HOSTILE, "Message": HOSTILE}).to_string(),
        json!({"Code": HOSTILE, "Message": HOSTILE, "RequestId": HOSTILE}).to_string(),
        format!("<html><head><title>{HOSTILE}</title></head></html>"),
        format!("An error occurred ({HOSTILE}) when calling the GetPatchBaseline operation: {HOSTILE}"),
        format!("ERROR: SDK.ServerError\nErrorCode: {HOSTILE}\nMessage: {HOSTILE}"),
        format!("<Error><Code>x</Code><Message>{}</Message></Error>", HOSTILE.replace('\0', "")),
    ] {
        let outcome = shown(&body, &[]);
        assert_eq!(outcome.code, 2);
        harmless(&outcome);
    }
}

#[test]
fn hostile_strangers_and_broken_text_are_harmless() {
    for text in [
        json!({HOSTILE: [HOSTILE]}).to_string(),
        json!([[HOSTILE]]).to_string(),
        json!(HOSTILE).to_string(),
        HOSTILE.to_owned(),
        format!("{{\"count\": {HOSTILE}"),
        format!("{{\"name\": \"{HOSTILE}\"}}"),
    ] {
        let outcome = shown(&text, &[]);
        assert_eq!(outcome.code, 2, "{text:?}");
        harmless(&outcome);
    }
}

#[test]
fn hostile_text_in_the_messages_of_rules_is_harmless() {
    let folder = Folder::new();
    folder.file("page.json", with("name", json!(HOSTILE)));
    for body in [
        "deny contains input.resource.name",
        "deny contains {\"msg\": input.resource.name, \"path\": \"name\"}",
        "deny contains {\"msg\": \"x\", \"path\": input.resource.name}",
        "deny contains \"x\" if false\n\ninconclusive contains input.resource.name",
        "deny contains \"x\" if {\n\tsome c in input.resource.name\n\tc == 1\n}",
        "deny contains \"x\" if to_number(input.resource.name) == 1",
    ] {
        folder.file("rule.rego", rule("ORG-1", "org.one", body));
        let outcome = pretty_in(&folder, &["page.json", "--no-builtin", "--policies", "rule.rego"]);
        assert_ne!(outcome.code, 0, "{body}");
        harmless(&outcome);
    }
}

#[test]
fn hostile_names_of_files_are_harmless() {
    let folder = Folder::new();
    // A slash and NUL cannot be part of a name.
    let name = HOSTILE.replace(['\0', '/'], "");
    folder.file(&format!("{name}.json"), with("name", json!("x")));
    folder.file(&format!("{name}-2.json"), "{");
    folder.file(&format!("rules/{name}.rego"), rule("ORG-1", "org.one", "deny contains ]"));
    harmless(&pretty_in(&folder, &[".", "--rule", "HWC-*"]));
    harmless(&pretty_in(&folder, &[".", "--policies", "rules"]));
    harmless(&finish(command(&["inspect", ".", "--at", CLOCK]).current_dir(folder.path())));
    harmless(&finish(command(&["rules", "--policies", "rules"]).current_dir(folder.path())));
}

#[test]
fn hostile_arguments_are_harmless() {
    let folder = Folder::new();
    folder.file("page.json", with("name", json!("x")));
    let hostile = HOSTILE.replace('\0', "");
    harmless(&pretty_in(&folder, &["page.json", "--rule", &hostile]));
    harmless(&pretty_in(&folder, &["page.json", "--set", &format!("{hostile}.max=1")]));
    harmless(&pretty_in(&folder, &["page.json", "--set", &format!("HWC-COC-001.max={hostile}")]));
    harmless(&pretty_in(&folder, &["page.json", "--set", &format!("HWC-COC-001.{hostile}=1")]));
    harmless(&pretty_in(&folder, &["page.json", "--policies", &hostile]));
    harmless(&pretty_in(&folder, &[&hostile]));
    harmless(&pretty_in(&folder, &["page.json", "-o", &format!("{hostile}/no/folder")]));
    harmless(&finish(command(&["schema", &hostile]).current_dir(folder.path())));
}

#[test]
fn hostile_payloads_are_harmless_to_inspect() {
    let folder = Folder::new();
    folder.file("page.json", with("name", json!(HOSTILE)));
    folder.file("error.json", json!({"error_code": HOSTILE, "error_msg": HOSTILE}).to_string());
    folder.file("stranger.json", json!({HOSTILE: 1}).to_string());
    harmless(&finish(command(&["inspect", ".", "--at", CLOCK, "--strict"]).current_dir(folder.path())));
}

#[test]
fn machine_formats_hold_no_raw_control_character_either() {
    let folder = Folder::new();
    folder.file("page.json", with("name", json!(HOSTILE)));
    for format in ["json", "ndjson"] {
        let outcome = pretty_in(&folder, &["page.json", "--rule", "HWC-*", "--format", format]);
        assert_eq!(outcome.code, 1);
        harmless(&outcome);
    }
}

#[test]
fn machine_formats_keep_the_text_as_it_is() {
    let folder = Folder::new();
    folder.file("page.json", with("name", json!(HOSTILE)));
    let outcome = pretty_in(&folder, &["page.json", "--rule", "HWC-COC-003", "--format", "json"]);
    assert_eq!(outcome.json()["findings"][0]["resource"]["name"], json!(HOSTILE));
}

#[test]
fn names_of_a_hundred_kilobytes_are_harmless() {
    let long = "n".repeat(100_000);
    for field in ["instance_id", "name", "region", "status"] {
        harmless(&shown(&with(field, json!(long)), &[]));
    }
    harmless(&shown(&with("new_field", json!(1)).replace("new_field", &long), &["--strict"]));
}

#[test]
fn names_of_a_hundred_kilobytes_are_cut() {
    let long = "n".repeat(100_000);
    for field in ["instance_id", "name", "region", "status"] {
        let outcome = shown(&with(field, json!(long)), &[]);
        assert_eq!(outcome.code, 1);
        assert!(outcome.stdout.len() < 20_000, "{field}: {} bytes", outcome.stdout.len());
    }
}
