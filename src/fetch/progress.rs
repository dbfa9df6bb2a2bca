//! What calls tell while they are made.

use std::time::Duration;

use super::collect::Collected;
use super::target::Target;

/// Somebody who watches. It is told from several threads.
pub trait Sink: Sync {
    /// Something happened to the target of this index.
    fn tell(&self, index: usize, target: &Target, event: Event<'_>);
}

/// What happens to a target.
#[derive(Debug)]
pub enum Event<'e> {
    /// Its first request is about to be sent.
    Started,
    /// An answer is there.
    Page {
        /// Answers of the target so far.
        pages: u64,
        /// Resources of the target so far.
        resources: u64,
        /// Resources that there are, as far as that is known.
        total: Option<u64>,
    },
    /// A request failed and will be made again.
    Again {
        /// What went wrong.
        why: &'e str,
        /// How long until then.
        wait: Duration,
    },
    /// All of its calls have ended.
    Ended(&'e [Collected]),
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Sink for Silent {
    fn tell(&self, _index: usize, _target: &Target, _event: Event<'_>) {}
}
