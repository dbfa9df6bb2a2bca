package policies.alibaba.oos.list_instance_patch_states.patch_baseline_assigned_test

import data.policies.alibaba.oos.list_instance_patch_states.patch_baseline_assigned as rule

state(baseline) := {"InstanceId": "i-bp1f0k7q3zm9x2c5v8na", "OperationType": "scan", "BaselineId": baseline}

given(resource) := {"resource": resource, "params": {}}

test_fails if {
	denied := {{"msg": "no patch baseline is assigned (BaselineId is null)", "path": "BaselineId"}}
	rule.deny == denied with input as given(state(null))
	rule.inconclusive == set() with input as given(state(null))
}

test_passes if {
	rule.deny == set() with input as given(state("pb-5d1c8e0f27b94a6d9c31"))
	rule.inconclusive == set() with input as given(state("pb-5d1c8e0f27b94a6d9c31"))
}

test_absent_baseline_is_inconclusive if {
	absent := object.remove(state(null), ["BaselineId"])
	judged := {{"msg": "the patch baseline is not stated", "path": "BaselineId"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
}
