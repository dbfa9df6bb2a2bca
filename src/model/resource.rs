//! A resource of any operation.

use std::hash::{Hash, Hasher};

use serde::de::Deserialize;
use serde::ser::{Serialize, Serializer};

use super::alibaba::oos::InstancePatchState;
use super::alibaba::sas::{ImageInstance, PublishBatch};
use super::aws::ssm::{self, PatchBaseline};
use super::huawei::coc::InstanceCompliant;
use super::view::{Layout, View, Viewed as _};
use super::{Field, Identity, Inspect, Order, Remark, Scan, Timestamp, Unknown, Unsure, Wire};
use crate::operation::Operation;
use crate::source::json::{JsonPath, SecretMember, Segment, is_too_deep};

/// One thing that is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource<'a> {
    /// A patch baseline of AWS.
    PatchBaseline(Box<PatchBaseline<'a>>),
    /// An instance's patch state of Alibaba Cloud.
    InstancePatchState(Box<InstancePatchState<'a>>),
    /// A release batch of Alibaba Cloud's Security Center agent.
    PublishBatch(Box<PublishBatch<'a>>),
    /// A container image in Alibaba Cloud's Security Center.
    ImageInstance(Box<ImageInstance<'a>>),
    /// A node's compliance report of Huawei Cloud.
    InstanceCompliant(Box<InstanceCompliant<'a>>),
}

/// A resource that was read fast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned<'a> {
    /// The resource.
    pub resource: Resource<'a>,
    /// Whether all its values are of documented kinds, in plain writing: it is no deeper than documented then.
    pub is_plain: bool,
}

/// Why a text is no resource.
#[derive(Debug, thiserror::Error)]
pub enum ResourceError {
    /// It is no well-formed JSON, or a name stands twice.
    #[error(transparent)]
    Malformed(#[from] serde_json::Error),
    /// It is JSON, but no object.
    #[error("a resource must be an object")]
    NoObject,
}

/// Does the same with every kind of resource.
macro_rules! each {
    ($self:expr, $resource:ident => $do:expr) => {
        match $self {
            Resource::PatchBaseline($resource) => $do,
            Resource::InstancePatchState($resource) => $do,
            Resource::PublishBatch($resource) => $do,
            Resource::ImageInstance($resource) => $do,
            Resource::InstanceCompliant($resource) => $do,
        }
    };
}

impl<'a> Resource<'a> {
    /// Reads one resource.
    ///
    /// # Errors
    ///
    /// Where `text` is no well-formed JSON object, or a name in it stands twice. A value of the wrong type
    /// is no error: see [`Resource::inspect`].
    pub fn parse(operation: Operation, text: &'a str) -> Result<Self, ResourceError> {
        Ok(match operation {
            Operation::GetPatchBaseline => {
                let mut baseline = record::<PatchBaseline<'a>>(text)?;
                // What boto3 adds belongs to the payload, not to the baseline.
                baseline.unknown.remove("ResponseMetadata");
                Self::PatchBaseline(Box::new(baseline))
            }
            Operation::ListInstancePatchStates => Self::InstancePatchState(Box::new(record(text)?)),
            Operation::ListPublishBatch => Self::PublishBatch(Box::new(record(text)?)),
            Operation::DescribeImageInstances => Self::ImageInstance(Box::new(record(text)?)),
            Operation::ListInstanceCompliant => Self::InstanceCompliant(Box::new(record(text)?)),
        })
    }

    /// The order of names in resources of an operation, of which nothing is known yet.
    pub fn order(operation: Operation) -> Order {
        Order::new(match operation {
            Operation::GetPatchBaseline => PatchBaseline::PLACES,
            Operation::ListInstancePatchStates => InstancePatchState::PLACES,
            Operation::ListPublishBatch => PublishBatch::PLACES,
            Operation::DescribeImageInstances => ImageInstance::PLACES,
            Operation::ListInstanceCompliant => InstanceCompliant::PLACES,
        })
    }

    /// The same as [`Resource::parse`], fast where the text is plain. `order` is that of the resources before it.
    ///
    /// # Errors
    ///
    /// As those of [`Resource::parse`].
    pub fn scan(
        operation: Operation,
        text: &'a str,
        order: &mut Order,
    ) -> Result<Scanned<'a>, ResourceError> {
        let scanned = match operation {
            Operation::GetPatchBaseline => {
                Scan::whole(text, order).map(|(mut baseline, is_plain): (Box<PatchBaseline<'a>>, _)| {
                    baseline.unknown.remove("ResponseMetadata");
                    (Self::PatchBaseline(baseline), is_plain)
                })
            }
            Operation::ListInstancePatchStates => {
                Scan::whole(text, order).map(|(state, is_plain)| (Self::InstancePatchState(state), is_plain))
            }
            Operation::ListPublishBatch => {
                Scan::whole(text, order).map(|(batch, is_plain)| (Self::PublishBatch(batch), is_plain))
            }
            Operation::DescribeImageInstances => {
                Scan::whole(text, order).map(|(image, is_plain)| (Self::ImageInstance(image), is_plain))
            }
            Operation::ListInstanceCompliant => {
                Scan::whole(text, order).map(|(node, is_plain)| (Self::InstanceCompliant(node), is_plain))
            }
        };
        match scanned {
            Ok((resource, is_plain)) => Ok(Scanned { resource, is_plain }),
            Err(Unsure) => Ok(Scanned { resource: Self::parse(operation, text)?, is_plain: false }),
        }
    }

    /// What identifies it.
    pub fn identity(&self) -> Identity<'_> {
        each!(self, resource => resource.identity())
    }

    /// A name for people.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::PatchBaseline(baseline) => baseline.name.value().map(super::scalars::Text::as_str),
            Self::InstancePatchState(_) => None,
            Self::PublishBatch(batch) => batch.batch_name.value().map(super::scalars::OptionalText::as_str),
            Self::ImageInstance(image) => image.repo_name.value().map(super::scalars::OptionalText::as_str),
            Self::InstanceCompliant(node) => node.name.value().map(super::scalars::OptionalText::as_str),
        }
    }

    /// The region that it is in.
    pub fn region(&self) -> Option<&str> {
        match self {
            Self::PatchBaseline(baseline) => baseline.arn_part(3),
            Self::InstancePatchState(_) | Self::PublishBatch(_) => None,
            Self::ImageInstance(image) => image.region_id.value().map(super::scalars::OptionalText::as_str),
            Self::InstanceCompliant(node) => node.region.value().map(super::scalars::OptionalText::as_str),
        }
    }

    /// The account that it belongs to.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::PatchBaseline(baseline) => baseline.arn_part(4),
            _ => None,
        }
    }

    /// When what it says was observed: the end of the operation, scan or report behind it.
    pub fn observed_at(&self) -> Option<Timestamp> {
        match self {
            Self::PatchBaseline(_) | Self::PublishBatch(_) => None,
            Self::InstancePatchState(state) => state.operation_end_time.value().map(|time| time.0),
            Self::ImageInstance(image) => image.last_scan_time.value().map(|time| time.0),
            Self::InstanceCompliant(node) => {
                node.execution_summary.value()?.report_time.value().map(|time| time.0)
            }
        }
    }

    /// Whether any documented field is there.
    pub fn has_documented_field(&self) -> bool {
        each!(self, resource => resource.has_documented_field())
    }

    /// Fields that the documents do not name.
    pub fn unknown(&self) -> &Unknown<'a> {
        each!(self, resource => &resource.unknown)
    }

    /// As rules see it.
    pub fn view(&self) -> View<'_> {
        each!(self, resource => resource.view())
    }

    /// What the documents say of resources of an operation.
    pub const fn layout(operation: Operation) -> &'static Layout {
        match operation {
            Operation::GetPatchBaseline => PatchBaseline::LAYOUT,
            Operation::ListInstancePatchStates => InstancePatchState::LAYOUT,
            Operation::ListPublishBatch => PublishBatch::LAYOUT,
            Operation::DescribeImageInstances => ImageInstance::LAYOUT,
            Operation::ListInstanceCompliant => InstanceCompliant::LAYOUT,
        }
    }

    /// Tells what is remarkable about its values: unreadable ones, unknown fields and values.
    pub fn inspect(&self, tell: &mut dyn FnMut(Remark<'_>)) {
        each!(self, resource => resource.inspect(&mut JsonPath::default(), tell));
    }

    /// Whether a documented field holds a value that it cannot have.
    pub fn has_unreadable(&self) -> bool {
        each!(self, resource => resource.has_unreadable())
    }
}

