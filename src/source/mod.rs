//! Texts, places in them, and what is said about those places.
//!
//! Everything later in the flow speaks of a place in the user's file through these types.

mod diagnostic;
mod excerpt;
pub mod json;
mod place;

pub use diagnostic::{Code, Diagnostic, Level};
pub use excerpt::{Excerpt, Label, Mark, ShownText, Window, printable};
pub use place::{Gap, Place, Position, Tracker};

/// Lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).collect()
}
