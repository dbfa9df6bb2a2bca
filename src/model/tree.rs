//! JSON whose shape no document describes.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// Any JSON value. Members are sorted by name, and no name stands twice.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A 64-bit signed integer.
    Integer(i64),
    /// An integer from 2^63 to 2^64 - 1.
    Unsigned(u64),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Tree<'a>>),
    /// An object.
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
}

impl Tree<'_> {
    /// The member `name` of an object.
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => {
                let index = members.binary_search_by(|(key, _)| key.as_ref().cmp(name)).ok()?;
                members.get(index).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Tree<'static> {
        match self {
            Self::Null => Tree::Null,
            Self::Boolean(value) => Tree::Boolean(value),
            Self::Integer(value) => Tree::Integer(value),
            Self::Unsigned(value) => Tree::Unsigned(value),
            Self::Float(value) => Tree::Float(value),
            Self::Text(text) => Tree::Text(Cow::Owned(text.into_owned())),
            Self::List(elements) => Tree::List(elements.into_iter().map(Tree::into_owned).collect()),
            Self::Object(members) => Tree::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }
}

/// A name or a string, borrowed where it has no escapes.
pub(super) struct Borrowable<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Borrowable<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Borrowable<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Borrowable(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Borrowable(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Tree::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Tree::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Tree::Unsigned(value), Tree::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Tree::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Tree::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Tree::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(Cow<'de, str>, Tree<'de>)> = Vec::new();
        while let Some((Borrowable(name), value)) = object.next_entry()? {
            insert_unique(&mut members, name, value).map_err(A::Error::custom)?;
        }
        Ok(Tree::Object(members))
    }
}

/// Inserts in name order.
///
/// # Errors
///
/// A message, where the name is there already.
pub(super) fn insert_unique<'a, V>(
    members: &mut Vec<(Cow<'a, str>, V)>,
    name: Cow<'a, str>,
    value: V,
) -> Result<(), String> {
    match members.binary_search_by(|(key, _)| key.cmp(&name)) {
        Ok(_) => Err(duplicate(&name)),
        Err(index) => {
            members.insert(index, (name, value));
            Ok(())
        }
    }
}

/// The message for a name that stands twice.
pub(super) fn duplicate(name: &str) -> String {
    format!("duplicate key `{name}`")
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(elements) => serializer.collect_seq(elements),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl Eq for Tree<'_> {}

impl Hash for Tree<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Boolean(value) => value.hash(state),
            Self::Integer(value) => value.hash(state),
            Self::Unsigned(value) => value.hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Text(value) => value.hash(state),
            Self::List(elements) => elements.hash(state),
            Self::Object(members) => members.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_json_is_kept_as_it_is() {
        let text = r#"{"a":[1,-2,18446744073709551615,1.5,"x",true,null],"b":{"c":"é\n"}}"#;
        let tree: Tree<'_> = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&tree).unwrap(), text);
        assert_eq!(tree.member("b").and_then(|b| b.member("c")).and_then(Tree::text), Some("é\n"));
        assert_eq!(tree.clone().into_owned(), tree);
    }

    #[test]
    fn a_name_may_not_stand_twice() {
        let error = serde_json::from_str::<Tree<'_>>(r#"{"a":{"b":1,"b":2}}"#).unwrap_err();
        assert!(error.to_string().starts_with("duplicate key `b`"), "{error}");
    }

    #[test]
    fn the_order_of_members_does_not_matter() {
        let one: Tree<'_> = serde_json::from_str(r#"{"a":1,"b":2}"#).unwrap();
        let other: Tree<'_> = serde_json::from_str(r#"{ "b":2, "a":1 }"#).unwrap();
        assert_eq!(one, other);
    }
}
