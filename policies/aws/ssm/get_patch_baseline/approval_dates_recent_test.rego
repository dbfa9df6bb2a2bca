package policies.aws.ssm.get_patch_baseline.approval_dates_recent_test

import data.policies.aws.ssm.get_patch_baseline.approval_dates_recent as rule

# 2026-11-21T00:00:00Z
clock := 1795219200000000000

# A baseline with a patch rule for each of `dates`.
baseline(dates) := {"ApprovalRules": {"PatchRules": [{"ApproveUntilDate": date} | some date in dates]}}

given(resource) := {"resource": resource, "params": {"max_age_days": 30}}

frozen(i, date) := {
	"msg": sprintf("no patch released after %s is approved, and that is more than 30 days ago", [date]),
	"path": sprintf("ApprovalRules.PatchRules[%d].ApproveUntilDate", [i]),
}

test_each_old_date_fails if {
	resource := baseline(["2026-10-01", "2026-11-15", "2025-12-31"])
	denied := {frozen(0, "2026-10-01"), frozen(2, "2025-12-31")}
	rule.deny == denied with input as given(resource) with time.now_ns as clock
	rule.inconclusive == set() with input as given(resource) with time.now_ns as clock
}

test_max_age_is_allowed_and_more_is_not if {
	resource := baseline(["2026-10-22"])
	rule.deny == set() with input as given(resource) with time.now_ns as clock
	rule.deny == {frozen(0, "2026-10-22")} with input as given(resource) with time.now_ns as clock + 1
	older := baseline(["2026-10-21"])
	rule.deny == {frozen(0, "2026-10-21")} with input as given(older) with time.now_ns as clock
}

test_max_age_is_a_param if {
	resource := baseline(["2026-11-13"])
	rule.deny == set() with input as {"resource": resource, "params": {"max_age_days": 8}} with time.now_ns as clock
	denied := {{
		"msg": "no patch released after 2026-11-13 is approved, and that is more than 7 days ago",
		"path": "ApprovalRules.PatchRules[0].ApproveUntilDate",
	}}
	rule.deny == denied with input as {"resource": resource, "params": {"max_age_days": 7}} with time.now_ns as clock
}

test_today_and_a_date_ahead_pass if {
	resource := baseline(["2026-11-21", "2027-06-30"])
	rule.deny == set() with input as given(resource) with time.now_ns as clock
	rule.inconclusive == set() with input as given(resource) with time.now_ns as clock
}

test_rules_without_a_date_pass if {
	every resource in [baseline([]), baseline([null]), {"ApprovalRules": {"PatchRules": [{"ApproveAfterDays": 7}]}}] {
		rule.deny == set() with input as given(resource) with time.now_ns as clock
		rule.inconclusive == set() with input as given(resource) with time.now_ns as clock
	}
}

test_rules_not_stated_are_inconclusive if {
	judged := {{"msg": "the approval rules are not stated", "path": "ApprovalRules.PatchRules"}}
	every resource in [{}, {"ApprovalRules": null}, {"ApprovalRules": {}}, {"ApprovalRules": {"PatchRules": null}}] {
		rule.deny == set() with input as given(resource) with time.now_ns as clock
		rule.inconclusive == judged with input as given(resource) with time.now_ns as clock
	}
}

test_a_rule_that_is_null_is_inconclusive if {
	judged := {{"msg": "the approval rule is not stated", "path": "ApprovalRules.PatchRules[0]"}}
	resource := {"ApprovalRules": {"PatchRules": [null, {"ApproveAfterDays": 7}]}}
	rule.deny == set() with input as given(resource) with time.now_ns as clock
	rule.inconclusive == judged with input as given(resource) with time.now_ns as clock

	# The rules beside it are judged, under their own places.
	older := {"ApprovalRules": {"PatchRules": [null, {"ApproveUntilDate": "2025-12-31"}]}}
	rule.deny == {frozen(1, "2025-12-31")} with input as given(older) with time.now_ns as clock
}
