package policies.huawei.coc.list_instance_compliant.report_is_recent_test

import data.policies.huawei.coc.list_instance_compliant.report_is_recent as rule

# 2026-11-21T00:00:00Z
clock := 1795219200000000000

report_path := "execution_summary.report_time"

node(reported) := {"execution_summary": {"job_id": "SCT2026111217304501", "report_time": reported}}

given(resource) := {"resource": resource, "params": {"max_age_days": 7}}

old(reported, days) := {{
	"msg": sprintf("the report is of %s, more than %d days ago", [reported, days]),
	"path": report_path,
}}

test_old_fails if {
	denied := old("2026-11-12T00:00:00Z", 7)
	rule.deny == denied with input as given(node("2026-11-12T00:00:00Z")) with time.now_ns as clock
	rule.inconclusive == set() with input as given(node("2026-11-12T00:00:00Z")) with time.now_ns as clock
}

test_max_age_is_allowed_and_more_is_not if {
	rule.deny == set() with input as given(node("2026-11-14T00:00:00Z")) with time.now_ns as clock
	rule.inconclusive == set() with input as given(node("2026-11-14T00:00:00Z")) with time.now_ns as clock
	denied := old("2026-11-13T23:59:59Z", 7)
	rule.deny == denied with input as given(node("2026-11-13T23:59:59Z")) with time.now_ns as clock
}

test_max_age_is_a_param if {
	resource := node("2026-10-21T00:00:00Z")
	rule.deny == set() with input as {"resource": resource, "params": {"max_age_days": 31}} with time.now_ns as clock
	denied := old("2026-10-21T00:00:00Z", 30)
	rule.deny == denied with input as {"resource": resource, "params": {"max_age_days": 30}} with time.now_ns as clock
}

test_future_is_inconclusive if {
	rule.inconclusive == set() with input as given(node("2026-11-22T00:00:00Z")) with time.now_ns as clock
	judged := {{
		"msg": "the time of the report, 2026-11-22T00:00:01Z, lies after the clock of this run",
		"path": report_path,
	}}
	rule.deny == set() with input as given(node("2026-11-22T00:00:01Z")) with time.now_ns as clock
	rule.inconclusive == judged with input as given(node("2026-11-22T00:00:01Z")) with time.now_ns as clock
}

test_time_not_stated_is_inconclusive if {
	judged := {{"msg": "the time of the report is not stated", "path": report_path}}
	every resource in [{}, {"execution_summary": null}, {"execution_summary": {}}, node(null)] {
		rule.deny == set() with input as given(resource) with time.now_ns as clock
		rule.inconclusive == judged with input as given(resource) with time.now_ns as clock
	}
}
