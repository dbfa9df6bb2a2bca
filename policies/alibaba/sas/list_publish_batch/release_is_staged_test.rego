package policies.alibaba.sas.list_publish_batch.release_is_staged_test

import data.policies.alibaba.sas.list_publish_batch.release_is_staged as rule

batch(total) := {"Version": "2.6.14", "BatchId": 2046, "BatchNo": 1, "BatchTotal": total, "Status": 1}

given(resource) := {"resource": resource, "params": {"min_batches": 2}}

test_fails if {
	denied := {{"msg": "the number of release batches is 1, at least 2 required", "path": "BatchTotal"}}
	rule.deny == denied with input as given(batch(1))
	rule.inconclusive == set() with input as given(batch(1))
}

test_passes if {
	rule.deny == set() with input as given(batch(3))
	rule.inconclusive == set() with input as given(batch(3))
}

test_min_batches_are_enough_and_one_less_is_not if {
	rule.deny == set() with input as given(batch(2))
	rule.deny == set() with input as {"resource": batch(4), "params": {"min_batches": 4}}
	denied := {{"msg": "the number of release batches is 3, at least 4 required", "path": "BatchTotal"}}
	rule.deny == denied with input as {"resource": batch(3), "params": {"min_batches": 4}}
}

test_absent_or_null_total_is_inconclusive if {
	absent := object.remove(batch(null), ["BatchTotal"])
	judged := {{"msg": "the number of release batches is not stated", "path": "BatchTotal"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.deny == set() with input as given(batch(null))
	rule.inconclusive == judged with input as given(batch(null))
}
