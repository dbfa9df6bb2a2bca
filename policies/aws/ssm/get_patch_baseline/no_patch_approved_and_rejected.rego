# METADATA
# title: No patch is both approved and rejected
# description: >-
#   Fails each patch that the baseline rejects and approves by name: the two lists contradict each
#   other. The baseline is inconclusive where one of them is not stated.
# related_resources:
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html
#   description: GetPatchBaseline
# custom:
#   id: AWS-SSM-006
#   severity: medium
#   applies_to: aws.ssm.GetPatchBaseline
#   remediation: Decide for each of these patches whether it is wanted, and remove it from the other list.
#   controls:
#     nist-800-53: [CM-6]
#     iso-27001: ["A.8.9"]
package policies.aws.ssm.get_patch_baseline.no_patch_approved_and_rejected

approved_patches := object.get(input.resource, ["ApprovedPatches"], null)

rejected_patches := object.get(input.resource, ["RejectedPatches"], null)

deny contains {"msg": msg, "path": path} if {
	approved_patches != null
	rejected_patches != null
	some i, patch in rejected_patches
	patch in approved_patches
	path := sprintf("RejectedPatches[%d]", [i])
	msg := sprintf("`%s` is rejected, but also approved by name", [patch])
}

inconclusive contains {"msg": msg, "path": "ApprovedPatches"} if {
	approved_patches == null
	msg := "the patches approved by name are not stated"
}

inconclusive contains {"msg": msg, "path": "RejectedPatches"} if {
	rejected_patches == null
	msg := "the rejected patches are not stated"
}
