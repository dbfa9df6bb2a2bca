//! What tells a resource from all others, and what it says from what another one says.

use std::hash::{BuildHasher as _, Hash, Hasher};

use foldhash::quality::FixedState;

use crate::model::{Identity, Resource};
use crate::source::Position;

/// A resource that was seen: hashes of what it is and of what it says, and where it stands.
///
/// Forty-eight bytes a resource, kept until its file (or, for a page, its snapshot) is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        Some(Self { identity: [hash(1, identity), hash(2, identity)], position, content: content(resource) })
    }

    /// A short form of the identity, for counting.
    pub(super) const fn identity_hash(&self) -> u64 {
        let [first, _] = self.identity;
        first
    }

    /// What tells it from all others.
    pub(super) const fn identity(&self) -> [u64; 2] {
        self.identity
    }

    /// A number that is spread evenly.
    pub(super) const fn spread(&self) -> usize {
        let [_, second] = self.identity;
        (second >> 40) as usize
    }

    /// Whether both say the same.
    pub(super) const fn says_the_same(&self, other: &Self) -> bool {
        self.content == other.content
    }

    /// Bytes of it on disk.
    pub(super) const BYTES: usize = 6 * 8;

    /// Writes it for [`Seen::read`].
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let Self { identity: [first, second], position, content } = *self;
        let Position { byte, line_1based, column_1based } = position;
        for word in [first, second, byte, line_1based, column_1based, content] {
            out.extend_from_slice(&word.to_le_bytes());
        }
    }

    /// What was written.
    pub(super) fn read(bytes: &[u8; Self::BYTES]) -> Option<Self> {
        let (words, _) = bytes.as_chunks::<8>();
        let &[first, second, byte, line_1based, column_1based, content] = words else { return None };
        let [first, second, byte, line_1based, column_1based, content] =
            [first, second, byte, line_1based, column_1based, content].map(u64::from_le_bytes);
        let position = Position { byte, line_1based, column_1based };
        Some(Self { identity: [first, second], position, content })
    }
}

/// A hash of all that a resource says.
fn content(resource: &Resource<'_>) -> u64 {
    let mut mixer = Mixer { lanes: [MULTIPLIER, !MULTIPLIER], kinds: 0 };
    resource.hash(&mut mixer);
    mixer.finish()
}

/// Mixes many small values, two at a time. Most of what is hashed of a record tells which kind of value comes next: those
/// cost next to nothing.
struct Mixer {
    lanes: [u64; 2],
    kinds: u64,
}

/// The digits of pi behind the point.
const MULTIPLIER: u64 = 0x243F_6A88_85A3_08D3;

impl Mixer {
    fn folded(one: u64, other: u64) -> u64 {
        let product = u128::from(one) * u128::from(other);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
        let folded = product as u64 ^ (product >> 64) as u64;
        folded
    }

    const fn kind(&mut self, kind: u64) {
        self.kinds = self.kinds.wrapping_mul(33).wrapping_add(kind);
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        let [one, other] = self.lanes;
        Self::folded(
            Self::folded(one, MULTIPLIER) ^ other,
            MULTIPLIER ^ Self::folded(self.kinds, !MULTIPLIER),
        )
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        // Parts may overlap: the length is told too.
        let word = if let Some(last) = bytes.last_chunk::<8>() {
            if rest.is_empty() { 0 } else { u64::from_le_bytes(*last) }
        } else if let (Some(first), Some(last)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
        } else {
            rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))
        };
        self.write_u64(word);
        self.kind(bytes.len() as u64);
    }

    fn write_u8(&mut self, kind: u8) {
        self.kind(u64::from(kind));
    }

    fn write_u64(&mut self, word: u64) {
        let [one, other] = self.lanes;
        self.lanes = [other, Self::folded(one ^ word, MULTIPLIER)];
    }

    fn write_i64(&mut self, word: i64) {
        self.write_u64(word.cast_unsigned());
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_isize(&mut self, kind: isize) {
        self.kind(kind.cast_unsigned() as u64);
    }
}

fn hash(seed: u64, value: &impl Hash) -> u64 {
    FixedState::with_seed(seed).hash_one(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    fn seen(json: &str) -> Option<Seen> {
        let resource = Resource::parse(Operation::ListInstancePatchStates, json).unwrap();
        Seen::new(&resource.identity(), &resource, Position::START)
    }

    #[test]
    fn equal_identities_and_contents_are_told_whatever_the_layout() {
        let one = seen(r#"{"InstanceId":"a","MissingCount":"1"}"#).unwrap();
        let same = seen(r#"{ "MissingCount": "1", "InstanceId": "a" }"#).unwrap();
        let other = seen(r#"{"InstanceId":"a","MissingCount":"2"}"#).unwrap();
        let another = seen(r#"{"InstanceId":"b","MissingCount":"1"}"#).unwrap();
        assert_eq!(one.identity(), same.identity());
        assert!(one.says_the_same(&same));
        assert_eq!(one.identity(), other.identity());
        assert!(!one.says_the_same(&other));
        assert_ne!(one.identity(), another.identity());
    }

    #[test]
    fn any_change_of_the_content_is_noticed() {
        let texts = [
            r#"{"InstanceId":"a"}"#,
            r#"{"InstanceId":"a","PatchGroup":null}"#,
            r#"{"InstanceId":"a","PatchGroup":"g"}"#,
            r#"{"InstanceId":"a","PatchGroup":"gg"}"#,
            r#"{"InstanceId":"a","BaselineId":"gg"}"#,
            r#"{"InstanceId":"a","OperationType":"gg"}"#,
            r#"{"InstanceId":"a","OperationType":"a text of more than eight bytes"}"#,
            r#"{"InstanceId":"a","OperationType":"a text of more than eight bites"}"#,
            r#"{"InstanceId":"a","FailedCount":"0"}"#,
            r#"{"InstanceId":"a","MissingCount":"0"}"#,
            r#"{"InstanceId":"a","Other":0}"#,
            r#"{"InstanceId":"a","Other":false}"#,
            r#"{"InstanceId":"a","Other":[]}"#,
            r#"{"InstanceId":"a","Other":[[]]}"#,
        ];
        for (at, one) in texts.iter().enumerate() {
            for other in &texts[at + 1..] {
                let (one, other) = (seen(one).unwrap(), seen(other).unwrap());
                assert!(!one.says_the_same(&other));
            }
        }
    }

    #[test]
    fn a_masked_identity_joins_nothing() {
        assert_eq!(seen(r#"{"InstanceId":"i-1****"}"#), None);
        assert_eq!(seen("{}"), None);
    }
}
