# METADATA
# title: The baseline has a patch group
# custom:
#   id: LOAD-BASELINE
#   severity: medium
#   applies_to: aws.ssm.GetPatchBaseline
package load.baseline

groups := object.get(input.resource, ["PatchGroups"], null)

deny contains {"msg": "no patch group", "path": "PatchGroups"} if groups == []

inconclusive contains {"msg": "the groups are not stated", "path": "PatchGroups"} if groups == null
