//! The documented API calls whose response bodies probity understands.

use std::fmt;
use std::str::FromStr;

use crate::suggest;

/// A documented API call: `<provider>.<service>.<Operation>`.
///
/// The order is that of [`Operation::ALL`] and of all output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// `alibaba.oos.ListInstancePatchStates`, API version 2019-06-01.
    ListInstancePatchStates,
    /// `alibaba.sas.DescribeImageInstances`, API version 2018-12-03.
    DescribeImageInstances,
    /// `alibaba.sas.ListPublishBatch`, API version 2018-12-03.
    ListPublishBatch,
    /// `aws.ssm.GetPatchBaseline`, API version 2014-11-06.
    GetPatchBaseline,
    /// `huawei.coc.ListInstanceCompliant`, `GET /v1/patch/instance/compliant`.
    ListInstanceCompliant,
}

/// How an operation splits a long answer into pages, and what a page says about the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// One payload is the whole answer.
    Whole,
    /// A page names the token of the next one; no total is stated.
    Token,
    /// A page states its number, the page size and the total.
    Numbered,
    /// A page states only the total.
    Total,
}

struct Facts {
    id: &'static str,
    provider: &'static str,
    service: &'static str,
    collection: Option<&'static str>,
    kind: &'static str,
    plural: &'static str,
    paging: Paging,
}

impl Operation {
    /// Every operation, sorted by id.
    pub const ALL: [Self; 5] = [
        Self::ListInstancePatchStates,
        Self::DescribeImageInstances,
        Self::ListPublishBatch,
        Self::GetPatchBaseline,
        Self::ListInstanceCompliant,
    ];

    const fn facts(self) -> Facts {
        match self {
            Self::ListInstancePatchStates => Facts {
                id: "alibaba.oos.ListInstancePatchStates",
                provider: "alibaba",
                service: "oos",
                collection: Some("InstancePatchStates"),
                kind: "instance_patch_state",
                plural: "instance patch states",
                paging: Paging::Token,
            },
            Self::DescribeImageInstances => Facts {
                id: "alibaba.sas.DescribeImageInstances",
                provider: "alibaba",
                service: "sas",
                collection: Some("ImageInstanceList"),
                kind: "container_image",
                plural: "container images",
                paging: Paging::Numbered,
            },
            Self::ListPublishBatch => Facts {
                id: "alibaba.sas.ListPublishBatch",
                provider: "alibaba",
                service: "sas",
                collection: Some("BatchList"),
                kind: "agent_release_batch",
                plural: "release batches",
                paging: Paging::Numbered,
            },
            Self::GetPatchBaseline => Facts {
                id: "aws.ssm.GetPatchBaseline",
                provider: "aws",
                service: "ssm",
                collection: None,
                kind: "patch_baseline",
                plural: "patch baselines",
                paging: Paging::Whole,
            },
            Self::ListInstanceCompliant => Facts {
                id: "huawei.coc.ListInstanceCompliant",
                provider: "huawei",
                service: "coc",
                collection: Some("instance_compliant"),
                kind: "node_compliance_report",
                plural: "node reports",
                paging: Paging::Total,
            },
        }
    }

    /// The full id, e.g. `aws.ssm.GetPatchBaseline`.
    pub const fn id(self) -> &'static str {
        self.facts().id
    }

    /// First part of the id: `alibaba`, `aws` or `huawei`.
    pub const fn provider(self) -> &'static str {
        self.facts().provider
    }

    /// Second part of the id, e.g. `ssm`.
    pub const fn service(self) -> &'static str {
        self.facts().service
    }

    /// Key of the array of resources in a payload; `None` where the payload is the resource.
    pub const fn collection(self) -> Option<&'static str> {
        self.facts().collection
    }

    /// What one resource is, in `snake_case`.
    pub const fn resource_kind(self) -> &'static str {
        self.facts().kind
    }

    /// Several resources, in words.
    pub const fn resources_in_words(self) -> &'static str {
        self.facts().plural
    }

    /// How pages of this operation tell that they are complete.
    pub const fn paging(self) -> Paging {
        self.facts().paging
    }

    /// Position in [`Operation::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A text that is no operation id.
#[derive(Debug, thiserror::Error)]
#[error("unknown operation `{given}`{}", hint(.nearest.as_deref()))]
pub struct UnknownOperation {
    /// What was given.
    pub given: String,
    /// The nearest known id.
    pub nearest: Option<String>,
}

/// The nearest id; all of them, where none is near.
fn hint(nearest: Option<&str>) -> String {
    if nearest.is_some() {
        return suggest::did_you_mean(nearest);
    }
    let ids: Vec<&str> = Operation::ALL.iter().map(|operation| operation.id()).collect();
    format!(", known are {}", ids.join(", "))
}

impl FromStr for Operation {
    type Err = UnknownOperation;

    /// Reads a full id, or its last part where that is unambiguous.
    fn from_str(text: &str) -> Result<Self, UnknownOperation> {
        Self::ALL
            .into_iter()
            .find(|operation| {
                let id = operation.id();
                id == text || id.rsplit('.').next() == Some(text)
            })
            .ok_or_else(|| UnknownOperation {
                given: text.to_owned(),
                nearest: suggest::nearest(text, Self::ALL.iter().map(|o| o.id()))
                    .or_else(|| {
                        let names = Self::ALL.iter().filter_map(|o| o.id().rsplit('.').next());
                        suggest::nearest(text, names)
                    })
                    .map(str::to_owned),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_sorted_by_id_and_indexed() {
        let ids: Vec<_> = Operation::ALL.iter().map(|o| o.id()).collect();
        assert!(ids.is_sorted());
        for (index, operation) in Operation::ALL.into_iter().enumerate() {
            assert_eq!(operation.index(), index);
        }
    }

    #[test]
    fn ids_split_into_provider_and_service() {
        assert_eq!(Operation::GetPatchBaseline.provider(), "aws");
        assert_eq!(Operation::GetPatchBaseline.service(), "ssm");
    }

    #[test]
    fn short_names_are_read_and_misspelt_ones_get_a_suggestion() {
        assert_eq!("ListPublishBatch".parse::<Operation>().unwrap(), Operation::ListPublishBatch);
        let error = "aws.ssm.GetPatchBaselin".parse::<Operation>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown operation `aws.ssm.GetPatchBaselin`, did you mean `aws.ssm.GetPatchBaseline`?"
        );
        let far = "zebra".parse::<Operation>().unwrap_err();
        assert_eq!(far.nearest, None);
    }
}
