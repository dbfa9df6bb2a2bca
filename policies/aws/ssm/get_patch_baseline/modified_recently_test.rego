package policies.aws.ssm.get_patch_baseline.modified_recently_test

import data.policies.aws.ssm.get_patch_baseline.modified_recently as rule

# 2026-11-21T00:00:00Z
clock := 1795219200000000000

given(modified) := {"resource": {"ModifiedDate": modified}, "params": {"max_age_days": 365}}

old(modified, days) := {{
	"msg": sprintf("the baseline was last modified at %s, more than %d days ago", [modified, days]),
	"path": "ModifiedDate",
}}

test_old_fails if {
	denied := old("2024-03-05T09:15:30.465Z", 365)
	rule.deny == denied with input as given("2024-03-05T09:15:30.465Z") with time.now_ns as clock
	rule.inconclusive == set() with input as given("2024-03-05T09:15:30.465Z") with time.now_ns as clock
}

test_max_age_is_allowed_and_more_is_not if {
	rule.deny == set() with input as given("2025-11-21T00:00:00Z") with time.now_ns as clock
	rule.inconclusive == set() with input as given("2025-11-21T00:00:00Z") with time.now_ns as clock
	denied := old("2025-11-20T23:59:59Z", 365)
	rule.deny == denied with input as given("2025-11-20T23:59:59Z") with time.now_ns as clock
}

test_max_age_is_a_param if {
	lenient := object.union(given("2026-10-21T00:00:00Z"), {"params": {"max_age_days": 31}})
	rule.deny == set() with input as lenient with time.now_ns as clock
	strict := object.union(given("2026-10-21T00:00:00Z"), {"params": {"max_age_days": 30}})
	rule.deny == old("2026-10-21T00:00:00Z", 30) with input as strict with time.now_ns as clock
}

test_future_is_inconclusive if {
	rule.inconclusive == set() with input as given("2026-11-22T00:00:00Z") with time.now_ns as clock
	judged := {{
		"msg": "the last modification, 2026-11-22T00:00:01Z, lies after the clock of this run",
		"path": "ModifiedDate",
	}}
	rule.deny == set() with input as given("2026-11-22T00:00:01Z") with time.now_ns as clock
	rule.inconclusive == judged with input as given("2026-11-22T00:00:01Z") with time.now_ns as clock
}

test_absent_and_null_times_are_inconclusive if {
	judged := {{"msg": "the time of the last modification is not stated", "path": "ModifiedDate"}}
	every unstated in [given(null), {"resource": {}, "params": {"max_age_days": 365}}] {
		rule.deny == set() with input as unstated with time.now_ns as clock
		rule.inconclusive == judged with input as unstated with time.now_ns as clock
	}
}
