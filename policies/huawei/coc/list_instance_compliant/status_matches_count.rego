# METADATA
# title: The status agrees with the number of non-compliant patches
# description: >-
#   Fails a compliance report that calls the node compliant while it counts non-compliant patches, or
#   non-compliant while it counts none. It is inconclusive where the status or the number is not stated,
#   or the status is none of the documented ones.
# related_resources:
# - ref: https://support.huaweicloud.com/intl/en-us/api-coc/ListInstanceCompliant.html
#   description: Querying patch compliance reports
# custom:
#   id: HWC-COC-010
#   severity: medium
#   applies_to: huawei.coc.ListInstanceCompliant
#   remediation: >-
#     Scan the node again. Where the new report still contradicts itself, list the patches of the node one
#     by one and report the difference to Huawei Cloud.
#   controls:
#     nist-800-53: [RA-5]
#     soc-2: ["CC7.1"]
package policies.huawei.coc.list_instance_compliant.status_matches_count

status := object.get(input.resource, ["status"], null)

non_compliant := object.get(input.resource, ["non_compliant_summary", "non_compliant_count"], null)

deny contains {"msg": msg, "path": "status"} if {
	status == "compliant"
	non_compliant != null
	non_compliant > 0
	msg := sprintf("the status is `compliant`, but %d patches are non-compliant", [non_compliant])
}

deny contains {"msg": msg, "path": "status"} if {
	status == "non_compliant"
	non_compliant == 0
	msg := "the status is `non_compliant`, but 0 patches are non-compliant"
}

inconclusive contains {"msg": msg, "path": "status"} if {
	status == null
	msg := "the node's compliance status is not stated"
}

inconclusive contains {"msg": msg, "path": "status"} if {
	not status in {"compliant", "non_compliant", null}
	msg := sprintf("`%s` is no documented compliance status", [status])
}

inconclusive contains {"msg": msg, "path": "non_compliant_summary.non_compliant_count"} if {
	non_compliant == null
	msg := "the number of non-compliant patches is not stated"
}
