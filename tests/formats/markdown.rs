//! Pages in Markdown, read as GitHub reads them.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use serde_json::{Value, json};

use super::each_verdict::{each_verdict, nothing, printed, with_long_text, with_text};
use super::hostile_texts::{hostile_texts, long_texts};
use crate::support::{CLOCK, Folder, probity};

const GROUPS: [&str; 4] = ["rule", "resource", "control", "file"];

fn markdown(result: &Value) -> String {
    printed(result, &["--format", "markdown"])
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    options.extension.alerts = true;
    options
}

/// What a page is made of.
#[derive(Debug, Default)]
pub(super) struct Outline {
    headings: Vec<(u8, String)>,
    html: Vec<String>,
    links: Vec<String>,
    /// Cells of each row of each table.
    tables: Vec<Vec<usize>>,
    items: usize,
    /// Text that is no code.
    text: String,
    code: Vec<String>,
    odd: Vec<String>,
}

fn outline(page: &str) -> Outline {
    let arena = Arena::new();
    let root = parse_document(&arena, page, &options());
    let mut outline = Outline::default();
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Heading(heading) => outline.headings.push((heading.level, words(node))),
            NodeValue::HtmlBlock(block) => outline.html.push(block.literal.trim().to_owned()),
            NodeValue::HtmlInline(html) => outline.html.push(html.clone()),
            NodeValue::Link(link) => outline.links.push(link.url.clone()),
            NodeValue::Table(_) => {
                outline.tables.push(node.children().map(|row| row.children().count()).collect());
            }
            NodeValue::Item(_) => outline.items += 1,
            NodeValue::Text(text) if !is_in_link(node) => outline.text.push_str(text),
            NodeValue::Code(code) => outline.code.push(code.literal.clone()),
            NodeValue::Text(_)
            | NodeValue::Document
            | NodeValue::Paragraph
            | NodeValue::List(_)
            | NodeValue::Strong
            | NodeValue::Emph
            | NodeValue::TableRow(_)
            | NodeValue::TableCell
            | NodeValue::SoftBreak
            | NodeValue::LineBreak => {}
            other => outline.odd.push(format!("{other:?}")),
        }
    }
    outline
}

fn is_in_link<'a>(node: &'a AstNode<'a>) -> bool {
    node.parent().is_some_and(|parent| matches!(parent.data.borrow().value, NodeValue::Link(_)))
}

fn words<'a>(node: &'a AstNode<'a>) -> String {
    let mut words = String::new();
    for node in node.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(text) => words.push_str(text),
            NodeValue::Code(code) => words.push_str(&code.literal),
            _ => {}
        }
    }
    words
}

