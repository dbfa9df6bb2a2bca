package policies.alibaba.sas.describe_image_instances.scan_succeeded_test

import data.policies.alibaba.sas.describe_image_instances.scan_succeeded as rule

image(status, result) := {
	"RepoNamespace": "payments", "RepoName": "checkout-api", "Tag": "4.18.2",
	"ScaStatus": status, "ScaResult": result,
}

given(resource) := {"resource": resource, "params": {}}

test_fails if {
	denied := {{"msg": "the image scan has not succeeded (ScaStatus TIMEOUT)", "path": "ScaStatus"}}
	rule.deny == denied with input as given(image("TIMEOUT", null))
	rule.inconclusive == set() with input as given(image("TIMEOUT", null))
}

test_every_documented_status_but_success_fails if {
	every status in [
		"INIT", "START", "MESSAGE_SEND", "START_RUN", "DOWNLOAD",
		"PRE_ANALYZER", "WEB_SHELL_ANALYZER", "CVE_ANALYZER", "BIN_ANALYZER",
		"OTHER_ANALYZER", "PRE_ANALYZER_SUCCESS", "FAIL", "TIMEOUT",
	] {
		msg := sprintf("the image scan has not succeeded (ScaStatus %s)", [status])
		rule.deny == {{"msg": msg, "path": "ScaStatus"}} with input as given(image(status, null))
		rule.inconclusive == set() with input as given(image(status, null))
	}
}

test_success_with_an_error_result_fails if {
	every result in ["TASK_NOT_EXISTS", "TASK_NOT_SUPPORT_REGION", "forbid_create_repeat_task"] {
		msg := sprintf("the image scan ended with an error (ScaStatus SUCCESS, ScaResult %s)", [result])
		rule.deny == {{"msg": msg, "path": "ScaResult"}} with input as given(image("SUCCESS", result))
		rule.inconclusive == set() with input as given(image("SUCCESS", result))
	}
}

test_passes if {
	every result in [null, "SUCCESS"] {
		rule.deny == set() with input as given(image("SUCCESS", result))
		rule.inconclusive == set() with input as given(image("SUCCESS", result))
	}
}

test_absent_result_passes if {
	absent := object.remove(image("SUCCESS", null), ["ScaResult"])
	rule.deny == set() with input as given(absent)
	rule.inconclusive == set() with input as given(absent)
}

test_absent_or_null_status_is_inconclusive if {
	absent := object.remove(image(null, null), ["ScaStatus"])
	judged := {{"msg": "the status of the image scan is not stated", "path": "ScaStatus"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.deny == set() with input as given(image(null, null))
	rule.inconclusive == judged with input as given(image(null, null))
}

test_error_result_without_a_status_is_inconclusive if {
	judged := {{"msg": "the status of the image scan is not stated", "path": "ScaStatus"}}
	rule.deny == set() with input as given(image(null, "TASK_NOT_EXISTS"))
	rule.inconclusive == judged with input as given(image(null, "TASK_NOT_EXISTS"))
}

test_unknown_status_is_inconclusive if {
	judged := {{"msg": "ScaStatus `QUEUED` is not a documented scan status", "path": "ScaStatus"}}
	rule.deny == set() with input as given(image("QUEUED", null))
	rule.inconclusive == judged with input as given(image("QUEUED", null))
}

test_unknown_result_is_inconclusive if {
	judged := {{"msg": "ScaResult `TASK_QUOTA_USED_UP` is not a documented scan result", "path": "ScaResult"}}
	rule.deny == set() with input as given(image("SUCCESS", "TASK_QUOTA_USED_UP"))
	rule.inconclusive == judged with input as given(image("SUCCESS", "TASK_QUOTA_USED_UP"))
}
