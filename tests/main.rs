//! The whole tool, through its binary.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

mod architecture;
mod cases;
mod check;
mod contract;
mod differential;
mod documents;
mod evidence;
mod explain;
mod formats;
#[path = "../benches/support/generate.rs"]
mod generate;
mod in_process;
mod inspect;
mod lazy;
mod lint;
mod load;
mod mutation;
mod never_silent;
mod oracle;
mod policies;
mod pretty;
mod properties;
mod samples;
mod support;
