# METADATA
# title: The release brings the required agent version
# description: >-
#   Fails a batch that upgrades to an agent version below min_version; versions are compared number
#   by number, so 0.0.10 is above 0.0.9. Not applicable while min_version is not set. Inconclusive
#   where the version is not stated, or where it or min_version is not made of dotted numbers.
# related_resources:
# - ref: https://www.alibabacloud.com/help/en/security-center/developer-reference/api-sas-2018-12-03-listpublishbatch
#   description: Security Center API, ListPublishBatch
# custom:
#   id: ALI-SAS-106
#   severity: high
#   applies_to: alibaba.sas.ListPublishBatch
#   params: {min_version: null}
#   remediation: Withdraw the batch and release min_version or a later one.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.4"]
#     pci-dss-4: ["6.3.3"]
#     iso-27001: ["A.8.8"]
package policies.alibaba.sas.list_publish_batch.version_not_below_minimum

import data.policies.lib.versions

version := object.get(input.resource, ["Version"], null)

minimum := input.params.min_version

applies if minimum != null

deny contains {"msg": msg, "path": "Version"} if {
	versions.below(version, minimum)
	msg := sprintf("the target version `%s` is below `%s`", [version, minimum])
}

inconclusive contains {"msg": msg, "path": "Version"} if {
	version == null
	msg := "the target version is not stated"
}

inconclusive contains {"msg": msg, "path": "Version"} if {
	version != null
	not versions.dotted(version)
	msg := sprintf("the target version `%v` is not made of dotted numbers", [version])
}

inconclusive contains {"msg": msg, "path": "Version"} if {
	minimum != null
	not versions.dotted(minimum)
	msg := sprintf(
		"the target version `%v` cannot be compared: min_version `%v` is not made of dotted numbers",
		[version, minimum],
	)
}
