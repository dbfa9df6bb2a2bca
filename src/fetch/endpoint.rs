//! Where calls are sent.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use thiserror::Error;

use super::provider::Service;
use crate::source::printable;

/// An address of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `https`, or `http` on this machine.
    pub scheme: &'static str,
    /// The host, in lower case; an IPv6 address in brackets.
    pub host: String,
    /// The port, where it is not the scheme's own.
    pub port: Option<u16>,
}

/// Why there is no address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// The service has an address for each region.
    #[error("`{0}` is called in a region, and none is given")]
    NoRegion(&'static str),
    /// No region is called that.
    #[error("`{}` is not the name of a region", printable(.0))]
    Region(String),
    /// It is not an address.
    #[error("`{}` is not an endpoint: {why}", printable(.given))]
    Url {
        /// What was given, without what may be secret.
        given: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl EndpointError {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NoRegion(_) => "name one by `--region`",
            Self::Region(_) => {
                "regions are called like `eu-central-1` or `cn-hangzhou`; a private address is given by `--endpoint`"
            }
            Self::Url { .. } => {
                "write it as `https://host` or `https://host:port`; `http` is for this machine only: `http://127.0.0.1:port`"
            }
        }
    }
}

/// The documented address of a service in a region, which may be one that is not known here.
///
/// - AWS: `ssm.{region}` and the suffix of the region's partition, as in the SDKs' `partitions.json`.
/// - Alibaba OOS: each region's own. SAS: one for mainland China and Hong Kong, one for elsewhere.
/// - Huawei COC: one for each of Huawei's sites, by where the region is; without a region that of China.
///
/// # Errors
///
/// The region is missing where one is needed, or cannot be a region: it has to be of letters, digits and single hyphens,
/// so that none can change the host.
pub fn endpoint(service: Service, region: Option<&str>) -> Result<Endpoint, EndpointError> {
    if let Some(region) = region.filter(|region| !is_region(region, service)) {
        return Err(EndpointError::Region(region.to_owned()));
    }
    let needed = || region.ok_or(EndpointError::NoRegion(service.id()));
    let host = match service {
        Service::Ssm => {
            let region = needed()?;
            format!("ssm.{region}.{}", aws_suffix(region))
        }
        Service::Oos => format!("oos.{}.aliyuncs.com", needed()?),
        Service::Sas if needed()?.starts_with("cn-") => "tds.cn-shanghai.aliyuncs.com".to_owned(),
        Service::Sas => "tds.ap-southeast-1.aliyuncs.com".to_owned(),
        Service::Coc => huawei_site(region).to_owned(),
    };
    Ok(Endpoint { scheme: "https", host, port: None })
}

impl Endpoint {
    /// Reads an address that somebody gives: `https://host[:port]`, or `http://` where the host is this machine.
    ///
    /// # Errors
    ///
    /// It has another scheme, a name and password, a path, a query, or a host or port that cannot be; or it is `http` and
    /// not this machine, where requests and answers could be read on the way.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        let fail = |why| Err(EndpointError::Url { given: without_user(url), why });
        let Some((scheme, rest)) = url.split_once("://") else {
            return fail("it does not begin with `https://`");
        };
        let (scheme, own_port) = match scheme.to_ascii_lowercase().as_str() {
            "https" => ("https", 443),
            "http" => ("http", 80),
            _ => return fail("it does not begin with `https://`"),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains('@') {
            return fail("it holds a user name");
        }
        if authority.contains(['/', '?', '#', '\\']) {
            return fail("it holds more than a host and a port");
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let host = host.to_ascii_lowercase();
        let Some(kind) = Host::of(&host) else { return fail("its host cannot be one") };
        let port = match port {
            None => None,
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                match digits.parse::<u16>() {
                    Ok(0) | Err(_) => return fail("its port is not between 1 and 65535"),
                    Ok(port) => Some(port).filter(|port| *port != own_port),
                }
            }
            Some(_) => return fail("its port is not a number"),
        };
        if scheme == "http" && !kind.is_this_machine() {
            return fail("without TLS, what is sent there can be read and changed on the way");
        }
        Ok(Self { scheme, host, port })
    }

    /// Host and port, as the `Host` header has them.
    pub fn authority(&self) -> String {
        match self.port {
            None => self.host.clone(),
            Some(port) => format!("{}:{port}", self.host),
        }
    }
}

/// As [`Endpoint::parse`] reads it.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority())
    }
}

/// What a host is.
pub(super) enum Host {
    /// A name.
    Name(String),
    /// An address.
    V4(Ipv4Addr),
    /// An address, written in brackets.
    V6(Ipv6Addr),
}

impl Host {
    /// What a host in lower case is; nothing where it cannot be one.
    pub(super) fn of(host: &str) -> Option<Self> {
        if let Some(inner) = host.strip_prefix('[') {
            return Some(Self::V6(inner.strip_suffix(']')?.parse().ok()?));
        }
        if let Ok(address) = host.parse() {
            return Some(Self::V4(address));
        }
        let labels = host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        });
        // What ends in digits is an address in one of its odd spellings, which are read differently by different programs.
        let number =
            host.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()));
        (labels && !number && host.len() <= 253).then(|| Self::Name(host.to_owned()))
    }

    /// Whether what is sent there stays on this machine.
    pub(super) fn is_this_machine(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost",
            Self::V4(address) => address.is_loopback(),
            Self::V6(address) => address.is_loopback(),
        }
    }
}

