package policies.aws.ssm.get_patch_baseline.security_patches_approved_promptly_test

import data.policies.aws.ssm.get_patch_baseline.security_patches_approved_promptly as rule

# A patch rule with `filters` that approves after `days`.
patch_rule(filters, days) := {
	"PatchFilterGroup": {"PatchFilters": filters},
	"ComplianceLevel": "CRITICAL",
	"ApproveAfterDays": days,
}

baseline(rules) := {"ApprovalRules": {"PatchRules": rules}}

given(resource) := {"resource": resource, "params": {"max_days": 7}}

filter(key, values) := {"Key": key, "Values": values}

late(i, days) := {
	"msg": sprintf("critical or security patches are approved after %d days, at most 7 allowed", [days]),
	"path": sprintf("ApprovalRules.PatchRules[%d].ApproveAfterDays", [i]),
}

missing(i, j, field) := {
	"msg": sprintf("the filter's `%s` is not stated, so it is unknown which patches the rule covers", [field]),
	"path": sprintf("ApprovalRules.PatchRules[%d].PatchFilterGroup.PatchFilters[%d].%s", [i, j, field]),
}

# A gap among the filters of rule `i`, at this place.
gap(i, place, what) := {
	"msg": sprintf("%s is not stated, so it is unknown which patches the rule covers", [what]),
	"path": sprintf("ApprovalRules.PatchRules[%d].PatchFilterGroup.PatchFilters%s", [i, place]),
}

unknown_filters(i) := {
	"msg": "the rule's filters are not stated, so it is unknown which patches it covers",
	"path": sprintf("ApprovalRules.PatchRules[%d].PatchFilterGroup.PatchFilters", [i]),
}

unknown_days(i) := {
	"msg": "the rule covers critical or security patches, but does not state after how many days",
	"path": sprintf("ApprovalRules.PatchRules[%d].ApproveAfterDays", [i]),
}

test_max_days_is_allowed_and_one_more_is_not if {
	filters := [filter("CLASSIFICATION", ["Security"])]
	every days in [0, 7] {
		rule.deny == set() with input as given(baseline([patch_rule(filters, days)]))
		rule.inconclusive == set() with input as given(baseline([patch_rule(filters, days)]))
	}
	rule.deny == {late(0, 8)} with input as given(baseline([patch_rule(filters, 8)]))
	rule.inconclusive == set() with input as given(baseline([patch_rule(filters, 8)]))
}

test_max_days_is_a_param if {
	resource := baseline([patch_rule([], 31)])
	rule.deny == set() with input as {"resource": resource, "params": {"max_days": 31}}
	denied := {{
		"msg": "critical or security patches are approved after 31 days, at most 30 allowed",
		"path": "ApprovalRules.PatchRules[0].ApproveAfterDays",
	}}
	rule.deny == denied with input as {"resource": resource, "params": {"max_days": 30}}
}

test_selecting_filters_cover if {
	covering := [
		[filter("SEVERITY", ["Important", "Critical"])],
		[filter("SEVERITY", ["*"])],
		[filter("MSRC_SEVERITY", ["Critical"])],
		[filter("MSRC_SEVERITY", ["*"])],
		[filter("PRIORITY", ["Required"])],
		[filter("PRIORITY", ["Important"])],
		[filter("PRIORITY", ["*"])],
		[filter("CLASSIFICATION", ["security"])],
		[filter("CLASSIFICATION", ["SecurityUpdates"])],
		[filter("CLASSIFICATION", ["Drivers", "CriticalUpdates"])],
		[filter("CLASSIFICATION", ["*"])],
		[filter("PRODUCT", ["AmazonLinux2023"]), filter("SEVERITY", ["Low"]), filter("CLASSIFICATION", ["Security"])],
	]
	every filters in covering {
		rule.deny == {late(0, 30)} with input as given(baseline([patch_rule(filters, 30)]))
		rule.inconclusive == set() with input as given(baseline([patch_rule(filters, 30)]))
	}
}

test_no_filter_by_severity_covers if {
	every filters in [[], [filter("PRODUCT", ["*"])], [filter("PATCH_SET", ["OS"]), filter("SECTION", ["Critical"])]] {
		rule.deny == {late(0, 30)} with input as given(baseline([patch_rule(filters, 30)]))
		rule.inconclusive == set() with input as given(baseline([patch_rule(filters, 30)]))
	}
}

test_rules_for_other_patches_may_wait if {
	other := [
		[filter("SEVERITY", ["Low", "Medium"])],
		[filter("MSRC_SEVERITY", ["Moderate"])],
		[filter("CLASSIFICATION", ["Bugfix"]), filter("PRODUCT", ["*"])],
		[filter("PRIORITY", ["Optional", "Extra"])],
		[filter("MSRC_SEVERITY", ["Moderate"]), filter("CLASSIFICATION", ["FeaturePacks"])],
		# A value of another key does not select.
		[filter("SEVERITY", ["Security"])],
	]
	every filters in other {
		rule.deny == set() with input as given(baseline([patch_rule(filters, 30)]))
		rule.inconclusive == set() with input as given(baseline([patch_rule(filters, 30)]))
	}
}

test_each_rule_is_judged if {
	rules := [patch_rule([], 30), patch_rule([filter("SEVERITY", ["Low"])], 60), patch_rule([], 7), patch_rule([], 90)]
	rule.deny == {late(0, 30), late(3, 90)} with input as given(baseline(rules))
	rule.inconclusive == set() with input as given(baseline(rules))
}

test_no_rules_pass if {
	rule.deny == set() with input as given(baseline([]))
	rule.inconclusive == set() with input as given(baseline([]))
}

