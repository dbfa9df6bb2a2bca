//! What may stand where: the shape of resources and envelopes, for checks of what rules read.

use std::collections::BTreeMap;

use serde_json::Value;

use super::schema::{envelope_schema, resource_schema};
use crate::operation::Operation;

/// What a value may be, beside null.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// An object with these documented members.
    Object(BTreeMap<String, Member>),
    /// An array.
    List(Box<Shape>),
    /// A text, with the documented values of an enumeration.
    Text(Vec<String>),
    /// A time or date as text, which sorts as it should.
    Time,
    /// A number, with the documented values of an enumeration.
    Number(Vec<i64>),
    /// `true` or `false`.
    Boolean,
    /// Anything.
    Any,
}

/// A documented member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// What it may be.
    pub shape: Shape,
    /// Whether its document says that it may be null or missing.
    pub optional: bool,
}

impl Shape {
    /// The shape of `input.resource`.
    pub fn of_resource(operation: Operation) -> Self {
        Self::of_schema(&resource_schema(operation))
    }

    /// The shape of `input.payload`.
    pub fn of_envelope(operation: Operation) -> Self {
        let mut shape = Self::of_schema(&envelope_schema(operation));
        if let Self::Object(members) = &mut shape {
            // What boto3 adds to any answer.
            let metadata = Member { shape: Self::Any, optional: true };
            members.entry("ResponseMetadata".to_owned()).or_insert(metadata);
        }
        shape
    }

    fn of_schema(schema: &Value) -> Self {
        let definitions = schema.get("$defs").unwrap_or(&Value::Null);
        read(schema, definitions)
    }

    /// In words, with an article.
    pub const fn in_words(&self) -> &'static str {
        match self {
            Self::Object(_) => "an object",
            Self::List(_) => "an array",
            Self::Text(_) => "a text",
            Self::Time => "a time",
            Self::Number(_) => "a number",
            Self::Boolean => "a boolean",
            Self::Any => "anything",
        }
    }
}

fn read(schema: &Value, definitions: &Value) -> Shape {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.rsplit('/').next().unwrap_or_default();
        return read(definitions.get(name).unwrap_or(&Value::Null), definitions);
    }
    if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
        let choice = choices.iter().find(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
        return choice.map_or(Shape::Any, |choice| read(choice, definitions));
    }
    let examples = || schema.get("examples").and_then(Value::as_array).into_iter().flatten();
    match kind(schema) {
        Some("object") if schema.get("properties").is_some() => {
            let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            let members = properties.map(|(name, property)| {
                let doc = property.get("description").and_then(Value::as_str).unwrap_or_default();
                let optional = ["null", "absent", "optional"].iter().any(|word| doc.contains(word));
                (name.clone(), Member { shape: read(property, definitions), optional })
            });
            Shape::Object(members.collect())
        }
        Some("array") => {
            let elements = schema.get("items").map_or(Shape::Any, |items| read(items, definitions));
            Shape::List(Box::new(elements))
        }
        Some("string") if schema.get("format").is_some() => Shape::Time,
        Some("string") => Shape::Text(examples().filter_map(Value::as_str).map(str::to_owned).collect()),
        Some("integer" | "number") => Shape::Number(examples().filter_map(Value::as_i64).collect()),
        Some("boolean") => Shape::Boolean,
        _ => Shape::Any,
    }
}

/// The type of a schema, beside null.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'s>(shape: &'s Shape, path: &[&str]) -> &'s Shape {
        path.iter().fold(shape, |shape, step| match shape {
            Shape::Object(members) => &members[*step].shape,
            Shape::List(elements) => elements,
            other => other,
        })
    }

    #[test]
    fn every_type_has_its_shape() {
        let baseline = Shape::of_resource(Operation::GetPatchBaseline);
        let days = at(&baseline, &["ApprovalRules", "PatchRules", "[]", "ApproveAfterDays"]);
        assert_eq!(*days, Shape::Number(vec![]));
        assert_eq!(*at(&baseline, &["ModifiedDate"]), Shape::Time);
        assert_eq!(*at(&baseline, &["PatchGroups"]), Shape::List(Box::new(Shape::Text(vec![]))));
        let Shape::Text(levels) = at(&baseline, &["ApprovedPatchesComplianceLevel"]) else {
            panic!("a text")
        };
        assert!(levels.contains(&"CRITICAL".to_owned()));
        let batch = Shape::of_resource(Operation::ListPublishBatch);
        assert_eq!(*at(&batch, &["Status"]), Shape::Number(vec![0, 1, 2, 3, 4]));
        let node = Shape::of_resource(Operation::ListInstanceCompliant);
        let Shape::Object(members) = &node else { panic!("an object") };
        assert!(members["group"].optional && !members["region"].optional);
    }

    #[test]
    fn envelopes_have_a_shape() {
        let page = Shape::of_envelope(Operation::DescribeImageInstances);
        assert_eq!(*at(&page, &["PageInfo", "TotalCount"]), Shape::Number(vec![]));
        assert_eq!(*at(&page, &["ResponseMetadata"]), Shape::Any);
    }
}
