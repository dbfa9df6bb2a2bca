# METADATA
# title: Image scans of Alibaba Cloud Security Center
# description: >-
#   What `ScaStatus` and `ScaResult` of an image say together about its scan; an absent field is null.
package policies.lib.image_scans

# The scan ran to its end without an error. `ScaResult` holds error codes, also beside the status
# SUCCESS: such a scan has not looked at the image. The result SUCCESS is not documented, but cannot
# mean an error.
succeeded(status, result) if {
	status == "SUCCESS"
	result in {null, "SUCCESS"}
}

# The field that shows why a scan with this status has not succeeded.
obstacle(status) := "ScaResult" if status == "SUCCESS"

obstacle(status) := "ScaStatus" if status != "SUCCESS"
