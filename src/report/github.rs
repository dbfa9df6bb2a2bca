//! Workflow commands of GitHub Actions: each becomes an annotation at a line.
//!
//! GitHub shows ten annotations of each level a step. So the ten heaviest of each are written, and then, in the
//! log, how many more there are. What a waiver or the ratchet accepts is counted there too, but takes no annotation.

use std::io::{self, Write};

use super::Rendering;
use super::paths::{FilePath, is_file};
use super::standing::Standing;
use super::wording::{self, shortened};
use crate::result::{DiagnosticV1, FindingV1, LevelV1, Recorded, SeverityV1, VerdictV1};
use crate::source::printable;

/// Annotations of a level that GitHub shows of a step.
const SHOWN: usize = 10;
/// Characters of a message.
const MESSAGE_LIMIT: usize = 2_000;
/// Characters of a title.
const TITLE_LIMIT: usize = 200;

/// Writes a result.
pub(super) fn write(result: &Recorded, rendering: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    let mut annotations = Annotations::default();
    for diagnostic in &head.diagnostics {
        // What could not be judged is told before any failure, a warning after all.
        match diagnostic.level {
            LevelV1::Error => annotations.errors.add(0, || of_diagnostic(diagnostic, "error", rendering)),
            LevelV1::Warning => {
                annotations.warnings.add(usize::MAX, || of_diagnostic(diagnostic, "warning", rendering));
            }
        }
    }
    findings.each(|finding| {
        let standing = Standing::of(&finding, &head.settings);
        if standing.is_problem() {
            let (level, list) = match level(&finding, standing) {
                Level::Error => ("error", &mut annotations.errors),
                Level::Warning => ("warning", &mut annotations.warnings),
                Level::Notice => ("notice", &mut annotations.notices),
            };
            list.add(standing.rank(finding.rule.severity), || of_finding(&finding, level, rendering));
        }
        Ok(())
    })?;
    let Annotations { errors, warnings, notices } = &annotations;
    for list in [errors, warnings, notices] {
        for (_, line) in &list.heaviest {
            writeln!(out, "{line}")?;
        }
    }
    let mut more = Vec::new();
    for (list, one, many) in
        [(errors, "error", "errors"), (warnings, "warning", "warnings"), (notices, "notice", "notices")]
    {
        let count = list.count.saturating_sub(list.heaviest.len() as u64);
        if count > 0 {
            more.push(wording::count(count, &format!("more {one}"), &format!("more {many}")));
        }
    }
    if !more.is_empty() {
        let words = more.join(", ");
        writeln!(out, "{words} without an annotation: GitHub shows {SHOWN} of each in a step")?;
    }
    writeln!(out, "{}", wording::gate(head))
}

#[derive(Clone, Copy)]
enum Level {
    Error,
    Warning,
    Notice,
}

/// The level of a finding by its severity; what leaves the gate open is no error.
fn level(finding: &FindingV1, standing: Standing) -> Level {
    match (standing, finding.rule.severity) {
        (Standing::Unjudged, _) | (Standing::Closing, SeverityV1::Critical | SeverityV1::High) => {
            Level::Error
        }
        (_, SeverityV1::Low) => Level::Notice,
        _ => Level::Warning,
    }
}

#[derive(Default)]
struct Annotations {
    errors: Heaviest,
    warnings: Heaviest,
    notices: Heaviest,
}

/// The first lines by rank, and how many there were.
#[derive(Default)]
struct Heaviest {
    heaviest: Vec<(usize, String)>,
    count: u64,
}

impl Heaviest {
    fn add(&mut self, rank: usize, line: impl FnOnce() -> String) {
        self.count += 1;
        // Behind all of the same rank: they stay in the order of the inputs.
        let place = self.heaviest.partition_point(|(other, _)| *other <= rank);
        if place < SHOWN {
            self.heaviest.insert(place, (rank, line()));
            self.heaviest.truncate(SHOWN);
        }
    }
}

fn of_finding(finding: &FindingV1, level: &str, rendering: &Rendering) -> String {
    let (rule, place) = (&finding.rule, &finding.location);
    let message = format!("{}: {}", wording::resource(&finding.resource), wording::says(finding));
    let help = rule.remediation.as_deref().filter(|_| finding.verdict == VerdictV1::Fail);
    let title = format!("{} ({}) {}", rule.id, rule.severity, rule.title);
    let path = FilePath::new(&place.file, &rendering.base);
    command(
        level,
        &[("file", path.as_str()), ("line", &place.line.to_string()), ("col", &place.column.to_string())],
        &title,
        &message,
        help,
    )
}

fn of_diagnostic(diagnostic: &DiagnosticV1, level: &str, rendering: &Rendering) -> String {
    let path = diagnostic.file.as_deref().filter(|file| is_file(file));
    let path = path.map(|file| FilePath::new(file, &rendering.base));
    let number = |number: Option<u64>| number.filter(|_| path.is_some()).map(|number| number.to_string());
    let (line, column) = (number(diagnostic.line), number(diagnostic.column));
    let properties = [
        ("file", path.as_ref().map(FilePath::as_str)),
        ("line", line.as_deref()),
        ("col", column.as_deref()),
    ];
    let properties: Vec<(&str, &str)> =
        properties.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
    command(level, &properties, &diagnostic.code, &diagnostic.message, diagnostic.help.as_deref())
}

/// A workflow command. The runner looks for commands where a line begins, so no value may hold a line feed; it splits
/// properties at `,` and `:`.
fn command(
    level: &str,
    properties: &[(&str, &str)],
    title: &str,
    message: &str,
    help: Option<&str>,
) -> String {
    let title = shortened(title, TITLE_LIMIT);
    let mut line = format!("::{level} ");
    for (name, value) in properties {
        line.push_str(&format!("{name}={},", property(value)));
    }
    line.push_str(&format!("title={}::{}", property(&title), data(&shortened(message, MESSAGE_LIMIT))));
    if let Some(help) = help {
        // The one line feed that an annotation shows.
        line.push_str(&format!("%0AWhat to do: {}", data(&wording::folded(help))));
    }
    line
}

/// A text on one line: line feeds are visible by then.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_leave_their_place() {
        let properties = [("file", "a,line=9:b%\r\n.json"), ("line", "1")];
        let line = command("error", &properties, "t::x", "50%\n::error::x\r", Some("a\n  b"));
        let expected = "::error file=a%2Cline=9%3Ab%25\\r\\n.json,line=1,title=t%3A%3Ax::50%25\\n::error::x\\r%0AWhat to do: a b";
        assert_eq!(line, expected);
    }

    #[test]
    fn the_heaviest_are_kept_in_their_order() {
        let mut list = Heaviest::default();
        for index in 0..12 {
            list.add(2, || format!("high {index}"));
        }
        list.add(1, || "critical".to_owned());
        list.add(3, || "medium".to_owned());
        let lines: Vec<&str> = list.heaviest.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!((lines.len(), lines[0], lines[1], lines[9]), (10, "critical", "high 0", "high 8"));
        assert_eq!(list.count, 14);
    }
}
