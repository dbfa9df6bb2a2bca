//! Metadata services: of instances and containers, which give the credentials of the role that these have.

use secrecy::{ExposeSecret as _, SecretString};

use super::document::{self, Answer};
use super::environment::{Ask, Environment, Reply};
use super::{Credentials, CredentialsError};
use crate::fetch::endpoint::Host;

/// What became of a search at a metadata service.
pub(super) enum Found {
    /// Credentials.
    Credentials(Credentials),
    /// There is no such service here, or it has no role to give.
    Nothing(String),
}

/// A service that hands out a token first and gives credentials by the name of a role: AWS's and Alibaba's.
pub(super) struct ByRole<'s> {
    /// What it is called in messages.
    pub(super) place: &'static str,
    /// Scheme and host.
    pub(super) base: &'s str,
    /// Where tokens are.
    pub(super) token_path: &'static str,
    /// The header that tells how long a token is to last.
    pub(super) lifetime_header: &'static str,
    /// The header that a token is sent in.
    pub(super) token_header: &'static str,
    /// Where roles are, ending in `/`.
    pub(super) role_path: &'static str,
    /// The role, where it is known.
    pub(super) role: Option<String>,
    /// What the service calls the secret.
    pub(super) secret: &'static str,
}

/// Six hours, as the vendors' tools have it.
pub(super) const LIFETIME: &str = "21600";

impl ByRole<'_> {
    /// Asks for a token, the role and its credentials.
    pub(super) fn find(self, environment: &dyn Environment) -> Result<Found, CredentialsError> {
        let nothing = |why: String| Ok(Found::Nothing(format!("{}: {why}", self.place)));
        let lifetime = [(self.lifetime_header, LIFETIME.into())];
        let token = match ask(environment, "PUT", &format!("{}{}", self.base, self.token_path), &lifetime) {
            Ok(Reply { status: 200, body }) if is_sendable(&body) => body,
            Ok(Reply { status: 200, .. }) => return nothing("its token cannot be sent".to_owned()),
            Ok(reply) => return nothing(format!("it gave no token, but status {}", reply.status)),
            Err(why) => return nothing(why),
        };
        let token = [(self.token_header, token)];
        let role = match &self.role {
            Some(role) => role.clone(),
            None => match ask(environment, "GET", &format!("{}{}", self.base, self.role_path), &token) {
                Ok(Reply { status: 200, body }) => {
                    body.expose_secret().lines().next().unwrap_or_default().trim().to_owned()
                }
                Ok(Reply { status: 404, .. }) => {
                    return nothing("no role is attached to the instance".to_owned());
                }
                Ok(reply) => return nothing(format!("it named no role, but gave status {}", reply.status)),
                Err(why) => return nothing(why),
            },
        };
        if !is_role(&role) {
            return nothing("what it named cannot be a role".to_owned());
        }
        match ask(environment, "GET", &format!("{}{}{role}", self.base, self.role_path), &token) {
            Ok(reply) => answer(self.place, &reply, self.secret).map(Found::Credentials),
            Err(why) => Err(failed(self.place, why)),
        }
    }
}

/// Asks, and says in words why there is no answer.
pub(super) fn ask(
    environment: &dyn Environment,
    method: &'static str,
    url: &str,
    headers: &[(&'static str, SecretString)],
) -> Result<Reply, String> {
    environment.ask(&Ask { method, url, headers }).map_err(|error| error.to_string())
}

/// Credentials in an answer.
pub(super) fn answer(
    place: &str,
    reply: &Reply,
    secret: &'static str,
) -> Result<Credentials, CredentialsError> {
    if reply.status != 200 {
        return Err(failed(place, format!("it gave no credentials, but status {}", reply.status)));
    }
    let answer: Answer =
        document::read(&reply.body).map_err(|why| failed(place, format!("its answer: {why}")))?;
    if answer.code.as_deref().is_some_and(|code| code != "Success") {
        return Err(failed(place, "it says that it could not get credentials".to_owned()));
    }
    answer.credentials(place, secret)
}

/// That a service is there and gives nothing that can be used.
pub(super) fn failed(place: &str, why: String) -> CredentialsError {
    CredentialsError::Unusable {
        place: place.to_owned(),
        why,
        remedy: "see what the service answers, or give credentials by the environment".to_owned(),
    }
}

/// Whether a text can be the value of a header.
pub(super) fn is_sendable(text: &SecretString) -> bool {
    let text = text.expose_secret();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

/// Whether an address of a credentials service may be asked: by TLS anywhere, else on this machine or one of the hosts that
/// `also` names. Its path and query are taken as they are.
pub(super) fn may_ask(url: &str, also: &[&str]) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let (authority, path) = rest.find(['/', '?', '#']).map_or((rest, ""), |at| rest.split_at(at));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let host = host.to_ascii_lowercase();
    let Some(kind) = Host::of(&host) else { return false };
    path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
        && (path.is_empty() || path.starts_with('/'))
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port != 0) && !port.starts_with('+'))
        && match scheme {
            "https" => true,
            "http" => kind.is_this_machine() || also.contains(&host.as_str()),
            _ => false,
        }
}

/// Role names of both vendors; no other may become part of an address.
fn is_role(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte))
        && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_of_this_machine_are_asked_without_tls() {
        let also = ["169.254.170.2", "[fd00:ec2::23]"];
        for url in [
            "https://example.com/x",
            "https://example.com",
            "http://localhost:8080/x?y=z",
            "http://127.0.0.1/",
            "http://[::1]:80/",
            "http://169.254.170.2/v2/x",
            "http://[FD00:EC2::23]/v1/credentials",
        ] {
            assert!(may_ask(url, &also), "{url}");
        }
        for url in [
            "",
            "localhost",
            "http://example.com/",
            "http://169.254.170.2.example.com/",
            "http://169.254.170.2@example.com/",
            "http://localhost@example.com/",
            "http://example.com#@localhost/",
            "http://example.com\\@localhost/",
            "http://localhost:+80/",
            "http://localhost:0/",
            "http://localhost/a b",
            "http://localhost/\r\nx",
            "http://localhost?x",
            "http://169.254.1/",
            "ftp://localhost/",
            "HTTP://localhost/",
        ] {
            assert!(!may_ask(url, &also), "{url}");
        }
    }

    #[test]
    fn roles_are_names() {
        assert!(is_role("my-role_1+=,.@x"));
        for name in ["", "..", "a/b", "a b", "a?b", "ä", "a\n"] {
            assert!(!is_role(name), "{name}");
        }
    }
}
