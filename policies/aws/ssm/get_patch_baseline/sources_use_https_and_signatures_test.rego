package policies.aws.ssm.get_patch_baseline.sources_use_https_and_signatures_test

import data.policies.aws.ssm.get_patch_baseline.sources_use_https_and_signatures as rule

# A baseline with a custom source for each of `configurations`.
baseline(configurations) := {"Sources": [source |
	some i, configuration in configurations
	source := {
		"Name": sprintf("internal-%d", [i]),
		"Products": ["AmazonLinux2023"],
		"Configuration": configuration,
	}
]}

# A yum repository with one more `line`.
yum(line) := sprintf("[internal]\nname=internal\nbaseurl=https://repo.example.com/al2023\n%s\nenabled=1", [line])

given(resource) := {"resource": resource, "params": {}}

plain_http(i) := {
	"msg": "a line of the configuration uses plain HTTP (`http://`)",
	"path": sprintf("Sources[%d].Configuration", [i]),
}

not_signed(i) := {
	"msg": "a line of the configuration turns the signature check off (`gpgcheck` off, or `trusted` on)",
	"path": sprintf("Sources[%d].Configuration", [i]),
}

unknown(i) := {"msg": "the source's configuration is not stated", "path": sprintf("Sources[%d].Configuration", [i])}

empty(i) := {
	"msg": "the source's configuration sets nothing: it is empty, or only comments and section headers",
	"path": sprintf("Sources[%d].Configuration", [i]),
}

test_plain_http_fails if {
	insecure := [
		"[internal]\nbaseurl=http://repo.example.com/al2023",
		"baseurl = HTTP://repo.example.com/al2023\r\ngpgcheck=1\r\n",
		"http://repo.example.com/al2023",
		"deb http://repo.example.com/ubuntu jammy main",
		yum("mirrorlist=https://a.example.com/list,http://b.example.com/list"),
	]
	every configuration in insecure {
		rule.deny == {plain_http(0)} with input as given(baseline([configuration]))
		rule.inconclusive == set() with input as given(baseline([configuration]))
	}
}

test_unsigned_fails if {
	off := [
		"gpgcheck=0", "gpgcheck = 0", "  gpgcheck\t=\tno  ", "GPGCheck=False", "gpgcheck=OFF\r", "gpgcheck: 0",
		"gpgcheck=0 ; for now", "pkg_gpgcheck=0", "gpgcheck=1\rgpgcheck=0",
		"deb [trusted=yes] https://repo.example.com/ubuntu jammy main",
		"deb [ arch=amd64 Trusted=Yes ] https://repo.example.com/ubuntu jammy main",
		"deb [trusted=true arch=amd64] https://repo.example.com/ubuntu jammy main",
		"Trusted: yes", "Trusted: 1", "Trusted: with", "Trusted: on", "Trusted: enable",
	]
	every line in off {
		rule.deny == {not_signed(0)} with input as given(baseline([yum(line)]))
		rule.inconclusive == set() with input as given(baseline([yum(line)]))
	}
}

test_each_source_and_each_flaw_is_named if {
	resource := baseline([
		"deb [trusted=yes] http://repo.example.com/ubuntu jammy main",
		yum("gpgcheck=1"),
		yum("gpgcheck=0"),
		"baseurl=http://repo.example.com/al2023",
	])
	rule.deny == {plain_http(0), not_signed(0), not_signed(2), plain_http(3)} with input as given(resource)
	rule.inconclusive == set() with input as given(resource)
}

test_https_and_signatures_pass if {
	on := [
		"gpgcheck=1", "gpgcheck = yes", "Trusted: no", "repo_gpgcheck=0", "sslverify=0",
		"# baseurl=http://old.example.com", "  ; gpgcheck=0", "#gpgcheck=0", "",
		"deb [trusted=no] https://repo.example.com/ubuntu jammy main",
		"deb [signed-by=/etc/apt/untrusted=yes.gpg] https://repo.example.com/ubuntu jammy main",
		"deb https://repo.example.com/trusted jammy main",
	]
	every line in on {
		rule.deny == set() with input as given(baseline([yum(line)]))
		rule.inconclusive == set() with input as given(baseline([yum(line)]))
	}
}

test_no_sources_pass if {
	rule.deny == set() with input as given(baseline([]))
	rule.inconclusive == set() with input as given(baseline([]))
}

test_sources_not_stated_are_inconclusive if {
	judged := {{"msg": "the custom sources are not stated", "path": "Sources"}}
	every resource in [{}, {"Sources": null}] {
		rule.deny == set() with input as given(resource)
		rule.inconclusive == judged with input as given(resource)
	}
}

test_configuration_not_stated_is_inconclusive if {
	resource := {"Sources": [{"Name": "internal"}, {"Configuration": yum("gpgcheck=1")}, {"Configuration": null}]}
	rule.deny == set() with input as given(resource)
	rule.inconclusive == {unknown(0), unknown(2)} with input as given(resource)
}

test_configuration_without_settings_is_inconclusive if {
	resource := baseline(["", " \r\n\t\n", "# gpgcheck=0\n; baseurl=http://old.example.com\n"])
	rule.deny == set() with input as given(resource)
	rule.inconclusive == {empty(0), empty(1), empty(2)} with input as given(resource)
}

test_section_headers_alone_set_nothing if {
	resource := baseline(["[internal]", "[internal]\n#gpgcheck=0\n", " [internal] \r\n", "[a] # one\n[b]; two\n[c;d]"])
	rule.deny == set() with input as given(resource)
	rule.inconclusive == {empty(0), empty(1), empty(2), empty(3)} with input as given(resource)
}

test_a_setting_in_or_after_brackets_is_one if {
	options := "deb [arch=amd64] https://repo.example.com/ubuntu jammy main"
	every configuration in [options, "[internal]\ngpgcheck=1", "[internal] gpgcheck=1"] {
		rule.deny == set() with input as given(baseline([configuration]))
		rule.inconclusive == set() with input as given(baseline([configuration]))
	}
}

test_a_source_that_is_null_is_inconclusive if {
	judged := {{"msg": "the custom source is not stated", "path": "Sources[0]"}}
	resource := {"Sources": [null, {"Configuration": yum("gpgcheck=1")}]}
	rule.deny == set() with input as given(resource)
	rule.inconclusive == judged with input as given(resource)

	# The sources beside it are judged, under their own places.
	rule.deny == {not_signed(1)} with input as given({"Sources": [null, {"Configuration": yum("gpgcheck=0")}]})
}
