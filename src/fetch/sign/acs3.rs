//! `ACS3-HMAC-SHA256`: Alibaba Cloud's signature V3.

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;

use super::{SignError, digest, headers, signature};
use crate::fetch::credentials::Credentials;
use crate::fetch::request::Request;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

pub(super) fn sign(
    request: &mut Request,
    credentials: &Credentials,
    action: &str,
    version: &str,
    at: DateTime<Utc>,
    nonce: &str,
) -> Result<(), SignError> {
    request.query.sort();
    headers::add(request, "x-acs-action", action);
    headers::add(request, "x-acs-version", version);
    headers::add(request, "x-acs-date", at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    headers::add(request, "x-acs-signature-nonce", nonce);
    headers::add(request, "x-acs-content-sha256", digest(&request.body));
    if let Some(token) = &credentials.session_token {
        headers::add(request, "x-acs-accesskey-id", &credentials.access_key_id);
        headers::add(request, "x-acs-security-token", token.expose_secret());
    }
    let canonical = Canonical::of(request)?;
    let signature = signature(&credentials.secret_access_key, &canonical.string_to_sign())?;
    // No spaces behind the commas.
    let authorization = format!(
        "{ALGORITHM} Credential={},SignedHeaders={},Signature={signature}",
        credentials.access_key_id, canonical.names
    );
    headers::add(request, "Authorization", authorization);
    headers::check(request)
}

/// What is signed.
struct Canonical {
    request: String,
    names: String,
}

impl Canonical {
    fn of(request: &Request) -> Result<Self, SignError> {
        let headers = headers::canonical(request)?;
        // Others may be signed too; but a proxy may change them on the way.
        let signed = |name: &str| name == "host" || name == "content-type" || name.starts_with("x-acs-");
        let headers: Vec<_> = headers.into_iter().filter(|(name, _)| signed(name)).collect();
        let names = headers::names(&headers);
        let path = request.encoded_path();
        let request = headers::canonical_request(request, &path, &headers, &names, &digest(&request.body));
        Ok(Self { request, names })
    }

    fn string_to_sign(&self) -> String {
        format!("{ALGORITHM}\n{}", digest(self.request.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::sign::vectors::{Vector, vectors};

    #[test]
    fn the_vectors_hold() {
        let vectors = vectors("alibaba");
        assert_eq!(vectors.len(), 7);
        for vector in vectors {
            let Vector { mut request, credentials, at, .. } = vector.read();
            let (action, version) = (vector.header("x-acs-action"), vector.header("x-acs-version"));
            sign(&mut request, &credentials, &action, &version, at, &vector.text("nonce")).unwrap();
            assert_eq!(request.encoded_query(), vector.text("canonical_query"));
            assert_eq!(request.url(), vector.request_text("url"));
            let authorization = request.headers.pop().unwrap();
            let canonical = Canonical::of(&request).unwrap();
            assert_eq!(canonical.request, vector.text("canonical_request"));
            assert_eq!(canonical.string_to_sign(), vector.text("string_to_sign"));
            assert_eq!(authorization, ("Authorization".to_owned(), vector.text("authorization")));
        }
    }
}
