# METADATA
# title: No installed patch waits for a reboot
# description: >-
#   Fails an instance on which more patches than allowed are installed but take effect only after a
#   reboot. Inconclusive where their number is not stated.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/oos/developer-reference/api-oos-2019-06-01-listinstancepatchstates
#   description: CloudOps Orchestration Service API, ListInstancePatchStates
# custom:
#   id: ALI-OOS-003
#   severity: medium
#   applies_to: alibaba.oos.ListInstancePatchStates
#   params: {max: 0}
#   remediation: Reboot the instance in its maintenance window, then scan it again.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     pci-dss-4: ["6.3.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.alibaba.oos.list_instance_patch_states.no_pending_reboots

pending := object.get(input.resource, ["InstalledPendingRebootCount"], null)

deny contains {"msg": msg, "path": "InstalledPendingRebootCount"} if {
	pending != null
	pending > input.params.max
	msg := sprintf("%d installed patches wait for a reboot, at most %v allowed", [pending, input.params.max])
}

inconclusive contains {"msg": msg, "path": "InstalledPendingRebootCount"} if {
	pending == null
	msg := "the number of patches that wait for a reboot is not stated"
}
