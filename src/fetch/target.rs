//! What is to be called, checked against the documents before anything is sent.

use std::collections::BTreeMap;

use serde_json::Value;

use super::calls::{
    Call, DESCRIBE_PATCH_BASELINES, GET_PATCH_BASELINE, LIST_INSTANCE_PATCH_STATES, MAX_INSTANCE_IDS,
    Parameters, Problem, Regions, checked, instance_ids, owner_filter,
};
use super::credentials::{Environment, default_region};
use super::endpoint::{Endpoint, EndpointError, endpoint};
use crate::source::{Code, Diagnostic, printable};
use crate::suggest;

/// The parameters that name what a call is about.
const BASELINE_ID: &str = "BaselineId";
const INSTANCE_ID: &str = "instance_id";
const INSTANCE_IDS: &str = "InstanceIds";

/// What to do where no baseline is named.
const HELP_BASELINE: &str =
    "name some by --baseline-id, or say --all; in probity.toml, `baseline_ids` or `all`";

/// What somebody asks for, as they wrote it.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The call, by its full name or the last part of it.
    pub operation: String,
    /// Regions, of which each is a target; by default the environment's.
    pub regions: Vec<String>,
    /// The profile that holds the credentials; by default the environment's.
    pub profile: Option<String>,
    /// The account that this is, where somebody says so.
    pub account: Option<String>,
    /// Parameters by their documented names. A text is read as what the parameter is.
    pub parameters: Vec<(String, Value)>,
    /// `aws.ssm.GetPatchBaseline`: these baselines, a call each.
    pub baseline_ids: Vec<String>,
    /// `aws.ssm.GetPatchBaseline`: all baselines of an owner, a call each.
    pub all: Option<Owner>,
    /// `alibaba.oos.ListInstancePatchStates`: these instances, a call for each hundred. `huawei.coc.ListInstanceCompliant`: a
    /// call each.
    pub instance_ids: Vec<String>,
    /// Resources on a page, by whatever name the call has for that.
    pub page_size: Option<u32>,
    /// Where to send requests, in place of the documented address.
    pub endpoint: Option<Endpoint>,
}

/// Who owns a patch baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The account.
    Own,
    /// AWS.
    Aws,
    /// Whoever.
    All,
}

/// What is wrong with an order.
#[derive(Clone, Debug)]
pub struct OrderProblem {
    /// The part of the order that it is about, where it is one.
    pub part: Option<Part>,
    /// What is wrong, and what to do about it.
    pub diagnostic: Diagnostic,
}

/// A part of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The parameter of this name, as it was given.
    Parameter(String),
    /// The baselines that are named.
    Baselines,
    /// That all baselines are asked for.
    All,
    /// The instances that are named.
    Instances,
    /// The resources on a page.
    PageSize,
}

/// A call or several of one kind in one region, ready to be made.
#[derive(Clone, Debug)]
pub struct Target {
    /// The documented call.
    pub call: &'static Call,
    /// The region; none where the service has none.
    pub region: Option<String>,
    /// The profile that holds the credentials.
    pub profile: Option<String>,
    /// The account, where somebody says so.
    pub account: Option<String>,
    /// Where requests are sent.
    pub endpoint: Endpoint,
    /// The calls to make.
    pub plan: Plan,
}

/// Which calls a target makes.
#[derive(Clone, Debug)]
pub enum Plan {
    /// One call for each set of parameters.
    Each(Vec<Parameters>),
    /// A listing with these parameters first, then one call for each patch baseline in it.
    Baselines(Parameters),
}

impl Target {
    /// What and where, in words: `` `aws.ssm.GetPatchBaseline` in `eu-central-1` ``.
    pub fn in_words(&self, call: &Call) -> String {
        let mut words = format!("`{}`", call.id);
        if let Some(region) = &self.region {
            words.push_str(&format!(" in `{region}`"));
        }
        if let Some(profile) = &self.profile {
            words.push_str(&format!(" of profile `{}`", printable(profile)));
        }
        words
    }
}

