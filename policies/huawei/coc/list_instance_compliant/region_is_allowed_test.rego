package policies.huawei.coc.list_instance_compliant.region_is_allowed_test

import data.policies.huawei.coc.list_instance_compliant.region_is_allowed as rule

given(resource) := {"resource": resource, "params": {"allowed_regions": ["eu-west-101", "eu-west-0"]}}

test_another_region_fails if {
	every region in ["cn-north-4", "eu-west", "EU-WEST-0"] {
		denied := {{
			"msg": sprintf("the region `%s` is not one of eu-west-101, eu-west-0", [region]),
			"path": "region",
		}}
		rule.applies with input as given({"region": region})
		rule.deny == denied with input as given({"region": region})
		rule.inconclusive == set() with input as given({"region": region})
	}
}

test_each_allowed_region_passes if {
	every region in ["eu-west-101", "eu-west-0"] {
		rule.applies with input as given({"region": region})
		rule.deny == set() with input as given({"region": region})
		rule.inconclusive == set() with input as given({"region": region})
	}
}

test_region_not_stated_is_inconclusive if {
	judged := {{"msg": "the node's region is not stated", "path": "region"}}
	every resource in [{}, {"region": null}] {
		rule.applies with input as given(resource)
		rule.deny == set() with input as given(resource)
		rule.inconclusive == judged with input as given(resource)
	}
}

test_a_single_allowed_region_applies if {
	only := {"allowed_regions": ["eu-west-0"]}
	rule.applies with input as {"resource": {"region": "cn-north-4"}, "params": only}
	denied := {{"msg": "the region `cn-north-4` is not one of eu-west-0", "path": "region"}}
	rule.deny == denied with input as {"resource": {"region": "cn-north-4"}, "params": only}
}

test_no_allowed_region_does_not_apply if {
	not rule.applies with input as {"resource": {"region": "cn-north-4"}, "params": {"allowed_regions": []}}
}
