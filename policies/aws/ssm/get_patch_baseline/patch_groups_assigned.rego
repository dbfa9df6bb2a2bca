# METADATA
# title: The patch baseline is assigned to a patch group
# description: >-
#   Fails a patch baseline whose list of patch groups is empty, or holds no name: no group of nodes is
#   patched by it.
#   The baseline is inconclusive where the list is not stated.
# related_resources:
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html
#   description: GetPatchBaseline
# custom:
#   id: AWS-SSM-001
#   severity: high
#   applies_to: aws.ssm.GetPatchBaseline
#   remediation: Register the baseline for the patch groups that it is meant for, or delete it where there are none.
#   controls:
#     nist-800-53: [CM-6, SI-2]
#     cis-v8: ["7.3"]
#     iso-27001: ["A.8.8", "A.8.9"]
package policies.aws.ssm.get_patch_baseline.patch_groups_assigned

patch_groups := object.get(input.resource, ["PatchGroups"], null)

deny contains {"msg": msg, "path": "PatchGroups"} if {
	patch_groups == []
	msg := "the list of patch groups is empty, so the baseline patches no group"
}

deny contains {"msg": msg, "path": "PatchGroups"} if {
	is_array(patch_groups)
	patch_groups != []

	# Neither null nor an empty text is the name of a group.
	every group in patch_groups {
		group in {null, ""}
	}
	msg := "the list of patch groups holds no name, so the baseline patches no group"
}

inconclusive contains {"msg": msg, "path": "PatchGroups"} if {
	patch_groups == null
	msg := "the patch groups are not stated"
}
