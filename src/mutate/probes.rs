//! Other values, to see whether a value matters to a rule at all.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Shape;
use crate::operation::Operation;
use crate::source::json::{JsonPath, Outline, Outlined, Segment};

/// Values of other resources that are tried.
const MOST_OBSERVED: usize = 24;

/// Values seen at each path, whatever the element of a list.
pub(super) type Observed = BTreeMap<(Operation, String), BTreeSet<String>>;

/// The values of resources, by operation and path.
pub(super) fn observed<'t>(resources: impl Iterator<Item = (Operation, &'t str)>) -> Observed {
    let mut seen = Observed::new();
    for (operation, text) in resources {
        let outline = Outline::new(text);
        if let Some(root) = outline.root() {
            collect(&outline, root, operation, &mut String::new(), &mut seen);
        }
    }
    seen
}

fn collect(
    outline: &Outline<'_>,
    value: Outlined,
    operation: Operation,
    at: &mut String,
    seen: &mut Observed,
) {
    for child in outline.children(value) {
        let length = at.len();
        at.push('/');
        at.push_str(outline.name(child).as_deref().unwrap_or("[]"));
        let values = seen.entry((operation, at.clone())).or_default();
        if values.len() < MOST_OBSERVED {
            values.insert(outline.text(child).to_owned());
        }
        collect(outline, child, operation, at, seen);
        at.truncate(length);
    }
}

/// The shape of the value at a path.
fn shape_at(operation: Operation, path: &JsonPath) -> Option<Shape> {
    path.segments().iter().try_fold(Shape::of_resource(operation), |shape, segment| match (shape, segment) {
        (Shape::Object(mut members), Segment::Key(name)) => members.remove(name).map(|member| member.shape),
        (Shape::List(elements), Segment::Index(_)) => Some(*elements),
        _ => None,
    })
}

/// Whether a document lists the values that may stand at a path.
pub(super) fn is_enumeration(operation: Operation, path: &JsonPath) -> bool {
    matches!(shape_at(operation, path), Some(Shape::Text(values)) if !values.is_empty())
}

/// Values to put in place of `raw`, as JSON.
pub(super) fn values(operation: Operation, path: &JsonPath, raw: &str, observed: &Observed) -> Vec<String> {
    let pattern: String = path
        .segments()
        .iter()
        .map(|segment| match segment {
            Segment::Key(name) => format!("/{name}"),
            Segment::Index(_) => "/[]".to_owned(),
        })
        .collect();
    let mut values: BTreeSet<String> = observed.get(&(operation, pattern)).cloned().unwrap_or_default();
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let is_text = raw.starts_with('"');
    match shape_at(operation, path) {
        Some(Shape::Text(documented)) => {
            values.extend(documented.iter().map(|text| quoted(text)));
            values.extend(["probity", "latest", "0.0.1", "http://probity"].map(quoted));
        }
        Some(Shape::Number(documented)) => {
            let numbers = documented.into_iter().chain([0, 1, 2, 1_000_000_000]);
            values.extend(
                numbers.map(|number| if is_text { format!("\"{number}\"") } else { number.to_string() }),
            );
        }
        Some(Shape::Time) if is_text => {
            let times = ["1990-01-01T00:00:00Z", "2200-01-01T00:00:00Z", "1990-01-01", "2200-01-01"];
            values.extend(times.map(quoted));
        }
        Some(Shape::Time) => values.extend(["631152000", "631152000000", "7258118400000"].map(str::to_owned)),
        Some(Shape::Boolean) => values.extend(["true", "false"].map(str::to_owned)),
        Some(Shape::List(elements)) => {
            values.insert("[]".to_owned());
            if matches!(*elements, Shape::Text(_)) {
                values.extend([r#"["probity"]"#, r#"[""]"#].map(str::to_owned));
            }
        }
        Some(Shape::Object(_) | Shape::Any) | None => {}
    }
    values.remove(raw);
    values.into_iter().collect()
}
