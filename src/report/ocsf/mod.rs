//! OCSF Compliance Findings (class 2003), one a line: what security lakes and SIEMs take.
//!
//! Each verdict is an event. What is inconclusive is a Warning, which OCSF has for a check that yields no result for want of
//! information; what could not be evaluated is Other. A problem with inputs or policies is an event too, of status
//! Unknown, so that nothing that was not judged is silent.

mod types;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde_json::{Value, json};

use self::types::{
    Account, Analytic, Check, Cloud, Compliance, Datum, Event, Evidences, FindingInfo, KeyValue, Metadata,
    Product, Remediation, ResourceDetails, VERSION,
};
use super::grouped::resource_words;
use super::names::{named, parse_time, run_name};
use super::remark::remark;
use super::{Rendering, safe_json};
use crate::result::{
    DiagnosticV1, FindingV1, HeadV1, LevelV1, PolicyV1, Recorded, ResourceV1, SeverityV1, VerdictV1,
};

/// Writes a result.
pub(super) fn write(result: &Recorded, _: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    let context = Context::new(head)?;
    let mut sequence = 0;
    findings.each(|finding| {
        sequence += 1;
        safe_json::write_at_once(out, &context.finding(&finding, sequence))?;
        writeln!(out)
    })?;
    for diagnostic in &head.diagnostics {
        sequence += 1;
        safe_json::write_at_once(out, &context.diagnostic(diagnostic, sequence))?;
        writeln!(out)?;
    }
    Ok(())
}

/// What the events of a run have in common.
struct Context<'h> {
    run: String,
    time: i64,
    product: Product<'h>,
    policies: HashMap<&'h str, &'h PolicyV1>,
}

