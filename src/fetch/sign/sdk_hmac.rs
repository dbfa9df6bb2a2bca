//! `SDK-HMAC-SHA256`: Huawei Cloud's signature by access key and secret.

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;

use super::{SignError, digest, headers, signature};
use crate::fetch::credentials::Credentials;
use crate::fetch::request::Request;

const ALGORITHM: &str = "SDK-HMAC-SHA256";

pub(super) fn sign(
    request: &mut Request,
    credentials: &Credentials,
    at: DateTime<Utc>,
) -> Result<(), SignError> {
    request.query.sort();
    let time = at.format("%Y%m%dT%H%M%SZ").to_string();
    headers::add(request, "X-Sdk-Date", time.as_str());
    // As the SDK does: credentials are those of an account or of a project.
    match (&credentials.domain_id, &credentials.project_id) {
        (Some(domain), _) => headers::add(request, "X-Domain-Id", domain),
        (None, Some(project)) => headers::add(request, "X-Project-Id", project),
        (None, None) => {}
    }
    if let Some(token) = &credentials.session_token {
        headers::add(request, "X-Security-Token", token.expose_secret());
    }
    let canonical = Canonical::of(request)?;
    let signature = signature(&credentials.secret_access_key, &canonical.string_to_sign(&time))?;
    let authorization = format!(
        "{ALGORITHM} Access={}, SignedHeaders={}, Signature={signature}",
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
        let mut headers = headers::canonical(request)?;
        headers.retain(|(name, _)| !name.contains('_'));
        let names = headers::names(&headers);
        // The path is signed with a `/` at its end, and sent without.
        let mut path = request.encoded_path();
        if !path.ends_with('/') {
            path.push('/');
        }
        let request = headers::canonical_request(request, &path, &headers, &names, &digest(&request.body));
        Ok(Self { request, names })
    }

    fn string_to_sign(&self, time: &str) -> String {
        format!("{ALGORITHM}\n{time}\n{}", digest(self.request.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::sign::vectors::{Vector, vectors};

    #[test]
    fn the_vectors_hold() {
        let vectors = vectors("huawei");
        assert_eq!(vectors.len(), 8);
        for vector in vectors {
            let Vector { mut request, credentials, at, .. } = vector.read();
            sign(&mut request, &credentials, at).unwrap();
            assert_eq!(request.target(), vector.request_text("uri"));
            let authorization = request.headers.pop().unwrap();
            let canonical = Canonical::of(&request).unwrap();
            assert_eq!(canonical.request, vector.text("canonical_request"));
            assert_eq!(canonical.string_to_sign(&vector.text("time")), vector.text("string_to_sign"));
            assert_eq!(authorization, ("Authorization".to_owned(), vector.text("authorization")));
        }
    }
}
