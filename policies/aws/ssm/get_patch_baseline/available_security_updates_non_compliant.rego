# METADATA
# title: Available security updates count as non-compliant
# description: >-
#   Fails a patch baseline that reports a node as compliant while security updates are available that
#   it has not approved. It is inconclusive where the setting is missing or unknown. AWS documents the
#   setting for Windows only, so a baseline for another documented operating system is judged only
#   where it states the setting. Of an operating system that is not documented, such as `windows` in
#   lower case, it cannot be told whether the setting is missing: inconclusive.
# related_resources:
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html
#   description: GetPatchBaseline
# custom:
#   id: AWS-SSM-010
#   severity: medium
#   applies_to: aws.ssm.GetPatchBaseline
#   remediation: Set AvailableSecurityUpdatesComplianceStatus of the baseline to NON_COMPLIANT.
#   controls:
#     nist-800-53: [RA-5, SI-2]
#     cis-v8: ["7.3"]
#     iso-27001: ["A.8.8"]
#     soc-2: ["CC7.1"]
package policies.aws.ssm.get_patch_baseline.available_security_updates_non_compliant

operating_system := object.get(input.resource, ["OperatingSystem"], null)

status := object.get(input.resource, ["AvailableSecurityUpdatesComplianceStatus"], null)

# The documented operating systems but for Windows.
other_systems := {
	"ALMA_LINUX", "AMAZON_LINUX", "AMAZON_LINUX_2", "AMAZON_LINUX_2022", "AMAZON_LINUX_2023",
	"CENTOS", "DEBIAN", "MACOS", "ORACLE_LINUX", "RASPBIAN", "REDHAT_ENTERPRISE_LINUX",
	"ROCKY_LINUX", "SUSE", "UBUNTU",
}

applies if not operating_system in other_systems

applies if status != null

deny contains {"msg": msg, "path": "AvailableSecurityUpdatesComplianceStatus"} if {
	status == "COMPLIANT"
	msg := "security updates that are available but not approved count as `COMPLIANT`"
}

inconclusive contains {"msg": msg, "path": "AvailableSecurityUpdatesComplianceStatus"} if {
	status == null
	operating_system in {"WINDOWS", null}
	msg := "how available security updates count is not stated"
}

inconclusive contains {"msg": msg, "path": "OperatingSystem"} if {
	status == null
	not operating_system in {"WINDOWS", null}
	not operating_system in other_systems
	msg := sprintf(
		"`%s` is no documented operating system, so it is unknown whether a compliance status is missing",
		[operating_system],
	)
}

inconclusive contains {"msg": msg, "path": "AvailableSecurityUpdatesComplianceStatus"} if {
	not status in {"COMPLIANT", "NON_COMPLIANT", null}
	msg := sprintf("`%s` is no documented compliance status", [status])
}
