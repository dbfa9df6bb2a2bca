# METADATA
# title: The node is in an allowed region
# description: >-
#   Fails a node in a region that is not one of allowed_regions. It is inconclusive where the report
#   names no region, and does not apply while allowed_regions is empty.
# related_resources:
# - ref: https://support.huaweicloud.com/intl/en-us/api-coc/ListInstanceCompliant.html
#   description: Querying patch compliance reports
# custom:
#   id: HWC-COC-009
#   severity: low
#   applies_to: huawei.coc.ListInstanceCompliant
#   params: {allowed_regions: []}
#   remediation: >-
#     Move the node's workload to an allowed region, or have the region approved and add it to
#     allowed_regions.
#   controls:
#     nist-800-53: [CM-8]
package policies.huawei.coc.list_instance_compliant.region_is_allowed

region := object.get(input.resource, ["region"], null)

applies if count(input.params.allowed_regions) > 0

deny contains {"msg": msg, "path": "region"} if {
	region != null
	not region in input.params.allowed_regions
	msg := sprintf("the region `%s` is not one of %s", [region, concat(", ", input.params.allowed_regions)])
}

inconclusive contains {"msg": msg, "path": "region"} if {
	region == null
	msg := "the node's region is not stated"
}
