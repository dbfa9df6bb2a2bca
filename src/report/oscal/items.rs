//! What each finding gives, and each rule.

use std::collections::HashMap;

use uuid::Uuid;

use super::Observed;
use super::controls::{Objective, Reached, Rule, Unclear};
use super::document::{Frame, verdict_props};
use super::text::{end_of_day, markup, markup_code, markup_line, oscal_prop, prop, time};
use super::types::{
    AssociatedRisk, Characterization, Facet, Finding, InventoryItem, Observation, Prop, RelatedObservation,
    RelevantEvidence, Response, Risk, Status, Subject, Target,
};
use crate::report::grouped::resource_words;
use crate::report::names::{named, resource_name};
use crate::report::remark::remark;
use crate::result::{DiagnosticV1, EvidenceV1, FindingV1, HeadV1, VerdictV1};

/// Characters of a title that are shown.
const MAX_TITLE: usize = 300;
/// The naming system of risk ratings that OSCAL defines.
const RATINGS: &str = "http://csrc.nist.gov/ns/oscal";

/// Makes parts of the document.
pub(super) struct Items<'h> {
    frame: &'h Frame<'h>,
    /// The oldest time that resources of an operation in a file were observed at.
    observed: HashMap<(&'h str, &'h str), String>,
    statements: HashMap<&'h str, &'h str>,
}

impl<'h> Items<'h> {
    pub(super) fn new(head: &'h HeadV1, frame: &'h Frame<'h>) -> Self {
        let observed = head.inputs.iter().filter_map(|input| {
            let from = time(&input.observed.as_ref()?.from)?;
            Some(((input.file.as_str(), input.operation.as_deref()?), from))
        });
        let statements = head
            .policies
            .iter()
            .filter_map(|policy| Some((policy.id.as_str(), policy.description.as_deref()?)));
        Self { frame, observed: observed.collect(), statements: statements.collect() }
    }

    pub(super) fn observation(&self, finding: &FindingV1, uuid: Uuid) -> Observation {
        let FindingV1 { rule, verdict, resource, location, fingerprint, .. } = finding;
        let mut props = vec![
            prop("rule-id", &rule.id),
            prop("verdict", verdict.as_str()),
            prop("severity", rule.severity.as_str()),
            prop("fingerprint", fingerprint),
        ];
        if finding.known {
            props.push(prop("known", "true"));
        }
        let words = verdict.as_str().replace('_', " ");
        let title = format!("{} {words}: {}", rule.id, subject_words(finding));
        let mut types = vec!["control-objective"];
        if !matches!(verdict, VerdictV1::Pass | VerdictV1::NotApplicable) {
            types.push("discovery");
        }
        let key = (location.file.as_str(), resource.operation.as_str());
        Observation {
            uuid,
            title: markup_line(&title, MAX_TITLE),
            description: markup(&finding.message),
            props,
            methods: ["TEST"],
            types,
            origins: [self.frame.origin()],
            subjects: vec![Subject {
                uuid: resource_name(finding),
                kind: "inventory-item",
                title: markup_line(&subject_words(finding), MAX_TITLE),
            }],
            relevant_evidence: self.evidence(finding),
            collected: self.observed.get(&key).unwrap_or(&self.frame.at).clone(),
            remarks: remark(finding).map(|remark| markup(&remark)),
        }
    }

