//! What rules there are, and what one of them says of itself.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::pretty::new_table;
use super::{Style, safe_json};
use crate::operation::Operation;
use crate::policy::Rule;
use crate::source::printable;

/// Writes a table of rules.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_rules(rules: &[Arc<Rule>], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (general, special): (Vec<&Arc<Rule>>, Vec<_>) =
        rules.iter().partition(|rule| rule.applies_to == Operation::ALL);
    let about = |operation: &Operation| {
        special.iter().copied().filter(|rule| rule.applies_to.contains(operation)).collect()
    };
    let groups = Operation::ALL.iter().map(|operation| (operation.id(), about(operation)));
    for (name, about) in groups.chain([("all operations", general)]) {
        if about.is_empty() {
            continue;
        }
        writeln!(out, "{name}")?;
        let mut table = new_table(style);
        for rule in about {
            let params = params(rule);
            let title =
                if params.is_empty() { rule.title.clone() } else { format!("{} ({params})", rule.title) };
            table.add_row([format!("  {}", rule.id), rule.severity.to_string(), title]);
        }
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{} rules; `probity rules ID` shows one in full", rules.len())?;
    out.flush()
}

/// `name=value` for each param.
fn params(rule: &Rule) -> String {
    let params: Vec<String> = rule.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    params.join(", ")
}

/// Writes one rule in full.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_rule(rule: &Rule, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}  {}  {}\n", rule.id, rule.severity, printable(&rule.title))?;
    let mut table = new_table(style);
    let mut row = |name: &str, text: &str| {
        if !text.is_empty() {
            let lines: Vec<_> = text.lines().map(printable).collect();
            table.add_row([name, &lines.join("\n")]);
        }
    };
    row("what", rule.description.as_deref().unwrap_or_default());
    let operations: Vec<&str> = rule.applies_to.iter().map(|operation| operation.id()).collect();
    row("applies to", &operations.join("\n"));
    let params: Vec<String> = rule.params.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    row("params", &params.join("\n"));
    row("remediation", rule.remediation.as_deref().unwrap_or_default());
    let controls: Vec<String> =
        rule.controls.iter().map(|(framework, ids)| format!("{framework}: {}", ids.join(", "))).collect();
    row("controls", &controls.join("\n"));
    let pages: Vec<String> = rule
        .related_resources
        .iter()
        .map(|page| match &page.description {
            Some(description) => format!("{description}\n{}", page.reference),
            None => page.reference.clone(),
        })
        .collect();
    row("see", &pages.join("\n"));
    row("file", &format!("{}:{}", rule.file.name, rule.line_1based));
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    out.flush()
}

#[derive(Serialize)]
struct RuleV1<'r> {
    id: &'r str,
    severity: &'static str,
    title: &'r str,
    description: Option<&'r str>,
    applies_to: Vec<&'static str>,
    params: &'r BTreeMap<String, Value>,
    remediation: Option<&'r str>,
    controls: &'r BTreeMap<String, Vec<String>>,
    related_resources: Vec<RelatedV1<'r>>,
    package: &'r str,
    file: &'r str,
    line: u64,
}

#[derive(Serialize)]
struct RelatedV1<'r> {
    r#ref: &'r str,
    description: Option<&'r str>,
}

impl<'r> From<&'r Rule> for RuleV1<'r> {
    fn from(rule: &'r Rule) -> Self {
        Self {
            id: rule.id.as_str(),
            severity: rule.severity.as_str(),
            title: &rule.title,
            description: rule.description.as_deref(),
            applies_to: rule.applies_to.iter().map(|operation| operation.id()).collect(),
            params: &rule.params,
            remediation: rule.remediation.as_deref(),
            controls: &rule.controls,
            related_resources: rule
                .related_resources
                .iter()
                .map(|page| RelatedV1 { r#ref: &page.reference, description: page.description.as_deref() })
                .collect(),
            package: &rule.package,
            file: &rule.file.name,
            line: rule.line_1based,
        }
    }
}

/// Writes rules as a JSON array.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_rules_json(rules: &[Arc<Rule>], out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<RuleV1<'_>> = rules.iter().map(|rule| RuleV1::from(rule.as_ref())).collect();
    safe_json::write_pretty(&mut *out, &rules)?;
    writeln!(out)?;
    out.flush()
}
