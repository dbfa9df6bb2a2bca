//! SARIF 2.1.0, for code scanning: one run, with a result for each problem.
//!
//! What passes is counted in the properties of the run, and not listed. Findings are gone through twice: once to
//! count, for GitHub refuses a file of more than 25,000 results, so that the heaviest of them are kept; once to write.

mod log;
mod results;
mod rules;
mod text;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde_json::{Value, json};

use self::log::{
    Artifact, BaseFolder, Driver, Invocation, Level, Location, Log, Notification, Reference, Run,
    SarifResult, Tool,
};
use self::results::{BASE_ID, Files};
use self::rules::Rules;
use self::text::plain;
use super::standing::{RANKS, Standing};
use super::{Rendering, safe_json, wording};
use crate::finding::Gate;
use crate::result::{DiagnosticV1, FindingV1, GateV1, HeadV1, LevelV1, Recorded, VerdictV1, VerdictsV1};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Results of a run that GitHub takes.
const RESULT_LIMIT: u64 = 25_000;
/// Verdicts that could not be reached that are told as notifications; all are results.
const NOTIFICATION_LIMIT: usize = 1_000;

/// Writes a result.
pub(super) fn write(result: &Recorded, rendering: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    let mut rules = Rules::new(&head.policies);
    let artifacts = artifacts(head, rendering);
    let files = &artifacts.files;

    let mut occurrences = Occurrences::default();
    let mut broken = Vec::new();
    for diagnostic in errors(head) {
        let index = rules.of_diagnostic(diagnostic);
        let file = diagnostic.file.as_deref().unwrap_or_default();
        let occurrence = |fingerprint: &str| occurrences.next(file, fingerprint);
        broken.extend(results::of_diagnostic(diagnostic, index, occurrence, files));
    }

    let mut counts = Counts::default();
    findings.each(|finding| {
        let standing = Standing::of(&finding, &head.settings);
        *counts.listed.of_mut(finding.verdict) += 1;
        if standing == Standing::Clear {
            return Ok(());
        }
        let index = rules.of_finding(&finding);
        if let Some(count) = counts.ranks.get_mut(standing.rank(finding.rule.severity)) {
            *count += 1;
        }
        if standing == Standing::Unjudged {
            counts.unjudged += 1;
            if counts.notifications.len() < NOTIFICATION_LIMIT {
                counts.notifications.push(unjudged(&finding, index, files));
            }
        }
        Ok(())
    })?;

    let unlisted = (broken.len() as u64).saturating_sub(RESULT_LIMIT);
    let (mut quota, more) = counts.quota(RESULT_LIMIT.saturating_sub(broken.len() as u64));
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: head.tool.name.clone(),
                    version: head.tool.version.clone(),
                    semantic_version: is_semantic(&head.tool.version).then(|| head.tool.version.clone()),
                    rules: std::mem::take(&mut rules.all),
                },
            },
            invocations: [invocation(head, &mut counts, more + unlisted, files)],
            original_uri_base_ids: BTreeMap::from([(
                BASE_ID,
                BaseFolder { description: plain("the folder that probity was run in") },
            )]),
            artifacts: artifacts.all,
            default_encoding: "UTF-8",
            column_kind: "unicodeCodePoints",
            properties: properties(head, &counts.listed),
            results: [],
        }],
    };

    let mut results = Results::begin(&log, out)?;
    for result in broken.iter().take(usize::try_from(RESULT_LIMIT).unwrap_or(usize::MAX)) {
        results.add(result)?;
    }
    findings.each(|finding| {
        let standing = Standing::of(&finding, &head.settings);
        let Some(left) = quota.get_mut(standing.rank(finding.rule.severity)).filter(|left| **left > 0) else {
            return Ok(());
        };
        *left -= 1;
        // The first time through, every rule was given its place.
        let index = rules.place(&finding.rule.id).unwrap_or_default();
        let occurrence = occurrences.next(&finding.location.file, &finding.fingerprint);
        let has_ratchet = head.ratchet.is_some();
        results.add(&results::of_finding(&finding, index, occurrence, &head.settings, has_ratchet, files))
    })?;
    results.end()
}

/// How many findings of which rank there are.
#[derive(Default)]
struct Counts {
    ranks: [u64; RANKS],
    listed: VerdictsV1,
    notifications: Vec<Notification>,
    unjudged: u64,
}

