package policies.huawei.coc.list_instance_compliant.status_matches_count_test

import data.policies.huawei.coc.list_instance_compliant.status_matches_count as rule

node(status, count) := {"status": status, "non_compliant_summary": {"non_compliant_count": count}}

given(resource) := {"resource": resource, "params": {}}

unknown_status := {"msg": "the node's compliance status is not stated", "path": "status"}

unknown_count := {
	"msg": "the number of non-compliant patches is not stated",
	"path": "non_compliant_summary.non_compliant_count",
}

test_compliant_with_non_compliant_patches_fails if {
	every n in [1, 204] {
		denied := {{
			"msg": sprintf("the status is `compliant`, but %d patches are non-compliant", [n]),
			"path": "status",
		}}
		rule.deny == denied with input as given(node("compliant", n))
		rule.inconclusive == set() with input as given(node("compliant", n))
	}
}

test_non_compliant_without_non_compliant_patches_fails if {
	denied := {{"msg": "the status is `non_compliant`, but 0 patches are non-compliant", "path": "status"}}
	rule.deny == denied with input as given(node("non_compliant", 0))
	rule.inconclusive == set() with input as given(node("non_compliant", 0))
}

test_agreement_passes if {
	every resource in [node("compliant", 0), node("non_compliant", 1)] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == set() with input as given(resource)
	}
}

test_status_not_stated_is_inconclusive if {
	every resource in [node(null, 204), {"non_compliant_summary": {"non_compliant_count": 0}}] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_status} with input as given(resource)
	}
}

test_unknown_status_is_inconclusive if {
	every n in [0, 204] {
		judged := {{"msg": "`scanning` is no documented compliance status", "path": "status"}}
		rule.deny == set() with input as given(node("scanning", n))
		rule.inconclusive == judged with input as given(node("scanning", n))
	}
}

test_count_not_stated_is_inconclusive if {
	every status in ["compliant", "non_compliant"] {
		every resource in [
			{"status": status},
			{"status": status, "non_compliant_summary": null},
			{"status": status, "non_compliant_summary": {}},
			node(status, null),
		] {
			rule.deny == set() with input as given(resource)
			rule.inconclusive == {unknown_count} with input as given(resource)
		}
	}
}

test_nothing_stated_is_inconclusive if {
	rule.deny == set() with input as given({})
	rule.inconclusive == {unknown_status, unknown_count} with input as given({})
}
