//! What rules see of one resource of each operation: the whole `input`, in normalised types.

use serde_json::{Value, json};

use super::inputs::{inputs, lines};
use crate::support::{probity, probity_with, sample};

/// One of the lines of a sample is this, and there are so many.
#[track_caller]
fn shows(path: &str, index: usize, count: usize, expected: &Value) {
    let outcome = inputs(&[path]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let lines = lines(&outcome);
    assert_eq!(lines.len(), count);
    assert_eq!(&lines[index], expected);
    documented(expected);
}

/// The schema of the operation accepts the resource and has a property for each of its fields.
fn documented(input: &Value) {
    let operation = input["source"]["operation"].as_str().unwrap();
    let schema = probity(&["schema", operation]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&input["resource"]), "{operation}");
    for field in input["resource"].as_object().unwrap().keys() {
        assert!(schema["properties"][field].is_object(), "{operation}: {field}");
    }
}

// One resource of each operation; the expected documents are written by hand from the payload and the
// facts about wire types.

#[test]
fn a_patch_state_is_normalised() {
    let path = "samples/alibaba/oos/list-instance-patch-states/documented-example.json";
    // Counts in strings are numbers; `null` in a string, curly quotes and the token `-` are null.
    let expected = json!({
        "resource": {
            "BaselineId": "pb-f9393021b7a049e1b34e",
            "FailedCount": 0,
            "InstalledCount": 0,
            "InstalledOtherCount": 0,
            "InstalledPendingRebootCount": 0,
            "InstalledRejectedCount": 0,
            "InstanceId": "i-bp1jaxa2bs4bps7*****",
            "MissingCount": 0,
            "OperationEndTime": "2021-09-10T11:42:22Z",
            "OperationStartTime": "2021-09-10T11:42:22Z",
            "OperationType": "scan",
            "OwnerInformation": null,
            "PatchGroup": null,
        },
        "payload": {
            "MaxResults": 50,
            "NextToken": null,
            "RequestId": "9A47C086-E64D-52EE-8B2C-EFD23877C55E",
        },
        "source": {
            "operation": "alibaba.oos.ListInstancePatchStates",
            "provider": "alibaba",
            "service": "oos",
            "file": path,
        },
        "params": {},
    });
    shows(path, 0, 1, &expected);
}

#[test]
fn an_image_is_normalised() {
    let path = "samples/alibaba/sas/describe-image-instances/compliant.json";
    // 1795219200 is 2026-11-21T00:00:00Z. 1794350433.382 is 868766.618 s before it, 1794350474.589 is
    // 868725.411 s, and 1795128010.007 is 91189.993 s. `N/A` and empty texts are null, `[]` is an array.
    let expected = json!({
        "resource": {
            "AlarmCount": 0,
            "AlarmStatus": "NO",
            "Deployed": 0,
            "Digest": "5bf16afc42c733e0c378e8e0744e80b26090c98fe825cf1a173fa4587244080a",
            "Endpoints": [],
            "HcCount": 0,
            "HcStatus": "NO",
            "ImageCreate": "2026-11-10T22:40:33.382Z",
            "ImageId": "1ca914004efd2fbe1d55e65f73623c75b2b0159e36632cf2658dc40b2012f206",
            "ImageSize": 155_745_567,
            "ImageUpdate": "2026-11-10T22:41:14.589Z",
            "InstanceId": "39021477",
            "LastScanTime": "2026-11-19T22:40:10.007Z",
            "RegionId": "ap-southeast-1",
            "RegistryType": "CI/CD",
            "RepoId": "266346eab262891c8be471fdd623b8e9",
            "RepoName": "nightly-report",
            "RepoNamespace": null,
            "RepoType": "private",
            "RiskStatus": "NO",
            "ScaProgress": 100,
            "ScaResult": null,
            "ScaStatus": "SUCCESS",
            "SourceBizTag": null,
            "Status": "NORMAL",
            "Tag": "2026.11.18",
            "Uuid": null,
            "VulCount": 0,
            "VulStatus": "NO",
        },
        "payload": {
            "PageInfo": {"Count": 3, "CurrentPage": 1, "PageSize": 20, "TotalCount": 3},
            "RequestId": "152EF55F-4720-561A-86FE-984070610B5F",
        },
        "source": {
            "operation": "alibaba.sas.DescribeImageInstances",
            "provider": "alibaba",
            "service": "sas",
            "file": path,
            "region": "ap-southeast-1",
        },
        "params": {},
    });
    shows(path, 2, 3, &expected);
}

#[test]
fn a_release_batch_is_normalised() {
    let path = "samples/alibaba/sas/list-publish-batch/compliant.json";
    let expected = json!({
        "resource": {
            "BatchId": 2052,
            "BatchInterval": 24,
            "BatchName": "Test and staging",
            "BatchNo": 2,
            "BatchProcess": 118,
            "BatchTotal": 3,
            "OperationBase": 1,
            "Status": 2,
            "Version": "3.4.12",
        },
        "payload": {
            "PageInfo": {"CurrentPage": 1, "PageSize": 20, "TotalCount": 3},
            "RequestId": "F431418E-94E9-5898-9B72-427A42B2FB14",
        },
        "source": {
            "operation": "alibaba.sas.ListPublishBatch",
            "provider": "alibaba",
            "service": "sas",
            "file": path,
        },
        "params": {},
    });
    shows(path, 1, 3, &expected);
}

