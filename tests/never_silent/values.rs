//! What single values can do to the built-in rules, for each operation.
//!
//! Each case changes one value of a compliant record, of which all rules of its operation say `pass`, and
//! names the rules that rest on that value.

use serde_json::{Value, json};

use crate::support::{Folder, Outcome, check, page, report, sample};

/// An operation: where its compliant sample stands, its array, its rules, and the params that make all of
/// them apply.
struct Kind {
    path: &'static str,
    rules: &'static str,
    array: Option<&'static str>,
    set: &'static [&'static str],
}

const NODE: Kind = Kind {
    path: "huawei/coc/list-instance-compliant/compliant.json",
    rules: "HWC-*",
    array: Some("instance_compliant"),
    set: &["--set", "HWC-COC-009.allowed_regions=cn-north-4"],
};
const STATE: Kind = Kind {
    path: "alibaba/oos/list-instance-patch-states/compliant.json",
    rules: "ALI-OOS-*",
    array: Some("InstancePatchStates"),
    set: &[],
};
const BATCH: Kind = Kind {
    path: "alibaba/sas/list-publish-batch/compliant.json",
    rules: "ALI-SAS-1*",
    array: Some("BatchList"),
    set: &["--set", "ALI-SAS-106.min_version=3.0.0"],
};
const IMAGE: Kind = Kind {
    path: "alibaba/sas/describe-image-instances/compliant.json",
    rules: "ALI-SAS-2*",
    array: Some("ImageInstanceList"),
    set: &[],
};
const BASELINE: Kind =
    Kind { path: "aws/ssm/get-patch-baseline/compliant.json", rules: "AWS-*", array: None, set: &[] };

impl Kind {
    /// The first record of the sample.
    fn record(&self) -> Value {
        let document: Value = serde_json::from_str(&sample(self.path)).unwrap();
        self.array.map_or(document.clone(), |array| document[array][0].clone())
    }

    /// A complete payload of this record alone.
    fn payload(&self, record: &Value) -> String {
        match self.array {
            None => record.to_string(),
            Some("instance_compliant") => page(std::slice::from_ref(record)),
            Some(array @ "InstancePatchStates") => json!({array: [record], "RequestId": "1"}).to_string(),
            Some(array) => {
                let info = json!({"CurrentPage": 1, "PageSize": 20, "TotalCount": 1, "Count": 1});
                json!({array: [record], "PageInfo": info}).to_string()
            }
        }
    }
}

/// Takes the value at a pointer away.
fn remove(record: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    record.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
}

/// Puts another value there.
fn put(record: &mut Value, pointer: &str, value: Value) {
    *record.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
}

/// Judges variants of a record, each in a file of its own, in one run, by all rules of its operation.
fn judge(kind: &Kind, variants: &[Value]) -> Outcome {
    judge_by(kind, variants, kind.rules)
}

/// Judges them by some rules.
fn judge_by(kind: &Kind, variants: &[Value], rules: &str) -> Outcome {
    let folder = Folder::new();
    for (index, record) in variants.iter().enumerate() {
        folder.file(&format!("{index:03}/payload.json"), kind.payload(record));
    }
    // What is set on a rule that is not selected does no harm.
    let selected = [folder.text(), "--include".to_owned(), "pass,not_applicable".to_owned()];
    let selected: Vec<&str> = selected.iter().map(String::as_str).chain(["--rule", rules]).collect();
    check(&[&selected, kind.set].concat())
}

/// The verdict of a rule on a variant.
fn verdict(outcome: &Value, index: usize, rule: &str) -> String {
    let folder = format!("/{index:03}/");
    let found = outcome["findings"].as_array().unwrap().iter().find(|finding| {
        finding["rule"]["id"] == rule && finding["location"]["file"].as_str().unwrap().contains(&folder)
    });
    found.unwrap_or_else(|| panic!("no verdict of {rule} on {index}"))["verdict"].as_str().unwrap().to_owned()
}

