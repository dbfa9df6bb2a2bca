//! Which operation a document answers, told from its content.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{ErrorBody, error_response};
use crate::operation::Operation;
use crate::source::json::{JsonPath, locate};
use crate::source::printable;
use crate::suggest;

/// The members of an object, in the order of the text; no name stands twice.
pub type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// A JSON document, taken apart one level deep.
#[derive(Debug)]
pub enum Document<'a> {
    /// An object.
    Object(Members<'a>),
    /// An array.
    Array(Vec<&'a RawValue>),
    /// A string, a number, a boolean or null: what it is, with its article.
    Scalar(&'static str),
}

/// What a document is.
#[derive(Debug)]
pub enum Recognised<'a> {
    /// A payload.
    Payload {
        /// The operation that it answers.
        operation: Operation,
        /// Its array of resources; `None` where the payload is the resource.
        collection: Option<&'a RawValue>,
    },
    /// A resource without a payload around it; only where the operation is given.
    Resource(Operation),
    /// An error response.
    ErrorBody(ErrorBody),
    /// Something that is known not to be a payload.
    LookAlike(Stranger),
    /// Something else, which [`describe`] puts into words.
    Unknown,
}

/// A document that is no payload of a known operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// What was found.
    pub found: String,
    /// What it is taken for, or what to do.
    pub help: String,
}

/// Answers that probity does not read, by their members, so that they can be named.
struct Neighbour {
    id: &'static str,
    /// The members that make it what it is.
    members: &'static [&'static str],
    /// Members of its first element that make it what it is, where `members` is not enough.
    element: &'static [&'static str],
}

const NEIGHBOURS: &[Neighbour] = &[
    neighbour("aws.ssm.DescribeInstancePatchStates", &["InstancePatchStates"], &["Operation"]),
    neighbour("aws.ssm.DescribeInstancePatches", &["Patches"], &["State"]),
    neighbour("aws.ssm.DescribePatchBaselines", &["BaselineIdentities"], &[]),
    neighbour("aws.ssm.DescribePatchGroups", &["Mappings"], &[]),
    neighbour("aws.ssm.DescribePatchGroupState", &["InstancesWithMissingPatches"], &[]),
    neighbour("aws.ssm.DescribeEffectivePatchesForPatchBaseline", &["EffectivePatches"], &[]),
    neighbour("aws.ssm.ListResourceComplianceSummaries", &["ResourceComplianceSummaryItems"], &[]),
    neighbour("aws.ssm.ListComplianceItems", &["ComplianceItems"], &[]),
    neighbour("alibaba.oos.ListInstancePatches", &["Patches"], &["Status"]),
    neighbour("alibaba.oos.ListPatchBaselines", &["PatchBaselines"], &[]),
    neighbour("alibaba.oos.GetPatchBaseline", &["PatchBaseline"], &[]),
    neighbour("alibaba.sas.GetCurrentVersionPublish", &["Data", "RequestId"], &[]),
    neighbour("alibaba.sas.ListAssetInfoPublish", &["AssetList"], &[]),
    neighbour("alibaba.sas.DescribeImageVulList", &["VulRecords"], &["ImageDigest"]),
    neighbour("alibaba.sas.DescribeVulList", &["VulRecords"], &[]),
    neighbour("alibaba.sas.DescribeImageGroupedVulList", &["GroupedVulItems"], &["LastScanTime"]),
    neighbour("alibaba.sas.DescribeGroupedVul", &["GroupedVulItems"], &[]),
    neighbour("alibaba.sas.DescribeImageBaselineCheckSummary", &["BaselineResultSummary"], &[]),
    neighbour("alibaba.sas.DescribeCloudCenterInstances", &["Instances", "PageInfo"], &[]),
    neighbour("huawei.coc.ShowInstancePatchItems", &["compliance_items"], &[]),
];

const fn neighbour(
    id: &'static str,
    members: &'static [&'static str],
    element: &'static [&'static str],
) -> Neighbour {
    Neighbour { id, members, element }
}

