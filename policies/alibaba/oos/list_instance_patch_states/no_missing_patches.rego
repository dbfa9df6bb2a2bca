# METADATA
# title: No approved patch is missing
# description: >-
#   Fails an instance that lacks more patches of its patch baseline than allowed. Inconclusive where
#   the number of missing patches is not stated. Whether a scan stands behind the number is judged
#   by ALI-OOS-008.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/oos/developer-reference/api-oos-2019-06-01-listinstancepatchstates
#   description: CloudOps Orchestration Service API, ListInstancePatchStates
# custom:
#   id: ALI-OOS-001
#   severity: critical
#   applies_to: alibaba.oos.ListInstancePatchStates
#   params: {max: 0}
#   remediation: >-
#     Apply the patch baseline to the instance in install mode (OOS template
#     ACS-ECS-BulkyApplyPatchBaseline), then scan it again.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     pci-dss-4: ["6.3.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.alibaba.oos.list_instance_patch_states.no_missing_patches

missing := object.get(input.resource, ["MissingCount"], null)

deny contains {"msg": msg, "path": "MissingCount"} if {
	missing != null
	missing > input.params.max
	msg := sprintf("%d patches are missing, at most %v allowed", [missing, input.params.max])
}

inconclusive contains {"msg": msg, "path": "MissingCount"} if {
	missing == null
	msg := "the number of missing patches is not stated"
}
