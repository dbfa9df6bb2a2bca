# METADATA
# title: Custom sources use HTTPS and check signatures
# description: >-
#   Fails each custom source whose configuration has a line with an http:// address, or a line that
#   turns the signature check off (gpgcheck for yum, dnf and zypper, trusted for apt). Comment lines do
#   not count. The baseline is inconclusive where its sources are not stated, or a source's
#   configuration is missing or sets nothing. The configuration itself is never printed: it may hold
#   credentials.
# related_resources:
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetPatchBaseline.html
#   description: GetPatchBaseline
# - ref: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PatchSource.html
#   description: PatchSource
# custom:
#   id: AWS-SSM-008
#   severity: high
#   applies_to: aws.ssm.GetPatchBaseline
#   remediation: >-
#     Point the source to https:// addresses and set gpgcheck=1 (for apt, remove the trusted option), with
#     the repository's signing key installed on the nodes.
#   controls:
#     nist-800-53: [CM-6]
#     cis-v8: ["4.1"]
#     iso-27001: ["A.8.9"]
package policies.aws.ssm.get_patch_baseline.sources_use_https_and_signatures

sources := object.get(input.resource, ["Sources"], null)

# The configuration of each source, null where it has none; undefined where the sources are not stated.
configurations := [object.get(source, ["Configuration"], null) | some source in sources] if {
	sources != null
}

deny contains {"msg": msg, "path": path} if {
	some i, configuration in configurations
	some line in settings(configuration)
	contains(line, "http://")
	path := sprintf("Sources[%d].Configuration", [i])
	msg := "a line of the configuration uses plain HTTP (`http://`)"
}

deny contains {"msg": msg, "path": path} if {
	some i, configuration in configurations
	some line in settings(configuration)
	unsigned(line)
	path := sprintf("Sources[%d].Configuration", [i])
	msg := "a line of the configuration turns the signature check off (`gpgcheck` off, or `trusted` on)"
}

inconclusive contains {"msg": msg, "path": "Sources"} if {
	sources == null
	msg := "the custom sources are not stated"
}

inconclusive contains {"msg": msg, "path": path} if {
	some i, configuration in configurations
	configuration == null
	path := sprintf("Sources[%d].Configuration", [i])
	msg := "the source's configuration is not stated"
}

inconclusive contains {"msg": msg, "path": path} if {
	some i, configuration in configurations
	settings(configuration) == []
	path := sprintf("Sources[%d].Configuration", [i])
	msg := "the source's configuration sets nothing: it is empty or only comments"
}

# The lines that are neither blank nor comments, in lower case; undefined where there is no configuration.
settings(configuration) := [line |
	some text in split(lower(configuration), "\n")
	line := trim_space(text)
	line != ""
	not startswith(line, "#")
	not startswith(line, ";")
] if {
	configuration != null
}

# Spelt out in ASCII: regorus may be built without the classes `\s` and `\b`.
unsigned(line) if regex.match(`^(pkg_)?gpgcheck[ \t]*[=:][ \t]*(0|no|false|off)([^a-z0-9]|$)`, line)

# apt reads each of these words as yes.
unsigned(line) if {
	regex.match(`(^|[^a-z-])trusted[ \t]*[=:][ \t]*(1|yes|true|with|on|enable)([^a-z0-9]|$)`, line)
}