/// Members of a patch baseline beside its id and groups.
const BASELINE_MEMBERS: [&str; 8] = [
    "OperatingSystem",
    "Name",
    "ApprovalRules",
    "GlobalFilters",
    "ApprovedPatches",
    "RejectedPatches",
    "CreatedDate",
    "ModifiedDate",
];

/// Tells what an object is. `forced` is the operation, where the user gives it.
pub fn recognise<'a>(members: &Members<'a>, forced: Option<Operation>) -> Recognised<'a> {
    if let Some(operation) = forced {
        return recognise_forced(members, operation);
    }
    let mut collections = Operation::ALL.into_iter().filter_map(|operation| {
        let name = operation.collection()?;
        Some((operation, name, member(members, name)?))
    });
    if let Some((operation, name, collection)) = collections.next() {
        if let Some((_, other, _)) = collections.next() {
            return Recognised::LookAlike(Stranger {
                found: format!("an object with both `{name}` and `{other}`"),
                help: "answers of several calls were merged: save each by itself".to_owned(),
            });
        }
        if let Some(error) = error_with_nothing(members, collection) {
            return Recognised::ErrorBody(error);
        }
        if operation == Operation::ListInstancePatchStates {
            return recognise_patch_states(members, collection);
        }
        return Recognised::Payload { operation, collection: Some(collection) };
    }
    if member(members, "BaselineId").is_some() {
        return recognise_baseline(members);
    }
    if let Some(error) = error_response(members) {
        return Recognised::ErrorBody(error);
    }
    Recognised::Unknown
}

fn recognise_forced<'a>(members: &Members<'a>, operation: Operation) -> Recognised<'a> {
    if let Some(collection) = operation.collection().and_then(|name| member(members, name)) {
        if let Some(error) = error_with_nothing(members, collection) {
            return Recognised::ErrorBody(error);
        }
        return Recognised::Payload { operation, collection: Some(collection) };
    }
    if let Some(error) = error_response(members) {
        return Recognised::ErrorBody(error);
    }
    if operation.collection().is_some() {
        return Recognised::Resource(operation);
    }
    let known = |(name, _): &(Cow<'_, str>, &RawValue)| {
        name == "BaselineId" || name == "PatchGroups" || BASELINE_MEMBERS.contains(&name.as_ref())
    };
    if members.iter().any(known) {
        return Recognised::Payload { operation, collection: None };
    }
    Recognised::Unknown
}

/// An error response that has an empty collection beside it.
fn error_with_nothing(members: &Members<'_>, collection: &RawValue) -> Option<ErrorBody> {
    if !is_empty_array(collection) && collection.get() != "null" {
        return None;
    }
    // Some services also name a code when all is well.
    let well = |code: &str| ["ok", "success", "200", "0"].contains(&code.to_lowercase().as_str());
    error_response(members).filter(|error| !error.code.as_deref().is_some_and(well))
}

fn is_empty_array(value: &RawValue) -> bool {
    value.get().strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(']'))
}

/// Alibaba's ListInstancePatchStates, or AWS's DescribeInstancePatchStates under the same name.
fn recognise_patch_states<'a>(members: &Members<'a>, collection: &'a RawValue) -> Recognised<'a> {
    let operation = Operation::ListInstancePatchStates;
    let payload = Recognised::Payload { operation, collection: Some(collection) };
    let Some(element) = first_element(collection) else {
        let by_alibaba = ["RequestId", "MaxResults"].iter().any(|name| member(members, name).is_some());
        // What cannot be read of a list that holds something is told at its place.
        if by_alibaba || !is_empty_array(collection) {
            return payload;
        }
        return Recognised::LookAlike(Stranger {
            found: "an empty `InstancePatchStates`, which two operations answer with".to_owned(),
            help: format!(
                "it may be `{operation}` or `aws.ssm.DescribeInstancePatchStates`; say which with \
                 `--as {operation}`, or leave the file out"
            ),
        });
    };
    let count_is_text =
        element.iter().any(|(name, value)| name.ends_with("Count") && value.get().starts_with('"'));
    let count_is_number = element.iter().any(|(name, value)| {
        name.ends_with("Count") && value.get().starts_with(|c: char| c.is_ascii_digit())
    });
    let by_alibaba = count_is_text || member(&element, "OperationType").is_some();
    let by_aws = ["Operation", "CriticalNonCompliantCount", "SnapshotId", "RebootOption"]
        .iter()
        .any(|name| member(&element, name).is_some())
        || (count_is_number && !by_alibaba);
    if by_aws && !count_is_text {
        return Recognised::LookAlike(look_alike(
            "aws.ssm.DescribeInstancePatchStates",
            operation,
            "its counts are numbers",
        ));
    }
    payload
}

