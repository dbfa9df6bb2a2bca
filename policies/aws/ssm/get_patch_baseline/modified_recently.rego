# METADATA
# title: The patch baseline was modified recently
# description: >-
#   Fails a patch baseline that was last modified more than max_age_days ago: nobody has shown since
#   then that it is still what is wanted. The baseline is inconclusive where that time is not stated or
#   lies more than a day after the clock of the run: up to a day is taken for clocks that differ.
# related_resources:
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html
#   description: GetPatchBaseline
# custom:
#   id: AWS-SSM-009
#   severity: low
#   applies_to: aws.ssm.GetPatchBaseline
#   params: {max_age_days: 365}
#   remediation: Review the baseline with its owner, then update it, so that ModifiedDate shows the review.
#   controls:
#     nist-800-53: [CM-6]
#     cis-v8: ["4.1"]
#     iso-27001: ["A.8.9"]
package policies.aws.ssm.get_patch_baseline.modified_recently

import data.policies.lib.times

modified := object.get(input.resource, ["ModifiedDate"], null)

deny contains {"msg": msg, "path": "ModifiedDate"} if {
	modified != null
	times.older_than(modified, input.params.max_age_days)
	msg := sprintf("the baseline was last modified at %s, more than %v days ago", [modified, input.params.max_age_days])
}

inconclusive contains {"msg": msg, "path": "ModifiedDate"} if {
	modified == null
	msg := "the time of the last modification is not stated"
}

inconclusive contains {"msg": msg, "path": "ModifiedDate"} if {
	modified != null
	times.in_future(modified)
	msg := sprintf("the last modification, %s, lies after the clock of this run", [modified])
}
