//! A finding as an item of a list.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::report::GroupBy;
use crate::report::grouped::resource_words;
use crate::report::markup::{code, link, prose};
use crate::report::remark::remark;
use crate::result::{EvidenceV1, FindingV1, HeadV1, ReferenceV1};

/// Characters of an id or name that are shown.
pub(super) const MAX_NAME: usize = 100;
/// Characters of a message or path that are shown.
pub(super) const MAX_TEXT: usize = 600;
/// Characters of a value that are shown.
const MAX_VALUE: usize = 120;
/// Values of a finding that are shown.
const MAX_VALUES: usize = 10;
/// Pages of a rule, and controls of a framework, that are shown.
const MAX_PAGES: usize = 10;

/// The pages that rules rest on, by the id of the rule.
pub(super) struct Pages<'h>(HashMap<&'h str, &'h [ReferenceV1]>);

impl<'h> Pages<'h> {
    pub(super) fn new(head: &'h HeadV1) -> Self {
        Self(head.policies.iter().map(|policy| (policy.id.as_str(), policy.references.as_slice())).collect())
    }
}

/// The finding; what its group says already is left out.
pub(super) fn list_item(finding: &FindingV1, by: Option<GroupBy>, pages: &Pages<'_>) -> String {
    let FindingV1 { rule, resource, location, .. } = finding;
    let mut item = String::from("- ");
    if by.is_some() {
        let _ = write!(item, "**{}** ", finding.verdict.as_str().replace('_', " "));
    }
    if by != Some(GroupBy::Rule) {
        let _ = write!(
            item,
            "**{}** {} {}\\\n  ",
            rule.severity,
            code(&rule.id, MAX_NAME),
            prose(&rule.title, MAX_TEXT)
        );
    }
    let place = code(&format!("{}:{}", location.file, location.line), MAX_TEXT);
    if by != Some(GroupBy::Resource)
        && let Some(resource) = resource_words(resource)
    {
        let _ = write!(item, "{} at ", code(&resource, MAX_TEXT));
    }
    let _ = write!(item, "{place}\\\n  {}", prose(&finding.message, MAX_TEXT));
    if let Some(remark) = remark(finding) {
        let _ = write!(item, "\\\n  *{}*", prose(&remark, MAX_TEXT));
    }
    item.push('\n');
    // Below several controls it would stand several times; what a rule says stands below its heading.
    match by {
        None | Some(GroupBy::Resource | GroupBy::File) => {
            details(&mut item, &[rule_paragraphs(finding, pages), values(finding)].concat());
        }
        Some(GroupBy::Rule) => details(&mut item, &values(finding)),
        Some(GroupBy::Control) => {}
    }
    item
}

/// What to do, the controls and the pages of the finding's rule.
pub(super) fn rule_paragraphs(finding: &FindingV1, pages: &Pages<'_>) -> Vec<String> {
    let mut paragraphs = Vec::new();
    if let Some(remediation) = &finding.rule.remediation {
        paragraphs.push(format!("**What to do:** {}", prose(remediation, 2 * MAX_TEXT)));
    }
    let controls = finding.rule.controls.iter().map(|(framework, controls)| {
        let mut shown: Vec<String> =
            controls.iter().take(MAX_PAGES).map(|control| code(control, MAX_NAME)).collect();
        if controls.len() > MAX_PAGES {
            shown.push(format!("{} more", controls.len() - MAX_PAGES));
        }
        format!("{} {}", prose(framework, MAX_NAME), shown.join(", "))
    });
    let controls: Vec<String> = controls.take(MAX_PAGES).collect();
    if !controls.is_empty() {
        paragraphs.push(format!("**Controls:** {}", controls.join("; ")));
    }
    let pages = pages.0.get(finding.rule.id.as_str()).copied().unwrap_or_default();
    let links: Vec<String> = pages.iter().take(MAX_PAGES).map(|page| link(&page.url, MAX_TEXT)).collect();
    if !links.is_empty() {
        paragraphs.push(format!("**See** {}", links.join(", ")));
    }
    paragraphs
}

/// The values that it rests on.
fn values(finding: &FindingV1) -> Vec<String> {
    let mut values: Vec<String> =
        finding.evidence.iter().take(MAX_VALUES).map(|value| format!("- {}", value_words(value))).collect();
    match finding.evidence.len().saturating_sub(MAX_VALUES) {
        0 => {}
        1 => values.push("- and 1 more value".to_owned()),
        more => values.push(format!("- and {more} more values")),
    }
    if values.is_empty() { values } else { vec![values.join("\n  ")] }
}

/// Adds what is shown when it is opened.
fn details(item: &mut String, paragraphs: &[String]) {
    if paragraphs.is_empty() {
        return;
    }
    item.push_str("\n  <details><summary>Details</summary>\n\n  ");
    item.push_str(&paragraphs.join("\n\n  "));
    item.push_str("\n\n  </details>\n\n");
}

/// `/path` is `3` (line 41)
fn value_words(evidence: &EvidenceV1) -> String {
    let EvidenceV1 { path, value, line, absent, truncated, redacted, .. } = evidence;
    let path = if path.is_empty() { "the document".to_owned() } else { code(path, MAX_TEXT) };
    let value = match (absent, truncated, redacted) {
        (true, _, _) => "is absent".to_owned(),
        (_, _, true) => "is not shown".to_owned(),
        (_, true, _) => "is too long to show".to_owned(),
        _ => format!("is {}", code(&value.to_string(), MAX_VALUE)),
    };
    format!("{path} {value} (line {line})")
}
