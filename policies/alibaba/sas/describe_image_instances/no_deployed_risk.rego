# METADATA
# title: No deployed image carries a risk
# description: >-
#   Fails an image that is deployed and reported to carry a risk; an image that is not deployed
#   passes. Inconclusive where it is not stated or not clear whether the image is deployed or, if it
#   is, whether it carries a risk.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-describeimageinstances
#   description: Security Center API, DescribeImageInstances
# custom:
#   id: ALI-SAS-208
#   severity: critical
#   applies_to: alibaba.sas.DescribeImageInstances
#   remediation: >-
#     Replace the deployed image by a rebuilt one without the reported risks, or take it out of
#     service.
#   controls:
#     nist-800-53: [RA-5, SI-2]
#     cis-v8: ["7.7"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.alibaba.sas.describe_image_instances.no_deployed_risk

deployed := object.get(input.resource, ["Deployed"], null)

risk := object.get(input.resource, ["RiskStatus"], null)

deny contains {"msg": msg, "path": "RiskStatus"} if {
	deployed == 1
	risk == "YES"
	msg := "the image is deployed and carries a risk (Deployed 1, RiskStatus YES)"
}

inconclusive contains {"msg": msg, "path": "Deployed"} if {
	deployed == null
	msg := "whether the image is deployed is not stated"
}

inconclusive contains {"msg": msg, "path": "Deployed"} if {
	not deployed in {null, 0, 1}
	msg := sprintf("whether the image is deployed is not clear: Deployed is `%v`, neither 0 nor 1", [deployed])
}

inconclusive contains {"msg": msg, "path": "RiskStatus"} if {
	deployed == 1
	risk == null
	msg := "whether the deployed image carries a risk is not stated"
}

inconclusive contains {"msg": msg, "path": "RiskStatus"} if {
	deployed == 1
	not risk in {null, "NO", "YES"}
	msg := sprintf(
		"whether the deployed image carries a risk is not clear: RiskStatus is `%v`, neither YES nor NO",
		[risk],
	)
}
