package policies.aws.ssm.get_patch_baseline.rejected_patches_blocked_test

import data.policies.aws.ssm.get_patch_baseline.rejected_patches_blocked as rule

baseline(patches, action) := {"RejectedPatches": patches, "RejectedPatchesAction": action}

given(resource) := {"resource": resource, "params": {}}

test_any_other_action_fails if {
	every action in ["ALLOW_AS_DEPENDENCY", "WARN"] {
		every patches in [["KB5031364"], ["KB5031364", "KB5032198"]] {
			denied := {{
				"msg": sprintf(
					"%d patches are rejected, but with the action `%s` instead of `BLOCK`",
					[count(patches), action],
				),
				"path": "RejectedPatchesAction",
			}}
			rule.deny == denied with input as given(baseline(patches, action))
			rule.inconclusive == set() with input as given(baseline(patches, action))
		}
	}
}

test_block_passes if {
	rule.deny == set() with input as given(baseline(["KB5031364"], "BLOCK"))
	rule.inconclusive == set() with input as given(baseline(["KB5031364"], "BLOCK"))
}

test_nothing_rejected_passes if {
	every resource in [baseline([], "ALLOW_AS_DEPENDENCY"), baseline([], null), {"RejectedPatches": []}] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == set() with input as given(resource)
	}
}

test_action_not_stated_is_inconclusive if {
	judged := {{
		"msg": "1 patches are rejected, but the action taken on them is not stated",
		"path": "RejectedPatchesAction",
	}}
	every resource in [{"RejectedPatches": ["KB5031364"]}, baseline(["KB5031364"], null)] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == judged with input as given(resource)
	}
}

test_patches_not_stated_are_inconclusive if {
	judged := {{"msg": "the rejected patches are not stated", "path": "RejectedPatches"}}
	unstated := [{}, {"RejectedPatchesAction": "ALLOW_AS_DEPENDENCY"}, baseline(null, "BLOCK")]
	every resource in unstated {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == judged with input as given(resource)
	}
}

test_only_names_are_counted if {
	denied := {{
		"msg": "1 patches are rejected, but with the action `ALLOW_AS_DEPENDENCY` instead of `BLOCK`",
		"path": "RejectedPatchesAction",
	}}
	rule.deny == denied with input as given(baseline(["", "KB5031364", null], "ALLOW_AS_DEPENDENCY"))
}

test_names_that_are_not_stated_are_inconclusive if {
	judged := {{
		"msg": "the names of the rejected patches are not stated, so it is unknown whether the action taken on them matters",
		"path": "RejectedPatches",
	}}
	every nothing in [[null], [""], [null, ""]] {
		every action in ["ALLOW_AS_DEPENDENCY", null] {
			rule.deny == set() with input as given(baseline(nothing, action))
			rule.inconclusive == judged with input as given(baseline(nothing, action))
		}
	}
}

test_any_name_may_be_blocked if {
	every nothing in [[null], [""], [null, ""]] {
		rule.deny == set() with input as given(baseline(nothing, "BLOCK"))
		rule.inconclusive == set() with input as given(baseline(nothing, "BLOCK"))
	}
}
