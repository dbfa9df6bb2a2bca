# METADATA
# title: No patch failed to install
# description: >-
#   Fails an instance on which the installation of more patches failed than allowed. Inconclusive
#   where the number of failed patches is not stated.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/oos/developer-reference/api-oos-2019-06-01-listinstancepatchstates
#   description: CloudOps Orchestration Service API, ListInstancePatchStates
# custom:
#   id: ALI-OOS-002
#   severity: high
#   applies_to: alibaba.oos.ListInstancePatchStates
#   params: {max: 0}
#   remediation: >-
#     Read the output of the failed installation in its OOS execution and remove the cause on the
#     instance. Then install the patches and scan again.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     pci-dss-4: ["6.3.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.alibaba.oos.list_instance_patch_states.no_failed_patches

failed := object.get(input.resource, ["FailedCount"], null)

deny contains {"msg": msg, "path": "FailedCount"} if {
	failed != null
	failed > input.params.max
	msg := sprintf("%d patches failed to install, at most %v allowed", [failed, input.params.max])
}

inconclusive contains {"msg": msg, "path": "FailedCount"} if {
	failed == null
	msg := "the number of patches that failed to install is not stated"
}
