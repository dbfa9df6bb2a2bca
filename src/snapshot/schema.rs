//! The JSON Schema of a manifest.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::{SCHEMA, SnapshotV1};

/// The JSON Schema of `probity.snapshot/v1`, made of the types that are written and read.
pub fn snapshot_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<SnapshotV1>().to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), json!(SCHEMA));
    }
    if let Some(version) = schema.pointer_mut("/properties/schema").and_then(Value::as_object_mut) {
        version.insert("const".to_owned(), json!(SCHEMA));
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_part_of_the_schema() {
        let schema = snapshot_schema();
        assert_eq!(schema["properties"]["schema"]["const"], "probity.snapshot/v1");
        assert_eq!(schema["additionalProperties"], false);
    }
}