/// An id and its caption.
type Word = (u32, &'static str);

impl<'h> Context<'h> {
    fn new(head: &'h HeadV1) -> io::Result<Self> {
        let time = parse_time(&head.at)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the run's clock is no time"))?;
        Ok(Self {
            run: run_name(head).to_string(),
            time: time.timestamp_millis(),
            product: Product {
                name: &head.tool.name,
                vendor_name: &head.tool.name,
                version: &head.tool.version,
            },
            policies: head.policies.iter().map(|policy| (policy.id.as_str(), policy)).collect(),
        })
    }

    fn finding<'e>(&'e self, finding: &'e FindingV1, sequence: u64) -> Event<'e> {
        let FindingV1 { rule, verdict, message, resource, location, fingerprint, .. } = finding;
        let policy = self.policies.get(rule.id.as_str());
        let (status_id, status) = compliance_status(*verdict);
        let remark = remark(finding);
        let is_accepted = finding.known || *verdict == VerdictV1::Waived;
        let standards: Vec<&str> = rule.controls.keys().map(String::as_str).collect();
        let requirements = rule.controls.iter().flat_map(|(framework, controls)| {
            controls.iter().map(move |control| format!("{framework} {control}"))
        });
        let parameters = policy.into_iter().flat_map(|policy| &policy.params);
        let weight = rule_severity(rule.severity);
        let desc = policy.and_then(|policy| policy.description.as_deref());
        let named_resource = resource_words(resource).unwrap_or_else(|| unnamed(finding));
        let words = verdict.as_str().replace('_', " ");
        Event {
            message: format!("{} on {named_resource}: {words}: {message}", rule.id),
            metadata: self.metadata(&rule.id, &[fingerprint], &["cloud"], sequence),
            finding_info: FindingInfo {
                uid: fingerprint.clone(),
                title: &rule.title,
                desc: message,
                types: ["Compliance"],
                created_time: self.time,
                analytic: Some(Analytic { uid: &rule.id, name: &rule.title, kind: "Rule", type_id: 1 }),
                data_sources: vec![&location.file],
            },
            compliance: Compliance {
                control: Some(&rule.id),
                desc: desc.or(Some(&rule.title)),
                standards: standards.clone(),
                requirements: requirements.collect(),
                control_parameters: parameters
                    .map(|(name, value)| KeyValue { name, value: as_text(value) })
                    .collect(),
                checks: vec![Check {
                    uid: &rule.id,
                    name: &rule.title,
                    desc,
                    severity_id: weight.0,
                    severity: weight.1,
                    standards,
                    status_id,
                    status,
                }],
                status_id,
                status,
                status_code: verdict.as_str(),
                status_details: std::iter::once(message.clone()).chain(remark.clone()).collect(),
            },
            status_detail: remark,
            cloud: Some(cloud(resource)),
            resources: vec![ResourceDetails {
                uid: resource.id.as_deref(),
                // One of both is required.
                name: resource.name.clone().or_else(|| resource.id.is_none().then_some(named_resource)),
                kind: &resource.kind,
                namespace: &resource.service,
                region: resource.region.as_deref(),
                cloud_partition: resource.id.as_deref().and_then(partition),
            }],
            remediation: rule.remediation.as_deref().map(|desc| Remediation {
                desc,
                references: policy
                    .map(|policy| policy.references.iter().map(|page| page.url.as_str()).collect())
                    .unwrap_or_default(),
            }),
            evidences: evidences(finding),
            unmapped: unmapped(finding),
            ..self.event(event_severity(finding), if is_accepted { (3, "Suppressed") } else { (1, "New") })
        }
    }

    fn diagnostic<'e>(&'e self, diagnostic: &'e DiagnosticV1, sequence: u64) -> Event<'e> {
        let DiagnosticV1 { code, level, message, file, line, column, help, related } = diagnostic;
        let place = format!("{file:?} {line:?} {column:?}");
        let uid = named("diagnostic", &[code, &place, message]).to_string();
        let mut unmapped = BTreeMap::from([("level", json!(level))]);
        if let Some(file) = file {
            unmapped.insert("location", json!({"file": file, "line": line, "column": column}));
        }
        if !related.is_empty() {
            unmapped.insert("related", json!(related));
        }
        // How much something weighs that was not judged is not known.
        let severity = match level {
            LevelV1::Error => (0, "Unknown"),
            LevelV1::Warning => (1, "Informational"),
        };
        let event = self.event(severity, (1, "New"));
        Event {
            message: format!("{code}: {message}"),
            metadata: self.metadata(code, &[&uid], &[], sequence),
            finding_info: FindingInfo {
                uid,
                title: code,
                desc: message,
                types: ["Evaluation Problem"],
                created_time: self.time,
                analytic: None,
                data_sources: file.iter().map(String::as_str).collect(),
            },
            compliance: Compliance {
                status_code: code,
                status_details: vec![message.clone()],
                ..event.compliance
            },
            remediation: help.as_deref().map(|desc| Remediation { desc, references: Vec::new() }),
            unmapped,
            ..event
        }
    }

    /// All that is the same for each event; the rest is to be filled in.
    fn event(&self, severity: Word, status: Word) -> Event<'_> {
        Event {
            activity_id: 1,
            activity_name: "Create",
            category_uid: 2,
            category_name: "Findings",
            class_uid: 2003,
            class_name: "Compliance Finding",
            type_uid: 200_301,
            type_name: "Compliance Finding: Create",
            time: self.time,
            timezone_offset: 0,
            severity_id: severity.0,
            severity: severity.1,
            status_id: status.0,
            status: status.1,
            status_detail: None,
            message: String::new(),
            metadata: self.metadata("", &[], &[], 0),
            finding_info: FindingInfo {
                uid: String::new(),
                title: "",
                desc: "",
                types: ["Compliance"],
                created_time: self.time,
                analytic: None,
                data_sources: Vec::new(),
            },
            compliance: Compliance {
                control: None,
                desc: None,
                standards: Vec::new(),
                requirements: Vec::new(),
                control_parameters: Vec::new(),
                checks: Vec::new(),
                status_id: 0,
                status: "Unknown",
                status_code: "",
                status_details: Vec::new(),
            },
            cloud: None,
            resources: Vec::new(),
            remediation: None,
            evidences: Vec::new(),
            unmapped: BTreeMap::new(),
        }
    }

    fn metadata<'e>(
        &'e self,
        event_code: &'e str,
        parts: &[&str],
        profiles: &'static [&'static str],
        sequence: u64,
    ) -> Metadata<'e> {
        // The sequence tells findings apart that a result has twice.
        let sequence_text = sequence.to_string();
        let parts: Vec<&str> =
            [self.run.as_str(), &sequence_text].into_iter().chain(parts.iter().copied()).collect();
        Metadata {
            version: VERSION,
            product: self.product,
            uid: named("event", &parts).to_string(),
            correlation_uid: &self.run,
            event_code,
            profiles,
            sequence,
        }
    }
}