/// AWS's GetPatchBaseline, or an answer that also begins with a baseline's id.
fn recognise_baseline<'a>(members: &Members<'a>) -> Recognised<'a> {
    let operation = Operation::GetPatchBaseline;
    let has = |name: &str| member(members, name).is_some();
    let described = BASELINE_MEMBERS.iter().filter(|name| has(name)).count();
    if has("PatchGroups") && described > 0 {
        return Recognised::Payload { operation, collection: None };
    }
    Recognised::LookAlike(if has("PatchGroup") {
        look_alike("aws.ssm.GetPatchBaselineForPatchGroup", operation, "it names a `PatchGroup`")
    } else if described > 1 || (described == 1 && !has("OperatingSystem")) {
        look_alike("aws.ssm.UpdatePatchBaseline", operation, "it has no `PatchGroups`")
    } else if described == 1 {
        look_alike("aws.ssm.GetDefaultPatchBaseline", operation, "it only names a baseline")
    } else {
        look_alike("aws.ssm.CreatePatchBaseline", operation, "it holds nothing but an id")
    })
}

fn look_alike(taken_for: &str, operation: Operation, why: &str) -> Stranger {
    Stranger {
        found: format!("the answer of `{taken_for}`: {why}"),
        help: format!("save the answer of `{operation}`, or say `--as {operation}` if it is that"),
    }
}

/// Describes an object that is nothing known.
pub fn describe(members: &Members<'_>) -> Stranger {
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    let element = members.iter().find_map(|(_, value)| first_element(value)).unwrap_or_default();
    let taken_for = NEIGHBOURS.iter().find(|neighbour| {
        neighbour.members.iter().all(|name| names.contains(name))
            && neighbour.element.iter().all(|name| member(&element, name).is_some())
    });
    let found = match taken_for {
        Some(neighbour) => format!("the answer of `{}`", neighbour.id),
        None if names.is_empty() => "an empty object".to_owned(),
        None => format!("an object with {}", listed(&names)),
    };
    let collections = Operation::ALL.iter().filter_map(|operation| operation.collection());
    let near_name =
        names.iter().find_map(|name| suggest::nearest(name, collections.clone()).map(|near| (*name, near)));
    let help = if let Some(operation) = resource_of(members) {
        format!("it looks like a resource of `{operation}`: say `--as {operation}`")
    } else if let Some((name, near)) = near_name {
        format!("`{}` is near `{near}`: is it misspelt?", printable(name))
    } else if let Some(name) = wrapper(members) {
        format!("there is a payload inside `{}`: save that", printable(name))
    } else {
        let ids: Vec<String> = Operation::ALL.iter().map(|operation| format!("`{operation}`")).collect();
        format!("known are the answers of {}", ids.join(", "))
    };
    Stranger { found, help }
}

/// The operation whose resources have members like these.
fn resource_of(members: &Members<'_>) -> Option<Operation> {
    let has = |names: &[&str]| names.iter().all(|name| member(members, name).is_some());
    [
        (Operation::ListInstancePatchStates, &["InstanceId", "MissingCount", "OperationType"][..]),
        (Operation::DescribeImageInstances, &["RepoName", "VulCount"]),
        (Operation::ListPublishBatch, &["BatchId", "BatchTotal"]),
        (Operation::ListInstanceCompliant, &["non_compliant_summary"]),
    ]
    .into_iter()
    .find_map(|(operation, names)| has(names).then_some(operation))
}

/// The member that holds a payload.
fn wrapper<'m>(members: &'m Members<'_>) -> Option<&'m str> {
    members.iter().find_map(|(name, value)| {
        let inner = object(value)?;
        let payload = Operation::ALL
            .iter()
            .filter_map(|operation| operation.collection())
            .any(|collection| member(&inner, collection).is_some());
        payload.then_some(name.as_ref())
    })
}

