//! A field of a record, and how a value on the wire becomes one.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::Inspect;
use super::scan::{Scan, Unsure};

/// What a payload says about a documented field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Field<T> {
    /// The payload does not have it.
    #[default]
    Absent,
    /// It is null, or a documented placeholder for null.
    Null,
    /// It has a value.
    Value(T),
    /// It has a value that this field cannot have.
    Unreadable(Mismatch),
}

/// An array. Its elements are never [`Field::Absent`].
pub type List<T> = Vec<Field<T>>;

/// Why a value is unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mismatch {
    /// It is of another JSON type.
    Kind(JsonKind),
    /// It is of the right type, but outside the range.
    OutOfRange,
    /// It is text that cannot be read as what it should hold.
    Malformed,
}

/// The types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A string.
    Text,
    /// An array.
    List,
    /// An object.
    Object,
}

impl JsonKind {
    /// With its article: `a string`.
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::List => "an array",
            Self::Object => "an object",
        }
    }
}

/// A value read from the wire: `None` for a documented placeholder for null.
pub type Reading<T> = Result<Option<T>, Mismatch>;

/// A type that a field may have: how it is read from each JSON type.
///
/// The methods that an implementation leaves out answer that the JSON type is wrong. None of them
/// stops the reading of the record around it, except that arrays and objects pass on errors of the JSON
/// text itself.
pub trait Wire<'de>: Sized + Inspect {
    /// Places that a [`Scan`] needs for what may be in it: one for the beginning of a record, and one for each of its
    /// fields beside those of what is in that.
    const PLACES: usize = 0;

    /// Reads the value at the cursor of a text into its field, which is absent. `place` is the first of its places.
    ///
    /// # Errors
    ///
    /// [`Unsure`], where `serde_json` has to read the record.
    fn scan(field: &mut Field<Self>, scan: &mut Scan<'de, '_>, _place: usize) -> Result<(), Unsure> {
        scan.scalar(field)
    }

    /// From `true` or `false`.
    ///
    /// # Errors
    ///
    /// The [`Mismatch`] between this value and the field.
    fn from_boolean(_: bool) -> Reading<Self> {
        Err(Mismatch::Kind(JsonKind::Boolean))
    }

    /// From an integer.
    ///
    /// # Errors
    ///
    /// The [`Mismatch`] between this value and the field.
    fn from_integer(_: i64) -> Reading<Self> {
        Err(Mismatch::Kind(JsonKind::Number))
    }

    /// From a number that is no 64-bit signed integer.
    ///
    /// # Errors
    ///
    /// The [`Mismatch`] between this value and the field.
    fn from_float(_: f64) -> Reading<Self> {
        Err(Mismatch::Kind(JsonKind::Number))
    }

    /// From a string.
    ///
    /// # Errors
    ///
    /// The [`Mismatch`] between this value and the field.
    fn from_text(_: Cow<'de, str>) -> Reading<Self> {
        Err(Mismatch::Kind(JsonKind::Text))
    }

    /// From an array.
    ///
    /// # Errors
    ///
    /// What is wrong with the JSON text of the array.
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Reading<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Err(Mismatch::Kind(JsonKind::List)))
    }

    /// From an object.
    ///
    /// # Errors
    ///
    /// What is wrong with the JSON text of the object, a name that stands twice included.
    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Reading<Self>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Err(Mismatch::Kind(JsonKind::Object)))
    }
}

impl<'de, T: Wire<'de>> Wire<'de> for List<T> {
    const PLACES: usize = T::PLACES;

    fn scan(field: &mut Field<Self>, scan: &mut Scan<'de, '_>, place: usize) -> Result<(), Unsure> {
        if !scan.takes(b'[') {
            return scan.scalar(field);
        }
        let mut elements = Self::new();
        let mut more = !scan.closes(b']');
        while more {
            let mut element = Field::Absent;
            T::scan(&mut element, scan, place)?;
            elements.push(element);
            more = scan.another(b']')?;
        }
        field.put(Field::Value(elements));
        Ok(())
    }

    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Reading<Self>, A::Error> {
        let mut elements = Self::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Ok(Some(elements)))
    }
}

impl<T> Field<T> {
    /// Whether the payload does not have the field.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether a record writes the field: it is null, or has a value.
    pub(super) const fn is_written(&self) -> bool {
        matches!(self, Self::Null | Self::Value(_))
    }

    /// The value, where there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Takes the place of what is absent.
    #[inline]
    pub(super) fn put(&mut self, value: Self) {
        debug_assert!(self.is_absent(), "a field is read once");
        // What is absent has nothing to be dropped.
        std::mem::forget(std::mem::replace(self, value));
    }

    #[inline]
    pub(super) fn of(reading: Reading<T>) -> Self {
        match reading {
            Ok(Some(value)) => Self::Value(value),
            Ok(None) => Self::Null,
            Err(mismatch) => Self::Unreadable(mismatch),
        }
    }
}

impl<'de, T: Wire<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor(PhantomData))
    }
}

struct FieldVisitor<T>(PhantomData<T>);

impl<'de, T: Wire<'de>> Visitor<'de> for FieldVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Field::of(T::from_boolean(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Field::of(T::from_integer(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "only its being out of range matters")]
        let reading = match i64::try_from(value) {
            Ok(value) => T::from_integer(value),
            Err(_) => T::from_float(value as f64),
        };
        Ok(Field::of(reading))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Field::of(T::from_float(value)))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Field::of(T::from_text(Cow::Borrowed(value))))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Field::of(T::from_text(Cow::Owned(value.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::from_list(list).map(Field::of)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        T::from_object(object).map(Field::of)
    }
}

/// Absent and unreadable fields serialise as null; records leave both out.
impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Absent | Self::Null | Self::Unreadable(_) => serializer.serialize_unit(),
        }
    }
}
