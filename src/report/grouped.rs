//! For people at a terminal, in groups: a heading for each, and a few lines for each finding.

use std::io::{self, Write};

use owo_colors::OwoColorize as _;
use unicode_width::UnicodeWidthStr as _;

use super::excerpt::{cut_to, shortened};
use super::groups::{Common, Group, grouped};
use super::pretty::{Unclear, counted, write_summary};
use super::remark::remark;
use super::saved::unreadable;
use super::{GroupBy, Rendering, Style};
use crate::result::{FindingV1, Recorded, ResourceV1, Restorer, SeverityV1, VerdictV1};
use crate::source::printable;

/// Findings that are listed.
const LISTED: usize = 100_000;
/// Characters of an id or name that are shown.
const MAX_NAME: usize = 100;
/// Lines that a message may take.
const MAX_LINES: usize = 3;
/// Columns of the widest verdict.
const VERDICT_WIDTH: usize = 12;

/// What is kept of a finding.
struct Short {
    verdict: VerdictV1,
    severity: SeverityV1,
    rule: String,
    resource: String,
    place: String,
    /// In its file.
    position: String,
    message: String,
    remark: Option<String>,
}

impl Short {
    fn new(finding: &FindingV1) -> Self {
        let place = place_words(finding);
        Self {
            verdict: finding.verdict,
            severity: finding.rule.severity,
            rule: cut_to(&finding.rule.id, MAX_NAME),
            resource: resource_words(&finding.resource).unwrap_or_else(|| place.clone()),
            message: shortened(&finding.message),
            remark: remark(finding).map(|remark| shortened(&remark)),
            position: format!("{}:{}", finding.location.line, finding.location.column),
            place,
        }
    }
}

/// Writes the findings of a result in groups, then the summary.
pub(super) fn write(
    result: &Recorded,
    by: GroupBy,
    rendering: &Rendering,
    out: &mut dyn Write,
) -> io::Result<()> {
    let style = rendering.style;
    let mut restorer = Restorer::new(&result.head).map_err(unreadable)?;
    let run = restorer.run(&result.head).map_err(unreadable)?;
    let groups = grouped(&result.findings, by, LISTED, Short::new)?;
    for group in &groups.all {
        write_heading(group, style, out)?;
        for short in group.members.iter().filter_map(|&index| groups.kept.get(index)) {
            write_short(short, by, style, out)?;
        }
        if group.more() > 0 {
            writeln!(out, "  and {}", counted(group.more(), "more finding"))?;
        }
        writeln!(out)?;
    }
    if groups.more > 0 {
        let line = format!(
            "{} listed: the formats json and csv have all of them",
            counted(groups.more, "finding") + if groups.more == 1 { " is not" } else { " are not" },
        );
        writeln!(out, "{}\n", style.wrapped(&line, "  "))?;
    }
    let mut unclear = Unclear::default();
    result.findings.each(|finding| {
        unclear.note(&restorer.finding(finding).map_err(unreadable)?);
        Ok(())
    })?;
    write_summary(&run, unclear.names(), style, out)
}

fn write_heading(group: &Group, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let heading = style.wrapped(&heading(&group.common), "  ");
    if style.color {
        writeln!(out, "{}", heading.bold())?;
    } else {
        writeln!(out, "{heading}")?;
    }
    writeln!(out, "{}", style.wrapped(&group.counted(), "  "))
}

/// What the findings of a group have in common, in words.
pub(super) fn heading(common: &Common) -> String {
    match common {
        Common::Rule { id, severity, title } => {
            format!("{} {severity}: {}", cut_to(id, MAX_NAME), shortened(title))
        }
        Common::Resource { resource, place } => {
            let words = resource_words(resource);
            let words = words.or_else(|| place.as_deref().map(shortened)).unwrap_or_default();
            format!("{words}: {}", cut_to(&resource.operation, MAX_NAME))
        }
        Common::Control { framework, control } => {
            format!("{} {}", cut_to(framework, MAX_NAME), cut_to(control, MAX_NAME))
        }
        Common::NoControl => "no control".to_owned(),
        Common::File(file) => printable(file).into_owned(),
    }
}

/// The resource's id, with its name and region in brackets; `None` where it has no id.
pub(super) fn resource_words(resource: &ResourceV1) -> Option<String> {
    let mut words = cut_to(resource.id.as_ref()?, MAX_NAME);
    let more = [&resource.name, &resource.region].into_iter().flatten().map(|more| cut_to(more, MAX_NAME));
    // An id that is made of names needs no repetition.
    let more: Vec<String> = more.filter(|more| !words.contains(more)).collect();
    if !more.is_empty() {
        words.push_str(&format!(" ({})", more.join(", ")));
    }
    Some(words)
}

/// `file:line:column`
pub(super) fn place_words(finding: &FindingV1) -> String {
    let location = &finding.location;
    printable(&format!("{}:{}:{}", location.file, location.line, location.column)).into_owned()
}

fn write_short(short: &Short, by: GroupBy, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let word = match short.verdict {
        VerdictV1::NotApplicable => "n/a",
        verdict => verdict.as_str(),
    };
    let Short { severity, rule, resource, .. } = short;
    let label = match by {
        GroupBy::Rule => resource.clone(),
        GroupBy::Resource => format!("{severity} {rule}"),
        GroupBy::Control | GroupBy::File => format!("{severity} {rule} {resource}"),
    };
    let indent = " ".repeat(2 + VERDICT_WIDTH + 2);
    let mut lines = Vec::new();
    // A resource without an id is named by its place already; the heading may name the file.
    let place = if by == GroupBy::File { &short.position } else { &short.place };
    let place = Some(place).filter(|place| !label.contains(place.as_str()));
    match place {
        Some(place) if indent.len() + label.width() + 2 + place.width() <= style.width => {
            lines.push(format!("{label}  {place}"));
        }
        place => {
            lines.push(fill(&label, &indent, style, usize::MAX));
            lines.extend(place.map(|place| format!("{indent}{place}")));
        }
    }
    for text in [Some(&short.message), short.remark.as_ref()].into_iter().flatten() {
        lines.push(format!("{indent}{}", fill(text, &indent, style, MAX_LINES)));
    }
    let padded = format!("{word:VERDICT_WIDTH$}");
    let padded = if style.color { colored(short.verdict, &padded) } else { padded };
    writeln!(out, "  {padded}  {}", lines.join("\n"))
}

/// The text behind an indent, broken between words into at most `lines` lines, the last one then cut.
fn fill(text: &str, indent: &str, style: Style, lines: usize) -> String {
    let columns = style.width.saturating_sub(indent.len()).max(20);
    let whole = Style { width: columns, ..style }.wrapped(text, "");
    let mut shown: Vec<String> = whole.lines().take(lines).map(str::to_owned).collect();
    if whole.lines().nth(lines).is_some()
        && let Some(last) = shown.last_mut()
    {
        while last.width() + 2 > columns && last.pop().is_some() {}
        last.push_str(" …");
    }
    shown.join(&format!("\n{indent}"))
}

fn colored(verdict: VerdictV1, word: &str) -> String {
    match verdict {
        VerdictV1::Fail => word.red().to_string(),
        VerdictV1::Error | VerdictV1::Inconclusive => word.yellow().to_string(),
        VerdictV1::Pass => word.green().to_string(),
        VerdictV1::Waived | VerdictV1::NotApplicable => word.dimmed().to_string(),
    }
}
