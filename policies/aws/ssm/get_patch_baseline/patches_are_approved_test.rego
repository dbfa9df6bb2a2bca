package policies.aws.ssm.get_patch_baseline.patches_are_approved_test

import data.policies.aws.ssm.get_patch_baseline.patches_are_approved as rule

patch_rule := {
	"PatchFilterGroup": {"PatchFilters": [{"Key": "CLASSIFICATION", "Values": ["Security"]}]},
	"ApproveAfterDays": 7,
}

baseline(rules, approved) := {"ApprovalRules": {"PatchRules": rules}, "ApprovedPatches": approved}

given(resource) := {"resource": resource, "params": {}}

unknown_rules := {
	"msg": "the approval rules are not stated, and no patch is known to be approved by name",
	"path": "ApprovalRules.PatchRules",
}

unknown_patches := {
	"msg": "the patches approved by name are not stated, and no approval rule is known",
	"path": "ApprovedPatches",
}

test_neither_fails if {
	denied := {{
		"msg": "there are no approval rules and no patches approved by name",
		"path": "ApprovalRules.PatchRules",
	}}
	rule.deny == denied with input as given(baseline([], []))
	rule.inconclusive == set() with input as given(baseline([], []))
}

test_lists_of_nothing_fail if {
	denied := {{
		"msg": "there are no approval rules and no patches approved by name",
		"path": "ApprovalRules.PatchRules",
	}}
	every nothing in [[null], [""], [null, ""]] {
		rule.deny == denied with input as given(baseline([], nothing))
		rule.deny == denied with input as given(baseline(nothing, []))
		rule.inconclusive == set() with input as given(baseline(nothing, nothing))
	}
}

test_a_list_of_nothing_does_not_settle_it if {
	rule.inconclusive == {unknown_rules} with input as given(baseline(null, [""]))
	rule.inconclusive == {unknown_patches} with input as given(baseline([null], null))
}

test_a_patch_among_nothing_passes if {
	rule.deny == set() with input as given(baseline([], [null, "", "KB5031364"]))
	rule.inconclusive == set() with input as given(baseline([], [null, "", "KB5031364"]))
}

test_either_passes if {
	passing := [
		baseline([patch_rule], []),
		baseline([], ["KB5031364"]),
		baseline([patch_rule], ["KB5031364"]),
		# One list settles it, whatever the other would say.
		{"ApprovalRules": {"PatchRules": [patch_rule]}},
		{"ApprovedPatches": ["KB5031364"]},
		{"ApprovalRules": {}, "ApprovedPatches": ["KB5031364"]},
	]
	every resource in passing {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == set() with input as given(resource)
	}
}

test_rules_not_stated_are_inconclusive if {
	unsettled := [
		{"ApprovedPatches": []},
		{"ApprovalRules": null, "ApprovedPatches": []},
		{"ApprovalRules": {}, "ApprovedPatches": []},
		baseline(null, []),
	]
	every resource in unsettled {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_rules} with input as given(resource)
	}
}

test_patches_not_stated_are_inconclusive if {
	every resource in [{"ApprovalRules": {"PatchRules": []}}, baseline([], null)] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_patches} with input as given(resource)
	}
}

test_nothing_stated_is_inconclusive if {
	every resource in [{}, baseline(null, null)] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_rules, unknown_patches} with input as given(resource)
	}
}
