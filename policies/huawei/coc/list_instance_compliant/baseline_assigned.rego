# METADATA
# title: The node has a patch baseline
# description: >-
#   Fails a node whose compliance report names no patch baseline: there is nothing that its patches were
#   judged by. The report is inconclusive where it lacks the field.
# related_resources:
# - ref: https://support.huaweicloud.com/intl/en-us/api-coc/ListInstanceCompliant.html
#   description: Querying patch compliance reports
# custom:
#   id: HWC-COC-006
#   severity: high
#   applies_to: huawei.coc.ListInstanceCompliant
#   remediation: Assign a patch baseline to the node's operating system, then scan the node again.
#   controls:
#     nist-800-53: [CM-6, SI-2]
#     cis-v8: ["7.3"]
#     iso-27001: ["A.8.8", "A.8.9"]
package policies.huawei.coc.list_instance_compliant.baseline_assigned

# null where the report names no baseline, false where it lacks the field.
baseline := object.get(input.resource, ["baseline_id"], false)

deny contains {"msg": msg, "path": "baseline_id"} if {
	baseline == null
	msg := "the node has no patch baseline: its baseline id is empty"
}

inconclusive contains {"msg": msg, "path": "baseline_id"} if {
	baseline == false
	msg := "the node's patch baseline is not stated"
}
