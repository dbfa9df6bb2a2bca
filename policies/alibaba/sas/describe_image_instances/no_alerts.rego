# METADATA
# title: The image raises no alert
# description: >-
#   Fails an image for which more alerts were raised than allowed, whatever became of the scan.
#   Inconclusive where the number is not stated, or does not exceed the limit but the scan has not
#   succeeded. A scan has succeeded where its status is SUCCESS and its result is absent, or SUCCESS: no
#   document lists that result, but it cannot mean an error.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-describeimageinstances
#   description: Security Center API, DescribeImageInstances
# custom:
#   id: ALI-SAS-203
#   severity: critical
#   applies_to: alibaba.sas.DescribeImageInstances
#   # A scan without an error has no result to tell: its status says that it succeeded.
#   optional: [ScaResult]
#   params: {max: 0}
#   remediation: >-
#     Take the image out of use and find out how the reported file came into it. Rebuild it from
#     trusted sources and scan it again.
#   controls:
#     nist-800-53: [SI-3]
#     iso-27001: ["A.8.7"]
#     soc-2: ["CC7.2"]
package policies.alibaba.sas.describe_image_instances.no_alerts

import data.policies.lib.image_scans

alerts := object.get(input.resource, ["AlarmCount"], null)

status := object.get(input.resource, ["ScaStatus"], null)

result := object.get(input.resource, ["ScaResult"], null)

deny contains {"msg": msg, "path": "AlarmCount"} if {
	alerts != null
	alerts > input.params.max
	msg := sprintf("%d alerts in the image, at most %v allowed", [alerts, input.params.max])
}

inconclusive contains {"msg": msg, "path": "AlarmCount"} if {
	alerts == null
	msg := "the number of alerts is not stated"
}

inconclusive contains {"msg": msg, "path": image_scans.obstacle(status)} if {
	not image_scans.succeeded(status, result)
	msg := sprintf(
		"the scan has not succeeded (ScaStatus %v, ScaResult %v), so the number of alerts proves nothing",
		[status, result],
	)
}
