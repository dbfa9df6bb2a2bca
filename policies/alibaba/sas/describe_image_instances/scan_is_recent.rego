# METADATA
# title: The last image scan is recent
# description: >-
#   Fails an image that was last scanned longer ago than allowed, so that what has become known
#   since is not in its counts. Inconclusive where the time of the last scan is not stated or lies
#   more than a day after the clock of the run: up to a day is taken for clocks that differ.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-describeimageinstances
#   description: Security Center API, DescribeImageInstances
# custom:
#   id: ALI-SAS-205
#   severity: high
#   applies_to: alibaba.sas.DescribeImageInstances
#   params: {max_age_days: 7}
#   remediation: Scan the image now, and set the cycle of the image scan shorter than max_age_days.
#   controls:
#     nist-800-53: [RA-5]
#     cis-v8: ["7.5"]
#     pci-dss-4: ["11.3.1"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.alibaba.sas.describe_image_instances.scan_is_recent

import data.policies.lib.times

scanned := object.get(input.resource, ["LastScanTime"], null)

deny contains {"msg": msg, "path": "LastScanTime"} if {
	scanned != null
	times.older_than(scanned, input.params.max_age_days)
	msg := sprintf("the image was last scanned at %s, more than %v days ago", [scanned, input.params.max_age_days])
}

inconclusive contains {"msg": msg, "path": "LastScanTime"} if {
	scanned == null
	msg := "the time of the last scan is not stated"
}

inconclusive contains {"msg": msg, "path": "LastScanTime"} if {
	scanned != null
	times.in_future(scanned)
	msg := sprintf("the image was last scanned at %s, which lies after the clock of this run", [scanned])
}
