//! Doubles of the three clouds: small HTTP servers on this machine that check every signature, and fail as they are told.

mod alibaba;
mod aws;
mod huawei;
mod inside;
mod issuer;
mod run;
mod server;

pub(crate) use inside::{FakeClock, collected, keys};
pub(crate) use issuer::{Key, issued};
pub(crate) use run::{CANARIES, Fetched, fetch, fetch_command, fetched_by};
pub(crate) use server::{Act, Double, Reply, Seen};

/// The secret of an access key; the binary finds it in its environment, and no output may hold it.
pub(crate) const SECRET: &str = "canary/secret+0123456789abcdefghijklmnop";
/// The session token that goes with it.
pub(crate) const TOKEN: &str = "canary/session+token==0123456789";

/// The secret and the token of an access key. Beside the lasting key there are as many as a test asks for, each of which
/// begins with the same words: no output may hold them.
pub(crate) fn secrets(id: &str) -> Result<(String, String), String> {
    match id.strip_prefix(Key::PREFIX) {
        Some(number) => Ok((
            format!("canary/renewed+secret{number}-0123456789abcdef"),
            format!("canary/renewed+token{number}==0123456789abcdef"),
        )),
        None if id == "AKIDEXAMPLE" => Ok((SECRET.to_owned(), TOKEN.to_owned())),
        None => Err(format!("there is no key `{id}`")),
    }
}

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
