//! What credentials are found in: everything around the program that is not the program, so that tests can have their own.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

/// Variables, files, programs, metadata services and the time.
pub trait Environment: Sync {
    /// A variable, which may hold a secret; nothing where it is not set or not UTF-8.
    fn secret(&self, name: &str) -> Option<SecretString>;

    /// The home folder.
    fn home(&self) -> Option<PathBuf>;

    /// A text file, which may hold secrets.
    ///
    /// # Errors
    ///
    /// It is not there, cannot be read, is not UTF-8, or larger than any file of credentials.
    fn read(&self, path: &Path) -> io::Result<SecretString>;

    /// Runs a program without a shell, and gives what it prints. Its arguments may hold secrets.
    ///
    /// # Errors
    ///
    /// It cannot be started, fails, does not end in time, or prints what no program of credentials prints.
    fn run(
        &self,
        program: &str,
        arguments: &[SecretString],
        limit: Duration,
    ) -> Result<SecretString, RunError>;

    /// Asks a metadata service, without a proxy and with a short time-out.
    ///
    /// # Errors
    ///
    /// There is no whole answer.
    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, AskError>;

    /// The time.
    fn now(&self) -> DateTime<Utc>;

    /// A variable that holds no secret; nothing where it is not set, or empty.
    fn variable(&self, name: &str) -> Option<String> {
        self.secret(name).map(|value| value.expose_secret().to_owned()).filter(|value| !value.is_empty())
    }

    /// Whether a variable says `true`.
    fn is_true(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// A question to a metadata service.
#[derive(Debug)]
pub struct Ask<'a> {
    /// `GET` or `PUT`.
    pub method: &'static str,
    /// The whole address.
    pub url: &'a str,
    /// Names and values of headers.
    pub headers: &'a [(&'static str, SecretString)],
}

/// An answer of a metadata service.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, which may be a secret.
    pub body: SecretString,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AskError {
    /// There is no such service here.
    #[error("there is no connection")]
    Connection,
    /// It takes too long.
    #[error("there was no answer in time")]
    Time,
    /// It is nothing that can be read.
    #[error("the answer cannot be read")]
    Answer,
}

/// Why a program gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RunError {
    /// There is no such program, or it may not be run.
    #[error("the program cannot be started")]
    Start,
    /// It failed.
    #[error("the program ended with exit code {0}")]
    Code(i32),
    /// It was ended.
    #[error("the program was ended by a signal")]
    Signal,
    /// It took too long, and was ended.
    #[error("the program did not end within {} seconds", .0.as_secs())]
    Time(Duration),
    /// It printed what cannot be read.
    #[error("what the program printed is too much, or not UTF-8")]
    Output,
}
