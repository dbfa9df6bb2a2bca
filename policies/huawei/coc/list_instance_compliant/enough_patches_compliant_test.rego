package policies.huawei.coc.list_instance_compliant.enough_patches_compliant_test

import data.policies.huawei.coc.list_instance_compliant.enough_patches_compliant as rule

compliant_path := "compliant_summary.compliant_count"

node(compliant, non_compliant) := {
	"compliant_summary": {"compliant_count": compliant},
	"non_compliant_summary": {"non_compliant_count": non_compliant},
}

given(resource) := {"resource": resource, "params": {"min_percent": 95}}

too_few(text) := {{
	"msg": sprintf("%s percent required", [text]),
	"path": compliant_path,
}}

unknown_compliant := {"msg": "the number of compliant patches is not stated", "path": compliant_path}

unknown_non_compliant := {
	"msg": "the number of non-compliant patches is not stated",
	"path": "non_compliant_summary.non_compliant_count",
}

test_too_few_fail if {
	denied := too_few("264 of 468 patches are compliant (56 percent), at least 95")
	rule.deny == denied with input as given(node(264, 204))
	rule.inconclusive == set() with input as given(node(264, 204))
	none := too_few("0 of 1 patches are compliant (0 percent), at least 95")
	rule.deny == none with input as given(node(0, 1))
	rule.inconclusive == set() with input as given(node(0, 1))
}

test_min_percent_is_enough_and_less_is_not if {
	rule.deny == set() with input as given(node(95, 5))
	rule.inconclusive == set() with input as given(node(95, 5))
	rule.deny == set() with input as given(node(468, 0))

	# 94.9999 percent: judged without rounding.
	denied := too_few("949999 of 1000000 patches are compliant (94 percent), at least 95")
	rule.deny == denied with input as given(node(949999, 50001))
}

test_min_percent_is_a_param if {
	rule.deny == set() with input as {"resource": node(191, 9), "params": {"min_percent": 95.5}}
	denied := too_few("190 of 200 patches are compliant (95 percent), at least 95.5")
	rule.deny == denied with input as {"resource": node(190, 10), "params": {"min_percent": 95.5}}
	all := too_few("299 of 300 patches are compliant (99 percent), at least 100")
	rule.deny == all with input as {"resource": node(299, 1), "params": {"min_percent": 100}}
	rule.deny == set() with input as {"resource": node(0, 3), "params": {"min_percent": 0}}
}

test_zero_of_zero_is_inconclusive if {
	judged := {{"msg": "0 of 0 patches are compliant, which is no percentage", "path": compliant_path}}
	rule.deny == set() with input as given(node(0, 0))
	rule.inconclusive == judged with input as given(node(0, 0))
}

test_compliant_count_not_stated_is_inconclusive if {
	non_compliant := {"non_compliant_summary": {"non_compliant_count": 0}}
	every resource in [non_compliant, object.union(non_compliant, {"compliant_summary": null}), node(null, 0)] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_compliant} with input as given(resource)
	}
}

test_non_compliant_count_not_stated_is_inconclusive if {
	compliant := {"compliant_summary": {"compliant_count": 0}}
	every resource in [compliant, object.union(compliant, {"non_compliant_summary": null}), node(0, null)] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_non_compliant} with input as given(resource)
	}
}

test_nothing_stated_is_inconclusive if {
	every resource in [{}, node(null, null)] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_compliant, unknown_non_compliant} with input as given(resource)
	}
}
