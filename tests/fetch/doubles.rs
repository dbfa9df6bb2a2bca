//! Doubles of the three clouds: small HTTP servers on this machine that check every signature, and fail as they are told.

mod alibaba;
mod aws;
mod huawei;
mod inside;
mod run;
mod server;

pub(crate) use inside::{FakeClock, collected, keys};
pub(crate) use run::{CANARIES, Fetched, fetch, fetch_command};
pub(crate) use server::{Act, Double, Reply, Seen};

/// The secret of an access key; the binary finds it in its environment, and no output may hold it.
pub(crate) const SECRET: &str = "canary/secret+0123456789abcdefghijklmnop";
/// The session token that goes with it.
pub(crate) const TOKEN: &str = "canary/session+token==0123456789";

impl Double {
    /// AWS Systems Manager, with these patch baselines.
    pub(crate) fn aws(baselines: Vec<aws::Baseline>) -> Self {
        aws::start(baselines)
    }

    /// Alibaba Cloud's OOS and Security Center, with this many resources of each kind.
    pub(crate) fn alibaba(resources: usize) -> Self {
        alibaba::start(resources)
    }

    /// Huawei Cloud's COC, with this many reports.
    pub(crate) fn huawei(reports: usize) -> Self {
        huawei::start(reports)
    }
}

pub(crate) use aws::baselines;
