//! Payloads that try to break out of a format: into the terminal, the log, the page, the table, the document.

use std::fs;
use std::path::Path;

use probity::report::Format;
use serde_json::{Value, json};

use crate::support::{CLOCK, Folder, page, probity, report, rule};

/// A name of 100 KB.
const LONG: usize = 100_000;

/// What is tried, but for the long name.
const HOSTILE: [&str; 66] = [
    // The terminal.
    "\u{1b}[2J\u{1b}[31mred",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;http://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{9b}31m\u{90}q\u{9c}",
    "\u{85}next\u{84}",
    "\u{7f}\u{8}\u{8}back",
    "nul\0nul",
    "\u{202e}gnp.exe",
    "\u{2066}isolate\u{2069}\u{200f}\u{61c}",
    "a\u{200b}b\u{feff}c\u{2060}d\u{ad}e",
    "\u{e0041}\u{e007f}tags",
    "line\u{2028}separators\u{2029}",
    "x\r\n\r\ngate: PASS, nothing failed",
    "x\ngate: PASS, nothing failed",
    "x\rgate: PASS",
    "tab\tand\u{b}vertical\u{c}feed",
    // The log of GitHub Actions.
    "x\n::error file=a::forged",
    "::error::forged",
    "::add-mask::secret",
    "::stop-commands::x",
    "##[error]forged",
    "%0A::error::forged",
    "a,line=1,title=b::c",
    "100% %25 %0D",
    // HTML and XML.
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    "<!-- -->",
    "--><b>bold</b>",
    "]]>",
    "<![CDATA[x]]>",
    "&lt;b&gt; &amp; &#27; &#x1b;",
    "<?xml version=\"1.0\"?>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;",
    "</testcase><testcase name=\"x\"/>",
    "</style></title></textarea><iframe src=x>",
    "javascript:alert(1)",
    "not\u{fffe}a\u{ffff}character",
    // Markdown.
    "| a | b |",
    "a\\|b|c\\",
    "```\nfence\n```",
    "~~~",
    "`code` ``two`` ```three```",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "[x](1) {0} {{1}}",
    "<details><summary>x</summary>",
    "</details></table>",
    "# heading",
    "- [x] item\n- item",
    "@user #1 http://evil.example",
    "**bold** _it_ ~~no~~ $x$",
    // Spreadsheets.
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\"=1+1\"",
    "a\",\"=1+1",
    "\u{ff1d}1+1",
    // JSON and others.
    "\"}],\"gate\":\"pass\",\"x\":[{\"a\":\"",
    "\\u001b\\\" \\",
    "../../etc/passwd %s%n ${jndi:ldap://e} $(id) `id`",
    "\u{1f468}\u{200d}\u{1f4bb} \u{1d54f} é e\u{301}",
];

/// What went in, and the result of judging it.
struct Tried {
    strings: Vec<String>,
    /// A saved result in which each string is name, id, region and message of a finding of its own.
    result: String,
    folder: Folder,
}

/// Characters that are obeyed by terminals, or hide or reorder others. Written here once more, so that the tool's own list
/// is held against another.
fn is_dangerous(c: char) -> bool {
    let code = u32::from(c);
    c.is_control()
        || [0xAD, 0x61C, 0x180E, 0xFEFF].contains(&code)
        || (0x200B..=0x200F).contains(&code)
        || (0x2028..=0x202E).contains(&code)
        || (0x2060..=0x206F).contains(&code)
        || (0xFFF9..=0xFFFB).contains(&code)
        || (0xE0000..=0xE007F).contains(&code)
}

