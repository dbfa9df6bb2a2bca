//! `aws.ssm.GetPatchBaseline`: a patch baseline. The payload is the resource.
//!
//! Source: API reference of AWS Systems Manager, and the service model of botocore 1.44.5. Enumerations
//! are closed there but have grown over the years, so they are open here.

use std::borrow::Cow;

use crate::model::record::{record, vocabulary};
use crate::model::{CalendarDate, Count32, Enumeration, EpochOrIsoTime, Flag, Identity, List, Text};
use crate::source::json::SecretMember;

/// What must not be shown: the service model marks it as sensitive.
pub const SECRET: SecretMember = SecretMember { list: "Sources", member: "Configuration" };

vocabulary! {
    /// Operating systems that baselines are made for.
    OperatingSystem:
    "WINDOWS" "AMAZON_LINUX" "AMAZON_LINUX_2" "AMAZON_LINUX_2022" "UBUNTU" "REDHAT_ENTERPRISE_LINUX"
    "SUSE" "CENTOS" "ORACLE_LINUX" "DEBIAN" "MACOS" "RASPBIAN" "ROCKY_LINUX" "ALMA_LINUX"
    "AMAZON_LINUX_2023"
}

vocabulary! {
    /// Properties of patches that a filter selects by.
    FilterKey:
    "ARCH" "ADVISORY_ID" "BUGZILLA_ID" "PATCH_SET" "PRODUCT" "PRODUCT_FAMILY" "CLASSIFICATION" "CVE_ID"
    "EPOCH" "MSRC_SEVERITY" "NAME" "PATCH_ID" "SECTION" "PRIORITY" "REPOSITORY" "RELEASE" "SEVERITY"
    "SECURITY" "VERSION"
}

vocabulary! {
    /// How severe it is that an approved patch is missing.
    ComplianceLevel: "CRITICAL" "HIGH" "MEDIUM" "LOW" "INFORMATIONAL" "UNSPECIFIED"
}

vocabulary! {
    /// What happens to rejected patches.
    RejectedAction: "ALLOW_AS_DEPENDENCY" "BLOCK"
}

vocabulary! {
    /// What available but unapproved security updates count as.
    UpdatesStatus: "COMPLIANT" "NON_COMPLIANT"
}

record! {
    /// A patch baseline: which patches are approved for which machines, and when.
    /// Source: GetPatchBaseline, AWS Systems Manager API 2014-11-06.
    pub struct PatchBaseline {
        /// Id of the baseline, `pb-…`, or an ARN for the baselines that AWS itself provides.
        /// Wire: string of 20 to 128 characters. Source: API reference.
        "BaselineId" baseline_id: Text<'a>,
        /// Name of the baseline. Wire: string of 3 to 128 characters. Source: API reference.
        "Name" name: Text<'a>,
        /// Operating system that the baseline is for. Wire: string, an open enumeration.
        /// Source: service model (the older reference lists four values).
        "OperatingSystem" operating_system: Enumeration<'a, OperatingSystem>,
        /// Filters that exclude patches from the baseline. Wire: object. Source: API reference.
        "GlobalFilters" global_filters: PatchFilterGroup<'a>,
        /// Rules that approve patches automatically. Wire: object. Source: API reference.
        "ApprovalRules" approval_rules: PatchRuleGroup<'a>,
        /// Patches approved by name. Wire: array of at most 50 strings. Source: API reference.
        "ApprovedPatches" approved_patches: List<Text<'a>>,
        /// Severity of a missing patch that is approved by name. Wire: string, an open enumeration.
        /// Source: API reference.
        "ApprovedPatchesComplianceLevel"
            approved_patches_compliance_level: Enumeration<'a, ComplianceLevel>,
        /// Whether patches approved by name include updates other than security ones, on Linux.
        /// Wire: boolean. Source: service model (not in the older reference).
        "ApprovedPatchesEnableNonSecurity" approved_patches_enable_non_security: Flag,
        /// Patches rejected by name. Wire: array of at most 50 strings. Source: API reference.
        "RejectedPatches" rejected_patches: List<Text<'a>>,
        /// Whether rejected patches may be installed as dependencies of others. Wire: string, an open
        /// enumeration. Source: service model (not in the older reference).
        "RejectedPatchesAction" rejected_patches_action: Enumeration<'a, RejectedAction>,
        /// Patch groups that use the baseline. Wire: array of strings of 1 to 256 characters.
        /// Source: API reference.
        "PatchGroups" patch_groups: List<Text<'a>>,
        /// When the baseline was made. Wire: seconds since 1970, or ISO 8601 in the output of AWS CLI v2
        /// and boto3. Normalised: RFC 3339 in UTC. Source: API reference.
        "CreatedDate" created_date: EpochOrIsoTime,
        /// When the baseline was last changed. Wire: seconds since 1970, or ISO 8601 in the output of AWS
        /// CLI v2 and boto3. Normalised: RFC 3339 in UTC. Source: API reference.
        "ModifiedDate" modified_date: EpochOrIsoTime,
        /// Description of the baseline. Wire: string of 1 to 1024 characters. Source: API reference.
        "Description" description: Text<'a>,
        /// Alternative sources of patches, on Linux. Wire: array of at most 20 objects.
        /// Source: service model (not in the older reference).
        "Sources" sources: List<PatchSource<'a>>,
        /// What available security updates count as that the baseline does not approve, on Windows.
        /// Wire: string, an open enumeration. Source: service model (not in the older reference).
        "AvailableSecurityUpdatesComplianceStatus"
            available_security_updates_compliance_status: Enumeration<'a, UpdatesStatus>,
    }
}

