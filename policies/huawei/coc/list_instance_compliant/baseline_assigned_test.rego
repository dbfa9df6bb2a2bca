package policies.huawei.coc.list_instance_compliant.baseline_assigned_test

import data.policies.huawei.coc.list_instance_compliant.baseline_assigned as rule

given(resource) := {"resource": resource, "params": {}}

test_no_baseline_fails if {
	denied := {{"msg": "the node has no patch baseline: its baseline id is empty", "path": "baseline_id"}}
	rule.deny == denied with input as given({"baseline_id": null})
	rule.inconclusive == set() with input as given({"baseline_id": null})
}

test_a_baseline_passes if {
	rule.deny == set() with input as given({"baseline_id": "JX-3c0e7a51d94b4f6e8a2d17c6b5f09"})
	rule.inconclusive == set() with input as given({"baseline_id": "JX-3c0e7a51d94b4f6e8a2d17c6b5f09"})
}

test_absent_field_is_inconclusive if {
	judged := {{"msg": "the node's patch baseline is not stated", "path": "baseline_id"}}
	rule.deny == set() with input as given({"baseline_name": "EulerOS-production"})
	rule.inconclusive == judged with input as given({"baseline_name": "EulerOS-production"})
}
