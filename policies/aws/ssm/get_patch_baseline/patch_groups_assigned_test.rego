package policies.aws.ssm.get_patch_baseline.patch_groups_assigned_test

import data.policies.aws.ssm.get_patch_baseline.patch_groups_assigned as rule

given(resource) := {"resource": resource, "params": {}}

test_no_group_fails if {
	denied := {{"msg": "the list of patch groups is empty, so the baseline patches no group", "path": "PatchGroups"}}
	rule.deny == denied with input as given({"PatchGroups": []})
	rule.inconclusive == set() with input as given({"PatchGroups": []})
}

test_a_list_without_a_name_fails if {
	denied := {{"msg": "the list of patch groups holds no name, so the baseline patches no group", "path": "PatchGroups"}}
	every groups in [[null], [""], [null, ""]] {
		rule.deny == denied with input as given({"PatchGroups": groups})
		rule.inconclusive == set() with input as given({"PatchGroups": groups})
	}
}

test_a_name_among_nothing_passes if {
	rule.deny == set() with input as given({"PatchGroups": [null, "", "web-production"]})
	rule.inconclusive == set() with input as given({"PatchGroups": [null, "", "web-production"]})
}

test_a_group_passes if {
	rule.deny == set() with input as given({"PatchGroups": ["web-production"]})
	rule.inconclusive == set() with input as given({"PatchGroups": ["web-production"]})
}

test_absent_and_null_groups_are_inconclusive if {
	judged := {{"msg": "the patch groups are not stated", "path": "PatchGroups"}}
	every resource in [{}, {"PatchGroups": null}] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == judged with input as given(resource)
	}
}
