package policies.alibaba.sas.describe_image_instances.registry_type_allowed_test

import data.policies.alibaba.sas.describe_image_instances.registry_type_allowed as rule

image(registry) := {
	"InstanceId": "39105520",
	"RepoNamespace": "payments",
	"RepoName": "checkout-api",
	"Tag": "4.18.2",
	"RegistryType": registry,
}

given(resource) := {"resource": resource, "params": {"allowed": ["acr", "harbor", "quay", "CI/CD"]}}

only_acr(resource) := {"resource": resource, "params": {"allowed": ["acr"]}}

test_fails if {
	denied := {{
		"msg": "registry type `dockerhub` is not one of [\"acr\", \"harbor\", \"quay\", \"CI/CD\"]",
		"path": "RegistryType",
	}}
	rule.deny == denied with input as given(image("dockerhub"))
	rule.inconclusive == set() with input as given(image("dockerhub"))
}

test_every_allowed_type_passes if {
	every registry in ["acr", "harbor", "quay", "CI/CD"] {
		rule.deny == set() with input as given(image(registry))
		rule.inconclusive == set() with input as given(image(registry))
	}
}

test_allowed_is_a_param if {
	denied := {{"msg": "registry type `quay` is not one of [\"acr\"]", "path": "RegistryType"}}
	rule.deny == denied with input as only_acr(image("quay"))
	rule.deny == set() with input as only_acr(image("acr"))
}

test_nothing_allowed_fails if {
	denied := {{"msg": "registry type `acr` is not one of []", "path": "RegistryType"}}
	rule.deny == denied with input as {"resource": image("acr"), "params": {"allowed": []}}
}

test_absent_or_null_type_is_inconclusive if {
	absent := object.remove(image(null), ["RegistryType"])
	judged := {{"msg": "the registry type is not stated", "path": "RegistryType"}}
	rule.deny == set() with input as given(absent)
	rule.inconclusive == judged with input as given(absent)
	rule.deny == set() with input as given(image(null))
	rule.inconclusive == judged with input as given(image(null))
}
