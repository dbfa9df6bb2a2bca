//! Texts that want to be more than texts, in every place where a text may stand.

use serde_json::Value;

use super::{data, empty, finding, page_of, policy};

/// Texts of payloads that would break out of somewhere.
fn strings() -> Vec<String> {
    let mut strings: Vec<String> = [
        "</script><script>alert(1)</script>",
        "</SCRIPT ><img src=x onerror=alert(1)>",
        "<!--<script>",
        "-->",
        "]]>",
        "<![CDATA[",
        "</style><style>*{display:none}</style>",
        "</title><base href=//evil.example>",
        "</noscript><iframe src=javascript:alert(1)>",
        "</textarea></template></svg></math>",
        "<svg onload=alert(1)>",
        "\"><img src=x>",
        "' onfocus=alert(1) autofocus='",
        "\" style=\"position:fixed",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "https://example.org/\" onclick=\"alert(1)",
        "&lt;script&gt;",
        "&#60;b&#62;",
        "&amp;&",
        "{{ 7 * 7 }}",
        "{% include \"page.html\" %}",
        "${7*7}",
        "`backticks`",
        "a|b|c",
        "=cmd()|'/c calc'!A1",
        "+1",
        "-1",
        "@SUM(1)",
        "\u{1b}[31mred\u{1b}[0m",
        "\u{1b}]8;;https://evil.example\u{7}link\u{1b}]8;;\u{7}",
        "\u{9b}31m",
        "\u{202e}gnp.exe",
        "\u{2066}isolated\u{2069}",
        "\u{200b}\u{200f}\u{feff}",
        "\u{e0041}\u{e007f}",
        "\u{0}",
        "\u{8}\u{c}\u{7f}",
        "line\nfeed",
        "carriage\r\nreturn",
        "tab\there",
        "\u{2028}\u{2029}",
        "__proto__",
        "constructor",
        "\\u003c/script\\u003e",
        "\\",
        "\\\"",
        "%3Cscript%3E",
        "日本語 ü 🦀",
        "",
        " ",
    ]
    .map(str::to_owned)
    .into();
    strings.push("<b>".repeat(40_000));
    strings
}

/// Puts `text` into every member that holds a text, but for those that are words of the contract.
fn poison(value: &mut Value, text: &str) {
    const WORDS: [&str; 10] = [
        "schema",
        "gate",
        "verdict",
        "severity",
        "fail_on",
        "level",
        "state",
        "include",
        "at",
        "inconclusive",
    ];
    match value {
        Value::String(old) => text.clone_into(old),
        Value::Array(values) => values.iter_mut().for_each(|value| poison(value, text)),
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                if !WORDS.contains(&name.as_str()) || value.is_number() {
                    poison(value, text);
                }
            }
            // Names of params, frameworks and members are texts as well.
            for name in ["controls", "params"] {
                if let Some(Value::Object(inner)) = members.get_mut(name) {
                    let moved: Vec<Value> = inner.values().cloned().collect();
                    *inner = moved.into_iter().map(|value| (text.to_owned(), value)).collect();
                }
            }
        }
        _ => {}
    }
}