/// Checks an order, and makes a target for each region.
///
/// # Errors
///
/// All that is wrong with it: unknown names, types, bounds, what is missing.
pub fn targets(order: &Order, environment: &dyn Environment) -> Result<Vec<Target>, Vec<OrderProblem>> {
    let whole = |diagnostic| OrderProblem { part: None, diagnostic };
    let call = Call::find(&order.operation)
        .map_err(|nearest| vec![whole(unknown_call(&order.operation, nearest))])?;
    let mut problems = Vec::new();
    let plan = match plan(call, order) {
        Ok(plan) => Some(plan),
        Err(found) => {
            problems.extend(found.into_iter().map(|(part, problem)| {
                let diagnostic = Diagnostic::error(Code::FetchParameter, problem.message);
                OrderProblem { part, diagnostic: Diagnostic { help: problem.help, ..diagnostic } }
            }));
            None
        }
    };
    let places = places(call, order, environment).unwrap_or_else(|found| {
        problems.extend(found.into_iter().map(whole));
        Vec::new()
    });
    match plan {
        Some(plan) if problems.is_empty() => Ok(places
            .into_iter()
            .map(|(region, documented)| Target {
                call,
                plan: within(call, plan.clone(), region.as_deref()),
                region,
                profile: order.profile.clone(),
                account: order.account.clone(),
                endpoint: order.endpoint.clone().unwrap_or(documented),
            })
            .collect()),
        _ => Err(problems),
    }
}

fn unknown_call(name: &str, nearest: Option<&'static str>) -> Diagnostic {
    let message = format!("there is no operation `{}`{}", printable(name), suggest::did_you_mean(nearest));
    let known: Vec<String> = Call::ALL.iter().map(|call| format!("`{}`", call.id)).collect();
    Diagnostic::error(Code::FetchParameter, message)
        .help(format!("these can be fetched: {}", known.join(", ")))
}

/// What is wrong, and with which part of the order.
type Problems = Vec<(Option<Part>, Problem)>;

/// Which calls are made, before it matters in which region.
fn plan(call: &'static Call, order: &Order) -> Result<Plan, Problems> {
    let mut problems = Problems::new();
    let mut given = order.parameters.clone();
    let is_baseline = *call == GET_PATCH_BASELINE;
    // What is given is for the listing, where there is one.
    let asked = if is_baseline && order.all.is_some() { &DESCRIBE_PATCH_BASELINES } else { call };
    if let Some(size) = order.page_size {
        match asked.page_size() {
            Some((parameter, _)) => given.push((parameter.name.to_owned(), Value::from(size))),
            None => problems.push((Some(Part::PageSize), misplaced(call, "page size"))),
        }
    }
    let is_states = *call == LIST_INSTANCE_PATCH_STATES;
    let has_instance = call.parameter(INSTANCE_ID).is_some();
    if !is_baseline {
        if !order.baseline_ids.is_empty() {
            problems.push((Some(Part::Baselines), misplaced(call, "baseline ids")));
        }
        if order.all.is_some() {
            problems.push((Some(Part::All), misplaced(call, "`all`")));
        }
    }
    if !is_states && !has_instance && !order.instance_ids.is_empty() {
        problems.push((Some(Part::Instances), misplaced(call, "instance ids")));
    }
    let sets = if is_baseline {
        let names_one = given.iter().any(|(name, _)| name == BASELINE_ID);
        match order.all {
            Some(_) if names_one || !order.baseline_ids.is_empty() => {
                let message = "a baseline is named, and all are asked for".to_owned();
                problems.push((Some(Part::All), Problem::new(message, "say either")));
                return Err(problems);
            }
            Some(owner) => {
                let filter = owner_filter(owner).map(|filter| ("Filters".to_owned(), filter));
                given.extend(filter);
                return match checked(asked, &given) {
                    Ok(listing) if problems.is_empty() => Ok(Plan::Baselines(listing)),
                    checked => {
                        problems.extend(of_parts(asked, order, checked.err().unwrap_or_default()));
                        Err(problems)
                    }
                };
            }
            None if order.baseline_ids.is_empty() && !names_one => {
                let message = format!("`{}` needs a baseline", call.id);
                problems.push((None, Problem::new(message, HELP_BASELINE)));
                return Err(problems);
            }
            None => each(&given, BASELINE_ID, &order.baseline_ids),
        }
    } else if is_states {
        match chunks(&mut given, &order.instance_ids) {
            Ok(sets) => sets,
            Err(found) => {
                problems.extend(of_parts(call, order, found));
                vec![given]
            }
        }
    } else if has_instance {
        each(&given, INSTANCE_ID, &order.instance_ids)
    } else {
        vec![given]
    };
    let mut plan = Vec::new();
    for given in &sets {
        match checked(call, given) {
            Ok(parameters) => plan.push(parameters),
            // What is common to all sets is wrong in all of them.
            Err(found) => {
                let found = of_parts(call, order, found);
                problems = found.fold(problems, |mut problems, new| {
                    if !problems.contains(&new) {
                        problems.push(new);
                    }
                    problems
                });
            }
        }
    }
    if problems.is_empty() { Ok(Plan::Each(plan)) } else { Err(problems) }
}

