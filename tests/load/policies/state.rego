# METADATA
# title: No patch is missing
# custom:
#   id: LOAD-STATE
#   severity: medium
#   applies_to: alibaba.oos.ListInstancePatchStates
package load.state

missing := object.get(input.resource, ["MissingCount"], null)

deny contains {"msg": "patches are missing", "path": "MissingCount"} if missing > 0

inconclusive contains {"msg": "the number is not stated", "path": "MissingCount"} if missing == null