/// Every rule passes the record as it is, so that a change of its verdict comes from the change of the value.
fn passes(kind: &Kind) {
    let outcome = judge(kind, &[kind.record()]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{}", kind.path);
    assert_eq!(outcome.verdicts("not_applicable"), 0, "{}", kind.path);
}

#[test]
fn the_records_that_are_changed_here_pass_every_rule() {
    for kind in [NODE, STATE, BATCH, IMAGE, BASELINE] {
        passes(&kind);
    }
}

/// Of each rule that rests on the value at a pointer: it is inconclusive where the value is absent.
#[track_caller]
fn inconclusive_without(kind: &Kind, cases: &[(&str, &[&str])]) {
    let mut variants = Vec::new();
    for (pointer, _) in cases {
        let mut record = kind.record();
        remove(&mut record, pointer);
        variants.push(record);
    }
    let outcome = judge(kind, &variants);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    let document = outcome.json();
    for (index, (pointer, rules)) in cases.iter().enumerate() {
        for rule in *rules {
            assert_eq!(verdict(&document, index, rule), "inconclusive", "{rule} without {pointer}");
        }
    }
}

#[test]
fn a_node_without_the_value_is_inconclusive() {
    let severity = "/non_compliant_summary/severity_summary";
    // Without one severity they cannot be added up, so that all three rules that do that cannot tell.
    let adding: &[&str] = &["HWC-COC-001", "HWC-COC-002", "HWC-COC-004"];
    let all: &[&str] = &["HWC-COC-001", "HWC-COC-002", "HWC-COC-004", "HWC-COC-008", "HWC-COC-010"];
    inconclusive_without(
        &NODE,
        &[
            (&format!("{severity}/critical_count"), adding),
            (&format!("{severity}/high_count"), adding),
            (&format!("{severity}/unspecified_count"), adding),
            (severity, adding),
            ("/non_compliant_summary/non_compliant_count", all),
            ("/non_compliant_summary", all),
            ("/compliant_summary/compliant_count", &["HWC-COC-008"]),
            ("/compliant_summary", &["HWC-COC-008"]),
            ("/status", &["HWC-COC-003", "HWC-COC-010"]),
            ("/execution_summary/report_time", &["HWC-COC-005"]),
            ("/execution_summary", &["HWC-COC-005"]),
            ("/baseline_id", &["HWC-COC-006"]),
            ("/group", &["HWC-COC-007"]),
            ("/region", &["HWC-COC-009"]),
        ],
    );
}

#[test]
fn a_patch_state_without_the_value_is_inconclusive() {
    inconclusive_without(
        &STATE,
        &[
            ("/MissingCount", &["ALI-OOS-001"]),
            ("/FailedCount", &["ALI-OOS-002"]),
            ("/InstalledPendingRebootCount", &["ALI-OOS-003"]),
            ("/InstalledRejectedCount", &["ALI-OOS-004"]),
            ("/PatchGroup", &["ALI-OOS-005"]),
            ("/BaselineId", &["ALI-OOS-006"]),
            ("/OperationEndTime", &["ALI-OOS-007", "ALI-OOS-008"]),
            ("/OperationStartTime", &["ALI-OOS-008"]),
        ],
    );
}

#[test]
fn a_release_batch_without_the_value_is_inconclusive() {
    inconclusive_without(
        &BATCH,
        &[
            ("/Status", &["ALI-SAS-101", "ALI-SAS-102"]),
            ("/BatchInterval", &["ALI-SAS-103"]),
            ("/BatchTotal", &["ALI-SAS-104", "ALI-SAS-105"]),
            ("/BatchNo", &["ALI-SAS-105"]),
            ("/Version", &["ALI-SAS-106"]),
        ],
    );
}

#[test]
fn an_image_without_the_value_is_inconclusive() {
    inconclusive_without(
        &IMAGE,
        &[
            ("/VulCount", &["ALI-SAS-201", "ALI-SAS-210"]),
            ("/HcCount", &["ALI-SAS-202", "ALI-SAS-210"]),
            ("/AlarmCount", &["ALI-SAS-203", "ALI-SAS-210"]),
            ("/ScaStatus", &["ALI-SAS-201", "ALI-SAS-202", "ALI-SAS-203", "ALI-SAS-204"]),
            ("/LastScanTime", &["ALI-SAS-205"]),
            ("/RegistryType", &["ALI-SAS-206"]),
            ("/Deployed", &["ALI-SAS-208"]),
            ("/RiskStatus", &["ALI-SAS-208"]),
            ("/RepoType", &["ALI-SAS-209"]),
            ("/VulStatus", &["ALI-SAS-210"]),
            ("/HcStatus", &["ALI-SAS-210"]),
            ("/AlarmStatus", &["ALI-SAS-210"]),
        ],
    );
}

#[test]
fn a_baseline_without_the_value_is_inconclusive() {
    let rule = "/ApprovalRules/PatchRules/0";
    inconclusive_without(
        &BASELINE,
        &[
            (&format!("{rule}/ApproveAfterDays"), &["AWS-SSM-003"]),
            (&format!("{rule}/PatchFilterGroup"), &["AWS-SSM-003"]),
            (&format!("{rule}/ComplianceLevel"), &["AWS-SSM-004"]),
            ("/ApprovalRules/PatchRules", &["AWS-SSM-003", "AWS-SSM-004", "AWS-SSM-007"]),
            ("/ApprovalRules", &["AWS-SSM-003", "AWS-SSM-004", "AWS-SSM-007"]),
            ("/ApprovedPatches", &["AWS-SSM-004", "AWS-SSM-006"]),
            ("/ApprovedPatchesComplianceLevel", &["AWS-SSM-004"]),
            ("/RejectedPatchesAction", &["AWS-SSM-005"]),
            ("/RejectedPatches", &["AWS-SSM-005", "AWS-SSM-006"]),
            ("/Sources", &["AWS-SSM-008"]),
            ("/ModifiedDate", &["AWS-SSM-009"]),
            ("/AvailableSecurityUpdatesComplianceStatus", &["AWS-SSM-010"]),
        ],
    );
}

#[test]
fn a_baseline_that_states_neither_rules_nor_patches_or_groups_passes_none_of_that() {
    let mut record = BASELINE.record();
    remove(&mut record, "/ApprovalRules");
    remove(&mut record, "/ApprovedPatches");
    let mut groups = BASELINE.record();
    // Without the key it would be taken for the answer of UpdatePatchBaseline.
    put(&mut groups, "/PatchGroups", Value::Null);
    let document = judge(&BASELINE, &[record, groups]).json();
    assert_eq!(verdict(&document, 0, "AWS-SSM-002"), "inconclusive");
    assert_eq!(verdict(&document, 1, "AWS-SSM-001"), "inconclusive");
}

/// Counts, and the rules that rest on them.
const COUNTS: [(&Kind, &str, &str); 14] = [
    (&NODE, "/non_compliant_summary/severity_summary/critical_count", "HWC-COC-001"),
    (&NODE, "/non_compliant_summary/severity_summary/high_count", "HWC-COC-002"),
    (&NODE, "/non_compliant_summary/non_compliant_count", "HWC-COC-004"),
    (&NODE, "/compliant_summary/compliant_count", "HWC-COC-008"),
    (&STATE, "/MissingCount", "ALI-OOS-001"),
    (&STATE, "/FailedCount", "ALI-OOS-002"),
    (&STATE, "/InstalledPendingRebootCount", "ALI-OOS-003"),
    (&STATE, "/InstalledRejectedCount", "ALI-OOS-004"),
    (&BATCH, "/BatchInterval", "ALI-SAS-103"),
    (&BATCH, "/BatchTotal", "ALI-SAS-104"),
    (&IMAGE, "/VulCount", "ALI-SAS-201"),
    (&IMAGE, "/HcCount", "ALI-SAS-202"),
    (&IMAGE, "/AlarmCount", "ALI-SAS-203"),
    (&BASELINE, "/ApprovalRules/PatchRules/0/ApproveAfterDays", "AWS-SSM-003"),
];

/// Judges each count with these values in its place; tells of each the rule's verdict and the exit code.
fn each_count(values: &[Value], mut tell: impl FnMut(&str, &str, &Value)) {
    for (kind, pointer, rule) in COUNTS {
        let variants: Vec<Value> = values
            .iter()
            .map(|value| {
                let mut record = kind.record();
                put(&mut record, pointer, value.clone());
                record
            })
            .collect();
        let document = judge_by(kind, &variants, rule).json();
        for (index, value) in values.iter().enumerate() {
            tell(rule, &verdict(&document, index, rule), value);
        }
    }
}

#[test]
fn a_count_of_null_is_not_zero() {
    each_count(&[Value::Null], |rule, verdict, _| assert_eq!(verdict, "inconclusive", "{rule}"));
}

#[test]
fn what_is_no_count_is_an_error() {
    let values = [
        json!(-1),
        json!(0.5),
        json!(true),
        json!([]),
        json!({}),
        json!("-1"),
        json!("zero"),
        json!(" 0"),
        json!(""),
    ];
    each_count(&values, |rule, verdict, value| {
        // An interval is no count but a plain integer: below zero it is too short.
        let may_fail = rule == "ALI-SAS-103" && *value == json!(-1);
        assert_eq!(verdict, if may_fail { "fail" } else { "error" }, "{rule} {value}");
    });
}

#[test]
fn a_number_in_a_string_is_an_error_where_it_is_not_documented() {
    each_count(&[json!("0"), json!("99")], |rule, verdict, value| {
        // OOS writes all its counts in strings; no default allows 99.
        let expected = match (rule.starts_with("ALI-OOS"), value == "99") {
            (false, _) => "error",
            (true, false) => "pass",
            (true, true) => "fail",
        };
        assert_eq!(verdict, expected, "{rule} {value}");
    });
}

/// Of each rule whether it reads the value at a pointer: where that is of another type, the rules that do are
/// `error`, and all others say what they said before.
#[track_caller]
fn error_where_it_is_read(kind: &Kind, cases: &[(&str, Value, &[&str])]) {
    let mut variants = Vec::new();
    for (pointer, value, _) in cases {
        let mut record = kind.record();
        put(&mut record, pointer, value.clone());
        variants.push(record);
    }
    let outcome = judge(kind, &variants);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["payload.type_mismatch".to_owned(); cases.len()]));
    let document = outcome.json();
    for (index, (pointer, _, rules)) in cases.iter().enumerate() {
        let folder = format!("/{index:03}/");
        let of_it = document["findings"].as_array().unwrap().iter();
        let of_it: Vec<&Value> =
            of_it.filter(|f| f["location"]["file"].as_str().unwrap().contains(&folder)).collect();
        let erring = of_it.iter().filter(|finding| finding["verdict"] == "error");
        let mut erring: Vec<&str> = erring.map(|finding| finding["rule"]["id"].as_str().unwrap()).collect();
        erring.sort_unstable();
        assert_eq!(erring, *rules, "{pointer}");
        let passing = of_it.iter().filter(|finding| finding["verdict"] == "pass").count();
        assert_eq!(passing, of_it.len() - rules.len(), "{pointer}: the rules beside them");
    }
}

