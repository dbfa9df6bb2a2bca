# METADATA
# title: The batch is not suspended
# custom:
#   id: LOAD-BATCH
#   severity: medium
#   applies_to: alibaba.sas.ListPublishBatch
package load.batch

status := object.get(input.resource, ["Status"], null)

deny contains {"msg": "suspended", "path": "Status"} if status == 3

inconclusive contains {"msg": "the status is not stated", "path": "Status"} if status == null
