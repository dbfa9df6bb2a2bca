//! Requests are sent, answers received.

use super::request::Request;

/// Sends requests.
pub trait Transport: Sync {
    /// Sends a signed request and receives the whole answer, whatever its status.
    ///
    /// # Errors
    ///
    /// There is no whole answer.
    fn send(&self, request: &Request) -> Result<Answer, TransportError>;
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names, in lower case, and values of headers.
    pub headers: Vec<(String, String)>,
    /// The body, as received.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No connection.
    #[error("{0}")]
    Connection(String),
}
