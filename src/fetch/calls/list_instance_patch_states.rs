//! `alibaba.oos.ListInstancePatchStates`: what is patched on instances.

use serde_json::Value;

use super::parameter::{ANY, Kind, Parameter, Role};
use super::{Call, Paging, Regions, Rows, Wire};
use crate::fetch::provider::Service;
use crate::snapshot::KindV1;

/// Most instances that one call may ask for.
pub(in crate::fetch) const MAX_INSTANCE_IDS: usize = 100;

/// `alibaba.oos.ListInstancePatchStates`.
pub(in crate::fetch) const CALL: Call = Call {
    id: "alibaba.oos.ListInstancePatchStates",
    service: Service::Oos,
    action: "ListInstancePatchStates",
    version: "2019-06-01",
    kind: KindV1::Snapshot,
    parameters: &[
        Parameter::optional("InstanceIds", Kind::ListInText),
        Parameter::optional("MaxResults", Kind::Integer { min: 1, max: i32::MAX as i64 })
            .role(Role::PageSize(50)),
        Parameter::optional("NextToken", ANY).role(Role::Page),
        Parameter::optional("RegionId", ANY).role(Role::Region),
    ],
    wire: Wire::AlibabaRpc,
    regions: Regions::HostAndParameter("RegionId"),
    paging: Paging::Token { token: "NextToken" },
    rows: Rows::List { name: "InstancePatchStates", id: Some("InstanceId") },
    permission: "oos:ListInstancePatchStates",
    rate: Some(20.0),
};

/// The instances that a call asks for; none where it asks for all.
pub(in crate::fetch) fn instance_ids(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        _ => Vec::new(),
    }
}
