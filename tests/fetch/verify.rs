//! What a service does with a signed request: a second implementation of each check, from the vendors' descriptions
//! and nothing else of this project. HMAC is written out too, on SHA-256 alone.
//!
//! - AWS Signature Version 4: "Create a signed AWS API request" in the IAM User Guide.
//! - ACS3-HMAC-SHA256: "Request syntax and signature method V3" in Alibaba Cloud's SDK documentation.
//! - SDK-HMAC-SHA256: "AK/SK Signing and Authentication Algorithm" in Huawei Cloud's API Gateway documentation.
//!
//! All three take the request as it arrived: the target as it stood in the request line, the headers with `Host`.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

/// Headers as they arrived, in their order.
pub(crate) type Headers = [(String, String)];

/// Checks a `SigV4` signature, and that the clock of the request is within 5 minutes.
pub(crate) fn verify_aws(
    method: &str,
    target: &str,
    headers: &Headers,
    body: &[u8],
    secret: &str,
    now: DateTime<Utc>,
) -> Result<(), String> {
    let stated = Stated::read(headers, "AWS4-HMAC-SHA256", "Credential")?;
    let time = one(headers, "x-amz-date")?;
    near(&time, "%Y%m%dT%H%M%SZ", now, 5)?;
    let [_, date, region, service, "aws4_request"] = stated.access.split('/').collect::<Vec<_>>()[..] else {
        return Err(format!("`{}` is no scope", stated.access));
    };
    if !time.starts_with(&format!("{date}T")) {
        return Err(format!("the scope is of {date}, the request of {time}"));
    }
    stated.must_sign(headers, &["host", "x-amz-date"], &["x-amz-", "content-type"])?;
    let hash = hex(&sha256(body));
    if let Some(told) = optional(headers, "x-amz-content-sha256")?
        && told != hash
    {
        return Err("`x-amz-content-sha256` is not the digest of the body".to_owned());
    }
    let (path, query) = wire(target, Order::Encoded)?;
    // All services but S3 encode the path once more.
    let path = path.split('/').map(encode).collect::<Vec<_>>().join("/");
    let canonical = stated.canonical(method, &path, &query, headers, &hash)?;
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&sha256(canonical.as_bytes())));
    let mut key = hmac(format!("AWS4{secret}").as_bytes(), date.as_bytes());
    for part in [region, service, "aws4_request"] {
        key = hmac(&key, part.as_bytes());
    }
    stated.holds(&key, &text, &canonical)
}

/// Checks an ACS3-HMAC-SHA256 signature, and that the clock of the request is within 15 minutes.
pub(crate) fn verify_acs3(
    method: &str,
    target: &str,
    headers: &Headers,
    body: &[u8],
    secret: &str,
    now: DateTime<Utc>,
) -> Result<(), String> {
    let stated = Stated::read(headers, "ACS3-HMAC-SHA256", "Credential")?;
    near(&one(headers, "x-acs-date")?, "%Y-%m-%dT%H:%M:%SZ", now, 15)?;
    let required = [
        "host",
        "x-acs-action",
        "x-acs-content-sha256",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-version",
    ];
    stated.must_sign(headers, &required, &["x-acs-", "content-type"])?;
    let hash = hex(&sha256(body));
    if one(headers, "x-acs-content-sha256")? != hash {
        return Err("`x-acs-content-sha256` is not the digest of the body".to_owned());
    }
    if one(headers, "x-acs-signature-nonce")?.is_empty() {
        return Err("the nonce is empty".to_owned());
    }
    if optional(headers, "x-acs-accesskey-id")?.is_some_and(|id| id != stated.access) {
        return Err("`x-acs-accesskey-id` is not the id in `Authorization`".to_owned());
    }
    let (path, query) = wire(target, Order::Decoded)?;
    let canonical = stated.canonical(method, &path, &query, headers, &hash)?;
    let text = format!("ACS3-HMAC-SHA256\n{}", hex(&sha256(canonical.as_bytes())));
    stated.holds(secret.as_bytes(), &text, &canonical)
}

