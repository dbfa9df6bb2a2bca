//! Findings, and files that could not be judged, as `result` objects.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::log::{
    ArtifactLocation, Level, Location, LogicalLocation, PhysicalLocation, Region, SarifResult, Suppression,
};
use super::text::plain;
use crate::report::paths::{FilePath, is_file};
use crate::report::standing::Standing;
use crate::report::wording;
use crate::result::{DiagnosticV1, EvidenceV1, FindingV1, LocationV1, SettingsV1, VerdictV1};
use crate::source::hexadecimal;

/// The id of the base folder that relative references are read against; GitHub and others take it for the root of the
/// repository.
pub(super) const BASE_ID: &str = "%SRCROOT%";
/// Values that a result points at. GitHub takes 1,000 places of a result, and shows 100.
const EVIDENCE_LIMIT: usize = 20;

/// Where files are, and which place they have among the artifacts.
pub(super) struct Files {
    pub(super) base: PathBuf,
    pub(super) places: HashMap<String, usize>,
}

impl Files {
    /// Where a file is; `None` where it is none.
    pub(super) fn location(&self, file: &str) -> Option<ArtifactLocation> {
        // A file that was read is one whatever its name looks like.
        (is_file(file) || self.places.contains_key(file)).then(|| {
            let path = FilePath::new(file, &self.base);
            let uri_base_id = matches!(path, FilePath::Below(_)).then_some(BASE_ID);
            ArtifactLocation { uri: path.uri(), uri_base_id, index: self.places.get(file).copied() }
        })
    }

    /// A place whose end is not known.
    pub(super) fn place(
        &self,
        file: &str,
        line: Option<u64>,
        column: Option<u64>,
    ) -> Option<PhysicalLocation> {
        let region = line.map(|line| Region {
            start_line: line,
            start_column: column.unwrap_or(1),
            end_line: None,
            end_column: None,
        });
        Some(PhysicalLocation { artifact_location: self.location(file)?, region })
    }
}

/// A finding as a result.
pub(super) fn of_finding(
    finding: &FindingV1,
    rule_index: usize,
    occurrence: u64,
    settings: &SettingsV1,
    has_ratchet: bool,
    files: &Files,
) -> SarifResult {
    let standing = Standing::of(finding, settings);
    let message = format!("{}: {}", wording::resource(&finding.resource), wording::says(finding));
    let same = |evidence: &&EvidenceV1| evidence.path == finding.location.path;
    let known_end = finding.evidence.iter().find(same).and_then(end_column);
    SarifResult {
        rule_id: finding.rule.id.clone(),
        rule_index,
        kind: "fail",
        level: level(finding, standing),
        message: plain(&message),
        locations: vec![Location {
            id: None,
            physical_location: files.location(&finding.location.file).map(|artifact_location| {
                PhysicalLocation { artifact_location, region: Some(region(&finding.location, known_end)) }
            }),
            logical_locations: logical(finding),
            message: None,
        }],
        related_locations: related(finding, files),
        partial_fingerprints: fingerprints(&finding.fingerprint, occurrence),
        baseline_state: match standing {
            Standing::Known => Some("unchanged"),
            Standing::Closing | Standing::Light if has_ratchet => Some("new"),
            _ => None,
        },
        suppressions: suppressions(finding, files),
        properties: properties(finding),
    }
}

/// How heavy a result is.
///
/// What is inconclusive is not of the kind `open`, as the standard has it, since such a result has the level `none`,
/// which GitHub and most viewers do not show: it would read as a pass. Where it closes the gate it weighs what a failure
/// of its rule does, and where it only warns it is a note; its message and properties say what it is.
fn level(finding: &FindingV1, standing: Standing) -> Level {
    match (finding.verdict, standing) {
        (VerdictV1::Error, _) => Level::Error,
        (VerdictV1::Inconclusive, Standing::Light) => Level::Note,
        _ => Level::of(finding.rule.severity),
    }
}

/// What makes a result the same one in another run. GitHub reads `primaryLocationLineHash` only, and would take a hash of
/// the line's text for it, which is the same for many resources of a snapshot.
fn fingerprints(fingerprint: &str, occurrence: u64) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("primaryLocationLineHash", format!("{fingerprint}:{occurrence}")),
        ("probityFingerprint/v1", fingerprint.to_owned()),
    ])
}

/// The region of a value: all of it where its end is known, else its first character. Without an end it would
/// be the rest of the line, which may be all of the file.
fn region(location: &LocationV1, end_column: Option<u64>) -> Region {
    let (line, column) = (location.line, location.column);
    Region {
        start_line: line,
        start_column: column,
        end_line: Some(line),
        end_column: Some(end_column.unwrap_or(column + 1)),
    }
}

/// The column after a scalar value. Only its bytes are stated; but JSON that is as long as the shortest JSON of its value
/// is that very text, and a scalar stands on one line.
fn end_column(evidence: &EvidenceV1) -> Option<u64> {
    if evidence.absent || evidence.truncated || evidence.redacted || evidence.value.is_array() {
        return None;
    }
    if evidence.value.is_object() {
        return None;
    }
    let bytes = evidence.end_byte.checked_sub(evidence.start_byte)?;
    let text = evidence.value.to_string();
    if evidence.value.is_string() {
        return (text.len() as u64 == bytes).then(|| evidence.column + text.chars().count() as u64);
    }
    // Numbers may be written in several ways, all of them in ASCII.
    Some(evidence.column + bytes)
}

