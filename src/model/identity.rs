//! What makes a resource the same one in another page, file or run.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Most parts that an identity has.
const PARTS: usize = 3;

/// The values that identify a resource, e.g. its region, repository and digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    parts: [Option<Cow<'a, str>>; PARTS],
    count: usize,
}

impl<'a> Identity<'a> {
    /// From the values, `None` for one that the payload does not have. At most three.
    pub fn new<const N: usize>(values: [Option<Cow<'a, str>>; N]) -> Self {
        const { assert!(N <= PARTS) };
        let mut parts = [const { None }; PARTS];
        for (part, value) in parts.iter_mut().zip(values) {
            *part = value.filter(|text| !text.is_empty());
        }
        Self { parts, count: N }
    }

    /// Whether all parts are there and none is masked (`****`): only then do two equal identities mean
    /// the same resource.
    pub fn is_joinable(&self) -> bool {
        // A search for one character first: few texts have it.
        let is_masked = |text: &str| memchr::memchr(b'*', text.as_bytes()).is_some() && text.contains("****");
        let known = |part: &Option<Cow<'_, str>>| part.as_ref().is_some_and(|text| !is_masked(text));
        self.parts.iter().take(self.count).all(known)
    }

    /// The parts that are there.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().flatten().map(AsRef::as_ref)
    }

    /// Whether no part is there.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(Option::is_none)
    }
}

/// The parts that are there, joined by `/`.
impl fmt::Display for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts().enumerate() {
            if index > 0 {
                f.write_str("/")?;
            }
            f.write_str(part)?;
        }
        Ok(())
    }
}

impl Hash for Identity<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity<const N: usize>(parts: [Option<&'static str>; N]) -> Identity<'static> {
        Identity::new(parts.map(|part| part.map(Cow::Borrowed)))
    }

    #[test]
    fn all_parts_are_needed_to_join() {
        assert!(identity([Some("a"), Some("b")]).is_joinable());
        assert!(!identity([Some("a"), None]).is_joinable());
        assert!(!identity([Some("")]).is_joinable());
        assert!(!identity([None]).is_joinable());
    }

    #[test]
    fn a_masked_id_is_shown_but_joins_nothing() {
        let masked = identity([Some("i-bp1jaxa2bs4bps7*****")]);
        assert!(!masked.is_joinable());
        assert_eq!(masked.to_string(), "i-bp1jaxa2bs4bps7*****");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(identity([Some("ab"), Some("c")]), identity([Some("a"), Some("bc")]));
        assert_eq!(identity([Some("cn"), None, Some("sha")]).to_string(), "cn/sha");
    }
}
