//! Values as they may be shown: cut where they are long, hidden where they are secret.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use regorus::Value;

use crate::model::is_sensitive;
use crate::operation::Operation;
use crate::source::json::JsonPath;

/// Characters of a value that are kept.
const MAX_CHARACTERS: usize = 1000;
/// Shorter texts are secret only where they are the secret itself: they would hide everything.
const MIN_SECRET: usize = 4;

/// What there is to show of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The value as Rego writes it, and whether that is only its beginning.
    Value(String, bool),
    /// There is none.
    Undefined,
    /// It is, or holds, something that must not be shown.
    Secret,
    /// It cannot be computed.
    Error(String),
}

/// Texts of a resource that must not be shown, and texts that were made of them; in lower case.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// The values themselves.
    own: Vec<String>,
    /// What rules made of them.
    made: Vec<String>,
    /// What stands elsewhere in the input or in the rule, and is no secret even if it is part of one.
    public: HashSet<String>,
}

impl Secrets {
    /// The secrets of the resource of an input; `known` are the texts of the rule.
    pub(super) fn of<'k>(
        operation: Operation,
        input: &Value,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Self {
        let mut secrets = Self::default();
        secrets.collect(operation, &input["resource"], &mut JsonPath::default());
        if !secrets.own.is_empty() {
            secrets.public.extend(known.into_iter().map(str::to_lowercase));
            for root in ["payload", "params", "source"] {
                secrets.publish(&input[root]);
            }
        }
        secrets
    }

    fn publish(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                self.public.insert(text.to_lowercase());
            }
            Value::Array(elements) => elements.iter().for_each(|element| self.publish(element)),
            Value::Object(members) => members.iter().for_each(|(name, member)| {
                self.publish(name);
                self.publish(member);
            }),
            _ => {}
        }
    }

    fn collect(&mut self, operation: Operation, value: &Value, path: &mut JsonPath) {
        match value {
            Value::Object(members) => {
                for (name, member) in members.iter() {
                    if let Value::String(name) = name {
                        self.public.insert(name.to_lowercase());
                        path.push_key(name.to_string());
                        self.collect(operation, member, path);
                        path.pop();
                    }
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    path.push_index(index);
                    self.collect(operation, element, path);
                    path.pop();
                }
            }
            Value::String(text) if is_sensitive(operation, path) => {
                let text = text.to_lowercase();
                if !text.is_empty() && !self.own.contains(&text) {
                    self.own.push(text);
                }
            }
            Value::String(text) => {
                self.public.insert(text.to_lowercase());
            }
            _ => {}
        }
    }

    /// Every text of a value that was made of secrets is one, unless it is known anyway.
    pub(super) fn learn(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Array(elements) => elements.iter().for_each(|element| self.learn(element)),
            Value::Set(elements) => elements.iter().for_each(|element| self.learn(element)),
            Value::Object(members) => members.values().for_each(|member| self.learn(member)),
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        let text = text.to_lowercase();
        if !text.is_empty() && !self.public.contains(&text) && !self.made.contains(&text) {
            self.made.push(text);
        }
    }

    /// Whether there is nothing to hide.
    pub(super) const fn is_empty(&self) -> bool {
        self.own.is_empty()
    }

    /// Whether a value is or holds a secret, or a part of one.
    pub(super) fn hide(&self, value: &Value) -> bool {
        if self.is_empty() {
            return false;
        }
        match value {
            Value::String(text) => self.hide_text(text),
            Value::Array(elements) => elements.iter().any(|element| self.hide(element)),
            Value::Set(elements) => elements.iter().any(|element| self.hide(element)),
            Value::Object(members) => {
                members.iter().any(|(name, member)| self.hide(name) || self.hide(member))
            }
            _ => false,
        }
    }

    fn hide_text(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        if self.own.contains(&text) {
            return true;
        }
        let is_long = |text: &str| text.chars().nth(MIN_SECRET - 1).is_some();
        !self.public.contains(&text)
            && self.own.iter().chain(&self.made).any(|secret| {
                *secret == text
                    || is_long(secret) && text.contains(secret)
                    || is_long(&text) && secret.contains(&text)
            })
    }

    /// A message, unless it tells a secret.
    pub(super) fn message<'m>(&self, message: &'m str) -> Cow<'m, str> {
        let lower = message.to_lowercase();
        let told = |secret: &String| secret.chars().nth(MIN_SECRET - 1).is_some() && lower.contains(secret);
        if !self.public.contains(&lower) && self.own.iter().chain(&self.made).any(told) {
            Cow::Borrowed("(the message tells a secret, and is not shown)")
        } else {
            Cow::Borrowed(message)
        }
    }

    /// What may be shown of a value.
    pub(super) fn shown(&self, value: &Value) -> Shown {
        match value {
            Value::Undefined => Shown::Undefined,
            value if self.hide(value) => Shown::Secret,
            value => {
                let mut text = String::new();
                write_rego(value, &mut text);
                match text.char_indices().nth(MAX_CHARACTERS) {
                    None => Shown::Value(text, false),
                    Some((end, _)) => {
                        text.truncate(end);
                        Shown::Value(text, true)
                    }
                }
            }
        }
    }
}

