//! Going through an object reads all of its documented members, by whatever name they have: one that is missing
//! would else be passed over without a word.

use super::log::{Log, Use};
use super::path::{ReadPath, Step, Taken, Trail, path_of};
use super::plausible::follow;
use super::values::Value;
use crate::model::Shape;
use crate::operation::Operation;
use crate::policy::syntax::Operator;

/// What was seen, with the members of objects that are gone through.
pub(super) fn with_members(log: &Log, inputs: &[(Operation, Shape)]) -> Log {
    let mut seen = log.clone();
    for trail in &log.reads {
        let Some(at) = trail.iter().position(|taken| taken.step == Step::Each && !taken.computed) else {
            continue;
        };
        for name in members(log, trail, at, inputs) {
            let mut member: Trail = trail.clone();
            if let Some(taken) = member.get_mut(at) {
                taken.step = Step::Key(name);
            }
            let is_documented = inputs.iter().all(|(_, shape)| follow(shape, &member).is_ok());
            if is_documented && !seen.reads.contains(&member) {
                let (from, to) = (path_of(trail), path_of(&member));
                let uses = log.uses.iter().filter(|used| used.path == from);
                let uses: Vec<Use> = uses.map(|used| Use { path: to.clone(), ..used.clone() }).collect();
                seen.uses.extend(uses);
                seen.reads.push(member);
            }
        }
    }
    seen
}

/// The members of the object whose entries are gone through at a step; none where the rule picks some of them
/// by their names.
fn members(log: &Log, trail: &[Taken], at: usize, inputs: &[(Operation, Shape)]) -> Vec<String> {
    let around = trail.get(..at).unwrap_or_default();
    if around.is_empty() || is_picked(log, &path_of(around)) {
        return Vec::new();
    }
    let mut names = Vec::new();
    for (_, shape) in inputs {
        match follow(shape, around) {
            Ok((Shape::Object(members), _)) => {
                let needed = members.iter().filter(|(_, member)| !member.optional);
                names.extend(needed.map(|(name, _)| name.clone()));
            }
            _ => return Vec::new(),
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether the names of its members are compared with others.
fn is_picked(log: &Log, object: &ReadPath) -> bool {
    let is_name = |value: &Value| matches!(value, Value::KeyOf(of) if path_of(of) == *object);
    let mut compared = log
        .compared
        .iter()
        .filter(|compared| compared.picks && matches!(compared.operator, Operator::Equal | Operator::Member));
    compared.any(|compared| compared.left.iter().any(is_name) || compared.right.iter().any(is_name))
}
