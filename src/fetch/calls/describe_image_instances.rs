//! `alibaba.sas.DescribeImageInstances`: container images and what was found in them.

use super::parameter::{ANY, Kind, Parameter, Role};
use super::{Call, Paging, Regions, Rows, Wire};
use crate::fetch::provider::Service;
use crate::snapshot::KindV1;

/// `alibaba.sas.DescribeImageInstances`.
pub(in crate::fetch) const CALL: Call = Call {
    id: "alibaba.sas.DescribeImageInstances",
    service: Service::Sas,
    action: "DescribeImageInstances",
    version: "2018-12-03",
    kind: KindV1::Snapshot,
    parameters: &[
        // JSON in a text; its own members are conditions that another call lists.
        Parameter::optional("Criteria", ANY),
        Parameter::optional("LogicalExp", Kind::one_of(&["OR", "AND"])),
        Parameter::optional("PageSize", Kind::Integer { min: 1, max: i32::MAX as i64 })
            .role(Role::PageSize(20)),
        Parameter::optional("CurrentPage", Kind::Integer { min: 1, max: i32::MAX as i64 }).role(Role::Page),
        Parameter::optional("Scanned", Kind::Boolean),
    ],
    wire: Wire::AlibabaRpc,
    regions: Regions::Centre,
    paging: Paging::Numbered {
        number: "CurrentPage",
        total: &["PageInfo", "TotalCount"],
        count: &["PageInfo", "Count"],
    },
    rows: Rows::List { name: "ImageInstanceList", id: None },
    permission: "yundun-sas:DescribeImageInstances",
    rate: None,
};
