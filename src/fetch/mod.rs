//! Live calls: the documented operations, made as their vendors say, with the answers kept as evidence.

mod calls;
mod clock;
mod collect;
pub mod credentials;
pub mod endpoint;
mod progress;
pub mod provider;
pub mod request;
pub mod sign;
mod target;
mod transport;

pub use calls::{Call, Parameters};
pub use clock::{Clock, Stop, SystemClock};
pub use collect::{Collected, Evidence, Options, collect};
pub use progress::{Event, Silent, Sink};
pub use target::{Order, Owner, Plan, Target, targets};
pub use transport::{Answer, Transport, TransportError};
