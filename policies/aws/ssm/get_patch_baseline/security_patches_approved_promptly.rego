# METADATA
# title: Critical and security patches are approved promptly
# description: >-
#   Fails each approval rule that covers critical or security patches and approves them later than
#   max_days after their release. A rule covers them where one of its SEVERITY, MSRC_SEVERITY,
#   PRIORITY or CLASSIFICATION filters selects them, or where it has no such filter. These values select
#   them, in upper or lower case: `*` of any of these filters, `critical` of SEVERITY and MSRC_SEVERITY,
#   `required` and `important` of PRIORITY, and `security`, `securityupdates` and `criticalupdates` of
#   CLASSIFICATION. The baseline is inconclusive where its approval rules or one of them, a rule's
#   filters, or the waiting time of a covering rule are not stated. It is so, too, where no filter is
#   known to select them, and a filter, its key, or a value of one of these filters is not stated (null,
#   an empty text, or no values at all). A rule that approves up to a date is left to AWS-SSM-007.
# related_resources:
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html
#   description: GetPatchBaseline
# custom:
#   id: AWS-SSM-003
#   severity: high
#   applies_to: aws.ssm.GetPatchBaseline
#   params: {max_days: 7}
#   remediation: >-
#     Lower ApproveAfterDays of the rule to max_days or less. Where other patches need a longer wait, give
#     them a rule of their own whose filters leave out critical and security patches.
#   controls:
#     nist-800-53: [SI-2]
#     cis-v8: ["7.3"]
#     pci-dss-4: ["6.3.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.aws.ssm.get_patch_baseline.security_patches_approved_promptly

patch_rules := object.get(input.resource, ["ApprovalRules", "PatchRules"], null)

# What each patch rule says, by its position, null where it is silent; undefined where the rules are
# not stated.
approvals := {i: approval |
	some i, patch_rule in patch_rules
	patch_rule != null
	approval := {
		"days": object.get(patch_rule, ["ApproveAfterDays"], null),
		"until": object.get(patch_rule, ["ApproveUntilDate"], null),
		"filters": object.get(patch_rule, ["PatchFilterGroup", "PatchFilters"], null),
	}
} if {
	patch_rules != null
}

deny contains {"msg": msg, "path": path} if {
	some i, approval in approvals
	approval.days != null
	approval.days > input.params.max_days
	covers_security(approval.filters)
	path := sprintf("ApprovalRules.PatchRules[%d].ApproveAfterDays", [i])
	msg := sprintf(
		"critical or security patches are approved after %d days, at most %v allowed",
		[approval.days, input.params.max_days],
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

inconclusive contains {"msg": msg, "path": path} if {
	some i, approval in approvals
	approval.filters == null
	path := sprintf("ApprovalRules.PatchRules[%d].PatchFilterGroup.PatchFilters", [i])
	msg := "the rule's filters are not stated, so it is unknown which patches it covers"
}

inconclusive contains {"msg": msg, "path": path} if {
	some i, approval in approvals
	some place, what in gaps(approval.filters)
	path := sprintf("ApprovalRules.PatchRules[%d].PatchFilterGroup.PatchFilters%s", [i, place])
	msg := sprintf("%s is not stated, so it is unknown which patches the rule covers", [what])
}

inconclusive contains {"msg": msg, "path": path} if {
	some i, approval in approvals
	approval.days == null
	approval.until == null
	covers_security(approval.filters)
	path := sprintf("ApprovalRules.PatchRules[%d].ApproveAfterDays", [i])
	msg := "the rule covers critical or security patches, but does not state after how many days"
}

# The values, in lower case, with which a filter selects critical or security patches. A filter of
# another key says nothing about severity.
security_values := {
	"SEVERITY": {"*", "critical"},
	"MSRC_SEVERITY": {"*", "critical"},
	"PRIORITY": {"*", "required", "important"},
	"CLASSIFICATION": {"*", "security", "securityupdates", "criticalupdates"},
}

covers_security(filters) if selects_security(filters)

covers_security(filters) if {
	filters != null
	every filter in filters {
		filter != null
		key := object.get(filter, ["Key"], null)
		key != null
		not security_values[key]
	}
}

selects_security(filters) if {
	filters != null
	some filter in filters
	filter != null
	values := object.get(filter, ["Values"], null)
	values != null
	some value in values
	value != null
	lower(value) in security_values[object.get(filter, ["Key"], null)]
}

# What is missing, by its place among the filters, where they do not settle that the rule covers
# security patches.
gaps(filters) := {place: what |
	some j, filter in filters
	some member, what in gaps_in(filter)
	place := sprintf("[%d]%s", [j, member])
} if {
	filters != null
	not selects_security(filters)
}

gaps_in(filter) := {"": "the filter"} if filter == null

gaps_in(filter) := {".Key": "the filter's `Key`"} if {
	filter != null
	object.get(filter, ["Key"], null) == null
}

gaps_in(filter) := {".Values": "the filter's `Values`"} if {
	filter != null
	security_values[object.get(filter, ["Key"], null)]
	object.get(filter, ["Values"], null) in {null, []}
}

gaps_in(filter) := unstated if {
	filter != null
	security_values[object.get(filter, ["Key"], null)]
	values := object.get(filter, ["Values"], null)
	not values in {null, []}
	unstated := {member: "a value of the filter" |
		some k, value in values
		value in {null, ""}
		member := sprintf(".Values[%d]", [k])
	}
}
