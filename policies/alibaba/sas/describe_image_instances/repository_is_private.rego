# METADATA
# title: The image repository is private
# description: >-
#   Fails an image whose repository is public. Inconclusive where the repository type is not stated
#   or not a documented one.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-describeimageinstances
#   description: Security Center API, DescribeImageInstances
# custom:
#   id: ALI-SAS-209
#   severity: medium
#   applies_to: alibaba.sas.DescribeImageInstances
#   remediation: Make the repository private, and give pull access to the identities that need it.
#   controls:
#     nist-800-53: [CM-6]
#     cis-v8: ["4.1"]
#     iso-27001: ["A.8.9"]
package policies.alibaba.sas.describe_image_instances.repository_is_private

visibility := object.get(input.resource, ["RepoType"], null)

deny contains {"msg": msg, "path": "RepoType"} if {
	visibility == "public"
	msg := "the image repository is public (RepoType public)"
}

inconclusive contains {"msg": msg, "path": "RepoType"} if {
	visibility == null
	msg := "the repository type is not stated"
}

inconclusive contains {"msg": msg, "path": "RepoType"} if {
	not visibility in {null, "private", "public"}
	msg := sprintf("RepoType `%v` is not a documented repository type", [visibility])
}
