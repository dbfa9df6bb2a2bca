package policies.alibaba.sas.describe_image_instances.repository_is_private_test

import data.policies.alibaba.sas.describe_image_instances.repository_is_private as rule

image(visibility) := {
	"RepoNamespace": "payments",
	"RepoName": "checkout-api",
	"RepoId": "crr-7t2m0qk4w9e1z6xd",
	"RepoType": visibility,
}

given(resource) := {"resource": resource, "params": {}}

test_fails if {
	denied := {{"msg": "the image repository is public (RepoType public)", "path": "RepoType"}}
	rule.deny == denied with input as given(image("public"))
	rule.inconclusive == set() with input as given(image("public"))
}

test_passes if {
	rule.deny == set() with input as given(image("private"))
	rule.inconclusive == set() with input as given(image("private"))
}

test_absent_or_null_type_is_inconclusive if {
	absent := object.remove(image(null), ["RepoType"])
	judged := {{"msg": "the repository type is not stated", "path": "RepoType"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.deny == set() with input as given(image(null))
	rule.inconclusive == judged with input as given(image(null))
}

test_unknown_type_is_inconclusive if {
	judged := {{"msg": "RepoType `internal` is not a documented repository type", "path": "RepoType"}}
	rule.deny == set() with input as given(image("internal"))
	rule.inconclusive == judged with input as given(image("internal"))
}