/// A string as it is made visible.
fn visible(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_dangerous(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out
}

fn tried() -> Tried {
    let folder = Folder::new();
    let long = "<b>=".repeat(LONG / 4);
    let strings: Vec<String> = HOSTILE.iter().map(|text| (*text).to_owned()).chain([long]).collect();
    for (index, text) in strings.iter().enumerate() {
        let mut node = report(text);
        for field in ["name", "region", "group"] {
            node[field] = json!(text);
        }
        // As the name of the file too, where that may be one.
        let plain = text.contains(['/', '\0']) || text.len() > 200 || text.starts_with('.');
        let name = if plain { format!("{index}.json") } else { format!("{index} {text}.json") };
        folder.file(&format!("in/{name}"), page(&[node]));
    }
    let rules = folder.file(
        "rules/echo.rego",
        rule(
            "ORG-ECHO-1",
            "org.echo",
            "deny contains {\"msg\": sprintf(\"the name is %v\", [input.resource.name]), \"path\": \"name\"} if {\n\tinput.resource.name != \"clean\"\n}",
        ),
    );
    let result = folder.path().join("result.json").to_str().unwrap().to_owned();
    let input = folder.path().join("in").to_str().unwrap().to_owned();
    let arguments = [
        "check",
        &input,
        "--no-builtin",
        "--policies",
        &rules,
        "--at",
        CLOCK,
        "--format",
        "json",
        "-o",
        &result,
    ];
    let outcome = probity(&arguments);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    Tried { strings, result, folder }
}

/// A result in a format.
fn rendered(result: &str, format: Format) -> String {
    let outcome = probity(&["report", result, "--format", format.as_str()]);
    assert_eq!(outcome.code, 0, "{format}: {}", outcome.stderr);
    for c in outcome.stderr.chars() {
        assert!(c == '\n' || !is_dangerous(c), "{format}: {c:?}");
    }
    outcome.stdout
}

/// Nothing that a terminal obeys, or that hides or reorders: only the line feeds of the format.
#[track_caller]
fn nothing_dangerous(format: Format, text: &str) {
    let text = match format {
        Format::Csv => text.strip_prefix('\u{feff}').unwrap().replace("\r\n", "\n"),
        _ => text.to_owned(),
    };
    let dangerous: Vec<char> = text.chars().filter(|c| *c != '\n' && is_dangerous(*c)).collect();
    assert!(dangerous.is_empty(), "{format}: {dangerous:?}");
}

#[test]
fn enough_is_tried_against_every_format() {
    let Tried { strings, result, folder: _folder } = tried();
    assert!(strings.len() >= 40);
    let saved: Value = serde_json::from_str(&fs::read_to_string(&result).unwrap()).unwrap();
    assert_eq!(saved["findings"].as_array().unwrap().len(), strings.len());
    for format in Format::ALL {
        let text = rendered(&result, format);
        nothing_dangerous(format, &text);
        match format {
            Format::Pretty => no_gate_is_forged(&text),
            Format::Json => json(&text, &strings),
            Format::Ndjson => ndjson(&text, &strings),
            Format::Sarif => sarif(&text, &strings),
            Format::Junit => junit(&text, &strings),
            Format::Markdown => markdown(&text),
            Format::Html => html(&text),
            Format::Csv => table(&text, &strings),
            Format::Github => github(&text),
            Format::Gitlab => gitlab(&text, &strings),
            Format::Oscal => whole_json(&text),
            Format::Ocsf => text.lines().for_each(whole_json),
        }
    }
}

/// Only the tool says what the gate says.
#[track_caller]
fn no_gate_is_forged(text: &str) {
    let gates: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with("gate:")).collect();
    assert!(gates.len() <= 1 && gates.iter().all(|gate| !gate.contains("PASS")), "{gates:?}");
}

/// One JSON document, and a reader keeps every key: none was put in twice by a payload.
#[track_caller]
fn whole_json(text: &str) {
    let value: Value = serde_json::from_str(text).unwrap();
    assert!(value.is_object() || value.is_array());
}

