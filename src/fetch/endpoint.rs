//! Where calls are sent.

/// An address of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `https`, or `http` on this machine.
    pub scheme: &'static str,
    /// The host.
    pub host: String,
    /// The port, where it is not the scheme's own.
    pub port: Option<u16>,
}
