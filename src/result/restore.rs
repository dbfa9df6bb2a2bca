//! A saved result becomes a run with findings again, for reports that are made of those.
//!
//! What a saved result says may have been written by anybody: whatever could not come from a run is an error, and
//! nothing that a terminal would obey comes through.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::restore_accepted;
use super::types::{
    CountV1, DiagnosticV1, EvidenceV1, ExcerptV1, FindingV1, GateV1, HeadV1, InputV1, LevelV1, LocationV1,
    MarkV1, PolicyV1, ResourceV1, RuleV1, SeverityV1, VerdictV1, VerdictsV1,
};
use crate::finding::{
    Counts, Evidence, EvidenceValue, Finding, Fingerprint, Gate, InputSummary, Location, OnInconclusive, Run,
    Subject, Tally, Verdict,
};
use crate::operation::{Operation, UnknownOperation};
use crate::policy::{PolicyFile, RelatedResource, Rule, RuleId, RuleIdError, Severity};
use crate::source::{Code, Diagnostic, Excerpt, Mark, Place, Position, Window, printable};

/// Lines, columns and offsets of files end long before.
const MAX_NUMBER: u64 = 1 << 53;
/// Characters of a line of an excerpt; those of a run are far shorter.
const MAX_LINE: usize = 2000;
/// Bytes of an excerpt.
const MAX_EXCERPT: usize = 1 << 20;

