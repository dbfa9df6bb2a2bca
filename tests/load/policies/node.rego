# METADATA
# title: The node belongs to a group
# custom:
#   id: LOAD-NODE
#   severity: medium
#   applies_to: huawei.coc.ListInstanceCompliant
package load.node

group := object.get(input.resource, ["group"], false)

deny contains {"msg": "no group", "path": "group"} if group == null

inconclusive contains {"msg": "the group is not stated", "path": "group"} if group == false
