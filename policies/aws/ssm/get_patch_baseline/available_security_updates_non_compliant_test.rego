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

test_every_documented_system_but_windows_need_not_state_it if {
	every system in [
		"AMAZON_LINUX", "AMAZON_LINUX_2", "AMAZON_LINUX_2022", "UBUNTU", "REDHAT_ENTERPRISE_LINUX", "SUSE", "CENTOS",
		"ORACLE_LINUX", "DEBIAN", "MACOS", "RASPBIAN", "ROCKY_LINUX", "ALMA_LINUX", "AMAZON_LINUX_2023",
	] {
		not rule.applies with input as given({"OperatingSystem": system})
		rule.inconclusive == set() with input as given({"OperatingSystem": system, path: "NON_COMPLIANT"})
	}
}

test_an_undocumented_system_that_does_not_state_it_is_inconclusive if {
	every system in ["windows", "FREEBSD"] {
		judged := {{
			"msg": sprintf(
				"`%s` is no documented operating system, so it is unknown whether a compliance status is missing",
				[system],
			),
			"path": "OperatingSystem",
		}}
		every resource in [{"OperatingSystem": system}, {"OperatingSystem": system, path: null}] {
			rule.applies with input as given(resource)
			rule.deny == set() with input as given(resource)
			rule.inconclusive == judged with input as given(resource)
		}
	}
}

test_an_undocumented_system_that_states_it_is_judged if {
	every status in ["COMPLIANT", "NON_COMPLIANT"] {
		resource := {"OperatingSystem": "windows", path: status}
		rule.applies with input as given(resource)
		rule.inconclusive == set() with input as given(resource)
	}
	count(rule.deny) == 1 with input as given({"OperatingSystem": "windows", path: "COMPLIANT"})
	rule.deny == set() with input as given({"OperatingSystem": "windows", path: "NON_COMPLIANT"})
}