/// Why a saved result cannot come from a run.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// An operation that is not known.
    #[error(transparent)]
    Operation(#[from] UnknownOperation),
    /// A rule's id that is none.
    #[error(transparent)]
    Rule(#[from] RuleIdError),
    /// A diagnostic's code that is not known.
    #[error("unknown code `{}` of a diagnostic", printable(.0))]
    Code(String),
    /// A time that is none.
    #[error("`{}` is no time", printable(.0))]
    Time(String),
    /// A fingerprint that is none.
    #[error("`{}` is no fingerprint", printable(.0))]
    Fingerprint(String),
    /// A line, column or offset that is none.
    #[error("line {line}, column {column} is no place in `{}`", printable(.file))]
    Place {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// The column.
        column: u64,
    },
    /// Lines that do not hold what is marked in them, or are too long, or hold what a terminal would obey.
    #[error("the lines of `{}` around a place cannot be shown", printable(.0))]
    Excerpt(String),
    /// A waiver that is none.
    #[error("the waiver for `{}` is none", printable(.0))]
    Waiver(String),
    /// An entry of the ratchet that is none.
    #[error("what the ratchet knew: {0}")]
    Ratchet(String),
    /// Counts that no run has.
    #[error("the verdicts are counted twice, or beyond measure")]
    Counts,
    /// A word that is not known.
    #[error("`{}` is not what an inconclusive verdict can mean", printable(.0))]
    Inconclusive(String),
}

/// Makes findings of the lines of one result, in their order.
#[derive(Debug)]
pub struct Restorer {
    rules: Vec<Arc<Rule>>,
    by_id: HashMap<String, Arc<Rule>>,
    files: HashMap<String, Arc<str>>,
    last: Option<Last>,
}

/// The resource of the finding before.
#[derive(Debug)]
struct Last {
    subject: Arc<Subject>,
    file: Arc<str>,
    document: Option<u64>,
    /// As far as it leads to the resource.
    pointer: String,
    /// A rule says one thing of a resource.
    rules: BTreeSet<RuleId>,
}

impl Restorer {
    /// For the findings of a result with this head.
    ///
    /// # Errors
    ///
    /// A rule that cannot be one.
    pub fn new(head: &HeadV1) -> Result<Self, RestoreError> {
        let rules = head.policies.iter().map(|policy| policy_rule(policy).map(Arc::new));
        let rules: Vec<Arc<Rule>> = rules.collect::<Result<_, _>>()?;
        let by_id = rules.iter().map(|rule| (rule.id.to_string(), Arc::clone(rule))).collect();
        Ok(Self { rules, by_id, files: HashMap::new(), last: None })
    }

    /// All but the findings.
    ///
    /// # Errors
    ///
    /// What cannot come from a run.
    pub fn run(&self, head: &HeadV1) -> Result<Run, RestoreError> {
        let summary = &head.summary;
        let tally = |of: fn(&CountV1) -> &VerdictsV1| -> Result<Tally, RestoreError> {
            let mut tally = Tally::default();
            let mut known = BTreeSet::new();
            for count in &summary.counts {
                if !known.insert((&count.operation, count.severity)) {
                    return Err(RestoreError::Counts);
                }
                tally.add(operation(&count.operation)?, count.severity.into(), &counts(of(count))?);
            }
            Ok(tally)
        };
        let by_rule = head.policies.iter().map(|policy| counts(&policy.verdicts));
        Ok(Run {
            at: parse_time(&head.at)?,
            gate: head.gate.into(),
            fail_on: head.settings.fail_on.into(),
            on_inconclusive: match head.settings.inconclusive.as_str() {
                "fail" => OnInconclusive::Fail,
                "warn" => OnInconclusive::Warn,
                other => return Err(RestoreError::Inconclusive(other.to_owned())),
            },
            outcomes: counts(&summary.outcomes)?,
            tally: tally(|count| &count.verdicts)?,
            known: tally(|count| &count.known)?,
            by_rule: by_rule.collect::<Result<_, _>>()?,
            include: head.settings.include.iter().map(|&verdict| verdict.into()).collect(),
            max_age: head.settings.max_age_seconds.and_then(TimeDelta::try_seconds),
            config: head.settings.config.as_deref().map(|config| Arc::from(&*printable(config))),
            files: summary.files,
            payloads: summary.payloads,
            resources: summary.resources,
            inputs: head.inputs.iter().map(input).collect::<Result<_, _>>()?,
            rules: self.rules.clone(),
            waivers: head.waivers.iter().map(restore_accepted::waiver_use).collect::<Result<_, _>>()?,
            ratchet: head.ratchet.as_ref().map(restore_accepted::comparison).transpose()?,
            fresh: Vec::new(),
            population: head.population.iter().map(restore_accepted::list).collect::<Result<_, _>>()?,
            diagnostics: head.diagnostics.iter().map(diagnostic).collect::<Result<_, _>>()?,
        })
    }

    /// The next finding. Those of a resource share it.
    ///
    /// # Errors
    ///
    /// What cannot come from a run.
    pub fn finding(&mut self, saved: FindingV1) -> Result<Finding, RestoreError> {
        let rule = self.rule(&saved)?;
        let file = self.file(&saved.location.file);
        let LocationV1 { document, path, line, column, start_byte, end_byte, .. } = &saved.location;
        let place = place(&file, (*line, *column), *start_byte, *end_byte)?;
        let resource = self.subject(&rule, &saved, &file)?;
        let waiver = restore_accepted::waived(&saved)?;
        let evidence = saved.evidence.into_iter().map(|value| self::evidence(&file, value));
        Ok(Finding {
            rule_line_1based: saved.rule.line,
            verdict: saved.verdict.into(),
            message: saved.message,
            resource,
            location: Location { place, document: *document, pointer: path.clone() },
            evidence: evidence.collect::<Result<_, _>>()?,
            fingerprint: Fingerprint::parse(&saved.fingerprint)
                .ok_or(RestoreError::Fingerprint(saved.fingerprint))?,
            waiver,
            is_known: saved.known,
            excerpt: saved.excerpt.map(excerpt).transpose()?,
            rule_excerpt: saved.rule_excerpt.map(excerpt).transpose()?,
            rule,
        })
    }

    fn rule(&mut self, saved: &FindingV1) -> Result<Arc<Rule>, RestoreError> {
        if let Some(rule) = self.by_id.get(&saved.rule.id) {
            return Ok(Arc::clone(rule));
        }
        let rule = Arc::new(finding_rule(&saved.rule, &saved.resource)?);
        self.by_id.insert(saved.rule.id.clone(), Arc::clone(&rule));
        Ok(rule)
    }

    fn file(&mut self, name: &str) -> Arc<str> {
        if let Some(file) = self.files.get(name) {
            return Arc::clone(file);
        }
        let file: Arc<str> = Arc::from(&*printable(name));
        self.files.insert(name.to_owned(), Arc::clone(&file));
        file
    }

    fn subject(
        &mut self,
        rule: &Rule,
        saved: &FindingV1,
        file: &Arc<str>,
    ) -> Result<Arc<Subject>, RestoreError> {
        let ResourceV1 { operation: name, id, name: called, region, account, captured_at, .. } =
            &saved.resource;
        let operation = operation(name)?;
        let pointer = resource_pointer(operation, &saved.location.path);
        let document = saved.location.document;
        if let Some(last) = &mut self.last
            && last.subject.operation == operation
            && (&last.subject.id, &last.subject.name) == (id, called)
            && (&last.subject.region, &last.subject.account) == (region, account)
            && (&last.file, last.document, last.pointer.as_str()) == (file, document, pointer)
            && last.rules.insert(rule.id.clone())
        {
            return Ok(Arc::clone(&last.subject));
        }
        let subject = Arc::new(Subject {
            operation,
            id: id.clone(),
            name: called.clone(),
            region: region.clone(),
            account: account.clone(),
            captured_at: captured_at.as_deref().map(|at| Arc::from(&*printable(at))),
        });
        self.last = Some(Last {
            subject: Arc::clone(&subject),
            file: Arc::clone(file),
            document,
            pointer: pointer.to_owned(),
            rules: BTreeSet::from([rule.id.clone()]),
        });
        Ok(subject)
    }
}

/// The part of a pointer that leads to a resource of a collection; nothing where there is none.
pub fn resource_pointer(operation: Operation, pointer: &str) -> &str {
    let Some(collection) = operation.collection() else { return "" };
    let mut end = 0;
    let mut segments = pointer.split('/').peekable();
    while let Some(segment) = segments.next() {
        end += segment.len() + 1;
        if segment == collection
            && let Some(index) = segments.peek()
            && !index.is_empty()
            && index.bytes().all(|byte| byte.is_ascii_digit())
        {
            return pointer.get(..end + index.len()).unwrap_or(pointer);
        }
    }
    ""
}

/// Such that they can be added up.
fn counts(verdicts: &VerdictsV1) -> Result<Counts, RestoreError> {
    let mut counts = Counts::default();
    for &verdict in VerdictV1::ALL {
        let count = verdicts.of(verdict);
        if count > MAX_NUMBER {
            return Err(RestoreError::Counts);
        }
        counts.add(verdict.into(), count);
    }
    Ok(counts)
}

/// An operation by its full id.
pub(super) fn operation(id: &str) -> Result<Operation, UnknownOperation> {
    let operation: Operation = id.parse()?;
    if operation.id() == id {
        return Ok(operation);
    }
    Err(UnknownOperation { given: id.to_owned(), nearest: Some(operation.id().to_owned()) })
}

fn parse_time(text: &str) -> Result<DateTime<Utc>, RestoreError> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| RestoreError::Time(text.to_owned()))?;
    Ok(time.to_utc())
}

