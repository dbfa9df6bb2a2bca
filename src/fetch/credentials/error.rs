//! Why there are no credentials. No variant can hold a secret.

use chrono::{DateTime, SecondsFormat, Utc};
use thiserror::Error;

use crate::fetch::provider::Provider;
use crate::source::printable;
use crate::suggest::did_you_mean;

/// Why there are no credentials that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// None of the usual places has any.
    #[error("no credentials for {provider} are found")]
    None {
        /// Whose.
        provider: Provider,
        /// Each place that was looked at, and what was there.
        looked: Vec<String>,
    },
    /// The profile that was asked for is not there.
    #[error("there is no profile `{}` in {}{}", printable(.name), .files.join(" or "), did_you_mean(.nearest.as_deref()))]
    Profile {
        /// Its name.
        name: String,
        /// Where it would be.
        files: Vec<String>,
        /// The profile that may be meant.
        nearest: Option<String>,
    },
    /// Something belongs to them and is not there.
    #[error("{place}: `{missing}` is missing")]
    Incomplete {
        /// Where they are.
        place: String,
        /// What is missing.
        missing: &'static str,
    },
    /// They are of a kind that only the vendor's own tools can use.
    #[error("{place}: {kind} is not supported")]
    Unsupported {
        /// Where they are.
        place: String,
        /// What kind they are of.
        kind: &'static str,
        /// What to do instead.
        instead: String,
    },
    /// They were temporary.
    #[error("{place}: the credentials expired at {}", at.to_rfc3339_opts(SecondsFormat::Secs, true))]
    Expired {
        /// Where they are.
        place: String,
        /// When they ended.
        at: DateTime<Utc>,
    },
    /// What is there cannot be read or used.
    #[error("{place}: {why}")]
    Unusable {
        /// Where they are.
        place: String,
        /// What is wrong, without anything of what was read.
        why: String,
        /// What to do about it.
        remedy: String,
    },
}

impl CredentialsError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::None { provider, looked } => {
                format!("{}; looked at: {}", usual(*provider), looked.join("; "))
            }
            Self::Profile { .. } => {
                "`--profile` names the only place that is looked at; without it the environment comes first"
                    .to_owned()
            }
            Self::Incomplete { .. } => "id and secret belong together; set both or neither".to_owned(),
            Self::Unsupported { instead, .. } => instead.clone(),
            Self::Expired { .. } => "sign in again, or have new ones issued, and run this again".to_owned(),
            Self::Unusable { remedy, .. } => remedy.clone(),
        }
    }
}

/// The simplest way to give credentials.
fn usual(provider: Provider) -> &'static str {
    match provider {
        Provider::Alibaba => {
            "set `ALIBABA_CLOUD_ACCESS_KEY_ID` and `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, or run `aliyun configure`"
        }
        Provider::Aws => "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or run `aws configure`",
        Provider::Huawei => {
            "set `HUAWEICLOUD_SDK_AK` and `HUAWEICLOUD_SDK_SK`, or write them to `~/.huaweicloud/credentials`"
        }
    }
}