const fn compliance_status(verdict: VerdictV1) -> Word {
    match verdict {
        VerdictV1::Pass => (1, "Pass"),
        // "did not yield a result due to missing information"
        VerdictV1::Inconclusive => (2, "Warning"),
        // It fails, whether that is accepted or not.
        VerdictV1::Fail | VerdictV1::Waived => (3, "Fail"),
        VerdictV1::NotApplicable => (99, "Not Applicable"),
        VerdictV1::Error => (99, "Error"),
    }
}

const fn rule_severity(severity: SeverityV1) -> Word {
    match severity {
        SeverityV1::Critical => (5, "Critical"),
        SeverityV1::High => (4, "High"),
        SeverityV1::Medium => (3, "Medium"),
        SeverityV1::Low => (2, "Low"),
    }
}

/// That of the event: what passes needs no action, whatever its rule weighs.
const fn event_severity(finding: &FindingV1) -> Word {
    match finding.verdict {
        VerdictV1::Pass | VerdictV1::NotApplicable => (1, "Informational"),
        _ => rule_severity(finding.rule.severity),
    }
}

fn cloud(resource: &ResourceV1) -> Cloud<'_> {
    let provider = match resource.provider.as_str() {
        "aws" => "AWS",
        "alibaba" => "Alibaba Cloud",
        "huawei" => "Huawei Cloud",
        other => other,
    };
    let account = resource.account.as_deref().map(|uid| Account { uid });
    Cloud { provider, region: resource.region.as_deref(), account }
}

/// The partition that an ARN names.
fn partition(id: &str) -> Option<&str> {
    let (partition, _) = id.strip_prefix("arn:")?.split_once(':')?;
    Some(partition).filter(|partition| !partition.is_empty())
}

fn unnamed(finding: &FindingV1) -> String {
    let location = &finding.location;
    format!("unnamed resource at {}:{}:{}", location.file, location.line, location.column)
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn evidences(finding: &FindingV1) -> Vec<Evidences<'_>> {
    let location = &finding.location;
    let evidences = finding.evidence.iter().map(|evidence| Evidences {
        name: &evidence.path,
        data: Datum {
            file: &location.file,
            document: location.document,
            path: &evidence.path,
            line: evidence.line,
            column: evidence.column,
            value: &evidence.value,
            absent: evidence.absent,
            truncated: evidence.truncated,
            redacted: evidence.redacted,
        },
    });
    evidences.collect()
}

/// What the class has no place for.
fn unmapped(finding: &FindingV1) -> BTreeMap<&'static str, Value> {
    let FindingV1 { rule, verdict, resource, location, waiver, known, .. } = finding;
    let mut unmapped = BTreeMap::from([
        ("verdict", json!(verdict)),
        ("operation", json!(resource.operation)),
        ("location", json!(location)),
        ("rule", json!({"file": rule.file, "line": rule.line})),
    ]);
    if let Some(waiver) = waiver {
        unmapped.insert("waiver", json!(waiver));
    }
    if *known {
        unmapped.insert("known", json!(true));
    }
    unmapped
}
