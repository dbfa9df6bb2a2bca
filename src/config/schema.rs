//! The JSON Schema of `probity.toml`.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::Keys;

/// The JSON Schema of the file, made of the keys that its reader knows. Draft 7, which editors read.
pub fn config_schema() -> Value {
    let mut settings = SchemaSettings::draft07();
    settings.inline_subschemas = true;
    let mut schema = settings.into_generator().into_root_schema_for::<Keys>().to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), json!("probity.toml"));
    }
    schema
}
