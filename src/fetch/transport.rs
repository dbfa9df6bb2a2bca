//! Requests are sent, answers received.

use std::io;
use std::thread;
use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use ureq::http;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Proxy};

use super::clock::Stop;
use super::request::Request;

/// Most bytes of one answer.
pub const MAX_ANSWER_BYTES: u64 = 64 << 20;
/// How often a wait for an answer looks whether it is to end.
const TICK: Duration = Duration::from_millis(50);

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

impl Answer {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No connection.
    #[error("there is no connection: {0}")]
    Connection(String),
    /// The other side cannot prove who it is.
    #[error("the connection cannot be trusted: {0}")]
    Untrusted(String),
    /// It took too long.
    #[error("there was no answer in time")]
    TimedOut,
    /// The connection ended early.
    #[error("the connection ended before the answer was whole: {0}")]
    Cut(String),
    /// The answer is larger than any should be.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(u64),
    /// The other side speaks something else.
    #[error("the answer is no HTTP: {0}")]
    NotHttp(String),
    /// Everything was to stop.
    #[error("interrupted")]
    Interrupted,
}

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub struct TimeOuts {
    /// Until there is a connection, TLS included.
    pub connect: Duration,
    /// Between two parts of an answer.
    pub read: Duration,
    /// From the look-up of the host to the last byte.
    pub overall: Duration,
}

impl Default for TimeOuts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_mins(1),
            overall: Duration::from_mins(3),
        }
    }
}

/// HTTP 1.1, with the system's certificate authorities and its proxy (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`). Nothing
/// turns the check of certificates off, and no redirect is followed: a signature is for one host.
#[derive(Debug)]
pub struct Http {
    agent: Agent,
    stop: Stop,
}

impl Http {
    /// A transport that gives up waiting where `stop` says so.
    pub fn new(time_outs: TimeOuts, stop: Stop) -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .proxy(Proxy::try_from_env())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")))
            // What arrives is kept as it is: nothing may compress it.
            .accept_encoding("identity")
            .timeout_connect(Some(time_outs.connect))
            .timeout_per_read(Some(time_outs.read))
            .timeout_global(Some(time_outs.overall))
            .build()
            .new_agent();
        Self { agent, stop }
    }
}

impl Transport for Http {
    fn send(&self, request: &Request) -> Result<Answer, TransportError> {
        if self.stop.is_stopped() {
            return Err(TransportError::Interrupted);
        }
        let request = prepared(request)?;
        let agent = self.agent.clone();
        let (sender, receiver) = crossbeam_channel::bounded(1);
        // On a thread of its own, so that nobody has to wait for it any longer than they want.
        let spawned = thread::Builder::new().name("request".to_owned()).spawn(move || {
            // Nobody may be waiting any more.
            let _ = sender.send(exchange(&agent, request));
        });
        spawned.map_err(|error| TransportError::Connection(error.to_string()))?;
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Timeout) if self.stop.is_stopped() => {
                    return Err(TransportError::Interrupted);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(TransportError::Cut("the request was given up".to_owned()));
                }
            }
        }
    }
}

/// The request as it goes over the wire, encoded as it was signed.
fn prepared(request: &Request) -> Result<http::Request<Vec<u8>>, TransportError> {
    let mut builder = http::Request::builder().method(request.method).uri(request.url());
    for (name, value) in &request.headers {
        // Told by the address.
        if !name.eq_ignore_ascii_case("host") {
            builder = builder.header(name, value);
        }
    }
    builder
        .body(request.body.clone())
        .map_err(|error| TransportError::Connection(format!("the request cannot be made: {error}")))
}

fn exchange(agent: &Agent, request: http::Request<Vec<u8>>) -> Result<Answer, TransportError> {
    let response = if request.method() == http::Method::GET {
        agent.run(request.map(|_| ()))
    } else {
        agent.run(request)
    };
    let (head, body) = response.map_err(|error| reason(&error))?.into_parts();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let body =
        body.into_with_config().limit(MAX_ANSWER_BYTES).read_to_vec().map_err(|error| reason(&error))?;
    Ok(Answer { status: head.status.as_u16(), headers, body })
}

fn reason(error: &ureq::Error) -> TransportError {
    match error {
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            TransportError::Connection("it took too long to connect".to_owned())
        }
        ureq::Error::Timeout(_) => TransportError::TimedOut,
        ureq::Error::HostNotFound => TransportError::Connection("the host is not known".to_owned()),
        ureq::Error::BodyExceedsLimit(limit) => TransportError::TooLarge(*limit),
        ureq::Error::Protocol(error) => TransportError::NotHttp(error.to_string()),
        ureq::Error::LargeResponseHeader(..) => TransportError::NotHttp(error.to_string()),
        ureq::Error::Rustls(error) => untrusted(error),
        ureq::Error::Tls(words) => TransportError::Untrusted((*words).to_owned()),
        ureq::Error::Io(error) => of_stream(error),
        other => TransportError::Connection(other.to_string()),
    }
}

fn of_stream(error: &io::Error) -> TransportError {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return untrusted(error);
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => TransportError::TimedOut,
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => TransportError::Cut(error.to_string()),
        _ => TransportError::Connection(error.to_string()),
    }
}

fn untrusted(error: &rustls::Error) -> TransportError {
    match error {
        rustls::Error::InvalidCertificate(_)
        | rustls::Error::NoCertificatesPresented
        | rustls::Error::UnsupportedNameType => TransportError::Untrusted(error.to_string()),
        other => TransportError::Connection(other.to_string()),
    }
}
