# METADATA
# title: The compliance report is recent
# description: >-
#   Fails a compliance report that is more than max_age_days old: what it says of the node may no longer
#   be true. It is inconclusive where the time of the report is not stated or lies more than a day after the
#   clock of the run: up to a day is taken for clocks that differ.
# related_resources:
# - ref: https://support.huaweicloud.com/intl/en-us/api-coc/ListInstanceCompliant.html
#   description: Querying patch compliance reports
# custom:
#   id: HWC-COC-005
#   severity: high
#   applies_to: huawei.coc.ListInstanceCompliant
#   params: {max_age_days: 7}
#   remediation: Scan the node's patch compliance again, and schedule the scan to run within every max_age_days.
#   controls:
#     nist-800-53: [RA-5]
#     cis-v8: ["7.5"]
#     pci-dss-4: ["11.3.1"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.huawei.coc.list_instance_compliant.report_is_recent

import data.policies.lib.times

reported := object.get(input.resource, ["execution_summary", "report_time"], null)

deny contains {"msg": msg, "path": "execution_summary.report_time"} if {
	reported != null
	times.older_than(reported, input.params.max_age_days)
	msg := sprintf("the report is of %s, more than %v days ago", [reported, input.params.max_age_days])
}

inconclusive contains {"msg": msg, "path": "execution_summary.report_time"} if {
	reported == null
	msg := "the time of the report is not stated"
}

inconclusive contains {"msg": msg, "path": "execution_summary.report_time"} if {
	reported != null
	times.in_future(reported)
	msg := sprintf("the time of the report, %s, lies after the clock of this run", [reported])
}
