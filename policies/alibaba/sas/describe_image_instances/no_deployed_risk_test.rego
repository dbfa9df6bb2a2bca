package policies.alibaba.sas.describe_image_instances.no_deployed_risk_test

import data.policies.alibaba.sas.describe_image_instances.no_deployed_risk as rule

image(deployed, risk) := {
	"RepoNamespace": "payments", "RepoName": "checkout-api", "Tag": "4.18.2",
	"Deployed": deployed, "RiskStatus": risk,
}

given(resource) := {"resource": resource, "params": {}}

test_fails if {
	denied := {{
		"msg": "the image is deployed and carries a risk (Deployed 1, RiskStatus YES)",
		"path": "RiskStatus",
	}}
	rule.deny == denied with input as given(image(1, "YES"))
	rule.inconclusive == set() with input as given(image(1, "YES"))
}

test_deployed_without_risk_passes if {
	rule.deny == set() with input as given(image(1, "NO"))
	rule.inconclusive == set() with input as given(image(1, "NO"))
}

test_not_deployed_passes_whatever_its_risk if {
	every risk in ["YES", "NO", "UNKNOWN", null] {
		rule.deny == set() with input as given(image(0, risk))
		rule.inconclusive == set() with input as given(image(0, risk))
	}
}

test_absent_or_null_deployment_is_inconclusive if {
	absent := object.remove(image(null, "YES"), ["Deployed"])
	judged := {{"msg": "whether the image is deployed is not stated", "path": "Deployed"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.deny == set() with input as given(image(null, "YES"))
	rule.inconclusive == judged with input as given(image(null, "YES"))
}

test_unknown_deployment_is_inconclusive if {
	judged := {{
		"msg": "whether the image is deployed is not clear: Deployed is `2`, neither 0 nor 1",
		"path": "Deployed",
	}}
	rule.deny == set() with input as given(image(2, "YES"))
	rule.inconclusive == judged with input as given(image(2, "YES"))
}

test_absent_or_null_risk_is_inconclusive if {
	absent := object.remove(image(1, null), ["RiskStatus"])
	judged := {{"msg": "whether the deployed image carries a risk is not stated", "path": "RiskStatus"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.deny == set() with input as given(image(1, null))
	rule.inconclusive == judged with input as given(image(1, null))
}

test_unknown_risk_is_inconclusive if {
	judged := {{
		"msg": "whether the deployed image carries a risk is not clear: RiskStatus is `PENDING`, neither YES nor NO",
		"path": "RiskStatus",
	}}
	rule.deny == set() with input as given(image(1, "PENDING"))
	rule.inconclusive == judged with input as given(image(1, "PENDING"))
}
