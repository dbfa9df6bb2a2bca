# METADATA
# title: The node is compliant
# description: >-
#   Fails a node whose compliance report has any status but compliant. The report is inconclusive where
#   it states no status.
# related_resources:
# - ref: https://support.huaweicloud.com/intl/en-us/api-coc/ListInstanceCompliant.html
#   description: Querying patch compliance reports
# custom:
#   id: HWC-COC-003
#   severity: high
#   applies_to: huawei.coc.ListInstanceCompliant
#   remediation: Run the patch baseline's repair job on the node, then scan it again.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     pci-dss-4: ["6.3.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.huawei.coc.list_instance_compliant.status_is_compliant

status := object.get(input.resource, ["status"], null)

deny contains {"msg": msg, "path": "status"} if {
	status != null
	status != "compliant"
	msg := sprintf("the node's status is `%s`, not `compliant`", [status])
}

inconclusive contains {"msg": msg, "path": "status"} if {
	status == null
	msg := "the node's compliance status is not stated"
}
