# METADATA
# title: No approval rule is frozen at an old date
# description: >-
#   Fails each approval rule whose ApproveUntilDate lies more than max_age_days back: no patch released
#   since that date is approved. Rules without such a date pass, and so does a date ahead. The baseline
#   is inconclusive where its approval rules, or one of them, are not stated.
# related_resources:
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html
#   description: GetPatchBaseline
# custom:
#   id: AWS-SSM-007
#   severity: high
#   applies_to: aws.ssm.GetPatchBaseline
#   # A rule has no date where its days decide.
#   optional: ["ApprovalRules.PatchRules[].ApproveUntilDate"]
#   params: {max_age_days: 30}
#   remediation: >-
#     Replace ApproveUntilDate of the rule by ApproveAfterDays, so that new patches become approved by
#     themselves, or move the date forward in every patch cycle.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     pci-dss-4: ["6.3.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.aws.ssm.get_patch_baseline.approval_dates_recent

import data.policies.lib.times

patch_rules := object.get(input.resource, ["ApprovalRules", "PatchRules"], null)

# The date of each patch rule, by its position, null where it has none; undefined where the rules are
# not stated.
dates := {i: date |
	some i, patch_rule in patch_rules
	patch_rule != null
	date := object.get(patch_rule, ["ApproveUntilDate"], null)
} if {
	patch_rules != null
}

deny contains {"msg": msg, "path": path} if {
	some i, date in dates
	date != null
	times.older_than(sprintf("%sT00:00:00Z", [date]), input.params.max_age_days)
	path := sprintf("ApprovalRules.PatchRules[%d].ApproveUntilDate", [i])
	msg := sprintf(
		"no patch released after %s is approved, and that is more than %v days ago",
		[date, input.params.max_age_days],
	)
}

inconclusive contains {"msg": msg, "path": "ApprovalRules.PatchRules"} if {
	patch_rules == null
	msg := "the approval rules are not stated"
}

inconclusive contains {"msg": msg, "path": path} if {
	patch_rules != null
	some i, patch_rule in patch_rules
	patch_rule == null
	path := sprintf("ApprovalRules.PatchRules[%d]", [i])
	msg := "the approval rule is not stated"
}
