package policies.aws.ssm.get_patch_baseline.compliance_levels_specified_test

import data.policies.aws.ssm.get_patch_baseline.compliance_levels_specified as rule

# A baseline with a patch rule for each of `levels`, which approves `patches` by name at `approved_level`.
baseline(levels, patches, approved_level) := {
	"ApprovalRules": {"PatchRules": [{"ApproveAfterDays": 7, "ComplianceLevel": level} | some level in levels]},
	"ApprovedPatches": patches,
	"ApprovedPatchesComplianceLevel": approved_level,
}

given(resource) := {"resource": resource, "params": {}}

patches := ["KB5031364", "KB5032198"]

level_path(i) := sprintf("ApprovalRules.PatchRules[%d].ComplianceLevel", [i])

test_unspecified_rules_fail if {
	resource := baseline(["UNSPECIFIED", "HIGH", "UNSPECIFIED"], [], "UNSPECIFIED")
	msg := "the rule approves patches at the compliance level `UNSPECIFIED`"
	denied := {{"msg": msg, "path": level_path(0)}, {"msg": msg, "path": level_path(2)}}
	rule.deny == denied with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_unspecified_patches_fail if {
	resource := baseline(["CRITICAL"], patches, "UNSPECIFIED")
	denied := {{
		"msg": "2 patches are approved by name at the compliance level `UNSPECIFIED`",
		"path": "ApprovedPatchesComplianceLevel",
	}}
	rule.deny == denied with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_a_single_patch_is_judged if {
	path := "ApprovedPatchesComplianceLevel"
	fails := {{"msg": "1 patches are approved by name at the compliance level `UNSPECIFIED`", "path": path}}
	rule.deny == fails with input as given(baseline([], ["KB5031364"], "UNSPECIFIED"))
	unstated := {{"msg": "1 patches are approved by name, but their compliance level is not stated", "path": path}}
	rule.inconclusive == unstated with input as given(baseline([], ["KB5031364"], null))
	unknown := {{"msg": "`URGENT` is no documented compliance level", "path": path}}
	rule.inconclusive == unknown with input as given(baseline([], ["KB5031364"], "URGENT"))
}

test_every_other_level_passes if {
	every level in ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"] {
		rule.deny == set() with input as given(baseline([level], patches, level))
		rule.inconclusive == set() with input as given(baseline([level], patches, level))
	}
}

test_level_of_no_patches_does_not_matter if {
	every level in ["UNSPECIFIED", "URGENT", null] {
		rule.deny == set() with input as given(baseline([], [], level))
		rule.inconclusive == set() with input as given(baseline([], [], level))
	}
}

test_levels_not_stated_are_inconclusive if {
	resource := {"ApprovalRules": {"PatchRules": [{}, {"ComplianceLevel": null}]}, "ApprovedPatches": patches}
	judged := {
		{"msg": "the rule's compliance level is not stated", "path": level_path(0)},
		{"msg": "the rule's compliance level is not stated", "path": level_path(1)},
		{
			"msg": "2 patches are approved by name, but their compliance level is not stated",
			"path": "ApprovedPatchesComplianceLevel",
		},
	}
	rule.deny == set() with input as given(resource)
	rule.inconclusive == judged with input as given(resource)
	rule.inconclusive == judged with input as given(baseline([null, null], patches, null))
}

test_unknown_levels_are_inconclusive if {
	resource := baseline(["LOW", "URGENT"], patches, "unspecified")
	judged := {
		{"msg": "`URGENT` is no documented compliance level", "path": level_path(1)},
		{"msg": "`unspecified` is no documented compliance level", "path": "ApprovedPatchesComplianceLevel"},
	}
	rule.deny == set() with input as given(resource)
	rule.inconclusive == judged with input as given(resource)
}

test_lists_not_stated_are_inconclusive if {
	judged := {
		{"msg": "the approval rules are not stated", "path": "ApprovalRules.PatchRules"},
		{"msg": "the patches approved by name are not stated", "path": "ApprovedPatches"},
	}
	unstated := [
		{},
		{"ApprovedPatchesComplianceLevel": "UNSPECIFIED"},
		{"ApprovalRules": null, "ApprovedPatches": null, "ApprovedPatchesComplianceLevel": null},
		{"ApprovalRules": {"PatchRules": null}, "ApprovedPatchesComplianceLevel": "HIGH"},
	]
	every resource in unstated {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == judged with input as given(resource)
	}
}

test_a_rule_that_is_null_is_inconclusive if {
	judged := {{"msg": "the approval rule is not stated", "path": "ApprovalRules.PatchRules[0]"}}
	one := {"ApprovalRules": {"PatchRules": [null, {"ComplianceLevel": "HIGH"}]}, "ApprovedPatches": []}
	rule.deny == set() with input as given(one)
	rule.inconclusive == judged with input as given(one)

	# The rules beside it are judged, under their own places.
	denied := {{"msg": "the rule approves patches at the compliance level `UNSPECIFIED`", "path": level_path(1)}}
	other := {"ApprovalRules": {"PatchRules": [null, {"ComplianceLevel": "UNSPECIFIED"}]}, "ApprovedPatches": []}
	rule.deny == denied with input as given(other)
}

test_only_names_are_counted if {
	denied := {{
		"msg": "1 patches are approved by name at the compliance level `UNSPECIFIED`",
		"path": "ApprovedPatchesComplianceLevel",
	}}
	rule.deny == denied with input as given(baseline([], [null, "KB5031364", ""], "UNSPECIFIED"))
}

test_names_that_are_not_stated_are_inconclusive if {
	judged := {{
		"msg": "the names of the patches approved by name are not stated, so it is unknown whether their level matters",
		"path": "ApprovedPatches",
	}}
	every nothing in [[null], [""], [null, ""]] {
		every level in ["UNSPECIFIED", "URGENT", null] {
			rule.deny == set() with input as given(baseline([], nothing, level))
			rule.inconclusive == judged with input as given(baseline([], nothing, level))
		}
	}
}

test_any_name_may_have_a_specified_level if {
	every nothing in [[null], [""], [null, ""]] {
		rule.deny == set() with input as given(baseline([], nothing, "LOW"))
		rule.inconclusive == set() with input as given(baseline([], nothing, "LOW"))
	}
}
