# METADATA
# title: No high-severity patch is non-compliant
# description: >-
#   Fails a node whose compliance report counts more non-compliant patches of high severity than allowed.
#   The report is inconclusive where its severities do not add up to its non-compliant total: a zero
#   that contradicts its own total says nothing.
# related_resources:
# - ref: https://support.huaweicloud.com/intl/en-us/api-coc/ListInstanceCompliant.html
#   description: Querying patch compliance reports
# custom:
#   id: HWC-COC-002
#   severity: high
#   applies_to: huawei.coc.ListInstanceCompliant
#   params: {max: 0}
#   remediation: Run the patch baseline's repair job on the node, then scan it again.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     pci-dss-4: ["6.3.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.huawei.coc.list_instance_compliant.no_high_non_compliant

import data.policies.lib.severities

high_path := "non_compliant_summary.severity_summary.high_count"

high := object.get(input.resource, ["non_compliant_summary", "severity_summary", "high_count"], null)

counts := object.get(input.resource, ["non_compliant_summary", "severity_summary"], null)

total := object.get(input.resource, ["non_compliant_summary", "non_compliant_count"], null)

# Undefined where a severity is not counted.
sum_of_severities := severities.total(counts)

deny contains {"msg": msg, "path": high_path} if {
	high != null
	high > input.params.max
	msg := sprintf("%d patches of high severity are non-compliant, at most %v allowed", [high, input.params.max])
}

inconclusive contains {"msg": msg, "path": high_path} if {
	high == null
	msg := "the number of non-compliant patches of high severity is not stated"
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.non_compliant_count"} if {
	total == null
	msg := "the number of non-compliant patches is not stated, so the severities cannot be checked against it"
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.severity_summary"} if {
	not sum_of_severities
	msg := "not every severity is counted, so they cannot be checked against the number of non-compliant patches"
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.non_compliant_count"} if {
	total != null
	total != sum_of_severities
	msg := sprintf("%d patches are non-compliant, but their severities add up to %d", [total, sum_of_severities])
}
