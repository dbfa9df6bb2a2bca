//! A request, before and after it is signed.

use std::fmt;

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
    /// Host and port, as the `Host` header has them.
    pub fn authority(&self) -> String {
        match self.port {
            None => self.host.clone(),
            Some(port) => format!("{}:{port}", self.host),
        }
    }
}
