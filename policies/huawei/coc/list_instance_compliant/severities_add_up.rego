# METADATA
# title: Non-compliant patches add up by severity
# description: >-
#   Fails a compliance report whose number of non-compliant patches differs from the sum of its
#   severities: the report contradicts itself, so its severities prove nothing. It is inconclusive
#   where the number or one of the severities is not stated.
# related_resources:
# - ref: https://support.huaweicloud.com/intl/en-us/api-coc/ListInstanceCompliant.html
#   description: Querying patch compliance reports
# custom:
#   id: HWC-COC-004
#   severity: high
#   applies_to: huawei.coc.ListInstanceCompliant
#   remediation: >-
#     Scan the node again. Where the new report still does not add up, list the patches of the node one by
#     one and report the difference to Huawei Cloud.
#   controls:
#     nist-800-53: [RA-5]
#     soc-2: ["CC7.1"]
package policies.huawei.coc.list_instance_compliant.severities_add_up

import data.policies.lib.severities

counts := object.get(input.resource, ["non_compliant_summary", "severity_summary"], null)

total := object.get(input.resource, ["non_compliant_summary", "non_compliant_count"], null)

deny contains {"msg": msg, "path": "non_compliant_summary.non_compliant_count"} if {
	total != null
	sum := severities.total(counts)
	total != sum
	msg := sprintf("%d patches are non-compliant, but their severities add up to %d", [total, sum])
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.non_compliant_count"} if {
	total == null
	msg := "the number of non-compliant patches is not stated"
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.severity_summary"} if {
	not severities.total(counts)
	msg := "not every severity of the non-compliant patches is counted"
}