/// Whether a text has the form of a service's regions; AWS's and Huawei's end in a number.
fn is_region(region: &str, service: Service) -> bool {
    let numbered =
        || region.rsplit('-').next().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    has_form(region) && (!matches!(service, Service::Ssm | Service::Coc) || numbered())
}

/// Whether a text can be the name of a region: lower-case words of letters and digits, joined by single hyphens.
pub(super) fn has_form(region: &str) -> bool {
    let mut words = region.split('-');
    region.len() <= 40
        && region.contains('-')
        && region.starts_with(|c: char| c.is_ascii_lowercase())
        && words.all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

/// What hosts of a region's partition end in.
fn aws_suffix(region: &str) -> &'static str {
    let is = |prefix: &str| region.starts_with(prefix);
    match () {
        () if is("cn-") => "amazonaws.com.cn",
        () if is("us-iso-") => "c2s.ic.gov",
        () if is("us-isob-") => "sc2s.sgov.gov",
        () if is("eu-isoe-") => "cloud.adc-e.uk",
        () if is("us-isof-") => "csp.hci.ic.gov",
        () if is("eusc-") => "amazonaws.eu",
        () => "amazonaws.com",
    }
}

/// Huawei's three sites. Their accounts are apart, so that a key of one is unknown to the others.
fn huawei_site(region: Option<&str>) -> &'static str {
    match region {
        Some("eu-west-101") => "coc-eu-west-101-open-api.myhuaweicloud.eu",
        Some(region) if !region.starts_with("cn-") => "coc-intl.myhuaweicloud.com",
        _ => "coc.myhuaweicloud.com",
    }
}

