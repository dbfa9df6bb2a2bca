package policies.aws.ssm.get_patch_baseline.no_patch_approved_and_rejected_test

import data.policies.aws.ssm.get_patch_baseline.no_patch_approved_and_rejected as rule

baseline(approved, rejected) := {"ApprovedPatches": approved, "RejectedPatches": rejected}

given(resource) := {"resource": resource, "params": {}}

unknown_approved := {"msg": "the patches approved by name are not stated", "path": "ApprovedPatches"}

unknown_rejected := {"msg": "the rejected patches are not stated", "path": "RejectedPatches"}

test_each_patch_in_both_lists_fails if {
	resource := baseline(["KB5031364", "KB5032198", "KB5033371"], ["KB5033371", "KB5029263", "KB5031364"])
	denied := {
		{"msg": "`KB5033371` is rejected, but also approved by name", "path": "RejectedPatches[0]"},
		{"msg": "`KB5031364` is rejected, but also approved by name", "path": "RejectedPatches[2]"},
	}
	rule.deny == denied with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_separate_lists_pass if {
	every resource in [
		baseline(["KB5031364"], ["KB5029263"]), baseline([], ["KB5029263"]),
		baseline(["KB5031364"], []), baseline([], []),
	] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == set() with input as given(resource)
	}
}

test_approved_patches_not_stated_are_inconclusive if {
	every resource in [{"RejectedPatches": ["KB5029263"]}, baseline(null, []), baseline(null, ["KB5029263"])] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_approved} with input as given(resource)
	}
}

test_rejected_patches_not_stated_are_inconclusive if {
	every resource in [{"ApprovedPatches": ["KB5031364"]}, baseline([], null), baseline(["KB5031364"], null)] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_rejected} with input as given(resource)
	}
}

test_nothing_stated_is_inconclusive if {
	every resource in [{}, baseline(null, null)] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_approved, unknown_rejected} with input as given(resource)
	}
}
