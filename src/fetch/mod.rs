//! Live calls: the documented operations, made as their vendors say, with the answers kept as evidence.
//!
//! An [`Order`] is checked and becomes a [`Target`] for each region; [`collect`] calls them and writes folders of evidence.

mod answer;
mod caller;
mod calls;
mod clock;
mod collect;
pub mod credentials;
pub mod endpoint;
mod evidence;
mod failure;
mod pace;
mod pages;
mod party;
mod progress;
pub mod provider;
mod redact;
pub mod request;
mod retry;
mod round;
pub mod sign;
mod target;
mod transport;
mod wire;

pub use calls::{Call, Kind, Paging, Parameter, Parameters, Regions, Role, Rows, Text, Wire};
pub use clock::{Clock, Stop, SystemClock};
pub use collect::{Collected, Evidence, Options, collect};
pub use evidence::PARTIAL;
pub use progress::{Event, Silent, Sink};
pub use target::{Order, OrderProblem, Owner, Part, Plan, Target, targets};
pub use transport::{Answer, Http, MAX_ANSWER_BYTES, TimeOuts, Transport, TransportError};
