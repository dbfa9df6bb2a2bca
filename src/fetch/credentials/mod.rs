//! Who makes the calls. Secrets never leave this module but as `SecretString`.

use std::fmt;

use secrecy::SecretString;

/// What signs requests.
#[derive(Clone)]
pub struct Credentials {
    /// The public part.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: SecretString,
    /// The token of temporary credentials.
    pub session_token: Option<SecretString>,
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

/// What credentials are found in.
pub trait Environment: Sync {}
