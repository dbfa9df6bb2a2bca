package policies.alibaba.oos.list_instance_patch_states.last_operation_is_recent_test

import data.policies.alibaba.oos.list_instance_patch_states.last_operation_is_recent as rule

# 2026-11-21T00:00:00Z
clock := 1795219200000000000

state(ended) := {
	"InstanceId": "i-bp1f0k7q3zm9x2c5v8na",
	"OperationType": "scan",
	"OperationEndTime": ended,
}

given(resource) := {"resource": resource, "params": {"max_age_days": 7}}

too_old(time_text, days) := {{
	"msg": sprintf("the last patch operation ended at %s, more than %s days ago", [time_text, days]),
	"path": "OperationEndTime",
}}

test_fails if {
	resource := state("2026-11-12T06:30:00Z")
	rule.deny == too_old("2026-11-12T06:30:00Z", "7") with input as given(resource) with time.now_ns as clock
	rule.inconclusive == set() with input as given(resource) with time.now_ns as clock
}

test_passes if {
	resource := state("2026-11-20T21:15:04Z")
	rule.deny == set() with input as given(resource) with time.now_ns as clock
	rule.inconclusive == set() with input as given(resource) with time.now_ns as clock
}

test_max_age_is_allowed_and_a_second_more_is_not if {
	rule.deny == set() with input as given(state("2026-11-14T00:00:00Z")) with time.now_ns as clock
	resource := state("2026-11-13T23:59:59Z")
	rule.deny == too_old("2026-11-13T23:59:59Z", "7") with input as given(resource) with time.now_ns as clock
}

test_max_age_is_a_param if {
	resource := state("2026-11-20T00:00:00Z")
	half := {"resource": resource, "params": {"max_age_days": 0.5}}
	rule.deny == too_old("2026-11-20T00:00:00Z", "0.5") with input as half with time.now_ns as clock
	whole := {"resource": resource, "params": {"max_age_days": 1}}
	rule.deny == set() with input as whole with time.now_ns as clock
}

test_absent_or_null_time_is_inconclusive if {
	absent := object.remove(state(null), ["OperationEndTime"])
	judged := {{"msg": "the end of the last patch operation is not stated", "path": "OperationEndTime"}}
	rule.deny == set() with input as given(absent) with time.now_ns as clock
	rule.inconclusive == judged with input as given(absent) with time.now_ns as clock
	rule.deny == set() with input as given(state(null)) with time.now_ns as clock
	rule.inconclusive == judged with input as given(state(null)) with time.now_ns as clock
}

test_time_in_the_future_is_inconclusive if {
	judged := {{
		"msg": "the last patch operation ended at 2026-12-01T00:00:00Z, which lies after the clock of this run",
		"path": "OperationEndTime",
	}}
	resource := state("2026-12-01T00:00:00Z")
	rule.deny == set() with input as given(resource) with time.now_ns as clock
	rule.inconclusive == judged with input as given(resource) with time.now_ns as clock
}
