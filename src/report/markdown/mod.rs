//! A page in GitHub's Markdown.
//!
//! It is read where GitHub shows it: as a comment, a job summary (at most 1 MiB) or a file. So that it stays a page, only
//! the first findings of each section are listed, and it says how many more there are.

mod finding;

use std::fmt::Write as _;
use std::io::{self, Write};

use self::finding::{MAX_NAME, MAX_TEXT, Pages, list_item, rule_paragraphs};
use super::gate::gate_reasons;
use super::grouped::resource_words;
use super::groups::{Common, grouped};
use super::markup::{code, code_in_cell, prose};
use super::pretty::counted;
use super::{GroupBy, Rendering};
use crate::result::{
    DiagnosticV1, FindingV1, GateV1, HeadV1, Recorded, SettledEntryV1, SeverityV1, Store, VerdictV1,
    VerdictsV1,
};

/// Findings that a section lists.
const LISTED: usize = 200;
/// Diagnostics, and entries of the ratchet, that are listed.
const LISTED_LINES: usize = 50;
/// Findings that are listed in groups.
const LISTED_IN_GROUPS: usize = 500;
/// Bytes of all findings: with all else on the page they fit into a job summary.
const MAX_BYTES: usize = 800_000;

/// Writes a result.
pub(super) fn write(result: &Recorded, rendering: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    let mut page = Page { text: String::new(), left: MAX_BYTES };
    page.top(head);
    page.counts(head);
    page.problems(&head.diagnostics);
    let pages = Pages::new(head);
    match rendering.group_by {
        Some(by) => page.groups(findings, by, &pages)?,
        None => page.sections(findings, &pages)?,
    }
    page.settled(head);
    page.population(head);
    out.write_all(page.text.as_bytes())
}

struct Page {
    text: String,
    /// Bytes that findings may still take.
    left: usize,
}

/// What the findings of a section have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Error,
    Fail,
    Inconclusive,
    Known,
    Waived,
}

impl Section {
    const ALL: [Self; 5] = [Self::Fail, Self::Inconclusive, Self::Error, Self::Waived, Self::Known];

    const fn of(finding: &FindingV1) -> Option<Self> {
        match finding.verdict {
            VerdictV1::Fail | VerdictV1::Inconclusive if finding.known => Some(Self::Known),
            VerdictV1::Fail => Some(Self::Fail),
            VerdictV1::Inconclusive => Some(Self::Inconclusive),
            VerdictV1::Error => Some(Self::Error),
            VerdictV1::Waived => Some(Self::Waived),
            VerdictV1::Pass | VerdictV1::NotApplicable => None,
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::Error => "Could not be judged",
            Self::Fail => "Failures",
            Self::Inconclusive => "Inconclusive",
            Self::Known => "Known to the ratchet",
            Self::Waived => "Waived",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Error => "The rule could not be evaluated. This is no pass.",
            Self::Fail => "What the rule requires does not hold.",
            Self::Inconclusive => "What the payload does not tell cannot pass: save the whole answer.",
            Self::Known => "They do not close the gate.",
            Self::Waived => "What the rule requires does not hold, and that is accepted.",
        }
    }
}

/// The first findings of a section.
#[derive(Default)]
struct Listed {
    /// By severity, the heaviest first, as they are shown.
    items: [Vec<String>; SeverityV1::ALL.len()],
    count: u64,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn heading(&mut self, level: usize, heading: &str) {
        let _ = write!(self.text, "\n{} {heading}\n\n", "#".repeat(level));
    }

    fn top(&mut self, head: &HeadV1) {
        let (word, code) = match head.gate {
            GateV1::Pass => ("PASS", 0),
            GateV1::Fail => ("FAIL", 1),
            GateV1::Error => ("ERROR", 2),
        };
        let summary = &head.summary;
        self.line(&format!("# Gate: {word}\n"));
        self.line(&format!("{} (exit code {code}).\n", prose(&capitalised(&gate_reasons(head)), MAX_TEXT)));
        self.line(&format!(
            "{}, {}, {}, {}, clock {}, {} {}.",
            counted(summary.files, "file"),
            counted(summary.payloads, "payload"),
            counted(summary.resources, "resource"),
            counted(summary.rules, "rule"),
            prose(&head.at, MAX_NAME),
            prose(&head.tool.name, MAX_NAME),
            prose(&head.tool.version, MAX_NAME),
        ));
    }