/// Checks an SDK-HMAC-SHA256 signature, and that the clock of the request is within 15 minutes.
pub(crate) fn verify_sdk_hmac(
    method: &str,
    target: &str,
    headers: &Headers,
    body: &[u8],
    secret: &str,
    now: DateTime<Utc>,
) -> Result<(), String> {
    let stated = Stated::read(headers, "SDK-HMAC-SHA256", "Access")?;
    let time = one(headers, "x-sdk-date")?;
    near(&time, "%Y%m%dT%H%M%SZ", now, 15)?;
    stated.must_sign(headers, &["host", "x-sdk-date"], &["x-", "content-type"])?;
    let hash = match optional(headers, "x-sdk-content-sha256")? {
        Some(told) if told != hex(&sha256(body)) => {
            return Err("`x-sdk-content-sha256` is not the digest of the body".to_owned());
        }
        _ => hex(&sha256(body)),
    };
    let (mut path, query) = wire(target, Order::Decoded)?;
    if !path.ends_with('/') {
        path.push('/');
    }
    let canonical = stated.canonical(method, &path, &query, headers, &hash)?;
    let text = format!("SDK-HMAC-SHA256\n{time}\n{}", hex(&sha256(canonical.as_bytes())));
    stated.holds(secret.as_bytes(), &text, &canonical)
}

/// The access key id that a request names, whatever signed it; for doubles that hold more than one secret.
pub(crate) fn access_key_id(headers: &Headers) -> Option<String> {
    let value = optional(headers, "authorization").ok()??;
    let (_, rest) = value.split_once("Credential=").or_else(|| value.split_once("Access="))?;
    Some(rest.split([',', '/']).next()?.to_owned())
}

/// Region and service of a `SigV4` scope.
pub(crate) fn aws_scope(headers: &Headers) -> Option<(String, String)> {
    let value = optional(headers, "authorization").ok()??;
    let (_, rest) = value.split_once("Credential=")?;
    let mut parts = rest.split(',').next()?.split('/').skip(2);
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
}

/// The parameters of a target, decoded, in the order that they were sent in.
pub(crate) fn query(target: &str) -> Vec<(String, String)> {
    let Some((_, query)) = target.split_once('?') else { return Vec::new() };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name).unwrap(), decode(value).unwrap())
        })
        .collect()
}

/// What `Authorization` states.
struct Stated {
    /// AWS takes several spaces for one.
    collapses: bool,
    access: String,
    signed: Vec<String>,
    signature: String,
}

impl Stated {
    fn read(headers: &Headers, algorithm: &str, access: &str) -> Result<Self, String> {
        let value = one(headers, "authorization")?;
        let rest = value
            .strip_prefix(algorithm)
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or_else(|| format!("`Authorization` is not of {algorithm}"))?;
        // Alibaba's has no spaces behind its commas, the others' have.
        let separator = if algorithm.starts_with("ACS3") { "," } else { ", " };
        let parts: Vec<&str> = rest.split(separator).collect();
        let [first, second, third] = parts[..] else {
            return Err("`Authorization` has not three parts".to_owned());
        };
        let part = |text: &str, name: &str| {
            text.strip_prefix(&format!("{name}="))
                .filter(|value| !value.is_empty() && !value.contains([' ', ',']))
                .map(str::to_owned)
                .ok_or_else(|| format!("`Authorization` has no `{name}` where it should be"))
        };
        Ok(Self {
            collapses: algorithm.starts_with("AWS4"),
            access: part(first, access)?,
            signed: part(second, "SignedHeaders")?.split(';').map(str::to_owned).collect(),
            signature: part(third, "Signature")?,
        })
    }

    /// Names are sorted, in lower case, once each; those required are there, and so are all that begin as told.
    fn must_sign(&self, headers: &Headers, required: &[&str], prefixes: &[&str]) -> Result<(), String> {
        if !self.signed.is_sorted_by(|a, b| a < b) {
            return Err("the names of signed headers are not sorted, or not once each".to_owned());
        }
        if let Some(name) = self.signed.iter().find(|name| name.to_lowercase() != **name) {
            return Err(format!("`{name}` is not in lower case"));
        }
        let signs = |name: &str| self.signed.iter().any(|signed| signed == name);
        if let Some(name) = required.iter().find(|name| !signs(name)) {
            return Err(format!("`{name}` is not signed"));
        }
        for (name, _) in headers {
            let name = name.to_lowercase();
            if prefixes.iter().any(|prefix| name.starts_with(prefix)) && !signs(&name) {
                return Err(format!("`{name}` is there and not signed"));
            }
        }
        Ok(())
    }

