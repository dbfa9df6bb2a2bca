//! `aws.ssm.DescribePatchBaselines`: which patch baselines there are.

use serde_json::{Value, json};

use super::parameter::{ANY, Kind, Parameter, Role};
use super::{Call, Paging, Regions, Rows, Wire};
use crate::fetch::provider::Service;
use crate::fetch::target::Owner;
use crate::snapshot::KindV1;

/// `aws.ssm.DescribePatchBaselines`.
pub(in crate::fetch) const CALL: Call = Call {
    id: "aws.ssm.DescribePatchBaselines",
    service: Service::Ssm,
    action: "DescribePatchBaselines",
    version: "2014-11-06",
    kind: KindV1::Listing,
    parameters: &[
        Parameter::optional("Filters", Kind::List { max: 5, of: &Kind::Object(FILTER) }),
        Parameter::optional("MaxResults", Kind::Integer { min: 1, max: 100 }).role(Role::PageSize(100)),
        Parameter::optional("NextToken", ANY).role(Role::Page),
    ],
    wire: Wire::AwsJson("AmazonSSM"),
    regions: Regions::Host,
    paging: Paging::Token { token: "NextToken" },
    rows: Rows::List { name: "BaselineIdentities", id: Some("BaselineId") },
    permission: "ssm:DescribePatchBaselines",
    rate: None,
};

const FILTER: &[Parameter] = &[
    Parameter::optional("Key", Kind::text(1, 128)),
    Parameter::optional("Values", Kind::List { max: usize::MAX, of: &Kind::text(1, 256) }),
];

/// The filter that leaves the baselines of an owner; none where it does not matter.
pub(in crate::fetch) fn owner_filter(owner: Owner) -> Option<Value> {
    let name = match owner {
        Owner::Own => "Self",
        Owner::Aws => "AWS",
        Owner::All => return None,
    };
    Some(json!([{"Key": "OWNER", "Values": [name]}]))
}
