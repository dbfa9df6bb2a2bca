//! Signing requests, as each vendor documents it.
//!
//! | cloud | algorithm | key | query is sorted by |
//! | --- | --- | --- | --- |
//! | AWS | `AWS4-HMAC-SHA256` | derived for day, region and service | encoded names |
//! | Alibaba | `ACS3-HMAC-SHA256` | the secret itself | names |
//! | Huawei | `SDK-HMAC-SHA256` | the secret itself | names, then values |
//!
//! A signature holds for the request line, the headers that were there, `Host` and the body. So a signed request is sent as it
//! is: its [target](Request::target), its headers, and [`Request::authority`] as `Host`. What a transport adds beside that
//! (`User-Agent`, `Accept`) is not signed and may be anything.

mod acs3;
mod headers;
mod sdk_hmac;
mod sigv4;
#[cfg(test)]
mod vectors;

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::credentials::Credentials;
use super::endpoint::Host;
use super::request::Request;

/// How a request is signed, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme<'s> {
    /// AWS Signature Version 4.
    SigV4 {
        /// The region that the call is made in.
        region: &'s str,
        /// The service's name in signatures.
        service: &'s str,
    },
    /// Alibaba's `ACS3-HMAC-SHA256`, which signs for one action.
    Acs3 {
        /// The action, e.g. `ListInstancePatchStates`.
        action: &'s str,
        /// The version of the API, e.g. `2019-06-01`.
        version: &'s str,
    },
    /// Huawei's `SDK-HMAC-SHA256`.
    SdkHmac,
}

/// Why a request is not signed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignError {
    /// A header that cannot be sent. Its value may be a secret.
    #[error("the header `{0}` holds characters that no header may hold")]
    Header(String),
    /// A request that cannot be signed.
    #[error("the request cannot be signed: {0}")]
    Request(&'static str),
}

/// Signs a request: sorts its query, and adds the headers that make it a signed one.
///
/// A request may be signed again: the headers of the earlier signature are replaced. `nonce` is sent to Alibaba only, which
/// refuses one that it has seen.
///
/// # Errors
///
/// The request holds what cannot be sent in a header, or is not one that can be signed. Errors never hold values of headers.
pub fn sign(
    request: &mut Request,
    scheme: Scheme<'_>,
    credentials: &Credentials,
    at: DateTime<Utc>,
    nonce: &str,
) -> Result<(), SignError> {
    if !request.path.starts_with('/') {
        return Err(SignError::Request("its path does not begin with `/`"));
    }
    if Host::of(&request.host).is_none() {
        return Err(SignError::Request("its host cannot be one"));
    }
    headers::forget_signature(request);
    match scheme {
        Scheme::SigV4 { region, service } => sigv4::sign(request, credentials, region, service, at),
        Scheme::Acs3 { action, version } => acs3::sign(request, credentials, action, version, at, nonce),
        Scheme::SdkHmac => sdk_hmac::sign(request, credentials, at),
    }
}

/// SHA-256 in hexadecimal.
fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// HMAC-SHA256 of a text by a secret, in hexadecimal.
fn signature(secret: &SecretString, text: &str) -> Result<String, SignError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .map_err(|_| SignError::Request("its secret is no key"))?;
    mac.update(text.as_bytes());
    Ok(hexadecimal(&mac.finalize().into_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
