//! `alibaba.oos.ListInstancePatchStates`, `alibaba.sas.DescribeImageInstances`, `alibaba.sas.ListPublishBatch`.

use serde::Deserialize;

use super::Escaped;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "the fields are only parsed")]
pub(crate) struct PatchState<'a> {
    baseline_id: Option<&'a str>,
    failed_count: Option<&'a str>,
    installed_count: Option<&'a str>,
    installed_other_count: Option<&'a str>,
    installed_pending_reboot_count: Option<&'a str>,
    installed_rejected_count: Option<&'a str>,
    instance_id: Option<&'a str>,
    missing_count: Option<&'a str>,
    operation_end_time: Option<&'a str>,
    operation_start_time: Option<&'a str>,
    operation_type: Option<&'a str>,
    owner_information: Option<&'a str>,
    patch_group: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, clippy::struct_field_names, reason = "the fields are the API's, and only parsed")]
pub(crate) struct Image<'a> {
    alarm_count: Option<i32>,
    alarm_status: Option<&'a str>,
    deployed: Option<i32>,
    digest: Option<&'a str>,
    /// JSON within a text, so its quotes are escaped where it is not empty.
    #[serde(borrow)]
    endpoints: Option<Escaped<'a>>,
    hc_count: Option<i32>,
    hc_status: Option<&'a str>,
    image_create: Option<&'a str>,
    image_id: Option<&'a str>,
    image_size: Option<&'a str>,
    image_update: Option<&'a str>,
    instance_id: Option<&'a str>,
    last_scan_time: Option<i64>,
    region_id: Option<&'a str>,
    registry_type: Option<&'a str>,
    repo_id: Option<&'a str>,
    repo_name: Option<&'a str>,
    repo_namespace: Option<&'a str>,
    repo_type: Option<&'a str>,
    risk_status: Option<&'a str>,
    sca_progress: Option<i32>,
    sca_result: Option<&'a str>,
    sca_status: Option<&'a str>,
    source_biz_tag: Option<&'a str>,
    status: Option<&'a str>,
    tag: Option<&'a str>,
    uuid: Option<&'a str>,
    vul_count: Option<i32>,
    vul_status: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, clippy::struct_field_names, reason = "the fields are the API's, and only parsed")]
pub(crate) struct Batch<'a> {
    batch_id: Option<i64>,
    batch_interval: Option<i32>,
    batch_name: Option<&'a str>,
    batch_no: Option<i32>,
    batch_process: Option<i32>,
    batch_total: Option<i32>,
    operation_base: Option<i32>,
    status: Option<i32>,
    version: Option<&'a str>,
}
