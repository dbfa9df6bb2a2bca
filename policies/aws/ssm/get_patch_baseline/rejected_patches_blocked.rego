# METADATA
# title: Rejected patches are blocked
# description: >-
#   Fails a patch baseline that rejects patches with any action but BLOCK: such a patch may still be
#   installed as a dependency of another. The baseline is inconclusive where its rejected patches, or
#   the action taken on them, are not stated. A null or an empty text among the rejected patches is the
#   name of no patch. Where nothing else is there, the names are not stated: the baseline is
#   inconclusive unless the action is BLOCK.
# related_resources:
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html
#   description: GetPatchBaseline
# custom:
#   id: AWS-SSM-005
#   severity: medium
#   applies_to: aws.ssm.GetPatchBaseline
#   remediation: Set RejectedPatchesAction of the baseline to BLOCK.
#   controls:
#     nist-800-53: [CM-3, CM-6]
#     iso-27001: ["A.8.9"]
package policies.aws.ssm.get_patch_baseline.rejected_patches_blocked

rejected_patches := object.get(input.resource, ["RejectedPatches"], null)

action := object.get(input.resource, ["RejectedPatchesAction"], null)

# How many patches are named; undefined where their list is not stated.
rejected := count([patch | some patch in rejected_patches; not patch in {null, ""}]) if {
	rejected_patches != null
}

deny contains {"msg": msg, "path": "RejectedPatchesAction"} if {
	rejected > 0
	action != null
	action != "BLOCK"
	msg := sprintf("%d patches are rejected, but with the action `%s` instead of `BLOCK`", [rejected, action])
}

inconclusive contains {"msg": msg, "path": "RejectedPatches"} if {
	rejected_patches == null
	msg := "the rejected patches are not stated"
}

inconclusive contains {"msg": msg, "path": "RejectedPatches"} if {
	rejected == 0
	rejected_patches != []
	action != "BLOCK"
	msg := "the names of the rejected patches are not stated, so it is unknown whether the action taken on them matters"
}

inconclusive contains {"msg": msg, "path": "RejectedPatchesAction"} if {
	rejected > 0
	action == null
	msg := sprintf("%d patches are rejected, but the action taken on them is not stated", [rejected])
}
