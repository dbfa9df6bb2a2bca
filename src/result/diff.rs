//! Two saved results, compared.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::store::Recorded;
use super::types::{FindingV1, GateV1, HeadV1, LocationV1, ResourceV1, SeverityV1, VerdictV1};

/// The name and version of the format.
const SCHEMA: &str = "probity.diff/v1";

/// What has changed between two results.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DiffV1 {
    /// `probity.diff/v1`
    pub schema: &'static str,
    /// The earlier result.
    pub old: SideV1,
    /// The later result.
    pub new: SideV1,
    /// Whether something new closes the gate: `pass`, `fail`, or `error` where the later run could not judge everything.
    pub gate: GateV1,
    /// How many of each state.
    pub summary: BTreeMap<StateV1, u64>,
    /// The findings, by state, severity, rule and resource.
    pub findings: Vec<ChangeV1>,
    /// Resources that only the later result holds; null where the earlier one does not list all of its resources.
    pub appeared: Option<Vec<ResourceKeyV1>>,
    /// Resources that only the earlier result holds; null where the later one does not list all of its resources.
    pub vanished: Option<Vec<ResourceKeyV1>>,
}

/// One of two results.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SideV1 {
    /// Display name of its file.
    pub file: String,
    /// The run's clock.
    pub at: String,
    /// What its gate said.
    pub gate: GateV1,
    /// Whether it lists every verdict, passes among them.
    pub complete: bool,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateV1 {
    /// It fails, or cannot be judged, and did not or could before.
    New,
    /// It has another severity, or cannot be judged any more, or is waived.
    Changed,
    /// It passes, or the rule is not about the resource any more.
    Fixed,
    /// Its resource is not there.
    Vanished,
    /// Its rule was not evaluated.
    NotEvaluated,
    /// It passes or its resource is not there: the later result does not list enough to tell.
    Gone,
    /// It is as it was.
    Unchanged,
}

impl StateV1 {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Changed,
        Self::Fixed,
        Self::Vanished,
        Self::NotEvaluated,
        Self::Gone,
        Self::Unchanged,
    ];

    /// In words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Fixed => "fixed",
            Self::Vanished => "gone with its resource",
            Self::NotEvaluated => "not evaluated any more",
            Self::Gone => "fixed or gone",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A finding in two results.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ChangeV1 {
    /// What became of it.
    pub state: StateV1,
    /// Id of the rule.
    pub rule: String,
    /// What the rule requires.
    pub title: String,
    /// The resource.
    pub resource: ResourceV1,
    /// What the earlier result says; null where it says nothing of it.
    pub old: Option<SaidV1>,
    /// What the later result says.
    pub new: Option<SaidV1>,
    /// Fingerprint of the finding.
    pub fingerprint: String,
}

/// What a result says of a finding.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SaidV1 {
    /// The verdict.
    pub verdict: VerdictV1,
    /// The severity of the rule.
    pub severity: SeverityV1,
    /// Whether the ratchet of that run knew it.
    pub known: bool,
    /// Why.
    pub message: String,
    /// Where.
    pub location: LocationV1,
}

/// A resource by its identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ResourceKeyV1 {
    /// The operation.
    pub operation: String,
    /// The identity.
    pub id: String,
}

/// What is kept of a result.
struct Side {
    /// What does not pass, by fingerprint; of the same resource in several files the weightiest.
    problems: HashMap<String, Problem>,
    /// Fingerprints of what passes, as far as it is listed.
    passing: BTreeSet<String>,
    /// Resources that are named.
    resources: BTreeSet<ResourceKeyV1>,
    is_complete: bool,
}

struct Problem {
    rule: String,
    title: String,
    resource: ResourceV1,
    said: SaidV1,
}

/// Compares two results. `old_name` and `new_name` are their files.
///
/// # Errors
///
/// Where the findings cannot be read again.
pub fn diff((old_name, old): (&str, &Recorded), (new_name, new): (&str, &Recorded)) -> io::Result<DiffV1> {
    let before = side(old)?;
    let mut after = side(new)?;
    let (old, new) = (&old.head, &new.head);
    let mut findings = Vec::new();
    for (fingerprint, problem) in before.problems {
        let now = after.problems.remove(&fingerprint);
        let state = match &now {
            Some(now) => changed(&problem.said, &now.said),
            None => gone(&problem, &fingerprint, &after, new),
        };
        let Problem { rule, title, resource, said } = problem;
        let (rule, title, resource, new) = match now {
            Some(now) => (now.rule, now.title, now.resource, Some(now.said)),
            None => (rule, title, resource, None),
        };
        // What was waived and passes now is nobody's concern.
        if said.verdict != VerdictV1::Waived || new.is_some() {
            findings.push(ChangeV1 { state, rule, title, resource, old: Some(said), new, fingerprint });
        }
    }
    for (fingerprint, Problem { rule, title, resource, said }) in after.problems {
        let state = if is_problem(said.verdict) { StateV1::New } else { StateV1::Unchanged };
        // A failure that was waived from its first day on is nothing new.
        if state == StateV1::New {
            findings.push(ChangeV1 { state, rule, title, resource, old: None, new: Some(said), fingerprint });
        }
    }
    findings.sort_by_cached_key(|change| {
        let severity = change.new.as_ref().or(change.old.as_ref()).map(|said| said.severity);
        (change.state, severity, change.rule.clone(), change.resource.id.clone(), change.fingerprint.clone())
    });
    let mut summary: BTreeMap<StateV1, u64> = StateV1::ALL.into_iter().map(|state| (state, 0)).collect();
    for change in &findings {
        *summary.entry(change.state).or_default() += 1;
    }
    let only = |these: &BTreeSet<ResourceKeyV1>, those: &BTreeSet<ResourceKeyV1>| {
        these.difference(those).cloned().collect::<Vec<_>>()
    };
    Ok(DiffV1 {
        schema: SCHEMA,
        gate: gate(&findings, new),
        appeared: before.is_complete.then(|| only(&after.resources, &before.resources)),
        vanished: after.is_complete.then(|| only(&before.resources, &after.resources)),
        old: shown(old_name, old, before.is_complete),
        new: shown(new_name, new, after.is_complete),
        summary,
        findings,
    })
}