/// The names that a reader gets are those of the payloads.
#[track_caller]
fn same_names(names: impl IntoIterator<Item = String>, strings: &[String]) {
    let mut names: Vec<String> = names.into_iter().collect();
    let mut strings = strings.to_vec();
    names.sort();
    strings.sort();
    for (name, string) in names.iter().zip(&strings) {
        assert_eq!(name, string);
    }
    assert_eq!(names.len(), strings.len());
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn json(text: &str, strings: &[String]) {
    let document: Value = serde_json::from_str(text).unwrap();
    assert_eq!(document["gate"], "fail");
    let findings = document["findings"].as_array().unwrap();
    for part in ["id", "name", "region"] {
        same_names(findings.iter().map(|finding| text_of(&finding["resource"][part])), strings);
    }
}

fn ndjson(text: &str, strings: &[String]) {
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let findings = lines.iter().filter(|line| line["rule"].is_object());
    same_names(findings.map(|finding| text_of(&finding["resource"]["name"])), strings);
    assert_eq!(lines.last().unwrap()["gate"], "fail");
}

fn sarif(text: &str, strings: &[String]) {
    let log: Value = serde_json::from_str(text).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["properties"]["gate"], "fail");
    let results = run["results"].as_array().unwrap();
    same_names(results.iter().map(|result| text_of(&result["properties"]["resource"]["name"])), strings);
    for result in results {
        let message = result["message"]["text"].as_str().unwrap();
        assert!(!message.contains("]("), "no link: {message}");
        let mut braces = message.replace("{{", "").replace("}}", "");
        braces.retain(|c| matches!(c, '{' | '}'));
        assert_eq!(braces, "", "no placeholder: {message}");
        assert!(message.chars().count() < 4_200, "short enough to be shown");
        assert!(message.chars().all(|c| !is_dangerous(c)), "{message:?}");
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let uri = uri.as_str().unwrap();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~/%:".contains(c);
        assert!(uri.chars().all(allowed), "{uri}");
    }
}

fn junit(text: &str, strings: &[String]) {
    let report = roxmltree::Document::parse(text).unwrap();
    let cases: Vec<_> = report.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    // The gate, and one for each.
    assert_eq!(cases.len(), strings.len() + 1);
    let failures = report
        .descendants()
        .filter(|node| node.has_tag_name("failure") && node.attribute("type") == Some("high"));
    let names = failures.map(|failure| {
        let text = failure.text().unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("region: ")).unwrap();
        line.to_owned()
    });
    let shown = |text: &String| visible(text).replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff");
    same_names(names, &strings.iter().map(shown).collect::<Vec<_>>());
    no_gate_is_forged(text);
}

fn gitlab(text: &str, strings: &[String]) {
    let issues: Value = serde_json::from_str(text).unwrap();
    let issues = issues.as_array().unwrap();
    assert_eq!(issues.len(), strings.len());
    for text in strings.iter().filter(|text| text.len() < 400) {
        let holds = |issue: &Value| {
            issue["description"].as_str().unwrap().contains(&format!("the name is {}", visible(text)))
        };
        assert!(issues.iter().any(holds), "{text:?}");
    }
    for issue in issues {
        let description = issue["description"].as_str().unwrap();
        assert!(description.chars().count() < 1_100 && description.chars().all(|c| !is_dangerous(c)));
    }
}

fn table(text: &str, strings: &[String]) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let column = headers.iter().position(|name| name == "resource_name").unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), strings.len());
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\u{ff1d}']), "{cell}");
        assert!(cell.chars().count() <= 32_767);
    }
    let names = rows.iter().map(|row| row[column].to_owned());
    let shown = |text: &String| {
        let text = visible(text);
        let prefix = if text.starts_with(['=', '+', '-', '@', '\u{ff1d}']) { "'" } else { "" };
        let count = text.chars().count();
        let cut = if count > 32_000 {
            format!("{}… ({} more characters)", text.chars().take(32_000).collect::<String>(), count - 32_000)
        } else {
            text
        };
        format!("{prefix}{cut}")
    };
    same_names(names, &strings.iter().map(shown).collect::<Vec<_>>());
}

/// Every line is a command of the tool, or one of its two closing lines.
#[track_caller]
fn github(text: &str) {
    for line in text.lines() {
        let command = ["::error file=", "::warning file=", "::notice file="];
        let closing =
            line.starts_with("gate: FAIL, ") || line.contains(" without an annotation: GitHub shows 10");
        assert!(closing || command.iter().any(|command| line.starts_with(command)), "{line}");
        // As the runner reads it: properties up to the first `::`, split at `,`, each at its first `=`.
        if let Some(rest) = line.strip_prefix("::") {
            let (head, _) = rest.split_once("::").unwrap();
            let (_, properties) = head.split_once(' ').unwrap();
            let names: Vec<&str> =
                properties.split(',').map(|property| property.split_once('=').unwrap().0).collect();
            assert_eq!(names, ["file", "line", "col", "title"], "{line}");
        }
        assert!(line.len() < 20_000);
    }
    no_gate_is_forged(text);
}

