//! `huawei.coc.ListInstanceCompliant`: nodes.

use serde::Deserialize;

#[derive(Deserialize)]
#[expect(dead_code, clippy::struct_field_names, reason = "the fields are the API's, and only parsed")]
pub(crate) struct Node<'a> {
    compliant_summary: Option<Compliant>,
    non_compliant_summary: Option<NonCompliant>,
    #[serde(borrow)]
    execution_summary: Option<Execution<'a>>,
    id: Option<&'a str>,
    enterprise_project_id: Option<&'a str>,
    name: Option<&'a str>,
    instance_id: Option<&'a str>,
    node_id: Option<&'a str>,
    ip: Option<&'a str>,
    eip: Option<&'a str>,
    region: Option<&'a str>,
    group: Option<&'a str>,
    report_scene: Option<&'a str>,
    cce_info_id: Option<&'a str>,
    status: Option<&'a str>,
    baseline_id: Option<&'a str>,
    baseline_name: Option<&'a str>,
    rule_type: Option<&'a str>,
    operating_system: Option<&'a str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only parsed")]
struct Compliant {
    compliant_count: Option<i32>,
    severity_summary: Option<Severities>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only parsed")]
struct NonCompliant {
    non_compliant_count: Option<i32>,
    severity_summary: Option<Severities>,
}

#[derive(Deserialize)]
#[expect(dead_code, clippy::struct_field_names, reason = "the fields are the API's, and only parsed")]
struct Severities {
    critical_count: Option<i32>,
    high_count: Option<i32>,
    informational_count: Option<i32>,
    low_count: Option<i32>,
    medium_count: Option<i32>,
    unspecified_count: Option<i32>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only parsed")]
struct Execution<'a> {
    order_id: Option<&'a str>,
    job_id: Option<&'a str>,
    report_time: Option<i64>,
}
