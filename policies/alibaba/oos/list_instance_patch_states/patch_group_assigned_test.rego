package policies.alibaba.oos.list_instance_patch_states.patch_group_assigned_test

import data.policies.alibaba.oos.list_instance_patch_states.patch_group_assigned as rule

state(group) := {"InstanceId": "i-bp1f0k7q3zm9x2c5v8na", "OperationType": "scan", "PatchGroup": group}

given(resource) := {"resource": resource, "params": {}}

test_fails if {
	denied := {{"msg": "no patch group is assigned (PatchGroup is null)", "path": "PatchGroup"}}
	rule.deny == denied with input as given(state(null))
	rule.inconclusive == set() with input as given(state(null))
}

test_passes if {
	rule.deny == set() with input as given(state("prod-web"))
	rule.inconclusive == set() with input as given(state("prod-web"))
}

test_absent_group_is_inconclusive if {
	absent := object.remove(state(null), ["PatchGroup"])
	judged := {{"msg": "the patch group is not stated", "path": "PatchGroup"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
}
