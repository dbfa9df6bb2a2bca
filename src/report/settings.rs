//! What `probity config` prints: settings, and where they come from.

use std::io::{self, Write};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::safe_json;
use crate::source::{Place, printable};

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// The configuration.
    File(Place),
    /// The command line.
    CommandLine,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct ShownKey {
    /// The parts of its name below the table that it stands in.
    pub path: Vec<String>,
    /// The value; `None` where there is none.
    pub value: Option<Value>,
    /// Where that comes from.
    pub source: Source,
}

/// A table, or an element of a list of tables.
#[derive(Clone, Debug)]
pub struct ShownTable {
    /// The parts of its name.
    pub path: Vec<String>,
    /// Whether it is an element of a list.
    pub is_element: bool,
    /// Its keys.
    pub keys: Vec<ShownKey>,
}

/// All settings.
#[derive(Clone, Debug, Default)]
pub struct ShownSettings {
    /// The configuration's display name.
    pub file: Option<Arc<str>>,
    /// Keys of the file itself.
    pub keys: Vec<ShownKey>,
    /// Its tables.
    pub tables: Vec<ShownTable>,
    /// Whether nothing can be said of single rules, since they could not be used.
    pub lacks_rules: bool,
}

/// Writes settings as a `probity.toml` that means the same in the working directory, with comments on where they come from.
///
/// # Errors
///
/// Where they cannot be written.
pub fn write_settings(settings: &ShownSettings, out: &mut dyn Write) -> io::Result<()> {
    match &settings.file {
        Some(file) => writeln!(out, "# configuration: {}", printable(file))?,
        None => writeln!(out, "# no configuration file")?,
    }
    for key in &settings.keys {
        write_key(key, out)?;
    }
    for table in &settings.tables {
        let (open, close) = if table.is_element { ("[[", "]]") } else { ("[", "]") };
        writeln!(out, "\n{open}{}{close}", dotted(&table.path))?;
        for key in &table.keys {
            write_key(key, out)?;
        }
    }
    if settings.lacks_rules {
        writeln!(out, "\n# what is said of single rules is not told, since the rules cannot be used")?;
    }
    out.flush()
}

/// A line: a key without a value, or with one that TOML does not have, is a comment.
fn write_key(key: &ShownKey, out: &mut dyn Write) -> io::Result<()> {
    let name = dotted(&key.path);
    let source = match &key.source {
        Source::Default => "default".to_owned(),
        Source::CommandLine => "command line".to_owned(),
        Source::File(place) => {
            format!("{}:{}:{}", printable(&place.file), place.start.line_1based, place.start.column_1based)
        }
    };
    match &key.value {
        None => writeln!(out, "# {name} is not set  # {source}"),
        Some(value) => match toml_value(value) {
            Some(value) => writeln!(out, "{name} = {value}  # {source}"),
            None => writeln!(out, "# {name} is {}  # {source}", printable(&value.to_string())),
        },
    }
}

/// A key of several parts.
fn dotted(path: &[String]) -> String {
    let is_bare = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    let parts = path.iter().map(|part| if is_bare(part) { part.clone() } else { basic_string(part) });
    parts.collect::<Vec<_>>().join(".")
}

/// A value as TOML writes it; `None` where it cannot.
fn toml_value(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(truth) => truth.to_string(),
        // TOML's numbers have 64 bits with a sign; those of JSON are written alike.
        Value::Number(number) => (number.is_i64() || number.is_f64()).then(|| number.to_string())?,
        Value::String(text) => basic_string(text),
        Value::Array(elements) => {
            let elements: Option<Vec<String>> = elements.iter().map(toml_value).collect();
            format!("[{}]", elements?.join(", "))
        }
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                Some(format!("{} = {}", dotted(std::slice::from_ref(name)), toml_value(value)?))
            };
            let members: Option<Vec<String>> = members.iter().map(member).collect();
            match members?.as_slice() {
                [] => "{}".to_owned(),
                members => format!("{{ {} }}", members.join(", ")),
            }
        }
    })
}

