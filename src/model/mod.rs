//! The typed model: one record per documented object, in normalised types.
//!
//! A field of a record tells four states apart, since a verdict may hang on each of them: absent,
//! null, a value, and unreadable (a value of a type that the field cannot have). Reading never stops at
//! an unreadable field. Times become RFC 3339 UTC, counts become numbers, documented placeholders
//! become null; names stay as documented. Fields that no document names are kept.

pub mod alibaba;
pub mod aws;
pub mod huawei;

mod envelope;
mod field;
mod identity;
mod inspect;
mod marks;
mod record;
mod resource;
mod scalars;
mod scan;
mod schema;
mod shape;
mod tree;
mod view;

pub use envelope::Envelope;
pub use field::{Field, JsonKind, List, Mismatch, Reading, Wire};
pub use identity::Identity;
pub use inspect::{Inspect, Remark, RemarkKind};
pub use marks::Marks;
pub use record::Unknown;
pub use resource::{Resource, ResourceError, SECRETS, Scanned, is_sensitive};
pub use scalars::{
    CalendarDate, Code, Count32, Count64, Counted, Enumeration, EpochMilliseconds, EpochOrIsoTime, Flag,
    Int32, Int64, Integer, IsoTime, JsonText, NumberText, OptionalText, Placeholders, Text, Timestamp,
    Vocabulary,
};
pub use scan::{Filled, Order, Scan, Unsure};
pub use schema::resource_schema;
pub use shape::{Member, Shape};
pub use tree::Tree;
pub use view::{Elements, Hop, Layout, Record, View, Viewed};
