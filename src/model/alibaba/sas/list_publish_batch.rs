//! `alibaba.sas.ListPublishBatch`: batches in which a version of the Security Center agent is released.
//!
//! Source: API reference of Security Center, and its SDK (`alibabacloud_sas20181203` 10.3.2). No field is
//! marked as required.

use std::borrow::Cow;

use super::NoText;
use crate::model::record::{record, vocabulary};
use crate::model::{Code, Count32, Identity, Int32, Int64, OptionalText, Text};

vocabulary! {
    /// Progress of a release batch: 0 not started, 1 publishing, 2 published, 3 suspended, 4 forcibly
    /// upgrading.
    BatchStatus: "0" "1" "2" "3" "4"
}

vocabulary! {
    /// How the machines of a batch were chosen: 0 by instance, 1 by machine group, 2 by VPC.
    OperationBase: "0" "1" "2"
}

record! {
    /// A batch of machines that gets a version of the Security Center agent at the same time.
    /// Source: ListPublishBatch, Security Center API 2018-12-03.
    pub struct PublishBatch {
        /// Id of the batch. Wire: integer, 64 bits. Source: API reference.
        "BatchId" batch_id: Int64,
        /// Time between two batches, in hours. Wire: integer, 32 bits. Source: API reference.
        "BatchInterval" batch_interval: Int32,
        /// Name of the batch. Wire: string. Source: API reference.
        "BatchName" batch_name: OptionalText<'a, NoText>,
        /// Number of the batch within its release; 2147483647 is a sentinel and no number. Wire: integer,
        /// 32 bits. Source: API reference.
        "BatchNo" batch_no: Int32,
        /// Servers of the batch that are upgraded so far: a count, no percentage. Wire: integer, 32 bits.
        /// Source: API reference.
        "BatchProcess" batch_process: Count32,
        /// Number of batches of the release. Wire: integer, 32 bits. Source: API reference.
        "BatchTotal" batch_total: Count32,
        /// How the machines were chosen: 0 by instance, 1 by machine group, 2 by VPC. Wire: integer,
        /// 32 bits, an open enumeration. Source: API reference.
        "OperationBase" operation_base: Code<OperationBase>,
        /// Progress: 0 not started, 1 publishing, 2 published, 3 suspended, 4 forcibly upgrading. Wire:
        /// integer, 32 bits, an open enumeration. Source: API reference.
        "Status" status: Code<BatchStatus>,
        /// Version of the agent that the batch gets. Wire: string. Source: API reference.
        "Version" version: OptionalText<'a, NoText>,
    }
}

record! {
    /// What a page of ListPublishBatch says beside its batches.
    pub struct BatchesPage {
        /// Page number, size and total. Wire: object. Source: API reference.
        "PageInfo" page_info: BatchPageInfo<'a>,
        /// Id of the request. Wire: string. Source: API reference.
        "RequestId" request_id: Text<'a>,
    }
}

record! {
    /// Paging of ListPublishBatch.
    pub struct BatchPageInfo {
        /// Number of the page, from 1. Wire: integer, 32 bits. Source: API reference.
        "CurrentPage" current_page: Int32,
        /// Most batches on a page. Wire: integer, 32 bits. Source: API reference.
        "PageSize" page_size: Int32,
        /// Batches on all pages. Wire: integer, 32 bits. Source: API reference.
        "TotalCount" total_count: Count32,
    }
}

impl PublishBatch<'_> {
    /// `Version` and `BatchId`.
    pub fn identity(&self) -> Identity<'_> {
        Identity::new([
            self.version.value().map(|version| Cow::Borrowed(version.as_str())),
            self.batch_id.value().map(|id| Cow::Owned(id.value().to_string())),
        ])
    }
}
