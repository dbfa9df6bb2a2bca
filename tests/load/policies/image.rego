# METADATA
# title: The tag is not latest
# custom:
#   id: LOAD-IMAGE
#   severity: medium
#   applies_to: alibaba.sas.DescribeImageInstances
package load.image

tag := object.get(input.resource, ["Tag"], null)

deny contains {"msg": "the tag is latest", "path": "Tag"} if tag == "latest"

inconclusive contains {"msg": "the tag is not stated", "path": "Tag"} if tag == null