fn policy_rule(policy: &PolicyV1) -> Result<Rule, RestoreError> {
    let applies_to = policy.applies_to.iter().map(|id| operation(id)).collect::<Result<_, _>>()?;
    let related = policy.references.iter().map(|reference| RelatedResource {
        reference: reference.url.clone(),
        description: reference.description.clone(),
    });
    Ok(Rule {
        id: RuleId::parse(&policy.id)?,
        title: policy.title.clone(),
        description: policy.description.clone(),
        severity: policy.severity.into(),
        applies_to,
        params: policy.params.clone(),
        remediation: policy.remediation.as_deref().map(shown_lines),
        controls: policy.controls.clone(),
        optional: Vec::new(),
        related_resources: related.collect(),
        package: String::new(),
        file: Arc::new(PolicyFile::new(&printable(&policy.file), "")),
        line_1based: policy.line,
    })
}

/// A rule of which only a finding tells.
fn finding_rule(rule: &RuleV1, resource: &ResourceV1) -> Result<Rule, RestoreError> {
    Ok(Rule {
        id: RuleId::parse(&rule.id)?,
        title: rule.title.clone(),
        description: None,
        severity: rule.severity.into(),
        applies_to: vec![operation(&resource.operation)?],
        params: std::collections::BTreeMap::new(),
        remediation: rule.remediation.as_deref().map(shown_lines),
        controls: rule.controls.clone(),
        optional: Vec::new(),
        related_resources: Vec::new(),
        package: String::new(),
        file: Arc::new(PolicyFile::new(&printable(&rule.file), "")),
        line_1based: rule.line,
    })
}

