package policies.huawei.coc.list_instance_compliant.group_assigned_test

import data.policies.huawei.coc.list_instance_compliant.group_assigned as rule

given(resource) := {"resource": resource, "params": {}}

test_no_group_fails if {
	denied := {{"msg": "the node belongs to no group: its group is empty", "path": "group"}}
	rule.deny == denied with input as given({"group": null})
	rule.inconclusive == set() with input as given({"group": null})
}

test_a_group_passes if {
	rule.deny == set() with input as given({"group": "payments-production"})
	rule.inconclusive == set() with input as given({"group": "payments-production"})
}

test_absent_field_is_inconclusive if {
	judged := {{"msg": "the node's group is not stated", "path": "group"}}
	rule.deny == set() with input as given({"name": "payments-01"})
	rule.inconclusive == judged with input as given({"name": "payments-01"})
}
