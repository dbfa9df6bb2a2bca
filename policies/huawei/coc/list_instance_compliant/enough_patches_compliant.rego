# METADATA
# title: Enough of the node's patches are compliant
# description: >-
#   Fails a node where fewer than min_percent of the counted patches are compliant. The report is
#   inconclusive where the number of compliant or of non-compliant patches is not stated, or both are 0.
# related_resources:
# - ref: https://support.huaweicloud.com/intl/en-us/api-coc/ListInstanceCompliant.html
#   description: Querying patch compliance reports
# custom:
#   id: HWC-COC-008
#   severity: medium
#   applies_to: huawei.coc.ListInstanceCompliant
#   params: {min_percent: 95}
#   remediation: Run the patch baseline's repair job on the node, then scan it again.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     pci-dss-4: ["6.3.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.huawei.coc.list_instance_compliant.enough_patches_compliant

compliant := object.get(input.resource, ["compliant_summary", "compliant_count"], null)

non_compliant := object.get(input.resource, ["non_compliant_summary", "non_compliant_count"], null)

# Undefined where one of the two is not stated.
counted := compliant + non_compliant if {
	compliant != null
	non_compliant != null
}

deny contains {"msg": msg, "path": "compliant_summary.compliant_count"} if {
	counted > 0
	compliant * 100 < counted * input.params.min_percent
	msg := sprintf(
		"%d of %d patches are compliant (%d percent), at least %v percent required",
		[compliant, counted, floor((compliant * 100) / counted), input.params.min_percent],
	)
}

inconclusive contains {"msg": msg, "path": "compliant_summary.compliant_count"} if {
	compliant == null
	msg := "the number of compliant patches is not stated"
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.non_compliant_count"} if {
	non_compliant == null
	msg := "the number of non-compliant patches is not stated"
}

inconclusive contains {"msg": msg, "path": "compliant_summary.compliant_count"} if {
	counted == 0
	msg := "0 of 0 patches are compliant, which is no percentage"
}