fn shown(file: &str, head: &HeadV1, complete: bool) -> SideV1 {
    SideV1 { file: file.to_owned(), at: head.at.clone(), gate: head.gate, complete }
}

fn side(result: &Recorded) -> io::Result<Side> {
    let is_complete = result.findings.len() == result.head.summary.verdicts.total();
    let mut side =
        Side { problems: HashMap::new(), passing: BTreeSet::new(), resources: BTreeSet::new(), is_complete };
    result.findings.each(|finding| {
        let FindingV1 { rule, verdict, message, resource, location, fingerprint, known, .. } = finding;
        if let Some(id) = &resource.id {
            side.resources.insert(ResourceKeyV1 { operation: resource.operation.clone(), id: id.clone() });
        }
        if matches!(verdict, VerdictV1::Pass | VerdictV1::NotApplicable) {
            side.passing.insert(fingerprint);
            return Ok(());
        }
        let said = SaidV1 { verdict, severity: rule.severity, known, message, location };
        let problem = Problem { rule: rule.id, title: rule.title, resource, said };
        match side.problems.get_mut(&fingerprint) {
            Some(before) if weight(before.said.verdict) >= weight(verdict) => {}
            Some(before) => *before = problem,
            None => {
                side.problems.insert(fingerprint, problem);
            }
        }
        Ok(())
    })?;
    Ok(side)
}

const fn is_problem(verdict: VerdictV1) -> bool {
    matches!(verdict, VerdictV1::Fail | VerdictV1::Inconclusive | VerdictV1::Error)
}

const fn weight(verdict: VerdictV1) -> u8 {
    match verdict {
        VerdictV1::NotApplicable => 0,
        VerdictV1::Pass => 1,
        VerdictV1::Waived => 2,
        VerdictV1::Inconclusive => 3,
        VerdictV1::Fail => 4,
        VerdictV1::Error => 5,
    }
}

/// What became of what neither result lets pass.
fn changed(old: &SaidV1, new: &SaidV1) -> StateV1 {
    match (old.verdict, new.verdict) {
        (old_verdict, new_verdict) if old_verdict == new_verdict => {
            if old.severity == new.severity {
                StateV1::Unchanged
            } else {
                StateV1::Changed
            }
        }
        // It was accepted, or not known, and fails.
        (VerdictV1::Waived | VerdictV1::Inconclusive | VerdictV1::Error, VerdictV1::Fail)
        | (VerdictV1::Waived, _)
        | (_, VerdictV1::Error) => StateV1::New,
        _ => StateV1::Changed,
    }
}

/// What became of what the later result does not name.
fn gone(problem: &Problem, fingerprint: &str, after: &Side, new: &HeadV1) -> StateV1 {
    let is_there = problem.resource.id.as_ref().is_some_and(|id| {
        let operation = problem.resource.operation.clone();
        after.resources.contains(&ResourceKeyV1 { operation, id: id.clone() })
    });
    if after.passing.contains(fingerprint) {
        StateV1::Fixed
    } else if new.policies.iter().all(|policy| policy.id != problem.rule) {
        StateV1::NotEvaluated
    } else if is_there {
        // Its other findings are listed, and so would this one be.
        StateV1::Fixed
    } else if after.is_complete && problem.resource.id.is_some() {
        StateV1::Vanished
    } else {
        StateV1::Gone
    }
}

/// Whether something new closes the gate of the later run.
fn gate(findings: &[ChangeV1], new: &HeadV1) -> GateV1 {
    if new.gate == GateV1::Error {
        return GateV1::Error;
    }
    let warns = new.settings.inconclusive == "warn";
    let closes = |change: &ChangeV1| {
        change.state == StateV1::New
            && change.new.as_ref().is_some_and(|said| {
                // Severities are ordered from the heaviest on.
                said.severity <= new.settings.fail_on
                    && (said.verdict == VerdictV1::Fail
                        || (said.verdict == VerdictV1::Inconclusive && !warns))
            })
    };
    if findings.iter().any(closes) { GateV1::Fail } else { GateV1::Pass }
}