test_rules_not_stated_are_inconclusive if {
	judged := {{"msg": "the approval rules are not stated", "path": "ApprovalRules.PatchRules"}}
	every resource in [{}, {"ApprovalRules": null}, {"ApprovalRules": {}}, baseline(null)] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == judged with input as given(resource)
	}
}

test_filters_not_stated_are_inconclusive if {
	rules := [
		{"ApproveAfterDays": 30},
		{"ApproveAfterDays": 0, "PatchFilterGroup": null},
		{"PatchFilterGroup": {}},
		patch_rule(null, 30),
	]
	judged := {unknown_filters(0), unknown_filters(1), unknown_filters(2), unknown_filters(3)}
	rule.deny == set() with input as given(baseline(rules))
	rule.inconclusive == judged with input as given(baseline(rules))
}

test_a_filter_without_key_or_values_is_inconclusive if {
	filters := [
		filter("PRODUCT", ["*"]),
		{"Values": ["Critical"]},
		filter(null, ["Critical"]),
		{"Key": "SEVERITY"},
		filter("SEVERITY", null),
		filter("SEVERITY", []),
	]
	judged := {
		missing(0, 1, "Key"), missing(0, 2, "Key"),
		missing(0, 3, "Values"), missing(0, 4, "Values"), missing(0, 5, "Values"),
	}
	rule.deny == set() with input as given(baseline([patch_rule(filters, 30)]))
	rule.inconclusive == judged with input as given(baseline([patch_rule(filters, 30)]))
}

test_a_filter_without_key_does_not_count_as_another_key if {
	every unnamed in [{"Values": ["Critical"]}, filter(null, ["Critical"])] {
		resource := baseline([patch_rule([filter("PRODUCT", ["*"]), unnamed], 30)])
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {missing(0, 1, "Key")} with input as given(resource)
	}
}

test_a_gap_does_not_matter_where_another_filter_selects if {
	filters := [{"Key": "SEVERITY"}, {"Values": ["*"]}, filter("CLASSIFICATION", ["Security"])]
	rule.deny == {late(0, 30)} with input as given(baseline([patch_rule(filters, 30)]))
	rule.inconclusive == set() with input as given(baseline([patch_rule(filters, 30)]))
}

test_values_of_other_keys_are_not_needed if {
	rule.deny == {late(0, 30)} with input as given(baseline([patch_rule([{"Key": "PRODUCT"}], 30)]))
	rule.inconclusive == set() with input as given(baseline([patch_rule([{"Key": "PRODUCT"}], 30)]))
}

test_a_covering_rule_without_days_is_inconclusive if {
	rules := [patch_rule([], null), object.remove(patch_rule([], 0), ["ApproveAfterDays"])]
	rule.deny == set() with input as given(baseline(rules))
	rule.inconclusive == {unknown_days(0), unknown_days(1)} with input as given(baseline(rules))
}

test_a_date_instead_of_days_is_not_judged_here if {
	dated := object.union(patch_rule([], null), {"ApproveUntilDate": "2026-10-01"})
	rules := [dated, object.remove(dated, ["ApproveAfterDays"])]
	rule.deny == set() with input as given(baseline(rules))
	rule.inconclusive == set() with input as given(baseline(rules))
}

test_days_of_a_rule_for_other_patches_are_not_needed if {
	resource := baseline([patch_rule([filter("SEVERITY", ["Low"])], null)])
	rule.deny == set() with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_a_rule_that_is_null_is_inconclusive if {
	judged := {{"msg": "the approval rule is not stated", "path": "ApprovalRules.PatchRules[1]"}}
	resource := baseline([patch_rule([], 7), null])
	rule.deny == set() with input as given(resource)
	rule.inconclusive == judged with input as given(resource)

	# The rules beside it are judged, under their own places.
	rule.deny == {late(2, 30)} with input as given(baseline([null, null, patch_rule([], 30)]))
}

test_a_filter_that_is_null_is_inconclusive if {
	every filters in [[null], [filter("PRODUCT", ["*"]), null], [filter("SEVERITY", ["Low"]), null]] {
		judged := {gap(0, sprintf("[%d]", [count(filters) - 1]), "the filter")}
		rule.deny == set() with input as given(baseline([patch_rule(filters, 30)]))
		rule.inconclusive == judged with input as given(baseline([patch_rule(filters, 30)]))
	}
}

test_values_that_hold_nothing_are_inconclusive if {
	every nothing in ["", null] {
		every key in ["SEVERITY", "MSRC_SEVERITY", "PRIORITY", "CLASSIFICATION"] {
			resource := baseline([patch_rule([filter(key, [nothing])], 30)])
			rule.deny == set() with input as given(resource)
			rule.inconclusive == {gap(0, "[0].Values[0]", "a value of the filter")} with input as given(resource)
		}
	}
}

test_a_value_that_is_not_stated_may_be_critical if {
	every nothing in ["", null] {
		resource := baseline([patch_rule([filter("SEVERITY", ["Low", nothing, "Medium", nothing])], 30)])
		judged := {
			gap(0, "[0].Values[1]", "a value of the filter"),
			gap(0, "[0].Values[3]", "a value of the filter"),
		}
		rule.deny == set() with input as given(resource)
		rule.inconclusive == judged with input as given(resource)
	}
}

test_gaps_do_not_matter_where_a_value_selects if {
	every filters in [[filter("SEVERITY", ["", null, "Critical"])], [null, filter("SEVERITY", [null, "*"])]] {
		rule.deny == {late(0, 30)} with input as given(baseline([patch_rule(filters, 30)]))
		rule.inconclusive == set() with input as given(baseline([patch_rule(filters, 30)]))
	}
}

test_gaps_among_values_of_other_keys_do_not_matter if {
	resource := baseline([patch_rule([filter("PRODUCT", [null, ""])], 30)])
	rule.deny == {late(0, 30)} with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}
