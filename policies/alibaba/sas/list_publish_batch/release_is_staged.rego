# METADATA
# title: The release is staged in batches
# description: >-
#   Fails a release in fewer batches than required: a faulty agent version reaches too many servers
#   at once. Inconclusive where the number of batches is not stated.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-listpublishbatch
#   description: Security Center API, ListPublishBatch
# custom:
#   id: ALI-SAS-104
#   severity: medium
#   applies_to: alibaba.sas.ListPublishBatch
#   params: {min_batches: 2}
#   remediation: Split the servers of the release into min_batches batches or more, a small pilot batch first.
#   controls:
#     nist-800-53: [CM-3]
#     pci-dss-4: ["6.5.1"]
#     iso-27001: ["A.8.32"]
#     soc-2: ["CC8.1"]
package policies.alibaba.sas.list_publish_batch.release_is_staged

total := object.get(input.resource, ["BatchTotal"], null)

deny contains {"msg": msg, "path": "BatchTotal"} if {
	total != null
	total < input.params.min_batches
	msg := sprintf("the number of release batches is %d, at least %v required", [total, input.params.min_batches])
}

inconclusive contains {"msg": msg, "path": "BatchTotal"} if {
	total == null
	msg := "the number of release batches is not stated"
}
