//! The calls that `[[fetch]]` in probity.toml names.

use crate::config::{BaselineOwner, Config, Entry, Fetch, Located, Text};
use crate::fetch::credentials::Environment;
use crate::fetch::endpoint::Endpoint;
use crate::fetch::{Order, Owner, Target, targets as checked};
use crate::source::{Code, Diagnostic, Spot};

/// The targets of a configuration: for each of its calls, one for each profile and region.
///
/// # Errors
///
/// All that is wrong with any of them, or that there is none.
pub(super) fn targets(
    config: &Config,
    environment: &dyn Environment,
) -> Result<Vec<Target>, Vec<Diagnostic>> {
    let calls = config.keys.fetch.iter().flat_map(|entry| &entry.value);
    let mut targets = Vec::new();
    let mut problems = Vec::new();
    let mut is_any = false;
    for call in calls {
        is_any = true;
        match orders(&call.value) {
            Err(problem) => problems.push(problem),
            Ok(orders) => {
                let mut found = Vec::new();
                for order in &orders {
                    match checked(order, environment) {
                        Ok(more) => targets.extend(more),
                        Err(more) => found.extend(more),
                    }
                }
                // Of each profile the same may be wrong.
                let mut told: Vec<String> = Vec::new();
                for problem in found {
                    if !told.contains(&problem.message) {
                        told.push(problem.message.clone());
                        problems.push(placed(problem, &call.spot));
                    }
                }
            }
        }
    }
    if !is_any {
        problems.push(none(config));
    }
    if problems.is_empty() { Ok(targets) } else { Err(problems) }
}

fn none(config: &Config) -> Diagnostic {
    let message = match &config.file {
        None => "no operation is named, and there is no probity.toml".to_owned(),
        Some(file) => format!("no operation is named, and `{file}` has no `[[fetch]]`"),
    };
    Diagnostic::error(Code::FetchParameter, message)
        .help("name an operation, or the calls of the project in probity.toml: see docs/fetch.md")
}

/// The orders of one call: one for each profile.
fn orders(call: &Fetch) -> Result<Vec<Order>, Diagnostic> {
    let endpoint = match &call.endpoint {
        None => None,
        Some(entry) => Some(Endpoint::parse(&entry.value.0).map_err(|error| {
            let problem = Diagnostic::error(Code::ConfigValue, error.to_string()).help(error.help());
            entry.spot.showing(problem, "this address")
        })?),
    };
    let profiles = texts(call.profiles.as_ref());
    if let Some(account) = &call.account
        && profiles.len() > 1
    {
        let message = format!("`account` is one account, but {} profiles are named", profiles.len());
        return Err(account
            .spot
            .error(Code::ConfigValue, message, "of which of them?")
            .help("give each profile a `[[fetch]]` of its own"));
    }
    let order = Order {
        operation: call.operation.value.id().to_owned(),
        regions: texts(call.regions.as_ref()),
        profile: None,
        account: call.account.as_ref().map(|account| account.value.0.clone()),
        parameters: call
            .params
            .iter()
            .flat_map(|params| &params.value.0)
            .map(|(name, entry)| (name.clone(), entry.value.0.clone()))
            .collect(),
        baseline_ids: texts(call.baseline_ids.as_ref()),
        all: call.all.as_ref().map(|owner| match owner.value {
            BaselineOwner::Own => Owner::Own,
            BaselineOwner::Aws => Owner::Aws,
            BaselineOwner::All => Owner::All,
        }),
        instance_ids: texts(call.instance_ids.as_ref()),
        page_size: None,
        endpoint,
    };
    if profiles.is_empty() {
        return Ok(vec![order]);
    }
    Ok(profiles.into_iter().map(|profile| Order { profile: Some(profile), ..order.clone() }).collect())
}

fn texts(list: Option<&Entry<Vec<Located<Text>>>>) -> Vec<String> {
    list.iter().flat_map(|entry| &entry.value).map(|text| text.value.0.clone()).collect()
}

/// A problem at the table that it is about.
fn placed(problem: Diagnostic, spot: &Spot) -> Diagnostic {
    match problem.place {
        Some(_) => problem,
        None => spot.showing(problem, "this call"),
    }
}
