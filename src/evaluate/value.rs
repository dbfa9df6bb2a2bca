//! Rust values become values of the engine, without a detour through JSON.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use regorus::Value;
use serde::ser::{self, Impossible, Serialize, Serializer};

/// Names that occur again and again, kept once.
#[derive(Default)]
pub(super) struct Names(HashMap<String, Value>);

impl Names {
    fn value(&mut self, name: &str) -> Value {
        if let Some(value) = self.0.get(name) {
            return value.clone();
        }
        let value = Value::String(Rc::from(name));
        // Unknown fields name themselves: their names must not pile up.
        if self.0.len() < 10_000 {
            self.0.insert(name.to_owned(), value.clone());
        }
        value
    }
}

/// What cannot become a value of the engine.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct ValueError(String);

impl ser::Error for ValueError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Turns anything serialisable into a value of the engine.
///
/// # Errors
///
/// A number that is not finite, bytes, or an object whose names are no text. The model has none of them.
pub(super) fn to_value<T: Serialize + ?Sized>(value: &T, names: &mut Names) -> Result<Value, ValueError> {
    value.serialize(ToValue(names))
}

struct ToValue<'n>(&'n mut Names);

impl<'n> Serializer for ToValue<'n> {
    type Ok = Value;
    type Error = ValueError;
    type SerializeSeq = ToList<'n>;
    type SerializeTuple = ToList<'n>;
    type SerializeTupleStruct = ToList<'n>;
    type SerializeTupleVariant = Impossible<Value, ValueError>;
    type SerializeMap = ToObject<'n>;
    type SerializeStruct = ToObject<'n>;
    type SerializeStructVariant = Impossible<Value, ValueError>;

    fn serialize_bool(self, value: bool) -> Result<Value, ValueError> {
        Ok(Value::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Value, ValueError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<Value, ValueError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<Value, ValueError> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<Value, ValueError> {
        Ok(Value::from(value))
    }

    fn serialize_u8(self, value: u8) -> Result<Value, ValueError> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<Value, ValueError> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<Value, ValueError> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<Value, ValueError> {
        Ok(Value::from(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Value, ValueError> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Value, ValueError> {
        if value.is_finite() {
            Ok(Value::from(value))
        } else {
            Err(ValueError(format!("{value} is no number")))
        }
    }

    fn serialize_char(self, value: char) -> Result<Value, ValueError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Value, ValueError> {
        Ok(Value::String(Rc::from(value)))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Value, ValueError> {
        Err(ValueError("bytes are no value".to_owned()))
    }

    fn serialize_none(self) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, ValueError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, ValueError> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, ValueError> {
        Ok(self.0.value(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, ValueError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: &T,
    ) -> Result<Value, ValueError> {
        Err(ValueError(format!("the variant {variant} is no value")))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<ToList<'n>, ValueError> {
        Ok(ToList { names: self.0, elements: Vec::with_capacity(length.unwrap_or_default()) })
    }

    fn serialize_tuple(self, length: usize) -> Result<ToList<'n>, ValueError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<ToList<'n>, ValueError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, ValueError> {
        Err(ValueError(format!("the variant {variant} is no value")))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<ToObject<'n>, ValueError> {
        Ok(ToObject { names: self.0, members: BTreeMap::new(), name: None })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<ToObject<'n>, ValueError> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, ValueError> {
        Err(ValueError(format!("the variant {variant} is no value")))
    }
}

struct ToList<'n> {
    names: &'n mut Names,
    elements: Vec<Value>,
}

impl ser::SerializeSeq for ToList<'_> {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        self.elements.push(to_value(value, self.names)?);
        Ok(())
    }

    fn end(self) -> Result<Value, ValueError> {
        Ok(Value::from(self.elements))
    }
}

impl ser::SerializeTuple for ToList<'_> {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Value, ValueError> {
        ser::SerializeSeq::end(self)
    }
}

impl ser::SerializeTupleStruct for ToList<'_> {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Value, ValueError> {
        ser::SerializeSeq::end(self)
    }
}

struct ToObject<'n> {
    names: &'n mut Names,
    members: BTreeMap<Value, Value>,
    name: Option<Value>,
}

impl ser::SerializeMap for ToObject<'_> {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), ValueError> {
        self.name = Some(name.serialize(ToName(self.names))?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        let value = to_value(value, self.names)?;
        let name = self.name.take().ok_or_else(|| ValueError("a value without a name".to_owned()))?;
        self.members.insert(name, value);
        Ok(())
    }

    fn end(self) -> Result<Value, ValueError> {
        Ok(Value::from(self.members))
    }
}

impl ser::SerializeStruct for ToObject<'_> {
    type Ok = Value;
    type Error = ValueError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), ValueError> {
        let value = to_value(value, self.names)?;
        self.members.insert(self.names.value(name), value);
        Ok(())
    }

    fn end(self) -> Result<Value, ValueError> {
        Ok(Value::from(self.members))
    }
}

/// Only text can be a name.
struct ToName<'n>(&'n mut Names);

macro_rules! no_name {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, _: $type) -> Result<Value, ValueError> {
            Err(ValueError("a name must be text".to_owned()))
        })*
    };
}

impl Serializer for ToName<'_> {
    type Ok = Value;
    type Error = ValueError;
    type SerializeSeq = Impossible<Value, ValueError>;
    type SerializeTuple = Impossible<Value, ValueError>;
    type SerializeTupleStruct = Impossible<Value, ValueError>;
    type SerializeTupleVariant = Impossible<Value, ValueError>;
    type SerializeMap = Impossible<Value, ValueError>;
    type SerializeStruct = Impossible<Value, ValueError>;
    type SerializeStructVariant = Impossible<Value, ValueError>;

    fn serialize_str(self, name: &str) -> Result<Value, ValueError> {
        Ok(self.0.value(name))
    }

    no_name! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_bytes: &[u8], serialize_unit_struct: &'static str
    }

    fn serialize_none(self) -> Result<Value, ValueError> {
        Err(ValueError("a name must be text".to_owned()))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, name: &T) -> Result<Value, ValueError> {
        name.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, ValueError> {
        Err(ValueError("a name must be text".to_owned()))
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, v: &'static str) -> Result<Value, ValueError> {
        Ok(self.0.value(v))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        name: &T,
    ) -> Result<Value, ValueError> {
        name.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Value, ValueError> {
        Err(ValueError("a name must be text".to_owned()))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, ValueError> {
        Err(ValueError("a name must be text".to_owned()))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, ValueError> {
        Err(ValueError("a name must be text".to_owned()))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, ValueError> {
        Err(ValueError("a name must be text".to_owned()))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, ValueError> {
        Err(ValueError("a name must be text".to_owned()))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, ValueError> {
        Err(ValueError("a name must be text".to_owned()))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, ValueError> {
        Err(ValueError("a name must be text".to_owned()))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, ValueError> {
        Err(ValueError("a name must be text".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_the_same_as_by_way_of_json() {
        for json in [
            json!(null),
            json!({"a": [1, -2, 18_446_744_073_709_551_615_u64, 1.5, "é\n", true, null], "b": {"c": {}}}),
            json!([[], {}]),
        ] {
            let direct = to_value(&json, &mut Names::default()).unwrap();
            let by_way = Value::from_json_str(&json.to_string()).unwrap();
            assert_eq!(direct, by_way);
        }
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        assert!(to_value(&f64::NAN, &mut Names::default()).is_err());
        let map: BTreeMap<i32, i32> = [(1, 2)].into_iter().collect();
        assert!(to_value(&map, &mut Names::default()).is_err());
    }
}
