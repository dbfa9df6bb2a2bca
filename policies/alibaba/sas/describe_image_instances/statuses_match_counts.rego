# METADATA
# title: Every risk status agrees with its count
# description: >-
#   Fails an image whose status says that there are no vulnerabilities, baseline risks or alerts
#   while they are counted, or that there are some while their count is 0. Inconclusive where one of
#   the statuses or counts is not stated, or a status is neither YES nor NO.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-describeimageinstances
#   description: Security Center API, DescribeImageInstances
# custom:
#   id: ALI-SAS-210
#   severity: medium
#   applies_to: alibaba.sas.DescribeImageInstances
#   remediation: >-
#     Scan the image again and query it anew. Until status and count agree, treat the image as
#     carrying the risk.
#   controls:
#     nist-800-53: [RA-5]
#     cis-v8: ["7.5"]
#     iso-27001: ["A.8.8"]
package policies.alibaba.sas.describe_image_instances.statuses_match_counts

alarm_status := object.get(input.resource, ["AlarmStatus"], null)

alarm_count := object.get(input.resource, ["AlarmCount"], null)

baseline_status := object.get(input.resource, ["HcStatus"], null)

baseline_count := object.get(input.resource, ["HcCount"], null)

vulnerability_status := object.get(input.resource, ["VulStatus"], null)

vulnerability_count := object.get(input.resource, ["VulCount"], null)

claims := [
	{"status_path": "AlarmStatus", "status": alarm_status, "count_path": "AlarmCount", "count": alarm_count},
	{"status_path": "HcStatus", "status": baseline_status, "count_path": "HcCount", "count": baseline_count},
	{"status_path": "VulStatus", "status": vulnerability_status, "count_path": "VulCount", "count": vulnerability_count},
]

deny contains {"msg": msg, "path": claim.status_path} if {
	some claim in claims
	claim.status == "NO"
	claim.count != null
	claim.count > 0
	msg := sprintf("%s is NO, but %s is %d", [claim.status_path, claim.count_path, claim.count])
}

deny contains {"msg": msg, "path": claim.status_path} if {
	some claim in claims
	claim.status == "YES"
	claim.count == 0
	msg := sprintf("%s is YES, but %s is 0", [claim.status_path, claim.count_path])
}

inconclusive contains {"msg": msg, "path": claim.status_path} if {
	some claim in claims
	claim.status == null
	msg := sprintf("%s is not stated", [claim.status_path])
}

inconclusive contains {"msg": msg, "path": claim.status_path} if {
	some claim in claims
	not claim.status in {null, "NO", "YES"}
	msg := sprintf("%s is `%v`, neither YES nor NO", [claim.status_path, claim.status])
}

inconclusive contains {"msg": msg, "path": claim.count_path} if {
	some claim in claims
	claim.count == null
	msg := sprintf("%s is not stated", [claim.count_path])
}
