package policies.lib.severities_test

import data.policies.lib.severities

summary := {
	"critical_count": 1, "high_count": 2, "medium_count": 3,
	"low_count": 4, "informational_count": 5, "unspecified_count": 6,
}

test_all_six_are_added if {
	severities.total(summary) == 21
}

test_an_absent_severity_has_no_total if {
	not severities.total(object.remove(summary, ["low_count"]))
}

test_a_null_severity_has_no_total if {
	not severities.total(object.union(summary, {"low_count": null}))
}

test_no_summary_has_no_total if {
	not severities.total(null)
}