/// The value by its JSON pointer, and the resource.
fn logical(finding: &FindingV1) -> Vec<LogicalLocation> {
    let resource = &finding.resource;
    let pointer = &finding.location.path;
    let name = pointer.rsplit('/').next().unwrap_or_default();
    let resource_name = resource.id.as_ref().or(resource.name.as_ref()).unwrap_or(&resource.kind);
    // The whole document has no name of its own.
    let value = (!pointer.is_empty()).then(|| LogicalLocation {
        name: name.replace("~1", "/").replace("~0", "~"),
        fully_qualified_name: pointer.clone(),
        kind: None,
    });
    let resource = LogicalLocation {
        name: resource_name.clone(),
        fully_qualified_name: format!("{}/{resource_name}", resource.operation),
        kind: Some("resource"),
    };
    value.into_iter().chain([resource]).collect()
}

/// The values that the finding rests on, and the line of the rule that decided.
fn related(finding: &FindingV1, files: &Files) -> Vec<Location> {
    let mut places = Vec::new();
    for evidence in finding.evidence.iter().take(EVIDENCE_LIMIT) {
        let location =
            LocationV1 { line: evidence.line, column: evidence.column, ..finding.location.clone() };
        let text = format!("`{}` {}", evidence.path, wording::value(evidence));
        let physical = files.location(&location.file).map(|artifact_location| PhysicalLocation {
            artifact_location,
            region: Some(region(&location, end_column(evidence))),
        });
        places.extend(physical.map(|physical| (physical, text)));
    }
    let rule = &finding.rule;
    let decided = format!("rule {}", rule.id);
    places.extend(files.place(&rule.file, Some(rule.line), None).map(|place| (place, decided)));
    let numbered = places.into_iter().enumerate();
    numbered
        .map(|(index, (physical, text))| Location {
            id: Some(index + 1),
            physical_location: Some(physical),
            logical_locations: Vec::new(),
            message: Some(plain(&text)),
        })
        .collect()
}

/// The waiver that accepts the failure. GitHub itself does not look at suppressions; an action of theirs
/// (`advanced-security/dismiss-alerts`) does.
fn suppressions(finding: &FindingV1, files: &Files) -> Vec<Suppression> {
    let accepted = (finding.verdict == VerdictV1::Waived).then_some(finding.waiver.as_ref()).flatten();
    let suppression = accepted.map(|waiver| Suppression {
        kind: "external",
        status: "accepted",
        justification: wording::waived(waiver),
        location: Location {
            id: None,
            physical_location: files.place(&waiver.file, Some(waiver.line), None),
            logical_locations: Vec::new(),
            message: None,
        },
    });
    suppression.into_iter().collect()
}

fn properties(finding: &FindingV1) -> BTreeMap<&'static str, Value> {
    let mut properties = BTreeMap::from([
        ("verdict", json!(finding.verdict)),
        ("severity", json!(finding.rule.severity)),
        ("resource", json!(finding.resource)),
    ]);
    if let Some(document) = finding.location.document {
        properties.insert("document", json!(document));
    }
    if let Some(waiver) = &finding.waiver {
        properties.insert("waiver", json!(waiver));
    }
    if let Some(more) = finding.evidence.len().checked_sub(EVIDENCE_LIMIT).filter(|more| *more > 0) {
        properties.insert("moreEvidence", json!(more));
    }
    properties
}

/// A file that could not be judged, as a result; `None` where it is about no file.
pub(super) fn of_diagnostic(
    diagnostic: &DiagnosticV1,
    rule_index: usize,
    occurrence: impl FnOnce(&str) -> u64,
    files: &Files,
) -> Option<SarifResult> {
    let file = diagnostic.file.as_deref()?;
    let physical = files.place(file, diagnostic.line, diagnostic.column)?;
    let path = FilePath::new(file, &files.base);
    let identity = json!([diagnostic.code, path.as_str()]).to_string();
    let fingerprint = hexadecimal(&Sha256::digest(identity.as_bytes()));
    let occurrence = occurrence(&fingerprint);
    Some(SarifResult {
        rule_id: diagnostic.code.clone(),
        rule_index,
        kind: "fail",
        level: Level::Error,
        message: plain(&told(diagnostic)),
        locations: vec![Location {
            id: None,
            physical_location: Some(physical),
            logical_locations: Vec::new(),
            message: None,
        }],
        related_locations: Vec::new(),
        partial_fingerprints: fingerprints(&fingerprint, occurrence),
        baseline_state: None,
        suppressions: Vec::new(),
        properties: BTreeMap::from([("verdict", json!(VerdictV1::Error))]),
    })
}

/// What a diagnostic says, and what to do about it.
pub(super) fn told(diagnostic: &DiagnosticV1) -> String {
    let help = diagnostic.help.as_ref().map(|help| format!(". What to do: {help}")).unwrap_or_default();
    format!("{}{help}", diagnostic.message)
}
