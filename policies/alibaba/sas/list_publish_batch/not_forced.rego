# METADATA
# title: The release batch is not upgraded by force
# description: >-
#   Fails a batch that is upgrading by force, past the planned pace of the release. Inconclusive
#   where the status is not stated or not a documented one.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-listpublishbatch
#   description: Security Center API, ListPublishBatch
# custom:
#   id: ALI-SAS-102
#   severity: high
#   applies_to: alibaba.sas.ListPublishBatch
#   remediation: >-
#     Record who forced the upgrade and why, and check the agents of the batch afterwards. Let later
#     versions reach the servers through planned batches.
#   controls:
#     nist-800-53: [CM-3]
#     pci-dss-4: ["6.5.1"]
#     iso-27001: ["A.8.32"]
#     soc-2: ["CC8.1"]
package policies.alibaba.sas.list_publish_batch.not_forced

status := object.get(input.resource, ["Status"], null)

deny contains {"msg": msg, "path": "Status"} if {
	status == 4
	msg := "the release batch is upgrading by force (Status 4)"
}

inconclusive contains {"msg": msg, "path": "Status"} if {
	status == null
	msg := "the status of the batch is not stated"
}

inconclusive contains {"msg": msg, "path": "Status"} if {
	status != null
	not status in {0, 1, 2, 3, 4}
	msg := sprintf("Status %v is not a documented batch status", [status])
}
