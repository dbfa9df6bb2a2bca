package policies.alibaba.sas.describe_image_instances.no_vulnerabilities_test

import data.policies.alibaba.sas.describe_image_instances.no_vulnerabilities as rule

image(vulnerabilities) := {
	"RepoNamespace": "payments",
	"RepoName": "checkout-api",
	"Tag": "4.18.2",
	"ScaStatus": "SUCCESS",
	"VulCount": vulnerabilities,
}

scanned(status, result) := object.union(image(0), {"ScaStatus": status, "ScaResult": result})

given(resource) := {"resource": resource, "params": {"max": 0}}

unproven(status, result, path) := {{
	"msg": sprintf(
		"the scan has not succeeded (ScaStatus %s, ScaResult %s), so the number of vulnerabilities proves nothing",
		[status, result],
	),
	"path": path,
}}

test_fails if {
	denied := {{"msg": "3 vulnerabilities in the image, at most 0 allowed", "path": "VulCount"}}
	rule.deny == denied with input as given(image(3))
	rule.inconclusive == set() with input as given(image(3))
}

test_passes if {
	rule.deny == set() with input as given(image(0))
	rule.inconclusive == set() with input as given(image(0))
}

test_max_is_allowed_and_one_more_is_not if {
	rule.deny == set() with input as {"resource": image(2), "params": {"max": 2}}
	denied := {{"msg": "3 vulnerabilities in the image, at most 2 allowed", "path": "VulCount"}}
	rule.deny == denied with input as {"resource": image(3), "params": {"max": 2}}
}

test_fails_whatever_the_scan_status if {
	denied := {{"msg": "3 vulnerabilities in the image, at most 0 allowed", "path": "VulCount"}}
	resource := object.union(image(3), {"ScaStatus": "TIMEOUT"})
	rule.deny == denied with input as given(resource)
}

test_absent_or_null_count_is_inconclusive if {
	absent := object.remove(image(0), ["VulCount"])
	judged := {{"msg": "the number of vulnerabilities is not stated", "path": "VulCount"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.deny == set() with input as given(image(null))
	rule.inconclusive == judged with input as given(image(null))
}

test_stated_result_of_success_passes if {
	rule.inconclusive == set() with input as given(scanned("SUCCESS", null))
	rule.inconclusive == set() with input as given(scanned("SUCCESS", "SUCCESS"))
}

test_zero_without_a_finished_scan_is_inconclusive if {
	resource := scanned("CVE_ANALYZER", null)
	rule.deny == set() with input as given(resource)
	rule.inconclusive == unproven("CVE_ANALYZER", "null", "ScaStatus") with input as given(resource)
}

test_zero_with_an_error_result_is_inconclusive if {
	resource := scanned("SUCCESS", "TASK_NOT_SUPPORT_REGION")
	rule.deny == set() with input as given(resource)
	rule.inconclusive == unproven("SUCCESS", "TASK_NOT_SUPPORT_REGION", "ScaResult") with input as given(resource)
}

test_zero_with_an_unknown_status_is_inconclusive if {
	resource := scanned("QUEUED", null)
	rule.deny == set() with input as given(resource)
	rule.inconclusive == unproven("QUEUED", "null", "ScaStatus") with input as given(resource)
}

test_zero_without_a_status_is_inconclusive if {
	absent := object.remove(image(0), ["ScaStatus"])
	rule.deny == set() with input as given(absent)
	rule.inconclusive == unproven("null", "null", "ScaStatus") with input as given(absent)
	rule.inconclusive == unproven("null", "null", "ScaStatus") with input as given(scanned(null, null))
}
