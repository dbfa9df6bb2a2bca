# METADATA
# title: Counts by severity
# description: The `severity_summary` objects of Huawei Cloud COC patch compliance reports.
package policies.lib.severities

# Sum of the six severities of a `severity_summary`; undefined where one of them is absent or null.
total(summary) := sum(counts) if {
	counts := [
		summary.critical_count,
		summary.high_count,
		summary.medium_count,
		summary.low_count,
		summary.informational_count,
		summary.unspecified_count,
	]
	every n in counts { is_number(n) }
}
