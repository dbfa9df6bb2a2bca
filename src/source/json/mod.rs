//! JSON as text: paths into it, where a value stands, and what is wrong with a malformed one.
//!
//! Values are parsed by `serde_json`; this module answers the questions about *places* that a parser
//! of values cannot answer, and only when they are asked.

mod check;
mod locate;
mod outline;
mod path;
mod plain;
mod secrets;
mod skip;

pub use check::{Fault, FaultKind, MAX_DEPTH, check};
pub use locate::{Located, locate};
pub use outline::{Outline, Outlined, Space};
pub use path::{JsonPath, PathError, Segment};
pub use plain::{is_plain, plain_length};
pub use secrets::SecretMember;
pub use skip::{Skip, Skipper, is_too_deep, string_end};
