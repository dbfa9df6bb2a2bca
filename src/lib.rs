//! Policy-as-code compliance evaluation of saved cloud API responses.
//!
//! Probity loads documented response payloads into a typed model, evaluates Rego rules against every record,
//! and yields findings that point at the line of the JSON that decided. What could not be judged is never
//! reported as a pass.
//!
//! The modules stand in the order of the flow, and each uses only those before it: [`discover`] finds files,
//! [`load`] cuts them into payloads, [`model`] types them, [`policy`] reads rules, [`evaluate`] judges,
//! [`finding`] holds the verdicts, [`report`] prints them; [`run`] drives the whole, and [`cli`] is the
//! command line.

#![cfg_attr(test, expect(clippy::string_slice, reason = "a test that slices wrongly fails"))]

pub mod cli;
pub mod config;
pub mod discover;
pub mod evaluate;
pub mod fetch;
pub mod finding;
pub mod load;
pub mod model;
pub mod mutate;
pub mod operation;
pub mod policy;
pub mod population;
pub mod report;
pub mod result;
pub mod run;
pub mod settings;
pub mod snapshot;
pub mod source;
pub mod suggest;
pub mod waiver;
