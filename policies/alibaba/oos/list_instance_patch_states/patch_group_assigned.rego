# METADATA
# title: The instance belongs to a patch group
# description: >-
#   Fails an instance that is reported without a patch group, so that no group's schedule patches
#   it. Inconclusive where the field is absent.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/oos/developer-reference/api-oos-2019-06-01-listinstancepatchstates
#   description: CloudOps Orchestration Service API, ListInstancePatchStates
# custom:
#   id: ALI-OOS-005
#   severity: medium
#   applies_to: alibaba.oos.ListInstancePatchStates
#   remediation: >-
#     Assign the instance to the patch group whose patch baseline and schedule it has to follow,
#     then scan it again.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     iso-27001: ["A.8.8"]
package policies.alibaba.oos.list_instance_patch_states.patch_group_assigned

# null is the documented way to say that there is none; false stands for an absent field.
group := object.get(input.resource, ["PatchGroup"], false)

deny contains {"msg": msg, "path": "PatchGroup"} if {
	group == null
	msg := "no patch group is assigned (PatchGroup is null)"
}

inconclusive contains {"msg": msg, "path": "PatchGroup"} if {
	group == false
	msg := "the patch group is not stated"
}
