# METADATA
# title: No patch is both approved and rejected
# custom:
#   id: LOAD-OVERLAP
#   severity: medium
#   applies_to: aws.ssm.GetPatchBaseline
#   optional: [ApprovedPatches, RejectedPatches]
package load.overlap

deny contains {"msg": "approved too", "path": sprintf("RejectedPatches[%d]", [i])} if {
	some i, patch in input.resource.RejectedPatches
	patch in input.resource.ApprovedPatches
}
