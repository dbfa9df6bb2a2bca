//! A request, before and after it is signed.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::endpoint::Endpoint;

/// All that RFC 3986 does not call unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An HTTP request. Its headers may hold signatures, so that nothing prints them.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// `https`, or `http` on this machine.
    pub scheme: &'static str,
    /// The host, without port.
    pub host: String,
    /// The port, where it is not the scheme's own.
    pub port: Option<u16>,
    /// The path, from its first `/` on, decoded.
    pub path: String,
    /// Names and values of the query, decoded, in the order that they are sent in.
    pub query: Vec<(String, String)>,
    /// Names and values of headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Without headers, query and body.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}://{}{}", self.method, self.scheme, self.authority(), self.path)
    }
}

impl Request {
    /// A request to an address, with nothing in it yet.
    pub fn new(method: &'static str, endpoint: &Endpoint, path: impl Into<String>) -> Self {
        Self {
            method,
            scheme: endpoint.scheme,
            host: endpoint.host.clone(),
            port: endpoint.port,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Host and port, as the `Host` header has them.
    pub fn authority(&self) -> String {
        match self.port {
            None => self.host.clone(),
            Some(port) => format!("{}:{port}", self.host),
        }
    }

    /// Path and query as they stand in the request line: encoded by RFC 3986, in the order of [`Request::query`].
    ///
    /// Signatures are made over just this, so that a transport must send it as it is.
    pub fn target(&self) -> String {
        let path = self.encoded_path();
        if self.query.is_empty() { path } else { format!("{path}?{}", self.encoded_query()) }
    }

    /// The whole address, with [`Request::target`].
    pub fn url(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority(), self.target())
    }

    /// The path, each of its parts encoded.
    pub(super) fn encoded_path(&self) -> String {
        self.path.split('/').map(encoded).collect::<Vec<_>>().join("/")
    }

    /// The query, each name with its value, which may be empty.
    pub(super) fn encoded_query(&self) -> String {
        let pairs = self.query.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// A text by RFC 3986: a space is `%20`, `~` stays, digits are in upper case.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request::new("GET", &Endpoint::parse("https://example.com:8443").unwrap(), "/a b/ü/~c")
    }

    #[test]
    fn the_target_is_encoded_by_rfc_3986() {
        let mut request = request();
        assert_eq!(request.target(), "/a%20b/%C3%BC/~c");
        request.query = [("b", ""), ("a", "[\"x\",1]"), ("ü ", "+&=/?#%~.-_'()*!\u{10348}\n")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        assert_eq!(
            request.url(),
            "https://example.com:8443/a%20b/%C3%BC/~c?b=&a=%5B%22x%22%2C1%5D&%C3%BC%20=\
             %2B%26%3D%2F%3F%23%25~.-_%27%28%29%2A%21%F0%90%8D%88%0A"
        );
    }

    #[test]
    fn nothing_that_may_be_secret_is_printed() {
        let mut request = request();
        request.query.push(("q".to_owned(), "canary-query".to_owned()));
        request.headers.push(("Authorization".to_owned(), "canary-header".to_owned()));
        request.body = b"canary-body".to_vec();
        assert_eq!(format!("{request:?}"), "GET https://example.com:8443/a b/ü/~c");
    }
}