    /// The place of a finding, if no value stands there, and its values.
    fn evidence(&self, finding: &FindingV1) -> Vec<RelevantEvidence> {
        let location = &finding.location;
        let href = |line: u64| self.frame.href(&location.file).map(|href| format!("{href}#L{line}"));
        let props = |path: &str, line: u64, column: u64| {
            let mut props = vec![prop("file", &location.file)];
            props.extend(location.document.map(|index| prop("document", index.to_string())));
            props.extend([
                prop("path", path),
                prop("line", line.to_string()),
                prop("column", column.to_string()),
            ]);
            props
        };
        let mut evidence = Vec::new();
        if !finding.evidence.iter().any(|value| value.path == location.path) {
            evidence.push(RelevantEvidence {
                href: href(location.line),
                description: "Where to look first.".to_owned(),
                props: props(&location.path, location.line, location.column),
            });
        }
        for value in &finding.evidence {
            let EvidenceV1 { path, value, line, column, absent, truncated, redacted, .. } = value;
            let mut props = props(path, *line, *column);
            let words = match (absent, truncated, redacted) {
                (true, _, _) => "is absent".to_owned(),
                (_, _, true) => "is not shown".to_owned(),
                (_, true, _) => "is too long to be repeated".to_owned(),
                _ => {
                    props.push(prop("value", value.to_string()));
                    format!("is {}", markup_code(&value.to_string()))
                }
            };
            let path = if path.is_empty() { "The document".to_owned() } else { markup_code(path) };
            evidence.push(RelevantEvidence {
                href: href(*line),
                description: format!("{path} {words}"),
                props,
            });
        }
        evidence
    }

    /// A problem with inputs or policies.
    pub(super) fn problem(&self, diagnostic: &DiagnosticV1, uuid: Uuid) -> Observation {
        let DiagnosticV1 { code, level, message, file, line, column, help, related } = diagnostic;
        let place = |file: &str, line: Option<u64>, column: Option<u64>, words: &str| {
            let mut props = vec![prop("file", file)];
            props.extend(line.map(|line| prop("line", line.to_string())));
            props.extend(column.map(|column| prop("column", column.to_string())));
            let fragment = line.map(|line| format!("#L{line}")).unwrap_or_default();
            RelevantEvidence {
                href: self.frame.href(file).map(|href| href + &fragment),
                description: markup(words),
                props,
            }
        };
        let mut evidence: Vec<RelevantEvidence> =
            file.iter().map(|file| place(file, *line, *column, "Where the problem is.")).collect();
        evidence
            .extend(related.iter().map(|at| place(&at.file, Some(at.line), Some(at.column), &at.message)));
        Observation {
            uuid,
            title: markup_line(&format!("{level}: {code}"), MAX_TITLE),
            description: markup(message),
            props: vec![prop("code", code), prop("level", level.as_str())],
            methods: ["EXAMINE"],
            types: vec!["discovery"],
            origins: [self.frame.origin()],
            subjects: Vec::new(),
            relevant_evidence: evidence,
            collected: self.frame.at.clone(),
            remarks: help.as_deref().map(markup),
        }
    }

    pub(super) fn risk(&self, finding: &FindingV1, observation: Uuid) -> Risk {
        let FindingV1 { rule, verdict, waiver, .. } = finding;
        let uuid = risk_name(observation);
        let mut props = vec![prop("rule-id", &rule.id), prop("verdict", verdict.as_str())];
        if finding.known {
            props.push(prop("known", "true"));
        }
        if let Some(waiver) = waiver {
            props.push(prop("waiver-reason", &waiver.reason));
            props.push(prop("waiver-owner", &waiver.owner));
            props.extend(waiver.ticket.iter().map(|ticket| prop("waiver-ticket", ticket)));
            props.push(prop("waiver-expires", waiver.expires.as_deref().unwrap_or("never")));
            props.push(prop("waiver-expired", waiver.expired.to_string()));
            props.push(prop("waiver-file", format!("{}:{}", waiver.file, waiver.line)));
        }
        let statement = self.statements.get(rule.id.as_str()).copied().unwrap_or(&rule.title);
        let description = match remark(finding) {
            Some(remark) => format!("{}. {remark}", finding.message),
            None => finding.message.clone(),
        };
        let remediations = rule.remediation.iter().map(|remediation| Response {
            uuid: named("remediation", &[&uuid.to_string()]),
            lifecycle: "recommendation",
            title: "What to do",
            description: markup(remediation),
        });
        Risk {
            uuid,
            title: markup_line(&format!("{}: {}", rule.title, subject_words(finding)), MAX_TITLE),
            description: markup(&description),
            statement: markup(statement),
            props,
            status: if *verdict == VerdictV1::Waived { "deviation-approved" } else { "open" },
            characterizations: [Characterization {
                origin: self.frame.origin(),
                facets: [Facet { name: "severity", system: RATINGS, value: rule.severity.as_str() }],
            }],
            deadline: waiver.as_ref().and_then(|waiver| end_of_day(waiver.expires.as_deref()?)),
            remediations: remediations.collect(),
            related_observations: [RelatedObservation { observation_uuid: observation }],
        }
    }