/// Whether a value can tell something: texts and what may hold them.
pub(super) const fn is_telling(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Array(_) | Value::Set(_) | Value::Object(_))
}

/// Writes a value as Rego does: unlike in JSON, a set is told from an array. Stops soon after the text has
/// become too long.
fn write_rego(value: &Value, out: &mut String) {
    // In bytes, of which a character has at most four.
    let is_full = |out: &String| out.len() > 4 * MAX_CHARACTERS;
    match value {
        Value::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if is_full(out) {
                    return;
                }
                out.push_str(if index > 0 { ", " } else { "" });
                write_rego(element, out);
            }
            out.push(']');
        }
        Value::Set(elements) if elements.is_empty() => out.push_str("set()"),
        Value::Set(elements) => {
            out.push('{');
            for (index, element) in elements.iter().enumerate() {
                if is_full(out) {
                    return;
                }
                out.push_str(if index > 0 { ", " } else { "" });
                write_rego(element, out);
            }
            out.push('}');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                if is_full(out) {
                    return;
                }
                out.push_str(if index > 0 { ", " } else { "" });
                write_rego(name, out);
                out.push_str(": ");
                write_rego(member, out);
            }
            out.push('}');
        }
        Value::Undefined => out.push_str("undefined"),
        scalar => {
            let text = scalar.to_json_str();
            // Writing to a string cannot fail.
            let _ = write!(out, "{}", text.as_deref().unwrap_or("a number without bounds"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        Value::from_json_str(json).unwrap()
    }

    #[test]
    fn a_secret_hides_what_holds_it_and_what_is_part_of_it() {
        let input = value(
            r#"{"resource": {"Sources": [{"Name": "n", "Configuration": "User:Hunter2"}], "Name": "User"},
                "params": {"word": "Hunt"}}"#,
        );
        let mut secrets = Secrets::of(Operation::GetPatchBaseline, &input, ["the rule says"]);
        for hidden in [r#""User:Hunter2""#, r#""hunter2""#, r#"["a", {"b": "x user:hunter2 y"}]"#] {
            assert_eq!(secrets.shown(&value(hidden)), Shown::Secret, "{hidden}");
        }
        assert_eq!(secrets.shown(&value(r#"["use", "n"]"#)), Shown::Value("[\"use\", \"n\"]".into(), false));
        assert_eq!(secrets.message("it is n"), "it is n");
        assert!(!secrets.message("it is user:hunter2!").contains("hunter2"));
        for public in ["user", "hunt", "The rule says"] {
            let text = format!("\"{public}\"");
            assert_eq!(secrets.shown(&value(&text)), Shown::Value(text, false), "it is known anyway");
        }
        secrets.learn(&value(r#"["2retnuh", "user"]"#));
        assert_eq!(secrets.shown(&value(r#"["a 2retnuh b"]"#)), Shown::Secret);
        let other = Secrets::of(Operation::ListPublishBatch, &input, []);
        assert!(other.is_empty());
    }

    #[test]
    fn a_long_value_is_cut() {
        let long = format!("[{}1]", "[\"é\"], ".repeat(100_000));
        let Shown::Value(text, true) = Secrets::default().shown(&value(&long)) else { panic!("cut") };
        assert_eq!(text.chars().count(), MAX_CHARACTERS);
    }
}
