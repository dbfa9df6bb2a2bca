//! The JSON Schemas of results.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::explain_json::ExplanationsV1;
use super::lint::LintV1;
use super::mutation::MutationsV1;
use super::settings::EffectiveV1;
use crate::result::{DiffV1, FindingV1, HeadV1, RatchetFileV1, RunV1};

/// The JSON Schema (2020-12) of `--format json`. Its `$defs` hold `FindingV1` and `HeadV1`, the two
/// kinds of lines of `--format ndjson`.
pub fn run_schema() -> Value {
    let mut generator = generator();
    let _ = generator.subschema_for::<FindingV1>();
    let _ = generator.subschema_for::<HeadV1>();
    titled(generator.into_root_schema_for::<RunV1>(), "probity.run/v1")
}

/// The JSON Schema of `lint --format json`.
pub fn lint_schema() -> Value {
    titled(generator().into_root_schema_for::<LintV1>(), "probity.lint/v1")
}

/// The JSON Schema of `explain --format json`.
pub fn explain_schema() -> Value {
    titled(generator().into_root_schema_for::<ExplanationsV1<'_>>(), "probity.explain/v1")
}

/// The JSON Schema of `test --mutate --format json`.
pub fn mutations_schema() -> Value {
    titled(generator().into_root_schema_for::<MutationsV1>(), "probity.mutations/v1")
}

/// The JSON Schema of `diff --format json`.
pub fn diff_schema() -> Value {
    titled(generator().into_root_schema_for::<DiffV1>(), "probity.diff/v1")
}

/// The JSON Schema of a ratchet's file.
pub fn ratchet_schema() -> Value {
    titled(generator().into_root_schema_for::<RatchetFileV1>(), "probity.ratchet/v1")
}

/// The JSON Schema of `config --format json`.
pub fn settings_schema() -> Value {
    titled(generator().into_root_schema_for::<EffectiveV1<'_>>(), "probity.settings/v1")
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

/// A schema with the name and version of the result that it describes.
fn titled(schema: Schema, name: &str) -> Value {
    let mut schema = schema.to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), json!(name));
        if let Some(properties) = members.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("schema".to_owned(), json!({"const": name}));
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_is_valid_and_names_its_version() {
        for (schema, name) in [
            (lint_schema(), "lint"),
            (explain_schema(), "explain"),
            (mutations_schema(), "mutations"),
            (diff_schema(), "diff"),
            (ratchet_schema(), "ratchet"),
            (settings_schema(), "settings"),
        ] {
            assert!(jsonschema::meta::is_valid(&schema), "{name}");
            assert_eq!(schema["properties"]["schema"]["const"], format!("probity.{name}/v1"));
        }
    }

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
        assert!(schema["$defs"]["HeadV1"].is_object());
    }
}
