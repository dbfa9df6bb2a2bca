//! Huawei Cloud: environment, `~/.huaweicloud/credentials`, instance metadata.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::document;
use super::environment::{Environment, Reply};
use super::ini::Section;
use super::metadata::{self, Found};
use super::search::{self, Variables};
use super::{Credentials, CredentialsError};
use crate::fetch::provider::Provider;
use crate::source::printable;

const VARIABLES: Variables = Variables {
    id: "HUAWEICLOUD_SDK_AK",
    secret: "HUAWEICLOUD_SDK_SK",
    tokens: &["HUAWEICLOUD_SDK_SECURITY_TOKEN"],
};
const PROJECT: &str = "HUAWEICLOUD_SDK_PROJECT_ID";
const DOMAIN: &str = "HUAWEICLOUD_SDK_DOMAIN_ID";
/// Sections that are no profiles but kinds of services; COC is of the first kind, and takes the second.
const SECTIONS: [&str; 2] = ["global", "basic"];

const METADATA: &str = "http://169.254.169.254";
const INSTANCE: &str = "the metadata of this instance";

pub(super) fn find(
    profile: Option<&str>,
    environment: &dyn Environment,
) -> Result<Credentials, CredentialsError> {
    if let Some(name) = profile {
        return asked_for(name, environment);
    }
    for (variables, kind) in [
        (["HUAWEICLOUD_OIDC_PROVIDER_URN", "HUAWEICLOUD_OIDC_AGENCY_URN"], "an agency by OIDC"),
        (["HUAWEICLOUD_SDK_IDP_ID", "HUAWEICLOUD_SDK_ID_TOKEN_FILE"], "a federated sign-in"),
    ] {
        if variables.iter().all(|name| environment.variable(name).is_some()) {
            let place = format!("the variables `{}`", variables.join("` and `"));
            return Err(unsupported(place, kind));
        }
    }
    let mut looked = Vec::new();
    if let Some(mut found) = VARIABLES.find(environment)? {
        found.project_id = environment.variable(PROJECT);
        found.domain_id = environment.variable(DOMAIN);
        return Ok(found);
    }
    looked.push(format!("{}: not set", VARIABLES.place()));
    if let Some((path, file)) = file(environment) {
        match search::profiles(&path, environment)? {
            None => looked.push(format!("{file}: not there")),
            Some(ini) => {
                let mut sections = SECTIONS.iter().filter_map(|name| Some((*name, ini.section(name)?)));
                if let Some((name, section)) = sections.next() {
                    return of_section(section, name, &file);
                }
                looked.push(format!("{file}: no section `global` or `basic`"));
            }
        }
    }
    match instance(environment)? {
        Found::Credentials(mut found) => {
            found.project_id = environment.variable(PROJECT);
            found.domain_id = environment.variable(DOMAIN);
            return Ok(found);
        }
        Found::Nothing(why) => looked.push(why),
    }
    if environment.variable("HC_CONTAINER_CREDENTIALS_FULL_URI").is_some() {
        let place = "the variable `HC_CONTAINER_CREDENTIALS_FULL_URI`".to_owned();
        return Err(unsupported(place, "the identity of a pod"));
    }
    Err(CredentialsError::None { provider: Provider::Huawei, looked })
}

/// A profile is a section of the file.
fn asked_for(name: &str, environment: &dyn Environment) -> Result<Credentials, CredentialsError> {
    let Some((path, file)) = file(environment) else {
        return Err(search::no_profile(name, vec!["the home folder, which there is none of".to_owned()], []));
    };
    let ini = search::profiles(&path, environment)?.unwrap_or_default();
    match ini.section(name) {
        Some(section) => of_section(section, name, &file),
        None => Err(search::no_profile(name, vec![file], ini.sections().map(|(name, _)| name))),
    }
}

/// The file of profiles, and what it is called in messages.
fn file(environment: &dyn Environment) -> Option<(std::path::PathBuf, String)> {
    let usual = [".huaweicloud", "credentials"];
    let path = search::file(Some("HUAWEICLOUD_SDK_CREDENTIALS_FILE"), &usual, environment)?;
    let name = search::name(&path);
    Some((path, name))
}

