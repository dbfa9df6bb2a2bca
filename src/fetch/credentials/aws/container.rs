//! The role of a container: ECS and EKS.

use secrecy::{ExposeSecret as _, SecretString};

use crate::fetch::credentials::environment::Environment;
use crate::fetch::credentials::metadata::{answer, ask, failed, is_sendable, may_ask};
use crate::fetch::credentials::search::unreadable;
use crate::fetch::credentials::{Credentials, CredentialsError};

const PLACE: &str = "the credentials service of this container";
const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/// The credentials of the role; nothing where no variable tells of a service. One that is told of has to answer.
pub(super) fn find(environment: &dyn Environment) -> Result<Option<Credentials>, CredentialsError> {
    let (variable, url) = match (environment.variable(RELATIVE), environment.variable(FULL)) {
        (Some(path), _) if path.starts_with('/') => (RELATIVE, format!("http://169.254.170.2{path}")),
        (Some(path), _) => (RELATIVE, path),
        (None, Some(url)) => (FULL, url),
        (None, None) => return Ok(None),
    };
    if !may_ask(&url, &HOSTS) || (variable == RELATIVE && !url.starts_with("http://169.254.170.2/")) {
        return Err(CredentialsError::Unusable {
            place: format!("the variable `{variable}`"),
            why: "credentials are not asked for at that address".to_owned(),
            remedy: format!(
                "it has to be a path in `{RELATIVE}`; in `{FULL}` an `https` address, or a host of this machine or of \
                 the container services"
            ),
        });
    }
    let mut headers = vec![("Accept", "application/json".into())];
    if let Some(token) = token(environment)? {
        headers.push(("Authorization", token));
    }
    let reply = ask(environment, "GET", &url, &headers).map_err(|why| failed(PLACE, why))?;
    answer(PLACE, &reply, "SecretAccessKey").map(Some)
}

fn token(environment: &dyn Environment) -> Result<Option<SecretString>, CredentialsError> {
    const FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    let (place, token) = match environment.variable(FILE) {
        Some(path) => {
            let path = std::path::PathBuf::from(path);
            let text =
                environment.read(&path).map_err(|error| unreadable(&path, error.kind().to_string()))?;
            (FILE, SecretString::from(text.expose_secret().trim_end()))
        }
        None => match environment.secret(TOKEN).filter(|token| !token.expose_secret().is_empty()) {
            Some(token) => (TOKEN, token),
            None => return Ok(None),
        },
    };
    if is_sendable(&token) {
        return Ok(Some(token));
    }
    Err(CredentialsError::Unusable {
        place: format!("the token of `{place}`"),
        why: "it is empty, or holds characters that no header may hold".to_owned(),
        remedy: "see what the platform of this container sets it to".to_owned(),
    })
}
