//! The documented calls: one file each.

use std::collections::BTreeMap;

use serde_json::Value;

/// Parameters by their documented names, checked.
pub type Parameters = BTreeMap<&'static str, Value>;

/// A documented call.
#[derive(Debug)]
pub struct Call {
    /// `<provider>.<service>.<Operation>`
    pub id: &'static str,
}
