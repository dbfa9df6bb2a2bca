package policies.alibaba.sas.list_publish_batch.batch_number_within_total_test

import data.policies.alibaba.sas.list_publish_batch.batch_number_within_total as rule

batch(number, total) := {"Version": "2.6.14", "BatchId": 2046, "BatchNo": number, "BatchTotal": total}

given(resource) := {"resource": resource, "params": {}}

no_number := {"msg": "the number of the batch is not stated", "path": "BatchNo"}

no_total := {"msg": "the total of the batches is not stated", "path": "BatchTotal"}

test_fails if {
	denied := {{"msg": "batch number 4 exceeds the total of 3", "path": "BatchNo"}}
	rule.applies with input as given(batch(4, 3))
	rule.deny == denied with input as given(batch(4, 3))
	rule.inconclusive == set() with input as given(batch(4, 3))
}

test_passes_up_to_the_total if {
	every number in [1, 3] {
		rule.applies with input as given(batch(number, 3))
		rule.deny == set() with input as given(batch(number, 3))
		rule.inconclusive == set() with input as given(batch(number, 3))
	}
}

test_placeholder_is_not_applicable if {
	not rule.applies with input as given(batch(2147483647, 3))
	rule.deny == set() with input as given(batch(2147483647, 3))
}

test_largest_number_below_the_placeholder_is_judged if {
	denied := {{"msg": "batch number 2147483646 exceeds the total of 3", "path": "BatchNo"}}
	rule.applies with input as given(batch(2147483646, 3))
	rule.deny == denied with input as given(batch(2147483646, 3))
}

test_absent_values_are_inconclusive if {
	rule.applies with input as given({})
	rule.deny == set() with input as given({})
	rule.inconclusive == {no_number, no_total} with input as given({})
}

test_null_values_are_inconclusive if {
	rule.deny == set() with input as given(batch(null, 3))
	rule.inconclusive == {no_number} with input as given(batch(null, 3))
	rule.deny == set() with input as given(batch(4, null))
	rule.inconclusive == {no_total} with input as given(batch(4, null))
}
