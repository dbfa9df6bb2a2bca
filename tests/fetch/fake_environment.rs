//! An environment of a test's own.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use probity::fetch::credentials::{Ask, AskError, Environment, Reply, RunError};
use secrecy::{ExposeSecret as _, SecretString};

/// What a test says is there. Everything else is not.
#[derive(Default)]
pub(crate) struct FakeEnvironment {
    variables: BTreeMap<String, String>,
    files: BTreeMap<PathBuf, Sequence<Result<String, io::ErrorKind>>>,
    replies: BTreeMap<String, Sequence<Answered>>,
    programs: BTreeMap<String, Sequence<Result<String, RunError>>>,
    homeless: bool,
    now: Option<DateTime<Utc>>,
    /// Questions and commands, in their order.
    pub(crate) seen: Mutex<Vec<String>>,
}

/// Status and body, or that there are none.
type Answered = Result<(u16, String), AskError>;

/// One after another; the last stays.
struct Sequence<T>(Vec<T>, AtomicUsize);

impl<T: Clone> Sequence<T> {
    fn of(values: impl IntoIterator<Item = T>) -> Self {
        Self(values.into_iter().collect(), AtomicUsize::new(0))
    }

    fn next(&self) -> T {
        let index = self.1.fetch_add(1, Ordering::SeqCst);
        self.0[index.min(self.0.len() - 1)].clone()
    }
}

impl FakeEnvironment {
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A file; `~` is the home folder.
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(at_home(path), Sequence::of([Ok(text.to_owned())]));
        self
    }

    /// A file that has another text each time it is read; without one, it is not there.
    pub(crate) fn changing_file(mut self, path: &str, texts: &[Option<&str>]) -> Self {
        let texts = texts.iter().map(|text| text.map(str::to_owned).ok_or(io::ErrorKind::NotFound));
        self.files.insert(at_home(path), Sequence::of(texts));
        self
    }

    pub(crate) fn broken_file(mut self, path: &str, kind: io::ErrorKind) -> Self {
        self.files.insert(at_home(path), Sequence::of([Err(kind)]));
        self
    }

    /// An answer to `METHOD url`.
    pub(crate) fn reply(self, question: &str, status: u16, body: &str) -> Self {
        self.replies(question, [(status, body.to_owned())])
    }

    /// Answers to `METHOD url`, another each time.
    pub(crate) fn replies(
        mut self,
        question: &str,
        replies: impl IntoIterator<Item = (u16, String)>,
    ) -> Self {
        self.replies.insert(question.to_owned(), Sequence::of(replies.into_iter().map(Ok)));
        self
    }

    pub(crate) fn no_reply(mut self, question: &str, error: AskError) -> Self {
        self.replies.insert(question.to_owned(), Sequence::of([Err(error)]));
        self
    }

    /// What a program prints; words are joined by `|`.
    pub(crate) fn program(self, command: &str, printed: Result<&str, RunError>) -> Self {
        self.programs(command, [printed.map(str::to_owned)])
    }

    /// The same, another each time it is run.
    pub(crate) fn programs(
        mut self,
        command: &str,
        printed: impl IntoIterator<Item = Result<String, RunError>>,
    ) -> Self {
        self.programs.insert(command.to_owned(), Sequence::of(printed));
        self
    }

    /// At this time.
    pub(crate) fn at(mut self, now: DateTime<Utc>) -> Self {
        self.now = Some(now);
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
        Some(rest) => Path::new("/fake/home").join(rest),
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
        match self.files.get(path).map(Sequence::next) {
            Some(Ok(text)) => Ok(text.into()),
            Some(Err(kind)) => Err(kind.into()),
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
            Some(printed) => printed.next().map(Into::into),
            None => Err(RunError::Start),
        }
    }

    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, AskError> {
        let question = format!("{} {}", ask.method, ask.url);
        let headers: Vec<String> =
            ask.headers.iter().map(|(name, value)| format!(" {name}={}", value.expose_secret())).collect();
        self.seen.lock().unwrap().push(format!("{question}{}", headers.concat()));
        match self.replies.get(&question).map(Sequence::next) {
            Some(Ok((status, body))) => Ok(Reply { status, body: body.into() }),
            Some(Err(error)) => Err(error),
            None => Err(AskError::Connection),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.now.unwrap_or_else(|| "2026-11-21T12:00:00Z".parse().unwrap())
    }
}
