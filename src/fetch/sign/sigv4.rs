//! AWS Signature Version 4, by AWS's own crate.

use std::time::SystemTime;

use aws_credential_types::Credentials as Identity;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as sign_request};
use aws_sigv4::sign::v4::SigningParams;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::{SignError, headers};
use crate::fetch::credentials::Credentials;
use crate::fetch::request::Request;

pub(super) fn sign(
    request: &mut Request,
    credentials: &Credentials,
    region: &str,
    service: &str,
    at: DateTime<Utc>,
) -> Result<(), SignError> {
    request.query.sort();
    headers::canonical(request)?;
    let token = credentials.session_token.as_ref().map(SecretString::expose_secret);
    if token.is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
        // The crate takes it for certain that a token can be sent.
        return Err(SignError::Header("X-Amz-Security-Token".to_owned()));
    }
    let identity = Identity::new(
        credentials.access_key_id.as_str(),
        credentials.secret_access_key.expose_secret(),
        token.map(str::to_owned),
        None,
        "probity",
    )
    .into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(SystemTime::from(at))
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| SignError::Request("something that SigV4 needs is missing"))?
        .into();
    // With `Host` among them, which the crate would else make of the address by rules of its own.
    let authority = request.authority();
    let signed = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain([("host", authority.as_str())]);
    // Its errors may hold the values of headers.
    let signable =
        SignableRequest::new(request.method, request.url(), signed, SignableBody::Bytes(&request.body))
            .map_err(|_| SignError::Request("its address cannot be one"))?;
    let (instructions, _) = sign_request(signable, &parameters)
        .map_err(|_| SignError::Request("a header cannot be sent"))?
        .into_parts();
    let (added, _) = instructions.into_parts();
    for header in &added {
        headers::add(request, header.name(), header.value());
    }
    headers::check(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::sign::vectors::{Vector, vectors};

    #[test]
    fn the_vectors_hold() {
        let vectors = vectors("aws");
        assert_eq!(vectors.len(), 7);
        for vector in vectors {
            let Vector { mut request, credentials, at, .. } = vector.read();
            sign(&mut request, &credentials, &vector.text("region"), &vector.text("service"), at).unwrap();
            assert_eq!(request.url(), vector.request_text("url"));
            let header = |name: &str| {
                request.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).unwrap().1.clone()
            };
            // It holds the digest of the string to sign, and that the digest of the canonical request.
            assert_eq!(header("authorization"), vector.text("authorization"));
            for (name, value) in vector.signed_headers() {
                assert_eq!(header(&name), value);
            }
        }
    }
}