    /// What a rule says of one of its controls.
    pub(super) fn finding(
        &self,
        rule: &Rule,
        objective: &Objective,
        observed: &[&Observed],
        unclear: &Unclear,
    ) -> Finding {
        let verdicts = rule.verdicts();
        let (state, reason, words) = match rule.reached(unclear) {
            Reached::Satisfied => ("satisfied", "pass", "Nothing is against it."),
            Reached::Failed => ("not-satisfied", "fail", "It does not hold for every resource."),
            Reached::Unclear => ("not-satisfied", "other", "It cannot be told whether it holds."),
            Reached::Nothing => {
                ("not-satisfied", "other", "It holds for no resource, since none was judged by it.")
            }
        };
        let mut remarks: Vec<String> = vec![words.to_owned()];
        let counts = VerdictV1::ALL.iter().filter(|&&verdict| verdicts.of(verdict) > 0);
        let counts: Vec<String> = counts
            .map(|&verdict| format!("{} {}", verdicts.of(verdict), verdict.as_str().replace('_', " ")))
            .collect();
        if !counts.is_empty() {
            remarks.push(format!("Verdicts: {}.", counts.join(", ")));
        }
        if rule.touches(unclear) {
            remarks.push("Not all of what it is about could be read, or is there: see the problems among the observations.".to_owned());
        }
        let mut props = vec![prop("rule-id", &rule.id), prop("severity", rule.severity.as_str())];
        match &objective.control {
            Some((framework, control)) => {
                props.extend([prop("framework", framework), prop("control", control)]);
            }
            None => props.push(prop("framework", "none")),
        }
        props.extend(verdict_props(|verdict| verdicts.of(verdict)));
        let title = match &objective.control {
            Some((framework, control)) => format!("{}: {framework} {control}", rule.id),
            None => rule.id.clone(),
        };
        Finding {
            uuid: named("finding", &[&self.frame.run.to_string(), &objective.id]),
            title: markup(&title),
            description: markup(&rule.title),
            props,
            origins: [self.frame.origin()],
            target: Target {
                kind: "objective-id",
                id: objective.id.clone(),
                title: markup(&rule.title),
                status: Status { state, reason, remarks: remarks.join(" ") },
            },
            related_observations: observed
                .iter()
                .map(|observed| RelatedObservation { observation_uuid: observed.uuid })
                .collect(),
            related_risks: observed
                .iter()
                .filter(|observed| observed.has_risk)
                .map(|observed| AssociatedRisk { risk_uuid: risk_name(observed.uuid) })
                .collect(),
            remarks: None,
        }
    }
}

/// A resource, by the first finding about it.
pub(super) fn inventory_item(finding: &FindingV1, uuid: Uuid) -> InventoryItem {
    let resource = &finding.resource;
    let mut props: Vec<Prop> = resource.id.iter().map(|id| oscal_prop("asset-id", id)).collect();
    props.push(prop("operation", &resource.operation));
    props.push(prop("kind", &resource.kind));
    for (name, text) in
        [("name", &resource.name), ("region", &resource.region), ("account", &resource.account)]
    {
        props.extend(text.iter().map(|text| prop(name, text)));
    }
    let words = subject_words(finding);
    InventoryItem {
        uuid,
        description: markup(&format!("{}: {words}", resource.kind.replace('_', " "))),
        props,
    }
}

fn risk_name(observation: Uuid) -> Uuid {
    named("risk", &[&observation.to_string()])
}

/// The resource in words; of one without an id its place.
fn subject_words(finding: &FindingV1) -> String {
    let location = &finding.location;
    resource_words(&finding.resource).unwrap_or_else(|| {
        format!("unnamed resource at {}:{}:{}", location.file, location.line, location.column)
    })
}
