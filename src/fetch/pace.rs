//! Requests to one API keep their distance, whoever makes them.

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::clock::Clock;

/// The pace of one API. It gives out moments, each a little after the one before, so that no second holds more requests than
/// are allowed, not even the first.
pub(super) struct Pace {
    distance: Option<TimeDelta>,
    next: Mutex<Option<DateTime<Utc>>>,
}

impl Pace {
    /// As slow as the slower of the two: what the documents allow, and what the user wants.
    pub(super) fn new(documented: Option<f64>, wanted: Option<f64>) -> Self {
        let rate = match (documented, wanted) {
            (Some(documented), Some(wanted)) => Some(documented.min(wanted)),
            (documented, wanted) => documented.or(wanted),
        };
        let distance = rate
            .filter(|rate| rate.is_finite() && *rate > 0.0)
            .and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok())
            .and_then(|distance| TimeDelta::from_std(distance).ok());
        Self { distance, next: Mutex::new(None) }
    }

    /// Waits until a request may be sent.
    pub(super) fn wait(&self, clock: &dyn Clock) {
        let Some(distance) = self.distance else { return };
        let now = clock.now();
        let slot = {
            let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let slot = next.map_or(now, |next| next.max(now));
            *next = slot.checked_add_signed(distance);
            slot
        };
        if let Ok(wait) = (slot - now).to_std() {
            clock.wait(wait);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    struct Waits(Mutex<Vec<Duration>>);

    impl Clock for Waits {
        fn now(&self) -> DateTime<Utc> {
            let waited: Duration = self.0.lock().unwrap().iter().sum();
            DateTime::UNIX_EPOCH + waited
        }

        fn wait(&self, duration: Duration) {
            self.0.lock().unwrap().push(duration);
        }

        fn is_stopped(&self) -> bool {
            false
        }
    }

    fn waits(documented: Option<f64>, wanted: Option<f64>) -> Vec<Duration> {
        let clock = Waits(Mutex::default());
        let pace = Pace::new(documented, wanted);
        for _ in 0..3 {
            pace.wait(&clock);
        }
        clock.0.into_inner().unwrap()
    }

    #[test]
    fn the_slower_pace_counts() {
        let [none, fifty] = [Duration::ZERO, Duration::from_millis(50)];
        assert_eq!(waits(Some(20.0), None), [none, fifty, fifty]);
        assert_eq!(waits(Some(20.0), Some(100.0)), [none, fifty, fifty]);
        assert_eq!(waits(Some(20.0), Some(2.0)), [none, fifty * 10, fifty * 10]);
        assert!(waits(None, None).is_empty());
    }
}
