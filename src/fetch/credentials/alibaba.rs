//! Alibaba Cloud: environment, the `aliyun` command line's profiles, `credentials.ini`, instance metadata, a credentials URI.

use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::document;
use super::environment::Environment;
use super::ini::Section;
use super::metadata::{self, ByRole, Found};
use super::search::{self, Variables};
use super::{Credentials, CredentialsError};
use crate::fetch::endpoint::has_form;
use crate::fetch::provider::Provider;
use crate::source::printable;

const VARIABLES: Variables = Variables {
    id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    tokens: &["ALIBABA_CLOUD_SECURITY_TOKEN"],
};
/// As the `aliyun` command line reads them, but for those that name no cloud.
const REGIONS: [&str; 3] = ["ALIBABA_CLOUD_REGION_ID", "ALIBABACLOUD_REGION_ID", "ALICLOUD_REGION_ID"];
const PROFILE: &str = "ALIBABA_CLOUD_PROFILE";

const METADATA: &str = "http://100.100.100.200";
const INSTANCE: &str = "the metadata of this instance";

/// `~/.aliyun/config.json`.
#[derive(Deserialize)]
struct Config {
    current: Option<String>,
    profiles: Option<Vec<Profile>>,
}

#[derive(Deserialize)]
struct Profile {
    name: Option<String>,
    mode: Option<String>,
    access_key_id: Option<String>,
    access_key_secret: Option<SecretString>,
    sts_token: Option<SecretString>,
    ram_role_name: Option<String>,
    region_id: Option<String>,
}