/// Printable, but for its line ends.
fn shown_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

fn input(input: &InputV1) -> Result<InputSummary, RestoreError> {
    let observed = input
        .observed
        .as_ref()
        .map(|times| -> Result<_, RestoreError> { Ok(parse_time(&times.from)?..=parse_time(&times.to)?) });
    Ok(InputSummary {
        file: Arc::from(&*printable(&input.file)),
        sha256: input.sha256.clone(),
        bytes: input.bytes,
        operation: input.operation.as_deref().map(operation).transpose()?,
        payloads: input.payloads,
        resources: input.resources,
        complete: input.complete,
        stated_total: input.stated_total,
        observed: observed.transpose()?,
    })
}

fn diagnostic(saved: &DiagnosticV1) -> Result<Diagnostic, RestoreError> {
    let code = Code::ALL.iter().copied().find(|code| code.as_str() == saved.code);
    let code = code.ok_or_else(|| RestoreError::Code(saved.code.clone()))?;
    let mut diagnostic = match saved.level {
        LevelV1::Error => Diagnostic::error(code, saved.message.as_str()),
        LevelV1::Warning => Diagnostic::warning(code, saved.message.as_str()),
    };
    diagnostic.help.clone_from(&saved.help);
    let at = |file: &str, line, column| place(&Arc::from(&*printable(file)), (line, column), 0, 0);
    if let (Some(file), Some(line), Some(column)) = (&saved.file, saved.line, saved.column) {
        diagnostic = diagnostic.at(at(file, line, column)?);
    }
    for related in &saved.related {
        let place = at(&related.file, related.line, related.column)?;
        let related = Diagnostic::warning(code, related.message.as_str()).at(place);
        let level = diagnostic.level;
        diagnostic = diagnostic.with(Diagnostic { level, ..related });
    }
    Ok(diagnostic)
}

fn place(
    file: &Arc<str>,
    (line, column): (u64, u64),
    start: u64,
    end_byte: u64,
) -> Result<Place, RestoreError> {
    Ok(Place { file: Arc::clone(file), start: position(file, (line, column), start)?, end_byte })
}

fn position(file: &str, (line, column): (u64, u64), byte: u64) -> Result<Position, RestoreError> {
    let possible = 1..=MAX_NUMBER;
    if !possible.contains(&line) || !possible.contains(&column) {
        return Err(RestoreError::Place { file: file.to_owned(), line, column });
    }
    Ok(Position { byte, line_1based: line, column_1based: column })
}

fn evidence(file: &Arc<str>, saved: EvidenceV1) -> Result<Evidence, RestoreError> {
    let EvidenceV1 { path, value, line, column, start_byte, end_byte, absent, truncated, redacted } = saved;
    let value = match (absent, truncated, redacted) {
        (true, _, _) => EvidenceValue::Absent,
        (_, _, true) => EvidenceValue::Secret,
        (_, true, _) => EvidenceValue::Long,
        _ => EvidenceValue::Present(value),
    };
    Ok(Evidence { pointer: path, value, place: place(file, (line, column), start_byte, end_byte)? })
}

