# METADATA
# title: The image scan succeeded
# description: >-
#   Fails an image whose scan is unfinished, failed or timed out, or succeeded only by name because
#   its result is an error code. An absent result, or SUCCESS, is no error: no document lists SUCCESS,
#   but it cannot mean one. Inconclusive where the scan status is not stated, or the status or another
#   result is not a documented one.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-describeimageinstances
#   description: Security Center API, DescribeImageInstances
# custom:
#   id: ALI-SAS-204
#   severity: high
#   applies_to: alibaba.sas.DescribeImageInstances
#   # A scan without an error has no result to tell: its status says that it succeeded.
#   optional: [ScaResult]
#   remediation: >-
#     Start the image scan again and wait for its end; where the result is an error code, cure its
#     cause first, such as a region in which images cannot be scanned.
#   controls:
#     nist-800-53: [RA-5]
#     cis-v8: ["7.5"]
#     pci-dss-4: ["11.3.1"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.alibaba.sas.describe_image_instances.scan_succeeded

status := object.get(input.resource, ["ScaStatus"], null)

result := object.get(input.resource, ["ScaResult"], null)

unsuccessful_statuses := {
	"INIT", "START", "MESSAGE_SEND", "START_RUN", "DOWNLOAD",
	"PRE_ANALYZER", "PRE_ANALYZER_SUCCESS", "WEB_SHELL_ANALYZER",
	"CVE_ANALYZER", "BIN_ANALYZER", "OTHER_ANALYZER",
	"FAIL", "TIMEOUT",
}

error_results := {"TASK_NOT_EXISTS", "TASK_NOT_SUPPORT_REGION", "forbid_create_repeat_task"}

deny contains {"msg": msg, "path": "ScaStatus"} if {
	status in unsuccessful_statuses
	msg := sprintf("the image scan has not succeeded (ScaStatus %s)", [status])
}

deny contains {"msg": msg, "path": "ScaResult"} if {
	status == "SUCCESS"
	result in error_results
	msg := sprintf("the image scan ended with an error (ScaStatus SUCCESS, ScaResult %s)", [result])
}

inconclusive contains {"msg": msg, "path": "ScaStatus"} if {
	status == null
	msg := "the status of the image scan is not stated"
}

inconclusive contains {"msg": msg, "path": "ScaStatus"} if {
	not status in {null, "SUCCESS"}
	not status in unsuccessful_statuses
	msg := sprintf("ScaStatus `%v` is not a documented scan status", [status])
}

inconclusive contains {"msg": msg, "path": "ScaResult"} if {
	not result in {null, "SUCCESS"}
	not result in error_results
	msg := sprintf("ScaResult `%v` is not a documented scan result", [result])
}
