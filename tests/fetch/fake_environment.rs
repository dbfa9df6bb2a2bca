//! An environment of a test's own.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use probity::fetch::credentials::{Ask, AskError, Environment, Reply, RunError};
use secrecy::{ExposeSecret as _, SecretString};

/// What a test says is there. Everything else is not.
#[derive(Default)]
pub(crate) struct FakeEnvironment {
    variables: BTreeMap<String, String>,
    files: BTreeMap<PathBuf, Result<String, io::ErrorKind>>,
    replies: BTreeMap<String, Result<(u16, String), AskError>>,
    programs: BTreeMap<String, Result<String, RunError>>,
    homeless: bool,
    /// Questions and commands, in their order.
    pub(crate) seen: Mutex<Vec<String>>,
}

impl FakeEnvironment {
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A file; `~` is the home folder.
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(at_home(path), Ok(text.to_owned()));
        self
    }

    pub(crate) fn broken_file(mut self, path: &str, kind: io::ErrorKind) -> Self {
        self.files.insert(at_home(path), Err(kind));
        self
    }

    /// An answer to `METHOD url`.
    pub(crate) fn reply(mut self, question: &str, status: u16, body: &str) -> Self {
        self.replies.insert(question.to_owned(), Ok((status, body.to_owned())));
        self
    }

    pub(crate) fn no_reply(mut self, question: &str, error: AskError) -> Self {
        self.replies.insert(question.to_owned(), Err(error));
        self
    }

    /// What a program prints; words are joined by `|`.
    pub(crate) fn program(mut self, command: &str, printed: Result<&str, RunError>) -> Self {
        self.programs.insert(command.to_owned(), printed.map(str::to_owned));
        self
    }

    pub(crate) fn without_home(mut self) -> Self {
        self.homeless = true;
        self
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn at_home(path: &str) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(rest) => Path::new("/home/me").join(rest),
        None => PathBuf::from(path),
    }
}

impl Environment for FakeEnvironment {
    fn secret(&self, name: &str) -> Option<SecretString> {
        self.variables.get(name).map(|value| value.as_str().into())
    }

    fn home(&self) -> Option<PathBuf> {
        (!self.homeless).then(|| at_home("~/"))
    }

    fn read(&self, path: &Path) -> io::Result<SecretString> {
        match self.files.get(path) {
            Some(Ok(text)) => Ok(text.as_str().into()),
            Some(Err(kind)) => Err((*kind).into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn run(
        &self,
        program: &str,
        arguments: &[SecretString],
        _limit: Duration,
    ) -> Result<SecretString, RunError> {
        let words =
            arguments.iter().fold(program.to_owned(), |words, word| words + "|" + word.expose_secret());
        self.seen.lock().unwrap().push(words.clone());
        match self.programs.get(&words) {
            Some(printed) => printed.clone().map(Into::into),
            None => Err(RunError::Start),
        }
    }

    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, AskError> {
        let question = format!("{} {}", ask.method, ask.url);
        let headers: Vec<String> =
            ask.headers.iter().map(|(name, value)| format!(" {name}={}", value.expose_secret())).collect();
        self.seen.lock().unwrap().push(format!("{question}{}", headers.concat()));
        match self.replies.get(&question) {
            Some(Ok((status, body))) => Ok(Reply { status: *status, body: body.as_str().into() }),
            Some(Err(error)) => Err(*error),
            None => Err(AskError::Connection),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }
}
