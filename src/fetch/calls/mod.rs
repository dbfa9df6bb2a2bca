//! The documented calls: one file each, with what their documents say about requests and pages.

mod check;
mod describe_image_instances;
mod describe_patch_baselines;
mod get_patch_baseline;
mod list_instance_compliant;
mod list_instance_patch_states;
mod list_publish_batch;
mod parameter;

use std::collections::BTreeMap;
use std::ptr;

use serde_json::Value;

pub(super) use check::{Problem, checked};
pub(super) use describe_patch_baselines::owner_filter;
pub(super) use list_instance_patch_states::{MAX_INSTANCE_IDS, instance_ids};
pub use parameter::{Kind, Parameter, Role, Text};

use super::provider::Service;
use crate::snapshot::KindV1;
use crate::suggest;

/// Parameters by their documented names, checked.
pub type Parameters = BTreeMap<&'static str, Value>;

/// `aws.ssm.DescribePatchBaselines`.
pub(super) use describe_patch_baselines::CALL as DESCRIBE_PATCH_BASELINES;
/// `aws.ssm.GetPatchBaseline`.
pub(super) use get_patch_baseline::CALL as GET_PATCH_BASELINE;
/// `alibaba.oos.ListInstancePatchStates`.
pub(super) use list_instance_patch_states::CALL as LIST_INSTANCE_PATCH_STATES;

/// A documented call.
#[derive(Debug)]
pub struct Call {
    /// `<provider>.<service>.<Operation>`
    pub id: &'static str,
    /// Whose it is: the first two parts of the id.
    pub service: Service,
    /// Last part of the id.
    pub action: &'static str,
    /// The version of the API.
    pub version: &'static str,
    /// What answers are for.
    pub kind: KindV1,
    /// The documented parameters, in their document's order.
    pub parameters: &'static [Parameter],
    /// How a request looks.
    pub wire: Wire,
    /// What the region is for.
    pub regions: Regions,
    /// How pages follow each other.
    pub paging: Paging,
    /// The resources of a page.
    pub rows: Rows,
    /// What the caller must be allowed to do, by the name that policies have for it.
    pub permission: &'static str,
    /// Requests a second that the documents allow; `None` where they do not say.
    pub rate: Option<f64>,
}

/// How a request looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// POST `/`, the parameters as JSON in the body, the call in a header that begins with this.
    AwsJson(&'static str),
    /// POST `/`, the parameters in the query, nothing in the body.
    AlibabaRpc,
    /// GET this path, the parameters in the query.
    HuaweiGet(&'static str),
}

/// What the region is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regions {
    /// It is part of the host.
    Host,
    /// It is part of the host, and this parameter.
    HostAndParameter(&'static str),
    /// It chooses one of two centres, each of which answers for all regions it serves.
    Centre,
    /// It is this parameter, which narrows the answer; without it the answer is about all of them.
    Filter(&'static str),
}

/// How pages follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// One answer is all.
    Whole,
    /// Each names the token of the next, by the name of the parameter that takes it.
    Token {
        /// The parameter, and the member of the answer.
        token: &'static str,
    },
    /// They are numbered from 1.
    Numbered {
        /// The parameter.
        number: &'static str,
        /// Where the answer states how many resources there are.
        total: &'static [&'static str],
        /// Where it states how many of them it holds.
        count: &'static [&'static str],
    },
    /// They begin at the resource of this number, from 1.
    Offset {
        /// The parameter.
        offset: &'static str,
        /// Its largest value.
        max: u64,
        /// Where the answer states how many resources there are.
        total: &'static [&'static str],
    },
}

/// The resources of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// The answer is the resource, and has this member.
    Whole(&'static str),
    /// They stand in an array.
    List {
        /// The array.
        name: &'static str,
        /// The member that tells one from another; `None` where no single one does.
        id: Option<&'static str>,
    },
}

impl Call {
    /// Every call, by id.
    pub const ALL: [&'static Self; 6] = [
        &list_instance_patch_states::CALL,
        &describe_image_instances::CALL,
        &list_publish_batch::CALL,
        &describe_patch_baselines::CALL,
        &get_patch_baseline::CALL,
        &list_instance_compliant::CALL,
    ];

    /// Finds a call by its full name, or by the last part of it.
    ///
    /// # Errors
    ///
    /// The nearest name, where one is near.
    pub fn find(name: &str) -> Result<&'static Self, Option<&'static str>> {
        Self::ALL.into_iter().find(|call| call.id == name || call.action == name).ok_or_else(|| {
            suggest::nearest(name, Self::ALL.map(|call| call.id)).or_else(|| {
                let near = suggest::nearest(name, Self::ALL.map(|call| call.action))?;
                Self::ALL.into_iter().find(|call| call.action == near).map(|call| call.id)
            })
        })
    }

    /// A parameter by its documented name.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The parameter that says how many resources a page may have, and how many it has where nobody says.
    pub fn page_size(&self) -> Option<(&'static Parameter, u32)> {
        self.parameters.iter().find_map(|parameter| match parameter.role {
            Role::PageSize(default) => Some((parameter, default)),
            _ => None,
        })
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self, other) || self.id == other.id
    }
}

impl Eq for Call {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_of_their_parts_and_sorted() {
        for call in Call::ALL {
            let service = call.service;
            assert_eq!(call.id, format!("{}.{}.{}", service.provider().id(), service.id(), call.action));
        }
        let ids = Call::ALL.map(|call| call.id);
        assert!(ids.is_sorted(), "{ids:?}");
    }

    #[test]
    fn every_operation_has_its_call() {
        for operation in crate::operation::Operation::ALL {
            let call = Call::find(operation.id()).unwrap();
            assert_eq!(call.kind, KindV1::Snapshot);
            let rows = operation.collection();
            match call.rows {
                Rows::Whole(_) => assert_eq!(rows, None),
                Rows::List { name, .. } => assert_eq!(rows, Some(name)),
            }
        }
    }

    #[test]
    fn names_are_found_and_slips_corrected() {
        assert_eq!(Call::find("ListPublishBatch").unwrap().id, "alibaba.sas.ListPublishBatch");
        assert_eq!(Call::find("GetPatchBaselin").unwrap_err(), Some("aws.ssm.GetPatchBaseline"));
        assert_eq!(Call::find("zebra").unwrap_err(), None);
    }
}