pub(super) fn find(
    profile: Option<&str>,
    environment: &dyn Environment,
) -> Result<Credentials, CredentialsError> {
    let mut looked = Vec::new();
    if profile.is_none() {
        if let Some(found) = VARIABLES.find(environment)? {
            return Ok(found);
        }
        looked.push(format!("{}: not set", VARIABLES.place()));
        let web =
            ["ALIBABA_CLOUD_OIDC_TOKEN_FILE", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_ROLE_ARN"];
        if web.iter().all(|name| environment.variable(name).is_some()) {
            return Err(unsupported(
                "the variable `ALIBABA_CLOUD_OIDC_TOKEN_FILE`".to_owned(),
                "a role by OIDC",
            ));
        }
    }
    let chosen = profile.map(str::to_owned).or_else(|| environment.variable(PROFILE));
    let mut files = Files::default();
    if let Some(found) = command_line(chosen.as_deref(), profile.is_some(), environment, &mut files)? {
        return Ok(found);
    }
    if let Some(found) = ini(chosen.as_deref(), environment, &mut files)? {
        return Ok(found);
    }
    if let Some(name) = &chosen
        && !files.empty
    {
        return Err(search::no_profile(name, files.names, files.profiles.iter().map(String::as_str)));
    }
    if profile.is_some() {
        let place = format!("the profile `{}`", printable(&chosen.unwrap_or_default()));
        return Err(CredentialsError::Incomplete { place, missing: "access_key_id" });
    }
    looked.extend(files.names.into_iter().map(|file| format!("{file}: no credentials")));
    match instance(None, environment)? {
        Found::Credentials(found) => return Ok(found),
        Found::Nothing(why) => looked.push(why),
    }
    if let Some(found) = uri(environment)? {
        return Ok(found);
    }
    Err(CredentialsError::None { provider: Provider::Alibaba, looked })
}

pub(super) fn region(profile: Option<&str>, environment: &dyn Environment) -> Option<String> {
    let of_profile = || {
        let (_, config) = config(environment).ok()??;
        let name = profile.map(str::to_owned).or_else(|| environment.variable(PROFILE)).or(config.current)?;
        let profiles = config.profiles.unwrap_or_default();
        let found = profiles.into_iter().find(|profile| profile.name.as_deref() == Some(&name))?;
        found.region_id.filter(|region| has_form(region))
    };
    of_profile().or_else(|| REGIONS.iter().find_map(|name| environment.variable(name)))
}

/// What the files hold, for messages.
#[derive(Default)]
struct Files {
    names: Vec<String>,
    profiles: Vec<String>,
    /// The profile is there, and has no credentials.
    empty: bool,
}

/// The profile of the `aliyun` command line.
fn command_line(
    chosen: Option<&str>,
    is_asked_for: bool,
    environment: &dyn Environment,
    files: &mut Files,
) -> Result<Option<Credentials>, CredentialsError> {
    if !is_asked_for && environment.is_true("ALIBABA_CLOUD_CLI_PROFILE_DISABLED") {
        return Ok(None);
    }
    let Some(path) = config_path(environment) else { return Ok(None) };
    files.names.push(search::name(&path));
    let Some((_, config)) = config(environment)? else { return Ok(None) };
    let profiles = config.profiles.unwrap_or_default();
    files.profiles.extend(profiles.iter().filter_map(|profile| profile.name.clone()));
    let Some(name) = chosen.map(str::to_owned).or(config.current) else { return Ok(None) };
    let Some(found) = profiles.into_iter().find(|profile| profile.name.as_deref() == Some(&name)) else {
        return Ok(None);
    };
    let place = format!("the profile `{}` of `aliyun`", printable(&name));
    let mode = found.mode.as_deref().unwrap_or_default().to_ascii_lowercase();
    let role = match mode.as_str() {
        "ak" | "ststoken" => None,
        "" => {
            files.empty = true;
            return Ok(None);
        }
        "ecsramrole" => Some(found.ram_role_name.filter(|role| !role.is_empty())),
        "ramrolearn" | "ramrolearnwithrolename" | "chainableramrolearn" => {
            return Err(unsupported(place, "a role to assume"));
        }
        "cloudsso" => return Err(unsupported(place, "a sign-in by CloudSSO")),
        "oauth" => return Err(unsupported(place, "a sign-in by OAuth")),
        "oidc" => return Err(unsupported(place, "a role by OIDC")),
        "external" => return Err(unsupported(place, "an external program")),
        "credentialsuri" => return Err(unsupported(place, "a credentials URI")),
        "rsakeypair" => return Err(unsupported(place, "an RSA key pair")),
        _ => return Err(unsupported(place, "its mode")),
    };
    if let Some(role) = role {
        return of_instance(&place, role, environment);
    }
    let id = found.access_key_id.filter(|id| !id.is_empty());
    let secret = found.access_key_secret.filter(is_there);
    let incomplete = |missing| Err(CredentialsError::Incomplete { place: place.clone(), missing });
    let mut credentials = match (id, secret) {
        // As the command line leaves it before it is configured.
        (None, None) => {
            files.empty = true;
            return Ok(None);
        }
        (Some(_), None) => return incomplete("access_key_secret"),
        (None, Some(_)) => return incomplete("access_key_id"),
        (Some(id), Some(secret)) => Credentials::new(id, secret, place.as_str()),
    };
    if mode == "ststoken" {
        credentials.session_token = found.sts_token.filter(is_there);
        if credentials.session_token.is_none() {
            return incomplete("sts_token");
        }
    }
    Ok(Some(credentials))
}

/// `~/.alibabacloud/credentials.ini`.
fn ini(
    chosen: Option<&str>,
    environment: &dyn Environment,
    files: &mut Files,
) -> Result<Option<Credentials>, CredentialsError> {
    let usual = [".alibabacloud", "credentials.ini"];
    let Some(path) = search::file(Some("ALIBABA_CLOUD_CREDENTIALS_FILE"), &usual, environment) else {
        return Ok(None);
    };
    files.names.push(search::name(&path));
    let Some(ini) = search::profiles(&path, environment)? else { return Ok(None) };
    files.profiles.extend(ini.sections().map(|(name, _)| name.to_owned()));
    let name = chosen.unwrap_or("default");
    let Some(section) = ini.section(name) else { return Ok(None) };
    let place = format!("the profile `{}` of {}", printable(name), search::name(&path));
    match section.text("type") {
        Some("access_key") => fixed(section, place).map(Some),
        Some("ecs_ram_role") => {
            of_instance(&place, section.text("role_name").map(str::to_owned), environment)
        }
        Some("ram_role_arn") => Err(unsupported(place, "a role to assume")),
        Some("oidc_role_arn") => Err(unsupported(place, "a role by OIDC")),
        Some("rsa_key_pair") => Err(unsupported(place, "an RSA key pair")),
        Some(_) => Err(unsupported(place, "its type")),
        None => Err(CredentialsError::Incomplete { place, missing: "type" }),
    }
}

fn fixed(section: &Section, place: String) -> Result<Credentials, CredentialsError> {
    match (section.text("access_key_id"), section.secret("access_key_secret")) {
        (Some(id), Some(secret)) => Ok(Credentials::new(id, secret.clone(), place)),
        (None, _) => Err(CredentialsError::Incomplete { place, missing: "access_key_id" }),
        (_, None) => Err(CredentialsError::Incomplete { place, missing: "access_key_secret" }),
    }
}

/// The role that a profile says this instance has.
fn of_instance(
    place: &str,
    role: Option<String>,
    environment: &dyn Environment,
) -> Result<Option<Credentials>, CredentialsError> {
    match instance(role, environment)? {
        Found::Credentials(found) => Ok(Some(found)),
        Found::Nothing(why) => Err(CredentialsError::Unusable {
            place: place.to_owned(),
            why: format!("it stands for a role of this instance; {why}"),
            remedy: "run this on the instance, or give credentials by the environment".to_owned(),
        }),
    }
}

fn instance(role: Option<String>, environment: &dyn Environment) -> Result<Found, CredentialsError> {
    if environment.is_true("ALIBABA_CLOUD_ECS_METADATA_DISABLED") {
        return Ok(Found::Nothing(format!("{INSTANCE}: `ALIBABA_CLOUD_ECS_METADATA_DISABLED` is set")));
    }
    ByRole {
        place: INSTANCE,
        base: METADATA,
        token_path: "/latest/api/token",
        lifetime_header: "X-aliyun-ecs-metadata-token-ttl-seconds",
        token_header: "X-aliyun-ecs-metadata-token",
        role_path: "/latest/meta-data/ram/security-credentials/",
        role: role.or_else(|| environment.variable("ALIBABA_CLOUD_ECS_METADATA")),
        secret: "AccessKeySecret",
    }
    .find(environment)
}

/// A service that gives credentials to whoever knows its address.
fn uri(environment: &dyn Environment) -> Result<Option<Credentials>, CredentialsError> {
    const NAME: &str = "ALIBABA_CLOUD_CREDENTIALS_URI";
    let Some(url) = environment.variable(NAME) else { return Ok(None) };
    let place = format!("the variable `{NAME}`");
    if !metadata::may_ask(&url, &[]) {
        return Err(CredentialsError::Unusable {
            place,
            why: "credentials are not asked for at that address".to_owned(),
            remedy: "it has to be an `https` address, or one of this machine".to_owned(),
        });
    }
    let reply = metadata::ask(environment, "GET", &url, &[]).map_err(|why| metadata::failed(&place, why))?;
    metadata::answer(&place, &reply, "AccessKeySecret").map(Some)
}

fn config_path(environment: &dyn Environment) -> Option<PathBuf> {
    search::file(None, &[".aliyun", "config.json"], environment)
}

fn config(environment: &dyn Environment) -> Result<Option<(PathBuf, Config)>, CredentialsError> {
    let Some(path) = config_path(environment) else { return Ok(None) };
    let Some(text) = search::text(&path, environment)? else { return Ok(None) };
    let config = document::read(&text).map_err(|why| search::unreadable(&path, why))?;
    Ok(Some((path, config)))
}

fn is_there(secret: &SecretString) -> bool {
    !secret.expose_secret().is_empty()
}

fn unsupported(place: String, kind: &'static str) -> CredentialsError {
    CredentialsError::Unsupported {
        place,
        kind,
        instead: "get temporary credentials by the vendor's own tools, for a role by `aliyun sts AssumeRole`, and set them \
                  as `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET` and \
                  `ALIBABA_CLOUD_SECURITY_TOKEN`; run this again with them and without `--profile`"
            .to_owned(),
    }
}