record! {
    /// A set of filters; a patch has to match all of them.
    pub struct PatchFilterGroup {
        /// The filters. Wire: array of 0 to 4 objects; empty is legal. Source: API reference.
        "PatchFilters" patch_filters: List<PatchFilter<'a>>,
    }
}

record! {
    /// A filter: a property of patches and the values that match.
    pub struct PatchFilter {
        /// The property. Wire: string, an open enumeration. Source: service model.
        "Key" key: Enumeration<'a, FilterKey>,
        /// The values that match; `*` matches all. Wire: array of 1 to 20 strings.
        /// Source: API reference.
        "Values" values: List<Text<'a>>,
    }
}

record! {
    /// The rules that approve patches automatically.
    pub struct PatchRuleGroup {
        /// The rules. Wire: array of 0 to 10 objects. Source: API reference.
        "PatchRules" patch_rules: List<PatchRule<'a>>,
    }
}

record! {
    /// A rule that approves the patches that its filters match.
    pub struct PatchRule {
        /// Which patches the rule is about. Wire: object. Source: API reference.
        "PatchFilterGroup" patch_filter_group: PatchFilterGroup<'a>,
        /// Severity of a missing patch that the rule approves. Wire: string, an open enumeration.
        /// Source: API reference.
        "ComplianceLevel" compliance_level: Enumeration<'a, ComplianceLevel>,
        /// Days from the release of a patch to its approval. Wire: integer from 0 to 360; 0 differs from
        /// absent, where `ApproveUntilDate` decides. Source: API reference.
        "ApproveAfterDays" approve_after_days: Count32,
        /// Patches released after this day are not approved. Wire: string `YYYY-MM-DD`.
        /// Source: service model (not in the older reference).
        "ApproveUntilDate" approve_until_date: CalendarDate,
        /// Whether the rule also approves updates other than security ones, on Linux. Wire: boolean.
        /// Source: service model (not in the older reference).
        "EnableNonSecurity" enable_non_security: Flag,
    }
}

record! {
    /// An alternative source of patches.
    pub struct PatchSource {
        /// Name of the source. Wire: string of 3 to 50 characters. Source: service model.
        "Name" name: Text<'a>,
        /// Versions of the operating system that use the source; `*` means all. Wire: array of 1 to 20
        /// strings. Source: service model.
        "Products" products: List<Text<'a>>,
        /// The source's package manager configuration, as in a `.repo` file. It may hold credentials and
        /// is never shown. Wire: string of 1 to 1024 characters. Source: service model.
        "Configuration" configuration: Text<'a>,
    }
}

record! {
    /// What a payload of GetPatchBaseline holds beside its baseline: nothing that is documented.
    pub struct BaselinePage {}
}

impl PatchBaseline<'_> {
    /// `BaselineId`.
    pub fn identity(&self) -> Identity<'_> {
        Identity::new([self.baseline_id.value().map(|id| Cow::Borrowed(id.as_str()))])
    }

    /// Part `index` of an ARN in `BaselineId`: 3 is the region, 4 the account.
    pub fn arn_part(&self, index: usize) -> Option<&str> {
        let arn = self.baseline_id.value()?.as_str();
        let part = arn.starts_with("arn:").then(|| arn.split(':').nth(index)).flatten()?;
        (!part.is_empty()).then_some(part)
    }
}
