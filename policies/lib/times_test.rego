package policies.lib.times_test

import data.policies.lib.times

# 2026-11-21T00:00:00Z
clock := 1795219200000000000

test_age_is_counted_in_whole_days if {
	times.age_days("2026-11-12T00:00:00Z") == 9 with time.now_ns as clock
	times.age_days("2026-11-12T00:00:01Z") == 8 with time.now_ns as clock
}

test_older_than_starts_after_the_boundary if {
	not times.older_than("2026-11-14T00:00:00Z", 7) with time.now_ns as clock
	times.older_than("2026-11-13T23:59:59Z", 7) with time.now_ns as clock
}

test_a_day_ahead_is_tolerated if {
	not times.in_future("2026-11-22T00:00:00Z") with time.now_ns as clock
	times.in_future("2026-11-22T00:00:01Z") with time.now_ns as clock
}
