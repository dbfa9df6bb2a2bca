//! Where the documented values of a record stand in its text.

use std::ops::Range;

use super::view::Layout;

/// Where a value starts and ends, of a value that is not there.
const NOWHERE: (u32, u32) = (u32::MAX, u32::MAX);

/// The places of the documented values of the record that was read last, by their number (see [`Marks::number`]).
#[derive(Clone, Debug, Default)]
pub struct Marks {
    spans: Vec<(u32, u32)>,
    /// Whether they are those of a record that was read to its end.
    are_whole: bool,
}

impl Marks {
    /// For the next record.
    pub(super) fn begin(&mut self, count: usize) {
        self.are_whole = false;
        self.spans.clear();
        self.spans.resize(count, NOWHERE);
    }

    #[inline]
    pub(super) fn set(&mut self, number: usize, span: &Range<usize>) {
        if let Some(mark) = self.spans.get_mut(number) {
            // In a text that is too long for that, nothing is marked.
            *mark = match (u32::try_from(span.start), u32::try_from(span.end)) {
                (Ok(start), Ok(end)) => (start, end),
                _ => NOWHERE,
            };
        }
    }

    pub(super) fn end(&mut self, text: &str) {
        self.are_whole = u32::try_from(text.len()).is_ok_and(|length| length < u32::MAX);
    }

    /// Whether nothing is known of the record.
    pub fn are_missing(&self) -> bool {
        !self.are_whole
    }

    /// Where a value stands in the record's text; `None` where it is absent.
    pub fn get(&self, number: usize) -> Option<Range<usize>> {
        let (start, end) = *self.spans.get(number)?;
        ((start, end) != NOWHERE).then_some(start as usize..end as usize)
    }

    /// The number of the value at a path of documented names, which is in no list; `None` of any other.
    pub fn number<'n>(layout: &Layout, path: impl IntoIterator<Item = &'n str>) -> Option<usize> {
        let mut layout = layout;
        let mut number = 0;
        let mut is_root = true;
        for name in path {
            let Layout::Record(members) = layout else { return None };
            let at = members.iter().position(|(known, _)| *known == name)?;
            // A record within another has the places behind its own.
            number += if is_root { 1 } else { 2 };
            number += members.iter().take(at).map(|(_, member)| 1 + places(member)).sum::<usize>();
            is_root = false;
            layout = members.get(at)?.1;
        }
        (!is_root).then_some(number)
    }
}

/// How many places there are for what is in a value.
fn places(layout: &Layout) -> usize {
    match layout {
        Layout::Single | Layout::Any => 0,
        Layout::List(element) => places(element),
        Layout::Record(members) => 1 + members.iter().map(|(_, member)| 1 + places(member)).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Order, Resource};
    use crate::operation::Operation;
    use crate::source::json::{JsonPath, locate};

    #[test]
    fn values_are_marked_where_they_stand() {
        let operation = Operation::ListInstanceCompliant;
        let layout = Resource::layout(operation);
        let mut order = Resource::order(operation);
        order.mark();
        let text = r#" { "id" : "a\n" , "x": {"id": 1}, "compliant_summary": {"severity_summary" :{"low_count":7 },
            "compliant_count":[ 1 ]},"execution_summary":null,"status":1.5}"#;
        let mut marks = Marks::default();
        for _ in 0..2 {
            Resource::scan(operation, text, &mut order).unwrap();
            order.hand_over(&mut marks);
            assert!(!marks.are_missing());
            for path in [
                "id",
                "compliant_summary",
                "compliant_summary.severity_summary",
                "compliant_summary.severity_summary.low_count",
                "compliant_summary.compliant_count",
                "execution_summary",
                "status",
            ] {
                let number = Marks::number(layout, path.split('.')).unwrap();
                let located = locate(text, &JsonPath::parse(path).unwrap());
                assert_eq!(marks.get(number), Some(located.span), "{path}");
            }
            let absent = Marks::number(layout, ["execution_summary", "job_id"]).unwrap();
            assert_eq!(marks.get(absent), None);
        }
        assert_eq!(Marks::number(layout, ["id", "id"]), None);
        assert_eq!(Marks::number(layout, ["x"]), None);
        assert_eq!(Marks::number(layout, []), None);
        // What another reader had to read is not marked.
        Resource::scan(operation, r#"{"i\u0064": 1}"#, &mut order).unwrap();
        order.hand_over(&mut marks);
        assert!(marks.are_missing());
    }

    #[test]
    fn every_documented_value_has_its_own_number() {
        fn all<'l>(layout: &'l Layout, path: &mut Vec<&'l str>, found: &mut Vec<Vec<&'l str>>) {
            let Layout::Record(members) = layout else { return };
            for (name, member) in *members {
                path.push(name);
                found.push(path.clone());
                all(member, path, found);
                path.pop();
            }
        }
        for operation in Operation::ALL {
            let layout = Resource::layout(operation);
            let mut paths = Vec::new();
            all(layout, &mut Vec::new(), &mut paths);
            let numbers: std::collections::BTreeSet<usize> =
                paths.iter().map(|path| Marks::number(layout, path.iter().copied()).unwrap()).collect();
            assert_eq!(numbers.len(), paths.len());
            assert!(numbers.last().unwrap() < &places(layout));
            assert_eq!(Resource::order(operation).places(), places(layout), "{operation}");
        }
    }

    #[test]
    fn an_order_marks_only_where_that_is_asked_for() {
        let mut order = Order::new(3);
        let mut marks = Marks::default();
        order.hand_over(&mut marks);
        assert!(marks.are_missing());
    }
}
