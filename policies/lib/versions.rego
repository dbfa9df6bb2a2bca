# METADATA
# title: Versions in version order
# description: Versions of dotted numbers, such as `1.10.2`, compared number by number instead of as text.
package policies.lib.versions

# The text is one number, or several joined by single dots.
dotted(version) if {
	is_string(version)
	regex.match(`^[0-9]+(\.[0-9]+)*$`, version)
}

# `version` comes before `minimum`. Trailing zeros do not count: 1.2 is 1.2.0. Undefined where one of
# the two is not made of dotted numbers.
below(version, minimum) if sort_key(version) < sort_key(minimum)

# A [length, digits] pair per number, without its leading zeros: these sort as the numbers do, at any
# size. `to_number` would not do: regorus refuses "09" and rounds from 2^64 on.
sort_key(version) := [[count(digits), digits] |
	some number in split(regex.replace(version, `(\.0+)+$`, ""), ".")
	digits := trim_left(number, "0")
] if {
	dotted(version)
}