#[test]
fn a_value_of_another_type_in_a_report_is_an_error_of_the_rules_that_read_it() {
    let summary = "/non_compliant_summary";
    let adding: &[&str] = &["HWC-COC-001", "HWC-COC-002", "HWC-COC-004"];
    let all: &[&str] = &["HWC-COC-001", "HWC-COC-002", "HWC-COC-004", "HWC-COC-008", "HWC-COC-010"];
    error_where_it_is_read(
        &NODE,
        &[
            (&format!("{summary}/severity_summary/critical_count"), json!("0"), adding),
            (&format!("{summary}/severity_summary/low_count"), json!(-1), adding),
            (&format!("{summary}/severity_summary"), json!([]), adding),
            (&format!("{summary}/non_compliant_count"), json!("0"), all),
            (summary, json!("none"), all),
            ("/compliant_summary/compliant_count", json!(0.5), &["HWC-COC-008"]),
            ("/compliant_summary/severity_summary/low_count", json!("0"), &[]),
            ("/status", json!(5), &["HWC-COC-003", "HWC-COC-010"]),
            ("/execution_summary/report_time", json!("soon"), &["HWC-COC-005"]),
            ("/execution_summary/job_id", json!(1), &[]),
            ("/execution_summary", json!([]), &["HWC-COC-005"]),
            ("/baseline_id", json!(7), &["HWC-COC-006"]),
            ("/group", json!([]), &["HWC-COC-007"]),
            ("/region", json!(false), &["HWC-COC-009"]),
            ("/eip", json!(7), &[]),
        ],
    );
}