/// A text that is no address may hold a password before an `@`.
fn without_user(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn host(service: Service, region: &str) -> String {
        endpoint(service, Some(region)).unwrap().to_string()
    }

    #[test]
    fn hosts_are_the_documented_ones() {
        for (region, expected) in [
            ("us-east-1", "https://ssm.us-east-1.amazonaws.com"),
            ("cn-north-1", "https://ssm.cn-north-1.amazonaws.com.cn"),
            ("cn-northwest-1", "https://ssm.cn-northwest-1.amazonaws.com.cn"),
            ("us-gov-west-1", "https://ssm.us-gov-west-1.amazonaws.com"),
            ("us-iso-east-1", "https://ssm.us-iso-east-1.c2s.ic.gov"),
            ("us-isob-east-1", "https://ssm.us-isob-east-1.sc2s.sgov.gov"),
            ("eu-isoe-west-1", "https://ssm.eu-isoe-west-1.cloud.adc-e.uk"),
            ("us-isof-south-1", "https://ssm.us-isof-south-1.csp.hci.ic.gov"),
            ("eusc-de-east-1", "https://ssm.eusc-de-east-1.amazonaws.eu"),
            ("mx-central-99", "https://ssm.mx-central-99.amazonaws.com"),
        ] {
            assert_eq!(host(Service::Ssm, region), expected);
        }
        for (region, expected) in [
            ("cn-hangzhou", "https://oos.cn-hangzhou.aliyuncs.com"),
            ("eu-central-1", "https://oos.eu-central-1.aliyuncs.com"),
            ("cn-shanghai-finance-1", "https://oos.cn-shanghai-finance-1.aliyuncs.com"),
        ] {
            assert_eq!(host(Service::Oos, region), expected);
        }
        for (region, expected) in [
            ("cn-hangzhou", "https://tds.cn-shanghai.aliyuncs.com"),
            ("cn-hongkong", "https://tds.cn-shanghai.aliyuncs.com"),
            ("cn-north-2-gov-1", "https://tds.cn-shanghai.aliyuncs.com"),
            ("ap-southeast-1", "https://tds.ap-southeast-1.aliyuncs.com"),
            ("us-west-1", "https://tds.ap-southeast-1.aliyuncs.com"),
        ] {
            assert_eq!(host(Service::Sas, region), expected);
        }
        for (region, expected) in [
            ("cn-north-4", "https://coc.myhuaweicloud.com"),
            ("ap-southeast-3", "https://coc-intl.myhuaweicloud.com"),
            ("la-south-2", "https://coc-intl.myhuaweicloud.com"),
            ("eu-west-101", "https://coc-eu-west-101-open-api.myhuaweicloud.eu"),
        ] {
            assert_eq!(host(Service::Coc, region), expected);
        }
        assert_eq!(endpoint(Service::Coc, None).unwrap().host, "coc.myhuaweicloud.com");
    }

    #[test]
    fn a_region_is_needed_but_for_coc() {
        for service in [Service::Ssm, Service::Oos, Service::Sas] {
            assert_eq!(endpoint(service, None), Err(EndpointError::NoRegion(service.id())));
        }
    }

    #[test]
    fn no_region_changes_the_host() {
        for region in [
            "",
            "-",
            "us",
            "us--1",
            "us-east-1.evil.example",
            "us-east-1/x",
            "us-east-1@evil-1",
            "us-east-1:8080",
            "us-east-1#-1",
            "us-east-1?-1",
            "US-EAST-1",
            "us-east-١",
            "us-east-1\r\nx",
            " us-east-1",
            "us-east-1-",
            "-us-east-1",
            "1-east-1",
            "us-%65ast-1",
            "a-234567890123456789012345678901234567890-1",
        ] {
            for service in [Service::Ssm, Service::Oos, Service::Sas, Service::Coc] {
                let error = endpoint(service, Some(region)).unwrap_err();
                assert_eq!(error, EndpointError::Region(region.to_owned()));
                assert!(!error.to_string().contains(['\r', '\n']));
            }
        }
        assert!(endpoint(Service::Ssm, Some("aws-global")).is_err());
        assert!(endpoint(Service::Oos, Some("cn-hangzhou")).is_ok());
    }

    #[test]
    fn addresses_that_are_given() {
        for (url, expected) in [
            (
                "https://vpce-1.ssm.us-east-1.vpce.amazonaws.com",
                "https://vpce-1.ssm.us-east-1.vpce.amazonaws.com",
            ),
            ("HTTPS://Example.COM/", "https://example.com"),
            ("https://example.com:443", "https://example.com"),
            ("https://example.com:80", "https://example.com:80"),
            ("https://10.0.0.7:8443/", "https://10.0.0.7:8443"),
            ("https://[FD00::1]:8443", "https://[fd00::1]:8443"),
            ("http://localhost:4566", "http://localhost:4566"),
            ("http://localhost:80", "http://localhost"),
            ("http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
            ("http://127.9.9.9", "http://127.9.9.9"),
            ("http://[::1]:5000", "http://[::1]:5000"),
            ("http://[::1]", "http://[::1]"),
        ] {
            let parsed = Endpoint::parse(url).unwrap();
            assert_eq!(parsed.to_string(), expected);
            assert_eq!(Endpoint::parse(&parsed.to_string()).unwrap(), parsed);
        }
    }

    #[test]
    fn addresses_that_are_refused() {
        let why = |url: &str| match Endpoint::parse(url).unwrap_err() {
            EndpointError::Url { why, .. } => why,
            other => panic!("{other}"),
        };
        for url in [
            "http://example.com",
            "http://10.0.0.7",
            "http://169.254.169.254",
            "http://[::2]",
            "http://localhost.example.com",
            "http://0.0.0.0",
        ] {
            assert!(why(url).starts_with("without TLS"), "{url}");
        }
        for url in
            ["", "example.com", "ftp://example.com", "//example.com", "file:///etc/passwd", "httpsx://a.b"]
        {
            assert!(why(url).starts_with("it does not begin"), "{url}");
        }
        for url in [
            "https://example.com/path",
            "https://example.com?x",
            "https://example.com#x",
            "https://a.com\\b",
            "https://a.com//",
        ] {
            assert!(why(url).starts_with("it holds more"), "{url}");
        }
        for url in [
            "https://",
            "https://a..b",
            "https://-a.b",
            "https://a b",
            "https://exämple.com",
            "https://[::1",
            "https://::1]",
            "https://127.1",
            "http://2130706433",
            "http://0x7f.0x1",
            "https://a.com\r\nx",
            "https://:443",
            "https://a_b.com",
            "https://example.com.",
        ] {
            assert!(why(url).starts_with("its host"), "{url}");
        }
        for url in ["https://a.com:0", "https://a.com:65536", "https://a.com:99999999999"] {
            assert!(why(url).starts_with("its port is not between"), "{url}");
        }
        for url in ["https://a.com:", "https://a.com:x", "https://a.com:+80", "https://[::1]:"] {
            assert!(why(url).starts_with("its port is not a number"), "{url}");
        }
        let error = Endpoint::parse("https://user:canary@example.com").unwrap_err();
        assert_eq!(error.to_string(), "`…@example.com` is not an endpoint: it holds a user name");
        assert!(!format!("{error:?}").contains("canary"));
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_written_as_it_is_read(url in r"(https?://)?[a-zA-Z0-9.:/@\[\]%_ -]{0,24}") {
            if let Ok(endpoint) = Endpoint::parse(&url) {
                prop_assert_eq!(Endpoint::parse(&endpoint.to_string()), Ok(endpoint));
            }
        }

        #[test]
        fn a_region_is_one_part_of_the_host_or_refused(region in r"[a-z0-9./:@-]{1,12}-1") {
            if let Ok(endpoint) = endpoint(Service::Ssm, Some(&region)) {
                prop_assert!(endpoint.host.split('.').any(|label| label == region));
                prop_assert_eq!(Endpoint::parse(&endpoint.to_string()), Ok(endpoint));
            }
        }
    }
}