/// A text in quotes; what a terminal would obey, or what hides or reorders others, is escaped.
fn basic_string(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        let mut buffer = [0; 4];
        let alone: &str = c.encode_utf8(&mut buffer);
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if c.is_control() || printable(alone) != alone => {
                quoted.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Writes settings as one JSON document.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_settings_json(settings: &ShownSettings, out: &mut dyn Write) -> io::Result<()> {
    let mut all: Vec<SettingV1> = settings.keys.iter().map(|key| SettingV1::of(&[], key)).collect();
    let mut elements: Vec<(String, SettingV1)> = Vec::new();
    for table in &settings.tables {
        if !table.is_element {
            all.extend(table.keys.iter().map(|key| SettingV1::of(&table.path, key)));
            continue;
        }
        let name = dotted(&table.path);
        let members = table.keys.iter().filter_map(|key| Some((key.path.join("."), key.value.clone()?)));
        let element = Value::Object(members.collect());
        if let Some((_, setting)) = elements.last_mut().filter(|(last, _)| *last == name) {
            if let Some(list) = setting.value.as_array_mut() {
                list.push(element);
            }
        } else {
            let source = SourceV1::from(table.keys.first().map_or(&Source::Default, |key| &key.source));
            let value = Value::Array(vec![element]);
            elements.push((name.clone(), SettingV1 { key: name, value, source }));
        }
    }
    all.extend(elements.into_iter().map(|(_, setting)| setting));
    let document = EffectiveV1 {
        schema: "probity.settings/v1",
        config: settings.file.as_deref(),
        has_rules: !settings.lacks_rules,
        settings: all,
    };
    safe_json::write_pretty(&mut *out, &document)?;
    writeln!(out)?;
    out.flush()
}

/// What `probity config --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct EffectiveV1<'s> {
    schema: &'static str,
    /// The configuration file; null where there is none.
    config: Option<&'s str>,
    /// Whether `settings` tells what is said of single rules; else the rules could not be used.
    has_rules: bool,
    /// Every key, and what is said of single rules.
    settings: Vec<SettingV1>,
}

/// A key, its value, and where that comes from.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct SettingV1 {
    /// The key as TOML writes it, with dots: `rule.AWS-SSM-001.severity`.
    key: String,
    /// Its value; null where there is none.
    value: Value,
    source: SourceV1,
}

impl SettingV1 {
    fn of(table: &[String], key: &ShownKey) -> Self {
        Self {
            key: dotted(&[table, &key.path].concat()),
            value: key.value.clone().unwrap_or_default(),
            source: SourceV1::from(&key.source),
        }
    }
}

/// Where a value comes from. Of a list of tables it is where the first of them begins.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct SourceV1 {
    /// `default`, `file` or `command_line`.
    kind: &'static str,
    /// The file; null unless the kind is `file`.
    file: Option<String>,
    /// Line of the key, counted from 1; null unless the kind is `file`.
    line: Option<u64>,
    /// Column of the key in characters, counted from 1; null unless the kind is `file`.
    column: Option<u64>,
}

impl From<&Source> for SourceV1 {
    fn from(source: &Source) -> Self {
        let (kind, place) = match source {
            Source::Default => ("default", None),
            Source::CommandLine => ("command_line", None),
            Source::File(place) => ("file", Some(place)),
        };
        Self {
            kind,
            file: place.map(|place| place.file.to_string()),
            line: place.map(|place| place.start.line_1based),
            column: place.map(|place| place.start.column_1based),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_written_as_toml_has_them() {
        for (value, expected) in [
            (json!(true), "true"),
            (json!(-3), "-3"),
            (json!(1.5), "1.5"),
            (json!(1e21), "1e+21"),
            (json!("a\"b\\c\n\u{1b}\u{202e}é"), "\"a\\\"b\\\\c\\n\\U0000001B\\U0000202Eé\""),
            (json!([]), "[]"),
            (json!(["a", "b"]), "[\"a\", \"b\"]"),
            (json!({}), "{}"),
            (json!({"a b": [1], "c": {"d": false}}), "{ \"a b\" = [1], c = { d = false } }"),
        ] {
            assert_eq!(toml_value(&value).as_deref(), Some(expected));
        }
        for value in [json!(null), json!([null]), json!({"a": null}), json!(u64::MAX)] {
            assert_eq!(toml_value(&value), None, "{value}");
        }
    }
}
