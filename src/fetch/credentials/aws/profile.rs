//! Profiles: `~/.aws/credentials` and `~/.aws/config`.

use super::command;
use crate::fetch::credentials::environment::Environment;
use crate::fetch::credentials::ini::{Ini, Section};
use crate::fetch::credentials::search::{self, no_profile};
use crate::fetch::credentials::{Credentials, CredentialsError};
use crate::source::printable;

const ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";
const TOKENS: [&str; 2] = ["aws_session_token", "aws_security_token"];

/// Both files.
pub(super) struct Profiles {
    credentials: Ini,
    config: Ini,
    files: Vec<String>,
}

/// A profile: what the files say of it, in the order in which that counts.
pub(super) struct Profile<'p> {
    name: &'p str,
    /// Of `credentials`.
    own: Option<&'p Section>,
    /// Of `config`.
    config: Vec<&'p Section>,
}

impl Profiles {
    /// Reads both files; one that is not there is empty.
    pub(super) fn read(environment: &dyn Environment) -> Result<Self, CredentialsError> {
        let mut files = Vec::new();
        let mut read = |variable, name| match search::file(Some(variable), &[".aws", name], environment) {
            None => Ok(Ini::default()),
            Some(path) => {
                files.push(search::name(&path));
                Ok(search::profiles(&path, environment)?.unwrap_or_default())
            }
        };
        let credentials = read("AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
        let config = read("AWS_CONFIG_FILE", "config")?;
        Ok(Self { credentials, config, files })
    }

    /// The files' names, for messages.
    pub(super) fn files(&self) -> Vec<String> {
        if self.files.is_empty() {
            vec!["`~/.aws`, as there is no home folder".to_owned()]
        } else {
            self.files.clone()
        }
    }

    /// A profile; nothing where neither file has it.
    pub(super) fn find<'p>(&'p self, name: &'p str) -> Option<Profile<'p>> {
        let own = self.credentials.section(name);
        let mut config: Vec<&Section> = Vec::new();
        let sections = || self.config.sections();
        config.extend(
            sections().filter(|(title, _)| in_config(title) == Some(name)).map(|(_, section)| section),
        );
        if name == "default" {
            config.extend(self.config.section("default"));
        }
        (own.is_some() || !config.is_empty()).then_some(Profile { name, own, config })
    }

    /// That a profile is not there.
    pub(super) fn none(&self, name: &str) -> CredentialsError {
        let own = self.credentials.sections().map(|(title, _)| title);
        let config = self.config.sections().filter_map(|(title, _)| in_config(title).or(default(title)));
        no_profile(name, self.files(), own.chain(config))
    }
}

impl Profile<'_> {
    /// A setting that is no secret.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.sections().find_map(|section| section.text(key))
    }

    /// What it is called in messages.
    pub(super) fn place(&self) -> String {
        format!("the profile `{}`", printable(self.name))
    }

    /// The credentials that it gives; nothing where it has none.
    pub(super) fn credentials(
        &self,
        environment: &dyn Environment,
    ) -> Result<Option<Credentials>, CredentialsError> {
        if self.text("role_arn").is_some() {
            let web = self.text("web_identity_token_file").is_some();
            return Err(self.unsupported(if web { "a role by a web identity" } else { "a role to assume" }));
        }
        if self.text("sso_session").or(self.text("sso_start_url")).is_some() {
            return Err(self.unsupported("a sign-in by SSO"));
        }
        if let Some(found) = self.own.map(|section| self.fixed(section)).transpose()?.flatten() {
            return Ok(Some(found));
        }
        if self.text("login_session").is_some() {
            return Err(self.unsupported("a sign-in by `aws login`"));
        }
        let process = self.sections().find_map(|section| section.secret("credential_process"));
        if let Some(process) = process {
            let mut found = command::run(process, &self.place(), environment)?;
            found.account = found.account.or_else(|| self.account());
            return Ok(Some(found));
        }
        for section in &self.config {
            if let Some(found) = self.fixed(section)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// That it has no credentials.
    pub(super) fn holds_none(&self) -> CredentialsError {
        CredentialsError::Incomplete { place: self.place(), missing: ID }
    }

    fn sections(&self) -> impl Iterator<Item = &Section> {
        self.own.into_iter().chain(self.config.iter().copied())
    }

    /// Id and secret that stand in a section.
    fn fixed(&self, section: &Section) -> Result<Option<Credentials>, CredentialsError> {
        let incomplete = |missing| Err(CredentialsError::Incomplete { place: self.place(), missing });
        match (section.text(ID), section.secret(SECRET)) {
            (None, None) => Ok(None),
            (Some(_), None) => incomplete(SECRET),
            (None, Some(_)) => incomplete(ID),
            (Some(id), Some(secret)) => {
                let mut credentials = Credentials::new(id, secret.clone(), self.place());
                credentials.session_token = TOKENS.iter().find_map(|name| section.secret(name)).cloned();
                credentials.account = self.account();
                Ok(Some(credentials))
            }
        }
    }

    fn account(&self) -> Option<String> {
        self.text("aws_account_id").map(str::to_owned)
    }

    fn unsupported(&self, kind: &'static str) -> CredentialsError {
        CredentialsError::Unsupported {
            place: self.place(),
            kind,
            instead: format!(
                "`aws configure export-credentials --profile {} --format env` prints credentials that can be set as \
                 variables; run this again with them and without `--profile`",
                quoted(self.name)
            ),
        }
    }
}

/// The profile that a section of `config` is of: `[profile x]`, where `x` may be in quotation marks.
fn in_config(title: &str) -> Option<&str> {
    let name = title.strip_prefix("profile")?;
    let name = name.strip_prefix([' ', '\t'])?.trim();
    let inner = ['"', '\''].iter().find_map(|mark| name.strip_prefix(*mark)?.strip_suffix(*mark));
    Some(inner.unwrap_or(name))
}

fn default(title: &str) -> Option<&str> {
    (title == "default").then_some(title)
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@/+".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_owned();
    }
    format!("'{}'", printable(name).replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_config() {
        assert_eq!(in_config("profile a"), Some("a"));
        assert_eq!(in_config("profile   a b "), Some("a b"));
        assert_eq!(in_config("profile\t\"a b\""), Some("a b"));
        assert_eq!(in_config("profile 'a'"), Some("a"));
        assert_eq!(in_config("profile default"), Some("default"));
        for title in ["default", "profilea", "sso-session a", "profile", "a"] {
            assert_eq!(in_config(title), None, "{title}");
        }
    }

    #[test]
    fn names_that_a_shell_takes() {
        assert_eq!(quoted("a-b_1"), "a-b_1");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("$(x)'\n"), r"'$(x)'\''\n'");
        assert_eq!(quoted(""), "''");
    }
}
