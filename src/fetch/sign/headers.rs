//! Headers of requests that are signed.

use super::SignError;
use crate::fetch::request::Request;

/// What an earlier signature left behind.
const OF_SIGNATURES: [&str; 14] = [
    "authorization",
    "x-acs-accesskey-id",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-security-token",
    "x-acs-signature-nonce",
    "x-acs-version",
    "x-amz-date",
    "x-amz-security-token",
    "x-domain-id",
    "x-project-id",
    "x-sdk-date",
    "x-security-token",
];

/// Takes away what an earlier signature left behind, and `Host`, which is that of the address.
pub(super) fn forget_signature(request: &mut Request) {
    request.headers.retain(|(name, _)| {
        let name = name.to_ascii_lowercase();
        name != "host" && !OF_SIGNATURES.contains(&name.as_str())
    });
}

/// Adds a header.
pub(super) fn add(request: &mut Request, name: &str, value: impl Into<String>) {
    request.headers.push((name.to_owned(), value.into()));
}

/// Names, in lower case, and trimmed values of all headers and of `Host`, sorted by name.
///
/// # Errors
///
/// One of them cannot be sent, or is there twice: then services would not agree on what was signed.
pub(super) fn canonical(request: &Request) -> Result<Vec<(String, String)>, SignError> {
    check(request)?;
    let mut headers: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()))
        .collect();
    headers.push(("host".to_owned(), request.authority()));
    headers.sort_unstable();
    if headers.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
        return Err(SignError::Request("a header is there twice"));
    }
    Ok(headers)
}

/// Whether all headers can be sent: names are tokens, values are visible ASCII, spaces and tabs.
pub(super) fn check(request: &Request) -> Result<(), SignError> {
    let sendable = |(name, value): &&(String, String)| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
            && value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ' || byte == b'\t')
    };
    match request.headers.iter().find(|header| !sendable(header)) {
        None => Ok(()),
        Some((name, _)) => Err(SignError::Header(crate::source::printable(name).into_owned())),
    }
}

/// The canonical request that Alibaba and Huawei share: method, path, query, headers, names of headers, digest of the body.
pub(super) fn canonical_request(
    request: &Request,
    path: &str,
    headers: &[(String, String)],
    names: &str,
    digest: &str,
) -> String {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    format!("{}\n{path}\n{}\n{lines}\n{names}\n{digest}", request.method, request.encoded_query())
}

/// The names of headers as they stand in `Authorization`.
pub(super) fn names(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";")
}