/// A result with something in every place.
fn full() -> Value {
    let mut result = empty();
    let mut finding = finding("R-1", "fail", "i-1");
    finding["rule"]["controls"] = serde_json::json!({"frame": ["C-1"]});
    finding["resource"]["name"] = "n".into();
    finding["resource"]["region"] = "r".into();
    finding["resource"]["account"] = "a".into();
    finding["evidence"][0]["value"] = serde_json::json!(["text", {"inner": "text"}]);
    finding["waiver"] = serde_json::json!({"reason": "r", "owner": "o", "expires": "e", "ticket": "t", "expired": true, "file": "w", "line": 1});
    let excerpt = serde_json::json!({"file": "f", "windows": [{"line": 1, "text": "t", "marks": [
        {"start": 0, "end": 3, "text": "m", "line": 1, "column": 1, "byte": 0},
        {"start": 1, "end": 100, "text": "m", "line": 1, "column": 1, "byte": 0, "beside": true},
    ]}]});
    finding["excerpt"] = excerpt.clone();
    finding["rule_excerpt"] = excerpt;
    let mut passes = finding.clone();
    passes["verdict"] = "pass".into();
    result["findings"] = vec![finding.clone(), passes].into();
    let mut policy = policy("P-1", &serde_json::json!({"frame": ["C-1"]}), &serde_json::json!({"fail": 1}));
    policy["references"] =
        serde_json::json!([{"url": "u", "description": "d"}, {"url": "u", "description": null}]);
    result["policies"] = vec![policy].into();
    result["inputs"] = serde_json::json!([{"file": "f", "sha256": "s", "bytes": 1, "operation": "o", "payloads": 1,
        "resources": 1, "complete": false, "stated_total": 1, "observed": {"from": "t", "to": "t"}}]);
    result["diagnostics"] = serde_json::json!([{"code": "c", "level": "error", "message": "m", "file": "f", "line": 1,
        "column": 1, "help": "h", "related": [{"message": "m", "file": "f", "line": 1, "column": 1}]}]);
    let waiver = finding["waiver"].clone();
    result["waivers"] = serde_json::json!([{"rule": "r", "resource": "r", "waiver": waiver, "state": "active", "failures": 1}]);
    let resource = finding["resource"].clone();
    result["ratchet"] = serde_json::json!({"file": "f", "entries": 1, "known": 1, "new": 1, "settled": [
        {"fingerprint": "f", "rule": "r", "severity": "high", "verdict": "fail", "resource": resource, "state": "fixed"}]});
    result["population"] =
        serde_json::json!([{"file": "f", "operation": "o", "expected": 1, "found": 1, "unexpected": 1}]);
    result["summary"]["counts"] = serde_json::json!([{"operation": "o", "severity": "high",
        "verdicts": super::verdicts(&serde_json::json!({"fail": 1})), "known": super::verdicts(&serde_json::json!({}))}]);
    result["settings"]["config"] = "c".into();
    result
}

/// The names of the tags and their attributes, in their order: the structure that texts must not change.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(open) = rest.find('<') {
        rest = &rest[open + 1..];
        let mut tag = String::new();
        let mut quoted = false;
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    end = at;
                    break;
                }
                c if !quoted => tag.push(c),
                _ => {}
            }
        }
        tags.push(tag);
        rest = &rest[end..];
    }
    tags
}

#[test]
fn texts_are_shown_and_are_nothing_else() {
    let strings = strings();
    assert!(strings.len() >= 40);
    let mut harmless = full();
    poison(&mut harmless, "x");
    let harmless = page_of(&harmless);
    let without_data = |page: &str| {
        let start = page.find("id=\"data\">").unwrap();
        let end = start + page[start..].find("</script>").unwrap();
        format!("{}{}", &page[..start], &page[end..])
    };
    for text in &strings {
        let mut result = full();
        poison(&mut result, text);
        let page = page_of(&result);
        let hidden = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
        };
        assert!(!page.contains(hidden), "{text:?}");
        assert_eq!(page.matches("</script").count(), 2, "{text:?}");
        let data = data(&page);
        assert_eq!(data["findings"].as_array().unwrap().len(), 2, "{text:?}");
        // What is empty is left out.
        if text.is_empty() {
            continue;
        }
        // Links to pages of the web are the one thing that a text may make, where it is one.
        let (shown, expected) = (tags(&without_data(&page)), tags(&without_data(&harmless)));
        let plain = |tags: Vec<String>| -> Vec<String> {
            tags.into_iter().filter(|tag| !tag.starts_with("a href= rel=") && tag != "/a").collect()
        };
        assert_eq!(plain(shown), plain(expected), "{text:?}");
    }
}

#[test]
fn a_text_that_is_cut_says_so() {
    let mut result = empty();
    result["findings"] = vec![finding("R-1", "fail", &"x".repeat(100_000))].into();
    let data = data(&page_of(&result));
    let id = data["resources"][0]["id"].as_str().unwrap();
    assert_eq!(id, format!("{}… (96,000 characters more)", "x".repeat(4000)));
}

/// Makes every number as large as it can be.
fn grow(value: &mut Value) {
    match value {
        Value::Number(number) => *number = u64::MAX.into(),
        Value::Array(values) => values.iter_mut().for_each(grow),
        Value::Object(members) => members.values_mut().for_each(grow),
        _ => {}
    }
}

#[test]
fn figures_as_large_as_they_can_be_are_no_harm() {
    let mut result = full();
    grow(&mut result);
    let page = page_of(&result);
    // All of them are known: the sum of failures and inconclusive verdicts is as large as it can be.
    assert!(page.contains("18,446,744,073,709,551,615 findings are known by the ratchet and do not count"));
}
