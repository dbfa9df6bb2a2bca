//! The JSON Schema of the result.

use serde_json::{Value, json};

use super::json::{FindingV1, RunV1, SummaryLineV1};

/// The JSON Schema (2020-12) of `--format json`. Its `$defs` hold `FindingV1` and `SummaryLineV1`, the two
/// kinds of lines of `--format ndjson`.
pub fn run_schema() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut generator = settings.into_generator();
    let _ = generator.subschema_for::<FindingV1>();
    let _ = generator.subschema_for::<SummaryLineV1>();
    let mut schema = generator.into_root_schema_for::<RunV1>().to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), json!("probity.run/v1"));
        if let Some(properties) = members.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("schema".to_owned(), json!({"const": "probity.run/v1"}));
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_valid_and_names_every_key_of_the_contract() {
        let schema = run_schema();
        assert!(jsonschema::meta::is_valid(&schema));
        let keys: Vec<&str> =
            schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for key in
            ["schema", "tool", "at", "gate", "summary", "inputs", "policies", "findings", "diagnostics"]
        {
            assert!(keys.contains(&key), "{key}");
        }
        assert!(schema["$defs"]["FindingV1"].is_object());
        assert!(schema["$defs"]["SummaryLineV1"].is_object());
    }
}
