//! Requests that failed are made again, a bounded number of times: after as long as the service asks for, else after waits
//! that double and are blurred by chance, so that many callers do not come back at once.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

use super::failure::{Failure, Kind};

/// Attempts at one request, the first included.
const ATTEMPTS: usize = 6;
/// Attempts where there is no connection: a wrong address stays one.
const ATTEMPTS_TO_CONNECT: usize = 3;
/// The first wait, before chance.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait that is not asked for.
const LONGEST: Duration = Duration::from_secs(20);
/// The longest wait that a service may ask for: what asks for more has failed.
const LONGEST_ASKED: Duration = Duration::from_mins(2);

/// How often one request is still made, and when.
pub(super) struct Retries {
    waits: ExponentialBackoff,
    unconnected: usize,
}

impl Retries {
    /// For one request. The same seed gives the same waits.
    pub(super) fn new(seed: Option<u64>) -> Self {
        let builder = ExponentialBuilder::new()
            .with_min_delay(FIRST)
            .with_max_delay(LONGEST)
            .with_max_times(ATTEMPTS - 1)
            .with_jitter();
        let builder = match seed {
            Some(seed) => builder.with_jitter_seed(seed),
            None => builder,
        };
        Self { waits: builder.build(), unconnected: 0 }
    }

    /// How long to wait before the request is made again; `None` where that is not to be done.
    pub(super) fn after(&mut self, failure: &Failure) -> Option<Duration> {
        if !failure.kind.is_passing() {
            return None;
        }
        if failure.kind == Kind::Unreachable {
            self.unconnected += 1;
            if self.unconnected >= ATTEMPTS_TO_CONNECT {
                return None;
            }
        }
        let wait = self.waits.next()?;
        match failure.wait {
            None => Some(wait),
            Some(asked) if asked > LONGEST_ASKED => None,
            Some(asked) => Some(asked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kind: Kind, wait: Option<Duration>) -> Failure {
        Failure { wait, ..Failure::unanswered(kind, String::new()) }
    }

    #[test]
    fn waits_grow_are_bounded_and_end() {
        let waits: Vec<Duration> = {
            let mut retries = Retries::new(Some(7));
            std::iter::from_fn(|| retries.after(&failure(Kind::Throttled, None))).collect()
        };
        assert_eq!(waits.len(), ATTEMPTS - 1);
        for (index, wait) in waits.iter().enumerate() {
            let least = FIRST * 2_u32.pow(u32::try_from(index).unwrap());
            assert!(*wait >= least.min(LONGEST), "{waits:?}");
            assert!(*wait <= LONGEST * 2, "{waits:?}");
        }
        let again: Vec<Duration> = {
            let mut retries = Retries::new(Some(7));
            std::iter::from_fn(|| retries.after(&failure(Kind::Throttled, None))).collect()
        };
        assert_eq!(waits, again);
    }

    #[test]
    fn the_service_knows_best_unless_it_asks_for_too_much() {
        let mut retries = Retries::new(None);
        let asked = |seconds| failure(Kind::Throttled, Some(Duration::from_secs(seconds)));
        assert_eq!(retries.after(&asked(3)), Some(Duration::from_secs(3)));
        assert_eq!(retries.after(&asked(0)), Some(Duration::ZERO));
        assert_eq!(retries.after(&asked(121)), None);
    }

    #[test]
    fn a_wrong_address_is_found_out_soon() {
        let mut retries = Retries::new(None);
        let waits = std::iter::from_fn(|| retries.after(&failure(Kind::Unreachable, None)));
        assert_eq!(waits.count(), ATTEMPTS_TO_CONNECT - 1);
    }

    #[test]
    fn what_does_not_pass_is_not_tried_again() {
        for kind in [Kind::Signature, Kind::UnknownKey, Kind::Permission, Kind::NotFound, Kind::Unreadable] {
            assert_eq!(Retries::new(None).after(&failure(kind, None)), None);
        }
    }
}
