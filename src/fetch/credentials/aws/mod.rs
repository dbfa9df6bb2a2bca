//! AWS: environment, profile, container, instance metadata.
//!
//! The order is that of the AWS command line. `AWS_PROFILE` chooses a profile too, but does not keep variables with
//! credentials from being used; only `--profile` does.

mod command;
mod container;
mod profile;

use self::profile::Profiles;
use super::document;
use super::environment::Environment;
use super::metadata::{self, ByRole, Found};
use super::search::Variables;
use super::{Credentials, CredentialsError};
use crate::fetch::endpoint::has_form;
use crate::fetch::provider::Provider;

const VARIABLES: Variables = Variables {
    id: "AWS_ACCESS_KEY_ID",
    secret: "AWS_SECRET_ACCESS_KEY",
    tokens: &["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"],
};

/// What `aws configure export-credentials` prints with temporary ones.
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";

const METADATA: &str = "http://169.254.169.254";
const METADATA_IPV6: &str = "http://[fd00:ec2::254]";
const METADATA_HOSTS: [&str; 2] = ["169.254.169.254", "[fd00:ec2::254]"];

pub(super) fn find(
    profile: Option<&str>,
    environment: &dyn Environment,
) -> Result<Credentials, CredentialsError> {
    let mut looked = Vec::new();
    if profile.is_none() {
        if let Some(found) = variables(environment)? {
            return Ok(found);
        }
        looked.push(format!("{}: not set", VARIABLES.place()));
        if environment.variable("AWS_WEB_IDENTITY_TOKEN_FILE").is_some()
            && environment.variable("AWS_ROLE_ARN").is_some()
        {
            return Err(CredentialsError::Unsupported {
                place: "the variables `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`".to_owned(),
                kind: "a web identity",
                instead:
                    "`aws configure export-credentials --format env` prints credentials that can be set as \
                          variables; `--profile` uses a profile instead"
                        .to_owned(),
            });
        }
    }
    let profiles = Profiles::read(environment)?;
    let chosen = profile.map(str::to_owned).or_else(|| chosen(environment));
    let name = chosen.as_deref().unwrap_or("default");
    match profiles.find(name) {
        Some(found) => match found.credentials(environment)? {
            Some(credentials) => return Ok(credentials),
            None if profile.is_some() => return Err(found.holds_none()),
            None => looked.push(format!("{}: no credentials", found.place())),
        },
        None if chosen.is_some() => return Err(profiles.none(name)),
        None => looked.push(format!("{}: no profile `default`", profiles.files().join(" and "))),
    }
    if let Some(found) = container::find(environment)? {
        return Ok(found);
    }
    looked.push("`AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`: not set".to_owned());
    match instance(environment)? {
        Found::Credentials(credentials) => return Ok(credentials),
        Found::Nothing(why) => looked.push(why),
    }
    Err(CredentialsError::None { provider: Provider::Aws, looked })
}

pub(super) fn region(profile: Option<&str>, environment: &dyn Environment) -> Option<String> {
    if let Some(region) =
        ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| environment.variable(name))
    {
        return Some(region);
    }
    let name = profile.map(str::to_owned).or_else(|| chosen(environment));
    let profiles = Profiles::read(environment).ok()?;
    let found = profiles.find(name.as_deref().unwrap_or("default"))?;
    found.text("region").filter(|region| has_form(region)).map(str::to_owned)
}

/// The profile that the environment chooses.
fn chosen(environment: &dyn Environment) -> Option<String> {
    ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].iter().find_map(|name| environment.variable(name))
}

fn variables(environment: &dyn Environment) -> Result<Option<Credentials>, CredentialsError> {
    let Some(mut found) = VARIABLES.find(environment)? else { return Ok(None) };
    if let Some(text) = environment.variable(EXPIRATION) {
        found.expires = Some(document::time(&text, &format!("the variable `{EXPIRATION}`"))?);
    }
    found.account = environment.variable("AWS_ACCOUNT_ID");
    Ok(Some(found))
}

/// The role of this instance, by version 2 of the metadata service only: version 1 answers whoever can make this machine
/// send a request.
fn instance(environment: &dyn Environment) -> Result<Found, CredentialsError> {
    const PLACE: &str = "the metadata of this instance";
    if environment.is_true("AWS_EC2_METADATA_DISABLED") {
        return Ok(Found::Nothing(format!("{PLACE}: `AWS_EC2_METADATA_DISABLED` is set")));
    }
    let base = environment.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    let base = base.as_deref().map(|base| base.strip_suffix('/').unwrap_or(base));
    if base.is_some_and(|base| !metadata::may_ask(base, &METADATA_HOSTS)) {
        return Err(CredentialsError::Unusable {
            place: "the variable `AWS_EC2_METADATA_SERVICE_ENDPOINT`".to_owned(),
            why: "that is neither `https` nor the address of a metadata service".to_owned(),
            remedy: "unset it".to_owned(),
        });
    }
    let by_version_6 = environment
        .variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
        .is_some_and(|mode| mode.eq_ignore_ascii_case("ipv6"));
    ByRole {
        place: PLACE,
        base: base.unwrap_or(if by_version_6 { METADATA_IPV6 } else { METADATA }),
        token_path: "/latest/api/token",
        lifetime_header: "X-aws-ec2-metadata-token-ttl-seconds",
        token_header: "X-aws-ec2-metadata-token",
        role_path: "/latest/meta-data/iam/security-credentials/",
        role: None,
        secret: "SecretAccessKey",
    }
    .find(environment)
}
