//! Values of two words: what a machine works with, for most of what rules look at is single.

use bumpalo::Bump;

use super::Unsure;
use super::constant::Constant;
use super::datum::Datum;
use crate::model::View;

/// A value, or why there is none.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    /// It is not known yet.
    Unknown,
    /// The engine has to be asked.
    Unsure,
    Undefined,
    Null,
    False,
    True,
    Integer(i64),
    /// One of the payload, of another kind.
    Seen(&'a View<'a>),
    /// One of the rule, of another kind.
    Constant(&'a Constant),
    /// One that was made, of another kind.
    Made(&'a Datum<'a>),
}

impl<'a> Value<'a> {
    /// A value of the payload.
    pub(super) const fn of_view(view: &'a View<'a>) -> Self {
        match view {
            View::Absent => Self::Undefined,
            View::Null => Self::Null,
            View::Boolean(value) => Self::boolean(*value),
            View::Integer(value) => Self::Integer(*value),
            _ => Self::Seen(view),
        }
    }

    /// A value of the rule.
    pub(super) const fn of_constant(constant: &'a Constant) -> Self {
        match constant {
            Constant::Null => Self::Null,
            Constant::Boolean(value) => Self::boolean(*value),
            Constant::Integer(value) => Self::Integer(*value),
            _ => Self::Constant(constant),
        }
    }

    /// A value that was made.
    pub(super) fn of_datum(datum: Datum<'a>, bump: &'a Bump) -> Self {
        match datum {
            Datum::Null => Self::Null,
            Datum::Boolean(value) => Self::boolean(value),
            Datum::Integer(value) => Self::Integer(value),
            datum => Self::Made(bump.alloc(datum)),
        }
    }

    /// What came out.
    pub(super) fn of(made: Result<Option<Datum<'a>>, Unsure>, bump: &'a Bump) -> Self {
        match made {
            Ok(Some(datum)) => Self::of_datum(datum, bump),
            Ok(None) => Self::Undefined,
            Err(Unsure) => Self::Unsure,
        }
    }

    pub(super) const fn boolean(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    /// In the form that takes all kinds; `None` where it is undefined.
    pub(super) fn datum(self) -> Result<Option<Datum<'a>>, Unsure> {
        Ok(Some(match self {
            Self::Unknown | Self::Unsure => return Err(Unsure),
            Self::Undefined => return Ok(None),
            Self::Null => Datum::Null,
            Self::False => Datum::Boolean(false),
            Self::True => Datum::Boolean(true),
            Self::Integer(value) => Datum::Integer(value),
            Self::Seen(view) => return Datum::of_view(*view),
            Self::Constant(constant) => constant.datum(),
            Self::Made(datum) => *datum,
        }))
    }

    /// Whether a statement holds: what is neither undefined nor `false` does.
    pub(super) const fn holds(self) -> Result<bool, Unsure> {
        match self {
            Self::Unknown | Self::Unsure => Err(Unsure),
            Self::Undefined | Self::False => Ok(false),
            _ => Ok(true),
        }
    }

    /// Whether it is one.
    pub(super) const fn is_defined(self) -> bool {
        !matches!(self, Self::Unknown | Self::Unsure | Self::Undefined)
    }
}
