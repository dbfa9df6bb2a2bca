//! What is written of class 2003 of OCSF 1.8.0: <https://schema.ocsf.io/1.8.0/classes/compliance_finding>.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// The version of the schema.
pub(super) const VERSION: &str = "1.8.0";

/// A Compliance Finding.
#[derive(Debug, Serialize)]
pub(super) struct Event<'e> {
    pub(super) activity_id: u32,
    pub(super) activity_name: &'static str,
    pub(super) category_uid: u32,
    pub(super) category_name: &'static str,
    pub(super) class_uid: u32,
    pub(super) class_name: &'static str,
    pub(super) type_uid: u32,
    pub(super) type_name: &'static str,
    pub(super) time: i64,
    pub(super) timezone_offset: i32,
    pub(super) severity_id: u32,
    pub(super) severity: &'static str,
    pub(super) status_id: u32,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status_detail: Option<String>,
    pub(super) message: String,
    pub(super) metadata: Metadata<'e>,
    pub(super) finding_info: FindingInfo<'e>,
    pub(super) compliance: Compliance<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cloud: Option<Cloud<'e>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) resources: Vec<ResourceDetails<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remediation: Option<Remediation<'e>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) evidences: Vec<Evidences<'e>>,
    pub(super) unmapped: BTreeMap<&'static str, Value>,
}

#[derive(Debug, Serialize)]
pub(super) struct Metadata<'e> {
    pub(super) version: &'static str,
    pub(super) product: Product<'e>,
    /// Of this event.
    pub(super) uid: String,
    /// Of the run.
    pub(super) correlation_uid: &'e str,
    /// Id of the rule, or code of the diagnostic.
    pub(super) event_code: &'e str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) profiles: &'static [&'static str],
    pub(super) sequence: u64,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Product<'e> {
    pub(super) name: &'e str,
    pub(super) vendor_name: &'e str,
    pub(super) version: &'e str,
}

#[derive(Debug, Serialize)]
pub(super) struct FindingInfo<'e> {
    /// The same in every run.
    pub(super) uid: String,
    pub(super) title: &'e str,
    pub(super) desc: &'e str,
    pub(super) types: [&'static str; 1],
    pub(super) created_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) analytic: Option<Analytic<'e>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) data_sources: Vec<&'e str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Analytic<'e> {
    pub(super) uid: &'e str,
    pub(super) name: &'e str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) type_id: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct Compliance<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) control: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) desc: Option<&'e str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) standards: Vec<&'e str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) requirements: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) control_parameters: Vec<KeyValue<'e>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) checks: Vec<Check<'e>>,
    pub(super) status_id: u32,
    pub(super) status: &'static str,
    pub(super) status_code: &'e str,
    pub(super) status_details: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct KeyValue<'e> {
    pub(super) name: &'e str,
    pub(super) value: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Check<'e> {
    pub(super) uid: &'e str,
    pub(super) name: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) desc: Option<&'e str>,
    pub(super) severity_id: u32,
    pub(super) severity: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) standards: Vec<&'e str>,
    pub(super) status_id: u32,
    pub(super) status: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Cloud<'e> {
    pub(super) provider: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<Account<'e>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Account<'e> {
    pub(super) uid: &'e str,
}

#[derive(Debug, Serialize)]
pub(super) struct ResourceDetails<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: &'e str,
    /// The service.
    pub(super) namespace: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cloud_partition: Option<&'e str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Remediation<'e> {
    pub(super) desc: &'e str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) references: Vec<&'e str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Evidences<'e> {
    /// Where it stands in its document.
    pub(super) name: &'e str,
    pub(super) data: Datum<'e>,
}

/// A value of the payload with its place.
#[derive(Debug, Serialize)]
pub(super) struct Datum<'e> {
    pub(super) file: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) document: Option<u64>,
    pub(super) path: &'e str,
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) value: &'e Value,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) absent: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) truncated: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) redacted: bool,
}
