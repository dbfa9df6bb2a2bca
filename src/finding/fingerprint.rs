//! What makes a finding the same one in another run.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::operation::Operation;
use crate::policy::RuleId;
use crate::source::json::is_plain;
use crate::source::{hexadecimal, hexadecimal_digits};

/// SHA-256 over rule, operation and identity of the resource: never over a place.
///
/// The digest is that of the compact JSON array `["RULE", "operation", "part", …]`. Where the identity is
/// masked or not there, so that it could stand for several resources, the array ends in
/// `{"content": "…"}` with the SHA-256 of the normalised resource instead.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 64]);

impl Fingerprint {
    /// Of a rule on a resource with these parts of its identity.
    pub fn of_identity<'p>(
        rule: &RuleId,
        operation: Operation,
        parts: impl IntoIterator<Item = &'p str>,
    ) -> Self {
        let mut array = Self::start(rule, operation);
        for part in parts {
            if is_plain(part.as_bytes()) {
                array.update(b",\"");
                array.update(part);
                array.update(b"\"");
            } else {
                array.update(b",");
                // Writing a text to memory cannot fail.
                array.update(serde_json::to_string(part).unwrap_or_default());
            }
        }
        Self::end(array)
    }

    /// Of a rule on a resource that only its content tells from others; `normalised` is its JSON.
    pub fn of_content(rule: &RuleId, operation: Operation, normalised: &str) -> Self {
        let content = hexadecimal(&Sha256::digest(normalised.as_bytes()));
        let mut array = Self::start(rule, operation);
        array.update(format!(",{{\"content\":\"{content}\"}}"));
        Self::end(array)
    }

    /// The array as far as every fingerprint of a rule has it. Neither name needs escapes.
    fn start(rule: &RuleId, operation: Operation) -> Sha256 {
        let mut array = Sha256::new();
        for piece in ["[\"", rule.as_str(), "\",\"", operation.id(), "\""] {
            array.update(piece);
        }
        array
    }

    fn end(mut array: Sha256) -> Self {
        array.update(b"]");
        let mut text = [0; 64];
        for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(array.finalize()) {
            *pair = hexadecimal_digits(byte);
        }
        Self(text)
    }

    /// Reads one that was written before; `None` where it is no SHA-256 in lower-case hexadecimal.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; 64] = text.as_bytes().try_into().ok()?;
        digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')).then_some(Self(digits))
    }

    /// In hexadecimal.
    pub fn as_str(&self) -> &str {
        // INVARIANT: these are hexadecimal digits.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> RuleId {
        RuleId::parse("HWC-COC-001").unwrap()
    }

    #[test]
    fn the_digest_is_the_documented_one() {
        // printf '%s' '["HWC-COC-001","huawei.coc.ListInstanceCompliant","ecs-1"]' | sha256sum
        let fingerprint = Fingerprint::of_identity(&id(), Operation::ListInstanceCompliant, ["ecs-1"]);
        assert_eq!(fingerprint.as_str(), "792d2e7a2a0e4c5a3b29960f81352ad4cbfe2e56008b6e96b3a54724edf2e51a");
        // printf '%s' '{"id":null}' | sha256sum, and that within the array
        let fingerprint = Fingerprint::of_content(&id(), Operation::ListInstanceCompliant, "{\"id\":null}");
        assert_eq!(Fingerprint::parse(fingerprint.as_str()), Some(fingerprint.clone()));
        assert_eq!(Fingerprint::parse(&fingerprint.as_str().to_uppercase()), None);
        assert_eq!(Fingerprint::parse(""), None);
        assert_eq!(fingerprint.as_str(), "07f344fa2f2b9f5adf67eb2cb942bdf0a01683ef942bce688d5cf6a8881ed559");
    }

    #[test]
    fn one_that_was_written_is_read_again() {
        let fingerprint = Fingerprint::of_identity(&id(), Operation::ListInstanceCompliant, ["ecs-1"]);
        assert_eq!(Fingerprint::parse(fingerprint.as_str()), Some(fingerprint.clone()));
        for text in ["", &fingerprint.as_str()[1..], &fingerprint.as_str().to_uppercase(), &"é".repeat(32)] {
            assert_eq!(Fingerprint::parse(text), None, "{text}");
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let of = |parts: &[&'static str]| {
            Fingerprint::of_identity(&id(), Operation::ListPublishBatch, parts.iter().copied())
        };
        assert_ne!(of(&["1", "23"]), of(&["12", "3"]));
    }
}
