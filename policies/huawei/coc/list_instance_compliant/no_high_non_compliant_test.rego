package policies.huawei.coc.list_instance_compliant.no_high_non_compliant_test

import data.policies.huawei.coc.list_instance_compliant.no_high_non_compliant as rule

high_path := "non_compliant_summary.severity_summary.high_count"

total_path := "non_compliant_summary.non_compliant_count"

summary_path := "non_compliant_summary.severity_summary"

# A node with `high` patches of high severity, one of low severity and nothing else that is non-compliant.
node(high) := {"non_compliant_summary": {
	"non_compliant_count": high + 1,
	"severity_summary": {
		"critical_count": 0, "high_count": high, "medium_count": 0,
		"low_count": 1, "informational_count": 0, "unspecified_count": 0,
	},
}}

given(resource) := {"resource": resource, "params": {"max": 0}}

unknown_high := {"msg": "the number of non-compliant patches of high severity is not stated", "path": high_path}

unknown_total := {
	"msg": "the number of non-compliant patches is not stated, so the severities cannot be checked against it",
	"path": total_path,
}

unknown_severity := {
	"msg": "not every severity is counted, so they cannot be checked against the number of non-compliant patches",
	"path": summary_path,
}

test_fails if {
	denied := {{"msg": "3 patches of high severity are non-compliant, at most 0 allowed", "path": high_path}}
	rule.deny == denied with input as given(node(3))
	rule.inconclusive == set() with input as given(node(3))
}

test_passes if {
	rule.deny == set() with input as given(node(0))
	rule.inconclusive == set() with input as given(node(0))
}

test_max_is_allowed_and_one_more_is_not if {
	rule.deny == set() with input as {"resource": node(2), "params": {"max": 2}}
	denied := {{"msg": "3 patches of high severity are non-compliant, at most 2 allowed", "path": high_path}}
	rule.deny == denied with input as {"resource": node(3), "params": {"max": 2}}
}

test_count_not_stated_is_inconclusive if {
	every resource in [
		json.remove(node(0), ["non_compliant_summary/severity_summary/high_count"]),
		object.union(node(0), {"non_compliant_summary": {"severity_summary": {"high_count": null}}}),
	] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_high, unknown_severity} with input as given(resource)
	}
}

test_another_severity_not_stated_is_inconclusive if {
	resource := json.remove(node(0), ["non_compliant_summary/severity_summary/low_count"])
	rule.deny == set() with input as given(resource)
	rule.inconclusive == {unknown_severity} with input as given(resource)
}

test_total_not_stated_is_inconclusive if {
	every resource in [
		json.remove(node(0), ["non_compliant_summary/non_compliant_count"]),
		object.union(node(0), {"non_compliant_summary": {"non_compliant_count": null}}),
	] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_total} with input as given(resource)
	}
}

test_summary_not_stated_is_inconclusive if {
	every resource in [{}, {"non_compliant_summary": null}, {"non_compliant_summary": {"severity_summary": null}}] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == {unknown_high, unknown_total, unknown_severity} with input as given(resource)
	}
}

test_severities_that_do_not_add_up_are_inconclusive if {
	resource := object.union(node(0), {"non_compliant_summary": {"non_compliant_count": 204}})
	judged := {{"msg": "204 patches are non-compliant, but their severities add up to 1", "path": total_path}}
	rule.deny == set() with input as given(resource)
	rule.inconclusive == judged with input as given(resource)
}
