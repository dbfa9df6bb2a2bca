//! Rules meet resources: the only place that knows the Rego engine.

mod check;
mod declared;
mod engine;
mod input;
mod judge;
mod nesting;
mod outcome;
mod plan;
mod recursion;
mod rego_test;
mod syntax;
mod value;

pub use engine::{EngineError, RegoPlace, quiet_engine_panics};
pub use input::{Input, Payload, Source};
pub use judge::Judge;
pub use outcome::{Denial, Outcome};
pub use plan::Plan;
pub use rego_test::{Comparison, Coverage, TestFailure, TestOutcome, TestReport, run_tests};
