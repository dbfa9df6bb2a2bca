//! `alibaba.oos.ListInstancePatchStates`: patch states of instances.
//!
//! Source: API reference of `CloudOps` Orchestration Service, and its SDK (`alibabacloud_oos20190601` 3.7.0).
//! No field is marked as required. Every field of a state is a string on the wire, the counts too.

use std::borrow::Cow;

use crate::model::record::{placeholders, record, vocabulary};
use crate::model::{Counted, Enumeration, Identity, Int32, IsoTime, OptionalText, Text};

placeholders! {
    /// How this service writes "nothing": the word, nothing at all, or a pair of curly quotes.
    NoValue: "null" "" "\u{201C}\u{201D}"
}

placeholders! {
    /// How this service writes "no further page".
    NoToken: "" "-" "null"
}

vocabulary! {
    /// What the last patch operation on an instance was.
    OperationType: "scan" "install"
}

record! {
    /// The patch state of one instance after its last patch operation.
    /// Source: ListInstancePatchStates, OOS API 2019-06-01.
    pub struct InstancePatchState {
        /// Id of the patch baseline that the instance was compared with. Wire: string; `"null"` and the
        /// empty string mean null. Source: API reference.
        "BaselineId" baseline_id: OptionalText<'a, NoValue>,
        /// Patches whose installation failed. Wire: count in a string. Normalised: integer.
        /// Source: API reference.
        "FailedCount" failed_count: Counted,
        /// Patches of the baseline that are installed. Wire: count in a string. Normalised: integer.
        /// Source: API reference.
        "InstalledCount" installed_count: Counted,
        /// Patches that are installed and not part of the baseline. Wire: count in a string. Normalised:
        /// integer. Source: API reference.
        "InstalledOtherCount" installed_other_count: Counted,
        /// Patches that are installed and take effect only after a reboot. Wire: count in a string.
        /// Normalised: integer. Source: API reference.
        "InstalledPendingRebootCount" installed_pending_reboot_count: Counted,
        /// Patches that are installed although the baseline rejects them. Wire: count in a string.
        /// Normalised: integer. Source: API reference.
        "InstalledRejectedCount" installed_rejected_count: Counted,
        /// Id of the ECS instance. Wire: string. Source: API reference.
        "InstanceId" instance_id: Text<'a>,
        /// Patches of the baseline that are not installed. Wire: count in a string. Normalised: integer.
        /// Source: API reference.
        "MissingCount" missing_count: Counted,
        /// When the last patch operation ended. Wire: ISO 8601, seconds, `Z`. Normalised: RFC 3339 in UTC.
        /// Source: API reference.
        "OperationEndTime" operation_end_time: IsoTime,
        /// When the last patch operation began. Wire: ISO 8601, seconds, `Z`. Normalised: RFC 3339 in UTC.
        /// Source: API reference.
        "OperationStartTime" operation_start_time: IsoTime,
        /// What the last patch operation was, in lower case. Wire: string, an open enumeration.
        /// Source: API reference (`scan`); `install` by analogy with the request that starts one.
        "OperationType" operation_type: Enumeration<'a, OperationType>,
        /// Free text about the owner. Wire: string; the empty string and a pair of curly quotes mean null.
        /// Source: API reference.
        "OwnerInformation" owner_information: OptionalText<'a, NoValue>,
        /// Patch group of the instance. Wire: string; `"null"` and the empty string mean null.
        /// Source: API reference.
        "PatchGroup" patch_group: OptionalText<'a, NoValue>,
    }
}

record! {
    /// What a page of ListInstancePatchStates says beside its states.
    pub struct PatchStatesPage {
        /// Most states on a page. Wire: integer, 32 bits. Source: API reference.
        "MaxResults" max_results: Int32,
        /// Token of the next page. Wire: string; empty, absent or `-` where there is none.
        /// Source: API reference.
        "NextToken" next_token: OptionalText<'a, NoToken>,
        /// Id of the request. Wire: string. Source: API reference.
        "RequestId" request_id: Text<'a>,
    }
}

impl InstancePatchState<'_> {
    /// `InstanceId`.
    pub fn identity(&self) -> Identity<'_> {
        Identity::new([self.instance_id.value().map(|id| Cow::Borrowed(id.as_str()))])
    }
}
