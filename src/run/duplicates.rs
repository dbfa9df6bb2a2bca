//! Resources that stand twice.

use std::hash::{BuildHasher as _, Hash};

use foldhash::quality::FixedState;

use crate::model::{Identity, Resource};
use crate::source::Position;

/// A resource that was seen: hashes of what it is and of what it says, and where it stands.
///
/// Forty-eight bytes a resource, kept until its file (or, for a page, its snapshot) is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    identity: [u64; 2],
    pub(super) position: Position,
    content: u64,
}

impl Seen {
    /// `None` where the identity is masked or not there: it joins nothing.
    pub(super) fn new(identity: &Identity<'_>, resource: &Resource<'_>, position: Position) -> Option<Self> {
        if !identity.is_joinable() {
            return None;
        }
        Some(Self { identity: [hash(1, identity), hash(2, identity)], position, content: hash(3, resource) })
    }

    /// A short form of the identity, for counting.
    pub(super) const fn identity_hash(&self) -> u64 {
        let [first, _] = self.identity;
        first
    }
}

fn hash(seed: u64, value: &impl Hash) -> u64 {
    FixedState::with_seed(seed).hash_one(value)
}

/// A resource that stands in two places, as indices into what was searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Duplicate {
    /// Where it stands first.
    pub(super) first: usize,
    /// Where it stands again.
    pub(super) second: usize,
    /// Whether both say the same.
    pub(super) same: bool,
}

/// Finds resources that stand twice, in the order of their second places. Sorts what it searches.
pub(super) fn duplicates<T: Copy + Ord>(seen: &mut [(Seen, T)]) -> Vec<Duplicate> {
    seen.sort_unstable_by_key(|(seen, tag)| (seen.identity, *tag, seen.position.byte));
    let mut found = Vec::new();
    let mut first = 0;
    for group in seen.chunk_by(|(a, _), (b, _)| a.identity == b.identity) {
        let content = group.first().map(|(seen, _)| seen.content);
        found.extend((first + 1..).zip(group.iter().skip(1)).map(|(second, (seen, _))| Duplicate {
            first,
            second,
            same: Some(seen.content) == content,
        }));
        first += group.len();
    }
    found.sort_unstable_by_key(|duplicate| {
        seen.get(duplicate.second).map(|(seen, tag)| (*tag, seen.position.byte))
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    fn seen(json: &str, line: u64) -> Option<Seen> {
        let resource = Resource::parse(Operation::ListInstancePatchStates, json).unwrap();
        Seen::new(
            &resource.identity(),
            &resource,
            Position { byte: 10 * line, line_1based: line, column_1based: 1 },
        )
    }

    #[test]
    fn equal_identities_are_found_and_contents_compared() {
        let mut all: Vec<(Seen, usize)> = [
            (r#"{"InstanceId":"a","MissingCount":"1"}"#, 1),
            (r#"{"InstanceId":"b","MissingCount":"1"}"#, 2),
            (r#"{"InstanceId":"a","MissingCount":"2"}"#, 3),
            (r#"{"MissingCount":"1","InstanceId":"b"}"#, 4),
        ]
        .iter()
        .map(|(json, line)| (seen(json, *line).unwrap(), 0))
        .collect();
        let found = duplicates(&mut all);
        let line = |index: usize| all[index].0.position.line_1based;
        let found: Vec<_> = found.iter().map(|d| (line(d.first), line(d.second), d.same)).collect();
        assert_eq!(found, [(1, 3, false), (2, 4, true)]);
    }

    #[test]
    fn a_masked_identity_joins_nothing() {
        assert_eq!(seen(r#"{"InstanceId":"i-1****"}"#, 1), None);
        assert_eq!(seen("{}", 1), None);
    }
}
