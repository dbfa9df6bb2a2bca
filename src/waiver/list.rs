//! The waivers of a run, found by the resources that they name.

use std::collections::HashMap;
use std::iter;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{Subject, Waiver};

/// Waivers in the order of their files.
#[derive(Clone, Debug, Default)]
pub struct Waivers {
    all: Vec<Arc<Waiver>>,
    /// Those that name one resource, by its identity; ascending indices.
    exact: HashMap<String, Vec<usize>, RandomState>,
    /// The others; ascending indices.
    globs: Vec<usize>,
}

impl Waivers {
    /// Of all files, in their order.
    pub fn new(all: Vec<Arc<Waiver>>) -> Self {
        let mut waivers = Self { all, ..Self::default() };
        for (index, waiver) in waivers.all.iter().enumerate() {
            if waiver.resource.is_glob() {
                waivers.globs.push(index);
            } else {
                waivers.exact.entry(waiver.resource.as_str().to_owned()).or_default().push(index);
            }
        }
        waivers
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Waiver>> {
        self.all.iter()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those that name this rule and resource, with their indices, in their order.
    pub fn naming<'w>(&'w self, subject: &Subject<'w>) -> impl Iterator<Item = (usize, &'w Arc<Waiver>)> {
        let exact = subject.id.and_then(|id| self.exact.get(id)).map_or(&[][..], Vec::as_slice);
        let subject = *subject;
        ascending(exact, &self.globs)
            .filter_map(|index| Some((index, self.all.get(index)?)))
            .filter(move |(_, waiver)| waiver.names(&subject))
    }
}

/// Of two ascending lists one.
fn ascending(one: &[usize], other: &[usize]) -> impl Iterator<Item = usize> {
    let (mut one, mut other) = (one.iter().copied().peekable(), other.iter().copied().peekable());
    iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some(first), Some(second)) if second < first => other.next(),
        (None, _) => other.next(),
        (Some(_), _) => one.next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;
    use crate::source::SourceText;
    use crate::waiver::read;

    #[test]
    fn who_names_a_resource_is_found_in_the_order_of_the_files() {
        let resources = ["i-1", "i-*", "i-2", "i-[12]", "i-1", "j-*", r"i-\*"];
        let text: String = resources
            .iter()
            .map(|resource| {
                format!("[[waiver]]\nrule = \"R-1\"\nresource = '{resource}'\nreason = \"r\"\nowner = \"o\"\npermanent = true\n")
            })
            .collect();
        let waivers = Waivers::new(read(&SourceText::new("w", text)).unwrap());
        let naming = |rule: &'static str, id: Option<&'static str>| {
            let operation = Operation::ListInstanceCompliant;
            let subject = Subject { rule, operation, id, region: None, file: "f" };
            waivers.naming(&subject).map(|(index, _)| index).collect::<Vec<_>>()
        };
        assert_eq!(naming("R-1", Some("i-1")), [0, 1, 3, 4]);
        assert_eq!(naming("R-1", Some("i-2")), [1, 2, 3]);
        assert_eq!(naming("R-1", Some("i-3")), [1]);
        // What is escaped is the text itself.
        assert_eq!(naming("R-1", Some("i-*")), [1, 6]);
        assert_eq!(naming("R-1", Some("k")), [0; 0]);
        assert_eq!(naming("R-2", Some("i-1")), [0; 0]);
        assert_eq!(naming("R-1", None), [0; 0]);
    }
}
