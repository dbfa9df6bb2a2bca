# METADATA
# title: Custom sources use HTTPS and check signatures
# description: >-
#   Fails each custom source whose configuration has a line with an http:// address, or a line that
#   turns the signature check off. That is `gpgcheck` (yum, dnf) or `pkg_gpgcheck` (zypper) set to `0`,
#   `no`, `false` or `off`, and apt's `trusted` set to `1`, `yes`, `true`, `with`, `on` or `enable`,
#   among the options of a line (`deb [trusted=yes] ...`) or as a field (`Trusted: yes`), all in upper
#   or lower case. `repo_gpgcheck` does not count: it is about the index, not the packages. Comment
#   lines do not count. The baseline is inconclusive where its sources or one of them are not stated,
#   or a source's configuration is missing or sets nothing: it has only blank lines, comments and
#   section headers (`[name]`). The configuration itself is never printed: it may hold credentials.
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

# The configuration of each source, by its position, null where it has none; undefined where the
# sources are not stated.
configurations := {i: configuration |
	some i, source in sources
	source != null
	configuration := object.get(source, ["Configuration"], null)
} if {
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
	sources != null
	some i, source in sources
	source == null
	path := sprintf("Sources[%d]", [i])
	msg := "the custom source is not stated"
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
	msg := "the source's configuration sets nothing: it is empty, or only comments and section headers"
}

# The lines that are neither blank nor comments nor section headers, in lower case; undefined where
# there is no configuration.
settings(configuration) := [line |
	some text in split(replace(lower(configuration), "\r", "\n"), "\n")
	line := trim_space(text)
	line != ""
	not startswith(line, "#")
	not startswith(line, ";")
	not regex.match(`^\[.*\]([ \t]*[#;].*)?$`, line)
] if {
	configuration != null
}

# Spelt out in ASCII: regorus may be built without the classes `\s` and `\b`.
unsigned(line) if regex.match(`^(pkg_)?gpgcheck[ \t]*[=:][ \t]*(0|no|false|off)([^a-z0-9]|$)`, line)

# apt reads each of these words as yes.
unsigned(line) if {
	regex.match(`(^|[^a-z-])trusted[ \t]*[=:][ \t]*(1|yes|true|with|on|enable)([^a-z0-9]|$)`, line)
}
