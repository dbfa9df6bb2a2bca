package policies.alibaba.sas.list_publish_batch.version_not_below_minimum_test

import data.policies.alibaba.sas.list_publish_batch.version_not_below_minimum as rule

batch(version) := {"Version": version, "BatchId": 2046, "BatchName": "pilot hosts", "BatchTotal": 3}

given(version) := {"resource": batch(version), "params": {"min_version": "2.6.10"}}

minimum(required) := {"resource": batch("2.6.14"), "params": {"min_version": required}}

below(version) := {{"msg": sprintf("the target version `%s` is below `2.6.10`", [version]), "path": "Version"}}

test_fails if {
	rule.applies with input as given("2.5.30")
	rule.deny == below("2.5.30") with input as given("2.5.30")
	rule.inconclusive == set() with input as given("2.5.30")
}

test_passes if {
	rule.applies with input as given("2.6.14")
	rule.deny == set() with input as given("2.6.14")
	rule.inconclusive == set() with input as given("2.6.14")
}

test_minimum_passes_and_one_less_does_not if {
	rule.deny == set() with input as given("2.6.10")
	rule.deny == below("2.6.9") with input as given("2.6.9")
}

test_numbers_are_compared_not_text if {
	rule.deny == set() with input as given("2.10.0")
	rule.deny == set() with input as given("10.0")
	rule.deny == below("2.6") with input as given("2.6")
}

test_trailing_zeros_do_not_count if {
	rule.deny == set() with input as given("2.6.10.0")
	rule.deny == set() with input as minimum("2.6.14.0")
}

test_without_min_version_is_not_applicable if {
	not rule.applies with input as minimum(null)
	rule.deny == set() with input as minimum(null)
	rule.inconclusive == set() with input as minimum(null)
}

test_absent_or_null_version_is_inconclusive if {
	absent := {"resource": {"BatchId": 2046}, "params": {"min_version": "2.6.10"}}
	judged := {{"msg": "the target version is not stated", "path": "Version"}}
	rule.deny == set() with input as absent
	rule.inconclusive == judged with input as absent
	rule.deny == set() with input as given(null)
	rule.inconclusive == judged with input as given(null)
}

test_version_of_another_form_is_inconclusive if {
	judged := {{"msg": "the target version `aegis_12_09` is not made of dotted numbers", "path": "Version"}}
	rule.deny == set() with input as given("aegis_12_09")
	rule.inconclusive == judged with input as given("aegis_12_09")
}

test_min_version_of_another_form_is_inconclusive if {
	text := {{
		"msg": "the target version `2.6.14` cannot be compared: min_version `v3` is not made of dotted numbers",
		"path": "Version",
	}}
	rule.deny == set() with input as minimum("v3")
	rule.inconclusive == text with input as minimum("v3")
	number := {{
		"msg": "the target version `2.6.14` cannot be compared: min_version `2.6` is not made of dotted numbers",
		"path": "Version",
	}}
	rule.deny == set() with input as minimum(2.6)
	rule.inconclusive == number with input as minimum(2.6)
}