/// What is wrong with parameters, by the part of the order that they come from.
fn of_parts<'o>(
    call: &'static Call,
    order: &'o Order,
    found: Vec<Problem>,
) -> impl Iterator<Item = (Option<Part>, Problem)> + 'o {
    found.into_iter().map(move |problem| {
        let part = problem.parameter.as_deref().map(|name| match name {
            BASELINE_ID if !order.baseline_ids.is_empty() => Part::Baselines,
            INSTANCE_ID | INSTANCE_IDS if !order.instance_ids.is_empty() => Part::Instances,
            name if order.page_size.is_some()
                && call.page_size().is_some_and(|(parameter, _)| parameter.name == name) =>
            {
                Part::PageSize
            }
            name => Part::Parameter(name.to_owned()),
        });
        (part, problem)
    })
}

fn misplaced(call: &Call, what: &str) -> Problem {
    Problem::new(format!("`{}` takes no {what}", call.id), "leave it out")
}

type Given = Vec<(String, Value)>;

/// The same parameters with each of these values; as they are where there is none.
fn each(given: &Given, name: &str, values: &[String]) -> Vec<Given> {
    if values.is_empty() {
        return vec![given.clone()];
    }
    let with = |value: &String| {
        let mut given = given.clone();
        given.push((name.to_owned(), Value::from(value.as_str())));
        given
    };
    distinct(values).into_iter().map(|value| with(&value)).collect()
}

/// The same parameters with a hundred instances each.
fn chunks(given: &mut Given, ids: &[String]) -> Result<Vec<Given>, Vec<Problem>> {
    let mut all = ids.to_vec();
    if let Some(at) = given.iter().position(|(name, _)| name == INSTANCE_IDS) {
        // Checked as it is, and then cut.
        let one = [(INSTANCE_IDS.to_owned(), given.remove(at).1)];
        let parameters = checked(&LIST_INSTANCE_PATCH_STATES, &one)?;
        all.splice(0..0, instance_ids(parameters.get(INSTANCE_IDS))).for_each(drop);
    }
    if all.is_empty() {
        return Ok(vec![given.clone()]);
    }
    let with = |ids: &[String]| {
        let mut given = given.clone();
        given.push((INSTANCE_IDS.to_owned(), Value::from(ids)));
        given
    };
    Ok(distinct(&all).chunks(MAX_INSTANCE_IDS).map(with).collect())
}

/// Each once, in the order of their first.
fn distinct(values: &[String]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    values.iter().filter(|value| seen.insert(value.as_str())).cloned().collect()
}

/// Regions and the addresses that the documents have for them.
fn places(
    call: &Call,
    order: &Order,
    environment: &dyn Environment,
) -> Result<Vec<(Option<String>, Endpoint)>, Vec<Diagnostic>> {
    let mut regions: Vec<Option<String>> = distinct(&order.regions).into_iter().map(Some).collect();
    if regions.is_empty() {
        let default = match call.regions {
            // It would narrow the answer, and nobody said so.
            Regions::Filter(_) => None,
            _ => default_region(call.service.provider(), order.profile.as_deref(), environment),
        };
        regions.push(default);
    }
    let mut problems = Vec::new();
    let mut places = Vec::new();
    let mut centres: BTreeMap<String, String> = BTreeMap::new();
    for region in regions {
        match endpoint(call.service, region.as_deref()) {
            Err(error) => problems.push(outside(&error)),
            Ok(endpoint) => {
                if call.regions == Regions::Centre
                    && let Some(region) = &region
                    && let Some(other) = centres.insert(endpoint.host.clone(), region.clone())
                {
                    let message = format!(
                        "`{other}` and `{region}` are answered for by one address, `{}`: each answer would be there twice",
                        endpoint.host
                    );
                    problems.push(Diagnostic::error(Code::FetchRegion, message).help("name one of them"));
                }
                places.push((region, endpoint));
            }
        }
    }
    if problems.is_empty() { Ok(places) } else { Err(problems) }
}

fn outside(error: &EndpointError) -> Diagnostic {
    Diagnostic::error(Code::FetchRegion, error.to_string()).help(error.help())
}

/// With the region in it, where it is a parameter.
fn within(call: &Call, plan: Plan, region: Option<&str>) -> Plan {
    let (Regions::HostAndParameter(name) | Regions::Filter(name), Some(region)) = (call.regions, region)
    else {
        return plan;
    };
    match plan {
        Plan::Each(mut sets) => {
            for parameters in &mut sets {
                parameters.insert(name, Value::from(region));
            }
            Plan::Each(sets)
        }
        listing @ Plan::Baselines(_) => listing,
    }
}