/// Up to six names, in backticks.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| {
            let short: String = name.chars().take(40).collect();
            format!("`{}`", printable(&short))
        })
        .collect();
    let more = names.len().saturating_sub(SHOWN);
    let word = if names.len() == 1 { "the key" } else { "the keys" };
    match more {
        0 => format!("{word} {}", shown.join(", ")),
        more => format!("{word} {} and {more} more", shown.join(", ")),
    }
}

/// The value of the member `name`.
pub(super) fn member<'a>(members: &Members<'a>, name: &str) -> Option<&'a RawValue> {
    members.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
}

/// The members of an object.
pub(super) fn object(value: &RawValue) -> Option<Members<'_>> {
    if !value.get().starts_with('{') {
        return None;
    }
    match serde_json::from_str(value.get()).ok()? {
        Document::Object(members) => Some(members),
        _ => None,
    }
}

/// The members of the first element of an array of objects, without a look at the others.
fn first_element(array: &RawValue) -> Option<Members<'_>> {
    let text = array.get();
    if !text.starts_with('[') {
        return None;
    }
    let mut path = JsonPath::default();
    path.push_index(0);
    let located = locate(text, &path);
    let element = text.get(located.span.clone()).filter(|_| located.is_found(&path))?;
    match serde_json::from_str(element).ok()? {
        Document::Object(members) => Some(members),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for Document<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DocumentVisitor;
        impl<'de> Visitor<'de> for DocumentVisitor {
            type Value = Document<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut members = Members::new();
                while let Some(Name(name)) = object.next_key()? {
                    if member(&members, &name).is_some() {
                        return Err(A::Error::custom(format!("duplicate key `{name}`")));
                    }
                    members.push((name, object.next_value()?));
                }
                Ok(Document::Object(members))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = array.next_element()? {
                    elements.push(element);
                }
                Ok(Document::Array(elements))
            }

            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Document::Scalar("a string"))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Document::Scalar("a boolean"))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Document::Scalar("a number"))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Document::Scalar("a number"))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Document::Scalar("a number"))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Document::Scalar("null"))
            }
        }
        deserializer.deserialize_any(DocumentVisitor)
    }
}

