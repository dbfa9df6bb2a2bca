# METADATA
# title: Ages measured from the run's clock
# description: >-
#   Times reach rules as RFC 3339 UTC text; `time.now_ns()` is the clock of the run (`--at`).
package policies.lib.times

day_ns := 86400000000000

# Nanoseconds from `timestamp` to the clock; negative where the time lies in the future.
age_ns(timestamp) := time.now_ns() - time.parse_rfc3339_ns(timestamp)

# Whole days from `timestamp` to the clock, rounded down: for messages.
age_days(timestamp) := floor(age_ns(timestamp) / day_ns)

# More than `days` days old. Exactly `days` days is not older.
older_than(timestamp, days) if age_ns(timestamp) > days * day_ns

# More than a day ahead of the clock: the time or the clock is wrong, so no age can be told.
in_future(timestamp) if age_ns(timestamp) < 0 - day_ns