#[test]
fn a_patch_baseline_is_normalised() {
    let path = "samples/aws/ssm/get-patch-baseline/non-compliant.json";
    // Epoch seconds. 1610359200 is 18638 days, 51 years with 13 leap days and 10 days, and 36000 s;
    // 1718009112.471 is 19884 days, 54 years with 13 leap days and 161 days, and 31512.471 s. A date that is
    // written as one stays one. What the payload lacks is not there.
    let filter = |key: &str, values: &[&str]| json!({"Key": key, "Values": values});
    let expected = json!({
        "resource": {
            "BaselineId": "pb-0d61e83f5a9b7c204",
            "Name": "amazon-linux-2-legacy",
            "OperatingSystem": "AMAZON_LINUX_2",
            "GlobalFilters": {"PatchFilters": []},
            "ApprovalRules": {"PatchRules": [
                {
                    "PatchFilterGroup": {"PatchFilters": [
                        filter("CLASSIFICATION", &["Security"]),
                        filter("SEVERITY", &["Critical", "Important"]),
                    ]},
                    "ComplianceLevel": "UNSPECIFIED",
                    "ApproveAfterDays": 30,
                    "EnableNonSecurity": false,
                },
                {
                    "PatchFilterGroup": {"PatchFilters": [filter("CLASSIFICATION", &["Security"])]},
                    "ComplianceLevel": "HIGH",
                    "ApproveUntilDate": "2025-12-31",
                    "EnableNonSecurity": false,
                },
            ]},
            "ApprovedPatches": ["kernel-4.14.355-277.647.amzn2.x86_64", "openssl-1.0.2k-24.amzn2.0.14.x86_64"],
            "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
            "ApprovedPatchesEnableNonSecurity": false,
            "RejectedPatches": ["docker*", "openssl-1.0.2k-24.amzn2.0.14.x86_64"],
            "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
            "PatchGroups": [],
            "CreatedDate": "2021-01-11T10:00:00Z",
            "ModifiedDate": "2024-06-10T08:45:12.471Z",
            "Description": "Kept for the two build hosts that still run Amazon Linux 2",
            "Sources": [{
                "Name": "tools-mirror",
                "Products": ["AmazonLinux2.0"],
                "Configuration": "[tools-mirror]\nname=tools mirror\nbaseurl=http://mirror.example.com/amzn2/$basearch\ngpgcheck=0\nenabled=1",
            }],
        },
        "payload": {},
        "source": {
            "operation": "aws.ssm.GetPatchBaseline",
            "provider": "aws",
            "service": "ssm",
            "file": path,
        },
        "params": {},
    });
    shows(path, 0, 1, &expected);
}

#[test]
fn a_compliance_report_is_normalised() {
    let path = "samples/huawei/coc/list-instance-compliant/compliant.json";
    // 1795055441000 ms is 163759 s before 2026-11-21T00:00:00Z; an empty id is null.
    let counts = |unspecified: u64| {
        json!({
            "critical_count": 0, "high_count": 0, "informational_count": 0, "low_count": 0, "medium_count": 0,
            "unspecified_count": unspecified,
        })
    };
    let expected = json!({
        "resource": {
            "baseline_id": "JX-8c41d7b2e05f4a9396d1f7a20e5b3",
            "baseline_name": "COC-HuaweiCloudEulerOSDefaultPatchBaseline",
            "cce_info_id": "cce-31847e46",
            "compliant_summary": {"compliant_count": 312, "severity_summary": counts(312)},
            "eip": null,
            "enterprise_project_id": "0",
            "execution_summary": {
                "job_id": "JBb82e89709ee15b11ba61",
                "order_id": "SRc459929f97dad314d5ed",
                "report_time": "2026-11-19T02:30:41Z",
            },
            "group": "shop",
            "id": "ab5d9d14-e645-5c15-8d47-c82d67a1801b",
            "instance_id": null,
            "ip": "192.168.12.59",
            "name": "shop-pool-a-7",
            "node_id": "0b8cf208-e663-5113-a773-4397beb17e14",
            "non_compliant_summary": {"non_compliant_count": 0, "severity_summary": counts(0)},
            "operating_system": "HuaweiCloudEulerOS",
            "region": "cn-north-4",
            "report_scene": "CCE",
            "rule_type": "standard",
            "status": "compliant",
        },
        "payload": {"count": 3},
        "source": {
            "operation": "huawei.coc.ListInstanceCompliant",
            "provider": "huawei",
            "service": "coc",
            "file": path,
            "region": "cn-north-4",
        },
        "params": {},
    });
    shows(path, 2, 3, &expected);
}

#[test]
fn endpoints_are_an_array() {
    let schema = probity(&["schema", "DescribeImageInstances"]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&json!({"Endpoints": []})));
    let text = sample("alibaba/sas/describe-image-instances/pages/page-2.json");
    let read = |endpoints: &str| {
        let text = text.replace(r#""Endpoints": "[]""#, &format!("\"Endpoints\": {endpoints}"));
        probity_with(&["inspect", "--inputs", "--allow-incomplete", "-"], text.as_bytes())
    };
    assert_eq!(lines(&read(r#""[{\"Url\": \"a\"}]""#))[0]["resource"]["Endpoints"], json!([{"Url": "a"}]));
    for (wire, value) in [(r#""5""#, json!(5)), (r#""{}""#, json!({})), (r#""true""#, json!(true))] {
        let outcome = read(wire);
        assert_eq!(outcome.code, 2, "{wire}");
        assert!(outcome.stderr.contains("payload.type_mismatch"), "{wire}: {}", outcome.stderr);
        assert!(!validator.is_valid(&json!({"Endpoints": value})), "{value}");
    }
}
