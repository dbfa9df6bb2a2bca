# METADATA
# title: The record shows a completed scan
# description: >-
#   Fails a record whose six patch counts are all 0, InstalledCount included, since a scanned system
#   has patches; and one whose operation ended before it started. Inconclusive where the start or
#   the end is not stated, or where a count is not stated while no other is above 0.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/oos/developer-reference/api-oos-2019-06-01-listinstancepatchstates
#   description: CloudOps Orchestration Service API, ListInstancePatchStates
# custom:
#   id: ALI-OOS-008
#   severity: high
#   applies_to: alibaba.oos.ListInstancePatchStates
#   remediation: >-
#     Check that Cloud Assistant runs on the instance and that its patch baseline fits the operating
#     system. Then scan the instance again and wait for the end of the execution.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.alibaba.oos.list_instance_patch_states.scan_is_completed

failed := object.get(input.resource, ["FailedCount"], null)

installed := object.get(input.resource, ["InstalledCount"], null)

installed_other := object.get(input.resource, ["InstalledOtherCount"], null)

pending_reboot := object.get(input.resource, ["InstalledPendingRebootCount"], null)

rejected := object.get(input.resource, ["InstalledRejectedCount"], null)

missing := object.get(input.resource, ["MissingCount"], null)

started := object.get(input.resource, ["OperationStartTime"], null)

ended := object.get(input.resource, ["OperationEndTime"], null)

counts := {
	"FailedCount": failed,
	"InstalledCount": installed,
	"InstalledOtherCount": installed_other,
	"InstalledPendingRebootCount": pending_reboot,
	"InstalledRejectedCount": rejected,
	"MissingCount": missing,
}

deny contains {"msg": msg, "path": "InstalledCount"} if {
	every n in counts { n == 0 }
	msg := "all six patch counts are 0, InstalledCount included: nothing shows that a scan looked at the instance"
}

deny contains {"msg": msg, "path": "OperationEndTime"} if {
	started != null
	ended != null
	time.parse_rfc3339_ns(ended) < time.parse_rfc3339_ns(started)
	msg := sprintf("the operation ended at %s, before its start at %s", [ended, started])
}

# One count above 0 shows a scan; until then every count is needed.
inconclusive contains {"msg": msg, "path": field} if {
	every n in counts { n in {0, null} }
	some field, n in counts
	n == null
	msg := sprintf("%s is not stated, and no other patch count is above 0", [field])
}

inconclusive contains {"msg": msg, "path": "OperationStartTime"} if {
	started == null
	msg := "the start of the operation is not stated"
}

inconclusive contains {"msg": msg, "path": "OperationEndTime"} if {
	ended == null
	msg := "the end of the operation is not stated"
}
