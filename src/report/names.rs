//! Names for machines: UUIDs that are the same whenever the same is named.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::operation::Operation;
use crate::result::{FindingV1, HeadV1, ResourceV1, resource_pointer};

/// All names are made within this one (version 5, RFC 9562). It never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x5f0c_87de_8f0e_4c1c_9b8e_4f6c_2a35_e7d1);

/// The name of something of this kind with these parts.
pub(super) fn named(kind: &str, parts: &[&str]) -> Uuid {
    // A list in JSON, so that parts do not run into each other.
    let list = serde_json::to_vec(&(kind, parts)).unwrap_or_default();
    Uuid::new_v5(&NAMESPACE, &list)
}

/// The name of a run: other inputs, rules, settings or another clock make it another one.
pub(super) fn run_name(head: &HeadV1) -> Uuid {
    named("run", &[&serde_json::to_string(head).unwrap_or_default()])
}

/// The name of a resource, in every run; of one without an identity that of its place.
pub(super) fn resource_name(finding: &FindingV1) -> Uuid {
    let ResourceV1 { operation, id, region, account, .. } = &finding.resource;
    if let Some(id) = id {
        let part = |part: &Option<String>| serde_json::to_string(part).unwrap_or_default();
        return named("resource", &[operation, id, &part(region), &part(account)]);
    }
    let location = &finding.location;
    let document = location.document.map(|index| index.to_string()).unwrap_or_default();
    let parsed = operation.parse::<Operation>().ok();
    let pointer = parsed.map_or("", |operation| resource_pointer(operation, &location.path));
    named("place", &[operation, &location.file, &document, pointer])
}

/// The time that a saved result tells; `None` where it is none.
pub(super) fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_version_5() {
        // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("5f0c87de-8f0e-4c1c-9b8e-4f6c2a35e7d1"), "[\"a\",[\"b\",\"é\"]]"))'
        assert_eq!(named("a", &["b", "é"]).to_string(), "62793a70-457b-5305-b3f4-c188ff1f74d9");
        assert_ne!(named("a", &["b", "c"]), named("a", &["bc"]));
    }
}
