//! `alibaba.sas.DescribeImageInstances`: container images and what scans found in them.
//!
//! Source: API reference of Security Center, and its SDK (`alibabacloud_sas20181203` 10.3.2). No field is
//! marked as required.

use std::borrow::Cow;

use super::{NoText, YesNo};
use crate::model::record::{placeholders, record, vocabulary};
use crate::model::{
    Code, Count32, Enumeration, EpochMilliseconds, Identity, Int32, JsonText, NumberText, OptionalText, Text,
};

placeholders! {
    /// How a namespace says that there is none.
    NoNamespace: "" "N/A"
}

vocabulary! {
    /// Whether an image runs somewhere: 0 no, 1 yes.
    Deployed: "0" "1"
}

vocabulary! {
    /// Where images come from.
    RegistryType: "acr" "harbor" "quay" "CI/CD"
}

vocabulary! {
    /// Who may pull from a repository.
    RepoType: "private" "public"
}

vocabulary! {
    /// Why a scan has no result.
    ScaResult: "TASK_NOT_EXISTS" "TASK_NOT_SUPPORT_REGION" "forbid_create_repeat_task"
}

vocabulary! {
    /// Stages of a scan.
    ScaStatus:
    "INIT" "START" "MESSAGE_SEND" "START_RUN" "DOWNLOAD" "PRE_ANALYZER" "WEB_SHELL_ANALYZER"
    "CVE_ANALYZER" "BIN_ANALYZER" "OTHER_ANALYZER" "SUCCESS" "PRE_ANALYZER_SUCCESS" "FAIL" "TIMEOUT"
}

vocabulary! {
    /// State of an image.
    ImageStatus: "NORMAL"
}

record! {
    /// A container image and what its last scan found.
    /// Source: DescribeImageInstances, Security Center API 2018-12-03.
    pub struct ImageInstance {
        /// Alerts about the image. Wire: integer, 32 bits. Source: API reference.
        "AlarmCount" alarm_count: Count32,
        /// Whether there are alerts. Wire: string, `YES` or `NO`, an open enumeration.
        /// Source: API reference.
        "AlarmStatus" alarm_status: Enumeration<'a, YesNo>,
        /// Whether the image is deployed: 0 no, 1 yes. Wire: integer, 32 bits, an open enumeration.
        /// Source: API reference.
        "Deployed" deployed: Code<Deployed>,
        /// Digest of the image. Wire: string; may be masked with `****`. Source: API reference.
        "Digest" digest: OptionalText<'a, NoText>,
        /// Addresses of the image. Wire: a JSON array inside a string. Normalised: the array.
        /// Source: API reference.
        "Endpoints" endpoints: JsonText<'a>,
        /// Baseline risks in the image. Wire: integer, 32 bits. Source: API reference.
        "HcCount" hc_count: Count32,
        /// Whether there are baseline risks. Wire: string, `YES` or `NO`, an open enumeration.
        /// Source: API reference.
        "HcStatus" hc_status: Enumeration<'a, YesNo>,
        /// When the image was made. Wire: milliseconds since 1970 in a string. Normalised: RFC 3339 in
        /// UTC. Source: API reference.
        "ImageCreate" image_create: EpochMilliseconds,
        /// Id of the image. Wire: string; may be masked with `****`. Source: API reference.
        "ImageId" image_id: OptionalText<'a, NoText>,
        /// Size of the image. Wire: integer in a string. Normalised: integer. The unit is unreliable: the
        /// reference says MB, its example makes sense only in bytes. Source: API reference.
        "ImageSize" image_size: NumberText,
        /// When the image was last changed. Wire: milliseconds since 1970 in a string. Normalised: RFC
        /// 3339 in UTC. Source: API reference.
        "ImageUpdate" image_update: EpochMilliseconds,
        /// Id of the image instance. Wire: string; may be masked with `****`. Source: API reference.
        "InstanceId" instance_id: OptionalText<'a, NoText>,
        /// When the image was last scanned. Wire: milliseconds since 1970, a number. Normalised: RFC 3339
        /// in UTC. Source: API reference.
        "LastScanTime" last_scan_time: EpochMilliseconds,
        /// Region of the image. Wire: string. Source: API reference.
        "RegionId" region_id: OptionalText<'a, NoText>,
        /// Where the image comes from. Wire: string, an open enumeration. Source: API reference.
        "RegistryType" registry_type: Enumeration<'a, RegistryType>,
        /// Id of the repository. Wire: string; may be masked with `****`. Source: API reference.
        "RepoId" repo_id: OptionalText<'a, NoText>,
        /// Name of the repository. Wire: string. Source: API reference.
        "RepoName" repo_name: OptionalText<'a, NoText>,
        /// Namespace of the repository. Wire: string; `N/A` means null. Source: API reference.
        "RepoNamespace" repo_namespace: OptionalText<'a, NoNamespace>,
        /// Who may pull from the repository. Wire: string, an open enumeration. Source: API reference.
        "RepoType" repo_type: Enumeration<'a, RepoType>,
        /// Whether there are risks of any kind. Wire: string, `YES` or `NO`, an open enumeration.
        /// Source: API reference.
        "RiskStatus" risk_status: Enumeration<'a, YesNo>,
        /// Progress of the scan, in percent. Wire: integer from 0 to 100. Source: API reference.
        "ScaProgress" sca_progress: Int32,
        /// Why the scan has no result: an error code, so that a count of zero beside it means nothing.
        /// Wire: string, an open enumeration. Source: API reference.
        "ScaResult" sca_result: Enumeration<'a, ScaResult>,
        /// Stage of the scan. Wire: string, an open enumeration. Source: API reference.
        "ScaStatus" sca_status: Enumeration<'a, ScaStatus>,
        /// Business that the image belongs to, e.g. `PAI`. Wire: string. Source: SDK (not in the older
        /// reference).
        "SourceBizTag" source_biz_tag: OptionalText<'a, NoText>,
        /// State of the image. Wire: string, an open enumeration. Source: API reference.
        "Status" status: Enumeration<'a, ImageStatus>,
        /// Tag of the image. Wire: string. Source: API reference.
        "Tag" tag: OptionalText<'a, NoText>,
        /// Id of the server. Wire: string; may be masked with `****`. Source: API reference.
        "Uuid" uuid: OptionalText<'a, NoText>,
        /// Vulnerabilities in the image. Wire: integer, 32 bits. Source: API reference.
        "VulCount" vul_count: Count32,
        /// Whether there are vulnerabilities. Wire: string, `YES` or `NO`, an open enumeration.
        /// Source: API reference.
        "VulStatus" vul_status: Enumeration<'a, YesNo>,
    }
}

