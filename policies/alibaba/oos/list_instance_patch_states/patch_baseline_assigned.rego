# METADATA
# title: The instance is measured against a patch baseline
# description: >-
#   Fails an instance that is reported without a patch baseline: its patch counts are measured
#   against nothing. Inconclusive where the field is absent.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/oos/developer-reference/api-oos-2019-06-01-listinstancepatchstates
#   description: CloudOps Orchestration Service API, ListInstancePatchStates
# custom:
#   id: ALI-OOS-006
#   severity: high
#   applies_to: alibaba.oos.ListInstancePatchStates
#   remediation: >-
#     Set a default patch baseline for the operating system of the instance, or register the
#     instance's patch group with one. Then scan the instance again.
#   controls:
#     nist-800-53: [SI-2, CM-6]
#     cis-v8: ["7.3"]
#     iso-27001: ["A.8.8"]
package policies.alibaba.oos.list_instance_patch_states.patch_baseline_assigned

# null is the documented way to say that there is none; false stands for an absent field.
baseline := object.get(input.resource, ["BaselineId"], false)

deny contains {"msg": msg, "path": "BaselineId"} if {
	baseline == null
	msg := "no patch baseline is assigned (BaselineId is null)"
}

inconclusive contains {"msg": msg, "path": "BaselineId"} if {
	baseline == false
	msg := "the patch baseline is not stated"
}
