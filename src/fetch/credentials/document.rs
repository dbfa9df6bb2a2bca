//! JSON that holds secrets: what files, programs and metadata services give.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::{Credentials, CredentialsError};

/// Reads a document. What is wrong with it is told by line only: the parser's own words may repeat values, and its columns are
/// not exact.
pub(super) fn read<T: DeserializeOwned>(text: &SecretString) -> Result<T, String> {
    serde_json::from_str(text.expose_secret()).map_err(|error| {
        let what = match error.classify() {
            Category::Data => "not of the documented form",
            _ => "no JSON",
        };
        format!("it is {what} at line {}", error.line())
    })
}

/// Temporary credentials as AWS and Alibaba answer them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    /// Of programs: the version of this form.
    pub(super) version: Option<u64>,
    /// Of metadata services: `Success`, or why not.
    pub(super) code: Option<String>,
    access_key_id: Option<String>,
    #[serde(alias = "AccessKeySecret")]
    secret_access_key: Option<SecretString>,
    #[serde(alias = "Token", alias = "SecurityToken")]
    session_token: Option<SecretString>,
    expiration: Option<String>,
    account_id: Option<String>,
}

impl Answer {
    /// The credentials in it. `secret` is what the sender calls that part.
    pub(super) fn credentials(
        self,
        place: &str,
        secret: &'static str,
    ) -> Result<Credentials, CredentialsError> {
        let incomplete = |missing| CredentialsError::Incomplete { place: place.to_owned(), missing };
        let present = |text: &SecretString| !text.expose_secret().is_empty();
        let id = self.access_key_id.filter(|id| !id.is_empty()).ok_or_else(|| incomplete("AccessKeyId"))?;
        let key = self.secret_access_key.filter(present).ok_or_else(|| incomplete(secret))?;
        let mut credentials = Credentials::new(id, key, place);
        credentials.session_token = self.session_token.filter(present);
        credentials.account = self.account_id.filter(|account| !account.is_empty());
        credentials.expires = self.expiration.map(|text| time(&text, place)).transpose()?;
        Ok(credentials)
    }
}

/// When credentials end.
pub(super) fn time(text: &str, place: &str) -> Result<DateTime<Utc>, CredentialsError> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(time) => Ok(time.to_utc()),
        Err(_) => Err(CredentialsError::Unusable {
            place: place.to_owned(),
            why: "the time at which the credentials expire is no RFC 3339 time".to_owned(),
            remedy: "it is written like `2026-11-21T00:00:00Z`".to_owned(),
        }),
    }
}
