//! One execution: files in, findings out, in the order of the files whatever the number of threads.
//!
//! A reader cuts the inputs into batches; workers, each with an engine of its own, parse and judge them; the
//! calling thread takes their outcomes in order. The number of batches on the way is bounded, and so is
//! memory: nothing is kept of a resource once its findings are reported.

mod accept;
mod bench;
mod candidate;
mod closing;
mod collect;
mod compose;
mod duplicates;
mod evidence;
mod fetched;
mod hidden;
mod lines;
mod log;
mod page;
mod pipeline;
mod present;
mod problems;
mod register;
mod sought;
mod text;
mod worker;

pub use candidate::{Candidate, Chosen};
pub(crate) use evidence::read_paths;
pub use pipeline::{Progress, Stopped, execute};

/// What a run tells while it goes on.
#[derive(Debug)]
pub enum Event<'e> {
    /// A verdict.
    Finding(&'e crate::finding::Finding),
    /// Verdicts as lines, where those were asked for.
    Lines(&'e [u8]),
    /// The document that a rule would see, as one line of JSON.
    Input(&'e str),
    /// A resource that a verdict may be explained on.
    Candidate(Candidate),
    /// Something is wrong.
    Diagnostic(&'e crate::source::Diagnostic),
}
