# METADATA
# title: No rejected patch is installed
# description: >-
#   Fails an instance that carries more patches rejected by its patch baseline than allowed.
#   Inconclusive where their number is not stated.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/oos/developer-reference/api-oos-2019-06-01-listinstancepatchstates
#   description: CloudOps Orchestration Service API, ListInstancePatchStates
# custom:
#   id: ALI-OOS-004
#   severity: high
#   applies_to: alibaba.oos.ListInstancePatchStates
#   params: {max: 0}
#   remediation: >-
#     Uninstall the rejected patches from the instance, or take them off the rejected list of the
#     patch baseline if they have been approved since. Then scan again.
#   controls:
#     nist-800-53: [CM-3]
#     pci-dss-4: ["6.5.1"]
#     iso-27001: ["A.8.32"]
#     soc-2: ["CC8.1"]
package policies.alibaba.oos.list_instance_patch_states.no_rejected_patches_installed

rejected := object.get(input.resource, ["InstalledRejectedCount"], null)

deny contains {"msg": msg, "path": "InstalledRejectedCount"} if {
	rejected != null
	rejected > input.params.max
	msg := sprintf("%d rejected patches are installed, at most %v allowed", [rejected, input.params.max])
}

inconclusive contains {"msg": msg, "path": "InstalledRejectedCount"} if {
	rejected == null
	msg := "the number of rejected patches that are installed is not stated"
}
