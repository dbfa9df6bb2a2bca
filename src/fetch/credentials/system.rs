//! The environment of this process.

use std::env;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, RequestBuilder};

use super::environment::{Ask, AskError, Environment, Reply, RunError};

/// More than any file, program or service has to say about credentials.
const MOST: u64 = 1024 * 1024;
/// Metadata services stand beside this machine; where there is none, nobody should wait.
const ASK_LIMIT: Duration = Duration::from_secs(1);
/// How often a program is looked at.
const TICK: Duration = Duration::from_millis(10);

/// The environment of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    fn secret(&self, name: &str) -> Option<SecretString> {
        env::var(name).ok().map(SecretString::from)
    }

    fn home(&self) -> Option<PathBuf> {
        env::home_dir().filter(|home| !home.as_os_str().is_empty())
    }

    fn read(&self, path: &Path) -> io::Result<SecretString> {
        limited(File::open(path)?)
    }

    fn run(
        &self,
        program: &str,
        arguments: &[SecretString],
        limit: Duration,
    ) -> Result<SecretString, RunError> {
        // What it says of errors is its own; it may hold secrets, and people are told to run it themselves.
        let mut child = Command::new(program)
            .args(arguments.iter().map(SecretString::expose_secret))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|_| RunError::Start)?;
        let deadline = Instant::now() + limit;
        let printed = match printed(&mut child, deadline) {
            Ok(printed) => printed,
            Err(error) => {
                end(&mut child);
                return Err(if error == RunError::Time(Duration::ZERO) {
                    RunError::Time(limit)
                } else {
                    error
                });
            }
        };
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(printed),
                Ok(Some(status)) => return Err(status.code().map_or(RunError::Signal, RunError::Code)),
                Ok(None) if Instant::now() < deadline => thread::sleep(TICK),
                Ok(None) | Err(_) => {
                    end(&mut child);
                    return Err(RunError::Time(limit));
                }
            }
        }
    }

    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, AskError> {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let agent: Agent = Agent::config_builder()
            .timeout_global(Some(ASK_LIMIT))
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .tls_config(tls)
            .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let sent = if ask.method == "PUT" {
            with_headers(agent.put(ask.url), ask).send_empty()
        } else {
            with_headers(agent.get(ask.url), ask).call()
        };
        let mut response = sent.map_err(|error| failure(&error))?;
        let status = response.status().as_u16();
        let body = limited(response.body_mut().as_reader()).map_err(|error| match error.kind() {
            ErrorKind::TimedOut => AskError::Time,
            _ => AskError::Answer,
        })?;
        Ok(Reply { status, body })
    }

    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

fn with_headers<B>(request: RequestBuilder<B>, ask: &Ask<'_>) -> RequestBuilder<B> {
    ask.headers.iter().fold(request, |request, (name, value)| request.header(*name, value.expose_secret()))
}

/// What a program prints, read beside it: it may hold its output open when it has ended, or fill the pipe before.
fn printed(child: &mut Child, deadline: Instant) -> Result<SecretString, RunError> {
    let Some(output) = child.stdout.take() else { return Err(RunError::Output) };
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // Nobody listens any more where the time is over.
        let _ = sender.send(limited(output));
    });
    match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(_)) => Err(RunError::Output),
        Err(_) => Err(RunError::Time(Duration::ZERO)),
    }
}

/// Ends a program that is of no use any more.
fn end(child: &mut Child) {
    // It may have ended by itself meanwhile; there is nothing else to do in either case.
    let _ = child.kill();
    let _ = child.wait();
}

/// All of a text, unless it is too long.
fn limited(from: impl Read) -> io::Result<SecretString> {
    let mut bytes = Vec::new();
    let read = from.take(MOST + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > MOST {
        return Err(ErrorKind::FileTooLarge.into());
    }
    String::from_utf8(bytes).map(SecretString::from).map_err(|_| ErrorKind::InvalidData.into())
}

/// Without its words, which may repeat an address.
fn failure(error: &ureq::Error) -> AskError {
    match error {
        ureq::Error::Timeout(_) => AskError::Time,
        ureq::Error::Io(error) if error.kind() == ErrorKind::TimedOut => AskError::Time,
        ureq::Error::Protocol(_) | ureq::Error::Http(_) | ureq::Error::BodyExceedsLimit(_) => {
            AskError::Answer
        }
        _ => AskError::Connection,
    }
}
