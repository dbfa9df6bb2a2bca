# METADATA
# title: The last patch operation is recent
# description: >-
#   Fails an instance whose last patch operation ended longer ago than allowed, so that its counts
#   miss what has been published since. Inconclusive where the end of the operation is not stated or
#   lies more than a day after the clock of the run: up to a day is taken for clocks that differ.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/oos/developer-reference/api-oos-2019-06-01-listinstancepatchstates
#   description: CloudOps Orchestration Service API, ListInstancePatchStates
# custom:
#   id: ALI-OOS-007
#   severity: high
#   applies_to: alibaba.oos.ListInstancePatchStates
#   params: {max_age_days: 7}
#   remediation: >-
#     Scan the instance now, and schedule the scan (OOS template ACS-ECS-ScheduleApplyPatchBaseline)
#     more often than max_age_days.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.alibaba.oos.list_instance_patch_states.last_operation_is_recent

import data.policies.lib.times

ended := object.get(input.resource, ["OperationEndTime"], null)

deny contains {"msg": msg, "path": "OperationEndTime"} if {
	ended != null
	times.older_than(ended, input.params.max_age_days)
	msg := sprintf("the last patch operation ended at %s, more than %v days ago", [ended, input.params.max_age_days])
}

inconclusive contains {"msg": msg, "path": "OperationEndTime"} if {
	ended == null
	msg := "the end of the last patch operation is not stated"
}

inconclusive contains {"msg": msg, "path": "OperationEndTime"} if {
	ended != null
	times.in_future(ended)
	msg := sprintf("the last patch operation ended at %s, which lies after the clock of this run", [ended])
}
