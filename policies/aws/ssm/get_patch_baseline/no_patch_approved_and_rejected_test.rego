package policies.aws.ssm.get_patch_baseline.no_patch_approved_and_rejected_test

import data.policies.aws.ssm.get_patch_baseline.no_patch_approved_and_rejected as rule

baseline(approved, rejected) := {"ApprovedPatches": approved, "RejectedPatches": rejected}

given(resource) := {"resource": resource, "params": {}}

unknown_approved := {"msg": "the patches approved by name are not stated", "path": "ApprovedPatches"}

unknown_rejected := {"msg": "the rejected patches are not stated", "path": "RejectedPatches"}

nameless_approved(i) := {
	"msg": "the name of a patch approved by name is not stated, so it is unknown whether it is rejected",
	"path": sprintf("ApprovedPatches[%d]", [i]),
}

nameless_rejected(i) := {
	"msg": "the name of a rejected patch is not stated, so it is unknown whether it is approved by name",
	"path": sprintf("RejectedPatches[%d]", [i]),
}

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

test_a_name_that_is_not_stated_is_inconclusive if {
	every nothing in [null, ""] {
		approved := baseline(["KB5031364", nothing], ["KB5029263"])
		rule.deny == set() with input as given(approved)
		rule.inconclusive == {nameless_approved(1)} with input as given(approved)
		rejected := baseline(["KB5031364"], [nothing, "KB5029263", nothing])
		rule.deny == set() with input as given(rejected)
		rule.inconclusive == {nameless_rejected(0), nameless_rejected(2)} with input as given(rejected)
	}
}

test_no_name_in_both_lists_is_no_contradiction if {
	every nothing in [null, ""] {
		resource := baseline([nothing], [nothing])
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {nameless_approved(0), nameless_rejected(0)} with input as given(resource)
	}
}

test_a_name_in_both_lists_fails_whatever_else_is_missing if {
	resource := baseline(["KB5031364", null], ["", "KB5031364"])
	denied := {{"msg": "`KB5031364` is rejected, but also approved by name", "path": "RejectedPatches[1]"}}
	rule.deny == denied with input as given(resource)
}

test_a_name_that_is_not_stated_does_not_matter_beside_an_empty_list if {
	every resource in [baseline([null, ""], []), baseline([], [null, "", "KB5031364"])] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == set() with input as given(resource)
	}
}

test_names_beside_a_list_that_is_not_stated_are_not_needed if {
	rule.inconclusive == {unknown_rejected} with input as given(baseline([null], null))
	rule.inconclusive == {unknown_approved} with input as given(baseline(null, [null]))
}
