package policies.aws.ssm.get_patch_baseline.patch_groups_assigned_test

import data.policies.aws.ssm.get_patch_baseline.patch_groups_assigned as rule

given(resource) := {"resource": resource, "params": {}}

test_no_group_fails if {
	denied := {{"msg": "the list of patch groups is empty, so the baseline patches no group", "path": "PatchGroups"}}
	rule.deny == denied with input as given({"PatchGroups": []})
	rule.inconclusive == set() with input as given({"PatchGroups": []})
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