#[test]
fn a_value_of_another_type_in_a_patch_state_is_an_error_of_the_rules_that_read_it() {
    error_where_it_is_read(
        &STATE,
        &[
            ("/MissingCount", json!("abc"), &["ALI-OOS-001", "ALI-OOS-008"]),
            ("/FailedCount", json!(""), &["ALI-OOS-002", "ALI-OOS-008"]),
            ("/InstalledPendingRebootCount", json!([]), &["ALI-OOS-003", "ALI-OOS-008"]),
            ("/InstalledRejectedCount", json!({}), &["ALI-OOS-004", "ALI-OOS-008"]),
            ("/InstalledCount", json!("many"), &["ALI-OOS-008"]),
            ("/PatchGroup", json!(5), &["ALI-OOS-005"]),
            ("/BaselineId", json!(5), &["ALI-OOS-006"]),
            ("/OperationEndTime", json!("soon"), &["ALI-OOS-007", "ALI-OOS-008"]),
            ("/OperationStartTime", json!([]), &["ALI-OOS-008"]),
            ("/OwnerInformation", json!(5), &[]),
        ],
    );
}

#[test]
fn a_value_of_another_type_in_a_batch_is_an_error_of_the_rules_that_read_it() {
    error_where_it_is_read(
        &BATCH,
        &[
            ("/Status", json!("3"), &["ALI-SAS-101", "ALI-SAS-102"]),
            ("/BatchInterval", json!("60"), &["ALI-SAS-103"]),
            ("/BatchTotal", json!([]), &["ALI-SAS-103", "ALI-SAS-104", "ALI-SAS-105"]),
            ("/BatchNo", json!({}), &["ALI-SAS-105"]),
            ("/Version", json!(3.5), &["ALI-SAS-106"]),
            ("/BatchName", json!(5), &[]),
        ],
    );
}

