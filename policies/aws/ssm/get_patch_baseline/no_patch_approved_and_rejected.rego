# METADATA
# title: No patch is both approved and rejected
# description: >-
#   Fails each patch that the baseline rejects and approves by name: the two lists contradict each
#   other. A null or an empty text in a list is the name of no patch: a name is not stated there. The
#   baseline is inconclusive where one of the lists is not stated, or a name in one of them while the
#   other is not empty.
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
	not patch in {null, ""}
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

# A name that is not stated does not matter where the other list is empty; where that one is not
# stated, that is said already.
inconclusive contains {"msg": msg, "path": path} if {
	approved_patches != null
	not rejected_patches in {null, []}
	some i, patch in approved_patches
	patch in {null, ""}
	path := sprintf("ApprovedPatches[%d]", [i])
	msg := "the name of a patch approved by name is not stated, so it is unknown whether it is rejected"
}

inconclusive contains {"msg": msg, "path": path} if {
	rejected_patches != null
	not approved_patches in {null, []}
	some i, patch in rejected_patches
	patch in {null, ""}
	path := sprintf("RejectedPatches[%d]", [i])
	msg := "the name of a rejected patch is not stated, so it is unknown whether it is approved by name"
}
