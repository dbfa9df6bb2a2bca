//! Rules meet resources: the only place that knows the Rego engine.

mod asked;
mod compiled;
mod engine;
mod explain;
mod input;
mod judge;
mod lazy;
mod lint;
mod marks;
mod memo;
mod needs;
mod outcome;
mod parse;
mod plan;
mod presence;
mod rego_test;
mod rulebook;
mod slots;
mod tree;
mod value;

pub use engine::{EngineError, RegoPlace, quiet_engine_panics};
pub use explain::{
    ExplainedCase, ExplainedDefinition, ExplainedRead, ExplainedStatement, Explanation, NamedValue, Role,
    Shown, State, Ways, explain,
};
pub use input::{Input, Known, Payload, Source};
pub use judge::{Judge, Judged, Unreadable, Way};
pub use lazy::LazyPlan;
pub use lint::{LintProblem, LintReport, lint};
pub use outcome::{Denial, Outcome};
pub use parse::parse_problems;
pub use plan::Plan;
pub use rego_test::{Comparison, Coverage, TestFailure, TestOutcome, TestReport, run_tests};
pub use rulebook::Rulebook;
