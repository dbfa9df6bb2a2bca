package policies.huawei.coc.list_instance_compliant.status_is_compliant_test

import data.policies.huawei.coc.list_instance_compliant.status_is_compliant as rule

given(resource) := {"resource": resource, "params": {}}

test_any_other_status_fails if {
	every status in ["non_compliant", "scanning", "Compliant"] {
		denied := {{"msg": sprintf("the node's status is `%s`, not `compliant`", [status]), "path": "status"}}
		rule.deny == denied with input as given({"status": status})
		rule.inconclusive == set() with input as given({"status": status})
	}
}

test_compliant_passes if {
	rule.deny == set() with input as given({"status": "compliant"})
	rule.inconclusive == set() with input as given({"status": "compliant"})
}

test_status_not_stated_is_inconclusive if {
	judged := {{"msg": "the node's compliance status is not stated", "path": "status"}}
	every resource in [{}, {"status": null}] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == judged with input as given(resource)
	}
}
