package policies.huawei.coc.list_instance_compliant.severities_add_up_test

import data.policies.huawei.coc.list_instance_compliant.severities_add_up as rule

total_path := "non_compliant_summary.non_compliant_count"

# A node whose severities add up to 21, and that states `total` non-compliant patches.
node(total) := {"non_compliant_summary": {
	"non_compliant_count": total,
	"severity_summary": {
		"critical_count": 1, "high_count": 2, "medium_count": 3,
		"low_count": 4, "informational_count": 5, "unspecified_count": 6,
	},
}}

given(resource) := {"resource": resource, "params": {}}

unknown_total := {"msg": "the number of non-compliant patches is not stated", "path": total_path}

unknown_severity := {
	"msg": "not every severity of the non-compliant patches is counted",
	"path": "non_compliant_summary.severity_summary",
}

test_a_difference_fails if {
	every total in [20, 22, 0, 204] {
		denied := {{
			"msg": sprintf("%d patches are non-compliant, but their severities add up to 21", [total]),
			"path": total_path,
		}}
		rule.deny == denied with input as given(node(total))
		rule.inconclusive == set() with input as given(node(total))
	}
}

test_an_equal_sum_passes if {
	rule.deny == set() with input as given(node(21))
	rule.inconclusive == set() with input as given(node(21))
}

test_zero_of_zero_passes if {
	resource := {"non_compliant_summary": {
		"non_compliant_count": 0,
		"severity_summary": {
			"critical_count": 0, "high_count": 0, "medium_count": 0,
			"low_count": 0, "informational_count": 0, "unspecified_count": 0,
		},
	}}
	rule.deny == set() with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_total_not_stated_is_inconclusive if {
	every resource in [node(null), json.remove(node(21), ["non_compliant_summary/non_compliant_count"])] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_total} with input as given(resource)
	}
}

test_each_severity_not_stated_is_inconclusive if {
	every severity, _ in node(21).non_compliant_summary.severity_summary {
		absent := json.remove(node(21), [sprintf("non_compliant_summary/severity_summary/%s", [severity])])
		rule.deny == set() with input as given(absent)
		rule.inconclusive == {unknown_severity} with input as given(absent)
		null_count := object.union(node(21), {"non_compliant_summary": {"severity_summary": {severity: null}}})
		rule.deny == set() with input as given(null_count)
		rule.inconclusive == {unknown_severity} with input as given(null_count)
	}
}

test_nothing_stated_is_inconclusive if {
	every resource in [{}, {"non_compliant_summary": null}, {"non_compliant_summary": {"severity_summary": null}}] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_total, unknown_severity} with input as given(resource)
	}
}
