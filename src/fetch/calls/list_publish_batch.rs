//! `alibaba.sas.ListPublishBatch`: how far releases of the agent have come.

use super::parameter::{ANY, Kind, Parameter, Role};
use super::{Call, Paging, Regions, Rows, Wire};
use crate::fetch::provider::Service;
use crate::snapshot::KindV1;

/// `alibaba.sas.ListPublishBatch`.
pub(in crate::fetch) const CALL: Call = Call {
    id: "alibaba.sas.ListPublishBatch",
    service: Service::Sas,
    action: "ListPublishBatch",
    version: "2018-12-03",
    kind: KindV1::Snapshot,
    parameters: &[
        Parameter::required("UpgradeVersion", Kind::text(1, usize::MAX)),
        Parameter::required("CurrentPage", Kind::Integer { min: 1, max: i32::MAX as i64 }).role(Role::Page),
        Parameter::required("PageSize", Kind::Integer { min: 1, max: i32::MAX as i64 })
            .role(Role::PageSize(20)),
        Parameter::optional("BatchName", ANY),
    ],
    wire: Wire::AlibabaRpc,
    regions: Regions::Centre,
    paging: Paging::Numbered {
        number: "CurrentPage",
        total: &["PageInfo", "TotalCount"],
        count: &["PageInfo", "Count"],
    },
    rows: Rows::List { name: "BatchList", id: None },
    permission: "yundun-sas:ListPublishBatch",
    rate: None,
};
