//! The macro that declares a documented object, and the fields that no document names.

use std::borrow::Cow;

use super::tree::{Tree, insert_unique};

/// Fields of a record that its document does not name, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Unknown<'a>(Vec<(Cow<'a, str>, Tree<'a>)>);

impl<'a> Unknown<'a> {
    /// None.
    pub const NONE: Self = Self(Vec::new());

    /// The fields, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tree<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is a field of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The field of this name.
    pub fn get(&self, name: &str) -> Option<&Tree<'a>> {
        let index = self.0.binary_search_by(|(key, _)| key.as_ref().cmp(name)).ok()?;
        self.0.get(index).map(|(_, value)| value)
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<Tree<'a>> {
        let index = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(index).1)
    }

    pub(super) fn insert(&mut self, name: Cow<'a, str>, value: Tree<'a>) -> Result<(), String> {
        insert_unique(&mut self.0, name, value)
    }
}

/// Declares an object of a payload: a struct with a [`Field`](super::Field) for each documented name.
///
/// ```text
/// record! {
///     /// What the object is.
///     pub struct PatchRule {
///         /// What the field says. Its wire type, normalised type and unit. Its source.
///         "ApproveAfterDays" approve_after_days: Count32,
///     }
/// }
/// ```
///
/// From the one declaration come: reading (unknown names are kept, a name that stands twice is an
/// error), writing in normalised types, [`Inspect`](super::Inspect), and the JSON Schema with the doc
/// comments as descriptions. Field types may use the lifetime `'a` of the text that is read.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $wire:literal $field:ident : $type:ty
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name<'a> {
            $(
                $(#[doc = $field_doc])*
                pub $field: $crate::model::Field<$type>,
            )*
            /// Fields that the documents do not name.
            pub unknown: $crate::model::Unknown<'a>,
        }

        impl $name<'_> {
            /// Whether any documented field is there.
            pub const fn has_documented_field(&self) -> bool {
                $( !self.$field.is_absent() || )* false
            }
        }

        impl<'a> $name<'a> {
            /// The names as they stand in a text, with their colon.
            const NAMES: &'static [$crate::model::scan::Name] =
                &[$($crate::model::scan::Name::new(concat!(",\"", $wire, "\":"))),*];
            /// The names and layouts of its fields.
            const MEMBERS: &'static [(&'static str, &'static $crate::model::view::Layout)] =
                &[$(($wire, <$type as $crate::model::view::Viewed>::LAYOUT)),*];
            /// How many places the values of each field have, in the order of the names.
            const FIELD_PLACES: &'static [usize] = &[$(<$type as $crate::model::Wire<'a>>::PLACES),*];
        }

        impl<'a> $crate::model::Wire<'a> for $name<'a> {
            const PLACES: usize = $crate::model::scan::place(Self::FIELD_PLACES, Self::FIELD_PLACES.len());

            fn scan(
                field: &mut $crate::model::Field<Self>,
                scan: &mut $crate::model::scan::Scan<'a, '_>,
                place: usize,
            ) -> Result<(), $crate::model::scan::Unsure> {
                if scan.peek() != Some(b'{') {
                    return scan.scalar(field);
                }
                field.put($crate::model::Field::Value(Self::default()));
                match field {
                    $crate::model::Field::Value(record) => {
                        $crate::model::scan::Filled::fill(record, scan, place)
                    }
                    _ => Ok(()),
                }
            }

            fn from_object<A: serde::de::MapAccess<'a>>(
                mut object: A,
            ) -> Result<$crate::model::Reading<Self>, A::Error> {
                use serde::de::Error as _;
                let mut record = Self::default();
                while let Some($crate::model::tree::Borrowable(name)) = object.next_key()? {
                    match name.as_ref() {
                        $(
                            $wire => {
                                if !record.$field.is_absent() {
                                    let message = $crate::model::tree::duplicate($wire);
                                    return Err(A::Error::custom(message));
                                }
                                record.$field = object.next_value()?;
                            }
                        )*
                        _ => {
                            let value = object.next_value()?;
                            record.unknown.insert(name, value).map_err(A::Error::custom)?;
                        }
                    }
                }
                Ok(Ok(Some(record)))
            }
        }

        impl<'a> $crate::model::scan::Filled<'a> for $name<'a> {
            fn fill(
                &mut self,
                scan: &mut $crate::model::scan::Scan<'a, '_>,
                place: usize,
            ) -> Result<(), $crate::model::scan::Unsure> {
                use $crate::model::scan::Unsure;
                #[expect(non_camel_case_types, dead_code, reason = "they number the fields")]
                enum Number { $($field,)* end }
                let mut slot = place;
                let mut is_first = true;
                while let Some(number) = scan.name(Self::NAMES, slot, is_first)? {
                    is_first = false;
                    slot = match number {
                        $(
                            number if number == Number::$field as usize => {
                                let slot = place
                                    + const { $crate::model::scan::place(Self::FIELD_PLACES, Number::$field as usize) };
                                if !self.$field.is_absent() {
                                    return Err(Unsure);
                                }
                                let start = scan.at();
                                <$type as $crate::model::Wire<'a>>::scan(&mut self.$field, scan, slot + 1)?;
                                scan.mark(slot, start);
                                slot
                            }
                        )*
                        _ => {
                            let (name, value) = scan.unknown()?;
                            self.unknown.insert(name, value).map_err(|_| Unsure)?;
                            slot
                        }
                    };
                }
                Ok(())
            }
        }

        impl $crate::model::view::Viewed for $name<'_> {
            const LAYOUT: &'static $crate::model::view::Layout =
                &$crate::model::view::Layout::Record(Self::MEMBERS);

            fn view(&self) -> $crate::model::view::View<'_> {
                $crate::model::view::View::Record(self)
            }
        }

        impl $crate::model::view::Record for $name<'_> {
            fn members(&self) -> &'static [(&'static str, &'static $crate::model::view::Layout)] {
                Self::MEMBERS
            }

            fn member(&self, number: usize) -> $crate::model::view::View<'_> {
                #[expect(non_camel_case_types, dead_code, reason = "they number the fields")]
                enum Number { $($field,)* end }
                match number {
                    $( number if number == Number::$field as usize => self.$field.view(), )*
                    _ => $crate::model::view::View::Absent,
                }
            }

            fn unknown(&self) -> &$crate::model::Unknown<'_> {
                &self.unknown
            }
        }

        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $(
                    if self.$field.is_written() {
                        map.serialize_entry($wire, &self.$field)?;
                    }
                )*
                for (name, value) in self.unknown.iter() {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }

        impl $crate::model::Inspect for $name<'_> {
            const EXPECTED: &'static str = "an object";

            fn inspect(
                &self,
                at: &mut $crate::source::json::JsonPath,
                tell: &mut dyn FnMut($crate::model::Remark<'_>),
            ) {
                $( $crate::model::inspect::field(&self.$field, $wire, at, tell); )*
                $crate::model::inspect::unknown(&self.unknown, at, tell);
            }

            fn has_unreadable(&self) -> bool {
                $( self.$field.has_unreadable() || )* false
            }
        }

        impl<'a> schemars::JsonSchema for $name<'a> {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::model::schema::Properties::new(generator)
                    $( .with::<$type>($wire, concat!($($field_doc, "\n",)* "")) )*
                    .into_schema(concat!($($doc, "\n",)* ""))
            }
        }
    };
}

/// Declares a type that stands for the documented values of an enumeration.
macro_rules! vocabulary {
    ($(#[doc = $doc:literal])* $name:ident: $($value:literal)*) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name;

        impl $crate::model::Vocabulary for $name {
            const VALUES: &'static [&'static str] = &[$($value),*];
        }
    };
}

/// Declares a type that stands for the texts by which a vendor says "nothing".
macro_rules! placeholders {
    ($(#[doc = $doc:literal])* $name:ident: $($value:literal)*) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name;

        impl $crate::model::Placeholders for $name {
            const NULL: &'static [&'static str] = &[$($value),*];
        }
    };
}

pub(super) use {placeholders, record, vocabulary};
