package policies.aws.ssm.get_patch_baseline.available_security_updates_non_compliant_test

import data.policies.aws.ssm.get_patch_baseline.available_security_updates_non_compliant as rule

path := "AvailableSecurityUpdatesComplianceStatus"

windows(status) := {"OperatingSystem": "WINDOWS", "AvailableSecurityUpdatesComplianceStatus": status}

given(resource) := {"resource": resource, "params": {}}

test_compliant_fails if {
	denied := {{"msg": "security updates that are available but not approved count as `COMPLIANT`", "path": path}}
	rule.applies with input as given(windows("COMPLIANT"))
	rule.deny == denied with input as given(windows("COMPLIANT"))
	rule.inconclusive == set() with input as given(windows("COMPLIANT"))
}

test_non_compliant_passes if {
	rule.applies with input as given(windows("NON_COMPLIANT"))
	rule.deny == set() with input as given(windows("NON_COMPLIANT"))
	rule.inconclusive == set() with input as given(windows("NON_COMPLIANT"))
}

test_status_not_stated_is_inconclusive if {
	judged := {{"msg": "how available security updates count is not stated", "path": path}}
	every resource in [windows(null), {"OperatingSystem": "WINDOWS"}, {"OperatingSystem": null}, {}] {
		rule.applies with input as given(resource)
		rule.deny == set() with input as given(resource)
		rule.inconclusive == judged with input as given(resource)
	}
}

test_unknown_status_is_inconclusive if {
	judged := {{"msg": "`PENDING` is no documented compliance status", "path": path}}
	rule.applies with input as given(windows("PENDING"))
	rule.deny == set() with input as given(windows("PENDING"))
	rule.inconclusive == judged with input as given(windows("PENDING"))
}

test_other_systems_are_judged_only_where_they_state_it if {
	rule.applies with input as given({"OperatingSystem": "UBUNTU", path: "NON_COMPLIANT"})
	not rule.applies with input as given({"OperatingSystem": "UBUNTU"})
	not rule.applies with input as given({"OperatingSystem": "UBUNTU", path: null})
}
