//! Who makes the calls: credentials, looked for where each vendor's own tools look for them, in their order.
//!
//! | cloud | looked for in |
//! | --- | --- |
//! | AWS | environment, profile (`credentials` and `config`, with `credential_process`), container, instance metadata |
//! | Alibaba | environment, profile of the `aliyun` command line, `credentials.ini`, instance metadata, a credentials URI |
//! | Huawei | environment, `credentials` (sections `global`, `basic`), instance metadata |
//!
//! A profile that is asked for is the only place that is looked at. What is there and cannot be used ends the search: the
//! calls would else be made by somebody else than the vendor's tools would make them by.
//!
//! Secrets never leave this module but as [`SecretString`], and no error holds one: errors name variables, files, lines and
//! profiles, and repeat nothing of what is written in values or answered by programs and services.

mod alibaba;
mod aws;
mod document;
mod environment;
mod error;
mod huawei;
mod ini;
mod metadata;
mod search;
mod system;

use std::fmt;

use chrono::{DateTime, Utc};
use secrecy::SecretString;

pub use environment::{Ask, AskError, Environment, Reply, RunError};
pub use error::CredentialsError;
pub use system::SystemEnvironment;

use super::provider::Provider;

/// What signs requests.
#[derive(Clone)]
pub struct Credentials {
    /// The public part.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: SecretString,
    /// The token of temporary credentials.
    pub session_token: Option<SecretString>,
    /// When temporary credentials end, where that is known.
    pub expires: Option<DateTime<Utc>>,
    /// The account that they are of, where it stands beside them.
    pub account: Option<String>,
    /// Huawei: the project.
    pub project_id: Option<String>,
    /// Huawei: the account's domain.
    pub domain_id: Option<String>,
    /// Where they were found, in words.
    pub source: String,
}

/// Only where they come from.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "credentials from {}", self.source)
    }
}

impl Credentials {
    /// Lasting credentials, with nothing known of them but where they were found.
    pub fn new(
        access_key_id: impl Into<String>,
        secret_access_key: SecretString,
        source: impl Into<String>,
    ) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key,
            session_token: None,
            expires: None,
            account: None,
            project_id: None,
            domain_id: None,
            source: source.into(),
        }
    }

    /// Whether they can sign at this time, as far as is known.
    ///
    /// # Errors
    ///
    /// They are temporary and have ended.
    pub fn check(&self, now: DateTime<Utc>) -> Result<(), CredentialsError> {
        match self.expires {
            Some(at) if at <= now => Err(CredentialsError::Expired { place: self.source.clone(), at }),
            _ => Ok(()),
        }
    }
}

/// Finds credentials: those of `profile` where one is named, else the first of the usual places that has some.
///
/// # Errors
///
/// There are none, or the first that are there cannot be used: incomplete, expired, unreadable, or of a kind that is not
/// supported. Nothing was sent but to this machine's own metadata service.
pub fn find(
    provider: Provider,
    profile: Option<&str>,
    environment: &dyn Environment,
) -> Result<Credentials, CredentialsError> {
    let found = match provider {
        Provider::Alibaba => alibaba::find(profile, environment),
        Provider::Aws => aws::find(profile, environment),
        Provider::Huawei => huawei::find(profile, environment),
    }?;
    has_form(&found)?;
    found.check(environment.now())?;
    Ok(found)
}

/// The region that the environment or a profile sets; nothing where neither does, or the profile cannot be read, or what it
/// has cannot be a region: a line that was joined to the next by mistake may hold a secret.
///
/// AWS's variables come before its profiles, Alibaba's profiles before its variables, each as the vendor has it. Huawei's
/// files hold no region.
pub fn default_region(
    provider: Provider,
    profile: Option<&str>,
    environment: &dyn Environment,
) -> Option<String> {
    match provider {
        Provider::Alibaba => alibaba::region(profile, environment),
        Provider::Aws => aws::region(profile, environment),
        Provider::Huawei => None,
    }
}

/// Ids are sent, recorded and printed. In a file whose lines were joined by mistake, a secret may be part of one.
fn has_form(found: &Credentials) -> Result<(), CredentialsError> {
    let is_id = |text: &str| {
        (1..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let parts = [
        ("the access key id", Some(&found.access_key_id)),
        ("the account", found.account.as_ref()),
        ("the project id", found.project_id.as_ref()),
        ("the domain id", found.domain_id.as_ref()),
    ];
    match parts.iter().find(|(_, text)| text.is_some_and(|text| !is_id(text))) {
        None => Ok(()),
        Some((what, _)) => Err(CredentialsError::Unusable {
            place: found.source.clone(),
            why: format!("{what} holds characters that none holds"),
            remedy: "see whether the line is whole and its own; ids are of letters, digits, `.`, `_` and `-`"
                .to_owned(),
        }),
    }
}
