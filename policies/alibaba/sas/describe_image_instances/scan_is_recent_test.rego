package policies.alibaba.sas.describe_image_instances.scan_is_recent_test

import data.policies.alibaba.sas.describe_image_instances.scan_is_recent as rule

# 2026-11-21T00:00:00Z
clock := 1795219200000000000

image(scanned) := {
	"RepoNamespace": "payments",
	"RepoName": "checkout-api",
	"Tag": "4.18.2",
	"ScaStatus": "SUCCESS",
	"LastScanTime": scanned,
}

given(resource) := {"resource": resource, "params": {"max_age_days": 7}}

too_old(time_text, days) := {{
	"msg": sprintf("the image was last scanned at %s, more than %s days ago", [time_text, days]),
	"path": "LastScanTime",
}}

test_fails if {
	resource := image("2026-11-12T06:30:00Z")
	rule.deny == too_old("2026-11-12T06:30:00Z", "7") with input as given(resource) with time.now_ns as clock
	rule.inconclusive == set() with input as given(resource) with time.now_ns as clock
}

test_passes if {
	resource := image("2026-11-20T21:15:04Z")
	rule.deny == set() with input as given(resource) with time.now_ns as clock
	rule.inconclusive == set() with input as given(resource) with time.now_ns as clock
}

test_max_age_is_allowed_and_a_second_more_is_not if {
	rule.deny == set() with input as given(image("2026-11-14T00:00:00Z")) with time.now_ns as clock
	resource := image("2026-11-13T23:59:59Z")
	rule.deny == too_old("2026-11-13T23:59:59Z", "7") with input as given(resource) with time.now_ns as clock
}

test_max_age_is_a_param if {
	resource := image("2026-11-20T00:00:00Z")
	half := {"resource": resource, "params": {"max_age_days": 0.5}}
	rule.deny == too_old("2026-11-20T00:00:00Z", "0.5") with input as half with time.now_ns as clock
	whole := {"resource": resource, "params": {"max_age_days": 1}}
	rule.deny == set() with input as whole with time.now_ns as clock
}

test_absent_or_null_time_is_inconclusive if {
	absent := object.remove(image(null), ["LastScanTime"])
	judged := {{"msg": "the time of the last scan is not stated", "path": "LastScanTime"}}
	rule.deny == set() with input as given(absent) with time.now_ns as clock
	rule.inconclusive == judged with input as given(absent) with time.now_ns as clock
	rule.deny == set() with input as given(image(null)) with time.now_ns as clock
	rule.inconclusive == judged with input as given(image(null)) with time.now_ns as clock
}

test_time_in_the_future_is_inconclusive if {
	judged := {{
		"msg": "the image was last scanned at 2026-12-01T00:00:00Z, which lies after the clock of this run",
		"path": "LastScanTime",
	}}
	resource := image("2026-12-01T00:00:00Z")
	rule.deny == set() with input as given(resource) with time.now_ns as clock
	rule.inconclusive == judged with input as given(resource) with time.now_ns as clock
}