/// A name, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str, forced: Option<Operation>) -> String {
        let Document::Object(members) = serde_json::from_str(json).unwrap() else { panic!("an object") };
        match recognise(&members, forced) {
            Recognised::Payload { operation, collection } => {
                let what = if collection.is_some() { "collection" } else { "whole" };
                format!("{operation} {what}")
            }
            Recognised::Resource(operation) => format!("{operation} resource"),
            Recognised::ErrorBody(error) => format!("error {:?}", error.code),
            Recognised::LookAlike(stranger) => stranger.found,
            Recognised::Unknown => describe(&members).found,
        }
    }

    #[test]
    fn the_five_operations_are_told_by_their_content() {
        for (json, expected) in [
            (r#"{"count":0,"instance_compliant":[]}"#, "huawei.coc.ListInstanceCompliant collection"),
            (r#"{"BatchList":[]}"#, "alibaba.sas.ListPublishBatch collection"),
            (r#"{"ImageInstanceList":null}"#, "alibaba.sas.DescribeImageInstances collection"),
            (
                r#"{"InstancePatchStates":[{"InstanceId":"i","MissingCount":"0"}]}"#,
                "alibaba.oos.ListInstancePatchStates collection",
            ),
            (
                r#"{"InstancePatchStates":[],"RequestId":"r"}"#,
                "alibaba.oos.ListInstancePatchStates collection",
            ),
            (
                r#"{"BaselineId":"pb-1","Name":"n","PatchGroups":[],"ResponseMetadata":{}}"#,
                "aws.ssm.GetPatchBaseline whole",
            ),
        ] {
            assert_eq!(told(json, None), expected, "{json}");
        }
    }

    #[test]
    fn look_alikes_are_told_apart() {
        for (json, expected) in [
            (
                r#"{"InstancePatchStates":[{"InstanceId":"i","MissingCount":0,"Operation":"Scan"}]}"#,
                "the answer of `aws.ssm.DescribeInstancePatchStates`: its counts are numbers",
            ),
            (
                r#"{"InstancePatchStates":[{"InstanceId":"i","MissingCount":0}]}"#,
                "the answer of `aws.ssm.DescribeInstancePatchStates`: its counts are numbers",
            ),
            (
                r#"{"InstancePatchStates":[]}"#,
                "an empty `InstancePatchStates`, which two operations answer with",
            ),
            (
                r#"{"BaselineId":"pb-1","Name":"n","ApprovalRules":{}}"#,
                "the answer of `aws.ssm.UpdatePatchBaseline`: it has no `PatchGroups`",
            ),
            (
                r#"{"BaselineId":"pb-1","PatchGroup":"g","OperatingSystem":"WINDOWS"}"#,
                "the answer of `aws.ssm.GetPatchBaselineForPatchGroup`: it names a `PatchGroup`",
            ),
            (
                r#"{"BaselineId":"pb-1","OperatingSystem":"WINDOWS"}"#,
                "the answer of `aws.ssm.GetDefaultPatchBaseline`: it only names a baseline",
            ),
            (
                r#"{"BaselineId":"pb-1"}"#,
                "the answer of `aws.ssm.CreatePatchBaseline`: it holds nothing but an id",
            ),
            (r#"{"Patches":[{"State":"Missing"}]}"#, "the answer of `aws.ssm.DescribeInstancePatches`"),
            (r#"{"Patches":[{"Status":"Missing"}]}"#, "the answer of `alibaba.oos.ListInstancePatches`"),
            (r#"{"PatchBaseline":{},"RequestId":"r"}"#, "the answer of `alibaba.oos.GetPatchBaseline`"),
            (r#"{"count":1,"compliance_items":[]}"#, "the answer of `huawei.coc.ShowInstancePatchItems`"),
        ] {
            assert_eq!(told(json, None), expected, "{json}");
        }
    }

    #[test]
    fn a_forced_operation_makes_payloads_and_resources() {
        let oos = Some(Operation::ListInstancePatchStates);
        assert_eq!(
            told(r#"{"InstancePatchStates":[]}"#, oos),
            "alibaba.oos.ListInstancePatchStates collection"
        );
        assert_eq!(told(r#"{"InstanceId":"i"}"#, oos), "alibaba.oos.ListInstancePatchStates resource");
        assert_eq!(told(r#"{"Code":"Throttling","Message":"m"}"#, oos), "error Some(\"Throttling\")");
        let aws = Some(Operation::GetPatchBaseline);
        assert_eq!(told(r#"{"BaselineId":"pb-1"}"#, aws), "aws.ssm.GetPatchBaseline whole");
        assert_eq!(told(r#"{"other":1}"#, aws), "an object with the key `other`");
    }

    #[test]
    fn strangers_get_help() {
        let help = |json: &str| {
            let Document::Object(members) = serde_json::from_str(json).unwrap() else { panic!("an object") };
            match recognise(&members, None) {
                Recognised::LookAlike(stranger) => stranger.help,
                Recognised::Unknown => describe(&members).help,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            help(r#"{"count":1,"instance_complaint":[]}"#),
            "`instance_complaint` is near `instance_compliant`: is it misspelt?"
        );
        assert_eq!(
            help(r#"{"BatchId":1,"BatchTotal":2}"#),
            "it looks like a resource of `alibaba.sas.ListPublishBatch`: say `--as alibaba.sas.ListPublishBatch`"
        );
        assert_eq!(
            help(r#"{"statusCode":200,"body":{"BatchList":[]}}"#),
            "there is a payload inside `body`: save that"
        );
        assert!(help("{}").starts_with("known are the answers of `alibaba.oos"));
        assert_eq!(told(r#"{"a":1,"b\u001b":2}"#, None), "an object with the keys `a`, `b\\u001b`");
    }

    #[test]
    fn a_name_may_not_stand_twice() {
        let error = serde_json::from_str::<Document<'_>>(r#"{"a":1,"a":2}"#).unwrap_err();
        assert!(error.to_string().starts_with("duplicate key `a`"));
    }
}
