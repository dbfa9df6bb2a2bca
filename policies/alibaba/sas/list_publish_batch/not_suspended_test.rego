package policies.alibaba.sas.list_publish_batch.not_suspended_test

import data.policies.alibaba.sas.list_publish_batch.not_suspended as rule

batch(status) := {"Version": "2.6.14", "BatchId": 2046, "BatchName": "pilot hosts", "BatchTotal": 3, "Status": status}

given(resource) := {"resource": resource, "params": {}}

test_fails if {
	denied := {{"msg": "the release batch is suspended (Status 3)", "path": "Status"}}
	rule.deny == denied with input as given(batch(3))
	rule.inconclusive == set() with input as given(batch(3))
}

test_every_other_documented_status_passes if {
	every status in [0, 1, 2, 4] {
		rule.deny == set() with input as given(batch(status))
		rule.inconclusive == set() with input as given(batch(status))
	}
}

test_absent_or_null_status_is_inconclusive if {
	absent := object.remove(batch(null), ["Status"])
	judged := {{"msg": "the status of the batch is not stated", "path": "Status"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.deny == set() with input as given(batch(null))
	rule.inconclusive == judged with input as given(batch(null))
}

test_unknown_status_is_inconclusive if {
	judged := {{"msg": "Status 5 is not a documented batch status", "path": "Status"}}
	rule.deny == set() with input as given(batch(5))
	rule.inconclusive == judged with input as given(batch(5))
}
