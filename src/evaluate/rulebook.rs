//! What a run asks of its rules.

use std::fmt;
use std::sync::Arc;

use super::{Judge, Way};
use crate::operation::Operation;
use crate::policy::{ReadSet, Rule};
use crate::source::Diagnostic;

/// The rules of a run, and judges that go by them. Shared by all threads.
pub trait Rulebook: fmt::Debug + Sync {
    /// The rules, in the order in which they are told of.
    fn rules(&self) -> &[Arc<Rule>];

    /// A rule that a judge told of, by its index among the rules, and what it reads.
    fn rule(&self, index: usize) -> Option<(&Arc<Rule>, &ReadSet)>;

    /// Whether a rule applies to an operation.
    fn judges(&self, operation: Operation) -> bool;

    /// A judge of an operation's resources, for the thread that asks.
    ///
    /// # Errors
    ///
    /// Where rules that are known to compile do not: a defect.
    fn judge(&self, operation: Operation, way: Way) -> Result<Judge<'_>, Diagnostic>;
}
