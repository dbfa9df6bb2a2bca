//! Two results, compared: for people, as JSON, and in Markdown.

use std::io::{self, Write};

use owo_colors::OwoColorize as _;

use super::excerpt::{cut_to, shortened};
use super::pretty::counted;
use super::{Style, safe_json};
use crate::result::{ChangeV1, DiffV1, GateV1, ResourceKeyV1, SaidV1, StateV1};
use crate::source::printable;

/// Characters of an id that are shown.
const MAX_NAME: usize = 100;
/// Findings of a state, and resources, that are listed for people.
const LISTED: usize = 200;

/// Writes a comparison for people.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_diff(diff: &DiffV1, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for state in StateV1::ALL {
        let changes: Vec<&ChangeV1> = diff.findings.iter().filter(|change| change.state == state).collect();
        // What is as it was is only counted.
        if changes.is_empty() || state == StateV1::Unchanged {
            continue;
        }
        let heading = format!("{} ({})", state.in_words(), changes.len());
        let heading = match (style.color, state) {
            (false, _) => heading,
            (true, StateV1::New) => heading.red().bold().to_string(),
            (true, StateV1::Fixed) => heading.green().bold().to_string(),
            (true, _) => heading.bold().to_string(),
        };
        writeln!(out, "{heading}")?;
        for change in changes.iter().take(LISTED) {
            writeln!(out, "{}", style.wrapped(&format!("  {}", change_line(change)), "    "))?;
        }
        if let Some(more) = changes.len().checked_sub(LISTED).filter(|more| *more > 0) {
            writeln!(out, "  and {more} more")?;
        }
        writeln!(out)?;
    }
    write_resources("appeared", diff.appeared.as_deref(), style, out)?;
    write_resources("vanished", diff.vanished.as_deref(), style, out)?;
    for (name, side) in [("old", &diff.old), ("new", &diff.new)] {
        let file = printable(&side.file);
        let line = format!("{name}: {file}, clock {}, its gate said {}", side.at, side.gate);
        writeln!(out, "{}", style.wrapped(&line, "  "))?;
    }
    if let Some(note) = note(diff) {
        writeln!(out, "{}", style.wrapped(&note, "  "))?;
    }
    let counts: Vec<String> = diff
        .summary
        .iter()
        .filter(|(state, count)| {
            **count > 0 || matches!(state, StateV1::New | StateV1::Fixed | StateV1::Unchanged)
        })
        .map(|(state, count)| format!("{count} {}", state.in_words()))
        .collect();
    writeln!(out, "\n{}", style.wrapped(&counts.join(", "), "  "))?;
    let line = format!("diff: {}", gate_words(diff.gate));
    writeln!(out, "{}", style.wrapped(&line, "  "))
}

fn gate_words(gate: GateV1) -> &'static str {
    match gate {
        GateV1::Pass => "PASS, nothing new closes the gate (exit code 0)",
        GateV1::Fail => "FAIL, something new closes the gate (exit code 1)",
        GateV1::Error => "ERROR, the later run could not judge everything (exit code 2)",
    }
}

/// What the results do not tell.
fn note(diff: &DiffV1) -> Option<String> {
    let lacking: Vec<&str> = [("the old one", &diff.old), ("the new one", &diff.new)]
        .into_iter()
        .filter(|(_, side)| !side.complete)
        .map(|(name, _)| name)
        .collect();
    (!lacking.is_empty()).then(|| {
        format!(
            "{} {} no passes, so that not all resources are known that appeared or vanished: save results with \
             `--include pass,not_applicable` to have that told",
            lacking.join(" and "),
            if lacking.len() == 1 { "lists" } else { "list" }
        )
    })
}

fn write_resources(
    what: &str,
    resources: Option<&[ResourceKeyV1]>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let resources = resources.unwrap_or_default();
    if resources.is_empty() {
        return Ok(());
    }
    writeln!(out, "{} that {what}", counted(resources.len() as u64, "resource"))?;
    for resource in resources.iter().take(LISTED) {
        let line = format!("  {} ({})", cut_to(&resource.id, MAX_NAME), resource.operation);
        writeln!(out, "{}", style.wrapped(&line, "    "))?;
    }
    if let Some(more) = resources.len().checked_sub(LISTED).filter(|more| *more > 0) {
        writeln!(out, "  and {more} more")?;
    }
    writeln!(out)
}