impl Counts {
    /// How many of each rank there is room for, the heaviest first, and for how many there is none.
    fn quota(&self, room: u64) -> ([u64; RANKS], u64) {
        let (mut room, mut more) = (room, 0);
        let quota = self.ranks.map(|count| {
            let taken = count.min(room);
            room -= taken;
            more += count - taken;
            taken
        });
        (quota, more)
    }
}

/// How often each fingerprint was seen in a file: a resource may stand there in several documents. GitHub keeps those
/// of several files apart by itself.
#[derive(Default)]
struct Occurrences(HashMap<(String, String), u64>);

impl Occurrences {
    /// The number of this occurrence in a file, from 1.
    fn next(&mut self, file: &str, fingerprint: &str) -> u64 {
        let count = self.0.entry((file.to_owned(), fingerprint.to_owned())).or_default();
        *count += 1;
        *count
    }
}

/// The document up to its results, which are written one a line, and what stands behind them.
struct Results<'o> {
    out: &'o mut dyn Write,
    rest: String,
    separator: &'static str,
}

impl<'o> Results<'o> {
    fn begin(log: &Log, out: &'o mut dyn Write) -> io::Result<Self> {
        let mut document = Vec::new();
        safe_json::write_pretty(&mut document, log)?;
        let document = String::from_utf8(document).map_err(io::Error::other)?;
        // No string holds this, for line feeds and quotes in them are escaped.
        let key = "\n      \"results\": [";
        let (before, rest) = document.split_once(&format!("{key}]")).unwrap_or((&document, ""));
        write!(out, "{before}{key}")?;
        Ok(Self { out, rest: rest.to_owned(), separator: "\n" })
    }

    fn add(&mut self, result: &SarifResult) -> io::Result<()> {
        write!(self.out, "{}        ", self.separator)?;
        self.separator = ",\n";
        safe_json::write_at_once(self.out, result)
    }

    fn end(self) -> io::Result<()> {
        let close = if self.separator == "\n" { "]" } else { "\n      ]" };
        writeln!(self.out, "{close}{}", self.rest)
    }
}

/// The input files, each once, and where they are.
struct Artifacts {
    all: Vec<Artifact>,
    files: Files,
}

fn artifacts(head: &HeadV1, rendering: &Rendering) -> Artifacts {
    let mut artifacts =
        Artifacts { all: Vec::new(), files: Files { base: rendering.base.clone(), places: HashMap::new() } };
    for input in &head.inputs {
        if artifacts.files.places.contains_key(&input.file) {
            continue;
        }
        artifacts.files.places.insert(input.file.clone(), artifacts.all.len());
        let Some(location) = artifacts.files.location(&input.file) else { continue };
        artifacts.all.push(Artifact {
            location,
            roles: ["analysisTarget"],
            // Without a digest the file was not read to its end, and its size is not known.
            length: input.sha256.is_some().then_some(input.bytes),
            hashes: input.sha256.iter().map(|digest| ("sha-256", digest.clone())).collect(),
        });
    }
    artifacts
}

fn errors(head: &HeadV1) -> impl Iterator<Item = &DiagnosticV1> {
    head.diagnostics.iter().filter(|diagnostic| diagnostic.level == LevelV1::Error)
}

/// How the run went. Of notifications of the level `error` the standard says that the run failed.
fn invocation(head: &HeadV1, counts: &mut Counts, more: u64, files: &Files) -> Invocation {
    let mut execution = Vec::new();
    let mut configuration = Vec::new();
    for diagnostic in &head.diagnostics {
        let about_input = ["payload.", "input."].iter().any(|prefix| diagnostic.code.starts_with(prefix));
        let list = if about_input { &mut execution } else { &mut configuration };
        list.push(notification(diagnostic, files));
    }
    execution.append(&mut counts.notifications);
    let untold = counts.unjudged.saturating_sub(NOTIFICATION_LIMIT as u64);
    let mut say = |code: &str, level: Level, message: &str| {
        execution.push(Notification {
            level,
            message: plain(message),
            descriptor: Reference { id: code.to_owned(), index: None },
            associated_rule: None,
            locations: Vec::new(),
        });
    };
    if untold > 0 {
        let message = format!("{untold} more verdicts could not be reached; the results tell them");
        say("report.more_errors", Level::Error, &message);
    }
    if more > 0 {
        let message = format!(
            "{more} more results are not listed, the lightest of all: code scanning takes {RESULT_LIMIT} of a run; the format `json` lists all"
        );
        say("report.more_results", Level::Warning, &message);
    }
    let gate = match head.gate {
        GateV1::Pass => Gate::Pass,
        GateV1::Fail => Gate::Fail,
        GateV1::Error => Gate::Error,
    };
    Invocation {
        execution_successful: head.gate != GateV1::Error,
        exit_code: gate.exit_code() as u8,
        exit_code_description: wording::gate(head),
        tool_execution_notifications: execution,
        tool_configuration_notifications: configuration,
    }
}