fn of_section(section: &Section, name: &str, file: &str) -> Result<Credentials, CredentialsError> {
    let place = format!("the section `{}` of {file}", printable(name));
    if section.text("idp_id").is_some() && section.text("id_token_file").is_some() {
        return Err(unsupported(place, "a federated sign-in"));
    }
    let (id, secret) = match (section.text("ak"), section.secret("sk")) {
        (Some(id), Some(secret)) => (id, secret.clone()),
        (None, _) => return Err(CredentialsError::Incomplete { place, missing: "ak" }),
        (_, None) => return Err(CredentialsError::Incomplete { place, missing: "sk" }),
    };
    let mut credentials = Credentials::new(id, secret, place);
    credentials.session_token = section.secret("security_token").cloned();
    credentials.project_id = section.text("project_id").map(str::to_owned);
    credentials.domain_id = section.text("domain_id").map(str::to_owned);
    Ok(credentials)
}

/// What the metadata service answers.
#[derive(Deserialize)]
struct Answer {
    credential: Option<Credential>,
}

#[derive(Deserialize)]
struct Credential {
    access: Option<String>,
    secret: Option<SecretString>,
    securitytoken: Option<SecretString>,
    expires_at: Option<String>,
}

/// The agency of this instance. Older instances hand out no token and ask for none.
fn instance(environment: &dyn Environment) -> Result<Found, CredentialsError> {
    let nothing = |why: String| Ok(Found::Nothing(format!("{INSTANCE}: {why}")));
    let lifetime = [("X-Metadata-Token-Ttl-Seconds", metadata::LIFETIME.into())];
    let url = format!("{METADATA}/meta-data/latest/api/token");
    let headers = match metadata::ask(environment, "PUT", &url, &lifetime) {
        Ok(Reply { status: 200, body }) if metadata::is_sendable(&body) => vec![("X-Metadata-Token", body)],
        Ok(Reply { status: 404 | 405 | 503, .. }) => Vec::new(),
        Ok(reply) => return nothing(format!("it gave no token, but status {}", reply.status)),
        Err(why) => return nothing(why),
    };
    let url = format!("{METADATA}/openstack/latest/securitykey");
    let reply = match metadata::ask(environment, "GET", &url, &headers) {
        Ok(reply) if reply.status == 200 => reply,
        Ok(reply) => {
            return nothing(format!("it gave status {}, as it does where no agency is set", reply.status));
        }
        Err(why) => return nothing(why),
    };
    let answer: Answer = document::read(&reply.body)
        .map_err(|why| metadata::failed(INSTANCE, format!("its answer: {why}")))?;
    let incomplete = |missing| CredentialsError::Incomplete { place: INSTANCE.to_owned(), missing };
    let credential = answer.credential.ok_or_else(|| incomplete("credential"))?;
    let present = |secret: &SecretString| !secret.expose_secret().is_empty();
    let id = credential.access.filter(|id| !id.is_empty()).ok_or_else(|| incomplete("access"))?;
    let secret = credential.secret.filter(present).ok_or_else(|| incomplete("secret"))?;
    let mut found = Credentials::new(id, secret, INSTANCE);
    found.session_token = credential.securitytoken.filter(present);
    found.expires = credential.expires_at.map(|text| document::time(&text, INSTANCE)).transpose()?;
    Ok(Found::Credentials(found))
}

fn unsupported(place: String, kind: &'static str) -> CredentialsError {
    CredentialsError::Unsupported {
        place,
        kind,
        instead: "get temporary credentials by the vendor's own tools and set them as `HUAWEICLOUD_SDK_AK`, \
                  `HUAWEICLOUD_SDK_SK` and `HUAWEICLOUD_SDK_SECURITY_TOKEN`, without the variables named here; or choose a \
                  section of `~/.huaweicloud/credentials` by `--profile`"
            .to_owned(),
    }
}
