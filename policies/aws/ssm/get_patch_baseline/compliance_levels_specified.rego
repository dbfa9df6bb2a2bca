# METADATA
# title: Approved patches carry a compliance level
# description: >-
#   Fails each approval rule whose ComplianceLevel is UNSPECIFIED, and a baseline that approves patches
#   by name at the level UNSPECIFIED: a missing patch is then reported without a severity to act on.
#   The baseline is inconclusive where its rules or one of them, its patches approved by name or a
#   needed level are not stated, or a level is none of the documented ones. A null or an empty text
#   among the patches approved by name is the name of no patch. Where nothing else is there, the names
#   are not stated: the baseline is inconclusive unless their level is a documented one other than
#   UNSPECIFIED.
# related_resources:
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html
#   description: GetPatchBaseline
# custom:
#   id: AWS-SSM-004
#   severity: medium
#   applies_to: aws.ssm.GetPatchBaseline
#   remediation: >-
#     Give every approval rule a ComplianceLevel other than UNSPECIFIED, and set
#     ApprovedPatchesComplianceLevel where patches are approved by name.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.2"]
#     iso-27001: ["A.8.8"]
package policies.aws.ssm.get_patch_baseline.compliance_levels_specified

patch_rules := object.get(input.resource, ["ApprovalRules", "PatchRules"], null)

approved_patches := object.get(input.resource, ["ApprovedPatches"], null)

approved_level := object.get(input.resource, ["ApprovedPatchesComplianceLevel"], null)

# The level of each patch rule, by its position, null where it has none; undefined where the rules are
# not stated.
levels := {i: level |
	some i, patch_rule in patch_rules
	patch_rule != null
	level := object.get(patch_rule, ["ComplianceLevel"], null)
} if {
	patch_rules != null
}

# How many patches are named; undefined where their list is not stated.
approved_by_name := count([patch | some patch in approved_patches; not patch in {null, ""}]) if {
	approved_patches != null
}

documented := {"CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED"}

deny contains {"msg": msg, "path": path} if {
	some i, level in levels
	level == "UNSPECIFIED"
	path := sprintf("ApprovalRules.PatchRules[%d].ComplianceLevel", [i])
	msg := "the rule approves patches at the compliance level `UNSPECIFIED`"
}

deny contains {"msg": msg, "path": "ApprovedPatchesComplianceLevel"} if {
	approved_by_name > 0
	approved_level == "UNSPECIFIED"
	msg := sprintf("%d patches are approved by name at the compliance level `UNSPECIFIED`", [approved_by_name])
}

inconclusive contains {"msg": msg, "path": "ApprovalRules.PatchRules"} if {
	patch_rules == null
	msg := "the approval rules are not stated"
}

inconclusive contains {"msg": msg, "path": path} if {
	patch_rules != null
	some i, patch_rule in patch_rules
	patch_rule == null
	path := sprintf("ApprovalRules.PatchRules[%d]", [i])
	msg := "the approval rule is not stated"
}

inconclusive contains {"msg": msg, "path": path} if {
	some i, level in levels
	level == null
	path := sprintf("ApprovalRules.PatchRules[%d].ComplianceLevel", [i])
	msg := "the rule's compliance level is not stated"
}

inconclusive contains {"msg": msg, "path": path} if {
	some i, level in levels
	level != null
	not level in documented
	path := sprintf("ApprovalRules.PatchRules[%d].ComplianceLevel", [i])
	msg := sprintf("`%s` is no documented compliance level", [level])
}

inconclusive contains {"msg": msg, "path": "ApprovedPatches"} if {
	approved_patches == null
	msg := "the patches approved by name are not stated"
}

inconclusive contains {"msg": msg, "path": "ApprovedPatches"} if {
	approved_by_name == 0
	approved_patches != []
	not approved_level in (documented - {"UNSPECIFIED"})
	msg := "the names of the patches approved by name are not stated, so it is unknown whether their level matters"
}

inconclusive contains {"msg": msg, "path": "ApprovedPatchesComplianceLevel"} if {
	approved_by_name > 0
	approved_level == null
	msg := sprintf("%d patches are approved by name, but their compliance level is not stated", [approved_by_name])
}

inconclusive contains {"msg": msg, "path": "ApprovedPatchesComplianceLevel"} if {
	approved_by_name > 0
	approved_level != null
	not approved_level in documented
	msg := sprintf("`%s` is no documented compliance level", [approved_level])
}
