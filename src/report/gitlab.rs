//! Code Quality of GitLab: what has to be looked at, as a JSON array.
//!
//! GitLab reads `description`, `check_name`, `fingerprint`, `severity`, `location.path` (relative to the repository,
//! without `./`) and `location.lines.begin`; it ignores all else. It stops at the first entry that is not of its schema, so
//! that each has a path and a line, also where a problem has none. What a waiver or the ratchet accepts is left out, as
//! what passes: the widget has no word for it.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::paths::FilePath;
use super::standing::Standing;
use super::wording::{self, shortened};
use super::{Rendering, safe_json};
use crate::result::{DiagnosticV1, FindingV1, HeadV1, LevelV1, Recorded, SeverityV1};
use crate::source::{hexadecimal, printable};

/// Characters of a description: the widget shows all of it, in a line.
const DESCRIPTION_LIMIT: usize = 1_000;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

/// Writes a result.
pub(super) fn write(result: &Recorded, rendering: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    let mut seen = Seen::default();
    let mut separator = "[\n  ";
    let mut add = |issue: &Issue| -> io::Result<()> {
        out.write_all(separator.as_bytes())?;
        separator = ",\n  ";
        safe_json::write_at_once(out, issue)
    };
    for diagnostic in head.diagnostics.iter().filter(|diagnostic| diagnostic.level == LevelV1::Error) {
        add(&of_diagnostic(diagnostic, head, rendering, &mut seen))?;
    }
    findings.each(|finding| {
        let standing = Standing::of(&finding, &head.settings);
        if !standing.is_problem() {
            return Ok(());
        }
        add(&of_finding(&finding, standing, rendering, &mut seen))
    })?;
    let end = if separator == "[\n  " { "[]" } else { "\n]" };
    writeln!(out, "{end}")
}

fn of_finding(finding: &FindingV1, standing: Standing, rendering: &Rendering, seen: &mut Seen) -> Issue {
    let (rule, place) = (&finding.rule, &finding.location);
    let path = path(&place.file, &rendering.base);
    let fingerprint = seen.unique(&finding.fingerprint, &path, place.document, &place.path);
    let resource = wording::resource(&finding.resource);
    let description = format!("{}: {resource}: {}", rule.id, wording::says(finding));
    Issue {
        description: shortened(&printable(&description), DESCRIPTION_LIMIT).into_owned(),
        check_name: rule.id.clone(),
        fingerprint,
        severity: match (standing, rule.severity) {
            // Nobody knows what is there: heavier than any failure.
            (Standing::Unjudged, _) => "blocker",
            (_, SeverityV1::Critical) => "critical",
            (_, SeverityV1::High) => "major",
            (_, SeverityV1::Medium) => "minor",
            (_, SeverityV1::Low) => "info",
        },
        location: Location { path, lines: Lines { begin: place.line.max(1) } },
    }
}

fn of_diagnostic(diagnostic: &DiagnosticV1, head: &HeadV1, rendering: &Rendering, seen: &mut Seen) -> Issue {
    // What is about no file stands at the configuration, or where the inputs are.
    let file = diagnostic.file.as_deref().or(head.settings.config.as_deref());
    let file = file.or(head.inputs.first().map(|input| input.file.as_str())).unwrap_or("probity.toml");
    let path = path(file, &rendering.base);
    let identity = json!([diagnostic.code, path]).to_string();
    let own = hexadecimal(&Sha256::digest(identity.as_bytes()));
    let fingerprint = seen.unique(&own, &path, None, "");
    let help = diagnostic.help.as_ref().map(|help| format!(". What to do: {help}")).unwrap_or_default();
    let description = format!("{}: {}{help}", diagnostic.code, diagnostic.message);
    Issue {
        description: shortened(&printable(&description), DESCRIPTION_LIMIT).into_owned(),
        check_name: diagnostic.code.clone(),
        fingerprint,
        severity: "blocker",
        location: Location { path, lines: Lines { begin: diagnostic.line.unwrap_or(1).max(1) } },
    }
}

/// A path of the repository, as far as the folder of the run is its root.
fn path(file: &str, base: &Path) -> String {
    FilePath::new(file, base).as_str().to_owned()
}

/// Fingerprints that were given out. GitLab takes equal ones for one issue.
#[derive(Default)]
struct Seen(HashSet<[u8; 16]>);

impl Seen {
    /// The fingerprint where it is the first of its kind, so that it is the same in all formats; else, as for the same
    /// resource in a second file, one of the place as well.
    fn unique(&mut self, fingerprint: &str, path: &str, document: Option<u64>, pointer: &str) -> String {
        if self.add(fingerprint) {
            return fingerprint.to_owned();
        }
        let mut count = 1_u64;
        loop {
            let identity = json!([fingerprint, path, document, pointer, count]).to_string();
            let own = hexadecimal(&Sha256::digest(identity.as_bytes()));
            if self.add(&own) {
                return own;
            }
            count += 1;
        }
    }

    /// Half of a digest tells millions apart, and takes little memory.
    fn add(&mut self, fingerprint: &str) -> bool {
        let digest = Sha256::digest(fingerprint.as_bytes());
        let half = digest.first_chunk::<16>().copied().unwrap_or_default();
        self.0.insert(half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_fingerprints_are_equal_and_the_first_is_kept() {
        let mut seen = Seen::default();
        assert_eq!(seen.unique("f", "a.json", None, "/0"), "f");
        let second = seen.unique("f", "b.json", None, "/0");
        let third = seen.unique("f", "b.json", None, "/1");
        let fourth = seen.unique("f", "b.json", None, "/1");
        let all = HashSet::from(["f".to_owned(), second.clone(), third, fourth]);
        assert_eq!(all.len(), 4);
        let mut again = Seen::default();
        again.unique("f", "a.json", None, "/0");
        assert_eq!(again.unique("f", "b.json", None, "/0"), second, "the same in every run");
    }
}
