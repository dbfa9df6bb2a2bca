//! Resources that a verdict may be explained on.

use crate::finding::{Finding, Location, Subject};
use crate::source::Position;

/// A resource that the rule to be explained is about.
#[derive(Debug)]
pub struct Candidate {
    /// What it is.
    pub subject: Subject,
    /// Where it stands as a whole.
    pub location: Location,
    /// Its verdict, if it is one that was asked for.
    pub chosen: Option<Box<Chosen>>,
}

/// A resource whose verdict is to be explained.
#[derive(Debug)]
pub struct Chosen {
    /// The verdict.
    pub finding: Finding,
    /// The document that the rule saw as `input`; `None` where it was shown none, for a value is unreadable.
    pub input: Option<String>,
    /// The resource's own text.
    pub text: String,
    /// Where that begins in the file.
    pub start: Position,
}

impl Candidate {
    /// Whether it is the one that is called so: by its id or a part of it, its name, a JSON pointer to it or
    /// into it, or `FILE:LINE` or `FILE:LINE:COLUMN` (also without the file) of a place in it.
    pub(super) fn is_called(&self, name: &str, id_parts: &[&str], end_line_1based: u64) -> bool {
        self.subject.id.as_deref() == Some(name)
            || self.subject.name.as_deref() == Some(name)
            || id_parts.contains(&name)
            || self.is_around_pointer(name)
            || self.is_around_place(name, end_line_1based)
    }

    fn is_around_pointer(&self, pointer: &str) -> bool {
        let own = &self.location.pointer;
        // The pointer of a whole document is empty: it leads into any.
        pointer.starts_with('/')
            && pointer.strip_prefix(own.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn is_around_place(&self, text: &str, end_line_1based: u64) -> bool {
        let place = &self.location.place;
        let number = |text: &str| text.parse::<u64>().ok();
        let (rest, last) = match text.rsplit_once(':') {
            Some((rest, last)) => (rest, number(last)),
            None => return false,
        };
        let (file, line, column) =
            match (rest.rsplit_once(':').map(|(file, line)| (file, number(line))), last) {
                (Some((file, Some(line))), Some(column)) => (file, line, Some(column)),
                (_, Some(line)) => (rest, line, None),
                _ => return false,
            };
        let starts_before = match column {
            Some(column) => (place.start.line_1based, place.start.column_1based) <= (line, column),
            None => place.start.line_1based <= line,
        };
        (file.is_empty() || *place.file == *file) && starts_before && line <= end_line_1based
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;
    use crate::source::Place;
    use std::sync::Arc;

    #[test]
    fn a_resource_is_called_by_id_name_pointer_or_place() {
        let start = Position { byte: 20, line_1based: 3, column_1based: 5 };
        let candidate = Candidate {
            subject: Subject {
                operation: Operation::ListInstanceCompliant,
                id: Some("r/i-1".to_owned()),
                name: Some("web".to_owned()),
                region: None,
                account: None,
                captured_at: None,
            },
            location: Location {
                place: Place { file: Arc::from("a/b.json"), start, end_byte: 90 },
                document: None,
                pointer: "/list/1".to_owned(),
            },
            chosen: None,
        };
        // It ends in line 6.
        let is_called = |name: &str| candidate.is_called(name, &["r", "i-1"], 6);
        for name in
            ["r/i-1", "i-1", "web", "/list/1", "/list/1/a", "a/b.json:3:5", "a/b.json:6", ":4", ":3:5"]
        {
            assert!(is_called(name), "{name}");
        }
        for name in
            ["", "we", "/list/10", "/list", "list/1", "a/b.json:2", "a/b.json:3:4", "b.json:4", ":7", "4"]
        {
            assert!(!is_called(name), "{name}");
        }
    }
}
