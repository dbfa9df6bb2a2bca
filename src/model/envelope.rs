//! What a payload says beside its resources.

use std::borrow::Cow;

use chrono::DateTime;
use serde::de::value::MapDeserializer;
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::alibaba::oos::PatchStatesPage;
use super::alibaba::sas::{BatchesPage, ImagesPage};
use super::aws::ssm::BaselinePage;
use super::huawei::coc::ReportsPage;
use super::view::{Layout, View, Viewed as _};
use super::{Inspect, Remark, Tree, Unknown, Wire};
use crate::load::PageFacts;
use crate::operation::Operation;
use crate::source::json::JsonPath;

/// The envelope of a payload: request id, totals, tokens, and what a client library added.
#[derive(Clone, Debug)]
pub enum Envelope<'a> {
    /// Of GetPatchBaseline.
    Baseline(BaselinePage<'a>),
    /// Of ListInstancePatchStates.
    PatchStates(PatchStatesPage<'a>),
    /// Of ListPublishBatch.
    Batches(BatchesPage<'a>),
    /// Of DescribeImageInstances.
    Images(ImagesPage<'a>),
    /// Of ListInstanceCompliant.
    Reports(ReportsPage<'a>),
}

macro_rules! each {
    ($self:expr, $envelope:ident => $do:expr) => {
        match $self {
            Envelope::Baseline($envelope) => $do,
            Envelope::PatchStates($envelope) => $do,
            Envelope::Batches($envelope) => $do,
            Envelope::Images($envelope) => $do,
            Envelope::Reports($envelope) => $do,
        }
    };
}

impl<'a> Envelope<'a> {
    /// Reads the members of a payload that are no resources.
    ///
    /// # Errors
    ///
    /// Where a member is no well-formed JSON, or a name stands twice.
    pub fn read(
        operation: Operation,
        members: &[(Cow<'a, str>, &'a RawValue)],
    ) -> Result<Self, serde_json::Error> {
        Ok(match operation {
            Operation::GetPatchBaseline => {
                // All other members are the resource itself.
                let added: Vec<_> =
                    members.iter().filter(|(name, _)| name == "ResponseMetadata").cloned().collect();
                Self::Baseline(record(&added)?)
            }
            Operation::ListInstancePatchStates => Self::PatchStates(record(members)?),
            Operation::ListPublishBatch => Self::Batches(record(members)?),
            Operation::DescribeImageInstances => Self::Images(record(members)?),
            Operation::ListInstanceCompliant => Self::Reports(record(members)?),
        })
    }

    /// What it says about its place in the whole answer. Unreadable values say nothing.
    pub fn page_facts(&self) -> PageFacts {
        match self {
            Self::Baseline(_) => PageFacts::default(),
            Self::PatchStates(page) => PageFacts {
                next_token: page.next_token.value().map(|token| token.as_str().into()),
                page_size: page.max_results.value().map(|size| size.value()),
                ..PageFacts::default()
            },
            Self::Batches(page) => page.page_info.value().map_or_else(PageFacts::default, |info| PageFacts {
                page_number: info.current_page.value().map(|number| number.value()),
                page_size: info.page_size.value().map(|size| size.value()),
                stated_total: info.total_count.value().map(|total| total.value().unsigned_abs()),
                ..PageFacts::default()
            }),
            Self::Images(page) => page.page_info.value().map_or_else(PageFacts::default, |info| PageFacts {
                page_number: info.current_page.value().map(|number| number.value()),
                page_size: info.page_size.value().map(|size| size.value()),
                stated_count: info.count.value().map(|count| count.value().unsigned_abs()),
                stated_total: info.total_count.value().map(|total| total.value().unsigned_abs()),
                ..PageFacts::default()
            }),
            Self::Reports(page) => PageFacts {
                stated_total: page.count.value().map(|total| total.value().unsigned_abs()),
                ..PageFacts::default()
            },
        }
    }

    /// When the response was received: the `Date` header, which boto3 dumps keep.
    pub fn captured_at(&self) -> Option<super::Timestamp> {
        let metadata = self.unknown().iter().find(|(name, _)| *name == "ResponseMetadata")?.1;
        let date = metadata.member("HTTPHeaders")?.member("date").and_then(Tree::text)?;
        let instant = DateTime::parse_from_rfc2822(date).ok()?;
        super::Timestamp::from_milliseconds(instant.timestamp_millis()).ok()
    }

    fn unknown(&self) -> &Unknown<'a> {
        each!(self, envelope => &envelope.unknown)
    }

    /// As rules see it.
    pub fn view(&self) -> View<'_> {
        each!(self, envelope => envelope.view())
    }

    /// What the documents say of the envelope of an operation's payloads.
    pub const fn layout(operation: Operation) -> &'static Layout {
        match operation {
            Operation::GetPatchBaseline => BaselinePage::LAYOUT,
            Operation::ListInstancePatchStates => PatchStatesPage::LAYOUT,
            Operation::ListPublishBatch => BatchesPage::LAYOUT,
            Operation::DescribeImageInstances => ImagesPage::LAYOUT,
            Operation::ListInstanceCompliant => ReportsPage::LAYOUT,
        }
    }

    /// Tells what is remarkable about its values.
    pub fn inspect(&self, tell: &mut dyn FnMut(Remark<'_>)) {
        each!(self, envelope => envelope.inspect(&mut JsonPath::default(), tell));
    }
}

fn record<'a, T: Wire<'a> + Default>(
    members: &[(Cow<'a, str>, &'a RawValue)],
) -> Result<T, serde_json::Error> {
    let object = MapDeserializer::new(members.iter().map(|(name, value)| (name.clone(), *value)));
    Ok(T::from_object(object)?.ok().flatten().unwrap_or_default())
}

/// Writes the normalised envelope: what rules see as `input.payload`.
impl Serialize for Envelope<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        each!(self, envelope => envelope.serialize(serializer))
    }
}
