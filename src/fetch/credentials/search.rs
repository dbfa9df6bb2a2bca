//! What the searches of all vendors have in common.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::environment::Environment;
use super::ini::Ini;
use super::{Credentials, CredentialsError};
use crate::source::printable;
use crate::suggest::nearest;

/// Names of variables that hold credentials.
pub(super) struct Variables {
    pub(super) id: &'static str,
    pub(super) secret: &'static str,
    pub(super) tokens: &'static [&'static str],
}

impl Variables {
    /// The credentials in them; nothing where neither id nor secret is set.
    pub(super) fn find(
        &self,
        environment: &dyn Environment,
    ) -> Result<Option<Credentials>, CredentialsError> {
        let set = |name: &str| environment.secret(name).filter(|_| environment.variable(name).is_some());
        let id = environment.variable(self.id);
        let (id, secret) = match (id, set(self.secret)) {
            (None, None) => return Ok(None),
            (Some(id), Some(secret)) => (id, secret),
            (Some(_), None) => return Err(incomplete(self.secret)),
            (None, Some(_)) => return Err(incomplete(self.id)),
        };
        let mut credentials = Credentials::new(id, secret, self.place());
        credentials.session_token = self.tokens.iter().find_map(|name| set(name));
        Ok(Some(credentials))
    }

    /// What they are called in messages.
    pub(super) fn place(&self) -> String {
        format!("the variables `{}` and `{}`", self.id, self.secret)
    }
}

fn incomplete(missing: &'static str) -> CredentialsError {
    CredentialsError::Incomplete { place: "the environment".to_owned(), missing }
}

/// A file below the home folder, or where a variable says.
pub(super) fn file(variable: Option<&str>, usual: &[&str], environment: &dyn Environment) -> Option<PathBuf> {
    match variable.and_then(|name| environment.variable(name)) {
        Some(path) => match (path.strip_prefix("~/"), environment.home()) {
            (Some(rest), Some(home)) => Some(home.join(rest)),
            _ => Some(PathBuf::from(path)),
        },
        None => Some(environment.home()?.join(usual.iter().collect::<PathBuf>())),
    }
}

/// The text of a file; nothing where there is no such file.
pub(super) fn text(
    path: &Path,
    environment: &dyn Environment,
) -> Result<Option<SecretString>, CredentialsError> {
    match environment.read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(unreadable(path, error.kind().to_string())),
    }
}

/// A file of profiles; nothing where there is no such file.
pub(super) fn profiles(path: &Path, environment: &dyn Environment) -> Result<Option<Ini>, CredentialsError> {
    let Some(text) = text(path, environment)? else { return Ok(None) };
    Ini::parse(&text).map(Some).map_err(|error| unreadable(path, error.to_string()))
}

/// That a file cannot be read.
pub(super) fn unreadable(path: &Path, why: String) -> CredentialsError {
    CredentialsError::Unusable {
        place: name(path),
        why,
        remedy: "mend the file, or give credentials by the environment".to_owned(),
    }
}

/// A path in messages.
pub(super) fn name(path: &Path) -> String {
    format!("`{}`", printable(&path.to_string_lossy()))
}

/// That a profile is not there.
pub(super) fn no_profile<'n>(
    wanted: &str,
    files: Vec<String>,
    there: impl IntoIterator<Item = &'n str>,
) -> CredentialsError {
    let nearest = nearest(wanted, there).map(|name| printable(name).into_owned());
    CredentialsError::Profile { name: wanted.to_owned(), files, nearest }
}
