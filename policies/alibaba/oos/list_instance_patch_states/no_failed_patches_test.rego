package policies.alibaba.oos.list_instance_patch_states.no_failed_patches_test

import data.policies.alibaba.oos.list_instance_patch_states.no_failed_patches as rule

# A scanned instance with `failed` in FailedCount.
state(failed) := {
	"InstanceId": "i-bp1f0k7q3zm9x2c5v8na",
	"BaselineId": "pb-5d1c8e0f27b94a6d9c31",
	"OperationType": "scan",
	"InstalledCount": 412,
	"FailedCount": failed,
}

given(resource) := {"resource": resource, "params": {"max": 0}}

test_fails if {
	denied := {{"msg": "3 patches failed to install, at most 0 allowed", "path": "FailedCount"}}
	rule.deny == denied with input as given(state(3))
	rule.inconclusive == set() with input as given(state(3))
}

test_passes if {
	rule.deny == set() with input as given(state(0))
	rule.inconclusive == set() with input as given(state(0))
}

test_max_is_allowed_and_one_more_is_not if {
	rule.deny == set() with input as {"resource": state(2), "params": {"max": 2}}
	denied := {{"msg": "3 patches failed to install, at most 2 allowed", "path": "FailedCount"}}
	rule.deny == denied with input as {"resource": state(3), "params": {"max": 2}}
}

test_absent_or_null_count_is_inconclusive if {
	absent := object.remove(state(0), ["FailedCount"])
	judged := {{"msg": "the number of patches that failed to install is not stated", "path": "FailedCount"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.deny == set() with input as given(state(null))
	rule.inconclusive == judged with input as given(state(null))
}
