//! What there is to say about a record that was read.

use crate::source::json::JsonPath;

use super::{Field, List, Mismatch, Unknown};

/// Something about a value of a record.
#[derive(Debug)]
pub struct Remark<'r> {
    /// Path of the value within the record.
    pub path: &'r JsonPath,
    /// What there is to say.
    pub kind: RemarkKind<'r>,
}

/// Kinds of [`Remark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemarkKind<'r> {
    /// The value is of a type that the field cannot have.
    Unreadable {
        /// What the document promises.
        expected: &'static str,
        /// What is wrong with it.
        mismatch: Mismatch,
    },
    /// The document does not name this field.
    UnknownField,
    /// The document does not list this value.
    UnknownValue {
        /// The value, as text.
        value: &'r str,
        /// The documented values.
        documented: &'static [&'static str],
    },
}

/// Values that can say what is remarkable about them.
pub trait Inspect {
    /// What the document promises of such a value, for messages: `an integer`.
    const EXPECTED: &'static str;

    /// Tells every remark; `at` is the path of this value and is left as it was.
    fn inspect(&self, _at: &mut JsonPath, _tell: &mut dyn FnMut(Remark<'_>)) {}

    /// Whether a field in it is unreadable.
    fn has_unreadable(&self) -> bool {
        false
    }
}

impl<T: Inspect> Inspect for Field<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn inspect(&self, at: &mut JsonPath, tell: &mut dyn FnMut(Remark<'_>)) {
        match self {
            Self::Value(value) => value.inspect(at, tell),
            Self::Unreadable(mismatch) => {
                let kind = RemarkKind::Unreadable { expected: T::EXPECTED, mismatch: *mismatch };
                tell(Remark { path: at, kind });
            }
            Self::Absent | Self::Null => {}
        }
    }

    fn has_unreadable(&self) -> bool {
        match self {
            Self::Value(value) => value.has_unreadable(),
            Self::Unreadable(_) => true,
            Self::Absent | Self::Null => false,
        }
    }
}

impl<T: Inspect> Inspect for List<T> {
    const EXPECTED: &'static str = "an array";

    fn inspect(&self, at: &mut JsonPath, tell: &mut dyn FnMut(Remark<'_>)) {
        for (index, element) in self.iter().enumerate() {
            at.push_index(index);
            element.inspect(at, tell);
            at.pop();
        }
    }

    fn has_unreadable(&self) -> bool {
        self.iter().any(Inspect::has_unreadable)
    }
}

pub(super) fn field<T: Inspect>(
    value: &Field<T>,
    name: &'static str,
    at: &mut JsonPath,
    tell: &mut dyn FnMut(Remark<'_>),
) {
    if matches!(value, Field::Absent | Field::Null) {
        return;
    }
    at.push_key(name);
    value.inspect(at, tell);
    at.pop();
}

pub(super) fn unknown(unknown: &Unknown<'_>, at: &mut JsonPath, tell: &mut dyn FnMut(Remark<'_>)) {
    for (name, _) in unknown.iter() {
        at.push_key(name);
        tell(Remark { path: at, kind: RemarkKind::UnknownField });
        at.pop();
    }
}
