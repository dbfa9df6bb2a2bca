//! `aws.ssm.GetPatchBaseline`: one patch baseline.

use super::parameter::{Kind, Parameter, Text};
use super::{Call, Paging, Regions, Rows, Wire};
use crate::fetch::provider::Service;
use crate::snapshot::KindV1;

/// `aws.ssm.GetPatchBaseline`.
pub(in crate::fetch) const CALL: Call = Call {
    id: "aws.ssm.GetPatchBaseline",
    service: Service::Ssm,
    action: "GetPatchBaseline",
    version: "2014-11-06",
    kind: KindV1::Snapshot,
    parameters: &[Parameter::required(
        "BaselineId",
        // AWS's own baselines are called by their ARN.
        Kind::Text(Text { min: 20, max: 128, pattern: Some(r"^[a-zA-Z0-9_\-:/]{20,128}$"), values: &[] }),
    )],
    wire: Wire::AwsJson("AmazonSSM"),
    regions: Regions::Host,
    paging: Paging::Whole,
    rows: Rows::Whole("BaselineId"),
    permission: "ssm:GetPatchBaseline",
    rate: None,
};
