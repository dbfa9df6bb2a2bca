# METADATA
# title: The patch baseline approves patches
# description: >-
#   Fails a patch baseline that has neither an approval rule nor a patch approved by name: nothing is
#   ever installed through it. A list of nothing but nulls and empty texts is an empty one. The baseline
#   is inconclusive where one of the two lists is not stated and the other does not settle it.
# related_resources:
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html
#   description: GetPatchBaseline
# custom:
#   id: AWS-SSM-002
#   severity: high
#   applies_to: aws.ssm.GetPatchBaseline
#   remediation: Add an approval rule that covers security patches, or approve the needed patches by name.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     pci-dss-4: ["6.3.3"]
#     iso-27001: ["A.8.8"]
package policies.aws.ssm.get_patch_baseline.patches_are_approved

patch_rules := object.get(input.resource, ["ApprovalRules", "PatchRules"], null)

approved_patches := object.get(input.resource, ["ApprovedPatches"], null)

# Whether a list holds nothing: it is empty, or has nothing but nulls and empty texts.
holds_nothing(list) if {
	is_array(list)
	every element in list {
		element in {null, ""}
	}
}

# Whether a list settles nothing: it is not stated, or holds nothing.
settles_nothing(list) if list == null

settles_nothing(list) if holds_nothing(list)

deny contains {"msg": msg, "path": "ApprovalRules.PatchRules"} if {
	holds_nothing(patch_rules)
	holds_nothing(approved_patches)
	msg := "there are no approval rules and no patches approved by name"
}

inconclusive contains {"msg": msg, "path": "ApprovalRules.PatchRules"} if {
	patch_rules == null
	settles_nothing(approved_patches)
	msg := "the approval rules are not stated, and no patch is known to be approved by name"
}

inconclusive contains {"msg": msg, "path": "ApprovedPatches"} if {
	approved_patches == null
	settles_nothing(patch_rules)
	msg := "the patches approved by name are not stated, and no approval rule is known"
}