fn notification(diagnostic: &DiagnosticV1, files: &Files) -> Notification {
    let file = diagnostic.file.as_deref();
    let physical = file.and_then(|file| files.place(file, diagnostic.line, diagnostic.column));
    let related = diagnostic.related.iter().filter_map(|place| {
        let physical = files.place(&place.file, Some(place.line), Some(place.column))?;
        Some(location(physical, Some(&place.message)))
    });
    Notification {
        level: match diagnostic.level {
            LevelV1::Error => Level::Error,
            LevelV1::Warning => Level::Warning,
        },
        message: plain(&results::told(diagnostic)),
        descriptor: Reference { id: diagnostic.code.clone(), index: None },
        associated_rule: None,
        locations: physical.map(|physical| location(physical, None)).into_iter().chain(related).collect(),
    }
}

/// A verdict that could not be reached, as a notification: the rule, not the payload, is what has to be looked at.
fn unjudged(finding: &FindingV1, rule_index: usize, files: &Files) -> Notification {
    let place = &finding.location;
    let physical = files.place(&place.file, Some(place.line), Some(place.column));
    let message = format!("{}: {}", wording::resource(&finding.resource), wording::says(finding));
    Notification {
        level: Level::Error,
        message: plain(&message),
        descriptor: Reference { id: "verdict.error".to_owned(), index: None },
        associated_rule: Some(Reference { id: finding.rule.id.clone(), index: Some(rule_index) }),
        locations: physical.map(|physical| location(physical, None)).into_iter().collect(),
    }
}

fn location(physical: log::PhysicalLocation, message: Option<&String>) -> Location {
    Location {
        id: None,
        physical_location: Some(physical),
        logical_locations: Vec::new(),
        message: message.map(|message| plain(message)),
    }
}

/// The gate and all counts; what passes has no results.
fn properties(head: &HeadV1, listed: &VerdictsV1) -> BTreeMap<&'static str, Value> {
    let passed = VerdictsV1 {
        pass: head.summary.verdicts.of(VerdictV1::Pass),
        not_applicable: head.summary.verdicts.of(VerdictV1::NotApplicable),
        ..*listed
    };
    let mut properties = BTreeMap::from([
        ("at", json!(head.at)),
        ("gate", json!(head.gate)),
        ("resources", json!(head.summary.resources)),
        ("verdicts", json!(head.summary.verdicts)),
        ("known", json!(head.summary.known)),
    ]);
    // Results never list what passes, so only other verdicts can be missing.
    if let Some(words) = wording::unlisted(head, &passed) {
        properties.insert("unlisted", json!(words));
    }
    properties
}

/// Whether a version is one of Semantic Versioning 2.0: three numbers, then perhaps more.
fn is_semantic(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_results_are_kept() {
        let mut counts = Counts::default();
        // Errors, critical and high problems, one that is known, one that is waived.
        for (rank, count) in [(0, 2), (1, 3), (2, 10), (5, 1), (9, 1)] {
            counts.ranks[rank] = count;
        }
        let (quota, more) = counts.quota(7);
        assert_eq!((quota[0], quota[1], quota[2], quota[5], quota[9], more), (2, 3, 2, 0, 0, 10));
        assert_eq!(counts.quota(17), (counts.ranks, 0));
        assert_eq!(counts.quota(0).1, 17);
    }

    #[test]
    fn only_versions_of_that_kind_are_semantic() {
        assert!(is_semantic("0.1.0") && is_semantic("1.2.3-rc.1+5"));
        assert!(!is_semantic("1.2") && !is_semantic("v1.2.3") && !is_semantic(""));
    }
}
