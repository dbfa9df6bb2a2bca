# METADATA
# title: The image comes from an allowed type of registry
# description: >-
#   Fails an image whose registry type is not in the list of allowed ones; types are compared as the
#   API writes them. Inconclusive where the registry type is not stated.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-describeimageinstances
#   description: Security Center API, DescribeImageInstances
# custom:
#   id: ALI-SAS-206
#   severity: medium
#   applies_to: alibaba.sas.DescribeImageInstances
#   params: {allowed: [acr, harbor, quay, CI/CD]}
#   remediation: >-
#     Move the image to a registry of an allowed type and remove it from this one, or allow the type
#     in the params once its registries have been approved.
#   controls:
#     nist-800-53: [CM-6]
#     iso-27001: ["A.8.9"]
package policies.alibaba.sas.describe_image_instances.registry_type_allowed

registry := object.get(input.resource, ["RegistryType"], null)

deny contains {"msg": msg, "path": "RegistryType"} if {
	registry != null
	not registry in input.params.allowed
	msg := sprintf("registry type `%s` is not one of %v", [registry, input.params.allowed])
}

inconclusive contains {"msg": msg, "path": "RegistryType"} if {
	registry == null
	msg := "the registry type is not stated"
}