fn excerpt(saved: ExcerptV1) -> Result<Excerpt, RestoreError> {
    let ExcerptV1 { file, windows } = saved;
    let wrong = || RestoreError::Excerpt(file.clone());
    if windows.iter().map(|window| window.text.len()).sum::<usize>() > MAX_EXCERPT {
        return Err(wrong());
    }
    let windows = windows.into_iter().map(|window| {
        let text = window.text;
        // A tab is the one such character that excerpts have.
        let is_shown = |line: &str| {
            line.chars().count() <= MAX_LINE && !line.split('\t').any(|part| printable(part) != part)
        };
        if !(1..=MAX_NUMBER).contains(&window.line) || !text.ends_with('\n') || !text.lines().all(is_shown) {
            return Err(wrong());
        }
        let marks = window.marks.into_iter().map(|mark| {
            let MarkV1 { start, end, text: words, line, column, byte, beside } = mark;
            // It is within a line.
            if start >= text.len() || text.get(start..end).is_none_or(|marked| marked.contains('\n')) {
                return Err(wrong());
            }
            let position = position(&file, (line, column), byte)?;
            Ok(Mark { span: start..end, text: words, position, is_beside: beside })
        });
        let marks = marks.collect::<Result<_, RestoreError>>()?;
        Ok(Window { first_line_1based: window.line, text, marks })
    });
    let windows = windows.collect::<Result<_, RestoreError>>()?;
    Ok(Excerpt { file: Arc::from(&*printable(&file)), windows })
}

impl From<GateV1> for Gate {
    fn from(gate: GateV1) -> Self {
        match gate {
            GateV1::Pass => Self::Pass,
            GateV1::Fail => Self::Fail,
            GateV1::Error => Self::Error,
        }
    }
}

impl From<VerdictV1> for Verdict {
    fn from(verdict: VerdictV1) -> Self {
        match verdict {
            VerdictV1::Pass => Self::Pass,
            VerdictV1::Fail => Self::Fail,
            VerdictV1::Inconclusive => Self::Inconclusive,
            VerdictV1::NotApplicable => Self::NotApplicable,
            VerdictV1::Waived => Self::Waived,
            VerdictV1::Error => Self::Error,
        }
    }
}

impl From<SeverityV1> for Severity {
    fn from(severity: SeverityV1) -> Self {
        match severity {
            SeverityV1::Critical => Self::Critical,
            SeverityV1::High => Self::High,
            SeverityV1::Medium => Self::Medium,
            SeverityV1::Low => Self::Low,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_pointer_leads_to_its_resource() {
        let of = resource_pointer;
        assert_eq!(of(Operation::ListPublishBatch, "/BatchList/3/Status"), "/BatchList/3");
        assert_eq!(of(Operation::ListPublishBatch, "/body/BatchList/3"), "/body/BatchList/3");
        assert_eq!(of(Operation::ListPublishBatch, "/BatchList"), "");
        assert_eq!(of(Operation::ListPublishBatch, "/BatchList/x/BatchList/0/y"), "/BatchList/x/BatchList/0");
        assert_eq!(of(Operation::ListPublishBatch, "/0/Status"), "");
        assert_eq!(of(Operation::GetPatchBaseline, "/Name"), "");
    }

    fn saved_excerpt(change: impl FnOnce(&mut Value)) -> Result<Excerpt, RestoreError> {
        let mut saved = json!({
            "file": "f", "windows": [{"line": 1, "text": "é = 1\n\tb\n", "marks": [
                {"start": 0, "end": 2, "text": "t", "line": 1, "column": 1, "byte": 0}
            ]}]
        });
        change(&mut saved);
        excerpt(serde_json::from_value(saved).unwrap())
    }

    #[test]
    fn what_no_run_would_show_is_refused() {
        assert!(saved_excerpt(|_| {}).is_ok());
        for (pointer, value) in [
            ("/windows/0/marks/0/start", json!(1)),
            ("/windows/0/marks/0/end", json!(1)),
            ("/windows/0/marks/0/end", json!(99)),
            ("/windows/0/marks/0/end", json!(8)),
            ("/windows/0/marks/0/start", json!(10)),
            ("/windows/0/marks/0/line", json!(0)),
            ("/windows/0/marks/0/column", json!(0)),
            ("/windows/0/line", json!(0)),
            ("/windows/0/line", json!(u64::MAX)),
            ("/windows/0/text", json!("é = 1")),
            ("/windows/0/text", json!("é = \u{1b}[31m\n")),
            ("/windows/0/text", json!("é = \u{202e}\n")),
            ("/windows/0/text", json!(format!("é{}\n", "x".repeat(MAX_LINE)))),
        ] {
            let restored = saved_excerpt(|saved| *saved.pointer_mut(pointer).unwrap() = value.clone());
            assert!(restored.is_err(), "{pointer} {value}");
        }
    }
}
