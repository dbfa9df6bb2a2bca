//! Looking at the values of a resource as rules see them, without making anything of them.

use super::record::Unknown;
use super::scalars::{CalendarDate, Timestamp};
use super::tree::Tree;
use super::{Field, List};

/// A value as rules see it.
#[derive(Clone, Copy)]
pub enum View<'v> {
    /// There is none: the payload does not have it, or it cannot be read.
    Absent,
    /// `null`, or a documented placeholder for it.
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A text.
    Text(&'v str),
    /// An instant: RFC 3339 text in UTC to rules.
    Time(Timestamp),
    /// A day: `YYYY-MM-DD` to rules.
    Date(CalendarDate),
    /// A documented array.
    List(&'v dyn Elements),
    /// A documented object.
    Record(&'v dyn Record),
    /// Any other array, object or number.
    Tree(&'v Tree<'v>),
}

/// What documents say of a value: how to reach what is in it.
#[derive(Debug)]
pub enum Layout {
    /// Nothing is in it.
    Single,
    /// Anything may be in it.
    Any,
    /// It has elements.
    List(&'static Self),
    /// It has documented members, in this order.
    Record(&'static [(&'static str, &'static Self)]),
}

/// An object with documented members.
pub trait Record {
    /// The names and layouts of its documented members, in the order of their numbers.
    fn members(&self) -> &'static [(&'static str, &'static Layout)];

    /// The documented member of this number.
    fn member(&self, number: usize) -> View<'_>;

    /// The other members.
    fn unknown(&self) -> &Unknown<'_>;

    /// Puts documented members into `views`: each number with the index that it goes to.
    fn see<'v>(&'v self, wanted: &[(usize, usize)], views: &mut [View<'v>]) {
        for (number, index) in wanted {
            if let Some(view) = views.get_mut(*index) {
                *view = self.member(*number);
            }
        }
    }
}

/// An array.
pub trait Elements {
    /// How many there are.
    fn count(&self) -> usize;

    /// One of them; absent behind the last one.
    fn element(&self, index: usize) -> View<'_>;
}

/// A value that can be looked at.
pub trait Viewed {
    /// What documents say of it.
    const LAYOUT: &'static Layout = &Layout::Single;

    /// As rules see it.
    fn view(&self) -> View<'_>;
}

impl<T: Viewed> Field<T> {
    /// As rules see it as a member of an object.
    pub fn view(&self) -> View<'_> {
        match self {
            Self::Value(value) => value.view(),
            Self::Null => View::Null,
            Self::Absent | Self::Unreadable(_) => View::Absent,
        }
    }
}

impl<T: Viewed> Viewed for List<T> {
    const LAYOUT: &'static Layout = &Layout::List(T::LAYOUT);

    fn view(&self) -> View<'_> {
        View::List(self)
    }
}

impl<T: Viewed> Elements for List<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn element(&self, index: usize) -> View<'_> {
        match self.get(index) {
            // An array has no gaps.
            Some(Field::Unreadable(_)) => View::Null,
            Some(field) => field.view(),
            None => View::Absent,
        }
    }
}

impl Viewed for Tree<'_> {
    const LAYOUT: &'static Layout = &Layout::Any;

    fn view(&self) -> View<'_> {
        match self {
            Self::Null => View::Null,
            Self::Boolean(value) => View::Boolean(*value),
            Self::Integer(value) => View::Integer(*value),
            Self::Text(text) => View::Text(text),
            Self::Unsigned(_) | Self::Float(_) | Self::List(_) | Self::Object(_) => View::Tree(self),
        }
    }
}

/// One step from a value to a value in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hop {
    /// To a documented member, by its number.
    Member(usize),
    /// To a member by its name: another one, or one of a value of which nothing is known beforehand.
    Name(Box<str>),
    /// To an element.
    Index(usize),
}

impl Layout {
    /// How to go one step to a member, and what is said of that.
    pub fn member(&self, name: &str) -> (Hop, &'static Self) {
        if let Self::Record(members) = self
            && let Some(number) = members.iter().position(|(known, _)| *known == name)
            && let Some((_, layout)) = members.get(number)
        {
            return (Hop::Member(number), layout);
        }
        (Hop::Name(name.into()), &Self::Any)
    }

    /// What is said of an element.
    pub const fn element(&self) -> &'static Self {
        match self {
            Self::List(element) => element,
            Self::Single | Self::Any | Self::Record(_) => &Self::Any,
        }
    }
}

impl View<'_> {
    /// One step further. The hop must come from the layout of this value.
    #[must_use]
    pub fn hop(self, hop: &Hop) -> Self {
        match (self, hop) {
            (View::Record(record), Hop::Member(number)) => record.member(*number),
            (View::Record(_) | View::Tree(_), Hop::Name(name)) => self.named(name),
            (View::Tree(Tree::List(elements)), Hop::Index(index)) => {
                elements.get(*index).map_or(View::Absent, Viewed::view)
            }
            (View::List(elements), Hop::Index(index)) => elements.element(*index),
            _ => View::Absent,
        }
    }

    /// The member of this name, as rules see it.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        match self {
            View::Record(record) => match record.members().iter().position(|(known, _)| *known == name) {
                Some(number) => record.member(number),
                None => record.unknown().get(name).map_or(View::Absent, Viewed::view),
            },
            View::Tree(tree) => tree.member(name).map_or(View::Absent, Viewed::view),
            _ => View::Absent,
        }
    }
}