#[test]
fn a_value_of_another_type_in_an_image_is_an_error_of_the_rules_that_read_it() {
    let scanning: &[&str] = &["ALI-SAS-201", "ALI-SAS-202", "ALI-SAS-203", "ALI-SAS-204"];
    error_where_it_is_read(
        &IMAGE,
        &[
            ("/VulCount", json!("0"), &["ALI-SAS-201", "ALI-SAS-210"]),
            ("/HcCount", json!(-1), &["ALI-SAS-202", "ALI-SAS-210"]),
            ("/AlarmCount", json!(true), &["ALI-SAS-203", "ALI-SAS-210"]),
            ("/ScaStatus", json!(1), scanning),
            ("/ScaResult", json!([]), scanning),
            ("/LastScanTime", json!("soon"), &["ALI-SAS-205"]),
            ("/RegistryType", json!(1), &["ALI-SAS-206"]),
            ("/Tag", json!(1), &["ALI-SAS-207"]),
            ("/Deployed", json!("1"), &["ALI-SAS-208"]),
            ("/RiskStatus", json!(false), &["ALI-SAS-208"]),
            ("/RepoType", json!({}), &["ALI-SAS-209"]),
            ("/VulStatus", json!(false), &["ALI-SAS-210"]),
            ("/Digest", json!(7), &[]),
        ],
    );
}