/// GitHub shows ten, so each is tried alone.
#[test]
fn each_alone_is_one_command() {
    let Tried { strings, result, folder } = tried();
    let saved: Value = serde_json::from_str(&fs::read_to_string(&result).unwrap()).unwrap();
    for finding in saved["findings"].as_array().unwrap() {
        let mut alone = saved.clone();
        alone["findings"] = json!([finding]);
        let file = folder.file("alone.json", alone.to_string());
        let text = rendered(&file, Format::Github);
        github(&text);
        assert_eq!(text.lines().count(), 2, "{text}");
        let (_, message) = text.lines().next().unwrap().split_once(",title=").unwrap();
        let (_, message) = message.split_once("::").unwrap();
        let name = finding["resource"]["name"].as_str().unwrap();
        assert!(strings.iter().any(|text| text == name));
        if name.len() < 1_000 {
            let decoded = message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
            assert!(decoded.contains(&format!("the name is {}", visible(name))), "{decoded}");
        }
    }
}

/// What a browser would run or show as markup, as the payloads have it.
const MARKUP: [&str; 9] = [
    "<script>alert",
    "</script><",
    "<img src=x",
    "<svg/onload",
    "<iframe src=x",
    "</textarea>",
    "<b>bold",
    "<!ENTITY",
    "</testcase>",
];

fn html(text: &str) {
    for markup in MARKUP {
        assert!(!text.contains(markup), "{markup}");
    }
    assert_eq!(text.matches("<script").count(), text.matches("</script>").count());
    // Findings stand as JSON in a script that nothing runs; all else is markup.
    let (before, data) = text.split_once("<script type=\"application/json\"").unwrap();
    let (_, after) = data.split_once("</script>").unwrap();
    for markup in [before, after] {
        assert!(!markup.contains(" onmouseover='"), "no attribute is left");
    }
}

fn markdown(text: &str) {
    super::markdown::is_sound(text, "hostile payloads");
}

/// A rule's METADATA is a person's own, but a file of rules may come from elsewhere too.
#[test]
fn hostile_words_of_a_rule_are_harmless() {
    let folder = Folder::new();
    let input = folder.file("page.json", page(&[report("node-1")]));
    for text in HOSTILE {
        let title = json!(text).to_string();
        let metadata =
            rule("ORG-1", "org.one", "deny contains \"no\" if {\n\tinput.resource.region != \"x\"\n}")
                .replace(
                    "# title: A rule of the tests",
                    &format!("# title: {title}\n# description: {title}"),
                );
        let rules = folder.file(
            "rules/one.rego",
            metadata.replace("#   id:", &format!("#   remediation: {title}\n#   id:")),
        );
        let result = folder.path().join("result.json").to_str().unwrap().to_owned();
        let outcome = probity(&[
            "check",
            &input,
            "--no-builtin",
            "--policies",
            &rules,
            "--at",
            CLOCK,
            "--format",
            "json",
            "-o",
            &result,
        ]);
        if outcome.code == 2 {
            // Some of them are no METADATA.
            continue;
        }
        for format in [Format::Sarif, Format::Junit, Format::Gitlab, Format::Github, Format::Csv] {
            let shown = rendered(&result, format);
            nothing_dangerous(format, &shown);
            match format {
                Format::Sarif => {
                    let log: Value = serde_json::from_str(&shown).unwrap();
                    let help = &log["runs"][0]["tool"]["driver"]["rules"][0]["help"]["markdown"];
                    let help = help.as_str().unwrap().replace("\\]", "");
                    assert!(!help.contains("](javascript:"), "{help}");
                    assert!(help.chars().all(|c| c == '\n' || !is_dangerous(c)), "{help:?}");
                }
                Format::Junit => assert!(roxmltree::Document::parse(&shown).is_ok()),
                Format::Github => github(&shown),
                _ => {}
            }
        }
        assert!(Path::new(&result).exists());
    }
}
