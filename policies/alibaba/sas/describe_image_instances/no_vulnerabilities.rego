# METADATA
# title: The image has no known vulnerability
# description: >-
#   Fails an image in which more vulnerabilities were found than allowed, whatever became of the
#   scan. Inconclusive where the number is not stated, or does not exceed the limit but the scan has
#   not succeeded. A scan has succeeded where its status is SUCCESS and its result is absent, or
#   SUCCESS: no document lists that result, but it cannot mean an error.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-describeimageinstances
#   description: Security Center API, DescribeImageInstances
# custom:
#   id: ALI-SAS-201
#   severity: critical
#   applies_to: alibaba.sas.DescribeImageInstances
#   # A scan without an error has no result to tell: its status says that it succeeded.
#   optional: [ScaResult]
#   params: {max: 0}
#   remediation: Rebuild the image with fixed packages and a current base image, push it, and scan it again.
#   controls:
#     nist-800-53: [RA-5, SI-2]
#     cis-v8: ["7.7"]
#     pci-dss-4: ["6.3.3", "11.3.1"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.alibaba.sas.describe_image_instances.no_vulnerabilities

import data.policies.lib.image_scans

vulnerabilities := object.get(input.resource, ["VulCount"], null)

status := object.get(input.resource, ["ScaStatus"], null)

result := object.get(input.resource, ["ScaResult"], null)

deny contains {"msg": msg, "path": "VulCount"} if {
	vulnerabilities != null
	vulnerabilities > input.params.max
	msg := sprintf("%d vulnerabilities in the image, at most %v allowed", [vulnerabilities, input.params.max])
}

inconclusive contains {"msg": msg, "path": "VulCount"} if {
	vulnerabilities == null
	msg := "the number of vulnerabilities is not stated"
}

inconclusive contains {"msg": msg, "path": image_scans.obstacle(status)} if {
	not image_scans.succeeded(status, result)
	msg := sprintf(
		"the scan has not succeeded (ScaStatus %v, ScaResult %v), so the number of vulnerabilities proves nothing",
		[status, result],
	)
}