/// A page holds nothing but what we put there.
#[track_caller]
pub(super) fn is_sound(page: &str, what: &str) -> Outline {
    let outline = outline(page);
    assert_eq!(outline.odd, [] as [String; 0], "{what}");
    let ours = ["<details><summary>Details</summary>", "</details>"];
    for html in &outline.html {
        assert!(ours.contains(&html.as_str()), "{what}: {html}");
    }
    let opened = outline.html.iter().filter(|html| html.starts_with("<details>")).count();
    assert_eq!(2 * opened, outline.html.len(), "{what}");
    for rows in &outline.tables {
        assert!(rows.iter().all(|&cells| cells == 9), "{what}: {rows:?}");
    }
    assert!(!page.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{0}', '\u{200b}']), "{what}");
    outline
}

#[test]
fn the_gate_comes_first_then_each_verdict_as_what_it_is() {
    let page = markdown(&each_verdict());
    let outline = is_sound(&page, "each verdict");
    let headings: Vec<(u8, &str)> =
        outline.headings.iter().map(|(level, text)| (*level, text.as_str())).collect();
    assert_eq!(
        headings,
        [
            (1, "Gate: ERROR"),
            (2, "Verdicts"),
            (2, "Problems (2)"),
            (2, "Failures (2)"),
            (2, "Inconclusive (1)"),
            (2, "Could not be judged (1)"),
            (2, "Waived (1)"),
            (2, "Known to the ratchet (1)"),
            (2, "Ratchet"),
            (2, "Expected resources"),
        ]
    );
    // Header, four cells that count something, and all.
    assert_eq!(outline.tables, [vec![9; 6]]);
    assert_eq!(outline.links, ["https://example.org/patches?a=1"]);
    assert!(page.contains(
        "1 input or policy could not be used, 1 verdict could not be reached, 2 failures, 1 inconclusive verdict; 1 verdict is known (exit code 2)."
    ));
    // The heaviest first, whatever the order of the result.
    let (failures, _) = page.split_once("## Inconclusive").unwrap();
    assert!(failures.find("`ORG-1`") < failures.find("`ORG-2`"));
    let (_, waived) = page.split_once("## Waived").unwrap();
    assert!(
        waived
            .contains("waived until 2026-12-31 by ops@example.org (OPS-7): the node is replaced in January")
    );
    assert!(failures.contains("waived until 2026-10-31, which is over, by ops@example.org"));
    for code in ["3", "/instance_compliant/0/critical_count", "in/a b.json:4", "ecs-1 (web-1, cn-north-4)"] {
        assert!(outline.code.iter().any(|known| known == code), "{code}");
    }
    insta::assert_snapshot!(page);
}

#[test]
fn a_result_without_findings_is_a_page() {
    let page = markdown(&nothing());
    let outline = is_sound(&page, "nothing");
    assert_eq!(outline.headings[0].1, "Gate: PASS");
    assert!(page.contains("Nothing failed (exit code 0).") && page.contains("There are none."));
}

#[test]
fn groups_have_their_headings_and_counts() {
    let headings = |by: &str| -> Vec<String> {
        let page = printed(&each_verdict(), &["--format", "markdown", "--group-by", by]);
        let outline = is_sound(&page, by);
        outline.headings.into_iter().map(|(_, text)| text).skip(3).collect()
    };
    let mut by_rule = headings("rule");
    assert_eq!(by_rule.split_off(6), ["Ratchet", "Expected resources"]);
    assert_eq!(
        by_rule,
        [
            "ORG-1 critical: No critical patch is missing",
            "ORG-4 high: The report is recent",
            "ORG-5 high: The release is signed",
            "ORG-6 high: The report adds up",
            "ORG-3 medium: The baseline approves in time",
            "ORG-2 low: The node has a group",
        ]
    );
    let by_control = headings("control");
    let expected = [
        "iso-27001 A.8.8",
        "nist-800-53 CM-3",
        "nist-800-53 RA-5",
        "nist-800-53 SI-2",
        "nist-800-53 SI-02(03)",
        "No control",
    ];
    assert_eq!(by_control[..6], expected);
    assert_eq!(headings("file")[..2], ["in/a b.json", "in/b.ndjson"]);
    let operation = "huawei.coc.ListInstanceCompliant";
    assert_eq!(headings("resource")[0], format!("ecs-1 (web-1, cn-north-4) {operation}"));
    let page = printed(&each_verdict(), &["--format", "markdown", "--group-by", "rule"]);
    assert!(page.contains("3 findings: 2 fail, 1 waived, 1 of them known"));
}

#[test]
fn the_samples_give_sound_pages() {
    let folder = Folder::new();
    let path = folder.file("samples.json", "");
    probity(&["check", "samples", "--at", CLOCK, "--format", "json", "-o", &path]);
    for by in [None, Some("rule"), Some("resource"), Some("control"), Some("file")] {
        let mut arguments = vec!["report", &path, "--format", "markdown"];
        arguments.extend(by.into_iter().flat_map(|by| ["--group-by", by]));
        is_sound(&probity(&arguments).stdout, by.unwrap_or("none"));
    }
}

#[test]
fn of_many_findings_the_first_are_listed_and_the_rest_is_counted() {
    let mut result = each_verdict();
    let findings = result["findings"].as_array_mut().unwrap();
    let light = findings[6].clone();
    let heavy = findings[2].clone();
    findings.clear();
    findings.extend((0..1000).map(|index| {
        let mut finding = light.clone();
        finding["resource"]["id"] = json!(format!("light-{index:04}"));
        finding
    }));
    findings.push(heavy);
    let page = markdown(&result);
    is_sound(&page, "many");
    assert!(page.contains("## Failures (1001)"));
    assert!(page.contains("*And 801 more findings*: the formats json and csv have all of them."));
    assert!(page.find("ecs-1") < page.find("light-0000"), "the heaviest is listed, though it comes last");
    assert!(page.contains("`light-0198`") && !page.contains("`light-0199`"));
    let page = printed(&result, &["--format", "markdown", "--group-by", "rule"]);
    is_sound(&page, "many in groups");
    // 500 in all, the heaviest first.
    assert!(page.contains("1 finding: 1 fail") && page.contains("1000 findings: 1000 fail"));
    assert!(page.contains("`light-0498`") && !page.contains("`light-0499`"));
    assert!(page.contains("## Not listed\n\n501 findings of these and other groups."));

    // Long ones take the room of many.
    let findings = result["findings"].as_array_mut().unwrap();
    findings.truncate(250);
    let value = json!({"path": "/`".repeat(600), "value": "@".repeat(200), "line": 1, "column": 1, "start_byte": 0, "end_byte": 1});
    for finding in findings {
        finding["message"] = json!("|".repeat(1000));
        finding["resource"]["id"] = json!("<".repeat(1000));
        finding["evidence"] = json!(vec![value.clone(); 12]);
    }
    let page = markdown(&result);
    is_sound(&page, "long");
    assert!((500_000..1 << 20).contains(&page.len()), "{}", page.len());
    assert!(page.contains("and 2 more values") && page.contains("more findings*"));
}

/// What all pages of a result are made of, by what they are grouped by.
fn structures(result: &Value, what: &str) -> Vec<(usize, Vec<Vec<usize>>, usize)> {
    let arguments = std::iter::once(None).chain(GROUPS.map(Some));
    let pages = arguments.map(|by| {
        let mut arguments = vec!["--format", "markdown"];
        arguments.extend(by.into_iter().flat_map(|by| ["--group-by", by]));
        printed(result, &arguments)
    });
    let structure = |page: String| {
        let outline = is_sound(&page, what);
        for link in &outline.links {
            assert!(link.starts_with("https://"), "{what:?} {link}");
        }
        for live in ["@", "#1", "GH-3", "://", "www.", ":tada:", "$x$"] {
            assert!(!outline.text.contains(live), "{what:?}: {live} in {}", outline.text);
        }
        (outline.headings.len(), outline.tables, outline.items)
    };
    pages.map(structure).collect()
}

#[test]
fn hostile_texts_are_read_and_nothing_more() {
    let plain = structures(&with_text("plain"), "plain");
    for text in hostile_texts() {
        assert_eq!(structures(&with_text(&text), &text), plain, "{text:?}");
    }
    let plain = structures(&with_long_text("plain"), "plain");
    for text in long_texts() {
        assert_eq!(structures(&with_long_text(&text), "long"), plain);
    }
}