    fn counts(&mut self, head: &HeadV1) {
        let summary = &head.summary;
        self.heading(2, "Verdicts");
        if summary.counts.is_empty() {
            self.line("There are none.");
            return;
        }
        self.line("| operation | severity | pass | fail | inconclusive | n/a | waived | error | known |");
        self.line("| :-- | :-- | --: | --: | --: | --: | --: | --: | --: |");
        for cell in &summary.counts {
            let operation = code_in_cell(&cell.operation, MAX_NAME);
            self.row(&operation, cell.severity.as_str(), &cell.verdicts, &cell.known);
        }
        self.row("**all**", "", &summary.verdicts, &summary.known);
        let outcomes = &summary.outcomes;
        let mut resources = Vec::new();
        for (count, one, many) in [
            (outcomes.error, "could not be judged", "could not be judged"),
            (outcomes.fail, "fails", "fail"),
            (outcomes.inconclusive, "is inconclusive", "are inconclusive"),
            (outcomes.waived, "is waived", "are waived"),
            (outcomes.pass, "passes", "pass"),
        ] {
            if count > 0 {
                resources.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
        if !resources.is_empty() {
            let of = counted(summary.resources, "resource");
            self.line(&format!("\nPasses and what is not applicable are counted here, not listed. Of {of}, each counted by its weightiest verdict: {}.", resources.join(", ")));
        }
    }

    fn row(&mut self, operation: &str, severity: &str, verdicts: &VerdictsV1, known: &VerdictsV1) {
        let VerdictsV1 { pass, fail, inconclusive, not_applicable, waived, error } = verdicts;
        let known = known.total();
        self.line(&format!(
            "| {operation} | {severity} | {pass} | {fail} | {inconclusive} | {not_applicable} | {waived} | {error} | {known} |"
        ));
    }

    fn problems(&mut self, diagnostics: &[DiagnosticV1]) {
        if diagnostics.is_empty() {
            return;
        }
        self.heading(2, &format!("Problems ({})", diagnostics.len()));
        for diagnostic in diagnostics.iter().take(LISTED_LINES) {
            let DiagnosticV1 { code: name, level, message, file, line, help, .. } = diagnostic;
            let _ = write!(self.text, "- **{level}** {}", code(name, MAX_NAME));
            if let Some(file) = file {
                let line = line.map(|line| format!(":{line}")).unwrap_or_default();
                let _ = write!(self.text, " at {}", code(&format!("{file}{line}"), MAX_TEXT));
            }
            let _ = write!(self.text, "\\\n  {}", prose(message, MAX_TEXT));
            if let Some(help) = help {
                let _ = write!(self.text, "\\\n  *help:* {}", prose(help, MAX_TEXT));
            }
            self.text.push('\n');
        }
        self.more(diagnostics.len().saturating_sub(LISTED_LINES) as u64, "problem");
    }

    fn more(&mut self, more: u64, what: &str) {
        if more > 0 {
            let _ = write!(
                self.text,
                "\n*And {}*: the formats json and csv have all of them.\n",
                counted(more, &format!("more {what}"))
            );
        }
    }

    /// Findings by verdict, the heaviest first.
    fn sections(&mut self, findings: &Store, pages: &Pages<'_>) -> io::Result<()> {
        let mut sections = Section::ALL.map(|_| Listed::default());
        findings.each(|finding| {
            let Some(section) = Section::of(&finding) else { return Ok(()) };
            let listed = sections.iter_mut().zip(Section::ALL).find(|(_, known)| *known == section);
            if let Some((listed, _)) = listed {
                listed.count += 1;
                let items = listed.items.get_mut(finding.rule.severity as usize);
                if let Some(items) = items.filter(|items| items.len() < LISTED) {
                    items.push(list_item(&finding, None, pages));
                }
            }
            Ok(())
        })?;
        for (section, listed) in Section::ALL.into_iter().zip(sections) {
            if listed.count == 0 {
                continue;
            }
            self.heading(2, &format!("{} ({})", section.heading(), listed.count));
            self.line(section.words());
            self.text.push('\n');
            let mut shown = 0;
            for item in listed.items.iter().flatten().take(LISTED) {
                if !self.item(item) {
                    break;
                }
                shown += 1;
            }
            self.more(listed.count - shown, "finding");
        }
        Ok(())
    }

    /// Adds a finding, where there is room.
    fn item(&mut self, item: &str) -> bool {
        match self.left.checked_sub(item.len()) {
            Some(left) => {
                self.left = left;
                self.text.push_str(item);
                true
            }
            None => false,
        }
    }

    fn groups(&mut self, findings: &Store, by: GroupBy, pages: &Pages<'_>) -> io::Result<()> {
        let groups = grouped(findings, by, LISTED_IN_GROUPS, |finding| {
            let of_rule = if by == GroupBy::Rule { rule_paragraphs(finding, pages) } else { Vec::new() };
            (list_item(finding, Some(by), pages), of_rule)
        })?;
        for group in &groups.all {
            self.heading(2, &heading(&group.common));
            self.line(&group.counted());
            self.text.push('\n');
            let first = group.members.first().and_then(|&index| groups.kept.get(index));
            for paragraph in first.into_iter().flat_map(|(_, of_rule)| of_rule) {
                self.line(&format!("{paragraph}\n"));
            }
            let mut shown = 0;
            for (item, _) in group.members.iter().filter_map(|&index| groups.kept.get(index)) {
                if !self.item(item) {
                    break;
                }
                shown += 1;
            }
            self.more(group.counts.total().saturating_sub(shown), "finding");
        }
        if groups.more > 0 {
            self.heading(2, "Not listed");
            self.line(&format!("{} of these and other groups.", counted(groups.more, "finding")));
        }
        Ok(())
    }

    fn settled(&mut self, head: &HeadV1) {
        let Some(ratchet) = &head.ratchet else { return };
        self.heading(2, "Ratchet");
        self.line(&format!(
            "{} knows {}; {} of this run {} among them, {} not.",
            code(&ratchet.file, MAX_TEXT),
            counted(ratchet.entries, "verdict"),
            ratchet.known,
            if ratchet.known == 1 { "is" } else { "are" },
            ratchet.new,
        ));
        if ratchet.settled.is_empty() {
            return;
        }
        self.line(&format!("\nSettled ({}):\n", ratchet.settled.len()));
        for entry in ratchet.settled.iter().take(LISTED_LINES) {
            let SettledEntryV1 { rule, severity, verdict, resource, state, .. } = entry;
            let resource = resource_words(resource).unwrap_or_else(|| "a resource without an id".to_owned());
            self.line(&format!(
                "- **{}** {severity} {} on {} (was: {})",
                state.as_str().replace('_', " "),
                code(rule, MAX_NAME),
                code(&resource, MAX_TEXT),
                verdict.as_str().replace('_', " "),
            ));
        }
        self.more(ratchet.settled.len().saturating_sub(LISTED_LINES) as u64, "settled verdict");
    }

    fn population(&mut self, head: &HeadV1) {
        if head.population.is_empty() {
            return;
        }
        self.heading(2, "Expected resources");
        for list in &head.population {
            self.line(&format!(
                "- {} for {}: {} of {} are there, {} more are in no list",
                code(&list.file, MAX_TEXT),
                code(&list.operation, MAX_NAME),
                list.found,
                list.expected,
                list.unexpected,
            ));
        }
    }
}

fn heading(common: &Common) -> String {
    match common {
        Common::Rule { id, severity, title } => {
            format!("{} {severity}: {}", code(id, MAX_NAME), prose(title, MAX_TEXT))
        }
        Common::Resource { resource, place } => {
            let words = resource_words(resource).or_else(|| place.clone()).unwrap_or_default();
            format!("{} {}", code(&words, MAX_TEXT), code(&resource.operation, MAX_NAME))
        }
        Common::Control { framework, control } => {
            format!("{} {}", prose(framework, MAX_NAME), code(control, MAX_NAME))
        }
        Common::NoControl => "No control".to_owned(),
        Common::File(file) => code(file, MAX_TEXT),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
