//! JSON Schema (2020-12) of normalised resources.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::alibaba::oos::{InstancePatchState, PatchStatesPage};
use super::alibaba::sas::{BatchesPage, ImageInstance, ImagesPage, PublishBatch};
use super::aws::ssm::{BaselinePage, PatchBaseline};
use super::huawei::coc::{InstanceCompliant, ReportsPage};
use crate::operation::Operation;

/// The JSON Schema of `input.resource` for an operation.
///
/// No field is required and each may be null: the vendors mark none as required, and what a payload
/// lacks is for rules to judge. Fields that the schema does not name may be there too.
pub fn resource_schema(operation: Operation) -> Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let root = match operation {
        Operation::ListInstancePatchStates => generator.into_root_schema_for::<InstancePatchState<'_>>(),
        Operation::DescribeImageInstances => generator.into_root_schema_for::<ImageInstance<'_>>(),
        Operation::ListPublishBatch => generator.into_root_schema_for::<PublishBatch<'_>>(),
        Operation::GetPatchBaseline => generator.into_root_schema_for::<PatchBaseline<'_>>(),
        Operation::ListInstanceCompliant => generator.into_root_schema_for::<InstanceCompliant<'_>>(),
    };
    let mut schema = root.to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), json!(format!("{operation}: {}", operation.resource_kind())));
    }
    schema
}

/// The JSON Schema of `input.payload` for an operation.
pub(super) fn envelope_schema(operation: Operation) -> Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    match operation {
        Operation::ListInstancePatchStates => generator.into_root_schema_for::<PatchStatesPage<'_>>(),
        Operation::DescribeImageInstances => generator.into_root_schema_for::<ImagesPage<'_>>(),
        Operation::ListPublishBatch => generator.into_root_schema_for::<BatchesPage<'_>>(),
        Operation::GetPatchBaseline => generator.into_root_schema_for::<BaselinePage<'_>>(),
        Operation::ListInstanceCompliant => generator.into_root_schema_for::<ReportsPage<'_>>(),
    }
    .to_value()
}

/// The schema of a record in the making: its properties, each nullable, none required.
pub(super) struct Properties<'g> {
    generator: &'g mut SchemaGenerator,
    properties: Map<String, Value>,
}

impl<'g> Properties<'g> {
    pub(super) fn new(generator: &'g mut SchemaGenerator) -> Self {
        Self { generator, properties: Map::new() }
    }

    pub(super) fn with<T: JsonSchema>(mut self, name: &str, doc: &str) -> Self {
        let mut property = nullable(self.generator.subschema_for::<T>().to_value());
        if let Some(members) = property.as_object_mut() {
            members.insert("description".to_owned(), json!(paragraph(doc)));
        }
        self.properties.insert(name.to_owned(), property);
        self
    }

    pub(super) fn into_schema(self, doc: &str) -> Schema {
        json_schema!({
            "type": "object",
            "description": paragraph(doc),
            "properties": self.properties,
        })
    }
}

/// The schema of `T`, or null.
fn nullable(schema: Value) -> Value {
    match schema {
        Value::Object(mut members) if members.get("type").is_some_and(Value::is_string) => {
            let plain = members.remove("type").unwrap_or_default();
            members.insert("type".to_owned(), json!([plain, "null"]));
            Value::Object(members)
        }
        Value::Bool(_) => json!({}),
        other => json!({"anyOf": [other, {"type": "null"}]}),
    }
}

/// Doc comment lines as one paragraph.
fn paragraph(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An array whose elements may be null.
impl<T: JsonSchema> JsonSchema for super::Field<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Nullable{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Schema::try_from(nullable(generator.subschema_for::<T>().to_value())).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_valid_schema_with_documented_properties() {
        for operation in Operation::ALL {
            let schema = resource_schema(operation);
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
            assert!(jsonschema::meta::is_valid(&schema), "{operation}");
            let properties = schema["properties"].as_object().unwrap();
            assert!(properties.len() >= 9, "{operation}");
            for (name, property) in properties {
                let doc = property["description"].as_str().unwrap_or_default();
                assert!(doc.len() > 20, "{operation} {name}: {doc:?}");
            }
        }
    }

    #[test]
    fn a_property_states_type_bounds_and_documented_values() {
        let schema = resource_schema(Operation::ListPublishBatch);
        let status = &schema["properties"]["Status"];
        assert_eq!(status["type"], json!(["integer", "null"]));
        assert_eq!(status["examples"], json!([0, 1, 2, 3, 4]));
        let version = &schema["properties"]["Version"];
        assert_eq!(version["type"], json!(["string", "null"]));
    }
}
