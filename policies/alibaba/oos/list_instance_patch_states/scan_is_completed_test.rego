package policies.alibaba.oos.list_instance_patch_states.scan_is_completed_test

import data.policies.alibaba.oos.list_instance_patch_states.scan_is_completed as rule

zeros := {
	"FailedCount": 0, "InstalledCount": 0, "InstalledOtherCount": 0,
	"InstalledPendingRebootCount": 0, "InstalledRejectedCount": 0, "MissingCount": 0,
}

state(counts) := object.union_n([
	{
		"InstanceId": "i-bp1f0k7q3zm9x2c5v8na", "OperationType": "scan",
		"OperationStartTime": "2026-11-20T21:14:12Z", "OperationEndTime": "2026-11-20T21:15:04Z",
	},
	zeros,
	counts,
])

between(start, end) := object.union(
	state({"InstalledCount": 412}),
	{"OperationStartTime": start, "OperationEndTime": end},
)

given(resource) := {"resource": resource, "params": {}}

unstated(field) := {"msg": sprintf("%s is not stated, and no other patch count is above 0", [field]), "path": field}

no_start := {"msg": "the start of the operation is not stated", "path": "OperationStartTime"}

no_end := {"msg": "the end of the operation is not stated", "path": "OperationEndTime"}

test_all_counts_zero_fails if {
	denied := {{
		"msg": "all six patch counts are 0, InstalledCount included: nothing shows that a scan looked at the instance",
		"path": "InstalledCount",
	}}
	rule.deny == denied with input as given(state({}))
	rule.inconclusive == set() with input as given(state({}))
}

test_any_count_above_zero_passes if {
	every field, _ in zeros {
		rule.deny == set() with input as given(state({field: 1}))
		rule.inconclusive == set() with input as given(state({field: 1}))
	}
}

test_end_before_start_fails if {
	resource := between("2026-11-20T21:15:04Z", "2026-11-20T21:15:03Z")
	denied := {{
		"msg": "the operation ended at 2026-11-20T21:15:03Z, before its start at 2026-11-20T21:15:04Z",
		"path": "OperationEndTime",
	}}
	rule.deny == denied with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_times_are_compared_as_times if {
	resource := between("2026-11-20T21:15:04Z", "2026-11-20T21:15:04.5Z")
	rule.deny == set() with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_end_at_the_start_passes if {
	resource := between("2026-11-20T21:15:04Z", "2026-11-20T21:15:04Z")
	rule.deny == set() with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_absent_or_null_count_among_zeros_is_inconclusive if {
	every field, _ in zeros {
		absent := object.remove(state({}), [field])
		rule.deny == set() with input as given(absent)
		rule.inconclusive == {unstated(field)} with input as given(absent)
		rule.deny == set() with input as given(state({field: null}))
		rule.inconclusive == {unstated(field)} with input as given(state({field: null}))
	}
}

test_absent_count_beside_a_positive_one_is_not_needed if {
	resource := object.remove(state({"InstalledCount": 412}), ["InstalledOtherCount"])
	rule.deny == set() with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_absent_or_null_times_are_inconclusive if {
	resource := object.remove(between(null, null), ["OperationStartTime", "OperationEndTime"])
	rule.deny == set() with input as given(resource)
	rule.inconclusive == {no_start, no_end} with input as given(resource)
	rule.deny == set() with input as given(between(null, "2026-11-20T21:15:04Z"))
	rule.inconclusive == {no_start} with input as given(between(null, "2026-11-20T21:15:04Z"))
	rule.deny == set() with input as given(between("2026-11-20T21:14:12Z", null))
	rule.inconclusive == {no_end} with input as given(between("2026-11-20T21:14:12Z", null))
}

test_empty_record_is_inconclusive if {
	judged := {unstated(field) | some field, _ in zeros} | {no_start, no_end}
	rule.deny == set() with input as given({})
	rule.inconclusive == judged with input as given({})
}
