//! `huawei.coc.ListInstanceCompliant`, `GET /v1/patch/instance/compliant`: patch compliance reports of nodes.
//!
//! Source: API reference of Cloud Operations Center, and its SDK (`huaweicloudsdkcoc` 3.1.219). No field is
//! marked as required; both null and the empty string occur where there is nothing.

use std::borrow::Cow;

use crate::model::record::{placeholders, record, vocabulary};
use crate::model::{Count32, Count64, Enumeration, EpochMilliseconds, Identity, OptionalText};

placeholders! {
    /// An empty string says nothing.
    NoText: ""
}

vocabulary! {
    /// Kinds of nodes: cloud servers or members of a container cluster.
    ReportScene: "ECS" "CCE"
}

vocabulary! {
    /// The verdict of the report.
    CompliantStatus: "compliant" "non_compliant"
}

vocabulary! {
    /// Operating systems that patch baselines exist for.
    OperatingSystem: "HuaweiCloudEulerOS" "CentOS" "EulerOS"
}

record! {
    /// The patch compliance report of one node.
    /// Source: ListInstanceCompliant, Cloud Operations Center.
    pub struct InstanceCompliant {
        /// Patches that are compliant. Wire: object. Source: API reference.
        "compliant_summary" compliant_summary: CompliantSummary<'a>,
        /// Patches that are not compliant. Wire: object. Source: API reference.
        "non_compliant_summary" non_compliant_summary: NonCompliantSummary<'a>,
        /// The run that made the report. Wire: object. Source: API reference.
        "execution_summary" execution_summary: ExecutionSummary<'a>,
        /// Id of the report. Wire: string. Source: API reference.
        "id" id: OptionalText<'a, NoText>,
        /// Id of the enterprise project. Wire: string. Source: API reference.
        "enterprise_project_id" enterprise_project_id: OptionalText<'a, NoText>,
        /// Name of the node. Wire: string. Source: API reference.
        "name" name: OptionalText<'a, NoText>,
        /// Id of the ECS instance. Wire: string. Source: API reference.
        "instance_id" instance_id: OptionalText<'a, NoText>,
        /// Id of the node of a CCE cluster. Wire: string, empty for an ECS instance.
        /// Source: API reference.
        "node_id" node_id: OptionalText<'a, NoText>,
        /// Internal IP address of the node. Wire: string. Source: API reference.
        "ip" ip: OptionalText<'a, NoText>,
        /// Elastic IP address of the node. Wire: string. Source: API reference.
        "eip" eip: OptionalText<'a, NoText>,
        /// Region of the node. Wire: string. Source: API reference.
        "region" region: OptionalText<'a, NoText>,
        /// Group of the node. Wire: string or null. Source: API reference.
        "group" group: OptionalText<'a, NoText>,
        /// Kind of node. Wire: string, an open enumeration. Source: API reference.
        "report_scene" report_scene: Enumeration<'a, ReportScene>,
        /// Id of the CCE cluster's information. Wire: string or null. Source: API reference.
        "cce_info_id" cce_info_id: OptionalText<'a, NoText>,
        /// Verdict of the report. Wire: string, an open enumeration. Source: API reference.
        "status" status: Enumeration<'a, CompliantStatus>,
        /// Id of the patch baseline. Wire: string. Source: API reference.
        "baseline_id" baseline_id: OptionalText<'a, NoText>,
        /// Name of the patch baseline. Wire: string. Source: API reference.
        "baseline_name" baseline_name: OptionalText<'a, NoText>,
        /// Kind of rules in the baseline, e.g. `standard`. Wire: string. Source: API reference.
        "rule_type" rule_type: OptionalText<'a, NoText>,
        /// Operating system of the node. Wire: string, an open enumeration. Source: API reference.
        "operating_system" operating_system: Enumeration<'a, OperatingSystem>,
    }
}

record! {
    /// Patches that are compliant.
    pub struct CompliantSummary {
        /// Number of compliant patches. Wire: integer, 32 bits. Source: API reference.
        "compliant_count" compliant_count: Count32,
        /// The same by severity. Wire: object. Source: API reference.
        "severity_summary" severity_summary: SeveritySummary<'a>,
    }
}

record! {
    /// Patches that are not compliant.
    pub struct NonCompliantSummary {
        /// Number of non-compliant patches. Wire: integer, 32 bits. Source: API reference.
        "non_compliant_count" non_compliant_count: Count32,
        /// The same by severity; it need not add up to the number. Wire: object. Source: API reference.
        "severity_summary" severity_summary: SeveritySummary<'a>,
    }
}

record! {
    /// Numbers of patches by severity.
    pub struct SeveritySummary {
        /// Patches of critical severity. Wire: integer, 32 bits. Source: API reference.
        "critical_count" critical_count: Count32,
        /// Patches of high severity. Wire: integer, 32 bits. Source: API reference.
        "high_count" high_count: Count32,
        /// Patches of informational severity. Wire: integer, 32 bits. Source: API reference.
        "informational_count" informational_count: Count32,
        /// Patches of low severity. Wire: integer, 32 bits. Source: API reference.
        "low_count" low_count: Count32,
        /// Patches of medium severity. Wire: integer, 32 bits. Source: API reference.
        "medium_count" medium_count: Count32,
        /// Patches of unspecified severity. Wire: integer, 32 bits. Source: API reference.
        "unspecified_count" unspecified_count: Count32,
    }
}

record! {
    /// The run that made a report.
    pub struct ExecutionSummary {
        /// Id of the service ticket. Wire: string. Source: API reference.
        "order_id" order_id: OptionalText<'a, NoText>,
        /// Id of the script run. Wire: string. Source: API reference.
        "job_id" job_id: OptionalText<'a, NoText>,
        /// When the report was made. Wire: milliseconds since 1970, a number. Normalised: RFC 3339 in UTC.
        /// Source: API reference.
        "report_time" report_time: EpochMilliseconds,
    }
}

record! {
    /// What a page of ListInstanceCompliant says beside its reports.
    pub struct ReportsPage {
        /// Reports on all pages. Wire: integer, 64 bits. Source: API reference.
        "count" count: Count64,
    }
}

impl InstanceCompliant<'_> {
    /// `instance_id`, else `node_id`, else `id`.
    pub fn identity(&self) -> Identity<'_> {
        let id = self.instance_id.value().or(self.node_id.value()).or(self.id.value());
        Identity::new([id.map(|id| Cow::Borrowed(id.as_str()))])
    }
}