record! {
    /// What a page of DescribeImageInstances says beside its images.
    pub struct ImagesPage {
        /// Page number, size, count and total. Wire: object. Source: API reference.
        "PageInfo" page_info: ImagePageInfo<'a>,
        /// Id of the request. Wire: string. Source: API reference.
        "RequestId" request_id: Text<'a>,
    }
}

record! {
    /// Paging of DescribeImageInstances.
    pub struct ImagePageInfo {
        /// Images on this page. Wire: integer, 32 bits. Source: API reference.
        "Count" count: Count32,
        /// Number of the page, from 1. Wire: integer, 32 bits. Source: API reference.
        "CurrentPage" current_page: Int32,
        /// Most images on a page. Wire: integer, 32 bits. Source: API reference.
        "PageSize" page_size: Int32,
        /// Images on all pages. Wire: integer, 32 bits. Source: API reference.
        "TotalCount" total_count: Count32,
    }
}

impl ImageInstance<'_> {
    /// `RegionId`, `RepoNamespace/RepoName:Tag` and `Digest`.
    pub fn identity(&self) -> Identity<'_> {
        let repository = self.repo_name.value().map(|name| {
            let namespace = self.repo_namespace.value().map(crate::model::scalars::OptionalText::as_str);
            let tag = self.tag.value().map(crate::model::scalars::OptionalText::as_str);
            let mut text = namespace.map_or_else(String::new, |namespace| format!("{namespace}/"));
            text.push_str(name.as_str());
            if let Some(tag) = tag {
                text.push(':');
                text.push_str(tag);
            }
            Cow::Owned(text)
        });
        Identity::new([
            self.region_id.value().map(|region| Cow::Borrowed(region.as_str())),
            repository,
            self.digest.value().map(|digest| Cow::Borrowed(digest.as_str())),
        ])
    }
}
