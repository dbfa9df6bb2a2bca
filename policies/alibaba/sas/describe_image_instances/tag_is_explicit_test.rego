package policies.alibaba.sas.describe_image_instances.tag_is_explicit_test

import data.policies.alibaba.sas.describe_image_instances.tag_is_explicit as rule

image(tag) := {"RepoNamespace": "payments", "RepoName": "checkout-api", "Tag": tag, "RegistryType": "acr"}

given(resource) := {"resource": resource, "params": {}}

test_fails_in_any_case if {
	every tag in ["latest", "Latest", "LATEST"] {
		msg := sprintf("the image tag `%s` tells no release", [tag])
		rule.deny == {{"msg": msg, "path": "Tag"}} with input as given(image(tag))
	}
}

test_passes if {
	rule.deny == set() with input as given(image("4.18.2"))
}

test_tag_that_only_contains_latest_passes if {
	rule.deny == set() with input as given(image("4.18.2-latest"))
}

test_absent_or_null_tag_fails if {
	absent := object.remove(image(null), ["Tag"])
	denied := {{"msg": "the image has no tag", "path": "Tag"}}
	rule.deny == denied with input as given(absent)
	rule.deny == denied with input as given(image(null))
}
