# METADATA
# title: Release batches leave time between them
# description: >-
#   Fails a batch whose successor follows sooner than min_hours, before a fault of the new version
#   can show. Not applicable where the batch is the only one. Inconclusive where the interval is not
#   stated, or where it is too short but the number of batches is not stated.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-listpublishbatch
#   description: Security Center API, ListPublishBatch
# custom:
#   id: ALI-SAS-103
#   severity: medium
#   applies_to: alibaba.sas.ListPublishBatch
#   params: {min_hours: 12}
#   remediation: Raise the interval of the batch to min_hours or more (UpdatePublishBatch).
#   controls:
#     nist-800-53: [CM-3]
#     pci-dss-4: ["6.5.1"]
#     iso-27001: ["A.8.32"]
#     soc-2: ["CC8.1"]
package policies.alibaba.sas.list_publish_batch.batches_are_spaced

interval := object.get(input.resource, ["BatchInterval"], null)

total := object.get(input.resource, ["BatchTotal"], null)

# Nothing follows a single batch.
applies if total != 1

too_short if {
	interval != null
	interval < input.params.min_hours
}

deny contains {"msg": msg, "path": "BatchInterval"} if {
	applies
	total != null
	too_short
	msg := sprintf("the next batch follows after %v hours, at least %v required", [interval, input.params.min_hours])
}

inconclusive contains {"msg": msg, "path": "BatchInterval"} if {
	interval == null
	msg := "the interval between the batches is not stated"
}

inconclusive contains {"msg": msg, "path": "BatchTotal"} if {
	total == null
	too_short
	msg := sprintf(
		"the interval is %v hours, at least %v required, but the number of batches is not stated: perhaps none follows",
		[interval, input.params.min_hours],
	)
}
