//! `huawei.coc.ListInstanceCompliant`: compliance reports of nodes.

use super::parameter::{ANY, Kind, Parameter, Role};
use super::{Call, Paging, Regions, Rows, Wire};
use crate::fetch::provider::Service;
use crate::snapshot::KindV1;

/// The largest offset that the document allows.
const MAX_OFFSET: i64 = 1_000_000;

/// `huawei.coc.ListInstanceCompliant`.
pub(in crate::fetch) const CALL: Call = Call {
    id: "huawei.coc.ListInstanceCompliant",
    service: Service::Coc,
    action: "ListInstanceCompliant",
    version: "v1",
    kind: KindV1::Snapshot,
    parameters: &[
        Parameter::optional("enterprise_project_id", ANY),
        Parameter::optional("name", ANY),
        Parameter::optional("instance_id", ANY),
        Parameter::optional("ip", ANY),
        Parameter::optional("eip", ANY),
        Parameter::optional("operating_system", ANY),
        Parameter::optional("region", ANY).role(Role::Region),
        Parameter::optional("group", ANY),
        Parameter::optional("compliant_status", Kind::one_of(&["non_compliant", "compliant"])),
        Parameter::optional("order_id", ANY),
        Parameter::optional("offset", Kind::Integer { min: 1, max: MAX_OFFSET }).role(Role::Page),
        Parameter::optional("limit", Kind::Integer { min: 1, max: 100 }).role(Role::PageSize(100)),
        Parameter::optional("sort_dir", Kind::one_of(&["asc", "desc"])),
        Parameter::optional("sort_key", Kind::one_of(&["report_time"])),
        Parameter::optional("report_scene", Kind::one_of(&["CCE", "ECS"])),
        Parameter::optional("cce_info_id", ANY),
    ],
    wire: Wire::HuaweiGet("/v1/patch/instance/compliant"),
    regions: Regions::Filter("region"),
    paging: Paging::Offset { offset: "offset", max: MAX_OFFSET as u64, total: &["count"] },
    rows: Rows::List { name: "instance_compliant", id: Some("id") },
    // The name that identity policies have; see the call's own page in Huawei Cloud's API reference.
    permission: "coc:complianceReport:list",
    rate: None,
};
