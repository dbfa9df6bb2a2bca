# METADATA
# title: The release batch is not suspended
# description: >-
#   Fails a batch whose release is suspended: its servers stay on the old agent version.
#   Inconclusive where the status is not stated or not a documented one.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-listpublishbatch
#   description: Security Center API, ListPublishBatch
# custom:
#   id: ALI-SAS-101
#   severity: medium
#   applies_to: alibaba.sas.ListPublishBatch
#   remediation: Find out why the batch was suspended and remove the cause, then resume its release.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.4"]
#     iso-27001: ["A.8.8"]
package policies.alibaba.sas.list_publish_batch.not_suspended

status := object.get(input.resource, ["Status"], null)

deny contains {"msg": msg, "path": "Status"} if {
	status == 3
	msg := "the release batch is suspended (Status 3)"
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
