//! Time, waiting, and whether to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// How often a wait looks whether it is to end.
const TICK: Duration = Duration::from_millis(50);

/// Time, as calls see it.
pub trait Clock: Sync {
    /// The time of day.
    fn now(&self) -> DateTime<Utc>;
    /// Waits; not for as long where everything is to stop.
    fn wait(&self, duration: Duration);
    /// Whether everything is to stop: no further request is sent.
    fn is_stopped(&self) -> bool;
}

/// The clock of this machine.
#[derive(Clone, Debug, Default)]
pub struct SystemClock {
    stop: Stop,
}

/// Says that everything is to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Stops everything.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether everything is to stop.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl SystemClock {
    /// A clock whose waits end when `stop` says so.
    pub fn new(stop: Stop) -> Self {
        Self { stop }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn wait(&self, duration: Duration) {
        let started = Instant::now();
        while !self.is_stopped() {
            let Some(left) = duration.checked_sub(started.elapsed()).filter(|left| !left.is_zero()) else {
                return;
            };
            thread::sleep(left.min(TICK));
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }
}
