//! What the documents say is so.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::support::{probity, root};

#[test]
fn the_examples_of_readme_and_docs_run_as_shown() {
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .env("RUST_BACKTRACE", "0")
        .case("README.md")
        .case("docs/*.md")
        // In a copy of its folder, since it writes files: `integrations::guide`.
        .skip("docs/ci.md");
}

#[test]
fn every_diagnostic_code_is_explained() {
    let text = fs::read_to_string(root().join("docs/diagnostics.md")).unwrap();
    let explained: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let codes: Vec<&str> = probity::source::Code::ALL.iter().map(|code| code.as_str()).collect();
    let sorted = |mut names: Vec<&str>| {
        names.sort_unstable();
        names.join("\n")
    };
    assert_eq!(sorted(explained), sorted(codes));
}

/// The page of the built-in rules, made from their METADATA.
fn rules_page() -> String {
    let rules: Value = probity(&["rules", "--format", "json"]).json();
    let mut page = String::from(
        "# The built-in rules\n\nMade from the rules' METADATA (`PROBITY_UPDATE=1 cargo test --test main documents`); do not edit.\n",
    );
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut operation = String::new();
    let mut rules: Vec<&Value> = rules.as_array().unwrap().iter().collect();
    let about = |rule: &Value| match rule["applies_to"].as_array().unwrap().as_slice() {
        [one] => text(one),
        _ => "All operations".to_owned(),
    };
    rules.sort_by_key(|rule| (rule["applies_to"][1].is_string(), about(rule), text(&rule["id"])));
    for rule in rules {
        if operation != about(rule) {
            operation = about(rule);
            write!(page, "\n## {operation}\n").unwrap();
        }
        let (id, title) = (text(&rule["id"]), text(&rule["title"]));
        write!(page, "\n### {id}: {title}\n\n{}\n\n", text(&rule["description"]).trim()).unwrap();
        writeln!(page, "- Severity: {}", text(&rule["severity"])).unwrap();
        let params: Vec<String> = rule["params"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("`{name}` = `{value}`"))
            .collect();
        if !params.is_empty() {
            writeln!(page, "- Params: {}", params.join(", ")).unwrap();
        }
        writeln!(page, "- Remediation: {}", text(&rule["remediation"]).trim()).unwrap();
        let controls: Vec<String> = rule["controls"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(framework, ids)| {
                let ids: Vec<String> = ids.as_array().unwrap().iter().map(text).collect();
                format!("{framework} {}", ids.join(", "))
            })
            .collect();
        writeln!(page, "- Controls: {}", controls.join("; ")).unwrap();
        let file = text(&rule["file"]).replace("builtin:", "policies/");
        if root().join(&file).is_file() {
            writeln!(page, "- Source: [{file}](../{file})").unwrap();
        } else {
            writeln!(page, "- Source: part of the program; see [gate.md](gate.md#population)").unwrap();
        }
    }
    page
}

#[test]
fn the_page_of_rules_is_current() {
    let path = root().join("docs/rules.md");
    let page = rules_page();
    if std::env::var_os("PROBITY_UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert!(fs::read_to_string(&path).is_ok_and(|written| written == page), "run with PROBITY_UPDATE=1");
}

/// Every name in a JSON Schema, as a path: `a.b[].c`.
fn paths(schema: &Value, definitions: &Value, prefix: &str, found: &mut BTreeSet<String>) {
    let schema = match schema.get("anyOf") {
        Some(any) => &any[0],
        None => schema,
    };
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => &definitions[reference.rsplit('/').next().unwrap()],
        None => schema,
    };
    if let Some(items) = schema.get("items") {
        paths(items, definitions, &format!("{prefix}[]"), found);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        found.insert(path.clone());
        paths(property, definitions, &path, found);
    }
}

#[test]
fn the_model_has_every_documented_field_and_no_other() {
    // Operation, then the fields of its resource as the vendors' models have them.
    let listed = fs::read_to_string(root().join("tests/fixtures/resource_fields.txt")).unwrap();
    for block in listed.trim().split("\n\n") {
        let mut lines = block.lines();
        let operation = lines.next().unwrap();
        let expected: BTreeSet<String> = lines.map(str::to_owned).collect();
        let schema = probity(&["schema", operation]).json();
        let mut found = BTreeSet::new();
        paths(&schema, &schema["$defs"], "", &mut found);
        assert_eq!(found, expected, "{operation}");
    }
}
