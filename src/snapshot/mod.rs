//! The manifest of evidence that was fetched: `snapshot.json`, which stands beside the pages of a call.

mod folder;
mod manifest;
mod schema;

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use folder::{Evidence, Part};
pub use manifest::{Capture, Manifest, page_path, path_of};
pub use schema::snapshot_schema;

/// The name of a manifest.
pub const FILE_NAME: &str = "snapshot.json";
/// The ending of a folder whose call has not ended.
pub const PARTIAL: &str = "partial";
/// The name and version of the format.
pub const SCHEMA: &str = "probity.snapshot/v1";

/// A call that was made, with all that it answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotV1 {
    /// `probity.snapshot/v1`
    pub schema: String,
    /// The program and version that made the call, e.g. `probity 0.1.0`.
    pub tool: String,
    /// What the pages are for.
    pub kind: KindV1,
    /// The documented call, e.g. `aws.ssm.GetPatchBaseline`.
    pub operation: String,
    /// Where it was sent: scheme, host, and port where it is not the scheme's own.
    pub endpoint: String,
    /// The region that it was made for; null where the service has none.
    pub region: Option<String>,
    /// The account that it was made in, where known.
    pub account: Option<String>,
    /// Request parameters by their documented names, but for those that only choose a page; no secrets.
    pub parameters: BTreeMap<String, Value>,
    /// When the first request was sent, RFC 3339 in UTC.
    pub started_at: String,
    /// When the last answer was there, RFC 3339 in UTC.
    pub finished_at: String,
    /// The answers, in their order.
    pub pages: Vec<PageV1>,
    /// Resources that the answers state; null where they state none.
    pub stated_total: Option<u64>,
    /// Resources that the pages hold.
    pub resources: u64,
    /// Whether this is the whole answer.
    pub complete: bool,
    /// Why it is not; null where it is.
    pub reason: Option<String>,
    /// The failure that ended it; null where there was none.
    pub failure: Option<FailureV1>,
}

/// Whether a folder of this name is one that a call writes to: `20261126T143000Z-0001.partial`.
pub fn is_unfinished(folder: &str) -> bool {
    let start = folder.strip_suffix(PARTIAL).and_then(|rest| rest.strip_suffix('.'));
    let Some((start, number)) = start.and_then(|start| start.split_once('-')) else { return false };
    NaiveDateTime::parse_from_str(start, "%Y%m%dT%H%M%SZ").is_ok()
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the pages of a call are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KindV1 {
    /// To be judged.
    Snapshot,
    /// To know which calls to make.
    Listing,
}

/// An answer, byte for byte in a file of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageV1 {
    /// Its file, in the manifest's folder.
    pub file: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// The HTTP status.
    pub status: u16,
    /// The id that the service gave the request.
    pub request_id: Option<String>,
    /// When it was received, RFC 3339 in UTC.
    pub received_at: String,
}

/// A failure that ended a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FailureV1 {
    /// The vendor's code, where there is one.
    pub code: Option<String>,
    /// The vendor's words, or what went wrong on the way.
    pub message: String,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// The id that the service gave the request.
    pub request_id: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The file of the answer, where there was one.
    pub page: Option<PageV1>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_call_writes_to_is_unfinished() {
        assert!(is_unfinished("20261126T143000Z-0001.partial"));
        for name in [
            "20261126T143000Z-0001",
            "20261126T143000Z.partial",
            "20261126T143000Z-.partial",
            "20261126T143000Z-x.partial",
            "20261326T143000Z-0001.partial",
            "20261126T143000Z-0001partial",
            "x.partial",
            ".partial",
            "partial",
            "",
        ] {
            assert!(!is_unfinished(name), "{name}");
        }
    }
}
