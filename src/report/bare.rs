//! A finding that was saved without the lines around its places: what is left to show.

use super::excerpt::{Shape, cut_to, place_words, shortened};
use crate::finding::{Evidence, EvidenceValue, Finding};
use crate::source::printable;

/// Values that are shown of a finding.
const MAX_VALUES: usize = 10;
/// Characters of a value that are shown.
const MAX_VALUE: usize = 100;

/// Says in words what an excerpt would show: the message, the place and the values.
pub(super) fn in_words(shape: &mut Shape<'_>, finding: &Finding) {
    let message = shortened(&finding.message);
    let place = printable(&place_words(&finding.location.place)).into_owned();
    // Of a pass and of an error the message stands there already.
    let is_told = shape.message.ends_with(&message);
    let mut lines = vec![std::mem::take(&mut shape.message)];
    lines.extend((!is_told).then_some(message));
    lines.push(place);
    lines.extend(finding.evidence.iter().take(MAX_VALUES).map(value_words));
    match finding.evidence.len().saturating_sub(MAX_VALUES) {
        0 => {}
        1 => lines.push("and 1 more value".to_owned()),
        more => lines.push(format!("and {more} more values")),
    }
    shape.message = lines.join("\n");
}

/// `/path is 3 (41:26)`.
fn value_words(evidence: &Evidence) -> String {
    let start = evidence.place.start;
    let pointer = if evidence.pointer.is_empty() { "the document" } else { &evidence.pointer };
    let value = match &evidence.value {
        EvidenceValue::Present(value) => format!("is {}", cut_to(&value.to_string(), MAX_VALUE)),
        EvidenceValue::Absent => "is absent".to_owned(),
        EvidenceValue::Long => "is too long to show".to_owned(),
        EvidenceValue::Secret => "is not shown".to_owned(),
    };
    format!("{} {value} ({}:{})", shortened(pointer), start.line_1based, start.column_1based)
}