#[test]
fn a_value_of_another_type_in_a_baseline_is_an_error_of_the_rules_that_read_it() {
    let rules = "/ApprovalRules/PatchRules";
    let of_rules: &[&str] = &["AWS-SSM-002", "AWS-SSM-003", "AWS-SSM-004", "AWS-SSM-007"];
    error_where_it_is_read(
        &BASELINE,
        &[
            ("/PatchGroups", json!({}), &["AWS-SSM-001"]),
            (rules, json!({}), of_rules),
            ("/ApprovedPatches", json!("none"), &["AWS-SSM-002", "AWS-SSM-004", "AWS-SSM-006"]),
            ("/ApprovedPatchesComplianceLevel", json!(1), &["AWS-SSM-004"]),
            ("/RejectedPatchesAction", json!(1), &["AWS-SSM-005"]),
            ("/RejectedPatches", json!(1), &["AWS-SSM-005", "AWS-SSM-006"]),
            ("/Sources", json!("none"), &["AWS-SSM-008"]),
            ("/ModifiedDate", json!("soon"), &["AWS-SSM-009"]),
            ("/AvailableSecurityUpdatesComplianceStatus", json!(1), &["AWS-SSM-010"]),
            ("/OperatingSystem", json!(1), &["AWS-SSM-010"]),
            ("/Description", json!(1), &[]),
        ],
    );
}

#[test]
fn a_value_of_another_type_within_a_list_is_an_error_of_the_rules_that_read_it_there() {
    let mut record = BASELINE.record();
    put(&mut record, "/ApprovalRules/PatchRules/0/ApproveAfterDays", json!("7"));
    let document = judge(&BASELINE, &[record]).json();
    assert_eq!(verdict(&document, 0, "AWS-SSM-003"), "error");
    for rule in ["AWS-SSM-001", "AWS-SSM-005", "AWS-SSM-006", "AWS-SSM-008", "AWS-SSM-009", "AWS-SSM-010"] {
        assert_eq!(verdict(&document, 0, rule), "pass", "{rule}");
    }
}

#[test]
fn a_value_of_another_type_ends_the_run_with_exit_code_2() {
    let mut node = report("a");
    node["non_compliant_summary"]["severity_summary"]["critical_count"] = json!("0");
    let outcome = judge(&NODE, &[node]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["payload.type_mismatch".to_owned()]));
    // Three rules add the severities up; the other seven do not read them.
    assert_eq!((outcome.verdicts("error"), outcome.verdicts("pass")), (3, 7));
}

/// Values of the same meaning to a person, which are not the documented ones, and rules that must not pass.
#[test]
fn an_enumeration_in_the_wrong_case_does_not_pass() {
    let rule = "/ApprovalRules/PatchRules/0";
    let level = format!("{rule}/ComplianceLevel");
    let cases: [(&Kind, &str, &str, &[&str]); 15] = [
        (&NODE, "/status", "COMPLIANT", &["HWC-COC-003", "HWC-COC-010"]),
        (&NODE, "/region", "CN-NORTH-4", &["HWC-COC-009"]),
        (&IMAGE, "/ScaStatus", "success", &["ALI-SAS-201", "ALI-SAS-202", "ALI-SAS-203", "ALI-SAS-204"]),
        (&IMAGE, "/ScaResult", "success", &["ALI-SAS-201", "ALI-SAS-204"]),
        (&IMAGE, "/RegistryType", "ACR", &["ALI-SAS-206"]),
        (&IMAGE, "/RepoType", "PUBLIC", &["ALI-SAS-209"]),
        (&IMAGE, "/RepoType", "Private", &["ALI-SAS-209"]),
        (&IMAGE, "/RiskStatus", "yes", &["ALI-SAS-208"]),
        (&IMAGE, "/VulStatus", "no", &["ALI-SAS-210"]),
        (&IMAGE, "/Tag", "Latest", &["ALI-SAS-207"]),
        (&BASELINE, "/RejectedPatchesAction", "block", &["AWS-SSM-005"]),
        (&BASELINE, &level, "unspecified", &["AWS-SSM-004"]),
        (&BASELINE, "/ApprovedPatchesComplianceLevel", "Unspecified", &["AWS-SSM-004"]),
        (&BASELINE, "/AvailableSecurityUpdatesComplianceStatus", "compliant", &["AWS-SSM-010"]),
        (&BASELINE, "/AvailableSecurityUpdatesComplianceStatus", "Non_Compliant", &["AWS-SSM-010"]),
    ];
    for (kind, pointer, value, rules) in cases {
        let mut record = kind.record();
        put(&mut record, pointer, json!(value));
        let outcome = judge(kind, &[record]);
        assert_eq!(outcome.code, 1, "{pointer} {value}");
        for rule in rules {
            let verdict = verdict(&outcome.json(), 0, rule);
            assert!(
                ["fail", "inconclusive"].contains(&verdict.as_str()),
                "{rule} {pointer} {value}: {verdict}"
            );
        }
    }
}

