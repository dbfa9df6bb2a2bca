package policies.lib.versions_test

import data.policies.lib.versions

test_dotted_numbers_are_versions if {
	every version in ["7", "0.0.9", "1.10.2", "2026.11.21.0"] {
		versions.dotted(version)
	}
}

test_anything_else_is_not if {
	others := ["", ".", "1.", ".1", "1..2", "v1.2", "1.2-rc1", "1.2 ", "1.2\n", "-1", "１.２", 1.2, 7, null, ["1"]]
	every other in others {
		not versions.dotted(other)
	}
}

test_order_is_numeric if {
	versions.below("0.0.9", "0.0.10")
	not versions.below("0.0.10", "0.0.9")
	versions.below("9.9", "10.0")
	not versions.below("10.0", "9.9")
}

test_the_first_difference_decides if {
	versions.below("1.2.9", "1.3.0")
	not versions.below("1.3.0", "1.2.9")
}

test_a_version_is_not_below_itself if {
	not versions.below("1.2.3", "1.2.3")
}

test_a_longer_version_is_above_its_start if {
	versions.below("1.2", "1.2.1")
	versions.below("1.2", "1.2.0.1")
	not versions.below("1.2.1", "1.2")
}

test_trailing_zeros_do_not_count if {
	every pair in [["1.2", "1.2.0"], ["1.2", "1.2.0.00"], ["0", "0.0"], ["10", "10.0"]] {
		versions.sort_key(pair[0]) == versions.sort_key(pair[1])
		not versions.below(pair[0], pair[1])
		not versions.below(pair[1], pair[0])
	}
}

test_zeros_elsewhere_count if {
	versions.below("1.0.2", "1.2")
	versions.below("0", "0.1")
	versions.below("1.2", "1.20")
}

test_leading_zeros_do_not_count if {
	not versions.below("1.02", "1.2")
	not versions.below("1.2", "1.02")
	versions.below("1.09", "1.10")
}

test_numbers_of_any_size_are_told_apart if {
	versions.below("1.18446744073709551616", "1.18446744073709551617")
	not versions.below("1.18446744073709551617", "1.18446744073709551616")
}

test_what_is_no_version_is_never_below if {
	not versions.below("v1", "2")
	not versions.below("1", "v2")
	not versions.below(null, "2")
	not versions.below("1", null)
	not versions.below(1, 2)
}
