package policies.huawei.coc.list_instance_compliant.no_critical_non_compliant_test

import data.policies.huawei.coc.list_instance_compliant.no_critical_non_compliant as rule

critical_path := "non_compliant_summary.severity_summary.critical_count"

total_path := "non_compliant_summary.non_compliant_count"

# A node with `critical` critical patches and nothing else that is non-compliant.
node(critical) := {"non_compliant_summary": {
	"non_compliant_count": critical,
	"severity_summary": {
		"critical_count": critical, "high_count": 0, "medium_count": 0,
		"low_count": 0, "informational_count": 0, "unspecified_count": 0,
	},
}}

given(resource) := {"resource": resource, "params": {"max": 0}}

test_fails if {
	denied := {{"msg": "3 critical patches are non-compliant, at most 0 allowed", "path": critical_path}}
	rule.deny == denied with input as given(node(3))
	rule.inconclusive == set() with input as given(node(3))
}

test_passes if {
	rule.deny == set() with input as given(node(0))
	rule.inconclusive == set() with input as given(node(0))
}

test_max_is_allowed_and_one_more_is_not if {
	rule.deny == set() with input as {"resource": node(2), "params": {"max": 2}}
	denied := {{"msg": "3 critical patches are non-compliant, at most 2 allowed", "path": critical_path}}
	rule.deny == denied with input as {"resource": node(3), "params": {"max": 2}}
}

test_absent_count_is_inconclusive if {
	resource := json.remove(node(0), ["non_compliant_summary/severity_summary/critical_count"])
	judged := {
		{"msg": "the number of critical non-compliant patches is not stated", "path": critical_path},
		{
			"msg": "not every severity is counted, so they cannot be checked against the number of non-compliant patches",
			"path": "non_compliant_summary.severity_summary",
		},
	}
	rule.deny == set() with input as given(resource)
	rule.inconclusive == judged with input as given(resource)
}

test_absent_summary_is_inconclusive if {
	count(rule.inconclusive) == 3 with input as given({})
	count(rule.inconclusive) == 3 with input as given({"non_compliant_summary": null})
}

test_severities_that_do_not_add_up_are_inconclusive if {
	resource := object.union(node(0), {"non_compliant_summary": {"non_compliant_count": 204}})
	judged := {{"msg": "204 patches are non-compliant, but their severities add up to 0", "path": total_path}}
	rule.deny == set() with input as given(resource)
	rule.inconclusive == judged with input as given(resource)
}