    fn canonical(
        &self,
        method: &str,
        path: &str,
        query: &str,
        headers: &Headers,
        hash: &str,
    ) -> Result<String, String> {
        let mut text = format!("{method}\n{path}\n{query}\n");
        for signed in &self.signed {
            let values: Vec<String> = headers
                .iter()
                .filter(|(name, _)| name.to_lowercase() == *signed)
                .map(|(_, value)| self.tidy(value))
                .collect();
            if values.is_empty() {
                return Err(format!("`{signed}` is signed and not there"));
            }
            text.push_str(&format!("{signed}:{}\n", values.join(",")));
        }
        text.push_str(&format!("\n{}\n{hash}", self.signed.join(";")));
        Ok(text)
    }

    fn tidy(&self, value: &str) -> String {
        if self.collapses {
            return value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        }
        value.trim().to_owned()
    }

    fn holds(&self, key: &[u8], text: &str, canonical: &str) -> Result<(), String> {
        let expected = hex(&hmac(key, text.as_bytes()));
        if expected == self.signature {
            return Ok(());
        }
        Err(format!("the signature does not match; canonical request:\n{canonical}\nstring to sign:\n{text}"))
    }
}

/// What parameters are sorted by: AWS documents their encoded form; the other vendors' signers sort, then encode.
#[derive(Clone, Copy)]
enum Order {
    Encoded,
    Decoded,
}

/// Path and canonical query of a target, which must be encoded as RFC 3986 has it: nothing is repaired.
fn wire(target: &str, order: Order) -> Result<(String, String), String> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if !path.starts_with('/') {
        return Err(format!("`{path}` does not begin with `/`"));
    }
    for segment in path.split('/') {
        strict(segment)?;
    }
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|_| !query.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("`{pair}` has no `=`"))?;
        strict(name)?;
        strict(value)?;
        pairs.push((name, value));
    }
    match order {
        Order::Encoded => pairs.sort_unstable(),
        Order::Decoded => pairs.sort_by_cached_key(|(name, value)| (decode(name), decode(value))),
    }
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok((path.to_owned(), pairs.join("&")))
}

fn strict(text: &str) -> Result<(), String> {
    let decoded = decode(text)?;
    if encode(&decoded) == text {
        return Ok(());
    }
    Err(format!("`{text}` should be `{}`", encode(&decoded)))
}

fn decode(text: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digits = tail.get(..2).ok_or_else(|| format!("`{text}` ends in a `%`"))?;
        let digits = std::str::from_utf8(digits).map_err(|error| error.to_string())?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|error| error.to_string())?);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn optional(headers: &Headers, wanted: &str) -> Result<Option<String>, String> {
    let mut values = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let first = values.next().map(|(_, value)| value.trim().to_owned());
    if values.next().is_some() {
        return Err(format!("`{wanted}` is there twice"));
    }
    Ok(first)
}

fn one(headers: &Headers, wanted: &str) -> Result<String, String> {
    optional(headers, wanted)?.ok_or_else(|| format!("no `{wanted}`"))
}

fn near(time: &str, form: &str, now: DateTime<Utc>, minutes: i64) -> Result<(), String> {
    let stated = NaiveDateTime::parse_from_str(time, form)
        .map_err(|error| format!("the time `{time}`: {error}"))?
        .and_utc();
    if (now - stated).abs() > TimeDelta::minutes(minutes) {
        return Err(format!("the clock is off: the request says {stated}, it is {now}"));
    }
    Ok(())
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// RFC 2104, with blocks of 64 bytes.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = if key.len() > 64 { sha256(key) } else { key.to_vec() };
    block.resize(64, 0);
    let masked = |mask: u8| block.iter().map(move |byte| byte ^ mask);
    let inner: Vec<u8> = masked(0x36).chain(text.iter().copied()).collect();
    let outer: Vec<u8> = masked(0x5c).chain(sha256(&inner)).collect();
    sha256(&outer)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
