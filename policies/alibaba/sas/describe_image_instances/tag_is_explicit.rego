# METADATA
# title: The image tag is neither absent nor latest
# description: >-
#   Fails an image that has no tag, or whose tag is `latest` in any spelling of upper and lower
#   case: such a name tells no release and may mean another image tomorrow.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-describeimageinstances
#   description: Security Center API, DescribeImageInstances
# custom:
#   id: ALI-SAS-207
#   severity: low
#   applies_to: alibaba.sas.DescribeImageInstances
#   remediation: Push the image under a tag that names its release, and deploy it by that tag or by its digest.
#   controls:
#     nist-800-53: [CM-8]
#     cis-v8: ["2.1"]
#     iso-27001: ["A.8.9"]
package policies.alibaba.sas.describe_image_instances.tag_is_explicit

tag := object.get(input.resource, ["Tag"], null)

deny contains {"msg": msg, "path": "Tag"} if {
	tag == null
	msg := "the image has no tag"
}

deny contains {"msg": msg, "path": "Tag"} if {
	tag != null
	lower(tag) == "latest"
	msg := sprintf("the image tag `%s` tells no release", [tag])
}