fn subject(change: &ChangeV1) -> String {
    let resource = &change.resource;
    let name = resource.id.as_deref().or(resource.name.as_deref());
    let mut words = cut_to(name.unwrap_or("a resource without an id"), MAX_NAME);
    if let Some(name) = resource.name.as_deref().filter(|name| resource.id.is_some() && !words.contains(name))
    {
        words.push_str(&format!(" ({})", cut_to(name, MAX_NAME)));
    }
    words
}

/// What a result says: `fail`, or both where they differ.
fn verdicts(change: &ChangeV1) -> String {
    let words = |said: &SaidV1| format!("{} {}", said.severity, said.verdict.as_str().replace('_', " "));
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if words(old) != words(new) => format!("{}, was {}", words(new), words(old)),
        (_, Some(said)) | (Some(said), None) => words(said),
        (None, None) => String::new(),
    }
}

fn change_line(change: &ChangeV1) -> String {
    let said = change.new.as_ref().or(change.old.as_ref());
    let place = said.map_or_else(String::new, |said| {
        let location = &said.location;
        format!(" at {}:{}:{}", printable(&location.file), location.line, location.column)
    });
    let message = match (&change.new, change.state) {
        (Some(new), StateV1::New | StateV1::Changed) => format!(": {}", shortened(&new.message)),
        _ => String::new(),
    };
    format!("{} {} on {}{place}{message}", change.rule, verdicts(change), subject(change))
}

/// Writes a comparison as JSON.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_diff_json(diff: &DiffV1, out: &mut dyn Write) -> io::Result<()> {
    safe_json::write_pretty(&mut *out, diff)?;
    writeln!(out)
}

/// Writes a comparison as a page in GitHub's Markdown.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_diff_markdown(diff: &DiffV1, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Probity: {}\n", gate_words(diff.gate))?;
    writeln!(out, "| result | clock | gate |\n| --- | --- | --- |")?;
    for (name, side) in [("old", &diff.old), ("new", &diff.new)] {
        writeln!(out, "| {name}: {} | {} | {} |", code(&side.file), side.at, side.gate)?;
    }
    writeln!(out, "\n| findings | count |\n| --- | ---: |")?;
    for (state, count) in &diff.summary {
        writeln!(out, "| {} | {count} |", state.in_words())?;
    }
    for state in StateV1::ALL {
        let changes: Vec<&ChangeV1> = diff.findings.iter().filter(|change| change.state == state).collect();
        if changes.is_empty() || state == StateV1::Unchanged {
            continue;
        }
        writeln!(out, "\n## {} ({})\n", capitalised(state.in_words()), changes.len())?;
        writeln!(out, "| rule | verdict | resource | place | message |\n| --- | --- | --- | --- | --- |")?;
        for change in changes.iter().take(LISTED) {
            let said = change.new.as_ref().or(change.old.as_ref());
            let (place, message) = said.map_or_else(Default::default, |said| {
                let location = &said.location;
                (format!("{}:{}", location.file, location.line), shortened(&said.message))
            });
            writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                code(&change.rule),
                verdicts(change),
                code(&subject(change)),
                code(&place),
                code(&message)
            )?;
        }
        if let Some(more) = changes.len().checked_sub(LISTED).filter(|more| *more > 0) {
            writeln!(out, "\nand {more} more, which the JSON lists")?;
        }
    }
    for (what, resources) in [("appeared", &diff.appeared), ("vanished", &diff.vanished)] {
        let resources = resources.as_deref().unwrap_or_default();
        if resources.is_empty() {
            continue;
        }
        writeln!(out, "\n## Resources that {what} ({})\n", resources.len())?;
        for resource in resources.iter().take(LISTED) {
            writeln!(out, "- {} ({})", code(&cut_to(&resource.id, MAX_NAME)), resource.operation)?;
        }
        if let Some(more) = resources.len().checked_sub(LISTED).filter(|more| *more > 0) {
            writeln!(out, "- and {more} more, which the JSON lists")?;
        }
    }
    if let Some(note) = note(diff) {
        writeln!(out, "\n{}.", capitalised(&note))?;
    }
    Ok(())
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A text of somebody else as a code span, which a table may hold. Nothing in it means anything.
fn code(text: &str) -> String {
    let text = printable(text).replace('|', "\\|");
    if text.trim().is_empty() {
        return String::new();
    }
    // A fence that is longer than any run of backticks within.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 || text.starts_with(' ') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cannot_be_left() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code("a|b\n<x>"), "`a\\|b\\n<x>`");
        assert_eq!(code(" "), "");
    }
}
