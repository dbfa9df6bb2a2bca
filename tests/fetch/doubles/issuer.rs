//! Places that give temporary credentials, others each time.

use std::collections::VecDeque;
use std::sync::Mutex;

use chrono::{DateTime, SecondsFormat, Utc};
use probity::fetch::provider::Provider;
use serde_json::{Value, json};

use super::secrets;
use super::server::{Double, Reply, Seen, Service};

/// A temporary key.
#[derive(Clone, Copy)]
pub(crate) struct Key<'k> {
    pub(crate) number: u32,
    pub(crate) expires: DateTime<Utc>,
    pub(crate) account: Option<&'k str>,
}

impl Key<'_> {
    /// What the ids of such keys begin with.
    pub(crate) const PREFIX: &'static str = "AKIDRENEWED";

    pub(crate) fn id(&self) -> String {
        format!("{}{}", Self::PREFIX, self.number)
    }
}

/// A key as a cloud's metadata service, container or program gives it.
pub(crate) fn issued(provider: Provider, key: Key<'_>) -> String {
    let (secret, token) = secrets(&key.id()).unwrap();
    let expires = key.expires.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut document = match provider {
        Provider::Aws => json!({
            "Version": 1, "Code": "Success", "AccessKeyId": key.id(), "SecretAccessKey": secret,
            "SessionToken": token, "Expiration": expires,
        }),
        Provider::Alibaba => json!({
            "Code": "Success", "AccessKeyId": key.id(), "AccessKeySecret": secret, "SecurityToken": token,
            "Expiration": expires,
        }),
        Provider::Huawei => json!({"credential": {
            "access": key.id(), "secret": secret, "securitytoken": token, "expires_at": expires,
        }}),
    };
    if let Some(account) = key.account {
        document["AccountId"] = Value::from(account);
    }
    document.to_string()
}

/// A credentials service that answers with one after another, and stays with the last.
struct Issuer(Mutex<VecDeque<Reply>>);

impl Service for Issuer {
    fn check(&self, seen: &Seen, _now: DateTime<Utc>) -> Result<(), String> {
        match (seen.method.as_str(), seen.target.as_str()) {
            ("GET", "/role") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }

    fn refuse(&self) -> Reply {
        Reply::new(404, "")
    }

    fn serve(&self, _seen: &Seen) -> Reply {
        let mut replies = self.0.lock().unwrap();
        if replies.len() > 1 { replies.pop_front().unwrap() } else { replies[0].clone() }
    }
}

impl Double {
    /// A service at `/role` that gives credentials.
    pub(crate) fn issuer(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(Issuer(Mutex::new(replies.into_iter().collect())))
    }
}
