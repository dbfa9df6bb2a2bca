package policies.alibaba.sas.list_publish_batch.batches_are_spaced_test

import data.policies.alibaba.sas.list_publish_batch.batches_are_spaced as rule

batch(interval) := {"Version": "2.6.14", "BatchId": 2046, "BatchNo": 1, "BatchTotal": 3, "BatchInterval": interval}

given(resource) := {"resource": resource, "params": {"min_hours": 12}}

test_fails if {
	denied := {{"msg": "the next batch follows after 2 hours, at least 12 required", "path": "BatchInterval"}}
	rule.applies with input as given(batch(2))
	rule.deny == denied with input as given(batch(2))
	rule.inconclusive == set() with input as given(batch(2))
}

test_passes if {
	rule.applies with input as given(batch(24))
	rule.deny == set() with input as given(batch(24))
	rule.inconclusive == set() with input as given(batch(24))
}

test_min_hours_are_enough_and_one_less_is_not if {
	rule.deny == set() with input as given(batch(12))
	denied := {{"msg": "the next batch follows after 11 hours, at least 12 required", "path": "BatchInterval"}}
	rule.deny == denied with input as given(batch(11))
}

test_min_hours_is_a_param if {
	denied := {{"msg": "the next batch follows after 24 hours, at least 36.5 required", "path": "BatchInterval"}}
	rule.deny == denied with input as {"resource": batch(24), "params": {"min_hours": 36.5}}
	rule.deny == set() with input as {"resource": batch(24), "params": {"min_hours": 24}}
}

test_single_batch_is_not_applicable if {
	single := object.union(batch(0), {"BatchTotal": 1})
	not rule.applies with input as given(single)
	rule.deny == set() with input as given(single)
}

test_two_batches_are_applicable if {
	pair := object.union(batch(0), {"BatchTotal": 2})
	denied := {{"msg": "the next batch follows after 0 hours, at least 12 required", "path": "BatchInterval"}}
	rule.applies with input as given(pair)
	rule.deny == denied with input as given(pair)
}

test_absent_or_null_interval_is_inconclusive if {
	absent := object.remove(batch(null), ["BatchInterval"])
	judged := {{"msg": "the interval between the batches is not stated", "path": "BatchInterval"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.deny == set() with input as given(batch(null))
	rule.inconclusive == judged with input as given(batch(null))
}

test_short_interval_without_total_is_inconclusive if {
	absent := object.remove(batch(2), ["BatchTotal"])
	unknown := object.union(batch(2), {"BatchTotal": null})
	judged := {{
		"msg": "the interval is 2 hours, at least 12 required, but the number of batches is not stated: perhaps none follows",
		"path": "BatchTotal",
	}}
	rule.applies with input as given(absent)
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.applies with input as given(unknown)
	rule.deny == set() with input as given(unknown)
	rule.inconclusive == judged with input as given(unknown)
}

test_long_interval_passes_without_total if {
	absent := object.remove(batch(12), ["BatchTotal"])
	rule.deny == set() with input as given(absent)
	rule.inconclusive == set() with input as given(absent)
}
