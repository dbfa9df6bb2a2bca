//! Cloud Operations Center.

mod list_instance_compliant;

pub use list_instance_compliant::{
    CompliantSummary, ExecutionSummary, InstanceCompliant, NonCompliantSummary, ReportsPage, SeveritySummary,
};