#[test]
fn a_code_that_is_not_documented_does_not_pass() {
    let mut batch = BATCH.record();
    put(&mut batch, "/Status", json!(9));
    let document = judge(&BATCH, &[batch]).json();
    assert_eq!(verdict(&document, 0, "ALI-SAS-101"), "inconclusive");
    assert_eq!(verdict(&document, 0, "ALI-SAS-102"), "inconclusive");
    let mut image = IMAGE.record();
    put(&mut image, "/Deployed", json!(2));
    assert_eq!(verdict(&judge(&IMAGE, &[image]).json(), 0, "ALI-SAS-208"), "inconclusive");
}

#[test]
fn a_misspelt_field_is_an_absent_one() {
    let mut node = NODE.record();
    let summary = node["non_compliant_summary"].take();
    remove(&mut node, "/non_compliant_summary");
    node["non_compliant_sumary"] = summary;
    let document = judge(&NODE, &[node]).json();
    for rule in ["HWC-COC-001", "HWC-COC-002", "HWC-COC-004", "HWC-COC-008", "HWC-COC-010"] {
        assert_eq!(verdict(&document, 0, rule), "inconclusive", "{rule}");
    }
}

#[test]
fn a_list_of_nothing_is_no_patch_group_and_no_approved_patch() {
    for nothing in [json!([null]), json!([""])] {
        let mut groups = BASELINE.record();
        put(&mut groups, "/PatchGroups", nothing.clone());
        let mut patches = BASELINE.record();
        put(&mut patches, "/ApprovedPatches", nothing.clone());
        put(&mut patches, "/ApprovalRules/PatchRules", json!([]));
        let document = judge(&BASELINE, &[groups, patches]).json();
        assert_ne!(verdict(&document, 0, "AWS-SSM-001"), "pass", "{nothing}");
        assert_ne!(verdict(&document, 1, "AWS-SSM-002"), "pass", "{nothing}");
    }
}

#[test]
fn a_summary_that_contradicts_itself_does_not_pass() {
    // The vendor's own example counts 204 non-compliant patches, and 0 of every severity.
    let path = "samples/huawei/coc/list-instance-compliant/documented-example.json";
    let outcome = check(&[path, "--include", "pass,not_applicable", "--rule", "HWC-COC-00[1248]"]);
    assert_eq!((outcome.code, outcome.codes()), (1, vec![]));
    let document = outcome.json();
    let said: Vec<(&str, &str)> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["rule"]["id"].as_str().unwrap(), f["verdict"].as_str().unwrap()))
        .collect();
    // By path: compliant_summary, then non_compliant_summary.
    let expected = [
        ("HWC-COC-008", "fail"),
        ("HWC-COC-001", "inconclusive"),
        ("HWC-COC-002", "inconclusive"),
        ("HWC-COC-004", "fail"),
    ];
    assert_eq!(said, expected);
}

#[test]
fn zeros_of_a_scan_that_did_not_take_place_do_not_pass() {
    let mut image = IMAGE.record();
    put(&mut image, "/ScaResult", json!("TASK_NOT_SUPPORT_REGION"));
    let document = judge(&IMAGE, &[image]).json();
    for rule in ["ALI-SAS-201", "ALI-SAS-202", "ALI-SAS-203"] {
        assert_eq!(verdict(&document, 0, rule), "inconclusive", "{rule}");
    }
    assert_eq!(verdict(&document, 0, "ALI-SAS-204"), "fail");
    let mut state = STATE.record();
    for (name, value) in state.as_object_mut().unwrap() {
        if name.ends_with("Count") {
            *value = json!("0");
        }
    }
    let outcome = judge(&STATE, &[state]);
    assert_eq!((outcome.code, verdict(&outcome.json(), 0, "ALI-OOS-008").as_str()), (1, "fail"));
}
