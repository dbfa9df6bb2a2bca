# METADATA
# title: The batch number lies within the total
# description: >-
#   Fails a batch whose number exceeds the number of batches: the release plan contradicts itself.
#   Not applicable where BatchNo is the placeholder 2147483647. Inconclusive where the number or the
#   total is not stated.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-listpublishbatch
#   description: Security Center API, ListPublishBatch
# custom:
#   id: ALI-SAS-105
#   severity: low
#   applies_to: alibaba.sas.ListPublishBatch
#   remediation: >-
#     Correct the plan of the release so that its batches are numbered up to their total, then query
#     it again.
#   controls:
#     nist-800-53: [CM-3]
#     iso-27001: ["A.8.32"]
#     soc-2: ["CC8.1"]
package policies.alibaba.sas.list_publish_batch.batch_number_within_total

number := object.get(input.resource, ["BatchNo"], null)

total := object.get(input.resource, ["BatchTotal"], null)

# The largest 32-bit integer stands in BatchNo where the batch has no number.
applies if number != 2147483647

deny contains {"msg": msg, "path": "BatchNo"} if {
	applies
	number != null
	total != null
	number > total
	msg := sprintf("batch number %d exceeds the total of %d", [number, total])
}

inconclusive contains {"msg": msg, "path": "BatchNo"} if {
	number == null
	msg := "the number of the batch is not stated"
}

inconclusive contains {"msg": msg, "path": "BatchTotal"} if {
	total == null
	msg := "the total of the batches is not stated"
}
