# METADATA
# title: The image has no baseline risk
# description: >-
#   Fails an image that breaks more checks of the security baseline than allowed, whatever became of
#   the scan. Inconclusive where the number is not stated, or does not exceed the limit but the scan
#   has not succeeded. A scan has succeeded where its status is SUCCESS and its result is absent, or
#   SUCCESS: no document lists that result, but it cannot mean an error.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-describeimageinstances
#   description: Security Center API, DescribeImageInstances
# custom:
#   id: ALI-SAS-202
#   severity: high
#   applies_to: alibaba.sas.DescribeImageInstances
#   # A scan without an error has no result to tell: its status says that it succeeded.
#   optional: [ScaResult]
#   params: {max: 0}
#   remediation: >-
#     Correct the configuration in the Dockerfile or the base image, rebuild and push the image, and
#     scan it again.
#   controls:
#     nist-800-53: [CM-6]
#     cis-v8: ["4.1"]
#     iso-27001: ["A.8.9"]
#     soc-2: ["CC7.1"]
package policies.alibaba.sas.describe_image_instances.no_baseline_risks

import data.policies.lib.image_scans

risks := object.get(input.resource, ["HcCount"], null)

status := object.get(input.resource, ["ScaStatus"], null)

result := object.get(input.resource, ["ScaResult"], null)

deny contains {"msg": msg, "path": "HcCount"} if {
	risks != null
	risks > input.params.max
	msg := sprintf("%d baseline risks in the image, at most %v allowed", [risks, input.params.max])
}

inconclusive contains {"msg": msg, "path": "HcCount"} if {
	risks == null
	msg := "the number of baseline risks is not stated"
}

inconclusive contains {"msg": msg, "path": image_scans.obstacle(status)} if {
	not image_scans.succeeded(status, result)
	msg := sprintf(
		"the scan has not succeeded (ScaStatus %v, ScaResult %v), so the number of baseline risks proves nothing",
		[status, result],
	)
}
