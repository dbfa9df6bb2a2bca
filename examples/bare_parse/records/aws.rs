//! `aws.ssm.GetPatchBaseline`: patch baselines.

use serde::Deserialize;

use super::Escaped;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, clippy::struct_field_names, reason = "the fields are the API's, and only parsed")]
pub(crate) struct Baseline<'a> {
    baseline_id: Option<&'a str>,
    name: Option<&'a str>,
    operating_system: Option<&'a str>,
    #[serde(borrow)]
    global_filters: Option<Filters<'a>>,
    #[serde(borrow)]
    approval_rules: Option<Rules<'a>>,
    #[serde(borrow)]
    approved_patches: Option<Vec<&'a str>>,
    approved_patches_compliance_level: Option<&'a str>,
    approved_patches_enable_non_security: Option<bool>,
    #[serde(borrow)]
    rejected_patches: Option<Vec<&'a str>>,
    rejected_patches_action: Option<&'a str>,
    #[serde(borrow)]
    patch_groups: Option<Vec<&'a str>>,
    created_date: Option<f64>,
    modified_date: Option<f64>,
    #[serde(borrow)]
    description: Option<Escaped<'a>>,
    #[serde(borrow)]
    sources: Option<Vec<Source<'a>>>,
    available_security_updates_compliance_status: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "the fields are only parsed")]
struct Filters<'a> {
    #[serde(borrow)]
    patch_filters: Option<Vec<Filter<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "the fields are only parsed")]
struct Filter<'a> {
    key: Option<&'a str>,
    #[serde(borrow)]
    values: Option<Vec<&'a str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "the fields are only parsed")]
struct Rules<'a> {
    #[serde(borrow)]
    patch_rules: Option<Vec<Rule<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "the fields are only parsed")]
struct Rule<'a> {
    #[serde(borrow)]
    patch_filter_group: Option<Filters<'a>>,
    compliance_level: Option<&'a str>,
    approve_after_days: Option<i32>,
    approve_until_date: Option<&'a str>,
    enable_non_security: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "the fields are only parsed")]
struct Source<'a> {
    name: Option<&'a str>,
    #[serde(borrow)]
    products: Option<Vec<&'a str>>,
    /// A file with line ends.
    #[serde(borrow)]
    configuration: Option<Escaped<'a>>,
}