fn record<'a, T: Wire<'a>>(text: &'a str) -> Result<T, ResourceError> {
    let parsed = serde_json::from_str::<Field<T>>(text).or_else(|error| {
        // serde_json stops one level before the deepest that is read here.
        if error.to_string().starts_with("recursion limit") && !is_too_deep(text, 0) {
            unlimited(text)
        } else {
            Err(error)
        }
    });
    match parsed? {
        Field::Value(record) => Ok(record),
        Field::Absent | Field::Null | Field::Unreadable(_) => Err(ResourceError::NoObject),
    }
}

/// Reads a text whose depth was checked.
fn unlimited<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.disable_recursion_limit();
    let value = T::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Writes the normalised resource: what rules see as `input.resource`.
impl Serialize for Resource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        each!(self, resource => resource.serialize(serializer))
    }
}

/// Hashes the content, whatever the order and layout of its JSON.
impl Hash for Resource<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        each!(self, resource => resource.hash(state));
    }
}

/// Members that must not be shown, of any operation.
pub const SECRETS: &[SecretMember] = &[ssm::SECRET];

/// Whether the value at `path` of a resource must not be shown.
pub fn is_sensitive(operation: Operation, path: &JsonPath) -> bool {
    if operation != Operation::GetPatchBaseline {
        return false;
    }
    let SecretMember { list, member } = ssm::SECRET;
    match path.segments() {
        [Segment::Key(first), rest @ ..] if first == list => match rest {
            // What lies around a secret holds it too, and what stands in its place may.
            [Segment::Index(_), Segment::Key(name), ..] => name == member,
            _ => true,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RemarkKind;
    use serde_json::{Value, json};

    fn normalised(operation: Operation, text: &str) -> Value {
        serde_json::to_value(Resource::parse(operation, text).unwrap()).unwrap()
    }

    #[test]
    fn a_patch_state_is_normalised() {
        let text = r#"{"MissingCount":"12","OperationEndTime":"2021-09-10T11:42:22Z","OwnerInformation":"“”",
            "InstanceId":"i-1","OperationType":"scan","PatchGroup":"null","FailedCount":null,"New":[1]}"#;
        let expected = json!({"MissingCount": 12, "OperationEndTime": "2021-09-10T11:42:22Z",
            "OwnerInformation": null, "InstanceId": "i-1", "OperationType": "scan", "PatchGroup": null,
            "FailedCount": null, "New": [1]});
        assert_eq!(normalised(Operation::ListInstancePatchStates, text), expected);
    }

    #[test]
    fn an_image_is_normalised() {
        let text = r#"{"ImageCreate":"1600069948849","ImageSize":"1604487690","Endpoints":"[]",
            "RepoNamespace":"N/A","LastScanTime":1721363159000,"Deployed":1,"RepoName":"app","Tag":"1.0",
            "RegionId":"cn-hangzhou","Digest":"sha256:9"}"#;
        let expected = json!({"ImageCreate": "2020-09-14T07:52:28.849Z", "ImageSize": 1_604_487_690,
            "Endpoints": [], "RepoNamespace": null, "LastScanTime": "2024-07-19T04:25:59Z", "Deployed": 1,
            "RepoName": "app", "Tag": "1.0", "RegionId": "cn-hangzhou", "Digest": "sha256:9"});
        assert_eq!(normalised(Operation::DescribeImageInstances, text), expected);
        let image = Resource::parse(Operation::DescribeImageInstances, text).unwrap();
        assert_eq!(image.identity().to_string(), "cn-hangzhou/app:1.0/sha256:9");
        assert_eq!(image.observed_at().unwrap().to_rfc3339(), "2024-07-19T04:25:59Z");
    }

    #[test]
    fn a_node_is_known_by_instance_then_node_then_report() {
        let id = |text: &str| {
            let node = Resource::parse(Operation::ListInstanceCompliant, text).unwrap();
            node.identity().to_string()
        };
        assert_eq!(id(r#"{"id":"r","node_id":"n","instance_id":"i"}"#), "i");
        assert_eq!(id(r#"{"id":"r","node_id":"n","instance_id":""}"#), "n");
        assert_eq!(id(r#"{"id":"r","node_id":"","instance_id":null}"#), "r");
    }

    #[test]
    fn a_baseline_arn_tells_region_and_account() {
        let text = r#"{"BaselineId":"arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-0c10e657",
            "ResponseMetadata":{"RequestId":"x"},"Sources":[{"Configuration":"secret"}]}"#;
        let baseline = Resource::parse(Operation::GetPatchBaseline, text).unwrap();
        assert_eq!(baseline.region(), Some("us-east-1"));
        assert_eq!(baseline.account(), Some("075727635805"));
        let value = serde_json::to_value(&baseline).unwrap();
        assert!(value.get("ResponseMetadata").is_none());
        let plain = Resource::parse(Operation::GetPatchBaseline, r#"{"BaselineId":"pb-1"}"#).unwrap();
        assert_eq!((plain.region(), plain.account()), (None, None));
    }

    #[test]
    fn unreadable_values_and_unknown_ones_are_told_with_their_paths() {
        let text = r#"{"ApprovalRules":{"PatchRules":[{"ApproveAfterDays":"7","Extra":1},
            {"ComplianceLevel":"SEVERE"}]},"PatchGroups":{"a":1}}"#;
        let baseline = Resource::parse(Operation::GetPatchBaseline, text).unwrap();
        let mut told = Vec::new();
        baseline.inspect(&mut |remark| {
            let kind = match remark.kind {
                RemarkKind::Unreadable { .. } => "unreadable",
                RemarkKind::UnknownField => "field",
                RemarkKind::UnknownValue { .. } => "value",
            };
            told.push(format!("{kind} {}", remark.path));
        });
        assert_eq!(
            told,
            [
                "unreadable ApprovalRules.PatchRules[0].ApproveAfterDays",
                "field ApprovalRules.PatchRules[0].Extra",
                "value ApprovalRules.PatchRules[1].ComplianceLevel",
                "unreadable PatchGroups",
            ]
        );
        assert!(baseline.has_unreadable());
    }

    #[test]
    fn a_name_that_stands_twice_is_no_resource() {
        for text in [
            r#"{"MissingCount":"1","MissingCount":"0"}"#,
            r#"{"New":1,"New":2}"#,
            r#"{"New":{"a":1,"a":2}}"#,
            r#"{"MissingCount":null,"Missing\u0043ount":"0"}"#,
        ] {
            let error = Resource::parse(Operation::ListInstancePatchStates, text).unwrap_err();
            assert!(matches!(error, ResourceError::Malformed(_)), "{text}");
        }
        let error = Resource::parse(Operation::ListInstancePatchStates, "[]").unwrap_err();
        assert!(matches!(error, ResourceError::NoObject));
    }

    #[test]
    fn content_is_compared_whatever_the_layout() {
        let hash = |text: &str| {
            let resource = Resource::parse(Operation::ListPublishBatch, text).unwrap();
            let mut hasher = std::hash::DefaultHasher::new();
            resource.hash(&mut hasher);
            hasher.finish()
        };
        let one = hash(r#"{"BatchId":1,"Status":2,"New":{"a":1,"b":2}}"#);
        assert_eq!(one, hash(r#"{ "New": {"b":2, "a":1}, "Status":2.0, "BatchId": 1 }"#));
        assert_ne!(one, hash(r#"{"BatchId":1,"Status":3,"New":{"a":1,"b":2}}"#));
    }

    #[test]
    fn only_secrets_and_what_holds_them_are_sensitive() {
        let sensitive =
            |path: &str| is_sensitive(Operation::GetPatchBaseline, &JsonPath::parse(path).unwrap());
        assert!(sensitive("Sources[3].Configuration"));
        assert!(sensitive("Sources[3]") && sensitive("Sources"));
        assert!(sensitive("Sources[0][1]") && sensitive("Sources.Configuration"));
        assert!(!sensitive("Sources[3].Name") && !sensitive("Name"));
    }

    #[test]
    fn a_stranger_has_no_documented_field() {
        let known =
            |text: &str| Resource::parse(Operation::ListPublishBatch, text).unwrap().has_documented_field();
        assert!(known(r#"{"BatchId":1,"x":2}"#));
        assert!(known(r#"{"BatchId":"wrong"}"#));
        assert!(!known(r#"{"x":2,"y":{}}"#));
        assert!(!known("{}"));
    }
}
