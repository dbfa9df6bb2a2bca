//! The calls that `[[fetch]]` in probity.toml names.

use serde_json::Value;

use super::instances::read_instances;
use crate::config::{BaselineOwner, Config, Entry, Fetch, Located, Text};
use crate::fetch::credentials::Environment;
use crate::fetch::endpoint::Endpoint;
use crate::fetch::{Order, OrderProblem, Owner, Part, Target, targets as checked};
use crate::source::{Code, Diagnostic, Spot};

/// The parameter that has a key of its own.
const UPGRADE_VERSION: &str = "UpgradeVersion";

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
            Err(found) => problems.extend(found),
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
                    if !told.contains(&problem.diagnostic.message) {
                        told.push(problem.diagnostic.message.clone());
                        problems.push(placed(problem, call));
                    }
                }
            }
        }
    }
    if !is_any {
        problems.push(none(config));
    }
    if problems.is_empty() {
        return Ok(targets);
    }
    // In the order of the file.
    problems.sort_by_key(|problem| {
        let start = problem.place.as_ref().map(|place| &place.start);
        start.map(|start| (start.line_1based, start.column_1based))
    });
    Err(problems)
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
fn orders(call: &Fetch) -> Result<Vec<Order>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let endpoint = call.endpoint.as_ref().and_then(|entry| match Endpoint::parse(&entry.value.0) {
        Ok(endpoint) => Some(endpoint),
        Err(error) => {
            let problem = Diagnostic::error(Code::ConfigValue, error.to_string()).help(error.help());
            problems.push(entry.spot.showing(problem, "this address"));
            None
        }
    });
    let profiles = texts(call.profiles.as_ref());
    if let Some(account) = &call.account
        && profiles.len() > 1
    {
        let message = format!("`account` is one account, but {} profiles are named", profiles.len());
        let problem = account.spot.error(Code::ConfigValue, message, "of which of them?");
        problems.push(problem.help("give each profile a `[[fetch]]` of its own"));
    }
    let mut instance_ids = texts(call.instance_ids.as_ref());
    if let Some(entry) = &call.instances_from {
        match read_instances(&entry.value.0) {
            Ok(ids) => instance_ids.extend(ids),
            Err(problem) => problems.push(entry.spot.showing(problem, "this file")),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut parameters: Vec<(String, Value)> = call
        .params
        .iter()
        .flat_map(|params| &params.value.0)
        .map(|(name, entry)| (name.clone(), entry.value.0.clone()))
        .collect();
    if let Some(version) = &call.upgrade_version {
        parameters.push((UPGRADE_VERSION.to_owned(), Value::from(version.value.0.as_str())));
    }
    let order = Order {
        operation: call.operation.value.id().to_owned(),
        regions: texts(call.regions.as_ref()),
        profile: None,
        account: call.account.as_ref().map(|account| account.value.0.clone()),
        parameters,
        baseline_ids: texts(call.baseline_ids.as_ref()),
        all: call.all.as_ref().map(|owner| match owner.value {
            BaselineOwner::Own => Owner::Own,
            BaselineOwner::Aws => Owner::Aws,
            BaselineOwner::All => Owner::All,
        }),
        instance_ids,
        page_size: call.page_size.as_ref().map(|size| size.value.0),
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

/// A problem at the value that it is about, or else at the whole table.
fn placed(problem: OrderProblem, call: &Located<Fetch>) -> Diagnostic {
    let OrderProblem { part, diagnostic } = problem;
    match part.and_then(|part| spot(&call.value, &part)) {
        Some(spot) => spot.showing(diagnostic, "this value"),
        None => call.spot.showing(diagnostic, "this call"),
    }
}

/// Where a part of an order is written; nothing where it is in several places.
fn spot<'c>(call: &'c Fetch, part: &Part) -> Option<&'c Spot> {
    match part {
        Part::Parameter(name) => {
            let params = call.params.iter().flat_map(|params| &params.value.0);
            let version = call.upgrade_version.iter().map(|version| (UPGRADE_VERSION, &version.spot));
            let mut named = params
                .map(|(name, entry)| (name.as_str(), &entry.spot))
                .chain(version)
                .filter(|(own, _)| own == name);
            named.next_back().map(|(_, spot)| spot)
        }
        Part::Baselines => call.baseline_ids.as_ref().map(|entry| &entry.spot),
        Part::All => call.all.as_ref().map(|entry| &entry.spot),
        Part::Instances => match (&call.instance_ids, &call.instances_from) {
            (Some(ids), None) => Some(&ids.spot),
            (None, Some(file)) => Some(&file.spot),
            _ => None,
        },
        Part::PageSize => call.page_size.as_ref().map(|entry| &entry.spot),
    }
}
