# METADATA
# title: The node belongs to a group
# description: >-
#   Fails a node whose compliance report names no group: nobody can be told from it who answers for the
#   node. The report is inconclusive where it lacks the field.
# related_resources:
# - ref: https://support.huaweicloud.com/intl/en-us/api-coc/ListInstanceCompliant.html
#   description: Querying patch compliance reports
# custom:
#   id: HWC-COC-007
#   severity: medium
#   applies_to: huawei.coc.ListInstanceCompliant
#   remediation: Add the node to the group of the application that it serves, then scan the node again.
#   controls:
#     nist-800-53: [CM-8]
package policies.huawei.coc.list_instance_compliant.group_assigned

# null where the report names no group, false where it lacks the field.
group := object.get(input.resource, ["group"], false)

deny contains {"msg": msg, "path": "group"} if {
	group == null
	msg := "the node belongs to no group: its group is empty"
}

inconclusive contains {"msg": msg, "path": "group"} if {
	group == false
	msg := "the node's group is not stated"
}
