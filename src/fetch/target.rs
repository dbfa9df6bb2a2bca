//! What is to be called, checked against the documents before anything is sent.

use serde_json::Value;

use super::calls::{Call, Parameters};
use super::endpoint::Endpoint;
use crate::source::Diagnostic;

/// What somebody asks for, as they wrote it.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The call, by its full name or the last part of it.
    pub operation: String,
    /// Regions, of which each is a target; by default the environment's.
    pub regions: Vec<String>,
    /// The profile that holds the credentials; by default the environment's.
    pub profile: Option<String>,
    /// The account that this is, where somebody says so.
    pub account: Option<String>,
    /// Parameters by their documented names. A text is read as what the parameter is.
    pub parameters: Vec<(String, Value)>,
    /// `aws.ssm.GetPatchBaseline`: these baselines, a call each.
    pub baseline_ids: Vec<String>,
    /// `aws.ssm.GetPatchBaseline`: all baselines of an owner, a call each.
    pub all: Option<Owner>,
    /// `alibaba.oos.ListInstancePatchStates`: these instances, a call for each hundred.
    pub instance_ids: Vec<String>,
    /// Where to send requests, in place of the documented address.
    pub endpoint: Option<Endpoint>,
}

/// Who owns a patch baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The account.
    Own,
    /// AWS.
    Aws,
    /// Whoever.
    All,
}

/// A call or several of one kind in one region, ready to be made.
#[derive(Clone, Debug)]
pub struct Target {
    /// The documented call.
    pub call: &'static Call,
    /// The region; none where the service has none.
    pub region: Option<String>,
    /// The profile that holds the credentials.
    pub profile: Option<String>,
    /// The account, where somebody says so.
    pub account: Option<String>,
    /// Where requests are sent, in place of the documented address.
    pub endpoint: Option<Endpoint>,
    /// The calls to make.
    pub plan: Plan,
}

/// Which calls a target makes.
#[derive(Clone, Debug)]
pub enum Plan {
    /// One call for each set of parameters.
    Each(Vec<Parameters>),
    /// A listing first, then one call for each patch baseline in it.
    Baselines {
        /// Parameters of the listing.
        listing: Parameters,
    },
}

/// Checks an order, and makes a target for each region.
///
/// # Errors
///
/// All that is wrong with it: unknown names, types, bounds, what is missing.
pub fn targets(order: &Order) -> Result<Vec<Target>, Vec<Diagnostic>> {
    let _ = order;
    Ok(Vec::new())
}
