package policies.alibaba.sas.describe_image_instances.statuses_match_counts_test

import data.policies.alibaba.sas.describe_image_instances.statuses_match_counts as rule

clean := {
	"AlarmStatus": "NO", "AlarmCount": 0,
	"HcStatus": "NO", "HcCount": 0,
	"VulStatus": "NO", "VulCount": 0,
}

image(changes) := object.union_n([{"RepoName": "checkout-api", "Tag": "4.18.2"}, clean, changes])

given(resource) := {"resource": resource, "params": {}}

kinds := {"Alarm", "Hc", "Vul"}

test_status_no_with_a_count_fails if {
	every kind in kinds {
		resource := image({sprintf("%sCount", [kind]): 1})
		denied := {{
			"msg": sprintf("%sStatus is NO, but %sCount is 1", [kind, kind]),
			"path": sprintf("%sStatus", [kind]),
		}}
		rule.deny == denied with input as given(resource)
		rule.inconclusive == set() with input as given(resource)
	}
}

test_status_yes_with_no_count_fails if {
	every kind in kinds {
		resource := image({sprintf("%sStatus", [kind]): "YES"})
		denied := {{
			"msg": sprintf("%sStatus is YES, but %sCount is 0", [kind, kind]),
			"path": sprintf("%sStatus", [kind]),
		}}
		rule.deny == denied with input as given(resource)
		rule.inconclusive == set() with input as given(resource)
	}
}

test_each_contradiction_is_named if {
	denied := {
		{"msg": "AlarmStatus is NO, but AlarmCount is 2", "path": "AlarmStatus"},
		{"msg": "VulStatus is YES, but VulCount is 0", "path": "VulStatus"},
	}
	rule.deny == denied with input as given(image({"AlarmCount": 2, "VulStatus": "YES"}))
}

test_clean_image_passes if {
	rule.deny == set() with input as given(image({}))
	rule.inconclusive == set() with input as given(image({}))
}

test_stated_risks_with_counts_pass if {
	resource := image({
		"AlarmStatus": "YES", "AlarmCount": 1,
		"HcStatus": "YES", "HcCount": 4,
		"VulStatus": "YES", "VulCount": 17,
	})
	rule.deny == set() with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_absent_or_null_value_is_inconclusive if {
	every field, _ in clean {
		judged := {{"msg": sprintf("%s is not stated", [field]), "path": field}}
		absent := object.remove(image({}), [field])
		rule.deny == set() with input as given(absent)
		rule.inconclusive == judged with input as given(absent)
		rule.deny == set() with input as given(image({field: null}))
		rule.inconclusive == judged with input as given(image({field: null}))
	}
}

test_unknown_status_is_inconclusive if {
	every kind in kinds {
		field := sprintf("%sStatus", [kind])
		judged := {{"msg": sprintf("%s is `PENDING`, neither YES nor NO", [field]), "path": field}}
		rule.deny == set() with input as given(image({field: "PENDING"}))
		rule.inconclusive == judged with input as given(image({field: "PENDING"}))
	}
}
